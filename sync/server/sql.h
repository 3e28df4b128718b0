// A server's database: SQLite in a folder, or PostgreSQL. One dialect for both: "$1" for values, UPSERT and RETURNING as both know them; what only one
// can do asks dialect(). One Sql per thread at a time. "$1" is not looked for inside '…', "…" and comments.
//
//     auto rows = sql.query("SELECT name FROM kiosk WHERE organisation = $1 AND id = $2", {org, id});
//     for (const SqlRow& row : *rows) use(row.text(0));
//
//     auto done = in_transaction(sql, [&]() -> Result<void> { … });        // repeats it when the database says "serialisation" or "gone over"
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "content/base/file.h"
#include "content/base/result.h"

namespace xinghuo {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string, Bytes, std::vector<std::int64_t>>;  // the last: a bigint[] (JSON text in SQLite)

class SqlRow {
public:
    explicit SqlRow(std::vector<SqlValue> values) : values_(std::move(values)) {}
    [[nodiscard]] bool null(std::size_t column) const { return std::holds_alternative<std::nullptr_t>(values_.at(column)); }
    [[nodiscard]] std::int64_t integer(std::size_t column) const;  // 0 when NULL
    [[nodiscard]] double real(std::size_t column) const;
    [[nodiscard]] const std::string& text(std::size_t column) const;
    [[nodiscard]] const Bytes& blob(std::size_t column) const;
    [[nodiscard]] const SqlValue& value(std::size_t column) const { return values_.at(column); }

private:
    std::vector<SqlValue> values_;
};

enum class SqlType { bigint, real, text, blob, bigints };

// Many rows at once, each column by itself: PostgreSQL gets one `INSERT … SELECT FROM unnest(…)`, SQLite one prepared statement row by row.
//     {"study_day", {{"member", SqlType::text, members}, {"ms", SqlType::bigint, sums}}, "ON CONFLICT (member) DO UPDATE SET ms = study_day.ms + excluded.ms", "RETURNING member"}
struct SqlRowsToInsert {
    std::string table;
    struct Column {
        std::string name;
        SqlType type;
        std::vector<SqlValue> values;
    };
    std::vector<Column> columns;   // all of one length
    std::string on_conflict;       // empty: a conflict is an error
    std::string returning;
};

class Sql {
public:
    enum class Dialect { sqlite, postgres };
    virtual ~Sql() = default;
    [[nodiscard]] virtual Dialect dialect() const = 0;
    // `io`: the database is away, full or busy (the connection is made anew by itself at the next call outside a transaction); `invalid`: a broken constraint or
    // statement. All rows in memory: a query states its LIMIT.
    virtual Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values = {}) = 0;
    // Without `returning` and inside a transaction PostgreSQL may send it with the next call: its failure is then that call's, commit() at the latest.
    virtual Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) = 0;
    virtual Result<void> run_script(std::string_view sql) = 0;        // several statements, no values: schema steps
    // Nesting is our mistake. SQLite: IMMEDIATE; PostgreSQL: READ COMMITTED. commit() is durable when good (synchronous_commit=on).
    virtual Result<void> begin() = 0;
    virtual Result<void> commit() = 0;
    virtual void roll_back() = 0;                                     // outside a transaction: nothing. Throws nothing
    // All or nothing, durable when good; repeated as in_transaction() does. What waits for the same SQLite file at the same time may share a transaction, on
    // another connection than this one: work uses the one it is given.
    using Work = std::function<Result<void>(Sql&)>;
    virtual Result<void> write(const Work& work);
    // Held while something is made ready that write() will be asked for, and given back before that; nothing of a database is waited for meanwhile. SQLite's one
    // writer keeps a core to itself; others may have to wait here. Null: as many as like.
    using Preparing = std::shared_ptr<void>;
    virtual Preparing preparing() { return nullptr; }
    // The last failure was a deadlock, a serialisation or a primary gone over before anything was committed: the same transaction may do well now.
    [[nodiscard]] virtual bool asks_again() const = 0;

    // A column among an array of bigint that stands at a place: "key " + sql.among("$2") is "key = ANY($2)", or json_each in SQLite.
    [[nodiscard]] std::string among(std::string_view place) const;
    Result<void> run(std::string_view sql, const std::vector<SqlValue>& values = {});
    Result<std::int64_t> integer_or(std::int64_t otherwise, std::string_view sql, const std::vector<SqlValue>& values = {});

    std::map<std::string, std::int64_t, std::less<>> remembered;  // what those who use this connection remember with it, e.g. how far partitions are made
};
// All or nothing, durable when good. Repeated up to five times when the database asks for it (deadlock, serialisation); never after a
// commit whose outcome is unknown: that is `io`, and whoever asked sends again. Work that throws is undone: `full` for want of memory, else `io`.
Result<void> in_transaction(Sql& sql, const std::function<Result<void>()>& work);

// "postgresql://…" (libpq's own form; several hosts and target_session_attrs follow a failover), or a folder's file. Opens lazily connected; makes and
// migrates the schema once (schema.cpp).
Result<std::unique_ptr<Sql>> open_sqlite(const Path& file);
Result<std::unique_ptr<Sql>> open_postgres(const std::string& connection);
Result<void> migrate_server(Sql& sql);

// What opens a connection for each thread that needs one.
class Databases {
public:
    using Open = std::function<Result<std::unique_ptr<Sql>>()>;
    explicit Databases(Open open, std::size_t limit = 16);
    ~Databases();
    Databases(const Databases&) = delete;
    Databases& operator=(const Databases&) = delete;
    // Borrowed until it goes; waits while all are lent. What is open in it when it comes back is undone. Any thread.
    class Lent {
    public:
        Lent(Databases* from, std::unique_ptr<Sql> sql) : from_(from), sql_(std::move(sql)) {}
        Lent(Lent&& other) noexcept : from_(std::exchange(other.from_, nullptr)), sql_(std::move(other.sql_)) {}
        Lent& operator=(Lent&&) = delete;
        ~Lent();
        Sql& operator*() const { return *sql_; }
        Sql* operator->() const { return sql_.get(); }

    private:
        Databases* from_;
        std::unique_ptr<Sql> sql_;
    };
    Result<Lent> borrow();

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace xinghuo
