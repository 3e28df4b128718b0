#include "content/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace xinghuo {

void die(std::string_view why, std::source_location where) {
    std::fprintf(stderr, "%s:%u: %.*s\n", where.file_name(), static_cast<unsigned>(where.line()),
                 static_cast<int>(why.size()), why.data());
    std::fflush(stderr);
    std::abort();
}

}  // namespace xinghuo
