// A screen: one file, read top to bottom in a minute. Its members are its state; frame() draws all of it and reacts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/frame.h"

namespace xinghuo {

class Screen;
using ScreenPtr = std::unique_ptr<Screen>;

// Where one goes next. Asked for during a frame, done between frames, under a curtain.
class Navigator {
public:
    virtual ~Navigator() = default;
    virtual void go(ScreenPtr screen) = 0;       // on top; back() returns here
    virtual void replace(ScreenPtr screen) = 0;  // instead of this one
    virtual void back() = 0;                     // to the one below; from the hall: to attract
    virtual void home() = 0;                     // to the hall
    virtual void leave() = 0;                    // to attract: the visit is over
};

class Screen {
public:
    virtual ~Screen() = default;
    [[nodiscard]] virtual std::string id() const = 0;  // "hall", "figure", …: what a driver and a test see
    virtual void frame(Frame& frame, Navigator& navigator) = 0;
    // Whether leaving alone leads through "still there?" to attract. Attract itself says no.
    [[nodiscard]] virtual bool idles() const { return true; }
    // Whether a member's time on it may count as study. Signing in, an activity's list and the administrator's pages say no.
    [[nodiscard]] virtual bool counts() const { return true; }
    // The hall is of another snapshot from the next frame on: what was read is read anew. An exhibit or a quiz that somebody is in holds
    // its own snapshot and goes on with it; only `in_place` (an author changed what is looked at) it begins anew, too.
    virtual void catalogue_changed(bool in_place) { static_cast<void>(in_place); }
    // The packs, with their versions, that it goes on showing whatever the hall shows. When one of them is recalled, it is left at once.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::int64_t>> held() const { return {}; }
};

}  // namespace xinghuo
