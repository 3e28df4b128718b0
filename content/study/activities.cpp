#include "content/study/activities.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>
#include <tuple>

#include "content/base/json.h"
#include "content/base/text.h"
#include "content/study/day.h"

namespace xinghuo {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds again_within = 10s;
constexpr std::size_t name_limit = 60;  // characters
constexpr int guests_limit = 50;        // at once
constexpr std::int64_t planned_within_ms = 7 * 86'400'000ll;

std::string_view name_of(SignInWay way) {
    switch (way) {
        case SignInWay::card: return "card";
        case SignInWay::code: return "code";
        case SignInWay::name: return "name";
    }
    return "name";
}

std::string_view sentence(PlanFault fault) {
    switch (fault) {
        case PlanFault::none: return "";
        case PlanFault::name: return "an activity needs a name";
        case PlanFault::name_long: return "the name has more than 60 characters";
        case PlanFault::type: return "this is no type of activity";
        case PlanFault::late_after: return "late is 0 to 240 minutes after the start";
        case PlanFault::planned: return "the planned start is more than seven days away";
    }
    return "";
}

// From the opening, which was at `opened`, to the first instant that is late.
Nanoseconds late_after_opening(const ActivityPlan& plan, WallTime opened, bool trusted) {
    const Nanoseconds grace = std::chrono::minutes(plan.late_after_min);
    if (!trusted || !plan.planned) return grace;
    // The two are at most seven days apart: open() sees to that. Of a file that was changed by hand it may not be so.
    const std::int64_t apart_ms = std::clamp(plan.planned->unix_ms - opened.unix_ms, -planned_within_ms, planned_within_ms);
    return Milliseconds(apart_ms) + grace;
}

// Who is expected: of the branch, or all; and on the roster.
#define EXPECTED_MEMBER "(m.gone_ms IS NULL AND m.id IS NOT NULL AND (a.branch = '' OR b.name = a.branch))"
#define ACTIVITY_QUERY                                                                                                                  \
    "SELECT a.id, a.name, a.type, a.branch, a.planned_ms, a.late_after_min, a.host, a.day, a.guests, a.closed_seq, o.at_ms, c.at_ms, " \
    "COUNT(t.member), COALESCE(SUM(t.late), 0), COALESCE(SUM(" EXPECTED_MEMBER " AND t.member IS NOT NULL), 0) "                        \
    "FROM activity a LEFT JOIN record o ON o.seq = a.opened_seq LEFT JOIN record c ON c.seq = a.closed_seq "                            \
    "LEFT JOIN attendance t ON t.activity = a.id LEFT JOIN member m ON m.id = t.member LEFT JOIN branch b ON b.id = m.branch "

Activity activity_of(const Rows& rows) {
    Activity activity;
    activity.id.text = rows.text(0);
    activity.plan.name = rows.text(1);
    activity.plan.type = rows.text(2);
    activity.plan.branch = rows.text(3);
    if (!rows.null(4)) activity.plan.planned = WallTime{rows.integer(4)};
    activity.plan.late_after_min = static_cast<int>(rows.integer(5));
    activity.plan.host.text = rows.text(6);
    activity.day = rows.integer(7);
    activity.guests = static_cast<std::size_t>(rows.integer(8));
    activity.open = rows.null(9);
    activity.opened = {rows.integer(10)};
    activity.closed = {rows.integer(11)};
    activity.came = static_cast<std::size_t>(rows.integer(12));
    activity.came_late = static_cast<std::size_t>(rows.integer(13));
    activity.came_expected = static_cast<std::size_t>(rows.integer(14));
    return activity;
}

// "14:05", when the clock that said so is believed; nothing else is put before people.
std::string time_of_day(WallTime when, std::int64_t counted) {
    if (china_day(when) != counted) return "";
    const std::int64_t minute = (when.unix_ms / 60'000 + 8 * 60) % (24 * 60);
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

std::string date_text(std::int64_t day) {
    const Date date = date_of_day(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string date_and_time(WallTime when, std::int64_t counted) {
    const std::string time = time_of_day(when, counted);
    return time.empty() ? date_text(counted) : date_text(counted) + " " + time;
}

std::string spelling(const Member& member) { return member.pinyin.empty() ? pinyin_of_name(member.name) : member.pinyin; }

}  // namespace

const std::vector<std::string>& activity_types() {
    static const std::vector<std::string> types = {"theme_day", "party_class", "branch_meeting", "committee", "group_meeting", "volunteer", "study", "other"};
    return types;
}

PlanFault plan_fault(const ActivityPlan& plan, const Moment& moment) {
    const auto blank = [](char c) { return c == ' '; };
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::all_of(plan.name.begin(), plan.name.end(), blank) || std::any_of(plan.name.begin(), plan.name.end(), control)) return PlanFault::name;
    if (plan.name.size() > name_limit * 64 || character_starts(plan.name).size() - 1 > name_limit) return PlanFault::name_long;
    if (std::find(activity_types().begin(), activity_types().end(), plan.type) == activity_types().end()) return PlanFault::type;
    if (plan.late_after_min < 0 || plan.late_after_min > 240) return PlanFault::late_after;
    if (plan.planned && moment.wall_trusted &&
        (plan.planned->unix_ms < moment.wall.unix_ms - planned_within_ms || plan.planned->unix_ms > moment.wall.unix_ms + planned_within_ms))
        return PlanFault::planned;
    return PlanFault::none;
}

bool Activities::expected(const Member& member) const {
    return !member.gone && (current_->plan.branch.empty() || member.branch == current_->plan.branch);
}

Result<std::size_t> Activities::count_expected(const std::string& branch) const {
    auto count = db_->integer_or(0,
                                 "SELECT COUNT(*) FROM member m JOIN branch b ON b.id = m.branch WHERE m.gone_ms IS NULL AND (?1 = '' OR b.name = ?1)",
                                 branch);
    if (!count) return count.error();
    return static_cast<std::size_t>(*count);
}

Result<void> Activities::recover(const Moment& moment) {
    std::string id;
    std::int64_t boot = 0, opened_mono_ms = 0, opened_seq = 0;
    bool trusted = false;
    {
        auto rows = db_->query("SELECT a.id, a.opened_seq, o.boot, o.mono_ms, o.clock_trusted FROM activity a JOIN record o ON o.seq = a.opened_seq "
                               "WHERE a.closed_seq IS NULL ORDER BY a.opened_seq DESC LIMIT 1");
        if (!rows) return rows.error();
        if (!rows->next()) {
            if (auto end = rows->end(); !end) return end;
            current_.reset();
            last_taps_.clear();
            return {};
        }
        id = rows->text(0);
        opened_seq = rows->integer(1);
        boot = rows->integer(2);
        opened_mono_ms = rows->integer(3);
        trusted = rows->integer(4) != 0;
    }
    auto activity = read({id});
    if (!activity) return activity.error();

    Milliseconds since_opening{0};
    if (boot == records_->boot()) {
        since_opening = Milliseconds(moment.mono_ms - opened_mono_ms);
    } else if (trusted && moment.wall_trusted) {
        since_opening = Milliseconds(moment.wall.unix_ms - activity->opened.unix_ms);
    } else {
        // What the records prove: how far each boot went, and this one so far.
        auto rows = db_->query("SELECT boot, MAX(mono_ms) FROM record WHERE seq >= ?1 GROUP BY boot", opened_seq);
        if (!rows) return rows.error();
        since_opening = Milliseconds(moment.mono_ms);
        while (rows->next())
            if (rows->integer(0) == boot) since_opening += Milliseconds(rows->integer(1) - opened_mono_ms);
            else if (rows->integer(0) != records_->boot()) since_opening += Milliseconds(rows->integer(1));
        if (auto end = rows->end(); !end) return end.error();
    }
    // A month is as late as a year; and a machine's clock that went wrong shall not run over.
    since_opening = std::clamp(since_opening, Milliseconds(0), Milliseconds(31 * 86'400'000ll));

    std::vector<LastTap> taps;
    auto rows = db_->query("SELECT member, mono_ms FROM record WHERE kind = 'attended' AND seq > ?1 AND boot = ?2 AND mono_ms > ?3", opened_seq,
                           records_->boot(), moment.mono_ms - std::chrono::duration_cast<Milliseconds>(again_within).count());
    if (!rows) return rows.error();
    while (rows->next()) taps.push_back({{rows->text(0)}, moment.now - Milliseconds(std::max<std::int64_t>(0, moment.mono_ms - rows->integer(1)))});
    if (auto end = rows->end(); !end) return end.error();
    opened_at_ = moment.now - since_opening;
    late_at_ = late_after_opening(activity->plan, activity->opened, trusted);
    last_taps_ = std::move(taps);
    current_ = std::move(*activity);
    return {};
}

Result<std::optional<std::int64_t>> Activities::held(const std::string& planned) const {
    auto rows = db_->query("SELECT day FROM activity WHERE id = ?1", planned);
    if (!rows) return rows.error();
    std::optional<std::int64_t> day;
    if (rows->next()) day = rows->integer(0);
    if (auto end = rows->end(); !end) return end.error();
    return day;
}

Result<ActivityId> Activities::open(const ActivityPlan& plan, const Moment& moment, const std::string& planned) {
    if (current_) return Error{ErrorKind::invalid, "another activity is open"};
    if (const PlanFault fault = plan_fault(plan, moment); fault != PlanFault::none) return Error{ErrorKind::invalid, std::string(sentence(fault))};
    // Who planned it knows their branches; a roster may be on its way.
    if (!plan.branch.empty() && planned.empty()) {
        auto known = db_->integer_or(0, "SELECT 1 FROM branch WHERE name = ?1", plan.branch);
        if (!known) return known.error();
        if (*known == 0) return Error{ErrorKind::invalid, "there is no such branch"};
    }
    auto expected_now = count_expected(plan.branch);
    if (!expected_now) return expected_now.error();

    Activity activity;
    auto before = planned.empty() ? Result<std::optional<std::int64_t>>(std::nullopt) : held(planned);
    if (!before) return before.error();
    const bool again = before->has_value();
    activity.id.text = planned.empty() || again ? "a-" + uuid_v7(moment.wall) : planned;
    activity.plan = plan;
    activity.opened = moment.wall;
    activity.open = true;
    activity.expected = *expected_now;
    JsonWriter body;
    body.object().key("activity").value(activity.id.text).key("name").value(plan.name).key("type").value(plan.type).key("branch").value(plan.branch);
    if (plan.planned) body.key("planned_ms").value(plan.planned->unix_ms);
    body.key("late_after_min").value(plan.late_after_min);
    if (again) body.key("plan").value(planned);
    body.end();
    const Draft drafts[] = {{RecordKind::activity_opened, plan.host, body.text()}};
    auto kept = records_->keep(drafts, moment, [&](const std::vector<Record>&) -> Result<void> {
        auto day = db_->integer_or(0, "SELECT day FROM activity WHERE id = ?1", activity.id.text);
        if (!day) return day.error();
        activity.day = *day;
        return {};
    });
    if (!kept) return kept.error().within("opening an activity");
    opened_at_ = moment.now;
    late_at_ = late_after_opening(plan, moment.wall, moment.wall_trusted);
    last_taps_.clear();
    current_ = std::move(activity);
    return current_->id;
}

Result<Activities::Tap> Activities::tap(const Member& member, SignInWay way, const Moment& moment) {
    if (!current_) return Error{ErrorKind::invalid, "no activity is open"};
    std::erase_if(last_taps_, [&](const LastTap& tap) { return moment.now - tap.when >= again_within; });
    const auto last = std::find_if(last_taps_.begin(), last_taps_.end(), [&](const LastTap& tap) { return tap.member == member.id; });
    if (last != last_taps_.end()) {
        last->when = moment.now;
        return Tap::again;
    }
    auto& present = current_->present;
    const auto known = std::find_if(present.begin(), present.end(), [&](const Attendance& a) { return a.member == member.id; });
    auto done = record_tap(known == present.end() ? nullptr : &*known, member, way, moment);
    if (done) last_taps_.push_back({member.id, moment.now});
    return done;
}

Result<Activities::Tap> Activities::record_tap(Attendance* known, const Member& member, SignInWay way, const Moment& moment) {
    Tap tap = Tap::on_time;
    std::string_view as = "on_time";
    if (known != nullptr) {
        tap = known->left ? Tap::back : Tap::left;
        as = known->left ? "back" : "left_early";
    } else if (moment.now - opened_at_ >= late_at_) {
        tap = Tap::late;
        as = "late";
    }
    JsonWriter body;
    body.object().key("activity").value(current_->id.text).key("name").value(current_->plan.name).key("as").value(as).key("way").value(name_of(way)).end();
    const Draft drafts[] = {{RecordKind::attended, member.id, body.text()}};
    std::int64_t day = 0;
    // Nobody is shown as present whom the table does not have.
    auto kept = records_->keep(drafts, moment, [&](const std::vector<Record>&) -> Result<void> {
        auto found = db_->integer_or(-1, "SELECT day FROM attendance WHERE activity = ?1 AND member = ?2", current_->id.text, member.id.text);
        if (!found) return found.error();
        if (*found < 0) return Error{ErrorKind::invalid, "the activity is not in its table"};
        day = *found;
        return {};
    });
    if (!kept) return kept.error().within("recording an attendance");
    if (known != nullptr) {
        known->left = tap == Tap::left;
        known->left_at = tap == Tap::left ? moment.wall : WallTime{};
        return tap;
    }
    Attendance came{member.id, member.name, member.branch, member.number, moment.wall, day, tap == Tap::late, false, {}, expected(member)};
    ++current_->came;
    if (came.late) ++current_->came_late;
    if (came.expected) ++current_->came_expected;
    current_->present.push_back(std::move(came));
    return tap;
}

Result<void> Activities::add_guests(int by, const Moment& moment) {
    if (!current_) return Error{ErrorKind::invalid, "no activity is open"};
    if (by > guests_limit || by < -guests_limit) return Error{ErrorKind::too_large, fmt::format("at most {} guests at once", guests_limit)};
    by = std::max(by, -static_cast<int>(current_->guests));
    JsonWriter body;
    body.object().key("activity").value(current_->id.text);
    if (by < 0) body.key("by").value(-1);
    body.end();
    const std::vector<Draft> drafts(static_cast<std::size_t>(by < 0 ? -by : by), Draft{RecordKind::guest_visit, {}, body.text()});
    if (drafts.empty()) return {};
    if (auto kept = records_->keep(drafts, moment); !kept) return kept.error().within("counting guests");
    current_->guests = static_cast<std::size_t>(static_cast<int>(current_->guests) + by);
    return {};
}

Result<void> Activities::close(const Moment& moment) {
    if (!current_) return Error{ErrorKind::invalid, "no activity is open"};
    JsonWriter body;
    body.object().key("activity").value(current_->id.text).key("name").value(current_->plan.name).key("expected").value(current_->expected);
    body.key("attended").value(current_->came).key("late").value(current_->came_late).key("guests").value(current_->guests).end();
    const Draft drafts[] = {{RecordKind::activity_closed, current_->plan.host, body.text()}};
    if (auto kept = records_->keep(drafts, moment); !kept) return kept.error().within("closing an activity");
    current_.reset();
    last_taps_.clear();
    return {};
}

Result<std::vector<Activity>> Activities::history(std::size_t limit) const {
    auto rows = db_->query(ACTIVITY_QUERY
                           "WHERE a.id IN (SELECT id FROM activity ORDER BY opened_seq DESC LIMIT ?1) GROUP BY a.id ORDER BY a.opened_seq DESC", static_cast<std::int64_t>(limit));
    if (!rows) return rows.error();
    std::vector<Activity> all;
    while (rows->next()) all.push_back(activity_of(*rows));
    if (auto end = rows->end(); !end) return end.error();
    for (Activity& activity : all) {
        auto expected_now = count_expected(activity.plan.branch);
        if (!expected_now) return expected_now.error();
        activity.expected = *expected_now;
    }
    return all;
}

Result<Activity> Activities::read(const ActivityId& id) const {
    Activity activity;
    {
        auto rows = db_->query(ACTIVITY_QUERY "WHERE a.id = ?1 GROUP BY a.id", id.text);
        if (!rows) return rows.error();
        if (!rows->next()) {
            if (auto end = rows->end(); !end) return end.error();
            return Error{ErrorKind::missing, "there is no such activity"};
        }
        activity = activity_of(*rows);
    }
    auto expected_now = count_expected(activity.plan.branch);
    if (!expected_now) return expected_now.error();
    activity.expected = *expected_now;

    auto rows = db_->query("SELECT t.member, t.late, t.day, c.at_ms, l.at_ms, t.left_seq FROM attendance t LEFT JOIN record c ON c.seq = t.came_seq "
                           "LEFT JOIN record l ON l.seq = t.left_seq WHERE t.activity = ?1 ORDER BY t.came_seq",
                           id.text);
    if (!rows) return rows.error();
    while (rows->next()) {
        Attendance came;
        came.member.text = rows->text(0);
        came.late = rows->integer(1) != 0;
        came.day = rows->integer(2);
        came.came = {rows->integer(3)};
        came.left_at = {rows->integer(4)};
        came.left = !rows->null(5);
        auto member = members_->by_id(came.member);
        if (!member) return member.error();
        if (*member) {
            came.name = (*member)->name;
            came.branch = (*member)->branch;
            came.number = (*member)->number;
            came.expected = !(*member)->gone && (activity.plan.branch.empty() || (*member)->branch == activity.plan.branch);
        }
        activity.present.push_back(std::move(came));
    }
    if (auto end = rows->end(); !end) return end.error();
    return activity;
}

Result<std::vector<Member>> Activities::absent(const Activity& activity) const {
    std::set<std::string> there;
    for (const Attendance& came : activity.present) there.insert(came.member.text);
    auto rows = db_->query("SELECT m.id FROM member m JOIN branch b ON b.id = m.branch WHERE m.gone_ms IS NULL AND (?1 = '' OR b.name = ?1)",
                           activity.plan.branch);
    if (!rows) return rows.error();
    std::vector<std::pair<std::string, Member>> missing;
    while (rows->next()) {
        const MemberId id{rows->text(0)};
        if (there.contains(id.text)) continue;
        auto member = members_->by_id(id);
        if (!member) return member.error();
        if (*member) missing.emplace_back(spelling(**member), std::move(**member));
    }
    if (auto end = rows->end(); !end) return end.error();
    std::sort(missing.begin(), missing.end(), [](const auto& a, const auto& b) {
        return std::tie(a.first, a.second.number) < std::tie(b.first, b.second.number);
    });
    std::vector<Member> all;
    all.reserve(missing.size());
    for (auto& [spelled, member] : missing) all.push_back(std::move(member));
    return all;
}

Result<std::vector<Sheet>> Activities::sheets(const Activity& activity, const SheetWords& words) const {
    auto missing = absent(activity);
    if (!missing) return missing.error();
    const std::string& branch = activity.plan.branch.empty() ? words.all_branches : activity.plan.branch;
    const auto number = [](std::size_t n) { return std::to_string(n); };

    Sheet summary{words.summary, {words.activity, activity.plan.name}, {}, {}};
    summary.rows = {{words.type, words.type_name}, {words.branch, branch}};
    // Of a clock that was not believed nothing is put on paper.
    if (activity.plan.planned && std::abs(china_day(*activity.plan.planned) - activity.day) <= 7)
        summary.rows.push_back({words.planned, date_and_time(*activity.plan.planned, china_day(*activity.plan.planned))});
    summary.rows.push_back({words.opened, date_and_time(activity.opened, activity.day)});
    if (!activity.open) summary.rows.push_back({words.closed, time_of_day(activity.closed, activity.day)});
    summary.rows.push_back({words.expected, number(activity.expected)});
    summary.rows.push_back({words.present, number(activity.came_expected)});
    summary.rows.push_back({words.besides, number(activity.came - activity.came_expected)});
    summary.rows.push_back({words.late, number(activity.came_late)});
    summary.rows.push_back({words.guests, number(activity.guests)});

    Sheet attendance{words.attendance, {words.number, words.name, words.branch, words.came, words.state, words.left}, {}, {}};
    for (const Attendance& came : activity.present) {
        std::string state = came.late ? words.late : words.on_time;
        if (came.left) state += ", " + words.left_early;
        attendance.rows.push_back({came.number, came.name, came.branch, time_of_day(came.came, came.day), state,
                                   came.left ? time_of_day(came.left_at, came.day) : std::string()});
    }
    Sheet absences{words.absences, {words.number, words.name, words.branch}, {}, {}};
    for (const Member& member : *missing) absences.rows.push_back({member.number, member.name, member.branch});
    return std::vector<Sheet>{std::move(summary), std::move(attendance), std::move(absences)};
}

}  // namespace xinghuo
