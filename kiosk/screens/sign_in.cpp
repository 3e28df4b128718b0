// 签到: card, code or name; the PIN where the policy wants one.
#include "content/study/study.h"
#include "kiosk/reception.h"
#include "kiosk/screens/screens.h"
#include "kiosk/screens/sign_in_parts.h"

namespace xinghuo {
namespace {

class SignIn final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "sign-in"; }
    [[nodiscard]] bool counts() const override { return false; }

    void frame(Frame& frame, Navigator& navigator) override {
        // Once: a page that is about to be covered leaves whom a card brings to the next one.
        if (!begun_)
            if (auto waiting = frame.reception.take_waiting()) pin_.emplace(std::move(waiting->member), waiting->way);
        // The keys are at the foot, where notices lie.
        if (!begun_ || frame.pointer.pressed) frame.reception.hush();
        begun_ = true;
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::m);
        place.cut_bottom(space::l);
        if (frame.study == nullptr) closed(frame, place);
        else if (pin_) ask_pin(frame, navigator, place);
        else choose(frame, navigator, place);
        if (!top_bar(frame, frame.words("sign_in.title")).back) return;
        if (pin_) pin_.reset();
        else if (mode_ == 0 || !by_branch_.back()) navigator.back();
    }

private:
    static void closed(Frame& frame, Rect place) {
        const float h = std::min(place.h, 460 * text_growth(frame)), w = std::min(place.w, 1300.0f);
        std::string text = frame.words("sign_in.closed.text");
        if (!frame.reception.closed().empty()) text += "\n" + frame.words("sign_in.closed.why", {{"why", frame.reception.closed()}});
        notice(frame, {place.centre().x - w / 2, place.y + (place.h - h) * 0.3f, w, h}, frame.words("sign_in.closed.title"), text);
    }

    void ask_pin(Frame& frame, Navigator& navigator, Rect place) {
        switch (pin_->draw(frame, place)) {
            case PinStep::Outcome::asking: break;
            case PinStep::Outcome::cancelled: pin_.reset(); break;
            case PinStep::Outcome::right: come_in(frame, navigator, pin_->member(), pin_->way()); break;
        }
    }

    void choose(Frame& frame, Navigator& navigator, Rect place) {
        Rect sheet;
        if (frame.portrait) {
            sheet = place.cut_top(std::min(place.h * 0.3f, 400 * text_growth(frame)));
            place.cut_top(space::l);
        } else {
            sheet = place.cut_left(520);
            place.cut_left(space::xl);
        }
        invitation(frame, sheet);
        Rect row = place.cut_top(80);
        const std::string names = frame.words("sign_in.by_name"), branches = frame.words("sign_in.by_branch");
        row.w = std::min(row.w, 680.0f);
        if (const int touched = segments(frame, "mode", {names, branches}, mode_, row); touched >= 0) mode_ = touched;
        place.cut_top(space::m);
        const auto member = mode_ == 0 ? by_name_.draw(frame, place) : by_branch_.draw(frame, place);
        if (!member) return;
        if (frame.reception.pin_wanted(*member, SignInWay::name, frame.moment)) {
            // As it is now: the list may be older than the PIN.
            auto now = frame.study->members().by_id(member->id);
            pin_.emplace(now && *now ? **now : *member, SignInWay::name);
        } else {
            come_in(frame, navigator, *member, SignInWay::name);
        }
    }

    // Card and code: a sheet with a sign, landscape upright, portrait lying.
    static void invitation(Frame& frame, Rect sheet) {
        Canvas& canvas = frame.canvas;
        const Theme& theme = frame.theme;
        card(frame, sheet, 28);
        canvas.fill({sheet.x + 28, sheet.y, sheet.w - 56, 6}, theme.cinnabar, 3);
        Rect inside = sheet.inset(space::l);
        const bool roomy = text_growth(frame) < 1.2f;
        Rect sign = frame.portrait ? inside.cut_left(260) : inside.cut_top(inside.h * (roomy ? 0.42f : 0.25f));
        if (frame.portrait) inside.cut_left(space::l);
        calling_sign(frame, sign.centre(), std::min(104.0f, std::min(sign.w, sign.h) * 0.3f), "icons/card.png", theme.cinnabar);
        const Align align = frame.portrait ? Align::left : Align::centre;
        const auto words = [&](std::string_view text, TextStyle style, float after) {
            const float h = canvas.measure(text, style, inside.w).y + 2;
            canvas.text(text, inside.cut_top(h), style);
            inside.cut_top(after);
        };
        if (frame.portrait) inside.cut_top(space::s);
        words(frame.words("sign_in.card.title"), {Face::serif_bold, 52, theme.ink, align, 1.25f, 2, false, 40}, space::s);
        words(frame.words("sign_in.card.text"), {Face::sans, 32, theme.ink_2, align, 1.45f, 0, false, 28}, space::m);
        const std::string last = frame.here ? frame.words("sign_in.other_here", {{"name", frame.here->name}}) : frame.words("sign_in.masked");
        const TextStyle small{Face::sans, 28, frame.here ? theme.cinnabar_deep : theme.ink_2, align, 1.45f, 0, false, 28};
        const float small_h = canvas.measure(last, small, inside.w).y + 2;
        canvas.text(last, inside.cut_bottom(small_h), small);
        if (!frame.portrait && roomy) {
            divider(frame, {inside.centre().x, inside.bottom() - 24}, 280);
            inside.cut_bottom(48);
        }
        // The code, under the card.
        const TextStyle code{Face::sans, 32, theme.ink, Align::left, 1.3f, 2, true, 28};
        const std::string code_words = frame.words("sign_in.code_too");
        const float code_w = std::min(canvas.measure(code_words, code).x + 4, inside.w - 72);
        Rect row = inside.cut_top(std::min(inside.h, 96 * text_growth(frame)));
        if (!frame.portrait) row.x += (row.w - code_w - 72) / 2;
        icon(frame, "icons/qr.png", {row.x, row.centre().y - 28, 56, 56}, theme.cinnabar);
        canvas.text(code_words, {row.x + 72, row.y, code_w, row.h}, {code.face, code.size, code.colour, Align::left, 1.3f, 2, true, 28});
    }

    void come_in(Frame& frame, Navigator& navigator, const Member& member, SignInWay way) {
        const auto& here = frame.study->visit().member();
        if (here && here->id == member.id)
            frame.reception.say(Notice::Tone::kind, "sign_in.again.title", "sign_in.again.text_name", frame.moment, {{"name", masked_name(member.name)}});
        else if (!frame.reception.sign_in(member, way, frame.moment)) return;
        navigator.home();
    }

    bool begun_ = false;
    int mode_ = 0;
    NamePicker by_name_;
    BranchPicker by_branch_;
    std::optional<PinStep> pin_;
};

}  // namespace

ScreenPtr make_sign_in() { return std::make_unique<SignIn>(); }

}  // namespace xinghuo
