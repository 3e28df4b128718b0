// A web server with a certificate, on this machine: the program openssl, with an authority that was made a moment ago. It answers with what
// put() was given, each answer whole, and as often as it is asked.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "tests/support/media_files.h"
#include "tests/support/process.h"

namespace xinghuo {

class TlsServer {
public:
    // `name`: what the certificate is for, "IP:127.0.0.1" or "DNS:elsewhere.example".
    explicit TlsServer(const std::string& name = "IP:127.0.0.1") {
        make({"-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=Authority"});
        make({"-keyout", at("own.key"), "-out", at("own.pem"), "-subj", "/CN=Server", "-addext", "subjectAltName=" + name, "-addext", "basicConstraints=CA:FALSE",
              "-CA", at("ca.pem"), "-CAkey", at("ca.key")});
        REQUIRE(write_file(folder_.file("served/empty"), ""));
        start();
    }
    ~TlsServer() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    void put(const std::string& path, std::string_view body, const std::string& status = "200 OK") const {
        REQUIRE(write_file(folder_.file("served/" + path), fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\nDate: {}\r\n\r\n{}", status, body.size(), date, body)));
    }
    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + port_; }
    [[nodiscard]] Path authority() const { return folder_.file("ca.pem"); }

    std::string date = "Tue, 01 Sep 2026 00:00:00 GMT";  // of what is put from now on

private:
    [[nodiscard]] std::string at(const std::string& name) const { return folder_.file(name).string(); }

    static void make(const std::vector<std::string>& more) {
        std::vector<std::string> words{openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"};
        words.insert(words.end(), more.begin(), more.end());
        REQUIRE(run_program(words) == 0);
    }

    // It says on which port it listens; whatever it says later goes nowhere.
    void start() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addchdir_np(&actions, at("served").c_str());
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        std::vector<std::string> words{openssl, "s_server", "-HTTP", "-accept", "127.0.0.1:0", "-cert", at("own.pem"), "-key", at("own.key")};
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        REQUIRE(posix_spawn(&child_, openssl, &actions, nullptr, arguments.data(), environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        std::string said;
        const std::string_view before = "ACCEPT 127.0.0.1:";
        for (char c = 0; said.find(before) == std::string::npos || !said.ends_with('\n');) {
            REQUIRE(::read(ends[0], &c, 1) == 1);
            said += c;
        }
        port_ = said.substr(said.find(before) + before.size());
        port_.pop_back();
        ::close(ends[0]);
    }

    static constexpr const char* openssl = "/usr/bin/openssl";
    TempFolder folder_;
    pid_t child_ = 0;
    std::string port_;
};

}  // namespace xinghuo
