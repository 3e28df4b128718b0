// What happens at one terminal in a day, by a seed: it is switched on, members come by twos and threes, watch, read, answer, and leave; now and then a branch
// activity with thirty cards in three minutes; nobody at night; sometimes the power is cut. Records only, as the kiosk writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/quiz/shuffle.h"
#include "content/study/records.h"
#include "sync/protocol.h"

namespace xinghuo {

class TerminalDays {
public:
    // The members are those of the whole fleet; each terminal sees some of them more often. `busy`: so many times the usual visits, with shorter pauses between.
    TerminalDays(std::uint64_t seed, std::size_t members, WallTime first_day, int busy = 1);

    // The next thing that happens, with the moment it happens at: a handful of records that belong into one transaction.
    struct Happening {
        std::vector<Draft> drafts;
        Moment moment;
        bool switched_on = false;  // the machine was started just before: another boot
    };
    Happening next();

private:
    void pass(std::int64_t ms);
    void visit();
    void activity();
    [[nodiscard]] MemberId somebody();
    void plan(std::vector<Draft> drafts) { planned_.push_back({std::move(drafts), moment_, std::exchange(switched_on_, false)}); }
    void begin_day();

    Chance chance_;
    std::size_t members_, first_;
    std::int64_t day_ms_;          // midnight of the day, UTC ms
    Moment moment_;
    bool switched_on_ = false, started_ = false;
    int busy_, visits_left_ = 0;
    std::int64_t visits_ = 0;
    std::vector<Happening> planned_;  // in reverse: the next one last
};

// The fleet's members: the same ids for every terminal.
MemberId fleet_member(std::size_t i);

// So many records of such days, as the terminal with this key has them, without a disk: chained from seq 1; every tenth and the last one signed.
std::vector<CarriedRecord> made_chain(TerminalDays& days, const SigningKey& key, std::size_t count);

}  // namespace xinghuo
