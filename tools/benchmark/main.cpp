// xinghuo-bench: what the kiosk costs, beside the least that any SDL2 program costs. Medians of five runs or more; nothing here
// fails a test. With --json: {"rows":[{"name","value","unit","target","met"}]}.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "content/base/json.h"
#include "content/base/log.h"
#include "kiosk/app.h"
#include "kiosk/drive.h"
#include "tools/benchmark/centre.h"
#include "tools/benchmark/centre_load.h"
#include "tools/benchmark/child.h"
#include "tools/benchmark/drains.h"
#include "tools/benchmark/packs.h"
#include "tools/benchmark/stage.h"
#include "tools/benchmark/study.h"

namespace xinghuo {
namespace {

constexpr int runs = 5;
constexpr Nanoseconds patience = std::chrono::seconds(20);

struct Row {
    std::string name;
    double value = 0;
    std::string unit;
    std::string target;   // in words; empty: only for information
    bool met = true;
};

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

struct Bench {
    Path bin, share;
    SystemClock clock;
    std::string centre_part;  // of the centre only this; empty: all
    std::vector<Row> rows;

    void add(std::string name, double value, std::string unit, std::string target = "", bool met = true) {
        std::fprintf(stderr, "  %-46s %10.3f %s\n", name.c_str(), value, unit.c_str());
        rows.push_back({std::move(name), value, std::move(unit), std::move(target), met});
    }

    [[nodiscard]] std::vector<std::string> kiosk(std::initializer_list<std::string> more) const {
        std::vector<std::string> command{(bin / "xinghuo-kiosk").string(), "--window", "1920x1080", "--announce", "--data", (share / "bench").string(), "--drive", "--clock", "real", "--config",
                                         (share / "bench.json").string()};
        command.insert(command.end(), more);
        return command;
    }

    double first_frame_ms(const std::vector<std::string>& command, int& failures) {
        std::vector<double> times;
        for (int i = 0; i < runs + 1; ++i) {
            const Instant start = clock.now();
            auto child = Child::start(command);
            if (!child) {
                ++failures;
                continue;
            }
            const auto line = child->line(patience);
            if (!line || line->find("first frame") == std::string::npos) ++failures;
            else if (i > 0) times.push_back(seconds(clock.now() - start) * 1e3);  // the first run warms the caches
        }
        return median(times);
    }

    void starting() {
        int failures = 0;
        const double bare = first_frame_ms({(bin / "xinghuo-bare-sdl").string(), "1920", "1080"}, failures);
        const double ours = first_frame_ms(kiosk({}), failures);
        add("start to first frame, bare SDL2", bare, "ms");
        add("start to first frame, kiosk", ours, "ms");
        const double ratio = bare > 0 && failures == 0 ? ours / bare : 1e9;
        add("start to first frame, kiosk / bare SDL2", ratio, "x", "<= 2.5", ratio <= 2.5);
    }

    // The same window with nothing recorded yet, and with two million records. In turn, so that both meet the same weather.
    void starting_with_records(const Path& large) {
        const Path empty = share / "bench-empty";
        std::error_code ignored;
        std::filesystem::remove_all(empty, ignored);
        std::vector<double> with, without;
        int failures = 0;
        for (int i = 0; i < runs; ++i) {
            auto command = kiosk({});
            const auto data = std::find(command.begin(), command.end(), "--data") + 1;
            *data = empty.string();
            without.push_back(first_frame_ms(command, failures));
            *data = large.string();
            with.push_back(first_frame_ms(command, failures));
        }
        const double ratio = failures == 0 && median(without) > 0 ? median(with) / median(without) : 1e9;
        add("start to first frame, no records", median(without), "ms");
        add("start to first frame, 2,000,000 records", median(with), "ms");
        add("start, 2,000,000 records / none", ratio, "x", "<= 1.1", ratio <= 1.1);
    }

    AddRow row() {
        return [this](std::string name, double value, std::string unit, std::string target, bool met) {
            add(std::move(name), value, std::move(unit), std::move(target), met);
        };
    }

    void study() {
        bench_sign_in(share / "bench-sign-in", clock, row());
        bench_names(clock, row());
        const Path large = share / "bench-large";
        if (!make_large_record(large)) return add("a record of 2,000,000 cannot be made here", -1, "", "is made", false);
        bench_my_study(large, clock, row());
        starting_with_records(large);
    }

    // PostgreSQL too, where XINGHUO_BENCH_POSTGRES names a database of its own.
    void centre() {
        const char* postgres = std::getenv("XINGHUO_BENCH_POSTGRES");
        const Path folder = share.parent_path().parent_path() / "bench-centre";
        const std::string connection = postgres != nullptr ? postgres : "";
        const auto wanted = [this](std::string_view part) { return centre_part.empty() || centre_part == part; };
        if (wanted("ingest")) bench_ingest(folder, connection, clock, row());
        if (wanted("connections")) bench_connections(bin, folder, clock, row());
        if (wanted("active")) bench_active_terminals(bin, folder, clock, row());
        if (wanted("agent")) bench_agent(bin, folder, clock, row());
        if (wanted("stage")) bench_drains(bin, share, folder, clock, row());
        if (wanted("reports")) bench_reports(share, folder, connection, clock, row());
    }

