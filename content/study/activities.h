// A branch activity and who came to it. Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/spreadsheet.h"
#include "content/study/members.h"
#include "content/study/visit.h"

namespace xinghuo {

// 主题党日, 党课, 支部大会, 支委会, 党小组会, 志愿服务, 学习, other: keys of words ("activity.type.KEY").
const std::vector<std::string>& activity_types();

struct ActivityPlan {
    std::string name;                       // 1–60 characters
    std::string type;                       // one of activity_types()
    std::string branch;                     // empty: all branches
    std::optional<WallTime> planned;        // none: now
    int late_after_min = 5;                 // minutes after the planned start, 0–240
    MemberId host;                          // empty: the administrator
};

struct Attendance {
    MemberId member;
    std::string name, branch, number;       // as on the roster now; empty once forgotten
    WallTime came;                          // a label
    bool late = false;
    bool left = false;                      // early, by a tap out
    WallTime left_at;
};

struct Activity {
    ActivityId id;
    ActivityPlan plan;
    WallTime opened, closed;                // labels
    bool open = false;
    std::size_t guests = 0;
    std::size_t expected = 0;               // of the branch, or of all; n of m
    std::vector<Attendance> present;        // in the order they came
    [[nodiscard]] std::size_t late() const;
};

class Activities {
public:
    Activities(Database& db, Records& records, Members& members) : db_(&db), records_(&records), members_(&members) {}
    // Finds the activity that was open when the program ended: it still is.
    Result<void> recover(const Moment& moment);

    Result<ActivityId> open(const ActivityPlan& plan, const Moment& moment);  // `invalid`: one is open, or the plan breaks a rule
    [[nodiscard]] const std::optional<Activity>& current() const { return current_; }

    // A tap of a member. Durable when good. Late is decided on the monotonic clock from the opening where the wall clock is
    // not trusted: planned start, if any, was set against the clock as it was at the opening.
    enum class Tap { on_time, late, again, left, back };  // again: within 10 s of the last tap; back: came again after leaving
    Result<Tap> tap(const Member& member, SignInWay way, const Moment& moment);
    Result<void> add_guests(int by, const Moment& moment);                    // may be −1 for a slip; never below 0
    Result<void> close(const Moment& moment);

    Result<std::vector<Activity>> history(std::size_t limit) const;           // newest first, without `present`
    Result<Activity> read(const ActivityId& id) const;
    Result<std::vector<Member>> absent(const Activity& activity) const;       // expected and not there, by pinyin
    // For the export: attendance, absences. Full names: the file is the host's.
    Result<std::vector<Sheet>> sheets(const Activity& activity, Lang lang) const;

private:
    Database* db_;
    Records* records_;
    Members* members_;
    std::optional<Activity> current_;
    struct LastTap {
        MemberId member;
        Instant when;
    };
    std::vector<LastTap> last_taps_;        // of the last 10 s
    Instant opened_at_;
    std::optional<Milliseconds> late_at_;   // after opened_at_
};

}  // namespace xinghuo
