#include "content/exhibit/timeline.h"

#include <algorithm>
#include <tuple>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t event_limit = 20'000;

int two_digits(const std::string& iso, std::size_t at) {
    if (iso.size() < at + 2) return 0;
    return (iso[at] - '0') * 10 + (iso[at + 1] - '0');
}

bool well_formed(const std::string& iso) {
    if (iso.size() != 4 && iso.size() != 7 && iso.size() != 10) return false;
    for (std::size_t i = 0; i < iso.size(); ++i) {
        const bool dash = i == 4 || i == 7;
        if (dash ? iso[i] != '-' : iso[i] < '0' || iso[i] > '9') return false;
    }
    return two_digits(iso, 5) <= 12 && two_digits(iso, 8) <= 31;
}

}  // namespace

Result<std::vector<TimelineEvent>> read_timeline(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    std::vector<TimelineEvent> events;
    for (const JsonNode& node : document.root()["events"].items(event_limit)) {
        TimelineEvent event{node["id"].string(), node["date"].string(), node["title"].bilingual(), node["text"].bilingual(),
                            node["place"].exists() ? node["place"].bilingual() : Bilingual{}, node["source"].exists() ? node["source"].bilingual() : Bilingual{}, node["theme"].string_or("")};
        if (!well_formed(event.date)) node["date"].refuse("must be YYYY, YYYY-MM or YYYY-MM-DD");
        events.push_back(std::move(event));
    }
    if (!document.good()) return document.error();
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
    return events;
}

DayInHistory day_in_history(const std::vector<TimelineEvent>& events, Date today) {
    DayInHistory found;
    for (const TimelineEvent& e : events)
        if (two_digits(e.date, 5) == today.month && two_digits(e.date, 8) == today.day) found.events.push_back(&e);
    if (!found.events.empty()) {
        found.nearness = DayInHistory::Nearness::day;
        return found;
    }
    for (const TimelineEvent& e : events)
        if (two_digits(e.date, 5) == today.month) found.events.push_back(&e);
    if (!found.events.empty()) {
        found.nearness = DayInHistory::Nearness::month;
        return found;
    }
    // The next one in the calendar, over the turn of the year.
    const TimelineEvent* next = nullptr;
    std::tuple<int, int> nearest{100, 0};
    for (const TimelineEvent& e : events) {
        const int month = two_digits(e.date, 5);
        if (month == 0) continue;
        const std::tuple<int, int> ahead{(month - today.month + 12) % 12, two_digits(e.date, 8)};
        if (next != nullptr && ahead >= nearest) continue;
        next = &e;
        nearest = ahead;
    }
    if (next != nullptr) found.events.push_back(next);
    return found;
}

}  // namespace xinghuo
