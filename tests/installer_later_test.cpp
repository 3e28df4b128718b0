// What overtakes an install: recalls, clocks, sticks that are older, and what a stick may hold.
#include "content/pack/installer.h"

#include <catch2/catch.hpp>

#include "tests/support/pack_repository.h"

using namespace xinghuo;

TEST_CASE("an offer that was overtaken is not installed", "[packs]") {
    FirstPack first;
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    SECTION("by a recall") {
        repository.add_recall("r1", "first", "1");
        repository.release();
        REQUIRE(terminal.look(repository));
    }
    SECTION("by a newer version") {
        repository.add_pack("first", 2, {{"x", "x"}});
        repository.release();
        REQUIRE(terminal.take(repository));
    }
    Installer installer(*terminal.store, terminal.stop, terminal.clock);
    const std::int64_t before = terminal.shown("first");
    REQUIRE_FALSE(installer.install(*offer, repository, PackTerminal::day(1), {}));
    CHECK(terminal.shown("first") == before);
}

TEST_CASE("a recall holds at once", "[packs]") {
    FirstPack first(PackFiles{{"text", "one"}});
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    REQUIRE(terminal.take(repository));
    repository.add_pack("first", 2, {{"text", "two"}});
    repository.release();
    REQUIRE(terminal.take(repository));
    REQUIRE(terminal.shown("first") == 2);
    SECTION("the version before is shown again") {
        repository.add_recall("wrong-date", "first", "2");
        repository.release();
        const auto offer = terminal.look(repository);
        REQUIRE(offer);
        REQUIRE(offer->recalls.size() == 1);
        CHECK(offer->packs[0].kind == PackOffer::Kind::recalled);
        CHECK(offer->empty());
        CHECK(terminal.shown("first") == 1);
        CHECK(terminal.text("text") == "one");
        CHECK(terminal.store->history().front().what == PackEvent::What::recalled);
        CHECK(terminal.store->history().front().why == "有误");
        CHECK_FALSE(terminal.store->undo("first", PackTerminal::day(2)));
        CHECK(terminal.look(repository)->recalls.empty());
        terminal.open();
        CHECK(terminal.store->recalled("first", 2));
        CHECK_FALSE(terminal.store->recalled("first", 1));
        CHECK(terminal.shown("first") == 1);
        // The list is damaged, and the one before knew nothing of it.
        REQUIRE(write_file(terminal.places.folder / "installed.json", "{"));
        terminal.open();
        CHECK(terminal.store->recalled("first", 2));
        CHECK(terminal.shown("first") == 1);
        // A version that was put right.
        repository.add_pack("first", 3, {{"text", "three"}});
        repository.release();
        REQUIRE(terminal.take(repository));
        CHECK(terminal.shown("first") == 3);
    }
    SECTION("all versions: nothing is shown") {
        repository.add_recall("all", "first", "");
        repository.release();
        REQUIRE(terminal.look(repository));
        CHECK(terminal.shown("first") == 0);
        const auto catalogue = terminal.store->catalogue();
        REQUIRE_FALSE(catalogue);
        CHECK(catalogue.error().kind == ErrorKind::missing);
    }
    SECTION("kept back, it closes the repository") {
        repository.add_recall("kept-back", "first", "2");
        repository.trust.artifacts.erase("recalls/kept-back.json");
        repository.release();
        CHECK_FALSE(terminal.look(repository));
        CHECK(terminal.shown("first") == 2);
    }
    SECTION("one that says nothing is passed over, with a word in the history") {
        repository.trust.add_artifact("targets", "recalls/empty.json", R"({"schema_version":1,"pack":"first","versions":[],"reason":{"zh":"x"}})");
        repository.release();
        REQUIRE(terminal.look(repository));
        CHECK(terminal.shown("first") == 2);
        CHECK(terminal.store->history().front().why.find("recalls/empty.json") != std::string::npos);
    }
}

