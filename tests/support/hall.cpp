#include "tests/support/hall.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace xinghuo {

Path share_folder() {
    if (const char* named = std::getenv("XINGHUO_SHARE")) return named;
    return Path(XINGHUO_SOURCE_DIR) / "build/release/share/xinghuo";
}

Hall open_hall(const HallOptions& options) {
    Hall hall;
    hall.catalogue = options.catalogue;
    if (!hall.catalogue) {
        auto catalogue = Catalogue::open(share_folder() / "packs/xinghuo-demo");
        INFO("The demonstration pack is built by tools/test or tools/run.");
        if (!catalogue) FAIL(catalogue.error().what);
        hall.catalogue = *catalogue;
    }
    auto renderer = Renderer::in_memory(options.w, options.h);
    if (!renderer) FAIL(renderer.error().what);
    hall.renderer = std::move(*renderer);
    hall.audio = open_silent_audio();
    Settings settings = options.settings;
    settings.lang = options.lang;
    auto app = App::open({.renderer = *hall.renderer, .audio = *hall.audio, .catalogue = hall.catalogue, .why_closed = "",
                          .settings = settings, .effects = {.reduced = options.reduced, .less_motion = false, .frames_per_second = 30},
                          .resources = share_folder(), .work_inline = true, .wake = {}});
    if (!app) FAIL(app.error().what);
    hall.app = std::move(*app);
    hall.clock = std::make_unique<FakeClock>(wall_time_from_iso(options.wall));
    hall.runner = std::make_unique<FakeRunner>(*hall.app, *hall.clock, from_seconds(1.0 / 30));
    hall.drive = std::make_unique<Drive>(*hall.app, *hall.runner);
    hall.app->frame(hall.clock->moment(), true);
    return hall;
}

}  // namespace xinghuo
