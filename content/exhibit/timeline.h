// The data of a timeline, and what of it belongs to a day. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct TimelineEvent {
    std::string id;
    std::string date;        // ISO, YYYY, YYYY-MM or YYYY-MM-DD
    Bilingual title, text, place, source;
    std::string theme;
};

// The text of a pack's timeline.json (content/pack/README.md), in date order.
Result<std::vector<TimelineEvent>> read_timeline(std::string_view json);

struct DayInHistory {
    enum class Nearness { day, month, other } nearness = Nearness::other;
    std::vector<const TimelineEvent*> events;  // of that day, else of that month, else the next in the calendar; oldest first
};
// Pointers into `events`. Empty only when there are no events with a month.
DayInHistory day_in_history(const std::vector<TimelineEvent>& events, Date today);

}  // namespace xinghuo
