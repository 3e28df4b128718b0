#include "sync/server/server_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>

namespace xinghuo {
namespace {

constexpr std::int64_t number_of_lock = 6003618;
constexpr int tries = 20;  // a tenth of a second apart

Error refused(RunningAs how) {
    return {ErrorKind::older, how == RunningAs::alone ? "a server is running on this database; stop it first"
                                                      : "a command is at work on this database that no server may run beside; start again when it is done"};
}

// As often as it is asked it is held once more, and given back with the connection.
Result<bool> asked(Sql& sql, RunningAs how) {
    const auto rows = sql.query(how == RunningAs::server ? "SELECT pg_try_advisory_lock_shared($1)" : "SELECT pg_try_advisory_lock($1)", {number_of_lock});
    if (!rows) return rows.error();
    return rows->front().integer(0) != 0;
}

}  // namespace

Result<ServerLock> ServerLock::of_folder(const Path& folder, RunningAs how) {
    ServerLock lock(how);
    lock.file_ = Descriptor(::open((folder / "server.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!lock.file_) return Error{ErrorKind::io, "the lock of the data folder cannot be opened"};
    for (int i = 0; i < tries; ++i) {
        if (::flock(lock.file_.get(), (how == RunningAs::server ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) return lock;
        if (errno != EWOULDBLOCK && errno != EINTR) return Error{ErrorKind::io, "the data folder cannot be locked"};
        const timespec pause{0, 100'000'000};
        ::nanosleep(&pause, nullptr);
    }
    return refused(how);
}

Result<ServerLock> ServerLock::of_postgres(const std::string& connection, RunningAs how) {
    auto sql = open_postgres(connection);
    if (!sql) return sql.error();
    ServerLock lock(how);
    lock.sql_ = std::move(*sql);
    for (int i = 0; i < tries; ++i) {
        const auto held = asked(*lock.sql_, how);
        if (!held) return held.error();
        if (*held) return lock;
        if (auto waited = lock.sql_->run("SELECT pg_sleep(0.1)"); !waited) return waited.error();
    }
    return refused(how);
}

Result<void> ServerLock::renew() {
    if (!sql_) return {};
    const auto held = asked(*sql_, how_);
    if (!held) return held.error();
    return *held ? Result<void>() : refused(how_);
}

}  // namespace xinghuo
