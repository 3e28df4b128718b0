#include "kiosk/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace xinghuo {

std::string usage() {
    return "xinghuo-kiosk: the exhibition, full screen\n"
           "\n"
           "  --window WxH        a window instead of the full screen\n"
           "  --data DIR          where this terminal keeps its own files: packs and records\n"
           "  --root FILE         the root of trust for packs (root.json), instead of the one that ships\n"
           "  --preview DIR       a built pack that nobody signed, read again when it changes; every screen says so.\n"
           "                      Only with --window, --headless, --drive, --tour or --shot\n"
           "  --config FILE       settings (JSON)\n"
           "  --centre URL        where records go, instead of the settings' centre\n"
           "  --token-file FILE   what the centre knows this terminal by; without it, what an enrolment left\n"
           "  --lang zh|en        the language a visit begins with\n"
           "  --headless          no display, no sound: pictures in memory\n"
           "  --drive             read commands from standard input, answer one JSON line each: screen, touch, tap, drag, pinch, type,\n"
           "                      key, card, wait, wallclock, trust, stick, unstick, lang, open, shot, records, quit, and\n"
           "                      packs [look stick|network | install | cancel | undo ID | wait SECONDS],\n"
           "                      sync [now | enrol CODE NAME | enrol-stick CODE NAME | release | wait SECONDS]\n"
           "  --clock fake|real   fake: time moves only by the command wait\n"
           "  --wall ISO          the fake clock's date and time, e.g. 2026-07-01T09:00:00+08:00\n"
           "  --tour DIR          a scripted visit; pictures of every screen go into DIR\n"
           "  --shot PLACE FILE   one place to a PNG (attract, hall, figures, films, item/ID, quiz, quiz/ID, still-there)\n"
           "  --at SECONDS        how long after entering the picture is taken\n"
           "  --announce          say \"first frame\" on standard output when it has been shown\n"
           "  --version, --help\n";
}

Result<Options> read_options(const std::vector<std::string>& arguments) {
    Options o;
    const auto wrong = [](const std::string& why) { return Error{ErrorKind::invalid, why}; };
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        if (a == "--help" || a == "-h") { o.help = true; continue; }
        if (a == "--version") { o.version = true; continue; }
        if (a == "--probe-gpu") { o.probe_gpu = true; continue; }
        if (a == "--headless") { o.headless = true; continue; }
        if (a == "--announce") { o.announce = true; continue; }
        if (a == "--drive") { o.drive = true; continue; }
        const std::size_t wanted = a == "--shot" ? 2 : 1;
        static const std::vector<std::string> with_value{"--window", "--preview", "--root", "--data", "--config", "--centre", "--token-file", "--lang", "--clock", "--wall", "--tour", "--shot", "--at"};
        if (std::find(with_value.begin(), with_value.end(), a) == with_value.end()) return wrong(a + ": no such option");
        if (i + wanted >= arguments.size()) return wrong(a + ": a value is missing");
        const std::string& value = arguments[++i];
        if (a == "--preview") o.preview = value;
        if (a == "--root") o.root = value;
        if (a == "--data") o.data = value;
        if (a == "--config") o.config = value;
        if (a == "--centre") o.centre = value;
        if (a == "--token-file") o.token_file = value;
        if (a == "--tour") o.tour = Path(value);
        if (a == "--wall") o.wall = value;
        if (a == "--lang") {
            if (value != "zh" && value != "en") return wrong("--lang: must be zh or en");
            o.lang = value == "en" ? Lang::en : Lang::zh;
        }
        if (a == "--clock") {
            if (value != "fake" && value != "real") return wrong("--clock: must be fake or real");
            o.fake_clock = value == "fake";
        }
        if (a == "--window") {
            char rest = 0;
            if (std::sscanf(value.c_str(), "%dx%d%c", &o.window_w, &o.window_h, &rest) != 2 || o.window_w < 320 || o.window_h < 320 ||
                o.window_w > 16384 || o.window_h > 16384)
                return wrong("--window: must be WIDTHxHEIGHT, from 320 to 16384 each, e.g. 1920x1080");
        }
        if (a == "--at") {
            char rest = 0;
            if (std::sscanf(value.c_str(), "%lf%c", &o.at_seconds, &rest) != 1 || !(o.at_seconds >= 0 && o.at_seconds <= 3600))
                return wrong("--at: must be seconds, from 0 to 3600");
        }
        if (a == "--shot") {
            o.shot_place = value;
            o.shot_file = arguments[++i];
        }
    }
    if (!o.preview.empty() && unattended(o) && o.window_w == 0)
        return wrong("--preview: what is not signed is not shown on a full screen that nobody attends; add --window 1280x720");
    return o;
}

}  // namespace xinghuo
