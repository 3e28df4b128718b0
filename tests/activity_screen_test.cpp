// An activity on the screen: planned by a host, tapped by everybody, closed by a host, taken along on a stick; and what a visitor cannot do.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "content/base/file.h"
#include "content/study/study.h"
#include "media/chime.h"
#include "tests/support/by_touch.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

const std::string host_card = "0087650003", zhang = "4711", li = "4712", stranger = "5550001";

void card(Hall& hall, const std::string& code) {
    hall.drive->run("card " + code);
    hall.drive->settle();
}

const std::optional<Activity>& current(Hall& hall) { return hall.room->study()->activities().current(); }

// A host comes, and opens what the form proposes.
void open_activity(Hall& hall) {
    REQUIRE(hall.app->show("activity"));
    hall.drive->settle();
    card(hall, host_card);
    touch(hall, "#activity.open");
    REQUIRE(current(hall));
}

// A folder that plays stick.
struct StickFolder {
    StickFolder() : path(std::filesystem::temp_directory_path() / "xinghuo-activity-stick") {
        std::filesystem::remove_all(path);
        std::filesystem::create_directories(path);
    }
    ~StickFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    StickFolder(const StickFolder&) = delete;
    StickFolder& operator=(const StickFolder&) = delete;
    Path path;
};

}  // namespace

TEST_CASE("only a host opens an activity", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.app->show("activity"));
    hall.drive->settle();
    CHECK(shows(hall, "活动由主持人开展"));
    CHECK_FALSE(can_touch(hall, "activity.open"));
    card(hall, zhang);
    CHECK_FALSE(can_touch(hall, "activity.open"));
    CHECK(records_of(hall, RecordKind::signed_in).size() == 0);
    card(hall, host_card);
    REQUIRE(can_touch(hall, "activity.open"));
    CHECK(hall.room->study()->visit().member()->name == "张小明");
    CHECK(shows(hall, "第一党支部主题党日（7月23日）"));
    touch(hall, "#activity.type.party_class");
    touch(hall, "#activity.branch.0");
    touch(hall, "#activity.start.1");
    touch(hall, "#activity.start.more_5");
    touch(hall, "#activity.late.2");
    touch(hall, "#activity.open");
    REQUIRE(current(hall));
    const ActivityPlan& plan = current(hall)->plan;
    CHECK(plan.type == "party_class");
    CHECK(plan.branch.empty());
    CHECK(plan.late_after_min == 10);
    REQUIRE(plan.planned);
    CHECK(iso_from_wall_time(*plan.planned) == "2026-07-23T01:35:00.000Z");  // 9:00 in China, then the next half hour, and 5
    CHECK_FALSE(plan.host.empty());
    // Everybody stands before it now: the host's own study is not a touch away.
    CHECK_FALSE(hall.room->study()->visit().member());
}

TEST_CASE("an activity's name can be written", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.app->show("activity"));
    hall.drive->settle();
    card(hall, host_card);
    touch(hall, "#activity.name");
    for (int i = 0; i < 40; ++i) hall.drive->run("key backspace");
    hall.drive->run("type qingming");
    // Whatever the input method makes of it, there is a name; the way back leads to the plan.
    hall.drive->run("key enter");
    hall.drive->run("key enter");
    CHECK(can_touch(hall, "activity.open"));
    CHECK(shows(hall, "qingming"));
    touch(hall, "#activity.name");
    touch(hall, "#bar.back");
    CHECK(can_touch(hall, "activity.open"));
}

TEST_CASE("taps: on time, again, late, left, back, a stranger", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    CHECK(shows(hall, "共 14 人"));
    card(hall, zhang);
    CHECK(shows(hall, "张*"));
    CHECK(shows(hall, "准时到场"));
    CHECK_FALSE(shows(hall, "张三"));
    CHECK(records_of(hall, RecordKind::attended).size() == 1);
    CHECK(records_of(hall, RecordKind::signed_in).size() == 1);  // the host's: a tap signs nobody in for study
    card(hall, zhang);
    CHECK(shows(hall, "已经签到"));
    CHECK(records_of(hall, RecordKind::attended).size() == 1);
    hall.drive->wait(11);
    CHECK(shows(hall, "请刷卡签到"));  // a name does not stay on the wall
    card(hall, zhang);
    CHECK(shows(hall, "提前离开"));
    hall.drive->wait(11);
    card(hall, zhang);
    CHECK(shows(hall, "欢迎回来"));
    hall.drive->wait(300);
    card(hall, "0087650009");
    CHECK(shows(hall, "迟到"));
    CHECK(shows(hall, "迟到 1 人"));
    card(hall, li);  // of another branch
    CHECK(shows(hall, "另有 1 人参加"));
    touch(hall, "#activity.guest.add");
    touch(hall, "#activity.guest.add");
    touch(hall, "#activity.guest.less");
    CHECK(shows(hall, "来宾 1 人"));
    CHECK(current(hall)->guests == 1);
    const std::size_t before = records_of(hall, RecordKind::attended).size();
    card(hall, stranger);
    CHECK(shows(hall, "这张卡还没有登记"));
    CHECK(can_touch(hall, "activity.bind"));
    CHECK(records_of(hall, RecordKind::attended).size() == before);
    // Nobody idles away from an open activity.
    hall.drive->wait(600);
    CHECK(hall.app->screen_id() == "activity");
}

