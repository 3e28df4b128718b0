// A terminal and the centre over a wire that drops, delays, repeats, reorders, truncates and lies: both sides hold the same records, once.
#include <catch2/catch.hpp>

#include "tests/support/lossy_exchange.h"

using namespace xinghuo;

namespace {

void sync_over_a_lossy_wire(std::uint64_t seed) {
    CAPTURE(seed);
    std::mt19937_64 chance(seed);
    ModelCentre centre;
    if (chance() % 2 == 0) centre.most_statements = 1 + chance() % 20;
    ModelExchange honest(centre);
    LossyExchange wire(honest, chance(), 10 + static_cast<int>(chance() % 60));
    SyncTerminal terminal(wire);
    terminal.seed = seed;
    terminal.add(1 + chance() % 60);
    terminal.open_agent();
    // Records come, the program ends and starts, time passes.
    for (int i = 0; i < 12; ++i) {
        for (std::uint64_t steps = chance() % 12; steps > 0; --steps) {
            const Instant next = terminal.agent->step();
            if (next > terminal.clock.now() && next != Instant::never()) terminal.clock.advance(next - terminal.clock.now());
        }
        switch (chance() % 4) {
            case 0: terminal.add(1 + chance() % 10); break;
            case 1: terminal.open_agent(); break;
            case 2: terminal.agent->nudge(); break;
            default: break;
        }
    }
    wire.heal();
    terminal.agent->nudge();
    REQUIRE(terminal.drain());
    terminal.check_all_there(centre);
    CHECK(terminal.agent->status().outbox.quarantined == 0);
    CHECK_FALSE(terminal.agent->status().trouble);
}

}  // namespace

TEST_CASE("sync: over a lossy wire both sides hold the same records once (200 seeds)", "[agent][lossy][slow]") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) sync_over_a_lossy_wire(seed);
}

TEST_CASE("sync: over a lossy wire both sides hold the same records once (10,000 seeds)", "[.nightly][lossy]") {
    for (std::uint64_t seed = 1; seed <= 10'000; ++seed) sync_over_a_lossy_wire(seed);
}
