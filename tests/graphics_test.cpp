#include "kiosk/gfx/graphics.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "kiosk/gfx/gpu_probe.h"

using namespace xinghuo;

namespace {

struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "xinghuo-graphics-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Path path;
};

const ProbeAnswer good{true, false, 3.5, "opengles2 on silicon"};

Instant second(int s) { return Instant{Milliseconds(s * 1000)}; }

// A machine: how often it was probed, and what its probe says.
struct Machine {
    Folder folder;
    std::string cards = "8086:3e98";
    Result<ProbeAnswer> answer = good;
    int probes = 0;
    GraphicsMemory start() {
        return GraphicsMemory::begin(folder.path, cards, [this] { ++probes; return answer; }, second(0));
    }
};

Path script(const Folder& folder, const std::string& body) {
    const Path file = folder.path / "probe";
    REQUIRE(write_file(file, "#!/bin/sh\n" + body + "\n").has_value());
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
}

}  // namespace

TEST_CASE("what a probe's answer means", "[graphics]") {
    CHECK(graphics_for(good).driver == Driver::gl);
    CHECK_FALSE(graphics_for(good).reduced_effects);
    CHECK(graphics_for(good).frames_per_second == 60);
    const Graphics slow = graphics_for({true, false, 16, ""});
    CHECK((slow.driver == Driver::gl && slow.reduced_effects && slow.frames_per_second == 30));
    for (const ProbeAnswer& bad : {ProbeAnswer{false, false, 1, ""}, ProbeAnswer{true, true, 0, "llvmpipe"},
                                   ProbeAnswer{true, false, 80, ""}, ProbeAnswer{}}) {
        const Graphics g = graphics_for(bad);
        CHECK((g.driver == Driver::software && g.reduced_effects && g.frames_per_second == 30));
    }
}

TEST_CASE("the probe is asked once, and again for other cards", "[graphics]") {
    Machine machine;
    {
        GraphicsMemory memory = machine.start();
        CHECK(memory.graphics().driver == Driver::gl);
        memory.clean_end();
    }
    CHECK(machine.start().graphics().driver == Driver::gl);
    CHECK(machine.probes == 1);
    machine.cards = "1002:73bf";
    machine.answer = Error{ErrorKind::unsupported, "it fell over"};
    CHECK(machine.start().graphics().driver == Driver::software);
    CHECK(machine.start().graphics().driver == Driver::software);
    CHECK(machine.probes == 2);
}

TEST_CASE("two starts in a row without an end step down for good", "[graphics]") {
    Machine machine;
    CHECK(machine.start().graphics().driver == Driver::gl);
    CHECK(machine.start().graphics().driver == Driver::gl);
    for (int i = 0; i < 3; ++i) CHECK(machine.start().graphics().driver == Driver::software);
    CHECK(machine.probes == 1);
    std::filesystem::remove(machine.folder.path / "graphics.json");
    CHECK(machine.start().graphics().driver == Driver::gl);
}

TEST_CASE("half a minute of running, or a clean end, makes a start good", "[graphics]") {
    Machine machine;
    for (int i = 0; i < 6; ++i) {
        GraphicsMemory memory = machine.start();
        REQUIRE(memory.graphics().driver == Driver::gl);
        memory.running(second(29));
        if (i % 2 == 1) memory.running(second(30));  // every second start crashes early
    }
    for (int i = 0; i < 6; ++i) {
        GraphicsMemory memory = machine.start();
        REQUIRE(memory.graphics().driver == Driver::gl);
        memory.clean_end();
    }
}

TEST_CASE("a GPU that cannot be opened after all", "[graphics]") {
    Machine machine;
    GraphicsMemory memory = machine.start();
    memory.step_down("no context");
    CHECK(memory.graphics().driver == Driver::software);
    CHECK(memory.graphics().reduced_effects);
    memory.clean_end();
    CHECK(machine.start().graphics().driver == Driver::software);
    CHECK(machine.probes == 1);
}

TEST_CASE("a file that makes no sense is as good as none", "[graphics]") {
    for (const char* text : {"", "{", "[]", "{\"probe\": 3}", "\xff\xfe", "{\"unfinished_starts\": 9}"}) {
        Machine machine;
        REQUIRE(write_file(machine.folder.path / "graphics.json", std::string(text)).has_value());
        CHECK(machine.start().graphics().driver == Driver::gl);
        CHECK(machine.probes == 1);
        CHECK(machine.start().graphics().driver == Driver::gl);
        CHECK(machine.probes == 1);
    }
}

TEST_CASE("without a folder nothing is remembered", "[graphics]") {
    int probes = 0;
    const auto probe = [&probes]() -> Result<ProbeAnswer> { ++probes; return good; };
    GraphicsMemory memory = GraphicsMemory::begin({}, "", probe, second(0));
    CHECK(memory.graphics().driver == Driver::gl);
    memory.clean_end();
    GraphicsMemory::begin({}, "", probe, second(0));
    CHECK(probes == 2);
}

TEST_CASE("an answer survives its way through text", "[graphics]") {
    const auto read = read_probe_answer(probe_answer_json(good));
    REQUIRE(read);
    CHECK((read->works && !read->by_processor && read->frame_ms == 3.5 && read->renderer == good.renderer));
    CHECK_FALSE(read_probe_answer("{}"));
    CHECK_FALSE(read_probe_answer("--probe-gpu"));
}

TEST_CASE("the probe's process may answer, die, hang or babble", "[graphics]") {
    const FakeClock clock({0});
    {
        Folder folder;
        const auto answer = probe_gpu(script(folder, "test \"$1\" = --probe-gpu && echo '" + probe_answer_json(good) + "'"), clock);
        REQUIRE(answer);
        CHECK(answer->renderer == good.renderer);
    }
    {
        Folder folder;
        CHECK(probe_gpu(script(folder, "kill -SEGV $$"), clock).error().kind == ErrorKind::unsupported);
    }
    {
        Folder folder;
        const auto hung = probe_gpu(script(folder, "exec tail -f /dev/null"), clock, Milliseconds(30));
        CHECK(hung.error().kind == ErrorKind::cancelled);
    }
    {
        Folder folder;
        CHECK(probe_gpu(script(folder, "exec yes"), clock).error().kind == ErrorKind::too_large);
    }
    {
        Folder folder;
        CHECK(probe_gpu(script(folder, "echo llvmpipe"), clock).error().kind == ErrorKind::invalid);
    }
    CHECK(probe_gpu("/nonexistent/kiosk", clock).error().kind == ErrorKind::io);
}
