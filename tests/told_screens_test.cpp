// What the centre plans, announces and sets, as people meet it: notices in the hall, plans in the host's form, settings that hold; arriving while a screen is open.
#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include "kiosk/health.h"
#include "kiosk/in_force.h"
#include "kiosk/screen.h"
#include "tests/support/behind_pin.h"
#include "tests/support/fake_pack_room.h"
#include "tests/support/fake_sync_room.h"
#include "tests/support/legible.h"
#include "tests/support/told.h"

namespace xinghuo {
namespace {

const std::string host_card = "0087650003";

void show_hall(Hall& hall) {
    REQUIRE(hall.app->show("hall"));
    hall.drive->settle();
}

// The form, before its host.
void open_form(Hall& hall) {
    REQUIRE(hall.app->show("activity"));
    hall.drive->settle();
    hall.drive->run("card " + host_card);
    hall.drive->wait(0.5);
    REQUIRE(can_touch(hall, "activity.open"));
}

const std::optional<Activity>& open_now(Hall& hall) { return hall.room->study()->activities().current(); }

// A word of a record's body; empty: it is not there.
std::string word_of(const Record& record, std::string_view name) {
    JsonDocument body;
    REQUIRE(body.parse(record.body));
    return body.root()[name].string_or("");
}

MemberId host_id(Hall& hall) { return (*hall.room->study()->members().by_number("20230004"))->id; }

}  // namespace

TEST_CASE("notices: the hall names those of now, the newest first, and nothing where there is none", "[told]") {
    Hall hall = open_hall({.w = 960, .h = 540});
    show_hall(hall);
    CHECK_FALSE(can_touch(hall, "hall.notice.0"));
    // While it is open they come, in a second.
    tell(hall, {.notices = four_notices()});
    hall.drive->wait(1.5);
    CHECK(shows(hall, "周一闭馆"));
    CHECK(shows(hall, "全部 4 条"));
    CHECK_FALSE(can_touch(hall, "hall.notice.1"));  // a low hall has room for one
    touch(hall, "#bar.language");
    CHECK(shows(hall, "Closed on Monday"));
    // Before its day, and after it.
    tell(hall, {.notices = std::vector<CentreNotice>{a_notice("n-later", {"明天的通知", ""}, {"文", ""}, "2026-07-24T00:00:00+08:00", "2026-07-25T00:00:00+08:00")}});
    hall.drive->wait(1.5);
    CHECK_FALSE(can_touch(hall, "hall.notice.0"));
    hall.drive->run("wallclock 2026-07-24T08:00:00+08:00");
    show_hall(hall);
    CHECK(shows(hall, "明天的通知"));
    hall.drive->run("wallclock 2026-07-25T00:00:30+08:00");
    show_hall(hall);
    CHECK_FALSE(can_touch(hall, "hall.notice.0"));
}

TEST_CASE("notices: a page has the whole text, and a notice that is taken back goes from it", "[told]") {
    Hall hall = open_hall({.w = 540, .h = 960});
    tell(hall, {.notices = four_notices()});
    hall.drive->wait(1.5);
    show_hall(hall);
    CHECK(can_touch(hall, "hall.notice.2"));
    touch(hall, "#hall.notice.0");
    CHECK(hall.app->screen_id() == "notice");
    CHECK(shows(hall, "周二照常开放。"));
    CHECK(shows(hall, "通知期：7月23日至27日"));
    touch(hall, "#bar.language");
    CHECK(shows(hall, "Shown 23–27 July 2026"));
    touch(hall, "#bar.language");
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "hall");
    touch(hall, "#hall.notices");
    REQUIRE(hall.app->screen_id() == "notices");
    CHECK(can_touch(hall, "notice.3"));
    touch(hall, "#notice.3");
    CHECK(shows(hall, "新的学习资料已放在资料架第二层。"));
    hall.drive->run("lang en");
    hall.drive->wait(0.1);
    CHECK(shows(hall, "新的学习资料已放在资料架第二层。"));  // rather in Chinese than not at all
    hall.drive->run("lang zh");
    // Taken back while it is read: the others are there.
    std::vector<CentreNotice> left = four_notices();
    left.pop_back();
    tell(hall, {.notices = left});
    hall.drive->wait(1.5);
    CHECK(hall.app->screen_id() == "notices");
    CHECK(can_touch(hall, "notice.2"));
    CHECK_FALSE(can_touch(hall, "notice.3"));
    tell(hall, {.notices = std::vector<CentreNotice>{}});
    hall.drive->wait(1.5);
    CHECK(shows(hall, "现在没有通知"));
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "hall");
}

