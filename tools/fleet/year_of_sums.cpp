#include "tools/fleet/year_of_sums.h"

#include <fmt/format.h>

#include <random>

#include "content/study/day.h"
#include "sync/server/hour_sums.h"
#include "sync/server/report_policies.h"
#include "sync/server/row_list.h"

namespace xinghuo {
namespace {

constexpr int members = 50'000, branches = 400, kiosks = 2'000, activities = 3'000;

std::string year_member(int i) { return fmt::format("m-{:032x}", static_cast<unsigned>(i) * 2'654'435'761u); }

// Some thousand rows at a time; the first failure is kept, and nothing is written after it.
class SumsWriter {
public:
    explicit SumsWriter(Sql& sql) : sql_(sql) {}
    template <class Add>
    void fill(const RowList& empty, int count, const Add& add) {
        for (int i = 0; i < count && done_;) {
            RowList rows = empty;
            for (int n = 0; n < 5'000 && i < count; ++n, ++i) add(rows, i);
            done_ = rows.insert(sql_);
        }
    }
    [[nodiscard]] Result<void> done() const { return done_; }

private:
    Sql& sql_;
    Result<void> done_ = {};
};

Result<void> write_rows(Sql& sql, const SecretKey& key) {
    SumsWriter to(sql);
    std::mt19937 chance(1);
    const std::int64_t first = china_day(Date{2026, 1, 1});
    const auto big = [](const char* name) { return std::pair<const char*, SqlType>(name, SqlType::bigint); };
    const auto text = [](const char* name) { return std::pair<const char*, SqlType>(name, SqlType::text); };
    to.fill(RowList("branch", {big("organisation"), big("id"), text("name")}, ""), branches,
         [](RowList& rows, int i) { rows.add({std::int64_t{1}, std::int64_t{i} + 1, fmt::format("支部{}", i)}); });
    to.fill(RowList("person", {big("organisation"), text("id"), big("branch"), text("number_hash"), {"sealed", SqlType::blob}, big("host"), big("gone_ms")}, ""), members,
         [&](RowList& rows, int i) {
             rows.add({std::int64_t{1}, year_member(i), std::int64_t{i % branches} + 1, fmt::format("h{}", i),
                       key.seal(fmt::format(R"({{"no":"{}","name":"某某","card":"","pinyin":""}})", i)), std::int64_t{0}, std::int64_t{0}});
         });
    // 14 days each, any of the year.
    to.fill(RowList("study_day", {big("organisation"), text("member"), big("day"), big("touch_ms"), big("media_ms"), big("reading_ms"), big("quiz_ms")}, "ON CONFLICT DO NOTHING"),
         members * 14, [&](RowList& rows, int i) {
             const auto ms = [&] { return static_cast<std::int64_t>(chance() % 3'000'000); };
             rows.add({std::int64_t{1}, year_member(i / 14), first + (i % 14) * 26 + static_cast<std::int64_t>(chance() % 26), ms(), ms(), ms(), ms()});
         });
    to.fill(RowList("quiz_theme", {big("organisation"), text("member"), text("theme"), big("asked"), big("correct")}, ""), members * 8,
         [&](RowList& rows, int i) { rows.add({std::int64_t{1}, year_member(i / 8), fmt::format("t{}", i % 8), std::int64_t{7}, std::int64_t{4}}); });
    to.fill(RowList("quiz_question", {big("organisation"), text("theme"), text("question"), big("slot"), big("asked"), big("correct"), big("n"), big("sum_right"), big("sum_rest"),
                                        big("sum_rest_squared"), big("sum_right_rest")}, ""),
         2'000 * 8, [&](RowList& rows, int i) {
             rows.add({std::int64_t{1}, fmt::format("t{}", i / 2'000), fmt::format("q{}", i / 8), std::int64_t{i % 8}, std::int64_t{175}, std::int64_t{100}, std::int64_t{170},
                       std::int64_t{90}, std::int64_t{900'000}, std::int64_t{6'000'000'000}, std::int64_t{500'000}});
         });
    const auto seq = [](int i) { return std::int64_t{i} + 1; };
    to.fill(RowList("activity_at", {big("organisation"), text("activity"), text("kiosk"), text("name"), text("type"), text("branch"), big("planned_ms"), text("host"), big("opened_seq"),
                                      big("opened_boot"), big("opened_at_ms"), big("opened_mono_ms"), big("opened_trusted"), big("opened_settled"), big("arrived_ms"), big("opened_ms"), big("day"),
                                      big("closed_seq"), big("closed_ms"), big("expected"), big("guests")}, ""),
         activities, [&](RowList& rows, int i) {
             const std::int64_t day = first + i % 365, ms = begin_of_day(day).unix_ms + 30'000'000;
             rows.add({std::int64_t{1}, fmt::format("a-{:08}", i), fmt::format("k-{:016x}", i % kiosks), "党课", "party_class", fmt::format("支部{}", i % branches), nullptr, "", seq(i),
                       std::int64_t{1}, ms, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, ms, ms, day, seq(i) + 500, ms + 1, std::int64_t{120}, std::int64_t{2}});
         });
    to.fill(RowList("attendance", {big("organisation"), text("activity"), text("member"), text("kiosk"), big("came_seq"), big("came_boot"), big("came_at_ms"), big("came_mono_ms"),
                                     big("came_trusted"), big("came_settled"), big("arrived_ms"), big("came_ms"), big("day"), big("late"), big("tap_seq"), big("tap_left"), big("tap_ms")}, ""),
         activities * 100, [&](RowList& rows, int i) {
             const int activity = i / 100;
             const std::int64_t day = first + activity % 365, ms = begin_of_day(day).unix_ms + 30'000'000;
             rows.add({std::int64_t{1}, fmt::format("a-{:08}", activity), year_member((activity % branches) + (i % 100) * branches), fmt::format("k-{:016x}", activity % kiosks), seq(i % 100) + activity,
                       std::int64_t{1}, ms, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, ms, ms + i % 100, day, std::int64_t{i % 9 == 0}, std::int64_t{0}, std::int64_t{0}, std::int64_t{0}});
         });
    to.fill(RowList("kiosk_health", {big("organisation"), text("kiosk"), big("seen_ms"), big("last_seq")}, ""), kiosks,
         [&](RowList& rows, int i) { rows.add({std::int64_t{1}, fmt::format("k-{:016x}", i), std::int64_t{1}, std::int64_t{5'000}}); });
    return to.done();
}

}  // namespace

Result<void> write_year_of_sums(Sql& sql, const SecretKey& key) {
    if (auto written = in_transaction(sql, [&] { return write_rows(sql, key); }); !written) return written;
    const std::int64_t first = china_day(Date{2026, 1, 1});
    if (auto set = set_centre_policy(sql, 1, first, R"({"activity_hours":{"party_class":2}})"); !set) return set;
    if (auto set = set_centre_policy(sql, 1, first + 181, R"({"activity_hours":{"party_class":1},"minutes_per_hour":50})"); !set) return set;
    // As the server does by itself after a policy was changed.
    if (auto made = refresh_hours(sql, 1); !made) return made;
    return sql.dialect() == Sql::Dialect::postgres ? sql.run_script("ANALYZE") : Result<void>();
}

}  // namespace xinghuo
