// The application's part in changing packs under the visitors: between two frames, without anybody noticing.
#include <algorithm>

#include "kiosk/app.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/live_packs.h"
#include "kiosk/pack_room.h"
#include "kiosk/screens/screens.h"
#include "kiosk/sync_room.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

bool names(const std::vector<Recall>& recalls, const std::pair<std::string, std::int64_t>& pack) {
    return std::any_of(recalls.begin(), recalls.end(), [&](const Recall& recall) {
        return recall.pack == pack.first &&
               (recall.versions.empty() || std::find(recall.versions.begin(), recall.versions.end(), pack.second) != recall.versions.end());
    });
}

bool needs_no_pack(const Screen& screen) { return screen.id() == "admin"; }

}  // namespace

void App::show_catalogue(std::shared_ptr<const Catalogue> catalogue, std::string why_closed, const std::vector<Recall>& recalls, bool in_place) {
    parts_.catalogue = std::move(catalogue);
    parts_.why_closed = std::move(why_closed);
    live_packs().add(parts_.catalogue);
    take_pictures_anew();
    due_ = {};
    const bool was_closed = stack_.front()->id() == "closed", closed = !parts_.catalogue;
    if (closed || was_closed) {
        // Where nothing was shown, or nothing may be shown any more. The administrator's pages stay open over it.
        std::vector<ScreenPtr> kept;
        kept.push_back(closed ? make_closed(parts_.why_closed) : make_attract());
        if (needs_no_pack(*stack_.back())) kept.push_back(std::move(stack_.back()));
        stack_ = std::move(kept);
        return begin_again();
    }
    const auto recalled = std::find_if(stack_.begin(), stack_.end(), [&](const ScreenPtr& screen) {
        const auto held = screen->held();
        return std::any_of(held.begin(), held.end(), [&](const auto& pack) { return names(recalls, pack); });
    });
    const bool left = recalled != stack_.end();
    if (left) stack_.erase(recalled, stack_.end());
    for (const ScreenPtr& screen : stack_) screen->catalogue_changed(in_place);
    if (!left) return;
    begin_again();
    reception_->say(Notice::Tone::kind, "closed.withdrawn.title", "closed.withdrawn.text", moment_);
}

// Another screen than in the last frame, without a curtain that falls: what was shown is not to be seen any more.
void App::begin_again() {
    change_ = nullptr;
    closing_ = false;
    opening_ = !parts_.effects.less_motion && !parts_.effects.reduced;
    opened_ = now_;
    if (stack_.size() == 1) reception_->sign_out(SignOutWhy::button, moment_);
    release();
    idle_.restart(now_);
}

void App::turn(const Moment& moment) {
    // Where nothing moves the last frame may be long ago.
    now_ = moment.now;
    moment_ = moment;
    look(moment.now);
    if (parts_.packs != nullptr) parts_.packs->look(*this, sticks_.get(), moment);
    if (parts_.sync != nullptr) parts_.sync->look(parts_.study, nobody_here(), moment);
    hear_centre();
}

Instant App::turn_due() const {
    Instant due = due_;
    if (parts_.packs != nullptr) due = std::min(due, parts_.packs->due());
    if (parts_.sync != nullptr) due = std::min(due, parts_.sync->due());
    return due;
}

// Over every screen, so that nobody takes it for what the room shows. Higher than anything that can be touched.
void App::preview_ribbon(Frame& frame) const {
    if (!parts_.preview) return;
    constexpr float h = 26;
    const Rect strip{0, 0, frame.screen.w, h};
    frame.canvas.fill(strip, frame.theme.cinnabar_deep);
    frame.canvas.text(frame.words("preview.ribbon"), strip, {Face::sans_bold, 20 / text_growth(frame), frame.theme.bone, Align::centre, 1.2f, 1, true, 12});
}

}  // namespace xinghuo
