#include "tools/benchmark/child.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace xinghuo {

Result<Child> Child::start(const std::vector<std::string>& command) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) return Error{ErrorKind::io, "no pipe"};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", 1, 0);
    for (const int fd : {to[0], to[1], from[0], from[1]}) posix_spawn_file_actions_addclose(&files, fd);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    int pid = 0;
    const int failed = posix_spawn(&pid, command.front().c_str(), &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    close(to[0]);
    close(from[1]);
    if (failed != 0) return Error{ErrorKind::io, command.front() + ": cannot be started"};
    return Child(pid, to[1], from[0]);
}

Child::Child(Child&& other) noexcept : pid_(other.pid_), in_(other.in_), out_(other.out_), rest_(std::move(other.rest_)) { other.pid_ = 0; }

Child::~Child() {
    if (pid_ == 0) return;
    close(in_);
    close(out_);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

void Child::say(const std::string& line) {
    const std::string text = line + "\n";
    [[maybe_unused]] const ssize_t n = write(in_, text.data(), text.size());
}

std::optional<std::string> Child::line(Nanoseconds limit) {
    int left_ms = static_cast<int>(std::chrono::duration_cast<Milliseconds>(limit).count());
    while (true) {
        if (const std::size_t end = rest_.find('\n'); end != std::string::npos) {
            std::string line = rest_.substr(0, end);
            rest_.erase(0, end + 1);
            return line;
        }
        pollfd waiting{out_, POLLIN, 0};
        if (poll(&waiting, 1, left_ms) <= 0) return std::nullopt;
        char block[4096];
        const ssize_t n = read(out_, block, sizeof block);
        if (n <= 0) return std::nullopt;
        rest_.append(block, static_cast<std::size_t>(n));
    }
}

std::vector<std::string> Child::cut() {
    kill(pid_, SIGKILL);
    std::vector<std::string> said;
    while (auto last = line(std::chrono::seconds(10))) said.push_back(std::move(*last));
    (void)ended();
    return said;
}

int Child::ended() {
    int status = 0;
    close(in_);
    close(out_);
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Nanoseconds Child::processor_time() const {
    std::int64_t sum = 0;
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
        std::ifstream in(task.path() / "schedstat");
        std::int64_t ns = 0;
        if (in >> ns) sum += ns;
    }
    return Nanoseconds(sum);
}

double Child::pss_mb() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/smaps_rollup");
    std::string line;
    while (std::getline(in, line))
        if (line.starts_with("Pss:")) {
            std::istringstream words(line.substr(4));
            double kb = 0;
            words >> kb;
            return kb / 1024;
        }
    return 0;
}

}  // namespace xinghuo
