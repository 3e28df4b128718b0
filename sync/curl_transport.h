// A web server as a repository, through libcurl. Any thread, one at a time; keeps its connection between transfers.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/trust/transport.h"

namespace xinghuo {

struct WebOptions {
    std::string base_url;             // "https://packs.example.edu/repository/"; http only to this machine itself, unless:
    bool plain_http = false;          // … anywhere: what is signed needs no secrecy, but then server_date() says nothing
    Path ca_file = {};                // PEM: these authorities and no others; empty: the system's
    std::string proxy = {};           // "http://proxy.example.edu:3128"; empty: none, whatever the environment says
    std::chrono::milliseconds connect_within{10'000};
    int slow_bytes_per_second = 1000; // slower than this …
    std::chrono::seconds slow_for{30};// … for so long is `io`
    const std::atomic<bool>* stop = nullptr;  // may be null; true ends a transfer as `cancelled` within about a second
};

class CurlTransport final : public Transport {
public:
    // `invalid`: no such address; `unsupported`: another scheme, or plain http to another machine.
    static Result<std::unique_ptr<CurlTransport>> open(WebOptions options);
    ~CurlTransport() override;

    // Follows at most three redirections, to the same scheme, host and port only. A login page (text/html, a page where JSON was asked for, a
    // redirection elsewhere) is `io`: "a login page answered instead".
    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                     const std::function<void()>& restart) override;
    [[nodiscard]] std::string name() const override;  // "https://packs.example.edu"

    // What a server whose certificate was verified last said the time is; nothing over plain http (packs-and-trust.md, rule 6).
    [[nodiscard]] std::optional<WallTime> server_date() const;

private:
    struct State;
    explicit CurlTransport(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
