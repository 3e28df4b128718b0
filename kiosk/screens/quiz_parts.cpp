#include "kiosk/screens/quiz_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

constexpr float stem_large = 58, stem_small = 40, stem_line = 1.38f;

TextStyle stem_style(const Frame& frame, float size) { return {Face::serif_bold, size, frame.theme.ink, Align::left, stem_line, 0}; }

// The stem in two or three pieces: before the gap, what stands in it, after it.
struct GapPieces {
    std::string before, inside, after;
    bool filled = false;
};

GapPieces gap_pieces(const Frame& frame, const QuizRun& run, std::size_t q) {
    const std::string& stem = run.question(q).stem.in(frame.lang);
    const auto gap = find_gap(stem);
    GapPieces pieces;
    pieces.before = gap ? stem.substr(0, gap->begin) : stem + " ";
    pieces.after = gap ? stem.substr(gap->end) : std::string();
    // A little air on both sides, which stays with the words.
    constexpr std::string_view air = "\u00A0";
    const Bilingual* chosen = run.in_gap(q);
    pieces.filled = chosen != nullptr;
    pieces.inside = fmt::format("{}{}{}", air, pieces.filled ? std::string_view(chosen->in(frame.lang)) : "________", air);
    return pieces;
}

Paragraph gap_paragraph(const Frame& frame, const GapPieces& pieces, float size, float width) {
    const Theme& theme = frame.theme;
    // An empty gap is a slot that is drawn beneath; the strokes only keep its place.
    const Colour inside = pieces.filled ? theme.cinnabar_deep : theme.ink.with_alpha(0);
    return {{{pieces.before, Face::serif_bold, size, theme.ink},
             {pieces.inside, Face::serif_bold, size, inside},
             {pieces.after, Face::serif_bold, size, theme.ink}},
            width, stem_line + 0.12f, Align::left, 0};
}

// The gap may run over a line's end: one slot on each line it touches.
void draw_slots(Frame& frame, const TextLayout& layout, Vec2 origin, std::size_t from, std::size_t to) {
    std::optional<Rect> line;
    const auto put = [&] {
        if (!line) return;
        const Rect slot = Rect{line->x, line->y + line->h * 0.10f, line->w, line->h * 0.84f}.moved(origin);
        frame.canvas.fill(slot, frame.theme.paper_raised, 12);
        frame.canvas.fill({slot.x + 6, slot.bottom() - 5, slot.w - 12, 5}, frame.theme.cinnabar, 2.5f);
    };
    for (const CharacterBox& c : layout.characters()) {
        if (c.byte < from || c.byte >= to) continue;
        if (line && std::abs(c.box.y - line->y) < 1) {
            line->w = c.box.right() - line->x;
        } else {
            put();
            line = c.box;
        }
    }
    put();
}

constexpr float told_head = 92, told_large = 38;

// What is said of a confirmed question, from the top of `content`; returns its height. Without drawing: only that.
float told(Frame& frame, Rect content, const QuizRun& run, std::size_t q, float size, bool draw) {
    const Theme& theme = frame.theme;
    const Question& question = run.question(q);
    const float top = content.y;
    const auto say = [&](std::string_view words, const TextStyle& style, float after) {
        if (words.empty()) return;
        if (draw) quiz_words(frame, content, words, style);
        else content.cut_top(frame.canvas.measure(words, style, content.w).y + 2);
        content.cut_top(after);
    };
    // Where a right answer is marked beside, it need not be said again.
    const bool beside = question.type != QuestionType::short_answer && question.type != QuestionType::numeric;
    if (!run.outcome(q)->right || !beside) {
        say(frame.words("quiz.right_answer"), {Face::sans, 28, theme.ink_2, Align::left, 1.3f, 0}, 2);
        say(quiz_right_answer(frame, run, q), {Face::serif_bold, size + 4, theme.pine, Align::left, 1.35f, 0}, space::s);
    }
    for (const Bilingual* said : run.feedback(q)) say(said->in(frame.lang), {Face::sans, size, theme.ink, Align::left, 1.45f, 0}, space::s);
    say(question.explanation.in(frame.lang), {Face::sans, size, theme.ink, Align::left, 1.5f, 0}, space::s);
    if (!question.source.zh.empty()) {
        if (draw) frame.canvas.fill({content.x, content.y, content.w, 2}, theme.line);
        content.cut_top(space::s);
        say(frame.words("quiz.source", {{"source", question.source.in(frame.lang)}}), {Face::sans, 28, theme.ink_2, Align::left, 1.35f, 0}, 0);
    }
    return content.y - top;
}

}  // namespace

