// One run through some questions: what is asked now, what the visitor has put there, what it was worth. A pure state
// machine: no clock, no language (texts come in both, so the language may change at any moment), and an operation that
// does not fit the moment changes nothing and returns false.
//
//     asking --choose, place, enter, clear--> asking --confirm--> explained --next--> asking … finished
//
// All the orders of showing are settled when the run is made, from its seed. "Place" counts as shown, from 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/quiz/bank.h"

namespace xinghuo {

class QuizRun {
public:
    enum class State { asking, explained, finished };
    // After the confirmation: what was put there and is right, put there and wrong, right and not put there.
    // `none`: not confirmed yet, or neither chosen nor right.
    enum class Mark { none, right, wrong, missed };

    struct Outcome {
        double score = 0;    // 0 … 1
        bool right = false;  // full marks, and nothing chosen that was not right
    };
    struct ThemeScore {
        std::string theme;
        std::size_t right = 0, total = 0;
    };
    struct Results {
        std::size_t right = 0, total = 0;  // of confirmed questions
        double points = 0;                 // sum of the scores
        int percent = 0;                   // points of total, rounded
        std::vector<ThemeScore> themes;    // in the order they were asked
        std::vector<std::size_t> wrong;    // questions without full marks, in the order they were asked
    };

    // Questions that cannot be asked are left out; a run without questions is finished from the start.
    QuizRun(std::vector<Asked> questions, std::uint64_t seed);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::size_t count() const { return sheets_.size(); }
    [[nodiscard]] std::size_t index() const { return index_; }  // the question asked now; the last one when finished
    // Of all that follows, `question` counts from 0; beyond count() is our mistake.
    [[nodiscard]] const Question& question(std::size_t question) const;
    [[nodiscard]] const Question& question() const { return this->question(index_); }

    // single, multiple, true_false (true first) and short_answer (its chips).
    [[nodiscard]] std::size_t choices(std::size_t question) const;  // 0 for the other kinds
    [[nodiscard]] const Choice& choice(std::size_t question, std::size_t place) const;
    [[nodiscard]] bool chosen(std::size_t question, std::size_t place) const;
    [[nodiscard]] Mark mark(std::size_t question, std::size_t place) const;
    // The text on the chip in the gap of a short answer; null when nothing is chosen.
    [[nodiscard]] const Bilingual* in_gap(std::size_t question) const;

    // matching: left sides as written, cards (the right sides) shuffled.
    [[nodiscard]] std::size_t lefts(std::size_t question) const { return this->question(question).pairs.size(); }
    [[nodiscard]] std::size_t cards(std::size_t question) const { return sheet(question).order_of_cards.size(); }
    [[nodiscard]] const Bilingual& card(std::size_t question, std::size_t place) const;
    [[nodiscard]] std::optional<std::size_t> card_at(std::size_t question,
                                                     std::size_t left) const;  // place of the card
    [[nodiscard]] std::optional<std::size_t> left_of(std::size_t question, std::size_t place) const;
    [[nodiscard]] Mark pair_mark(std::size_t question, std::size_t left) const;  // right or wrong, or none

    [[nodiscard]] const std::string& entered(std::size_t question) const { return sheet(question).entered; }  // numeric

    // What the visitor does; always with the question asked now.
    bool choose(std::size_t place);  // in a multiple one a second time takes it back
    // Lays a card at a left side. It may come from another one: the two cards then change places.
    bool place(std::size_t left, std::size_t card_place);
    bool take_back(std::size_t left);
    // The number so far, as a keypad writes it: an optional minus, digits, an optional point, at most 12 characters.
    bool enter(std::string_view number);
    bool clear();
    [[nodiscard]] bool can_confirm() const;  // something is chosen; all left sides have a card; it is a number
    bool confirm();
    bool next();

    // Nothing while a question is not confirmed.
    [[nodiscard]] const std::optional<Outcome>& outcome(std::size_t question) const { return sheet(question).outcome; }
    // What is said about just this answer: the feedback of each thing chosen, in the order of showing; of the number.
    [[nodiscard]] std::vector<const Bilingual*> feedback(std::size_t question) const;
    [[nodiscard]] Results results() const;

private:
    struct Sheet {
        Asked asked;
        std::vector<std::size_t> order;                // place -> index into the choices
        std::vector<char> chosen;                      // by place
        std::vector<std::size_t> order_of_cards;       // place -> pair, then surplus
        std::vector<std::optional<std::size_t>> laid;  // left -> place of its card
        std::string entered;
        std::optional<Outcome> outcome;
    };

    static Sheet made(Asked asked, std::uint64_t seed);
    [[nodiscard]] const Sheet& sheet(std::size_t question) const;
    [[nodiscard]] static const std::vector<Choice>& choices_of(const Sheet& sheet);
    [[nodiscard]] static const Bilingual& right_side(const Question& question, std::size_t index);
    [[nodiscard]] static bool fits(const Sheet& sheet, std::size_t left);
    [[nodiscard]] static const NumberRange* range_of(const Sheet& sheet);
    [[nodiscard]] static Outcome judged(const Sheet& sheet);

    std::vector<Sheet> sheets_;
    std::size_t index_ = 0;
    State state_ = State::asking;
};

}  // namespace xinghuo
