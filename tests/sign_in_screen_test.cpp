// Signing in on the screen: found by letters or by branch, masked as long as many are meant, believed by PIN where the policy asks.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "content/study/member_pins.h"
#include "content/study/study.h"
#include "tests/support/by_touch.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

void open_sign_in(Hall& hall) {
    REQUIRE(hall.app->show("sign-in"));
    hall.drive->settle();
}

void enter(Hall& hall, const std::string& digits) {
    for (const char digit : digits) touch(hall, fmt::format("#key.{}", digit));
    touch(hall, "#key.confirm");
}

void want_pin(Hall& hall, Policy::Pin when) {
    Policy policy;
    policy.pin = when;
    Study& study = *hall.room->study();
    const Moment moment = hall.clock->moment();
    REQUIRE(study.policies().set(study.today(moment), policy, moment));
}

std::optional<std::string> here(Hall& hall) {
    const auto& member = hall.room->study()->visit().member();
    if (!member) return std::nullopt;
    return member->name;
}

}  // namespace

TEST_CASE("a member signs in by the letters of the name", "[study][sign_in]") {
    Hall hall = open_hall({.members = true});
    open_sign_in(hall);
    touch(hall, "#key.z");
    // Many are meant: nobody's name is told.
    CHECK_FALSE(shows(hall, "张三"));
    CHECK(shows(hall, "张*"));
    CHECK(can_touch(hall, "key.s"));
    CHECK_FALSE(can_touch(hall, "key.q"));  // nobody is called so
    touch(hall, "#key.s");
    CHECK(shows(hall, "张三"));
    CHECK(shows(hall, "第一党支部"));
    touch(hall, "#names.0");
    CHECK(hall.app->screen_id() == "hall");
    CHECK(here(hall) == "张三");
    CHECK(shows(hall, "张*，欢迎"));
    const auto signed_in = records_of(hall, RecordKind::signed_in);
    REQUIRE(signed_in.size() == 1);
    CHECK(signed_in[0].body.find("\"way\":\"name\"") != std::string::npos);

    // The next one closes it at that instant.
    open_sign_in(hall);
    hall.drive->run("type ls");
    touch(hall, "#names.0");
    CHECK(here(hall) == "李四");
    const auto out = records_of(hall, RecordKind::signed_out);
    REQUIRE(out.size() == 1);
    CHECK(out[0].member == signed_in[0].member);
    CHECK(out[0].body.find("next_card") != std::string::npos);
}

TEST_CASE("letters come from a keyboard, too, and are taken back", "[study][sign_in]") {
    Hall hall = open_hall({.members = true});
    open_sign_in(hall);
    hall.drive->run("type zhangsan");
    CHECK(shows(hall, "张三"));
    for (int i = 0; i < 7; ++i) hall.drive->run("key backspace");
    CHECK_FALSE(shows(hall, "张三"));
    touch(hall, "#key.clear");
    CHECK_FALSE(can_touch(hall, "names.0"));
    hall.drive->run("type wyt");  // nobody but 尉迟… begins with w: a letter that leads to nobody is not taken
    CHECK_FALSE(shows(hall, "没有找到"));
}

TEST_CASE("a member signs in by branch, where every name is masked", "[study][sign_in]") {
    Hall hall = open_hall({.members = true});
    open_sign_in(hall);
    touch(hall, "#mode.1");
    touch(hall, "第二党支部");
    CHECK(shows(hall, "李*"));
    CHECK_FALSE(shows(hall, "李四"));
    CHECK(shows(hall, "…02"));
    touch(hall, "#letter.l");
    CHECK_FALSE(shows(hall, "赵*曼"));
    touch(hall, "#letter.all");
    // The way back leads to the branches, and then away.
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "sign-in");
    touch(hall, "第二党支部");
    touch(hall, "#letter.l");
    touch(hall, "#names.0");
    CHECK(hall.app->screen_id() == "hall");
    CHECK(here(hall) == "李四");
    // Whoever is here already is told so, and no second visit begins.
    open_sign_in(hall);
    hall.drive->run("type ls");
    touch(hall, "#names.0");
    CHECK(records_of(hall, RecordKind::signed_in).size() == 1);
}

TEST_CASE("a PIN is made with the card in hand, and asked for then", "[study][sign_in]") {
    Hall hall = open_hall({.members = true});
    want_pin(hall, Policy::Pin::by_name);
    open_sign_in(hall);
    hall.drive->run("type zs");
    touch(hall, "#names.0");
    // No PIN yet: somebody who merely knows the name makes none.
    CHECK(shows(hall, "您还没有 PIN"));
    CHECK_FALSE(can_touch(hall, "key.1"));
    hall.drive->run("card 4712");
    hall.drive->settle();
    CHECK(shows(hall, "这不是您的卡"));
    hall.drive->run("card 20230001");  // the number is on many a list
    CHECK_FALSE(can_touch(hall, "key.1"));
    hall.drive->run("card 4711");
    hall.drive->settle();
    REQUIRE(can_touch(hall, "key.1"));
    enter(hall, "2580");
    enter(hall, "2581");
    CHECK(shows(hall, "两次输入不一样"));
    CHECK_FALSE(here(hall));
    enter(hall, "2580");
    enter(hall, "2580");
    CHECK(here(hall) == "张三");

    touch(hall, "#bar.sign_out");
    open_sign_in(hall);
    hall.drive->run("type zs");
    touch(hall, "#names.0");
    enter(hall, "1111");
    CHECK(shows(hall, "PIN 不对"));
    CHECK_FALSE(here(hall));
    hall.drive->run("type 2580");
    hall.drive->run("key enter");
    CHECK(here(hall) == "张三");
}

