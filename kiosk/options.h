// The command line of xinghuo-kiosk.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct Options {
    bool help = false, version = false, probe_gpu = false;
    bool headless = false, announce = false, drive = false, fake_clock = false;
    std::optional<Path> tour;         // a folder for pictures
    std::string shot_place;           // --shot PLACE FILE
    Path shot_file;
    double at_seconds = 1;
    int window_w = 0, window_h = 0;   // 0: full screen
    Path data, config;
    Path root;                        // --root: the root of trust, before the settings'
    Path preview;                     // --preview: a built pack that nobody signed; only where somebody attends
    std::string centre;               // --centre URL, before the settings'; http to any machine, for whoever says it here knows what lies between
    Path token_file;                  // --token-file
    std::optional<Lang> lang;
    std::string wall;                 // --wall ISO: what the fake clock's calendar starts at
};

// In front of visitors: nobody reads what is printed, and nothing unsigned is shown.
[[nodiscard]] inline bool unattended(const Options& o) { return !o.headless && !o.drive && !o.tour && o.shot_place.empty(); }

// Refuses a preview on an unattended full screen.
Result<Options> read_options(const std::vector<std::string>& arguments);
std::string usage();

}  // namespace xinghuo
