// A paper: its clock, and handing it in.
#include <algorithm>

#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {

std::size_t quiz_unanswered(const QuizRun& run) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < run.count(); ++i) count += run.outcome(i) ? 0 : 1;
    return count;
}

namespace {

constexpr float ring_radius = 42;

// Ring, time over note, and the button: in a row, or the button beneath where text is large.
struct ClockPlan {
    TextStyle time, note;
    float time_h = 0, note_h = 0, words_w = 0, button_w = 0;
    bool one_row = true;
};
ClockPlan plan_clock(Frame& frame, float width, int pass_percent) {
    const Theme& theme = frame.theme;
    ClockPlan plan{{Face::serif_bold, 56, theme.ink, Align::left, 1.1f, 1}, {Face::sans, 28, theme.ink_2, Align::left, 1.3f, 1}};
    // As wide as the widest it will show, so that nothing beside it moves.
    plan.time_h = frame.canvas.measure("0", plan.time).y + 2;
    plan.note_h = frame.canvas.measure("0", plan.note).y + 2;
    TextStyle bold = plan.note;
    bold.face = Face::sans_bold;
    plan.words_w = std::max({frame.canvas.measure("00:00", plan.time).x, frame.canvas.measure(frame.words("quiz.paper.pass", {{"percent", std::to_string(pass_percent)}}), plan.note).x,
                             frame.canvas.measure(frame.words("quiz.paper.last_minute"), bold).x}) + 4;
    plan.button_w = frame.canvas.measure(frame.words("quiz.paper.hand_in"), {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}).x + 2 * space::l + 4;
    plan.one_row = 2 * ring_radius + 8 + plan.words_w + plan.button_w + 4 * space::m <= width;
    return plan;
}

}  // namespace

float quiz_clock_height(Frame& frame, float width, int pass_percent) {
    const ClockPlan plan = plan_clock(frame, width, pass_percent);
    return std::max(2 * ring_radius + 12, plan.time_h + plan.note_h) + 2 * space::s + (plan.one_row ? 0 : space::touch + space::s);
}

bool quiz_clock(Frame& frame, Rect box, Nanoseconds left, const Nanoseconds limit, int pass_percent) {
    const Theme& theme = frame.theme;
    ClockPlan plan = plan_clock(frame, box.w, pass_percent);
    card(frame, box, 28);
    Rect inside = box.inset(space::m, space::s);
    Rect out = plan.one_row ? inside.cut_right(plan.button_w) : inside.cut_bottom(space::touch);
    if (plan.one_row) out = out.inset(0, (out.h - space::touch - 8) / 2);
    inside.cut_right(plan.one_row ? space::m : 0);
    if (!plan.one_row) inside.cut_bottom(space::s);
    const Vec2 centre{inside.x + ring_radius + 4, inside.centre().y};
    const float share = static_cast<float>(seconds(left) / seconds(limit));
    frame.canvas.ring(centre, ring_radius, 0, 1, theme.line, 12);
    if (share > 0) frame.canvas.ring(centre, ring_radius, 0, share, theme.cinnabar, 12);
    inside.cut_left(2 * ring_radius + 8 + space::m);
    inside.cut_top(std::max(0.0f, (inside.h - plan.time_h - plan.note_h) / 2));
    // Rounded up: 10:00 at the start, 0:01 in the last second.
    frame.canvas.text(minutes(std::chrono::ceil<std::chrono::seconds>(left)), inside.cut_top(plan.time_h), plan.time);
    const bool last_minute = left <= std::chrono::seconds(60);
    if (last_minute) {
        plan.note.face = Face::sans_bold;
        plan.note.colour = theme.cinnabar_deep;
    }
    frame.canvas.text(last_minute ? frame.words("quiz.paper.last_minute") : frame.words("quiz.paper.pass", {{"percent", std::to_string(pass_percent)}}),
                      inside.cut_top(plan.note_h), plan.note);
    return button(frame, "paper.hand_in", frame.words("quiz.paper.hand_in"), out, {Tone::plain, "", false, false, true, 34});
}

HandIn quiz_hand_in(Frame& frame, Rect box, const QuizRun& run) {
    const Theme& theme = frame.theme;
    const std::size_t open = quiz_unanswered(run), done = run.count() - open;
    const std::string title = frame.words("quiz.paper.hand_in.title");
    const std::string text = frame.words(open == 0 ? "quiz.paper.hand_in.all" : "quiz.paper.hand_in.text",
                                         {{"done", std::to_string(done)}, {"open", std::to_string(open)}});
    const TextStyle heading{Face::serif_bold, 56, theme.ink, Align::left, 1.3f, 0};
    const TextStyle body{Face::sans, 36, theme.ink_2, Align::left, 1.5f, 0};
    const float w = box.w - 2 * space::xl;
    const float title_h = frame.canvas.measure(title, heading, w).y + 2, text_h = frame.canvas.measure(text, body, w).y + 2;
    constexpr float action_h = 96;
    const float h = 2 * space::xl + title_h + space::s + text_h + space::xl + 2 * action_h + space::m;
    const Rect sheet{box.x, box.y + std::max(0.0f, (box.h - h) * 0.35f), box.w, h};
    card(frame, sheet, 28);
    Rect inside = sheet.inset(space::xl);
    frame.canvas.text(title, inside.cut_top(title_h), heading);
    inside.cut_top(space::s);
    frame.canvas.text(text, inside.cut_top(text_h), body);
    inside.cut_top(space::xl);
    const bool go_on = button(frame, "paper.go_on", frame.words("quiz.paper.go_on"), inside.cut_top(action_h), {Tone::primary, "", false, false, true, 40});
    inside.cut_top(space::m);
    const bool now = button(frame, "paper.hand_in_now", frame.words("quiz.paper.hand_in_now"), inside.cut_top(action_h), {Tone::plain, "icons/check.png", false, false, true, 38});
    return now ? HandIn::now : go_on ? HandIn::go_on : HandIn::asked;
}

}  // namespace xinghuo
