#include "tools/benchmark/stage.h"

#include "tools/benchmark/packs.h"

namespace xinghuo {

std::unique_ptr<StageFrames> StageFrames::open(const Path& share, Study* study) {
    auto catalogue = Catalogue::open(share / "packs/xinghuo-demo");
    auto renderer = Renderer::in_memory(1920, 1080);
    if (!catalogue || !renderer) return nullptr;
    const auto people = (*catalogue)->items_of_kind("figure");
    if (people.empty()) return nullptr;
    std::unique_ptr<StageFrames> stage(new StageFrames());
    stage->catalogue_ = *catalogue;
    stage->renderer_ = std::move(*renderer);
    stage->audio_ = open_silent_audio();
    const Settings settings;
    auto app = App::open({.renderer = *stage->renderer_, .audio = *stage->audio_, .catalogue = stage->catalogue_, .why_closed = "", .settings = settings,
                          .effects = {.reduced = true, .less_motion = false, .frames_per_second = 30}, .resources = share, .study = study, .why_no_study = "", .work_inline = true, .wake = {}});
    if (!app || !(*app)->show("item/" + people.front()->id)) return nullptr;
    stage->app_ = std::move(*app);
    FakeRunner runner(*stage->app_, stage->fake_, from_seconds(period_s));
    runner.run_for(std::chrono::seconds(3));
    return stage;
}

double StageFrames::frame_ms(const Clock& clock, const std::function<void()>& before) {
    fake_.advance(from_seconds(period_s));
    const Instant start = clock.now();
    if (before) before();
    (void)app_->frame(fake_.moment(), false, &clock);
    const Nanoseconds took = clock.now() - start;
    wait_for(from_seconds(period_s) - took);
    return seconds(took) * 1e3;
}

}  // namespace xinghuo
