// The loop in real time: sleeps until something happens or the next frame is due, hands touches to the application, draws.
// With a window, or without any display (pictures in memory, for driving from outside).
#pragma once

#include <memory>

#include "kiosk/app.h"
#include "kiosk/drive.h"

namespace xinghuo {

class CardDevices;
class RecordRoom;
class Window;

class Loop final : public Runner {
public:
    struct Parts {
        App& app;
        SettableClock& clock;
        Window* window = nullptr;     // null: none
        bool escape_ends = false;     // a window on a desk
        RecordRoom* room = nullptr;   // looked after once a turn
        CardDevices* cards = nullptr; // readers taken as devices
        bool announce = false;        // says "first frame" on standard output when it has been shown
    };
    explicit Loop(Parts parts) : parts_(parts) {}

    [[nodiscard]] Instant now() const override { return parts_.clock.now(); }
    [[nodiscard]] SettableClock* calendar() override { return &parts_.clock; }
    void run_for(Nanoseconds span) override;
    // Until the window is closed or the process is asked to end.
    void run();
    // The same, answering the commands on standard input; its end is an end too, and so is nobody listening to the answers.
    void run_commands();

private:
    // Sleeps until `until` at the longest, then one frame if one is due.
    void turn(Instant until, bool watch_input);
    void listen(Milliseconds timeout);
    void frame_if_due();

    Parts parts_;
    bool ended_ = false;
    bool announced_ = false;
};

}  // namespace xinghuo
