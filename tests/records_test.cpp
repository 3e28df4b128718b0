// The chain of records: written once, signed, checked; and every way of meddling with it named.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "content/base/json.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

std::string joined(const std::vector<std::string>& sentences) {
    std::string all;
    for (const std::string& s : sentences) all += s + "\n";
    return all;
}

bool names(const Verdict& verdict, std::string_view part) { return joined(verdict.wrong).find(part) != std::string::npos; }

std::vector<std::string> lines_of(const Path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The export with its lines changed by `change`, verified.
Verdict verify_changed(const Path& file, const std::function<void(std::vector<std::string>&)>& change) {
    auto lines = lines_of(file);
    change(lines);
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    const Path changed = file.string() + ".changed";
    REQUIRE(write_file(changed, all));
    auto verdict = verify_export(changed);
    if (!verdict) FAIL(verdict.error().what);
    return *verdict;
}

// The line of the record with this seq.
std::size_t line_with(const std::vector<std::string>& lines, std::int64_t seq) {
    for (std::size_t i = 1; i < lines.size(); ++i)
        if (lines[i].find(fmt::format(",\"seq\":{},\"boot\"", seq)) != std::string::npos) return i;
    FAIL("no such record");
    return 0;
}

}  // namespace

TEST_CASE("a record is one line of JSON, and its hash anyone's to compute", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    const Draft draft{RecordKind::quiz_answered, {"m-1"}, R"({"question":"q {\"1\"} /* no comment */","right":true})", "0197c2c0-1111-7222-8333-444455556666"};
    auto written = book.records.keep(std::span(&draft, 1), moment_at(5));
    REQUIRE(written);
    const Record& r = written->front();
    const std::string line = to_json(r);
    CHECK(line == fmt::format(R"({{"id":"0197c2c0-1111-7222-8333-444455556666","kiosk":"{}","seq":1,"boot":1,"kind":"quiz_answered","member":"m-1",)"
                              R"("at":1782864000005,"clock_trusted":true,"mono_ms":1005,"body":{},"prev_hash":"{}","hash":"{}"}})",
                              book.records.kiosk().text, draft.body, std::string(64, '0'), to_hex(r.hash)));
    const std::size_t cut = line.rfind(",\"hash\":");
    const std::string hashed = line.substr(0, cut) + "}";
    CHECK(hashed == hashed_part(r));
    CHECK(sha256_hex(hashed.data(), hashed.size()) == to_hex(r.hash));

    auto again = record_from_json(line);
    REQUIRE(again);
    CHECK(to_json(*again) == line);
    CHECK(again->member == r.member);
    // Nothing but the very same text is this record.
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"\"seq\":1", "\"seq\": 1"}, {"\"seq\":1", "\"seq\":01"}, {"\"boot\":1,", ""}, {"true,\"mono", "1,\"mono"}, {"quiz_answered", "quiz"},
             {"{\"question\"", "{ \"question\""}, {"\"right\":true", "\"right\":true,"}, {"\"m-1\"", "\"\""}, {"\"id\"", "\"ID\""}}) {
        std::string other = line;
        other.replace(other.find(from), from.size(), to);
        INFO(other);
        CHECK_FALSE(record_from_json(other));
    }
    for (std::size_t length = 0; length < line.size(); ++length) CHECK_FALSE(record_from_json(line.substr(0, length)));
    CHECK_FALSE(record_from_json(line + " "));
    CHECK(record_from_json(to_json(*again))->hash == r.hash);
}

TEST_CASE("every kind of record has a name and comes back by it", "[study][records]") {
    std::set<std::string> seen;
    for (int k = 0; k <= static_cast<int>(RecordKind::health); ++k) {
        const auto kind = static_cast<RecordKind>(k);
        seen.emplace(name_of(kind));
        REQUIRE(record_kind(name_of(kind)));
        CHECK(*record_kind(name_of(kind)) == kind);
    }
    CHECK(seen.size() == static_cast<std::size_t>(RecordKind::health) + 1);
    CHECK_FALSE(record_kind("Health"));
}

