// Chance from a seed, the same on every machine and compiler (those of <random> are not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace xinghuo {

// Sebastiano Vigna's SplitMix64: small, and every seed is a good one.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    // 0 … count − 1; 0 for a count of 0. The bias of the remainder is below 2⁻⁴⁰ for any count used here.
    std::size_t below(std::size_t count) { return count == 0 ? 0 : static_cast<std::size_t>(next() % count); }

    // Fisher and Yates.
    template <class Container>
    void shuffle(Container& items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            const std::size_t j = below(i);
            if (j != i - 1) std::swap(items[i - 1], items[j]);
        }
    }

private:
    std::uint64_t state_;
};

// A seed from two: a run's seed and what it is used for.
inline std::uint64_t mixed(std::uint64_t seed, std::uint64_t with) {
    return Chance(seed ^ (with * 0xD6E8FEB86659FD93u)).next();
}

}  // namespace xinghuo
