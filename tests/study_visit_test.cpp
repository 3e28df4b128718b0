// A member's visit on disk: what is recorded when, what waits when the disk refuses, what the next start makes of a crash.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "content/base/json.h"
#include "content/store/schema.h"
#include "content/study/running_journal.h"
#include "content/study/visit.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

const Member zhang{{"m-zhang"}, "20210101", "张小明", "一支部", "0001", "", false, false, false};
const Member li{{"m-li"}, "20210102", "李四", "一支部", "0002", "", false, false, false};
const Subject article{StudyLabel::reading, "article", {"文", "text"}, "pack", 3};
const Subject film{StudyLabel::media, "film", {"片", "film"}, "pack", 3};

// A data folder, a fake clock, and a visit that can be dropped as a crash drops it.
struct Desk {
    Path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-visit-{}", to_hex(random_bytes(6)));
    FakeClock clock{wall_time_from_iso("2026-07-01T08:00:00Z")};
    SigningKey key = SigningKey::from_seed({1});
    std::unique_ptr<Database> db;
    std::optional<Records> records;
    std::optional<Visit> visit;
    std::vector<std::function<void()>> jobs;
    bool later = false;

    Desk() { open(); }
    ~Desk() {
        close();
        std::filesystem::remove_all(folder);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void open(const std::string& boot = "fake") {
        std::filesystem::create_directories(folder);
        auto opened = Database::open(folder / "records.db", {false, 0});
        REQUIRE(opened);
        db = std::move(*opened);
        REQUIRE(migrate(*db));
        auto chain = Records::open(*db, key, boot);
        REQUIRE(chain);
        records.emplace(std::move(*chain));
        std::function<void(std::function<void()>)> post;
        if (later) post = [this](std::function<void()> job) { jobs.push_back(std::move(job)); };
        auto made = Visit::open({*records, journal(), {}, post}, clock.moment());
        if (!made) FAIL(made.error().what);
        visit.emplace(std::move(*made));
    }
    void close() {
        visit.reset();
        records.reset();
        db.reset();
    }
    void crash(const std::string& boot = "fake") {
        close();
        open(boot);
    }
    [[nodiscard]] Path journal() const { return folder / "running.json"; }
    [[nodiscard]] bool journalled() const { return std::filesystem::exists(journal()); }

    // Frames of 50 ms, as the loop makes them.
    void watch(Nanoseconds span, const std::optional<Subject>& what, bool playing = false, bool touched = false) {
        for (const Instant end = clock.now() + span; clock.now() < end;) {
            visit->observe(touched, what, playing, clock.moment());
            touched = false;
            clock.advance(std::min<Nanoseconds>(50ms, end - clock.now()));
        }
        visit->observe(false, what, playing, clock.moment());
    }
    [[nodiscard]] std::vector<Record> all() const {
        auto found = records->read(0, 1000);
        REQUIRE(found);
        return *found;
    }
    // "signed_in m-zhang; study_interval m-zhang reading 5000; …"
    [[nodiscard]] std::string told() const {
        std::string text;
        for (const Record& record : all()) {
            JsonDocument body;
            REQUIRE(body.parse(record.body));
            text += fmt::format("{}{} {}", text.empty() ? "" : "; ", name_of(record.kind), record.member.text);
            for (const char* key_name : {"way", "why", "label"})
                if (body.root()[key_name].exists()) text += " " + body.root()[key_name].string();
            if (body.root()["ms"].exists()) text += fmt::format(" {}", body.root()["ms"].integer());
        }
        return text;
    }
};

// Holds the database as another program would; ours does not wait.
struct Refused {
    explicit Refused(Desk& desk) : db(*Database::open(desk.folder / "records.db")), change(Transaction::begin(*db)) { REQUIRE(change); }
    std::unique_ptr<Database> db;
    Result<Transaction> change;
};

}  // namespace

TEST_CASE("a visit is recorded from its sign-in to its sign-out", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    CHECK(desk.visit->member()->id == zhang.id);
    desk.watch(5s, article);
    CHECK(desk.visit->counting(desk.clock.now()));
    CHECK(desk.visit->counted(desk.clock.now()) == 5s);
    CHECK(desk.visit->running(desk.clock.now()) == 5s);
    desk.watch(30s, film, true, true);
    CHECK(desk.visit->counted(desk.clock.now()) == 35s);
    CHECK(desk.visit->running(desk.clock.now()) == 30s);
    CHECK(desk.journalled());
    REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
    CHECK_FALSE(desk.visit->member());
    CHECK_FALSE(desk.journalled());
    CHECK(desk.told() ==
          "signed_in m-zhang card; study_interval m-zhang reading 5000; study_interval m-zhang media 30000; signed_out m-zhang button 35000");
    const auto records = desk.all();
    JsonDocument body;
    REQUIRE(body.parse(records[2].body));
    const JsonNode root = body.root();
    std::string keys;
    for (const auto& [key, value] : root.members()) keys += key + " ";
    CHECK(keys == "session label item title pack pack_version ms ");
    CHECK(root["item"].string() == "film");
    CHECK(root["title"]["en"].string() == "film");
    CHECK(root["pack_version"].integer() == 3);
    for (const Record& record : records) {
        JsonDocument each;
        REQUIRE(each.parse(record.body));
        CHECK(each.root()["session"].string() == root["session"].string());
    }
    REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));  // nobody is here
    CHECK(desk.all().size() == 4);
}

