// The centre itself, in this process: its rules, its store, its sums, in a database that the test gives it; no network.
#pragma once

#include "sync/server/xapi.h"
#include "tests/support/lossy_exchange.h"

namespace xinghuo {

// For one terminal, whose token is known to it.
class CentreExchange final : public Exchange {
public:
    explicit CentreExchange(Sql& sql) : sql_(sql) { caller.kind = Caller::Kind::kiosk; }
    Result<HttpReply> ask(const HttpRequest& asked, std::size_t) override {
        HttpRequest request = asked;
        if (find_header(request.headers, "content-encoding") != nullptr) {
            auto body = gunzipped(request.body, 64u << 20);
            REQUIRE(body);
            request.body = std::move(*body);
            std::erase_if(request.headers, [](const auto& h) { return h.first == "content-encoding"; });
        }
        now.unix_ms += 1000;
        RecordStore store(sql_);
        if (request.path() == state_path) {
            const auto state = store.chain(caller.organisation, caller.kiosk);
            if (!state) return HttpReply{503, {}, ""};
            return ModelCentre::plain(200, centre_state_json(*state));
        }
        return answer_xapi({request, request.path().substr(5), "/xapi", &caller, &store, now});
    }
    [[nodiscard]] std::string name() const override { return "https://centre.example.edu"; }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }
    void knows(const SyncTerminal& terminal) {
        caller.kiosk = terminal.records->kiosk();
        caller.kiosk_key = terminal.device->public_key();
        caller.name = caller.kiosk.text;
        caller.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"k"}})";
    }

    Caller caller;
    WallTime now{1'795'000'000'000};

private:
    Sql& sql_;
};

}  // namespace xinghuo
