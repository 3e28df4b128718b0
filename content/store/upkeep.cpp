#include "content/store/upkeep.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>

#include "content/base/json.h"
#include "content/store/salvage.h"
#include "content/store/schema.h"

namespace xinghuo {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::size_t hourly_kept = 24, daily_kept = 14;
constexpr std::uintmax_t room_for_records_bytes = 64u << 20;

void sync_folder(const Path& folder) {
    if (const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
}

// "20261121T09"; a clock in no year of four digits is as good as none.
std::string hour_label(WallTime wall) {
    constexpr std::int64_t year_9999 = 253'402'300'799'000;
    const std::string iso = iso_from_wall_time({std::clamp<std::int64_t>(wall.unix_ms, 0, year_9999)});
    return iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2) + "T" + iso.substr(11, 2);
}

struct BackupFile {
    std::int64_t number = 0;
    std::string label;
    Path path;
};

// Oldest first, by their numbers.
std::vector<BackupFile> backups_in(const Path& folder) {
    std::vector<BackupFile> found;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
        const std::string name = entry->path().filename();
        // records-000123-20261121T09.db
        if (!name.starts_with("records-") || !name.ends_with(".db")) continue;
        BackupFile file{0, "", entry->path()};
        const char* begin = name.data() + 8;
        const auto [stop, code] = std::from_chars(begin, name.data() + name.size(), file.number);
        if (code != std::errc() || *stop != '-') continue;
        const auto label_at = static_cast<std::size_t>(stop - name.data()) + 1;
        file.label = name.substr(label_at, name.size() - label_at - 3);
        found.push_back(std::move(file));
    }
    std::sort(found.begin(), found.end(), [](const BackupFile& a, const BackupFile& b) { return a.number < b.number; });
    return found;
}

struct LastBackup {
    std::string label;
    std::int64_t mono_ms = 0;
};

std::optional<LastBackup> read_last(const Path& file) {
    auto text = read_text(file, 4096);
    JsonDocument document;
    if (!text || !document.parse(*text)) return std::nullopt;
    LastBackup last{document.root()["hour"].string(), document.root()["mono_ms"].integer()};
    if (!document.good()) return std::nullopt;
    return last;
}

bool is_due(const std::optional<LastBackup>& last, const std::string& label, std::int64_t mono_ms) {
    if (!last) return true;
    if (mono_ms < last->mono_ms) return label != last->label;  // the machine has booted since
    return mono_ms - last->mono_ms >= hour_ms || label.substr(0, 8) != last->label.substr(0, 8);
}

void remove_old(const std::vector<BackupFile>& all) {
    if (all.size() <= hourly_kept) return;
    const std::size_t old = all.size() - hourly_kept;
    std::size_t days = 0;
    for (std::size_t i = old; i-- > 0;) {
        const bool first_of_day = i == 0 || all[i - 1].label.substr(0, 8) != all[i].label.substr(0, 8);
        if (first_of_day && ++days <= daily_kept) continue;
        std::error_code ignored;
        std::filesystem::remove(all[i].path, ignored);
    }
}

bool is_there(const Path& file) {
    std::error_code failed;
    return std::filesystem::exists(file, failed);
}

std::uintmax_t size_of(const Path& file) {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file, failed);
    return failed ? 0 : size;
}

Path with(const Path& file, const char* ending) { return file.string() + ending; }

void remove_database(const Path& file) {
    std::error_code ignored;
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(with(file, ending), ignored);
}

// The first look: cheap, however many records there are.
Result<std::unique_ptr<Database>> open_and_look(const Path& file) {
    // SQLite throws the log of an empty file away.
    if (is_there(file) && size_of(file) == 0 && size_of(with(file, "-wal")) > 0)
        return Error{ErrorKind::invalid, file.string() + ": empty, and its log is not"};
    auto db = Database::open(file);
    if (!db) return db;
    if (auto done = migrate(**db); !done) return done.error();
    if (auto read = (*db)->run("SELECT seq, id, boot, kind, member, at_ms, clock_trusted, mono_ms, body, prev_hash, hash FROM record ORDER BY seq DESC LIMIT 2"); !read)
        return read.error();
    if (auto read = (*db)->integer_or(0, "SELECT seq FROM signature ORDER BY seq DESC LIMIT 1"); !read) return read.error();
    if (auto read = (*db)->integer_or(0, "SELECT number FROM boot ORDER BY number DESC LIMIT 1"); !read) return read.error();
    return db;
}