void quiz_words(Frame& frame, Rect& rest, std::string_view words, const TextStyle& style) {
    if (words.empty()) return;
    const Rect box = rest.cut_top(frame.canvas.measure(words, style, rest.w).y + 2);
    if (!box.intersected(frame.canvas.clip()).empty()) frame.canvas.text(words, box, style);
}

void quiz_sign(Frame& frame, bool right, Vec2 centre, float radius) {
    const Theme& theme = frame.theme;
    frame.canvas.circle(centre, radius, right ? theme.pine : theme.cinnabar);
    const float px = radius * 1.3f;
    icon(frame, right ? "icons/check.png" : "icons/cross.png", {centre.x - px / 2, centre.y - px / 2, px, px}, theme.on_cinnabar);
}

void quiz_outcome_sign(Frame& frame, const QuizRun::Outcome& outcome, Vec2 centre, float radius) {
    if (outcome.right || outcome.score < 0.005) return quiz_sign(frame, outcome.right, centre, radius);
    const float width = radius * 0.42f;
    frame.canvas.ring(centre, radius - width / 2, 0, 1, frame.theme.line, width);
    frame.canvas.ring(centre, radius - width / 2, 0, std::min(0.95f, static_cast<float>(outcome.score)), frame.theme.slate, width);
}

Rect quiz_band(Frame& frame, Rect picture, float height) {
    constexpr float radius = 28;
    const Rect foot{picture.x, picture.bottom() - height, picture.w, height};
    const auto inside = frame.canvas.clipped(foot);
    frame.canvas.fill({foot.x, foot.y - 2 * radius, foot.w, foot.h + 2 * radius}, frame.theme.night.with_alpha(0.88f), radius);
    return foot.inset(space::l, space::s);
}

std::string quiz_letter(std::size_t place) {
    return place < 26 ? std::string(1, static_cast<char>('A' + static_cast<int>(place))) : std::to_string(place + 1);
}

std::string quiz_kind(const Frame& frame, const Question& question) {
    return frame.words(fmt::format("quiz.kind.{}", name(question.type)));
}

std::string quiz_hint(const Frame& frame, const Question& question) {
    switch (question.type) {
        case QuestionType::multiple:
        case QuestionType::true_false:
        case QuestionType::short_answer:
        case QuestionType::matching:
        case QuestionType::numeric: return frame.words(fmt::format("quiz.hint.{}", name(question.type)));
        default: return {};
    }
}

std::string quiz_right_answer(const Frame& frame, const QuizRun& run, std::size_t q) {
    const Question& question = run.question(q);
    std::string out;
    const auto add = [&](const std::string& part, std::string_view between) { out += (out.empty() ? "" : std::string(between)) + part; };
    switch (question.type) {
        case QuestionType::matching:
            for (const Pair& pair : question.pairs) add(pair.left.in(frame.lang) + " — " + pair.right.in(frame.lang), "\n");
            break;
        case QuestionType::numeric:
            for (const NumberRange& range : question.numbers)
                if (!range.any && range.weight >= 0.999) add(range.shown, " / ");
            break;
        case QuestionType::true_false: out = frame.words(question.choices[0].right() ? "quiz.true" : "quiz.false"); break;
        default:
            for (std::size_t place = 0; place < run.choices(q); ++place) {
                const Choice& choice = run.choice(q, place);
                const bool full = question.type == QuestionType::single ? choice.weight >= 0.999 : choice.right();
                if (!full) continue;
                const std::string& text = choice.text.in(frame.lang);
                // Of several, the letters are enough: the options with their marks stand beside.
                if (question.type == QuestionType::multiple) add(quiz_letter(place), frame.words("quiz.between_letters"));
                else add(question.type == QuestionType::single ? quiz_letter(place) + "  " + text : text, " / ");
            }
    }
    return out;
}

