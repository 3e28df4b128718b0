#include "sync/server/sql.h"

#include <condition_variable>
#include <mutex>
#include <new>

namespace xinghuo {
namespace {

// One request's work broke off: it fails, the others go on. What was thrown may say whose it was, so it is not repeated.
Error broken_off(const std::exception& thrown) {
    if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) return {ErrorKind::full, "there is no memory to write this now"};
    return {ErrorKind::io, "writing this broke off"};
}

}  // namespace

std::int64_t SqlRow::integer(std::size_t column) const {
    const SqlValue& value = values_.at(column);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
    if (const auto* real = std::get_if<double>(&value)) return static_cast<std::int64_t>(*real);
    return 0;
}

double SqlRow::real(std::size_t column) const {
    const SqlValue& value = values_.at(column);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    return 0;
}

const std::string& SqlRow::text(std::size_t column) const {
    static const std::string none;
    const auto* text = std::get_if<std::string>(&values_.at(column));
    return text == nullptr ? none : *text;
}

const Bytes& SqlRow::blob(std::size_t column) const {
    static const Bytes none;
    const auto* blob = std::get_if<Bytes>(&values_.at(column));
    return blob == nullptr ? none : *blob;
}

std::string Sql::among(std::string_view place) const {
    if (dialect() == Dialect::postgres) return "= ANY(" + std::string(place) + ")";
    return "IN (SELECT value FROM json_each(" + std::string(place) + "))";
}

Result<void> Sql::run(std::string_view sql, const std::vector<SqlValue>& values) {
    if (auto rows = query(sql, values); !rows) return rows.error();
    return {};
}

Result<std::int64_t> Sql::integer_or(std::int64_t otherwise, std::string_view sql, const std::vector<SqlValue>& values) {
    auto rows = query(sql, values);
    if (!rows) return rows.error();
    return rows->empty() || rows->front().null(0) ? otherwise : rows->front().integer(0);
}

Result<void> Sql::write(const Work& work) {
    return in_transaction(*this, [&] { return work(*this); });
}

Result<void> in_transaction(Sql& sql, const std::function<Result<void>()>& work) {
    constexpr int most_tries = 5;
    for (int attempt = 1;; ++attempt) {
        try {
            auto done = sql.begin();
            if (done) done = work();
            if (done) done = sql.commit();
            if (done) return {};
            const bool again = sql.asks_again();
            sql.roll_back();
            if (!again || attempt == most_tries) return done;
        } catch (const std::exception& thrown) {
            sql.roll_back();
            return broken_off(thrown);
        }
    }
}

struct Databases::Pool {
    Open open;
    std::size_t limit;
    std::mutex lock;
    std::condition_variable returned;
    std::vector<std::unique_ptr<Sql>> idle;
    std::size_t lent = 0;
};

Databases::Databases(Open open, std::size_t limit) : pool_(std::make_unique<Pool>()) {
    pool_->open = std::move(open);
    pool_->limit = limit;
    pool_->idle.reserve(limit);  // so that one comes back without memory
}

Databases::~Databases() { insist(pool_->lent == 0, "a database is still lent when its pool goes"); }

Result<Databases::Lent> Databases::borrow() {
    {
        std::unique_lock held(pool_->lock);
        pool_->returned.wait(held, [&] { return !pool_->idle.empty() || pool_->lent < pool_->limit; });
        ++pool_->lent;
        if (!pool_->idle.empty()) {
            auto sql = std::move(pool_->idle.back());
            pool_->idle.pop_back();
            return Lent(this, std::move(sql));
        }
    }
    // Opened outside the lock: it may take long, and others may give theirs back meanwhile.
    struct NotLent {
        Pool* pool;
        ~NotLent() {
            if (pool == nullptr) return;
            {
                const std::lock_guard held(pool->lock);
                --pool->lent;
            }
            pool->returned.notify_one();
        }
    } not_lent{pool_.get()};
    auto opened = pool_->open();
    if (!opened) return opened.error();
    not_lent.pool = nullptr;
    return Lent(this, std::move(*opened));
}

Databases::Lent::~Lent() {
    if (from_ == nullptr) return;
    sql_->roll_back();
    {
        const std::lock_guard held(from_->pool_->lock);
        --from_->pool_->lent;
        from_->pool_->idle.push_back(std::move(sql_));
    }
    from_->pool_->returned.notify_one();
}

}  // namespace xinghuo