TEST_CASE("the next card signs the one before out in the same transaction", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(5s, article);
    REQUIRE(desk.visit->sign_in(li, SignInWay::name, desk.clock.moment()));
    CHECK(desk.visit->member()->id == li.id);
    CHECK(desk.visit->counted(desk.clock.now()) == 0s);
    CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 5000; signed_out m-zhang next_card 5000; signed_in m-li name");
    desk.watch(2s, article);
    REQUIRE(desk.visit->sign_out(SignOutWhy::idle, desk.clock.moment()));
    CHECK(desk.all().size() == 6);
}

TEST_CASE("a sign-in that the disk refuses has not happened, and takes nothing away", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(5s, article);
    {
        const Refused refused(desk);
        const auto done = desk.visit->sign_in(li, SignInWay::card, desk.clock.moment());
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == ErrorKind::io);
        CHECK(desk.visit->member()->id == zhang.id);
        desk.watch(5s, article);
    }
    CHECK(desk.visit->trouble().empty());
    CHECK(desk.visit->counted(desk.clock.now()) == 10s);
    REQUIRE(desk.visit->sign_in(li, SignInWay::card, desk.clock.moment()));
    CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 10000; signed_out m-zhang next_card 10000; signed_in m-li card");
}

TEST_CASE("a sign-out that the disk refuses waits, and comes before anything new", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(5s, article);
    const std::int64_t then_ms = desk.clock.moment().mono_ms;
    {
        const Refused refused(desk);
        CHECK_FALSE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
        CHECK_FALSE(desk.visit->member());
        CHECK_FALSE(desk.visit->trouble().empty());
        CHECK(desk.visit->waiting() == 2);
        CHECK_FALSE(desk.visit->sign_in(li, SignInWay::card, desk.clock.moment()));
        CHECK_FALSE(desk.visit->record(RecordKind::quiz_answered, R"({"question":"q"})", desk.clock.moment()));
        desk.watch(10s, article);
        CHECK(desk.visit->waiting() == 3);
        CHECK(desk.visit->due() <= desk.clock.now() + 2s);
    }
    SECTION("written a moment later") {
        desk.watch(3s, article);
        CHECK(desk.visit->waiting() == 0);
        CHECK(desk.visit->trouble().empty());
        REQUIRE(desk.visit->sign_in(li, SignInWay::card, desk.clock.moment()));
        CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 5000; signed_out m-zhang button 5000; "
                             "quiz_answered ; signed_in m-li card");
        CHECK(desk.all()[2].mono_ms == then_ms);  // its own moment
    }
    SECTION("written by the next sign-in") {
        REQUIRE(desk.visit->sign_in(li, SignInWay::card, desk.clock.moment()));
        CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 5000; signed_out m-zhang button 5000; "
                             "quiz_answered ; signed_in m-li card");
    }
    SECTION("written by the next start, from the journal, once") {
        desk.crash();
        desk.crash("another boot");
        CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 5000; signed_out m-zhang button 5000; quiz_answered ");
        CHECK(desk.all()[2].mono_ms == then_ms);
        CHECK_FALSE(desk.journalled());
    }
}

