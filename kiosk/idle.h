// When a visit is over. Pure. (Product rules 1 and 3: idling is never study; playing media is presence.)
#pragma once

#include <algorithm>

#include "content/base/clock.h"

namespace xinghuo {

class Idle {
public:
    struct Rules {
        Nanoseconds quiet = std::chrono::seconds(60);   // without a touch or presence, then the ring
        Nanoseconds ring = std::chrono::seconds(10);    // the ring counts down, then the visit is over
    };
    enum class State { here, still_there, gone };

    explicit Idle(Rules rules) : rules_(rules) {}
    // A touch, or media that plays, or the start of a visit.
    void alive(Instant now) { last_ = std::max(last_, now); }
    void restart(Instant now) { last_ = now; }
    [[nodiscard]] State state(Instant now) const {
        const Nanoseconds alone = now - last_;
        if (alone < rules_.quiet) return State::here;
        return alone < rules_.quiet + rules_.ring ? State::still_there : State::gone;
    }
    // What is left of the ring: 1 when it appears, 0 when it is over.
    [[nodiscard]] float ring_left(Instant now) const {
        return std::clamp(1 - static_cast<float>(seconds(now - last_ - rules_.quiet) / seconds(rules_.ring)), 0.0f, 1.0f);
    }
    [[nodiscard]] Instant ring_at() const { return last_ + rules_.quiet; }
    [[nodiscard]] Instant gone_at() const { return last_ + rules_.quiet + rules_.ring; }

private:
    Rules rules_;
    Instant last_;
};

}  // namespace xinghuo
