// The parts a question is made of on the screen. Each draws its part, writes it into the dump and puts what was
// touched into the run; a confirmed question draws the same with marks. Meaning is a sign and words, never a colour
// alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "content/quiz/quiz_run.h"
#include "kiosk/gfx/scroll.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/widgets.h"

namespace xinghuo {

// Words in a box of their own height, cut from the top of `rest`.
void quiz_words(Frame& frame, Rect& rest, std::string_view words, const TextStyle& style);

// A sign in a disc: a check mark or a cross.
void quiz_sign(Frame& frame, bool right, Vec2 centre, float radius);
// The same for a whole question: what is partly right is a ring that is partly filled.
void quiz_outcome_sign(Frame& frame, const QuizRun::Outcome& outcome, Vec2 centre, float radius);

// A dark band for words at the foot of a picture with rounded corners; returns its inside.
Rect quiz_band(Frame& frame, Rect picture, float height);

// "A", "B", … of a place.
std::string quiz_letter(std::size_t place);

// The words for a kind of question, and what one is asked to do; empty where that goes without saying.
std::string quiz_kind(const Frame& frame, const Question& question);
std::string quiz_hint(const Frame& frame, const Question& question);

// The right answer in one or a few lines, as the explanation says it.
std::string quiz_right_answer(const Frame& frame, const QuizRun& run, std::size_t question);

// One seal a question: its number, or how it went; `tell` false: only that it was answered. In one row at the top of `box`.
void quiz_progress(Frame& frame, Rect box, const QuizRun& run, bool tell = true);

// Of a paper: the time left as a ring and in minutes and seconds, and handing in ("paper.hand_in"; true when it was touched).
float quiz_clock_height(Frame& frame, float width, int pass_percent);
bool quiz_clock(Frame& frame, Rect box, Nanoseconds left, const Nanoseconds limit, int pass_percent);
// "Hand in?" in the place of the question; the time goes on above it. "paper.go_on" and "paper.hand_in_now".
enum class HandIn { asked, go_on, now };
HandIn quiz_hand_in(Frame& frame, Rect box, const QuizRun& run);
// In the order of asking, those without an answer.
std::size_t quiz_unanswered(const QuizRun& run);

// What stands beneath the stem. `height` is what it would like to have; the box may be lower, down to `least`.
struct WorkHeight {
    float likes = 0, least = 0;
};
WorkHeight quiz_work_height(Frame& frame, const QuizRun& run, std::size_t question, float width);

// The stem; of a short answer, the sentence with what is chosen in its gap. The size at which it fits is found here.
void quiz_stem(Frame& frame, Rect box, const QuizRun& run, std::size_t question);
float quiz_stem_height(Frame& frame, const QuizRun& run, std::size_t question, float width, float most);

// single and multiple ("option.0" …), true_false ("option.0" true, "option.1" false), short_answer ("chip.0" …),
// numeric ("key.0" … "key.9", "key.minus", "key.point", "key.delete").
void quiz_choices(Frame& frame, Rect box, QuizRun& run);

// matching. Left sides with a slot each ("left.0" …), and a tray of cards ("right.0" …). A card is dragged, or touched and
// then its slot; a slot touched with nothing in hand gives its card back.
class MatchingBoard {
public:
    void rows(Frame& frame, Rect box, QuizRun& run);   // left sides and slots
    void tray(Frame& frame, Rect box, QuizRun& run);   // cards that are not laid
    void carried(Frame& frame, QuizRun& run);          // last: the card under the finger, over everything else

private:
    void watch(Frame& frame, const std::string& id, std::size_t card, Rect box, bool held);
    std::optional<std::size_t> in_hand_;   // touched, waiting for its slot
    std::optional<std::size_t> dragged_;   // under the finger
    Vec2 grip_;                            // of the finger, from the card's corner
    Vec2 size_;
    std::vector<Rect> slots_;              // of this frame, by left side
};

// After the confirmation: right or wrong, the right answer, why, and the source. The height it would like to have.
float quiz_explained_height(Frame& frame, const QuizRun& run, std::size_t question, float width);
void quiz_explained(Frame& frame, Rect box, const QuizRun& run, std::size_t question, Scroll& scroll);

}  // namespace xinghuo
