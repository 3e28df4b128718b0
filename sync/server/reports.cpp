#include "sync/server/reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/server/roll_ups.h"

namespace xinghuo {
namespace {

constexpr std::array labels = {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz};
constexpr std::array label_columns = {"touch_ms", "media_ms", "reading_ms", "quiz_ms"};

// One activity of several terminals is one: what the first that opened it said, with everybody's guests.
#define ACTIVITIES_MERGED                                                                                                                                   \
    "SELECT v.activity, v.name, v.type, v.branch, v.planned_ms, v.opened_ms, v.closed_ms, v.day, v.expected, "                                             \
    "(SELECT CAST(SUM(g.guests) AS bigint) FROM activity_at g WHERE g.organisation = v.organisation AND g.activity = v.activity) "                           \
    "FROM activity_at v WHERE v.organisation = $1 AND v.opened_seq <> 9223372036854775807 AND NOT EXISTS (SELECT 1 FROM activity_at e "                       \
    "WHERE e.organisation = v.organisation AND e.activity = v.activity AND e.opened_seq <> 9223372036854775807 AND (e.opened_ms < v.opened_ms OR (e.opened_ms = v.opened_ms AND e.kiosk < v.kiosk))) "

struct ActivityFound {
    std::string id, name, type, branch;
    std::int64_t planned_ms = 0, opened_ms = 0, closed_ms = 0, day = 0, expected = 0, guests = 0;
};
ActivityFound activity_of(const SqlRow& row) {
    return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.integer(5), row.integer(6), row.integer(7), row.integer(8), row.integer(9)};
}

// Once for each member: the first coming, the last tap.
struct Coming {
    std::int64_t came_ms = 0, day = 0, left_ms = 0;
    bool late = false, left = false;
};
Result<std::map<std::string, Coming>> comings(Sql& sql, Organisation organisation, const std::string& activity) {
    auto rows = sql.query("SELECT member, came_ms, day, late, tap_seq, came_seq, tap_left, tap_ms FROM attendance WHERE organisation = $1 AND activity = $2 "
                          "AND came_seq <> 9223372036854775807 ORDER BY came_ms, kiosk, came_seq",
                          {organisation, activity});
    if (!rows) return rows.error();
    std::map<std::string, Coming> found;
    for (const SqlRow& row : *rows) {
        Coming coming{row.integer(1), row.integer(2), row.integer(7), row.integer(3) != 0, row.integer(4) > row.integer(5) && row.integer(6) != 0};
        const auto [place, fresh] = found.emplace(row.text(0), coming);
        if (!fresh) place->second.left = place->second.left && coming.left;  // at another terminal they are still there
    }
    return found;
}

// What a member studied in a period, in whole numbers; hours are made of it last.
struct MemberPeriod {
    std::string member;
    std::int64_t branch = 0;
    std::array<std::int64_t, 4> ms{};
    double hours = 0, activity_hours = 0;
};

// ms that count on one day, capped, as SQL. Numbers are ours.
std::string credited_sql(const Policy& policy) {
    std::string sum;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto counts = policy.counts.find(labels[i]);
        if (counts != policy.counts.end() && counts->second) sum += (sum.empty() ? "d." : " + d.") + std::string(label_columns[i]);
    }
    if (sum.empty()) return "0";
    if (policy.daily_cap_minutes == 0) return sum;
    const std::int64_t cap = std::int64_t{policy.daily_cap_minutes} * 60'000;
    return fmt::format("CASE WHEN {0} > {1} THEN {1} ELSE {0} END", sum, cap);
}

