#include "kiosk/gfx/scroll.h"

#include <algorithm>
#include <cmath>

#include "kiosk/gfx/tween.h"

namespace xinghuo {
namespace {

constexpr float glide_s = 0.325f;                  // time constant: the reach of a fling is velocity times this
constexpr Nanoseconds settle = Milliseconds(360);  // coming back from beyond an edge, or gliding to a place
constexpr float rubber = 0.35f;

}  // namespace

void Scroll::hold(Instant now) {
    base_ = offset(now);
    mode_ = Mode::still;
    held_ = true;
}

void Scroll::drag(float by_px) {
    const bool beyond = base_ < 0 || base_ > extent_;
    base_ -= beyond ? by_px * rubber : by_px;
}

void Scroll::let_go(float velocity_px_s, Instant now) {
    held_ = false;
    start_ = now;
    const float reach = base_ - velocity_px_s * glide_s;
    if (base_ < 0 || base_ > extent_ || reach < 0 || reach > extent_) {
        mode_ = Mode::returning;
        target_ = std::clamp(reach, 0.0f, extent_);
        return;
    }
    mode_ = Mode::gliding;
    velocity_ = -velocity_px_s;
}

void Scroll::glide_to(float offset_px, Instant now) {
    if (held_) return;
    const float to = std::clamp(offset_px, 0.0f, extent_);
    if (mode_ == Mode::returning && std::abs(to - target_) < 0.5f) return;
    const float from = offset(now);
    if (std::abs(from - to) < 0.5f) return;
    base_ = from;
    target_ = to;
    start_ = now;
    mode_ = Mode::returning;
}

float Scroll::offset(Instant now) const {
    switch (mode_) {
        case Mode::gliding: {
            const float t = static_cast<float>(seconds(now - start_));
            return std::clamp(base_ + velocity_ * glide_s * (1 - std::exp(-t / glide_s)), 0.0f, extent_);
        }
        case Mode::returning: return now >= start_ + settle ? target_ : lerp(base_, target_, ease_out(progress(now, start_, settle)));
        case Mode::still: break;
    }
    return held_ ? base_ : std::clamp(base_, 0.0f, extent_);
}

bool Scroll::moving(Instant now) const {
    if (mode_ == Mode::gliding) return seconds(now - start_) < 4 * static_cast<double>(glide_s) && std::abs(velocity_) > 8;
    return mode_ == Mode::returning && now < start_ + settle;
}

}  // namespace xinghuo
