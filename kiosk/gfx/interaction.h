// Who holds the press. Ids are stable names of what is pressed ("hall.figures"); no drawing here.
//
// Pressed on touch-down, done on touch-up inside, given up by sliding off; a scroll that starts takes the press away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "kiosk/gfx/geometry.h"
#include "kiosk/input/touch.h"

namespace xinghuo {

class Interaction {
public:
    struct State {
        bool held = false;    // pressed, and the finger is still on it
        bool clicked = false; // let go on it, in this frame
    };
    struct Ripple {
        std::string id;
        Vec2 at;
        Instant start;
    };

    void begin_frame(const Pointer& pointer, Instant now);
    // `sensing` may be larger than the drawing. The first that claims a press in a frame gets it, so what lies on top asks first.
    State press(std::string_view id, Rect sensing, Rect clip);
    // A drag along an axis takes the press from whatever holds it.
    void steal(std::string_view id);
    [[nodiscard]] bool holds(std::string_view id) const { return !holder_.empty() && holder_ == id; }
    [[nodiscard]] bool held_by_another(std::string_view id) const { return !holder_.empty() && holder_ != id; }
    [[nodiscard]] const std::vector<Ripple>& ripples() const { return ripples_; }
    [[nodiscard]] bool clicked_in_this_frame() const { return clicked_; }
    void release_all() { holder_.clear(); }

private:
    Pointer pointer_;
    Instant now_;
    std::string holder_;
    bool clicked_ = false;
    std::vector<Ripple> ripples_;  // at most 8, each for motion::ripple_ms
};

}  // namespace xinghuo
