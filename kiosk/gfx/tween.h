// Motion as a function of the time that is now. Nothing is ever added up: a test may jump an hour.
#pragma once

#include <algorithm>
#include <cmath>

#include "content/base/clock.h"

namespace xinghuo {

// 0 at `start`, 1 from `start + span` on.
inline float progress(Instant now, Instant start, Nanoseconds span) {
    if (now <= start) return 0;
    return std::min(1.0f, static_cast<float>(seconds(now - start) / seconds(span)));
}

inline float ease_out(float t) { return 1 - (1 - t) * (1 - t) * (1 - t); }
inline float ease_in_out(float t) { return t * t * (3 - 2 * t); }
inline float lerp(float a, float b, float t) { return a + (b - a) * t; }
// A slow breath between 0 and 1.
inline float breath(Instant now, double period_s) {
    return static_cast<float>(0.5 - 0.5 * std::cos(seconds(now.since_start) / period_s * 2 * 3.14159265358979));
}

// A value on its way from one to another; retarget at any moment without a jump.
class Tween {
public:
    explicit Tween(float value = 0) : from_(value), to_(value) {}
    void aim(float target, Instant now, Nanoseconds span) {
        if (target == to_) return;
        from_ = at(now);
        to_ = target;
        start_ = now;
        span_ = span;
    }
    [[nodiscard]] float at(Instant now) const {
        return span_.count() == 0 ? to_ : lerp(from_, to_, ease_out(progress(now, start_, span_)));
    }
    [[nodiscard]] bool moving(Instant now) const { return span_.count() != 0 && now < start_ + span_; }
    [[nodiscard]] float target() const { return to_; }

private:
    float from_, to_;
    Instant start_;
    Nanoseconds span_{0};
};

}  // namespace xinghuo
