// A picture under fingers: pinched, pushed, flung, tapped twice. Which part of it is seen, and how large. Pure: a function of now.
#pragma once

#include "content/base/clock.h"
#include "kiosk/gfx/geometry.h"

namespace xinghuo {

class Zoom {
public:
    // The whole picture in its own px, the view in px of the imaginary screen, and the largest scale (view px per picture px). Keeps
    // what is seen where these change little; a new picture wants a new Zoom.
    void set(Vec2 picture, Vec2 view, float most_scale);
    [[nodiscard]] float whole_scale() const;              // at which all of it is seen
    [[nodiscard]] float scale(Instant now) const;
    [[nodiscard]] float target_scale() const { return to_scale_; }
    [[nodiscard]] bool whole(Instant now) const { return scale(now) <= whole_scale() * 1.01f; }
    // Where the picture lies, from the view's corner.
    [[nodiscard]] Rect place(Instant now) const;

    void pinch(Vec2 centre, float by, Vec2 moved, Instant now);  // centre: from the view's corner
    void hold(Instant now);                               // a finger stops what moves
    void drag(Vec2 by);
    void let_go(Vec2 velocity_px_s, Instant now);
    void zoom_by(float by, Vec2 at, Instant now);         // glides there; what is under `at` stays there where the edges allow
    void show_whole(Instant now);
    void tap_twice(Vec2 at, Instant now);                 // nearer, or back to the whole
    [[nodiscard]] bool moving(Instant now) const;

private:
    [[nodiscard]] Vec2 kept_inside(Vec2 centre, float scale) const;
    [[nodiscard]] Vec2 centre(Instant now) const;         // the picture's px in the middle of the view
    Vec2 picture_{1, 1}, view_{1, 1};
    float most_ = 1, from_scale_ = 0, to_scale_ = 0;
    Vec2 from_centre_, focus_, focus_at_, velocity_;
    enum class Mode { still, zooming, gliding } mode_ = Mode::still;
    Instant start_;
};

}  // namespace xinghuo
