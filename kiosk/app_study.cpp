// The application's part in the study record: who comes with a card, whose time goes on, where that leads.
#include <algorithm>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/app.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {
namespace {

// The administrator's way in: a finger that rests in the lower left corner.
constexpr Nanoseconds corner_hold = std::chrono::seconds(3);
constexpr float corner = 160;

}  // namespace

// Cards and codes nobody on the screen waits for.
void App::receive(const Moment& moment) {
    if (!parts_.catalogue) {
        // There is nothing to study, and nowhere to go.
        codes_.clear();
        return reception_->say(Notice::Tone::kind, "sign_in.closed.title", "closed.text", moment);
    }
    for (const std::string& code : std::exchange(codes_, {})) {
        switch (reception_->code(code, moment)) {
            case Reception::Came::in:
                // Whoever comes begins in the hall: not in another's quiz, nor on another's page.
                ask([this] {
                    stack_.resize(1);
                    stack_.push_back(make_hall());
                });
                break;
            case Reception::Came::pin:
                if (stack_.back()->id() == "sign-in") replace(make_sign_in());
                else go(make_sign_in());
                break;
            case Reception::Came::out: ask([this] { stack_.resize(std::min<std::size_t>(stack_.size(), 2)); }); break;
            case Reception::Came::nobody:
            case Reception::Came::again: break;
        }
    }
}

void App::watch_corner(const Pointer& pointer, Instant now) {
    const std::string here = stack_.back()->id();
    const Rect box{0, screen_.h - corner, corner, corner};
    const bool rests = pointer.down && box.contains(pointer.at) && box.contains(pointer.pressed_at) && parts_.study != nullptr &&
                       (here == "attract" || here == "hall" || here == "closed");
    if (!rests) {
        corner_since_.reset();
    } else if (!corner_since_) {
        corner_since_ = now;
    } else if (now - *corner_since_ >= corner_hold && !change_) {
        corner_since_.reset();
        go(make_admin());
    }
}

Instant App::corner_due() const { return corner_since_ ? *corner_since_ + corner_hold : Instant::never(); }

void App::follow(Going going, const Moment& moment) {
    switch (going) {
        case Going::nowhere: break;
        case Going::sign_in: go(make_sign_in()); break;
        case Going::my_study: go(make_my_study()); break;
        case Going::activity: go(make_activity()); break;
        case Going::sign_out:
            reception_->sign_out(SignOutWhy::button, moment);
            // What belongs to one person is not left on the screen for the next.
            ask([this] { stack_.resize(std::min<std::size_t>(stack_.size(), 2)); });
            break;
    }
}

std::optional<Here> App::here(Instant now) const {
    if (parts_.study == nullptr) return std::nullopt;
    const Visit& visit = parts_.study->visit();
    if (!visit.member()) return std::nullopt;
    return Here{masked_name(visit.member()->name), visit.counted(now), visit.counting(now), visit.member()->host};
}

void App::study_goes_on(Frame& frame, bool touched) {
    if (parts_.study == nullptr) return;
    Visit& visit = parts_.study->visit();
    std::optional<Subject> subject = frame.subject;
    // While the curtain falls nothing is studied: what is on the screen may be the last person's.
    if (!stack_.back()->counts() || closing_ || change_) subject.reset();
    else if (!subject) subject = Subject{};  // lists and the hall: browsing, which the policy may or may not count
    visit.observe(touched, subject, frame.media_plays, frame.moment);
    frame.wake_at(visit.due());
}

}  // namespace xinghuo
