#include <array>
#include <atomic>
#include <limits>

#include "sync/server/record_store.h"

namespace xinghuo {
namespace {

constexpr std::int64_t free_slot = 0, undecided = 1, first_time = 2;
std::array<std::atomic<std::int64_t>, 1024> slots;  // far more than a process has connections

std::size_t take(std::int64_t what) {
    for (std::size_t i = 0;; i = (i + 1) % slots.size()) {
        std::int64_t expected = free_slot;
        if (slots[i].compare_exchange_strong(expected, what)) return i;
    }
}
std::int64_t as_slot(WallTime when) { return std::max<std::int64_t>(when.unix_ms, 0) + first_time; }

}  // namespace

// Whoever looks between taking the slot and knowing the time waits; whoever looked before has an older clock than this one.
Storing::Storing(const Clock& clock) : slot_(take(undecided)), stored_(clock.wall()) { slots[slot_] = as_slot(stored_); }
Storing::Storing(WallTime stored) : slot_(take(as_slot(stored))), stored_(stored) {}
Storing::~Storing() { slots[slot_] = free_slot; }

std::int64_t Storing::oldest_ms() {
    std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
    for (const auto& slot : slots) {
        std::int64_t seen = slot;
        while (seen == undecided) seen = slot;
        if (seen >= first_time) oldest = std::min(oldest, seen - first_time);
    }
    return oldest;
}

}  // namespace xinghuo
