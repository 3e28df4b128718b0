// Which characters a pack's texts need, and whether the kiosk's fonts have them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

// Adds every character of a text that draws something.
void collect_characters(std::string_view utf8, std::set<char32_t>& into);

// Those that none of the kiosk's fonts has. The fonts are those of Debian's packages fonts-noto-cjk, fonts-hanazono,
// fonts-babelstone-han and fonts-unifont; `missing` when not even the first is installed.
Result<std::vector<char32_t>> characters_without_font(const std::set<char32_t>& characters);

}  // namespace xinghuo
