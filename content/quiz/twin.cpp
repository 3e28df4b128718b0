#include "content/quiz/twin.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace xinghuo {
namespace {

constexpr double kFullMarks = 99.9;

Bilingual both(const GiftText& zh, const GiftText* en) {
    return {plain_text(zh), en ? plain_text(*en) : std::string()};
}

bool has_wildcard(std::string_view text) { return text.find('*') != std::string_view::npos; }

// The answer that is shown: the first worth everything that is no pattern.
const GiftAnswer* canonical(const GiftQuestion& question) {
    for (const GiftAnswer& answer : question.answers)
        if (answer.percent >= kFullMarks && !has_wildcard(answer.text.text)) return &answer;
    return nullptr;
}

std::vector<const GiftAnswer*> written_as_wrong(const GiftQuestion& question) {
    std::vector<const GiftAnswer*> out;
    for (const GiftAnswer& answer : question.answers)
        if (answer.percent <= 0.0 && !has_wildcard(answer.text.text)) out.push_back(&answer);
    return out;
}

std::vector<std::string> accepted(const GiftQuestion& question) {
    std::vector<std::string> out;
    for (const GiftAnswer& answer : question.answers)
        if (answer.percent > 0.0) out.push_back(plain_text(answer.text));
    return out;
}

void fill_short(Question& out, const GiftQuestion& zh, const GiftQuestion* en) {
    out.accepted_zh = accepted(zh);
    const GiftAnswer* right = canonical(zh);
    const GiftAnswer* right_en = en != nullptr ? canonical(*en) : nullptr;
    out.accepted_en = right_en != nullptr ? accepted(*en) : out.accepted_zh;
    if (right == nullptr) return;
    out.choices.push_back({both(right->text, right_en ? &right_en->text : nullptr), 1.0,
                           both(right->feedback, right_en ? &right_en->feedback : nullptr)});
    const auto wrong = written_as_wrong(zh);
    const auto wrong_en = right_en != nullptr ? written_as_wrong(*en) : std::vector<const GiftAnswer*>();
    if (right_en != nullptr && wrong.size() != wrong_en.size()) return;  // they could not be paired
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        const GiftAnswer* twin = right_en != nullptr ? wrong_en[i] : nullptr;
        out.choices.push_back({both(wrong[i]->text, twin ? &twin->text : nullptr), 0.0,
                               both(wrong[i]->feedback, twin ? &twin->feedback : nullptr)});
    }
}

void fill_choices(Question& out, const GiftQuestion& zh, const GiftQuestion* en) {
    for (std::size_t i = 0; i < zh.answers.size(); ++i) {
        const GiftAnswer* twin = en != nullptr ? &en->answers[i] : nullptr;
        out.choices.push_back({both(zh.answers[i].text, twin ? &twin->text : nullptr), zh.answers[i].percent / 100.0,
                               both(zh.answers[i].feedback, twin ? &twin->feedback : nullptr)});
    }
}

void fill_truth(Question& out, const GiftQuestion& zh, const GiftQuestion* en) {
    const Bilingual right = both(zh.right_feedback, en ? &en->right_feedback : nullptr);
    const Bilingual wrong = both(zh.wrong_feedback, en ? &en->wrong_feedback : nullptr);
    out.choices.push_back({{}, zh.truth ? 1.0 : 0.0, zh.truth ? right : wrong});
    out.choices.push_back({{}, zh.truth ? 0.0 : 1.0, zh.truth ? wrong : right});
}

void fill_pairs(Question& out, const GiftQuestion& zh, const GiftQuestion* en) {
    for (std::size_t i = 0; i < zh.pairs.size(); ++i) {
        const GiftPair* twin = en != nullptr ? &en->pairs[i] : nullptr;
        Bilingual right = both(zh.pairs[i].right, twin ? &twin->right : nullptr);
        if (zh.pairs[i].left.text.empty())
            out.surplus.push_back(std::move(right));
        else
            out.pairs.push_back({both(zh.pairs[i].left, twin ? &twin->left : nullptr), std::move(right)});
    }
}

void fill_numbers(Question& out, const GiftQuestion& zh, const GiftQuestion* en) {
    for (std::size_t i = 0; i < zh.numbers.size(); ++i) {
        const GiftNumber& number = zh.numbers[i];
        out.numbers.push_back({number.low, number.high, number.percent / 100.0, number.any, number.shown,
                               both(number.feedback, en ? &en->numbers[i].feedback : nullptr)});
    }
}

}  // namespace

std::string twin_difference(const GiftQuestion& zh, const GiftQuestion& en) {
    if (zh.type != en.type) return fmt::format("is {} here and {} in Chinese", name(en.type), name(zh.type));
    if (zh.truth != en.truth) return "is true in one language and false in the other";
    if (zh.pairs.size() != en.pairs.size()) return "has another number of pairs than in Chinese";
    for (std::size_t i = 0; i < zh.pairs.size(); ++i)
        if (zh.pairs[i].left.text.empty() != en.pairs[i].left.text.empty()) return "has other pairs than in Chinese";
    if (zh.numbers.size() != en.numbers.size()) return "has another number of answers than in Chinese";
    for (std::size_t i = 0; i < zh.numbers.size(); ++i) {
        const GiftNumber &a = zh.numbers[i], &b = en.numbers[i];
        if (a.low != b.low || a.high != b.high || a.percent != b.percent || a.any != b.any)
            return "has other numbers than in Chinese";
    }
    if (zh.type == QuestionType::short_answer) return {};  // each language has its own spellings
    if (zh.answers.size() != en.answers.size()) return "has another number of options than in Chinese";
    for (std::size_t i = 0; i < zh.answers.size(); ++i)
        if (std::abs(zh.answers[i].percent - en.answers[i].percent) > 0.01)
            return fmt::format("gives option {} another weight than in Chinese", i + 1);
    return {};
}

Question twin_question(const GiftQuestion& zh, const GiftQuestion* en) {
    Question out;
    out.id = zh.id;
    out.category = zh.category;
    out.type = zh.type;
    out.stem = both(zh.stem, en ? &en->stem : nullptr);
    out.explanation = both(zh.general_feedback, en ? &en->general_feedback : nullptr);
    switch (zh.type) {
        case QuestionType::single:
        case QuestionType::multiple:
            fill_choices(out, zh, en);
            break;
        case QuestionType::true_false:
            fill_truth(out, zh, en);
            break;
        case QuestionType::short_answer:
            fill_short(out, zh, en);
            break;
        case QuestionType::matching:
            fill_pairs(out, zh, en);
            break;
        case QuestionType::numeric:
            fill_numbers(out, zh, en);
            break;
        case QuestionType::essay:
        case QuestionType::description:
            break;
    }
    return out;
}

std::string invisible_part(const Question& question) {
    if (question.stem.zh.empty()) return "nothing of its text can be seen";
    const bool texts = question.type != QuestionType::true_false;
    const auto unseen = [](const Choice& choice) { return choice.text.zh.empty(); };
    if (texts && std::any_of(question.choices.begin(), question.choices.end(), unseen))
        return "nothing of one of its answers can be seen";
    for (const Pair& pair : question.pairs)
        if (pair.left.zh.empty() || pair.right.zh.empty()) return "nothing of one of its pairs can be seen";
    for (const Bilingual& right : question.surplus)
        if (right.zh.empty()) return "nothing of one of its right sides can be seen";
    return {};
}

}  // namespace xinghuo
