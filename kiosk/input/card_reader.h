// Tells a card reader or code scanner that plays keyboard from a person who types, by the time between keys. Pure.
// (Product rule 10: by physical keys, so that an input method can never garble digits.)
//
// A burst is at least `least` keys, each within `gap` of the one before, ended by Enter or by `end_quiet` without a key. While a burst
// may still become one its keys are held back; what turns out to be typing comes out of typed() in order, at most
// `end_quiet` late.
#pragma once

#include <string>
#include <vector>

#include "content/base/clock.h"

namespace xinghuo {

class CardReader {
public:
    struct Rules {
        Nanoseconds gap = Milliseconds(35);         // a person's keys are 80 ms apart and more; readers' 1–20 ms
        Nanoseconds end_quiet = Milliseconds(90);
        std::size_t least = 4, most = 512;
    };
    struct Stroke {
        char character = 0;                          // by physical key on a US layout, with Shift; 0: a key without one
        bool enter = false, backspace = false;
        Instant when;
    };
    explicit CardReader(Rules rules) : rules_(rules) {}
    CardReader() : CardReader(Rules()) {}

    void key(const Stroke& stroke);
    // What was read since the last call, complete codes; and keys a person typed.
    std::vector<std::string> read(Instant now);
    std::vector<Stroke> typed(Instant now);
    // When to ask again at the latest.
    [[nodiscard]] Instant due() const;

private:
    Rules rules_;
    std::vector<Stroke> held_;
    std::vector<std::string> read_;
    std::vector<Stroke> typed_;
};

}  // namespace xinghuo
