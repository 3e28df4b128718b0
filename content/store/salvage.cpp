#include "content/store/salvage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace xinghuo {
namespace {

// Between two readable ends, single rows are asked for; a file with more in between than this gives up there.
constexpr std::int64_t most_single_rows = 4'000'000;

struct CloseStatement { void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); } };
struct CloseConnection { void operator()(sqlite3* db) const { sqlite3_close(db); } };
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

Connection open_raw(const Path& file, int flags) {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection db(raw);
    if (opened != SQLITE_OK) return nullptr;
    return db;
}

Statement prepare(sqlite3* db, const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK) return nullptr;
    return Statement(raw);
}

bool run(sqlite3* db, const std::string& sql) { return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; }

std::vector<std::string> texts(sqlite3* db, const std::string& sql) {
    std::vector<std::string> found;
    const Statement s = prepare(db, sql);
    while (s && sqlite3_step(s.get()) == SQLITE_ROW) found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(s.get(), 0)));
    return found;
}

bool readable(sqlite3* db) {
    if (db == nullptr) return false;
    // A file shorter than its header says, and a schema with a damaged line, are read as far as they go.
    run(db, "PRAGMA writable_schema=ON");
    const Statement s = prepare(db, "SELECT count(*) FROM sqlite_master WHERE name = 'record'");
    return s && sqlite3_step(s.get()) == SQLITE_ROW && sqlite3_column_int(s.get(), 0) == 1;
}

// A working copy of `from` with the first page of `sound`: header and schema. The tables of both begin at the same pages, because the same
// steps made them and backups keep pages in their places.
bool graft(const Path& from, const Path& sound, const Path& copy) {
    std::error_code failed;
    const auto options = std::filesystem::copy_options::overwrite_existing;
    if (!std::filesystem::copy_file(from, copy, options, failed)) return false;
    const Path log = from.string() + "-wal";
    if (std::filesystem::exists(log, failed)) std::filesystem::copy_file(log, copy.string() + "-wal", options, failed);
    std::array<char, 65536> page{};
    const int in = ::open(sound.c_str(), O_RDONLY | O_CLOEXEC), out = ::open(copy.c_str(), O_WRONLY | O_CLOEXEC);
    bool good = in >= 0 && out >= 0 && ::pread(in, page.data(), 100, 0) == 100;
    if (good) {
        const std::size_t said = static_cast<std::size_t>(static_cast<unsigned char>(page[16])) << 8 | static_cast<unsigned char>(page[17]);
        const std::size_t size = said == 1 ? 65536 : said;
        good = size >= 512 && ::pread(in, page.data(), size, 0) == static_cast<ssize_t>(size);
        // The size in the header is the other file's: with these two numbers unlike, SQLite goes by the file.
        page[92] = static_cast<char>(page[92] ^ 0x7f);
        good = good && ::pwrite(out, page.data(), size, 0) == static_cast<ssize_t>(size);
    }
    if (in >= 0) ::close(in);
    if (out >= 0) ::close(out);
    return good;
}

class Copying {
public:
    Copying(sqlite3* from, sqlite3* into, Salvaged& told) : from_(from), into_(into), told_(told) {}

    void records() {
        if (!set_table("record", "INSERT OR IGNORE")) return;
        const std::int64_t had = integer(into_, "SELECT coalesce(max(seq), 0) FROM record");
        told_.last_seq_seen = had;
        counted_ = true;
        std::int64_t low = had, high = 0;
        // Half a page of zeros may still look like rows; what no program can have written is not a record.
        select_ += " WHERE length(hash) = 32 AND length(prev_hash) = 32 AND length(kind) > 0 AND kind NOT GLOB '*[^a-z_]*' AND json_valid(body)";
        Statement rows = prepare(from_, select_ + " AND seq > ?1 ORDER BY seq");
        int result = copy_all(rows.get(), had, [&](std::int64_t seq) { low = seq; });
        note_seen(low);
        if (result == SQLITE_DONE) {
            note_seen(integer(from_, "SELECT max(seq) FROM record"));
            return;
        }
        rows = prepare(from_, select_ + " AND seq > ?1 ORDER BY seq DESC");
        (void)copy_all(rows.get(), low, [&](std::int64_t seq) {
            note_seen(seq);
            high = seq;
        });
        // Traces of records whose own page is gone.
        for (const char* trace : {"SELECT seq FROM record INDEXED BY record_by_kind", "SELECT seq FROM signature"}) {
            const Statement s = prepare(from_, trace);
            while (s && sqlite3_step(s.get()) == SQLITE_ROW) note_seen(sqlite3_column_int64(s.get(), 0));
        }
        if (high == 0) high = told_.last_seq_seen + 1;
        rows = prepare(from_, select_ + " AND seq = ?1");
        for (std::int64_t seq = low + 1; seq < high && seq - low < most_single_rows; ++seq) (void)copy_all(rows.get(), seq, [](std::int64_t) {});
        told_.lost.push_back("table record: not all of it can be read");
    }

