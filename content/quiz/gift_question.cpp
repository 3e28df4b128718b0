#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "content/base/text.h"
#include "content/quiz/gift_block.h"

namespace xinghuo::gift {
namespace {

constexpr std::size_t kMostAnswers = 64;
constexpr std::size_t kMostNameBytes = 500;
constexpr std::string_view kMissingWord = "_____";

// A line end in the file is a space in flowing text, and nothing between two Chinese characters.
std::string flowing(std::string_view part) {
    const auto wide = [](char32_t c) {
        return is_han(c) || (c >= U'\u3000' && c <= U'〿') || (c >= U'！' && c <= U'～');
    };
    const auto quote = [](char32_t c) { return (c >= U'‘' && c <= U'”') || c == U'—' || c == U'…' || c == U'·'; };
    const auto joined = [&](char32_t a, char32_t b) {
        return (wide(a) && (wide(b) || quote(b))) || (quote(a) && wide(b));
    };
    std::u32string out;
    bool line_end = false;
    for (const char32_t c : to_utf32(part)) {
        if (c == U'\n') {
            while (!out.empty() && (out.back() == U' ' || out.back() == U'\t')) out.pop_back();
            line_end = true;
        } else if (line_end && (c == U' ' || c == U'\t')) {
            continue;
        } else {
            if (line_end && !out.empty() && !joined(out.back(), c)) out.push_back(U' ');
            line_end = false;
            out.push_back(c);
        }
    }
    return to_utf8(out);
}

// Lines kept as the file has them, their ends trimmed, without the lines comments left empty.
std::string lined(std::string_view part) {
    std::string out;
    for (std::size_t at = 0; at <= part.size();) {
        const std::size_t end = std::min(part.find('\n', at), part.size());
        if (const std::string_view line = trimmed(part.substr(at, end - at)); !line.empty()) {
            if (!out.empty()) out.push_back('\n');
            out += line;
        }
        at = end + 1;
    }
    return out;
}

GiftText make_text(std::string_view part, TextFormat otherwise) {
    constexpr std::pair<std::string_view, TextFormat> kFormats[] = {{"[html]", TextFormat::html},
                                                                    {"[moodle]", TextFormat::moodle},
                                                                    {"[plain]", TextFormat::plain},
                                                                    {"[markdown]", TextFormat::markdown}};
    part = trimmed(part);
    GiftText out;
    out.format = otherwise;
    for (const auto& [prefix, format] : kFormats) {
        if (!part.starts_with(prefix)) continue;
        part = trimmed(part.substr(prefix.size()));
        out.format = format;
        break;
    }
    const bool keeps_lines = out.format == TextFormat::plain || out.format == TextFormat::markdown;
    out.text = unescaped(keeps_lines ? lined(part) : flowing(part));
    return out;
}

// "answer # feedback"
std::pair<std::string_view, std::string_view> split_feedback(std::string_view part) {
    const std::size_t hash = part.find('#');
    if (hash == std::string_view::npos) return {part, part.substr(part.size())};
    return {part.substr(0, hash), part.substr(hash + 1)};
}

bool parse_number(std::string_view text, double& out) {
    text = trimmed(text);
    if (text.starts_with("+")) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(out);
}

// Takes "%-33.3%" off the front; false when there is no such weight, the answer is then untouched.
bool take_weight(std::string_view& answer, double& percent) {
    const std::string_view text = trimmed(answer);
    if (!text.starts_with("%")) return false;
    const std::size_t end = text.find('%', 1);
    if (end == std::string_view::npos || !parse_number(text.substr(1, end - 1), percent)) return false;
    answer = text.substr(end + 1);
    return true;
}

class QuestionReader {
public:
    QuestionReader(const Block& block, std::vector<GiftError>& errors) : block_(block), errors_(errors) {}

    Reading read() {
        Reading out;
        const std::size_t before = errors_.size();
        std::string_view text = trimmed(block_.text);
        question_.line = block_.line_of(text);
        question_.tags = block_.tags;
        if (title(text)) body(text, out.open_braces);
        question_.id = block_.id.empty() ? question_.title : block_.id;
        if (question_.id.size() > kMostNameBytes || question_.title.size() > kMostNameBytes)
            error(block_.text, fmt::format("an id or title over {} bytes", kMostNameBytes));
        if (errors_.size() == before) out.question.push_back(std::move(question_));
        return out;
    }

private:
    void error(std::string_view part, std::string what) {
        errors_.push_back({part.data() == nullptr ? question_.line : block_.line_of(part), std::move(what)});
    }

