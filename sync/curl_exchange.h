// A web server one talks to, through libcurl (curl_transport.cpp is the door). Any thread, one at a time; keeps its connection between requests.
#pragma once

#include <chrono>
#include <memory>

#include "sync/curl_transport.h"
#include "sync/exchange.h"

namespace xinghuo {

class CurlExchange final : public Exchange {
public:
    // base_url may have a path ("https://lrs.example.edu/data/xAPI"): what requests ask for comes behind it. HTTP/2 where the server has it, HTTP/1.1
    // else; answers may come packed (gzip), and the limit counts them unpacked. `invalid`, `unsupported`: as CurlTransport::open.
    static Result<std::unique_ptr<CurlExchange>> open(WebOptions options, std::chrono::milliseconds answer_within = std::chrono::seconds(60));
    ~CurlExchange() override;

    // No redirection is followed: what is told goes nowhere else. A page (text/html) with 2xx, or 511, is `io`: "a login page answered instead".
    Result<HttpReply> ask(const HttpRequest& request, std::size_t reply_limit_bytes = 8u << 20) override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::optional<WallTime> server_date() const override;

private:
    struct State;
    explicit CurlExchange(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
