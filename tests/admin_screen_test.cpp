// The administrator's pages, through the real application: no way in but the PIN, and what each page does to the record.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "content/base/json.h"
#include "kiosk/stick.h"
#include "tests/support/behind_pin.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

// A folder that plays stick, with what is to be on it.
class Plugged {
public:
    explicit Plugged(Hall& hall) : hall_(hall) {
        std::filesystem::create_directories(folder);
    }
    ~Plugged() { std::filesystem::remove_all(folder); }
    Plugged(const Plugged&) = delete;
    Plugged& operator=(const Plugged&) = delete;
    void put(const std::string& name, const std::string& text) const { REQUIRE(write_file(folder / name, text)); }
    void plug() {
        REQUIRE(hall_.app->sticks().plug(folder));
        hall_.app->look(hall_.clock->now());
        hall_.drive->wait(0.3);
    }
    const Path folder = std::filesystem::temp_directory_path() / ("xinghuo-stick-" + to_hex(random_bytes(6)));

private:
    Hall& hall_;
};

std::size_t count(Hall& hall) { return hall.room->study()->members().count().value(); }

std::optional<Member> by_number(Hall& hall, const std::string& number) { return hall.room->study()->members().by_number(number).value(); }

}  // namespace

TEST_CASE("the first start makes the PIN, twice the same, and none too simple", "[admin]") {
    Hall hall = open_hall({.members = true});
    open_admin(hall);
    CHECK(hall.app->screen_id() == "admin-pin");
    CHECK(shows(hall, "请设定管理密码"));
    hall.drive->run("key enter");
    enter_pin(hall, "");
    CHECK(hall.app->screen_id() == "admin-pin");
    enter_pin(hall, "123456");
    CHECK(shows(hall, "连续的数字"));
    enter_pin(hall, "12345");
    CHECK_FALSE(shows(hall, "请再输入一次"));
    hall.drive->run("key backspace");
    for (int i = 0; i < 8; ++i) hall.drive->run("key backspace");
    enter_pin(hall, admin_pin);
    CHECK(shows(hall, "请再输入一次"));
    enter_pin(hall, "270452");
    CHECK(shows(hall, "两次输入不一样"));
    CHECK_FALSE(hall.room->study()->admin().has_pin());
    // By the keys on the glass.
    for (int twice = 0; twice < 2; ++twice) {
        for (const char digit : admin_pin) touch(hall, fmt::format("#key.{}", digit));
        touch(hall, "#key.confirm");
    }
    CHECK(hall.app->screen_id() == "admin");
    CHECK(hall.room->study()->admin().has_pin());
    CHECK(recorded(hall, "admin_pin_set"));
}

TEST_CASE("nothing but the PIN leads in, and a delay is no way round it", "[admin]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.room->study()->admin().set_pin(admin_pin, hall.clock->moment()));
    open_admin(hall);
    enter_pin(hall, "");
    CHECK(hall.room->study()->admin().wrong_in_a_row() == 0);
    enter_pin(hall, "111111");
    CHECK(shows(hall, "密码不对"));
    enter_pin(hall, "222222");
    CHECK(hall.app->screen_id() == "admin-pin");
    enter_pin(hall, "333333");
    CHECK(shows(hall, "请稍候再试"));
    CHECK(hall.room->study()->admin().wrong_in_a_row() == 3);
    // The right one, while one must wait: not even looked at.
    enter_pin(hall, admin_pin);
    CHECK(hall.app->screen_id() == "admin-pin");
    CHECK(hall.room->study()->admin().wrong_in_a_row() == 3);
    CHECK(shows(hall, "5"));
    hall.drive->wait(2);
    CHECK(shows(hall, "3"));
    hall.drive->wait(3.2);
    enter_pin(hall, admin_pin);
    CHECK(hall.app->screen_id() == "admin");
    CHECK(recorded(hall, "admin_refused"));
    CHECK(recorded(hall, "admin_in"));
}

