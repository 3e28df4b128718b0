#include "sync/server/reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/server/roll_ups.h"

namespace xinghuo {
namespace {

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

}  // namespace xinghuo
