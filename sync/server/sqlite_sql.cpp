#include <fmt/format.h>

#include <cctype>
#include <list>
#include <unordered_map>

#include "content/store/database.h"
#include "sync/server/shared_writes.h"
#include "sync/server/sql.h"

namespace xinghuo {
namespace {

// "$1" → "?1"; what stands in quotes or comments stays.
std::string numbered_by_question_marks(std::string_view sql) {
    std::string out;
    out.reserve(sql.size());
    char quote = 0;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (sql.substr(i).starts_with("--")) {
            quote = '\n';
        } else if (c == '$' && i + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i + 1])) != 0) {
            out += '?';
            continue;
        }
        out += c;
    }
    return out;
}

std::string json_of(const std::vector<std::int64_t>& numbers) { return fmt::format("[{}]", fmt::join(numbers, ",")); }

SqlValue kept(const DatabaseValue& value) {
    struct Copy {
        SqlValue operator()(std::nullptr_t) const { return nullptr; }
        SqlValue operator()(std::int64_t number) const { return number; }
        SqlValue operator()(double number) const { return number; }
        SqlValue operator()(std::string_view text) const { return std::string(text); }
        SqlValue operator()(std::span<const std::uint8_t> bytes) const { return Bytes(bytes.begin(), bytes.end()); }
    };
    return std::visit(Copy(), value);
}

class SqliteSql final : public Sql {
public:
    SqliteSql(std::unique_ptr<Database> db, std::shared_ptr<SharedWrites> writes) : db_(std::move(db)), writes_(std::move(writes)) {}
    ~SqliteSql() override { SqliteSql::roll_back(); }
    // Prepared now, so that it needs no memory when there is none.
    Result<void> prepare_to_roll_back() {
        auto prepared = db_->query("ROLLBACK");
        return prepared ? Result<void>() : prepared.error();
    }
    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }

    Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values) override {
        std::vector<SqlRow> answer;
        std::list<std::string> lists;
        std::vector<DatabaseValue> shown;
        shown.reserve(values.size());
        for (const SqlValue& value : values) shown.push_back(show(value, lists));
        const bool alone = !turn_ && !db_->in_transaction() && !sql.starts_with("SELECT");
        if (alone && !take_turn()) return busy();
        const Turn turn{alone ? this : nullptr};
        if (auto read = read_rows(translated(sql), shown, answer); !read) return read.error();
        return answer;
    }

    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) override {
        std::vector<SqlRow> answer;
        const std::size_t count = rows.columns.empty() ? 0 : rows.columns.front().values.size();
        const bool alone = !turn_ && !db_->in_transaction();
        if (alone && !take_turn()) return busy();
        const Turn turn{alone ? this : nullptr};
        Result<void> done;
        std::size_t row = 0;
        for (const std::size_t some : rows_in_a_statement) {
            if (!done || count - row < some) continue;
            const std::string& words = words_of(rows, some);
            for (; done && count - row >= some; row += some) done = insert_some(words, rows, row, some, answer);
        }
        if (!done) return done.error().within("table " + rows.table);
        return answer;
    }

    Result<void> run_script(std::string_view sql) override { return db_->run_script(std::string(sql)); }
    Result<void> begin() override {
        insist(!db_->in_transaction() && !turn_, "a transaction inside a transaction");
        if (!take_turn()) return busy();
        Turn turn{this};
        auto begun = db_->run("BEGIN IMMEDIATE");
        if (begun) turn.of = nullptr;  // until it ends
        return begun;
    }
    Result<void> commit() override {
        auto done = db_->run("COMMIT");
        if (done) give_turn();
        else roll_back();
        return done;
    }
    void roll_back() override {
        const Turn turn{this};
        try {
            if (db_->in_transaction()) (void)db_->run("ROLLBACK");  // a full disk ends a transaction by itself
        } catch (const std::exception&) {  // it ended, and there was no memory to say how
        }
    }
    Result<void> write(const Work& work) override { return writes_->write(work, writes_.use_count() == 1 ? this : nullptr); }
    Preparing preparing() override {
        writes_->begin_preparing();
        return {writes_.get(), [](SharedWrites* writes) { writes->end_preparing(); }};
    }
    // Transactions are immediate, so nothing is found out too late; who waited in vain for the lock has waited long enough.
    [[nodiscard]] bool asks_again() const override { return false; }

