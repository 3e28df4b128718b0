// Spaced review: a question answered wrong comes back after 1, 3, 7, 15 and 30 days, then leaves.
#include <catch2/catch.hpp>

#include <vector>

#include "content/quiz/review.h"

using namespace xinghuo;

TEST_CASE("a question that is answered right whenever it is due is learned after five times", "[study][review]") {
    ReviewState state = answered_wrong(100);
    CHECK(state.stage == 0);
    std::vector<std::int64_t> waits;
    std::int64_t today = 100;
    while (!learned(state)) {
        waits.push_back(state.due_day - today);
        today = state.due_day;
        state = answered_right(state, today);
        REQUIRE(waits.size() <= 5);
    }
    CHECK(waits == std::vector<std::int64_t>{1, 3, 7, 15, 30});
}

TEST_CASE("answered right before it is due, nothing moves; late is as good as in time", "[study][review]") {
    const ReviewState fresh = answered_wrong(100);
    const ReviewState same = answered_right(fresh, 100);
    CHECK(same.stage == 0);
    CHECK(same.due_day == 101);
    const ReviewState late = answered_right(fresh, 140);
    CHECK(late.stage == 1);
    CHECK(late.due_day == 143);
}

TEST_CASE("answered wrong, a question begins anew from wherever it was", "[study][review]") {
    ReviewState state = answered_wrong(0);
    for (int i = 0; i < 3; ++i) state = answered_right(state, state.due_day);
    CHECK(state.stage == 3);
    state = answered_wrong(state.due_day);
    CHECK(state.stage == 0);
}
