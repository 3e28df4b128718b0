// Brings this terminal's records to the centre (or to another Learning Record Store) and what the centre tells to this terminal. One thing at a
// time, one request at most for each step(); whoever owns it calls step() again when it says, on a thread that may wait for the network
// (kiosk/sync_room.h), or in a test at once. Opens its own connection to the database there.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/study/study.h"
#include "content/trust/transport.h"
#include "sync/courier.h"
#include "sync/exchange.h"
#include "sync/push.h"

namespace xinghuo {

// Where to: one of the two, a store before the centre. Roster and the like come from the centre only.
struct SyncTargets {
    std::string centre;                   // "https://centre.example.edu"; empty: none
    Path token_file;                      // the token itself, or the whole answer to an enrolment; empty: what an enrolment here left
    std::string store;                    // "https://lrs.example.edu/data/xAPI": another Learning Record Store
    std::string store_user;
    Path store_password_file;
    [[nodiscard]] bool none() const { return centre.empty() && store.empty(); }
};

struct SyncStatus {
    bool set = false;                     // a centre or a store is named in the settings, or was made known by stick
    bool enrolled = false;                // there is a token
    std::string name;                     // "https://centre.example.edu"; empty: by stick alone
    std::string organisation;
    // Enrolment was asked for by stick: whom, and when; the answer has not come.
    struct Asked {
        std::string organisation;
        WallTime at;
    };
    std::optional<Asked> asked;
    Outbox::Status outbox;
    std::optional<WallTime> last_contact; // an answer of the other side
    std::optional<SyncTrouble> trouble;   // what is wrong; nothing: all is well
    bool enrolling = false;
    std::optional<SyncTrouble> enrol_trouble;  // why the last code was not taken
    std::vector<Outbox::Quarantined> quarantined;  // the oldest 100
    std::uint64_t steps = 0;              // requests so far
    std::vector<std::string> not_taken;   // of what the centre told last: sentences. What was there before holds on
    bool idle = false;                    // nothing waits and nothing is being done
};

struct AgentParts {
    StudyFiles files;
    const Clock& clock;
    SyncTargets targets;
    // An exchange with that address; a transport for the repository below it. Empty transport: nothing is fetched.
    std::function<Result<std::unique_ptr<Exchange>>(const std::string& address)> open_exchange;
    std::function<Result<std::unique_ptr<Transport>>(const std::string& address)> open_transport = {};
    std::function<bool()> hall_is_free = {};   // see PullParts
    std::function<void()> pulled = {};         // something was taken over; on the calling thread of step()
    std::uint64_t seed = 0;
};

class Agent {
public:
    // `io`, `invalid`: the database or a key cannot be read.
    static Result<std::unique_ptr<Agent>> open(AgentParts parts);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    // Does what is due, if anything, and says when it wants to be called next at the latest.
    Instant step();
    // The network is back, or somebody asks: all is due at once.
    void nudge();
    // One request. The token is kept sealed; what was sent to another centre is sent to this one from the beginning.
    Result<void> enrol(const std::string& code, const std::string& name);
    // Where there is no network: the request goes to that stick, and to every one of that centre's until it brings the answer. `centre`: whose key
    // somebody here compared. `untrusted`: the stick is another's; `full`, `io`: it cannot be written.
    Result<void> enrol_by_stick(const Path& stick, const PublicKey& centre, const std::string& code, const std::string& name);
    Result<void> release(std::optional<std::int64_t> seq);
    // A courier stick (courier.h): receipts and what the centre tells come in, records go out, and the answer to a request is taken. While it is waited for,
    // records go out already. `missing`: it is none; `untrusted`: another centre's, or this terminal never asked to be enrolled. `stop`: may be null; true ends it between two files.
    Result<CourierServed> carry(const Path& stick, const std::atomic<bool>* stop);
    // As JSON lines: {"seq":…,"why":…,"at":…,"record":{…}}. How many.
    Result<std::size_t> export_quarantined(const Path& file);
    [[nodiscard]] const SyncStatus& status() const;
    // The database's file is another one now (it was mended): this agent is to be replaced.
    [[nodiscard]] bool outdated() const;

private:
    struct State;
    explicit Agent(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// What the centre says it lacks of what was acknowledged, put back into the outbox. How many records, or more than 0.
Result<std::int64_t> reconcile(Outbox& outbox, const CentreState& centre);

}  // namespace xinghuo
