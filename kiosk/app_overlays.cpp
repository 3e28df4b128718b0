// What the application itself draws over every screen: the curtain between two screens, "still there?", and the notice at the foot.
#include <algorithm>
#include <cmath>

#include "kiosk/app.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/notice_look.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds curtain_rises = Milliseconds(260);
constexpr Nanoseconds curtain_falls = Milliseconds(140);

}  // namespace

void App::curtain(Frame& frame) {
    float shade = 0;
    if (closing_) shade = progress(frame.now, curtain_start_, curtain_falls);
    if (opening_) {
        shade = 1 - ease_out(progress(frame.now, opened_, curtain_rises));
        if (frame.now >= opened_ + curtain_rises) opening_ = false;
    }
    if (shade <= 0) return;
    frame.canvas.fill(frame.screen, frame.theme.night.with_alpha(shade));
    frame.animate();
}

void App::still_there(Frame& frame) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    canvas.fill(frame.screen, theme.night.with_alpha(0.72f));
    const float w = std::min(frame.screen.w - 2 * frame.margin, 960.0f), h = 712;
    const Rect box{(frame.screen.w - w) / 2, (frame.screen.h - h) / 2, w, h};
    canvas.cover(box);
    card(frame, box, 28);
    Rect inside = box.inset(space::xxl, space::xl);
    canvas.text(frame.words("still.title"), inside.cut_top(88), {Face::serif_bold, type::title, theme.ink, Align::centre, 1.3f, 1, true, 40});
    const float left = force_ring_ ? 0.7f : idle_.ring_left(frame.now);
    const Vec2 centre{box.centre().x, inside.y + 160};
    canvas.ring(centre, 112, 0, 1, theme.line, 14);
    canvas.ring(centre, 112, 0, left, theme.cinnabar, 14);
    const int seconds_left = static_cast<int>(std::ceil(left * static_cast<float>(parts_.settings.still_there_seconds)));
    canvas.text(std::to_string(seconds_left), {centre.x - 100, centre.y - 70, 200, 140},
                {Face::serif_bold, type::display, theme.ink, Align::centre, 1.2f, 1, true});
    inside.cut_top(300);
    canvas.text(frame.words("still.text"), inside.cut_top(104), {Face::sans, type::body, theme.ink_2, Align::centre, 1.5f, 2, true, 28});
    inside.cut_top(space::m);
    Rect row = inside.cut_top(96);
    const float half = (row.w - space::l) / 2;
    const bool go_on = button(frame, "still.stay", frame.words("still.stay"), row.cut_left(half), {Tone::primary, "", false, false, true, 36});
    row.cut_left(space::l);
    if (button(frame, "still.leave", frame.words("still.leave"), row, {Tone::plain, "", false, false, true, 36})) leave();
    // A touch anywhere else is an answer too: somebody is there.
    if (go_on || (frame.pointer.released && !frame.touch.clicked_in_this_frame())) {
        force_ring_ = false;
        idle_.alive(frame.now);
        frame.animate();
    }
    if (!force_ring_) frame.animate();
}

void App::notice(Frame& frame) {
    reception_->tick(frame.now);
    const auto& said = reception_->notice();
    notice_box_.reset();
    if (!said) return;
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const auto words = [&](const std::string& key) { return frame.strings.get(frame.lang, key, said->values); };
    const float in = frame.calm() ? 1.0f : ease_out(progress(frame.now, said->since, Milliseconds(motion::element_ms)));
    if (in < 1) frame.animate();
    frame.wake_at(said->since + shown_for(*said));
    const float w = std::min(frame.screen.w - 2 * frame.margin, 1100.0f);
    const TextStyle title{Face::serif_bold, 44, theme.ink, Align::left, 1.3f, 2, false, 32};
    const TextStyle body{Face::sans, 32, theme.ink_2, Align::left, 1.45f, 3, false, 28};
    const float words_w = w - 2 * space::l - 88;
    const std::string what = words(said->title), more = said->text.empty() ? "" : words(said->text);
    const float title_h = canvas.measure(what, title, words_w).y + 2;
    const float body_h = more.empty() ? 0 : canvas.measure(more, body, words_w).y + 10;
    const float h = title_h + body_h + 2 * space::m;
    const Rect box{(frame.screen.w - w) / 2, frame.screen.h - h - space::xl + (1 - in) * 40, w, h};
    const auto fade = canvas.faded(in);
    canvas.cover_partly(box);
    card(frame, box, 28);
    const NoticeLook look = notice_look(theme, said->tone);
    canvas.fill({box.x + 3, box.y + 20, 8, box.h - 40}, look.colour, 4);
    Rect inside = box.inset(space::l, space::m);
    const Rect mark = inside.cut_left(64);
    inside.cut_left(space::m);
    icon(frame, look.icon, {mark.x, mark.centre().y - 32, 64, 64}, look.colour);
    canvas.text(what, inside.cut_top(title_h), title);
    if (!more.empty()) canvas.text(more, inside, body);
}

}  // namespace xinghuo
