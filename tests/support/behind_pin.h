// What tests of the administrator's pages do with a hall: go in behind the PIN, and read what was written about it.
#pragma once

#include <algorithm>
#include <string>

#include "tests/support/by_touch.h"

namespace xinghuo {

inline const std::string admin_pin = "270451";

inline void enter_pin(Hall& hall, const std::string& digits) {
    hall.drive->run("type " + digits);
    hall.drive->run("key enter");
    hall.drive->wait(0.2);
}

inline void open_admin(Hall& hall) {
    REQUIRE(hall.app->show("admin"));
    hall.drive->settle();
}

// In, by the PIN that the hall's record has.
inline void go_in(Hall& hall) {
    if (!hall.room->study()->admin().has_pin()) REQUIRE(hall.room->study()->admin().set_pin(admin_pin, hall.clock->moment()));
    open_admin(hall);
    REQUIRE(hall.app->screen_id() == "admin-pin");
    enter_pin(hall, admin_pin);
    REQUIRE(hall.app->screen_id() == "admin");
}

// Whether the audit trail has it: an action, or what it was about.
inline bool recorded(Hall& hall, const std::string& action) {
    const auto all = records_of(hall, RecordKind::admin_action);
    return std::any_of(all.begin(), all.end(), [&](const Record& r) { return r.body.find("\"" + action + "\"") != std::string::npos; });
}

// All that is to be read and touched, for a failure's message.
inline std::string seen(const Hall& hall) {
    std::string all;
    for (const Label& l : hall.app->labels()) all += (l.touch ? "#" + l.id + " " : "") + l.text + "\n";
    return all;
}

}  // namespace xinghuo
