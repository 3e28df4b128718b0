// A period cut into what is kept of hours (hour_sums.h) and single days. Pure.
#pragma once

#include <array>
#include <climits>
#include <cstdint>
#include <vector>

#include "sync/server/report_policies.h"

namespace xinghuo {

struct DaySpan {
    std::int64_t from = 0, to = -1;  // inclusive
    [[nodiscard]] bool empty() const { return to < from; }
    [[nodiscard]] std::int64_t days() const { return to - from + 1; }
    friend bool operator==(const DaySpan&, const DaySpan&) = default;
};
DaySpan days_in_both(const DaySpan& a, const DaySpan& b);
DaySpan days_of_year(int year);
std::array<DaySpan, 4> quarters_of_year(int year);

// A period as a sum, with signs: January to November is the year less the days of December.
struct HourPart {
    bool minus = false, kept = false;       // kept: a row of member_hours; otherwise study_day and attendance of these days
    std::int64_t from_day = 0, to_day = 0;  // inclusive
    Policy policy;
    friend bool operator==(const HourPart&, const HourPart&) = default;
};
// From the year `anew_from` on: of days only, added, each stretch of one policy as a whole.
std::vector<HourPart> hour_parts(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day, int anew_from = INT_MAX);

}  // namespace xinghuo
