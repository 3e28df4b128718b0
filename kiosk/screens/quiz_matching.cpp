// Left sides with their slots, and the cards that go there.
#include <fmt/format.h>

#include <algorithm>

#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {
namespace {

constexpr float gap = 18, slop_px = 14;

TextStyle card_words(const Theme& theme, Align align = Align::centre) { return {Face::sans, 38, theme.ink, align, 1.25f, 0, true, 28}; }

void draw_card(Frame& frame, Rect box, const std::string& words, bool in_hand) {
    const Theme& theme = frame.theme;
    frame.canvas.shadow(box, 16, in_hand ? 1.0f : 0.5f);
    frame.canvas.fill(box, theme.paper_raised, 16);
    frame.canvas.stroke(box, in_hand ? theme.cinnabar : theme.gold, in_hand ? 5.0f : 2.0f, 16);
    frame.canvas.text(words, box.inset(14, 3), card_words(theme));
}

// A place with nothing in it: dashes, so that it is seen to be empty.
void draw_empty(Frame& frame, Rect box, bool wanted) {
    const Theme& theme = frame.theme;
    const Colour colour = wanted ? theme.cinnabar : theme.ink_2.with_alpha(0.55f);
    frame.canvas.fill(box, wanted ? theme.paper_raised : theme.paper_raised.with_alpha(0.5f), 16);
    constexpr float dash = 14, space_between = 10, inset = 14;
    for (float x = box.x + inset; x + dash < box.right() - inset; x += dash + space_between) {
        frame.canvas.fill({x, box.y, dash, 3}, colour);
        frame.canvas.fill({x, box.bottom() - 3, dash, 3}, colour);
    }
    for (float y = box.y + inset; y + dash < box.bottom() - inset; y += dash + space_between) {
        frame.canvas.fill({box.x, y, 3, dash}, colour);
        frame.canvas.fill({box.right() - 3, y, 3, dash}, colour);
    }
}

}  // namespace

void MatchingBoard::watch(Frame& frame, const std::string& id, std::size_t card, Rect box, bool held) {
    if (dragged_ || !(held || frame.touch.holds(id)) || !frame.pointer.down) return;
    if ((frame.pointer.at - frame.pointer.pressed_at).length() < slop_px) return;
    dragged_ = card;
    in_hand_.reset();
    grip_ = frame.pointer.pressed_at - box.origin();
    size_ = box.size();
    frame.touch.steal("matching.drag");  // letting go is now a drop, not a touch
}

