// Where a publication goes: to a stick, into one file, and what happens when it stops on the way.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "content/pack/archive.h"
#include "tests/support/pack_repository.h"
#include "tests/support/signing_room.h"
#include "tools/packer/publish.h"
#include "tools/packer/publish_stick.h"

using namespace xinghuo;

namespace {

std::size_t files_below(const Path& folder) {
    std::size_t count = 0;
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        count += at->is_regular_file() ? 1 : 0;
    return count;
}

// The most memory this process ever had, since it was last forgotten.
long peak_kb() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
    return 0;
}

}  // namespace

TEST_CASE("a stick carries what current packs need", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}, {"b", "beta"}})));
    room.must(room.publishing_pack(room.pack("first", 2, {{"a", "alpha"}, {"b", "gamma"}})));
    std::filesystem::create_directories(room.folder / "stick");
    REQUIRE(write_file(room.folder / "stick/holiday.jpg", "mine"));
    room.must(room.publishing({"--stick", room.at("stick")}));
    CHECK(room.heard("good until 2027-07-01"));
    const Path stick = room.folder / "stick/xinghuo";
    CHECK(files_below(stick / "blobs") == 2);
    CHECK(files_below(stick / "targets") == 2);  // one manifest, by both its hashes
    CHECK(files_below(room.folder / "repository/blobs") == 3);

    // Months later, by stick alone.
    SignedTerminal terminal(room);
    const std::string spring = "2027-05-01T00:00:00Z";
    CHECK_FALSE(terminal.refresh(room.repository(), spring));
    REQUIRE(terminal.refresh(stick, spring));
    CHECK(terminal.packs(stick, spring) == ShownPacks{{"packs/tsinghua/first.json", 2}});
    SignedTerminal late(room, "late");
    CHECK(late.refresh(stick, "2027-07-02T00:00:00Z").error().kind == ErrorKind::expired);

    // The same stick again: what nobody needs goes, what is not ours stays.
    room.must(room.publishing_pack(room.pack("first", 3, {{"a", "alpha"}, {"b", "delta"}})));
    room.must(room.publishing({"--stick", room.at("stick")}));
    CHECK(room.heard("1 files added"));
    CHECK(files_below(stick / "blobs") == 2);
    CHECK(std::filesystem::exists(room.folder / "stick/holiday.jpg"));
    REQUIRE(terminal.refresh(stick, spring));
    CHECK(terminal.packs(stick, spring) == ShownPacks{{"packs/tsinghua/first.json", 3}});
    room.refused(room.publishing({"--stick", room.at("no-stick")}), "there is no folder");
}

TEST_CASE("the one-file form unpacks to the same repository", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}, {"empty", ""}})));
    std::filesystem::create_directories(room.folder / "stick");
    room.must(room.publishing({"--stick", room.at("stick"), "--tar", room.at("hall.xhpack")}));
    const int file = ::open(room.at("hall.xhpack").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    const auto unpacked = unpack(file, room.folder / "unpacked");
    ::close(file);
    INFO((unpacked ? std::string() : unpacked.error().what));
    REQUIRE(unpacked);
    CHECK(contents_of(room.folder / "unpacked") == contents_of(room.folder / "stick/xinghuo"));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.folder / "unpacked", "2027-05-01T00:00:00Z"));
    CHECK(terminal.packs(room.folder / "unpacked", "2027-05-01T00:00:00Z") == ShownPacks{{"packs/tsinghua/first.json", 1}});
    CHECK_FALSE(std::filesystem::exists(room.at("hall.xhpack.part")));
}

TEST_CASE("a publication that stopped between two files is published again", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}})));
    const auto before = contents_of(room.repository());
    const std::string stamp = *read_text(room.at("repository/metadata/timestamp.json"));
    room.must(room.publishing_pack(room.pack("first", 2, {{"a", "beta"}})));
    // Power failed before the last file: the old timestamp stands, and everything it says still does.
    REQUIRE(write_file(room.at("repository/metadata/timestamp.json"), stamp));
    REQUIRE(write_file(room.at("repository/metadata/9.targets.json.part"), "{"));
    REQUIRE(write_file(room.at("repository/blobs/ab/abcd.part"), "half"));
    const auto after = contents_of(room.repository());
    for (const auto& [path, hash] : before) CHECK(after.at(path) == hash);
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 1}});
    room.must(room.publishing_pack(room.pack("first", 2, {{"a", "beta"}})));
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 2}});
    for (const auto& [path, hash] : contents_of(room.repository())) CHECK_FALSE(path.ends_with(".part"));

    // The same with a root that takes the online keys away from whoever had them.
    room.key("fresh");
    room.must({"keys", "rotate", room.repository(), "--replace", "timestamp=" + room.pub("fresh"), "--replace", "snapshot=" + room.pub("fresh"), "--key",
               room.pem("root"), "--out", room.at("drafts")});
    std::filesystem::copy_file(room.draft("2.root.json"), room.at("repository/metadata/2.root.json"));
    CHECK_FALSE(terminal.refresh(room.repository(), room.now));
    room.must({"publish", room.repository(), "--refresh", "--snapshot-key", room.pem("fresh"), "--timestamp-key", room.pem("fresh")});
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 2}});
}

