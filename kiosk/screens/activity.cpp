// 活动签到: a host plans and opens it, everybody taps, a host closes it and takes the list along.
#include <algorithm>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/reception.h"
#include "kiosk/screens/activity_parts.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {
namespace {

class ActivityScreen final : public Screen {
public:
    explicit ActivityScreen(bool administrator) : administrator_(administrator) {}
    [[nodiscard]] std::string id() const override { return "activity"; }
    [[nodiscard]] bool counts() const override { return false; }
    // While one is open the screen stays, whoever comes or does not.
    [[nodiscard]] bool idles() const override { return idles_; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::s);
        place.cut_bottom(space::l);
        const bool open = frame.study != nullptr && frame.study->activities().current().has_value();
        idles_ = !open;
        // Upright the bar is narrow: there the name has a line of its own.
        const bool name_in_bar = open && !frame.portrait;
        if (open && !name_in_bar) {
            const TextStyle style{Face::serif_bold, 44, frame.theme.ink, Align::left, 1.2f, 2, true, 28};
            const std::string& name = frame.study->activities().current()->plan.name;
            const float h = std::min(frame.canvas.measure(name, style, place.w).y, 2.4f * 44 * text_growth(frame)) + 4;
            frame.canvas.text(name, place.cut_top(h), style);
            place.cut_top(space::s);
        }
        const std::string title = name_in_bar ? frame.study->activities().current()->plan.name : frame.words("activity.title");
        if (frame.study == nullptr) closed(frame, place);
        else if (open) taps(frame, place);
        else if (end_) end(frame, navigator, place);
        else if (pin_) ask_pin(frame, place);
        else if (administrator_ || (frame.here && frame.here->host)) plan(frame, place);
        else invite_host(frame, place);
        if (top_bar(frame, title).back) go_back(navigator, open);
    }

private:
    void go_back(Navigator& navigator, bool open) {
        if (open) {
            if (!live_ || !live_->back()) navigator.home();
        } else if (end_) {
            end_.reset();
        } else if (pin_) {
            pin_.reset();
        } else if (!form_.back()) {
            navigator.back();
        }
    }

    static void closed(Frame& frame, Rect place) {
        const float w = std::min(place.w, 1300.0f);
        notice(frame, {place.centre().x - w / 2, place.y + 60, w, 320 * text_growth(frame)}, frame.words("sign_in.closed.title"), frame.words("sign_in.closed.text"));
    }

    void taps(Frame& frame, Rect place) {
        if (!live_) live_ = std::make_unique<ActivityLive>(frame.audio);
        const ActivityId id = frame.study->activities().current()->id;
        if (!live_->draw(frame, place)) return;
        live_.reset();
        end_.emplace(id);
        frame.wake_at(frame.now);
    }

    void end(Frame& frame, Navigator& navigator, Rect place) {
        if (end_->draw(frame, place)) navigator.home();
    }

    void plan(Frame& frame, Rect place) {
        // Who comes here has a button at the foot, where the welcome would lie.
        if (!form_seen_) frame.reception.hush();
        form_seen_ = true;
        // A host who is signed in is the host, also of what the administrator opens.
        const auto& here = frame.study->visit().member();
        const Member* const host = here && here->host ? &*here : nullptr;
        if (!last_looked_) {
            last_looked_ = true;
            if (auto history = frame.study->activities().history(1); history && !history->empty()) last_ = history->front().id;
        }
        switch (form_.draw(frame, place, host, !last_.empty())) {
            case ActivityForm::Wish::none: break;
            case ActivityForm::Wish::last: end_.emplace(last_); break;
            case ActivityForm::Wish::open: open(frame, form_.plan(frame, host), form_.followed()); break;
        }
    }

    void open(Frame& frame, const ActivityPlan& plan, const std::string& planned) {
        if (auto opened = frame.study->activities().open(plan, frame.moment, planned); !opened) {
            log_warning(opened.error().within("opening an activity").what);
            return frame.reception.say(Notice::Tone::bad, "activity.not_opened.title", "activity.not_opened.text", frame.moment);
        }
        // From now on everybody stands before this page: nobody's own study is a touch away.
        const bool somebody = frame.study->visit().member().has_value();
        frame.reception.sign_out(SignOutWhy::button, frame.moment);
        frame.reception.hush();
        live_ = std::make_unique<ActivityLive>(frame.audio);
        live_->opened(frame, somebody);
        form_ = {};
        last_looked_ = false;
        administrator_ = false;
        frame.wake_at(frame.now);
    }

    // Nobody here may open one: a kind word, and a host's card.
    void invite_host(Frame& frame, Rect place) {
        form_seen_ = false;
        Canvas& canvas = frame.canvas;
        const float growth = text_growth(frame), w = std::min(place.w, 1000.0f), h = std::min(place.h, 640 * growth);
        const Rect sheet{place.centre().x - w / 2, place.y + (place.h - h) * 0.4f, w, h};
        card(frame, sheet, 28);
        Rect inside = sheet.inset(space::xl);
        const Rect sign = inside.cut_top(inside.h * 0.5f);
        calling_sign(frame, sign.centre(), std::min(100.0f, sign.h * 0.3f), "icons/group.png", frame.theme.cinnabar);
        canvas.text(frame.words("activity.host.title"), inside.cut_top(92 * growth), {Face::serif_bold, 52, frame.theme.ink, Align::centre, 1.25f, 1, true, 36});
        canvas.text(frame.words("activity.host.text"), inside, {Face::sans, 32, frame.theme.ink_2, Align::centre, 1.5f, 0, false, 28});
        frame.takes_codes = true;
        for (const std::string& code : frame.codes) {
            const Reception::Known known = frame.reception.recognise(code, frame.moment);
            if (!known.member) frame.reception.say(known.tone, known.title, known.text, frame.moment);
            else if (!known.member->host) frame.reception.say(Notice::Tone::kind, "activity.no_host.title", "activity.no_host.text", frame.moment);
            else if (frame.reception.pin_wanted(*known.member, known.way, frame.moment)) pin_.emplace(*known.member, known.way);
            else frame.reception.sign_in(*known.member, known.way, frame.moment);
            frame.wake_at(frame.now);
        }
    }

    void ask_pin(Frame& frame, Rect place) {
        const auto outcome = pin_->draw(frame, place);
        if (outcome == PinStep::Outcome::asking) return;
        if (outcome == PinStep::Outcome::right) frame.reception.sign_in(pin_->member(), pin_->way(), frame.moment);
        pin_.reset();
        frame.wake_at(frame.now);
    }

    bool administrator_;
    bool idles_ = false, last_looked_ = false, form_seen_ = false;
    ActivityId last_;
    ActivityForm form_;
    std::unique_ptr<ActivityLive> live_;
    std::optional<ActivityEnd> end_;
    std::optional<PinStep> pin_;
};

}  // namespace

ScreenPtr make_activity(bool administrator) { return std::make_unique<ActivityScreen>(administrator); }

}  // namespace xinghuo
