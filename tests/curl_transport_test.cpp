// The network as it is: slow, lying, without end, behind a login page. And the program trust_client against a repository on this machine.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "sync/curl_transport.h"
#include "tests/support/process.h"
#include "tests/support/trust_repository.h"
#include "tests/support/web_server.h"

namespace xinghuo {
namespace {

struct Fetched {
    std::string body;
    int restarts = 0;
    Result<void> result;
};

Fetched fetch(CurlTransport& from, std::string_view path, std::uint64_t begin = 0, std::uint64_t limit = 1000) {
    Fetched all;
    const auto take = [&all](std::span<const std::uint8_t> piece) -> Result<void> {
        all.body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    };
    all.result = from.get(path, begin, limit, take, [&all] {
        all.body.clear();
        ++all.restarts;
    });
    return all;
}

std::unique_ptr<CurlTransport> open(const WebServer& server, const std::atomic<bool>* stop = nullptr) {
    WebOptions options;
    options.base_url = server.url("/base");
    options.slow_for = std::chrono::seconds(1);
    options.stop = stop;
    auto opened = CurlTransport::open(std::move(options));
    REQUIRE(opened);
    return std::move(*opened);
}

const std::string file = "0123456789abcdefghij";

}  // namespace

TEST_CASE("a file comes over one connection, by its address", "[trust][network]") {
    const WebServer server([](const WebRequest& request, WebReply& reply) {
        if (request.headers.contains("accept-encoding")) reply.answer(500, "");
        else reply.answer(request.path.ends_with("gone") ? 404 : 200, request.path.ends_with("empty") ? "" : file);
    });
    const auto web = open(server);
    for (const char* path : {"a/b.json", "1.%2Fx%3F.json", "长征 1#?.png", "50%"}) {
        const Fetched got = fetch(*web, path);
        REQUIRE(got.result);
        CHECK(got.body == file);
    }
    CHECK(fetch(*web, "empty").result);
    CHECK(outcome(fetch(*web, "gone").result) == "missing");
    CHECK(fetch(*web, "again").body == file);
    CHECK(server.paths() == std::vector<std::string>{"/base/a/b.json", "/base/1.%2Fx%3F.json", "/base/%E9%95%BF%E5%BE%81%201%23%3F.png", "/base/50%25",
                                                     "/base/empty", "/base/gone", "/base/again"});
    CHECK(server.connections() == 1);
    CHECK(!web->server_date());  // plain http may say anything
}

TEST_CASE("statuses say what they mean", "[trust][network]") {
    const auto [status, kind] = GENERATE(table<int, std::string>({{403, "missing"}, {404, "missing"}, {410, "missing"}, {500, "io"}, {503, "io"}, {401, "io"}, {511, "io"}, {204, "io"}}));
    const int code = status;
    const WebServer server([code](const WebRequest&, WebReply& reply) {
        if (code == 204) {
            reply.send("HTTP/1.1 204 Nothing\r\n\r\n");
            return;
        }
        reply.answer(code, std::string(20'000, 'x'), "Content-Type: text/html\r\n");
    });
    const auto web = open(server);
    // A page of words about it is longer than the file could be.
    const Fetched got = fetch(*web, "x.json", 0, 100);
    CHECK(outcome(got.result) == kind);
    CHECK(got.body.empty());
}

TEST_CASE("a limit holds for what is announced and for what comes", "[trust][network]") {
    const int way = GENERATE(0, 1, 2);
    const WebServer server([way](const WebRequest&, WebReply& reply) {
        if (way == 0) {
            reply.answer(200, std::string(1001, 'x'));
        } else if (way == 1) {  // without end
            reply.send("HTTP/1.1 200 OK\r\n\r\n");
            while (reply.send(std::string(997, 'x'))) {}
            reply.close_after();
        } else {  // 2 GB, it says
            reply.send("HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\nx");
            reply.pause_ms(5000);
            reply.close_after();
        }
    });
    const auto web = open(server);
    const Fetched got = fetch(*web, "x");
    CHECK(outcome(got.result) == "too large");
    CHECK(got.body.size() <= 1000);
    if (way == 0) CHECK(fetch(*web, "x", 0, 1001).result);
}

TEST_CASE("a login page is not a file", "[trust][network]") {
    const int way = GENERATE(0, 1, 2, 3);
    const WebServer server([way](const WebRequest&, WebReply& reply) {
        if (way == 0) reply.answer(200, "<html>Sign in</html>", "Content-Type: text/html; charset=utf-8\r\n");
        if (way == 1) reply.answer(200, "\r\n <!DOCTYPE html>");
        if (way == 2) reply.answer(302, "", "Location: http://login.example.org/\r\n");
        if (way == 3) reply.answer(302, "", "Location: https://127.0.0.1/\r\n");
    });
    const auto web = open(server);
    const Fetched got = fetch(*web, "timestamp.json");
    CHECK(outcome(got.result) == "io");
    CHECK_THAT(got.result.error().what, Catch::Contains("a login page answered instead"));
    CHECK(got.body.empty());
}

TEST_CASE("redirections stay on their server and end", "[trust][network]") {
    const WebServer server([](const WebRequest& request, WebReply& reply) {
        if (request.path == "/base/old") reply.answer(301, "", "Location: /elsewhere/new\r\n");
        else if (request.path == "/elsewhere/new") reply.answer(200, file);
        else if (request.path == "/base/file") reply.answer(302, "", "Location: file:///etc/passwd\r\n");
        else reply.answer(302, "", "Location: " + request.path + "x\r\n");
    });
    const auto web = open(server);
    CHECK(fetch(*web, "old").body == file);
    CHECK(outcome(fetch(*web, "round").result) == "io");
    CHECK(outcome(fetch(*web, "file").result) == "io");
    CHECK(server.paths().size() == 2 + 4 + 1);
}

TEST_CASE("a transfer goes on where it stopped", "[trust][network]") {
    const int way = GENERATE(0, 1, 2, 3, 4);
    const WebServer server([way](const WebRequest& request, WebReply& reply) {
        const auto range = request.headers.find("range");
        if (range == request.headers.end()) return reply.answer(200, file);
        const std::size_t from = std::stoul(range->second.substr(6));
        if (way == 0) return reply.answer(206, file.substr(from), fmt::format("Content-Range: bytes {}-19/20\r\n", from));
        if (way == 1) return reply.answer(200, file);
        if (way == 2) return reply.answer(206, file.substr(3), "Content-Range: bytes 3-19/20\r\n");
        if (way == 3) return reply.answer(416, "", "Content-Range: bytes */20\r\n");
        return reply.answer(416, "", "Content-Range: bytes */5\r\n");
    });
    const auto web = open(server);
    const Fetched got = fetch(*web, "blob", way == 3 ? 20 : 8, 20);
    if (way == 0) CHECK((got.result && got.body == file.substr(8) && got.restarts == 0));
    if (way == 1) CHECK((got.result && got.body == file && got.restarts == 1));
    if (way == 2) CHECK((outcome(got.result) == "io" && got.body.empty()));
    if (way == 3) CHECK((got.result && got.body.empty() && got.restarts == 0));
    if (way == 4) CHECK((got.result && got.body == file && got.restarts == 1));
}

TEST_CASE("a connection that ends early is no file", "[trust][network]") {
    const WebServer server([](const WebRequest&, WebReply& reply) {
        reply.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123");
        reply.close_after();
    });
    CHECK(outcome(fetch(*open(server), "x").result) == "io");
}

TEST_CASE("a server that answers by drops is given up", "[trust][network][slow]") {
    const WebServer server([](const WebRequest&, WebReply& reply) {
        reply.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (int i = 0; i < 1000 && reply.pause_ms(50); ++i) reply.send("x");
        reply.close_after();
    });
    const Fetched got = fetch(*open(server), "x");
    CHECK(outcome(got.result) == "io");
    CHECK_THAT(got.result.error().what, Catch::Contains("too slow"));
}

TEST_CASE("a transfer can be stopped", "[trust][network]") {
    std::atomic<bool> stop = false;
    const WebServer server([&stop](const WebRequest&, WebReply& reply) {
        reply.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
        stop.store(true);
        reply.pause_ms(5000);
        reply.close_after();
    });
    const auto web = open(server, &stop);
    CHECK(outcome(fetch(*web, "x").result) == "cancelled");
    CHECK(outcome(fetch(*web, "x").result) == "cancelled");
    CHECK(server.paths().size() == 1);
}

TEST_CASE("addresses that are none, or not safe", "[trust][network]") {
    const auto kind = [](const char* address) {
        WebOptions options;
        options.base_url = address;
        const auto opened = CurlTransport::open(std::move(options));
        return opened ? std::string("good") : outcome(Result<void>(opened.error()));
    };
    CHECK(kind("https://packs.example.edu/x") == "good");
    CHECK(kind("http://127.0.0.1:80/") == "good");
    CHECK(kind("http://[::1]/") == "good");
    CHECK(kind("http://localhost/") == "good");
    CHECK(kind("http://packs.example.edu/") == "unsupported");
    CHECK(kind("http://127.0.0.1.example.edu/") == "unsupported");
    CHECK(kind("ftp://packs.example.edu/") == "unsupported");
    CHECK(kind("file:///etc/") != "good");
    CHECK(kind("") == "invalid");
    CHECK(kind("packs") != "good");
}

TEST_CASE("nobody at home", "[trust][network]") {
    std::string address;
    { address = WebServer([](const WebRequest&, WebReply&) {}).url(); }
    WebOptions options;
    options.base_url = address;
    const auto opened = CurlTransport::open(std::move(options));
    REQUIRE(opened);
    CHECK(outcome((*opened)->read("x", 10)) == "io");
}

namespace {

// The real program, against a repository served here.
struct Shell {
    TrustRepository repository;
    WebServer server;
    std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-trust-client-{}", ::getpid());

    Shell() : server([this](const WebRequest& request, WebReply& reply) {
        const std::string path = request.path.substr(1);
        repository.requests.push_back(path);
        const std::string* bytes = repository.served(path);
        if (bytes == nullptr) reply.answer(404, "<html>no such file</html>", "Content-Type: text/html\r\n");
        else reply.answer(200, *bytes);
    }) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder / "metadata");
        std::filesystem::create_directories(folder / "targets");
        repository.timestamp.expires = repository.snapshot.expires = repository.targets().expires = repository.root.expires = {wall_time_from_iso("2200-01-01T00:00:00Z").unix_ms};
        repository.published.clear();
        for (const char* role : {"root", "timestamp", "snapshot", "targets"}) repository.part(role).version = 1;
        repository.publish({"targets", "snapshot", "timestamp", "root"});
        REQUIRE(write_file(folder / "first.root", repository.published["root"].front()));
    }
    ~Shell() { std::filesystem::remove_all(folder); }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    int run(std::vector<std::string> words) {
        words.insert(words.begin(), program_beside_tests("trust_client"));
        return run_program(words);
    }
    int refresh() { return run({"--metadata-url", server.url("/metadata"), "--metadata-dir", (folder / "metadata").string(), "refresh"}); }
    int download(const std::string& name) {
        return run({"--metadata-url", server.url("/metadata/"), "--target-name", name, "--metadata-dir", (folder / "metadata").string(),
                    "--target-dir", (folder / "targets").string(), "download", "--target-base-url", server.url("/targets/")});
    }
    std::string file(const std::string& name) {
        const auto text = read_text(folder / name);
        return text ? *text : "";
    }
};

}  // namespace

TEST_CASE("the command line client does as the public suite expects", "[trust][network]") {
    Shell shell;
    CHECK(shell.refresh() == 1);  // nothing is trusted yet
    CHECK(shell.repository.requests.empty());
    CHECK(shell.run({"--metadata-dir", (shell.folder / "metadata").string(), "init", (shell.folder / "first.root").string()}) == 0);
    CHECK(shell.repository.requests.empty());
    CHECK(shell.refresh() == 0);
    CHECK(shell.repository.metadata_requests() == std::vector<std::string>{"root 2", "timestamp", "snapshot 1", "targets 1"});
    for (const char* role : {"root", "timestamp", "snapshot", "targets"})
        CHECK(shell.file(fmt::format("metadata/{}.json", role)) == shell.repository.published[role].back());

    shell.repository.add_artifact("targets", "path/to/a file.txt", "content");
    shell.repository.artifacts["path/to/a%20file.txt"] = "content";
    shell.repository.publish({"targets", "snapshot", "timestamp"});
    CHECK(shell.download("path/to/a file.txt") == 0);
    CHECK(shell.file("targets/path%2Fto%2Fa%20file.txt") == "content");
    CHECK(shell.repository.artifact_requests() == 1);
    CHECK(shell.download("path/to/a file.txt") == 0);  // is here already
    CHECK(shell.repository.artifact_requests() == 1);
    CHECK(shell.download("nothing") == 1);

    // What is not what was signed does not replace what was.
    shell.repository.add_artifact("targets", "path/to/a file.txt", "changed");
    shell.repository.publish({"targets", "snapshot", "timestamp"});
    shell.repository.artifacts["path/to/a%20file.txt"] = "malicio";
    CHECK(shell.download("path/to/a file.txt") == 1);
    CHECK(shell.file("targets/path%2Fto%2Fa%20file.txt") == "content");

    shell.repository.published["timestamp"].pop_back();
    CHECK(shell.refresh() == 1);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{}, {"refresh"}, {"--metadata-dir"}, {"walk"}, {"--what", "x", "refresh"}, {"--metadata-dir", "/nowhere", "init"}})
        CHECK(shell.run(words) == 1);
    for (const auto& entry : std::filesystem::directory_iterator(shell.folder / "metadata"))
        CHECK((entry.path().extension() == ".json" || entry.path().filename() == "first_root.sha256"));
}

}  // namespace xinghuo
