// xinghuo-draw: one SVG drawing, and pictures of it, for the pack builder. A process of its own, because what authors hand in is hostile until
// proven otherwise: it writes no file, follows no reference out of the drawing (librsvg is given no base), gains no privilege, and has 60 s of
// processor time and 3 GB of addresses.
//
// Speaks on descriptor 0, a socket:
//     svg BYTES COLOUR\n and that many bytes     → "ok WIDTH HEIGHT\n" of the viewBox, or "no SENTENCE\n"; once
//     whole W H\n                                → "ok \n" and W × H × 4 bytes of RGBA, or "no SENTENCE\n"
//     group W H ID\n                             → the same, of one group
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "tools/packer/svg.h"

namespace {

using namespace xinghuo;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool address_sanitizer = false;
#endif

void limit(__rlimit_resource_t what, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(what, &both);
}

bool receive(void* into, std::size_t count) {
    auto* at = static_cast<char*>(into);
    while (count > 0) {
        const ssize_t n = ::read(0, at, count);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        count -= static_cast<std::size_t>(n);
    }
    return true;
}

bool send(const void* from, std::size_t count) {
    const auto* at = static_cast<const char*>(from);
    while (count > 0) {
        const ssize_t n = ::send(0, at, count, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        count -= static_cast<std::size_t>(n);
    }
    return true;
}

bool say(const std::string& line) { return send(line.data(), line.size()); }

bool refuse(const Error& error) {
    std::string what = error.what.substr(0, 900);
    std::replace(what.begin(), what.end(), '\n', ' ');
    return say("no " + what + "\n");
}

std::optional<std::string> line() {
    std::string text;
    for (char c = 0; text.size() < 10'000;) {
        if (!receive(&c, 1)) return std::nullopt;
        if (c == '\n') return text;
        text += c;
    }
    return std::nullopt;
}

bool answer(const Svg& svg, const std::string& request) {
    int w = 0, h = 0, read = 0;
    Result<Image> image = Error{ErrorKind::invalid, "not a request"};
    if (std::sscanf(request.c_str(), "whole %d %d", &w, &h) == 2) image = svg.whole(w, h);
    else if (std::sscanf(request.c_str(), "group %d %d %n", &w, &h, &read) == 2 && read > 0)
        image = svg.group(request.substr(static_cast<std::size_t>(read)), w, h);
    if (!image) return refuse(image.error());
    return say("ok \n") && send(image->rgba.data(), image->rgba.size());
}

}  // namespace

int main() {
    std::signal(SIGXFSZ, SIG_IGN);  // the font library's cache is not written, and that is all
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CPU, 60);
    if (!address_sanitizer) limit(RLIMIT_AS, 3ull << 30);  // which reserves terabytes; nothing else does
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    const auto first = line();
    unsigned long bytes = 0;
    int read = 0;
    if (!first || std::sscanf(first->c_str(), "svg %lu %n", &bytes, &read) != 1 || bytes > svg_limit_bytes) return 1;
    std::string text(bytes, '\0');
    if (!receive(text.data(), text.size())) return 1;
    const auto svg = Svg::parse(text, first->substr(static_cast<std::size_t>(read)));
    if (!svg) {
        refuse(svg.error());
        return 0;
    }
    if (!say(fmt::format("ok {} {}\n", svg->width(), svg->height()))) return 1;
    while (const auto request = line())
        if (!answer(*svg, *request)) return 1;
    return 0;
}