    void packs() {
        bench_packs(share.parent_path().parent_path() / "bench-packs", clock, row());
        frames_beside_installs();
    }

    // A stage at 30 frames a second, with and without an install beside it, in turn: every frame as long as it takes, none skipped.
    void frames_beside_installs() {
        InstallsBeside installs(share.parent_path().parent_path() / "bench-installs");
        const auto stage = StageFrames::open(share, nullptr);
        if (!installs.ready() || !stage) return add("stage beside an install: cannot be measured here", -1, "", "is measured", false);
        std::vector<double> alone, beside;
        for (int round = 0; round < 6; ++round) {
            for (int i = 0; i < 200; ++i) alone.push_back(stage->frame_ms(clock));
            installs.start();
            for (int i = 0; i < 200; ++i) beside.push_back(stage->frame_ms(clock));
            installs.stop();
        }
        if (installs.failed()) return add("stage beside an install: the install failed", -1, "", "does not", false);
        const double ratio = percentile(beside, 0.99) / percentile(alone, 0.99);
        add("stage, a frame, p50", percentile(alone, 0.5), "ms");
        add("stage, a frame, p99", percentile(alone, 0.99), "ms");
        add("stage, a frame beside an install, p50", percentile(beside, 0.5), "ms");
        add("stage, a frame beside an install, p99", percentile(beside, 0.99), "ms");
        add("stage, p99 beside an install / without", ratio, "x", "<= 1.2", ratio <= 1.2);
    }

    // One kiosk brought to a place; then memory and processor time while nobody touches it.
    void resting(const std::string& name, const std::string& place, double settle_s, double measure_s, double pss_target, double cpu_target_percent) {
        std::vector<double> pss, cpu;
        for (int i = 0; i < runs; ++i) {
            auto child = Child::start(kiosk({}));
            if (!child || !child->line(patience)) return add(name + ": did not start", -1, "", "starts", false);
            child->say("open " + place);
            const auto opened = child->line(patience);
            child->say(fmt::format("wait {}", settle_s));
            const auto waited = child->line(patience);
            if (!opened || !waited || waited->find("\"ok\":true") == std::string::npos) return add(name + ": was not reached", -1, "", "is reached", false);
            const Nanoseconds before = child->processor_time();
            child->say(fmt::format("wait {}", measure_s));
            if (!child->line(from_seconds(measure_s + 20))) return add(name + ": hung", -1, "", "answers", false);
            cpu.push_back(seconds(child->processor_time() - before) / measure_s * 60);
            pss.push_back(child->pss_mb());
        }
        const double seconds_per_minute = median(cpu);
        add(name + ", CPU seconds per 60 s", seconds_per_minute, "s", cpu_target_percent > 0 ? fmt::format("<= {:.2f}", cpu_target_percent * 0.6) : "",
            cpu_target_percent <= 0 || seconds_per_minute <= cpu_target_percent * 0.6);
        const double mb = median(pss);
        add(name + ", memory (PSS)", mb, "MB", pss_target > 0 ? fmt::format("<= {:.0f}", pss_target) : "", pss_target <= 0 || mb <= pss_target);
    }

    void bare_resting(double measure_s) {
        std::vector<double> cpu, pss;
        for (int i = 0; i < runs; ++i) {
            auto child = Child::start({(bin / "xinghuo-bare-sdl").string(), "1920", "1080"});
            if (!child || !child->line(patience)) return;
            const Nanoseconds before = child->processor_time();
            (void)child->line(from_seconds(measure_s));  // says nothing more: this only waits
            cpu.push_back(seconds(child->processor_time() - before) / measure_s * 60);
            pss.push_back(child->pss_mb());
        }
        add("bare SDL2 sleeping, CPU seconds per 60 s", median(cpu), "s");
        add("bare SDL2 sleeping, memory (PSS)", median(pss), "MB");
    }

