// xinghuo-kiosk: reads the command line, opens what the application needs, and hands over to a loop.
#include <fmt/format.h>
#include <signal.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "content/base/log.h"
#include "kiosk/app.h"
#include "kiosk/drive.h"
#include "kiosk/gfx/gpu_probe.h"
#include "kiosk/gfx/window.h"
#include "kiosk/input/card_device.h"
#include "kiosk/last_words.h"
#include "kiosk/record_room.h"
#include "kiosk/lines.h"
#include "kiosk/loop.h"
#include "kiosk/options.h"
#include "kiosk/pack_room.h"
#include "kiosk/preview.h"
#include "kiosk/sync_room.h"
#include "kiosk/tour.h"

namespace xinghuo {
namespace {

// Where the fake clock's calendar starts unless told: a day with an event in the demonstration's timeline.
constexpr const char* fake_wall = "2026-07-23T09:00:00+08:00";

Path program_folder() {
    std::error_code failed;
    const Path program = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? Path(".") : program.parent_path();
}

// The exit code that tells tools/run to make a tour instead.
constexpr int no_display = 3;

int fail(const Error& error) {
    std::fprintf(stderr, "xinghuo-kiosk: %s\n", error.what.c_str());
    return 2;
}

struct Opened {
    Settings settings;
    std::string why_closed;  // of settings that cannot be read; empty: they can
    Path resources;
};

Result<Settings> settings_of(const Options& options) {
    if (options.config.empty()) return Settings{};
    auto text = read_text(options.config, 1u << 20);
    if (!text) return text.error().within("reading settings");
    auto settings = read_settings(*text);
    if (!settings) return settings.error().within("reading " + options.config.string());
    return settings;
}

void set_language(Settings& settings, Lang lang) {
    settings.lang = lang;
    settings.given["language"] = SetBy::command_line;
}

Result<Opened> open_all(const Options& options) {
    Opened o;
    o.resources = program_folder().parent_path() / "share" / "xinghuo";
    auto settings = settings_of(options);
    if (settings) {
        o.settings = std::move(*settings);
    } else {
        if (!unattended(options)) return settings.error();
        o.why_closed = settings.error().what;
        log_warning(o.why_closed);
    }
    if (options.lang) set_language(o.settings, *options.lang);
    return o;
}

// What may be shown, and nothing else: signed packs, or what an author looks at.
std::unique_ptr<PackRoom> open_packs(const Opened& o, const Options& options, const Path& data, const Clock& clock, bool threads, std::function<void()> wake) {
    if (!options.preview.empty()) return open_preview(options.preview);
    const Settings::Packs& set = o.settings.packs;
    PackRoom::Network network{.url = set.repository, .ca_file = set.ca, .proxy = set.proxy, .quiet_from = set.quiet_from, .quiet_to = set.quiet_to,
                              .automatic = set.automatic};
    return open_pack_room({.data = data, .shipped = o.resources / "repository", .root = !options.root.empty() ? options.root : Path(set.root),
                           .clock = clock, .network = std::move(network), .threads = threads, .wake = std::move(wake)});
}

// Null: a hall that settings closed.
std::unique_ptr<SyncRoom> open_sync(const Opened& o, const Options& options, const Clock& clock, bool threads, std::function<void()> wake) {
    const Settings::Centre& set = o.settings.centre;
    SyncRoom::Parts parts{.targets = {}, .ca_file = set.ca, .proxy = set.proxy, .plain_http = !options.centre.empty(), .clock = clock, .threads = threads,
                          .wake = std::move(wake)};
    parts.targets.centre = !options.centre.empty() ? options.centre : set.url;
    while (parts.targets.centre.ends_with('/')) parts.targets.centre.pop_back();
    parts.targets.token_file = !options.token_file.empty() ? options.token_file : Path(set.token_file);
    if (options.centre.empty()) parts.targets.store = set.lrs;
    parts.targets.store_user = set.lrs_user;
    parts.targets.store_password_file = set.lrs_password_file;
    return !o.why_closed.empty() ? nullptr : open_sync_room(std::move(parts));
}

// Settings that are wrong close the hall, whatever there is to show.
std::shared_ptr<const Catalogue> shown_by(const Opened& o, const PackRoom& packs) { return o.why_closed.empty() ? packs.catalogue() : nullptr; }
std::string why_closed(const Opened& o, const PackRoom& packs) { return o.why_closed.empty() ? packs.why() : o.why_closed; }

App::Parts still_parts(const Opened& o, const Options& options, Renderer& renderer, AudioOut& audio, RecordRoom& room, PackRoom& packs, SyncRoom* sync) {
    return {.renderer = renderer, .audio = audio, .catalogue = shown_by(o, packs), .why_closed = why_closed(o, packs),
            .preview = !options.preview.empty(), .settings = o.settings,
            .effects = {.reduced = true, .less_motion = o.settings.less_motion, .frames_per_second = 30},
            .resources = o.resources, .study = room.study(), .why_no_study = room.why(),
            .packs = o.why_closed.empty() ? &packs : nullptr, .sync = sync, .work_inline = true, .wake = {}};
}

// The application in memory under a fake clock, at one size and in one language.
struct Headless {
    std::unique_ptr<Renderer> renderer;
    std::unique_ptr<AudioOut> audio;
    std::unique_ptr<FakeClock> clock;
    std::unique_ptr<RecordRoom> room;
    std::unique_ptr<PackRoom> packs;
    std::unique_ptr<SyncRoom> sync;
    std::unique_ptr<App> app;
    std::unique_ptr<FakeRunner> runner;
    std::unique_ptr<Drive> driver;
};

Result<Headless> open_headless(const Opened& o, int w, int h, const Options& options) {
    Headless run;
    auto renderer = Renderer::in_memory(w, h);
    if (!renderer) return renderer.error();
    run.renderer = std::move(*renderer);
    run.audio = open_silent_audio();
    run.clock = std::make_unique<FakeClock>(wall_time_from_iso(options.wall.empty() ? fake_wall : options.wall), to_hex(random_bytes(8)));
    run.room = std::make_unique<RecordRoom>(RecordRoom::Parts{options.data, *run.clock, XINGHUO_VERSION, false, {}});
    run.packs = open_packs(o, options, options.data, *run.clock, false, {});
    run.sync = open_sync(o, options, *run.clock, false, {});
    auto app = App::open(still_parts(o, options, *run.renderer, *run.audio, *run.room, *run.packs, run.sync.get()));
    if (!app) return app.error();
    run.app = std::move(*app);
    run.runner = std::make_unique<FakeRunner>(*run.app, *run.clock, from_seconds(1.0 / 30));
    run.driver = std::make_unique<Drive>(*run.app, *run.runner);
    run.app->frame(run.clock->moment(), true);
    return run;
}

int run_tour(const Options& options, Opened o) {
    const struct { const char* prefix; int w, h; Lang lang; } visits[] = {
        {"landscape-zh", 1920, 1080, Lang::zh}, {"portrait-zh", 1080, 1920, Lang::zh},
        {"landscape-en", 1920, 1080, Lang::en}, {"portrait-en", 1080, 1920, Lang::en}};
    int pictures = 0;
    for (const auto& visit : visits) {
        set_language(o.settings, visit.lang);
        auto run = open_headless(o, visit.w, visit.h, options);
        if (!run) return fail(run.error());
        const auto catalogue = run->app->catalogue();
        if (!catalogue) return fail({ErrorKind::missing, "a tour needs a pack: " + why_closed(o, *run->packs)});
        auto done = tour(*run->app, *run->driver, *catalogue, *options.tour, visit.prefix, [](const std::string& line) {
            std::printf("%s\n", line.c_str());
            std::fflush(stdout);
        });
        if (!done) return fail(done.error());
        if (const std::u32string& missing = run->app->missing_characters(); !missing.empty())
            return fail({ErrorKind::missing, fmt::format("{} characters no font has", missing.size())});
        pictures += *done;
    }
    std::printf("%d pictures in %s\n", pictures, options.tour->c_str());
    return 0;
}

int run_shot(const Options& options, const Opened& o) {
    const int w = options.window_w > 0 ? options.window_w : 1920, h = options.window_h > 0 ? options.window_h : 1080;
    auto run = open_headless(o, w, h, options);
    if (!run) return fail(run.error());
    if (run->app->catalogue()) {
        if (auto shown = run->app->show(options.shot_place); !shown) return fail(shown.error());
    }
    run->driver->settle();
    run->driver->wait(options.at_seconds);
    if (auto done = run->driver->shot(options.shot_file); !done) return fail(done.error());
    return 0;
}

void answer_commands(Drive& driver) {
    Lines lines(STDIN_FILENO);
    for (bool open = true; open;) {
        open = lines.read_more();
        while (const auto line = lines.next()) {
            if (line->empty() || line->front() == '#') continue;
            if (!answer_line(driver.run(*line)) || driver.quit()) return;
        }
    }
}

int run_fake_drive(const Options& options, const Opened& o) {
    const int w = options.window_w > 0 ? options.window_w : 1920, h = options.window_h > 0 ? options.window_h : 1080;
    auto run = open_headless(o, w, h, options);
    if (!run) return fail(run.error());
    answer_commands(*run->driver);
    return 0;
}

// The terminal's own folder: settings found out about the graphics, later the records.
Path data_folder(const Options& options) {
    if (!options.data.empty()) return options.data;
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != 0) return Path(state) / "xinghuo";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) return Path(home) / ".local/state/xinghuo";
    return {};
}