void quiz_progress(Frame& frame, Rect box, const QuizRun& run, bool tell) {
    const Theme& theme = frame.theme;
    const std::size_t count = run.count();
    const TextStyle style{Face::sans, 30, theme.ink_2, Align::right, 1.25f, 1, true, 28};
    const std::string words = frame.words("quiz.progress", {{"n", std::to_string(run.index() + 1)}, {"of", std::to_string(count)}});
    const float words_w = frame.canvas.measure(words, style).x + 2;
    Rect row = box;
    frame.canvas.text(words, row.cut_right(std::min(words_w, row.w)), style);
    row.cut_right(space::s);
    // As large as there is room for; a long paper has small ones without numbers, a very long one only the words.
    const float step = std::min(66.0f, row.w / static_cast<float>(count)), radius = std::min(26.0f, step / 2 - 5);
    if (radius < 8) return;
    for (std::size_t i = 0; i < count; ++i) {
        const Vec2 centre{box.x + step * static_cast<float>(i) + radius, box.centre().y};
        const auto& outcome = run.outcome(i);
        if (outcome && tell) {
            quiz_outcome_sign(frame, *outcome, centre, radius);
            continue;
        }
        if (outcome) {
            // Answered: a filled seal with a smaller one in it, whatever it is worth.
            frame.canvas.circle(centre, radius, theme.slate);
            frame.canvas.circle(centre, radius * 0.36f, theme.paper_raised);
            continue;
        }
        const bool now = i == run.index();
        frame.canvas.circle(centre, radius, now ? theme.ink : theme.line);
        frame.canvas.circle(centre, radius - 2, now ? theme.ink : theme.paper_raised);
        if (radius >= 24 * text_growth(frame))
            frame.canvas.text(std::to_string(i + 1), {centre.x - radius, centre.y - radius, 2 * radius, 2 * radius},
                              {Face::sans_bold, 28, now ? theme.paper_raised : theme.ink_2, Align::centre, 1.2f, 1, true});
    }
}

float quiz_stem_height(Frame& frame, const QuizRun& run, std::size_t q, float width, float most) {
    const bool gap = run.question(q).type == QuestionType::short_answer;
    for (float size = stem_large;; size -= 3) {
        const float height = gap ? frame.canvas.engine().layout(gap_paragraph(frame, gap_pieces(frame, run, q), size, width))->size().y
                                 : frame.canvas.measure(run.question(q).stem.in(frame.lang), stem_style(frame, size), width).y;
        if (height <= most || size - 3 < stem_small) return height + 2;
    }
}

void quiz_stem(Frame& frame, Rect box, const QuizRun& run, std::size_t q) {
    const bool gap = run.question(q).type == QuestionType::short_answer;
    if (!gap) {
        TextStyle style = stem_style(frame, stem_large);
        for (; style.size - 3 >= stem_small; style.size -= 3)
            if (frame.canvas.measure(run.question(q).stem.in(frame.lang), style, box.w).y <= box.h) break;
        frame.canvas.text(run.question(q).stem.in(frame.lang), box, style);
        return;
    }
    const GapPieces pieces = gap_pieces(frame, run, q);
    float size = stem_large;
    Paragraph paragraph = gap_paragraph(frame, pieces, size, box.w);
    auto layout = frame.canvas.engine().layout(paragraph);
    for (; size - 3 >= stem_small && layout->size().y > box.h; layout = frame.canvas.engine().layout(paragraph))
        paragraph = gap_paragraph(frame, pieces, size -= 3, box.w);
    draw_slots(frame, *layout, box.origin(), pieces.before.size(), pieces.before.size() + pieces.inside.size());
    frame.canvas.rich(paragraph, box);
}

float quiz_explained_height(Frame& frame, const QuizRun& run, std::size_t q, float width) {
    return told(frame, {0, 0, width - 2 * space::l, 0}, run, q, told_large, false) + told_head + 2 * space::m + 4;
}

void quiz_explained(Frame& frame, Rect box, const QuizRun& run, std::size_t q, Scroll& scroll) {
    const Theme& theme = frame.theme;
    const QuizRun::Outcome outcome = run.outcome(q).value_or(QuizRun::Outcome{});
    card(frame, box, 28);
    frame.canvas.fill({box.x + 28, box.y, box.w - 56, 6}, outcome.right ? theme.pine : theme.cinnabar, 3);
    Rect inside = box.inset(space::l, space::m);
    Rect head = inside.cut_top(told_head);
    head.cut_bottom(space::xs);
    quiz_outcome_sign(frame, outcome, {head.x + 34, head.centre().y}, 34);
    head.cut_left(68 + 20);
    const bool partly = !outcome.right && outcome.score > 0.005;
    const std::string verdict = frame.words(outcome.right ? "quiz.right" : partly ? "quiz.partly" : "quiz.wrong",
                                            {{"percent", std::to_string(std::lround(outcome.score * 100))}});
    const Colour ink = outcome.right ? theme.pine : partly ? theme.slate : theme.cinnabar_deep;
    frame.canvas.text(verdict, head, {Face::serif_bold, 48, ink, Align::left, 1.25f, 1, true, 34});
    float size = told_large;
    while (size > 28 && told(frame, inside, run, q, size, false) > inside.h) size -= 2;
    scroll_area(frame, "quiz.explained", inside, scroll, [&](Rect content) { return told(frame, content, run, q, size, true); });
}

}  // namespace xinghuo
