// A stick carries records up and receipts, roster and the rest down, where there is no network. (records-and-sync.md, "Courier"; forms in courier_forms.h.)
// On a worker's thread, with a Database and Records of its own; while one serve() runs, nobody else pulls.
//
//     Courier courier({…});
//     auto served = courier.serve("/media/stick", now, moment);
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "sync/courier_forms.h"
#include "sync/outbox.h"
#include "sync/protocol.h"
#include "sync/pull.h"

namespace xinghuo {

struct CourierParts {
    PublicKey centre_key{};              // as far as is known (centre_key_now)
    StatementTerms terms;
    PullParts pull;
    bool network = false;                // it reports by network as well, and there hears what the centre has
    bool only_up = false;                // the centre does not know this terminal yet: nothing is fetched
    const std::atomic<bool>* stop = nullptr;  // true ends it between two files, as `cancelled`
};

struct CourierServed {
    bool receipt = false;                // there was one for this terminal, of its chain
    std::int64_t received_through = 0;   // up to here the centre has everything that can be sent, as the receipt says; 0: nothing
    std::size_t chunks = 0, records = 0; // written now
    std::size_t records_on_stick = 0;    // that the stick carries up, in all
    Pulled pulled;
    std::vector<std::string> wrong;      // sentences; the rest was done
};

// The registration on a stick, of whatever centre (courier_forms.h). `missing`: it is no courier stick.
Result<CourierStick> registration_on(const Path& stick);

class Courier {
public:
    explicit Courier(CourierParts parts) : parts_(std::move(parts)) {}

    // Receipts first, then records, then what the centre tells: that first of all where the stick has a key that is not known, for it may be the centre's next. What
    // is on the stick stays there until a receipt covers it; asked again after being pulled out it goes on. `missing`: no courier stick; `untrusted`: another centre's; `full`, `io`: the stick; `cancelled`.
    Result<CourierServed> serve(const Path& stick, WallTime now, const Moment& moment);

private:
    CourierParts parts_;
};

}  // namespace xinghuo
