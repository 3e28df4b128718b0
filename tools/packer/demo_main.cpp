// demo: the repository that ships.
#include "tools/packer/commands.h"
#include "tools/packer/demo.h"
#include "tools/packer/options.h"

namespace xinghuo {

const char* const demo_usage =
    "demo PACK… REPOSITORY --keys DIR [--if-changed]\n"
    "    signs built packs with demonstration keys (made in DIR when there are none) into REPOSITORY, its root beside it as root.json\n";

int demo_command(const Words& words, const Commander& from) {
    const auto options = CommandOptions::read(words, 1, {"--keys", "--now"}, {"--if-changed"});
    if (!options) return say_error(from, options.error());
    const auto now = options->time("--now", from.now);
    if (!now) return say_error(from, now.error());
    if (options->places().size() < 2 || !options->has("--keys")) return say_usage(from, demo_usage);
    DemoRequest request;
    request.packs.assign(options->places().begin(), options->places().end() - 1);
    request.repository = options->places().back();
    request.keys = *options->one("--keys");
    request.if_changed = options->has("--if-changed");
    const auto made = make_demo(request, *now);
    if (!made) return say_error(from, made.error().within("the demonstration's repository"));
    if (made->unchanged) from.say("nothing has changed");
    for (const std::string& change : made->changes) from.say(change);
    return 0;
}

}  // namespace xinghuo
