#include "content/quiz/chips.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "content/base/text.h"
#include "content/quiz/shuffle.h"

namespace xinghuo {
namespace {

// How a text looks, as far as that gives away which answer is the right one.
struct Shape {
    std::size_t length = 0, words = 0;
    bool han = false, digits = false, capital = false;
    std::u32string pattern;  // with digits: every run of digits is one 0, the rest as it stands ("0年0月")
};

Shape shape_of(std::string_view utf8) {
    Shape shape;
    const std::u32string text = to_utf32(utf8);
    shape.length = text.size();
    bool in_word = false;
    for (const char32_t c : text) {
        const bool digit = c >= U'0' && c <= U'9';
        shape.han = shape.han || is_han(c);
        shape.digits = shape.digits || digit;
        if (!digit || shape.pattern.empty() || shape.pattern.back() != U'0') shape.pattern.push_back(digit ? U'0' : c);
        if (c != U' ' && !in_word) ++shape.words;
        in_word = c != U' ';
    }
    shape.capital = !text.empty() && text.front() >= U'A' && text.front() <= U'Z';
    return shape;
}

// 0 for the same look; beyond 6 one would not be taken for the other.
double unlikeness(const Shape& a, const Shape& b) {
    const auto longest = static_cast<double>(std::max({a.length, b.length, std::size_t{1}}));
    const double length = std::abs(static_cast<double>(a.length) - static_cast<double>(b.length)) / longest;
    const double words = std::abs(static_cast<double>(a.words) - static_cast<double>(b.words));
    double cost = 3.0 * length + std::min(3.0, words);
    if (a.han != b.han || a.digits != b.digits) cost += 6.0;
    if (a.digits && b.digits && a.pattern != b.pattern) cost += 4.0;
    if (a.capital != b.capital) cost += 2.0;
    return cost;
}

// "（填姓名）" at the end of a stem says what kind of answer is wanted.
std::string_view hint(std::string_view stem) {
    for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"（", "）"}, {"(", ")"}}) {
        if (!stem.ends_with(close)) continue;
        const std::size_t at = stem.rfind(open);
        if (at != std::string_view::npos) return stem.substr(at);
    }
    return {};
}

std::optional<long long> whole_number(std::string_view text) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || text.size() > 9) return std::nullopt;
    return value;
}

class Chooser {
public:
    Chooser(const Question& question, std::uint64_t seed)
        : question_(question),
          chance_(seed),
          zh_(shape_of(question.choices[0].text.zh)),
          en_(shape_of(question.choices[0].text.in(Lang::en))) {
        fold_accepted(question.accepted_zh, accepted_zh_);
        fold_accepted(question.accepted_en, accepted_en_);
        chips_.push_back(question.choices[0]);
    }

    void add(const Choice& choice) {
        if (fits(choice.text)) chips_.push_back(choice);
    }

    [[nodiscard]] std::size_t count() const { return chips_.size(); }
    std::vector<Choice> take() { return std::move(chips_); }

    // A neighbouring number: a year within four years, else another multiple of the leading digit's place.
    void add_numbers(std::size_t most) {
        const auto value = whole_number(question_.choices[0].text.zh);
        if (!value || question_.choices[0].text.in(Lang::en) != question_.choices[0].text.zh) return;
        const bool year = *value >= 1000 && *value <= 2100;
        long long step = 1;
        while (!year && step * 10 <= *value) step *= 10;
        std::vector<long long> near;
        for (const long long away : {-4, -3, -2, -1, 1, 2, 3, 4}) near.push_back(*value + away * step);
        chance_.shuffle(near);
        for (const long long number : near)
            if (number > 0 && chips_.size() < most) add({{fmt::format("{}", number), {}}, 0.0, {}});
    }

