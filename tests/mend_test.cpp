// A damaged database: set aside, taken from the newest good backup, and what can still be read is brought over.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "content/store/upkeep.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
const WallTime morning = wall_time_from_iso("2026-11-21T01:15:02Z");

struct Places {
    TemporaryFolder folder;
    Path file = folder.path / "records.db", backups = folder.path / "backups", damaged = folder.path / "damaged";
    Result<OpenedDatabase> open(bool force = false) const { return open_or_mend(file, backups, damaged, force, morning); }
    OpenedDatabase open_well(bool force = false) const {
        auto opened = open(force);
        if (!opened) FAIL(opened.error().what);
        return std::move(*opened);
    }
    Verdict verify(Database& db) const {
        auto verdict = verify_database(db, key_from(7).public_key());
        REQUIRE(verdict);
        return *verdict;
    }
};

void overwrite(const Path& file, std::int64_t at, std::size_t count, char with) {
    const int fd = ::open(file.c_str(), O_WRONLY);
    REQUIRE(fd >= 0);
    const std::string bytes(count, with);
    REQUIRE(::pwrite(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()));
    ::close(fd);
}

std::size_t files_in(const Path& folder) {
    std::size_t n = 0;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end; ++entry) ++n;
    return n;
}

// 600 records, a backup after 400.
void fill(const Places& p, int before = 400, int after = 200) {
    Book book(p.file);
    const Draft draft{RecordKind::signed_out, {"m-1"}, "{\"what\":\"test\"}"};
    const auto keep = [&](int count, std::int64_t ms) { REQUIRE(book.records.keep(std::vector<Draft>(static_cast<std::size_t>(count), draft), moment_at(ms))); };
    if (before > 0) keep(before, 0);
    REQUIRE(book.db->run("INSERT INTO policy (from_day, body) VALUES (1, 'old'), (2, 'to go')"));
    if (before > 0) {
        auto made = back_up_if_due(*book.db, p.backups, morning, 0);
        if (!made) FAIL(made.error().what);
        REQUIRE_FALSE(made->empty());
    }
    REQUIRE(book.db->run("UPDATE policy SET body = 'new' WHERE from_day = 1"));
    REQUIRE(book.db->run("DELETE FROM policy WHERE from_day = 2"));
    if (after > 0) keep(after, 10'000);
}

std::string policies(Database& db) {
    std::string all;
    auto rows = db.query("SELECT body FROM policy ORDER BY from_day");
    REQUIRE(rows);
    while (rows->next()) all += rows->text(0) + " ";
    return all;
}

}  // namespace

