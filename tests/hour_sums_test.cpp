// Hours kept by quarter and year: whatever the period, they are what every day by itself comes to.
#include "sync/server/hour_sums.h"

#include <random>

#include "sync/server/hour_parts.h"
#include "tests/support/hours_room.h"

using namespace xinghuo;

namespace {

const std::int64_t first_day = china_day(Date{2025, 11, 1}), last_day = china_day(Date{2026, 12, 31});
std::int64_t any_day(std::mt19937& chance) { return first_day + static_cast<std::int64_t>(chance() % static_cast<unsigned>(last_day - first_day + 1)); }

}  // namespace

TEST_CASE("a period is cut into what is kept and days, and each day counts once", "[centre][hours]") {
    std::mt19937 chance(5);
    for (int round = 0; round < 400; ++round) {
        std::vector<Policies::Entry> table;
        for (unsigned i = chance() % 4; i > 0; --i) table.push_back({any_day(chance), {}});
        std::sort(table.begin(), table.end(), [](const auto& a, const auto& b) { return a.from_day < b.from_day; });
        for (Policies::Entry& entry : table) entry.policy.minutes_per_hour = 40 + static_cast<double>(chance() % 20);
        std::int64_t from = any_day(chance), to = any_day(chance);
        if (to < from) std::swap(from, to);
        std::map<std::int64_t, int> times;
        const int anew_from = round % 2 == 0 ? INT_MAX : 2025 + static_cast<int>(chance() % 3);
        for (const HourPart& part : hour_parts(table, from, to, anew_from)) {
            CHECK(part.from_day <= part.to_day);
            if (date_of_day(part.to_day).year >= anew_from) CHECK_FALSE((part.kept || part.minus));
            for (std::int64_t day = part.from_day; day <= part.to_day; ++day) {
                times[day] += part.minus ? -1 : 1;
                CHECK(part.policy == Policies::in_force(table, day));
            }
        }
        for (std::int64_t day = first_day - 400; day <= last_day + 400; ++day) CHECK(times[day] == (day >= from && day <= to ? 1 : 0));
    }
    const std::int64_t january = china_day(Date{2026, 1, 1}), december = china_day(Date{2026, 12, 31});
    CHECK(hour_parts({}, january, december).size() == 1);
    CHECK(hour_parts({}, january, december - 3).size() == 2);  // the year less three days
}

TEST_CASE("hours of any period, while records, policies and aliases come in any order", "[centre][hours][slow]") {
    HoursRoom room;
    std::mt19937 chance(room.sql->dialect() == Sql::Dialect::sqlite ? 7 : 8);
    const int rounds = room.sql->dialect() == Sql::Dialect::sqlite ? 12 : 5;
    std::vector<ToldTerminal> terminals;
    for (int i = 0; i < 2; ++i) terminals.emplace_back(fmt::format("hours {}", i), "2025-11-01T00:30:00Z");
    const std::array labels = {"touch", "media", "reading", "quiz"};
    for (int i = 0; i < 300; ++i)
        for (ToldTerminal& terminal : terminals) {
            terminal.pass(static_cast<std::int64_t>(chance() % 250'000'000));
            const std::string member = fmt::format("m-{:02}", chance() % 23);
            const std::string activity = fmt::format("a-{}", i / 10);
            switch (chance() % 10) {
                case 0: terminal.write(RecordKind::activity_opened, "", fmt::format(R"({{"activity":"{}","name":"课","type":"{}"}})", activity, chance() % 2 == 0 ? "party_class" : "theme_day")); break;
                case 1:
                case 2: terminal.write(RecordKind::attended, member, fmt::format(R"({{"activity":"{}","as":"{}"}})", activity, chance() % 2 == 0 ? "late" : "on_time")); break;
                case 3: terminal.trusted = chance() % 3 != 0; break;
                case 4: terminal.reboot(); break;
                default: terminal.study(member, labels[chance() % 4], static_cast<std::int64_t>(chance() % 12'000'000) + 1);
            }
            if (chance() % 60 == 0)
                terminal.write(RecordKind::admin_action, "", fmt::format(R"({{"action":"member_same","was":"m-{:02}","is":"m-n{}"}})", chance() % 23, chance() % 3));
        }
    std::vector<std::pair<const ToldTerminal*, std::vector<CarriedRecord>>> batches;
    for (const ToldTerminal& terminal : terminals)
        for (std::size_t at = 0; at < terminal.records.size();) {
            const std::size_t end = std::min(terminal.records.size(), at + 1 + chance() % 60);
            batches.emplace_back(&terminal, terminal.part(at + 1, end));
            at = end;
        }
    std::shuffle(batches.begin(), batches.end(), chance);
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        const std::size_t begin = batches.size() * static_cast<std::size_t>(round) / static_cast<std::size_t>(rounds), end = batches.size() * static_cast<std::size_t>(round + 1) / static_cast<std::size_t>(rounds);
        for (std::size_t i = begin; i < end; ++i) room.send(batches[i].first->signing.public_key(), batches[i].second, newyear);
        const std::int64_t day = any_day(chance);
        if (round % 3 == 1)
            REQUIRE(set_centre_policy(*room.sql, 1, day, fmt::format(R"({{"minutes_per_hour":{},"daily_cap_minutes":{},"labels":{{"touch":{}}},"activity_hours":{{"party_class":{},"theme_day":1}}}})",
                                                                     30 + chance() % 30, chance() % 2 == 0 ? 0 : 150, chance() % 2, chance() % 4)));
        if (round == rounds - 2) REQUIRE(remove_centre_policy(*room.sql, 1, centre_policies(*room.sql, 1)->front().from_day));
        // Not yet made anew, half, or whole.
        if (round % 3 == 0) REQUIRE(refresh_hours(*room.sql, 1));
        for (unsigned pieces = round % 3 == 1 ? 0 : static_cast<unsigned>(chance() % 6); pieces > 0; --pieces) REQUIRE(refresh_some_hours(*room.sql, 1, 4));
        room.check(china_day(Date{2026, 1, 1}), last_day, 1'000);
        for (int i = 0; i < 4; ++i) {
            std::int64_t from = any_day(chance), to = any_day(chance);
            if (to < from) std::swap(from, to);
            room.check(from, to, 1 + static_cast<int>(chance() % 9));
        }
        room.check(any_day(chance), china_day(Date{9999, 12, 31}), 20'000);
        if (round % 3 == 0) CHECK(room.rows("SELECT COUNT(*) FROM hours_stale", 1) == "0\n");
    }
}
