// check: what is wrong with a source, in words.
#include "tools/packer/check.h"
#include "tools/packer/commands.h"
#include "tools/packer/options.h"

namespace xinghuo {

const char* const check_usage =
    "check SOURCE [--lang zh|en]\n"
    "    everything that is wrong with SOURCE, with file and line and what to do\n";

int check_command(const Words& words, const Commander& from) {
    const auto options = Options::read(words, 1, {"--lang"}, {});
    if (!options) return say_error(from, options.error());
    if (options->places().size() != 1) return say_usage(from, check_usage);
    const auto tongue = PackWords::open(packer_share() / "strings");
    if (!tongue) return say_error(from, tongue.error());
    const Lang lang = lang_asked(options->one("--lang"));
    Problems problems;
    (void)check_source(options->places()[0], problems);
    std::string told = told_problems(problems, *tongue, lang);
    told.pop_back();
    from.say(told);
    return problems.none() ? 0 : 1;
}

}  // namespace xinghuo