TEST_CASE("wrong PINs cost time, and nothing gets round it", "[study][sign_in]") {
    Hall hall = open_hall({.members = true});
    want_pin(hall, Policy::Pin::always);
    Study& study = *hall.room->study();
    const MemberId id = (*study.members().by_card("4711"))->id;
    REQUIRE(study.members().set_pin(id, "2580", hall.clock->moment()));
    hall.drive->run("touch #attract");
    hall.drive->run("card 4711");
    hall.drive->settle();
    REQUIRE(hall.app->screen_id() == "sign-in");
    for (int i = 0; i < 3; ++i) enter(hall, "0000");
    CHECK(shows(hall, "试错次数太多"));
    // Another visitor does not find the half-made sign-in; and the same one finds the delay again.
    touch(hall, "#pin.cancel");
    CHECK_FALSE(can_touch(hall, "pin.cancel"));
    open_sign_in(hall);
    CHECK_FALSE(can_touch(hall, "pin.cancel"));
    hall.drive->run("card 4711");
    hall.drive->settle();
    CHECK(shows(hall, "试错次数太多"));
    hall.drive->run("type 2580");
    hall.drive->run("key enter");
    CHECK_FALSE(here(hall));
    // Nor does a start anew.
    MemberPins again(study.database(), study.members());
    CHECK(*again.wait_left(id, hall.clock->now()) == std::chrono::seconds(30));
    CHECK(*again.try_pin(id, "2580", hall.clock->moment()) == MemberPins::Answer::wait);
    hall.drive->wait(31);
    CHECK_FALSE(shows(hall, "试错次数太多"));
    hall.drive->run("type 2580");
    hall.drive->run("key enter");
    CHECK(here(hall) == "张三");
    CHECK(*MemberPins(study.database(), study.members()).wait_left(id, hall.clock->now()) == Nanoseconds(0));
}

TEST_CASE("the delay of a member's PIN grows and ends", "[study][sign_in]") {
    using namespace std::chrono_literals;
    CHECK(member_delay_after(0) == 0s);
    CHECK(member_delay_after(2) == 0s);
    CHECK(member_delay_after(3) == 30s);
    CHECK(member_delay_after(4) == 60s);
    CHECK(member_delay_after(9) == 32min);
    CHECK(member_delay_after(1'000'000) == 32min);
}

TEST_CASE("without a record, or without members, the sign-in page says what to do", "[study][sign_in]") {
    Hall hall = open_hall();
    open_sign_in(hall);
    CHECK(shows(hall, "本机还没有名单"));
    CHECK(faults(*hall.app) == "");
    hall.app->set_study(nullptr, "the disk cannot be written");
    open_sign_in(hall);
    CHECK(shows(hall, "暂时不能签到"));
    CHECK(shows(hall, "the disk cannot be written"));
    CHECK(faults(*hall.app) == "");
    hall.app->set_study(hall.room->study(), "");
}

namespace {

// Every state of the page, looked through.
void look_through(Hall& hall, const std::string& shape) {
    const auto check = [&](const std::string& state) {
        hall.drive->wait(6);  // a notice at the foot has gone
        INFO(shape << ", " << state);
        CHECK(faults(*hall.app) == "");
    };
    open_sign_in(hall);
    check("letters");
    hall.drive->run("type z");
    check("many");
    hall.drive->run("type s");
    check("one");
    touch(hall, "#mode.1");
    check("branches");
    touch(hall, "#branch.0");
    check("a branch");
    want_pin(hall, Policy::Pin::always);
    touch(hall, "#names.0");
    check("no PIN");
    hall.drive->run("card 4712");
    check("another's card");
    touch(hall, "#pin.cancel");
    hall.drive->run("card 4711");
    hall.drive->settle();
    check("making a PIN");
    enter(hall, "2580");
    check("once more");
    enter(hall, "2580");
    hall.drive->settle();
    REQUIRE(here(hall));
    open_sign_in(hall);
    check("while somebody is here");
    hall.drive->run("type zs");
    touch(hall, "#names.0");
    check("PIN");
    for (int i = 0; i < 3; ++i) enter(hall, "0000");
    hall.drive->wait(31);
    enter(hall, "0000");
    check("waiting a minute");
    hall.drive->run("touch #key.clear");  // somebody is there
    hall.drive->wait(50);
    hall.drive->run("type 9");
    hall.drive->wait(6);
    hall.drive->run("key backspace");
    enter(hall, "0000");
    check("waiting");
}

}  // namespace

TEST_CASE("the sign-in page is legible in every shape and language", "[study][sign_in][slow]") {
    const struct { int w, h; } shapes[] = {{960, 540}, {540, 960}, {640, 512}};
    const Settings large_panel = large_text();
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en})
            for (const bool large : {false, true}) {
                Hall hall = open_hall({.w = w, .h = h, .lang = lang, .settings = large ? large_panel : Settings{}, .members = true});
                look_through(hall, fmt::format("{}x{}, {}{}", w, h, code(lang), large ? ", large" : ""));
            }
}