TEST_CASE("the day is believed only as far as the clock deserves it", "[study][records]") {
    const std::int64_t today = china_day(Date{2026, 7, 1});
    CHECK(date_of_day(today) == Date{2026, 7, 1});
    CHECK(china_day(wall_time_from_iso("2026-07-01T00:00:00+08:00")) == today);
    CHECK(china_day(WallTime{wall_time_from_iso("2026-07-01T00:00:00+08:00").unix_ms - 1}) == today - 1);
    CHECK(begin_of_day(today).unix_ms == wall_time_from_iso("2026-07-01T00:00:00+08:00").unix_ms);
    CHECK(china_day(WallTime{-8 * hour_ms}) == 0);
    CHECK(china_day(WallTime{-8 * hour_ms - 1}) == -1);
    (void)china_day(WallTime{INT64_MAX});
    (void)china_day(WallTime{INT64_MIN});

    const auto wall = [](const char* iso) { return wall_time_from_iso(iso); };
    CHECK(counted_day(wall("2026-07-02T08:00:00+08:00"), true, today) == today + 1);
    CHECK(counted_day(wall("2026-06-30T08:00:00+08:00"), true, today) == today - 1);
    CHECK(counted_day(wall("1970-01-01T00:00:00Z"), true, today) == today);
    CHECK(counted_day(wall("2101-01-02T00:00:00Z"), true, today) == today);
    CHECK(counted_day(wall("2099-01-01T00:00:00Z"), true, today) == today);  // whoever vouches for it
    CHECK(counted_day(wall("2026-07-02T08:00:00+08:00"), false, today) == today + 1);
    CHECK(counted_day(wall("2026-06-30T08:00:00+08:00"), false, today) == today);
    CHECK(counted_day(wall("2099-01-01T00:00:00Z"), false, today) == today);
    CHECK(counted_day(WallTime{begin_of_day(today + 400).unix_ms}, false, today) == today + 400);
    CHECK(counted_day(WallTime{begin_of_day(today + 401).unix_ms}, false, today) == today);
    CHECK(newest_known_after(wall("2099-01-01T00:00:00Z"), false, today) == today);
    CHECK(newest_known_after(wall("2026-07-05T00:00:00Z"), true, today) == today + 4);
    CHECK(newest_known_after(wall("1970-01-01T00:00:00Z"), true, today) == today);
    CHECK(built_day() > china_day(Date{2020, 1, 1}));
    CHECK(built_day() < china_day(Date{2100, 1, 1}));
}

TEST_CASE("the newest trusted day is kept with the records", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    const std::int64_t today = china_day(Date{2026, 7, 1});
    CHECK(*newest_known_day(*book.db) == built_day());
    book.keep(0, false);
    CHECK(*newest_known_day(*book.db) == built_day());
    book.keep(1);
    CHECK(*newest_known_day(*book.db) == today);
    book.keep(5 * day_ms, false);
    CHECK(*newest_known_day(*book.db) == today);
    book.keep(2 * day_ms);
    CHECK(*newest_known_day(*book.db) == today + 2);
}

TEST_CASE("the newest record is signed, and the last one of each day and of each boot stays so", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "records.db";
    {
        Book book(file);
        for (int i = 0; i < 50; ++i) book.keep(i);
        CHECK(book.count("signature") == 1);
        for (int i = 0; i < 50; ++i) book.keep(day_ms + i);
        CHECK(book.count("signature") == 2);
    }
    Book book(file, "boot-b");
    CHECK(book.records.boot() == 2);
    for (int i = 0; i < 50; ++i) book.keep(day_ms + hour_ms + i);
    CHECK(book.count("signature") == 3);
    CHECK(*book.db->integer_or(0, "SELECT max(seq) FROM signature") == 150);
    const Verdict verdict = book.verify();
    INFO(joined(verdict.wrong));
    CHECK(verdict.good());
    CHECK(verdict.records == 150);
    CHECK(verdict.signatures == 3);
    CHECK(verdict.signed_through == 150);
}