    bool title(std::string_view& text) {
        if (!text.starts_with("::")) return true;
        const std::size_t end = text.find("::", 2);
        if (end == std::string_view::npos) {
            error(text, "the title is not closed by ::");
            return false;
        }
        question_.title = make_text(text.substr(2, end - 2), TextFormat::plain).text;
        text = trimmed(text.substr(end + 2));
        return true;
    }

    void body(std::string_view text, bool& open_braces) {
        const std::size_t open = text.find('{'), close = text.find('}');
        if (open == std::string_view::npos && close == std::string_view::npos) {
            question_.stem = make_text(text, TextFormat::moodle);
            if (question_.stem.text.empty()) error(text, "there is no text");
            return;
        }
        if (open == std::string_view::npos || close < open) {
            error(text.substr(close), "a } without its {; a brace in a text is written \\}");
            return;
        }
        if (close == std::string_view::npos) {
            open_braces = true;
            error(text.substr(open), "the answers are not closed by } before the next blank line");
            return;
        }
        const std::string_view inside = text.substr(open + 1, close - open - 1), tail = text.substr(close + 1);
        for (const std::string_view part : {inside, tail}) {
            if (const std::size_t brace = part.find_first_of("{}"); brace != std::string_view::npos) {
                error(part.substr(brace), "a second brace; one in a text is written \\{ or \\}");
                return;
            }
        }
        question_.missing_word = !trimmed(tail).empty();
        std::string stem(text.substr(0, open));
        if (question_.missing_word) stem.append(kMissingWord).append(tail);
        question_.stem = make_text(stem, TextFormat::moodle);
        if (question_.stem.text.empty()) error(text, "there is no text before the answers");
        answers(trimmed(inside));
    }

    void answers(std::string_view inside) {
        format_ = question_.stem.format;
        if (const std::size_t general = inside.rfind("####"); general != std::string_view::npos) {
            question_.general_feedback = make_text(inside.substr(general + 4), format_);
            inside = trimmed(inside.substr(0, general));
        }
        if (inside.empty())
            question_.type = QuestionType::essay;
        else if (inside.front() == '#')
            numeric(inside.substr(1));
        else if (inside.find('~') != std::string_view::npos)
            choices(inside);
        else if (inside.find('=') != std::string_view::npos && inside.find("->") != std::string_view::npos)
            matching(inside);
        else if (inside.front() == '=')
            short_answer(inside);
        else
            true_false(inside);
    }

    // The parts of `inside` that begin with one of `marks`, each with its mark; an error when something stands before.
    std::vector<std::string_view> parts(std::string_view inside, std::string_view marks) {
        std::vector<std::string_view> out;
        std::size_t at = inside.find_first_of(marks);
        const std::string_view before = trimmed(inside.substr(0, at));
        if (!before.empty()) error(before, "an answer begins with = or ~");
        while (at < inside.size()) {
            const std::size_t next = std::min(inside.find_first_of(marks, at + 1), inside.size());
            out.push_back(inside.substr(at, next - at));
            at = next;
        }
        if (out.size() > kMostAnswers) {
            error(inside, fmt::format("more than {} answers", kMostAnswers));
            out.clear();
        }
        return out;
    }

    GiftAnswer answer(std::string_view part, double percent) {
        GiftAnswer out;
        out.percent = percent;
        const auto [text, feedback] = split_feedback(part);
        std::string_view rest = text;
        if (take_weight(rest, out.percent) && std::abs(out.percent) > 100.0) error(text, "a weight beyond ±100 %");
        out.text = make_text(rest, format_);
        out.feedback = make_text(feedback, format_);
        if (out.text.text.empty()) error(part, "an empty answer");
        return out;
    }

    void choices(std::string_view inside) {
        question_.type = inside.find('=') == std::string_view::npos ? QuestionType::multiple : QuestionType::single;
        for (const std::string_view part : parts(inside, "~=")) {
            const bool right = part.front() == '=';
            question_.answers.push_back(answer(part.substr(1), right ? 100.0 : 0.0));
            if (right && question_.answers.back().percent < 100.0)
                error(part, "in a choice = is worth 100 %; a part of the marks is written ~%50%");
        }
        if (question_.answers.size() < 2) error(inside, "a choice needs at least two answers");
    }

