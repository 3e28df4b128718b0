// What SDL says happened, in the application's words. Fingers and the mouse become touches in imaginary px.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "kiosk/input/touch.h"

struct SDL_Window;
union SDL_Event;

namespace xinghuo {

enum class Key {
    other, enter, escape, backspace, erase, tab, left, right, up, down, home, end, page_up, page_down,
    f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12,
};

struct InputEvent {
    enum class What {
        touch,
        key,        // went down, or repeats
        text,       // UTF-8 as typed, also through an input method; only while want_text(true)
        quit,       // the window was closed or the process was asked to end
        resized,    // w_px, h_px
        exposed,    // the window was uncovered or the driver lost its pictures: Renderer::forget()
        focus,      // focused says which
        woken,      // somebody called wake()
    } what = What::woken;
    TouchEvent touch;
    Key key = Key::other;
    bool shift = false, ctrl = false, alt = false, repeat = false;
    // Of a key: by its place on the keyboard, read as a US layout with Shift and without Caps Lock, so that neither a layout nor an
    // input method garbles what a card reader sends; keypad keys are digits, whatever Num Lock says. 0: a key without a
    // character, or held with Ctrl or Alt. Tab is '\t'.
    char character = 0;
    Instant when;
    std::string text;
    int w_px = 0, h_px = 0;
    bool focused = false;
};

class EventSource {
public:
    // The window is not owned and outlives this. SDL's video is initialised.
    EventSource(SDL_Window* window, const Clock& clock);
    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;

    // Waits at most `timeout` for something to happen, then gives all that did (256 at most, the rest next time).
    // Zero: does not wait. A negative one waits for ever. Main thread.
    std::vector<InputEvent> wait(Milliseconds timeout, float px_per_unit);
    // Whether a text field has the focus. Only then the system's input method is asked; else the keys are ours alone. Not at first.
    void want_text(bool wanted);
    // Ends a wait(), at once or the next. Any thread; many calls before one wait() are one event.
    void wake();

private:
    std::optional<InputEvent> translated(const SDL_Event& event, float px_per_unit);
    void set_clocks(const std::vector<SDL_Event>& events);
    [[nodiscard]] Instant time_of(std::uint32_t timestamp_ms) const;
    void measure_window();

    SDL_Window* window_;
    const Clock& clock_;
    std::uint32_t wake_type_;
    std::atomic<bool> wake_sent_{false};
    float w_px_ = 1, h_px_ = 1;           // of the window, real px
    float px_per_point_x_ = 1, px_per_point_y_ = 1;  // the mouse is told in window points
    bool mouse_down_ = false;
    Instant now_;                         // of this wait()
    std::optional<Nanoseconds> behind_;   // SDL's time stamps + this = our time: the smallest difference seen
};

}  // namespace xinghuo
