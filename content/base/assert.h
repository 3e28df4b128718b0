// Our own mistakes, also in release builds: say where, then die. The supervisor starts the kiosk
// again within two seconds, and everything that matters is already on disk.
#pragma once

#include <source_location>
#include <string_view>

namespace xinghuo {

[[noreturn]] void die(std::string_view why, std::source_location where);

inline void insist(bool holds, std::string_view why,
                   std::source_location where = std::source_location::current()) {
    if (!holds) die(why, where);
}

}  // namespace xinghuo
