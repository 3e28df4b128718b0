#include "tools/benchmark/held_connections.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace xinghuo {
namespace {

constexpr std::size_t asked_at_once = 200;

// The status of a whole reply; 0: not whole yet. Our server says its length in lower or upper case.
int whole_reply(const std::string& came) {
    const std::size_t head = came.find("\r\n\r\n");
    if (head == std::string::npos || !came.starts_with("HTTP/1.1 ")) return 0;
    std::string fields = came.substr(0, head);
    for (char& c : fields)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const std::size_t length = fields.find("\r\ncontent-length:");
    const std::size_t body = length == std::string::npos ? 0 : std::strtoul(fields.c_str() + length + 17, nullptr, 10);
    return came.size() < head + 4 + body ? 0 : std::atoi(came.c_str() + 9);
}

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    return static_cast<std::size_t>(files.rlim_cur);
}

HeldConnections::HeldConnections(int port) : port_(port), poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

std::size_t HeldConnections::open(std::size_t count) {
    std::size_t opened = 0;
    for (; opened < count; ++opened) {
        Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!socket) break;
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(static_cast<std::uint16_t>(port_));
        there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) break;
        const int at_once = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        epoll_event wish{};
        wish.events = EPOLLIN;
        wish.data.u64 = held_.size();
        if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, socket.get(), &wish) != 0) break;
        held_.push_back({std::move(socket), {}});
    }
    return opened;
}

bool HeldConnections::ask(std::size_t which, std::string_view request) {
    while (!request.empty()) {
        const ssize_t sent = ::send(held_[which].socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        request.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::vector<HeldConnections::Answer> HeldConnections::answers(Milliseconds limit) {
    std::vector<Answer> whole;
    std::array<epoll_event, 256> ready;
    const int count = ::epoll_wait(poll_.get(), ready.data(), static_cast<int>(ready.size()), static_cast<int>(limit.count()));
    for (int i = 0; i < count; ++i) {
        const auto which = static_cast<std::size_t>(ready[static_cast<std::size_t>(i)].data.u64);
        Held& one = held_[which];
        char piece[16'384];
        const ssize_t n = ::recv(one.socket.get(), piece, sizeof piece, MSG_DONTWAIT);
        if (n <= 0) {
            ::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, one.socket.get(), nullptr);
            whole.push_back({which, 0});
            continue;
        }
        one.came.append(piece, static_cast<std::size_t>(n));
        const int status = whole_reply(one.came);
        if (status == 0) continue;
        std::string().swap(one.came);
        whole.push_back({which, status});
    }
    return whole;
}

std::size_t HeldConnections::ask_all(std::string_view request) {
    std::size_t good = 0;
    for (std::size_t at = 0; at < held_.size(); at += asked_at_once) {
        std::size_t waits = 0;
        for (std::size_t which = at; which < std::min(held_.size(), at + asked_at_once); ++which) waits += ask(which, request) ? 1 : 0;
        while (waits > 0) {
            const auto came = answers(std::chrono::seconds(10));
            if (came.empty()) return good;
            for (const Answer& answer : came) good += answer.status == 200 ? 1 : 0;
            waits -= std::min(waits, came.size());
        }
    }
    return good;
}

}  // namespace xinghuo
