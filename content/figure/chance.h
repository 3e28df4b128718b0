// Seeded chance without state: the same seed and number always give the same value, so a pose at any moment can be
// computed without what came before it.
#pragma once

#include <cstdint>

namespace xinghuo {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014), one step from seed and number.
constexpr std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
    std::uint64_t z = seed + 0x9E3779B97F4A7C15u * (number + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// At least 0, less than 1.
constexpr double chance_of(std::uint64_t seed, std::uint64_t number) {
    return static_cast<double>(mixed(seed, number) >> 11) * 0x1p-53;
}

}  // namespace xinghuo
