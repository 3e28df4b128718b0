// Inside the HTTP server: what its parts share, and one connection.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/server/http_reply.h"
#include "sync/server/http_server.h"
#include "sync/server/http_server_workers.h"

namespace xinghuo {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using NetFailure = boost::system::error_code;

struct HttpCounters {
    std::atomic<std::int64_t> connections{0}, accepted{0}, refused_connections{0}, timed_out{0}, malformed{0}, too_large{0}, overloaded{0}, body_bytes{0};
};

// One address or a network of them.
struct AddressRange {
    asio::ip::address address;
    unsigned bits = 0;
    [[nodiscard]] bool holds(const asio::ip::address& other) const {
        if (address.is_v4() != other.is_v4()) return false;
        const auto same = [this](const auto& a, const auto& b) {
            for (unsigned i = 0; i < bits; ++i)
                if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8)) & 1) return false;
            return true;
        };
        return address.is_v4() ? same(address.to_v4().to_bytes(), other.to_v4().to_bytes()) : same(address.to_v6().to_bytes(), other.to_v6().to_bytes());
    }
};

std::optional<AddressRange> read_address_range(const std::string& text);
// "::ffff:10.0.0.7" is 10.0.0.7 to everybody.
asio::ip::address plain_address(const asio::ip::address& address);

class HttpConnection;

// One reading thread: its connections are touched by no other thread.
struct HttpLoop {
    std::vector<HttpConnection*> connections;  // the first: what still waits in io leaves this list when io goes
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> stays{io.get_executor()};
    asio::steady_timer timer{io};
    std::thread thread;
};

// What all connections share.
struct HttpShared {
    HttpLimits limits;
    Path files;
    std::vector<AddressRange> proxies;
    const Clock& clock;
    HttpServer::Handler handler;
    HttpCounters counters;
    std::mutex addresses_lock;
    std::unordered_map<std::string, std::size_t> addresses;
    std::atomic<bool> stopping{false};
    std::unique_ptr<HttpWorkers> workers;  // from start() on, also when they have stopped

    explicit HttpShared(const Clock& c) : clock(c) {}
    [[nodiscard]] bool trusted(const asio::ip::address& address) const {
        return std::any_of(proxies.begin(), proxies.end(), [&](const AddressRange& n) { return n.holds(address); });
    }
    // Whether one more from there may come.
    bool enter(const asio::ip::address& address) {
        if (counters.connections.load() >= static_cast<std::int64_t>(limits.connections)) return false;
        if (counted(address)) {
            const std::lock_guard held(addresses_lock);
            std::size_t& here = addresses[address.to_string()];
            if (here >= limits.connections_per_address) return false;
            ++here;
        }
        ++counters.connections;
        return true;
    }
    void leave(const asio::ip::address& address) {
        --counters.connections;
        if (!counted(address)) return;
        const std::lock_guard held(addresses_lock);
        const auto found = addresses.find(address.to_string());
        if (found != addresses.end() && --found->second == 0) addresses.erase(found);
    }
    [[nodiscard]] bool counted(const asio::ip::address& address) const {
        return (limits.count_loopback || !address.is_loopback()) && !trusted(address);
    }
};

// From a request's first byte to its reply's last.
struct HttpExchange {
    beast::flat_buffer buffer;
    std::optional<http::request_parser<http::string_body>> parser;
    std::size_t counted_bytes = 0;  // of bodies_bytes
    std::string head;
    FileReply answer;
    std::vector<char> piece;
    bool keep_alive = true, head_only = false, http_1_0 = false;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(HttpShared& shared, HttpLoop& loop, asio::ip::address peer) : shared_(shared), loop_(loop), peer_(std::move(peer)), place_(loop.connections.size()) {
        loop_.connections.push_back(this);
    }
    virtual ~HttpConnection() {
        give_back_count();
        shared_.leave(peer_);
        loop_.connections[place_] = loop_.connections.back();
        loop_.connections[place_]->place_ = place_;
        loop_.connections.pop_back();
    }
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    virtual void begin() = 0;
    virtual void close() = 0;
    void look_at(Instant now) {
        if (now < deadline_) return;
        deadline_ = Instant::never();
        if (reads_) ++shared_.counters.timed_out;
        close();
    }
    void stop_soon() {
        if (idle_) close();
    }

protected:
    void allow(Nanoseconds span) { deadline_ = shared_.clock.now() + span; }
    void give_back_count() {
        if (exchange_ == nullptr) return;
        shared_.counters.body_bytes -= static_cast<std::int64_t>(exchange_->counted_bytes);
        exchange_->counted_bytes = 0;
    }
    HttpRequest taken_request(bool tls);

    HttpShared& shared_;
    HttpLoop& loop_;
    asio::ip::address peer_;
    std::size_t place_;
    Instant deadline_ = Instant::never();
    std::unique_ptr<HttpExchange> exchange_;  // nothing between requests
    bool idle_ = true;                    // waits for a request's first byte
    bool reads_ = true;                   // a deadline that passes is the other side's slowness
    bool first_ = true;                   // no request has come yet
    char first_byte_ = 0;
};

// Plain, or with TLS when there is a context.
std::shared_ptr<HttpConnection> new_connection(HttpShared& shared, HttpLoop& loop, const asio::ip::address& peer, tcp::socket socket, ssl::context* tls);

}  // namespace xinghuo