TEST_CASE("going from page to page asks nothing; leaving closes everything", "[admin]") {
    Hall hall = open_hall({.members = true});
    go_in(hall);
    touch(hall, "#admin.records");
    CHECK(hall.app->screen_id() == "admin-records");
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "admin");
    touch(hall, "#admin.policy");
    CHECK(hall.app->screen_id() == "admin-policy");

    SECTION("by the lock, from any page") { touch(hall, "#admin.close"); }
    SECTION("by the way back") {
        touch(hall, "#bar.back");
        touch(hall, "#bar.back");
    }
    SECTION("by idling") { hall.drive->wait(75); }
    CHECK((hall.app->screen_id() == "hall" || hall.app->screen_id() == "attract"));
    // Nothing of it is left below.
    open_admin(hall);
    CHECK(hall.app->screen_id() == "admin-pin");
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "hall");
}

TEST_CASE("the corner leads to the PIN", "[admin]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.app->show("hall"));
    hall.drive->settle();
    hall.app->on(TouchEvent{TouchEvent::What::down, 1, {20, hall.app->screen().h - 20}, hall.clock->now(), 0});
    hall.drive->wait(3.3);
    hall.app->on(TouchEvent{TouchEvent::What::up, 1, {20, hall.app->screen().h - 20}, hall.clock->now(), 0});
    hall.drive->settle();
    CHECK(hall.app->screen_id() == "admin-pin");
}

TEST_CASE("a card signs nobody in over an open page, and a member's time does not count there", "[admin]") {
    Hall hall = open_hall({.members = true});
    sign_in(hall);
    go_in(hall);
    CHECK(shows(hall, "张*"));
    CHECK_FALSE(visit_of(hall).counting(hall.clock->now()));
    hall.drive->run("card 4712");
    hall.drive->wait(0.5);
    CHECK(hall.app->screen_id() == "admin");
    REQUIRE(visit_of(hall).member());
    CHECK(visit_of(hall).member()->number == "20230001");
    CHECK(hall.app->said() == "正在管理，刷卡不签到");
}

TEST_CASE("a roster comes from the stick: shown first, taken over, taken back", "[admin]") {
    Hall hall = open_hall({.members = true});
    const std::size_t before = count(hall);
    go_in(hall);
    touch(hall, "#admin.roster");
    CHECK(shows(hall, "请插入 U 盘"));
    Plugged stick(hall);
    auto csv = read_text(Path(XINGHUO_SOURCE_DIR) / "tests/rosters/members.csv");
    REQUIRE(csv);
    std::string more = *csv;
    if (more.back() != '\n') more += '\n';
    more += "20239901,韩梅梅,第一党支部,,,\n";
    more.replace(more.find("李四,第二党支部"), std::string("李四,第二党支部").size(), "李四,第一党支部");
    stick.put("more.csv", more);
    stick.put("wrong.csv", "member_no,name,branch\n1,,第一党支部\n1,张三,\n");
    stick.put("few.csv", "member_no,name,branch\n20230001,张三,第一党支部\n");
    stick.plug();
    REQUIRE(shows(hall, "more.csv"));

    SECTION("problems are told by row and nothing can be taken over") {
        touch(hall, "wrong.csv");
        INFO(seen(hall));
        CHECK(shows(hall, "表格有问题"));
        CHECK(shows(hall, "第 2 行"));
        CHECK_FALSE(can_touch(hall, "admin.take"));
        CHECK(count(hall) == before);
    }
    SECTION("few are left: asked once more") {
        touch(hall, "few.csv");
        CHECK(shows(hall, fmt::format("离开 {}", before - 1)));
        touch(hall, "#admin.take");
        CHECK(shows(hall, "离开名册"));
        CHECK(count(hall) == before);
        touch(hall, "#ask.no");
        CHECK(count(hall) == before);
        touch(hall, "#admin.take");
        touch(hall, "#ask.yes");
        hall.drive->wait(0.3);
        CHECK(count(hall) == 1);
    }
    SECTION("masked, then by name; over and back") {
        touch(hall, "more.csv");
        CHECK(shows(hall, "新增 1"));
        CHECK(shows(hall, "变化 1"));
        CHECK(shows(hall, "离开 0"));
        CHECK(shows(hall, "韩*梅"));
        CHECK_FALSE(shows(hall, "韩梅梅"));
        touch(hall, "#admin.names");
        CHECK(shows(hall, "韩梅梅"));
        touch(hall, "#admin.part.1");
        CHECK(shows(hall, "第二党支部 → 第一党支部"));
        CHECK(count(hall) == before);
        touch(hall, "#admin.take");
        hall.drive->wait(0.3);
        CHECK(count(hall) == before + 1);
        CHECK(by_number(hall, "20230002")->branch == "第一党支部");
        CHECK(recorded(hall, "roster_import"));
        hall.drive->wait(6);
        touch(hall, "#admin.undo");
        touch(hall, "#ask.yes");
        hall.drive->wait(0.3);
        CHECK(count(hall) == before);
        CHECK(by_number(hall, "20230002")->branch == "第二党支部");
        CHECK(shows(hall, "已撤销"));
        CHECK(recorded(hall, "roster_undo"));
    }
}