TEST_CASE("what was proven of an interval survives a crash, once", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(7s, article);
    desk.watch(13s, film, true, true);
    desk.crash("another boot");
    CHECK_FALSE(desk.visit->member());
    CHECK_FALSE(desk.journalled());
    const std::string told = desk.told();
    const auto records = desk.all();
    REQUIRE(records.size() == 4);
    CHECK(records[2].kind == RecordKind::abandoned);
    JsonDocument body;
    REQUIRE(body.parse(records[2].body));
    const std::int64_t proven = body.root()["ms"].integer();
    CHECK(proven <= 13'000);
    CHECK(proven >= 8'000);
    CHECK(told == fmt::format("signed_in m-zhang card; study_interval m-zhang reading 7000; abandoned m-zhang media {}; "
                              "signed_out m-zhang crash {}", proven, 7000 + proven));
    desk.crash("a third boot");
    CHECK(desk.told() == told);
}

TEST_CASE("at no moment is more than five seconds of the running interval unproven", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    for (int i = 0; i < 60; ++i) {
        desk.watch(700ms, film, true);
        const auto text = read_text(desk.journal());
        REQUIRE(text);
        const auto journal = running_journal_from_json(*text);
        REQUIRE(journal);
        REQUIRE(journal->running);
        CHECK(desk.visit->running(desk.clock.now()) - journal->running->ms <= 4100ms);
        CHECK(desk.visit->due() <= desk.clock.now() + 4s);
    }
}

TEST_CASE("a crash in a visit without an interval closes the visit", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    SECTION("before anything was seen") {
        desk.crash();
        CHECK(desk.told() == "signed_in m-zhang card; signed_out m-zhang crash 0");
    }
    SECTION("after a grace ran out") {
        desk.watch(90s, article);
        CHECK_FALSE(desk.journalled());
        desk.crash();
        CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 60000; signed_out m-zhang crash 60000");
    }
}

TEST_CASE("a journal that comes back from a backup counts nothing twice", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(10s, article);
    const Path kept = desk.folder / "kept.json";
    std::filesystem::copy_file(desk.journal(), kept);
    desk.watch(10s, article);
    SECTION("after the interval was recorded") {
        REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
    }
    SECTION("after a crash recorded it as abandoned") {
        desk.crash();
    }
    SECTION("recorded, and the visit goes on") {
        desk.watch(60s, std::nullopt);
        REQUIRE(desk.visit->member());
        desk.close();
        std::filesystem::copy_file(kept, desk.journal(), std::filesystem::copy_options::overwrite_existing);
        desk.open();
        CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 20000; signed_out m-zhang crash 20000");
    }
    const std::string told = desk.told();
    desk.close();
    std::filesystem::copy_file(kept, desk.journal(), std::filesystem::copy_options::overwrite_existing);
    desk.open();
    CHECK(desk.told() == told);
    CHECK_FALSE(desk.journalled());
}

TEST_CASE("an older database beside a newer journal keeps what the journal proves", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(2s, article);
    desk.close();
    for (const char* file : {"records.db", "records.db-wal"})
        if (const Path there = desk.folder / file; std::filesystem::exists(there)) std::filesystem::copy_file(there, Path(there) += ".old");
    desk.open();
    REQUIRE(desk.visit->sign_in(li, SignInWay::card, desk.clock.moment()));
    desk.watch(12s, film, true);
    desk.close();
    for (const char* file : {"records.db", "records.db-wal", "records.db-shm"}) {
        std::filesystem::remove(desk.folder / file);
        const Path old = desk.folder / (std::string(file) + ".old");
        if (std::filesystem::exists(old)) std::filesystem::rename(old, desk.folder / file);
    }
    desk.open();
    // Zhang's visit is open in that database; Li's is in the journal alone.
    CHECK(desk.told().starts_with("signed_in m-zhang card; signed_out m-zhang crash 0; abandoned m-li media "));
    CHECK(desk.all().back().kind == RecordKind::signed_out);
    CHECK(desk.all().back().member == li.id);
}

TEST_CASE("a journal that cannot be understood is set aside, and the hall opens", "[study]") {
    const std::string text = GENERATE(as<std::string>(), "{", "nonsense", "{}", R"({"xinghuo_running":2})", "[1,2,3]",
                                      R"({"xinghuo_running":1,"kiosk":"k-other","boot":1,"member":"m-x","session":"s","waiting":[]})",
                                      R"({"xinghuo_running":1,"kiosk":"k","boot":1,"member":"","session":"",)"
                                      R"("running":{"id":"i","ms":-5},"waiting":[]})");
    Desk desk;
    desk.close();
    REQUIRE(write_file(desk.journal(), text));
    desk.open();
    CHECK_FALSE(desk.journalled());
    CHECK(read_text(desk.folder / "running.json.damaged").value() == text);
    CHECK(desk.all().empty());
    desk.close();
    REQUIRE(write_file(desk.journal(), text));
    desk.open();
    CHECK(std::filesystem::exists(desk.folder / "running.json.damaged.2"));
}

TEST_CASE("a journal of nothing is no journal", "[study]") {
    Desk desk;
    desk.close();
    REQUIRE(write_file(desk.journal(), std::string_view()));
    desk.open();
    CHECK(desk.all().empty());
    CHECK_FALSE(std::filesystem::exists(desk.folder / "running.json.damaged"));
}

TEST_CASE("a late write of the journal neither overwrites a newer one nor brings back a removed one", "[study]") {
    Desk desk;
    desk.later = true;
    desk.crash();
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(6s, film, true);
    REQUIRE(desk.jobs.size() >= 2);
    const auto written = desk.jobs;
    for (const auto& job : written) job();
    CHECK(desk.journalled());
    const std::string newest = read_text(desk.journal()).value();
    for (const auto& job : written) job();
    desk.jobs[0]();
    CHECK(read_text(desk.journal()).value() == newest);
    REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
    desk.jobs.back()();
    CHECK_FALSE(desk.journalled());
    for (std::size_t i = 0; i + 1 < desk.jobs.size(); ++i) desk.jobs[i]();
    CHECK_FALSE(desk.journalled());
    desk.visit.reset();
    for (const auto& job : desk.jobs) job();  // after the visit itself
    CHECK_FALSE(desk.journalled());
}

TEST_CASE("the wall clock may jump by decades: minutes stay right", "[study]") {
    Desk desk;
    desk.watch(1s, article);
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(5s, article);
    desk.clock.jump_wall(wall_time_from_iso("1970-01-01T00:00:00Z"));
    desk.clock.trust_wall(false);
    desk.watch(5s, article);
    desk.clock.jump_wall(wall_time_from_iso("2099-01-01T00:00:00Z"));
    desk.watch(5s, article);
    CHECK(desk.visit->counted(desk.clock.now()) == 15s);
    REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
    CHECK(desk.told() == "signed_in m-zhang card; study_interval m-zhang reading 15000; signed_out m-zhang button 15000");
}

TEST_CASE("a quiz answer belongs to whoever is here, or to nobody", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->record(RecordKind::quiz_answered, R"({"question":"q1","right":true})", desk.clock.moment()));
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    const std::string session = desk.visit->session();
    REQUIRE(desk.visit->record(RecordKind::quiz_answered, R"({"question":"q2","right":true})", desk.clock.moment()));
    REQUIRE(desk.visit->record(RecordKind::quiz_finished, "{}", desk.clock.moment()));
    const auto records = desk.all();
    REQUIRE(records.size() == 4);
    CHECK(records[0].member.empty());
    CHECK(records[0].body == R"({"question":"q1","right":true})");
    CHECK(records[2].member == zhang.id);
    CHECK(records[2].body == fmt::format(R"({{"session":"{}","question":"q2","right":true}})", session));
    CHECK(records[3].body == fmt::format(R"({{"session":"{}"}})", session));
    for (const char* wrong : {"", "[]", "{", "7", R"({"a":1} )"}) {
        const auto done = desk.visit->record(RecordKind::quiz_answered, wrong, desk.clock.moment());
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == ErrorKind::invalid);
    }
    CHECK(desk.visit->waiting() == 0);
}

