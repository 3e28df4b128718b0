#include "kiosk/input/sdl_events.h"

#include <SDL.h>

#include <algorithm>

namespace xinghuo {
namespace {

constexpr std::size_t most_at_once = 256;
constexpr Nanoseconds longest_delay = Milliseconds(1000);  // of an event between the panel and us

using What = InputEvent::What;

Key key_of(SDL_Keycode code) {
    if (code >= SDLK_F1 && code <= SDLK_F12) return static_cast<Key>(static_cast<int>(Key::f1) + (code - SDLK_F1));
    switch (code) {
        case SDLK_RETURN:
        case SDLK_KP_ENTER: return Key::enter;
        case SDLK_ESCAPE: return Key::escape;
        case SDLK_BACKSPACE: return Key::backspace;
        case SDLK_DELETE: return Key::erase;
        case SDLK_TAB: return Key::tab;
        case SDLK_LEFT: return Key::left;
        case SDLK_RIGHT: return Key::right;
        case SDLK_UP: return Key::up;
        case SDLK_DOWN: return Key::down;
        case SDLK_HOME: return Key::home;
        case SDLK_END: return Key::end;
        case SDLK_PAGEUP: return Key::page_up;
        case SDLK_PAGEDOWN: return Key::page_down;
        default: return Key::other;
    }
}

// The US layout, by USB usage (HID Usage Tables 1.4, page 0x07), which is what SDL's scancodes are.
char character_of(SDL_Scancode code, bool shift) {
    static constexpr char plain_marks[] = "-=[]\\#;'`,./", shift_marks[] = "_+{}|~:\"~<>?";
    if (code >= SDL_SCANCODE_A && code <= SDL_SCANCODE_Z) return static_cast<char>((shift ? 'A' : 'a') + (code - SDL_SCANCODE_A));
    if (code >= SDL_SCANCODE_1 && code <= SDL_SCANCODE_0) return (shift ? "!@#$%^&*()" : "1234567890")[code - SDL_SCANCODE_1];
    if (code >= SDL_SCANCODE_MINUS && code <= SDL_SCANCODE_SLASH) return (shift ? shift_marks : plain_marks)[code - SDL_SCANCODE_MINUS];
    if (code >= SDL_SCANCODE_KP_1 && code <= SDL_SCANCODE_KP_0) return "1234567890"[code - SDL_SCANCODE_KP_1];
    switch (code) {
        case SDL_SCANCODE_SPACE: return ' ';
        case SDL_SCANCODE_TAB: return '\t';
        case SDL_SCANCODE_KP_DIVIDE: return '/';
        case SDL_SCANCODE_KP_MULTIPLY: return '*';
        case SDL_SCANCODE_KP_MINUS: return '-';
        case SDL_SCANCODE_KP_PLUS: return '+';
        case SDL_SCANCODE_KP_PERIOD: return '.';
        default: return 0;
    }
}

InputEvent plain(What what) {
    InputEvent e;
    e.what = what;
    return e;
}

InputEvent key_event(const SDL_KeyboardEvent& key, Instant when) {
    InputEvent e = plain(What::key);
    e.key = key_of(key.keysym.sym);
    e.shift = (key.keysym.mod & KMOD_SHIFT) != 0;
    e.ctrl = (key.keysym.mod & KMOD_CTRL) != 0;
    e.alt = (key.keysym.mod & KMOD_ALT) != 0;
    e.repeat = key.repeat != 0;
    if (!e.ctrl && !e.alt) e.character = character_of(key.keysym.scancode, e.shift);
    e.when = when;
    return e;
}

InputEvent touch_event(TouchEvent::What what, std::int64_t finger, Vec2 at, Instant when) {
    InputEvent e = plain(What::touch);
    e.touch = {what, finger, at, when, 0};
    return e;
}

bool has_moment(const SDL_Event& event) {
    switch (event.type) {
        case SDL_KEYDOWN:
        case SDL_FINGERDOWN:
        case SDL_FINGERMOTION:
        case SDL_FINGERUP:
        case SDL_MOUSEBUTTONDOWN:
        case SDL_MOUSEMOTION:
        case SDL_MOUSEBUTTONUP: return true;
        default: return false;
    }
}

}  // namespace

EventSource::EventSource(SDL_Window* window, const Clock& clock)
    : window_(window), clock_(clock), wake_type_(SDL_RegisterEvents(1)) {
    measure_window();
    SDL_StopTextInput();  // SDL begins with it on
}

void EventSource::want_text(bool wanted) {
    if (wanted == (SDL_IsTextInputActive() == SDL_TRUE)) return;
    if (wanted) {
        SDL_StartTextInput();
    } else {
        SDL_StopTextInput();
    }
}

void EventSource::measure_window() {
    int w = 0, h = 0, w_points = 0, h_points = 0;
    SDL_GetWindowSizeInPixels(window_, &w, &h);
    SDL_GetWindowSize(window_, &w_points, &h_points);
    w_px_ = static_cast<float>(std::max(1, w));
    h_px_ = static_cast<float>(std::max(1, h));
    px_per_point_x_ = w_px_ / static_cast<float>(std::max(1, w_points));
    px_per_point_y_ = h_px_ / static_cast<float>(std::max(1, h_points));
}

// SDL stamps events with its own milliseconds when they arrive; a frame may look at them much later. The smallest
// difference to our clock ever seen is that of an event looked at right away.
void EventSource::set_clocks(const std::vector<SDL_Event>& events) {
    now_ = clock_.now();
    std::optional<Nanoseconds> smallest;
    for (const SDL_Event& event : events) {
        if (!has_moment(event)) continue;
        const Nanoseconds difference = now_.since_start - Milliseconds(event.common.timestamp);
        smallest = smallest ? std::min(*smallest, difference) : difference;
    }
    if (!smallest) return;
    // All of them older than a second: the stamps began again (they do after 49 days).
    if (!behind_ || *smallest < *behind_ || *smallest - *behind_ > longest_delay) behind_ = smallest;
}

Instant EventSource::time_of(std::uint32_t timestamp_ms) const {
    const Instant when{Milliseconds(timestamp_ms) + behind_.value_or(Nanoseconds(0))};
    return when > now_ || now_ - when > longest_delay ? now_ : when;
}

std::optional<InputEvent> EventSource::translated(const SDL_Event& event, float px_per_unit) {
    const auto finger = [&](TouchEvent::What what) {
        const SDL_TouchFingerEvent& f = event.tfinger;
        // Number 0 is the mouse's.
        const auto id = static_cast<std::int64_t>(static_cast<std::uint64_t>(f.fingerId) + 1u);
        return touch_event(what, id, {f.x * w_px_ / px_per_unit, f.y * h_px_ / px_per_unit}, time_of(f.timestamp));
    };
    const auto mouse = [&](TouchEvent::What what, int x, int y, std::uint32_t timestamp) {
        const Vec2 at{static_cast<float>(x) * px_per_point_x_ / px_per_unit, static_cast<float>(y) * px_per_point_y_ / px_per_unit};
        return touch_event(what, 0, at, time_of(timestamp));
    };
    switch (event.type) {
        case SDL_FINGERDOWN: return finger(TouchEvent::What::down);
        case SDL_FINGERMOTION: return finger(TouchEvent::What::move);
        case SDL_FINGERUP: return finger(TouchEvent::What::up);
        case SDL_MOUSEBUTTONDOWN:
            if (event.button.which == SDL_TOUCH_MOUSEID || event.button.button != SDL_BUTTON_LEFT) return std::nullopt;
            mouse_down_ = true;
            return mouse(TouchEvent::What::down, event.button.x, event.button.y, event.button.timestamp);
        case SDL_MOUSEMOTION:
            if (event.motion.which == SDL_TOUCH_MOUSEID || !mouse_down_) return std::nullopt;
            return mouse(TouchEvent::What::move, event.motion.x, event.motion.y, event.motion.timestamp);
        case SDL_MOUSEBUTTONUP:
            if (event.button.which == SDL_TOUCH_MOUSEID || event.button.button != SDL_BUTTON_LEFT || !mouse_down_)
                return std::nullopt;
            mouse_down_ = false;
            return mouse(TouchEvent::What::up, event.button.x, event.button.y, event.button.timestamp);
        case SDL_KEYDOWN: return key_event(event.key, time_of(event.key.timestamp));
        case SDL_TEXTINPUT: {
            InputEvent e = plain(What::text);
            e.text = event.text.text;
            return e;
        }
        case SDL_QUIT: return plain(What::quit);
        case SDL_RENDER_TARGETS_RESET:
        case SDL_RENDER_DEVICE_RESET: return plain(What::exposed);
        case SDL_WINDOWEVENT: break;
        default: return std::nullopt;
    }
    switch (event.window.event) {
        case SDL_WINDOWEVENT_SIZE_CHANGED: {
            measure_window();
            InputEvent e = plain(What::resized);
            e.w_px = static_cast<int>(w_px_);
            e.h_px = static_cast<int>(h_px_);
            return e;
        }
        case SDL_WINDOWEVENT_EXPOSED: return plain(What::exposed);
        case SDL_WINDOWEVENT_CLOSE: return plain(What::quit);
        case SDL_WINDOWEVENT_FOCUS_GAINED:
        case SDL_WINDOWEVENT_FOCUS_LOST: {
            InputEvent e = plain(What::focus);
            e.focused = event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED;
            return e;
        }
        default: return std::nullopt;
    }
}

std::vector<InputEvent> EventSource::wait(Milliseconds timeout, float px_per_unit) {
    // SDL counts in int milliseconds; an hour is as good as longer.
    const int ms = static_cast<int>(std::clamp<std::int64_t>(timeout.count(), -1, 3'600'000));
    SDL_Event event;
    bool some = ms == 0 ? SDL_PollEvent(&event) != 0 : ms < 0 ? SDL_WaitEvent(&event) != 0 : SDL_WaitEventTimeout(&event, ms) != 0;
    std::vector<SDL_Event> happened;
    while (some) {
        happened.push_back(event);
        some = happened.size() < most_at_once && SDL_PollEvent(&event) != 0;
    }
    set_clocks(happened);
    std::vector<InputEvent> events;
    for (const SDL_Event& e : happened) {
        if (e.type == wake_type_) {
            wake_sent_ = false;  // before anybody looks at what there is, so that a later wake() is not lost
            events.push_back(plain(What::woken));
        } else if (auto known = translated(e, px_per_unit)) {
            events.push_back(std::move(*known));
        }
    }
    return events;
}

void EventSource::wake() {
    if (wake_sent_.exchange(true)) return;
    SDL_Event event{};
    event.type = wake_type_;
    // A full queue ends the wait by itself.
    if (SDL_PushEvent(&event) != 1) wake_sent_ = false;
}

}  // namespace xinghuo