    void table(const std::string& name) {
        counted_ = false;
        if (!set_table(name, "INSERT OR REPLACE")) return;
        // Read to its end, the table takes the place of the backup's: what was deleted since stays deleted.
        const bool whole = [&] {
            const Statement all = prepare(from_, select_);
            int result = SQLITE_ERROR;
            while (all && (result = sqlite3_step(all.get())) == SQLITE_ROW) {}
            return result == SQLITE_DONE;
        }();
        if (whole) run(into_, "DELETE FROM \"" + name + "\"");
        (void)copy_all(prepare(from_, select_).get(), {}, [](std::int64_t) {});
        if (whole) return;
        const auto keys = texts(from_, "SELECT name FROM pragma_table_info('" + name + "') WHERE pk > 0 ORDER BY pk");
        std::string order;
        for (const std::string& key : keys) order += (order.empty() ? "" : ", ") + ("\"" + key + "\" DESC");
        if (!order.empty()) (void)copy_all(prepare(from_, select_ + " ORDER BY " + order).get(), {}, [](std::int64_t) {});
        told_.lost.push_back("table " + name + ": not all of it can be read");
    }

    [[nodiscard]] bool failed() const { return failed_; }  // the sound file cannot be written

private:
    static std::int64_t integer(sqlite3* db, const std::string& sql) {
        const Statement s = prepare(db, sql);
        return s && sqlite3_step(s.get()) == SQLITE_ROW ? sqlite3_column_int64(s.get(), 0) : 0;
    }
    void note_seen(std::int64_t seq) { told_.last_seq_seen = std::max(told_.last_seq_seen, seq); }

    // The columns both have; the damaged file may be of an earlier step.
    bool set_table(const std::string& name, const std::string& verb) {
        const auto theirs = texts(from_, "SELECT name FROM pragma_table_info('" + name + "')");
        const auto ours = texts(into_, "SELECT name FROM pragma_table_info('" + name + "')");
        std::string columns, places;
        for (const std::string& column : theirs) {
            if (std::find(ours.begin(), ours.end(), column) == ours.end()) continue;
            columns += (columns.empty() ? "" : ", ") + ("\"" + column + "\"");
            places += places.empty() ? "?" : ", ?";
        }
        if (columns.empty()) {
            told_.lost.push_back("table " + name + ": cannot be found");
            return false;
        }
        select_ = "SELECT " + columns + " FROM \"" + name + "\"";
        insert_ = prepare(into_, verb + " INTO \"" + name + "\" (" + columns + ") VALUES (" + places + ")");
        return insert_ != nullptr;
    }

    // Every row that comes; the number in its first column is told. What the last step said.
    template <class Told>
    int copy_all(sqlite3_stmt* rows, std::optional<std::int64_t> value, const Told& told) {
        if (rows == nullptr) return SQLITE_ERROR;
        sqlite3_reset(rows);
        if (value) sqlite3_bind_int64(rows, 1, *value);
        int result = SQLITE_OK;
        while ((result = sqlite3_step(rows)) == SQLITE_ROW) {
            sqlite3_reset(insert_.get());
            for (int c = 0; c < sqlite3_column_count(rows); ++c) sqlite3_bind_value(insert_.get(), c + 1, sqlite3_column_value(rows, c));
            // A row that the rules of the table refuse is damage, too; it is left out.
            const int written = sqlite3_step(insert_.get());
            if (written == SQLITE_FULL || (written & 0xff) == SQLITE_IOERR) failed_ = true;
            if (written == SQLITE_DONE && counted_) told_.records += static_cast<std::size_t>(sqlite3_changes(into_));
            told(sqlite3_column_int64(rows, 0));
        }
        sqlite3_reset(insert_.get());
        return result;
    }

    sqlite3* from_;
    sqlite3* into_;
    Salvaged& told_;
    std::string select_;
    Statement insert_;
    bool failed_ = false, counted_ = false;
};

}  // namespace

Result<Salvaged> salvage(const Path& from, const Path& into) {
    Salvaged told;
    const Path copy = into.string() + ".grafted";
    Connection damaged = open_raw(from, SQLITE_OPEN_READONLY);
    const bool grafted = !readable(damaged.get());
    if (grafted) {
        damaged.reset();
        told.lost.push_back("the first page: cannot be read, and was replaced to read the others");
        if (graft(from, into, copy)) damaged = open_raw(copy, SQLITE_OPEN_READWRITE);
        if (!readable(damaged.get())) damaged.reset();
    }
    bool written = true;
    if (damaged == nullptr) {
        told.lost.push_back("the file: nothing of it can be read");
    } else {
        const Connection sound = open_raw(into, SQLITE_OPEN_READWRITE);
        written = sound != nullptr && run(sound.get(), "PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL; BEGIN IMMEDIATE");
        if (written) {
            Copying copying(damaged.get(), sound.get(), told);
            copying.records();
            for (const std::string& name : texts(sound.get(), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'record' ORDER BY name"))
                copying.table(name);
            written = !copying.failed() && run(sound.get(), "COMMIT");
        }
    }
    damaged.reset();
    std::error_code ignored;
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(copy.string() + ending, ignored);
    if (!written) return Error{ErrorKind::io, "what can be read of the damaged file cannot be written"};
    return told;
}

}  // namespace xinghuo
