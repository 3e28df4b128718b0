// What is said to a Learning Record Store so that it has the records, and what its answers mean. Pure: no clock, no network, no disk.
//
//     push.begin(waiting);                                   // what Outbox::next() gave
//     while (auto request = push.request()) {
//         const PushOutcome outcome = push.take(exchange.ask(*request));
//         mark(outcome.sent); quarantine(outcome.quarantined); wait(outcome.wait);
//     }
//
// A batch stays until every record of it is acknowledged or refused for good; a request that failed is said again, with the same ids.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/clock.h"
#include "sync/http.h"
#include "sync/outbox.h"
#include "sync/protocol.h"

namespace xinghuo {

// A sentence for the administrator: its key among the strings ("sync.wrong.no_network"), and what is known besides (English, for the log and the page's
// small print; nothing personal, no token).
struct SyncTrouble {
    std::string key, detail;
    bool operator==(const SyncTrouble&) const = default;
};

struct PushOutcome {
    std::vector<std::int64_t> sent;
    std::vector<std::pair<std::int64_t, std::string>> quarantined;  // with the other side's sentence
    Milliseconds wait{0};                    // before the next request
    std::optional<SyncTrouble> trouble;      // nothing: all is well
    bool answered = false;                   // it was a Learning Record Store that answered
};

struct PushTerms {
    std::string endpoint = "/xapi";          // path below the exchange's address
    std::string authorization;               // "Bearer …", "Basic …"; empty: none
    bool gzip = false;                       // only our own centre is known to unpack
    StatementTerms statements;
};

class Push {
public:
    // `device` outlives this. `seed`: of the chance in waiting times.
    Push(PushTerms terms, const SigningKey& device, std::uint64_t seed) : terms_(std::move(terms)), device_(&device), chance_(seed) {}

    // As many as the next batch may have.
    [[nodiscard]] std::size_t wants() const { return limit_; }
    [[nodiscard]] bool busy() const { return !parts_.empty(); }
    // Not while busy. The last one is signed on the way.
    void begin(const std::vector<Outbox::Waiting>& waiting);
    // What to ask now; nothing when the batch is done.
    [[nodiscard]] std::optional<HttpRequest> request() const;
    PushOutcome take(const Result<HttpReply>& reply);

    void authorize(std::string authorization) { terms_.authorization = std::move(authorization); }
    // The network is back, or somebody asks: short waits again.
    void nudged() { failures_ = 0; }
    // 1 s, 2 s … 15 min, each between its half and its whole.
    Milliseconds back_off();

private:
    struct Told {
        std::int64_t seq = 0;
        std::string id, statement;
        Digest hash{};
    };
    struct Part {                            // of batch_, [from, to)
        std::size_t from = 0, to = 0;
        std::string refusal = {};            // of one alone, with this sentence: asked for and compared before anything is believed
        int refused = 0;                     // how often, and was not there
    };
    PushOutcome take_accepted(const HttpReply& reply);
    PushOutcome take_compared(const HttpReply& reply);
    PushOutcome later(std::string_view key, std::string detail, bool answered = false);
    PushOutcome doubt(std::string why);
    PushOutcome refuse(bool sure);
    void split();
    [[nodiscard]] bool alone() const { return parts_.front().to - parts_.front().from == 1; }

    PushTerms terms_;
    const SigningKey* device_;
    std::uint64_t chance_;
    std::vector<Told> batch_;
    std::deque<Part> parts_;                 // the first is being asked
    std::size_t limit_ = batch_limit;
    int successes_ = 0, failures_ = 0, refused_in_a_row_ = 0;
};

}  // namespace xinghuo
