#include "sync/server/http_server.h"

#include <thread>

#include "sync/server/http_server_connection.h"

namespace xinghuo {

struct HttpServer::Parts {
    explicit Parts(const Clock& clock) : shared(clock) {}
    HttpShared shared;
    std::optional<ssl::context> tls;
    std::vector<std::unique_ptr<HttpLoop>> loops;
    std::optional<tcp::acceptor> acceptor;
    std::optional<asio::steady_timer> accept_again;
    std::size_t next_loop = 0;
    int port = 0;
    bool stopped = false;

    void accept() {
        HttpLoop& loop = *loops[next_loop++ % loops.size()];
        acceptor->async_accept(loop.io, [this, &loop](NetFailure failed, tcp::socket socket) {
            if (failed == asio::error::operation_aborted) return;
            if (failed) {  // no descriptors left: a moment later there may be
                accept_again->expires_after(Milliseconds(100));
                return accept_again->async_wait([this](NetFailure gone) {
                    if (!gone) accept();
                });
            }
            ++shared.counters.accepted;
            // Made and begun on its own thread.
            auto kept = std::make_shared<tcp::socket>(std::move(socket));
            asio::post(loop.io, [this, &loop, kept] { welcome(loop, std::move(*kept)); });
            accept();
        });
    }

    void welcome(HttpLoop& loop, tcp::socket socket) {
        NetFailure failed;
        const auto remote = socket.remote_endpoint(failed);
        if (failed) return;
        const asio::ip::address peer = plain_address(remote.address());
        if (!shared.enter(peer)) {
            ++shared.counters.refused_connections;
            constexpr std::string_view full = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            if (!tls) [[maybe_unused]] const ssize_t n = ::send(socket.native_handle(), full.data(), full.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            return;
        }
        socket.set_option(tcp::no_delay(true), failed);
        socket.set_option(asio::socket_base::keep_alive(true), failed);
        new_connection(shared, loop, peer, std::move(socket), tls ? &*tls : nullptr)->begin();
    }

    // Deadlines: one timer for all, not one each.
    void sweep(HttpLoop& loop) {
        const Milliseconds every = std::clamp(std::min({shared.limits.header_time, shared.limits.body_time, shared.limits.idle_time}) / 4, Milliseconds(20), Milliseconds(1000));
        loop.timer.expires_after(every);
        loop.timer.async_wait([this, &loop](NetFailure failed) {
            if (failed) return;
            const Instant now = shared.clock.now();
            for (std::size_t i = 0; i < loop.connections.size(); ++i) loop.connections[i]->look_at(now);
            sweep(loop);
        });
    }

    void stop() {
        if (stopped) return;
        stopped = true;
        shared.stopping.store(true);
        if (acceptor) {
            asio::post(loops.front()->io, [this] {
                NetFailure ignored;
                acceptor->close(ignored);
                accept_again->cancel();
            });
        }
        for (const auto& loop : loops)
            asio::post(loop->io, [one = loop.get()] {
                for (HttpConnection* connection : one->connections) connection->stop_soon();
            });
        const Instant until = shared.clock.now() + shared.limits.grace;
        while (shared.counters.connections.load() > 0 && shared.clock.now() < until) std::this_thread::sleep_for(Milliseconds(5));
        // The loops first: a request that comes whole only now finds nobody to take it, and what is dropped below is touched by no other thread. A worker's
        // late reply stays in its loop, unread, until that goes.
        for (const auto& loop : loops) {
            loop->io.stop();
            if (loop->thread.joinable()) loop->thread.join();
        }
        if (shared.workers) shared.workers->stop();
    }
};

namespace {

Result<void> load_tls(ssl::context& context, const HttpServerSettings& settings) {
    NetFailure failed;
    context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, failed);
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);  // idle connections give theirs back
    if (!failed) context.use_certificate_chain_file(settings.tls_certificate.string(), failed);
    if (failed) return Error{ErrorKind::invalid, "the TLS certificate: " + failed.message()};
    context.use_private_key_file(settings.tls_key.string(), ssl::context::pem, failed);
    if (failed) return Error{ErrorKind::invalid, "the TLS key: " + failed.message()};
    return {};
}

Result<void> listen_at(tcp::acceptor& acceptor, const HttpServerSettings& settings) {
    NetFailure failed;
    const asio::ip::address address = asio::ip::make_address(settings.address, failed);
    if (failed || settings.port < 0 || settings.port > 65535) return Error{ErrorKind::invalid, settings.address + ": no address to listen at"};
    const tcp::endpoint here(address, static_cast<asio::ip::port_type>(settings.port));
    acceptor.open(here.protocol(), failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor.bind(here, failed);
    if (!failed) acceptor.listen(4096, failed);
    if (failed) return Error{ErrorKind::io, "listening at " + settings.address + ":" + std::to_string(settings.port) + ": " + failed.message()};
    return {};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerSettings& settings, const Clock& clock, Handler handler) {
    auto parts = std::make_unique<Parts>(clock);
    parts->shared.limits = settings.limits;
    parts->shared.files = settings.files;
    parts->shared.handler = std::move(handler);
    for (const std::string& text : settings.trusted_proxies) {
        const auto network = read_address_range(text);
        if (!network) return Error{ErrorKind::invalid, text + ": no address and no network"};
        parts->shared.proxies.push_back(*network);
    }
    if (settings.tls_certificate.empty() != settings.tls_key.empty()) return Error{ErrorKind::invalid, "TLS needs a certificate and its key"};
    if (!settings.tls_certificate.empty()) {
        parts->tls.emplace(ssl::context::tls_server);
        if (auto loaded = load_tls(*parts->tls, settings); !loaded) return loaded.error();
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(1, settings.readers); ++i) parts->loops.push_back(std::make_unique<HttpLoop>());
    HttpLoop& front = *parts->loops.front();
    parts->acceptor.emplace(front.io);
    parts->accept_again.emplace(front.io);
    if (auto listening = listen_at(*parts->acceptor, settings); !listening) return listening.error();
    parts->port = parts->acceptor->local_endpoint().port();
    parts->shared.workers = std::make_unique<HttpWorkers>(std::max<std::size_t>(1, settings.workers), settings.limits.waiting);
    parts->accept();
    for (const auto& loop : parts->loops) {
        parts->sweep(*loop);
        loop->thread = std::thread([one = loop.get()] { one->io.run(); });
    }
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpServer::~HttpServer() { stop(); }
void HttpServer::stop() { parts_->stop(); }
int HttpServer::port() const { return parts_->port; }

HttpCounts HttpServer::counts() const {
    const HttpCounters& c = parts_->shared.counters;
    HttpCounts counts;
    counts.connections = c.connections.load();
    counts.waiting = static_cast<std::int64_t>(parts_->shared.workers->waiting());
    counts.accepted = c.accepted.load();
    counts.refused_connections = c.refused_connections.load();
    counts.timed_out = c.timed_out.load();
    counts.malformed = c.malformed.load();
    counts.too_large = c.too_large.load();
    counts.overloaded = c.overloaded.load();
    return counts;
}

}  // namespace xinghuo
