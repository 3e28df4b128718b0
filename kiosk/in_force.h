// Which value of a setting holds at this terminal, and who set it. The order: the command line, the terminal's own file (config.h), what the centre sets
// (content/study/from_centre.h), what the program ships with. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/config.h"

namespace xinghuo {

struct InForce {
    struct Value {
        std::string name;
        std::string json;                 // of the value that holds
        SetBy by = SetBy::program;
        std::string of_centre;            // JSON of what the centre set; empty: nothing. Stronger words may stand above it
    };
    Settings settings;                    // with every value that holds
    std::vector<Value> values;            // of each that a centre may make, in the order people read them
    [[nodiscard]] const Value& of(std::string_view name) const;  // one of those
};

// `own`: with what was given by file and command line. `centre`: name and JSON, as FromCentre::settings() tells them; a value that cannot be is passed over.
InForce in_force(const Settings& own, const std::map<std::string, std::string>& centre);

}  // namespace xinghuo
