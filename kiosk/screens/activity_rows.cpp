// What the taps and the end have in common: rows of people, the ring, the door.
#include <cmath>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/keyboard.h"
#include "kiosk/reception.h"
#include "kiosk/screens/activity_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t admin_pin_least = 6, admin_pin_most = 12;

}  // namespace

float activity_row_height(const Frame& frame) { return 28 + 44 * text_growth(frame); }

void activity_row(Frame& frame, Rect box, const ActivityRow& row) {
    Canvas& canvas = frame.canvas;
    Rect inside = box.inset(space::s, 0);
    canvas.line({inside.x, box.bottom()}, {inside.right(), box.bottom()}, frame.theme.line, 2);
    const TextStyle state{Face::sans_bold, 28, row.colour, Align::right, 1.2f, 1, true, 28};
    if (!row.sign.empty()) {
        const Rect sign = inside.cut_left(36);
        icon(frame, row.sign, {sign.x, sign.centre().y - 18, 36, 36}, row.colour);
        inside.cut_left(space::s);
    }
    canvas.text(row.state, inside.cut_right(std::min(inside.w * 0.5f, canvas.measure(row.state, state).x + 4)), state);
    inside.cut_right(space::s);
    const TextStyle beside{Face::sans, 28, frame.theme.ink_2, Align::right, 1.2f, 1, true, 28};
    canvas.text(row.beside, inside.cut_right(std::min(inside.w * 0.5f, canvas.measure(row.beside, beside).x + 4)), beside);
    inside.cut_right(space::s);
    canvas.text(row.name, inside, {Face::serif_bold, 36, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
}

void activity_ring(Frame& frame, Vec2 centre, float radius, float share, std::size_t n, std::size_t m) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    canvas.ring(centre, radius - 11, 0, 1, theme.line, 22);
    if (share > 0) canvas.ring(centre, radius - 11, 0, std::min(1.0f, share), theme.cinnabar, 22);
    const float w = (radius - 30) * 1.72f;
    canvas.text(std::to_string(n), {centre.x - w / 2, centre.y - radius * 0.62f, w, radius * 0.78f},
                {Face::serif_bold, radius * 0.6f, theme.ink, Align::centre, 1.1f, 1, true, 32});
    canvas.text(frame.words("activity.of", {{"m", std::to_string(m)}}), {centre.x - w / 2, centre.y + radius * 0.14f, w, radius * 0.42f},
                {Face::sans, 30, theme.ink_2, Align::centre, 1.2f, 1, true, 28});
}

HostDoor::Outcome HostDoor::draw(Frame& frame, Rect box, std::string_view title, std::string_view text) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const float growth = text_growth(frame);
    AdminLock& lock = frame.study->admin();
    Outcome outcome = Outcome::asking;

    frame.takes_codes = true;
    for (const std::string& code : frame.codes) {
        const Reception::Known known = frame.reception.recognise(code, frame.moment);
        if (known.member && known.member->host && known.way == SignInWay::card) outcome = Outcome::open;
        else fault_ = "activity.door.no_host";
        frame.wake_at(frame.now);
    }

    const float w = std::min(box.w, 1000.0f), h = std::min(box.h, 900 * growth);
    const Rect sheet{box.centre().x - w / 2, box.y, w, h};
    card(frame, sheet, 28);
    Rect inside = sheet.inset(space::xl, space::m);
    const Rect foot = inside.cut_bottom(space::touch);
    inside.cut_bottom(space::xs);
    canvas.text(title, inside.cut_top(66 * growth), {Face::serif_bold, 46, theme.ink, Align::centre, 1.2f, 1, true, 32});
    const TextStyle plain{Face::sans, 30, theme.ink_2, Align::centre, 1.35f, 0, false, 28};
    const Nanoseconds wait = lock.has_pin() ? lock.wait_left(frame.now) : Nanoseconds(0);
    std::string fault = fault_.empty() ? "" : frame.words(fault_);
    if (wait.count() > 0) {
        const auto left = static_cast<std::int64_t>(std::ceil(seconds(wait)));
        fault = left < 60 ? frame.words("sign_in.pin.wait_s", {{"n", std::to_string(left)}}) : frame.words("sign_in.pin.wait", {{"time", minutes(Milliseconds(left * 1000))}});
        frame.wake_at(frame.now + wait - std::chrono::seconds(left - 1));
    }
    // What went wrong stands where the question stood: there is not room for both beside the keys.
    if (fault.empty()) {
        const std::string words = lock.has_pin() ? std::string(text) : frame.words("activity.door.card_only");
        canvas.text(words, inside.cut_top(canvas.measure(words, plain, inside.w).y + 4), plain);
    } else {
        canvas.text(fault, inside.cut_top(44 * growth), {Face::sans_bold, 30, theme.cinnabar_deep, Align::centre, 1.2f, 1, true, 28});
    }
    if (lock.has_pin()) {
        const KeyPressed touched = number_pad(frame, inside, digits_.size(), admin_pin_least);
        for (const KeyPressed& key : with_typing(frame, touched, Accepts::digits)) {
            frame.wake_at(frame.now);  // the dots were drawn already
            if (key.letter != 0 && digits_.size() < admin_pin_most && wait.count() == 0) digits_.push_back(key.letter);
            if (key.erase && !digits_.empty()) digits_.pop_back();
            if (key.clear) digits_.clear();
            if (!key.confirm || digits_.size() < admin_pin_least || wait.count() > 0 || outcome != Outcome::asking) continue;
            auto answer = lock.try_pin(std::exchange(digits_, {}), frame.moment);
            if (!answer) log_warning(answer.error().within("trying the administrator's PIN").what);
            if (answer && *answer == AdminLock::Answer::open) outcome = Outcome::open;
            else fault_ = answer ? "sign_in.pin.wrong" : "sign_in.pin.failed";
            frame.wake_at(frame.now);
        }
    } else {
        calling_sign(frame, inside.centre(), std::min(96.0f, inside.h / 4), "icons/card.png", theme.cinnabar);
    }
    const float cancel_w = std::min(foot.w, 360.0f);
    if (button(frame, "door.cancel", frame.words("sign_in.pin.cancel"), {foot.centre().x - cancel_w / 2, foot.y, cancel_w, foot.h}, {Tone::quiet, "", false, false, true, 32}))
        outcome = Outcome::cancelled;
    if (outcome != Outcome::asking) {
        digits_.clear();
        fault_.clear();
    }
    return outcome;
}

}  // namespace xinghuo
