// A paper: its clock, and handing it in.
#include <fmt/format.h>

#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {

std::size_t quiz_unanswered(const QuizRun& run) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < run.count(); ++i) count += run.outcome(i) ? 0 : 1;
    return count;
}

bool quiz_clock(Frame& frame, Rect box, Nanoseconds left, const Nanoseconds limit, int pass_percent) {
    const Theme& theme = frame.theme;
    card(frame, box, 28);
    Rect inside = box.inset(space::m, 0);
    const std::string words = frame.words("quiz.paper.hand_in");
    const float button_w = frame.canvas.measure(words, {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}).x + 2 * space::l;
    const Rect out = inside.cut_right(button_w).inset(0, (box.h - space::touch - 8) / 2);
    inside.cut_right(space::m);
    const float radius = 42;
    const Vec2 centre{inside.x + radius + 4, inside.centre().y};
    const float share = static_cast<float>(seconds(left) / seconds(limit));
    frame.canvas.ring(centre, radius, 0, 1, theme.line, 12);
    frame.canvas.ring(centre, radius, 0, share, theme.cinnabar, 12);
    inside.cut_left(2 * radius + 8 + space::m);
    // Rounded up: 10:00 at the start, 0:01 in the last second.
    const auto shown = std::chrono::ceil<std::chrono::seconds>(left);
    const std::string time = minutes(shown);
    const TextStyle large{Face::serif_bold, 60, theme.ink, Align::left, 1.1f, 1, true, 40};
    // As wide as its widest, so that nothing beside it trembles.
    const float time_w = frame.canvas.measure("00:00", large).x + 4;
    frame.canvas.text(time, inside.cut_left(std::min(time_w, inside.w)), large);
    inside.cut_left(space::m);
    const bool last_minute = left <= std::chrono::seconds(60);
    const std::string note = last_minute ? frame.words("quiz.paper.last_minute") : frame.words("quiz.paper.pass", {{"percent", std::to_string(pass_percent)}});
    frame.canvas.text(note, inside, {last_minute ? Face::sans_bold : Face::sans, 30, last_minute ? theme.cinnabar_deep : theme.ink_2, Align::left, 1.3f, 2, true, 28 / text_growth(frame)});
    return button(frame, "paper.hand_in", words, out, {Tone::plain, "", false, false, true, 34});
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
