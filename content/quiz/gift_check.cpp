#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/quiz/gift_block.h"

namespace xinghuo::gift {
namespace {

constexpr double kFullMarks = 99.9;

std::string check_single(const GiftQuestion& question) {
    const auto right = std::count_if(question.answers.begin(), question.answers.end(),
                                     [](const GiftAnswer& answer) { return answer.percent >= kFullMarks; });
    if (right != 1) return fmt::format("a single-choice question has exactly one right answer, this one has {}", right);
    return {};
}

std::string check_multiple(const GiftQuestion& question) {
    double sum = 0;
    for (const GiftAnswer& answer : question.answers) sum += std::max(0.0, answer.percent);
    if (std::abs(sum - 100.0) > 0.1001)
        return fmt::format("the weights of the right answers sum to {:.5g} %, not 100 %", sum);
    return {};
}

std::string check_options(const GiftQuestion& question) {
    for (auto a = question.answers.begin(); a != question.answers.end(); ++a) {
        const auto same = [&](const GiftAnswer& b) { return b.text.text == a->text.text; };
        if (std::find_if(std::next(a), question.answers.end(), same) != question.answers.end())
            return fmt::format("two options read '{}'", a->text.text);
    }
    return {};
}

std::string check_short(const GiftQuestion& question) {
    const bool full = std::any_of(question.answers.begin(), question.answers.end(),
                                  [](const GiftAnswer& answer) { return answer.percent >= kFullMarks; });
    const bool negative = std::any_of(question.answers.begin(), question.answers.end(),
                                      [](const GiftAnswer& answer) { return answer.percent < 0.0; });
    if (negative) return "a short answer's weight is 0 to 100 %";
    return full ? std::string() : "no answer is worth 100 %";
}

std::string check_numeric(const GiftQuestion& question) {
    const bool full = std::any_of(question.numbers.begin(), question.numbers.end(),
                                  [](const GiftNumber& number) { return !number.any && number.percent >= kFullMarks; });
    return full ? std::string() : "no number is worth 100 %";
}

std::string check_matching(const GiftQuestion& question) {
    const auto lefts = std::count_if(question.pairs.begin(), question.pairs.end(),
                                     [](const GiftPair& pair) { return !pair.left.text.empty(); });
    if (lefts < 2 || question.pairs.size() < 3)
        return "matching takes at least three pairs, two of them with a left side";
    for (auto a = question.pairs.begin(); a != question.pairs.end(); ++a) {
        const auto same = [&](const GiftPair& b) { return !a->left.text.empty() && b.left.text == a->left.text; };
        if (std::find_if(std::next(a), question.pairs.end(), same) != question.pairs.end())
            return fmt::format("two left sides read '{}'", a->left.text);
    }
    return {};
}

}  // namespace

bool check_question(const GiftQuestion& question, std::vector<GiftError>& errors) {
    std::string why;
    switch (question.type) {
        case QuestionType::single:
            why = check_single(question);
            break;
        case QuestionType::multiple:
            why = check_multiple(question);
            break;
        case QuestionType::short_answer:
            why = check_short(question);
            break;
        case QuestionType::matching:
            why = check_matching(question);
            break;
        case QuestionType::numeric:
            why = check_numeric(question);
            break;
        case QuestionType::true_false:
        case QuestionType::essay:
        case QuestionType::description:
            break;
    }
    if (why.empty() && (question.type == QuestionType::single || question.type == QuestionType::multiple))
        why = check_options(question);
    if (why.empty()) return true;
    errors.push_back({question.line, why});
    return false;
}

}  // namespace xinghuo::gift
