#include "kiosk/screens/quiz_parts.h"

#include <fmt/format.h>

#include <array>
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
    if (const Bilingual* chosen = run.in_gap(q)) {
        pieces.inside = chosen->in(frame.lang);
        pieces.filled = true;
    } else {
        pieces.inside = "__________";
    }
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
        const Rect slot = Rect{line->x - 10, line->y + line->h * 0.10f, line->w + 20, line->h * 0.84f}.moved(origin);
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

void quiz_progress(Frame& frame, Rect box, const QuizRun& run) {
    const Theme& theme = frame.theme;
    constexpr float seal = 52, gap = 14;
    const std::size_t count = run.count();
    Rect row = box;
    // A long paper has too many seals for a row: its count says it.
    constexpr std::size_t most_seals = 8;
    if (count <= most_seals) {
        for (std::size_t i = 0; i < count; ++i) {
            const Rect one = row.cut_left(seal);
            row.cut_left(gap);
            const Vec2 centre{one.centre().x, box.centre().y};
            const auto& outcome = run.outcome(i);
            const bool now = i == run.index() && !outcome;
            if (outcome) {
                quiz_sign(frame, outcome->right, centre, seal / 2);
            } else {
                frame.canvas.circle(centre, seal / 2, now ? theme.ink : theme.line);
                frame.canvas.circle(centre, seal / 2 - 2, now ? theme.ink : theme.paper_raised);
                frame.canvas.text(std::to_string(i + 1), {centre.x - seal / 2, centre.y - seal / 2, seal, seal},
                                  {Face::sans_bold, 28, now ? theme.paper_raised : theme.ink_2, Align::centre, 1.2f, 1, true});
            }
        }
        row.cut_left(10);
    }
    const std::string words = frame.words("quiz.progress", {{"n", std::to_string(run.index() + 1)}, {"of", std::to_string(count)}});
    frame.canvas.text(words, row, {Face::sans, 30, theme.ink_2, Align::right, 1.25f, 1, true, 28});
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

void quiz_explained(Frame& frame, Rect box, const QuizRun& run, std::size_t q, Scroll& scroll) {
    const Theme& theme = frame.theme;
    const Question& question = run.question(q);
    const QuizRun::Outcome outcome = run.outcome(q).value_or(QuizRun::Outcome{});
    card(frame, box, 28);
    frame.canvas.fill({box.x + 28, box.y, box.w - 56, 6}, outcome.right ? theme.pine : theme.cinnabar, 3);
    Rect inside = box.inset(space::l, space::m);
    Rect head = inside.cut_top(84);
    quiz_sign(frame, outcome.right, {head.x + 34, head.centre().y}, 34);
    head.cut_left(68 + 20);
    const bool partly = !outcome.right && outcome.score > 0.005;
    const std::string verdict = frame.words(outcome.right ? "quiz.right" : partly ? "quiz.partly" : "quiz.wrong",
                                            {{"percent", std::to_string(std::lround(outcome.score * 100))}});
    frame.canvas.text(verdict, head, {Face::serif_bold, 48, outcome.right ? theme.pine : theme.cinnabar_deep, Align::left, 1.25f, 1, true, 34});
    inside.cut_top(space::xs);

    const auto draw = [&](Rect content, float size, bool measure_only) {
        const float top = content.y;
        const auto say = [&](std::string_view words, const TextStyle& style, float after) {
            if (words.empty()) return;
            if (measure_only) content.cut_top(frame.canvas.measure(words, style, content.w).y + 2);
            else quiz_words(frame, content, words, style);
            content.cut_top(after);
        };
        if (!outcome.right || question.type == QuestionType::short_answer || question.type == QuestionType::numeric) {
            say(frame.words("quiz.right_answer"), {Face::sans, 28, theme.ink_2, Align::left, 1.3f, 0}, 2);
            say(quiz_right_answer(frame, run, q), {Face::serif_bold, size + 4, theme.pine, Align::left, 1.35f, 0}, space::s);
        }
        for (const Bilingual* said : run.feedback(q)) say(said->in(frame.lang), {Face::sans, size, theme.ink, Align::left, 1.45f, 0}, space::s);
        say(question.explanation.in(frame.lang), {Face::sans, size, theme.ink, Align::left, 1.5f, 0}, space::s);
        if (!question.source.zh.empty()) {
            if (!measure_only) frame.canvas.fill({content.x, content.y, content.w, 2}, theme.line);
            content.cut_top(space::s);
            say(frame.words("quiz.source", {{"source", question.source.in(frame.lang)}}), {Face::sans, 28, theme.ink_2, Align::left, 1.35f, 0}, 0);
        }
        return content.y - top;
    };
    float size = 38;
    while (size > 28 && draw({inside.x, inside.y, inside.w, 0}, size, true) > inside.h) size -= 2;
    scroll_area(frame, "quiz.explained", inside, scroll, [&](Rect content) { return draw(content, size, false); });
}

}  // namespace xinghuo