std::unique_ptr<AudioOut> open_audio(const Options& options, const Settings& settings) {
    std::unique_ptr<AudioOut> audio;
    if (!options.headless) {
        auto device = open_sdl_audio();
        if (device) audio = std::move(*device);
        else log_info(device.error().within("no sound, keeping time silently").what);
    }
    if (!audio) audio = open_silent_audio();
    audio->set_volume(settings.volume);
    return audio;
}

int run_real(const Options& options, const Opened& o) {
    const SystemClock system_clock;
    DrivenClock clock(system_clock);
    std::unique_ptr<Window> window;
    std::unique_ptr<Renderer> memory;
    const auto wake = options.headless ? std::function<void()>() : std::function<void()>([&window] {
        if (window) window->events().wake();
    });
    const Path data = unattended(options) ? data_folder(options) : options.data;
    // Reads and checks what is installed while the window opens, and wakes nobody before it is looked at.
    const std::unique_ptr<PackRoom> packs = open_packs(o, options, data, clock, true, wake);
    if (options.headless) {
        auto renderer = Renderer::in_memory(options.window_w > 0 ? options.window_w : 1920, options.window_h > 0 ? options.window_h : 1080);
        if (!renderer) return fail(renderer.error());
        memory = std::move(*renderer);
    } else {
        const Path program = program_folder() / "xinghuo-kiosk";
        auto opened = Window::open({.title = "Xinghuo Hall", .w_points = options.window_w, .h_points = options.window_h,
                                    .show_cursor = options.window_w > 0, .data = data_folder(options),
                                    .probe = [&] { return probe_gpu(program, clock); }}, clock);
        if (!opened) {
            fail(opened.error().within("opening the window"));
            return no_display;
        }
        window = std::move(*opened);
    }
    Effects effects{.reduced = true, .less_motion = o.settings.less_motion, .frames_per_second = 30};
    if (window) {
        effects.reduced = window->graphics().reduced_effects;
        effects.frames_per_second = window->graphics().frames_per_second;
    }
    const std::unique_ptr<AudioOut> audio = open_audio(options, o.settings);
    RecordRoom room({.data = data, .clock = clock, .version = XINGHUO_VERSION, .threads = true, .wake = wake});
    const std::unique_ptr<CardDevices> cards = CardDevices::start(o.settings.card_readers, clock, wake);
    const std::unique_ptr<SyncRoom> sync = open_sync(o, options, clock, true, wake);
    auto app = App::open({.renderer = window ? window->renderer() : *memory, .audio = *audio, .catalogue = shown_by(o, *packs),
                          .why_closed = why_closed(o, *packs), .preview = !options.preview.empty(), .settings = o.settings, .effects = effects, .resources = o.resources, .study = room.study(), .why_no_study = room.why(),
                          .packs = o.why_closed.empty() ? packs.get() : nullptr, .sync = sync.get(), .work_inline = false, .wake = wake});
    if (!app) {
        if (window && unattended(options)) {
            log_warning(app.error().what);
            show_last_words(*window, clock, "xinghuo-kiosk: " + app.error().what);
            return 2;
        }
        return fail(app.error());
    }
    Loop loop({.app = **app, .clock = clock, .window = window.get(), .escape_ends = options.window_w > 0, .room = &room,
               .cards = cards.get(), .announce = options.announce});
    if (options.drive) loop.run_commands();
    else loop.run();
    return 0;
}

