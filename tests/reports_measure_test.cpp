// How long reports take over the sums of ten million records; asked for by name only: xinghuo-tests "[.measure]".
//
// The sums of 700,000 visits of 13 records (sign-in, six intervals, four answers, a finished quiz, sign-out) by 50,000 members on 2,000 terminals in a year, and of
// 3,000 activities that 100 each came to (with openings, closings and guests 0.9 million records): 10 million. They are written as rows, not made of records.
#include <ctime>
#include <iostream>
#include <random>

#include "sync/server/report_api.h"
#include "sync/server/row_list.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

constexpr int members = 50'000, branches = 400, kiosks = 2'000, activities = 3'000;

std::string member(int i) { return fmt::format("m-{:032x}", static_cast<unsigned>(i) * 2'654'435'761u); }

template <class Fill>
void fill(Sql& sql, const RowList& empty, int count, const Fill& add) {
    for (int i = 0; i < count;) {
        RowList rows = empty;
        for (int n = 0; n < 5'000 && i < count; ++n, ++i) add(rows, i);
        auto done = rows.insert(sql);
        if (!done) FAIL(done.error().what);
    }
}

void ten_million(Sql& sql, const SecretKey& key) {
    std::mt19937 chance(1);
    const std::int64_t first = china_day(Date{2026, 1, 1});
    const auto big = [](const char* name) { return std::pair<const char*, SqlType>(name, SqlType::bigint); };
    const auto text = [](const char* name) { return std::pair<const char*, SqlType>(name, SqlType::text); };
    REQUIRE(sql.begin());
    fill(sql, RowList("branch", {big("organisation"), big("id"), text("name")}, ""), branches,
         [](RowList& rows, int i) { rows.add({std::int64_t{1}, std::int64_t{i} + 1, fmt::format("支部{}", i)}); });
    fill(sql, RowList("person", {big("organisation"), text("id"), big("branch"), text("number_hash"), {"sealed", SqlType::blob}, big("host"), big("gone_ms")}, ""), members,
         [&](RowList& rows, int i) {
             rows.add({std::int64_t{1}, member(i), std::int64_t{i % branches} + 1, fmt::format("h{}", i),
                       key.seal(fmt::format(R"({{"no":"{}","name":"某某","card":"","pinyin":""}})", i)), std::int64_t{0}, std::int64_t{0}});
         });
    // 14 days each, any of the year.
    fill(sql, RowList("study_day", {big("organisation"), text("member"), big("day"), big("touch_ms"), big("media_ms"), big("reading_ms"), big("quiz_ms")}, "ON CONFLICT DO NOTHING"),
         members * 14, [&](RowList& rows, int i) {
             const auto ms = [&] { return static_cast<std::int64_t>(chance() % 3'000'000); };
             rows.add({std::int64_t{1}, member(i / 14), first + (i % 14) * 26 + static_cast<std::int64_t>(chance() % 26), ms(), ms(), ms(), ms()});
         });
    fill(sql, RowList("quiz_theme", {big("organisation"), text("member"), text("theme"), big("asked"), big("correct")}, ""), members * 8,
         [&](RowList& rows, int i) { rows.add({std::int64_t{1}, member(i / 8), fmt::format("t{}", i % 8), std::int64_t{7}, std::int64_t{4}}); });
    fill(sql, RowList("quiz_question", {big("organisation"), text("theme"), text("question"), big("slot"), big("asked"), big("correct"), big("n"), big("sum_right"), big("sum_rest"),
                                        big("sum_rest_squared"), big("sum_right_rest")}, ""),
         2'000 * 8, [&](RowList& rows, int i) {
             rows.add({std::int64_t{1}, fmt::format("t{}", i / 2'000), fmt::format("q{}", i / 8), std::int64_t{i % 8}, std::int64_t{175}, std::int64_t{100}, std::int64_t{170},
                       std::int64_t{90}, std::int64_t{900'000}, std::int64_t{6'000'000'000}, std::int64_t{500'000}});
         });
    const auto seq = [](int i) { return std::int64_t{i} + 1; };
    fill(sql, RowList("activity_at", {big("organisation"), text("activity"), text("kiosk"), text("name"), text("type"), text("branch"), big("planned_ms"), text("host"), big("opened_seq"),
                                      big("opened_boot"), big("opened_at_ms"), big("opened_mono_ms"), big("opened_trusted"), big("opened_settled"), big("arrived_ms"), big("opened_ms"), big("day"),
                                      big("closed_seq"), big("closed_ms"), big("expected"), big("guests")}, ""),
         activities, [&](RowList& rows, int i) {
             const std::int64_t day = first + i % 365, ms = begin_of_day(day).unix_ms + 30'000'000;
             rows.add({std::int64_t{1}, fmt::format("a-{:08}", i), fmt::format("k-{:016x}", i % kiosks), "党课", "party_class", fmt::format("支部{}", i % branches), nullptr, "", seq(i),
                       std::int64_t{1}, ms, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, ms, ms, day, seq(i) + 500, ms + 1, std::int64_t{120}, std::int64_t{2}});
         });
    fill(sql, RowList("attendance", {big("organisation"), text("activity"), text("member"), text("kiosk"), big("came_seq"), big("came_boot"), big("came_at_ms"), big("came_mono_ms"),
                                     big("came_trusted"), big("came_settled"), big("arrived_ms"), big("came_ms"), big("day"), big("late"), big("tap_seq"), big("tap_left"), big("tap_ms")}, ""),
         activities * 100, [&](RowList& rows, int i) {
             const int activity = i / 100;
             const std::int64_t day = first + activity % 365, ms = begin_of_day(day).unix_ms + 30'000'000;
             rows.add({std::int64_t{1}, fmt::format("a-{:08}", activity), member((activity % branches) + (i % 100) * branches), fmt::format("k-{:016x}", activity % kiosks), seq(i % 100) + activity,
                       std::int64_t{1}, ms, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, ms, ms + i % 100, day, std::int64_t{i % 9 == 0}, std::int64_t{0}, std::int64_t{0}, std::int64_t{0}});
         });
    fill(sql, RowList("kiosk_health", {big("organisation"), text("kiosk"), big("seen_ms"), big("last_seq")}, ""), kiosks,
         [&](RowList& rows, int i) { rows.add({std::int64_t{1}, fmt::format("k-{:016x}", i), std::int64_t{1}, std::int64_t{5'000}}); });
    REQUIRE(sql.commit());
    REQUIRE(set_centre_policy(sql, 1, first, R"({"activity_hours":{"party_class":2}})"));
    REQUIRE(set_centre_policy(sql, 1, first + 181, R"({"activity_hours":{"party_class":1},"minutes_per_hour":50})"));
    if (sql.dialect() == Sql::Dialect::postgres) REQUIRE(sql.run_script("ANALYZE"));
}

void measure(Sql& sql, const std::string& name) {
    const SecretKey key = SecretKey::random();
    ten_million(sql, key);
    auto words = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
    REQUIRE(words);
    for (const char* target : {"/api/reports/hours?by=branch", "/api/reports/hours?by=branch&from=2026-03-01&to=2026-03-31", "/api/reports/hours?limit=1000", "/api/reports/hours?branch=%E6%94%AF%E9%83%A87",
                               "/api/reports/hours?limit=100000&format=csv", "/api/reports/activities?limit=100", "/api/reports/attendance?activity=a-00000007&absent=true", "/api/reports/quiz?limit=2000",
                               "/api/reports/fleet?limit=2000"}) {
        HttpRequest request;
        request.target = target;
        Caller caller;
        caller.kind = Caller::Kind::staff;
        caller.role = StaffRole::operator_;
        double best = 1e9;
        std::size_t bytes = 0;
        for (int i = 0; i < 2; ++i) {
            const std::clock_t begin = std::clock();  // of this program alone: other programs' work is not measured
            const HttpReply reply = answer_reports(request, request.path(), caller, sql, wall_time_from_iso("2026-12-01T00:00:00Z"), {key, *words});
            best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
            if (reply.status != 200) FAIL(reply.body);
            bytes = reply.body.size();
        }
        std::cout << fmt::format("{:9} {:75} {:8.1f} ms {:9} bytes\n", name, target, best * 1000, bytes);
        CHECK(best < 1.0);
    }
}

}  // namespace

TEST_CASE("reports over the sums of ten million records", "[.measure][centre]") {
    RollUpRoom room;
    measure(*room.sql, "SQLite");
}
