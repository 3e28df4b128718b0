// HTTP/1.1 for many terminals: a thread or two accept and read, whole requests go to a bounded pool of workers, replies go back. A connection that waits for
// its next request holds no buffers (about 1 KB without TLS). Boost.Beast is behind http_server.cpp.
//
//     auto server = HttpServer::start(settings, clock, [&](const HttpRequest& request) { return centre.answer(request); });
//     … server.value()->port() …
//     server.value()->stop();                        // what was begun is finished
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "sync/http.h"

namespace xinghuo {

struct HttpLimits {
    std::size_t header_bytes = 16u << 10;     // 431
    std::size_t body_bytes = 32u << 20;       // as it travels: 413
    std::size_t unpacked_bytes = 64u << 20;   // of a gzip body: 413 as soon as more comes out
    std::size_t bodies_bytes = 512u << 20;    // that have come, of all requests that are being read or answered: 503
    std::size_t connections = 20'000;
    std::size_t connections_per_address = 1'000;  // trusted proxies are not counted, nor is this machine
    bool count_loopback = false;                  // unless a test says so
    std::size_t waiting = 512;                // requests that no worker has taken yet: more get 503 with Retry-After
    Milliseconds header_time{10'000};         // from a request's first byte (or the connection's beginning) to the end of its headers
    Milliseconds body_time{30'000};           // and a second more for every 16 KB that came
    Milliseconds write_time{30'000};          // likewise
    Milliseconds idle_time{300'000};          // between requests
    Milliseconds grace{10'000};               // for what was begun when the server stops
};

// Most of them wait for the disk, and those who wait for SQLite at one time are written in one transaction: a few more than processors make it quick.
inline constexpr std::size_t usual_workers = 16;

struct HttpServerSettings {
    std::string address = "127.0.0.1";        // of an interface; "::" and "0.0.0.0": all
    int port = 0;                             // 0: a free one
    Path tls_certificate, tls_key;            // PEM; both or none
    std::vector<std::string> trusted_proxies; // "10.0.0.5", "10.1.0.0/16": whose X-Forwarded-For and -Proto are believed
    Path files;                               // what lies below /repository/; empty: nothing is served from there
    std::size_t workers = usual_workers, readers = 1;  // threads
    HttpLimits limits;
};

struct HttpCounts {
    std::int64_t connections = 0, waiting = 0, accepted = 0;      // the first two: now
    std::int64_t refused_connections = 0, timed_out = 0;
    std::int64_t malformed = 0, too_large = 0, overloaded = 0;    // answered without a worker: 400, 413 and 431, 503
};

class HttpServer {
public:
    // On a worker's thread, several at a time. The body is unpacked. A header x-forwarded-proto is "https" when the request came by TLS, here or to a
    // trusted proxy, and not there otherwise; an x-forwarded-for that is still there was not believed. HEAD is answered as GET would be: the body is left away.
    using Handler = std::function<HttpReply(const HttpRequest&)>;
    // Listening when it is good. `io`: the address is taken; `invalid`: no address, certificate or key. `clock` outlives it.
    static Result<std::unique_ptr<HttpServer>> start(const HttpServerSettings& settings, const Clock& clock, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] int port() const;
    [[nodiscard]] HttpCounts counts() const;
    // Nothing new is accepted, what was begun is answered as far as `grace` reaches; then the threads are gone, as soon as the handler has returned. What no
    // worker had taken by then is dropped.
    void stop();

private:
    struct Parts;
    explicit HttpServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace xinghuo