TEST_CASE("notices: on a clock that nobody believes the day decides", "[told]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    tell(hall, {.notices = four_notices()});
    hall.drive->run("trust off");
    hall.drive->run("wallclock 1970-01-01T08:00:00+08:00");
    hall.drive->wait(1.5);
    show_hall(hall);
    CHECK(can_touch(hall, "hall.notice.0"));
}

TEST_CASE("plans: one touch fills the form, and the record carries the plan's id", "[told][activity]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    tell(hall, {.planned = five_plans()});
    open_form(hall);
    CHECK(shows(hall, "计划中的活动"));
    CHECK(shows(hall, "09:30"));
    CHECK(shows(hall, "7月24日"));  // another day is marked
    touch(hall, "#plan.0");
    CHECK(shows(hall, "学习《论持久战》专题党课"));
    touch(hall, "#activity.open");
    REQUIRE(open_now(hall));
    const Activity& now = *open_now(hall);
    CHECK(now.id.text == "p-class");
    CHECK(now.plan.type == "party_class");
    CHECK(now.plan.branch == "第一党支部");
    CHECK(now.plan.late_after_min == 20);
    CHECK(now.plan.planned->unix_ms == at("2026-07-23T09:30:00+08:00").unix_ms);
    const auto opened = records_of(hall, RecordKind::activity_opened);
    REQUIRE(opened.size() == 1);
    CHECK(word_of(opened[0], "activity") == "p-class");
    CHECK(word_of(opened[0], "plan").empty());
    CHECK(opened[0].member == host_id(hall));
    // Late is measured from the planned start: it is 9:00; 9:49 is on time, 9:51 is not.
    hall.drive->wait(49 * 60);
    hall.drive->run("card 4711");
    hall.drive->wait(120);
    hall.drive->run("card 0087650006");
    const auto came = records_of(hall, RecordKind::attended);
    REQUIRE(came.size() == 2);
    CHECK(word_of(came[0], "as") == "on_time");
    CHECK(word_of(came[1], "as") == "late");
    CHECK(word_of(came[1], "activity") == "p-class");
}

TEST_CASE("plans: another day is whole, however long its month is called", "[told][activity]") {
    const auto [w, h] = GENERATE(std::pair{1920, 1080}, std::pair{1080, 1920}, std::pair{1280, 1024});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    Hall hall = open_hall({.w = w, .h = h, .lang = lang, .wall = "2026-09-22T09:00:00+08:00", .members = true});
    std::vector<PlannedActivity> plans = five_plans();
    for (std::size_t i = 0; i < plans.size(); ++i) plans[i].plan.planned = WallTime{at("2026-09-22T14:00:00+08:00").unix_ms + static_cast<std::int64_t>(i) * 86'400'000};
    tell(hall, {.planned = plans});
    open_form(hall);
    INFO(seen(hall));
    CHECK(shows(hall, lang == Lang::en ? "23 September" : "9月23日"));
    CHECK(faults(*hall.app) == "");
    touch(hall, "#plan.all");
    CHECK(shows(hall, lang == Lang::en ? "26 September" : "9月26日"));
    CHECK(faults(*hall.app) == "");
}