int run(const std::vector<std::string>& arguments) {
    auto options = read_options(arguments);
    if (!options) {
        std::fprintf(stderr, "%s\n", usage().c_str());
        return fail(options.error());
    }
    if (options->help) {
        std::fputs(usage().c_str(), stdout);
        return 0;
    }
    if (options->version) {
        std::puts("xinghuo-kiosk " XINGHUO_VERSION);
        return 0;
    }
    if (options->probe_gpu) return run_gpu_probe(SystemClock());
    auto opened = open_all(*options);
    if (!opened) return fail(opened.error());
    if (options->tour) return run_tour(*options, std::move(*opened));
    if (!options->shot_place.empty()) return run_shot(*options, *opened);
    if (options->drive && options->fake_clock) return run_fake_drive(*options, *opened);
    return run_real(*options, *opened);
}

}  // namespace
}  // namespace xinghuo

int main(int argc, char** argv) {
    // Pictures come and go in megabytes. With a fixed threshold they are mapped and given back to the system when freed;
    // left to itself glibc raises it to 32 MB, and the heap keeps what was once needed.
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_ARENA_MAX, 2);

    // A journal or a driver that goes away must not take the exhibition down: writing to it fails, and that is all.
    signal(SIGPIPE, SIG_IGN);
    return xinghuo::run(std::vector<std::string>(argv + 1, argv + argc));
}
