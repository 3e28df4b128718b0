// Study hours are a policy: read strictly, dated, and never touching what was recorded.
#include "content/study/policy.h"

#include "tests/support/study_room.h"

using namespace xinghuo;
using std::chrono::minutes;

TEST_CASE("a policy reads back as it was written", "[study][policy]") {
    Policy policy;
    policy.minutes_per_hour = 50;
    policy.goal_hours = 56.5;
    policy.counts[StudyLabel::touch] = true;
    policy.counts[StudyLabel::quiz] = false;
    policy.daily_cap_minutes = 0;
    policy.activity_hours = {{"party_class", 2}, {"theme_day", 1.5}};
    policy.touch_grace_s = 5;
    policy.reading_grace_s = 90;
    policy.quiz_grace_s = 120;
    policy.pin = Policy::Pin::by_name;
    policy.forget_gone_days = 30;
    auto again = read_policy(to_json(policy));
    REQUIRE(again);
    CHECK(*again == policy);
    auto plain = read_policy("{}");
    REQUIRE(plain);
    CHECK(*plain == Policy());
    const Session::Rules rules = session_rules(policy);
    CHECK(rules.reading_grace == std::chrono::seconds(90));
    CHECK(rules.quiz_grace == std::chrono::seconds(120));
    CHECK(rules.touch_grace == std::chrono::seconds(5));
}

TEST_CASE("what a policy may not say is refused by its name", "[study][policy]") {
    const auto refused = [](const char* json, const char* part) {
        auto policy = read_policy(json);
        REQUIRE(!policy);
        INFO(policy.error().what);
        CHECK(policy.error().kind == ErrorKind::invalid);
        CHECK(policy.error().what.find(part) != std::string::npos);
    };
    refused(R"({"mask_names": true})", "mask_names: is not known");
    refused(R"({"labels": {"sleep": 1}})", "labels.sleep: is not known");
    refused(R"({"labels": {"media": 2}})", "labels.media");
    refused(R"({"labels": 3})", "labels");
    refused(R"({"minutes_per_hour": 0})", "minutes_per_hour");
    refused(R"({"goal_hours": -1})", "goal_hours");
    refused(R"({"goal_hours": "32"})", "goal_hours");
    refused(R"({"daily_cap_minutes": 1441})", "daily_cap_minutes");
    refused(R"({"daily_cap_minutes": 99999999999999})", "daily_cap_minutes");
    refused(R"({"activity_hours": {"party": 2}})", "activity_hours.party");
    refused(R"({"activity_hours": {"party_class": 25}})", "activity_hours.party_class");
    refused(R"({"reading_grace_s": 601})", "reading_grace_s");
    refused(R"({"pin": "sometimes"})", "pin");
    refused(R"([])", "");
    refused(R"({"pin": )", "");
}

TEST_CASE("minutes are credited by label, up to the cap of a day", "[study][policy]") {
    Policy policy;
    policy.daily_cap_minutes = 60;
    CHECK(credited_minutes(policy, {}) == 0);
    CHECK(credited_minutes(policy, {{StudyLabel::touch, minutes(500)}}) == 0);
    CHECK(credited_minutes(policy, {{StudyLabel::touch, minutes(5)}, {StudyLabel::media, minutes(10)}, {StudyLabel::reading, Milliseconds(90'000)}, {StudyLabel::quiz, minutes(1)}}) == Approx(12.5));
    CHECK(credited_minutes(policy, {{StudyLabel::media, minutes(59)}, {StudyLabel::quiz, minutes(59)}}) == 60);
    policy.daily_cap_minutes = 0;
    CHECK(credited_minutes(policy, {{StudyLabel::media, minutes(59)}, {StudyLabel::quiz, minutes(59)}}) == 118);
}

TEST_CASE("the policy of a day is the latest that is not after it", "[study][policy]") {
    StudyRoom room;
    Policies policies(*room.db, *room.records);
    Policy first, second;
    first.goal_hours = 32;
    second.goal_hours = 56;
    CHECK(*policies.on(20'000) == Policy());
    REQUIRE(policies.set(20'000, first, room.moment()));
    REQUIRE(policies.set(20'100, second, room.moment()));
    CHECK(policies.on(19'999)->goal_hours == Policy().goal_hours);
    CHECK(policies.on(20'099)->goal_hours == 32);
    CHECK(policies.on(20'100)->goal_hours == 56);
    CHECK(policies.on(30'000)->goal_hours == 56);
    second.goal_hours = 40;
    REQUIRE(policies.set(20'100, second, room.moment()));
    auto table = policies.all();
    REQUIRE(table);
    REQUIRE(table->size() == 2);
    CHECK((*table)[1].policy.goal_hours == 40);
    CHECK(Policies::in_force(*table, 19'999).goal_hours == Policy().goal_hours);
    CHECK(Policies::in_force(*table, 20'000).goal_hours == 32);
    CHECK(Policies::in_force(*table, 20'100).goal_hours == 40);
    CHECK(!policies.remove(20'050, room.moment()));
    REQUIRE(policies.remove(20'100, room.moment()));
    CHECK(policies.on(20'100)->goal_hours == 32);

    auto records = room.records->read(0, 100);
    REQUIRE(records);
    REQUIRE(records->size() == 4);  // the removal that found nothing is none
    CHECK((*records)[0].kind == RecordKind::admin_action);
    CHECK((*records)[0].body == R"({"action":"policy_set","from_day":20000,"policy":)" + to_json(first) + "}");
    CHECK((*records)[3].body == R"({"action":"policy_removed","from_day":20100})");
}

TEST_CASE("a policy out of range is neither kept nor recorded", "[study][policy]") {
    StudyRoom room;
    Policies policies(*room.db, *room.records);
    Policy policy;
    policy.minutes_per_hour = 0;
    CHECK(!policies.set(20'000, policy, room.moment()));
    CHECK(policies.all()->empty());
    CHECK(*room.records->last_seq() == 0);
}
