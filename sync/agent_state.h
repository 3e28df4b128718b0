// What an agent knows and does (agent.h); agent.cpp has what goes by network, agent_stick.cpp what goes by stick.
#pragma once

#include "content/base/json.h"
#include "sync/agent.h"
#include "sync/courier_forms.h"

namespace xinghuo {

// It asked a centre by stick to be enrolled. Kept until the answer.
struct AskedByStick {
    CourierStick of;
    std::string code, name;
    WallTime at;
};

struct Agent::State {
    explicit State(AgentParts given) : parts(std::move(given)), device(SigningKey::from_seed({})), store_key(SecretKey::random()) {}

    AgentParts parts;
    SigningKey device;
    SecretKey store_key;
    std::unique_ptr<Database> db;
    std::optional<Outbox> outbox;
    std::optional<Records> records;       // opened when first something is pulled
    std::uint64_t identity = 0;
    std::unique_ptr<Exchange> exchange;
    std::unique_ptr<Push> push;
    Enrolled enrolled;                    // as far as known
    std::optional<AskedByStick> asked;    // enrolment, and the answer has not come yet
    std::string token;
    Instant push_due, state_due, pull_due, token_due;
    bool waits_for_token = false;
    SyncStatus status;
    std::int64_t noted_contact_ms = 0;

    [[nodiscard]] bool to_store() const { return !parts.targets.store.empty(); }
    Result<void> open();
    Result<void> read_enrolment();
    Result<void> read_asked();
    Result<void> keep_asked(const std::optional<AskedByStick>& now);
    Result<void> enrolled_by(const std::string& json);  // what the centre answered is kept, and holds
    Result<void> hear_answer(const Path& stick);
    Result<void> put_request(const Path& stick);
    void tell_asked();
    Result<std::string> credentials();
    Result<void> connect();
    Result<bool> same_centre(const std::string& before, const std::string& after);
    Result<void> aim(const std::string& destination);
    void contacted();
    Result<void> read_contact();
    void take(const PushOutcome& outcome);
    void ask_state();
    void pull_now();
    Result<void> open_records();
    [[nodiscard]] PullParts pull_parts();
    void tell();
    bool token_changed();
};

}  // namespace xinghuo
