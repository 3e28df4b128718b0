// Tells a card reader or code scanner that plays keyboard from a person who types, by the time between keys. Pure.
// (Product rule 10: by physical keys, so that an input method can never garble digits.)
//
// A burst is at least `least` characters, each within `gap` of the one before, ended by Enter or Tab, or by `end_quiet` without
// a key. While a burst may still become one its keys are held back; what turns out to be typing comes out of typed() in
// order, about `end_quiet` late. Every stroke comes out in a code or as typed, once.
//
// Time stamps are often taken when the keys are fetched, not when they were pressed. A frame that took long then looks like a
// pause, and the keys after it like one instant: so a burst under way may pause up to `end_quiet`, and keys before a pause
// belong to the burst after it whose first three come `at_once`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"

namespace xinghuo {

class CardReader {
public:
    struct Rules {
        Nanoseconds gap = Milliseconds(35);         // a person's keys are 80 ms apart and more; readers' 1–20 ms
        Nanoseconds end_quiet = Milliseconds(90);
        std::size_t least = 4, most = 512;          // a longer burst comes in codes of `most` characters
        Nanoseconds at_once = Milliseconds(1);
    };
    struct Stroke {
        char character = 0;                          // by physical key on a US layout, with Shift; 0: a key without one
        bool enter = false, backspace = false;
        Instant when;
        bool repeat = false;                         // a key held down: never a reader
    };
    explicit CardReader(Rules rules) : rules_(rules) {}
    CardReader() : CardReader(Rules()) {}

    void key(const Stroke& stroke);
    // What was read since the last call, complete codes; and keys a person typed.
    std::vector<std::string> read(Instant now);
    std::vector<Stroke> typed(Instant now);
    // When to ask again at the latest; never() while nothing is held.
    [[nodiscard]] Instant due() const;

private:
    void settle(Instant now);
    void finish();
    void give_code();
    void give_typed(std::size_t count);
    void end_key(const Stroke& stroke);
    [[nodiscard]] std::size_t characters(std::size_t from) const;
    [[nodiscard]] Instant pause_decided() const;

    Rules rules_;
    std::vector<Stroke> held_;
    std::size_t before_pause_ = 0;   // of those held: they wait for whether a burst follows at once
    bool burst_ = false;             // what is held is one
    Instant last_;                   // strokes never go back in time
    std::optional<Instant> ended_;   // Enter ended a burst then: readers that send two, send the second now
    std::vector<std::string> read_;
    std::vector<Stroke> typed_;
};

}  // namespace xinghuo
