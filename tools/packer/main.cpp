// xinghuo-pack: makes what the kiosk shows from what authors write.
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tools/packer/art.h"

namespace {

using namespace xinghuo;

constexpr const char* usage =
    "xinghuo-pack art SOURCE OUT     icons and ornaments of the application\n";

int say_error(const Error& error) {
    fmt::print(stderr, "{}\n", error.what);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 3 && words[0] == "art") {
        const auto built = build_art(words[1], words[2]);
        if (!built) return say_error(built.error());
        fmt::print("{} pictures drawn\n", *built);
        return 0;
    }
    fmt::print(stderr, "{}", usage);
    return 2;
}
