#include "kiosk/loop.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "kiosk/gfx/window.h"
#include "kiosk/input/card_device.h"
#include "kiosk/lines.h"
#include "kiosk/record_room.h"

namespace xinghuo {
namespace {

// While commands may come, SDL's events and standard input are looked at in turn, this long each.
constexpr Milliseconds look_at_input(8);
constexpr int most_blocks = 256;  // of input, between two looks at everything else

Milliseconds rounded_up(Nanoseconds span) {
    return std::chrono::duration_cast<Milliseconds>(std::max(span, Nanoseconds(0)) + Milliseconds(1) - Nanoseconds(1));
}

bool input_waits() {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    return ::poll(&in, 1, 0) > 0;
}

}  // namespace

void Loop::listen(Milliseconds timeout) {
    if (parts_.window == nullptr) {
        // Nothing can happen by itself but the arrival of pictures: look again soon.
        ::poll(nullptr, 0, static_cast<int>(std::min(timeout, Milliseconds(20)).count()));
        return;
    }
    App& app = parts_.app;
    for (const InputEvent& event : parts_.window->events().wait(timeout, app.scale())) {
        switch (event.what) {
            case InputEvent::What::touch: app.on(event.touch); break;
            case InputEvent::What::resized: app.resize(event.w_px, event.h_px); break;
            case InputEvent::What::exposed: app.expose(); break;
            case InputEvent::What::quit: ended_ = true; break;
            case InputEvent::What::woken: app.something_arrived(); break;
            case InputEvent::What::key:
                if (event.key == Key::escape && parts_.escape_ends) ended_ = true;
                if (event.character != 0 || event.key == Key::enter || event.key == Key::backspace)
                    app.on(CardReader::Stroke{event.character, event.key == Key::enter, event.key == Key::backspace, event.when, event.repeat});
                else app.on(event.key);
                break;
            case InputEvent::What::text:
                // What is plain has come as a key already; only an input method composes the rest.
                if (!event.text.empty() && (static_cast<unsigned char>(event.text.front()) & 0x80) != 0) app.on_text(event.text);
                break;
            case InputEvent::What::focus: break;
        }
    }
    parts_.window->running(parts_.clock.now());
}

void Loop::frame_if_due() {
    const Instant now = parts_.clock.now();
    if (parts_.app.due() > now) return;
    parts_.app.frame(parts_.clock.moment(), parts_.window == nullptr);
    if (parts_.window != nullptr) parts_.window->events().want_text(parts_.app.wants_text());
    if (announced_ || !parts_.announce) return;
    announced_ = true;
    std::puts("first frame");
    std::fflush(stdout);
}

void Loop::turn(Instant until, bool watch_input) {
    const Instant now = parts_.clock.now();
    Milliseconds sleep = rounded_up(std::min(parts_.app.turn_due(), until) - now);
    if (watch_input) sleep = std::min(sleep, look_at_input);
    listen(std::min(sleep, Milliseconds(60'000)));
    if (parts_.window == nullptr) parts_.app.something_arrived();
    parts_.app.turn(parts_.clock.moment());
    if (parts_.room != nullptr) parts_.room->look(parts_.app);
    if (parts_.cards != nullptr)
        for (std::string& code : parts_.cards->read()) parts_.app.on_code(std::move(code));
    frame_if_due();
}

void Loop::run_for(Nanoseconds span) {
    const Instant end = now() + span;
    while (!ended_ && now() < end) turn(end, false);
}

void Loop::run() {
    while (!ended_) turn(now() + std::chrono::hours(1), false);
}

void Loop::run_commands() {
    frame_if_due();
    Drive drive(parts_.app, *this);
    Lines lines(STDIN_FILENO);
    bool open = true;
    while (!ended_ && !drive.quit()) {
        for (int blocks = 0; open && blocks < most_blocks && input_waits(); ++blocks) open = lines.read_more();
        while (!drive.quit() && !ended_) {
            const auto line = lines.next();
            if (!line) break;
            if (line->empty() || line->front() == '#') continue;
            if (!answer_line(drive.run(*line))) return;  // whoever asked has gone
        }
        if (!open) return;
        turn(now() + std::chrono::hours(1), true);
    }
}

}  // namespace xinghuo
