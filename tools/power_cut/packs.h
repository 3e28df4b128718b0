// Kills the real kiosk while it installs packs from a stick, and looks at what is left.
#pragma once

#include <cstdint>

#include "content/base/file.h"

namespace xinghuo {

// `programs`: the folder of xinghuo-kiosk. Exit code 0 when the old version or the new one was shown each time, every byte of it what was
// signed, and nothing leaked; the last line is the figures.
int cut_installs(const Path& programs, long kills, std::uint64_t seed);

}  // namespace xinghuo
