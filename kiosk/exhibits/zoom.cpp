#include "kiosk/exhibits/zoom.h"

#include <algorithm>
#include <cmath>

#include "kiosk/gfx/tween.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds zoom_time = Milliseconds(320);
constexpr float glide_s = 0.325f;  // as a list glides (kiosk/gfx/scroll.cpp)
constexpr float step = 3;          // of a double tap

}  // namespace

void Zoom::set(Vec2 picture, Vec2 view, float most_scale) {
    const bool first = to_scale_ <= 0, changed = !(picture == picture_) || !(view == view_);
    const float was_whole = first ? 0 : whole_scale();
    picture_ = picture;
    view_ = view;
    most_ = std::max(most_scale, whole_scale());
    if (!first && !changed) return;
    // Seen whole it stays whole, in whatever shape of view.
    if (first || to_scale_ <= was_whole * 1.01f) to_scale_ = whole_scale();
    to_scale_ = std::clamp(to_scale_, whole_scale(), most_);
    from_scale_ = to_scale_;
    if (first) from_centre_ = picture_ * 0.5f;
    from_centre_ = kept_inside(from_centre_, to_scale_);
    mode_ = Mode::still;
}

float Zoom::whole_scale() const { return std::min(view_.x / picture_.x, view_.y / picture_.y); }

Vec2 Zoom::kept_inside(Vec2 centre, float scale) const {
    const auto one = [scale](float at, float picture, float view) {
        if (picture * scale <= view) return picture / 2;
        return std::clamp(at, view / 2 / scale, picture - view / 2 / scale);
    };
    return {one(centre.x, picture_.x, view_.x), one(centre.y, picture_.y, view_.y)};
}

float Zoom::scale(Instant now) const {
    if (mode_ != Mode::zooming) return to_scale_;
    // Equal steps of zoom look equal: the way is a ratio.
    return from_scale_ * std::pow(to_scale_ / from_scale_, ease_out(progress(now, start_, zoom_time)));
}

Vec2 Zoom::centre(Instant now) const {
    switch (mode_) {
        case Mode::zooming: {
            const float s = scale(now);
            return kept_inside(focus_ + (view_ * 0.5f - focus_at_) * (1 / s), s);
        }
        case Mode::gliding: {
            const float t = static_cast<float>(seconds(now - start_));
            return kept_inside(from_centre_ - velocity_ * (glide_s * (1 - std::exp(-t / glide_s)) / to_scale_), to_scale_);
        }
        case Mode::still: break;
    }
    return from_centre_;
}

Rect Zoom::place(Instant now) const {
    const float s = scale(now);
    const Vec2 c = centre(now);
    return {view_.x / 2 - c.x * s, view_.y / 2 - c.y * s, picture_.x * s, picture_.y * s};
}

void Zoom::hold(Instant now) {
    from_centre_ = centre(now);
    from_scale_ = to_scale_ = scale(now);
    mode_ = Mode::still;
}

void Zoom::pinch(Vec2 at, float by, Vec2 moved, Instant now) {
    hold(now);
    const Vec2 before = at - moved;
    const Vec2 under = from_centre_ + (before - view_ * 0.5f) * (1 / to_scale_);
    to_scale_ = from_scale_ = std::clamp(to_scale_ * by, whole_scale(), most_);
    from_centre_ = kept_inside(under - (at - view_ * 0.5f) * (1 / to_scale_), to_scale_);
}

void Zoom::drag(Vec2 by) { from_centre_ = kept_inside(from_centre_ - by * (1 / to_scale_), to_scale_); }

void Zoom::let_go(Vec2 velocity, Instant now) {
    if (velocity.length() < 40) return;
    velocity_ = velocity;
    mode_ = Mode::gliding;
    start_ = now;
}

void Zoom::zoom_by(float by, Vec2 at, Instant now) {
    // Asked for again on the way, it goes on from where it was going.
    const float aim = std::clamp((mode_ == Mode::zooming ? to_scale_ : scale(now)) * by, whole_scale(), most_);
    hold(now);
    focus_at_ = at;
    focus_ = from_centre_ + (at - view_ * 0.5f) * (1 / from_scale_);
    to_scale_ = aim;
    mode_ = Mode::zooming;
    start_ = now;
}

void Zoom::show_whole(Instant now) { zoom_by(whole_scale() / std::max(1e-6f, to_scale_) * 0.5f, view_ * 0.5f, now); }

void Zoom::tap_twice(Vec2 at, Instant now) {
    if (whole(now)) zoom_by(step, at, now);
    else show_whole(now);
}

bool Zoom::moving(Instant now) const {
    if (mode_ == Mode::zooming) return now < start_ + zoom_time;
    return mode_ == Mode::gliding && seconds(now - start_) < 4 * static_cast<double>(glide_s);
}

}  // namespace xinghuo
