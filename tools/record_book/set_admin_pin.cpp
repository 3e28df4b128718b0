// set-admin-pin: when the administrator's PIN is forgotten, whoever may log in at the machine sets another one.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {
namespace {

constexpr std::size_t line_limit = 64;  // bytes

std::optional<std::string> read_line() {
    std::string line;
    for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
        if (c == EOF && line.empty()) return std::nullopt;
        if (c == EOF || line.size() == line_limit) break;
        line += static_cast<char>(c);
    }
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    return line;
}

// Asks on the terminal, where what is typed is not shown.
std::optional<std::string> ask(const char* words) {
    termios shown{};
    if (::tcgetattr(STDIN_FILENO, &shown) != 0) return std::nullopt;
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    fmt::print(stderr, "{}: ", words);
    if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0) return std::nullopt;
    auto line = read_line();
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fmt::print(stderr, "\n");
    return line;
}

}  // namespace

int set_admin_pin(const Context& context, const Arguments& arguments) {
    std::optional<std::string> pin;
    if (arguments.size() > 1) return complain("set-admin-pin takes one PIN at most");
    if (!arguments.empty()) {
        complain("a PIN among the arguments can be seen by everybody on this machine; better give it on standard input");
        pin = arguments[0];
    } else if (::isatty(STDIN_FILENO) == 1) {
        pin = ask("New PIN (6 to 12 digits)");
        const auto again = pin ? ask("The same once more") : std::nullopt;
        if (pin && again != pin) return complain("the two are not the same; nothing was changed", 1);
    } else {
        pin = read_line();
    }
    if (!pin) return complain("no PIN was given");
    auto study = context.open();
    if (!study) return complain(study.error().what);
    auto set = (*study)->admin().set_pin(*pin, context.clock.moment());
    if (!set) return complain(set.error().what, set.error().kind == ErrorKind::invalid ? 1 : 2);
    fmt::print("The administrator's PIN is set; wrong tries are forgotten.\n");
    return 0;
}

}  // namespace xinghuo::record_book
