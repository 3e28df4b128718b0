#include "content/pack/pack_store.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "content/pack/pack_state.h"
#include "tests/support/pack_repository.h"

using namespace xinghuo;

namespace {

PackState some_state() {
    PackState state;
    PackVersion version{3, std::string(64, 'a'), {"标题", ""}, 12, 2, "the stick A", "targets", {1'800'000'000'000}, true};
    state.packs.push_back({"first", "packs/xinghuo/first.json", version, std::nullopt, 4});
    state.packs.push_back({"second", "packs/xinghuo/second.json", std::nullopt, version, 3});
    state.recalls.push_back({"first", {1, 2}, {"有误", "wrong"}, "recalls/a.json", std::string(64, 'b')});
    state.recalls.push_back({"third", {}, {"有误", ""}, "recalls/b.json", std::string(64, 'c')});
    state.happened({PackEvent::What::failed, "first", {"标题", ""}, 1, 2, "the stick A", "it \"broke\"", {5}, false});
    state.floor = {77};
    state.checked = WallTime{88};
    state.shipped = std::string(64, 'd');
    return state;
}

// What collect() must leave: everything else is a leak.
std::vector<std::string> accounted(const PackTerminal& terminal, const std::vector<const PackFiles*>& packs, std::size_t manifests) {
    std::vector<std::string> wrong;
    std::set<std::string> blobs;
    for (const PackFiles* files : packs)
        for (const auto& [path, bytes] : *files) blobs.insert(sha256_hex(bytes.data(), bytes.size()));
    std::size_t seen = 0, manifests_seen = 0;
    for (const std::string& file : terminal.files()) {
        if (file.starts_with("blobs/")) seen += blobs.contains(file.substr(9)) ? 1 : (wrong.push_back(file), 0);
        else if (file.starts_with("manifests/")) ++manifests_seen;
        else if (file != "installed.json" && file != "installed.json.1" && file != "root.json" && !file.starts_with("recalls/")) wrong.push_back(file);
    }
    if (seen != blobs.size()) wrong.push_back(fmt::format("{} blobs of {}", seen, blobs.size()));
    if (manifests_seen != manifests) wrong.push_back(fmt::format("{} manifests, not {}", manifests_seen, manifests));
    return wrong;
}

}  // namespace

TEST_CASE("the list of packs comes back as it was written", "[packs]") {
    const std::string text = state_text(some_state());
    const auto read = read_state(text);
    INFO((read ? std::string() : read.error().what));
    REQUIRE(read);
    CHECK(state_text(*read) == text);
    CHECK(read->recalled("first", 2));
    CHECK_FALSE(read->recalled("first", 3));
    CHECK(read->recalled("third", 99));
    CHECK(read_state(state_text(PackState())));
}

TEST_CASE("one flipped bit of the list of packs is noticed", "[packs]") {
    const std::string text = state_text(some_state());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string broken = text;
        broken[i] = static_cast<char>(broken[i] ^ 1);
        CAPTURE(i);
        // The line's end and the last two marks mean nothing by themselves, but that they are there.
        if (i + 2 < text.size()) REQUIRE_FALSE(read_state(broken));
        REQUIRE_FALSE(read_state(text.substr(0, i)));
    }
    CHECK_FALSE(read_state(""));
}

TEST_CASE("undo is one touch, and back again", "[packs]") {
    FirstPack first(PackFiles{{"text", "one"}});
    PackRepository& repository = first.repository;
    PackTerminal& terminal = first.terminal;
    CHECK(terminal.store->undo("first", PackTerminal::day(1)).error().kind == ErrorKind::missing);
    REQUIRE(terminal.take(repository));
    CHECK(terminal.store->undo("first", PackTerminal::day(1)).error().what == "first: there is no version before to go back to");
    repository.add_pack("first", 2, {{"text", "two"}});
    repository.release();
    REQUIRE(terminal.take(repository));
    const auto before = terminal.store->catalogue();
    REQUIRE(before);
    REQUIRE(terminal.store->undo("first", PackTerminal::day(1)));
    CHECK(terminal.text("text") == "one");
    // Whoever is in an exhibit finishes on the old snapshot, whatever is collected meanwhile.
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    CHECK(*(*before)->read_text("text") == "two");
    terminal.open();
    CHECK(terminal.text("text") == "one");
    CHECK(terminal.store->history().front().what == PackEvent::What::undone);
    REQUIRE(terminal.store->undo("first", PackTerminal::day(1)));
    CHECK(terminal.text("text") == "two");
}