TEST_CASE("the boot number rises with each boot of the machine, and only then", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "records.db";
    for (const auto& [id, number] : std::vector<std::pair<std::string, int>>{{"a", 1}, {"a", 1}, {"b", 2}, {"b", 2}, {"a", 3}}) {
        Book book(file, id);
        CHECK(book.records.boot() == number);
        book.keep(number);
    }
    // A program that believes itself in another boot wrote meanwhile: the number goes up, it never falls.
    Book mine(file, "a"), other(file, "c");
    other.keep(10);
    mine.keep(11);
    other.keep(12);
    const Verdict verdict = mine.verify();
    INFO(joined(verdict.wrong));
    CHECK(verdict.good());
}

TEST_CASE("two programs append in turn and keep one gapless chain", "[study][records]") {
    TemporaryFolder folder;
    Book one(folder.path / "records.db"), two(folder.path / "records.db");
    std::mt19937 chance(1);
    for (int i = 0; i < 200; ++i) CHECK((chance() % 2 == 0 ? one : two).keep(i) == i + 1);
    for (Book* book : {&one, &two}) {
        const Verdict verdict = book->verify();
        INFO(joined(verdict.wrong));
        CHECK(verdict.good());
        CHECK(verdict.records == 200);
        CHECK(*book->records.last_seq() == 200);
    }
}

TEST_CASE("what is not committed is not recorded", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    book.keep(0);
    const Draft draft{RecordKind::health, {}, "{}", "an-id"};
    auto refused = book.records.keep(std::span(&draft, 1), moment_at(1), [](const auto&) -> Result<void> { return Error{ErrorKind::invalid, "no"}; });
    CHECK_FALSE(refused);
    CHECK_FALSE(*book.records.has("an-id"));
    CHECK(*book.records.last_seq() == 1);
    CHECK(book.records.keep(std::span(&draft, 1), moment_at(1)));
    CHECK(*book.records.has("an-id"));
    // The same id cannot stand twice.
    CHECK_FALSE(book.records.keep(std::span(&draft, 1), moment_at(1)));
    CHECK(book.keep(2) == 3);
    CHECK(book.verify().good());
}

TEST_CASE("records are read in order, and found by kind, member and day", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    for (int i = 0; i < 30; ++i)
        book.keep(i * 6 * hour_ms, true, i % 3 == 0 ? RecordKind::signed_out : RecordKind::health, i % 2 == 0 ? MemberId{"m-a"} : MemberId{});
    const auto page = book.records.read(10, 5);
    REQUIRE(page);
    REQUIRE(page->size() == 5);
    CHECK(page->front().seq == 11);
    CHECK(page->back().seq == 15);
    const auto newest = book.records.newest(3);
    REQUIRE(newest->size() == 3);
    CHECK(newest->front().seq == 28);
    CHECK(newest->back().seq == 30);

    Records::Filter filter;
    filter.kind = RecordKind::signed_out;
    CHECK(book.records.find(filter, 100)->size() == 10);
    filter.member = {"m-a"};
    CHECK(book.records.find(filter, 100)->size() == 5);
    filter = {};
    filter.from_day = filter.to_day = china_day(Date{2026, 7, 2});
    const auto day = book.records.find(filter, 100);
    REQUIRE(day->size() == 4);
    CHECK(day->front().seq > day->back().seq);
    for (const Record& r : *day) CHECK(china_day(r.at) == *filter.from_day);
    filter = {};
    filter.before = 11;
    CHECK(book.records.find(filter, 4)->front().seq == 10);
    CHECK(book.records.find(filter, 4)->size() == 4);
}

TEST_CASE("a changed field of a record is named, whichever it is", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "records.db";
    for (const char* change : {"id = 'x' || seq", "boot = 9", "boot = 0", "kind = 'health'", "kind = 'unheard_of'", "member = 'm-other'", "member = NULL", "at_ms = at_ms + 1", "clock_trusted = 0",
                               "mono_ms = mono_ms + 1", "body = '{\"what\":\"tesu\"}'", "prev_hash = zeroblob(32)", "hash = zeroblob(32)", "hash = x'00'", "prev_hash = x'00'"}) {
        INFO(change);
        std::filesystem::remove(file);
        Book book(file);
        for (int i = 0; i < 40; ++i) book.keep(i, true, RecordKind::signed_out, {"m-1"});
        REQUIRE(book.verify().good());
        REQUIRE(book.db->run(std::string("UPDATE record SET ") + change + " WHERE seq = 17"));
        const Verdict verdict = book.verify();
        INFO(joined(verdict.wrong));
        REQUIRE(verdict.wrong.size() == 1);
        CHECK(verdict.wrong.front().starts_with("seq 17: changed after it was written ("));
        REQUIRE(book.db->run(std::string("UPDATE record SET ") + change + " WHERE seq = 40"));
        CHECK(names(book.verify(), "seq 40: changed after it was written ("));
    }
}

