#include "content/pack/catalogue.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "content/base/crypto.h"
#include "content/pack/manifest.h"

using namespace xinghuo;

namespace {

const std::string content = "the content of a blob";

std::string hash_of(const std::string& text) { return sha256_hex(text.data(), text.size()); }

// A pack in a folder of its own, removed with it.
struct Pack {
    Path folder;
    explicit Pack(const char* name) : folder(std::filesystem::temp_directory_path() / (std::string("xinghuo-catalogue-") + name)) {
        std::filesystem::remove_all(folder);
        write_blob(content);
        write_manifest(manifest());
    }
    ~Pack() { std::filesystem::remove_all(folder); }
    Pack(const Pack&) = delete;
    Pack& operator=(const Pack&) = delete;

    [[nodiscard]] Path blob(const std::string& text) const { return folder / "blobs" / hash_of(text).substr(0, 2) / hash_of(text); }
    void write_blob(const std::string& text) const { REQUIRE(write_file(blob(text), text).has_value()); }
    void write_manifest(const std::string& json) const { REQUIRE(write_file(folder / "manifest.json", json).has_value()); }

    static std::string file(const std::string& path, const std::string& text) {
        return fmt::format(R"({{"path": "{}", "sha256": "{}", "length": {}}})", path, hash_of(text), text.size());
    }
    static std::string item(const std::string& id) {
        return fmt::format(R"({{"id": "{}", "kind": "figure", "section": "s", "title": {{"zh": "题", "en": "T"}}, "file": "a/b.json"}})", id);
    }
    static std::string manifest(const std::string& files = file("a/b.json", content), const std::string& items = item("one")) {
        return fmt::format(R"({{"schema_version": 1, "id": "p", "version": 3, "title": {{"zh": "包", "en": "Pack"}},
            "sections": [{{"id": "s", "title": {{"zh": "段"}}}}], "items": [{}], "files": [{}]}})", items, files);
    }
};

std::string refusal(const std::string& json) {
    const auto read = read_manifest(json);
    return read ? "accepted" : read.error().what;
}

}  // namespace

TEST_CASE("catalogue: a good pack opens and gives its contents") {
    const Pack pack("good");
    const auto catalogue = Catalogue::open(pack.folder);
    REQUIRE(catalogue.has_value());
    CHECK((*catalogue)->id() == "p");
    CHECK((*catalogue)->version() == 3);
    CHECK((*catalogue)->items_of_kind("figure").size() == 1);
    CHECK((*catalogue)->items_of_kind("film").empty());
    CHECK((*catalogue)->find("one")->title.en == "T");
    CHECK((*catalogue)->find("two") == nullptr);
    CHECK((*catalogue)->has("a/b.json"));
    CHECK(*(*catalogue)->read_text("a/b.json") == content);
    CHECK(*(*catalogue)->checked_file("a/b.json") == pack.blob(content));
    CHECK((*catalogue)->read("a/c.json").error().kind == ErrorKind::missing);
    CHECK((*catalogue)->read("a/b.json", 5).error().kind == ErrorKind::too_large);
}

TEST_CASE("catalogue: a blob that is missing, short or a link is found at opening") {
    const Pack pack("blobs");
    SECTION("missing") {
        std::filesystem::remove(pack.blob(content));
        CHECK(Catalogue::open(pack.folder).error().kind == ErrorKind::missing);
    }
    SECTION("short") {
        REQUIRE(write_file(pack.blob(content), "short").has_value());
        CHECK(Catalogue::open(pack.folder).error().what.find("should be 21") != std::string::npos);
    }
    SECTION("a link") {
        std::filesystem::rename(pack.blob(content), pack.folder / "elsewhere");
        std::filesystem::create_symlink(pack.folder / "elsewhere", pack.blob(content));
        CHECK(Catalogue::open(pack.folder).error().what.find("not a plain file") != std::string::npos);
    }
}

TEST_CASE("catalogue: one damaged blob is named, and only what it holds cannot be read") {
    const Pack pack("damaged");
    const std::string second = "something else";
    REQUIRE(write_file(pack.blob(second), second).has_value());
    pack.write_manifest(Pack::manifest(Pack::file("a/b.json", content) + "," + Pack::file("c.txt", second)));
    const auto whole = Catalogue::open(pack.folder);
    REQUIRE(whole.has_value());
    CHECK((*whole)->damaged().empty());
    REQUIRE(std::filesystem::remove(pack.blob(second)));
    const auto catalogue = Catalogue::open(pack.folder);
    REQUIRE(catalogue.has_value());
    REQUIRE((*catalogue)->damaged().size() == 1);
    CHECK((*catalogue)->damaged()[0] == "pack p: c.txt: not in the pack's folder");
    CHECK((*catalogue)->read("c.txt").error().kind == ErrorKind::missing);
    CHECK((*catalogue)->checked_file("c.txt").error().kind == ErrorKind::missing);
    CHECK(*(*catalogue)->read_text("a/b.json") == content);
    // A pipe in a file's place is refused without waiting for a writer.
    REQUIRE(::mkfifo(pack.blob(second).c_str(), 0600) == 0);
    CHECK((*catalogue)->read("c.txt").error().kind == ErrorKind::invalid);
    CHECK(read_text(pack.blob(second)).error().kind == ErrorKind::io);
}

