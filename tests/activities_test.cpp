// An activity: who came, when, late or not, and that nothing is shown that is not on disk.
#include "content/study/activities.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

#include "content/study/day.h"
#include "content/study/roster.h"
#include "content/study/tally.h"
#include "tests/support/study_room.h"

using namespace xinghuo;
using namespace std::chrono_literals;
using Tap = Activities::Tap;

namespace {

struct Gathering : StudyRoom {
    explicit Gathering(std::size_t members_each = 3) {
        std::string csv = "学号,姓名,支部\n";
        for (std::size_t i = 0; i < members_each; ++i) csv += fmt::format("A{0:04},阿{0},一支部\nB{0:04},贝{0},二支部\n", i);
        auto table = read_table(Bytes(csv.begin(), csv.end()));
        REQUIRE(table);
        auto file = read_roster(*table);
        REQUIRE(file);
        REQUIRE(Roster(*db, key, *records).apply(*file, moment()));
        activities.emplace(*db, *records, *members);
    }
    Member member(const std::string& number) const {
        auto found = members->by_number(number);
        REQUIRE(found);
        REQUIRE(*found);
        return **found;
    }
    // As after a crash of the program, or, with another boot's name, of the machine.
    void restart(const std::string& boot_id) {
        activities.reset();
        members.reset();
        auto chain = Records::open(*db, signing, boot_id);
        REQUIRE(chain);
        records.emplace(std::move(*chain));
        members.emplace(*db, key, *records);
        activities.emplace(*db, *records, *members);
    }
    ActivityId open(const ActivityPlan& plan) {
        auto id = activities->open(plan, moment());
        if (!id) FAIL(id.error().what);
        return *id;
    }
    Tap tap(const std::string& number) {
        auto done = activities->tap(member(number), SignInWay::card, moment());
        if (!done) FAIL(done.error().what);
        return *done;
    }
    std::int64_t count(const std::string& sql) { return *db->integer_or(-1, sql); }
    std::string newest_body() {
        auto newest = records->newest(1);
        REQUIRE(newest);
        REQUIRE(newest->size() == 1);
        return newest->front().body;
    }
    std::optional<Activities> activities;
};

ActivityPlan plan(const std::string& branch = "", int late_after_min = 5) {
    ActivityPlan p;
    p.name = "七月主题党日";
    p.type = "theme_day";
    p.branch = branch;
    p.late_after_min = late_after_min;
    return p;
}

// What a reader of the table sees must be what is shown.
void check_as_on_disk(Gathering& g) {
    const Activity& shown = *g.activities->current();
    auto stored = g.activities->read(shown.id);
    REQUIRE(stored);
    REQUIRE(stored->present.size() == shown.present.size());
    REQUIRE(stored->came == shown.came);
    REQUIRE(stored->came_expected == shown.came_expected);
    REQUIRE(stored->came_late == shown.came_late);
    REQUIRE(stored->guests == shown.guests);
    REQUIRE(stored->expected == shown.expected);
    for (std::size_t i = 0; i < shown.present.size(); ++i) {
        const Attendance &a = stored->present[i], &b = shown.present[i];
        REQUIRE(a.member == b.member);
        REQUIRE(a.name == b.name);
        REQUIRE(a.number == b.number);
        REQUIRE(a.came.unix_ms == b.came.unix_ms);
        REQUIRE(a.day == b.day);
        REQUIRE(a.late == b.late);
        REQUIRE(a.left == b.left);
        REQUIRE(a.left_at.unix_ms == b.left_at.unix_ms);
        REQUIRE(a.expected == b.expected);
    }
}

}  // namespace