    void short_answer(std::string_view inside) {
        question_.type = QuestionType::short_answer;
        for (const std::string_view part : parts(inside, "="))
            question_.answers.push_back(answer(part.substr(1), 100.0));
    }

    void matching(std::string_view inside) {
        question_.type = QuestionType::matching;
        for (const std::string_view part : parts(inside, "=")) {
            const std::size_t arrow = part.find("->");
            if (arrow == std::string_view::npos) {
                error(part, "a pair has -> between its sides");
                continue;
            }
            if (part.find('#') != std::string_view::npos)
                error(part, "pairs take no feedback; # in a text is written \\#");
            GiftPair pair{make_text(part.substr(1, arrow - 1), format_), make_text(part.substr(arrow + 2), format_)};
            if (pair.right.text.empty()) error(part, "the right side of a pair is empty");
            question_.pairs.push_back(std::move(pair));
        }
    }

    void true_false(std::string_view inside) {
        question_.type = QuestionType::true_false;
        const auto [word, rest] = split_feedback(inside);
        const std::string_view said = trimmed(word);
        question_.truth = said == "T" || said == "TRUE";
        if (!question_.truth && said != "F" && said != "FALSE") {
            error(inside, "answers begin with = or ~; true and false are T, F, TRUE or FALSE in capitals");
            return;
        }
        const auto [wrong, right] = split_feedback(rest);
        question_.wrong_feedback = make_text(wrong, format_);
        question_.right_feedback = make_text(right, format_);
    }

    void numeric(std::string_view inside) {
        question_.type = QuestionType::numeric;
        std::string_view otherwise;
        if (const std::size_t tilde = inside.find('~'); tilde != std::string_view::npos) {
            otherwise = inside.substr(tilde);
            inside = inside.substr(0, tilde);
        }
        // The first answer may do without its =.
        const std::size_t first = inside.find('=');
        if (const std::string_view only = trimmed(inside.substr(0, first)); !only.empty()) number(only);
        if (first != std::string_view::npos)
            for (const std::string_view part : parts(inside.substr(first), "=")) number(part.substr(1));
        if (question_.numbers.empty()) error(inside, "a numeric question without a number");
        if (otherwise.empty()) return;
        const auto [text, feedback] = split_feedback(otherwise.substr(1));
        if (!trimmed(text).empty() || feedback.find('~') != std::string_view::npos)
            error(otherwise, "in a numeric question ~# says something to every other number, once");
        GiftNumber any;
        any.any = true;
        any.feedback = make_text(feedback, format_);
        question_.numbers.push_back(std::move(any));
    }

    void number(std::string_view part) {
        GiftNumber out;
        out.percent = 100.0;
        const auto [text, feedback] = split_feedback(part);
        std::string_view rest = text;
        if (take_weight(rest, out.percent) && (out.percent < 0.0 || out.percent > 100.0))
            error(text, "a number's weight is 0 to 100 %");
        out.feedback = make_text(feedback, format_);
        if (!range(unescaped(rest), out)) {
            error(part, "not a number; write 3, 3:2 or 1..5");
            return;
        }
        question_.numbers.push_back(std::move(out));
    }

    static bool range(std::string_view text, GiftNumber& out) {
        if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
            const std::string_view low = trimmed(text.substr(0, dots)), high = trimmed(text.substr(dots + 2));
            out.shown = fmt::format("{}–{}", low, high);
            return parse_number(low, out.low) && parse_number(high, out.high) && out.low <= out.high;
        }
        const std::size_t colon = text.find(':');
        const std::string_view value = trimmed(text.substr(0, colon));
        out.shown = value;
        double middle = 0, margin = 0;
        if (!parse_number(value, middle)) return false;
        if (colon != std::string_view::npos) {
            if (!parse_number(text.substr(colon + 1), margin) || margin < 0.0) return false;
            if (margin > 0.0) out.shown += fmt::format("±{}", trimmed(text.substr(colon + 1)));
        }
        out.low = middle - margin;
        out.high = middle + margin;
        return true;
    }

    const Block& block_;
    std::vector<GiftError>& errors_;
    GiftQuestion question_;
    TextFormat format_ = TextFormat::moodle;
};

}  // namespace

Reading read_question(const Block& block, std::vector<GiftError>& errors) {
    return QuestionReader(block, errors).read();
}

}  // namespace xinghuo::gift
