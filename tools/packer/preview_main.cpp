// preview: the pack in the kiosk's window, anew at every save.
#include "tools/packer/commands.h"
#include "tools/packer/options.h"
#include "tools/packer/preview.h"
#include "tools/packer/process.h"

namespace xinghuo {

const char* const preview_usage =
    "preview SOURCE [--lang zh|en] [--once] [-- OPTIONS OF THE KIOSK]\n"
    "    opens the kiosk with SOURCE and makes it anew at every save; --once: only as it is now\n";

int preview_command(const Words& words, const Commander& from) {
    Words ours;
    PreviewOptions preview;
    bool behind = false;
    for (const std::string& word : words) {
        if (behind) preview.kiosk_words.push_back(word);
        else if (word == "--") behind = true;
        else ours.push_back(word);
    }
    const auto options = CommandOptions::read(ours, 1, {"--lang"}, {"--once"});
    if (!options) return say_error(from, options.error());
    if (options->places().size() != 1) return say_usage(from, preview_usage);
    const auto tongue = PackWords::open(packer_share() / "strings");
    if (!tongue) return say_error(from, tongue.error());
    preview.lang = lang_asked(options->one("--lang"));
    preview.once = options->has("--once");
    preview.kiosk = program_beside("xinghuo-kiosk");
    // A window beside the editor; a driver says itself what it wants.
    if (preview.kiosk_words.empty()) preview.kiosk_words = {"--window", "1280x720", "--lang", std::string(code(preview.lang))};
    preview.say = from.complain;  // standard output is the kiosk's, whose driver may read it
    if (auto shown = run_preview(options->places()[0], *tongue, preview); !shown) return say_error(from, shown.error());
    return 0;
}

}  // namespace xinghuo
