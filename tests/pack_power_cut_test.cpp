// The program is killed, and the stick is pulled, in the middle of installs, again and again: the next start shows the old version or the
// new one, complete, every byte of it what was signed; and nothing leaks on disk. (Product rules 8 and 9.) tools/powercut --packs does the
// same to the real program.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <csignal>
#include <set>

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/pack_repository.h"

using namespace xinghuo;

namespace {

// Twelve files a version, of which three are new each time; sizes from nothing to 200 kB.
const PackFiles& files_of(std::int64_t version) {
    static std::map<std::int64_t, PackFiles> made;
    if (const auto known = made.find(version); known != made.end()) return known->second;
    if (made.size() > 8) made.erase(made.begin());
    PackFiles& files = made[version];
    for (std::uint64_t i = 0; i < 12; ++i) {
        const auto age = static_cast<std::uint64_t>(version) / 4 + (static_cast<std::uint64_t>(version) % 4 > i % 4 ? 1 : 0);
        const std::uint64_t seed = mixed(i, age);
        files[fmt::format("file-{}", i)] = chance_bytes(seed, i == 0 ? 0 : seed % 200'000);
    }
    files["version"] = std::to_string(version);
    return files;
}

// What is shown is a whole version; nothing else is on disk. Which version it is.
std::int64_t check_whole(PackTerminal& terminal, std::int64_t least, std::int64_t most) {
    REQUIRE(terminal.store->wanted().empty());
    for (const InstalledPack& pack : terminal.store->packs()) {
        REQUIRE(pack.shown);
        REQUIRE(pack.shown->version >= least);
        REQUIRE(pack.shown->version <= most);
    }
    const std::int64_t version = terminal.shown("first");
    REQUIRE(terminal.shown("second") == version);  // both came in one transaction
    if (version == 0) {
        REQUIRE(least == 0);
        return 0;
    }
    const auto catalogue = terminal.store->catalogue();
    REQUIRE(catalogue);
    REQUIRE((*catalogue)->damaged().empty());
    for (const auto& [path, bytes] : files_of(version))
        for (const char* pack : {"first", "second"}) {
            const auto text = (*catalogue)->read_text(std::string(pack) + ":" + path);
            REQUIRE(text);
            REQUIRE(*text == bytes);
        }
    return version;
}

void check_leaks(PackTerminal& terminal) {
    REQUIRE(terminal.store->collect(PackTerminal::day(1)));
    std::set<std::string> expected{"installed.json", "root.json"};
    for (const InstalledPack& pack : terminal.store->packs())
        for (const auto* version : {&pack.shown, &pack.previous}) {
            if (!*version) continue;
            expected.insert("manifests/" + (*version)->manifest + ".json");
            for (const auto& [path, bytes] : files_of((*version)->version)) {
                const std::string sha256 = sha256_hex(bytes.data(), bytes.size());
                expected.insert("blobs/" + sha256.substr(0, 2) + "/" + sha256);
            }
        }
    for (const std::string& file : terminal.files())
        if (file != "installed.json.1") {
            INFO(file);
            REQUIRE(expected.erase(file) == 1);
        }
    expected.erase("installed.json");  // before anything was installed there may be none
    REQUIRE(expected.empty());
}

void publish(PackRepository& repository, std::int64_t version) {
    repository.add_pack("first", version, files_of(version));
    repository.add_pack("second", version, files_of(version));
    repository.release();
}

struct Figures {
    int interrupted = 0, old_version = 0, new_version = 0, resumed = 0;
};

void pulled(int times, Figures& figures) {
    PackRepository repository;
    PackTerminal terminal(repository.root());
    terminal.open();
    Chance chance(9);
    std::int64_t version = 0;
    for (int i = 0; i < times; ++i) {
        INFO("pull " << i);
        publish(repository, version + 1);
        repository.given = 0;
        repository.piece_bytes = 1 + chance.below(70'000);
        // Most pulls are among the blobs, some in the metadata; a few come too late.
        repository.pulled_after = chance.below(6) == 0 ? chance.below(6'000) : chance.below(500'000);
        const auto done = terminal.take(repository, 1);
        const std::uint64_t given = repository.given;
        if (!done) {
            ++figures.interrupted;
            REQUIRE(given == *repository.pulled_after);
            REQUIRE(check_whole(terminal, version, version) == version);
        }
        if (chance.below(2) == 0) terminal.open();
        if (chance.below(4) == 0) check_leaks(terminal);
        if (!done && chance.below(2) == 0) {  // plugged in again
            repository.pulled_after.reset();
            repository.given = 0;
            const auto again = terminal.take(repository, 1);
            INFO((again ? std::string() : again.error().what));
            REQUIRE(again);
            ++figures.resumed;
        }
        const std::int64_t now = check_whole(terminal, version, version + 1);
        ++(now == version ? figures.old_version : figures.new_version);
        version = now;
    }
    check_leaks(terminal);
}

void killed(int times, Figures& figures) {
    PackRepository repository;
    PackTerminal terminal(repository.root());
    Chance chance(4);
    std::int64_t version = 0;
    Nanoseconds usual{};  // how long one takes that nobody kills
    const SystemClock clock;
    for (int i = 0; i < times; ++i) {
        INFO("kill " << i);
        publish(repository, version + 1);
        repository.piece_bytes = 10'000;
        terminal.store.reset();
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const Instant start = clock.now();
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            auto store = PackStore::open(terminal.places, PackTerminal::day(1));
            if (!store) ::_exit(3);
            Installer installer(**store, terminal.stop, terminal.clock);
            const auto offer = installer.look(repository, PackTerminal::day(1));
            if (!offer || !installer.install(*offer, repository, PackTerminal::day(1), {})) ::_exit(4);
            if (chance.below(2) == 0 && !(*store)->collect(PackTerminal::day(1))) ::_exit(5);
            ::_exit(0);
        }
        const auto wait = static_cast<std::int64_t>(chance.below(static_cast<std::size_t>(usual.count() * 9 / 8)));
        ::close(ends[1]);
        pollfd ended{ends[0], POLLIN, 0};  // its end closes when it ends
        const timespec patience{wait / 1'000'000'000, wait % 1'000'000'000};
        if (::ppoll(&ended, 1, i > 0 ? &patience : nullptr, nullptr) == 0) ::kill(child, SIGKILL);
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) {
            ++figures.interrupted;
            usual = usual * 21 / 20;  // the machine may have become slower
        } else {
            REQUIRE(WEXITSTATUS(status) == 0);
            usual = clock.now() - start;
        }
        terminal.open();
        const std::int64_t now = check_whole(terminal, version, version + 1);
        ++(now == version ? figures.old_version : figures.new_version);
        version = now;
        if (chance.below(3) == 0) check_leaks(terminal);
        if (chance.below(8) == 0) {  // on from what was begun
            REQUIRE(terminal.take(repository, 1));
            REQUIRE(check_whole(terminal, version, version + 1) > 0);
            version = terminal.shown("first");
            ++figures.resumed;
        }
    }
    check_leaks(terminal);
}

void check(const Figures& figures, int times) {
    const std::string line = fmt::format("{} interrupted of {}: {} times the old version, {} the new one, {} gone on with", figures.interrupted, times, figures.old_version,
                                         figures.new_version, figures.resumed);
    INFO(line);
    // When a kill comes depends on the machine; that some came in the middle must not.
    CHECK(figures.interrupted > times / 10);
    CHECK(figures.old_version > 0);
    CHECK(figures.new_version > 0);
    if (times >= 500) WARN(line);
}

}  // namespace

