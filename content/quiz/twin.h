// One question out of what two GIFT files say of it. Pure; used by the bank.
#pragma once

#include <string>

#include "content/quiz/gift.h"
#include "content/quiz/question.h"

namespace xinghuo {

// What differs between the two languages' versions of a question, as the end of a sentence about the English one;
// empty when they are the same question. Short answers may have other spellings in each language.
std::string twin_difference(const GiftQuestion& zh, const GiftQuestion& en);

// The question in both languages; without `en` (null) in Chinese only. Mark-up is gone; theme and source are not set.
Question twin_question(const GiftQuestion& zh, const GiftQuestion* en);

// Mark-up may leave nothing behind: which part, as the end of a sentence; empty when all can be seen.
std::string invisible_part(const Question& question);

}  // namespace xinghuo
