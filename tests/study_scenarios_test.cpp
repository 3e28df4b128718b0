// What happens to the minutes in the cases people tell of: a film nobody touches, a clock that jumps, the power that goes.
#include <fmt/format.h>

#include <filesystem>

#include "tests/support/by_touch.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

// No year that no true clock has.
std::string absurd(const Hall& hall) {
    for (const Label& l : hall.app->labels())
        for (const char* year : {"1969", "1970", "2099", "2100"})
            if (l.text.find(year) != std::string::npos) return l.text;
    return "";
}

}  // namespace

TEST_CASE("a film nobody touches: nobody is signed out, and it counts as long as it played", "[study][scenario][slow]") {
    Hall hall = open_hall({.w = 480, .h = 270, .members = true});
    const MemberId member = sign_in(hall).id;
    const auto films = hall.catalogue->items_of_kind("film");
    REQUIRE_FALSE(films.empty());
    REQUIRE(hall.app->show("item/" + films.front()->id));
    hall.drive->settle();
    double played = 0;
    bool began = false;
    for (int i = 0; i < 3000; ++i) {
        hall.drive->wait(0.1);
        REQUIRE(visit_of(hall).member());
        REQUIRE(hall.app->screen_id() != "still-there");
        const bool counting = visit_of(hall).counting(hall.clock->now());
        if (counting) played += 0.1;
        began = began || counting;
        if (began && !counting) break;
    }
    CHECK(played > 62);  // longer than anybody is left alone
    touch(hall, "#bar.back");
    const auto intervals = records_of(hall, RecordKind::study_interval, member);
    const double media = static_cast<double>(sum_ms(intervals, "media")) / 1000;
    CHECK(media == Approx(played).margin(1));
    // As long as the film says it is.
    double length = 0;
    REQUIRE(hall.app->show("item/" + films.front()->id));
    hall.drive->wait(1);
    for (const Label& l : hall.app->labels()) {
        int m = 0, s = 0;
        if (std::sscanf(l.text.c_str(), "%*d:%*d / %d:%d", &m, &s) == 2) length = m * 60 + s;
    }
    REQUIRE(length > 0);
    CHECK(media == Approx(length).margin(1.5));
}

TEST_CASE("the calendar jumps in mid-visit: minutes are right, and no screen shows an absurd date", "[study][scenario]") {
    Hall hall = open_hall({.members = true});
    const MemberId member = sign_in(hall).id;
    REQUIRE(hall.app->show("item/li-dazhao"));
    hall.drive->settle();
    const Instant began = hall.clock->now();
    const Milliseconds before = visit_of(hall).counted(began);
    const auto look = [&] { CHECK(absurd(hall) == ""); };
    hall.drive->wait(5);
    for (const char* jump : {"1970-01-01T00:00:05Z", "2099-12-31T23:59:00+08:00", "2026-07-23T08:00:00+08:00", "1970-01-01T08:00:00+08:00"}) {
        hall.drive->run(std::string("trust ") + (std::string_view(jump).starts_with("2026") ? "on" : "off"));
        REQUIRE(hall.drive->run(std::string("wallclock ") + jump).find("\"ok\":true") != std::string::npos);
        hall.drive->wait(5);
        look();
    }
    const Nanoseconds span = hall.clock->now() - began;
    const Milliseconds counted = visit_of(hall).counted(hall.clock->now()) - before;
    // A story is told all the while.
    CHECK(std::abs(seconds(counted) - seconds(span)) < 1.5);
    touch(hall, "#bar.member");
    for (const char* tab : {"#my_study.tab.0", "#my_study.tab.1", "#my_study.tab.2", "#my_study.tab.3"}) {
        touch(hall, tab);
        look();
    }
    const auto all = records_of(hall, RecordKind::study_interval, member);
    CHECK(std::abs(static_cast<double>(sum_ms(all)) / 1000 - seconds(visit_of(hall).counted(hall.clock->now()))) < 0.01);
    // All of it is of the one day anybody knew.
    auto today = hall.room->study()->ledger().day(member, china_day(Date{2026, 7, 23}));
    REQUIRE(today);
    std::int64_t of_day = 0;
    for (const auto& [label, ms] : today->ms) of_day += ms.count();
    CHECK(of_day == sum_ms(all));
    hall.drive->run("card 4711");
    CHECK_FALSE(visit_of(hall).member());
    for (const char* place : {"hall", "attract", "figures", "quiz"}) {
        REQUIRE(hall.app->show(place));
        hall.drive->settle();
        look();
    }
}

TEST_CASE("a clock that nobody ever set: the minutes count, the date is said to be unknown", "[study][scenario]") {
    Hall hall = open_hall({.wall = "1970-01-01T00:03:00Z", .members = true});
    hall.drive->run("trust off");
    sign_in(hall);
    REQUIRE(hall.app->show("item/li-dazhao"));
    hall.drive->wait(70);
    touch(hall, "#bar.member");
    CHECK(absurd(hall) == "");
    CHECK(shows(hall, "日期还没有校准"));
    CHECK(shows(hall, "1 分钟"));
    touch(hall, "#my_study.tab.2");
    CHECK(shows(hall, "日期未校准"));
    CHECK(absurd(hall) == "");
}

TEST_CASE("the power goes in the middle: what was proven is there, at most five seconds less", "[study][scenario]") {
    const TemporaryFolder folder;
    const Path data = folder.path / "data", after = folder.path / "after";
    std::filesystem::create_directories(data);
    MemberId member;
    double lived = 0;
    std::string session;
    {
        HallOptions options;
        options.members = true;
        options.data = data;
        Hall hall = open_hall(options);
        member = sign_in(hall).id;
        REQUIRE(hall.app->show("item/li-dazhao"));
        hall.drive->settle();
        hall.drive->wait(37.3);
        session = visit_of(hall).session();
        lived = seconds(visit_of(hall).counted(hall.clock->now()));
        // What a power cut leaves: the files as they lie there, nothing closed.
        std::filesystem::copy(data, after, std::filesystem::copy_options::recursive);
    }
    CHECK(lived > 36);
    HallOptions again;
    again.data = after;
    Hall next = open_hall(again);
    CHECK_FALSE(visit_of(next).member());
    const auto abandoned = records_of(next, RecordKind::abandoned, member);
    REQUIRE(abandoned.size() == 1);
    CHECK(abandoned.front().body.find(session) != std::string::npos);
    const double kept = static_cast<double>(sum_ms(abandoned) + sum_ms(records_of(next, RecordKind::study_interval, member))) / 1000;
    CHECK(kept <= lived + 0.001);
    CHECK(kept >= lived - 5);
    const auto out = records_of(next, RecordKind::signed_out, member);
    REQUIRE(out.size() == 1);
    CHECK(out.front().body.find("crash") != std::string::npos);
    auto verdict = verify_database(next.room->study()->database(), next.room->study()->device_key().public_key());
    REQUIRE(verdict);
    CHECK(verdict->good());
}
