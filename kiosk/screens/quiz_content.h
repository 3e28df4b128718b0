// What the packs have to ask: the banks and their themes, read from the packs' quiz items. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"
#include "content/pack/catalogue.h"
#include "content/quiz/bank.h"
#include "content/quiz/quiz_run.h"

namespace xinghuo {

struct QuizTheme {
    std::string id, years, poster;  // poster: a picture of the catalogue
    Bilingual title;
    std::string pack = {};
    std::int64_t pack_version = 0;
};

struct QuizContent {
    QuestionBank bank;
    std::vector<QuizTheme> themes;
    std::shared_ptr<const Catalogue> catalogue;                       // what it was read from
    [[nodiscard]] const QuizTheme* theme(std::string_view id) const;  // null: there is none
    // The question that a file of this pack calls so.
    [[nodiscard]] std::string question_id(const std::string& id, const std::string& pack) const;
    // Whose question it is: the pack and its version.
    [[nodiscard]] std::pair<std::string, std::int64_t> origin(const std::string& question) const;

    std::unordered_map<std::string, std::pair<std::string, std::int64_t>> origins;  // of questions, by id
};

// All items of kind quiz. One that cannot be read is left out; its error when none can. `missing` when there is none or nothing in them
// can be asked. Reads and parses the whole bank: about ten milliseconds for a few hundred questions.
Result<std::shared_ptr<const QuizContent>> read_quiz(const Catalogue& catalogue);

// The packs, with their versions, whose questions a run asks.
std::vector<std::pair<std::string, std::int64_t>> quiz_packs(const QuizContent& content, const QuizRun& run);

}  // namespace xinghuo
