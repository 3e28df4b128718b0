// Study hours are a policy, not code: a dated table that may change next year without touching old records. Pure but for
// Policies. (product.md, "Hours policy".)
//
//     {"minutes_per_hour": 45, "goal_hours": 32, "labels": {"touch": 0, "media": 1, "reading": 1, "quiz": 1},
//      "daily_cap_minutes": 240, "activity_hours": {"party_class": 2}, "reading_grace_s": 60, "pin": "never",
//      "mask_names": true, "forget_gone_days": 365}
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
    std::map<std::string, double> activity_hours; // credit for attending, by type; absent: 0
    int touch_grace_s = 10, reading_grace_s = 60, quiz_grace_s = 60;
    enum class Pin { never, by_name, always } pin = Pin::never;
    int forget_gone_days = 365;                   // 0: never
};
Result<Policy> read_policy(std::string_view json);   // unknown members and values out of range are refused by name
std::string to_json(const Policy& policy);
Session::Rules session_rules(const Policy& policy);

// Minutes that count of one day, capped; then hours (学时).
double credited_minutes(const Policy& policy, const std::map<StudyLabel, Milliseconds>& day);

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
    // With its admin_action record. Replaces an entry of the same day.
    Result<void> set(std::int64_t from_day, const Policy& policy, const Moment& moment);
    Result<void> remove(std::int64_t from_day, const Moment& moment);

private:
    Database* db_;
    Records* records_;
};

}  // namespace xinghuo
