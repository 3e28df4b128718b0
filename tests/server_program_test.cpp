// The centre from outside: a process that is started, asked, killed and started again.
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "content/base/gzip.h"
#include "tests/support/server_program.h"

using namespace xinghuo;

namespace {

struct ServerFolder {
    Path path = std::filesystem::temp_directory_path() / fmt::format("xinghuo-server-{}", ::getpid());
    ServerFolder() { std::filesystem::remove_all(path); }
    ~ServerFolder() { std::filesystem::remove_all(path); }
};

std::string statement(const std::string& id) {
    return fmt::format(R"({{"id":"{}","actor":{{"mbox":"mailto:a@example.org"}},"verb":{{"id":"http://adlnet.gov/expapi/verbs/attended"}},"object":{{"id":"http://example.org/a"}}}})", id);
}
std::string uuid(int n) { return fmt::format("00000000-0000-4000-8000-{:012}", n); }

std::string request(const std::string& method, const std::string& target, const std::string& authorization, const std::string& body = {}, const std::string& more = {}) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: h\r\nX-Experience-API-Version: 1.0.3\r\nAuthorization: {}\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}", method, target,
                       authorization, more, body.size(), body);
}

std::string credential(const ServerProgram& server, const std::string& name) {
    const std::string said = server.command("credential add " + name);
    CHECK(ServerProgram::told(said, "user") == name);
    return basic_authorization(name, ServerProgram::told(said, "password"));
}

}  // namespace

