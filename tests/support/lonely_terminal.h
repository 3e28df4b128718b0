// A terminal in a room without a network, as its agent sees it: what it knows of its centre came by stick.
#pragma once

#include "tests/support/courier_centre.h"
#include "tests/support/lossy_exchange.h"

namespace xinghuo {

struct NoNetwork final : Exchange {
    Result<HttpReply> ask(const HttpRequest&, std::size_t) override { return Error{ErrorKind::io, "there is no network"}; }
    [[nodiscard]] std::string name() const override { return ""; }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }
};
inline NoNetwork no_network;

// A terminal whose settings name no centre.
struct LonelyTerminal : SyncTerminal {
    LonelyTerminal() : SyncTerminal(no_network) {
        targets = {};
        clock.jump_wall(courier_monday);
        open_agent();
    }
    [[nodiscard]] KioskId id() const { return kiosk_id(device->public_key()); }
    Result<void> ask(const Path& stick, const std::string& code, const PublicKey& centre) { return agent->enrol_by_stick(stick, centre, code, "山里的活动室"); }
    CourierServed carry(const Path& stick) {
        const auto served = agent->carry(stick, nullptr);
        INFO((served ? "" : served.error().what));
        REQUIRE(served);
        for (const std::string& line : served->wrong) UNSCOPED_INFO(line);
        return *served;
    }
    [[nodiscard]] const SyncStatus& status() const { return agent->status(); }
    [[nodiscard]] std::string enrol_trouble() const { return status().enrol_trouble ? status().enrol_trouble->key : ""; }
};

inline std::string code_of(CourierCentre& centre, std::int64_t valid_ms = 3'600'000) {
    const auto code = Enrolment(centre.database.sql()).make_code("", courier_monday, valid_ms);
    REQUIRE(code);
    return *code;
}

}  // namespace xinghuo
