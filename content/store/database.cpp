#include "content/store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace xinghuo {
namespace {

constexpr std::size_t most_statements = 256;

Error failure(sqlite3* db, int result) {
    const int extended = db != nullptr ? sqlite3_extended_errcode(db) : result;
    const char* words = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(result);
    switch (result & 0xff) {
        case SQLITE_FULL: return {ErrorKind::io, "the disk is full"};
        case SQLITE_IOERR:
            // What the disk cannot read any more is damage; everything else it refuses may be tried again.
            if (extended == SQLITE_IOERR_READ || extended == SQLITE_IOERR_SHORT_READ || extended == SQLITE_IOERR_CORRUPTFS)
                return {ErrorKind::invalid, fmt::format("the database: {} ({})", words, extended)};
            return {ErrorKind::io, fmt::format("the database: {} ({})", words, extended)};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return {ErrorKind::io, fmt::format("the database: {} ({})", words, extended)};
        case SQLITE_NOMEM: return {ErrorKind::too_large, "the database: no memory"};
        default: return {ErrorKind::invalid, fmt::format("the database: {} ({})", words, extended)};
    }
}

}  // namespace

Rows::Rows(Rows&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)), owned_(other.owned_), result_(other.result_) {}

Rows::~Rows() {
    if (statement_ == nullptr) return;
    if (owned_) {
        sqlite3_finalize(statement_);
    } else {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
}

bool Rows::next() {
    if (result_ != SQLITE_OK && result_ != SQLITE_ROW) return false;
    result_ = sqlite3_step(statement_);
    return result_ == SQLITE_ROW;
}

Result<void> Rows::end() const {
    if (result_ == SQLITE_OK || result_ == SQLITE_ROW || result_ == SQLITE_DONE) return {};
    return failure(db_, result_);
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Rows::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Rows::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string Rows::text(int column) const {
    const auto* words = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return words == nullptr ? "" : std::string(words, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

int Rows::columns() const { return sqlite3_column_count(statement_); }

DatabaseValue Rows::value(int column) const {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_NULL: return nullptr;
        case SQLITE_INTEGER: return integer(column);
        case SQLITE_FLOAT: return real(column);
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
            return std::span<const std::uint8_t>(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
        }
        default: {
            const auto* words = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
            return std::string_view(words, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
        }
    }
}

Bytes Rows::blob(int column) const {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return bytes == nullptr ? Bytes() : Bytes(bytes, bytes + sqlite3_column_bytes(statement_, column));
}

Result<std::unique_ptr<Database>> Database::open(const Path& file, Options options) {
    if (!options.read_only) {
        std::error_code failed;
        std::filesystem::create_directories(file.parent_path(), failed);
        // Nobody else's business, from the first byte: SQLite gives its log and its index the mode of the file.
        // Made without being opened: closing any descriptor of it would drop the locks that other connections of this process hold (POSIX), and the next
        // process that closes the file would take the log away from under them (sqlite.org/howtocorrupt.html, 2.2).
        (void)::mknod(file.c_str(), S_IFREG | 0600, 0);  // it exists: good
    }
    sqlite3* raw = nullptr;
    const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    std::unique_ptr<Database> db(new Database(raw, file));
    if (opened != SQLITE_OK) return failure(raw, opened).within("opening " + file.string());
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, options.busy_ms);
    const char* settings = options.read_only ? "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                             : "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA journal_mode=WAL; "
                                               "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON; "
                                               "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;";
    if (auto set = db->run_script(settings); !set) return set.error().within("opening " + file.string());
    return db;
}

Database::~Database() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
}

Result<Rows> Database::prepared(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end() && sqlite3_stmt_busy(found->second) == 0)
        return Rows(db_, found->second, false);
    sqlite3_stmt* statement = nullptr;
    const bool keep = statements_.size() < most_statements && !statements_.contains(sql);
    const int result = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
    if (result != SQLITE_OK) return failure(db_, result);
    if (keep) statements_.emplace(sql, statement);
    return Rows(db_, statement, !keep);
}

Result<Rows> Database::query_with(std::string_view sql, std::span<const DatabaseValue> values) {
    auto rows = prepared(sql);
    if (!rows) return rows;
    int place = 0;
    for (const DatabaseValue& value : values) {
        ++place;
        // What is shown outlives the rows: no copy of it is needed.
        if (const auto* text = std::get_if<std::string_view>(&value); text != nullptr && !text->empty())
            insist(sqlite3_bind_text64(rows->statement_, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK, "a value too many for this SQL");
        else if (const auto* bytes = std::get_if<std::span<const std::uint8_t>>(&value); bytes != nullptr && !bytes->empty())
            insist(sqlite3_bind_blob64(rows->statement_, place, bytes->data(), bytes->size(), SQLITE_STATIC) == SQLITE_OK, "a value too many for this SQL");
        else
            std::visit([&](const auto& held) { bind(*rows, place, held); }, value);
    }
    return rows;
}

void Database::bind(Rows& rows, int place, std::nullptr_t) {
    insist(sqlite3_bind_null(rows.statement_, place) == SQLITE_OK, "a value too many for this SQL");
}
void Database::bind(Rows& rows, int place, std::int64_t value) {
    insist(sqlite3_bind_int64(rows.statement_, place, value) == SQLITE_OK, "a value too many for this SQL");
}
void Database::bind(Rows& rows, int place, double value) {
    insist(sqlite3_bind_double(rows.statement_, place, value) == SQLITE_OK, "a value too many for this SQL");
}
void Database::bind(Rows& rows, int place, std::string_view value) {
    insist(sqlite3_bind_text64(rows.statement_, place, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK,
           "a value too many for this SQL");
}
void Database::bind(Rows& rows, int place, std::span<const std::uint8_t> value) {
    static const std::uint8_t nothing = 0;
    insist(sqlite3_bind_blob64(rows.statement_, place, value.empty() ? &nothing : value.data(), value.size(), SQLITE_TRANSIENT) == SQLITE_OK,
           "a value too many for this SQL");
}

Result<void> Database::run_script(const std::string& sql) {
    const int result = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) return failure(db_, result);
    return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(db_); }
std::int64_t Database::last_rowid() const { return sqlite3_last_insert_rowid(db_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

void Database::interrupt() { sqlite3_interrupt(db_); }

Result<void> Database::checkpoint() {
    const int result = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (result != SQLITE_OK && result != SQLITE_BUSY) return failure(db_, result).within("checkpoint");
    return {};
}

Result<std::string> Database::check(bool quick) {
    auto rows = query(quick ? "PRAGMA quick_check(20)" : "PRAGMA integrity_check(20)");
    if (!rows) return rows.error();
    std::string said;
    while (rows->next()) said += (said.empty() ? "" : "; ") + rows->text(0);
    // A file so damaged that the check itself breaks off is an answer, too.
    if (auto end = rows->end(); !end) return said + (said.empty() ? "" : "; ") + end.error().what;
    return said;
}

struct Database::Backup::State {
    sqlite3* to = nullptr;
    sqlite3_backup* copy = nullptr;
    Path file, beside;
};

Result<std::unique_ptr<Database::Backup>> Database::begin_backup(const Path& to) {
    auto state = std::make_unique<Backup::State>();
    state->file = to;
    state->beside = to.string() + ".partial";
    std::error_code ignored;
    std::filesystem::create_directories(to.parent_path(), ignored);
    std::filesystem::remove(state->beside, ignored);
    const int fd = ::open(state->beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
    const int opened = sqlite3_open_v2(state->beside.c_str(), &state->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (opened != SQLITE_OK) {
        const Error error = failure(state->to, opened).within("backing up to " + to.string());
        sqlite3_close(state->to);
        return error;
    }
    state->copy = sqlite3_backup_init(state->to, "main", db_, "main");
    if (state->copy == nullptr) {
        const Error error = failure(state->to, sqlite3_errcode(state->to)).within("backing up to " + to.string());
        sqlite3_close(state->to);
        return error;
    }
    return std::unique_ptr<Backup>(new Backup(std::move(state)));
}

Database::Backup::Backup(std::unique_ptr<State> state) : state_(std::move(state)) {}

Database::Backup::~Backup() {
    if (state_->copy != nullptr) sqlite3_backup_finish(state_->copy);
    sqlite3_close(state_->to);
    std::error_code ignored;
    std::filesystem::remove(state_->beside, ignored);
}

Result<bool> Database::Backup::step(int pages) {
    insist(state_->copy != nullptr, "a backup that is done was asked to go on");
    const int result = sqlite3_backup_step(state_->copy, pages);
    if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED) return true;
    const int finished = sqlite3_backup_finish(state_->copy);
    state_->copy = nullptr;
    const std::string where = "backing up to " + state_->file.string();
    if (result != SQLITE_DONE) return failure(state_->to, result).within(where);
    if (finished != SQLITE_OK) return failure(state_->to, finished).within(where);
    sqlite3_stmt* check = nullptr;
    std::string said;
    if (sqlite3_prepare_v2(state_->to, "PRAGMA quick_check(1)", -1, &check, nullptr) == SQLITE_OK && sqlite3_step(check) == SQLITE_ROW)
        said = reinterpret_cast<const char*>(sqlite3_column_text(check, 0));
    sqlite3_finalize(check);
    sqlite3_close(state_->to);
    state_->to = nullptr;
    if (said != "ok") return Error{ErrorKind::invalid, where + ": the copy does not pass its check: " + said};
    // The name must be as durable as the bytes.
    const int fd = ::open(state_->beside.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!synced) return Error{ErrorKind::io, where + ": cannot be written to the disk"};
    if (::rename(state_->beside.c_str(), state_->file.c_str()) != 0) return Error{ErrorKind::io, where + ": cannot be renamed"};
    if (const int folder = ::open(state_->file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return false;
}

double Database::Backup::done() const {
    if (state_->copy == nullptr) return 1;
    const int all = sqlite3_backup_pagecount(state_->copy);
    return all == 0 ? 0 : 1 - static_cast<double>(sqlite3_backup_remaining(state_->copy)) / all;
}

Result<Transaction> Transaction::begin(Database& db) {
    insist(!db.in_transaction(), "a transaction inside a transaction");
    if (auto begun = db.run("BEGIN IMMEDIATE"); !begun) return begun.error();
    return Transaction(db);
}

Transaction::~Transaction() {
    // Some failures end a transaction by themselves.
    if (db_ != nullptr && db_->in_transaction()) (void)db_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
    Database& db = *std::exchange(db_, nullptr);
    auto done = db.run("COMMIT");
    if (!done && db.in_transaction()) (void)db.run("ROLLBACK");
    return done;
}

}  // namespace xinghuo
