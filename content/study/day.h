// Which day it is, on a terminal whose clock may be decades wrong. Pure. (Product rule 4.)
#pragma once

#include <cstdint>
#include <optional>

#include "content/base/clock.h"

namespace xinghuo {

// Days since 1970-01-01 in China's time.
std::int64_t china_day(WallTime when);
std::int64_t china_day(Date date);
Date date_of_day(std::int64_t day);
WallTime begin_of_day(std::int64_t day);  // midnight in China; held within 64 bits

// The day things are counted for and shown as. A trusted clock is believed from 2020 to 20 years after this program was built;
// an untrusted one only from `newest_known` (the day of the newest trusted record, else the day this program was built) to
// 400 days after it; otherwise the day is newest_known: old minutes stay where they are, and no screen shows an absurd date.
std::int64_t counted_day(WallTime wall, bool trusted, std::int64_t newest_known);
// newest_known once a record with this stamp is there. It may go back: a clock that somebody set to 2099 by mistake and
// then put right is right now.
std::int64_t newest_known_after(WallTime wall, bool trusted, std::int64_t newest_known);
// The day this program was built: no true day is before it.
std::int64_t built_day();

}  // namespace xinghuo