TEST_CASE("a disk without room is told before anything is written", "[publish]") {
    SigningRoom room;
    const Path pack = room.pack("first", 1, {{"a", "alpha"}});
    const auto read = read_built_pack(pack);
    REQUIRE(read);
    BlobCopy copy(room.folder / "repository", false);
    for (const auto& [path, file] : read->files) copy.want(file, pack / blob_file(file.sha256));
    CHECK(copy.bytes() == 5);
    const auto done = copy.run(1ull << 60, {});
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::full);
    CHECK_FALSE(std::filesystem::exists(room.folder / "repository"));
}

TEST_CASE("two people do not publish at once", "[publish]") {
    SigningRoom room;
    room.begin();
    {
        const auto other = lock_repository(room.repository());
        REQUIRE(other);
        room.refused(room.publishing({"--refresh"}), "somebody else is publishing there");
    }
    room.must(room.publishing({"--refresh"}));
}

// By name only: it writes 3 GB.
TEST_CASE("a gigabyte in 500 files is published in little memory", "[.][publishing-a-gigabyte]") {
    SigningRoom room(std::filesystem::temp_directory_path() / fmt::format("xinghuo-gigabyte-{}", ::getpid()));
    room.begin();
    const Path pack = room.folder / "large";
    constexpr std::size_t bytes = 2'000'000;
    JsonWriter w;
    w.object().key("schema_version").value(1).key("id").value("large").key("version").value(1).key("title").object().key("zh").value("大").end();
    w.key("approvals").array().object().key("role").value("史料审核").key("at").value("2026-06-30").end().end();
    w.key("sections").array().end().key("items").array().end().key("files").array();
    for (std::size_t i = 0; i < 500; ++i) {
        const std::string content = chance_bytes(i, bytes), sha256 = sha256_hex(content.data(), content.size());
        REQUIRE(write_file(pack / blob_file(sha256), content));
        w.object().key("path").value(fmt::format("f{}", i)).key("sha256").value(sha256).key("length").value(bytes).end();
    }
    REQUIRE(write_file(pack / "manifest.json", w.end().end().text()));
    std::filesystem::create_directories(room.folder / "stick");
    std::filesystem::create_directories(room.folder / "yardstick");
    const SystemClock clock;
    const auto timed = [&](const char* what, const std::function<void()>& work) {
        std::ofstream("/proc/self/clear_refs") << "5";
        const long before = peak_kb();
        const Instant begun = clock.now();
        work();
        const long grown = peak_kb() - before;
        WARN(fmt::format("{}: {:.2f} s, {} kB more at the peak", what, seconds(clock.now() - begun), grown));
        CHECK(grown < 32'000);
    };
    timed("copy and sha256 of the same files, for comparison", [&] {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(pack)) {
            if (!entry.is_regular_file()) continue;
            const Path to = room.folder / "yardstick" / entry.path().filename();
            std::filesystem::copy_file(entry.path(), to);
            REQUIRE(sha256_hex_of_file(to));
        }
        REQUIRE(flush_disk(room.folder));
    });
    timed("publish, on the same disk", [&] { room.must(room.publishing_pack(pack.string())); });
    timed("publish to a stick", [&] { room.must(room.publishing({"--stick", room.at("stick")})); });
    std::filesystem::remove_all(room.folder / "yardstick");
    timed("publish into one file", [&] { room.must(room.publishing({"--tar", room.at("large.xhpack")})); });
}

TEST_CASE("a hall installs from a repository, from a stick, and obeys a recall", "[publish][packs]") {
    SigningRoom room;
    room.now = "2026-07-01T00:00:00Z";
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}, {"b", "beta"}})));
    std::filesystem::create_directories(room.folder / "stick");
    room.must(room.publishing({"--stick", room.at("stick")}));
    PackTerminal terminal(*read_text(room.at("repository/metadata/1.root.json")));
    terminal.open();
    const auto stick = DirectoryTransport::open(room.folder / "stick/xinghuo", "the stick");
    const auto network = DirectoryTransport::open(room.repository(), "the network");
    REQUIRE((stick && network));
    const auto installed = terminal.take(**stick);
    INFO((installed ? std::string() : installed.error().what));
    REQUIRE(installed);
    CHECK(terminal.shown("first") == 1);

    // Newer by network, under the same timestamps; then the old stick again.
    room.must(room.publishing_pack(room.pack("first", 2, {{"a", "alpha"}, {"b", "gamma"}})));
    const auto offer = terminal.look(**network);
    INFO((offer ? std::string() : offer.error().what));
    REQUIRE(offer);
    CHECK(offer->to_fetch == 5);
    REQUIRE(terminal.take(**network));
    CHECK(terminal.shown("first") == 2);
    const auto older = terminal.look(**stick);
    CHECK((!older ? older.error().kind == ErrorKind::older : older->empty()));
    CHECK(terminal.shown("first") == 2);

    room.must(room.publishing({"--recall", "first@2", "--reason", "日期有误", "--targets-key", room.pem("centre"), "--stick", room.at("stick")}));
    const auto looked = terminal.look(**stick);
    INFO((looked ? std::string() : looked.error().what));
    REQUIRE(looked);
    CHECK(terminal.store->recalled("first", 2));
    CHECK(terminal.shown("first") != 2);
}