TEST_CASE("an hour of a full disk loses no minute", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    {
        const Refused refused(desk);
        for (int i = 0; i < 600; ++i) {
            desk.watch(100ms, i % 2 == 0 ? article : film, true, true);
            desk.clock.advance(10ms);
        }
        CHECK(desk.visit->waiting() == 599);
        CHECK(desk.visit->running(desk.clock.now()) == desk.visit->counted(desk.clock.now()));
    }
    desk.watch(3s, article);
    CHECK(desk.visit->waiting() == 0);
    REQUIRE(desk.visit->sign_out(SignOutWhy::button, desk.clock.moment()));
    CHECK(desk.all().size() == 603);
}

TEST_CASE("what waits is bounded, and the oldest is kept", "[study][slow]") {
    Desk desk;
    {
        const Refused refused(desk);
        const Moment moment = desk.clock.moment();
        for (int i = 0; i < 10'050; ++i)
            CHECK_FALSE(desk.visit->record(RecordKind::quiz_answered, fmt::format(R"({{"question":"q{}"}})", i), moment));
        CHECK(desk.visit->waiting() == 10'000);
    }
    // Not all in one frame: it would stand still for a second.
    desk.clock.advance(2s);
    desk.visit->observe(false, std::nullopt, false, desk.clock.moment());
    CHECK(desk.visit->waiting() == 9'950);
    desk.watch(5s, std::nullopt);
    CHECK(desk.visit->waiting() == 4'900);
    CHECK_FALSE(desk.visit->trouble().empty());
    CHECK_FALSE(desk.visit->record(RecordKind::quiz_finished, "{}", desk.clock.moment()));
    CHECK(desk.visit->waiting() == 4'851);
    desk.watch(1s, std::nullopt);
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    CHECK(desk.visit->waiting() == 0);
    CHECK(desk.visit->trouble().empty());
    CHECK(desk.all().front().body == R"({"question":"q0"})");
    CHECK(desk.records->last_seq().value() == 10'002);
    CHECK(desk.records->newest(3)->front().body == R"({"question":"q9999"})");
}

TEST_CASE("nobody's name, number or card goes into the journal", "[study]") {
    Desk desk;
    REQUIRE(desk.visit->sign_in(zhang, SignInWay::card, desk.clock.moment()));
    desk.watch(5s, article);
    const auto text = read_text(desk.journal());
    REQUIRE(text);
    for (const std::string& personal : {zhang.name, zhang.number, zhang.card}) CHECK(text->find(personal) == std::string::npos);
}
