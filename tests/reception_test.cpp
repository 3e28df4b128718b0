// Cards when the disk says no: nobody is told that they are signed in, and nobody is counted for another.
#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

#include "content/study/study.h"
#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

bool shows(const Hall& hall, std::string_view words) {
    return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return l.text.find(words) != std::string::npos; });
}

void fill_disk(Hall& hall) {
    REQUIRE(hall.room->study()->database().run_script("CREATE TEMP TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(FAIL, 'full'); END"));
}
void clear_disk(Hall& hall) { REQUIRE(hall.room->study()->database().run_script("DROP TRIGGER full")); }

std::size_t count(const Hall& hall, RecordKind kind) {
    auto records = hall.room->study()->records().newest(1'000);
    REQUIRE(records);
    return static_cast<std::size_t>(std::count_if(records->begin(), records->end(), [&](const Record& r) { return r.kind == kind; }));
}

}  // namespace

TEST_CASE("a sign-in that cannot be recorded is none, and says so", "[study][reception]") {
    Hall hall = open_hall({.members = true});
    fill_disk(hall);
    const std::string answer = hall.drive->run("card 4711");
    CHECK(answer.find("\"signed_in\":false") != std::string::npos);
    hall.drive->wait(1);
    CHECK(shows(hall, "没有签到成功"));
    CHECK_FALSE(shows(hall, "欢迎，"));
    clear_disk(hall);
    hall.drive->wait(10);
    CHECK(count(hall, RecordKind::signed_in) == 0);
    CHECK(hall.drive->run("card 4711").find("\"signed_in\":true") != std::string::npos);
    CHECK(count(hall, RecordKind::signed_in) == 1);
}

TEST_CASE("the next card ends the time of the one before, even when it cannot be recorded itself", "[study][reception]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.drive->run("card 4711").find("\"signed_in\":true") != std::string::npos);
    REQUIRE(hall.app->show("item/li-dazhao"));
    hall.drive->wait(20);
    fill_disk(hall);
    CHECK(hall.drive->run("card 4712").find("\"signed_in\":false") != std::string::npos);
    hall.drive->wait(30);
    CHECK_FALSE(shows(hall, "张*"));
    CHECK(hall.room->study()->visit().waiting() > 0);
    clear_disk(hall);
    hall.drive->wait(30);
    CHECK(hall.room->study()->visit().waiting() == 0);
    CHECK(count(hall, RecordKind::signed_in) == 1);
    CHECK(count(hall, RecordKind::signed_out) == 1);
    auto records = hall.room->study()->records().newest(1'000);
    REQUIRE(records);
    std::int64_t ms = 0;
    for (const Record& r : *records) {
        if (r.kind != RecordKind::study_interval) continue;
        const std::size_t at = r.body.find("\"ms\":");
        REQUIRE(at != std::string::npos);
        ms += std::stoll(r.body.substr(at + 5));
    }
    CHECK(ms > 15'000);
    CHECK(ms < 22'000);
}

TEST_CASE("a card on a terminal without a pack leads nowhere, and breaks nothing", "[study][reception]") {
    Hall hall = open_hall({.members = true});
    Settings settings;
    auto app = App::open({.renderer = *hall.renderer, .audio = *hall.audio, .catalogue = nullptr, .why_closed = "no pack", .settings = std::move(settings),
                          .effects = {.reduced = true, .less_motion = false, .frames_per_second = 30}, .resources = share_folder(),
                          .study = hall.room->study(), .why_no_study = "", .work_inline = true, .wake = {}});
    REQUIRE(app);
    FakeRunner runner(**app, *hall.clock, from_seconds(1.0 / 30));
    Drive drive(**app, runner);
    (*app)->frame(hall.clock->moment(), true);
    CHECK(drive.run("card 4711").find("\"signed_in\":false") != std::string::npos);
    drive.wait(2);
    CHECK((*app)->screen_id() == "closed");
    CHECK(count(hall, RecordKind::signed_in) == 0);
}
