// 管理: behind its PIN. The pages live in here: they are made only after the lock said "open", and go when this screen goes.
#include <algorithm>
#include <cmath>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_pin.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {
namespace {

class AdminScreen final : public Screen, private AdminDesk {
public:
    [[nodiscard]] std::string id() const override { return pages_.empty() ? "admin-pin" : pages_.back()->id(); }
    [[nodiscard]] bool counts() const override { return false; }

    void frame(Frame& frame, Navigator& navigator) override {
        // Cards come here, so that nobody signs in over an open page; pages that want them take them.
        frame.takes_codes = true;
        // The record was closed, or mended and opened anew: who is in came in through another lock.
        if (frame.study != study_) {
            pages_.clear();
            study_ = frame.study;
            entry_.clear();
            new_pin_ = NewPin(NewPin::Whose::admin);
        }
        if (std::find(frame.keys.begin(), frame.keys.end(), Key::escape) != frame.keys.end()) back();
        if (frame.study == nullptr) closed(frame);
        else if (pages_.empty()) lock(frame);
        else page(frame);
        if (!frame.codes.empty() && !pages_.empty()) frame.reception.say(Notice::Tone::kind, "admin.card.title", "admin.card.text", frame.moment);
        follow(frame, navigator);
    }

private:
    void page(Frame& frame) {
        if (fresh_) {
            fresh_ = false;
            since_ = frame.now;
            pages_.back()->shown(frame);
        }
        pages_.back()->frame(frame, *this);
        // The new page comes out of the paper.
        const float cover = frame.calm() ? 0 : 1 - ease_out(progress(frame.now, since_, Milliseconds(motion::element_ms)));
        if (cover <= 0) return;
        Rect below = frame.screen;
        below.cut_top(top_bar_height);
        frame.canvas.fill(below, frame.theme.paper.with_alpha(cover));
        frame.animate();
    }

    void closed(Frame& frame) {
        Rect place = admin_column(frame, admin_head(frame, *this, frame.words("admin.title")));
        place.cut_top(space::xl);
        told(frame, place, frame.words("admin.no_study.title"), frame.words("admin.no_study.text"), Notice::Tone::bad);
        paragraph(frame, place, frame.reception.closed(), admin_quiet(frame));
    }

    void lock(Frame& frame) {
        const Rect place = admin_head(frame, *this, frame.words("admin.title"));
        AdminLock& lock = frame.study->admin();
        if (!looked_) {
            // Somebody may have set a PIN with the program beside.
            looked_ = true;
            if (auto read = lock.reread(); !read) log_warning(read.error().what);
        }
        if (!lock.has_pin()) return first_start(frame, place);
        if (const Nanoseconds left = lock.wait_left(frame.now); left > Nanoseconds(0)) {
            entry_.clear();
            return wait(frame, place, left, lock.wrong_in_a_row());
        }
        const bool confirmed = pin_form(frame, place, entry_, {frame.words("admin.pin.title"), frame.words("admin.pin.text"), fault(frame, lock), 6, 12});
        if (!confirmed) return;
        const auto answer = lock.try_pin(std::exchange(entry_, {}), frame.moment);
        frame.animate();
        failed_ = !answer;
        if (!answer) log_warning(answer.error().what);
        else if (*answer == AdminLock::Answer::open) enter(frame);
        else wrong_ = true;
    }

    [[nodiscard]] std::string fault(const Frame& frame, const AdminLock& lock) const {
        if (failed_) return frame.words("admin.pin.fault.disk");
        if (!wrong_ || !entry_.empty()) return {};
        const int next = static_cast<int>(seconds(delay_after(lock.wrong_in_a_row() + 1)));
        return frame.words(next > 0 ? "admin.pin.wrong.next" : "admin.pin.wrong", {{"wait", span_words(frame, next)}});
    }

    // "5 s", "5 min".
    static std::string span_words(const Frame& frame, int s) {
        if (s < 120) return frame.words("admin.span.seconds", {{"n", std::to_string(s)}});
        return frame.words("admin.span.minutes", {{"n", std::to_string((s + 59) / 60)}});
    }