TEST_CASE("a sound database, or none, is opened and nothing is moved", "[store][mend]") {
    const Places p;
    for (int i = 0; i < 3; ++i) {
        const auto opened = p.open_well();
        CHECK(opened.mended.set_aside.empty());
        CHECK(opened.mended.from_backup.empty());
    }
    fill(p);
    const auto opened = p.open_well();
    CHECK(opened.mended.set_aside.empty());
    CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") == 600);
    CHECK(files_in(p.damaged) == 0);
    struct stat about {};
    REQUIRE(::stat(p.file.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("a damaged header loses nothing", "[store][mend]") {
    const Places p;
    fill(p);
    overwrite(p.file, 0, 100, '\xa5');
    const auto opened = p.open_well();
    CHECK(std::filesystem::exists(opened.mended.set_aside));
    CHECK(opened.mended.set_aside.parent_path() == p.damaged);
    CHECK(opened.mended.set_aside.filename() == "records-20261121T011502.db");
    CHECK_FALSE(opened.mended.from_backup.empty());
    CHECK(opened.mended.records_recovered == 200);
    CHECK(opened.mended.records_lost == 0);
    CHECK(opened.mended.last_seq_seen == 600);
    CHECK(p.verify(*opened.db).good());
    CHECK(p.verify(*opened.db).records == 600);
    CHECK(policies(*opened.db) == "new ");
    CHECK(*opened.db->check() == "ok");
    CHECK(files_in(p.folder.path) == 3 + 2);  // the database with its log and index, and two folders
}

TEST_CASE("without any backup a damaged header loses nothing either", "[store][mend]") {
    const Places p;
    fill(p, 0, 300);
    overwrite(p.file, 0, 4096, '\0');
    const auto opened = p.open_well();
    CHECK(opened.mended.from_backup.empty());
    CHECK(opened.mended.records_recovered == 300);
    CHECK(p.verify(*opened.db).good());
}

TEST_CASE("a damaged page in the middle loses what was on it and nothing else", "[store][mend]") {
    const Places p;
    std::string lost_id;
    fill(p);
    {
        auto db = Database::open(p.file);
        auto rows = (*db)->query("SELECT id FROM record WHERE seq = 500");
        REQUIRE(rows->next());
        lost_id = rows->text(0);
    }
    // The first place with this text is a page of the table or of an index; take each that has it.
    const auto bytes = read_text(p.file, 1u << 30);
    for (std::size_t at = bytes->find(lost_id); at != std::string::npos; at = bytes->find(lost_id, at + 1))
        overwrite(p.file, static_cast<std::int64_t>(at / 4096 * 4096), 4096, '\xa5');
    {
        // A first look does not see it; the full check does.
        auto db = Database::open(p.file);
        REQUIRE(db);
        CHECK(*(*db)->check() != "ok");
    }
    CHECK(p.open_well().mended.set_aside.empty());
    const auto opened = p.open_well(true);
    CHECK(opened.mended.last_seq_seen == 600);
    CHECK(opened.mended.records_lost > 0);
    CHECK(opened.mended.records_lost < 40);
    CHECK(opened.mended.records_recovered == 200 - static_cast<std::size_t>(opened.mended.records_lost));
    CHECK(opened.mended.lost == std::vector<std::string>{"table record: not all of it can be read"});
    CHECK(policies(*opened.db) == "new ");
    const Verdict verdict = p.verify(*opened.db);
    REQUIRE(verdict.wrong.size() == 1);
    CHECK(verdict.wrong.front().ends_with(": missing"));
    CHECK(*opened.db->check() == "ok");
}

TEST_CASE("the number of an acknowledged record that is gone is never given again", "[store][mend]") {
    const Places p;
    fill(p);
    {
        Book book(p.file);
        REQUIRE(book.db->run("INSERT INTO remembered (name, value) VALUES ('sent_through', '11')"));
        REQUIRE(book.db->run("INSERT INTO outbox_apart (seq, state) SELECT seq, 'sent' FROM record WHERE seq > 12"));
        REQUIRE(book.db->run("INSERT INTO outbox_apart (seq, state) VALUES (650, 'sent')"));
    }
    overwrite(p.file, 0, 100, '\xa5');
    CHECK(p.open_well().mended.last_seq_seen == 650);
    Book book(p.file);
    CHECK(book.keep(20'000) == 651);
}

TEST_CASE("a file cut off keeps the numbers that were given", "[store][mend]") {
    const Places p;
    fill(p);
    const auto size = std::filesystem::file_size(p.file);
    std::filesystem::resize_file(p.file, size - 6 * 4096 - 100);
    std::int64_t seen = 0;
    {
        auto opened = p.open_well();
        CHECK_FALSE(opened.mended.set_aside.empty());
        CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") >= 400);
        seen = opened.mended.last_seq_seen;
        CHECK(seen > 400);
    }
    Book book(p.file);
    CHECK(book.keep(20'000) == seen + 1);
    const Verdict verdict = book.verify();
    for (const std::string& wrong : verdict.wrong) CHECK_THAT(wrong, Catch::Contains(": missing"));
    CHECK_FALSE(verdict.good());
}

TEST_CASE("an empty file beside backups is taken from the newest; so is none", "[store][mend]") {
    const Places p;
    fill(p, 400, 0);
    std::filesystem::resize_file(p.file, 0);
    {
        const auto opened = p.open_well();
        CHECK_FALSE(opened.mended.from_backup.empty());
        CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") == 400);
    }
    std::filesystem::remove(p.file);
    const auto opened = p.open_well();
    CHECK_FALSE(opened.mended.from_backup.empty());
    CHECK(opened.mended.set_aside.empty());
    CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") == 400);
}

TEST_CASE("a log of garbage does not stop the start", "[store][mend]") {
    const Places p;
    fill(p, 100, 10);
    REQUIRE(write_file(Path(p.file.string() + "-wal"), std::string(50'000, '\xa5')));
    const auto opened = p.open_well();
    CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") == 110);
    CHECK(p.verify(*opened.db).good());
}

TEST_CASE("garbage all through is set aside, and the backup goes on; a damaged backup is passed over", "[store][mend]") {
    const Places p;
    fill(p);
    {
        Book book(p.file);
        auto second = back_up_if_due(*book.db, p.backups, morning, 2 * hour_ms);
        REQUIRE(second);
        overwrite(*second, 8192, 4096, '\xa5');
    }
    REQUIRE(write_file(p.file, std::string(100'000, 'x')));
    const auto opened = p.open_well();
    CHECK(opened.mended.from_backup.filename() == "records-000001-20261121T01.db");
    CHECK(*opened.db->integer_or(0, "SELECT count(*) FROM record") == 400);
    CHECK(opened.mended.records_recovered == 0);
    CHECK(read_text(opened.mended.set_aside)->size() == 100'000);
}

TEST_CASE("what was set aside is never overwritten", "[store][mend]") {
    const Places p;
    fill(p, 50, 0);
    for (std::size_t i = 1; i <= 3; ++i) {
        REQUIRE(write_file(p.file, std::string(10'000, 'x')));
        (void)p.open_well();
        CHECK(files_in(p.damaged) >= i);
    }
}

TEST_CASE("the file of a later program is refused and not touched", "[store][mend]") {
    const Places p;
    fill(p, 50, 0);
    { REQUIRE((*Database::open(p.file))->run_script("PRAGMA user_version = 99")); }
    const auto before = *read_text(p.file, 1u << 30);
    for (const bool force : {false, true}) {
        const auto opened = p.open(force);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == ErrorKind::unsupported);
        CHECK(opened.error().what.find("written by a later program (schema 99, this one knows ") != std::string::npos);
    }
    CHECK(*read_text(p.file, 1u << 30) == before);
    CHECK(files_in(p.damaged) == 0);
}

TEST_CASE("a power cut while mending leaves the one or the other", "[store][mend]") {
    const Places p;
    fill(p);
    overwrite(p.file, 0, 100, '\xa5');
    // Half made: made again.
    REQUIRE(write_file(Path(p.file.string() + ".mending"), "half"));
    CHECK(*p.open_well().db->integer_or(0, "SELECT count(*) FROM record") == 600);
    // Made, and not yet in its place; the damaged one is still there.
    std::filesystem::rename(p.file, p.file.string() + ".mended");
    REQUIRE(write_file(p.file, std::string(10'000, 'x')));
    CHECK(*p.open_well().db->integer_or(0, "SELECT count(*) FROM record") == 600);
    // Made, and the damaged one is aside.
    std::filesystem::rename(p.file, p.file.string() + ".mended");
    CHECK(*p.open_well().db->integer_or(0, "SELECT count(*) FROM record") == 600);
    CHECK(files_in(p.damaged) >= 2);
}

TEST_CASE("backups are made by the hour, whatever the wall clock does, and are bounded", "[store][mend]") {
    const Places p;
    Book book(p.file);
    book.keep(0);
    const auto made = [&](WallTime wall, std::int64_t mono_ms) {
        auto file = back_up_if_due(*book.db, p.backups, wall, mono_ms);
        if (!file) FAIL(file.error().what);
        return !file->empty();
    };
    CHECK(made(morning, 5000));
    CHECK_FALSE(made(morning, 6000));
    CHECK_FALSE(made({morning.unix_ms + hour_ms - 1}, 5000 + hour_ms - 1));
    CHECK(made({morning.unix_ms + hour_ms}, 5000 + hour_ms));
    // Booted again within the hour: not again. In another: yes.
    CHECK_FALSE(made({morning.unix_ms + hour_ms + 60'000}, 100));
    CHECK(made({morning.unix_ms + 2 * hour_ms}, 100));
    // A clock that jumps to 1970, 2099 and beyond, back and forth.
    std::int64_t mono = 100;
    for (int i = 0; i < 60; ++i) {
        mono += hour_ms;
        CHECK(made({i % 3 == 0 ? i * hour_ms : i % 3 == 1 ? 4'070'908'800'000 : morning.unix_ms + i * hour_ms}, mono));
        CHECK(files_in(p.backups) <= 24 + 14 + 1);
    }
    CHECK(files_in(p.backups) == 24 + 14 + 1);
    for (const auto& entry : std::filesystem::directory_iterator(p.backups)) {
        if (entry.path().filename() == "last") continue;
        struct stat about {};
        REQUIRE(::stat(entry.path().c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
    }
    CHECK(std::filesystem::exists(p.backups / "records-000063-20261123T12.db"));
}

TEST_CASE("a backup is of one moment, while another connection writes", "[store][mend]") {
    const Places p;
    Book book(p.file), writer(p.file);
    for (int i = 0; i < 100; ++i) book.keep(i);
    REQUIRE(book.db->run("BEGIN"));
    REQUIRE(book.db->integer_or(0, "SELECT count(*) FROM record"));
    auto backup = book.db->begin_backup(p.backups / "copy.db");
    REQUIRE(backup);
    int steps = 0;
    for (auto more = (*backup)->step(1);; more = (*backup)->step(1)) {
        if (!more) FAIL(more.error().what);
        if (!*more) break;
        writer.keep(1000 + steps);
        REQUIRE(++steps < 200);
    }
    CHECK(steps > 5);
    REQUIRE(book.db->run("ROLLBACK"));
    auto copy = Database::open(p.backups / "copy.db");
    REQUIRE(copy);
    CHECK(*(*copy)->integer_or(0, "SELECT count(*) FROM record") == 100);
    CHECK(p.verify(**copy).good());
    CHECK(book.verify().records == 100u + static_cast<unsigned>(steps));
}
