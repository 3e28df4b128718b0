// A branch activity and who came to it. Main thread. What is told here is summed from its records (tally.h): activity_opened,
// attended, activity_closed, guest_visit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/spreadsheet.h"
#include "content/study/members.h"
#include "content/study/visit.h"

namespace xinghuo {

// 主题党日, 党课, 支部大会, 支委会, 党小组会, 志愿服务, 学习, other: keys of words ("activity.type.KEY"):
// theme_day, party_class, branch_meeting, committee, group_meeting, volunteer, study, other.
const std::vector<std::string>& activity_types();

struct ActivityPlan {
    std::string name;                       // 1–60 characters
    std::string type;                       // one of activity_types()
    std::string branch;                     // empty: all branches
    std::optional<WallTime> planned;        // none: now
    int late_after_min = 5;                 // minutes after the planned start, 0–240
    MemberId host;                          // empty: the administrator
};
// What breaks a rule, for the screen to say. Pure; whether the branch exists is open()'s business.
enum class PlanFault {
    none,
    name,        // empty, or with control characters
    name_long,   // over 60 characters
    type,
    late_after,
    planned,     // on a trusted clock, more than seven days away
};
PlanFault plan_fault(const ActivityPlan& plan, const Moment& moment);

struct Attendance {
    MemberId member;
    std::string name, branch, number;       // as on the roster now; empty once forgotten
    WallTime came;                          // a label
    std::int64_t day = 0;                   // the day it counts for (day.h): `came` is believed, and shown, when it is of that day
    bool late = false;
    bool left = false;                      // early, by a tap out
    WallTime left_at;
    bool expected = false;                  // is of the branch the activity is for
};

struct Activity {
    ActivityId id;
    ActivityPlan plan;
    WallTime opened, closed;                // labels
    std::int64_t day = 0;                   // the day it counts for
    bool open = false;
    std::size_t guests = 0;
    std::size_t expected = 0;               // of the branch, or of all, as on the roster now: m of "n of m"
    std::size_t came = 0;                   // members, from wherever
    std::size_t came_expected = 0;          // of those expected: n of "n of m", never above m; came - came_expected came besides
    std::size_t came_late = 0;
    std::vector<Attendance> present;        // in the order they came
    [[nodiscard]] std::size_t late() const { return came_late; }
};

// The words of an export, in its language: content knows none. A sheet's name has at most 31 characters.
struct SheetWords {
    std::string summary, attendance, absences;                                // names of the sheets
    std::string number, name, branch, came, state, left;                      // headings of the people
    std::string on_time, late, left_early;                                    // states; `left_early` is put behind: "late, left early"
    std::string activity, type, type_name, all_branches, planned, opened, closed, expected, present, besides, guests;  // the summary
};

class Activities {
public:
    Activities(Database& db, Records& records, Members& members) : db_(&db), records_(&records), members_(&members) {}
    // Finds the activity that was open when the program ended: it still is, and its time for being late goes on. While the
    // machine runs its own clock tells how long that was. After a power cut the wall clock does, where it was trusted at the opening
    // and is now; else the time without power is unknown and counts nothing, in favour of who comes. Reads anew what is open already,
    // too; when that fails nothing has changed.
    Result<void> recover(const Moment& moment);

    // `invalid`: one is open, or the plan breaks a rule. `planned`: the id of what the centre planned (from_centre.h); empty: it planned nothing. The activity
    // takes that id, so that the centre finds by it who came, at whichever terminals it was held. Held here once more it gets an id of its own, and its
    // record says whose plan it follows.
    Result<ActivityId> open(const ActivityPlan& plan, const Moment& moment, const std::string& planned = {});
    // The day for which what the centre planned was held here.
    Result<std::optional<std::int64_t>> held(const std::string& planned) const;
    [[nodiscard]] const std::optional<Activity>& current() const { return current_; }

    // A tap of a member. Durable when good; when it fails nothing has changed, and the next tap tries again.
    // Late is decided on the monotonic clock from the opening: a clock that is set meanwhile changes nothing. Where the wall
    // clock was trusted at the opening, late_after_min counts from the planned start; else, or without one, from the opening.
    // Members of other branches may come, too. Late stays late for who leaves and comes back.
    enum class Tap { on_time, late, again, left, back };
    // again: less than 10 s after the last tap of this member, counted or not, so that a card left on the reader does nothing. Not recorded.
    // left: the next tap after that, back: the one after that, and so on.
    Result<Tap> tap(const Member& member, SignInWay way, const Moment& moment);
    Result<void> add_guests(int by, const Moment& moment);                    // may be −1 for a slip; never below 0; at most 50 at once
    Result<void> close(const Moment& moment);

    Result<std::vector<Activity>> history(std::size_t limit) const;           // newest first, without `present`
    Result<Activity> read(const ActivityId& id) const;                        // `missing`
    Result<std::vector<Member>> absent(const Activity& activity) const;       // expected and not there, by pinyin
    // For the export: the summary, attendance, absences. Full names: the file is the host's.
    Result<std::vector<Sheet>> sheets(const Activity& activity, const SheetWords& words) const;

private:
    struct LastTap {
        MemberId member;
        Instant when;
    };
    [[nodiscard]] bool expected(const Member& member) const;
    Result<std::size_t> count_expected(const std::string& branch) const;
    Result<Tap> record_tap(Attendance* known, const Member& member, SignInWay way, const Moment& moment);

    Database* db_;
    Records* records_;
    Members* members_;
    std::optional<Activity> current_;
    std::vector<LastTap> last_taps_;        // of the last 10 s
    Instant opened_at_;
    Nanoseconds late_at_{0};                // after opened_at_; below 0: opened after everybody was late
};

}  // namespace xinghuo