TEST_CASE("plans: held already is shown, and held once more only when somebody says so", "[told][activity]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    tell(hall, {.planned = std::vector<PlannedActivity>{a_plan("p-1", "专题党课", "2026-07-23T09:30:00+08:00")}});
    Study& study = *hall.room->study();
    ActivityPlan plan = five_plans()[0].plan;
    REQUIRE(study.activities().open(plan, hall.clock->moment(), "p-1"));
    REQUIRE(study.activities().close(hall.clock->moment()));
    open_form(hall);
    CHECK(shows(hall, "7月23日已在本机举办"));
    touch(hall, "#plan.0");
    CHECK(shows(hall, "这项活动已经举办过了"));
    touch(hall, "#plan.again.no");
    CHECK_FALSE(shows(hall, "专题党课（"));
    touch(hall, "#plan.0");
    touch(hall, "#plan.again.yes");
    touch(hall, "#activity.open");
    REQUIRE(open_now(hall));
    CHECK(open_now(hall)->id.text != "p-1");
    CHECK(word_of(records_of(hall, RecordKind::activity_opened).back(), "plan") == "p-1");
    CHECK(study.activities().read(ActivityId{"p-1"})->came == 0);
}

TEST_CASE("plans: one host's plan is offered to nobody else", "[told][activity]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    tell(hall, {.planned = std::vector<PlannedActivity>{a_plan("p-mine", "我的党课", "2026-07-23T09:30:00+08:00", "第一党支部", host_id(hall).text),
                                                        a_plan("p-other", "别人的党课", "2026-07-23T10:00:00+08:00", "第一党支部", "m-somebody-else"),
                                                        a_plan("p-late", "下月的党课", "2026-08-23T10:00:00+08:00")}});
    open_form(hall);
    CHECK(shows(hall, "我的党课"));
    CHECK_FALSE(shows(hall, "别人的党课"));
    CHECK_FALSE(shows(hall, "下月的党课"));
    CHECK_FALSE(can_touch(hall, "plan.1"));
}

TEST_CASE("plans: what the centre changes or takes back changes in the open form, and what is filled in stays", "[told][activity]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    std::vector<PlannedActivity> plans = five_plans();
    plans.push_back(a_plan("p-nowhere", "外单位的党课", "2026-07-23T20:00:00+08:00", "没有人的支部"));
    tell(hall, {.planned = plans});
    open_form(hall);
    touch(hall, "#plan.all");
    CHECK(shows(hall, "校园志愿服务"));
    touch(hall, "外单位的党课");
    plans.back().plan.planned = at("2026-07-23T21:00:00+08:00");
    tell(hall, {.planned = plans});
    hall.drive->wait(1.5);
    CHECK(shows(hall, "21:00"));
    plans.pop_back();
    tell(hall, {.planned = plans});
    hall.drive->wait(1.5);
    CHECK(shows(hall, "这项计划已被中心撤回"));
    CHECK(shows(hall, "外单位的党课"));
    hall.drive->wait(6);
    // A branch that nobody here is of is the centre's to name, and nobody else's.
    touch(hall, "#activity.open");
    CHECK_FALSE(open_now(hall));
    tell(hall, {.planned = std::vector<PlannedActivity>{a_plan("p-nowhere", "外单位的党课", "2026-07-23T20:00:00+08:00", "没有人的支部")}});
    hall.drive->wait(6);
    touch(hall, "#plan.0");
    touch(hall, "#activity.open");
    REQUIRE(open_now(hall));
    CHECK(open_now(hall)->plan.branch == "没有人的支部");
    CHECK(open_now(hall)->expected == 0);
}

