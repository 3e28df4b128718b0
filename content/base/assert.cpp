#include "content/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace xinghuo {

void die(std::string_view why, const char* file, unsigned line) {
    std::fprintf(stderr, "%s:%u: %.*s\n", file, line, static_cast<int>(why.size()), why.data());
    std::fflush(stderr);
    std::abort();
}

}  // namespace xinghuo
