#include "kiosk/in_force.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "content/base/json.h"
#include "content/study/from_centre.h"

namespace xinghuo {
namespace {

std::string time_text(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

// One setting: how it is read from the centre's JSON, and how the value that holds is told.
struct Setting {
    const char* name;
    void (*take)(Settings&, const JsonNode&);
    std::string (*tell)(const Settings&);
};
// In the order people read them: the two of somebody who went away belong together.
const std::array all_settings = {
    Setting{"idle_seconds", [](Settings& s, const JsonNode& v) { s.idle_seconds = v.number(); }, [](const Settings& s) { return fmt::format("{:g}", s.idle_seconds); }},
    Setting{"still_there_seconds", [](Settings& s, const JsonNode& v) { s.still_there_seconds = v.number(); },
            [](const Settings& s) { return fmt::format("{:g}", s.still_there_seconds); }},
    Setting{"volume", [](Settings& s, const JsonNode& v) { s.volume = static_cast<float>(v.number()); }, [](const Settings& s) { return fmt::format("{:g}", s.volume); }},
    Setting{"less_motion", [](Settings& s, const JsonNode& v) { s.less_motion = v.boolean_or(false); }, [](const Settings& s) { return std::string(s.less_motion ? "true" : "false"); }},
    Setting{"high_contrast", [](Settings& s, const JsonNode& v) { s.high_contrast = v.boolean_or(false); },
            [](const Settings& s) { return std::string(s.high_contrast ? "true" : "false"); }},
    Setting{"language", [](Settings& s, const JsonNode& v) { s.lang = v.string() == "en" ? Lang::en : Lang::zh; },
            [](const Settings& s) { return std::string(s.lang == Lang::en ? "\"en\"" : "\"zh\""); }},
    Setting{"quiet_hours",
            [](Settings& s, const JsonNode& v) {
                const auto hours = quiet_hours_of(v.string());
                if (!hours) return;
                s.packs.quiet_from = hours->from;
                s.packs.quiet_to = hours->to;
            },
            [](const Settings& s) { return fmt::format("\"{}-{}\"", time_text(s.packs.quiet_from), time_text(s.packs.quiet_to)); }},
};

}  // namespace

const InForce::Value& InForce::of(std::string_view name) const {
    const auto found = std::find_if(values.begin(), values.end(), [&](const Value& value) { return value.name == name; });
    assert(found != values.end());
    return *found;
}

InForce in_force(const Settings& own, const std::map<std::string, std::string>& centre) {
    InForce now;
    now.settings = own;
    for (const Setting& setting : all_settings) {
        InForce::Value value;
        value.name = setting.name;
        if (const auto given = own.given.find(setting.name); given != own.given.end()) value.by = given->second;
        if (const auto told = centre.find(setting.name); told != centre.end() && check_centre_setting(setting.name, told->second)) {
            value.of_centre = told->second;
            JsonDocument document;
            if (value.by == SetBy::program && document.parse(R"({"value":)" + told->second + "}")) {
                setting.take(now.settings, document.root()["value"]);
                value.by = SetBy::centre;
            }
        }
        value.json = setting.tell(now.settings);
        now.values.push_back(std::move(value));
    }
    return now;
}

}  // namespace xinghuo