    // The nearest first, a little chance among equals; nothing that is further than `limit`.
    void add_nearest(const std::vector<std::shared_ptr<const Question>>& all, bool short_answers, double limit,
                     std::size_t most) {
        struct Candidate {
            double cost;
            const Choice* choice;
        };
        std::vector<Candidate> candidates;
        for (const auto& other : all) {
            if (other->id == question_.id) continue;
            const bool is_short = other->type == QuestionType::short_answer;
            if (short_answers ? !is_short : other->type != QuestionType::single) continue;
            const bool kin = !is_short && offers_an_accepted(*other);
            const std::size_t usable =
                is_short ? std::min<std::size_t>(1, other->choices.size()) : other->choices.size();
            for (std::size_t i = 0; i < usable; ++i) {
                const double jitter = static_cast<double>(chance_.below(1000)) / 1000.0;
                const double cost = distance(*other, other->choices[i]) - (kin ? 6.0 : 0.0);
                if (cost <= limit) candidates.push_back({cost + jitter, &other->choices[i]});
            }
        }
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.cost < b.cost; });
        for (const Candidate& candidate : candidates)
            if (chips_.size() < most) add({candidate.choice->text, 0.0, {}});
    }

private:
    static void fold_accepted(const std::vector<std::string>& from, std::vector<std::string>& to) {
        for (const std::string& text : from) to.push_back(folded(text));
    }

    [[nodiscard]] double distance(const Question& other, const Choice& choice) const {
        double cost = unlikeness(zh_, shape_of(choice.text.zh)) + unlikeness(en_, shape_of(choice.text.in(Lang::en)));
        if (other.theme != question_.theme) cost += 1.0;
        const std::string_view wanted = hint(question_.stem.zh);
        if (other.type == QuestionType::short_answer && !wanted.empty() && wanted == hint(other.stem.zh)) cost -= 3.0;
        return cost;
    }

    // Another question that offers our right answer offers its like beside it.
    [[nodiscard]] bool offers_an_accepted(const Question& other) const {
        return std::any_of(other.choices.begin(), other.choices.end(), [&](const Choice& choice) {
            return std::find(accepted_zh_.begin(), accepted_zh_.end(), folded(choice.text.zh)) != accepted_zh_.end();
        });
    }

    static bool same_or_part(const std::string& chip, const std::vector<std::string>& accepted) {
        return std::any_of(accepted.begin(), accepted.end(), [&](const std::string& right) {
            return chip == right || chip.find(right) != std::string::npos || right.find(chip) != std::string::npos;
        });
    }

    [[nodiscard]] bool fits(const Bilingual& text) const {
        const std::string zh = folded(text.zh), en = folded(text.in(Lang::en));
        if (zh.empty() || en.empty()) return false;
        // Figures are compared whole: 19 is a part of 1919 and yet a wrong answer of its own.
        const bool number = whole_number(zh).has_value();
        const auto among = [](const std::string& chip, const std::vector<std::string>& accepted) {
            return std::find(accepted.begin(), accepted.end(), chip) != accepted.end();
        };
        if (number ? among(zh, accepted_zh_) || among(en, accepted_en_)
                   : same_or_part(zh, accepted_zh_) || same_or_part(en, accepted_en_))
            return false;
        return std::none_of(chips_.begin(), chips_.end(), [&](const Choice& chip) {
            return folded(chip.text.zh) == zh || folded(chip.text.in(Lang::en)) == en;
        });
    }

    const Question& question_;
    Chance chance_;
    Shape zh_, en_;
    std::vector<std::string> accepted_zh_, accepted_en_;
    std::vector<Choice> chips_;
};

}  // namespace

std::vector<Choice> chips_for(const Question& question, const std::vector<std::shared_ptr<const Question>>& all,
                              std::size_t wrong, std::uint64_t seed) {
    if (question.choices.empty()) return {};
    constexpr double kLike = 6.0, kAnything = 1e9;
    const std::size_t most = wrong + 1;
    Chooser chooser(question, seed);
    for (std::size_t i = 1; i < question.choices.size() && chooser.count() < most; ++i)
        chooser.add(question.choices[i]);
    chooser.add_numbers(most);
    chooser.add_nearest(all, true, kLike, most);
    chooser.add_nearest(all, false, kLike, most);
    chooser.add_nearest(all, true, kAnything, most);
    chooser.add_nearest(all, false, kAnything, most);
    return chooser.take();
}

}  // namespace xinghuo
