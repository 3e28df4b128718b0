// What the kiosk had acknowledged when it was killed, held against what its records say.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "content/base/result.h"
#include "content/base/clock.h"

namespace xinghuo {

// One person's presence, as the driver saw it from outside.
struct Presence {
    std::string session, member;
    Instant asked, acknowledged;      // the card: sent, answered
    Instant last;                     // the last answer while they were here
    Nanoseconds curtains{0};          // while a curtain falls nothing counts
    bool signed_out = false;          // acknowledged: another card was answered
    Instant gone;                     // nothing of it can be after this: the kill, or the answer to the next card
};

struct Figures {
    std::size_t kills = 0, acknowledged = 0, found = 0, doubled = 0, abandoned = 0;
    Nanoseconds worst_loss{0};
    std::vector<std::string> wrong;   // sentences
};

// Follows the records as `xinghuo-records list --json` prints them, in order, and checks every one.
class Kept {
public:
    // A JSON array of the records that came since the last one.
    Result<void> take(const std::string& json, Figures& figures);
    // To be called twice a kill: of what was acknowledged, right after it; of the minutes, once the next start has closed the visit.
    void compare_acknowledged(const std::vector<Presence>& presences, Figures& figures) const;
    void compare_minutes(const std::vector<Presence>& presences, Figures& figures) const;

    [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }
    [[nodiscard]] bool somebody_is_in() const { return !open_.empty(); }

private:
    struct Visit {
        std::string member, why;      // why: empty while it is open
        std::int64_t ms = 0;
    };
    std::int64_t last_seq_ = 0;
    std::string last_hash_;
    std::string open_;                // session of who is in
    std::map<std::string, Visit> visits_;
    std::set<std::string> ids_;
};

}  // namespace xinghuo
