// Options, true and false, chips for a gap, and the keypad.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {
namespace {

using Mark = QuizRun::Mark;

constexpr float row_likes = 128, row_least = 88, row_gap = 18;
constexpr float option_large = 42, option_small = 28;

struct Look {
    Colour ground, edge, words;
    float edge_width = 2;
};

Look look_of(const Theme& theme, bool chosen, bool confirmed, Mark mark) {
    if (mark == Mark::right) return {mix(theme.paper_raised, theme.pine, 0.12f), theme.pine, theme.ink, 5};
    if (mark == Mark::missed) return {theme.paper_raised, theme.pine, theme.ink, 5};
    if (mark == Mark::wrong) return {mix(theme.paper_raised, theme.cinnabar, 0.08f), theme.cinnabar, theme.ink, 5};
    if (chosen && !confirmed) return {mix(theme.paper_raised, theme.cinnabar, 0.06f), theme.cinnabar, theme.ink, 5};
    return {theme.paper_raised, theme.line, confirmed ? theme.ink_2 : theme.ink, 2};
}

std::string mark_words(const Frame& frame, Mark mark) {
    switch (mark) {
        case Mark::right: return frame.words("quiz.mark.right");
        case Mark::wrong: return frame.words("quiz.mark.wrong");
        case Mark::missed: return frame.words("quiz.mark.missed");
        case Mark::none: return {};
    }
    return {};
}

// The ground of something that can be chosen; true when it was touched. Confirmed ones cannot be touched.
struct Ground {
    Rect drawn;
    bool clicked = false;
};
Ground choice_ground(Frame& frame, const std::string& id, std::string_view name, Rect box, const Look& look, bool asking) {
    const Press press = asking ? pressable(frame, id, name, box) : Press{};
    const Rect drawn = press.held ? box.inset(3) : box;
    if (asking) frame.canvas.shadow(drawn, space::radius, 0.5f);
    frame.canvas.fill(drawn, press.held ? mix(look.ground, frame.theme.line, 0.4f) : look.ground, space::radius);
    frame.canvas.stroke(drawn.inset(look.edge_width / 2 - 1), look.edge, look.edge_width, space::radius);
    ripple(frame, id, drawn, frame.theme.cinnabar);
    return {drawn, press.clicked};
}

// The sign and the words of a mark, at the right of `row`, which is cut.
void draw_mark(Frame& frame, Rect& row, Mark mark) {
    const std::string words = mark_words(frame, mark);
    if (words.empty()) return;
    const bool good = mark != Mark::wrong;
    const TextStyle style{Face::sans_bold, 28, good ? frame.theme.pine : frame.theme.cinnabar_deep, Align::left, 1.25f, 1, true};
    const float w = frame.canvas.measure(words, style).x + 2;
    frame.canvas.text(words, row.cut_right(w), style);
    const Rect sign = row.cut_right(60);
    quiz_sign(frame, good, {sign.centre().x - 2, sign.centre().y}, 21);
    row.cut_right(8);
}

// The same in the middle of a foot of its own.
constexpr float mark_foot = 52;
void draw_mark_below(Frame& frame, Rect foot, Mark mark, Align align) {
    if (mark == Mark::none) return;
    const float w = frame.canvas.measure(mark_words(frame, mark), {Face::sans_bold, 28, frame.theme.ink, Align::left, 1.25f, 1}).x + 72;
    foot.h -= 8;
    Rect at{align == Align::centre ? foot.centre().x - w / 2 : foot.x - 10, foot.y, w, foot.h};
    draw_mark(frame, at, mark);
}

// A letter in a ring for one of several, a box for any of several.
void draw_tick(Frame& frame, Rect at, const std::string& letter, bool several, bool chosen, bool confirmed) {
    const Theme& theme = frame.theme;
    const Vec2 c = at.centre();
    const Colour on = confirmed ? theme.ink_2 : theme.cinnabar;
    constexpr float r = 30;
    if (several) {
        const Rect box{c.x - r, c.y - r, 2 * r, 2 * r};
        frame.canvas.fill(box, chosen ? on : theme.paper, 12);
        if (!chosen) frame.canvas.stroke(box, theme.ink_2, 3, 12);
        if (chosen) icon(frame, "icons/check.png", box.inset(9), theme.on_cinnabar);
        return;
    }
    frame.canvas.circle(c, r, chosen ? on : theme.ink_2);
    if (!chosen) frame.canvas.circle(c, r - 2.5f, theme.paper);
    frame.canvas.text(letter, {c.x - r, c.y - r, 2 * r, 2 * r},
                      {Face::serif_bold, 34, chosen ? theme.on_cinnabar : theme.ink, Align::centre, 1.2f, 1, true});
}

// Two columns where there are many short options; one otherwise.
std::size_t columns_of(Frame& frame, const QuizRun& run, std::size_t q, float width) {
    if (run.choices(q) < 5) return 1;
    const float room = (width - row_gap) / 2 - 2 * 18 - 84 - 44;  // without the tick's place and the letter's
    const TextStyle style{Face::sans, option_small + 6, frame.theme.ink, Align::left, 1.3f, 0};
    for (std::size_t place = 0; place < run.choices(q); ++place)
        if (frame.canvas.measure(run.choice(q, place).text.in(frame.lang), style).x > room) return 1;
    return 2;
}

// What is left for an option's words beside its tick, its letter and the widest mark; in a narrow card the mark
// stands below.
float room_for_words(Frame& frame, float width, std::size_t columns) {
    const float room = width - 2 * 18 - 84 - 44;
    if (columns > 1) return room;
    float mark_w = 0;
    for (const Mark mark : {Mark::right, Mark::wrong, Mark::missed})
        mark_w = std::max(mark_w, frame.canvas.measure(mark_words(frame, mark), {Face::sans_bold, 28, frame.theme.ink, Align::left, 1.25f, 1}).x);
    return room - mark_w - 72;
}

// One size for all that can be chosen, so that none looks more important; with room for the marks that come later.
float common_size(Frame& frame, const QuizRun& run, std::size_t q, Vec2 room, TextStyle style) {
    for (std::size_t place = 0; place < run.choices(q); ++place)
        style.size = frame.canvas.fitting_size(run.choice(q, place).text.in(frame.lang), room, style);
    return style.size;
}

// The lowest a row may be: its words fit beside the widest mark, or in two columns above it.
float lowest_row(Frame& frame, const QuizRun& run, std::size_t q, float width, std::size_t columns) {
    if (columns > 1) return 104;
    float words_h = 0;
    const float room = room_for_words(frame, width, columns);
    for (std::size_t place = 0; place < run.choices(q); ++place)
        words_h = std::max(words_h, frame.canvas.measure(run.choice(q, place).text.in(frame.lang), {Face::sans, option_small, frame.theme.ink, Align::left, 1.28f, 0}, room).y);
    return std::max(row_least, words_h + 8);
}

void draw_options(Frame& frame, Rect box, QuizRun& run) {
    const std::size_t q = run.index(), count = run.choices(q);
    const bool asking = run.state() == QuizRun::State::asking, several = run.question(q).type == QuestionType::multiple;
    const std::size_t columns = columns_of(frame, run, q, box.w), rows = (count + columns - 1) / columns;
    const float w = (box.w - row_gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    const float h = (box.h - row_gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
    const TextStyle style{Face::sans, option_large, frame.theme.ink, Align::left, 1.28f, 0, true, option_small};
    const float size = common_size(frame, run, q, {room_for_words(frame, w, columns), columns > 1 ? h - mark_foot : h - 4}, style);
    for (std::size_t place = 0; place < count; ++place) {
        const Choice& choice = run.choice(q, place);
        const bool chosen = run.chosen(q, place);
        const Mark mark = run.mark(q, place);
        const Look look = look_of(frame.theme, chosen, !asking, mark);
        const Rect slot{box.x + static_cast<float>(place % columns) * (w + row_gap), box.y + static_cast<float>(place / columns) * (h + row_gap), w, h};
        const std::string& words = choice.text.in(frame.lang);
        const Ground ground = choice_ground(frame, fmt::format("option.{}", place), words, slot, look, asking);
        Rect row = ground.drawn.inset(18, 0);
        draw_tick(frame, row.cut_left(64), several && asking ? std::string() : quiz_letter(place), several && asking, chosen, !asking);
        row.cut_left(20);
        if (several && asking) {
            const Rect letter = row.cut_left(44);
            frame.canvas.text(quiz_letter(place), letter, {Face::serif_bold, 34, frame.theme.ink_2, Align::left, 1.2f, 1, true});
        }
        // In a narrow card the mark stands below the words, in a wide one beside them.
        if (columns == 1) draw_mark(frame, row, mark);
        else if (mark != Mark::none) draw_mark_below(frame, row.cut_bottom(mark_foot), mark, Align::left);
        frame.canvas.text(words, row, {style.face, size, look.words, style.align, style.line_height, 0, true, option_small});
        if (ground.clicked) run.choose(place);
    }
}

void draw_truth(Frame& frame, Rect box, QuizRun& run) {
    const Theme& theme = frame.theme;
    const std::size_t q = run.index();
    const bool asking = run.state() == QuizRun::State::asking;
    const float w = (box.w - space::l) / 2;
    for (std::size_t place = 0; place < 2 && place < run.choices(q); ++place) {
        const bool chosen = run.chosen(q, place), yes = place == 0;
        const Mark mark = run.mark(q, place);
        const Look look = look_of(theme, chosen, !asking, mark);
        const Rect slot{box.x + static_cast<float>(place) * (w + space::l), box.y, w, box.h};
        const std::string words = frame.words(yes ? "quiz.true" : "quiz.false");
        const Ground ground = choice_ground(frame, fmt::format("option.{}", place), words, slot, look, asking);
        Rect inside = ground.drawn.inset(space::m);
        draw_mark_below(frame, inside.cut_bottom(mark_foot), mark, Align::centre);
        inside.y += 16;  // what looks like the middle while the foot is empty
        const float r = std::min(66.0f, inside.h * 0.27f), words_h = 88;
        const float top = inside.y + (inside.h - 2 * r - 16 - words_h) / 2;
        const Vec2 c{inside.centre().x, top + r};
        frame.canvas.circle(c, r, chosen ? (asking ? theme.cinnabar : theme.ink_2) : theme.ink_2);
        if (!chosen) frame.canvas.circle(c, r - 3, theme.paper);
        const float px = r * 1.15f;
        icon(frame, yes ? "icons/check.png" : "icons/cross.png", {c.x - px / 2, c.y - px / 2, px, px}, chosen ? theme.on_cinnabar : theme.ink_2);
        frame.canvas.text(words, {inside.x, top + 2 * r + 16, inside.w, words_h}, {Face::serif_bold, 60, look.words, Align::centre, 1.3f, 1, true, 40});
        if (ground.clicked) run.choose(place);
    }
}

void draw_chips(Frame& frame, Rect box, QuizRun& run) {
    const std::size_t q = run.index(), count = run.choices(q), rows = (count + 1) / 2;
    const bool asking = run.state() == QuizRun::State::asking;
    const float w = (box.w - row_gap) / 2, h = (box.h - row_gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
    const TextStyle style{Face::serif_bold, 46, frame.theme.ink, Align::centre, 1.25f, 0, true, option_small};
    const float size = common_size(frame, run, q, {w - 36, h - mark_foot}, style);
    for (std::size_t place = 0; place < count; ++place) {
        const Mark mark = run.mark(q, place);
        const Look look = look_of(frame.theme, run.chosen(q, place), !asking, mark);
        const Rect slot{box.x + static_cast<float>(place % 2) * (w + row_gap), box.y + static_cast<float>(place / 2) * (h + row_gap), w, h};
        const std::string& words = run.choice(q, place).text.in(frame.lang);
        const Ground ground = choice_ground(frame, fmt::format("chip.{}", place), words, slot, look, asking);
        Rect row = ground.drawn.inset(18, 0);
        if (mark != Mark::none) draw_mark_below(frame, row.cut_bottom(mark_foot), mark, Align::centre);
        frame.canvas.text(words, row, {style.face, size, look.words, style.align, style.line_height, 0, true, option_small});
        if (ground.clicked && !run.chosen(q, place)) run.choose(place);
        else if (ground.clicked) run.clear();
    }
}

struct Key {
    const char *id, *words;
};

void draw_keypad(Frame& frame, Rect box, QuizRun& run) {
    const Theme& theme = frame.theme;
    const std::size_t q = run.index();
    const bool asking = run.state() == QuizRun::State::asking;
    const std::string entered = run.entered(q);
    Rect display = box.cut_top(116);
    const bool right = run.outcome(q) && run.outcome(q)->right;
    const Colour edge = asking ? theme.cinnabar : right ? theme.pine : theme.cinnabar;
    frame.canvas.fill(display, theme.paper_raised, space::radius);
    frame.canvas.stroke(display, edge, 4, space::radius);
    Rect row = display.inset(space::m, 0);
    if (!asking) draw_mark(frame, row, right ? Mark::right : Mark::wrong);
    const bool empty = entered.empty();
    frame.canvas.text(empty ? frame.words("quiz.number_here") : entered, row,
                      {empty ? Face::sans : Face::serif_bold, empty ? 34.0f : 64.0f, empty ? theme.ink_2 : theme.ink, Align::left, 1.2f, 1, true, 30});
    if (!asking) return;
    box.cut_top(row_gap);
    constexpr std::array<Key, 15> keys = {{{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}, {"6", "6"}, {"7", "7"}, {"8", "8"},
                                           {"9", "9"}, {"0", "0"}, {"minus", "−"}, {"point", "."}, {"clear", ""}, {"delete", ""}, {"", ""}}};
    const float w = (box.w - 4 * row_gap) / 5, h = std::min(row_likes, (box.h - 2 * row_gap) / 3);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Key& key = keys[i];
        if (*key.id == '\0') continue;
        const bool wide = std::string_view(key.id) == "delete";
        Rect at{box.x + static_cast<float>(i % 5) * (w + row_gap), box.y + static_cast<float>(i / 5) * (h + row_gap), w, h};
        if (wide) at.w = 2 * w + row_gap;
        const std::string id = fmt::format("key.{}", key.id);
        const std::string words = *key.words != '\0' ? std::string(key.words) : frame.words("quiz." + id);
        if (!button(frame, id, words, at, {Tone::plain, wide ? "icons/backspace.png" : "", false, false, true, *key.words != '\0' ? 48.0f : 32.0f})) continue;
        const std::string_view named = key.id;
        std::string next = entered;
        if (named == "clear") next.clear();
        else if (wide) next = next.substr(0, next.empty() ? 0 : next.size() - 1);
        else if (named == "minus") next = next.starts_with("-") ? next.substr(1) : "-" + next;
        else next += named == "point" ? "." : key.id;
        run.enter(next);
    }
}

}  // namespace

WorkHeight quiz_work_height(Frame& frame, const QuizRun& run, std::size_t q, float width) {
    const auto rows_of = [](std::size_t rows, float row, float gap) { return static_cast<float>(rows) * (row + gap) - gap; };
    switch (run.question(q).type) {
        case QuestionType::true_false: return {380, 230};
        case QuestionType::numeric: return {116 + row_gap + rows_of(3, 112, row_gap), 116 + row_gap + rows_of(3, 80, row_gap)};
        case QuestionType::matching: return {rows_of(run.lefts(q), 160, row_gap), rows_of(run.lefts(q), 104, row_gap)};
        case QuestionType::short_answer: return {2 * 144 + row_gap, 2 * 116 + row_gap};
        default: {
            const std::size_t columns = columns_of(frame, run, q, width);
            const float least = lowest_row(frame, run, q, width, columns);
            const std::size_t rows = (run.choices(q) + columns - 1) / columns;
            return {rows_of(rows, std::max(row_likes, least), row_gap), rows_of(rows, least, row_gap)};
        }
    }
}

void quiz_choices(Frame& frame, Rect box, QuizRun& run) {
    switch (run.question().type) {
        case QuestionType::single:
        case QuestionType::multiple: return draw_options(frame, box, run);
        case QuestionType::true_false: return draw_truth(frame, box, run);
        case QuestionType::short_answer: return draw_chips(frame, box, run);
        case QuestionType::numeric: return draw_keypad(frame, box, run);
        default: return;
    }
}

}  // namespace xinghuo