TEST_CASE("removing, moving, exchanging and signing over are named", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    for (int i = 0; i < 40; ++i) book.keep(i);
    const auto wrong_after = [&](const std::string& change, const std::vector<std::string>& sentences) {
        INFO(change);
        const Path copy = folder.path / "copy.db";
        std::filesystem::remove(copy);
        REQUIRE(book.db->run("VACUUM INTO ?1", copy.string()));
        auto other = Database::open(copy);
        REQUIRE(other);
        REQUIRE((*other)->run_script(change));
        auto verdict = verify_database(**other, book.key.public_key());
        REQUIRE(verdict);
        CHECK(joined(verdict->wrong) == joined(sentences));
    };
    wrong_after("SELECT 1", {});
    wrong_after("DELETE FROM record WHERE seq = 18", {"seq 18: missing"});
    wrong_after("DELETE FROM record WHERE seq BETWEEN 18 AND 20 OR seq = 30", {"seq 18 to 20: missing", "seq 30: missing"});
    wrong_after("DELETE FROM record WHERE seq < 3", {"seq 1 to 2: missing"});
    wrong_after("DELETE FROM record WHERE seq > 38", {"seq 38: the newest record, and it is not signed (what came after it was taken away)", "seq 40: missing, though its signature is there"});
    wrong_after("DELETE FROM record WHERE seq > 38; DELETE FROM signature", {"seq 38: the newest record, and it is not signed (what came after it was taken away)"});
    wrong_after("DELETE FROM record", {"seq 40: missing, though its signature is there"});
    wrong_after("UPDATE signature SET signature = zeroblob(64)", {"seq 40: the signature does not hold"});
    wrong_after("UPDATE signature SET signature = zeroblob(63)", {"seq 40: the signature does not hold"});
    wrong_after("UPDATE record SET seq = -1 WHERE seq = 18; UPDATE record SET seq = 18 WHERE seq = 19; UPDATE record SET seq = 19 WHERE seq = -1",
                {"seq 18: changed after it was written (its hash does not match)", "seq 19: changed after it was written (its hash does not match)"});

    // Somebody changes a record and makes its hash right again: the next one tells. And all after it: the signature tells.
    auto all = book.records.read(0, 100);
    REQUIRE(all);
    Record forged = (*all)[16];
    forged.body = "{\"what\":\"more\"}";
    forged.hash = sha256(hashed_part(forged));
    const std::string make = fmt::format("UPDATE record SET body = '{}', hash = x'{}' WHERE seq = 17;", forged.body, to_hex(forged.hash));
    wrong_after(make, {"seq 17 and 18: not one chain (one of them was exchanged)"});
    std::string remake = make;
    Digest prev = forged.hash;
    for (std::size_t i = 17; i < all->size(); ++i) {
        Record r = (*all)[i];
        r.prev_hash = prev;
        prev = r.hash = sha256(hashed_part(r));
        remake += fmt::format("UPDATE record SET prev_hash = x'{}', hash = x'{}' WHERE seq = {};", to_hex(r.prev_hash), to_hex(r.hash), r.seq);
    }
    wrong_after(remake, {"seq 40: the signature does not hold"});
    // And the number of a boot that falls, in a chain that is otherwise right.
    std::string fall;
    prev = (*all)[37].hash;
    for (std::size_t i = 38; i < all->size(); ++i) {
        Record r = (*all)[i];
        r.boot = i == 38 ? 2 : 1;
        r.prev_hash = prev;
        prev = r.hash = sha256(hashed_part(r));
        fall += fmt::format("UPDATE record SET boot = {}, prev_hash = x'{}', hash = x'{}' WHERE seq = {};", r.boot, to_hex(r.prev_hash), to_hex(r.hash), r.seq);
    }
    wrong_after(fall, {"seq 40: its boot number falls, from 2 to 1", "seq 40: the signature does not hold"});
    CHECK(book.verify().good());
}

