// build: from a source to a pack.
#include <fmt/format.h>

#include "tools/packer/build.h"
#include "tools/packer/commands.h"

namespace xinghuo {

const char* const build_usage =
    "build SOURCE OUT [--cache DIR] [--if-changed] [--jobs N]\n"
    "    checks SOURCE and makes the pack OUT of it; everything that is wrong is told with file and line\n";

int build_command(const Words& words, const Commander& from) {
    BuildOptions options;
    std::vector<Path> places;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "--if-changed") {
            options.if_changed = true;
        } else if ((words[i] == "--cache" || words[i] == "--jobs") && i + 1 < words.size()) {
            if (words[i] == "--cache") options.cache = words[i + 1];
            else options.jobs = std::atoi(words[i + 1].c_str());
            ++i;
        } else if (words[i].starts_with("--")) {
            return say_usage(from, build_usage);
        } else {
            places.emplace_back(words[i]);
        }
    }
    if (places.size() != 2 || options.jobs < 0 || options.jobs > 64) return say_usage(from, build_usage);
    options.say = from.say;
    Problems problems;
    const auto built = build_pack(places[0], places[1], options, problems);
    if (!built) {
        if (const std::string all = problems.text(); !all.empty()) from.complain(all.substr(0, all.size() - 1));
        return say_error(from, built.error());
    }
    if (built->unchanged) {
        from.say("nothing has changed");
    } else {
        from.say(fmt::format("{} files, {:.1f} MB; {} steps, {} files made anew", built->files, static_cast<double>(built->bytes) / 1e6,
                             built->steps, built->steps_made));
    }
    return 0;
}

}  // namespace xinghuo