Result<std::vector<MemberPeriod>> study_of(Sql& sql, const ReportAsk& ask, const std::vector<PolicySpan>& spans, std::size_t limit) {
    std::string sums;
    for (const char* column : label_columns) sums += fmt::format(", CAST(SUM(d.{0}) AS bigint) AS {0}", column);
    std::string names;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const std::string credited = credited_sql(spans[i].policy);
        if (spans.size() == 1) sums += fmt::format(", CAST(SUM({}) AS bigint) AS span_{}", credited, i);
        else sums += fmt::format(", CAST(SUM(CASE WHEN d.day BETWEEN {} AND {} THEN {} ELSE 0 END) AS bigint) AS span_{}", spans[i].from_day, spans[i].to_day, credited, i);
        names += fmt::format(", s.span_{}", i);
    }
    // A branch's people are few: their days are looked up one by one.
    const std::string of_branch = ask.within.empty() ? "" : "AND d.member IN (SELECT q.id FROM person q JOIN branch c ON c.organisation = q.organisation AND c.id = q.branch "
                                                           "WHERE q.organisation = $1 AND c.name = $6) ";
    std::vector<SqlValue> values{ask.organisation, ask.from_day, ask.to_day, ask.after, static_cast<std::int64_t>(limit)};
    if (!ask.within.empty()) values.emplace_back(ask.within);
    auto rows = sql.query("SELECT s.member, COALESCE(p.branch, 0), s.touch_ms, s.media_ms, s.reading_ms, s.quiz_ms" + names + " FROM (SELECT d.member" + sums +
                              " FROM study_day d WHERE d.organisation = $1 AND d.day >= $2 AND d.day <= $3 AND d.member > $4 " + of_branch +
                              "GROUP BY d.member ORDER BY d.member LIMIT $5) s LEFT JOIN person p ON p.organisation = $1 AND p.id = s.member ORDER BY s.member",
                          values);
    if (!rows) return rows.error();
    std::vector<MemberPeriod> members;
    members.reserve(rows->size());
    for (const SqlRow& row : *rows) {
        MemberPeriod one;
        one.member = row.text(0);
        one.branch = row.integer(1);
        for (std::size_t i = 0; i < labels.size(); ++i) one.ms[i] = row.integer(2 + i);
        for (std::size_t i = 0; i < spans.size(); ++i) one.hours += static_cast<double>(row.integer(6 + i)) / 60'000 / spans[i].policy.minutes_per_hour;
        members.push_back(std::move(one));
    }
    return members;
}

// Hours one attendance is worth on its day, as SQL. Types are of activity_types(): read_policy() lets no other in.
std::string worth_sql(const std::vector<PolicySpan>& spans) {
    std::string all = "CASE";
    for (const PolicySpan& span : spans) {
        std::string worth = "0.0";
        if (!span.policy.activity_hours.empty()) {
            worth = "CASE v.type";
            for (const auto& [type, hours] : span.policy.activity_hours) worth += fmt::format(" WHEN '{}' THEN {:.4f}", type, hours);
            worth += " ELSE 0.0 END";
        }
        all += fmt::format(" WHEN a.day <= {} THEN {}", span.to_day, worth);
    }
    return all + " ELSE 0.0 END";
}

// Hours for activities, by member, of those behind ask.after and up to `last` (empty: without end). One walk along attendance_member.
Result<std::map<std::string, std::pair<std::int64_t, double>>> activity_credit(Sql& sql, const ReportAsk& ask, const std::vector<PolicySpan>& spans, const std::string& last) {
    std::map<std::string, std::pair<std::int64_t, double>> credit;  // branch, hours
    if (std::all_of(spans.begin(), spans.end(), [](const PolicySpan& span) { return span.policy.activity_hours.empty(); })) return credit;
    std::vector<SqlValue> values{ask.organisation, ask.from_day, ask.to_day, ask.after, last};
    if (!ask.within.empty()) values.emplace_back(ask.within);
    const std::string of_branch = ask.within.empty() ? "" : "AND a.member IN (SELECT q.id FROM person q JOIN branch c ON c.organisation = q.organisation AND c.id = q.branch "
                                                           "WHERE q.organisation = $1 AND c.name = $6) ";
    // Whoever came to one activity at two terminals came once. +a.day: the walk along the members is quicker than one along days that has to be sorted.
    auto rows = sql.query("SELECT s.member, COALESCE(p.branch, 0), s.hours FROM (SELECT a.member AS member, SUM(" + worth_sql(spans) +
                              ") AS hours FROM attendance a CROSS JOIN activity_at v WHERE v.organisation = $1 AND v.activity = a.activity AND v.kiosk = a.kiosk "
                              "AND a.organisation = $1 AND +a.day >= $2 AND +a.day <= $3 AND a.member > $4 AND ($5 = '' OR a.member <= $5) " + of_branch +
                              "AND a.came_seq <> 9223372036854775807 AND NOT EXISTS (SELECT 1 FROM attendance e WHERE e.organisation = $1 AND e.member = a.member "
                              "AND e.activity = a.activity AND e.kiosk < a.kiosk AND e.came_seq <> 9223372036854775807) GROUP BY a.member) s "
                              "LEFT JOIN person p ON p.organisation = $1 AND p.id = s.member "
                              "WHERE s.hours > 0",
                          values);
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) credit[row.text(0)] = {row.integer(1), row.real(2)};
    return credit;
}