TEST_CASE("catalogue: content that does not match its hash is never handed out") {
    const Pack pack("hash");
    const auto catalogue = Catalogue::open(pack.folder);
    REQUIRE(catalogue.has_value());
    std::string other = content;
    other[3] = '?';
    REQUIRE(write_file(pack.blob(content), other).has_value());
    CHECK((*catalogue)->read("a/b.json").error().kind == ErrorKind::invalid);
    CHECK((*catalogue)->read_text("a/b.json").error().kind == ErrorKind::invalid);
    CHECK((*catalogue)->checked_file("a/b.json").error().kind == ErrorKind::invalid);
}

TEST_CASE("manifest: what breaks a rule is refused, with its place") {
    CHECK(refusal(Pack::manifest()) == "accepted");
    for (const char* path : {"../x", "/etc/passwd", "a/./b", "a//b", "a\\\\b", "other:a.png", ""})
        CHECK(refusal(Pack::manifest(Pack::file("a/b.json", content) + "," + Pack::file(path, content))).starts_with("files[1].path"));
    CHECK(refusal(Pack::manifest(Pack::file("a/b.json", content) + "," + Pack::file("a/b.json", content))).find("stands twice") != std::string::npos);
    CHECK(refusal(Pack::manifest(Pack::file("a/b.json", content), Pack::item("one") + "," + Pack::item("one"))) == "items[1].id: stands twice: one");
    CHECK(refusal(Pack::manifest(Pack::file("a/c.json", content))) == "items[0].file: no such file in the pack: a/b.json");
    CHECK(refusal(Pack::manifest(R"({"path": "a/b.json", "sha256": "ABC", "length": 1})")).starts_with("files[0].sha256"));
    CHECK(refusal(Pack::manifest(fmt::format(R"({{"path": "a/b.json", "sha256": "{}", "length": -1}})", hash_of(content)))).starts_with("files[0].length"));
    CHECK(refusal(Pack::manifest(Pack::file("a/b.json", content), Pack::item("One"))).starts_with("items[0].id"));
    CHECK(refusal(Pack::manifest(Pack::file("a/b.json", content),
        R"({"id": "x", "kind": "figure", "section": "t", "title": {"zh": "题"}, "file": "a/b.json"})")) == "items[0].section: no such section: t");
}

TEST_CASE("manifest: hostile JSON is an error and nothing worse") {
    CHECK(refusal("").find("not JSON") != std::string::npos);
    CHECK(refusal(R"({"schema_version": 2, "id": "p"})").find("schema_version") != std::string::npos);
    CHECK(refusal(std::string(100, '[') + std::string(100, ']')).find("deeper") != std::string::npos);
    CHECK(refusal(R"({"id": "a", "id": "b"})").find("stands twice") != std::string::npos);
    CHECK(refusal(R"([1, 2, 3])") != "accepted");
    CHECK(refusal(R"({"schema_version": 1, "id": "p", "version": 1, "title": "text", "files": {}, "items": 7, "sections": null})") != "accepted");
    CHECK(read_manifest(std::string(manifest_limit_bytes + 1, ' ')).error().kind == ErrorKind::too_large);
    // Every beginning of a good manifest.
    const std::string good = Pack::manifest();
    for (std::size_t n = 0; n + 1 < good.size(); n += 7) CHECK_FALSE(read_manifest(good.substr(0, n)).has_value());
}

namespace {

// What a store keeps of a pack: one item "one" in section "s", with a picture, and a text of its own.
ShelvedPack shelved(const Path& folder, const std::string& id, int version, const std::string& text, const std::string& minimum = "") {
    const std::string hash = hash_of(text);
    REQUIRE(write_file(folder / hash.substr(0, 2) / hash, text).has_value());
    const std::string manifest = fmt::format(
        R"({{"schema_version": 1, "id": "{}", "version": {}, "title": {{"zh": "包{}", "en": "Pack {}"}}, "minimum_application": "{}",
            "sections": [{{"id": "s", "title": {{"zh": "段{}"}}, "poster": "p.png"}}],
            "items": [{{"id": "one", "kind": "figure", "section": "s", "title": {{"zh": "题"}}, "file": "a.json", "picture": "p.png"}},
                      {{"id": "only-{}", "kind": "quiz", "title": {{"zh": "题"}}, "file": "a.json"}}],
            "files": [{{"path": "a.json", "sha256": "{}", "length": {}}}, {{"path": "p.png", "sha256": "{}", "length": {}}}]}})",
        id, version, id, id, minimum, id, id, hash, text.size(), hash, text.size());
    return {manifest, {folder / "nowhere", folder}};
}

}  // namespace