TEST_CASE("which plans are taken", "[study][activity]") {
    Gathering g;
    const auto fault = [&](auto change) {
        ActivityPlan p = plan();
        change(p);
        const PlanFault found = plan_fault(p, g.moment());
        CHECK(g.activities->open(p, g.moment()).has_value() == (found == PlanFault::none));
        if (g.activities->current()) REQUIRE(g.activities->close(g.moment()));
        return found;
    };
    CHECK(fault([](ActivityPlan&) {}) == PlanFault::none);
    CHECK(fault([](ActivityPlan& p) { p.name = ""; }) == PlanFault::name);
    CHECK(fault([](ActivityPlan& p) { p.name = "   "; }) == PlanFault::name);
    CHECK(fault([](ActivityPlan& p) { p.name = "a\nb"; }) == PlanFault::name);
    CHECK(fault([](ActivityPlan& p) { for (p.name = "党"; p.name.size() < 180;) p.name += "党"; }) == PlanFault::none);
    CHECK(fault([](ActivityPlan& p) { for (p.name = "党"; p.name.size() < 183;) p.name += "党"; }) == PlanFault::name_long);
    CHECK(fault([](ActivityPlan& p) { p.type = "party"; }) == PlanFault::type);
    CHECK(fault([](ActivityPlan& p) { p.late_after_min = -1; }) == PlanFault::late_after);
    CHECK(fault([](ActivityPlan& p) { p.late_after_min = 241; }) == PlanFault::late_after);
    CHECK(fault([&](ActivityPlan& p) { p.planned = WallTime{g.moment().wall.unix_ms + 8 * 86'400'000ll}; }) == PlanFault::planned);
    CHECK(fault([&](ActivityPlan& p) { p.planned = WallTime{INT64_MIN}; }) == PlanFault::planned);
    CHECK(!g.activities->open(plan("三支部"), g.moment()));
    g.open(plan("一支部"));
    CHECK(!g.activities->open(plan(), g.moment()));  // one at a time
    CHECK(g.count("SELECT COUNT(*) FROM activity WHERE closed_seq IS NULL") == 1);
}

TEST_CASE("a tap, a second tap, a tap out, a tap back", "[study][activity]") {
    Gathering g;
    g.open(plan("一支部"));
    CHECK(g.activities->current()->expected == 3);
    CHECK(g.tap("A0000") == Tap::on_time);
    CHECK(g.newest_body() == fmt::format(R"({{"activity":"{}","name":"七月主题党日","as":"on_time","way":"card"}})", g.activities->current()->id.text));
    const auto seq = *g.records->last_seq();
    g.clock.advance(10s - 1ns);
    CHECK(g.tap("A0000") == Tap::again);
    g.clock.advance(9s);
    CHECK(g.tap("A0000") == Tap::again);  // a card left on the reader
    CHECK(*g.records->last_seq() == seq);
    g.clock.advance(10s);
    CHECK(g.tap("A0000") == Tap::left);
    CHECK(g.newest_body().find("left_early") != std::string::npos);
    CHECK(g.activities->current()->present[0].left);
    check_as_on_disk(g);
    g.clock.advance(10s);
    CHECK(g.tap("A0000") == Tap::back);
    CHECK(g.newest_body().find("\"back\"") != std::string::npos);
    CHECK(!g.activities->current()->present[0].left);
    CHECK(g.activities->current()->came == 1);
    check_as_on_disk(g);
    // Who comes from elsewhere is counted besides.
    CHECK(g.tap("B0000") == Tap::on_time);
    CHECK(g.activities->current()->came == 2);
    CHECK(g.activities->current()->came_expected == 1);
    CHECK(!g.activities->current()->present[1].expected);
    check_as_on_disk(g);
}

