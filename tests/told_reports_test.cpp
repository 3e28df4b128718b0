// What the centre planned and what it asks about afterwards are one: by the plan's id it finds who came, from every terminal; and it reads a terminal's health.
#include "content/study/activities.h"
#include "kiosk/health.h"
#include "sync/server/people.h"
#include "sync/server/reports.h"
#include "tests/support/roll_up_room.h"
#include "tests/support/terminal_room.h"

using namespace xinghuo;

namespace {

const WallTime evening = wall_time_from_iso("2026-07-01T20:00:00Z");

struct PlanHolder : TerminalRoom {
    explicit PlanHolder(const std::string& seed) : TerminalRoom(seed), activities(*db, *records, *members) {}

    // Opens what is planned for 8:30, ten minutes' grace; who comes by name comes `after` minutes of it being 8:00.
    void hold(const std::string& id, const MemberId& who, int after_min) {
        ActivityPlan plan;
        plan.name = "七月党课";
        plan.type = "party_class";
        plan.branch = "一支部";
        plan.planned = wall_time_from_iso("2026-07-01T08:30:00Z");
        plan.late_after_min = 10;
        REQUIRE(activities.open(plan, moment(), id));
        clock.advance(std::chrono::minutes(after_min));
        Member member;
        member.id = who;
        member.branch = "一支部";
        REQUIRE(activities.tap(member, SignInWay::card, moment()));
        REQUIRE(activities.close(moment()));
    }
    [[nodiscard]] std::vector<CarriedRecord> all() {
        std::vector<CarriedRecord> carried;
        auto newest = records->newest(100);
        REQUIRE(newest);
        for (Record& record : *newest) carried.push_back({std::move(record), std::nullopt});
        std::sort(carried.begin(), carried.end(), [](const CarriedRecord& a, const CarriedRecord& b) { return a.record.seq < b.record.seq; });
        return carried;
    }
    Activities activities;
};

std::string cells(const Report& report, std::initializer_list<std::string_view> wanted) {
    std::string text;
    for (const auto& row : report.rows) {
        for (const std::string_view key : wanted)
            for (std::size_t i = 0; i < report.columns.size(); ++i) {
                if (report.columns[i].key != key) continue;
                if (const auto* words = std::get_if<std::string>(&row[i])) text += *words + "|";
                else if (const auto* number = std::get_if<std::int64_t>(&row[i])) text += std::to_string(*number) + "|";
                else text += "-|";
            }
        text += "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("a plan that two terminals held is one activity at the centre, under the plan's id", "[told][centre]") {
    RollUpRoom room;
    SecretKey key = SecretKey::random();
    People people(*room.sql, key, 1);
    PlanHolder one("one"), two("two");
    one.hold("p-7", {"m-1"}, 39);
    two.hold("p-7", {"m-2"}, 41);
    one.hold("p-7", {"m-3"}, 0);  // once more, which is another activity
    HealthFacts facts;
    facts.version = "0.3";
    facts.free_bytes = 31'000'000'000;
    facts.sending = HealthFacts::Sending{12, 1};
    facts.packs = {{"changzheng", 3}, {"demo", 2}};
    const Draft health[] = {{RecordKind::health, {}, health_body(facts)}};
    REQUIRE(one.records->keep(health, one.moment()));
    room.send(one.signing.public_key(), one.all(), evening);
    room.send(two.signing.public_key(), two.all(), evening);

    ReportAsk ask;
    ask.from_day = 0;
    ask.to_day = 100'000;
    const auto came = attendance_report(*room.sql, people, ask, "p-7", false);
    REQUIRE(came);
    CHECK(cells(*came, {"member", "state"}) == "m-1|on_time|\nm-2|late|\n");
    const auto held = activities_report(*room.sql, ask);
    REQUIRE(held);
    CHECK(held->rows.size() == 2);
    const auto fleet = fleet_report(*room.sql, ask);
    REQUIRE(fleet);
    const std::string both = cells(*fleet, {"free_mb", "waiting", "refused", "packs", "trouble"});
    CHECK(both.find("31000|12|1|changzheng 3, demo 2||\n") != std::string::npos);
    CHECK(both.find("-|-|-|||\n") != std::string::npos);
}
