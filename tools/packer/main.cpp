// xinghuo-pack: makes what the kiosk shows from what authors write.
#include <fmt/format.h>

#include <cstdio>
#include <mutex>

#include "tools/packer/commands.h"

namespace xinghuo {

namespace {

struct Command {
    const char* name;
    const char* const* usage;  // arguments, and what it does
    int (*run)(const Words&, const Commander&);
};

// A new command: one line here, one file NAME_main.cpp, its lines in commands.h.
const Command table[] = {
    {"new", &new_usage, new_command},
    {"check", &check_usage, check_command},
    {"preview", &preview_usage, preview_command},
    {"build", &build_usage, build_command},
    {"sign", &sign_usage, sign_command},
    {"publish", &publish_usage, publish_command},
    {"keys", &keys_usage, keys_command},
    {"demo", &demo_usage, demo_command},
    {"art", &art_usage, art_command},
};

int run(const Words& words) {
    std::mutex mutex;
    const auto line_to = [&mutex](std::FILE* where) {
        return [&mutex, where](const std::string& line) {
            const std::lock_guard lock(mutex);
            fmt::print(where, "{}\n", line);
            std::fflush(where);
        };
    };
    const Commander from{SystemClock().wall(), line_to(stdout), line_to(stderr)};
    if (!words.empty())
        for (const Command& command : table)
            if (words[0] == command.name) return command.run(words, from);
    for (const Command& command : table) from.complain(std::string("xinghuo-pack ") + *command.usage);
    return 2;
}

}  // namespace
}  // namespace xinghuo

int main(int argc, char** argv) { return xinghuo::run(xinghuo::Words(argv + 1, argv + argc)); }
