#include "sync/server/hour_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "sync/server/hour_parts.h"
#include "sync/server/roll_ups.h"
#include "sync/server/row_list.h"

namespace xinghuo {
namespace {

constexpr std::size_t marks_at_once = 200;
constexpr int pieces_of_a_report = 3;          // of what batches left; what is more is made by whoever tends the server
constexpr std::size_t cleared_at_once = 5'000;
constexpr std::int64_t no_day = INT64_MAX / 2;

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

// The rows of some members and days (whole years) made anew.
class HoursOfMembers {
public:
    HoursOfMembers(Sql& sql, Organisation organisation, const std::vector<Policies::Entry>& table) : sql_(sql), organisation_(organisation), table_(table) {}

    // `years`: of which there may be rows.
    Result<void> make(std::vector<std::string> members, const DaySpan& days, const std::set<int>& years) {
        members_ = std::move(members);
        sums_.clear();
        stretches_.clear();
        for (const int one : years) know(one);
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
        const DaySpan whole = days_of_year(year);
        for (const PolicySpan& span : policy_spans(table_, whole.from, whole.to)) {
            const DaySpan days{span.from_day, span.to_day};
            stretches.push_back({days, span.policy});
            for (const DaySpan& quarter : quarters_of_year(year))
                if (const DaySpan part = days_in_both(quarter, days); !part.empty() && part != days) stretches.push_back({part, span.policy});
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
    RowList rows("hours_stale", {{"organisation", SqlType::bigint}, {"batch", SqlType::text}, {"who", SqlType::text}},
                 "ON CONFLICT (organisation, batch) DO UPDATE SET who = excluded.who");
    rows.add({organisation, batch, who});
    return rows.insert(sql);
}

int year_of(JsonValue node) {
    const std::string_view text = node.number_text();
    int year = 0;
    std::from_chars(text.data(), text.data() + text.size(), year);
    return year;
}

// Over everybody, by id. One row of hours_stale, which only whoever has locked the row of hours_state touches.
constexpr const char* walk_batch = "walk";
struct Walk {
    int from_year = 0;      // 0: all years
    bool cleared = false;   // of rows made under other policies
    std::string after;      // made up to this member
};
Result<std::optional<Walk>> read_walk(Sql& sql, Organisation organisation) {
    auto rows = sql.query("SELECT who FROM hours_stale WHERE organisation = $1 AND batch = $2", {organisation, walk_batch});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Walk>();
    auto tree = JsonTree::parse(rows->front().text(0));
    if (!tree) return tree.error().within("reading how far the hours are made");
    return std::optional<Walk>({year_of(tree->root()["year"]), tree->root()["cleared"].boolean(), std::string(tree->root()["after"].string())});
}
// "all" is for servers of before, should one run beside this one: they make everybody anew.
Result<void> save_walk(Sql& sql, Organisation organisation, const Walk& walk) {
    JsonWriter out;
    out.object().key("all").value(true).key("year").value(walk.from_year).key("cleared").value(walk.cleared).key("after").value(walk.after).end();
    return save_mark(sql, organisation, walk_batch, out.text());
}
// From its beginning, and from the earlier year.
Result<void> begin_walk(Sql& sql, Organisation organisation, int from_year) {
    auto walk = read_walk(sql, organisation);
    if (!walk) return walk.error();
    return save_walk(sql, organisation, {*walk ? std::min((*walk)->from_year, from_year) : from_year, false, ""});
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
    for (const JsonValue& group : tree->root()["members"].items())
        for (const JsonValue& one : group["ids"].items()) stale.members[year_of(group["year"])].emplace(one.string());
    return {};
}

// One transaction. Whoever else makes rows anew, or changes a policy, waits where it begins.
class HoursPiece {
public:
    static Result<HoursPiece> begin(Sql& sql, Organisation organisation) {
        auto state = sql.query("INSERT INTO hours_state (organisation, generation, built, first_year, last_year) VALUES ($1, 0, 0, 0, 0) "
                               "ON CONFLICT (organisation) DO UPDATE SET generation = hours_state.generation RETURNING built, first_year, last_year",
                               {organisation});
        if (!state) return state.error();
        auto table = centre_policies(sql, organisation);
        if (!table) return table.error();
        HoursPiece piece(sql, organisation);
        piece.built_ = state->front().integer(0) != 0;
        piece.first_ = static_cast<int>(state->front().integer(1));
        piece.last_ = static_cast<int>(state->front().integer(2));
        piece.table_ = std::move(*table);
        return piece;
    }

    // What batches left. False: nothing.
    Result<bool> marked(std::size_t members_at_once) {
        auto marks = sql_->query("SELECT batch, who FROM hours_stale WHERE organisation = $1 AND batch <> $2 ORDER BY batch LIMIT $3",
                                 {organisation_, walk_batch, static_cast<std::int64_t>(marks_at_once)});
        if (!marks) return marks.error();
        if (marks->empty()) return false;
        Stale stale;
        std::vector<std::string> taken;
        for (const SqlRow& mark : *marks) {
            if (!taken.empty() && stale.size() >= members_at_once) break;
            if (auto read = read_mark(mark.text(1), stale); !read) return read.error();
            taken.push_back(mark.text(0));
        }
        // A server of before changed a policy.
        if (stale.all) {
            if (auto noted = sql_->run("UPDATE hours_state SET generation = generation + 1 WHERE organisation = $1", {organisation_}); !noted) return noted.error();
            if (auto begun = begin_walk(*sql_, organisation_, 0); !begun) return begun.error();
        }
        for (const std::string& activity : stale.activities) {
            auto rows = sql_->query("SELECT DISTINCT member FROM attendance WHERE organisation = $1 AND activity = $2", {organisation_, activity});
            if (!rows) return rows.error();
            for (const SqlRow& row : *rows) stale.members[0].insert(row.text(0));
        }
        for (const auto& [year, ids] : stale.members)
            for (auto it = ids.begin(); it != ids.end();) {
                std::vector<std::string> some;
                for (; it != ids.end() && some.size() < hours_members_at_once; ++it) some.push_back(*it);
                if (auto made = make(std::move(some), year, year == 0 ? INT_MAX : year); !made) return made.error();
            }
        std::vector<SqlValue> values{organisation_};
        const std::string places = places_of(taken, values);
        if (auto done = sql_->run("DELETE FROM hours_stale WHERE organisation = $1 AND batch IN (" + places + ")", values); !done) return done.error();
        return true;
    }
    // The next step of the walk. False: there is none.
    Result<bool> walk(std::size_t members_at_once) {
        auto found = read_walk(*sql_, organisation_);
        if (!found) return found.error();
        if (!built_) {
            *found = Walk();
            if (auto noted = sql_->run("UPDATE hours_state SET built = 1 WHERE organisation = $1", {organisation_}); !noted) return noted.error();
        }
        if (!*found) return false;
        Walk& walk = **found;
        if (!walk.cleared) {
            auto done = clear(walk.from_year);
            if (!done) return done.error();
            walk.cleared = *done;
        } else {
            auto members = members_after(*sql_, organisation_, walk.after, members_at_once);
            if (!members) return members.error();
            if (members->empty()) {
                if (auto done = sql_->run("DELETE FROM hours_stale WHERE organisation = $1 AND batch = $2", {organisation_, walk_batch}); !done) return done.error();
                return true;
            }
            walk.after = members->back();
            if (auto made = make(std::move(*members), walk.from_year, INT_MAX); !made) return made.error();
        }
        if (auto saved = save_walk(*sql_, organisation_, walk); !saved) return saved.error();
        return true;
    }

private:
    HoursPiece(Sql& sql, Organisation organisation) : sql_(&sql), organisation_(organisation) {}

    Result<void> make(std::vector<std::string> members, int from_year, int to_year) {
        std::set<int> years;
        if (from_year == to_year) years.insert(from_year);
        for (int one = std::max(first_, from_year); first_ != 0 && one <= std::min(last_, to_year); ++one) years.insert(one);
        HoursOfMembers hours(*sql_, organisation_, table_);
        const DaySpan days = {from_year == 0 ? -no_day : days_of_year(from_year).from, to_year == INT_MAX ? no_day : days_of_year(to_year).to};
        if (auto made = hours.make(std::move(members), days, years); !made) return made;
        const int first = first_, last = last_;
        for (const int one : hours.years()) {
            first_ = first_ == 0 ? one : std::min(first_, one);
            last_ = std::max(last_, one);
        }
        if (first_ == first && last_ == last) return {};
        return sql_->run("UPDATE hours_state SET first_year = $2, last_year = $3 WHERE organisation = $1", {organisation_, std::int64_t{first_}, std::int64_t{last_}});
    }
    // Some thousand rows of these years go, at whatever stretches. True: they were the last.
    Result<bool> clear(int from_year) {
        const std::int64_t from = from_year == 0 ? -no_day : days_of_year(from_year).from;
        auto end = sql_->query("SELECT first_day, last_day, member FROM member_hours WHERE organisation = $1 AND first_day >= $2 ORDER BY first_day, last_day, member LIMIT 1 OFFSET $3",
                               {organisation_, from, static_cast<std::int64_t>(cleared_at_once)});
        if (!end) return end.error();
        std::vector<SqlValue> values{organisation_, from};
        std::string up_to;
        if (!end->empty()) {
            up_to = " AND (first_day, last_day, member) <= ($3, $4, $5)";
            for (std::size_t i = 0; i < 3; ++i) values.push_back(end->front().value(i));
        }
        if (auto gone = sql_->run("DELETE FROM member_hours WHERE organisation = $1 AND first_day >= $2" + up_to, values); !gone) return gone.error();
        return end->empty();
    }

    Sql* sql_;
    Organisation organisation_;
    bool built_ = false;
    int first_ = 0, last_ = 0;  // years of which there are rows; 0: none
    std::vector<Policies::Entry> table_;
};

template <class Step>
Result<bool> in_a_piece(Sql& sql, Organisation organisation, const Step& step) {
    bool more = false;
    auto done = in_transaction(sql, [&]() -> Result<void> {
        auto piece = HoursPiece::begin(sql, organisation);
        if (!piece) return piece.error();
        auto some = step(*piece);
        if (!some) return some.error();
        more = *some;
        return {};
    });
    if (!done) return done.error().within("making hours anew");
    return more;
}

std::string marks_there(std::string_view organisation) {
    return fmt::format("EXISTS (SELECT 1 FROM hours_stale t WHERE t.organisation = {} AND t.batch <> '{}')", organisation, walk_batch);
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

Result<void> mark_hours_from(Sql& sql, Organisation organisation, std::int64_t day) {
    auto noted = sql.run("INSERT INTO hours_state (organisation, generation, built, first_year, last_year) VALUES ($1, 1, 0, 0, 0) "
                         "ON CONFLICT (organisation) DO UPDATE SET generation = hours_state.generation + 1",
                         {organisation});
    if (!noted) return noted;
    return begin_walk(sql, organisation, std::max(0, date_of_day(day).year));
}

Result<bool> refresh_some_hours(Sql& sql, Organisation organisation, std::size_t members) {
    auto due = sql.integer_or(0, "SELECT CASE WHEN EXISTS (SELECT 1 FROM hours_stale WHERE organisation = $1) OR NOT EXISTS (SELECT 1 FROM hours_state WHERE organisation = $1 AND built = 1) "
                                 "THEN 1 ELSE 0 END",
                              {organisation});
    if (!due) return due.error().within("making hours anew");
    if (*due == 0) return false;
    // In turns: neither many batches nor the walk keep the other waiting.
    auto marks = in_a_piece(sql, organisation, [&](HoursPiece& piece) { return piece.marked(members); });
    if (!marks) return marks.error();
    auto walked = in_a_piece(sql, organisation, [&](HoursPiece& piece) { return piece.walk(members); });
    if (!walked) return walked.error();
    return *marks || *walked;
}

Result<void> refresh_hours(Sql& sql, Organisation organisation) {
    for (;;) {
        auto more = refresh_some_hours(sql, organisation);
        if (!more) return more.error();
        if (!*more) return {};
    }
}

Result<HoursKept> hours_kept(Sql& sql, Organisation organisation, int last_year) {
    for (int made = 0;; ++made) {
        auto state = sql.query("SELECT generation, built, first_year, last_year, CASE WHEN " + marks_there("$1") + " THEN 1 ELSE 0 END FROM hours_state WHERE organisation = $1", {organisation});
        if (!state) return state.error();
        HoursKept kept;
        if (state->empty()) return kept;
        const SqlRow& row = state->front();
        kept.generation = row.integer(0);
        kept.first_year = static_cast<int>(row.integer(2));
        kept.last_year = static_cast<int>(row.integer(3));
        if (row.integer(1) == 0) return kept;
        auto walk = read_walk(sql, organisation);
        if (!walk) return walk.error();
        kept.anew_from = *walk ? (*walk)->from_year : INT_MAX;
        // Nothing was ever made: what is marked is the centre's first.
        const bool of_use = kept.first_year == 0 ? !*walk : std::min(kept.first_year, last_year) < kept.anew_from;
        if (row.integer(4) == 0 || !of_use) return kept;
        if (made == pieces_of_a_report) {
            kept.anew_from = 0;
            return kept;
        }
        auto done = in_a_piece(sql, organisation, [](HoursPiece& piece) { return piece.marked(hours_members_at_once); });
        if (!done) return done.error();
    }
}

std::string hours_still_so(std::int64_t generation, bool rows) {
    return fmt::format("COALESCE((SELECT CASE WHEN s.generation = {}{} THEN 1 ELSE 0 END FROM hours_state s WHERE s.organisation = $1), {})", generation,
                       rows ? " AND NOT " + marks_there("s.organisation") : "", generation == 0 && !rows ? 1 : 0);
}

Result<std::vector<std::string>> members_after(Sql& sql, Organisation organisation, const std::string& after, std::size_t count) {
    const auto of = [](const char* table) {
        return fmt::format("SELECT member FROM (SELECT DISTINCT member FROM {0} WHERE organisation = $1 AND member > $2 ORDER BY member LIMIT $3) AS of_{0}", table);
    };
    auto rows = sql.query("SELECT member FROM (" + of("study_day") + " UNION " + of("attendance") + ") AS met ORDER BY member LIMIT $3", {organisation, after, static_cast<std::int64_t>(count)});
    if (!rows) return rows.error();
    std::vector<std::string> members;
    for (const SqlRow& row : *rows) members.push_back(row.text(0));
    return members;
}

}  // namespace xinghuo
