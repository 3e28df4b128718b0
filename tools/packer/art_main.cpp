// art: the application's own pictures.
#include <fmt/format.h>

#include "tools/packer/art.h"
#include "tools/packer/commands.h"

namespace xinghuo {

const char* const art_usage =
    "art SOURCE OUT\n"
    "    draws the application's icons and ornaments\n";

int art_command(const Words& words, const Commander& from) {
    if (words.size() != 3) return say_usage(from, art_usage);
    const auto built = build_art(words[1], words[2]);
    if (!built) return say_error(from, built.error());
    from.say(fmt::format("{} pictures drawn", *built));
    return 0;
}

}  // namespace xinghuo
