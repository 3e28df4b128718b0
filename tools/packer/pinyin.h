// How Chinese text is read aloud: numbered pinyin, one syllable after another, each knowing what it reads.
// Readings come, in this order, from word lists (longest word first), from rules (numbers, years, tone changes of 一
// and 不), and from ICU's reading of a single character. Tone changes of third tones are left to the synthesizer, which makes them.
// Pure: no files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

struct Syllable {
    std::string pinyin;            // "zhong1"; tone 5 is the neutral tone; v stands for ü
    std::size_t byte = 0, bytes = 0;  // the characters it reads; syllables of one number share them
};

enum class Pause { none, comma, stop };  // what stands behind a word

struct ReadWord {
    std::vector<Syllable> syllables;  // spoken without a gap
    Pause after = Pause::none;
};

class Pronouncer {
public:
    Pronouncer() = default;  // reads nothing: only a place for a created one
    static Result<Pronouncer> create();

    // A word as it is to be read. Refused: an empty word, syllables that are not letters and a tone 1–5 (a single
    // capital letter is read by its name), more or fewer syllables than characters where the word has no digits.
    Result<void> add(std::string_view word, std::string_view pinyin);

    [[nodiscard]] std::vector<ReadWord> read(std::string_view utf8) const;  // any thread

private:
    struct Tables;
    std::shared_ptr<Tables> tables_;
};

// "wo3 shi4 li3da4zhao1, zi4 shou3chang2": what espeak-ng's voice cmn-latn-pinyin understands.
std::string espeak_text(const std::vector<ReadWord>& words);
// All syllables with single spaces, for tests and for reading over.
std::string plain_pinyin(const std::vector<ReadWord>& words);

// A whole number below 10^12 as spoken: 1004 → {"yi4","qian1","ling2","si4"}; `counted` turns a leading 2 into liang3
// where counting does so (两千, 两个).
std::vector<std::string> spoken_number(std::string_view digits, bool counted);

}  // namespace xinghuo
