// The application's part in what the centre says: it is looked for without waiting, screens learn that it is another one, and settings hold from when
// nobody is disturbed by them.
#include <utility>

#include "content/base/log.h"
#include "content/study/from_centre.h"
#include "content/study/study.h"
#include "kiosk/app.h"
#include "kiosk/in_force.h"
#include "kiosk/pack_room.h"
#include "kiosk/sync_room.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds between_told_looks = std::chrono::seconds(1);

}  // namespace

// Whoever brought a stick learns when it may be taken out. What it calls itself is not shown here: nobody has compared its fingerprint.
void App::say_carried() {
    if (parts_.sync == nullptr || !parts_.sync->take_served()) return;
    due_ = {};
    // There the page says it, and buttons stand at its foot.
    if (screen_id() == "admin-sync") return;
    const SyncRoom::Carried& carried = *parts_.sync->carried();
    using Answer = SyncRoom::Carried::Answer;
    if (carried.answer == Answer::refused) return reception_->say(Notice::Tone::bad, "sync.courier.refused", "sync.courier.refused.text", moment_);
    // That name is the one whose fingerprint was compared when it was asked.
    if (carried.answer == Answer::accepted)
        return reception_->say(Notice::Tone::kind, "sync.enrolled.name", carried.wrong.empty() ? "sync.courier.out" : "", moment_, {{"name", parts_.sync->status().organisation}});
    if (carried.wrong.empty())
        reception_->say(Notice::Tone::kind, "sync.courier.done", "sync.courier.done.text", moment_, {{"n", std::to_string(carried.served.records_on_stick)}});
    else if (carried.of && !parts_.sync->status().enrolled)
        reception_->say(Notice::Tone::kind, "sync.courier.unknown", "sync.courier.unknown.text", moment_);
    else
        reception_->say(Notice::Tone::bad, "sync.courier.failed", "sync.courier.failed.text", moment_);
}

// One small question to the database, at most once a second; at once when the sync room says that something came.
void App::hear_centre() {
    say_carried();
    const bool pulled = parts_.sync != nullptr && parts_.sync->take_pulled();
    Study* const study = parts_.study;
    if (study == nullptr) return;
    if (!pulled && told_.looked && now_ - *told_.looked < between_told_looks) return;
    told_.looked = now_;
    const FromCentre from(study->database());
    const auto revision = from.revision();
    if (!revision) return log_warning(revision.error().within("what the centre told").what);
    if (*revision == told_.revision) return;
    const auto settings = from.settings();
    if (!settings) return log_warning(settings.error().within("what the centre sets").what);
    const bool first = std::exchange(told_.revision, *revision) == unheard;
    ++told_.number;
    told_.next = std::make_unique<InForce>(in_force(own_settings_, *settings));
    look_at_roster_anew();
    told_.rules = told_.rules || !first;
    // Members may have other ids now, and who came to the open activity with them. A study that was opened just now has read it just now.
    if (!first && study->activities().current())
        if (auto read = study->activities().recover(moment_); !read) log_warning(read.error().within("the open activity").what);
    due_ = {};
    if (nobody_here()) settle_settings();
}

// Only in the hall and before it: nobody loses their language, their film or their place to the centre.
void App::settle_settings() {
    if (!told_.next) return;
    told_.in_force = std::move(told_.next);
    const Settings& now = told_.in_force->settings;
    const bool other_theme = now.high_contrast != parts_.settings.high_contrast;
    const bool other_idle = now.idle_seconds != parts_.settings.idle_seconds || now.still_there_seconds != parts_.settings.still_there_seconds;
    if (now.volume != parts_.settings.volume) parts_.audio.set_volume(now.volume);
    if (now.less_motion != parts_.settings.less_motion) parts_.effects.less_motion = now.less_motion;
    if (nobody_here() && now.lang != parts_.settings.lang) lang_ = now.lang;
    parts_.settings = now;
    if (other_theme) take_theme();
    if (other_idle) {
        idle_ = Idle({from_seconds(now.idle_seconds), from_seconds(now.still_there_seconds)});
        idle_.restart(now_);
    }
    if (parts_.packs != nullptr) parts_.packs->set_quiet_hours(now.packs.quiet_from, now.packs.quiet_to);
    if (std::exchange(told_.rules, false) && parts_.study != nullptr) {
        const auto policy = parts_.study->policies().on(parts_.study->today(moment_));
        if (policy) parts_.study->visit().set_rules(session_rules(*policy));
        else log_warning(policy.error().within("reading the policy").what);
    }
    due_ = {};
}

}  // namespace xinghuo
