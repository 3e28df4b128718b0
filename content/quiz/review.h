// Spaced review of what was answered wrong: Leitner's boxes, with days 1, 3, 7, 15, 30. Pure.
#pragma once

#include <cstdint>

namespace xinghuo {

inline constexpr int review_stages = 5;

struct ReviewState {
    int stage = 0;             // 0: just answered wrong; review_stages: learned, leaves the book
    std::int64_t due_day = 0;
};
ReviewState answered_wrong(std::int64_t today);
// Right before it was due counts nothing; when due, the next stage.
ReviewState answered_right(ReviewState state, std::int64_t today);
inline bool learned(const ReviewState& state) { return state.stage >= review_stages; }

}  // namespace xinghuo
