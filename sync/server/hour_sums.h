// Hours of members by quarter and by year, so that a report of a year adds up a row or two for each member and not each day they came.
//
//     member_hours   ms by label, what counts of them under the policy of each day, and what activities are worth; cut at quarters, at years, and where the policy changes
//     hours_stale    whose rows are to be made anew: one small row for each batch, written in its transaction
//     hours_state    `generation` grows whenever a policy changes; its row is locked by whoever makes rows anew
// A row is always made of study_day and attendance (roll_ups.h) and never added to: the order of arrival, corrected days, aliases and policies cannot leave anything behind.
// Batches of two terminals do not wait for each other here, and never for a report.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/server/report_policies.h"

namespace xinghuo {

// Beside a batch's sums: what of them the hours are made of.
class HourMarks {
public:
    void study(const std::string& member, std::int64_t day);
    void member(const std::string& member) { members_[0].insert(member); }   // of any year
    void activity(const std::string& activity) { activities_.insert(activity); }
    // `batch`: never used before, e.g. the id of its first record. Nothing marked: nothing written.
    Result<void> save(Sql& sql, Organisation organisation, const std::string& batch) const;

private:
    std::map<int, std::set<std::string>> members_;  // by year; 0: all
    std::set<std::string> activities_;
};

// In the transaction that changes the table of policies.
Result<void> mark_all_hours(Sql& sql, Organisation organisation);
// Makes anew what is marked; outside a transaction. Short transactions of some hundred members, so that nobody waits long.
Result<void> refresh_hours(Sql& sql, Organisation organisation);
// What was read between two equal generations was read under one table of policies.
Result<std::int64_t> hours_generation(Sql& sql, Organisation organisation);

// A period as a sum of what is kept and of single days, with signs: January to November is the year less the days of December.
struct HourPart {
    bool minus = false, kept = false;       // kept: a row of member_hours; otherwise study_day and attendance of these days
    std::int64_t from_day = 0, to_day = 0;  // inclusive
    Policy policy;
    friend bool operator==(const HourPart&, const HourPart&) = default;
};
std::vector<HourPart> hour_parts(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day);

std::int64_t activity_e4(double hours);  // ten thousandths of an hour, in whole numbers

}  // namespace xinghuo
