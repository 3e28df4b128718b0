#include "sync/server/http_server_connection.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "content/base/gzip.h"
#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t piece_bytes = 65536;           // of a file, at once
constexpr std::int64_t slowest_bytes_a_second = 16384;
constexpr Milliseconds linger_time{2000};            // for the other side to read why it was refused
constexpr std::size_t worth_packing = 4096;          // bytes of a JSON reply
constexpr std::string_view files_below = "/repository/";

HttpReply answer_by(const HttpServer::Handler& handler, HttpRequest& request, const HttpLimits& limits) {
    const std::string* coding = find_header(request.headers, "content-encoding");
    if (coding != nullptr && *coding != "identity") {
        if (*coding != "gzip" && *coding != "x-gzip") return refusal(415, "a body may be gzip or plain");
        auto plain = gunzipped(request.body, limits.unpacked_bytes);
        if (!plain) return refusal(plain.error().kind == ErrorKind::too_large ? 413 : 400, plain.error().what);
        request.body = std::move(*plain);
        std::erase_if(request.headers, [](const auto& h) { return h.first == "content-encoding"; });
    }
    HttpReply reply = handler(request);
    const std::string* wants = find_header(request.headers, "accept-encoding");
    const std::string* type = find_header(reply.headers, "content-type");
    if (reply.body.size() >= worth_packing && wants != nullptr && wants->find("gzip") != std::string::npos && request.method != "HEAD" && type != nullptr &&
        (type->starts_with("application/json") || type->starts_with("text/")) && find_header(reply.headers, "content-encoding") == nullptr &&
        find_header(reply.headers, "etag") == nullptr) {
        reply.body = gzipped(reply.body, 1);
        reply.headers.emplace_back("content-encoding", "gzip");
        reply.headers.emplace_back("vary", "accept-encoding");
    }
    return reply;
}

template <class Stream>
class StreamConnection final : public HttpConnection {
public:
    template <class... More>
    StreamConnection(HttpShared& shared, HttpLoop& loop, asio::ip::address peer, tcp::socket socket, More&... more)
        : HttpConnection(shared, loop, std::move(peer)), stream_(std::move(socket), more...) {}

    void begin() override {
        allow(shared_.limits.header_time);
        if constexpr (tls) {
            stream_.async_handshake(ssl::stream_base::server, [self = own()](NetFailure failed) {
                if (failed) return self->close();
                self->wait_for_request();
            });
        } else {
            wait_for_request();
        }
    }

    void close() override {
        NetFailure ignored;
        socket().close(ignored);
    }

private:
    static constexpr bool tls = !std::is_same_v<Stream, tcp::socket>;
    std::shared_ptr<StreamConnection> own() { return std::static_pointer_cast<StreamConnection>(shared_from_this()); }
    tcp::socket& socket() {
        if constexpr (tls) return stream_.next_layer();
        else return stream_;
    }

    void wait_for_request() {
        give_back_count();
        exchange_.reset();
        idle_ = reads_ = true;
        if (shared_.stopping.load()) return close();
        if (!first_) allow(shared_.limits.idle_time);
        first_ = false;
        stream_.async_read_some(asio::buffer(&first_byte_, 1), [self = own()](NetFailure failed, std::size_t) {
            if (failed) return self->close();
            self->exchange_ = std::make_unique<HttpExchange>();
            self->exchange_->buffer.max_size(self->shared_.limits.header_bytes + 2 * piece_bytes);
            const auto room = self->exchange_->buffer.prepare(1);
            *static_cast<char*>(room.data()) = self->first_byte_;
            self->exchange_->buffer.commit(1);
            self->read_header();
        });
    }

    void read_header() {
        idle_ = false;
        reads_ = true;
        allow(shared_.limits.header_time);
        HttpExchange& x = *exchange_;
        x.parser.emplace();
        x.parser->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
        x.parser->body_limit(shared_.limits.body_bytes);
        http::async_read_header(stream_, x.buffer, *x.parser, [self = own()](NetFailure failed, std::size_t) { self->header_came(failed); });
    }

    void header_came(const NetFailure& failed) {
        if (failed) return refuse_unread(failed);
        HttpExchange& x = *exchange_;
        const auto& message = x.parser->get();
        x.keep_alive = message.keep_alive();
        x.http_1_0 = message.version() < 11;
        x.head_only = message.method() == http::verb::head;
        body_began_ = shared_.clock.now();
        // What is declared was measured against body_limit by the parser; only what comes is counted, or sixteen promises would shut out all others.
        if (const auto expect = message[http::field::expect]; !expect.empty()) {
            if (!beast::iequals(expect, "100-continue")) return send_refusal(refusal(417, "no such expectation"));
            if (!x.parser->is_done() && !x.http_1_0) {
                x.head = "HTTP/1.1 100 Continue\r\n\r\n";
                return asio::async_write(stream_, asio::buffer(x.head), [self = own()](NetFailure f, std::size_t) {
                    if (f) return self->close();
                    self->read_body();
                });
            }
        }
        read_body();
    }

