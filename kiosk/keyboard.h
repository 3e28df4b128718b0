// Keys on the glass: a number pad for PINs, letters for pinyin initials, and a keyboard to write with. Each draws itself into its box,
// larger keys where there is more room (never lower than 96 px, 8 px apart), and says what was touched in this frame.
// Ids in the dump: "key.a", "key.1", "key.erase", "key.clear", "key.confirm", "candidate.0".
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/frame.h"
#include "kiosk/input/ime.h"

namespace xinghuo {

struct KeyPressed {
    char letter = 0;            // '0'–'9' or 'a'–'z'
    bool erase = false, clear = false, confirm = false;
    explicit operator bool() const { return letter != 0 || erase || clear || confirm; }
};

// What a real keyboard typed in this frame, and after it what was touched: everything in one place.
enum class Accepts { digits, letters };  // letters come as a–z
std::vector<KeyPressed> with_typing(const Frame& frame, const KeyPressed& touched, Accepts accepts);

// A dot for each digit there is, a ring for each that is missing (up to `least`; more digits, more dots), then 3 × 4 keys. Confirming
// is possible from `least` digits on. At least 412 × 536 px.
inline constexpr Vec2 number_pad_least{412, 536};
KeyPressed number_pad(Frame& frame, Rect box, std::size_t digits, std::size_t least);

// The letters as on a keyboard, with erase and clear. Letters not among `possible` (a–z) lead to nobody: they are dimmed, and deaf.
// At least 952 × 312 px.
inline constexpr Vec2 letter_pad_least{952, 312};
inline constexpr std::string_view all_letters = "abcdefghijklmnopqrstuvwxyz";
KeyPressed letter_pad(Frame& frame, Rect box, std::string_view possible);

// Writes into a text: pinyin with a bar of candidates, English letters, digits, punctuation. A real keyboard writes, too, by the same
// rules: space takes the first candidate, a digit the one of that number, Enter the letters as they are.
class TextKeyboard {
public:
    // Null: letters only. The input method may be shared; what somebody left in it is cleared.
    explicit TextKeyboard(std::shared_ptr<InputMethod> pinyin);

    struct Happened {
        bool changed = false;    // the text
        bool confirm = false;    // the key of that name, or Enter while nothing is being composed
    };
    // At least 952 × 636 px. `most` user-perceived characters.
    static constexpr Vec2 least{952, 636};
    Happened draw(Frame& frame, Rect box, std::string& text, std::size_t most);
    // The line that is written into: the text, then what is being composed, underlined, and where it goes on. Without either: `hint`.
    void field(Frame& frame, Rect box, std::string_view text, std::string_view hint) const;

private:
    struct Edit;
    void typed(const Frame& frame, Edit& edit);
    void candidates(Frame& frame, Rect bar, Edit& edit);
    void rows(Frame& frame, Rect box, Edit& edit);
    void bottom_row(Frame& frame, Rect row, Edit& edit);
    void put(std::string_view character, Edit& edit);
    void append(std::string_view words, Edit& edit);
    void erase(Edit& edit);
    void enter(Edit& edit);
    void choose(std::size_t candidate, Edit& edit);
    void look();
    [[nodiscard]] bool composing() const { return !writing_.shown.empty(); }

    std::shared_ptr<InputMethod> pinyin_;
    InputMethod::Writing writing_;
    std::vector<std::size_t> first_{0};      // of the candidates shown; before it where the parts before began
    bool chinese_ = false, began_ = false;   // by the language of the first frame
    bool capital_ = false, symbols_ = false;
};

}  // namespace xinghuo