// The newest backup that is whole, copied to `to`. An empty path when there is none.
Result<Path> take_backup(const Path& backups, const Path& to) {
    auto all = backups_in(backups);
    for (auto backup = all.rbegin(); backup != all.rend(); ++backup) {
        remove_database(to);
        std::error_code failed;
        std::filesystem::copy_file(backup->path, to, failed);
        if (failed) {
            remove_database(to);
            if (failed == std::errc::no_space_on_device) return Error{ErrorKind::io, "the disk is full"};
            continue;
        }
        auto db = Database::open(to);
        if (!db) continue;
        auto said = (*db)->check();
        if (said && *said == "ok" && migrate(**db)) return backup->path;
    }
    remove_database(to);
    return Path();
}

// A name that is not taken yet.
Path place_aside(const Path& folder, WallTime wall) {
    const std::string iso = iso_from_wall_time(wall);
    std::string when;
    for (const char c : iso.substr(0, iso.find('.')))
        if (c != '-' && c != ':') when += c;
    Path place = folder / ("records-" + when + ".db");
    for (int n = 2; is_there(place) || is_there(with(place, "-wal")); ++n) place = folder / fmt::format("records-{}-{}.db", when, n);
    return place;
}

Result<void> move_aside(const Path& file, const Path& place) {
    std::error_code failed;
    std::filesystem::create_directories(place.parent_path(), failed);
    // The log first: a file without its log would be taken for a sound, older one.
    for (const char* ending : {"-wal", "", "-shm"})
        if (is_there(with(file, ending)) && ::rename(with(file, ending).c_str(), with(place, ending).c_str()) != 0)
            return Error{ErrorKind::io, place.string() + ": " + std::strerror(errno)};
    sync_folder(place.parent_path());
    return {};
}

