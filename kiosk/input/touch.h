// Fingers and the mouse become one pointer. Pure: events in, a state per frame out; no SDL, no clock.
//
// The first finger down is the pointer. A second finger that only rests, or a palm (wider than 25 mm, if the panel says
// how wide), presses nothing and disturbs nothing. When the second finger moves, or both came down together and one
// moves, they are a pinch, which takes the press away from the first. The finger left over from a pinch presses nothing;
// put another beside it and they pinch again. Positions are imaginary px. Main thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "content/base/clock.h"
#include "kiosk/gfx/geometry.h"

namespace xinghuo {

struct TouchEvent {
    enum class What { down, move, up, cancel } what = What::down;
    std::int64_t finger = 0;  // 0: the mouse
    Vec2 at;
    Instant when;
    float contact_mm = 0;     // width of the contact; 0: not known
};

struct Pinch {
    Vec2 centre;        // between the fingers
    float scale = 1;    // of this frame: distance now / distance at the last frame
    Vec2 moved;         // of the centre, this frame
};

// What screens see during one frame.
struct Pointer {
    Vec2 at;                     // where it is, or was last
    bool down = false;           // is it on the glass
    bool pressed = false;        // came down in this frame
    bool released = false;       // went up in this frame (a cancelled touch does not)
    Vec2 pressed_at;             // where it came down
    Instant pressed_when;
    Vec2 moved;                  // since the last frame
    Vec2 velocity;               // px per second over the last 80 ms; meaningful when released
    std::optional<Pinch> pinch;
    bool any_contact = false;    // something touched the glass in this frame (for the idle rule: a palm is a person too)
};

class Touch {
public:
    void on(const TouchEvent& event);
    // The state for the frame that starts now. A tap shorter than a frame still shows pressed in one frame and
    // released in a later one: events after a release wait for the next frame.
    Pointer frame(Instant now);
    // True when events wait, so that the next frame must come at once.
    [[nodiscard]] bool waiting() const;

private:
    struct Finger {
        std::int64_t id = 0;
        Vec2 at, came_at;
        Instant came_when, last_heard;
        bool palm = false;
        bool left_over = false;  // of a pinch whose other finger has gone
    };
    struct Sample { Instant when; Vec2 at; };

    Finger* find(std::int64_t id);
    [[nodiscard]] const Finger* lost(const TouchEvent& down) const;
    [[nodiscard]] const Finger* second() const;
    [[nodiscard]] bool ends_press(const TouchEvent& event);
    [[nodiscard]] bool starts_pinch(const TouchEvent& event);
    void apply(const TouchEvent& event);
    void came(const TouchEvent& event);
    void moved(const TouchEvent& event);
    void went(const TouchEvent& event);
    void begin_pinch(std::int64_t with, Instant when);
    void end_pinch();
    void give_up_all();
    void track(const TouchEvent& event);
    [[nodiscard]] Vec2 velocity(Instant end) const;
    void measure_pinch();

    std::vector<TouchEvent> queue_;       // bounded: moves are merged, at the limit all contacts are given up
    bool overflowed_ = false;
    std::vector<Finger> fingers_;         // in the order they came
    std::optional<std::int64_t> first_;   // the finger that is the pointer
    bool settled_ = false;                // the press ended in this frame: what follows waits
    bool pinching_ = false;
    std::int64_t pinch_a_ = 0, pinch_b_ = 0;
    Vec2 pinch_centre_;                   // as of the last frame
    float pinch_distance_ = 0;
    std::vector<Sample> track_;           // of the pointer, since it came down
    Vec2 moved_from_;
    Pointer state_;
};

}  // namespace xinghuo
