// xinghuo-pack: makes what the kiosk shows from what authors write.
#include <fmt/format.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

#include "tools/packer/art.h"
#include "tools/packer/build.h"

namespace {

using namespace xinghuo;

constexpr const char* usage =
    "xinghuo-pack build SOURCE OUT [--cache DIR] [--if-changed] [--jobs N]\n"
    "    checks SOURCE and makes the pack OUT of it; everything that is wrong is told with file and line\n"
    "xinghuo-pack art SOURCE OUT\n"
    "    draws the application's icons and ornaments\n";

int say_error(const Error& error) {
    fmt::print(stderr, "{}\n", error.what);
    return 1;
}

int say_usage() {
    fmt::print(stderr, "{}", usage);
    return 2;
}

int art(const std::vector<std::string>& words) {
    if (words.size() != 3) return say_usage();
    const auto built = build_art(words[1], words[2]);
    if (!built) return say_error(built.error());
    fmt::print("{} pictures drawn\n", *built);
    return 0;
}

int build(const std::vector<std::string>& words) {
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
            return say_usage();
        } else {
            places.emplace_back(words[i]);
        }
    }
    if (places.size() != 2 || options.jobs < 0 || options.jobs > 64) return say_usage();
    std::mutex mutex;
    options.say = [&mutex](const std::string& line) {
        const std::lock_guard lock(mutex);
        fmt::print("{}\n", line);
        std::fflush(stdout);
    };
    Problems problems;
    const auto built = build_pack(places[0], places[1], options, problems);
    if (!built) {
        fmt::print(stderr, "{}", problems.text());
        return say_error(built.error());
    }
    if (built->unchanged) {
        fmt::print("nothing has changed\n");
    } else {
        fmt::print("{} files, {:.1f} MB; {} steps, {} files made anew\n", built->files,
                   static_cast<double>(built->bytes) / 1e6, built->steps, built->steps_made);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (!words.empty() && words[0] == "art") return art(words);
    if (!words.empty() && words[0] == "build") return build(words);
    return say_usage();
}