// A page of members with study or activities, by id. `limit` + 1 at most, so that the caller sees whether there are more.
Result<std::vector<MemberPeriod>> periods(Sql& sql, const ReportAsk& ask, const std::vector<PolicySpan>& spans, std::size_t limit) {
    auto members = study_of(sql, ask, spans, limit + 1);
    if (!members) return members.error();
    auto credit = activity_credit(sql, ask, spans, members->size() > limit ? members->back().member : "");
    if (!credit) return credit.error();
    for (MemberPeriod& one : *members) {
        const auto found = credit->find(one.member);
        if (found == credit->end()) continue;
        one.activity_hours = found->second.second;
        one.hours += one.activity_hours;
        credit->erase(found);
    }
    for (const auto& [member, sum] : *credit) {
        MemberPeriod one;
        one.member = member;
        one.branch = sum.first;
        one.hours = one.activity_hours = sum.second;
        members->push_back(std::move(one));
    }
    std::sort(members->begin(), members->end(), [](const MemberPeriod& a, const MemberPeriod& b) { return a.member < b.member; });
    if (members->size() > limit + 1) members->resize(limit + 1);
    return members;
}

double rounded(double hours) { return static_cast<double>(static_cast<std::int64_t>(hours * 100 + 0.5)) / 100; }
double minutes(std::int64_t ms) { return static_cast<double>((ms + 3'000) / 6'000) / 10; }

Result<std::vector<PolicySpan>> spans_of(Sql& sql, const ReportAsk& ask) {
    auto table = centre_policies(sql, ask.organisation);
    if (!table) return table.error();
    return policy_spans(*table, ask.from_day, ask.to_day);
}

}  // namespace

Result<Report> activities_report(Sql& sql, const ReportAsk& ask) {
    auto rows = sql.query(ACTIVITIES_MERGED "AND v.day >= $2 AND v.day <= $3 AND ($4 = '' OR v.branch = $4 OR v.branch = '') AND ($5 = '' OR v.activity < $5) ORDER BY v.activity DESC LIMIT $6",
                          {ask.organisation, ask.from_day, ask.to_day, ask.within, ask.after, static_cast<std::int64_t>(ask.limit + 1)});
    if (!rows) return rows.error().within("listing activities");
    Report report;
    report.name = "activities";
    report.columns = {{"activity"}, {"day"}, {"activity_name"}, {"type", false, "activity.type"}, {"branch"}, {"planned"}, {"opened"}, {"closed"}, {"expected", true}, {"came", true}, {"late", true},
                      {"guests", true}};
    for (const SqlRow& row : *rows) {
        if (report.rows.size() == ask.limit) {
            report.next = std::get<std::string>(report.rows.back().front());
            break;
        }
        const ActivityFound one = activity_of(row);
        auto came = comings(sql, ask.organisation, one.id);
        if (!came) return came.error();
        std::int64_t late = 0;
        for (const auto& [member, coming] : *came) late += coming.late ? 1 : 0;
        report.rows.push_back({one.id, date_text(one.day), one.name, one.type, one.branch, china_time_text(one.planned_ms), china_time_text(one.opened_ms), china_time_text(one.closed_ms),
                               one.expected, static_cast<std::int64_t>(came->size()), late, std::max<std::int64_t>(0, one.guests)});
    }
    return report;
}

