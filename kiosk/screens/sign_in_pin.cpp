// A member's PIN on the glass.
#include <algorithm>
#include <cmath>

#include "content/base/log.h"
#include "content/study/member_pins.h"
#include "content/study/study.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/keyboard.h"
#include "kiosk/reception.h"
#include "kiosk/screens/sign_in_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t pin_least = 4, pin_most = 8;

std::string_view question(bool make, bool repeat) { return make ? "sign_in.pin.make" : repeat ? "sign_in.pin.repeat" : "sign_in.pin.enter"; }

}  // namespace

void calling_sign(Frame& frame, Vec2 centre, float radius, std::string_view icon_name, Colour colour) {
    constexpr int rings = 3;
    constexpr double period_s = 4.8;
    for (int i = 0; i < rings; ++i) {
        const double turn = frame.calm() ? 0.2 + 0.25 * i : std::fmod(seconds(frame.now.since_start) / period_s + static_cast<double>(i) / rings, 1.0);
        const float t = static_cast<float>(turn);
        frame.canvas.ring(centre, radius * (1 + 0.62f * t), 0, 1, colour.with_alpha(0.34f * (1 - t)), 4);
    }
    if (!frame.calm()) frame.animate();
    frame.canvas.circle(centre, radius, colour);
    icon(frame, icon_name, {centre.x - radius * 0.55f, centre.y - radius * 0.55f, radius * 1.1f, radius * 1.1f}, frame.theme.on_cinnabar);
}

PinStep::PinStep(Member member, SignInWay way)
    : member_(std::move(member)), way_(way), step_(member_.has_pin ? Step::enter : way == SignInWay::card ? Step::make : Step::card) {}

PinStep::Outcome PinStep::confirm(Frame& frame) {
    const std::string pin = std::exchange(digits_, {});
    MemberPins* const pins = frame.reception.pins();
    if (pins == nullptr) return Outcome::cancelled;
    if (step_ == Step::make) {
        first_ = pin;
        fault_.clear();
        step_ = Step::repeat;
        return Outcome::asking;
    }
    if (step_ == Step::repeat) {
        if (pin != first_) {
            first_.clear();
            fault_ = "sign_in.pin.differ";
            step_ = Step::make;
            return Outcome::asking;
        }
        if (auto done = pins->set_pin(member_.id, pin, frame.moment); !done) {
            log_warning(done.error().within("setting a PIN").what);
            fault_ = "sign_in.pin.failed";
            step_ = Step::make;
            return Outcome::asking;
        }
        return Outcome::right;
    }
    auto answer = pins->try_pin(member_.id, pin, frame.moment);
    if (!answer) {
        log_warning(answer.error().within("trying a PIN").what);
        fault_ = "sign_in.pin.failed";
        return Outcome::asking;
    }
    if (*answer == MemberPins::Answer::right) return Outcome::right;
    fault_ = "sign_in.pin.wrong";
    return Outcome::asking;
}

// Who has no PIN shows the card once: that it is theirs is proof enough to make one.
void PinStep::listen(Frame& frame) {
    frame.takes_codes = true;
    for (const std::string& code : frame.codes) {
        frame.wake_at(frame.now);
        const Reception::Known known = frame.reception.recognise(code, frame.moment);
        if (known.member && known.member->id == member_.id && known.way == SignInWay::card) {
            way_ = SignInWay::card;
            step_ = Step::make;
            fault_.clear();
        } else {
            fault_ = known.member ? "sign_in.pin.other_card" : "sign_in.pin.unknown_card";
        }
    }
}

PinStep::Outcome PinStep::draw(Frame& frame, Rect box) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const float growth = text_growth(frame);
    const bool by_card = step_ == Step::card;
    const float w = std::min(box.w, 880.0f), h = std::min(box.h, (by_card ? 760.0f : 260 + 104 + 4 * 120 + 96) + 120 * (growth - 1));
    const Rect sheet{box.centre().x - w / 2, box.y + (box.h - h) / 2, w, h};
    card(frame, sheet, 28);
    Rect inside = sheet.inset(space::xl, space::m);
    const Rect foot = inside.cut_bottom(space::touch);
    inside.cut_bottom(space::xs);

    Nanoseconds wait{0};
    if (MemberPins* const pins = frame.reception.pins(); pins != nullptr && step_ == Step::enter) {
        if (const auto left = pins->wait_left(member_.id, frame.now); left) wait = *left;
    }
    canvas.text(masked_name(member_.name), inside.cut_top(72 * growth), {Face::serif_bold, 52, theme.ink, Align::centre, 1.2f, 1, true, 36});
    const std::string asked = frame.words(by_card ? "sign_in.pin.none" : question(step_ == Step::make, step_ == Step::repeat));
    const TextStyle plain{Face::sans, 32, theme.ink_2, Align::centre, 1.35f, 0, false, 28};
    std::string fault = fault_.empty() ? "" : frame.words(fault_);
    if (wait.count() > 0) {
        const auto left = static_cast<std::int64_t>(std::ceil(seconds(wait)));
        fault = frame.words("sign_in.pin.wait", {{"time", left >= 60 ? minutes(Milliseconds(left * 1000)) : std::to_string(left)}});
        if (left < 60) fault = frame.words("sign_in.pin.wait_s", {{"n", std::to_string(left)}});
        frame.wake_at(frame.now + wait - std::chrono::seconds(left - 1));
    }
    // What went wrong stands where the question stood, unless that tells what to do: there is not room for both beside the keys.
    if (by_card || fault.empty()) canvas.text(asked, inside.cut_top(canvas.measure(asked, plain, inside.w).y + 4), plain);
    const TextStyle bad{Face::sans_bold, 30, theme.cinnabar_deep, Align::centre, 1.3f, 1, true, 28};
    if (by_card || !fault.empty()) canvas.text(fault, inside.cut_top(48 * growth), bad);

    Outcome outcome = Outcome::asking;
    if (by_card) {
        calling_sign(frame, {inside.centre().x, inside.centre().y}, std::min(96.0f, inside.h / 3.6f), "icons/card.png", theme.cinnabar);
        listen(frame);
    } else {
        const KeyPressed touched = number_pad(frame, inside, digits_.size(), pin_least);
        for (const KeyPressed& key : with_typing(frame, touched, Accepts::digits)) {
            frame.wake_at(frame.now);  // the dots were drawn already
            if (key.letter != 0 && digits_.size() < pin_most && wait.count() == 0) digits_.push_back(key.letter);
            if (key.erase && !digits_.empty()) digits_.pop_back();
            if (key.clear) digits_.clear();
            if (key.confirm && digits_.size() >= pin_least && outcome == Outcome::asking && wait.count() == 0) outcome = confirm(frame);
        }
    }
    const float cancel_w = std::min(foot.w, 360.0f);
    if (button(frame, "pin.cancel", frame.words("sign_in.pin.cancel"), {foot.centre().x - cancel_w / 2, foot.y, cancel_w, foot.h}, {Tone::quiet, "", false, false, true, 32}))
        outcome = Outcome::cancelled;
    return outcome;
}

}  // namespace xinghuo
