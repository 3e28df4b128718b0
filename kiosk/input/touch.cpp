#include "kiosk/input/touch.h"

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

using What = TouchEvent::What;

constexpr std::size_t merge_moves_over = 64;    // events waiting
constexpr std::size_t longest_queue = 256;      // then all contacts are given up
constexpr std::size_t most_fingers = 16;        // further ones are not seen
constexpr std::size_t longest_track = 64;       // samples
constexpr float palm_mm = 25;
constexpr float pinch_starts_px = 12;           // how far the second finger moves before two touches are a pinch
constexpr Nanoseconds together = Milliseconds(250);      // two fingers placed within this are meant as a pinch
constexpr Nanoseconds velocity_window = Milliseconds(80);
constexpr Nanoseconds forgotten_after = Milliseconds(30'000);  // a thing lying on the glass is nobody
constexpr float closest_px = 8;                 // fingers nearer than this do not scale

Vec2 between(Vec2 a, Vec2 b, double t) { return a + (b - a) * static_cast<float>(t); }

}  // namespace

void Touch::on(const TouchEvent& event) {
    if (event.what == What::move && queue_.size() >= merge_moves_over) {
        for (auto waiting = queue_.rbegin(); waiting != queue_.rend() && waiting->what == What::move; ++waiting) {
            if (waiting->finger != event.finger) continue;
            *waiting = event;
            return;
        }
    }
    if (queue_.size() >= longest_queue) {
        queue_.clear();
        overflowed_ = true;
    }
    queue_.push_back(event);
}

bool Touch::waiting() const { return !queue_.empty(); }

