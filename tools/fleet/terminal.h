// One simulated terminal: a folder with its keys and its record, and the agent the kiosk has. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/study/study.h"
#include "sync/agent.h"
#include "tools/fleet/day.h"

namespace xinghuo {

// How long the other side took to answer POSTs of statements, ms.
struct FleetTimes {
    std::vector<double> batch_ms;
    std::size_t requests = 0, failed = 0;
};

class FleetTerminal {
public:
    struct Parts {
        Path folder;
        std::string centre;            // "http://127.0.0.1:8800"
        std::uint64_t seed = 0;        // of its days and of the agent's waits
        std::size_t members = 1'000;
        const Clock& clock;
    };
    // What is in the folder goes on; what it lacks is made. `io`, `invalid` as Agent::open.
    static Result<std::unique_ptr<FleetTerminal>> open(Parts parts);
    ~FleetTerminal();
    FleetTerminal(const FleetTerminal&) = delete;
    FleetTerminal& operator=(const FleetTerminal&) = delete;

    // Lives on until its record holds so many.
    Result<void> live_until(std::size_t records);
    [[nodiscard]] Agent& agent();
    [[nodiscard]] KioskId kiosk() const;
    [[nodiscard]] std::int64_t last_seq() const;
    [[nodiscard]] const FleetTimes& times() const;

private:
    struct State;
    explicit FleetTerminal(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
