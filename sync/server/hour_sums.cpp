#include "sync/server/hour_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "sync/server/roll_ups.h"
#include "sync/server/row_list.h"

namespace xinghuo {
namespace {

constexpr std::size_t members_at_once = 500;   // of one transaction, about
constexpr std::size_t marks_at_once = 200;

struct DaySpan {
    std::int64_t from = 0, to = -1;  // inclusive
    [[nodiscard]] bool empty() const { return to < from; }
    [[nodiscard]] std::int64_t days() const { return to - from + 1; }
    friend bool operator==(const DaySpan&, const DaySpan&) = default;
};
DaySpan both(const DaySpan& a, const DaySpan& b) { return {std::max(a.from, b.from), std::min(a.to, b.to)}; }
DaySpan year_span(int year) { return {china_day(Date{year, 1, 1}), china_day(Date{year, 12, 31})}; }
std::array<DaySpan, 4> quarters_of(int year) {
    std::array<DaySpan, 4> quarters;
    for (int i = 0; i < 4; ++i) {
        const std::int64_t end = i == 3 ? china_day(Date{year + 1, 1, 1}) : china_day(Date{year, i * 3 + 4, 1});
        quarters[static_cast<std::size_t>(i)] = {china_day(Date{year, i * 3 + 1, 1}), end - 1};
    }
    return quarters;
}

// About as many rows are read for a stretch that is kept as for so many days.
constexpr std::int64_t stretch_cost = 20;
std::int64_t cost_of(const std::vector<HourPart>& parts) {
    std::int64_t cost = 0;
    for (const HourPart& part : parts) cost += part.kept ? stretch_cost : part.to_day - part.from_day + 1;
    return cost;
}
void add_part(std::vector<HourPart>& parts, bool minus, bool kept, const DaySpan& span, const Policy& policy) {
    if (!span.empty()) parts.push_back({minus, kept, span.from, span.to, policy});
}
// `wanted`, within the stretch of one policy and year, by quarters and days.
std::vector<HourPart> by_quarters(int year, const DaySpan& stretch, const DaySpan& wanted, bool minus, const Policy& policy) {
    std::vector<HourPart> parts;
    for (const DaySpan& calendar : quarters_of(year)) {
        const DaySpan quarter = both(calendar, stretch), here = both(quarter, wanted);
        if (here.empty()) continue;
        if (here == quarter) {
            add_part(parts, minus, true, quarter, policy);
        } else if (here.days() <= quarter.days() - here.days() + stretch_cost) {
            add_part(parts, minus, false, here, policy);
        } else {
            add_part(parts, minus, true, quarter, policy);
            add_part(parts, !minus, false, {quarter.from, here.from - 1}, policy);
            add_part(parts, !minus, false, {here.to + 1, quarter.to}, policy);
        }
    }
    return parts;
}

struct HourSum {
    std::array<std::int64_t, 4> ms{};
    std::int64_t credited = 0, activities = 0;
};
using HourKey = std::tuple<std::int64_t, std::int64_t, std::string>;  // first day, last day, member

std::int64_t credited_ms(const Policy& policy, const std::array<std::int64_t, 4>& ms) {
    std::int64_t sum = 0;
    for (const auto& [label, counts] : policy.counts)
        if (counts) sum += ms[static_cast<std::size_t>(label)];
    return policy.daily_cap_minutes == 0 ? sum : std::min(sum, std::int64_t{policy.daily_cap_minutes} * 60'000);
}

std::string places_of(const std::vector<std::string>& members, std::vector<SqlValue>& values) {
    std::string places;
    for (const std::string& member : members) {
        values.emplace_back(member);
        places += fmt::format("{}${}", places.empty() ? "" : ", ", values.size());
    }
    return places;
}

// The rows of some members, of one year or of all, made anew.
class HoursOfMembers {
public:
    HoursOfMembers(Sql& sql, Organisation organisation, const std::vector<Policies::Entry>& table) : sql_(sql), organisation_(organisation), table_(table) {}

    Result<void> make(std::vector<std::string> members, int year, std::set<int> years) {
        members_ = std::move(members);
        sums_.clear();
        stretches_.clear();
        for (const int one : years) know(one);
        const DaySpan days = year == 0 ? DaySpan{INT64_MIN / 2, INT64_MAX / 2} : year_span(year);
        if (auto read = add_study(days); !read) return read;
        if (auto read = add_activities(days); !read) return read;
        return write();
    }
    [[nodiscard]] std::set<int> years() const {
        std::set<int> years;
        for (const auto& [year, stretches] : stretches_) years.insert(year);
        return years;
    }

private:
    struct Stretch {
        DaySpan days;
        Policy policy;
    };
    const std::vector<Stretch>& know(int year) {
        const auto found = stretches_.find(year);
        if (found != stretches_.end()) return found->second;
        std::vector<Stretch>& stretches = stretches_[year];
        const DaySpan whole = year_span(year);
        for (const PolicySpan& span : policy_spans(table_, whole.from, whole.to)) {
            const DaySpan days{span.from_day, span.to_day};
            stretches.push_back({days, span.policy});
            for (const DaySpan& quarter : quarters_of(year))
                if (const DaySpan part = both(quarter, days); !part.empty() && part != days) stretches.push_back({part, span.policy});
        }
        return stretches;
    }
    template <class Add>
    void each_stretch(const std::string& member, std::int64_t day, const Add& add) {
        for (const Stretch& stretch : know(date_of_day(day).year))
            if (day >= stretch.days.from && day <= stretch.days.to) add(sums_[{stretch.days.from, stretch.days.to, member}], stretch.policy);
    }

    Result<void> add_study(const DaySpan& days) {
        std::vector<SqlValue> values{organisation_, days.from, days.to};
        const std::string places = places_of(members_, values);
        auto rows = sql_.query("SELECT member, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day WHERE organisation = $1 AND day >= $2 AND day <= $3 AND member IN (" + places + ")", values);
        if (!rows) return rows.error();
        for (const SqlRow& row : *rows) {
            const std::array<std::int64_t, 4> ms = {row.integer(2), row.integer(3), row.integer(4), row.integer(5)};
            each_stretch(row.text(0), row.integer(1), [&](HourSum& sum, const Policy& policy) {
                for (std::size_t i = 0; i < ms.size(); ++i) sum.ms[i] += ms[i];
                sum.credited += credited_ms(policy, ms);
            });
        }
        return {};
    }
    // Whoever came to one activity at two terminals came once.
    Result<void> add_activities(const DaySpan& days) {
        std::vector<SqlValue> values{organisation_, no_seq};
        const std::string places = places_of(members_, values);
        auto rows = sql_.query("SELECT a.member, a.activity, a.day, v.type FROM attendance a LEFT JOIN activity_at v ON v.organisation = a.organisation AND v.activity = a.activity AND v.kiosk = a.kiosk "
                               "WHERE a.organisation = $1 AND a.came_seq <> $2 AND a.member IN (" + places + ") ORDER BY a.member, a.activity, a.kiosk",
                               values);
        if (!rows) return rows.error();
        const SqlRow* before = nullptr;
        for (const SqlRow& row : *rows) {
            const bool again = before != nullptr && before->text(0) == row.text(0) && before->text(1) == row.text(1);
            before = &row;
            if (again || row.null(3) || row.integer(2) < days.from || row.integer(2) > days.to) continue;
            each_stretch(row.text(0), row.integer(2), [&](HourSum& sum, const Policy& policy) {
                const auto hours = policy.activity_hours.find(row.text(3));
                if (hours != policy.activity_hours.end()) sum.activities += activity_e4(hours->second);
            });
        }
        return {};
    }
    Result<void> write() {
        std::vector<SqlValue> values{organisation_, std::int64_t{0}, std::int64_t{0}};
        const std::string gone = "DELETE FROM member_hours WHERE organisation = $1 AND first_day = $2 AND last_day = $3 AND member IN (" + places_of(members_, values) + ")";
        for (const auto& [year, stretches] : stretches_)
            for (const Stretch& stretch : stretches) {
                values[1] = stretch.days.from;
                values[2] = stretch.days.to;
                if (auto done = sql_.run(gone, values); !done) return done;
            }
        RowList rows("member_hours",
                     {{"organisation", SqlType::bigint}, {"first_day", SqlType::bigint}, {"last_day", SqlType::bigint}, {"member", SqlType::text}, {"touch_ms", SqlType::bigint},
                      {"media_ms", SqlType::bigint}, {"reading_ms", SqlType::bigint}, {"quiz_ms", SqlType::bigint}, {"credited_ms", SqlType::bigint}, {"activity_e4", SqlType::bigint}},
                     "");
        for (const auto& [key, sum] : sums_)
            rows.add({organisation_, std::get<0>(key), std::get<1>(key), std::get<2>(key), sum.ms[0], sum.ms[1], sum.ms[2], sum.ms[3], sum.credited, sum.activities});
        return rows.insert(sql_);
    }

    Sql& sql_;
    Organisation organisation_;
    const std::vector<Policies::Entry>& table_;
    std::vector<std::string> members_;
    std::map<int, std::vector<Stretch>> stretches_;
    std::map<HourKey, HourSum> sums_;
};

Result<void> save_mark(Sql& sql, Organisation organisation, const std::string& batch, const std::string& who) {
    RowList rows("hours_stale", {{"organisation", SqlType::bigint}, {"batch", SqlType::text}, {"who", SqlType::text}}, "");
    rows.add({organisation, batch, who});
    return rows.insert(sql);
}

constexpr const char* everybody = R"({"all":true})";

// Everybody there is, as marks of some hundred. What was kept under other policies is at other stretches: it goes.
Result<void> spread(Sql& sql, Organisation organisation) {
    if (auto gone = sql.run("DELETE FROM member_hours WHERE organisation = $1", {organisation}); !gone) return gone;
    auto rows = sql.query("SELECT member FROM study_day WHERE organisation = $1 UNION SELECT member FROM attendance WHERE organisation = $1", {organisation});
    if (!rows) return rows.error();
    const std::string batch = "all-" + to_hex(random_bytes(8));
    for (std::size_t i = 0; i < rows->size(); i += members_at_once) {
        HourMarks marks;
        for (std::size_t n = i; n < std::min(rows->size(), i + members_at_once); ++n) marks.member((*rows)[n].text(0));
        if (auto saved = marks.save(sql, organisation, fmt::format("{}-{:08}", batch, i)); !saved) return saved;
    }
    return {};
}

struct Stale {
    std::map<int, std::set<std::string>> members;
    std::set<std::string> activities;
    bool all = false;
    [[nodiscard]] std::size_t size() const {
        std::size_t sum = activities.size();
        for (const auto& [year, ids] : members) sum += ids.size();
        return sum;
    }
};
Result<void> read_mark(const std::string& who, Stale& stale) {
    auto tree = JsonTree::parse(who);
    if (!tree) return tree.error().within("reading what hours are stale");
    stale.all = stale.all || tree->root()["all"].boolean();
    for (const JsonValue& one : tree->root()["activities"].items()) stale.activities.emplace(one.string());
    for (const JsonValue& group : tree->root()["members"].items()) {
        const std::string_view text = group["year"].number_text();
        int year = 0;
        std::from_chars(text.data(), text.data() + text.size(), year);
        for (const JsonValue& one : group["ids"].items()) stale.members[year].emplace(one.string());
    }
    return {};
}

// One transaction's worth. False: nothing was marked.
Result<bool> refresh_some(Sql& sql, Organisation organisation) {
    // Whoever else makes rows anew, or changes a policy, waits here.
    auto state = sql.query("INSERT INTO hours_state (organisation, generation, built, first_year, last_year) VALUES ($1, 0, 0, 0, 0) "
                           "ON CONFLICT (organisation) DO UPDATE SET generation = hours_state.generation RETURNING built, first_year, last_year",
                           {organisation});
    if (!state) return state.error();
    if (state->front().integer(0) == 0) {
        if (auto spread_out = spread(sql, organisation); !spread_out) return spread_out.error();
        if (auto noted = sql.run("UPDATE hours_state SET built = 1 WHERE organisation = $1", {organisation}); !noted) return noted.error();
    }
    auto marks = sql.query("SELECT batch, who FROM hours_stale WHERE organisation = $1 ORDER BY batch LIMIT $2", {organisation, static_cast<std::int64_t>(marks_at_once)});
    if (!marks) return marks.error();
    if (marks->empty()) return false;
    Stale stale;
    std::vector<std::string> taken;
    for (const SqlRow& mark : *marks) {
        if (!taken.empty() && stale.size() >= members_at_once) break;
        if (auto read = read_mark(mark.text(1), stale); !read) return read.error();
        taken.push_back(mark.text(0));
    }
    if (stale.all) {
        if (auto spread_out = spread(sql, organisation); !spread_out) return spread_out.error();
    }
    for (const std::string& activity : stale.activities) {
        auto rows = sql.query("SELECT DISTINCT member FROM attendance WHERE organisation = $1 AND activity = $2", {organisation, activity});
        if (!rows) return rows.error();
        for (const SqlRow& row : *rows) stale.members[0].insert(row.text(0));
    }
    auto table = centre_policies(sql, organisation);
    if (!table) return table.error();
    int first = static_cast<int>(state->front().integer(1)), last = static_cast<int>(state->front().integer(2));
    HoursOfMembers hours(sql, organisation, *table);
    for (const auto& [year, ids] : stale.members) {
        std::set<int> years;
        if (year != 0) years.insert(year);
        else if (first != 0)
            for (int one = first; one <= last; ++one) years.insert(one);
        for (auto it = ids.begin(); it != ids.end();) {
            std::vector<std::string> some;
            for (; it != ids.end() && some.size() < members_at_once; ++it) some.push_back(*it);
            if (auto made = hours.make(std::move(some), year, years); !made) return made.error();
            for (const int one : hours.years()) {
                first = first == 0 ? one : std::min(first, one);
                last = std::max(last, one);
            }
        }
    }
    if (auto noted = sql.run("UPDATE hours_state SET first_year = $2, last_year = $3 WHERE organisation = $1", {organisation, std::int64_t{first}, std::int64_t{last}}); !noted)
        return noted.error();
    std::vector<SqlValue> values{organisation};
    const std::string places = places_of(taken, values);
    if (auto done = sql.run("DELETE FROM hours_stale WHERE organisation = $1 AND batch IN (" + places + ")", values); !done) return done.error();
    return true;
}

}  // namespace

std::int64_t activity_e4(double hours) { return std::llround(hours * 10'000); }

void HourMarks::study(const std::string& member, std::int64_t day) { members_[date_of_day(day).year].insert(member); }

Result<void> HourMarks::save(Sql& sql, Organisation organisation, const std::string& batch) const {
    if (members_.empty() && activities_.empty()) return {};
    JsonWriter out;
    out.object().key("members").array();
    for (const auto& [year, ids] : members_) {
        out.object().key("year").value(year).key("ids").array();
        for (const std::string& id : ids) out.value(id);
        out.end().end();
    }
    out.end().key("activities").array();
    for (const std::string& id : activities_) out.value(id);
    return save_mark(sql, organisation, batch, out.end().end().text());
}

Result<void> mark_all_hours(Sql& sql, Organisation organisation) {
    auto noted = sql.run("INSERT INTO hours_state (organisation, generation, built, first_year, last_year) VALUES ($1, 1, 0, 0, 0) "
                         "ON CONFLICT (organisation) DO UPDATE SET generation = hours_state.generation + 1",
                         {organisation});
    if (!noted) return noted;
    return save_mark(sql, organisation, "policy-" + to_hex(random_bytes(8)), everybody);
}

Result<void> refresh_hours(Sql& sql, Organisation organisation) {
    auto good = sql.integer_or(0, "SELECT built FROM hours_state WHERE organisation = $1 AND NOT EXISTS (SELECT 1 FROM hours_stale WHERE organisation = $1)", {organisation});
    if (!good) return good.error().within("making hours anew");
    if (*good != 0) return {};
    for (bool more = true; more;) {
        auto done = in_transaction(sql, [&]() -> Result<void> {
            auto some = refresh_some(sql, organisation);
            if (!some) return some.error();
            more = *some;
            return {};
        });
        if (!done) return done.error().within("making hours anew");
    }
    return {};
}

Result<std::int64_t> hours_generation(Sql& sql, Organisation organisation) {
    return sql.integer_or(0, "SELECT generation FROM hours_state WHERE organisation = $1", {organisation});
}

std::vector<HourPart> hour_parts(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day) {
    std::vector<HourPart> all;
    const DaySpan period{from_day, to_day};
    for (int year = date_of_day(from_day).year; year <= date_of_day(to_day).year; ++year) {
        const DaySpan whole = year_span(year);
        for (const PolicySpan& span : policy_spans(table, whole.from, whole.to)) {
            const DaySpan stretch{span.from_day, span.to_day}, wanted = both(stretch, period);
            if (wanted.empty()) continue;
            if (wanted == stretch) {
                add_part(all, false, true, stretch, span.policy);
                continue;
            }
            std::vector<HourPart> direct = by_quarters(year, stretch, wanted, false, span.policy), less;
            add_part(less, false, true, stretch, span.policy);
            for (const DaySpan& outside : {DaySpan{stretch.from, wanted.from - 1}, DaySpan{wanted.to + 1, stretch.to}}) {
                const std::vector<HourPart> parts = by_quarters(year, stretch, outside, true, span.policy);
                less.insert(less.end(), parts.begin(), parts.end());
            }
            const std::vector<HourPart>& best = cost_of(direct) <= cost_of(less) ? direct : less;
            all.insert(all.end(), best.begin(), best.end());
        }
    }
    return all;
}

}  // namespace xinghuo