TEST_CASE("catalogue: several packs are one hall") {
    const Pack place("several");
    const std::vector<ShelvedPack> packs{shelved(place.folder / "x", "b", 2, "of b"), shelved(place.folder / "y", "a", 7, "of a")};
    const auto opened = Catalogue::of(packs);
    REQUIRE(opened.has_value());
    const Catalogue& all = **opened;
    CHECK(all.packs() == std::vector<std::pair<std::string, std::int64_t>>{{"a", 7}, {"b", 2}});
    REQUIRE(all.sections().size() == 1);
    CHECK(all.sections()[0].title.zh == "段a");
    CHECK(all.sections()[0].poster == "a:p.png");
    REQUIRE(all.items().size() == 4);
    CHECK(all.find("one")->pack == "a");
    CHECK(all.find("one")->pack_version == 7);
    const Item* other = all.find("b:one");
    REQUIRE(other != nullptr);
    CHECK(other->pack == "b");
    CHECK(*all.read_text(other->file) == "of b");
    CHECK(*all.read_text(all.find("one")->file) == "of a");
    CHECK(all.find("only-b")->file == "b:a.json");
    CHECK_FALSE(all.has("c:a.json"));

    const auto view = all.within(*other);
    CHECK(view->id() == "b");
    CHECK(view->version() == 2);
    CHECK(*view->read_text("a.json") == "of b");
    CHECK(*view->read_text("a:a.json") == "of a");
    CHECK(view->find("one") == other);
    CHECK(view->whole() == *opened);
    CHECK(view->within(*all.find("one"))->id() == "a");
    // Names that last say which edition is meant, whoever asks.
    CHECK(view->lasting_name("p.png") == all.lasting_name("b:p.png"));
    CHECK(view->lasting_name("p.png").starts_with("b@2~"));
    CHECK(view->path_of(view->lasting_name("p.png")) == "b:p.png");
    CHECK_FALSE(all.path_of("b@3~00000000:p.png").has_value());
}

TEST_CASE("catalogue: a pack that cannot be shown leaves the others alone, and is named") {
    const Pack place("left-out");
    const ShelvedPack good = shelved(place.folder / "x", "a", 1, "good");
    ShelvedPack gone = shelved(place.folder / "y", "b", 1, "gone");
    std::filesystem::remove_all(place.folder / "y");
    const ShelvedPack later = shelved(place.folder / "z", "c", 1, "later", "99.1");
    const auto opened = Catalogue::of({gone, good, later, good, {"{", {}}});
    REQUIRE(opened.has_value());
    CHECK((*opened)->packs() == std::vector<std::pair<std::string, std::int64_t>>{{"a", 1}});
    CHECK((*opened)->find("one")->file == "a.json");
    const std::string said = fmt::format("{}", fmt::join((*opened)->damaged(), "\n"));
    CHECK(said.find("pack b: a.json: not in the pack's folder") != std::string::npos);
    CHECK(said.find("pack c: needs version 99.1 of the application") != std::string::npos);
    CHECK(said.find("pack a: stands twice") != std::string::npos);
    CHECK(said.find("reading a pack's manifest") != std::string::npos);
    CHECK(Catalogue::of({later}).error().kind == ErrorKind::unsupported);
    CHECK(Catalogue::of({}).error().kind == ErrorKind::missing);
}

TEST_CASE("catalogue: a blob that is damaged in one folder is read from the next") {
    const Pack place("second-folder");
    ShelvedPack pack = shelved(place.folder / "x", "a", 1, "whole");
    const std::string hash = hash_of("whole");
    REQUIRE(write_file(place.folder / "nowhere" / hash.substr(0, 2) / hash, "wh0le").has_value());
    pack.blob_folders = {place.folder / "nowhere", place.folder / "x"};
    const auto opened = Catalogue::of({pack});
    REQUIRE(opened.has_value());
    CHECK(*(*opened)->read_text("a.json") == "whole");
    CHECK(*(*opened)->checked_file("a.json") == place.folder / "x" / hash.substr(0, 2) / hash);
}

TEST_CASE("manifest: an application that is too old says so") {
    CHECK(check_application("", "0.1.0").has_value());
    CHECK(check_application("0.1", "0.1.0").has_value());
    CHECK(check_application("0.1.0", "0.2").has_value());
    CHECK(check_application("0.9", "0.10").has_value());
    CHECK(check_application("1.0", "0.9.9").error().what == "needs version 1.0 of the application, and this is 0.9.9");
    CHECK_FALSE(check_application("0.1.0.0", "0.2").has_value());
    CHECK(check_application(application_version()).has_value());
}
