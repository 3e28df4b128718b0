// HTTP spoken by hand, so that a test may speak it wrongly.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "content/base/descriptor.h"

namespace xinghuo {

struct RawReply {
    int status = 0;
    std::string head, body;  // head: with the status line, in lower case
    [[nodiscard]] std::string header(const std::string& lower_case_name) const {
        const std::size_t at = head.find("\r\n" + lower_case_name + ": ");
        if (at == std::string::npos) return {};
        const std::size_t from = at + lower_case_name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
};

class RawConnection {
public:
    explicit RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(static_cast<std::uint16_t>(port));
        there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        open_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
    }
    [[nodiscard]] bool open() const { return open_; }

    bool send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t n = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    // Nothing: it closed, or nothing came in time. `bodiless`: of HEAD.
    std::optional<RawReply> reply(bool bodiless = false, int wait_ms = 10'000) {
        std::size_t end = 0;
        while ((end = came_.find("\r\n\r\n")) == std::string::npos)
            if (!more(wait_ms)) return std::nullopt;
        RawReply reply;
        reply.head = came_.substr(0, end + 2);
        came_.erase(0, end + 4);
        for (char& c : reply.head)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        reply.status = std::atoi(reply.head.c_str() + 9);
        const std::size_t length = bodiless ? 0 : std::strtoull(reply.header("content-length").c_str(), nullptr, 10);
        while (came_.size() < length)
            if (!more(wait_ms)) return std::nullopt;
        reply.body = came_.substr(0, length);
        came_.erase(0, length);
        return reply;
    }
    std::optional<RawReply> ask(std::string_view request) {
        if (!send(request)) return std::nullopt;
        return reply(request.starts_with("HEAD"));
    }
    // The other side has closed.
    bool closed(int wait_ms = 10'000) {
        while (more(wait_ms)) {}
        return ended_;
    }

private:
    bool more(int wait_ms) {
        pollfd waits{socket_.get(), POLLIN, 0};
        if (::poll(&waits, 1, wait_ms) <= 0) return false;
        char piece[65536];
        const ssize_t n = ::recv(socket_.get(), piece, sizeof piece, 0);
        if (n <= 0) {
            ended_ = true;
            return false;
        }
        came_.append(piece, static_cast<std::size_t>(n));
        return true;
    }
    Descriptor socket_;
    bool open_ = false, ended_ = false;
    std::string came_;
};

}  // namespace xinghuo
