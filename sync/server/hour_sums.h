// Hours of members by quarter and by year, so that a report of a year adds up a row or two for each member and not each day they came.
//
//     member_hours   ms by label, what counts of them under the policy of each day, and what activities are worth; cut at quarters, at years, and where the policy changes
//     hours_stale    whose rows are to be made anew: one small row for each batch, written in its transaction; and how far the walk over everybody is
//     hours_state    `generation` grows whenever a policy changes; its row is locked by whoever makes rows anew
// A row is always made of study_day and attendance (roll_ups.h) and never added to: the order of arrival, corrected days, aliases and policies cannot leave anything behind.
// Batches of two terminals do not wait for each other here, and never for a report.
// A changed policy begins a walk over everybody, from the year of the change on: first the rows of those years go, then they are made, some hundred members at a time
// (main_serve.cpp). Stopped anywhere it goes on. Until it is through a report reads those years day by day: right, and slower.
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

// In the transaction that changes the table of policies, for days from this one on.
Result<void> mark_hours_from(Sql& sql, Organisation organisation, std::int64_t day);
inline constexpr std::size_t hours_members_at_once = 500;
// Makes anew a piece of what is marked, of about so many members, in one or two short transactions. False: nothing is left.
Result<bool> refresh_some_hours(Sql& sql, Organisation organisation, std::size_t members = hours_members_at_once);
// All of it, piece by piece.
Result<void> refresh_hours(Sql& sql, Organisation organisation);

// What of member_hours may be read.
struct HoursKept {
    std::int64_t generation = 0;
    int first_year = 0, last_year = 0;  // of all rows; 0: there are none
    int anew_from = 0;                  // rows of this year and later ones are being made
};
// For reports up to `last_year`: makes anew what batches left, where that is little.
Result<HoursKept> hours_kept(Sql& sql, Organisation organisation, int last_year);
// 1 while the table of policies is that of `generation`; `rows`: and no batch has left anything to be made anew. To stand in the statement that reads, whose $1 is
// the organisation: so that it is of the same moment.
std::string hours_still_so(std::int64_t generation, bool rows);
// As many members after this one as may have hours, by id; empty: there are not so many.
Result<std::vector<std::string>> members_after(Sql& sql, Organisation organisation, const std::string& after, std::size_t count);

std::int64_t activity_e4(double hours);  // ten thousandths of an hour, in whole numbers

}  // namespace xinghuo