TEST_CASE("what an operator put into the incoming folder is there without a stick", "[admin]") {
    Hall hall = open_hall({.members = true});
    const Path incoming = hall.room->study()->files().data / "incoming";
    REQUIRE(write_file(incoming / "autumn.csv", std::string_view("member_no,name,branch\n7,钱七,第七党支部\n")));
    std::filesystem::create_symlink("/etc/passwd", incoming / "link.csv");
    go_in(hall);
    touch(hall, "#admin.roster");
    CHECK(shows(hall, "autumn.csv"));
    CHECK_FALSE(shows(hall, "link.csv"));
}

TEST_CASE("a card is bound by tapping it, and another's is not taken from them", "[admin]") {
    Hall hall = open_hall({.members = true});
    go_in(hall);
    touch(hall, "#admin.members");
    hall.drive->run("type zs");
    hall.drive->wait(0.2);
    CHECK(shows(hall, "张*"));
    CHECK_FALSE(shows(hall, "张三"));
    touch(hall, "#admin.member.0");
    CHECK(shows(hall, "第一党支部"));
    touch(hall, "#admin.bind");
    CHECK(shows(hall, "请刷卡"));
    hall.drive->run("card 4712");
    hall.drive->wait(0.2);
    CHECK(shows(hall, "这张卡已绑定给 李*"));
    CHECK(by_number(hall, "20230001")->card == "4711");
    hall.drive->run("card 99887766");
    hall.drive->wait(0.2);
    CHECK(by_number(hall, "20230001")->card == "99887766");
    CHECK(recorded(hall, "bind_card"));
    hall.drive->wait(6);
    // Their PIN, twice; host; no card.
    touch(hall, "#admin.set_pin");
    enter_pin(hall, "4711");
    enter_pin(hall, "4711");
    CHECK(by_number(hall, "20230001")->has_pin);
    hall.drive->wait(6);
    touch(hall, "#admin.reset_pin");
    CHECK_FALSE(by_number(hall, "20230001")->has_pin);
    hall.drive->wait(6);
    touch(hall, "#admin.host");
    CHECK(by_number(hall, "20230001")->host);
    hall.drive->wait(6);
    touch(hall, "#admin.unbind");
    touch(hall, "#ask.yes");
    CHECK(by_number(hall, "20230001")->card.empty());
}

TEST_CASE("a new policy holds from its day and is never of yesterday", "[admin]") {
    Hall hall = open_hall({.members = true});
    const std::int64_t today = china_day(Date{2026, 7, 23});
    go_in(hall);
    touch(hall, "#admin.policy");
    touch(hall, "#admin.policy.new");
    CHECK_FALSE(can_touch(hall, "policy.day.less"));
    touch(hall, "#policy.from.2");
    touch(hall, "#policy.goals.3");
    touch(hall, "#admin.policy.save");
    auto table = hall.room->study()->policies().all();
    REQUIRE(table);
    REQUIRE(table->size() == 1);
    CHECK(table->front().from_day == china_day(Date{2027, 1, 1}));
    CHECK(table->front().policy.goal_hours == 56);
    CHECK(hall.room->study()->policies().on(today)->goal_hours == 32);
    CHECK(hall.app->screen_id() == "admin-policy");
    CHECK(shows(hall, "2027-01-01"));
    CHECK(shows(hall, "将生效"));
    CHECK(recorded(hall, "policy_set"));
    hall.drive->wait(6);
    touch(hall, "#policy.remove.1");
    touch(hall, "#ask.yes");
    CHECK(hall.room->study()->policies().all()->empty());
}

