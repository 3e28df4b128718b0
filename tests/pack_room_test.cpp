// The pack room with its own thread, and the preview.
#include <catch2/catch.hpp>

#include "content/base/mailbox.h"
#include "kiosk/preview.h"
#include "kiosk/stick.h"
#include "tests/support/pack_hall.h"
#include "tests/support/web_server.h"

using namespace xinghuo;

namespace {

// A pack room whose reports are waited for: no clock, no sleep.
struct Threaded {
    PackHall hall;
    PackRepository repository;
    Mailbox<int> woken{100'000};
    std::unique_ptr<PackRoom> room;

    explicit Threaded(std::size_t film_bytes = 0) {
        add_hall_pack(repository, "one", 1, "old");
        repository.release();
        hall.ships(repository);
        hall.switch_on();
        add_hall_pack(repository, "one", 2, "new");
        if (film_bytes > 0) repository.add_pack("large", 1, {{"film.mp4", chance_bytes(7, film_bytes)}});
        repository.release();
        open();
    }
    ~Threaded() { room.reset(); }
    Threaded(const Threaded&) = delete;
    Threaded& operator=(const Threaded&) = delete;

    void open() {
        room.reset();
        room = open_pack_room({.data = hall.folder / "own", .shipped = hall.shipped(), .root = {}, .clock = *hall.clock, .network = {}, .threads = true,
                               .wake = [this] { static_cast<void>(woken.post(0)); }});
        hall.app->show_catalogue(room->catalogue(), room->why());
    }
    void look() { room->look(*hall.app, &hall.app->sticks(), hall.clock->moment()); }
    // Until that is so; each turn after something was reported.
    template <class Condition>
    void until(const Condition& condition) {
        for (look(); !condition(); look()) static_cast<void>(woken.wait());
    }
    void until_done() {
        until([&] { return room->state().doing == PackRoom::Doing::nothing; });
    }
    void plug() {
        REQUIRE(hall.app->sticks().plug(hall.stick(repository)));
        hall.app->look(hall.clock->now());
        until([&] { return room->state().offer.has_value(); });
        until_done();
    }
};

}  // namespace

TEST_CASE("pack room: a stick is found, looked at and installed on a thread of its own", "[packs][thread]") {
    Threaded terminal;
    CHECK(terminal.hall.shown("one") == 1);
    terminal.plug();
    CHECK(terminal.room->state().stick_here);
    terminal.room->install(terminal.hall.clock->moment());
    CHECK(terminal.room->state().doing == PackRoom::Doing::installing);
    terminal.until_done();
    CHECK(terminal.room->state().installed);
    CHECK(terminal.hall.shown("one") == 2);
    terminal.room->undo("one", terminal.hall.clock->moment());
    terminal.until_done();
    CHECK(terminal.hall.shown("one") == 1);
    terminal.hall.app->sticks().unplug();
    terminal.hall.app->look(terminal.hall.clock->now());
    terminal.look();
    CHECK_FALSE(terminal.room->state().stick_here);
    CHECK_FALSE(terminal.room->state().offer.has_value());
}

TEST_CASE("pack room: what is cancelled has not happened, and can be done again", "[packs][thread]") {
    Threaded terminal(16u << 20);
    terminal.plug();
    terminal.room->install(terminal.hall.clock->moment());
    terminal.until([&] { return terminal.room->state().progress.bytes > 0 || terminal.room->state().doing == PackRoom::Doing::nothing; });
    terminal.room->cancel();
    terminal.until_done();
    // It may have been over by then.
    if (!terminal.room->state().installed) {
        REQUIRE(terminal.room->state().problem.has_value());
        CHECK(terminal.room->state().problem->kind == ErrorKind::cancelled);
        CHECK(terminal.hall.shown("one") == 1);
        CHECK(terminal.hall.shown("large") == 0);
        terminal.room->look_for_updates(PackRoom::Source::stick, terminal.hall.clock->moment());
        terminal.until_done();
        REQUIRE(terminal.room->state().offer.has_value());
        terminal.room->install(terminal.hall.clock->moment());
        terminal.until_done();
    }
    CHECK(terminal.hall.shown("one") == 2);
    CHECK(terminal.hall.shown("large") == 1);
}

TEST_CASE("pack room: it may end at any moment, and the next start shows one version or the other", "[packs][thread]") {
    Threaded terminal(4u << 20);
    for (int round = 0; round < 8; ++round) {
        terminal.hall.app->sticks().unplug();
        terminal.hall.app->look(terminal.hall.clock->now());
        terminal.look();
        terminal.plug();
        terminal.room->install(terminal.hall.clock->moment());
        for (int i = 0; i < round; ++i) terminal.look();
        terminal.open();
        CHECK((terminal.hall.shown("one") == 1 || terminal.hall.shown("one") == 2));
        CHECK((terminal.hall.shown("one") == 2) == (terminal.hall.shown("large") == 1));
        if (terminal.hall.shown("one") == 2) break;
    }
}

TEST_CASE("pack room: in the quiet hours it looks at the network and installs, silently when there is none", "[packs][web]") {
    PackRepository repository;
    add_hall_pack(repository, "one", 1, "old");
    repository.release();
    std::atomic<bool> down{true};
    PackHall hall("2026-07-02T01:00:00+08:00");
    hall.ships(repository);
    add_hall_pack(repository, "one", 2, "new");
    repository.release();
    const Path served = hall.stick(repository, "server") / "xinghuo";
    const WebServer server([&](const WebRequest& request, WebReply& reply) {
        const auto bytes = read_text(served / request.path.substr(1), 1u << 20);
        if (down) reply.answer(503, "away");
        else if (!is_safe_relative_path(request.path.substr(1)) || !bytes) reply.answer(404, "");
        else reply.answer(200, *bytes);
    });
    hall.network.url = server.url();
    hall.switch_on();
    const auto pass = [&](std::chrono::minutes span) {
        // Coarse turns: nothing moves by night.
        for (auto left = span; left.count() > 0; --left) {
            hall.clock->advance(std::chrono::minutes(1));
            hall.app->turn(hall.clock->moment());
        }
    };
    pass(std::chrono::minutes(50));
    CHECK(server.paths().empty());
    // No network: tried now and then, and nobody hears of it.
    pass(std::chrono::minutes(60));
    const std::size_t tried = server.paths().size();
    CHECK(tried >= 2);
    CHECK(tried <= 12);
    CHECK_FALSE(hall.packs->state().problem.has_value());
    CHECK(hall.shown("one") == 1);
    down = false;
    pass(std::chrono::minutes(60));
    CHECK(hall.shown("one") == 2);
    CHECK_FALSE(hall.packs->state().installed);
    CHECK(hall.packs->state().last_contact.has_value());
    CHECK(hall.packs->state().history.front().what == PackEvent::What::updated);
    // Once a night is enough.
    const std::size_t asked = server.paths().size();
    pass(std::chrono::minutes(300));
    CHECK(server.paths().size() == asked);
    // On request it says what is wrong.
    down = true;
    hall.ask("packs look network");
    CHECK(hall.problem_kind() == ErrorKind::io);
    down = false;
    hall.ask("packs look network");
    CHECK(hall.ask("packs").find(R"("kind":"same")") != std::string::npos);
}

TEST_CASE("pack room: by day, or where somebody is, nothing is asked of the network by itself", "[packs][web]") {
    PackRepository repository;
    add_hall_pack(repository, "one", 1, "old");
    repository.release();
    const WebServer server([](const WebRequest&, WebReply& reply) { reply.answer(404, ""); });
    PackHall hall("2026-07-02T03:00:00+08:00");
    hall.ships(repository);
    hall.network.url = server.url();
    SECTION("somebody is there") {
        hall.network.automatic = true;
        hall.switch_on();
        const std::size_t at_start = server.paths().size();
        hall.ask("open hall");
        hall.drive->wait(30);
        CHECK(server.paths().size() == at_start);
    }
    SECTION("the settings say no") {
        hall.network.automatic = false;
        hall.switch_on();
        hall.drive->wait(120);
        CHECK(server.paths().empty());
    }
}

TEST_CASE("preview: every screen says that it is not signed, and what is saved is seen where one is", "[packs]") {
    PackHall hall;
    const auto build = [&](const std::string& word) {
        PackRepository pack;
        add_hall_pack(pack, "mine", 1, word);
        for (const auto& [sha256, bytes] : pack.blobs) REQUIRE(write_file(hall.folder / "mine/blobs" / sha256.substr(0, 2) / sha256, bytes));
        REQUIRE(write_file(hall.folder / "mine/manifest.json", pack.trust.artifacts.at("packs/xinghuo/mine.json")));
    };
    build("draft");
    const auto previewed = open_preview(hall.folder / "mine");
    auto made = Renderer::in_memory(1920, 1080);
    REQUIRE(made);
    const auto audio = open_silent_audio();
    FakeClock clock(wall_time_from_iso("2026-07-02T09:00:00+08:00"));
    const Settings settings;
    auto opened = App::open({.renderer = **made, .audio = *audio, .catalogue = previewed->catalogue(), .why_closed = previewed->why(), .preview = true,
                             .settings = settings, .effects = {.reduced = true, .less_motion = true, .frames_per_second = 30}, .resources = share_folder(),
                             .study = nullptr, .why_no_study = "none", .packs = previewed.get(), .work_inline = true, .wake = {}});
    REQUIRE(opened);
    App& app = **opened;
    FakeRunner runner(app, clock, from_seconds(1.0 / 30));
    Drive drive(app, runner);
    const auto sees = [&](const std::string& words) {
        return std::any_of(app.labels().begin(), app.labels().end(), [&](const Label& label) { return label.text.find(words) != std::string::npos; });
    };
    for (const char* place : {"attract", "hall", "films", "quiz", "quiz-theme/t1", "item/film", "still-there"}) {
        INFO(place);
        REQUIRE(app.show(place));
        drive.wait(0.5);
        const auto ribbon = std::find_if(app.labels().begin(), app.labels().end(), [](const Label& label) { return label.text.find("未签名") != std::string::npos; });
        REQUIRE(ribbon != app.labels().end());
        // Nothing that can be touched lies under it; the attract screen can be touched everywhere.
        for (const Label& label : app.labels())
            if (label.touch && label.id != "attract") CHECK(label.seen.y >= ribbon->seen.bottom());
    }
    REQUIRE(app.show("item/film"));
    drive.wait(0.2);
    REQUIRE(sees("draft film"));
    build("second draft");
    drive.wait(1.2);
    CHECK(app.screen_id() == "film");
    CHECK(sees("second draft film"));
    // While a build is half done the last good one stays.
    REQUIRE(write_file(hall.folder / "mine/manifest.json", "{"));
    drive.wait(1.2);
    CHECK(sees("second draft film"));
    build("third draft");
    drive.wait(1.2);
    CHECK(sees("third draft film"));
}
