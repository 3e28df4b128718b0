// Our own mistakes, also in release builds: say where, then die. The supervisor starts the kiosk
// again within two seconds, and everything that matters is already on disk.
#pragma once

#include <string_view>

namespace xinghuo {

[[noreturn]] void die(std::string_view why, const char* file, unsigned line);

// The place is the caller's. (clang 14 has the builtins, but not std::source_location.)
inline void insist(bool holds, std::string_view why, const char* file = __builtin_FILE(),
                   unsigned line = static_cast<unsigned>(__builtin_LINE())) {
    if (!holds) die(why, file, line);
}

}  // namespace xinghuo
