#include "content/study/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "content/base/json.h"
#include "content/study/activities.h"

namespace xinghuo {
namespace {

constexpr std::array labels = {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz};

std::string_view name_of(Policy::Pin pin) {
    switch (pin) {
        case Policy::Pin::never: return "never";
        case Policy::Pin::by_name: return "by_name";
        case Policy::Pin::always: return "always";
    }
    return "never";
}

double in_range(const JsonNode& node, double otherwise, double from, double to) {
    const double value = node.number_or(otherwise);
    if (!(value >= from && value <= to)) node.refuse(fmt::format("must be {} to {}", from, to));
    return value;
}

int whole_in_range(const JsonNode& node, int otherwise, int from, int to) {
    const std::int64_t value = node.integer_or(otherwise);
    if (value < from || value > to) {
        node.refuse(fmt::format("must be {} to {}", from, to));
        return otherwise;
    }
    return static_cast<int>(value);
}

void refuse_unknown(const JsonNode& object, std::initializer_list<std::string_view> known) {
    for (const auto& [name, node] : object.members())
        if (std::find(known.begin(), known.end(), name) == known.end()) node.refuse("is not known");
}

}  // namespace

Result<Policy> read_policy(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse(json); !read) return read.error().within("reading the policy");
    const JsonNode root = document.root();
    refuse_unknown(root, {"minutes_per_hour", "goal_hours", "labels", "daily_cap_minutes", "activity_hours", "touch_grace_s", "reading_grace_s",
                          "quiz_grace_s", "pin", "forget_gone_days"});
    Policy policy;
    policy.minutes_per_hour = in_range(root["minutes_per_hour"], policy.minutes_per_hour, 1, 240);
    policy.goal_hours = in_range(root["goal_hours"], policy.goal_hours, 0, 1000);
    if (root["labels"].exists())
        for (const auto& [name, node] : root["labels"].members()) {
            const auto label = study_label(name);
            if (!label) node.refuse("is not known");
            else policy.counts[*label] = whole_in_range(node, 0, 0, 1) == 1;
        }
    policy.daily_cap_minutes = whole_in_range(root["daily_cap_minutes"], policy.daily_cap_minutes, 0, 1440);
    if (root["activity_hours"].exists())
        for (const auto& [type, node] : root["activity_hours"].members()) {
            if (std::find(activity_types().begin(), activity_types().end(), type) == activity_types().end()) node.refuse("is no type of activity");
            policy.activity_hours[type] = in_range(node, 0, 0, 24);
        }
    policy.touch_grace_s = whole_in_range(root["touch_grace_s"], policy.touch_grace_s, 0, 600);
    policy.reading_grace_s = whole_in_range(root["reading_grace_s"], policy.reading_grace_s, 0, 600);
    policy.quiz_grace_s = whole_in_range(root["quiz_grace_s"], policy.quiz_grace_s, 0, 600);
    const std::string pin = root["pin"].string_or("never");
    if (pin == "by_name") policy.pin = Policy::Pin::by_name;
    else if (pin == "always") policy.pin = Policy::Pin::always;
    else if (pin != "never") root["pin"].refuse("must be never, by_name or always");
    policy.forget_gone_days = whole_in_range(root["forget_gone_days"], policy.forget_gone_days, 0, 36500);
    if (!document.good()) return document.error().within("reading the policy");
    return policy;
}

std::string to_json(const Policy& policy) {
    JsonWriter out;
    out.object().key("minutes_per_hour").value(policy.minutes_per_hour).key("goal_hours").value(policy.goal_hours);
    out.key("labels").object();
    for (const StudyLabel label : labels) {
        const auto found = policy.counts.find(label);
        out.key(xinghuo::name_of(label)).value(found != policy.counts.end() && found->second ? 1 : 0);
    }
    out.end().key("daily_cap_minutes").value(policy.daily_cap_minutes).key("activity_hours").object();
    for (const auto& [type, hours] : policy.activity_hours) out.key(type).value(hours);
    out.end().key("touch_grace_s").value(policy.touch_grace_s).key("reading_grace_s").value(policy.reading_grace_s);
    out.key("quiz_grace_s").value(policy.quiz_grace_s).key("pin").value(name_of(policy.pin));
    out.key("forget_gone_days").value(policy.forget_gone_days).end();
    return out.text();
}

