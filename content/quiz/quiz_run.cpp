#include "content/quiz/quiz_run.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "content/base/assert.h"
#include "content/quiz/shuffle.h"

namespace xinghuo {
namespace {

constexpr double kFull = 0.9999;  // three times 33.33333 % is everything
constexpr std::size_t kMostDigits = 12;

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "-", "12", "12." and "-0.5" are on their way to a number.
bool may_become_number(std::string_view text) {
    if (text.size() > kMostDigits) return false;
    if (text.starts_with("-")) text.remove_prefix(1);
    const auto points = std::count(text.begin(), text.end(), '.');
    return points <= 1 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

std::vector<std::size_t> numbered(std::size_t count) {
    std::vector<std::size_t> out(count);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

}  // namespace

QuizRun::QuizRun(std::vector<Asked> questions, std::uint64_t seed) {
    for (Asked& asked : questions)
        if (asked.question != nullptr && asked.question->askable())
            sheets_.push_back(made(std::move(asked), mixed(seed, sheets_.size() + 1)));
    if (sheets_.empty()) state_ = State::finished;
}

QuizRun::Sheet QuizRun::made(Asked asked, std::uint64_t seed) {
    Sheet sheet;
    sheet.asked = std::move(asked);
    Chance chance(seed);
    const Question& question = *sheet.asked.question;
    // A short answer that came without chips still has its right one.
    if (question.type == QuestionType::short_answer && sheet.asked.chips.empty())
        sheet.asked.chips.push_back(question.choices[0]);
    sheet.order = numbered(choices_of(sheet).size());
    sheet.chosen.assign(sheet.order.size(), 0);
    if (question.type != QuestionType::true_false) chance.shuffle(sheet.order);
    sheet.order_of_cards = numbered(question.pairs.size() + question.surplus.size());
    chance.shuffle(sheet.order_of_cards);
    sheet.laid.assign(question.pairs.size(), std::nullopt);
    return sheet;
}

const std::vector<Choice>& QuizRun::choices_of(const Sheet& sheet) {
    const Question& question = *sheet.asked.question;
    return question.type == QuestionType::short_answer ? sheet.asked.chips : question.choices;
}

const QuizRun::Sheet& QuizRun::sheet(std::size_t question) const {
    insist(question < sheets_.size(), "a question of this run");
    return sheets_[question];
}

const Question& QuizRun::question(std::size_t question) const { return *sheet(question).asked.question; }

std::size_t QuizRun::choices(std::size_t question) const { return sheet(question).order.size(); }

const Choice& QuizRun::choice(std::size_t question, std::size_t place) const {
    const Sheet& s = sheet(question);
    insist(place < s.order.size(), "a choice of this question");
    return choices_of(s)[s.order[place]];
}

bool QuizRun::chosen(std::size_t question, std::size_t place) const {
    const Sheet& s = sheet(question);
    insist(place < s.order.size(), "a choice of this question");
    return s.chosen[place] != 0;
}

QuizRun::Mark QuizRun::mark(std::size_t question, std::size_t place) const {
    const bool right = choice(question, place).right(), is_chosen = chosen(question, place);
    if (!sheet(question).outcome) return Mark::none;
    // In a single choice an answer worth a part of the marks is not the right one.
    const bool partly = this->question(question).type == QuestionType::single && choice(question, place).weight < kFull;
    if (right && !partly) return is_chosen ? Mark::right : Mark::missed;
    return is_chosen ? Mark::wrong : Mark::none;
}

const Bilingual* QuizRun::in_gap(std::size_t question) const {
    for (std::size_t place = 0; place < choices(question); ++place)
        if (chosen(question, place)) return &choice(question, place).text;
    return nullptr;
}

const Bilingual& QuizRun::right_side(const Question& question, std::size_t index) {
    return index < question.pairs.size() ? question.pairs[index].right
                                         : question.surplus[index - question.pairs.size()];
}

const Bilingual& QuizRun::card(std::size_t question, std::size_t place) const {
    const Sheet& s = sheet(question);
    insist(place < s.order_of_cards.size(), "a card of this question");
    return right_side(*s.asked.question, s.order_of_cards[place]);
}

std::optional<std::size_t> QuizRun::card_at(std::size_t question, std::size_t left) const {
    const Sheet& s = sheet(question);
    insist(left < s.laid.size(), "a left side of this question");
    return s.laid[left];
}

std::optional<std::size_t> QuizRun::left_of(std::size_t question, std::size_t place) const {
    const Sheet& s = sheet(question);
    for (std::size_t left = 0; left < s.laid.size(); ++left)
        if (s.laid[left] == place) return left;
    return std::nullopt;
}

// Two right sides may read the same; either is then right. Only both languages together say what is the same.
bool QuizRun::fits(const Sheet& sheet, std::size_t left) {
    if (!sheet.laid[left]) return false;
    const Question& question = *sheet.asked.question;
    const Bilingual &laid = right_side(question, sheet.order_of_cards[*sheet.laid[left]]),
                    &wanted = question.pairs[left].right;
    return laid.zh == wanted.zh && laid.in(Lang::en) == wanted.in(Lang::en);
}

QuizRun::Mark QuizRun::pair_mark(std::size_t question, std::size_t left) const {
    const Sheet& s = sheet(question);
    insist(left < s.laid.size(), "a left side of this question");
    if (!s.outcome) return Mark::none;
    return fits(s, left) ? Mark::right : Mark::wrong;
}

bool QuizRun::choose(std::size_t place) {
    if (state_ != State::asking) return false;
    Sheet& s = sheets_[index_];
    if (place >= s.order.size()) return false;
    if (s.asked.question->type == QuestionType::multiple) {
        s.chosen[place] = s.chosen[place] != 0 ? 0 : 1;
    } else {
        std::fill(s.chosen.begin(), s.chosen.end(), 0);
        s.chosen[place] = 1;
    }
    return true;
}

bool QuizRun::place(std::size_t left, std::size_t card_place) {
    if (state_ != State::asking) return false;
    Sheet& s = sheets_[index_];
    if (left >= s.laid.size() || card_place >= s.order_of_cards.size()) return false;
    const std::optional<std::size_t> from = left_of(index_, card_place), displaced = s.laid[left];
    if (from) s.laid[*from] = displaced;
    s.laid[left] = card_place;
    return true;
}

bool QuizRun::take_back(std::size_t left) {
    if (state_ != State::asking || left >= sheets_[index_].laid.size() || !sheets_[index_].laid[left]) return false;
    sheets_[index_].laid[left].reset();
    return true;
}

bool QuizRun::enter(std::string_view text) {
    if (state_ != State::asking || question().type != QuestionType::numeric || !may_become_number(text)) return false;
    sheets_[index_].entered = text;
    return true;
}

bool QuizRun::clear() {
    if (state_ != State::asking) return false;
    Sheet& s = sheets_[index_];
    std::fill(s.chosen.begin(), s.chosen.end(), 0);
    std::fill(s.laid.begin(), s.laid.end(), std::nullopt);
    s.entered.clear();
    return true;
}

bool QuizRun::can_confirm() const {
    if (state_ != State::asking) return false;
    const Sheet& s = sheets_[index_];
    switch (s.asked.question->type) {
        case QuestionType::matching:
            return std::all_of(s.laid.begin(), s.laid.end(), [](const auto& card) { return card.has_value(); });
        case QuestionType::numeric:
            return number(s.entered).has_value();
        default:
            return std::find(s.chosen.begin(), s.chosen.end(), 1) != s.chosen.end();
    }
}

// The range worth most that holds the number; else the one for every other number; null when there is none.
const NumberRange* QuizRun::range_of(const Sheet& sheet) {
    const auto value = number(sheet.entered);
    const NumberRange *best = nullptr, *any = nullptr;
    for (const NumberRange& range : sheet.asked.question->numbers) {
        // What a decimal margin loses in binary: 0.1 + 0.2 is within 0.3.
        const double slack = 1e-9 * std::max({1.0, std::abs(range.low), std::abs(range.high)});
        if (range.any)
            any = &range;
        else if (value && *value >= range.low - slack && *value <= range.high + slack &&
                 (!best || range.weight > best->weight))
            best = &range;
    }
    return best != nullptr ? best : any;
}

QuizRun::Outcome QuizRun::judged(const Sheet& sheet) {
    Outcome out;
    bool slip = false;
    switch (sheet.asked.question->type) {
        case QuestionType::matching: {
            std::size_t right = 0;
            for (std::size_t left = 0; left < sheet.laid.size(); ++left) right += fits(sheet, left) ? 1 : 0;
            out.score = static_cast<double>(right) / static_cast<double>(sheet.laid.size());
            break;
        }
        case QuestionType::numeric: {
            const NumberRange* range = range_of(sheet);
            out.score = range != nullptr ? range->weight : 0.0;
            break;
        }
        default:
            for (std::size_t place = 0; place < sheet.order.size(); ++place) {
                if (sheet.chosen[place] == 0) continue;
                const Choice& choice = choices_of(sheet)[sheet.order[place]];
                out.score += choice.weight;
                slip = slip || !choice.right();
            }
    }
    out.score = std::clamp(out.score, 0.0, 1.0);
    if (out.score >= kFull) out.score = 1.0;
    out.right = out.score == 1.0 && !slip;
    return out;
}

bool QuizRun::confirm() {
    if (!can_confirm()) return false;
    sheets_[index_].outcome = judged(sheets_[index_]);
    state_ = State::explained;
    return true;
}

bool QuizRun::next() {
    if (state_ != State::explained) return false;
    if (index_ + 1 == sheets_.size()) {
        state_ = State::finished;
    } else {
        ++index_;
        state_ = State::asking;
    }
    return true;
}

std::vector<const Bilingual*> QuizRun::feedback(std::size_t question) const {
    std::vector<const Bilingual*> out;
    const Sheet& s = sheet(question);
    if (!s.outcome) return out;
    for (std::size_t place = 0; place < s.order.size(); ++place)
        if (s.chosen[place] != 0 && !choice(question, place).feedback.zh.empty())
            out.push_back(&choice(question, place).feedback);
    if (s.asked.question->type == QuestionType::numeric)
        if (const NumberRange* range = range_of(s); range != nullptr && !range->feedback.zh.empty())
            out.push_back(&range->feedback);
    return out;
}

QuizRun::Results QuizRun::results() const {
    Results out;
    for (std::size_t i = 0; i < sheets_.size(); ++i) {
        const Sheet& s = sheets_[i];
        if (!s.outcome) continue;
        const std::string& theme = s.asked.question->theme;
        auto row =
            std::find_if(out.themes.begin(), out.themes.end(), [&](const ThemeScore& t) { return t.theme == theme; });
        if (row == out.themes.end()) row = out.themes.insert(row, ThemeScore{theme, 0, 0});
        ++out.total;
        ++row->total;
        out.points += s.outcome->score;
        if (s.outcome->right) {
            ++out.right;
            ++row->right;
        } else {
            out.wrong.push_back(i);
        }
    }
    if (out.total > 0) out.percent = static_cast<int>(std::lround(100.0 * out.points / static_cast<double>(out.total)));
    return out;
}

}  // namespace xinghuo