TEST_CASE("a card is bound by a host, and counts for its owner", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    card(hall, stranger);
    touch(hall, "#activity.bind");
    card(hall, zhang);  // a member who is no host
    CHECK(shows(hall, "这不是主持人的卡"));
    card(hall, "20230004");  // the host's number, which is on many a list
    CHECK_FALSE(can_touch(hall, "key.l"));
    card(hall, host_card);
    REQUIRE(can_touch(hall, "key.l"));
    CHECK(current(hall)->came == 0);  // at the door a card is a key and no tap
    hall.drive->run("type lsy");
    touch(hall, "#names.0");
    CHECK(current(hall)->came == 1);
    CHECK(current(hall)->present[0].name == "梁诗雨");
    hall.drive->wait(11);
    card(hall, stranger);
    CHECK(shows(hall, "提前离开"));
}

TEST_CASE("a member without a card comes by name", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    touch(hall, "#activity.by_name");
    hall.drive->run("type zs");
    touch(hall, "#names.0");
    CHECK(shows(hall, "准时到场"));
    CHECK(current(hall)->came == 1);
    // Somebody else's card meanwhile is a tap as always.
    touch(hall, "#activity.by_name");
    card(hall, li);
    CHECK(current(hall)->came == 2);
    CHECK_FALSE(can_touch(hall, "key.l"));
}

TEST_CASE("what cannot be recorded is not shown as recorded", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    // The disk refuses: as when it is full.
    REQUIRE(hall.room->study()->database().run_script("CREATE TEMP TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(FAIL, 'full'); END"));
    card(hall, zhang);
    CHECK(shows(hall, "没有记录成功"));
    CHECK_FALSE(shows(hall, "准时"));
    CHECK_FALSE(shows(hall, "张*"));
    CHECK(current(hall)->came == 0);
    touch(hall, "#activity.guest.add");
    CHECK(shows(hall, "来宾 0 人"));
    REQUIRE(hall.room->study()->database().run_script("DROP TRIGGER full"));
    card(hall, zhang);
    CHECK(shows(hall, "准时到场"));
    CHECK(current(hall)->came == 1);
}

TEST_CASE("a visitor cannot close it; a host can, and takes the list along", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    card(hall, zhang);
    touch(hall, "#activity.close");
    CHECK_FALSE(can_touch(hall, "key.1"));  // no administrator's PIN is set here
    card(hall, li);
    REQUIRE(current(hall));
    touch(hall, "#door.cancel");
    REQUIRE(current(hall));
    CHECK(current(hall)->came == 1);
    touch(hall, "#activity.close");
    card(hall, host_card);
    CHECK_FALSE(current(hall));
    CHECK(records_of(hall, RecordKind::activity_closed).size() == 1);
    CHECK(shows(hall, "到场 1"));
    CHECK(shows(hall, "缺席 13"));
    touch(hall, "#activity.shown.1");
    CHECK(shows(hall, "曹*"));
    CHECK_FALSE(shows(hall, "曹丽"));

    CHECK(shows(hall, "请插入 U 盘"));
    CHECK_FALSE(can_touch(hall, "activity.export"));
    const StickFolder stick;
    hall.drive->run("stick " + stick.path.string());
    hall.drive->settle();
    touch(hall, "#activity.export");
    hall.drive->settle();
    CHECK(shows(hall, "已写入 U 盘"));
    const Path folder = stick.path / "活动签到";
    const std::string name = "2026-07-23 第一党支部主题党日（7月23日）";
    auto table = read_text(folder / (name + ".csv"));
    REQUIRE(table);
    CHECK(table->find("张三") != std::string::npos);
    CHECK(table->find("曹丽") != std::string::npos);
    CHECK(table->find("缺席") != std::string::npos);
    auto book = read_bytes(folder / (name + ".xlsx"), 1u << 20);
    REQUIRE(book);
    auto summary = read_table(*book);
    REQUIRE(summary);
    CHECK(summary->rows.front().cells.front() == "活动");
    touch(hall, "#activity.done");
    CHECK(hall.app->screen_id() == "hall");
}

TEST_CASE("the administrator's PIN opens the door, too, with its delay", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.room->study()->admin().set_pin("271828", hall.clock->moment()));
    open_activity(hall);
    touch(hall, "#activity.close");
    for (int i = 0; i < 3; ++i) {
        hall.drive->run("type 111111");
        hall.drive->run("key enter");
    }
    CHECK(shows(hall, "试错次数太多"));
    hall.drive->run("type 271828");
    hall.drive->run("key enter");
    REQUIRE(current(hall));
    // Going away and coming back changes nothing.
    touch(hall, "#door.cancel");
    touch(hall, "#activity.close");
    CHECK(shows(hall, "试错次数太多"));
    hall.drive->wait(6);
    for (const char digit : std::string("271828")) touch(hall, fmt::format("#key.{}", digit));
    touch(hall, "#key.confirm");
    CHECK_FALSE(current(hall));
}

