// Talking to a web server through libcurl: what is sent, what comes back, and what is no answer.
#include "sync/curl_exchange.h"

#include <catch2/catch.hpp>

#include "content/base/gzip.h"
#include "tests/support/tls_server.h"
#include "tests/support/web_server.h"

using namespace xinghuo;

namespace {

std::unique_ptr<CurlExchange> exchange_with(WebOptions options, std::chrono::milliseconds within = std::chrono::seconds(20)) {
    auto opened = CurlExchange::open(std::move(options), within);
    REQUIRE(opened);
    return std::move(*opened);
}

HttpRequest post_of(std::string target, std::string body) {
    HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers = {{"content-type", "application/json"}, {"authorization", "Bearer t"}, {"x-experience-api-version", "1.0.3"}};
    request.body = std::move(body);
    return request;
}

}  // namespace

TEST_CASE("curl exchange: a request arrives as it was made, over one connection, and its answer comes back whole", "[sync][exchange]") {
    WebServer server([](const WebRequest& request, WebReply& reply) {
        if (request.method == "POST") reply.answer(409, request.headers.at("authorization") + "|" + request.body, "X-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n");
        else reply.answer(200, gzipped(R"({"a":1})"), "Content-Encoding: gzip\r\nContent-Type: application/json\r\n");
    });
    const auto exchange = exchange_with({.base_url = server.url("/data/xAPI/")});
    CHECK(exchange->name() + "/" == server.url());
    const std::string large(300'000, 'x');
    for (int i = 0; i < 3; ++i) {
        const auto reply = exchange->ask(post_of("/statements", large));
        REQUIRE(reply);
        CHECK(reply->status == 409);
        CHECK(reply->body == "Bearer t|" + large);
        CHECK(*find_header(reply->headers, "x-experience-api-version") == "1.0.3");
    }
    HttpRequest get;
    get.target = "/statements?statementId=%E4%B8%AD";
    const auto packed = exchange->ask(get);
    REQUIRE(packed);
    CHECK(packed->body == R"({"a":1})");
    CHECK(find_header(packed->headers, "content-encoding") == nullptr);
    CHECK(server.paths() == std::vector<std::string>{"/data/xAPI/statements", "/data/xAPI/statements", "/data/xAPI/statements", "/data/xAPI/statements?statementId=%E4%B8%AD"});
    CHECK(server.connections() == 1);
    CHECK_FALSE(exchange->server_date());  // nobody proved who it is
}

TEST_CASE("curl exchange: a login page, a silent, a broken and an endless answer are none", "[sync][exchange]") {
    WebServer server([](const WebRequest& request, WebReply& reply) {
        if (request.path == "/portal") reply.answer(200, "<html>log in</html>", "Content-Type: text/html; charset=utf-8\r\n");
        if (request.path == "/elsewhere") reply.answer(302, "", "Location: http://127.0.0.1:1/\r\n");
        if (request.path == "/refused") reply.answer(403, "<html>no</html>", "Content-Type: text/html\r\n");
        if (request.path == "/511") reply.answer(511, "");
        if (request.path == "/bomb") reply.answer(200, gzipped(std::string(5'000'000, 'a')), "Content-Encoding: gzip\r\n");
        if (request.path == "/cut") {
            reply.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
            reply.close_after();
        }
        if (request.path == "/silent") {
            while (reply.pause_ms(20)) {}
            reply.close_after();
        }
    });
    const auto exchange = exchange_with({.base_url = server.url()}, std::chrono::milliseconds(400));
    const auto kind = [&](const std::string& path) {
        const auto reply = exchange->ask(post_of(path, "{}"), 1'000'000);
        return reply ? "status " + std::to_string(reply->status) : reply.error().kind == ErrorKind::io ? "io" : reply.error().kind == ErrorKind::too_large ? "too large" : "other";
    };
    CHECK(kind("/portal") == "io");
    CHECK(kind("/511") == "io");
    CHECK(kind("/elsewhere") == "status 302");  // not followed: the token goes nowhere else
    CHECK(kind("/refused") == "status 403");
    CHECK(kind("/bomb") == "too large");
    CHECK(kind("/cut") == "io");
    CHECK(kind("/silent") == "io");
    CHECK(kind("no path") == "other");
    HttpRequest split = post_of("/x", "");
    split.headers.emplace_back("x-name", "a\r\nevil: b");
    CHECK(exchange->ask(split).error().kind == ErrorKind::invalid);

    std::atomic<bool> stop{true};
    const auto stopped = exchange_with({.base_url = server.url(), .stop = &stop});
    CHECK(stopped->ask(post_of("/portal", "")).error().kind == ErrorKind::cancelled);
}

TEST_CASE("curl exchange: without TLS only to this machine, unless somebody said otherwise", "[sync][exchange]") {
    CHECK(CurlExchange::open({.base_url = "http://centre.example.edu"}).error().kind == ErrorKind::unsupported);
    CHECK(CurlExchange::open({.base_url = "http://centre.example.edu", .plain_http = true}));
    CHECK(CurlExchange::open({.base_url = "ftp://127.0.0.1"}).error().kind == ErrorKind::unsupported);
    CHECK(CurlExchange::open({.base_url = "no address"}).error().kind == ErrorKind::invalid);
    CHECK(CurlExchange::open({.base_url = "https://centre.example.edu"}));
}

TEST_CASE("curl exchange: only whom the authority knows is believed, and only then the time it says", "[sync][exchange]") {
    const TlsServer server, other;
    server.put("state", "{}");
    HttpRequest get;
    get.target = "/state";
    const auto known = exchange_with({.base_url = server.url(), .ca_file = server.authority()});
    const auto reply = known->ask(get);
    INFO((reply ? "" : reply.error().what));
    REQUIRE(reply);
    CHECK(reply->body == "{}");
    REQUIRE(known->server_date());
    CHECK(iso_from_wall_time(*known->server_date()) == "2026-09-01T00:00:00.000Z");
    for (const Path& authority : {Path(), other.authority()}) {
        const auto stranger = exchange_with({.base_url = server.url(), .ca_file = authority});
        CHECK(stranger->ask(get).error().kind == ErrorKind::io);
        CHECK_FALSE(stranger->server_date());
    }
}