TEST_CASE("what is collected is what nobody shows, may undo to, installs or looks at", "[packs]") {
    PackRepository repository;
    PackTerminal terminal(repository.root());
    terminal.open();
    std::vector<PackFiles> versions;
    std::shared_ptr<const Catalogue> old;
    for (int i = 0; i < 4; ++i) {
        versions.push_back({{"shared", chance_bytes(1, 9'000)}, {"own", chance_bytes(100 + static_cast<std::uint64_t>(i), 20'000)}});
        repository.add_pack("first", i + 1, versions.back());
        repository.release();
        REQUIRE(terminal.take(repository));
        if (i == 0) old = *terminal.store->catalogue();
    }
    REQUIRE(write_file(terminal.places.folder / "incoming" / (std::string(64, '0') + ".part"), "begun"));
    REQUIRE(write_file(terminal.places.folder / "blobs/ab/not a blob", "x"));
    REQUIRE(write_file(terminal.places.folder / "manifests/x.json.part", "x"));
    REQUIRE(write_file(terminal.places.folder / "installed.json.part", "x"));
    auto gone = terminal.store->collect(PackTerminal::day(1));
    REQUIRE(gone);
    CHECK(*gone >= 20'000);
    CHECK(terminal.store->history().front().what == PackEvent::What::collected);
    CHECK(terminal.store->history().front().why.ends_with(" kB"));
    // Version 1 is still looked at, 3 may come back, 4 is shown.
    CHECK(accounted(terminal, {&versions[0], &versions[2], &versions[3]}, 2) == std::vector<std::string>());
    CHECK(*(*old).read_text("own") == versions[0]["own"]);
    old.reset();
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    CHECK(accounted(terminal, {&versions[2], &versions[3]}, 2) == std::vector<std::string>());
    const std::string held = repository.add_blob("held");
    REQUIRE(terminal.store->blobs().fetch({held, 4}, repository, [](std::uint64_t) {}));
    terminal.store->hold({{held, 4}});
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    CHECK(terminal.store->blobs().has({held, 4}));
    terminal.store->hold({});
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    CHECK_FALSE(terminal.store->blobs().has({held, 4}));
    const std::size_t lines = terminal.store->history().size();
    CHECK(*terminal.store->collect(PackTerminal::day(1)) == 0);
    CHECK(terminal.store->history().size() == lines);
}

TEST_CASE("what the disk damages is found, set aside, and repaired", "[packs]") {
    PackRepository repository;
    PackFiles files;
    for (std::uint64_t i = 0; i < 20; ++i) files[fmt::format("f{:02}", i)] = chance_bytes(i, 30'000);
    repository.add_pack("first", 1, files);
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    REQUIRE(terminal.take(repository));
    CHECK_FALSE(terminal.store->last_full_check());
    const std::string sha256 = sha256_hex(files["f07"].data(), 30'000);
    const Path blob = terminal.places.folder / "blobs" / sha256.substr(0, 2) / sha256;
    std::string rotten = files["f07"];
    rotten[100] = static_cast<char>(rotten[100] ^ 4);
    REQUIRE(write_file(blob, rotten));
    std::vector<std::string> damaged;
    int calls = 0;
    for (; !terminal.store->last_full_check() && calls < 1'000; ++calls) {
        const auto some = terminal.store->check_some(7'000, PackTerminal::day(9));
        REQUIRE(some);
        damaged.insert(damaged.end(), some->begin(), some->end());
    }
    CHECK(calls >= 600'000 / 7'000);
    CHECK(calls < 110);
    CHECK(terminal.store->last_full_check()->unix_ms == trust_day(9).unix_ms);
    REQUIRE(damaged.size() == 1);
    CHECK(damaged[0].starts_with("first: f07: blob " + sha256.substr(0, 12)));
    CHECK(terminal.store->history().front().what == PackEvent::What::damaged);
    REQUIRE(terminal.store->wanted().size() == 1);
    CHECK(terminal.store->wanted()[0].sha256 == sha256);
    CHECK(terminal.text("f07") != rotten);
    CHECK(terminal.text("f08") == files["f08"]);
    repository.blobs_given = 0;
    Installer installer(*terminal.store, terminal.stop, terminal.clock);
    const auto repaired = installer.repair(repository, PackTerminal::day(9));
    REQUIRE(repaired);
    CHECK(*repaired == 1);
    CHECK(repository.blobs_given == 30'000);
    CHECK(terminal.store->wanted().empty());
    CHECK(terminal.text("f07") == files["f07"]);
    CHECK(terminal.store->history().front().what == PackEvent::What::repaired);
    // A shared blob that rots unseen is found by the next install, which brings it again.
    REQUIRE(write_file(blob, rotten));
    files["new"] = "new";
    repository.add_pack("first", 2, files);
    repository.release();
    REQUIRE(terminal.take(repository));
    CHECK(terminal.shown("first") == 2);
    CHECK(terminal.text("f07") == files["f07"]);
}

TEST_CASE("a damaged list of packs is one state back, or rebuilt from what is signed", "[packs]") {
    PackRepository repository;
    repository.add_pack("first", 1, {{"text", "one"}});
    repository.add_pack("second", 1, {{"text", "other"}});
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    REQUIRE(terminal.take(repository));
    const Path list = terminal.places.folder / "installed.json", list_before = terminal.places.folder / "installed.json.1";
    SECTION("the one before") {
        repository.add_pack("first", 2, {{"text", "two"}});
        repository.release();
        REQUIRE(terminal.take(repository));
        REQUIRE(write_file(list, "nonsense"));
        terminal.open();
        CHECK(terminal.shown("first") == 1);
        CHECK(terminal.store->history().front().what == PackEvent::What::damaged);
        REQUIRE(terminal.take(repository));
        CHECK(terminal.shown("first") == 2);
    }
    SECTION("both") {
        REQUIRE(write_file(list, "nonsense"));
        REQUIRE(write_file(list_before, ""));
        // Nobody signs this one.
        const std::string unsigned_pack = repository.manifest_of("third", 1, {{"text", "x"}});
        REQUIRE(write_file(terminal.places.folder / "manifests" / (sha256_hex(unsigned_pack.data(), unsigned_pack.size()) + ".json"), unsigned_pack));
        terminal.open();
        CHECK(terminal.store->packs().size() == 2);
        CHECK(terminal.shown("first") == 1);
        CHECK(terminal.shown("second") == 1);
        CHECK(terminal.shown("third") == 0);
        terminal.open();
        CHECK(terminal.store->packs().size() == 2);
        REQUIRE(terminal.store->collect(PackTerminal::day(1)));
        CHECK(terminal.store->history().size() == 2);
    }
    SECTION("a manifest is damaged: that pack is not shown, the others are") {
        const std::string hash = terminal.store->packs()[0].shown->manifest;
        REQUIRE(write_file(terminal.places.folder / "manifests" / (hash + ".json"), "{}"));
        terminal.open();
        CHECK(terminal.shown("first") == 0);
        CHECK(terminal.shown("second") == 1);
        CHECK(terminal.store->history().front().why == "its manifest is no longer what was signed");
        const auto offer = terminal.look(repository);
        REQUIRE(offer);
        CHECK(offer->to_fetch == 0);
        REQUIRE(terminal.take(repository));
        CHECK(terminal.shown("first") == 1);
    }
}

TEST_CASE("another root of trust takes everything back that it did not sign", "[packs]") {
    PackRepository demonstration, production;
    demonstration.add_pack("first", 1, {{"text", "one"}});
    demonstration.release();
    production.add_pack("ours", 1, {{"text", "ours"}});
    production.release();
    PackTerminal terminal(demonstration.root());
    terminal.open();
    REQUIRE(terminal.take(demonstration));
    SECTION("a real one") {
        REQUIRE(write_file(terminal.places.root, production.root()));
        terminal.open();
        CHECK(terminal.store->packs().empty());
        CHECK_FALSE(terminal.store->catalogue());
        CHECK(terminal.store->history().front().why == "it was signed under another root of trust");
        CHECK_FALSE(terminal.look(demonstration));
        REQUIRE(terminal.take(production));
        CHECK(terminal.text("text") == "ours");
        terminal.open();
        CHECK(terminal.shown("ours") == 1);
        REQUIRE(terminal.store->collect(PackTerminal::day(1)));
        const PackFiles files{{"text", "ours"}};
        CHECK(accounted(terminal, {&files}, 1) == std::vector<std::string>());
    }
    SECTION("one that is none takes nothing away") {
        REQUIRE(write_file(terminal.places.root, "{}"));
        terminal.open();
        CHECK(terminal.shown("first") == 1);
        CHECK(terminal.store->history().front().why.starts_with("the root of trust"));
    }
    SECTION("the next of the same chain takes nothing away") {
        demonstration.trust.rotate("timestamp");
        demonstration.trust.publish({"root", "timestamp"});
        REQUIRE(terminal.look(demonstration));
        REQUIRE(write_file(terminal.places.root, demonstration.trust.published.at("root").back()));
        terminal.open();
        CHECK(terminal.shown("first") == 1);
    }
}

TEST_CASE("what ships with the program is there at the first start, in its place", "[packs]") {
    PackRepository repository;
    const PackFiles files{{"text", "one"}, {"film", chance_bytes(1, 50'000)}};
    repository.add_pack("first", 1, files);
    repository.release();
    PackTerminal terminal(repository.root());
    const Path shipped = terminal.folder / "share/shipped";
    repository.write_to(shipped);
    terminal.places.shipped = shipped;
    terminal.places.root.clear();
    terminal.open(4'000);  // long past the last of its dates
    CHECK(terminal.shown("first") == 1);
    CHECK(terminal.text("film") == files.at("film"));
    CHECK(terminal.store->packs()[0].shown->from == "shipped");
    CHECK(terminal.store->blobs_bytes() == 0);
    const std::vector<std::string> once = terminal.files();
    terminal.open(4'001);
    CHECK(terminal.files() == once);
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    CHECK(terminal.text("film") == files.at("film"));
    SECTION("a newer program brings a newer one") {
        repository.add_pack("first", 2, {{"text", "two"}});
        repository.release();
        repository.write_to(shipped);
        terminal.open();
        CHECK(terminal.shown("first") == 2);
        REQUIRE(terminal.store->undo("first", PackTerminal::day(1)));
        CHECK(terminal.text("film") == files.at("film"));
    }
    SECTION("damaged, it is mended by a copy of ours") {
        const std::string sha256 = sha256_hex(files.at("film").data(), 50'000);
        const std::string rotten = chance_bytes(2, 50'000);
        REQUIRE(write_file(shipped / "blobs" / sha256.substr(0, 2) / sha256, rotten));
        const auto damaged = terminal.store->check_some(1 << 20, PackTerminal::day(1));
        REQUIRE(damaged);
        CHECK(damaged->size() == 1);
        REQUIRE(terminal.store->wanted().size() == 1);
        CHECK(terminal.text("film") != rotten);
        terminal.open();
        REQUIRE(terminal.store->wanted().size() == 1);
        Installer installer(*terminal.store, terminal.stop, terminal.clock);
        REQUIRE(installer.repair(repository, PackTerminal::day(1)));
        CHECK(terminal.store->wanted().empty());
        CHECK(terminal.text("film") == files.at("film"));
    }
    SECTION("not signed by its root, it is not shown") {
        PackRepository other;
        other.add_pack("second", 1, {{"text", "two"}});
        other.release();
        other.write_to(shipped);
        REQUIRE(write_file(terminal.folder / "share/root.json", repository.root()));
        terminal.open();
        CHECK(terminal.shown("second") == 0);
        CHECK(terminal.shown("first") == 1);
    }
}
