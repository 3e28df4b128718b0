#include "sync/server/hour_parts.h"

#include <algorithm>

namespace xinghuo {
namespace {

// About as many rows are read for a stretch that is kept as for so many days.
constexpr std::int64_t stretch_cost = 20;
std::int64_t cost_of(const std::vector<HourPart>& parts) {
    std::int64_t cost = 0;
    for (const HourPart& part : parts) cost += part.kept ? stretch_cost : part.to_day - part.from_day + 1;
    return cost;
}
void add_part(std::vector<HourPart>& parts, bool minus, bool kept, const DaySpan& span, const Policy& policy) {
    if (!span.empty()) parts.push_back({minus, kept, span.from, span.to, policy});
}
// `wanted`, within the stretch of one policy and year, by quarters and days.
std::vector<HourPart> by_quarters(int year, const DaySpan& stretch, const DaySpan& wanted, bool minus, const Policy& policy) {
    std::vector<HourPart> parts;
    for (const DaySpan& calendar : quarters_of_year(year)) {
        const DaySpan quarter = days_in_both(calendar, stretch), here = days_in_both(quarter, wanted);
        if (here.empty()) continue;
        if (here == quarter) {
            add_part(parts, minus, true, quarter, policy);
        } else if (here.days() <= quarter.days() - here.days() + stretch_cost) {
            add_part(parts, minus, false, here, policy);
        } else {
            add_part(parts, minus, true, quarter, policy);
            add_part(parts, !minus, false, {quarter.from, here.from - 1}, policy);
            add_part(parts, !minus, false, {here.to + 1, quarter.to}, policy);
        }
    }
    return parts;
}

}  // namespace

DaySpan days_in_both(const DaySpan& a, const DaySpan& b) { return {std::max(a.from, b.from), std::min(a.to, b.to)}; }
DaySpan days_of_year(int year) { return {china_day(Date{year, 1, 1}), china_day(Date{year, 12, 31})}; }
std::array<DaySpan, 4> quarters_of_year(int year) {
    std::array<DaySpan, 4> quarters;
    for (int i = 0; i < 4; ++i) {
        const std::int64_t end = i == 3 ? china_day(Date{year + 1, 1, 1}) : china_day(Date{year, i * 3 + 4, 1});
        quarters[static_cast<std::size_t>(i)] = {china_day(Date{year, i * 3 + 1, 1}), end - 1};
    }
    return quarters;
}

std::vector<HourPart> hour_parts(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day, int anew_from) {
    std::vector<HourPart> all;
    const DaySpan period{from_day, to_day};
    for (int year = date_of_day(from_day).year; year <= date_of_day(to_day).year; ++year) {
        const DaySpan whole = days_of_year(year);
        for (const PolicySpan& span : policy_spans(table, whole.from, whole.to)) {
            const DaySpan stretch{span.from_day, span.to_day}, wanted = days_in_both(stretch, period);
            if (wanted.empty()) continue;
            if (year >= anew_from) {
                // Two years under one policy are read as one.
                if (!all.empty() && !all.back().kept && !all.back().minus && all.back().to_day + 1 == wanted.from && all.back().policy == span.policy) all.back().to_day = wanted.to;
                else add_part(all, false, false, wanted, span.policy);
                continue;
            }
            if (wanted == stretch) {
                add_part(all, false, true, stretch, span.policy);
                continue;
            }
            std::vector<HourPart> direct = by_quarters(year, stretch, wanted, false, span.policy), less;
            add_part(less, false, true, stretch, span.policy);
            for (const DaySpan& outside : {DaySpan{stretch.from, wanted.from - 1}, DaySpan{wanted.to + 1, stretch.to}}) {
                const std::vector<HourPart> parts = by_quarters(year, stretch, outside, true, span.policy);
                less.insert(less.end(), parts.begin(), parts.end());
            }
            const std::vector<HourPart>& best = cost_of(direct) <= cost_of(less) ? direct : less;
            all.insert(all.end(), best.begin(), best.end());
        }
    }
    return all;
}

}  // namespace xinghuo
