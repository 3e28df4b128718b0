// What a pack has to ask: the bank and its themes, read from the pack's quiz item. Immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"
#include "content/pack/catalogue.h"
#include "content/quiz/bank.h"

namespace xinghuo {

struct QuizTheme {
    std::string id, years, poster;  // poster: a picture of the pack
    Bilingual title;
};

struct QuizContent {
    QuestionBank bank;
    std::vector<QuizTheme> themes;
    [[nodiscard]] const QuizTheme* theme(std::string_view id) const;  // null: there is none
};

// The pack's first item of kind quiz. `missing` when there is none or nothing in it can be asked. Reads and parses
// the whole bank: about ten milliseconds for a few hundred questions.
Result<std::shared_ptr<const QuizContent>> read_quiz(const Catalogue& catalogue);

}  // namespace xinghuo
