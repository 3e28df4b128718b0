#include "content/pack/installer.h"

#include <catch2/catch.hpp>

#include "tests/support/pack_repository.h"

using namespace xinghuo;

TEST_CASE("a pack comes from a repository to the hall", "[packs]") {
    FirstPack first;
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    CHECK_FALSE(terminal.store->catalogue());
    const auto offer = terminal.look(repository);
    INFO((offer ? std::string() : offer.error().what));
    REQUIRE(offer);
    REQUIRE(offer->packs.size() == 1);
    CHECK(offer->packs[0].refused.empty());
    CHECK(offer->packs[0].kind == PackOffer::Kind::fresh);
    CHECK(offer->packs[0].bytes == 45'000);
    CHECK(offer->to_fetch == 45'000);
    CHECK(offer->to_store >= 8'192 + 40'960);
    CHECK(offer->fits());
    const auto done = terminal.take(repository);
    INFO((done ? std::string() : done.error().what));
    REQUIRE(done);
    CHECK(terminal.shown("first") == 1);
    CHECK(terminal.text("a.txt") == first_files()["a.txt"]);
    CHECK(terminal.text("empty").empty());
    terminal.open();
    CHECK(terminal.shown("first") == 1);
    CHECK(terminal.text("b.bin") == first_files()["b.bin"]);
    CHECK(terminal.look(repository)->empty());
    CHECK(terminal.store->history().front().what == PackEvent::What::installed);
}

TEST_CASE("an update moves what changed, and nothing else", "[packs]") {
    PackRepository repository;
    PackFiles files;
    for (std::uint64_t i = 0; i < 100; ++i) files[fmt::format("f{:03}", i)] = chance_bytes(i, 10'000);
    repository.add_pack("first", 1, files);
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    REQUIRE(terminal.take(repository));
    repository.given = repository.blobs_given = 0;
    for (std::uint64_t i = 0; i < 5; ++i) files[fmt::format("f{:03}", i * 20)] = chance_bytes(1'000 + i, 10'000);
    repository.add_pack("first", 2, files);
    repository.release();
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    CHECK(offer->packs[0].kind == PackOffer::Kind::update);
    CHECK(offer->packs[0].before == 1);
    CHECK(offer->packs[0].files_to_fetch == 5);
    REQUIRE(terminal.take(repository, 2));
    CHECK(repository.blobs_given == 50'000);
    CHECK(terminal.shown("first") == 2);
    // Two packs share what they have in common.
    repository.blobs_given = 0;
    repository.add_pack("second", 1, files);
    repository.release();
    REQUIRE(terminal.take(repository, 2));
    CHECK(repository.blobs_given == 0);
    CHECK(terminal.shown("second") == 1);
    CHECK((*terminal.store->catalogue())->packs().size() == 2);
}

TEST_CASE("what is here already is the same, older or an update", "[packs]") {
    FirstPack first(first_files(), 2);
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    REQUIRE(terminal.take(repository));
    auto offer = terminal.look(repository);
    REQUIRE(offer);
    CHECK(offer->packs[0].kind == PackOffer::Kind::same);
    SECTION("an older version, newly signed") {
        repository.add_pack("first", 1, {{"old", "old"}});
        repository.release();
        offer = terminal.look(repository);
        REQUIRE(offer);
        CHECK(offer->packs[0].kind == PackOffer::Kind::older);
        CHECK(offer->empty());
        REQUIRE(terminal.take(repository));
        CHECK(terminal.shown("first") == 2);
    }
    SECTION("the same version with other contents") {
        repository.add_pack("first", 2, {{"other", "other"}});
        repository.release();
        offer = terminal.look(repository);
        REQUIRE(offer);
        CHECK(offer->packs[0].refused_kind == ErrorKind::untrusted);
        CHECK(offer->packs[0].refused == "first version 2 is here already with other contents; what is changed needs a new version");
        CHECK(offer->empty());
    }
    SECTION("a stick that is older than what is here") {
        PackRepository stick = repository;
        repository.release();
        REQUIRE(terminal.look(repository));
        const auto found = terminal.look(stick);
        REQUIRE_FALSE(found);
        CHECK(found.error().kind == ErrorKind::older);
        CHECK(terminal.shown("first") == 2);
    }
    SECTION("undone, it is not brought back by looking") {
        repository.add_pack("first", 3, {{"new", "new"}});
        repository.release();
        REQUIRE(terminal.take(repository));
        REQUIRE(terminal.store->undo("first", PackTerminal::day(3)));
        CHECK(terminal.shown("first") == 2);
        offer = terminal.look(repository);
        REQUIRE(offer);
        CHECK(offer->packs[0].kind == PackOffer::Kind::same);
        CHECK(offer->empty());
        REQUIRE(terminal.store->undo("first", PackTerminal::day(3)));
        CHECK(terminal.shown("first") == 3);
        CHECK(terminal.text("new") == "new");
    }
}

TEST_CASE("a pack that may not be installed says why, and the others are", "[packs]") {
    PackRepository repository;
    repository.add_pack("good", 1, first_files());
    std::string expected;
    std::string target = "packs/xinghuo/bad.json";
    SECTION("another name") {
        repository.trust.add_artifact("targets", target, repository.manifest_of("other", 1, first_files()));
        expected = "packs/xinghuo/bad.json holds a pack that calls itself \"other\"";
    }
    SECTION("an application that is not made yet") {
        repository.trust.add_artifact("targets", target, repository.manifest_of("bad", 1, first_files(), "99.0"));
        expected = "needs version 99.0 of the application";
    }
    SECTION("not a manifest") {
        repository.trust.add_artifact("targets", target, "{\"schema_version\": 1}");
        expected = "the manifest of packs/xinghuo/bad.json";
    }
    SECTION("no organisation") {
        target = "packs/bad.json";
        repository.trust.add_artifact("targets", target, repository.manifest_of("bad", 1, first_files()));
        expected = "is not named packs/<organisation>/<id>.json";
    }
    SECTION("the manifest is not there") {
        repository.trust.add_artifact("targets", target, repository.manifest_of("bad", 1, first_files()));
        repository.trust.artifacts.erase(target);
        expected = "bad.json";
    }
    SECTION("another manifest lies in its place") {
        repository.trust.add_artifact("targets", target, repository.manifest_of("bad", 2, first_files()));
        repository.trust.artifacts[target] = repository.manifest_of("bad", 1, first_files());
        expected = "bad.json";
    }
    SECTION("one hash with two lengths") {
        std::string manifest = repository.manifest_of("bad", 1, {{"x", "12345"}, {"y", "12345"}});
        manifest.replace(manifest.rfind("\"length\":5"), 10, "\"length\":6");
        repository.trust.add_artifact("targets", target, manifest);
        expected = "the same hash as another file";
    }
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    REQUIRE(offer->packs.size() == 2);
    for (const PackOffer& pack : offer->packs) {
        if (pack.target != target) continue;
        INFO(pack.refused);
        CHECK(pack.refused.find(expected) != std::string::npos);
    }
    REQUIRE(terminal.take(repository));
    CHECK(terminal.shown("good") == 1);
    CHECK(terminal.store->packs().size() == 1);
}

TEST_CASE("nobody takes a pack over by its name", "[packs]") {
    PackRepository repository;
    repository.add_pack("first", 1, first_files(), "xinghuo");
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    SECTION("while it is here") {
        REQUIRE(terminal.take(repository));
        repository.add_pack("first", 9, {{"evil", "evil"}}, "another");
        repository.add_pack("first", 2, first_files(), "xinghuo");
        repository.release();
        const auto offer = terminal.look(repository);
        REQUIRE(offer);
        REQUIRE(terminal.take(repository));
        CHECK(terminal.shown("first") == 2);
    }
    SECTION("before it is here, both are refused") {
        repository.add_pack("first", 9, {{"evil", "evil"}}, "another");
        repository.release();
        const auto offer = terminal.look(repository);
        REQUIRE(offer);
        CHECK(offer->empty());
        CHECK(offer->packs[0].refused.find("are both called first") != std::string::npos);
        CHECK(offer->packs[1].refused_kind == ErrorKind::untrusted);
    }
}

TEST_CASE("blobs that are not what was signed are refused, and the old version stays", "[packs]") {
    FirstPack first;
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    REQUIRE(terminal.take(repository));
    const std::string one = chance_bytes(11, 30'000), two = chance_bytes(12, 30'000);
    repository.add_pack("first", 2, {{"one", one}, {"two", two}});
    repository.release();
    std::string& served = repository.blobs[sha256_hex(one.data(), one.size())];
    ErrorKind expected = ErrorKind::untrusted;
    SECTION("swapped") { std::swap(served, repository.blobs[sha256_hex(two.data(), two.size())]); }
    SECTION("one bit") { served[29'999] = static_cast<char>(served[29'999] ^ 1); }
    SECTION("truncated") { served.resize(20'000); }
    SECTION("longer") { served += "x"; }
    SECTION("much longer") { served = chance_bytes(13, 3'000'000); }
    SECTION("empty") { served.clear(); }
    SECTION("a page in its place") { served = "<html>Please sign in</html>"; }
    SECTION("missing") {
        repository.blobs.erase(sha256_hex(one.data(), one.size()));
        expected = ErrorKind::missing;
    }
    const auto done = terminal.take(repository);
    REQUIRE_FALSE(done);
    INFO(done.error().what);
    CHECK(done.error().kind == expected);
    CHECK(terminal.shown("first") == 1);
    CHECK(terminal.text("a.txt") == first_files()["a.txt"]);
    CHECK(terminal.store->history().front().what == PackEvent::What::failed);
    CHECK(terminal.store->history().front().why == done.error().what);
    // The same trouble again is one line of history; a right stick mends it.
    const std::size_t lines = terminal.store->history().size();
    REQUIRE_FALSE(terminal.take(repository));
    CHECK(terminal.store->history().size() == lines);
    repository.add_blob(one);
    repository.add_blob(two);
    REQUIRE(terminal.take(repository));
    CHECK(terminal.text("one") == one);
}

TEST_CASE("what was begun is gone on with, and never believed", "[packs]") {
    PackRepository repository;
    const std::string film = chance_bytes(21, 200'000);
    repository.add_pack("first", 1, {{"film", film}});
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    repository.pulled_after = repository.given + 150'000;
    Installer installer(*terminal.store, terminal.stop, terminal.clock);
    const auto pulled = installer.install(*offer, repository, PackTerminal::day(1), {});
    REQUIRE_FALSE(pulled);
    CHECK(pulled.error().kind == ErrorKind::io);
    repository.pulled_after.reset();
    repository.blobs_given = 0;
    const Path part = terminal.places.folder / "incoming" / (sha256_hex(film.data(), film.size()) + ".part");
    SECTION("whole") {
        terminal.open();
        REQUIRE(terminal.take(repository));
        CHECK(repository.blobs_given == 50'000);
    }
    SECTION("somebody has written into it") {
        REQUIRE(write_file(part, chance_bytes(22, 150'000)));
        REQUIRE(terminal.take(repository));
        CHECK(repository.blobs_given == 50'000 + 200'000);
    }
    SECTION("it is longer than the file") {
        REQUIRE(write_file(part, chance_bytes(22, 250'000)));
        REQUIRE(terminal.take(repository));
        CHECK(repository.blobs_given == 200'000);
    }
    SECTION("it was whole, and not yet named") {
        REQUIRE(write_file(part, film));
        REQUIRE(terminal.take(repository));
        CHECK(repository.blobs_given == 0);
    }
    CHECK(terminal.text("film") == film);
    CHECK_FALSE(std::filesystem::exists(part));
}

TEST_CASE("room is counted before, truly, and the record keeps its reserve", "[packs]") {
    PackRepository repository;
    repository.add_pack("first", 1, first_files());
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.places.capacity = 100'000;
    terminal.open();
    REQUIRE(terminal.take(repository));
    repository.add_pack("first", 2, {{"large", chance_bytes(31, 90'000)}});
    repository.release();
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    CHECK_FALSE(offer->fits());
    CHECK(offer->free_bytes < 60'000);
    repository.blobs_given = 0;
    const auto done = terminal.take(repository);
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::full);
    CHECK(done.error().what.find("are needed") != std::string::npos);
    CHECK(done.error().what.find("are free") != std::string::npos);
    CHECK(repository.blobs_given == 0);
    CHECK(terminal.shown("first") == 1);
}

TEST_CASE("progress is true, and stopping stops", "[packs]") {
    FirstPack first({{"film", chance_bytes(41, 300'000)}, {"more", chance_bytes(42, 100'000)}});
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    Installer installer(*terminal.store, terminal.stop, terminal.clock);
    InstallProgress last;
    bool backwards = false;
    const auto tell = [&](const InstallProgress& progress) {
        backwards = backwards || progress.bytes < last.bytes;
        last = progress;
    };
    SECTION("to the end") {
        REQUIRE(installer.install(*offer, repository, PackTerminal::day(1), tell));
        CHECK(last.bytes == 800'000);  // fetched, and read again
        CHECK(last.of_bytes == 800'000);
        CHECK(last.files == 2);
        CHECK(last.step == InstallProgress::Step::finishing);
        CHECK_FALSE(backwards);
    }
    SECTION("stopped in the middle") {
        int pieces = 0;
        repository.between_pieces = [&] { terminal.stop = ++pieces == 50; };
        const auto done = installer.install(*offer, repository, PackTerminal::day(1), tell);
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == ErrorKind::cancelled);
        CHECK(pieces == 50);
        CHECK(terminal.store->packs().empty());
        CHECK(terminal.store->history().empty());
        repository.between_pieces = nullptr;
        terminal.stop = false;
        repository.blobs_given = 0;
        REQUIRE(terminal.take(repository));
        CHECK(repository.blobs_given == 350'000);
    }
}

TEST_CASE("progress is told at most 30 times a second", "[packs]") {
    FirstPack first(PackFiles{{"film", chance_bytes(41, 300'000)}});
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    const auto offer = terminal.look(repository);
    REQUIRE(offer);
    // 300 pieces in 1.5 s; then it is read again in no time.
    repository.between_pieces = [&] { terminal.clock.advance(std::chrono::milliseconds(5)); };
    Installer installer(*terminal.store, terminal.stop, terminal.clock);
    int told = 0;
    REQUIRE(installer.install(*offer, repository, PackTerminal::day(1), [&](const InstallProgress&) { ++told; }));
    CHECK(told >= 40);
    CHECK(told <= 50);
}
