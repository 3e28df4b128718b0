// xinghuo-server as anybody starts it: a process of its own, in a private folder, on a free port.
#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/descriptor.h"
#include "tests/support/process.h"
#include "tests/support/raw_http.h"

namespace xinghuo {

class ServerProgram {
public:
    explicit ServerProgram(Path data, std::vector<std::string> options = {}) : data_(std::move(data)), options_(std::move(options)) { start(); }
    ~ServerProgram() { end(SIGKILL); }
    ServerProgram(const ServerProgram&) = delete;
    ServerProgram& operator=(const ServerProgram&) = delete;

    void start() {
        std::vector<std::string> words{program_beside_tests("xinghuo-server"), "--data", data_.string(), "--listen", fmt::format("127.0.0.1:{}", port_), "--log", "none"};
        words.insert(words.end(), options_.begin(), options_.end());
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        const Descriptor from(ends[0]), to(ends[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        REQUIRE(posix_spawn(&process_, words.front().c_str(), &actions, nullptr, arguments.data(), environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        said_.clear();
        while (said_.find("listening on http") == std::string::npos || said_.back() != '\n') {
            pollfd waits{from.get(), POLLIN, 0};
            std::array<char, 4096> piece{};
            REQUIRE(::poll(&waits, 1, 60'000) == 1);
            const ssize_t n = ::read(from.get(), piece.data(), piece.size());
            INFO(said_);
            REQUIRE(n > 0);
            said_.append(piece.data(), static_cast<std::size_t>(n));
        }
        port_ = std::atoi(said_.c_str() + said_.rfind(':') + 1);
    }
    // How it ended; -1: by the signal.
    int end(int signal) {
        if (process_ <= 0) return -1;
        ::kill(process_, signal);
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {}
        process_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const std::string& said() const { return said_; }
    // Kilobytes in memory.
    [[nodiscard]] long memory_kb() const {
        long kb = 0;
        if (std::FILE* status = std::fopen(fmt::format("/proc/{}/status", process_).c_str(), "r")) {
            std::array<char, 256> line{};
            while (std::fgets(line.data(), static_cast<int>(line.size()), status) != nullptr)
                if (std::sscanf(line.data(), "VmRSS: %ld", &kb) == 1) break;
            std::fclose(status);
        }
        return kb;
    }
    // A command beside the running server: what it printed.
    [[nodiscard]] std::string command(const std::string& words) const {
        std::string said;
        std::FILE* out = ::popen(fmt::format("'{}' {} --data '{}'", program_beside_tests("xinghuo-server"), words, data_.string()).c_str(), "r");
        REQUIRE(out != nullptr);
        std::array<char, 4096> piece{};
        while (std::fgets(piece.data(), static_cast<int>(piece.size()), out) != nullptr) said += piece.data();
        ::pclose(out);
        return said;
    }
    // The line behind "user: ".
    static std::string told(const std::string& said, const std::string& name) {
        const std::size_t at = said.find(name + ": ");
        return at == std::string::npos ? std::string() : said.substr(at + name.size() + 2, said.find('\n', at) - at - name.size() - 2);
    }

private:
    Path data_;
    std::vector<std::string> options_;
    pid_t process_ = 0;
    int port_ = 0;
    std::string said_;
};

inline std::string basic_authorization(const std::string& user, const std::string& password) {
    const std::string plain = user + ":" + password;
    std::string text = to_base64url(std::span(reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()));
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (text.size() % 4 != 0) text += '=';
    return "Basic " + text;
}

}  // namespace xinghuo