TEST_CASE("late is decided against the planned start on a trusted clock, and no jump of the clock changes it", "[study][activity]") {
    Gathering g;
    ActivityPlan p = plan("", 5);
    p.planned = WallTime{g.moment().wall.unix_ms + 10 * 60'000};
    g.open(p);
    g.clock.jump_wall(wall_time_from_iso("2099-01-01T00:00:00Z"));
    g.clock.advance(15min - 1ns);
    CHECK(g.tap("A0000") == Tap::on_time);
    g.clock.jump_wall(wall_time_from_iso("1970-01-01T00:00:00Z"));
    g.clock.advance(1ns);
    CHECK(g.tap("A0001") == Tap::late);
    CHECK(g.activities->current()->late() == 1);
    g.clock.advance(10s);
    CHECK(g.tap("A0001") == Tap::left);
    g.clock.advance(10s);
    CHECK(g.tap("A0001") == Tap::back);
    CHECK(g.activities->current()->present[1].late);  // stays late
    check_as_on_disk(g);
}

TEST_CASE("opened after everybody was late; and without a clock from the opening", "[study][activity]") {
    Gathering g;
    ActivityPlan p = plan("", 5);
    p.planned = WallTime{g.moment().wall.unix_ms - 10 * 60'000};
    SECTION("trusted") {
        g.open(p);
        CHECK(g.tap("A0000") == Tap::late);
    }
    SECTION("not trusted: the plan says nothing") {
        g.clock.trust_wall(false);
        p.planned = WallTime{INT64_MAX};
        g.open(p);
        g.clock.advance(5min - 1ns);
        CHECK(g.tap("A0000") == Tap::on_time);
        g.clock.advance(1ns);
        CHECK(g.tap("A0001") == Tap::late);
    }
    SECTION("no plan") {
        p.planned.reset();
        g.open(p);
        g.clock.advance(5min);
        CHECK(g.tap("A0000") == Tap::late);
    }
    SECTION("at once") {
        p.planned.reset();
        p.late_after_min = 0;
        g.open(p);
        CHECK(g.tap("A0000") == Tap::late);
    }
}

TEST_CASE("guests are counted without names, and a slip is taken back", "[study][activity]") {
    Gathering g;
    CHECK(!g.activities->add_guests(1, g.moment()));
    const ActivityId id = g.open(plan());
    REQUIRE(g.activities->add_guests(3, g.moment()));
    REQUIRE(g.activities->add_guests(-1, g.moment()));
    CHECK(g.newest_body() == fmt::format(R"({{"activity":"{}","by":-1}})", id.text));
    CHECK(g.activities->current()->guests == 2);
    REQUIRE(g.activities->add_guests(-5, g.moment()));
    CHECK(g.activities->current()->guests == 0);
    REQUIRE(g.activities->add_guests(-1, g.moment()));
    CHECK(g.count("SELECT COUNT(*) FROM record WHERE kind = 'guest_visit'") == 6);
    CHECK(g.count("SELECT COUNT(*) FROM record WHERE kind = 'guest_visit' AND member IS NOT NULL") == 0);
    CHECK(!g.activities->add_guests(51, g.moment()));
    check_as_on_disk(g);
}

TEST_CASE("closed, it is listed with its absences", "[study][activity]") {
    Gathering g;
    ActivityPlan p = plan("一支部");
    p.host = g.member("A0001").id;
    const ActivityId id = g.open(p);
    g.tap("A0002");
    g.tap("B0001");
    REQUIRE(g.activities->add_guests(2, g.moment()));
    g.clock.advance(1h);
    g.tap("A0002");
    REQUIRE(g.activities->close(g.moment()));
    CHECK(g.newest_body() == fmt::format(R"({{"activity":"{}","name":"七月主题党日","expected":3,"attended":2,"late":0,"guests":2}})", id.text));
    CHECK(!g.activities->current());
    CHECK(!g.activities->close(g.moment()));
    CHECK(!g.activities->tap(g.member("A0000"), SignInWay::card, g.moment()));
    CHECK(g.count("SELECT COUNT(*) FROM attendance") == 2);

    g.open(plan());
    auto history = g.activities->history(10);
    REQUIRE(history);
    REQUIRE(history->size() == 2);
    CHECK((*history)[0].open);
    CHECK((*history)[0].expected == 6);
    CHECK((*history)[0].came == 0);
    const Activity& closed = (*history)[1];
    CHECK(!closed.open);
    CHECK(closed.id == id);
    CHECK(closed.plan.host == p.host);
    CHECK(closed.came == 2);
    CHECK(closed.came_expected == 1);
    CHECK(closed.expected == 3);
    CHECK(closed.guests == 2);
    CHECK(closed.closed.unix_ms - closed.opened.unix_ms == 3'600'000);
    CHECK(closed.day == china_day(closed.opened));
    CHECK(closed.present.empty());
    CHECK(g.activities->history(1)->size() == 1);
    CHECK(g.activities->read({"a-none"}).error().kind == ErrorKind::missing);

    auto whole = g.activities->read(id);
    REQUIRE(whole);
    auto absent = g.activities->absent(*whole);
    REQUIRE(absent);
    REQUIRE(absent->size() == 2);
    CHECK((*absent)[0].number == "A0000");
    CHECK((*absent)[1].number == "A0001");

    SheetWords words;
    words.summary = "S", words.attendance = "P", words.absences = "N", words.number = "No", words.name = "Name", words.late = "late";
    words.on_time = "on time", words.left_early = "left early", words.type_name = "Theme day", words.guests = "Guests";
    auto sheets = g.activities->sheets(*whole, words);
    REQUIRE(sheets);
    REQUIRE(sheets->size() == 3);
    CHECK((*sheets)[0].heading[1] == "七月主题党日");
    CHECK((*sheets)[0].rows.back() == std::vector<std::string>{"Guests", "2"});
    CHECK((*sheets)[1].rows[0] == std::vector<std::string>{"A0002", "阿2", "一支部", "16:00", "on time, left early", "17:00"});
    CHECK((*sheets)[1].rows[1] == std::vector<std::string>{"B0001", "贝1", "二支部", "16:00", "on time", ""});
    CHECK((*sheets)[2].rows == std::vector<std::vector<std::string>>{{"A0000", "阿0", "一支部"}, {"A0001", "阿1", "一支部"}});
    for (const Sheet& sheet : *sheets)
        for (const auto& row : sheet.rows) CHECK(row.size() == sheet.heading.size());
}

TEST_CASE("a clock that nobody believes puts no time on a list", "[study][activity]") {
    Gathering g;
    g.clock.trust_wall(false);
    g.clock.jump_wall(wall_time_from_iso("1970-01-01T03:00:00Z"));
    const ActivityId id = g.open(plan());
    g.tap("A0002");
    auto whole = g.activities->read(id);
    REQUIRE(whole);
    CHECK(whole->day == china_day(wall_time_from_iso("2026-07-01T08:00:00Z")));  // the newest day that is known
    auto sheets = g.activities->sheets(*whole, {});
    REQUIRE(sheets);
    CHECK((*sheets)[1].rows[0][3].empty());
    for (const Sheet& sheet : *sheets)
        for (const auto& row : sheet.rows)
            for (const std::string& cell : row) CHECK(cell.find("1970") == std::string::npos);
}

TEST_CASE("an activity outlives the program", "[study][activity]") {
    Gathering g;
    g.open(plan("一支部", 10));
    g.tap("A0000");
    g.clock.advance(4min);
    g.tap("A0001");
    g.clock.advance(2s);
    SECTION("a crash: the machine's clock goes on") {
        g.clock.trust_wall(false);
        g.clock.jump_wall(wall_time_from_iso("1970-01-01T00:00:00Z"));
        g.restart("boot-1");
        REQUIRE(g.activities->recover(g.moment()));
        REQUIRE(g.activities->current());
        check_as_on_disk(g);
        CHECK(g.tap("A0001") == Tap::again);  // two seconds ago
        g.clock.advance(5min + 57s);
        CHECK(g.tap("A0002") == Tap::on_time);
        g.clock.advance(1s);
        CHECK(g.tap("B0000") == Tap::late);
        CHECK(g.tap("A0001") == Tap::left);
    }
    SECTION("a power cut, the clock trusted before and after") {
        g.restart("boot-2");
        FakeClock after(WallTime{g.moment().wall.unix_ms + 3 * 60'000});
        REQUIRE(g.activities->recover(after.moment()));
        CHECK(*g.activities->tap(g.member("A0001"), SignInWay::card, after.moment()) == Tap::left);
        after.advance(2min + 57s);
        CHECK(*g.activities->tap(g.member("A0002"), SignInWay::card, after.moment()) == Tap::on_time);
        after.advance(1s);
        CHECK(*g.activities->tap(g.member("B0000"), SignInWay::card, after.moment()) == Tap::late);
    }
    SECTION("a power cut without a clock: what the records prove") {
        g.restart("boot-2");
        FakeClock after(wall_time_from_iso("1970-01-01T00:00:00Z"));
        after.trust_wall(false);
        REQUIRE(g.activities->recover(after.moment()));
        after.advance(6min - 1ms);  // four minutes are proven
        CHECK(*g.activities->tap(g.member("A0002"), SignInWay::card, after.moment()) == Tap::on_time);
        after.advance(1ms);
        CHECK(*g.activities->tap(g.member("B0000"), SignInWay::card, after.moment()) == Tap::late);
    }
    REQUIRE(g.activities->close(g.moment()));
    g.restart("boot-1");
    REQUIRE(g.activities->recover(g.moment()));
    CHECK(!g.activities->current());
}

TEST_CASE("when the disk is full a tap fails, and nobody is shown as present who is not on disk", "[study][activity]") {
    Gathering g(40);
    g.open(plan());
    const std::int64_t pages = g.count("PRAGMA page_count");
    REQUIRE(g.count(fmt::format("PRAGMA max_page_count = {}", pages + 2)) == pages + 2);
    std::size_t good = 0;
    std::optional<std::string> refused;
    for (std::size_t i = 0; i < 40 && !refused; ++i) {
        const std::string number = fmt::format("A{:04}", i);
        auto done = g.activities->tap(g.member(number), SignInWay::card, g.moment());
        if (done) ++good;
        else refused = number;
    }
    REQUIRE(refused);
    CHECK(g.activities->current()->came == good);
    CHECK(g.count("SELECT COUNT(*) FROM attendance") == static_cast<std::int64_t>(good));
    check_as_on_disk(g);
    // No ten seconds to wait for who was not taken in.
    CHECK(!g.activities->tap(g.member(*refused), SignInWay::card, g.moment()));
    REQUIRE(g.count("PRAGMA max_page_count = 1000000") == 1'000'000);
    CHECK(g.tap(*refused) == Tap::on_time);
    check_as_on_disk(g);
}

TEST_CASE("three hundred members tap in a hundred seconds, each is there once", "[study][activity][slow]") {
    Gathering g(150);
    const ActivityId id = g.open(plan("一支部"));
    const auto before = *g.records->last_seq();
    for (std::size_t i = 0; i < 150; ++i)
        for (const char branch : {'A', 'B'}) {
            g.clock.advance(333ms);
            const std::string number = fmt::format("{}{:04}", branch, i);
            REQUIRE(g.tap(number) == Tap::on_time);
            if (i % 3 == 0) REQUIRE(g.tap(number) == Tap::again);
        }
    const Activity& shown = *g.activities->current();
    CHECK(shown.came == 300);
    CHECK(shown.came_expected == 150);
    CHECK(shown.expected == 150);
    CHECK(*g.records->last_seq() == before + 300);
    CHECK(g.count("SELECT COUNT(DISTINCT member) FROM attendance") == 300);
    check_as_on_disk(g);
    CHECK(g.activities->absent(*g.activities->read(id))->empty());
}

TEST_CASE("random taps are what a simple model says, on the screen, on disk and after a restart", "[study][activity]") {
    struct Known {
        bool late = false, left = false;
    };
    for (unsigned seed = 0; seed < 10; ++seed) {
        INFO("seed " << seed);
        Gathering g(2);
        std::mt19937 chance(seed);
        const auto upto = [&](unsigned n) { return chance() % n; };
        const std::string numbers[] = {"A0000", "A0001", "B0000", "B0001"};
        const int late_after = static_cast<int>(upto(4));
        g.open(plan(upto(2) == 0 ? "" : "一支部", late_after));
        const Instant opened = g.moment().now;
        std::map<std::string, Known> model;
        std::map<std::string, Instant> last;
        for (int step = 0; step < 80; ++step) {
            g.clock.advance(Milliseconds(upto(3) == 0 ? upto(12'000) : upto(2'000)));
            if (upto(10) == 0) g.clock.jump_wall({static_cast<std::int64_t>(upto(4'000'000)) * 1'000'000});
            if (upto(10) == 0) g.clock.trust_wall(upto(2) == 0);
            const std::string& number = numbers[upto(4)];
            const Instant now = g.moment().now;
            Tap expected = Tap::on_time;
            if (const auto at = last.find(number); at != last.end() && now - at->second < 10s) {
                expected = Tap::again;
            } else if (const auto known = model.find(number); known == model.end()) {
                const bool late = now - opened >= std::chrono::minutes(late_after);
                model[number] = {late, false};
                expected = late ? Tap::late : Tap::on_time;
            } else {
                expected = known->second.left ? Tap::back : Tap::left;
                known->second.left = !known->second.left;
            }
            last[number] = now;
            REQUIRE(g.tap(number) == expected);
            if (upto(20) == 0) {
                // A restart forgets taps that were told "again": what is not recorded is not known.
                g.clock.advance(10s);
                last.clear();
                g.restart("boot-1");
                REQUIRE(g.activities->recover(g.moment()));
            }
        }
        const Activity& shown = *g.activities->current();
        REQUIRE(shown.came == model.size());
        for (const Attendance& a : shown.present) {
            REQUIRE(model[a.number].late == a.late);
            REQUIRE(model[a.number].left == a.left);
        }
        check_as_on_disk(g);
        REQUIRE(tally_again(*g.db));
        check_as_on_disk(g);
    }
}
