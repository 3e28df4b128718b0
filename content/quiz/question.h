// A question as the hall asks it: one question in two languages. Pure data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"

namespace xinghuo {

enum class QuestionType { single, multiple, true_false, short_answer, matching, numeric, essay, description };

std::string_view name(QuestionType type);  // "single", "true_false", … as in the sources table

// Something that can be chosen. Weights are shares of the full marks: 1 is right, a negative weight takes away.
struct Choice {
    Bilingual text;
    double weight = 0;
    Bilingual feedback;  // what is said to who chose it; may be empty
    [[nodiscard]] bool right() const { return weight > 0; }
};

struct Pair {
    Bilingual left, right;
};

// Numbers from low to high, both included, bring this weight. `any` stands for whatever else was entered.
struct NumberRange {
    double low = 0, high = 0;
    double weight = 0;
    bool any = false;
    std::string shown;  // as it is told to the visitor: "1822", "3±2", "1–5"
    Bilingual feedback;
};

struct Question {
    std::string id, theme, category;
    QuestionType type = QuestionType::single;
    int difficulty = 1;     // 1 easy … 3 hard
    std::string checked;    // the state of checking, as the sources table says it
    Bilingual stem;         // plain text; '\n' where a new line was asked for
    Bilingual explanation;  // GIFT's general feedback
    Bilingual source;       // where the answer can be confirmed

    // single, multiple; true_false: [0] is true, [1] is false, without texts. short_answer: [0] is the right answer
    // as it is shown, then what its author wrote as wrong (GIFT answers of weight 0), if anything.
    std::vector<Choice> choices;
    std::vector<std::string> accepted_zh, accepted_en;  // short_answer: every answer worth something, as written
    std::vector<Pair> pairs;                            // matching
    std::vector<Bilingual> surplus;                     // matching: right sides that belong to nothing
    std::vector<NumberRange> numbers;                   // numeric

    // Essays and descriptions cannot be asked on a terminal, nor a short answer that is only a pattern.
    [[nodiscard]] bool askable() const;
};

// Where a sentence has its gap: three or more underscores (or two full-width ones), or brackets around nothing
// but spaces. Bytes of the stem.
struct Gap {
    std::size_t begin = 0, end = 0;
};
std::optional<Gap> find_gap(std::string_view stem);

}  // namespace xinghuo