Result<Report> attendance_report(Sql& sql, People& people, const ReportAsk& ask, const std::string& activity, bool absent) {
    auto rows = sql.query(ACTIVITIES_MERGED "AND v.activity = $2 AND ($3 = '' OR v.branch = $3 OR v.branch = '')", {ask.organisation, activity, ask.within});
    if (!rows) return rows.error().within("reading an activity");
    if (rows->empty()) return Error{ErrorKind::missing, "no such activity"};
    const ActivityFound about = activity_of(rows->front());
    auto came = comings(sql, ask.organisation, activity);
    if (!came) return came.error();
    std::set<std::string> ids;
    for (const auto& [member, coming] : *came) ids.insert(member);
    auto known = people.of(ids);
    if (!known) return known.error();

    Report report;
    report.name = "attendance";
    report.columns = {{"member"}, {"number"}, {"name"}, {"branch"}, {"came"}, {"state", false, "attendance"}, {"left", false, "yes"}, {"left_at"}, {"expected", false, "yes"}};
    std::vector<std::pair<std::string, Coming>> order(came->begin(), came->end());
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return std::tie(a.second.came_ms, a.first) < std::tie(b.second.came_ms, b.first); });
    const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
    for (const auto& [member, coming] : order) {
        const auto found = known->find(member);
        const Person person = found == known->end() ? Person{} : found->second;
        if (!ask.within.empty() && person.branch != ask.within) continue;
        const bool expected = !person.id.empty() && (about.branch.empty() || about.branch == person.branch);
        report.rows.push_back({member, person.number, person.name, person.branch, china_time_text(coming.came_ms), std::string(coming.late ? "late" : "on_time"), truth(coming.left),
                               coming.left ? china_time_text(coming.left_ms) : std::string(), truth(expected)});
    }
    if (absent) {
        auto roster = people.list(ask.within.empty() ? about.branch : ask.within, {}, report_limit);
        if (!roster) return roster.error();
        for (const Person& person : *roster) {
            if (person.gone_ms != 0 || came->contains(person.id.text) || (!about.branch.empty() && person.branch != about.branch)) continue;
            report.rows.push_back({person.id.text, person.number, person.name, person.branch, std::string(), std::string("absent"), truth(false), std::string(), truth(true)});
        }
    }
    if (report.rows.size() > report_limit) report.rows.resize(report_limit);
    return report;
}

Result<Report> hours_by_member(Sql& sql, People& people, const ReportAsk& ask) {
    auto spans = spans_of(sql, ask);
    if (!spans) return spans.error();
    auto members = periods(sql, ask, *spans, ask.limit);
    if (!members) return members.error().within("adding up hours");
    Report report;
    report.name = "hours";
    report.columns = {{"member"}, {"number"}, {"name"}, {"branch"}, {"hours", true}, {"activity_hours", true}, {"media_min", true}, {"reading_min", true}, {"quiz_min", true}, {"touch_min", true}};
    if (members->size() > ask.limit) {
        members->pop_back();
        report.next = members->back().member;
    }
    std::set<std::string> ids;
    for (const MemberPeriod& one : *members) ids.insert(one.member);
    auto known = people.of(ids);
    if (!known) return known.error();
    for (const MemberPeriod& one : *members) {
        const auto found = known->find(one.member);
        const Person person = found == known->end() ? Person{} : found->second;
        report.rows.push_back({one.member, person.number, person.name, person.branch, rounded(one.hours), rounded(one.activity_hours), minutes(one.ms[1]), minutes(one.ms[2]),
                               minutes(one.ms[3]), minutes(one.ms[0])});
    }
    return report;
}

Result<Report> hours_by_branch(Sql& sql, const ReportAsk& ask) {
    auto spans = spans_of(sql, ask);
    if (!spans) return spans.error();
    ReportAsk all = ask;
    all.after.clear();
    auto members = periods(sql, all, *spans, 10'000'000);
    if (!members) return members.error().within("adding up hours");
    const double goal = spans->empty() ? 0 : spans->back().policy.goal_hours;
    struct BranchSum {
        std::int64_t members = 0, reached = 0;
        double hours = 0, activity_hours = 0;
    };
    std::map<std::int64_t, BranchSum> sums;
    for (const MemberPeriod& one : *members) {
        BranchSum& sum = sums[one.branch];
        ++sum.members;
        sum.reached += one.hours >= goal ? 1 : 0;
        sum.hours += one.hours;
        sum.activity_hours += one.activity_hours;
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
        report.rows.push_back({name, roster, sum.members, rounded(sum.hours), rounded(sum.activity_hours), rounded(mean), goal, sum.reached});
    };
    for (const SqlRow& row : *branches) tell(row.text(1), row.integer(2), sums[row.integer(0)]);
    // Whom nobody can name any more, or not yet.
    if (sums.contains(0) && ask.within.empty()) tell("", 0, sums[0]);
    return report;
}

}  // namespace xinghuo
