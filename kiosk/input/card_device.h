// Card readers taken as devices: evdev, grabbed, so that their digits go to nobody else (not even the desktop). Readers are named in
// the settings ("card_readers": ["08ff:0009", "IC Reader"]: vendor:product in hex, or a part of the device's name); they may
// be plugged in and out at any time. One thread waits for them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

// The machine's input devices, as far as readers need them. Used on one thread.
class InputNodes {
public:
    virtual ~InputNodes() = default;
    struct Node {
        std::string id;                          // "event3"
        std::string name;
        std::uint16_t vendor = 0, product = 0;
    };
    virtual std::vector<Node> list() = 0;
    // Opened and grabbed: a descriptor that yields struct input_event with monotonic time stamps, and does not block. The caller
    // closes it. Errors are for the health page: "not allowed: add the user to the group input".
    virtual Result<int> take(const Node& node) = 0;
    // Readable when the list may have changed; -1: it cannot tell, and is asked every few seconds.
    virtual int changes() = 0;
    virtual void changes_seen() = 0;
};

class CardDevices {
public:
    // `wake` is called on the thread when something was read. Without readers named, nothing is opened. `nodes`: null for the machine's own.
    static std::unique_ptr<CardDevices> start(std::vector<std::string> readers, const Clock& clock, std::function<void()> wake,
                                              std::unique_ptr<InputNodes> nodes = nullptr);
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