TEST_CASE("records are filtered, opened, exported and checked", "[admin]") {
    Hall hall = open_hall({.members = true});
    sign_in(hall);
    go_in(hall);
    touch(hall, "#admin.records");
    CHECK(shows(hall, "张*"));
    CHECK_FALSE(shows(hall, "张三"));
    touch(hall, "#filter.kind");
    touch(hall, "#kind.signed_in");
    hall.drive->settle();
    CHECK(shows(hall, "签到 · 张*"));
    CHECK_FALSE(shows(hall, "启动"));
    touch(hall, "签到 · 张*");
    CHECK(shows(hall, "\"kind\": \"signed_in\""));
    touch(hall, "#bar.back");
    touch(hall, "#filter.days");
    touch(hall, "#days.quick.0");
    touch(hall, "#days.done");
    CHECK(shows(hall, "签到 · 张*"));
    Plugged stick(hall);
    stick.plug();
    touch(hall, "#admin.export");
    hall.drive->wait(0.3);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(stick.folder / "xinghuo")) {
        ++files;
        auto verdict = verify_export(entry.path());
        REQUIRE(verdict);
        CHECK(verdict->good());
    }
    CHECK(files == 1);
    CHECK(recorded(hall, "export"));
    hall.drive->wait(6);
    touch(hall, "#admin.verify");
    hall.drive->wait(0.3);
    CHECK(shows(hall, "记录完整"));
}

TEST_CASE("a clock that was not set shows no absurd date", "[admin]") {
    Hall hall = open_hall({.members = true});
    hall.drive->run("trust off");
    hall.drive->run("wallclock 1970-01-02T00:00:00Z");
    go_in(hall);
    CHECK(shows(hall, "时钟未校准"));
    touch(hall, "#admin.records");
    CHECK(shows(hall, "时钟未设"));
    CHECK_FALSE(shows(hall, "1970"));
}

TEST_CASE("storage is told, backed up, and who is gone long is forgotten when asked", "[admin]") {
    Hall hall = open_hall({.members = true});
    go_in(hall);
    touch(hall, "#admin.storage");
    CHECK(shows(hall, hall.room->study()->records().kiosk().text));
    touch(hall, "#admin.back_up");
    hall.drive->wait(0.3);
    const auto backups = std::filesystem::directory_iterator(hall.room->study()->files().backups());
    CHECK(std::any_of(begin(backups), end(backups), [](const auto& entry) { return entry.path().extension() == ".db"; }));
    CHECK(recorded(hall, "backup"));
    hall.drive->wait(6);
    touch(hall, "#admin.check");
    CHECK(shows(hall, "刚检查过，良好"));
    touch(hall, "#admin.pin");
    enter_pin(hall, "864209");
    enter_pin(hall, "864209");
    CHECK(hall.app->screen_id() == "admin-storage");
    CHECK(hall.room->study()->admin().try_pin("864209", hall.clock->moment()).value() == AdminLock::Answer::open);
}

