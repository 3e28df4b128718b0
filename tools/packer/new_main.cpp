// new: a folder to start from.
#include "tools/packer/commands.h"
#include "tools/packer/new_pack.h"
#include "tools/packer/options.h"
#include "tools/packer/words.h"

namespace xinghuo {

const char* const new_usage =
    "new FOLDER [--id my-pack] [--title 标题] [--title-en TITLE] [--lang zh|en]\n"
    "    makes a folder with a small pack to change into your own, with notes in Chinese and English\n";

int new_command(const Words& words, const Commander& from) {
    const auto options = CommandOptions::read(words, 1, {"--id", "--title", "--title-en", "--lang"}, {});
    if (!options) return say_error(from, options.error());
    if (options->places().size() != 1) return say_usage(from, new_usage);
    const auto tongue = PackWords::open(packer_share() / "strings");
    if (!tongue) return say_error(from, tongue.error());
    const Lang lang = lang_asked(options->one("--lang"));
    const Path folder = options->places()[0];
    NewPack wishes;
    wishes.id = options->one("--id").value_or("");
    wishes.title = options->one("--title").value_or(wishes.title);
    wishes.title_en = options->one("--title-en").value_or(wishes.title_en);
    const auto made = make_new_pack(packer_share(), folder, wishes);
    if (!made && made.error().what == "not empty") {
        from.complain((*tongue)(lang, "new.there", {{"folder", folder.string()}}));
        return 1;
    }
    if (!made) return say_error(from, made.error());
    from.say((*tongue)(lang, "new.made", {{"folder", folder.string()}}));
    return 0;
}

}  // namespace xinghuo
