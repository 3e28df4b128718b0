// Every item of a built pack as the kiosk shows it: pictures, and texts that do not fit their place.
#pragma once

#include <string>
#include <vector>

#include "content/pack/catalogue.h"

namespace xinghuo {

struct Look {
    std::string item;               // empty: the hall
    std::string shape, lang;        // "landscape", "portrait", "small", "large-text"; "zh", "en"
    std::string picture;            // a file name in the folder of pictures; empty: none was taken
    std::vector<std::string> cut;   // texts that do not fit
    std::string problem;            // what the kiosk said when it could not show it
};

// Runs the kiosk in memory once for each shape and language. `pictures` empty: only measures. Pictures are 1280 × 720 px or upright.
Result<std::vector<Look>> look_at_pack(const Path& kiosk, const Path& pack, const Path& pictures, const std::vector<std::string>& languages);

}  // namespace xinghuo
