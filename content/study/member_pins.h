// A member's PIN, tried at the terminal. Three wrong ones in a row cost 30 s, each further one twice as long, to 32 minutes; counted by
// member and on disk, so that neither leaving the screen nor a restart gets round it. Main thread.
#pragma once

#include <string_view>
#include <unordered_map>

#include "content/study/members.h"

namespace xinghuo {

// From none: 0, 0, 0, 30 s, 60 s, 2 min … 32 min. Pure.
Nanoseconds member_delay_after(int wrong_in_a_row);

class MemberPins {
public:
    MemberPins(Database& db, Members& members) : db_(&db), members_(&members) {}

    enum class Answer { right, wrong, wait };
    // wait: the PIN is not looked at. The count is on disk before the answer is given: when the disk refuses, nobody learns whether
    // the PIN was right, and the try counts until the next start. Where there is no PIN every one is wrong.
    Result<Answer> try_pin(const MemberId& id, std::string_view pin, const Moment& moment);
    // After a start a delay that was due begins anew.
    Result<Nanoseconds> wait_left(const MemberId& id, Instant now);
    // The member's first PIN, or another one after a reset; the wrong tries are forgotten. `invalid`: not 4–8 digits.
    Result<void> set_pin(const MemberId& id, std::string_view pin, const Moment& moment);

private:
    struct Tries {
        int wrong = 0;
        Instant until;
    };
    Result<Tries*> tries(const MemberId& id, Instant now);
    Result<void> keep(const MemberId& id, int wrong);

    Database* db_;
    Members* members_;
    std::unordered_map<MemberId, Tries> tries_;
};

}  // namespace xinghuo