TEST_CASE("a clock that is wrong, and a stick that is too old", "[packs]") {
    FirstPack first;  // good for thirty days after trust_day(0)
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    SECTION("1970 is not believed") {
        const Moment then{{}, WallTime{0}, false, 0};
        CHECK(terminal.store->believed(then).unix_ms >= wall_time_from_iso("2026-06-01T00:00:00Z").unix_ms);
        Installer installer(*terminal.store, terminal.stop, terminal.clock);
        const auto offer = installer.look(repository, then);
        REQUIRE(offer);
        CHECK(installer.install(*offer, repository, then, {}));
    }
    SECTION("the floor is kept") {
        REQUIRE(terminal.store->raise_floor(trust_day(20)));
        REQUIRE(terminal.store->raise_floor(trust_day(10)));
        terminal.open();
        CHECK(terminal.store->believed(PackTerminal::day(1)).unix_ms == trust_day(20).unix_ms);
        REQUIRE(terminal.store->raise_floor(trust_day(40)));
        const auto offer = terminal.look(repository, 1);
        REQUIRE_FALSE(offer);
        CHECK(offer.error().kind == ErrorKind::expired);
    }
    SECTION("a trusted day of installing is the least there is") {
        REQUIRE(terminal.take(repository, 5));
        CHECK(terminal.store->believed({{}, WallTime{0}, false, 0}).unix_ms == trust_day(5).unix_ms);
    }
    SECTION("expired: with dates, and what is here plays on") {
        REQUIRE(terminal.take(repository));
        const auto offer = terminal.look(repository, 31);
        REQUIRE_FALSE(offer);
        CHECK(offer.error().kind == ErrorKind::expired);
        CHECK(offer.error().what.find("2026-07-31") != std::string::npos);
        CHECK(terminal.shown("first") == 1);
        terminal.open(400);
        CHECK(terminal.text("a.txt") == first_files()["a.txt"]);
    }
}

TEST_CASE("a stick holds a folder, or one file, or nothing", "[packs]") {
    FirstPack first;
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    const Path stick = terminal.folder / "stick", scratch = terminal.places.folder / "scratch";
    std::filesystem::create_directories(stick);
    SECTION("a folder") {
        repository.write_to(stick / "xinghuo");
        auto from = open_stick(stick, "the stick A", scratch, nullptr);
        REQUIRE(from);
        REQUIRE(terminal.take(**from));
        CHECK(terminal.text("a.txt") == first_files()["a.txt"]);
        CHECK(terminal.store->history().front().from == "the stick A");
    }
    SECTION("one file") {
        repository.write_to(terminal.folder / "made/repository");
        REQUIRE(std::system(fmt::format("tar -C {} -cf {} metadata targets blobs", (terminal.folder / "made/repository").string(), (stick / "packs.xhpack").string()).c_str()) == 0);
        REQUIRE(write_file(stick / "._packs.xhpack", "what another system leaves"));
        {
            auto from = open_stick(stick, "the stick A", scratch, nullptr);
            INFO((from ? std::string() : from.error().what));
            REQUIRE(from);
            REQUIRE(terminal.take(**from));
            CHECK_FALSE(std::filesystem::is_empty(scratch));
        }
        CHECK(std::filesystem::is_empty(scratch));
        CHECK(terminal.text("b.bin") == first_files()["b.bin"]);
        REQUIRE(write_file(stick / "more.xhpack", "x"));
        CHECK(open_stick(stick, "the stick A", scratch, nullptr).error().what == "the stick A holds more than one .xhpack file: which one is meant is not clear");
    }
    SECTION("nothing") { CHECK(open_stick(stick, "the stick A", scratch, nullptr).error().kind == ErrorKind::missing); }
    SECTION("a file that is no archive") {
        REQUIRE(write_file(stick / "packs.xhpack", chance_bytes(5, 10'000)));
        const auto from = open_stick(stick, "the stick A", scratch, nullptr);
        REQUIRE_FALSE(from);
        CHECK(from.error().kind == ErrorKind::invalid);
        CHECK(std::filesystem::is_empty(scratch));
    }
    SECTION("a link in the place of a folder") {
        std::filesystem::create_directory_symlink(terminal.folder, stick / "xinghuo");
        CHECK(open_stick(stick, "the stick A", scratch, nullptr).error().kind == ErrorKind::missing);
    }
}
