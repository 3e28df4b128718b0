// xinghuo-server: the centre. Without a command it serves.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "sync/server/server_commands.h"

namespace xinghuo {

std::string server_usage() {
    std::string text =
        "xinghuo-server --data DIR [--listen ADDRESS:PORT]      serves until it is stopped\n\n"
        "    --database postgresql://…   PostgreSQL instead of the embedded database (or XINGHUO_DATABASE); for every command\n"
        "    --tls-cert FILE --tls-key FILE   HTTPS without a proxy (PEM)\n"
        "    --trust-proxy ADDRESS       whose X-Forwarded-For is believed; also a network, 10.0.0.0/8; may stand several times\n"
        "    --home-page URL             of the organisation: what its actors' accounts belong to; told once, kept in the database\n"
        "    --organisation NAME         likewise\n"
        "    --threads N                 that answer; --readers N: that read and write (1)\n"
        "    --code-hours N              how long an enrolment code lives (24)\n"
        "    --client-rate N             requests a second of one xAPI credential (2000); ten times as many at once\n"
        "    --log none|problems|all     requests on standard error, one JSON object a line\n"
        "    --connections N --connections-per-address N --body-mb N --unpacked-mb N --header-ms N --body-ms N --idle-ms N   limits\n\n"
        "xinghuo-server COMMAND … --data DIR [--database …]     also beside a running server\n\n";
    for (const ServerCommand& command : server_commands()) {
        std::string usage(command.usage);
        while (!usage.empty() && usage.back() == '\n') usage.pop_back();
        // Some say their name on each line themselves.
        const std::string head = usage.starts_with(command.name) ? std::string() : std::string(command.name) + " ";
        for (std::size_t at = usage.find('\n'); at != std::string::npos; at = usage.find('\n', at + 5)) usage.replace(at, 1, "\n    ");
        text += "    " + head + usage + "\n";
    }
    return text;
}

Result<ServerOptions> read_server_options(const std::vector<std::string>& arguments) {
    constexpr std::array flags{"--help", "--version", "--dry-run", "--yes"};
    ServerOptions options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        if (!a.starts_with("--")) {
            options.words.push_back(a);
        } else if (const std::size_t equals = a.find('='); equals != std::string::npos) {
            options.values[a.substr(0, equals)] = a.substr(equals + 1);
            if (a.starts_with("--trust-proxy=")) options.proxies.push_back(a.substr(equals + 1));
        } else if (std::find(flags.begin(), flags.end(), a) != flags.end()) {
            options.values[a] = "";
        } else if (i + 1 == arguments.size()) {
            return Error{ErrorKind::invalid, a + ": a value is missing"};
        } else {
            if (a == "--trust-proxy") options.proxies.push_back(arguments[i + 1]);
            options.values[a] = arguments[++i];
        }
    }
    return options;
}

namespace {

int run(const std::vector<std::string>& arguments) {
    auto options = read_server_options(arguments);
    if (!options) return complain(options.error().what);
    if (options->flag("--help")) {
        fmt::print("{}", server_usage());
        return 0;
    }
    if (options->flag("--version")) {
        fmt::print("xinghuo-server 0.1.0\n");
        return 0;
    }
    const SystemClock clock;
    for (const ServerCommand& command : server_commands())
        if (!options->words.empty() && options->words.front() == command.name) {
            if (options->data().empty() && command.name != "migrate") return complain("which data folder? --data DIR");
            return command.run(*options, clock);
        }
    if (!options->words.empty()) return complain("\"" + options->words.front() + "\" is no command; --help lists them");
    if (options->data().empty()) return complain("which data folder? --data DIR; --help says more");
    return serve(*options, clock);
}

}  // namespace
}  // namespace xinghuo

int main(int argc, char** argv) { return xinghuo::run({argv + 1, argv + argc}); }
