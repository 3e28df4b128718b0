#include "tests/support/web_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace xinghuo {
namespace {

// Whether there is something to read; looks for the end of the server every 20 ms.
bool readable(int fd, const std::atomic<bool>& stop) {
    while (!stop.load()) {
        pollfd waits{fd, POLLIN, 0};
        if (::poll(&waits, 1, 20) > 0) return true;
    }
    return false;
}

}  // namespace

bool WebReply::send(std::string_view raw) {
    while (!raw.empty()) {
        if (stop_.load()) return false;
        pollfd waits{connection_, POLLOUT, 0};
        if (::poll(&waits, 1, 20) <= 0) continue;
        const ssize_t n = ::send(connection_, raw.data(), raw.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) return false;
        raw.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void WebReply::answer(int status, std::string_view body, const std::string& more_headers) {
    if (!send(fmt::format("HTTP/1.1 {} As Told\r\nContent-Length: {}\r\n{}\r\n", status, body.size(), more_headers)) || !send(body)) close_after();
}

bool WebReply::pause_ms(int ms) {
    pollfd waits{connection_, POLLRDHUP, 0};
    for (int gone = 0; gone < ms && !stop_.load(); gone += 10)
        if (::poll(&waits, 1, 10) > 0) return false;
    return !stop_.load();
}

WebServer::WebServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        std::abort();
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
}

WebServer::~WebServer() {
    stop_.store(true);
    thread_.join();
    ::close(listener_);
}

std::string WebServer::url(std::string_view path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }

std::vector<std::string> WebServer::paths() const {
    const std::lock_guard held(lock_);
    return paths_;
}

void WebServer::serve() {
    std::vector<std::thread> running;
    while (readable(listener_, stop_)) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        ++connections_;
        running.emplace_back([this, connection] {
            serve_one(connection);
            ::close(connection);
        });
    }
    for (std::thread& one : running) one.join();
}

void WebServer::serve_one(int connection) {
    std::string pending;
    while (true) {
        std::size_t end = 0;
        while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
            char piece[4096];
            if (!readable(connection, stop_)) return;
            const ssize_t n = ::recv(connection, piece, sizeof piece, 0);
            if (n <= 0) return;
            pending.append(piece, static_cast<std::size_t>(n));
        }
        WebRequest request;
        std::string_view head = std::string_view(pending).substr(0, end);
        const std::string_view first = head.substr(0, head.find("\r\n"));
        const std::size_t a = first.find(' '), b = first.rfind(' ');
        if (a == std::string_view::npos || b <= a) return;
        request.method = first.substr(0, a);
        request.path = first.substr(a + 1, b - a - 1);
        while (true) {
            const std::size_t line_end = head.find("\r\n");
            if (line_end == std::string_view::npos) break;
            head.remove_prefix(line_end + 2);
            const std::string_view line = head.substr(0, head.find("\r\n"));
            const std::size_t colon = line.find(": ");
            if (colon == std::string_view::npos) continue;
            std::string name(line.substr(0, colon));
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            request.headers[name] = line.substr(colon + 2);
        }
        pending.erase(0, end + 4);
        const std::size_t length = request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
        while (pending.size() < length) {
            char piece[4096];
            if (!readable(connection, stop_)) return;
            const ssize_t n = ::recv(connection, piece, sizeof piece, 0);
            if (n <= 0) return;
            pending.append(piece, static_cast<std::size_t>(n));
        }
        request.body = pending.substr(0, length);
        pending.erase(0, length);
        {
            const std::lock_guard held(lock_);
            paths_.push_back(request.path);
        }
        WebReply reply(connection, stop_);
        handler_(request, reply);
        if (reply.closes() || stop_.load()) return;
    }
}

}  // namespace xinghuo
