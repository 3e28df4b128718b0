#include "content/pack/archive.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "content/base/descriptor.h"
#include "content/quiz/shuffle.h"

using namespace xinghuo;

namespace {

// A tar written by hand (POSIX ustar), so that it may lie.
struct Tar {
    std::string bytes;

    static void octal(std::string& header, std::size_t at, std::size_t width, std::uint64_t value) {
        const std::string digits = fmt::format("{:0{}o}", value, width - 1);
        header.replace(at, digits.size(), digits);
    }
    Tar& add(const std::string& name, const std::string& content, char type = '0', const std::string& link = "", std::int64_t announced = -1) {
        std::string header(512, '\0');
        header.replace(0, std::min<std::size_t>(100, name.size()), name.substr(0, 100));
        octal(header, 100, 8, 0644);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, announced < 0 ? content.size() : static_cast<std::uint64_t>(announced));
        octal(header, 136, 12, 0);
        header[156] = type;
        header.replace(157, link.size(), link);
        header.replace(257, 8, std::string("ustar\0", 6) + "00");
        header.replace(148, 8, "        ");
        unsigned sum = 0;
        for (const char c : header) sum += static_cast<unsigned char>(c);
        header.replace(148, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
        bytes += header + content + std::string((512 - content.size() % 512) % 512, '\0');
        return *this;
    }
    [[nodiscard]] std::string done() const { return bytes + std::string(1024, '\0'); }
};

struct Place {
    Place() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~Place() { std::filesystem::remove_all(folder); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    Result<void> unpack(const std::string& archive, const ArchiveLimits& limits = {}) {
        REQUIRE(write_file(folder / "a.xhpack", archive));
        const Descriptor file(::open((folder / "a.xhpack").c_str(), O_RDONLY | O_CLOEXEC));
        std::filesystem::remove_all(folder / "out");
        return xinghuo::unpack(file.get(), folder / "out", limits);
    }
    // By a real program: "gzip -9", "zstd".
    std::string packed(const std::string& bytes, const std::string& program) const {
        REQUIRE(write_file(folder / "plain", bytes));
        REQUIRE(std::system(fmt::format("{} -c {} > {}", program, (folder / "plain").string(), (folder / "packed").string()).c_str()) == 0);
        return *read_text(folder / "packed", 64u << 20);
    }
    [[nodiscard]] std::string out(const std::string& path) const {
        const auto text = read_text(folder / "out" / path);
        return text ? *text : text.error().what;
    }

    Path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-archive-{}", ::getpid());
};

std::string said(const Result<void>& result) { return result ? "good" : result.error().what; }

}  // namespace

TEST_CASE("a tar is unpacked, plain or packed", "[packs][archive]") {
    Place place;
    const std::string tar = Tar().add("./", "", '5').add("./metadata/", "", '5').add("./metadata/1.root.json", "root").add("blobs/ab/abcd", std::string(700'000, 'x')).add("empty", "").done();
    for (const std::string& archive : {tar, place.packed(tar, "gzip -9")}) {
        const auto done = place.unpack(archive);
        INFO(said(done));
        REQUIRE(done);
        CHECK(place.out("metadata/1.root.json") == "root");
        CHECK(place.out("blobs/ab/abcd") == std::string(700'000, 'x'));
        CHECK(place.out("empty").empty());
    }
}

TEST_CASE("an archive that means harm is refused in a sentence that names the entry", "[packs][archive]") {
    Place place;
    struct Case {
        std::string archive, expected;
    };
    const std::string nul_name = std::string("a\0b", 3);
    const std::vector<Case> cases = {
        {Tar().add("../out.txt", "x").done(), "\"../out.txt\": not a path inside the archive"},
        {Tar().add("a/../../b", "x").done(), "\"a/../../b\": not a path inside the archive"},
        {Tar().add("/etc/passwd", "x").done(), "\"/etc/passwd\": not a path inside the archive"},
        {Tar().add("a\\b", "x").done(), "\"a\\b\": not a path inside the archive"},
        {Tar().add("a//b", "x").done(), "\"a//b\": not a path inside the archive"},
        {Tar().add("a/./b", "x").done(), "\"a/./b\": not a path inside the archive"},
        {Tar().add("a\nb", "x").done(), "\"a?b\": a name with characters a repository does not use"},
        {Tar().add("\xE5\x8C\x85", "x").done(), "a name"},
        {Tar().add("link", "", '2', "/etc/passwd").done(), "\"link\": a link"},
        {Tar().add("a", "x").add("hard", "", '1', "a").done(), "\"hard\": a link"},
        {Tar().add("device", "", '3').done(), "\"device\": neither a plain file nor a folder"},
        {Tar().add("pipe", "", '6').done(), "\"pipe\": neither a plain file nor a folder"},
        {Tar().add("a", "1").add("a", "2").done(), "\"a\": stands twice"},
        {Tar().add("a", "1").add("a/b", "2").done(), "\"a/b\": stands twice"},
        {Tar().add("a/b", "1").add("a", "2").done(), "\"a\": stands twice"},
        {Tar().add("Readme", "1").add("README", "2").done(), "\"README\": differs from \"Readme\" in the case of its letters only"},
        {Tar().add("blobs/x", "1").add("Blobs/y", "2").done(), "\"Blobs/y\": differs from \"blobs\" in the case of its letters only"},
        {Tar().add("1/2/3/4/5/6/7/8/9", "x").done(), "\"1/2/3/4/5/6/7/8/9\": deeper than 8 folders"},
        {Tar().add("a", std::string(5'000, 'x')).done().substr(0, 3'000), "\"a\": not a whole tar archive"},
        {Tar().add("a", "x", '0', "", 9ll << 30).done(), "\"a\": larger than 8589934592 bytes"},
        {"", ""},
        {std::string(4'096, '\0'), ""},
        {"PK\x03\x04 a zip", "not a whole tar archive"},
        {std::string(20'000, 'x'), "not a whole tar archive"},
    };
    for (const Case& each : cases) {
        const auto done = place.unpack(each.archive);
        INFO(each.expected << " / " << said(done));
        CHECK_FALSE(done);
        if (!done) CHECK(done.error().what.find(each.expected) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(place.folder / "out.txt"));
    }
    // A path that is longer than any disk takes.
    CHECK_FALSE(place.unpack(Tar().add("././@LongLink", std::string(5'000, 'a') + std::string(1, '\0'), 'L').add("a", "x").done()));
}

TEST_CASE("an archive is refused for what comes out of it, not for what it announces", "[packs][archive]") {
    Place place;
    SECTION("count") {
        Tar tar;
        for (int i = 0; i < 50; ++i) tar.add(fmt::format("f{}", i), "");
        ArchiveLimits limits;
        limits.entries = 49;
        CHECK(said(place.unpack(tar.done(), limits)) == "more than 49 entries");
        limits.entries = 50;
        CHECK(place.unpack(tar.done(), limits));
    }
    SECTION("bytes of all") {
        ArchiveLimits limits;
        limits.total_bytes = 1'500;
        CHECK(said(place.unpack(Tar().add("a", std::string(1'000, 'x')).add("b", std::string(501, 'x')).done(), limits)) == "\"b\": all files together are larger than 1500 bytes");
    }
    SECTION("a bomb") {
        const std::string bomb = place.packed(Tar().add("zeros", std::string(40'000'000, '\0')).done(), "gzip -9");
        CHECK(bomb.size() < 60'000);
        CHECK(said(place.unpack(bomb)) == "\"zeros\": unpacks to more than 200 times its size");
        CHECK(std::filesystem::file_size(place.folder / "out/zeros") < 20'000'000);
    }
    SECTION("packed twice") {
        const std::string twice = place.packed(place.packed(Tar().add("a", "x").done(), "gzip -9"), "gzip -9");
        CHECK(said(place.unpack(twice)) == "packed more than once");
    }
}

TEST_CASE("any beginning of an archive, and any byte of it changed, ends in a sentence or in files", "[packs][archive]") {
    Place place;
    const std::string tar = Tar().add("metadata/a.json", std::string(300, 'a')).add("blobs/x", std::string(600, 'b')).done();
    Chance chance(3);
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
        std::string broken = i % 2 == 0 ? tar.substr(0, chance.below(tar.size())) : tar;
        if (i % 2 == 1) broken[chance.below(broken.size())] = static_cast<char>(chance.next());
        refused += place.unpack(broken) ? 0 : 1;
        for (const auto& entry : std::filesystem::directory_iterator(place.folder))
            REQUIRE((entry.path().filename() == "a.xhpack" || entry.path().filename() == "out"));
    }
    CHECK(refused > 50);
}
