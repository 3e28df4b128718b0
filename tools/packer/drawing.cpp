#include "tools/packer/drawing.h"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <mutex>

#include "content/base/descriptor.h"
#include "tools/packer/process.h"

extern char** environ;

namespace xinghuo {
namespace {

// The child ends itself after 60 s of processor time; this is for one that does nothing at all.
constexpr int silence_limit_ms = 120'000;
constexpr std::size_t line_limit_bytes = 1'000;

Error gone() { return {ErrorKind::invalid, "drawing this takes too much memory or time"}; }

}  // namespace

// Speaks with one xinghuo-draw (draw_main.cpp says how).
class Drawing::Child {
public:
    static Result<std::shared_ptr<Child>> start() {
        std::array<int, 2> ends{-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return Error{ErrorKind::io, std::strerror(errno)};
        Descriptor ours(ends[0]), theirs(ends[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, theirs.get(), 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1 /* O_WRONLY */, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
        const Path program = program_beside("xinghuo-draw");
        std::string name = program.string();
        std::array<char*, 2> argv{name.data(), nullptr};
        pid_t pid = 0;
        const int failed = ::posix_spawn(&pid, name.c_str(), &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) return Error{ErrorKind::missing, fmt::format("xinghuo-draw: {}", std::strerror(failed))};
        return std::shared_ptr<Child>(new Child(std::move(ours), pid));
    }
    ~Child() {
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // Sends, and reads the answer's first line without its "ok "; "no …" is an error.
    Result<std::string> ask(std::string_view head, std::string_view body = {}) {
        if (!send(head) || !send(body)) return gone();
        std::string line;
        for (char c = 0; line.size() < line_limit_bytes;) {
            if (!receive(&c, 1)) return gone();
            if (c == '\n') break;
            line += c;
        }
        if (line.starts_with("ok ")) return line.substr(3);
        if (line.starts_with("no ")) return Error{ErrorKind::invalid, line.substr(3)};
        return gone();
    }

    Result<Image> picture(std::string_view request, int w, int h) {
        if (w < 1 || h < 1 || w > svg_side_limit_px || h > svg_side_limit_px)
            return Error{ErrorKind::invalid, "a picture has sides of 1 to 16384 px"};
        if (auto answer = ask(request); !answer) return answer.error();
        Image image{w, h, {}};
        image.rgba.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4);
        if (!receive(image.rgba.data(), image.rgba.size())) return gone();
        return image;
    }

    // Two Drawings that share a child are still one thread's; a copy handed to another thread waits its turn.
    std::mutex turn;

private:
    Child(Descriptor socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    bool receive(void* into, std::size_t count) {
        auto* at = static_cast<char*>(into);
        while (count > 0) {
            pollfd watched{socket_.get(), POLLIN, 0};
            const int ready = ::poll(&watched, 1, silence_limit_ms);
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0) return false;
            const ssize_t n = ::read(socket_.get(), at, count);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            at += n;
            count -= static_cast<std::size_t>(n);
        }
        return true;
    }

    Descriptor socket_;
    const pid_t pid_;
};

Result<Drawing> Drawing::parse(std::string_view svg, std::string_view colour) {
    if (svg.size() > svg_limit_bytes) return Error{ErrorKind::too_large, "an SVG drawing over 32 MB"};
    auto child = Child::start();
    if (!child) return child.error();
    Drawing drawing;
    drawing.child_ = std::move(*child);
    drawing.groups_ = top_level_groups(svg);
    const auto size = drawing.child_->ask(fmt::format("svg {} {}\n", svg.size(), colour), svg);
    if (!size) return size.error();
    const char* const end = size->data() + size->size();
    const auto [after, wrong] = std::from_chars(size->data(), end, drawing.width_);
    if (wrong != std::errc() || after == end || std::from_chars(after + 1, end, drawing.height_).ec != std::errc()) return gone();
    return drawing;
}

bool Drawing::has_group(std::string_view id) const { return std::find(groups_.begin(), groups_.end(), id) != groups_.end(); }

Result<Image> Drawing::whole(int w_px, int h_px) const {
    const std::lock_guard lock(child_->turn);
    return child_->picture(fmt::format("whole {} {}\n", w_px, h_px), w_px, h_px);
}

Result<Image> Drawing::group(const std::string& id, int w_px, int h_px) const {
    if (!has_group(id)) return Error{ErrorKind::missing, "the drawing has no group " + id};
    const std::lock_guard lock(child_->turn);
    return child_->picture(fmt::format("group {} {} {}\n", w_px, h_px, id), w_px, h_px);
}

}  // namespace xinghuo
