// Hours by member and by branch. (reports.h, hour_sums.h)
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <climits>
#include <iterator>
#include <optional>

#include "sync/server/hour_parts.h"
#include "sync/server/hour_sums.h"
#include "sync/server/reports.h"

namespace xinghuo {
namespace {

constexpr std::array labels = {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz};
constexpr std::array label_columns = {"touch_ms", "media_ms", "reading_ms", "quiz_ms"};

double rounded(double hours) { return static_cast<double>(static_cast<std::int64_t>(hours * 100 + 0.5)) / 100; }
double minutes(std::int64_t ms) { return static_cast<double>((ms + 3'000) / 6'000) / 10; }

// ms that count on one day, capped, as SQL. Numbers are ours.
std::string credited_sql(const Policy& policy) {
    std::string sum;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto counts = policy.counts.find(labels[i]);
        if (counts != policy.counts.end() && counts->second) sum += (sum.empty() ? "d." : " + d.") + std::string(label_columns[i]);
    }
    if (sum.empty()) return "0";
    if (policy.daily_cap_minutes == 0) return "(" + sum + ")";
    const std::int64_t cap = std::int64_t{policy.daily_cap_minutes} * 60'000;
    return fmt::format("CASE WHEN {0} > {1} THEN {1} ELSE {0} END", sum, cap);
}

// Ten thousandths of an hour one attendance is worth, as SQL. Types are of activity_types(): read_policy() lets no other in.
std::string worth_sql(const Policy& policy) {
    std::string worth = "CASE v.type";
    for (const auto& [type, hours] : policy.activity_hours) worth += fmt::format(" WHEN '{}' THEN {}", type, activity_e4(hours));
    return worth + " ELSE 0 END";
}

// A branch's people are few.
std::string of_branch(std::size_t place) {
    return fmt::format(" AND d.member IN (SELECT q.id FROM person q JOIN branch c ON c.organisation = q.organisation AND c.id = q.branch WHERE q.organisation = $1 AND c.name = ${})", place);
}

// What a report of hours is made of, as things stand.
struct HoursPlan {
    std::int64_t generation = 0;
    double goal = 0;               // of the last day's policy
    std::vector<HourPart> parts;   // none: nobody studied in the period
    std::vector<PolicySpan> years; // the longest stretches that are kept and touch it: whoever is in the report is in one of them
    std::int64_t all_days = 0;     // that there are at the centre; 0: it is not read day by day
    [[nodiscard]] bool by_days() const { return all_days != 0; }
    [[nodiscard]] bool of_rows() const {
        return std::any_of(parts.begin(), parts.end(), [](const HourPart& part) { return part.kept; });
    }
    // As SQL: 1 when a statement has read what was planned.
    [[nodiscard]] std::string still_so() const { return hours_still_so(generation, of_rows()); }
};

// A plan's sums of members, as one SELECT: of those behind `after`, up to `last` (empty: without end).
class HoursOf {
public:
    HoursOf(const HoursPlan& plan, const ReportAsk& ask, const std::string& after, const std::string& last, bool by_label)
        : values_{ask.organisation}, by_label_(by_label), still_so_(plan.still_so()) {
        if (!after.empty()) {
            values_.emplace_back(after);
            of_whom_ += fmt::format(" AND d.member > ${}", values_.size());
        }
        if (!last.empty()) {
            values_.emplace_back(last);
            of_whom_ += fmt::format(" AND d.member <= ${}", values_.size());
        }
        if (!ask.within.empty()) {
            values_.emplace_back(ask.within);
            of_whom_ += of_branch(values_.size());
        }
        for (const HourPart& part : plan.parts)
            if (std::find(rates_.begin(), rates_.end(), part.policy.minutes_per_hour) == rates_.end()) rates_.push_back(part.policy.minutes_per_hour);
        for (const HourPart& part : plan.parts) {
            if (part.kept) {
                add(part, "d.", credited_column(part, "d.credited_ms"), "d.activity_e4",
                    fmt::format("member_hours d WHERE d.organisation = $1 AND d.first_day = {} AND d.last_day = {}", part.from_day, part.to_day), false);
                continue;
            }
            // Many of all days, of all members: one walk along the key, and each member's are added up on the way.
            const bool many = of_whom_.empty() && (part.to_day - part.from_day + 1) * 4 >= plan.all_days && plan.by_days();
            // Few members: their days are looked up. All of them: along the days.
            const char* by = of_whom_.empty() && !many ? "" : "+";
            add(part, "d.", credited_column(part, credited_sql(part.policy)), "0",
                fmt::format("study_day d WHERE d.organisation = $1 AND {0}d.day >= {1} AND {0}d.day <= {2}", by, part.from_day, part.to_day), many);
            if (part.policy.activity_hours.empty()) continue;
            // Whoever came to one activity at two terminals came once.
            add(part, "", credited_column(part, "0"), worth_sql(part.policy),
                fmt::format("attendance d JOIN activity_at v ON v.organisation = d.organisation AND v.activity = d.activity AND v.kiosk = d.kiosk WHERE d.organisation = $1 "
                            "AND {0}d.day >= {1} AND {0}d.day <= {2} AND d.came_seq <> 9223372036854775807 AND NOT EXISTS (SELECT 1 FROM attendance e WHERE e.organisation = d.organisation "
                            "AND e.activity = d.activity AND e.member = d.member AND e.kiosk < d.kiosk AND e.came_seq <> 9223372036854775807)",
                            by, part.from_day, part.to_day), many);
        }
    }
    [[nodiscard]] const std::vector<SqlValue>& values() const { return values_; }
    // member, touch_ms, media_ms, reading_ms, quiz_ms (by label only), activity_hours, hours, still_so: of everybody who has any.
    [[nodiscard]] std::string sql() const {
        std::string sums, hours = "CAST(SUM(u.activity_e4) AS double precision) / 10000";
        const std::string activity_hours = hours;
        for (std::size_t i = 0; i < rates_.size(); ++i) hours += fmt::format(" + CAST(SUM(u.credited_{}) AS double precision) / CAST({} AS double precision)", i, rates_[i] * 60'000);
        if (by_label_)
            for (const char* column : label_columns) sums += fmt::format(", CAST(SUM(u.{0}) AS bigint) AS {0}", column);
        return "SELECT u.member AS member" + sums + ", " + activity_hours + " AS activity_hours, " + hours + " AS hours, " + still_so_ + " AS still_so FROM (" + text_ + ") u GROUP BY u.member "
               "HAVING SUM(" + std::string(by_label_ ? "u.touch_ms + u.media_ms + u.reading_ms + u.quiz_ms" : "u.all_ms") + ") > 0 OR SUM(u.activity_e4) > 0";
    }

private:
    using Columns = std::vector<std::pair<std::string, std::string>>;  // of one part: name and words
    [[nodiscard]] Columns credited_column(const HourPart& part, const std::string& credited) const {
        Columns columns;
        for (std::size_t i = 0; i < rates_.size(); ++i)
            columns.emplace_back(fmt::format("credited_{}", i), (part.minus ? "-" : "") + (rates_[i] == part.policy.minutes_per_hour ? "(" + credited + ")" : std::string("0")));
        return columns;
    }
    // from_where: what is read. No table before the columns: they are 0.
    void add(const HourPart& part, const std::string& table, const Columns& credited, const std::string& worth, const std::string& from_where, bool summed) {
        const char* sign = part.minus ? "-" : "";
        Columns columns;
        if (!by_label_)
            columns.emplace_back("all_ms", table.empty() ? "0" : fmt::format("{0}({1}touch_ms + {1}media_ms + {1}reading_ms + {1}quiz_ms)", sign, table));
        else
            for (const char* column : label_columns) columns.emplace_back(column, table.empty() ? "0" : sign + table + column);
        columns.insert(columns.end(), credited.begin(), credited.end());
        columns.emplace_back("activity_e4", fmt::format("{}({})", sign, worth));
        if (!text_.empty()) text_ += " UNION ALL ";
        text_ += "SELECT d.member AS member";
        for (const auto& [name, words] : columns)
            text_ += summed && words != "0" && words != "(0)" ? fmt::format(", CAST(SUM({}) AS bigint) AS {}", words, name) : fmt::format(", {} AS {}", words, name);
        text_ += " FROM " + from_where + of_whom_ + (summed ? " GROUP BY d.member" : "");
    }

    std::vector<SqlValue> values_;
    bool by_label_;
    std::string of_whom_, text_, still_so_;
    std::vector<double> rates_;  // minutes per hour of the policies here
};

// Of the days there are.
Result<DaySpan> all_days(Sql& sql, Organisation organisation) {
    DaySpan all{INT64_MAX, INT64_MIN};
    for (const char* table : {"study_day", "attendance"})
        for (const char* which : {"MIN", "MAX"}) {
            auto rows = sql.query(fmt::format("SELECT {}(day) FROM {} WHERE organisation = $1", which, table), {organisation});
            if (!rows) return rows.error();
            if (rows->front().null(0)) continue;
            all.from = std::min(all.from, rows->front().integer(0));
            all.to = std::max(all.to, rows->front().integer(0));
        }
    return all;
}

// `only_days`: what is kept is not used.
Result<HoursPlan> plan_of(Sql& sql, const ReportAsk& ask, bool only_days) {
    auto kept = hours_kept(sql, ask.organisation, date_of_day(ask.to_day).year);
    if (!kept) return kept.error();
    auto table = centre_policies(sql, ask.organisation);
    if (!table) return table.error();
    const int anew_from = only_days ? 0 : kept->anew_from;
    HoursPlan plan;
    plan.generation = kept->generation;
    plan.goal = Policies::in_force(*table, ask.to_day).goal_hours;
    DaySpan period{ask.from_day, ask.to_day};
    if (anew_from <= date_of_day(ask.to_day).year) {
        auto all = all_days(sql, ask.organisation);
        if (!all) return all.error();
        if (all->empty()) return plan;
        plan.all_days = all->days();
        period = days_in_both(period, *all);
    } else {
        if (kept->first_year == 0) return plan;
        period = days_in_both(period, {days_of_year(kept->first_year).from, days_of_year(kept->last_year).to});
    }
    if (period.empty()) return plan;
    plan.parts = hour_parts(*table, period.from, period.to, anew_from);
    for (int year = date_of_day(period.from).year; year <= date_of_day(period.to).year && !plan.by_days(); ++year)
        for (PolicySpan& span : policy_spans(*table, days_of_year(year).from, days_of_year(year).to))
            if (span.from_day <= period.to && span.to_day >= period.from) plan.years.push_back(std::move(span));
    return plan;
}

// The last of the next `count` members who may be in the report; empty: there are not so many.
Result<std::string> page_end(Sql& sql, const ReportAsk& ask, const HoursPlan& plan, const std::string& after, std::size_t count) {
    if (plan.by_days()) {
        auto members = members_after(sql, ask.organisation, after, count);
        if (!members) return members.error();
        return members->size() < count ? std::string() : std::move(members->back());
    }
    std::string text;
    for (const PolicySpan& year : plan.years)
        text += fmt::format("{}SELECT member FROM (SELECT member FROM member_hours WHERE organisation = $1 AND first_day = {} AND last_day = {} AND member > $2 ORDER BY member LIMIT $3) AS y{}",
                            text.empty() ? "" : " UNION ", year.from_day, year.to_day, year.from_day);
    auto rows = sql.query("SELECT member FROM (" + text + ") AS met ORDER BY member LIMIT 1 OFFSET $4",
                          {ask.organisation, after, static_cast<std::int64_t>(count), static_cast<std::int64_t>(count) - 1});
    if (!rows) return rows.error();
    return rows->empty() ? std::string() : rows->front().text(0);
}

constexpr int attempts_at_most = 6;

// `read` tells nothing when what it read is not what was planned: batches came in between, or a policy was changed. Then it is asked again, at last without what is
// kept, which batches do not touch.
template <class Read>
Result<Report> as_planned(Sql& sql, const ReportAsk& ask, const Read& read) {
    for (int attempt = 1; attempt <= attempts_at_most; ++attempt) {
        auto plan = plan_of(sql, ask, attempt > attempts_at_most / 2);
        if (!plan) return plan.error().within("adding up hours");
        Result<std::optional<Report>> report = read(*plan);
        if (!report) return report.error().within("adding up hours");
        if (*report) return std::move(**report);
    }
    return Error{ErrorKind::io, "adding up hours: the policies are being changed all the time"};
}
// For a statement that had no rows to tell it with.
Result<bool> still_so(Sql& sql, const ReportAsk& ask, const HoursPlan& plan) {
    auto so = sql.integer_or(0, "SELECT " + plan.still_so(), {ask.organisation});
    if (!so) return so.error();
    return *so != 0;
}

constexpr std::size_t whole_list = 10'000;  // from so many rows on, all members are read at once

}  // namespace

Result<Report> hours_by_member(Sql& sql, People& people, const ReportAsk& ask) {
    return as_planned(sql, ask, [&](const HoursPlan& plan) -> Result<std::optional<Report>> {
        Report report;
        report.name = "hours";
        report.columns = {{"member"}, {"number"}, {"name"}, {"branch"}, {"hours", true}, {"activity_hours", true}, {"media_min", true}, {"reading_min", true}, {"quiz_min", true}, {"touch_min", true}};
        if (plan.parts.empty()) return std::optional<Report>(std::move(report));
        std::vector<SqlRow> members;
        std::string after = ask.after;
        for (;;) {
            Result<std::string> last = std::string();
            if (ask.within.empty() && ask.limit < whole_list) last = page_end(sql, ask, plan, after, ask.limit + 1);
            if (!last) return last.error();
            const HoursOf hours(plan, ask, after, *last, true);
            auto rows = sql.query(hours.sql() + fmt::format(" ORDER BY 1 LIMIT {}", ask.limit + 1 - members.size()), hours.values());
            if (!rows) return rows.error();
            auto so = rows->empty() ? still_so(sql, ask, plan) : Result<bool>(rows->front().integer(7) != 0);
            if (!so) return so.error();
            if (!*so) return std::optional<Report>();
            std::move(rows->begin(), rows->end(), std::back_inserter(members));
            // Some of them may have had none in this period: then it is not full yet.
            if (last->empty() || members.size() > ask.limit) break;
            after = *last;
        }
        if (members.size() > ask.limit) {
            members.pop_back();
            report.next = members.back().text(0);
        }
        std::set<std::string> ids;
        for (const SqlRow& row : members) ids.insert(row.text(0));
        auto known = people.of(ids);
        if (!known) return known.error();
        report.rows.reserve(members.size());
        for (const SqlRow& row : members) {
            const auto found = known->find(row.text(0));
            const Person person = found == known->end() ? Person{} : found->second;
            report.rows.push_back({row.text(0), person.number, person.name, person.branch, rounded(row.real(6)), rounded(row.real(5)), minutes(row.integer(2)), minutes(row.integer(3)),
                                   minutes(row.integer(4)), minutes(row.integer(1))});
        }
        return std::optional<Report>(std::move(report));
    });
}

Result<Report> hours_by_branch(Sql& sql, const ReportAsk& ask) {
    return as_planned(sql, ask, [&](const HoursPlan& plan) -> Result<std::optional<Report>> {
        struct BranchSum {
            std::int64_t members = 0, reached = 0;
            double hours = 0, activity_hours = 0;
        };
        std::map<std::int64_t, BranchSum> sums;
        if (!plan.parts.empty()) {
            const HoursOf hours(plan, ask, "", "", false);
            auto rows = sql.query(fmt::format("SELECT COALESCE(p.branch, 0), SUM(CASE WHEN m.hours > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN m.hours >= CAST({} AS double precision) THEN 1 ELSE 0 END), SUM(m.hours), SUM(m.activity_hours), MIN(m.still_so) FROM (",
                                              plan.goal) +
                                      hours.sql() + ") m LEFT JOIN person p ON p.organisation = $1 AND p.id = m.member GROUP BY 1",
                                  hours.values());
            if (!rows) return rows.error();
            auto so = rows->empty() ? still_so(sql, ask, plan) : Result<bool>(rows->front().integer(5) != 0);
            if (!so) return so.error();
            if (!*so) return std::optional<Report>();
            for (const SqlRow& row : *rows) sums[row.integer(0)] = {row.integer(1), row.integer(2), row.real(3), row.real(4)};
        }
        auto branches = sql.query("SELECT b.id, b.name, COALESCE(r.n, 0) FROM branch b LEFT JOIN (SELECT branch, COUNT(*) AS n FROM person WHERE organisation = $1 AND gone_ms = 0 "
                                  "GROUP BY branch) r ON r.branch = b.id WHERE b.organisation = $1 AND ($2 = '' OR b.name = $2) ORDER BY b.id",
                                  {ask.organisation, ask.within});
        if (!branches) return branches.error();
        Report report;
        report.name = "branch_hours";
        report.columns = {{"branch"}, {"roster", true}, {"with_hours", true}, {"hours", true}, {"activity_hours", true}, {"mean_hours", true}, {"goal", true}, {"reached", true}};
        const auto tell = [&](const std::string& name, std::int64_t roster, const BranchSum& sum) {
            const double mean = sum.members == 0 ? 0 : sum.hours / static_cast<double>(sum.members);
            report.rows.push_back({name, roster, sum.members, rounded(sum.hours), rounded(sum.activity_hours), rounded(mean), plan.goal, sum.reached});
        };
        for (const SqlRow& row : *branches) tell(row.text(1), row.integer(2), sums[row.integer(0)]);
        // Whom nobody can name any more, or not yet.
        if (sums.contains(0) && ask.within.empty()) tell("", 0, sums[0]);
        return std::optional<Report>(std::move(report));
    });
}

}  // namespace xinghuo