    void frames() {
        auto catalogue = Catalogue::open(share / "packs/xinghuo-demo");
        auto renderer = Renderer::in_memory(1920, 1080);
        if (!catalogue || !renderer) return add("frames: the pack cannot be opened", -1, "", "opens", false);
        const auto audio = open_silent_audio();
        Settings settings;
        auto app = App::open({.renderer = **renderer, .audio = *audio, .catalogue = *catalogue, .why_closed = "", .settings = settings,
                              .effects = {.reduced = true, .less_motion = false, .frames_per_second = 30}, .resources = share, .study = nullptr, .why_no_study = "", .work_inline = true, .wake = {}});
        if (!app) return add("frames: the application cannot be opened", -1, "", "opens", false);
        FakeClock fake(wall_time_from_iso("2026-07-23T09:00:00+08:00"));
        FakeRunner runner(**app, fake, from_seconds(1.0 / 30));
        const auto figures = (*catalogue)->items_of_kind("figure");
        const std::string person = figures.empty() ? "" : figures.front()->id;
        for (const std::string& place : {std::string("attract"), std::string("hall"), std::string("figures"), "item/" + person, "quiz/" + person}) {
            if (!(*app)->show(place)) continue;
            runner.run_for(std::chrono::seconds(3));
            std::vector<double> build, total, full;
            for (int i = 0; i < 120; ++i) {
                fake.advance(from_seconds(1.0 / 30));
                const App::Done done = (*app)->frame(fake.moment(), false, &clock);
                build.push_back(done.build_ms);
                total.push_back(done.build_ms + done.submit_ms);
            }
            for (int i = 0; i < runs; ++i) {
                (*app)->expose();
                fake.advance(from_seconds(1.0 / 30));
                full.push_back((*app)->frame(fake.moment(), false, &clock).submit_ms);
            }
            add(place + ", building a frame", median(build), "ms", "<= 3", median(build) <= 3);
            add(place + ", frame in all, drawing what changed", median(total), "ms");
            add(place + ", drawing everything (no GPU)", median(full), "ms");
        }
        touch(**app, fake, runner);
    }

    // How many frames from a finger on the glass to the first changed pixel.
    void touch(App& app, FakeClock& fake, FakeRunner& runner) {
        std::vector<double> frames, times;
        for (int i = 0; i < runs; ++i) {
            if (!app.show("hall")) return;
            runner.run_for(std::chrono::seconds(2));
            const auto& labels = app.labels();
            const auto target = std::find_if(labels.begin(), labels.end(), [](const Label& l) { return l.touch && l.id == "hall.quiz"; });
            if (target == labels.end()) return add("touch: nothing to touch", -1, "", "there is", false);
            const Vec2 at = target->seen.centre();
            app.on({TouchEvent::What::down, 1, at, fake.now(), 0});
            int n = 0;
            double ms = 0;
            bool changed = false;
            while (!changed && n < 10) {
                const App::Done done = app.frame(fake.moment(), false, &clock);
                ++n;
                ms += done.build_ms + done.submit_ms;
                changed = !done.drawn.damage.empty();
                fake.advance(from_seconds(1.0 / 60));
            }
            frames.push_back(changed ? n : 1e9);
            times.push_back(ms);
            app.on({TouchEvent::What::cancel, 1, at, fake.now(), 0});
            runner.run_for(Milliseconds(100));
        }
        add("touch to changed pixels", median(frames), "frames", "<= 1", median(frames) <= 1);
        add("touch to changed pixels", median(times), "ms");
    }
};

void print(const Bench& bench, bool json) {
    if (json) {
        JsonWriter w;
        w.object().key("rows").array();
        for (const Row& r : bench.rows)
            w.object().key("name").value(r.name).key("value").value(r.value).key("unit").value(r.unit).key("target").value(r.target).key("met").value(r.met).end();
        std::printf("%s\n", w.end().end().text().c_str());
        return;
    }
    std::printf("%-48s %12s %-8s %-9s %s\n", "what", "median", "unit", "target", "met");
    for (const Row& r : bench.rows)
        std::printf("%-48s %12.3f %-8s %-9s %s\n", r.name.c_str(), r.value, r.unit.c_str(), r.target.c_str(), r.target.empty() ? "" : r.met ? "yes" : "NO");
}

}  // namespace
}  // namespace xinghuo

int main(int argc, char** argv) {
    using namespace xinghuo;
    bool json = false, only_study = false, only_packs = false, only_centre = false;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--json") json = true;
        if (std::string_view(argv[i]) == "--study") only_study = true;
        if (std::string_view(argv[i]) == "--packs") only_packs = true;
        if (std::string_view(argv[i]) == "--centre") only_centre = true;
    }
    std::error_code failed;
    Bench bench;
    for (int i = 1; i < argc; ++i)
        if (const std::string_view word = argv[i]; word.starts_with("--centre=")) bench.centre_part = word.substr(9), only_centre = true;
    bench.bin = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
    bench.share = bench.bin.parent_path() / "share/xinghuo";
    // Nobody is sent away while being measured.
    if (auto written = write_file(bench.share / "bench.json", R"({"idle_seconds": 3600, "volume": 0})"); !written) {
        std::fprintf(stderr, "xinghuo-bench: %s\n", written.error().what.c_str());
        return 2;
    }
    const bool one_only = only_study || only_packs || only_centre;
    if (!one_only || only_study) bench.study();
    if (!one_only || only_packs) bench.packs();
    if (!one_only || only_centre) bench.centre();
    if (one_only) {
        print(bench, json);
        return 0;
    }
    bench.frames();
    bench.starting();
    bench.bare_resting(10);
    bench.resting("hall", "hall", 3, 10, 0, 0.3);
    const auto catalogue = Catalogue::open(bench.share / "packs/xinghuo-demo");
    if (catalogue && !(*catalogue)->items_of_kind("figure").empty())
        bench.resting("stage, figure speaking", "item/" + (*catalogue)->items_of_kind("figure").front()->id, 4, 10, 120, 0);
    print(bench, json);
    return 0;
}
