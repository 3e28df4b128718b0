#include "content/quiz/question.h"

#include <array>

namespace xinghuo {
namespace {

std::size_t run_of(std::string_view text, std::size_t at, std::string_view unit) {
    std::size_t end = at;
    while (text.substr(end).starts_with(unit)) end += unit.size();
    return end;
}

// The end of brackets with nothing but spaces between them that open at `at`; `at` when there are none.
std::size_t empty_brackets(std::string_view text, std::size_t at) {
    constexpr std::array<std::array<std::string_view, 2>, 2> kBrackets = {{{"（", "）"}, {"(", ")"}}};
    for (const auto& [open, close] : kBrackets) {
        if (!text.substr(at).starts_with(open)) continue;
        std::size_t inside = at + open.size();
        while (true) {
            const std::size_t before = inside;
            inside = run_of(text, inside, " ");
            inside = run_of(text, inside, "\u3000");
            if (inside == before) break;
        }
        if (inside > at + open.size() && text.substr(inside).starts_with(close)) return inside + close.size();
    }
    return at;
}

}  // namespace

std::string_view name(QuestionType type) {
    switch (type) {
        case QuestionType::single:
            return "single";
        case QuestionType::multiple:
            return "multiple";
        case QuestionType::true_false:
            return "true_false";
        case QuestionType::short_answer:
            return "short";
        case QuestionType::matching:
            return "matching";
        case QuestionType::numeric:
            return "numeric";
        case QuestionType::essay:
            return "essay";
        case QuestionType::description:
            return "description";
    }
    return "";
}

bool Question::askable() const {
    switch (type) {
        case QuestionType::essay:
        case QuestionType::description:
            return false;
        case QuestionType::short_answer:
            return !choices.empty();
        default:
            return true;
    }
}

std::optional<Gap> find_gap(std::string_view stem) {
    for (std::size_t at = 0; at < stem.size(); ++at) {
        if (const std::size_t end = run_of(stem, at, "_"); end >= at + 3) return Gap{at, end};
        if (const std::size_t end = run_of(stem, at, "＿"); end >= at + 2 * std::string_view("＿").size())
            return Gap{at, end};
        if (const std::size_t end = empty_brackets(stem, at); end > at) return Gap{at, end};
    }
    return std::nullopt;
}

}  // namespace xinghuo