TEST_CASE("settings: the command line before the file, the file before the centre, the centre before what ships", "[told][config]") {
    auto own = read_settings(R"({"idle_seconds":120,"packs":{"quiet_hours":"01:00-02:00"}})");
    REQUIRE(own);
    own->lang = Lang::en;
    own->given["language"] = SetBy::command_line;
    const InForce now = in_force(*own, {{"idle_seconds", "30"}, {"still_there_seconds", "20"}, {"volume", "0.25"}, {"language", "\"zh\""}, {"quiet_hours", "\"03:00-04:30\""}, {"less_motion", "7"}});
    CHECK(now.settings.idle_seconds == 120);
    CHECK(now.of("idle_seconds").by == SetBy::terminal);
    CHECK(now.of("idle_seconds").of_centre == "30");
    CHECK(now.settings.still_there_seconds == 20);
    CHECK(now.of("still_there_seconds").by == SetBy::centre);
    CHECK(now.settings.volume == 0.25f);
    CHECK(now.settings.lang == Lang::en);
    CHECK(now.of("language").by == SetBy::command_line);
    CHECK(now.settings.packs.quiet_from == 60);
    CHECK(now.of("quiet_hours").json == "\"01:00-02:00\"");
    // What cannot be is passed over, wherever it comes from.
    CHECK_FALSE(now.settings.less_motion);
    CHECK(now.of("less_motion").by == SetBy::program);
    const InForce without = in_force(Settings{}, {{"quiet_hours", "\"23:00-04:30\""}});
    CHECK(without.settings.packs.quiet_from == 23 * 60);
    CHECK(without.of("high_contrast").json == "false");
}

TEST_CASE("settings: what cannot be is refused with what it must be", "[told][config]") {
    const auto refused = [](std::string_view name, std::string_view json) {
        const auto done = check_centre_setting(name, json);
        return done ? std::string("taken") : done.error().what;
    };
    CHECK(refused("idle_seconds", "5") == "idle_seconds cannot be 5; it must be 10 to 3600 seconds");
    CHECK(refused("quiet_hours", "\"02:00-02:00\"") == "quiet_hours cannot be \"02:00-02:00\"; it must be two times of day, as \"02:00-05:00\"");
    CHECK(refused("language", "\"fr\"").find("\"zh\" or \"en\"") != std::string::npos);
    CHECK(refused("quiet_hours", "\"23:00-05:00\"") == "taken");
}

TEST_CASE("settings: they hold from the hall on, and nobody loses their language to them", "[told][config]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    const auto seconds_of = [&](const char* name) { return hall.app->settings_in_force()->of(name).json; };
    // Nobody is here: at once.
    tell(hall, {.settings = std::map<std::string, std::string>{{"language", "\"en\""}, {"idle_seconds", "90"}}});
    hall.drive->wait(1.5);
    CHECK(hall.app->lang() == Lang::en);
    CHECK(seconds_of("idle_seconds") == "90");
    // Somebody reads in Chinese, deep in the hall: nothing until they come back to it, and then not their language.
    show_hall(hall);
    touch(hall, "#bar.language");
    REQUIRE(hall.app->lang() == Lang::zh);
    touch(hall, "#hall.figures");
    const Member& who = sign_in(hall);
    touch(hall, "#hall.figures");
    const std::string session = visit_of(hall).session();
    tell(hall, {.settings = std::map<std::string, std::string>{{"language", "\"en\""}, {"idle_seconds", "30"}, {"high_contrast", "true"}}});
    hall.drive->wait(3);
    CHECK(seconds_of("idle_seconds") == "90");
    CHECK(hall.app->screen_id() == "figures");
    touch(hall, "#bar.back");
    CHECK(seconds_of("idle_seconds") == "30");
    CHECK(hall.app->settings_in_force()->settings.high_contrast);
    CHECK(hall.app->lang() == Lang::zh);
    CHECK(visit_of(hall).member()->id == who.id);
    CHECK(visit_of(hall).session() == session);
    hall.drive->wait(33);
    CHECK(hall.app->screen_id() == "still-there");
    hall.drive->wait(12);
    CHECK(hall.app->screen_id() == "attract");
    CHECK(hall.app->lang() == Lang::en);
    // The centre takes its word back: what ships holds again.
    tell(hall, {.settings = std::map<std::string, std::string>{}});
    hall.drive->wait(1.5);
    CHECK(seconds_of("idle_seconds") == "60");
    CHECK(hall.app->lang() == Lang::zh);
}

