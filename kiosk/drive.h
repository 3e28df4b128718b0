// Driving the kiosk from outside: one command a line, one JSON line back. Used by --drive, the tour and the scenario tests.
//
//     screen                     what is seen: id, language, every label with its rectangle, whether it can be touched, and whether words had no room (cut)
//     touch "label" | touch #id  a finger on what has that name (or that id, the same in every language)
//     tap X Y · drag X1 Y1 X2 Y2 MS · pinch X Y FROM TO MS     imaginary px; FROM and TO are distances of two fingers
//     type TEXT · key enter|backspace|escape · card CODE       a keyboard, and a card reader or code scanner
//     wait SECONDS               time passes
//     wallclock ISO · trust on|off                             the calendar jumps; whether the clock is trusted
//     stick DIR · unstick        a folder is plugged in as a USB stick, and pulled out
//     packs                      what is shown, offered, being done and wrong (PackRoom::State), as JSON
//     packs look stick|network · packs install · packs cancel · packs undo ID · packs wait SECONDS     wait: until nothing is being done
//     sync                       what is queued, sent and wrong (SyncStatus), as JSON; "sync status" is the same
//     sync now · sync enrol CODE NAME · sync enrol-stick CODE NAME · sync release · sync wait SECONDS     wait: until nothing waits to be sent
//     told                       what the centre plans, announces and sets here, and which settings hold by whose word, as JSON
//     lang zh|en · open PLACE    (App::show)
//     records N                  the newest N records, oldest of them first, as one JSON array
//     shot FILE.png · quit
//
// What went wrong is answered, too: {"ok":false,"error":"…"}; an unknown label answers with what is there.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "kiosk/app.h"

namespace xinghuo {

// How time passes while a driver waits.
class Runner {
public:
    virtual ~Runner() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    // Null: this one's calendar cannot be set.
    [[nodiscard]] virtual SettableClock* calendar() { return nullptr; }
    // Runs frames, each when it is due, for this long.
    virtual void run_for(Nanoseconds span) = 0;
};

// Time moves only in steps of a frame; frames that nobody wants are not built.
class FakeRunner final : public Runner {
public:
    FakeRunner(App& app, FakeClock& clock, Nanoseconds step) : app_(app), clock_(clock), step_(step) {}
    [[nodiscard]] Instant now() const override { return clock_.now(); }
    [[nodiscard]] SettableClock* calendar() override { return &clock_; }
    void run_for(Nanoseconds span) override;

private:
    App& app_;
    FakeClock& clock_;
    Nanoseconds step_;
};

class Drive {
public:
    Drive(App& app, Runner& runner) : app_(app), runner_(runner) {}
    // The answer, without a newline.
    std::string run(std::string_view line);
    [[nodiscard]] bool quit() const { return quit_; }

    // The same as words, for programs.
    Result<void> touch(std::string_view label_or_id);
    void tap(Vec2 at);
    void drag(Vec2 from, Vec2 to, Nanoseconds span);
    void pinch(Vec2 centre, float from, float to, Nanoseconds span);
    void wait(double seconds) { runner_.run_for(from_seconds(seconds)); }
    // Waits until nothing is under way, at most two seconds.
    void settle();
    Result<void> shot(const Path& file);

private:
    [[nodiscard]] std::string screen_json() const;
    std::string card(const std::string& code);
    std::string type(const std::string& text);
    std::string key(const std::string& name);
    std::string wallclock(const std::string& iso);
    std::string records(std::size_t count) const;
    std::string packs(std::istream& words);
    [[nodiscard]] std::string packs_json() const;
    std::string sync(std::istream& words);
    [[nodiscard]] std::string sync_json() const;
    [[nodiscard]] std::string told_json() const;
    [[nodiscard]] std::string failure(const Error& error, bool with_labels) const;
    void finger(TouchEvent::What what, Vec2 at, std::int64_t id = 1);

    App& app_;
    Runner& runner_;
    bool quit_ = false;
};

}  // namespace xinghuo
