// SQLite, behind one door. WAL, synchronous=FULL, foreign keys, no automatic checkpoints (design: the frame loop never checkpoints).
// One Database per thread.
//
//     auto rows = db.query("SELECT name, ms FROM t WHERE member = ?1", member.text);
//     if (!rows) return rows.error();
//     while (rows->next()) use(rows->text(0), rows->integer(1));
//     if (auto read = rows->end(); !read) return read.error();
//
//     auto change = Transaction::begin(db);                    // BEGIN IMMEDIATE; undone unless committed
//     if (!change) return change.error();
//     if (auto done = db.run("INSERT INTO t (a) VALUES (?1)", a); !done) return done.error();
//     return change->commit();                                 // durable when this is good
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "content/base/file.h"
#include "content/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace xinghuo {

// Values whose kinds and number are known only at run time. What they show outlives the call they are given to.
using DatabaseValue = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, std::span<const std::uint8_t>>;

// The answer to a query, row by row. Columns count from 0; a column that is not there is our mistake.
class Rows {
public:
    Rows(Rows&& other) noexcept;
    Rows& operator=(Rows&&) = delete;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows();

    // True: there is a row. False: no more, or something failed; end() tells which.
    [[nodiscard]] bool next();
    [[nodiscard]] Result<void> end() const;

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] bool null(int column) const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] DatabaseValue value(int column) const;  // shown until the next call of next(); by what stands there

private:
    friend class Database;
    Rows(sqlite3* db, sqlite3_stmt* statement, bool owned) : db_(db), statement_(statement), owned_(owned) {}
    sqlite3* db_;
    sqlite3_stmt* statement_;
    bool owned_;  // not in the cache: finalised here
    int result_ = 0;
};

class Database {
public:
    struct Options {
        bool read_only = false;
        int busy_ms = 5000;  // how long to wait for another connection's transaction
    };
    // Opens or makes the file (mode 0600). Does not look at the schema: migrate() in schema.h does.
    static Result<std::unique_ptr<Database>> open(const Path& file, Options options);
    static Result<std::unique_ptr<Database>> open(const Path& file) { return open(file, Options()); }
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Values: integers, bool, double, text, Bytes or any span of bytes, std::optional of these, nullptr.
    template <class... Values>
    [[nodiscard]] Result<Rows> query(std::string_view sql, const Values&... values) {
        auto rows = prepared(sql);
        if (!rows) return rows;
        int place = 0;
        (bind(*rows, ++place, values), ...);
        return rows;
    }
    [[nodiscard]] Result<Rows> query_with(std::string_view sql, std::span<const DatabaseValue> values);
    // For what answers with no rows. `io` for a full disk, a busy or an unwritable file; `invalid` for damage and broken constraints.
    template <class... Values>
    Result<void> run(std::string_view sql, const Values&... values) {
        auto rows = query(sql, values...);
        if (!rows) return rows.error();
        while (rows->next()) {}
        return rows->end();
    }
    // Several statements, no values: for schema steps.
    Result<void> run_script(const std::string& sql);
    // The one integer a query answers with; `otherwise` when there is no row or it is NULL.
    template <class... Values>
    [[nodiscard]] Result<std::int64_t> integer_or(std::int64_t otherwise, std::string_view sql, const Values&... values) {
        auto rows = query(sql, values...);
        if (!rows) return rows.error();
        std::int64_t found = otherwise;
        if (rows->next() && !rows->null(0)) found = rows->integer(0);
        if (auto end = rows->end(); !end) return end.error();
        return found;
    }

    [[nodiscard]] std::int64_t changes() const;        // rows the last statement changed
    [[nodiscard]] std::int64_t last_rowid() const;
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] const Path& file() const { return file_; }
    // Moves what the log holds into the file, as far as nobody reads it; never waits. Not on the frame's thread.
    Result<void> checkpoint();
    // One page block at a time, so that writers go on: true while there is more. A writer on another connection makes it begin anew:
    // hold a read transaction on this one. Not on the frame's thread.
    class Backup;
    Result<std::unique_ptr<Backup>> begin_backup(const Path& to);
    // Breaks off what is running on this connection, e.g. a check that takes long. Any thread.
    void interrupt();
    // "ok", or what is damaged. quick: PRAGMA quick_check.
    Result<std::string> check(bool quick = true);

private:
    Database(sqlite3* db, Path file) : db_(db), file_(std::move(file)) {}
    Result<Rows> prepared(std::string_view sql);
    static void bind(Rows& rows, int place, std::nullptr_t);
    static void bind(Rows& rows, int place, std::int64_t value);
    static void bind(Rows& rows, int place, std::uint64_t value) { bind(rows, place, static_cast<std::int64_t>(value)); }
    static void bind(Rows& rows, int place, int value) { bind(rows, place, static_cast<std::int64_t>(value)); }
    static void bind(Rows& rows, int place, bool value) { bind(rows, place, static_cast<std::int64_t>(value)); }
    static void bind(Rows& rows, int place, double value);
    static void bind(Rows& rows, int place, std::string_view value);
    static void bind(Rows& rows, int place, const std::string& value) { bind(rows, place, std::string_view(value)); }
    static void bind(Rows& rows, int place, const char* value) { bind(rows, place, std::string_view(value)); }
    static void bind(Rows& rows, int place, std::span<const std::uint8_t> value);
    template <class T>
    static void bind(Rows& rows, int place, const std::optional<T>& value) {
        if (value) bind(rows, place, *value);
        else bind(rows, place, nullptr);
    }

    struct Less {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
    };
    sqlite3* db_;
    Path file_;
    std::unordered_map<std::string, sqlite3_stmt*, Less, std::equal_to<>> statements_;  // by their text; at most 256
};

class Database::Backup {
public:
    ~Backup();
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;
    // Copies up to so many pages. True: there is more. The copy is in place (checked, synced, renamed) once this says false.
    Result<bool> step(int pages = 256);
    [[nodiscard]] double done() const;  // 0–1

private:
    friend class Database;
    struct State;
    explicit Backup(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// All or nothing. Nesting is our mistake: functions that need one and do not begin it say so.
class Transaction {
public:
    static Result<Transaction> begin(Database& db);
    Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    // Durable when it is good; undone when it is not.
    [[nodiscard]] Result<void> commit();

private:
    explicit Transaction(Database& db) : db_(&db) {}
    Database* db_;
};

}  // namespace xinghuo
