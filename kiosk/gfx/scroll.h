// A list under a finger: follows it, glides on, gives at the edges and comes back. Pure: a function of now.
#pragma once

#include "content/base/clock.h"

namespace xinghuo {

class Scroll {
public:
    // Extent: how far it can scroll at most, px (content minus view; 0: nothing to scroll).
    void set_extent(float px) { extent_ = px > 0 ? px : 0; }
    [[nodiscard]] float extent() const { return extent_; }
    void hold(Instant now);                      // a finger stops it
    void drag(float by_px);                      // the finger moved; the list follows, at the edges by a third
    void let_go(float velocity_px_s, Instant now);
    void glide_to(float offset_px, Instant now); // e.g. to the sentence being spoken
    [[nodiscard]] float offset(Instant now) const;
    [[nodiscard]] bool moving(Instant now) const;
    [[nodiscard]] bool held() const { return held_; }

private:
    enum class Mode { still, gliding, returning };
    Mode mode_ = Mode::still;
    bool held_ = false;
    float extent_ = 0, base_ = 0, velocity_ = 0, target_ = 0;
    Instant start_;
};

}  // namespace xinghuo