    static void wait(Frame& frame, Rect place, Nanoseconds left, int wrong) {
        const Theme& theme = frame.theme;
        const int s = static_cast<int>(std::ceil(seconds(left)));
        frame.wake_at(frame.now + left - std::chrono::seconds(s - 1));
        Rect column = admin_column(frame, place, 1000);
        column.cut_top(std::max(space::l, column.h * 0.12f));
        paragraph(frame, column, frame.words("admin.pin.wait.title"), {Face::serif_bold, type::title, theme.ink, Align::centre, 1.3f, 0}, space::l);
        const Vec2 centre{column.centre().x, column.y + 130};
        const auto whole = static_cast<float>(seconds(delay_after(wrong)));
        frame.canvas.ring(centre, 118, 0, 1, theme.line, 14);
        frame.canvas.ring(centre, 118, 0, std::clamp(static_cast<float>(s) / std::max(1.0f, whole), 0.0f, 1.0f), theme.cinnabar, 14);
        const std::string clock = s < 100 ? std::to_string(s) : minutes(std::chrono::seconds(s));
        frame.canvas.text(clock, {centre.x - 100, centre.y - 60, 200, 120}, {Face::serif_bold, 76, theme.ink, Align::centre, 1.2f, 1, true, 40});
        column.cut_top(260 + space::l);
        paragraph(frame, column, frame.words("admin.pin.wait.text", {{"n", std::to_string(wrong)}, {"wait", span_words(frame, s)}}),
                  {Face::sans, type::body, theme.ink_2, Align::centre, 1.55f, 0});
    }

    void first_start(Frame& frame, Rect place) {
        const auto pin = new_pin_.frame(frame, place, frame.words("admin.pin.first"), frame.words("admin.pin.first.text"));
        if (!pin) return;
        if (auto done = frame.study->admin().set_pin(*pin, frame.moment); !done) {
            log_warning(done.error().what);
            return new_pin_.refuse("admin.pin.fault.disk");
        }
        enter(frame);
    }

    void enter(Frame& frame) {
        wrong_ = false;
        pages_.push_back(make_admin_menu());
        fresh_ = true;
        frame.touch.release_all();
        frame.animate();
    }

    void open(AdminPagePtr page) override {
        if (wish_ == Wish::none) next_ = std::move(page), wish_ = Wish::open;
    }
    void back() override {
        if (wish_ == Wish::none) wish_ = Wish::back;
    }
    void close() override {
        if (wish_ == Wish::none) wish_ = Wish::close;
    }
    void close_for(ScreenPtr screen) override {
        if (wish_ == Wish::none) screen_ = std::move(screen), wish_ = Wish::close_for;
    }

    // What the page asked for, once it has drawn.
    void follow(Frame& frame, Navigator& navigator) {
        const Wish wish = std::exchange(wish_, Wish::none);
        if (wish == Wish::none) return;
        frame.touch.release_all();
        frame.animate();
        fresh_ = true;
        if (wish == Wish::open) return pages_.push_back(std::move(next_));
        if (wish == Wish::back && pages_.size() > 1) return pages_.pop_back();
        // Locked at this instant, not when the curtain is down.
        pages_.clear();
        entry_.clear();
        if (wish == Wish::close_for) navigator.replace(std::move(screen_));
        else navigator.back();
    }

    const Study* study_ = nullptr;
    std::vector<AdminPagePtr> pages_;    // empty: locked
    bool fresh_ = false;                 // another page is seen from this frame on
    Instant since_;
    std::string entry_;
    bool wrong_ = false, failed_ = false, looked_ = false;
    NewPin new_pin_{NewPin::Whose::admin};
    enum class Wish { none, open, back, close, close_for } wish_ = Wish::none;
    AdminPagePtr next_;
    ScreenPtr screen_;
};

}  // namespace

ScreenPtr make_admin() { return std::make_unique<AdminScreen>(); }

}  // namespace xinghuo
