#include "tests/support/hall.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace xinghuo {

namespace {

void take_roster(Study& study, const Moment& moment) {
    auto bytes = read_bytes(Path(XINGHUO_SOURCE_DIR) / "tests/rosters/members.csv", 1u << 20);
    if (!bytes) FAIL(bytes.error().what);
    auto table = read_table(*bytes);
    if (!table) FAIL(table.error().what);
    auto roster = read_roster(*table);
    if (!roster) FAIL(roster.error().what);
    if (auto done = study.roster().apply(*roster, moment); !done) FAIL(done.error().what);
}

}  // namespace

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
    // Every hall is a start of its own.
    static int starts = 0;
    hall.clock = std::make_unique<FakeClock>(wall_time_from_iso(options.wall), "boot-" + std::to_string(++starts));
    hall.room = std::make_unique<RecordRoom>(RecordRoom::Parts{options.data, *hall.clock, "test", false, {}});
    if (hall.room->study() == nullptr) FAIL(hall.room->why());
    if (options.members) take_roster(*hall.room->study(), hall.clock->moment());
    auto app = App::open({.renderer = *hall.renderer, .audio = *hall.audio, .catalogue = hall.catalogue, .why_closed = "",
                          .settings = settings, .effects = {.reduced = options.reduced, .less_motion = false, .frames_per_second = 30},
                          .resources = share_folder(), .study = hall.room->study(), .why_no_study = "", .packs = options.packs, .sync = options.sync, .work_inline = true, .wake = {}});
    if (!app) FAIL(app.error().what);
    hall.app = std::move(*app);
    hall.runner = std::make_unique<FakeRunner>(*hall.app, *hall.clock, from_seconds(1.0 / 30));
    hall.drive = std::make_unique<Drive>(*hall.app, *hall.runner);
    hall.app->frame(hall.clock->moment(), true);
    return hall;
}

}  // namespace xinghuo
