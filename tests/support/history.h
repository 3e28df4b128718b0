// A member with months of study behind them, kept through Records as the kiosk keeps it: pictures and tests show real charts.
#pragma once

#include "content/study/study.h"

namespace xinghuo {

struct HistoryOptions {
    std::uint64_t seed = 1;
    int days = 200;             // up to and with the day of `until`
    double share_of_days = 0.45;  // on how many of them the member came
    std::vector<std::string> questions;  // ids and themes of a bank, by turns, for the quiz answers: "id theme"
};

// From `days` before `until` on: visits with media, reading and quiz, answers right and wrong, now and then an activity. The same
// seed gives the same history. Fails the test when it cannot be kept.
void give_history(Study& study, const MemberId& member, const Moment& until, const HistoryOptions& options);

}  // namespace xinghuo
