// Where a statement stands: the ms it was stored at, a block of its batch, and its number in the block, in one number that is order, cursor and key.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace xinghuo {

inline constexpr int place_bits = 21;                          // below the milliseconds; the sign's bit is reached in the year 2109
inline constexpr std::int64_t block_size = 256;                // statements of one batch with one posting per key
inline constexpr std::int64_t blocks_in_a_ms = (1 << place_bits) / block_size;  // a ms stores at most so many batches
inline constexpr std::int64_t last_ms = (std::int64_t{1} << 42) - 1;

constexpr std::int64_t first_place(std::int64_t ms) {
    if (ms > last_ms) return std::numeric_limits<std::int64_t>::max();
    return std::max<std::int64_t>(ms, 0) << place_bits;
}
constexpr std::int64_t block_of(std::int64_t stored_ms, std::int64_t number) {
    return first_place(std::min(stored_ms, last_ms)) | (number % blocks_in_a_ms * block_size);
}
constexpr std::int64_t block_around(std::int64_t place) { return place & ~(block_size - 1); }
constexpr std::int64_t stored_at(std::int64_t place) { return place >> place_bits; }

}  // namespace xinghuo