Session::Rules session_rules(const Policy& policy) {
    using std::chrono::seconds;
    return {seconds(policy.touch_grace_s), seconds(policy.reading_grace_s), seconds(policy.quiz_grace_s)};
}

double credited_minutes(const Policy& policy, const std::map<StudyLabel, Milliseconds>& day) {
    Milliseconds sum{0};
    for (const auto& [label, ms] : day) {
        const auto found = policy.counts.find(label);
        if (found != policy.counts.end() && found->second) sum += ms;
    }
    const double minutes = static_cast<double>(sum.count()) / 60'000;
    return policy.daily_cap_minutes > 0 ? std::min(minutes, static_cast<double>(policy.daily_cap_minutes)) : minutes;
}

const Policy& Policies::in_force(const std::vector<Entry>& table, std::int64_t day) {
    static const Policy before_the_first;
    const auto after = std::upper_bound(table.begin(), table.end(), day, [](std::int64_t d, const Entry& entry) { return d < entry.from_day; });
    return after == table.begin() ? before_the_first : std::prev(after)->policy;
}

Result<Policy> Policies::on(std::int64_t day) const {
    auto rows = db_->query("SELECT body FROM policy WHERE from_day <= ?1 ORDER BY from_day DESC LIMIT 1", day);
    if (!rows) return rows.error();
    if (rows->next()) return read_policy(rows->text(0));
    if (auto end = rows->end(); !end) return end.error();
    return Policy();
}

Result<std::vector<Policies::Entry>> Policies::all() const {
    auto rows = db_->query("SELECT from_day, body FROM policy ORDER BY from_day");
    if (!rows) return rows.error();
    std::vector<Entry> table;
    while (rows->next()) {
        auto policy = read_policy(rows->text(1));
        if (!policy) return policy.error().within(fmt::format("policy from day {}", rows->integer(0)));
        table.push_back({rows->integer(0), std::move(*policy)});
    }
    if (auto end = rows->end(); !end) return end.error();
    return table;
}

Result<void> Policies::set(std::int64_t from_day, const Policy& policy, const Moment& moment) {
    const std::string body = to_json(policy);
    if (auto read = read_policy(body); !read) return read.error();
    const Draft drafts[] = {{RecordKind::admin_action, {}, fmt::format(R"({{"action":"policy_set","from_day":{},"policy":{}}})", from_day, body)}};
    auto kept = records_->keep(drafts, moment, [&](const std::vector<Record>&) -> Result<void> {
        if (auto done = db_->run("INSERT INTO policy (from_day, body) VALUES (?1, ?2) ON CONFLICT (from_day) DO UPDATE SET body = excluded.body",
                                 from_day, body);
            !done)
            return done;
        auto count = db_->integer_or(0, "SELECT COUNT(*) FROM policy");
        if (!count) return count.error();
        if (*count > static_cast<std::int64_t>(policy_limit)) return Error{ErrorKind::invalid, fmt::format("at most {} policies", policy_limit)};
        return {};
    });
    if (!kept) return kept.error().within("changing the policy");
    return {};
}

Result<void> Policies::remove(std::int64_t from_day, const Moment& moment) {
    const Draft drafts[] = {{RecordKind::admin_action, {}, fmt::format(R"({{"action":"policy_removed","from_day":{}}})", from_day)}};
    auto kept = records_->keep(drafts, moment, [&](const std::vector<Record>&) -> Result<void> {
        if (auto done = db_->run("DELETE FROM policy WHERE from_day = ?1", from_day); !done) return done;
        if (db_->changes() == 0) return Error{ErrorKind::missing, fmt::format("there is no policy from day {}", from_day)};
        return {};
    });
    if (!kept) return kept.error().within("changing the policy");
    return {};
}

}  // namespace xinghuo