Pointer Touch::frame(Instant now) {
    state_.pressed = state_.released = state_.any_contact = settled_ = false;
    state_.pinch.reset();
    moved_from_ = state_.at;
    if (overflowed_) give_up_all();
    overflowed_ = false;
    std::size_t taken = 0;
    while (taken < queue_.size() && !settled_) {
        TouchEvent event = queue_[taken];
        // A press is seen for a whole frame before anything takes it away.
        if (state_.pressed && ends_press(event)) break;
        const Finger* gone = event.what == What::down ? lost(event) : nullptr;
        const bool lost_its_end = gone != nullptr;
        if (lost_its_end) {  // then the new one comes down
            event.finger = gone->id;
            event.what = What::cancel;
        }
        apply(event);
        if (!lost_its_end) ++taken;
        state_.any_contact = true;
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
    for (const Finger& finger : fingers_) {
        if (now - finger.last_heard < forgotten_after) state_.any_contact = true;
    }
    state_.moved = state_.at - moved_from_;
    if (!state_.released && !track_.empty()) state_.velocity = velocity(std::max(now, track_.back().when));
    if (pinching_) measure_pinch();
    return state_;
}

Touch::Finger* Touch::find(std::int64_t id) {
    const auto at = std::find_if(fingers_.begin(), fingers_.end(), [id](const Finger& f) { return f.id == id; });
    return at == fingers_.end() ? nullptr : &*at;
}

// A finger whose end was never told: it comes down again, or it has lain still for so long that a new one is somebody else.
// (A drop of water, or a panel that lost an event, must not keep the glass for ever.)
const Touch::Finger* Touch::lost(const TouchEvent& down) const {
    const auto at = std::find_if(fingers_.begin(), fingers_.end(), [&](const Finger& f) {
        return f.id == down.finger || down.when - f.last_heard >= forgotten_after;
    });
    return at == fingers_.end() ? nullptr : &*at;
}

// The finger that could make a pinch with the pointer: the first that came after it and is no palm.
const Touch::Finger* Touch::second() const {
    if (!first_) return nullptr;
    bool after = false;
    for (const Finger& finger : fingers_) {
        if (finger.id == *first_) {
            after = true;
        } else if (after && !finger.palm) {
            return &finger;
        }
    }
    return nullptr;
}

bool Touch::ends_press(const TouchEvent& event) {
    if (!first_) return false;
    if (event.finger == *first_) return event.what != What::move || event.contact_mm > palm_mm || starts_pinch(event);
    return starts_pinch(event);
}

bool Touch::starts_pinch(const TouchEvent& event) {
    const Finger* other = second();
    const Finger* first = first_ ? find(*first_) : nullptr;
    if (pinching_ || event.what != What::move || first == nullptr || other == nullptr) return false;
    if (event.contact_mm > palm_mm) return false;
    if (event.finger == other->id) return (event.at - other->came_at).length() > pinch_starts_px;
    if (event.finger != first->id || other->came_when - first->came_when > together) return false;
    return (event.at - first->came_at).length() > pinch_starts_px;
}

void Touch::apply(const TouchEvent& event) {
    switch (event.what) {
        case What::down: came(event); return;
        case What::move: moved(event); return;
        case What::up:
        case What::cancel: went(event); return;
    }
}

void Touch::came(const TouchEvent& event) {
    if (fingers_.size() >= most_fingers) return;
    Finger finger{event.finger, event.at, event.at, event.when, event.when, event.contact_mm > palm_mm, false};
    const auto left = std::find_if(fingers_.begin(), fingers_.end(), [](const Finger& f) { return f.left_over && !f.palm; });
    const bool pinches_again = !finger.palm && !pinching_ && !first_ && left != fingers_.end();
    const std::int64_t left_id = pinches_again ? left->id : 0;
    fingers_.push_back(finger);
    if (finger.palm || pinching_ || first_) return;
    first_ = event.finger;
    if (pinches_again) {
        begin_pinch(left_id, event.when);
        return;
    }
    state_.at = state_.pressed_at = moved_from_ = event.at;
    state_.pressed_when = event.when;
    state_.down = state_.pressed = true;
    state_.velocity = {};
    track_.clear();
    track(event);
}

void Touch::moved(const TouchEvent& event) {
    Finger* finger = find(event.finger);
    if (finger == nullptr) return;  // the mouse without its button, or a finger that was given up
    if (starts_pinch(event)) begin_pinch(second()->id, event.when);
    finger->at = event.at;
    finger->last_heard = event.when;
    if (event.contact_mm > palm_mm && !finger->palm) {
        finger->palm = true;
        if (pinching_ && (event.finger == pinch_a_ || event.finger == pinch_b_)) end_pinch();
        if (first_ == event.finger) {
            first_.reset();
            state_.down = false;
            settled_ = true;
        }
    }
    if (first_ == event.finger && state_.down) {
        state_.at = event.at;
        track(event);
    }
}

void Touch::went(const TouchEvent& event) {
    const Finger* finger = find(event.finger);
    if (finger == nullptr) return;
    if (pinching_ && (event.finger == pinch_a_ || event.finger == pinch_b_)) {
        end_pinch();
    } else if (first_ == event.finger) {
        if (event.what == What::up) {
            state_.at = event.at;
            track(event);
            state_.velocity = velocity(event.when);
            state_.released = true;
        }
        first_.reset();
        state_.down = false;
        settled_ = true;
    }
    std::erase_if(fingers_, [&](const Finger& f) { return f.id == event.finger; });
}

// The press is gone without a release; screens see a pinch from this frame on.
void Touch::begin_pinch(std::int64_t with, Instant when) {
    pinch_a_ = *first_;
    pinch_b_ = with;
    pinching_ = true;
    first_.reset();
    settled_ = state_.down;
    state_.down = false;
    track_.clear();
    for (Finger& finger : fingers_) finger.left_over = false;
    Finger* a = find(pinch_a_);
    Finger* b = find(pinch_b_);
    a->last_heard = b->last_heard = when;
    pinch_centre_ = between(a->at, b->at, 0.5);
    pinch_distance_ = std::max(closest_px, (a->at - b->at).length());
}

void Touch::end_pinch() {
    pinching_ = false;
    for (Finger& finger : fingers_) finger.left_over = finger.id == pinch_a_ || finger.id == pinch_b_;
}

void Touch::give_up_all() {
    fingers_.clear();
    first_.reset();
    pinching_ = false;
    state_.down = false;
    track_.clear();
}

void Touch::measure_pinch() {
    const Finger* a = find(pinch_a_);
    const Finger* b = find(pinch_b_);
    const Vec2 centre = between(a->at, b->at, 0.5);
    const float distance = std::max(closest_px, (a->at - b->at).length());
    state_.pinch = Pinch{centre, distance / pinch_distance_, centre - pinch_centre_};
    pinch_centre_ = centre;
    pinch_distance_ = distance;
}

void Touch::track(const TouchEvent& event) {
    const Instant when = track_.empty() ? event.when : std::max(event.when, track_.back().when);
    // One sample older than the window is kept: it says where the pointer was when the window began.
    while (track_.size() > 2 && track_[1].when + velocity_window < when) track_.erase(track_.begin());
    if (track_.size() >= longest_track) track_.erase(track_.begin() + 1);
    track_.push_back({when, event.at});
}

Vec2 Touch::velocity(Instant end) const {
    const Instant begin = end - velocity_window;
    if (track_.size() < 2 || track_.back().when <= begin) return {};
    Sample from = track_.front();
    for (std::size_t i = 0; i + 1 < track_.size() && track_[i].when <= begin; ++i) {
        const Sample &a = track_[i], &b = track_[i + 1];
        if (b.when <= begin) continue;
        from = {begin, between(a.at, b.at, seconds(begin - a.when) / seconds(b.when - a.when))};
    }
    // A flick within one or two samples of the panel has no time to speak of; 8 ms is the slowest panel's rate.
    const double span = std::max(0.008, seconds(end - from.when));
    return (track_.back().at - from.at) * static_cast<float>(1.0 / span);
}

}  // namespace xinghuo