namespace {

void check(Hall& hall, const std::string& where) {
    hall.drive->settle();
    const std::string found = faults(*hall.app);
    if (!found.empty()) FAIL_CHECK(where << ":\n" << found);
}

// Every page and every stage of it that needs no waiting.
void walk(Hall& hall, const std::string& where) {
    Study& study = *hall.room->study();
    const auto moment = [&] { return hall.clock->moment(); };
    Policy later;
    later.goal_hours = 56;
    later.activity_hours = {{"party_class", 2}, {"theme_day", 1.5}};
    REQUIRE(study.policies().set(china_day(Date{2027, 1, 1}), later, moment()));
    REQUIRE(study.activities().open({"七一主题党日：重温入党誓词", "theme_day", "第一党支部", {}, 5, {}}, moment()));
    for (const char* number : {"20230001", "20230002", "20230004"}) REQUIRE(study.activities().tap(*by_number(hall, number), SignInWay::card, moment()));
    REQUIRE(study.activities().close(moment()));
    sign_in(hall);
    open_admin(hall);
    check(hall, where + ", first start");
    enter_pin(hall, "123456");
    check(hall, where + ", too simple");
    go_in(hall);
    check(hall, where + ", menu");
    Plugged stick(hall);
    stick.put("名册/二〇二六年秋季学期全体党员花名册（最终版）.csv", "member_no,name,branch,card\n20230001,张三,第三党支部,99001\n30,韩梅梅,第一党支部,\n");
    stick.put("wrong.csv", "member_no,name,branch\n1,,第一党支部\n1,张三,\n");
    stick.plug();
    const auto at = [&](const std::string& what, const std::string& name) {
        // Below what is seen of the menu, where text is larger.
        for (int i = 0; i < 4 && hall.app->screen_id() == "admin" && !can_touch(hall, what.substr(1)); ++i) {
            hall.drive->run("drag 500 800 500 300 300");
            hall.drive->wait(1);
        }
        touch(hall, what);
        check(hall, where + ", " + name);
    };
    const auto to_menu = [&] {
        for (int i = 0; i < 5 && hall.app->screen_id() != "admin"; ++i) touch(hall, "#bar.back");
        REQUIRE(hall.app->screen_id() == "admin");
    };
    at("#admin.roster", "roster");
    at("#admin.file.0", "preview or problems");
    if (!can_touch(hall, "admin.take")) {
        touch(hall, "#admin.other");
        at("#admin.file.1", "preview");
    }
    at("#admin.part.1", "changed");
    at("#admin.names", "names");
    at("#admin.part.2", "gone");
    at("#admin.take", "sure");
    to_menu();
    at("#admin.members", "members");
    at("#admin.branch", "branches");
    touch(hall, "#bar.back");
    at("#admin.member.0", "member");
    at("#admin.names", "member named");
    at("#admin.bind", "card");
    touch(hall, "#admin.cancel");
    at("#admin.set_pin", "member's PIN");
    to_menu();
    at("#admin.activities", "activities");
    at("#admin.activity.0", "activity");
    at("#admin.part.1", "absences");
    to_menu();
    at("#admin.policy", "policy");
    at("#admin.policy.new", "new policy");
    to_menu();
    at("#admin.records", "records");
    at("#filter.kind", "kinds");
    touch(hall, "#bar.back");
    at("#filter.days", "days");
    touch(hall, "#bar.back");
    at("#filter.member", "whose");
    touch(hall, "#bar.back");
    at("#admin.verify", "verdict");
    at("#admin.done", "records again");
    at(fmt::format("#admin.record.{}", study.records().last_seq().value()), "one record");
    to_menu();
    at("#admin.audit", "audit");
    to_menu();
    at("#admin.storage", "storage");
    touch(hall, "#admin.close");
    open_admin(hall);
    for (const char* wrong : {"111111", "222222", "333333"}) enter_pin(hall, wrong);
    check(hall, where + ", wait");
}

}  // namespace

TEST_CASE("the administrator's pages are legible in every shape and language", "[admin][slow]") {
    const struct { int w, h; } shapes[] = {{960, 540}, {540, 960}, {640, 512}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang, .members = true});
            walk(hall, fmt::format("{}x{}, {}", w, h, code(lang)));
        }
}

TEST_CASE("the administrator's pages are legible with larger text", "[admin][slow]") {
    const Settings large_panel = large_text();
    const struct { int w, h; Lang lang; } shapes[] = {{960, 540, Lang::zh}, {540, 960, Lang::zh}, {540, 960, Lang::en}, {640, 512, Lang::en}};
    for (const auto [w, h, lang] : shapes) {
        Hall hall = open_hall({.w = w, .h = h, .lang = lang, .settings = large_panel, .members = true});
        walk(hall, fmt::format("larger, {}x{}, {}", w, h, code(lang)));
    }
}
