// The centre's network: what comes in whole, what is too large, too slow or broken, and how many may wait.
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "content/base/gzip.h"
#include "sync/curl_transport.h"
#include "sync/server/http_server.h"
#include "tests/support/effort.h"
#include "tests/support/process.h"
#include "tests/support/raw_http.h"

using namespace xinghuo;

namespace {

HttpReply echo(const HttpRequest& request) {
    HttpReply reply;
    reply.headers.emplace_back("content-type", "text/plain");
    const std::string* proto = find_header(request.headers, "x-forwarded-proto");
    reply.body = fmt::format("{} {} from {}{}: {}", request.method, request.target, request.peer, proto != nullptr ? " by " + *proto : "", request.body);
    return reply;
}

struct RunningServer {
    SystemClock clock;
    std::unique_ptr<HttpServer> server;
    explicit RunningServer(const HttpServerSettings& settings = {}, HttpServer::Handler handler = echo) {
        auto started = HttpServer::start(settings, clock, std::move(handler));
        INFO((started ? std::string() : started.error().what));
        REQUIRE(started);
        server = std::move(*started);
    }
    [[nodiscard]] int port() const { return server->port(); }
};

std::string post(const std::string& body, const std::string& more = {}) {
    return fmt::format("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more, body);
}

// Answers nobody before let_go().
struct HeldHandler {
    std::mutex lock;
    std::condition_variable wake;
    bool go = false;
    std::atomic<int> inside{0};

    HttpReply answer() {
        ++inside;
        std::unique_lock held(lock);
        wake.wait(held, [&] { return go; });
        return HttpReply{};
    }
    void let_go() {
        {
            const std::lock_guard held(lock);
            go = true;
        }
        wake.notify_all();
    }
};

}  // namespace

TEST_CASE("a connection carries many requests, also several at once", "[http_server]") {
    RunningServer here;
    RawConnection connection(here.port());
    for (int i = 0; i < 3; ++i) {
        const auto reply = connection.ask(fmt::format("GET /a?n={} HTTP/1.1\r\nHost: h\r\n\r\n", i));
        REQUIRE(reply);
        CHECK(reply->status == 200);
        CHECK(reply->body == fmt::format("GET /a?n={} from 127.0.0.1: ", i));
        CHECK_FALSE(reply->header("date").empty());
        CHECK(reply->header("x-content-type-options") == "nosniff");
    }
    std::string many;
    for (int i = 0; i < 20; ++i) many += post(std::to_string(i));
    REQUIRE(connection.send(many));
    for (int i = 0; i < 20; ++i) {
        const auto reply = connection.reply();
        REQUIRE(reply);
        CHECK(reply->body == fmt::format("POST /x from 127.0.0.1: {}", i));
    }
    const auto head = connection.ask("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(head);
    CHECK(head->header("content-length") == std::to_string(std::string("HEAD /a from 127.0.0.1: ").size()));
    const auto last = connection.ask("GET /end HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    REQUIRE(last);
    CHECK(last->header("connection") == "close");
    CHECK(connection.closed());
    CHECK(here.server->counts().accepted == 1);
}

TEST_CASE("bodies come in pieces, packed, or after a word of welcome", "[http_server]") {
    RunningServer here;
    RawConnection connection(here.port());
    const auto pieces = connection.ask("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    REQUIRE(pieces);
    CHECK(pieces->body == "POST /x from 127.0.0.1: abcdefg");
    const auto packed = connection.ask(post(gzipped("packed words"), "Content-Encoding: gzip\r\n"));
    REQUIRE(packed);
    CHECK(packed->body == "POST /x from 127.0.0.1: packed words");
    CHECK(connection.ask(post("no gzip", "Content-Encoding: gzip\r\n"))->status == 400);
    CHECK(connection.ask(post("x", "Content-Encoding: br\r\n"))->status == 415);
    REQUIRE(connection.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
    const auto welcome = connection.reply();
    REQUIRE(welcome);
    CHECK(welcome->status == 100);
    REQUIRE(connection.send("words"));
    CHECK(connection.reply()->body == "POST /x from 127.0.0.1: words");
}

TEST_CASE("what is too large is refused, and said so", "[http_server]") {
    HttpServerSettings settings;
    settings.limits.header_bytes = 2048;
    settings.limits.body_bytes = 10'000;
    settings.limits.unpacked_bytes = 100'000;
    RunningServer here(settings);
    CHECK(RawConnection(here.port()).ask(post(std::string(10'000, 'a')))->status == 200);
    CHECK(RawConnection(here.port()).ask(post(std::string(10'001, 'a')))->status == 413);
    CHECK(RawConnection(here.port()).ask(post(std::string(3'000'000, 'a')))->status == 413);
    // Before a byte of it was sent.
    CHECK(RawConnection(here.port()).ask("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n")->status == 413);
    CHECK(RawConnection(here.port()).ask("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n" + std::string(0x4000, 'a') + "\r\n0\r\n\r\n")->status == 413);
    CHECK(RawConnection(here.port()).ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(3000, 'a') + "\r\n\r\n")->status == 431);
    // A bomb: small as it travels.
    const std::string bomb = gzipped(std::string(5'000'000, 'a'));
    REQUIRE(bomb.size() < 10'000);
    CHECK(RawConnection(here.port()).ask(post(bomb, "Content-Encoding: gzip\r\n"))->status == 413);
}

TEST_CASE("a body there is no memory to unpack fails by itself, and the others go on", "[http_server]") {
    if (under_a_sanitizer) return;  // a sanitizer's own memory has no limit it could bear
    const auto packed = post(gzipped(std::string(70'000'000, 'a'), 1), "Content-Encoding: gzip\r\n");
    HttpServerSettings settings;
    settings.limits.unpacked_bytes = 100'000'000;
    RunningServer here(settings);
    REQUIRE(RawConnection(here.port()).ask(post("a"))->status == 200);
    std::ifstream pages("/proc/self/statm");
    rlim_t in_use = 0;
    REQUIRE(pages >> in_use);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
    const rlimit little{std::min(before.rlim_max, in_use * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + 100'000'000), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_AS, &little) == 0);
    const auto refused = RawConnection(here.port()).ask(packed);
    REQUIRE(::setrlimit(RLIMIT_AS, &before) == 0);
    REQUIRE(refused);
    CHECK(refused->status == 500);
    const auto after = RawConnection(here.port()).ask(post("b"));
    REQUIRE(after);
    CHECK(after->status == 200);
}

TEST_CASE("bodies count against all others' as they come, not as they are announced", "[http_server]") {
    HttpServerSettings settings;
    settings.limits.body_bytes = 10'000;
    settings.limits.bodies_bytes = 20'000;
    RunningServer here(settings);
    std::vector<std::unique_ptr<RawConnection>> promising;
    for (int i = 0; i < 16; ++i) {
        promising.push_back(std::make_unique<RawConnection>(here.port()));
        REQUIRE(promising.back()->send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\nExpect: 100-continue\r\n\r\n"));
        const auto welcome = promising.back()->reply();
        REQUIRE(welcome);
        CHECK(welcome->status == 100);
    }
    CHECK(RawConnection(here.port()).ask(post(std::string(10'000, 'a')))->status == 200);
    CHECK(here.server->counts().overloaded == 0);
    settings.limits.bodies_bytes = 5'000;
    RunningServer small(settings);
    CHECK(RawConnection(small.port()).ask(post(std::string(5'000, 'a')))->status == 200);
    CHECK(RawConnection(small.port()).ask(post(std::string(5'001, 'a')))->status == 503);
    CHECK(small.server->counts().overloaded == 1);
}

TEST_CASE("what is no HTTP gets no answer that could be smuggled", "[http_server]") {
    RunningServer here;
    const std::vector<std::string> broken{
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost h\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    };
    for (const std::string& text : broken) {
        CAPTURE(text);
        RawConnection connection(here.port());
        const auto reply = connection.ask(text);
        REQUIRE(reply);
        CHECK(reply->status == 400);
        CHECK(reply->header("x-content-type-options") == "nosniff");
        CHECK(connection.closed());
    }
    CHECK(here.server->counts().malformed == static_cast<std::int64_t>(broken.size()));
}

TEST_CASE("who sends slowly on purpose is sent away", "[http_server]") {
    HttpServerSettings settings;
    settings.limits.header_time = Milliseconds(1000);  // long for a machine, even a busy one
    settings.limits.body_time = Milliseconds(300);
    settings.limits.idle_time = Milliseconds(300);
    RunningServer here(settings);
    RawConnection idle(here.port());
    const auto reply = idle.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(reply);
    CHECK(reply->status == 200);
    RawConnection body(here.port());
    REQUIRE(body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc"));
    RawConnection silent(here.port()), half(here.port());
    REQUIRE(half.send("GET / HTTP/1.1\r\nHo"));
    CHECK(silent.closed());
    CHECK(half.closed());
    CHECK(body.closed());
    CHECK(idle.closed());
    CHECK(here.server->counts().timed_out == 4);
}

TEST_CASE("more than the workers can take is told to come again", "[http_server]") {
    HeldHandler handler;
    HttpServerSettings settings;
    settings.workers = 1;
    settings.limits.waiting = 2;
    RunningServer here(settings, [&](const HttpRequest&) { return handler.answer(); });
    std::vector<std::unique_ptr<RawConnection>> asking;
    const auto ask = [&] {
        asking.push_back(std::make_unique<RawConnection>(here.port()));
        REQUIRE(asking.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    };
    ask();
    while (handler.inside.load() < 1) std::this_thread::yield();
    ask();
    ask();
    while (here.server->counts().waiting < 2) std::this_thread::yield();
    RawConnection late(here.port());
    const auto refused = late.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK_FALSE(refused->header("retry-after").empty());
    handler.let_go();
    for (const auto& connection : asking) CHECK(connection->reply()->status == 200);
    CHECK(late.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);  // the connection was worth keeping
}

TEST_CASE("connections are counted, in all and by address", "[http_server]") {
    HttpServerSettings settings;
    settings.limits.connections_per_address = 2;
    settings.limits.count_loopback = true;
    RunningServer here(settings);
    RawConnection one(here.port()), two(here.port());
    CHECK(one.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
    CHECK(two.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
    RawConnection three(here.port());
    CHECK(three.reply()->status == 503);
    CHECK(three.closed());
    CHECK(here.server->counts().refused_connections == 1);
}

TEST_CASE("who asks is whom a trusted proxy names, and nobody else's word", "[http_server]") {
    const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6, 10.1.2.3, 10.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n";
    RunningServer open;
    CHECK(RawConnection(open.port()).ask(request)->body == "GET / from 127.0.0.1: ");
    HttpServerSettings settings;
    settings.trusted_proxies = {"127.0.0.1", "10.9.0.0/16"};
    RunningServer behind(settings);
    CHECK(RawConnection(behind.port()).ask(request)->body == "GET / from 10.1.2.3 by https: ");
    settings.trusted_proxies = {"nonsense"};
    SystemClock clock;
    CHECK_FALSE(HttpServer::start(settings, clock, echo));
}

TEST_CASE("files of the repository come whole, in part, or not at all", "[http_server]") {
    const Path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-files-{}", ::getpid());
    std::filesystem::create_directories(folder / "repository/targets");
    std::string big(200'000, 'x');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 26);
    std::ofstream(folder / "repository/targets/big.bin") << big;
    std::ofstream(folder / "repository/.half") << "half";
    std::ofstream(folder / "secret") << "secret";
    std::filesystem::create_symlink(folder / "secret", folder / "repository/link");
    HttpServerSettings settings;
    settings.files = folder / "repository";
    RunningServer here(settings);
    RawConnection connection(here.port());
    const auto get = [&](const std::string& path, const std::string& more = {}) {
        const auto reply = connection.ask(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", path, more));
        REQUIRE(reply);
        return *reply;
    };
    const RawReply whole = get("/repository/targets/big.bin");
    CHECK(whole.status == 200);
    CHECK(whole.body == big);
    CHECK(whole.header("x-content-type-options") == "nosniff");
    const std::string etag = whole.header("etag");
    CHECK(get("/repository/targets/big.bin", "If-None-Match: " + etag + "\r\n").status == 304);
    const RawReply part = get("/repository/targets/big.bin", "Range: bytes=199990-\r\nIf-Range: " + etag + "\r\n");
    CHECK(part.status == 206);
    CHECK(part.body == big.substr(199'990));
    CHECK(part.header("content-range") == "bytes 199990-199999/200000");
    CHECK(get("/repository/targets/big.bin", "Range: bytes=0-9\r\nIf-Range: \"other\"\r\n").status == 200);
    CHECK(get("/repository/targets/big.bin", "Range: bytes=200000-\r\n").status == 416);
    CHECK(get("/repository/targets/big.bin", "Range: bytes=-5\r\n").body == big.substr(199'995));
    for (const char* path : {"/repository/../secret", "/repository/%2e%2e/secret", "/repository/link", "/repository/.half", "/repository/targets", "/repository/", "/repository//targets/big.bin"}) {
        CAPTURE(path);
        CHECK(get(path).status == 404);
    }
    CHECK(connection.ask("PUT /repository/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")->status == 405);
    const auto head = connection.ask("HEAD /repository/targets/big.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(head);
    CHECK(head->header("content-length") == "200000");
    std::filesystem::remove_all(folder);
}

TEST_CASE("what was begun when the server stops is finished", "[http_server]") {
    std::atomic<bool> inside{false};
    RunningServer here({}, [&](const HttpRequest&) {
        inside.store(true);
        HttpReply reply;
        reply.body = std::string(300'000, 'z');
        return reply;
    });
    RawConnection idle(here.port()), busy(here.port());
    CHECK(idle.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n")->status == 200);
    inside.store(false);
    REQUIRE(busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    while (!inside.load()) std::this_thread::yield();
    std::thread stops([&] { here.server->stop(); });
    const auto reply = busy.reply();
    REQUIRE(reply);
    CHECK(reply->body.size() == 300'000);
    CHECK(busy.closed());
    CHECK(idle.closed());
    stops.join();
    CHECK_FALSE(RawConnection(here.port()).open());
}

TEST_CASE("a request that comes whole when the time to stop is over finds nobody, and harms nobody", "[http_server]") {
    HeldHandler handler;
    HttpServerSettings settings;
    settings.workers = 1;
    settings.limits.grace = Milliseconds(0);
    RunningServer here(settings, [&](const HttpRequest&) { return handler.answer(); });
    RawConnection begun(here.port()), waiting(here.port()), late(here.port());
    REQUIRE(begun.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    while (handler.inside.load() < 1) std::this_thread::yield();
    REQUIRE(waiting.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    while (here.server->counts().waiting < 1) std::this_thread::yield();
    REQUIRE(late.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
    REQUIRE(late.reply());
    std::thread stops([&] { here.server->stop(); });
    while (here.server->counts().waiting > 0) std::this_thread::yield();  // the time is over, and the worker still busy
    late.send("words");
    handler.let_go();
    stops.join();
    CHECK(handler.inside.load() == 1);
    here.server.reset();
    for (RawConnection* connection : {&begun, &waiting, &late}) CHECK(connection->closed());
}

TEST_CASE("TLS in the process: a client that verifies gets a large file, and goes on where it stopped", "[http_server]") {
    const Path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-tls-{}", ::getpid());
    std::filesystem::create_directories(folder / "repository");
    const auto at = [&](const char* name) { return (folder / name).string(); };
    REQUIRE(run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Centre", "-addext",
                         "subjectAltName=IP:127.0.0.1", "-keyout", at("own.key"), "-out", at("own.pem")}) == 0);
    std::string big(3'000'000, 'x');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 23);
    std::ofstream(folder / "repository/big.bin") << big;
    HttpServerSettings settings;
    settings.tls_certificate = folder / "own.pem";
    settings.tls_key = folder / "own.key";
    settings.files = folder / "repository";
    RunningServer here(settings);
    WebOptions options;
    options.base_url = fmt::format("https://127.0.0.1:{}/repository/", here.port());
    options.ca_file = folder / "own.pem";
    auto transport = CurlTransport::open(options);
    REQUIRE(transport);
    auto whole = (*transport)->read("big.bin", 4'000'000);
    INFO((whole ? std::string() : whole.error().what));
    REQUIRE(whole);
    CHECK(*whole == big);
    std::string rest;
    const auto take = [&](std::span<const std::uint8_t> piece) -> Result<void> {
        rest.append(piece.begin(), piece.end());
        return {};
    };
    REQUIRE((*transport)->get("big.bin", 2'900'000, 4'000'000, take, [] { FAIL("it began anew"); }));
    CHECK(rest == big.substr(2'900'000));
    CHECK((*transport)->read("none.bin", 100).error().kind == ErrorKind::missing);
    CHECK(here.server->counts().accepted == 1);  // one connection for all of it
    // Who does not know the authority goes no further; who speaks no TLS neither.
    options.ca_file.clear();
    auto stranger = CurlTransport::open(options);
    REQUIRE(stranger);
    CHECK((*stranger)->read("big.bin", 4'000'000).error().kind == ErrorKind::io);
    RawConnection plain(here.port());
    REQUIRE(plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(plain.closed());
    settings.tls_key = folder / "own.pem";
    SystemClock clock;
    CHECK(HttpServer::start(settings, clock, echo).error().kind == ErrorKind::invalid);
    std::filesystem::remove_all(folder);
}
