#include "content/quiz/review.h"

#include <array>
#include <cstddef>

namespace xinghuo {
namespace {

constexpr std::array<std::int64_t, review_stages> days_to_wait = {1, 3, 7, 15, 30};  // in the box of that stage

}  // namespace

ReviewState answered_wrong(std::int64_t today) { return {0, today + days_to_wait[0]}; }

ReviewState answered_right(ReviewState state, std::int64_t today) {
    if (learned(state) || today < state.due_day) return state;
    const int stage = state.stage + 1;
    return {stage, stage < review_stages ? today + days_to_wait[static_cast<std::size_t>(stage)] : today};
}

}  // namespace xinghuo
