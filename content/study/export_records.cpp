#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "content/base/json.h"
#include "content/study/record_row.h"
#include "content/study/records.h"

namespace xinghuo {
namespace {

// A file that is there whole or not at all, written in pieces.
class Output {
public:
    explicit Output(const Path& file) : file_(file), beside_(file.string() + ".part") {
        std::error_code failed;
        if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), failed);
        fd_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd_ < 0) note();
    }
    ~Output() {
        if (fd_ >= 0) ::close(fd_);
        if (!done_) ::unlink(beside_.c_str());
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void line(std::string_view text) {
        waiting_ += text;
        waiting_ += '\n';
        if (waiting_.size() >= 1u << 18) flush();
    }
    Result<void> finish() {
        flush();
        if (good_ && ::fsync(fd_) != 0) note();
        if (good_ && ::rename(beside_.c_str(), file_.c_str()) != 0) note();
        if (!good_) return error();
        done_ = true;
        const Path parent = file_.has_parent_path() ? file_.parent_path() : Path(".");
        if (const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
            ::fsync(folder);
            ::close(folder);
        }
        return {};
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] Error error() const { return {ErrorKind::io, file_.string() + ": " + why_}; }

private:
    void flush() {
        std::size_t done = 0;
        while (good_ && done < waiting_.size()) {
            const ssize_t n = ::write(fd_, waiting_.data() + done, waiting_.size() - done);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) note();
            else done += static_cast<std::size_t>(n);
        }
        waiting_.clear();
    }
    void note() {
        good_ = false;
        why_ = errno == ENOSPC ? "the disk is full" : std::strerror(errno);
    }
    Path file_, beside_;
    std::string waiting_, why_;
    int fd_ = -1;
    bool good_ = true, done_ = false;
};

// The hash that the first record after `since` is chained to.
Result<Digest> hash_at(Database& db, std::int64_t since) {
    Digest hash{};
    auto rows = db.query("SELECT hash FROM record WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1", since);
    if (!rows) return rows.error();
    if (rows->next() && !read_digest(*rows, 0, hash)) return Error{ErrorKind::invalid, "a hash has not 32 bytes"};
    if (auto read = rows->end(); !read) return read.error();
    return hash;
}

Result<std::size_t> export_snapshot(Database& db, const PublicKey& key, const Path& file, std::int64_t since) {
    Output out(file);
    if (!out.good()) return out.error();
    const KioskId kiosk = kiosk_id(key);
    auto before = hash_at(db, since);
    if (!before) return before.error();
    out.line(JsonWriter().object().key("xinghuo_records").value(1).key("kiosk").value(kiosk.text).key("public_key").value(to_hex(key))
                 .key("since").value(since).key("prev_hash").value(to_hex(*before)).end().text());
    auto rows = db.query("SELECT r.seq, r.id, r.boot, r.kind, r.member, r.at_ms, r.clock_trusted, r.mono_ms, r.body, r.prev_hash, r.hash, s.signature "
                         "FROM record AS r LEFT JOIN signature AS s ON s.seq = r.seq WHERE r.seq > ?1 ORDER BY r.seq", since);
    if (!rows) return rows.error();
    std::size_t count = 0;
    std::int64_t last = since;
    while (rows->next()) {
        auto record = record_of_row(*rows, kiosk);
        if (!record) return record.error();
        out.line(to_json(*record));
        if (!rows->null(11))
            out.line(JsonWriter().object().key("signature").object().key("seq").value(record->seq).key("hash").value(to_hex(record->hash))
                         .key("ed25519").value(to_hex(rows->blob(11))).end().end().text());
        ++count;
        last = record->seq;
        if (!out.good()) return out.error();
    }
    if (auto read = rows->end(); !read) return read.error();
    out.line(JsonWriter().object().key("end").object().key("records").value(count).key("last_seq").value(last).end().end().text());
    if (auto done = out.finish(); !done) return done.error();
    return count;
}

}  // namespace

Result<std::size_t> export_records(Database& db, const PublicKey& key, const Path& file, std::int64_t since) {
    if (since < 0) return Error{ErrorKind::invalid, "records count from 1"};
    if (auto begun = db.run("BEGIN"); !begun) return begun.error().within("exporting records");
    auto written = export_snapshot(db, key, file, since);
    (void)db.run("ROLLBACK");
    if (!written) return written.error().within("exporting records");
    return written;
}

}  // namespace xinghuo