    void read_body() {
        HttpExchange& x = *exchange_;
        if (x.parser->is_done()) return hand_over();
        const auto came = static_cast<std::int64_t>(x.parser->get().body().size());
        deadline_ = body_began_ + shared_.limits.body_time + from_seconds(static_cast<double>(came / slowest_bytes_a_second));
        http::async_read_some(stream_, x.buffer, *x.parser, [self = own()](NetFailure failed, std::size_t) {
            if (failed) return self->refuse_unread(failed);
            HttpExchange& y = *self->exchange_;
            const std::size_t body = y.parser->get().body().size();
            if (body > y.counted_bytes && !self->count_bytes(body - y.counted_bytes)) return self->refuse_busy();
            self->read_body();
        });
    }

    // False: all bodies together would be too much.
    bool count_bytes(std::size_t more) {
        shared_.counters.body_bytes += static_cast<std::int64_t>(more);
        exchange_->counted_bytes += more;
        return more == 0 || shared_.counters.body_bytes.load() <= static_cast<std::int64_t>(shared_.limits.bodies_bytes);
    }

    void hand_over() {
        reads_ = false;
        deadline_ = Instant::never();
        auto request = std::make_shared<HttpRequest>(taken_request(tls));
        if (exchange_->buffer.size() == 0) exchange_->buffer = beast::flat_buffer(exchange_->buffer.max_size());
        // The connection goes to the worker and comes back with the reply: it ends on its own thread.
        const bool taken = shared_.workers->take([self = own(), request]() mutable {
            auto answer = std::make_shared<FileReply>();
            const std::string_view path = request->path();
            try {
                if (path.starts_with(files_below) && !self->shared_.files.empty()) {
                    *answer = answer_file(self->shared_.files, path.substr(files_below.size()), *request);
                } else {
                    answer->reply = answer_by(self->shared_.handler, *request, self->shared_.limits);
                }
            } catch (const std::exception&) {  // no memory, unpacking or packing as well: this request fails, the others go on
                log_warning("a request could not be answered");
                *answer = FileReply();
                answer->reply = refusal(500, "the server could not answer");
            }
            request.reset();
            asio::io_context& io = self->loop_.io;
            asio::post(io, [back = std::move(self), answer = std::move(answer)] { back->send(std::move(*answer)); });
        });
        if (!taken) refuse_busy(true);
    }

    void send(FileReply answer) {
        HttpExchange& x = *exchange_;
        x.answer = std::move(answer);
        HttpReply& reply = x.answer.reply;
        if (shared_.stopping.load()) x.keep_alive = false;
        std::uint64_t size = x.answer.piece.file ? x.answer.piece.bytes : reply.body.size();
        if (x.head_only && size == 0) {
            if (const std::string* told = find_header(reply.headers, "content-length")) size = std::strtoull(told->c_str(), nullptr, 10);
        }
        x.head = reply_head(reply, {x.keep_alive, x.http_1_0, size, shared_.clock.wall()});
        if (x.head_only || reply.status == 204 || reply.status == 304) {
            reply.body.clear();
            x.answer.piece = FilePiece();
        }
        deadline_ = shared_.clock.now() + shared_.limits.write_time + from_seconds(static_cast<double>(static_cast<std::int64_t>(reply.body.size()) / slowest_bytes_a_second));
        const std::array<asio::const_buffer, 2> both{asio::buffer(x.head), asio::buffer(reply.body)};
        asio::async_write(stream_, both, [self = own()](NetFailure failed, std::size_t) {
            if (failed) return self->close();
            self->send_piece();
        });
    }

    void send_piece() {
        HttpExchange& x = *exchange_;
        FilePiece& piece = x.answer.piece;
        if (!piece.file || piece.bytes == 0) return sent();
        x.piece.resize(std::min<std::uint64_t>(piece.bytes, piece_bytes));
        const ssize_t n = ::pread(piece.file.get(), x.piece.data(), x.piece.size(), static_cast<off_t>(piece.offset));
        if (n <= 0) return close();  // it grew shorter: what was promised cannot be kept
        piece.offset += static_cast<std::uint64_t>(n);
        piece.bytes -= static_cast<std::uint64_t>(n);
        allow(shared_.limits.write_time);
        asio::async_write(stream_, asio::buffer(x.piece.data(), static_cast<std::size_t>(n)), [self = own()](NetFailure failed, std::size_t) {
            if (failed) return self->close();
            self->send_piece();
        });
    }

    void sent() {
        HttpExchange& x = *exchange_;
        give_back_count();
        if (!x.keep_alive) return linger();
        if (x.buffer.size() == 0) return wait_for_request();
        read_header();  // the next one came with this one
    }

