// Which answers belong to one attempt at a quiz, and what each question's answers say about it.
//
// Discrimination is the item-rest correlation: the point-biserial correlation between a right answer (0, 1) and the share of right answers among the *other*
// questions of the same attempt (Henrysson 1963, "Correction of item-total correlations in item analysis"; Crocker and Algina 1986, ch. 14). The question itself is
// left out of the share: in a quiz of five it would correlate with itself. Kept as whole numbers, so that sums are the same in any order:
//     n, Σx, Σy, Σy², Σxy      x: 0 or 1, y: 0 … 10,000
// An attempt ends with quiz_finished. Its answers are those of the same item, session and boot before it, back to the one where `asked` are together, the
// same question comes again, or another quiz_finished of the item stands; at most 500 records before. It is summed once all records between are here.
#pragma once

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "sync/server/record_store.h"

namespace xinghuo {

struct QuestionSums {
    std::int64_t asked = 0, correct = 0;                                     // every answer, also of a visitor
    std::int64_t n = 0, right = 0, rest = 0, rest_squared = 0, right_rest = 0;  // of finished attempts of two questions and more
};
// Nothing below ten attempts, or where all did the same. −1 … 1.
std::optional<double> discrimination(const QuestionSums& sums);

struct QuizEvent {
    std::int64_t seq = 0, boot = 0;
    std::string id, session, item;
    bool finish = false;             // quiz_finished: `asked`; else quiz_answered: the question
    std::int64_t asked = 0;
    std::string question, theme;
    bool right = false;
    bool summed = false;             // a finish whose attempt is in the sums
    bool stored = false;
};
inline constexpr std::int64_t attempt_reach = 500;

using QuestionKey = std::pair<std::string, std::string>;  // theme, question
// Sums the attempts that are whole now and marks their finish; `events` in any order, of one terminal. `stretches` as chain_stretches() gives them.
void sum_attempts(std::vector<QuizEvent>& events, std::span<const std::pair<std::int64_t, std::int64_t>> stretches, std::map<QuestionKey, QuestionSums>& sums);

// The batch's quiz records, with those of the terminal that wait for others. Inside the batch's transaction, after follow_chain.
Result<void> follow_attempts(Sql& sql, Organisation organisation, const KioskId& kiosk, std::vector<QuizEvent> fresh, std::map<QuestionKey, QuestionSums>& sums);

}  // namespace xinghuo
