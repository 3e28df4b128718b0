#include "tools/packer/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "tools/packer/scratch.h"

extern char** environ;

namespace xinghuo {
namespace {

constexpr std::size_t input_limit_bytes = 60'000, output_limit_bytes = 16u << 20;

struct Pipe {
    std::array<int, 2> ends{-1, -1};
    ~Pipe() { shut(0), shut(1); }
    bool open() { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }
    void shut(std::size_t end) {
        if (ends[end] >= 0) ::close(ends[end]);
        ends[end] = -1;
    }
};

// Reads both until both are closed.
void drain(const Pipe& out, const Pipe& err, std::string& output, std::string& complaints) {
    std::array<pollfd, 2> watched{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    std::array<char, 65536> block{};
    while (watched[0].fd >= 0 || watched[1].fd >= 0) {
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
        for (std::size_t k = 0; k < 2; ++k) {
            if (watched[k].fd < 0 || watched[k].revents == 0) continue;
            const ssize_t n = ::read(watched[k].fd, block.data(), block.size());
            if (n <= 0) {
                watched[k].fd = -1;
                continue;
            }
            std::string& into = k == 0 ? output : complaints;
            if (into.size() < output_limit_bytes) into.append(block.data(), static_cast<std::size_t>(n));
        }
    }
}

}  // namespace

Result<std::string> run_program(const Path& program, const std::vector<std::string>& words, std::string_view input) {
    const std::string name = program.filename().string();
    if (input.size() > input_limit_bytes) return Error{ErrorKind::too_large, name + ": too much input"};
    Pipe in, out, err;
    if (!in.open() || !out.open() || !err.open()) return Error{ErrorKind::io, std::strerror(errno)};
    std::vector<std::string> all{program.string()};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.ends[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return Error{ErrorKind::missing, name + ": " + std::strerror(failed)};
    in.shut(0), out.shut(1), err.shut(1);
    // Less than a pipe holds, so this never waits; a program that has already ended does not end us.
    std::signal(SIGPIPE, SIG_IGN);
    const ssize_t written = ::write(in.ends[1], input.data(), input.size());
    in.shut(1);
    std::string output, complaints;
    drain(out, err, output, complaints);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return Error{ErrorKind::io, name + " failed: " + complaints.substr(0, 500)};
    if (written != static_cast<ssize_t>(input.size())) return Error{ErrorKind::io, name + " did not read its input"};
    if (output.size() >= output_limit_bytes) return Error{ErrorKind::too_large, name + " printed too much"};
    return output;
}

Path program_beside(std::string_view name) {
    std::error_code failed;
    const Path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? Path(name) : self.parent_path() / name;
}

Result<Scratch> Scratch::make() {
    std::error_code failed;
    std::string name = (std::filesystem::temp_directory_path(failed) / "xinghuo-pack-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr) return Error{ErrorKind::io, "no folder for temporary files"};
    Scratch made;
    made.folder_ = name;
    return made;
}

Scratch::~Scratch() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace xinghuo