TEST_CASE("the stick is pulled at forty bytes: old or new, whole, and nothing leaks", "[packs][slow]") {
    Figures figures;
    pulled(40, figures);
    check(figures, 40);
}

TEST_CASE("killed forty times while it installs: old or new, whole, and nothing leaks", "[packs][slow]") {
    Figures figures;
    killed(40, figures);
    check(figures, 40);
}

TEST_CASE("the stick is pulled at five hundred bytes", "[.powercut]") {
    Figures figures;
    pulled(500, figures);
    check(figures, 500);
}

TEST_CASE("killed five hundred times while it installs", "[.powercut]") {
    Figures figures;
    killed(500, figures);
    check(figures, 500);
}

TEST_CASE("a disk that runs full in the middle of it changes nothing", "[packs]") {
    PackRepository repository;
    publish(repository, 1);
    PackTerminal terminal(repository.root());
    terminal.open();
    REQUIRE(terminal.take(repository));
    repository.add_pack("first", 2, {{"large", chance_bytes(1, 3'000'000)}});
    repository.release();
    terminal.store.reset();
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // no file of this program grows over 2 MB: the disk's answer is as late as ENOSPC's
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{2'000'000, 2'000'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto store = PackStore::open(terminal.places, PackTerminal::day(1));
        if (!store) ::_exit(3);
        Installer installer(**store, terminal.stop, terminal.clock);
        const auto offer = installer.look(repository, PackTerminal::day(1));
        if (!offer) ::_exit(4);
        const auto done = installer.install(*offer, repository, PackTerminal::day(1), {});
        ::_exit(!done && done.error().kind == ErrorKind::full && done.error().what.find("ran full") != std::string::npos ? 0 : 5);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    terminal.open();
    CHECK(check_whole(terminal, 1, 1) == 1);
    CHECK(std::filesystem::is_empty(terminal.places.folder / "incoming"));
    CHECK(terminal.store->history().front().what == PackEvent::What::failed);
    check_leaks(terminal);
    REQUIRE(terminal.take(repository));
    CHECK(terminal.shown("first") == 2);
}
