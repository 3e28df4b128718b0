// Hours kept by quarter and year: whatever the period, they are what every day by itself comes to.
#include "sync/server/hour_sums.h"

#include <random>

#include "content/base/json.h"
#include "sync/server/report_api.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime newyear = wall_time_from_iso("2027-01-02T04:00:00Z");
const std::int64_t first_day = china_day(Date{2025, 11, 1}), last_day = china_day(Date{2026, 12, 31});

// The hours of a member, day by day, as the policy of the day has them.
std::map<std::string, double> hours_by_day(Sql& sql, std::int64_t from, std::int64_t to) {
    std::map<std::string, double> hours;
    const auto table = centre_policies(sql, 1);
    REQUIRE(table);
    const auto days = sql.query("SELECT member, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day WHERE day >= $1 AND day <= $2", {from, to});
    REQUIRE(days);
    for (const SqlRow& row : *days) {
        const Policy& policy = Policies::in_force(*table, row.integer(1));
        const std::map<StudyLabel, Milliseconds> ms = {{StudyLabel::touch, Milliseconds(row.integer(2))}, {StudyLabel::media, Milliseconds(row.integer(3))},
                                                       {StudyLabel::reading, Milliseconds(row.integer(4))}, {StudyLabel::quiz, Milliseconds(row.integer(5))}};
        hours[row.text(0)] += credited_minutes(policy, ms) / policy.minutes_per_hour;
    }
    const auto came = sql.query("SELECT a.member, a.activity, MIN(a.kiosk) FROM attendance a WHERE a.came_seq <> 9223372036854775807 GROUP BY a.member, a.activity");
    REQUIRE(came);
    for (const SqlRow& row : *came) {
        const auto at = sql.query("SELECT a.day, v.type FROM attendance a JOIN activity_at v ON v.activity = a.activity AND v.kiosk = a.kiosk WHERE a.member = $1 AND a.activity = $2 AND a.kiosk = $3",
                                  {row.text(0), row.text(1), row.text(2)});
        REQUIRE(at);
        if (at->empty() || at->front().integer(0) < from || at->front().integer(0) > to) continue;
        const Policy& policy = Policies::in_force(*table, at->front().integer(0));
        const auto worth = policy.activity_hours.find(at->front().text(1));
        if (worth != policy.activity_hours.end() && worth->second > 0) hours[row.text(0)] += worth->second;
    }
    return hours;
}

struct HoursRoom : RollUpRoom {
    HoursRoom() {
        auto opened = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        REQUIRE(opened);
        words = std::move(*opened);
    }
    std::string ask(const std::string& target) {
        HttpRequest request;
        request.target = target;
        Caller caller;
        caller.kind = Caller::Kind::staff;
        caller.role = StaffRole::viewer;
        const HttpReply reply = answer_reports(request, request.path(), caller, *sql, newyear, {key, words});
        if (reply.status != 200) FAIL(reply.body);
        return reply.body;
    }
    // All pages.
    std::map<std::string, double> reported(const std::string& period, int limit, int& pages) {
        std::map<std::string, double> hours;
        std::string after;
        for (pages = 1;; ++pages) {
            JsonDocument document;
            REQUIRE(document.parse(ask(fmt::format("/api/reports/hours?{}&limit={}{}", period, limit, after))));
            for (const JsonNode& row : document.root()["rows"].items()) CHECK(hours.emplace(row["member"].string(), row["hours"].number()).second);
            if (!document.root()["next"].exists()) return hours;
            CHECK(document.root()["rows"].items().size() == static_cast<std::size_t>(limit));
            after = "&after=" + document.root()["next"].string();
        }
    }
    void check(std::int64_t from, std::int64_t to, int limit) {
        const std::string period = "from=" + date_text(from) + "&to=" + date_text(to);
        CAPTURE(period);
        const std::map<std::string, double> wanted = hours_by_day(*sql, from, to);
        int pages = 0;
        const std::map<std::string, double> got = reported(period, limit, pages);
        CHECK(got.size() == wanted.size());
        double sum = 0;
        for (const auto& [member, hours] : wanted) {
            sum += hours;
            CAPTURE(member);
            REQUIRE(got.contains(member));
            CHECK(got.at(member) == Approx(hours).margin(0.0051));
        }
        JsonDocument document;
        REQUIRE(document.parse(ask("/api/reports/hours?by=branch&" + period)));
        double by_branch = 0;
        for (const JsonNode& row : document.root()["rows"].items()) by_branch += row["hours"].number();
        CHECK(by_branch == Approx(sum).margin(0.0051));
    }
    SecretKey key = SecretKey::random();
    ReportWords words;
};

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
        for (const HourPart& part : hour_parts(table, from, to)) {
            CHECK(part.from_day <= part.to_day);
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
        room.check(china_day(Date{2026, 1, 1}), last_day, 1'000);
        for (int i = 0; i < 4; ++i) {
            std::int64_t from = any_day(chance), to = any_day(chance);
            if (to < from) std::swap(from, to);
            room.check(from, to, 1 + static_cast<int>(chance() % 9));
        }
        room.check(any_day(chance), china_day(Date{9999, 12, 31}), 20'000);
        CHECK(room.rows("SELECT COUNT(*) FROM hours_stale", 1) == "0\n");
    }
}