void MatchingBoard::rows(Frame& frame, Rect box, QuizRun& run) {
    const Theme& theme = frame.theme;
    const std::size_t q = run.index(), count = run.lefts(q);
    const bool asking = run.state() == QuizRun::State::asking;
    const float h = (box.h - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    slots_.clear();
    for (std::size_t left = 0; left < count; ++left) {
        const Rect row{box.x, box.y + static_cast<float>(left) * (h + gap), box.w, h};
        Rect rest = row;
        const Rect side = rest.cut_left(row.w * 0.47f), arrow = rest.cut_left(64);
        slots_.push_back(rest);
        const std::string& words = run.question(q).pairs[left].left.in(frame.lang);
        const auto laid = run.card_at(q, left);
        const std::string id = fmt::format("left.{}", left);
        // The whole row takes a touch or a card.
        const Press press = asking ? pressable(frame, id, laid ? words + " — " + run.card(q, *laid).in(frame.lang) : words, row) : Press{};
        frame.canvas.fill(side, press.held ? theme.line : mix(theme.paper, theme.ink_2, 0.09f), 16);
        frame.canvas.fill({side.x, side.y + 14, 6, side.h - 28}, theme.gold, 3);
        frame.canvas.text(words, side.inset(24, 6), {Face::serif_bold, 38, theme.ink, Align::left, 1.25f, 0, true, 28});
        icon(frame, "icons/seek-forward.png", {arrow.centre().x - 18, arrow.centre().y - 18, 36, 36}, theme.gold);
        const QuizRun::Mark mark = run.pair_mark(q, left);
        const bool over = dragged_ && row.contains(frame.pointer.at);
        if (laid && dragged_ != laid) {
            Rect slot = rest;
            if (mark != QuizRun::Mark::none) {
                const bool right = mark == QuizRun::Mark::right;
                frame.canvas.fill(slot, mix(theme.paper_raised, right ? theme.pine : theme.cinnabar, 0.1f), 16);
                frame.canvas.stroke(slot, right ? theme.pine : theme.cinnabar, 5, 16);
                const Rect sign = slot.cut_right(60);
                quiz_sign(frame, right, sign.centre(), 22);
                frame.canvas.text(run.card(q, *laid).in(frame.lang), slot.inset(10, 3), card_words(theme));
            } else {
                draw_card(frame, slot, run.card(q, *laid).in(frame.lang), false);
                if (over) frame.canvas.stroke(slot, theme.cinnabar, 5, 16);
            }
            if (asking) watch(frame, id, *laid, rest, press.held);
        } else {
            draw_empty(frame, rest, over || in_hand_.has_value());
        }
        ripple(frame, id, row, theme.cinnabar);
        if (!press.clicked) continue;
        if (in_hand_) run.place(left, *in_hand_);
        else if (laid) run.take_back(left);
        in_hand_.reset();
    }
}

void MatchingBoard::tray(Frame& frame, Rect box, QuizRun& run) {
    const std::size_t q = run.index(), count = run.cards(q);
    const bool asking = run.state() == QuizRun::State::asking;
    const std::size_t columns = box.w > 800 || box.h < static_cast<float>(count) * 100 ? 2 : 1, rows = (count + columns - 1) / columns;
    const float w = (box.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    const float h = std::min(150.0f, (box.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
    for (std::size_t place = 0; place < count; ++place) {
        const Rect at{box.x + static_cast<float>(place % columns) * (w + gap), box.y + static_cast<float>(place / columns) * (h + gap), w, h};
        if (run.left_of(q, place) || dragged_ == place) {
            draw_empty(frame, at, false);
            continue;
        }
        const std::string id = fmt::format("right.{}", place);
        const std::string& words = run.card(q, place).in(frame.lang);
        const Press press = asking ? pressable(frame, id, words, at) : Press{};
        draw_card(frame, press.held ? at.inset(3) : at, words, in_hand_ == place);
        ripple(frame, id, at, frame.theme.cinnabar);
        if (!asking) continue;
        watch(frame, id, place, at, press.held);
        if (press.clicked) in_hand_ = in_hand_ == place ? std::nullopt : std::optional(place);
    }
}

void MatchingBoard::carried(Frame& frame, QuizRun& run) {
    if (run.state() != QuizRun::State::asking) {
        in_hand_.reset();
        dragged_.reset();
        return;
    }
    if (!dragged_) return;
    if (frame.pointer.down) {
        const Vec2 corner = frame.pointer.at - grip_;
        draw_card(frame, {corner.x, corner.y, size_.x, size_.y}, run.card(run.index(), *dragged_).in(frame.lang), true);
        frame.animate();
        return;
    }
    // Let go: on a row it is laid there; beside every row a laid card goes back to the tray. A cancelled touch changes nothing.
    if (frame.pointer.released) {
        const auto under = std::find_if(slots_.begin(), slots_.end(), [&](const Rect& slot) {
            const Rect row{slot.x - slot.w * 1.1f, slot.y - gap / 2, slot.w * 2.1f, slot.h + gap};
            return row.contains(frame.pointer.at);
        });
        if (under != slots_.end()) run.place(static_cast<std::size_t>(under - slots_.begin()), *dragged_);
        else if (const auto from = run.left_of(run.index(), *dragged_)) run.take_back(*from);
    }
    dragged_.reset();
    frame.touch.release_all();
    frame.animate();
}

}  // namespace xinghuo
