#include <fmt/format.h>

#include <cctype>
#include <deque>
#include <unordered_map>

#include "content/store/database.h"
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
    explicit SqliteSql(std::unique_ptr<Database> db) : db_(std::move(db)) {}
    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }

    Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values) override {
        std::vector<SqlRow> answer;
        std::deque<std::string> lists;
        std::vector<DatabaseValue> shown;
        shown.reserve(values.size());
        for (const SqlValue& value : values) shown.push_back(show(value, lists));
        if (auto read = read_rows(translated(sql), shown, answer); !read) return read.error();
        return answer;
    }

    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) override {
        std::vector<SqlRow> answer;
        const std::size_t count = rows.columns.empty() ? 0 : rows.columns.front().values.size();
        std::string names, places;
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            insist(rows.columns[i].values.size() == count, "columns of different lengths");
            names += (i == 0 ? "" : ", ") + rows.columns[i].name;
            places += fmt::format("{}?{}", i == 0 ? "" : ", ", i + 1);
        }
        const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({}) {} {}", rows.table, names, places, rows.on_conflict, rows.returning);
        std::vector<DatabaseValue> shown(rows.columns.size());
        for (std::size_t row = 0; row < count; ++row) {
            std::deque<std::string> lists;
            for (std::size_t i = 0; i < rows.columns.size(); ++i) shown[i] = show(rows.columns[i].values[row], lists);
            if (auto read = read_rows(sql, shown, answer); !read) return read.error().within("table " + rows.table);
        }
        return answer;
    }

    Result<void> run_script(std::string_view sql) override { return db_->run_script(std::string(sql)); }
    Result<void> begin() override {
        insist(!db_->in_transaction(), "a transaction inside a transaction");
        return db_->run("BEGIN IMMEDIATE");
    }
    Result<void> commit() override {
        auto done = db_->run("COMMIT");
        if (!done) roll_back();
        return done;
    }
    void roll_back() override {
        if (db_->in_transaction()) (void)db_->run("ROLLBACK");  // a full disk ends a transaction by itself
    }
    // Transactions are immediate, so nothing is found out too late; who waited in vain for the lock has waited long enough.
    [[nodiscard]] bool asks_again() const override { return false; }

private:
    static DatabaseValue show(const SqlValue& value, std::deque<std::string>& lists) {
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
        constexpr std::size_t most = 512;
        std::string key(sql);
        if (const auto found = translations_.find(key); found != translations_.end()) return found->second;
        if (translations_.size() >= most) translations_.clear();
        auto words = numbered_by_question_marks(sql);
        return translations_.emplace(std::move(key), std::move(words)).first->second;
    }

    std::unique_ptr<Database> db_;
    std::unordered_map<std::string, std::string> translations_;
};

}  // namespace

Result<std::unique_ptr<Sql>> open_sqlite(const Path& file) {
    auto db = Database::open(file);
    if (!db) return db.error();
    // No frame waits here: whoever commits also moves the log into the file, before it grows.
    if (auto set = (*db)->run_script("PRAGMA wal_autocheckpoint=16000; PRAGMA cache_size=-32000;"); !set) return set.error().within("opening the database");
    return std::unique_ptr<Sql>(std::make_unique<SqliteSql>(std::move(*db)));
}

}  // namespace xinghuo
