#include "kiosk/record_room.h"

#include <stdlib.h>

#include "content/base/log.h"
#include "kiosk/app.h"

namespace xinghuo {

RecordRoom::RecordRoom(Parts parts) : parts_(std::move(parts)) {
    if (parts_.data.empty()) {
        std::string name = (std::filesystem::temp_directory_path() / "xinghuo-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            why_ = "there is no folder for the study record";
            return;
        }
        parts_.data = name;
        private_folder_ = true;
    }
    open(false);
}

RecordRoom::~RecordRoom() {
    if (study_) {
        if (auto done = study_->visit().sign_out(SignOutWhy::closing, parts_.clock.moment()); !done) log_warning(done.error().what);
    }
    study_.reset();
    upkeep_.reset();
    std::error_code ignored;
    if (private_folder_) std::filesystem::remove_all(parts_.data, ignored);
}

void RecordRoom::open(bool mend) {
    std::function<void(std::function<void()>)> later;
    if (parts_.threads) later = [this](std::function<void()> job) {
        if (upkeep_) upkeep_->post(std::move(job));
        else job();
    };
    auto study = Study::open({.data = parts_.data, .boot_id = parts_.clock.boot_id(), .version = parts_.version, .later = later, .mend = mend},
                             parts_.clock.moment());
    if (!study) {
        why_ = study.error().within("opening the study record").what;
        log_warning(why_);
        return;
    }
    why_.clear();
    study_ = std::move(*study);
    if (parts_.threads) upkeep_ = Upkeep::start({.files = study_->files(), .clock = parts_.clock, .wake = parts_.wake});
}

void RecordRoom::begin_day() {
    const Moment moment = parts_.clock.moment();
    const std::int64_t today = study_->today(moment);
    if (today == day_) return;
    day_ = today;
    const auto policy = study_->policies().on(today);
    if (!policy) return log_warning(policy.error().within("reading the policy").what);
    study_->visit().set_rules(session_rules(*policy));
    if (policy->forget_gone_days == 0) return;
    if (auto done = study_->members().forget_gone(policy->forget_gone_days, moment); !done) log_warning(done.error().within("retention").what);
}

void RecordRoom::look(App& app) {
    if (study_) begin_day();
    if (study_) health_.look(app, parts_.version, parts_.clock.moment());
    if (!upkeep_ || upkeep_->take_damage().empty()) return;
    app.set_study(nullptr, "the study record is being mended");
    study_.reset();
    upkeep_.reset();
    open(true);
    day_ = -1;
    app.set_study(study_.get(), why_);
}

}  // namespace xinghuo