    // A connection that is closed with something unread is reset, and the reply is lost with it.
    void linger() {
        NetFailure ignored;
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        if (ignored) return close();
        reads_ = false;
        allow(linger_time);
        drain();
    }
    void drain() {
        exchange_->piece.resize(piece_bytes);
        socket().async_read_some(asio::buffer(exchange_->piece), [self = own()](NetFailure failed, std::size_t) {
            if (failed) return self->close();
            self->drain();
        });
    }

    void send_refusal(HttpReply reply) {
        give_back_count();
        exchange_->keep_alive = false;
        FileReply answer;
        answer.reply = std::move(reply);
        send(std::move(answer));
    }
    // The request was read whole: the connection may go on.
    void refuse_busy(bool read_whole = false) {
        ++shared_.counters.overloaded;
        HttpReply reply = refusal(503, "too much at once; come again");
        reply.headers.emplace_back("retry-after", "2");
        if (!read_whole) return send_refusal(std::move(reply));
        FileReply answer;
        answer.reply = std::move(reply);
        send(std::move(answer));
    }
    void refuse_unread(const NetFailure& failed) {
        if (failed == http::error::body_limit) {
            ++shared_.counters.too_large;
            return send_refusal(refusal(413, "the body is too large"));
        }
        if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
            ++shared_.counters.too_large;
            return send_refusal(refusal(431, "the headers are too large"));
        }
        if (failed == http::error::end_of_stream || failed == http::error::partial_message || failed.category() != http::make_error_code(http::error::bad_method).category())
            return close();
        ++shared_.counters.malformed;
        send_refusal(refusal(400, "no HTTP request: " + failed.message()));
    }

    Stream stream_;
    Instant body_began_;
};

}  // namespace

std::optional<AddressRange> read_address_range(const std::string& text) {
    const std::size_t slash = text.find('/');
    NetFailure failed;
    AddressRange network;
    network.address = asio::ip::make_address(text.substr(0, slash), failed);
    if (failed) return std::nullopt;
    const unsigned all = network.address.is_v4() ? 32 : 128;
    network.bits = all;
    if (slash == std::string::npos) return network;
    char* end = nullptr;
    const unsigned long bits = std::strtoul(text.c_str() + slash + 1, &end, 10);
    if (slash + 1 == text.size() || *end != '\0' || bits > all) return std::nullopt;
    network.bits = static_cast<unsigned>(bits);
    return network;
}

asio::ip::address plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

HttpRequest HttpConnection::taken_request(bool tls) {
    auto& message = exchange_->parser->get();
    HttpRequest request;
    request.method = message.method_string();
    request.target = message.target();
    if (const std::size_t scheme = request.target.find("://"); scheme != std::string::npos && request.target.front() != '/') {
        const std::size_t path = request.target.find('/', scheme + 3);
        request.target = path == std::string::npos ? "/" : request.target.substr(path);
    }
    asio::ip::address asks = peer_;
    bool secure = tls;
    const bool by_proxy = shared_.trusted(peer_);
    std::string forwarded;
    for (const auto& field : message) {
        std::string name(field.name_string());
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        std::string value(field.value());
        if (name == "x-forwarded-for") {
            if (by_proxy) forwarded += (forwarded.empty() ? "" : ",") + value;
            else request.headers.emplace_back(std::move(name), std::move(value));
        } else if (name == "x-forwarded-proto") {
            if (by_proxy) secure = value == "https";
        } else {
            request.headers.emplace_back(std::move(name), std::move(value));
        }
    }
    // The last that no trusted proxy vouches for.
    while (by_proxy && !forwarded.empty()) {
        const std::size_t comma = forwarded.rfind(',');
        std::string last = forwarded.substr(comma == std::string::npos ? 0 : comma + 1);
        forwarded.resize(comma == std::string::npos ? 0 : comma);
        std::erase(last, ' ');
        NetFailure failed;
        const asio::ip::address named = asio::ip::make_address(last, failed);
        if (failed) break;
        asks = plain_address(named);
        if (!shared_.trusted(asks)) break;
    }
    if (secure) request.headers.emplace_back("x-forwarded-proto", "https");
    request.peer = asks.to_string();
    request.body = std::move(message.body());
    return request;
}

std::shared_ptr<HttpConnection> new_connection(HttpShared& shared, HttpLoop& loop, const asio::ip::address& peer, tcp::socket socket, ssl::context* tls) {
    if (tls != nullptr) return std::make_shared<StreamConnection<ssl::stream<tcp::socket>>>(shared, loop, peer, std::move(socket), *tls);
    return std::make_shared<StreamConnection<tcp::socket>>(shared, loop, peer, std::move(socket));
}

}  // namespace xinghuo
