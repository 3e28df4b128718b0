// What a terminal is told once, in one JSON file (comments allowed). Read at start; a wrong or unknown setting closes the
// hall with a sentence that names it (on the screen; driven from outside, the start fails with it), so that a slip is seen
// on the day it is made.
//
//     {"language": "zh", "panel": {"width_mm": 952, "height_mm": 535}, "viewing_distance_mm": 600,
//      "idle_seconds": 60, "still_there_seconds": 10, "volume": 0.8, "less_motion": false, "high_contrast": false}
//
// What stands in it is stronger than what a centre sets (in_force.h).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/file.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

// Who made a setting, the weakest first.
enum class SetBy { program, centre, terminal, command_line };

struct Settings {
    Lang lang = Lang::zh;
    // The panel's picture; 0: not known. "panel": {"diagonal_inches": 43} does too, with the screen's shape.
    float panel_width_mm = 0, panel_height_mm = 0, panel_diagonal_inches = 0;
    float viewing_distance_mm = 600;
    double idle_seconds = 60, still_there_seconds = 10;
    float volume = 0.8f;
    bool less_motion = false, high_contrast = false;
    // Readers taken as devices ("card_readers": ["08ff:0009", "IC Reader"]); others play keyboard and are known by their timing.
    std::vector<std::string> card_readers;
    std::optional<PublicKey> centre_key;  // "centre_key": 64 hex digits: whose QR tokens are believed
    // Where packs come from ("packs": {"root": "/etc/xinghuo/root.json", "repository": "https://packs.example.edu/xinghuo",
    // "ca": "/etc/xinghuo/ca.pem", "proxy": "http://10.0.0.1:3128", "quiet_hours": "02:00-05:00", "automatic": true}).
    struct Packs {
        std::string root;               // the root of trust; empty: the one that ships with the program
        std::string repository;         // https://…; empty: sticks only
        std::string ca, proxy;          // empty: the system's
        int quiet_from = 2 * 60, quiet_to = 5 * 60;  // minutes of the day
        bool automatic = true;          // looks and installs in the quiet hours
    } packs;
    // Where records go ("centre": {"url": "https://centre.example.edu", "ca": "/etc/xinghuo/ca.pem", "proxy": "http://10.0.0.1:3128",
    // "token_file": "/etc/xinghuo/token", "lrs": {"endpoint": "https://lrs.example.edu/data/xAPI", "user": "hall", "password_file": "…"}}).
    struct Centre {
        std::string url;                // https://…; empty: none
        std::string ca, proxy;          // empty: the system's, none
        std::string token_file;         // empty: what enrolment here left
        std::string lrs, lrs_user, lrs_password_file;  // another Learning Record Store gets the records instead
    } centre;
    // Of those that a centre may make, too (content/study/from_centre.h), by its name for them: who made them here. Not there: nobody did.
    std::map<std::string, SetBy, std::less<>> given;
};

Result<Settings> read_settings(std::string_view json);

struct MinutesOfDay {
    int from = 0, to = 0;                // minutes
};
// "02:00-05:00"; nothing: not two different times of day.
std::optional<MinutesOfDay> quiet_hours_of(std::string_view text);

// How wide one imaginary px is on the glass, mm; 0 when the panel is not known.
float mm_per_unit(const Settings& settings, float screen_w, float screen_h);
// The factor by which all text grows so that body text is 7 mm high at 0.6 m and 12 mm at 1 m, between 1 and 1.5
// (visual.md, "Type"; the body is 34 px, of which a Chinese character fills 92 %).
float text_factor(const Settings& settings, float mm_per_unit);

}  // namespace xinghuo