TEST_CASE("the list of what is wrong is bounded", "[study][records]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    for (int i = 0; i < 150; ++i) book.keep(i);
    REQUIRE(book.db->run("UPDATE record SET mono_ms = 0"));
    const Verdict verdict = book.verify();
    CHECK(verdict.wrong.size() == 101);
    CHECK(verdict.wrong.back() == "and 50 more");
}

TEST_CASE("an export can be checked by itself, and tells what was done to it", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "out" / "records.jsonl";
    Book book(folder.path / "records.db");
    for (int i = 0; i < 20; ++i) book.keep(i);
    for (int i = 0; i < 20; ++i) book.keep(day_ms + i);
    auto count = export_records(*book.db, book.key, file);
    REQUIRE(count);
    CHECK(*count == 40);
    auto whole = verify_export(file);
    REQUIRE(whole);
    CHECK(joined(whole->wrong) == "");
    CHECK(whole->records == 40);
    CHECK(whole->signatures == 2);
    CHECK(whole->signed_through == 40);

    const auto wrong = [&](const std::function<void(std::vector<std::string>&)>& change) { return joined(verify_changed(file, change).wrong); };
    CHECK(wrong([](auto& l) { l[17].replace(l[17].find("test"), 4, "tesu"); }) == "seq 17: changed after it was written (its hash does not match)\n");
    CHECK(wrong([](auto& l) { l[17].replace(l[17].find("\"body\":"), 7, "\"body\": "); }) == "seq 17: changed after it was written (body: is not as a record has it)\n");
    CHECK(wrong([](auto& l) { l.erase(l.begin() + 17, l.begin() + 20); }) ==
          "seq 17 to 19: missing\nthe end line counts 40 records, and 37 are there\n");
    CHECK(wrong([](auto& l) { l.insert(l.begin() + 17, l[17]); }) == "seq 17: stands twice\nthe end line counts 40 records, and 41 are there\n");
    CHECK(wrong([](auto& l) { std::swap(l[17], l[18]); }) == "seq 17: missing\nseq 17: out of its place, after seq 18\n");
    CHECK(wrong([](auto& l) { l.pop_back(); }) == "the end is missing: the file was cut off after seq 40\n");
    CHECK(wrong([](auto& l) { l.resize(30); }) == "the end is missing: the file was cut off after seq 28\n");
    // Cut off, and the end put back, as it was and as it would have to be.
    CHECK(wrong([](auto& l) { l.erase(l.begin() + 30, l.end() - 1); }) ==
          "the end line counts 40 records, and 28 are there\nseq 29 to 40: missing at the end\n"
          "seq 28: the newest record, and it is not signed (what came after it was taken away)\n");
    CHECK(wrong([](auto& l) {
              l.erase(l.begin() + 30, l.end());
              l.push_back("{\"end\":{\"records\":28,\"last_seq\":28}}");
          }) == "seq 28: the newest record, and it is not signed (what came after it was taken away)\n");
    CHECK(wrong([](auto& l) { l.erase(l.begin() + static_cast<std::ptrdiff_t>(line_with(l, 40))); }) ==
          "seq 40: missing, though its signature is there\nthe end line counts 40 records, and 39 are there\nseq 40: missing at the end\n"
          "seq 39: the newest record, and it is not signed (what came after it was taken away)\n");
    CHECK(wrong([](auto& l) { l.push_back(l[1]); }) == "line 45: behind the end\n");
    CHECK(wrong([](auto& l) { l[5] = "nonsense"; }) == "line 6: no record, and nothing else that belongs here (id: is not as a record has it)\nseq 5: missing\n"
                                                       "the end line counts 40 records, and 39 are there\n");
    CHECK(wrong([](auto& l) {
              std::string& s = l[21];
              REQUIRE(s.starts_with("{\"signature\""));
              s.replace(s.find("ed25519") + 10, 4, s.substr(s.find("ed25519") + 10, 4) == "0000" ? "1111" : "0000");
          }) == "seq 20: the signature does not hold\n");

    // Another terminal's record in between; another terminal's key on top.
    Book other(folder.path / "other.db", "boot-a", 9);
    for (int i = 0; i < 40; ++i) other.keep(i);
    REQUIRE(export_records(*other.db, other.key, folder.path / "other.jsonl"));
    const auto foreign = lines_of(folder.path / "other.jsonl");
    CHECK(wrong([&](auto& l) { l[17] = foreign[17]; }) == fmt::format("seq 17: of another terminal ({})\nseq 16 and 17: not one chain (one of them was exchanged)\n"
                                                                      "seq 17 and 18: not one chain (one of them was exchanged)\n", other.records.kiosk().text));
    CHECK(names(verify_changed(file, [&](auto& l) { l[0] = foreign[0]; }), "seq 1: of another terminal"));

    CHECK_FALSE(verify_export(folder.path / "none"));
    REQUIRE(write_file(folder.path / "text", "hello\n"));
    CHECK_FALSE(verify_export(folder.path / "text"));
}