TEST_CASE("settings: a policy of the centre is followed by the visit that is open", "[told][config]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    {
        auto db = Database::open(hall.room->study()->files().database());
        REQUIRE(db);
        auto records = Records::open(**db, hall.room->study()->device_key(), hall.clock->boot_id());
        REQUIRE(records);
        Policy policy;
        policy.goal_hours = 41;
        REQUIRE(Policies(**db, *records).set(china_day(at("2026-07-01T12:00:00+08:00")), policy, hall.clock->moment()));
    }
    FakeSyncRoom room;
    tell(hall, {.settings = std::map<std::string, std::string>{}, .policy_days = {china_day(at("2026-07-01T12:00:00+08:00"))}});
    go_in(hall);
    hall.drive->wait(1.5);
    touch(hall, "#admin.policy");
    CHECK(shows(hall, "自 2026-07-01 起"));
    CHECK(shows(hall, "中心设置"));
    CHECK(shows(hall, "41"));
}

TEST_CASE("settings: the centre's page says what it set, what is stronger, and what could not be taken", "[told][admin]") {
    FakeSyncRoom room;
    room.now.set = room.now.enrolled = true;
    room.now.name = "https://centre.example.edu";
    room.now.last_contact = at("2026-07-23T08:55:00+08:00");
    room.now.not_taken = {"settings: idle_seconds cannot be 5; it must be 10 to 3600 seconds"};
    HallOptions options{.w = 540, .h = 960};
    options.sync = &room;
    options.settings.volume = 0.5f;
    options.settings.given["volume"] = options.settings.given["language"] = SetBy::terminal;
    Hall hall = open_hall(options);
    tell(hall, {.notices = four_notices(), .settings = std::map<std::string, std::string>{{"idle_seconds", "90"}, {"volume", "0.25"}, {"language", "\"zh\""}}});
    hall.drive->wait(1.5);
    go_in(hall);
    CHECK_FALSE(shows(hall, "都已送达"));
    touch(hall, "#admin.sync");
    CHECK(shows(hall, "idle_seconds cannot be 5"));
    CHECK(shows(hall, "90 秒（中心设置）"));
    CHECK(shows(hall, "50%（本机设置文件；中心要求 25%）"));
    CHECK(shows(hall, "中文（本机设置文件）"));  // the centre wants the same: no conflict
    CHECK(shows(hall, "10 秒（程序自带）"));
    CHECK(shows(hall, "通知 4 条"));
    // A script reads the same.
    const std::string told = hall.drive->run("told");
    CHECK(told.find(R"("idle_seconds":{"value":"90","by":"centre","of_centre":"90"})") != std::string::npos);
    CHECK(told.find(R"("volume":{"value":"0.5","by":"terminal","of_centre":"0.25"})") != std::string::npos);
    CHECK(told.find(R"({"id":"n-closed","title":"周一闭馆"})") != std::string::npos);
}

TEST_CASE("a roster that arrives is used at once, and an open activity goes on under the new ids", "[told][roster]") {
    Hall hall = open_hall({.w = 960, .h = 540, .members = true});
    open_form(hall);
    touch(hall, "#activity.open");
    hall.drive->run("card 4711");
    REQUIRE(open_now(hall)->came == 1);
    const MemberId was = open_now(hall)->present.front().member;
    // As the agent does: from a connection of its own, with the centre's ids, and a card that nobody had.
    {
        Study& study = *hall.room->study();
        auto db = Database::open(study.files().database());
        REQUIRE(db);
        auto records = Records::open(**db, study.device_key(), hall.clock->boot_id());
        REQUIRE(records);
        const std::string csv = "member_no,name,branch,card\n20230001,张三,第一党支部,4711\n20239999,新来的,第一党支部,5550001\n";
        const auto table = read_table(Bytes(csv.begin(), csv.end()));
        REQUIRE(table);
        auto file = read_roster(*table);
        REQUIRE(file);
        file->rows[0].id.text = "m-centre-1";
        file->rows[1].id.text = "m-centre-2";
        REQUIRE(Roster(**db, study.store_key(), *records).apply(*file, hall.clock->moment()));
    }
    tell(hall, {.planned = std::vector<PlannedActivity>{}});
    hall.drive->wait(1.5);
    REQUIRE(open_now(hall));
    CHECK(open_now(hall)->present.front().member.text == "m-centre-1");
    CHECK(open_now(hall)->present.front().member != was);
    CHECK(open_now(hall)->came == 1);
    hall.drive->wait(11);
    hall.drive->run("card 4711");  // the same person, who leaves
    CHECK(open_now(hall)->came == 1);
    hall.drive->run("card 5550001");
    CHECK(open_now(hall)->came == 2);
    CHECK(open_now(hall)->present.back().member.text == "m-centre-2");
}