Result<OpenedDatabase> mend(const Path& file, const Path& backups, const Path& set_aside, WallTime wall) {
    const Path mending = with(file, ".mending"), ready = with(file, ".mended");
    Mended mended;
    auto from = take_backup(backups, mending);
    if (!from) return from.error();
    mended.from_backup = *from;
    {
        auto db = Database::open(mending);
        if (!db) return db.error();
        if (auto done = migrate(**db); !done) return done.error();
    }
    // Closed, the sound file is whole by itself: its first page may be needed.
    if (is_there(file) && size_of(file) > 0) {
        auto salvaged = salvage(file, mending);
        if (!salvaged) return salvaged.error();
        mended.records_recovered = salvaged->records;
        mended.last_seq_seen = salvaged->last_seq_seen;
        mended.lost = std::move(salvaged->lost);
    } else if (is_there(with(file, "-wal"))) {
        mended.lost.push_back("the file: empty; its log cannot be read alone");
    }
    {
        auto db = Database::open(mending);
        if (!db) return db.error();
        auto last = (*db)->integer_or(0, "SELECT max(seq) FROM record");
        auto count = (*db)->integer_or(0, "SELECT count(*) FROM record");
        // What was acknowledged was written, though its record may be gone. Behind a gap it stands apart.
        auto told_through = (*db)->integer_or(0, "SELECT max((SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM remembered WHERE name = 'sent_through'), "
                                                 "(SELECT coalesce(max(seq), 0) FROM outbox_apart))");
        if (!last || !count || !told_through) return (!last ? last : !count ? count : told_through).error();
        mended.last_seq_seen = std::max({mended.last_seq_seen, *last, *told_through});
        mended.records_lost = mended.last_seq_seen - *count;
        const std::string told = JsonWriter().object().key("from_backup").value(!mended.from_backup.empty()).key("records_recovered")
                                     .value(mended.records_recovered).key("lost").value(mended.records_lost).end().text();
        for (const auto& [name, value] : {std::pair<const char*, std::string>{"mended", told}, {"last_seq_seen", std::to_string(mended.last_seq_seen)}})
            if (auto done = (*db)->run("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value); !done)
                return done.error();
    }
    // Closed, all of it is in the one file that is renamed now; unless the disk had no room for that.
    if (is_there(with(mending, "-wal"))) return Error{ErrorKind::io, mending.string() + ": cannot be completed"};
    if (::rename(mending.c_str(), ready.c_str()) != 0) return Error{ErrorKind::io, ready.string() + ": " + std::strerror(errno)};
    sync_folder(file.parent_path());
    if (is_there(file) || is_there(with(file, "-wal"))) {
        mended.set_aside = place_aside(set_aside, wall);
        if (auto done = move_aside(file, mended.set_aside); !done) return done.error();
    }
    if (::rename(ready.c_str(), file.c_str()) != 0) return Error{ErrorKind::io, file.string() + ": " + std::strerror(errno)};
    sync_folder(file.parent_path());
    auto db = open_and_look(file);
    if (!db) return db.error();
    return OpenedDatabase{std::move(*db), std::move(mended)};
}

}  // namespace

Result<Path> back_up_if_due(Database& db, const Path& folder, WallTime wall, std::int64_t mono_ms) {
    const std::string label = hour_label(wall);
    const Path last_file = folder / "last";
    auto all = backups_in(folder);
    if (!all.empty() && !is_due(read_last(last_file), label, mono_ms)) return Path();
    const std::uintmax_t size = size_of(db.file()) + size_of(with(db.file(), "-wal"));
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const auto space = std::filesystem::space(folder, failed);
    if (!failed && space.available < size + room_for_records_bytes) return Error{ErrorKind::io, "no room for a backup: the disk is nearly full"};

    const BackupFile next{all.empty() ? 1 : all.back().number + 1, label, folder / fmt::format("records-{:06}-{}.db", all.empty() ? 1 : all.back().number + 1, label)};
    // The snapshot is held from here to the end, so that no writer makes the copy begin anew.
    if (auto begun = db.run("BEGIN"); !begun) return begun.error().within("backing up");
    Result<void> copied = [&]() -> Result<void> {
        if (auto held = db.integer_or(0, "SELECT count(*) FROM sqlite_master"); !held) return held.error();
        auto backup = db.begin_backup(next.path);
        if (!backup) return backup.error();
        for (;;) {
            auto more = (*backup)->step(1024);
            if (!more) return more.error();
            if (!*more) return {};
        }
    }();
    (void)db.run("ROLLBACK");
    if (!copied) return copied.error();
    if (auto noted = write_file(last_file, JsonWriter().object().key("hour").value(label).key("mono_ms").value(mono_ms).end().text()); !noted)
        return noted.error();
    all.push_back(next);
    remove_old(all);
    return next.path;
}

Result<OpenedDatabase> open_or_mend(const Path& file, const Path& backups, const Path& set_aside, bool force, WallTime wall) {
    std::error_code ignored;
    // A power cut between the two last steps of a mending: the damaged file is aside already, or still here.
    if (is_there(with(file, ".mended"))) {
        if (is_there(file) || is_there(with(file, "-wal")))
            if (auto done = move_aside(file, place_aside(set_aside, wall)); !done) return done.error();
        std::filesystem::rename(with(file, ".mended"), file, ignored);
        sync_folder(file.parent_path());
    }
    remove_database(with(file, ".mending"));
    // No file, or an empty one, beside backups: somebody or something took it away.
    const bool gone = size_of(file) == 0 && !backups_in(backups).empty();
    if (!force && !gone) {
        auto db = open_and_look(file);
        if (db) return OpenedDatabase{std::move(*db), {}};
        if (db.error().kind != ErrorKind::invalid) return db.error();
    } else if (is_there(file) && !gone) {
        // Forced or not: what a later program wrote is none of our business.
        auto db = Database::open(file);
        if (db)
            if (auto done = migrate(**db); !done && done.error().kind == ErrorKind::unsupported) return done.error();
    }
    return mend(file, backups, set_aside, wall);
}

}  // namespace xinghuo
