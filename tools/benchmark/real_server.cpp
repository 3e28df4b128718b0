#include "tools/benchmark/real_server.h"

#include <fmt/format.h>

#include <cstdlib>

#include "content/study/records.h"
#include "sync/server/enrolment.h"

namespace xinghuo {
namespace {

Result<std::unique_ptr<Sql>> prepared(const Path& data) {
    std::error_code failed;
    std::filesystem::create_directories(data, failed);
    auto sql = open_sqlite(data / "centre.db");
    if (!sql) return sql;
    if (auto made = migrate_server(**sql); !made) return made.error();
    // Nothing of this is measured.
    if (auto done = (*sql)->run_script("PRAGMA synchronous = OFF"); !done) return done.error();
    return sql;
}

}  // namespace

Result<RealServer> RealServer::start(const Path& bin, const Path& data, const std::vector<std::string>& more, bool gives_way) {
    std::vector<std::string> command;
    if (gives_way) command = {"/usr/bin/nice", "-n", "19"};
    command.push_back((bin / "xinghuo-server").string());
    command.insert(command.end(), {"--data", data.string(), "--listen", "127.0.0.1:0", "--log", "none"});
    command.insert(command.end(), more.begin(), more.end());
    auto child = Child::start(command);
    if (!child) return child.error();
    while (const auto line = child->line(std::chrono::seconds(30))) {
        if (!line->starts_with("listening on ")) continue;
        const int port = std::atoi(line->c_str() + line->rfind(':') + 1);
        return RealServer(std::move(*child), port);
    }
    return Error{ErrorKind::io, "the server does not start"};
}

std::string RealServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

Result<std::vector<std::string>> make_enrol_codes(const Path& data, std::size_t count, WallTime now) {
    auto sql = prepared(data);
    if (!sql) return sql.error();
    std::vector<std::string> codes;
    for (std::size_t i = 0; i < count; ++i) {
        auto code = Enrolment(**sql).make_code("", now, 86'400'000);
        if (!code) return code.error();
        codes.push_back(std::move(*code));
    }
    return codes;
}

Result<std::vector<std::string>> enrol_at_once(const Path& data, const std::vector<PublicKey>& keys, WallTime now) {
    auto codes = make_enrol_codes(data, keys.size(), now);
    if (!codes) return codes;
    auto sql = prepared(data);
    if (!sql) return sql.error();
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto token = Enrolment(**sql).enrol({(*codes)[i], kiosk_id(keys[i]), keys[i], fmt::format("Terminal {}", i)}, now);
        if (!token) return token.error();
        tokens.push_back(std::move(*token));
    }
    return tokens;
}

}  // namespace xinghuo