TEST_CASE("a terminal tells its health after a minute, and then once a day", "[told][health]") {
    CHECK(health_body({.version = "0.3", .free_bytes = 5, .sending = HealthFacts::Sending{12, 1}, .packs = {{"demo", 3}}, .clock_trusted = true}) ==
          R"({"what":"state","version":"0.3","free_bytes":5,"waiting":12,"refused":1,"packs":[{"id":"demo","version":3}],"clock_trusted":true})");
    CHECK(health_body({.version = "0.3", .free_bytes = {}, .sending = {}, .packs = {}, .clock_trusted = false}) == R"({"what":"disk_unknown","version":"0.3","packs":[],"clock_trusted":false})");
    Hall hall = open_hall({.w = 960, .h = 540});
    const auto told = [&] { return records_of(hall, RecordKind::health).size(); };
    hall.room->look(*hall.app);
    CHECK(told() == 0);
    hall.clock->advance(std::chrono::seconds(61));
    hall.room->look(*hall.app);
    hall.room->look(*hall.app);
    REQUIRE(told() == 1);
    const Record first = records_of(hall, RecordKind::health).front();
    CHECK(word_of(first, "what") == "state");
    CHECK(first.body.find("\"free_bytes\":") != std::string::npos);
    for (int i = 0; i < 24 * 6 + 1; ++i) {
        hall.clock->advance(std::chrono::minutes(10));
        hall.room->look(*hall.app);
    }
    CHECK(told() == 2);
}

TEST_CASE("what the centre says is legible in every shape", "[told][slow]") {
    const auto [w, h] = GENERATE(std::pair{960, 540}, std::pair{540, 960}, std::pair{640, 512});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    const bool large = GENERATE(false, true);
    CAPTURE(w, h, lang == Lang::en, large);
    FakeSyncRoom room;
    room.now.set = room.now.enrolled = true;
    room.now.name = "https://centre.example.edu";
    room.now.not_taken = {"settings: idle_seconds cannot be 5; it must be 10 to 3600 seconds"};
    HallOptions options{.w = w, .h = h, .lang = lang, .members = true};
    options.sync = &room;
    if (large) options.settings = large_text();
    Hall hall = open_hall(options);
    const auto look = [&](const char* what) {
        INFO(what << "\n" << seen(hall));
        CHECK(faults_of(hall, large && hall.app->screen_id() == "hall") == "");
    };
    tell(hall, {.planned = five_plans(), .notices = std::vector<CentreNotice>{four_notices()[1]}, .settings = std::map<std::string, std::string>{{"idle_seconds", "90"}}});
    hall.drive->wait(1.5);
    show_hall(hall);
    look("one notice");
    tell(hall, {.notices = four_notices()});
    hall.drive->wait(1.5);
    look("four");
    touch(hall, "#hall.notices");
    look("the list");
    const Rect screen = hall.app->screen();
    if (large) hall.drive->drag({screen.w / 2, screen.h * 0.8f}, {screen.w / 2, screen.h * 0.2f}, std::chrono::milliseconds(600));
    hall.drive->wait(1);
    touch(hall, "#notice.2");
    look("a long one");
    open_form(hall);
    look("the form");
    touch(hall, "#plan.0");
    look("filled in");
    hall.drive->run("touch #plan.all");
    look("all plans");
    hall.drive->run("touch #plan.2");
    look("tomorrow's");
    go_in(hall);
    touch(hall, "#admin.sync");
    look("the centre's page");
}

}  // namespace xinghuo
