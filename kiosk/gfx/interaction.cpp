#include "kiosk/gfx/interaction.h"

#include "kiosk/gfx/theme.h"

namespace xinghuo {

void Interaction::begin_frame(const Pointer& pointer, Instant now) {
    // The frame after a release or a cancelled touch nobody holds anything.
    if (!pointer.down && !pointer.released) holder_.clear();
    if (pointer.pressed) holder_.clear();
    pointer_ = pointer;
    now_ = now;
    clicked_ = false;
    std::erase_if(ripples_, [now](const Ripple& r) { return now >= r.start + Milliseconds(motion::ripple_ms); });
}

Interaction::State Interaction::press(std::string_view id, Rect sensing, Rect clip) {
    const Rect area = sensing.intersected(clip);
    if (pointer_.pressed && holder_.empty() && area.contains(pointer_.pressed_at)) holder_ = id;
    if (!holds(id)) return {};
    const bool inside = area.contains(pointer_.at);
    if (pointer_.released) {
        holder_.clear();
        if (!inside) return {};
        clicked_ = true;
        if (ripples_.size() >= 8) ripples_.erase(ripples_.begin());
        ripples_.push_back({std::string(id), pointer_.at, now_});
        return {false, true};
    }
    return {pointer_.down && inside, false};
}

void Interaction::steal(std::string_view id) { holder_ = id; }

}  // namespace xinghuo