TEST_CASE("an activity goes on while somebody studies, and after a start", "[study][activity]") {
    Hall hall = open_hall({.members = true});
    open_activity(hall);
    card(hall, zhang);
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "hall");
    card(hall, li);  // elsewhere a card signs in, as always
    CHECK(current(hall)->came == 1);
    CHECK(hall.room->study()->visit().member()->name == "李四");
    touch(hall, "#hall.activity");
    CHECK(hall.app->screen_id() == "activity");
    CHECK(shows(hall, "张*"));
    hall.app->set_study(hall.room->study(), "");
    hall.drive->settle();
    CHECK(hall.app->screen_id() == "activity");
    CHECK(current(hall)->came == 1);
}

namespace {

void look_through(Hall& hall, const std::string& shape) {
    const auto check = [&](const std::string& state, double after = 6) {
        hall.drive->wait(after);  // a notice at the foot has gone
        INFO(shape << ", " << state);
        CHECK(faults(*hall.app) == "");
    };
    REQUIRE(hall.app->show("activity"));
    hall.drive->settle();
    check("who may");
    card(hall, host_card);
    check("plan");
    touch(hall, "#activity.start.1");
    check("plan, at a time");
    touch(hall, "#activity.name");
    // A field shows the end of a long text, so its beginning may be off the screen.
    if (shape != "540x960, zh, large" && shape != "540x960, en, large") check("its name");
    touch(hall, "#bar.back");
    touch(hall, "#activity.open");
    check("open");
    card(hall, zhang);
    check("on time", 1);
    card(hall, zhang);
    check("again", 1);
    hall.drive->wait(11);
    card(hall, zhang);
    check("left", 1);
    hall.drive->wait(11);
    card(hall, zhang);
    check("back", 1);
    hall.drive->wait(400);
    card(hall, "0087650009");
    check("late", 1);
    card(hall, li);
    touch(hall, "#activity.guest.add");
    touch(hall, "#activity.by_name");
    hall.drive->run("type z");
    check("by name", 1);
    touch(hall, "#activity.to_taps");
    card(hall, stranger);
    check("a stranger", 1);
    touch(hall, "#activity.bind");
    check("the door", 1);
    REQUIRE(hall.room->study()->admin().set_pin("271828", hall.clock->moment()));
    check("the door with a PIN", 1);
    hall.drive->run("type 111111");
    hall.drive->run("key enter");
    check("the door, wrong", 1);
    card(hall, host_card);
    check("whose card", 1);
    touch(hall, "#activity.to_taps");
    touch(hall, "#activity.close");
    card(hall, host_card);
    check("the end");
    touch(hall, "#activity.shown.1");
    check("who was not there");
    const StickFolder stick;
    hall.drive->run("stick " + stick.path.string());
    check("with a stick");
    touch(hall, "#activity.export");
    check("exported");
    hall.drive->run("unstick");
}

}  // namespace

TEST_CASE("the activity pages are legible in every shape and language", "[study][activity][slow]") {
    const struct { int w, h; } shapes[] = {{960, 540}, {540, 960}, {640, 512}};
    const Settings large_panel = large_text();
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en})
            for (const bool large : {false, true}) {
                Hall hall = open_hall({.w = w, .h = h, .lang = lang, .wall = "2026-07-23T18:52:00+08:00", .settings = large ? large_panel : Settings{}, .members = true});
                look_through(hall, fmt::format("{}x{}, {}{}", w, h, code(lang), large ? ", large" : ""));
            }
}

TEST_CASE("the chime sounds, softly, ends by itself, and begins anew", "[study][activity]") {
    const auto silent = open_silent_audio();
    Chime chime(*silent);
    std::vector<float> sound(2 * 480);
    CHECK(chime.drain(sound.data(), 480) == 0);
    for (const Chime::Tone tone : {Chime::Tone::good, Chime::Tone::low}) {
        chime.play(tone);
        float loudest = 0, last = 0, step = 0;
        std::size_t heard = 0;
        for (int i = 0; i < 200; ++i) {
            const std::size_t got = chime.drain(sound.data(), 480);
            if (got == 0) break;
            heard += got;
            if (i == 20) chime.play(tone);  // cut off by the next
            for (std::size_t k = 0; k < got; ++k) {
                CHECK(sound[2 * k] == sound[2 * k + 1]);
                loudest = std::max(loudest, std::abs(sound[2 * k]));
                step = std::max(step, std::abs(sound[2 * k] - last));
                last = sound[2 * k];
            }
        }
        CHECK(loudest > 0.1f);
        CHECK(loudest < 0.6f);
        CHECK(step < 0.08f);
        CHECK(heard > static_cast<std::size_t>(sample_rate_hz) * 8 / 10);
        CHECK(heard < static_cast<std::size_t>(sample_rate_hz));
    }
}
