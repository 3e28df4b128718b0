#include "tools/packer/commands.h"

#include <fmt/format.h>

namespace xinghuo {

int say_error(const Commander& from, const Error& error) {
    from.complain(error.what);
    return 1;
}

int say_usage(const Commander& from, const char* usage) {
    std::string text = fmt::format("xinghuo-pack {}", usage);
    while (text.ends_with('\n')) text.pop_back();
    from.complain(text);
    return 2;
}

}  // namespace xinghuo
