// A whole terminal with its own packs: the application, the pack room and the record in a folder of their own, under a fake clock, with
// what ships and sticks made by a PackRepository. Can be switched off and on again.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "kiosk/pack_room.h"
#include "tests/support/hall.h"
#include "tests/support/pack_repository.h"

namespace xinghuo {

// A pack with a film called so, one of a quiz's questions called so, and nothing that plays: the film says that it cannot.
inline void add_hall_pack(PackRepository& repository, const std::string& id, std::int64_t version, const std::string& word, const std::string& least = "") {
    const std::map<std::string, std::string> files{
        {"film.json", fmt::format(R"({{"title": {{"zh": "{} film"}}, "film": "film.mp4", "duration_ms": 60000}})", word)},
        {"film.mp4", "no film " + word},
        {"zh.gift", fmt::format("::q1::{} question? {{=right ~wrong####because}}\n\n::q2::{} question? {{=right ~wrong####because}}\n", word, word)},
        {"s.csv", "id,theme,type,source,checked,difficulty\nq1,t1,single,S,x,1\nq2,t1,single,S,x,1\n"},
        {"quiz.json", fmt::format(R"({{"banks": {{"zh": "zh.gift"}}, "sources": "s.csv", "themes": [{{"id": "t1", "title": {{"zh": "{} theme"}}, "years": "1921"}}]}})", word)}};
    std::string listed;
    for (const auto& [path, bytes] : files)
        listed += fmt::format(R"({}{{"path": "{}", "sha256": "{}", "length": {}}})", listed.empty() ? "" : ", ", path, repository.add_blob(bytes), bytes.size());
    repository.trust.add_artifact("targets", "packs/xinghuo/" + id + ".json", fmt::format(
        R"({{"schema_version": 1, "id": "{}", "version": {}, "title": {{"zh": "包{}", "en": "Pack {}"}}{},
            "sections": [{{"id": "lectures", "title": {{"zh": "微党课"}}}}, {{"id": "quiz", "title": {{"zh": "答题"}}}}],
            "items": [{{"id": "film", "kind": "film", "section": "lectures", "title": {{"zh": "{} film"}}, "file": "film.json"}},
                      {{"id": "quiz", "kind": "quiz", "section": "quiz", "title": {{"zh": "题"}}, "file": "quiz.json"}}],
            "files": [{}]}})",
        id, version, id, id, least.empty() ? "" : fmt::format(R"(, "minimum_application": "{}")", least), word, listed));
}

class PackHall {
public:
    explicit PackHall(std::string wall = "2026-07-02T09:00:00+08:00") : wall_(std::move(wall)) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~PackHall() {
        switch_off();
        std::filesystem::remove_all(folder);
    }
    PackHall(const PackHall&) = delete;
    PackHall& operator=(const PackHall&) = delete;

    // What ships with the program, its root beside it.
    void ships(PackRepository& repository) const { repository.write_to(shipped()); }
    // The folder of a stick that carries this.
    Path stick(PackRepository& repository, const std::string& name = "STICK") const {
        std::filesystem::remove_all(folder / name);
        repository.write_to(folder / name / "xinghuo");
        return folder / name;
    }
    // Plugged in, and looked at by itself.
    void plug(const Path& stick) const {
        ask("stick " + stick.string());
        drive->wait(0.2);
    }
    void plug(PackRepository& repository) const { plug(stick(repository)); }
    // … and installed, if it offers anything.
    void install_from(PackRepository& repository) const {
        plug(repository);
        ask("packs install");
    }
    [[nodiscard]] Path shipped() const { return folder / "share" / "repository"; }

    void switch_on(bool clock_trusted = true) {
        static int starts = 0;
        auto made = Renderer::in_memory(1280, 720);
        REQUIRE(made);
        renderer = std::move(*made);
        audio = open_silent_audio();
        clock = std::make_unique<FakeClock>(wall_time_from_iso(wall_), "pack-boot-" + std::to_string(++starts));
        clock->trust_wall(clock_trusted);
        room = std::make_unique<RecordRoom>(RecordRoom::Parts{folder / "data", *clock, "test", false, {}});
        REQUIRE(room->study() != nullptr);
        packs = open_pack_room({.data = folder / "data", .shipped = shipped(), .root = root, .clock = *clock, .network = network, .threads = false, .wake = {}});
        Settings settings;
        auto opened = App::open({.renderer = *renderer, .audio = *audio, .catalogue = packs->catalogue(), .why_closed = packs->why(), .settings = settings,
                                 .effects = {.reduced = true, .less_motion = true, .frames_per_second = 30}, .resources = share_folder(),
                                 .study = room->study(), .why_no_study = "", .packs = packs.get(), .work_inline = true, .wake = {}});
        if (!opened) FAIL(opened.error().what);
        app = std::move(*opened);
        runner = std::make_unique<FakeRunner>(*app, *clock, from_seconds(1.0 / 30));
        drive = std::make_unique<Drive>(*app, *runner);
        app->frame(clock->moment(), true);
        drive->wait(0.1);
    }
    void switch_off() {
        drive.reset();
        runner.reset();
        app.reset();
        packs.reset();
        room.reset();
    }
    void set_wall(std::string wall) { wall_ = std::move(wall); }

    // A driver's command; the answer.
    std::string ask(const std::string& command) const { return drive->run(command); }
    [[nodiscard]] bool sees(const std::string& words) const {
        const auto& labels = app->labels();
        return std::any_of(labels.begin(), labels.end(), [&](const Label& label) { return label.text.find(words) != std::string::npos; });
    }
    [[nodiscard]] std::int64_t shown(const std::string& id) const {
        if (!app->catalogue()) return 0;
        for (const auto& [pack, version] : app->catalogue()->packs())
            if (pack == id) return version;
        return 0;
    }
    [[nodiscard]] std::string problem() const {
        const auto& state = packs->state();
        return state.problem ? state.problem->what : "";
    }
    [[nodiscard]] std::optional<ErrorKind> problem_kind() const {
        const auto& state = packs->state();
        return state.problem ? std::optional(state.problem->kind) : std::nullopt;
    }

    Path folder = (::access("/dev/shm", W_OK) == 0 ? Path("/dev/shm") : std::filesystem::temp_directory_path()) /
                  fmt::format("xinghuo-pack-hall-{}-{}", ::getpid(), static_cast<const void*>(this));
    Path root;                       // empty: the one that ships
    PackRoom::Network network;
    std::unique_ptr<Renderer> renderer;
    std::unique_ptr<AudioOut> audio;
    std::unique_ptr<FakeClock> clock;
    std::unique_ptr<RecordRoom> room;
    std::unique_ptr<PackRoom> packs;
    std::unique_ptr<App> app;
    std::unique_ptr<FakeRunner> runner;
    std::unique_ptr<Drive> drive;

private:
    std::string wall_;
};

}  // namespace xinghuo