TEST_CASE("a server with nothing set up keeps statements", "[server_program]") {
    ServerFolder folder;
    ServerProgram server(folder.path);
    CHECK_FALSE(ServerProgram::told(server.said(), "one-time password").empty());
    RawConnection connection(server.port());
    CHECK(connection.ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
    const std::string who = credential(server, "lms");
    const auto kept = connection.ask(request("POST", "/xapi/statements", who, "[" + statement(uuid(1)) + "," + statement(uuid(2)) + "]"));
    REQUIRE(kept);
    INFO(kept->body);
    REQUIRE(kept->status == 200);
    const auto packed = connection.ask(request("POST", "/xapi/statements", who, gzipped(statement(uuid(3))), "Content-Encoding: gzip\r\n"));
    CHECK(packed->status == 200);
    const auto list = connection.ask(request("GET", "/xapi/statements", who));
    REQUIRE(list);
    CHECK(list->status == 200);
    for (int i = 1; i <= 3; ++i) CHECK(list->body.find(uuid(i)) != std::string::npos);
    CHECK(connection.ask(request("GET", "/xapi/statements", basic_authorization("lms", "wrong")))->status == 401);
    CHECK(server.command("credential list").find("lms") != std::string::npos);
    CHECK(server.command("credential remove lms") == "removed\n");
    CHECK(connection.ask(request("GET", "/xapi/statements", who))->status == 401);
    CHECK(ServerProgram::told(server.command("enrol-code --name hall"), "code").size() == 9);
    const std::string several = server.command("enrol-code --count 3");
    std::set<std::string> codes;
    for (std::size_t at = several.find("code: "); at != std::string::npos; at = several.find("code: ", at + 1)) codes.insert(several.substr(at + 6, 9));
    CHECK(codes.size() == 3);
    const auto numbers = connection.ask("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(numbers->body.find("xinghuo_statements_accepted_total 3\n") != std::string::npos);
    CHECK(server.end(SIGTERM) == 0);
    server.start();
    CHECK(ServerProgram::told(server.said(), "one-time password").empty());
}

TEST_CASE("the centre: what was acknowledged is there after kill -9", "[server_program]") {
    ServerFolder folder;
    ServerProgram server(folder.path);
    const std::string who = credential(server, "lms");
    int acknowledged = 0, told = 0;
    for (int round = 0; round < 3; ++round) {
        RawConnection connection(server.port());
        // Some are on their way when it dies.
        std::string many;
        for (int i = 0; i < 30; ++i) many += request("PUT", "/xapi/statements?statementId=" + uuid(told + i), who, statement(uuid(told + i)));
        REQUIRE(connection.send(many));
        for (int i = 0; i < 10 + round; ++i) {
            const auto reply = connection.reply();
            REQUIRE(reply);
            REQUIRE(reply->status == 204);
        }
        server.end(SIGKILL);
        const int from = told;
        told += 30;
        server.start();
        RawConnection again(server.port());
        for (int i = 0; i < 10 + round; ++i) {
            const auto found = again.ask(request("GET", "/xapi/statements?statementId=" + uuid(from + i), who));
            REQUIRE(found);
            CHECK(found->status == 200);
            ++acknowledged;
        }
        // The rest again, as a terminal would: each is there once.
        for (int i = 0; i < 30; ++i) CHECK(again.ask(request("PUT", "/xapi/statements?statementId=" + uuid(from + i), who, statement(uuid(from + i))))->status == 204);
    }
    CHECK(acknowledged == 33);
    RawConnection last(server.port());
    const auto list = last.ask(request("GET", "/xapi/statements?limit=100", who));
    REQUIRE(list);
    std::size_t count = 0;
    for (std::size_t at = list->body.find("\"stored\""); at != std::string::npos; at = list->body.find("\"stored\"", at + 1)) ++count;
    CHECK(count == static_cast<std::size_t>(told));
}

TEST_CASE("two thousand terminals that say nothing cost little", "[server_program][slow]") {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    ServerFolder folder;
    ServerProgram server(folder.path);
    const auto ask = [](RawConnection& connection) { return connection.ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"); };
    std::vector<std::unique_ptr<RawConnection>> connections;
    const auto open = [&](int count) {
        for (int i = 0; i < count; ++i) {
            connections.push_back(std::make_unique<RawConnection>(server.port()));
            const auto reply = ask(*connections.back());
            REQUIRE(reply);
            REQUIRE(reply->status == 200);
        }
    };
    open(100);
    const long before = server.memory_kb();
    open(2000);
    const long each_bytes = (server.memory_kb() - before) * 1024 / 2000;
    INFO(each_bytes << " bytes a connection");
    CHECK(each_bytes < 4096);
    // All of them still answer.
    for (std::size_t i = 0; i < connections.size(); i += 97) CHECK(ask(*connections[i])->status == 200);
    CHECK(server.end(SIGTERM) == 0);
}

TEST_CASE("who dawdles or sends bombs is sent away by the program too", "[server_program]") {
    ServerFolder folder;
    ServerProgram server(folder.path, {"--header-ms", "1000", "--body-mb", "1", "--unpacked-mb", "2"});
    const std::string who = credential(server, "lms");
    const std::string bomb = request("POST", "/xapi/statements", who, gzipped(std::string(8 << 20, ' ')), "Content-Encoding: gzip\r\n");
    const std::string large = request("POST", "/xapi/statements", who, std::string(3 << 20, ' '));
    RawConnection slow(server.port());
    REQUIRE(slow.send("GET /healthz HT"));
    for (const std::string& text : {bomb, large}) {
        const auto reply = RawConnection(server.port()).ask(text);
        REQUIRE(reply);
        CHECK(reply->status == 413);
    }
    CHECK(slow.closed());
    CHECK(RawConnection(server.port()).ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
}

TEST_CASE("the program says what is wrong with what it was told", "[server_program]") {
    const std::string program = program_beside_tests("xinghuo-server");
    CHECK(run_program({program}) == 2);
    CHECK(run_program({program, "--data"}) == 2);
    ServerFolder folder;
    CHECK(run_program({program, "--data", folder.path.string(), "--listen", "nowhere:99999"}) == 2);
    CHECK(run_program({program, "--data", folder.path.string(), "--lisen", "127.0.0.1:0"}) == 2);
    CHECK(run_program({program, "--data", folder.path.string(), "dance"}) == 2);
    CHECK(run_program({program, "--data", folder.path.string(), "credential", "remove", "nobody"}) == 1);
    // Words that were refused are not kept either: the next start is as if they had never been said.
    CHECK(run_program({program, "--data", folder.path.string(), "--listen", "127.0.0.1:0", "--home-page", "example.edu"}) > 0);
    CHECK(run_program({program, "--data", folder.path.string(), "--listen", "127.0.0.1:0", "--organisation", ""}) > 0);
    const ServerProgram starts(folder.path);
    CHECK(RawConnection(starts.port()).ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
}