TEST_CASE("an export may begin later, and says after which record", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "part.jsonl";
    Book book(folder.path / "records.db");
    for (int i = 0; i < 20; ++i) book.keep(i);
    auto count = export_records(*book.db, book.key, file, 15);
    REQUIRE(count);
    CHECK(*count == 5);
    CHECK(joined(verify_export(file)->wrong) == "");
    CHECK(joined(verify_changed(file, [](auto& l) { l.erase(l.begin() + 1); }).wrong) == "seq 16: missing\nthe end line counts 5 records, and 4 are there\n");
    CHECK(*export_records(*book.db, book.key, file, 20) == 0);
    CHECK(joined(verify_export(file)->wrong) == "");
    CHECK_FALSE(export_records(*book.db, book.key, file, -1));
    // A folder in the place of the file: an error, and nothing left behind.
    std::filesystem::create_directories(folder.path / "d" / "x");
    CHECK_FALSE(export_records(*book.db, book.key, folder.path / "d"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "d.part"));
}

TEST_CASE("what was acknowledged is there after kill -9", "[study][records]") {
    TemporaryFolder folder;
    const Path file = folder.path / "records.db";
    { Book book(file); }
    std::mt19937 chance(20260701);
    std::int64_t acknowledged = 0;
    for (int run = 0; run < 30; ++run) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            close(ends[0]);
            auto db = Database::open(file);
            const SigningKey key = key_from(7);
            auto records = db ? Records::open(**db, key, fmt::format("boot-{}", run / 3)) : Result<Records>(db.error());
            if (!records) _exit(1);
            for (std::int64_t i = 0;; ++i) {
                const Draft drafts[] = {{RecordKind::signed_in, {"m-1"}, R"({"session":"s","way":"card"})"}, {RecordKind::health, {}, "{}"}};
                auto written = records->keep(drafts, moment_at(run * 1000 + i));
                if (!written) _exit(1);
                const std::int64_t seq = written->back().seq;
                if (write(ends[1], &seq, sizeof seq) != sizeof seq) _exit(1);
            }
        }
        close(ends[1]);
        // After so many answers, and some turns of the wheel: anywhere between two of its instructions.
        const auto answers = chance() % 12;
        std::int64_t seq = 0;
        for (unsigned i = 0; i < answers; ++i) {
            REQUIRE(read(ends[0], &seq, sizeof seq) == sizeof seq);
            acknowledged = seq;
        }
        std::string wheel = "turn";
        for (auto turns = chance() % 3000; turns > 0; --turns) wheel = sha256_hex(wheel.data(), wheel.size());
        REQUIRE(wheel.size() >= 4);
        kill(child, SIGKILL);
        while (read(ends[0], &seq, sizeof seq) == sizeof seq) acknowledged = seq;
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        close(ends[0]);

        Book book(file, fmt::format("boot-{}", run / 3));
        const Verdict verdict = book.verify();
        INFO(joined(verdict.wrong));
        REQUIRE(verdict.good());
        const std::int64_t last = *book.records.last_seq();
        REQUIRE(last >= acknowledged);
        REQUIRE(last % 2 == 0);  // both of a transaction, or none
    }
    CHECK(acknowledged > 0);
}
