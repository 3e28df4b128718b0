// A figure speaking on the stage, drawn in memory at 30 frames a second: every frame as long as it takes, none skipped.
#pragma once

#include "kiosk/app.h"
#include "kiosk/drive.h"

namespace xinghuo {

class StageFrames {
public:
    static constexpr double period_s = 1.0 / 30;
    // Null: there is nobody to put on the stage. `study`: somebody may be signed in.
    static std::unique_ptr<StageFrames> open(const Path& share, Study* study);
    // The next frame, in ms; returns when its time is over. `before`: what the loop does besides, counted in.
    double frame_ms(const Clock& clock, const std::function<void()>& before = {});
    [[nodiscard]] Moment moment() const { return fake_.moment(); }

private:
    StageFrames() = default;
    std::shared_ptr<const Catalogue> catalogue_;
    std::unique_ptr<Renderer> renderer_;
    std::unique_ptr<AudioOut> audio_;
    std::unique_ptr<App> app_;
    FakeClock fake_{wall_time_from_iso("2026-07-23T09:00:00+08:00")};
};

}  // namespace xinghuo
