// The study record from outside: looked at, checked, taken along; beside a running kiosk or without one.
#include <fmt/format.h>

#include <cstdio>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

int complain(const std::string& sentence, int code) {
    fmt::print(stderr, "xinghuo-records: {}\n", sentence);
    return code;
}

namespace {

void print_usage(std::FILE* to) {
    fmt::print(to, "xinghuo-records --data DIR COMMAND …\n\n");
    for (const Command& command : commands()) fmt::print(to, "    {:15} {}\n", command.name, command.usage);
}

int run(const Arguments& all) {
    SystemClock clock;
    Context context{{}, clock};
    std::size_t at = 0;
    while (at < all.size() && all[at].starts_with("--")) {
        if (all[at] == "--help") {
            print_usage(stdout);
            return 0;
        }
        if (all[at] != "--data" || at + 1 == all.size()) return complain("\"" + all[at] + "\" is no option; --help lists them");
        context.files.data = all[at + 1];
        at += 2;
    }
    if (at == all.size()) {
        print_usage(stderr);
        return 2;
    }
    if (context.files.data.empty() && all[at] != "verify") return complain("which data folder? --data DIR");
    for (const Command& command : commands())
        if (all[at] == command.name) return command.run(context, Arguments(all.begin() + static_cast<std::ptrdiff_t>(at) + 1, all.end()));
    return complain("\"" + all[at] + "\" is no command; --help lists them");
}

}  // namespace
}  // namespace xinghuo::record_book

int main(int argc, char** argv) { return xinghuo::record_book::run({argv + 1, argv + argc}); }
