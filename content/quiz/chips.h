// Wrong answers to stand beside the right one of a short-answer question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "content/quiz/question.h"

namespace xinghuo {

// The right answer, then up to `wrong` others, all different in both languages (compared folded) and none of them an
// accepted answer or a part of one. First what the question's author wrote as wrong (GIFT: =%0%…); then neighbouring
// numbers where the answer is one; then, by likeness (theme, kind of characters, length, years with years), the right
// answers of other short questions and the options of single-choice questions, those beside the answer itself first.
std::vector<Choice> chips_for(const Question& question, const std::vector<std::shared_ptr<const Question>>& all,
                              std::size_t wrong, std::uint64_t seed);

}  // namespace xinghuo