private:
    static constexpr std::size_t rows_in_a_statement[] = {50, 10, 1};
    static constexpr Milliseconds patience{5000};

    bool take_turn() { return turn_ = writes_->take(patience); }
    void give_turn() {
        if (std::exchange(turn_, false)) writes_->give();
    }
    // Given back whatever happens, also when something is thrown.
    struct Turn {
        SqliteSql* of;
        ~Turn() {
            if (of != nullptr) of->give_turn();
        }
    };
    static Error busy() { return {ErrorKind::io, "the database: others have been writing for too long"}; }

    Result<void> insert_some(const std::string& words, const SqlRowsToInsert& rows, std::size_t first, std::size_t count, std::vector<SqlRow>& answer) {
        std::vector<DatabaseValue> shown;
        shown.reserve(count * rows.columns.size());
        std::list<std::string> lists;
        for (std::size_t row = first; row < first + count; ++row)
            for (const auto& column : rows.columns) shown.push_back(show(column.values.at(row), lists));
        return read_rows(words, shown, answer);
    }
    // "INSERT INTO table (a, b) VALUES (?1, ?2), (?3, ?4) …"
    const std::string& words_of(const SqlRowsToInsert& rows, std::size_t count) {
        std::string key = fmt::format("{} {} ", rows.table, count);
        for (const auto& column : rows.columns) (key += column.name) += ',';
        (key += rows.on_conflict) += rows.returning;
        if (const auto found = translations_.find(key); found != translations_.end()) return found->second;
        std::string words = "INSERT INTO " + rows.table + " (", values;
        for (std::size_t i = 0; i < rows.columns.size(); ++i) words += (i == 0 ? "" : ", ") + rows.columns[i].name;
        for (std::size_t place = 0; place < count * rows.columns.size(); ++place)
            values += fmt::format("{}?{}{}", place % rows.columns.size() != 0 ? ", " : place == 0 ? "(" : ", (", place + 1, (place + 1) % rows.columns.size() == 0 ? ")" : "");
        words += fmt::format(") VALUES {} {} {}", values, rows.on_conflict, rows.returning);
        return remember(std::move(key), std::move(words));
    }
    const std::string& remember(std::string key, std::string words) {
        constexpr std::size_t most = 512;
        if (translations_.size() >= most) translations_.clear();
        return translations_.emplace(std::move(key), std::move(words)).first->second;
    }

    static DatabaseValue show(const SqlValue& value, std::list<std::string>& lists) {
        switch (value.index()) {
            case 0: return nullptr;
            case 1: return std::get<std::int64_t>(value);
            case 2: return std::get<double>(value);
            case 3: return std::string_view(std::get<std::string>(value));
            case 4: return std::span<const std::uint8_t>(std::get<Bytes>(value));
            default: return std::string_view(lists.emplace_back(json_of(std::get<std::vector<std::int64_t>>(value))));
        }
    }

    Result<void> read_rows(const std::string& sql, std::span<const DatabaseValue> values, std::vector<SqlRow>& answer) {
        auto rows = db_->query_with(sql, values);
        if (!rows) return rows.error();
        while (rows->next()) {
            std::vector<SqlValue> row;
            row.reserve(static_cast<std::size_t>(rows->columns()));
            for (int column = 0; column < rows->columns(); ++column) row.push_back(kept(rows->value(column)));
            answer.emplace_back(std::move(row));
        }
        return rows->end();
    }

    const std::string& translated(std::string_view sql) {
        std::string key(sql);
        if (const auto found = translations_.find(key); found != translations_.end()) return found->second;
        return remember(std::move(key), numbered_by_question_marks(sql));
    }

    std::unique_ptr<Database> db_;
    std::shared_ptr<SharedWrites> writes_;
    bool turn_ = false;
    std::unordered_map<std::string, std::string> translations_;
};

Result<std::unique_ptr<Sql>> open_with(const Path& file, std::shared_ptr<SharedWrites> writes) {
    auto db = Database::open(file);
    if (!db) return db.error();
    // No frame waits here: whoever commits also moves the log into the file, before it grows.
    if (auto set = (*db)->run_script("PRAGMA wal_autocheckpoint=16000; PRAGMA cache_size=-32000;"); !set) return set.error().within("opening the database");
    auto sql = std::make_unique<SqliteSql>(std::move(*db), std::move(writes));
    if (auto ready = sql->prepare_to_roll_back(); !ready) return ready.error().within("opening the database");
    return std::unique_ptr<Sql>(std::move(sql));
}

}  // namespace

Result<std::unique_ptr<Sql>> open_sqlite(const Path& file) {
    const auto for_all = [file](SharedWrites& writes) { return open_with(file, std::shared_ptr<SharedWrites>(std::shared_ptr<void>(), &writes)); };
    return open_with(file, SharedWrites::of(file, for_all));
}

}  // namespace xinghuo
