// Study hours are a policy, not code: a dated table that may change next year without touching old records. Pure but for
// Policies. (product.md, "Hours policy".)
//
//     {"minutes_per_hour": 45, "goal_hours": 32, "labels": {"touch": 0, "media": 1, "reading": 1, "quiz": 1},
//      "daily_cap_minutes": 240, "activity_hours": {"party_class": 2}, "touch_grace_s": 10, "reading_grace_s": 60,
//      "quiz_grace_s": 60, "pin": "never" | "by_name" | "always", "forget_gone_days": 365}
//
// What is absent has its default. A label is 0 (does not count) or 1.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "content/store/database.h"
#include "content/study/day.h"
#include "content/study/records.h"
#include "content/study/session.h"

namespace xinghuo {

struct Policy {
    double minutes_per_hour = 45;                 // 一学时 = 45 min
    double goal_hours = 32;                       // a year
    std::map<StudyLabel, bool> counts = {{StudyLabel::touch, false}, {StudyLabel::media, true}, {StudyLabel::reading, true}, {StudyLabel::quiz, true}};
    int daily_cap_minutes = 240;                  // 0: none
    std::map<std::string, double> activity_hours; // credit for attending, by type (activity_types()); absent: 0; not capped
    int touch_grace_s = 10, reading_grace_s = 60, quiz_grace_s = 60;
    enum class Pin { never, by_name, always } pin = Pin::never;
    int forget_gone_days = 365;                   // 0: never
    bool operator==(const Policy&) const = default;
};
Result<Policy> read_policy(std::string_view json);   // unknown members and values out of range are refused by name
std::string to_json(const Policy& policy);
Session::Rules session_rules(const Policy& policy);

// Minutes that count of one day, capped. Divided by minutes_per_hour they are hours (学时).
double credited_minutes(const Policy& policy, const std::map<StudyLabel, Milliseconds>& day);

inline constexpr std::size_t policy_limit = 200;  // entries in the table

class Policies {
public:
    Policies(Database& db, Records& records) : db_(&db), records_(&records) {}
    // The policy of a day: the latest entry that is not after it; before the first, the default.
    Result<Policy> on(std::int64_t day) const;
    struct Entry {
        std::int64_t from_day;
        Policy policy;
    };
    Result<std::vector<Entry>> all() const;        // oldest first
    // With its admin_action record {"action":"policy_set","from_day":…,"policy":{…}}. Replaces an entry of the same day. `invalid`:
    // a value out of range, or more than policy_limit entries.
    Result<void> set(std::int64_t from_day, const Policy& policy, const Moment& moment);
    // {"action":"policy_removed","from_day":…}. `missing` when no entry has this day.
    Result<void> remove(std::int64_t from_day, const Moment& moment);

    // Of a table as all() gives it.
    static const Policy& in_force(const std::vector<Entry>& table, std::int64_t day);

private:
    Database* db_;
    Records* records_;
};

}  // namespace xinghuo
