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
    Path data, pack, config;
    std::optional<Lang> lang;
    std::string wall;                 // --wall ISO: what the fake clock's calendar starts at
};

Result<Options> read_options(const std::vector<std::string>& arguments);
std::string usage();

}  // namespace xinghuo
