// The other end of a conversation: a web server, or in tests the centre itself behind a lossy wire.
#pragma once

#include <optional>
#include <string>

#include "content/base/clock.h"
#include "sync/http.h"

namespace xinghuo {

class Exchange {
public:
    virtual ~Exchange() = default;
    // Sends and waits. A reply of any status is a good Result. `io`: no network, no answer in time, a broken answer, a certificate nobody
    // trusts; whether the other side has acted on the request is then unknown. `cancelled`: told to stop. `too_large`: an answer
    // over reply_limit_bytes. The kiosk's requests hold only paths; the base address belongs to the exchange. Not for the frame's thread.
    virtual Result<HttpReply> ask(const HttpRequest& request, std::size_t reply_limit_bytes = 8u << 20) = 0;
    // "https://centre.example.edu": for people and the log.
    [[nodiscard]] virtual std::string name() const = 0;
    // What a server whose certificate was verified last said the time is; nothing over plain http.
    [[nodiscard]] virtual std::optional<WallTime> server_date() const = 0;
};

}  // namespace xinghuo
