// Card readers taken as devices: evdev, grabbed, so that their digits go to nobody else (not even the desktop). Readers are named in
// the settings ("card_readers": ["08ff:0009", "IC Reader"]: vendor:product in hex, or a part of the device's name); they may
// be plugged in and out at any time. One thread waits for them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "content/base/clock.h"

namespace xinghuo {

class CardDevices {
public:
    // `wake` is called on the thread when something was read. Without readers named, nothing is opened.
    static std::unique_ptr<CardDevices> start(std::vector<std::string> readers, const Clock& clock, std::function<void()> wake);
    virtual ~CardDevices() = default;
    // Complete codes, in order. Main thread.
    virtual std::vector<std::string> read() = 0;
    // For the health page: each reader that is there, and what is wrong ("not allowed: add the user to group input").
    struct Seen {
        std::string name;
        bool grabbed = false;
        std::string trouble;
    };
    virtual std::vector<Seen> seen() = 0;
};

}  // namespace xinghuo
