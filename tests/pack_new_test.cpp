// What `new` writes is a pack: nothing in it is wrong, it builds, and the schemas that lie beside it say what the reader says.
#include "tools/packer/new_pack.h"

#include <catch2/catch.hpp>

#include <set>

#include "content/base/json.h"
#include "content/pack/catalogue.h"
#include "tests/support/record_book.h"
#include "tools/packer/build.h"
#include "tools/packer/check.h"

using namespace xinghuo;

namespace {

const Path root = XINGHUO_SOURCE_DIR;
const Path share = root / "tools/packer";  // strings, template and schemas lie here as they do beside the program

std::string text_of(const Path& file) {
    const auto text = read_text(file);
    INFO(file.string());
    REQUIRE(text);
    return *text;
}

std::vector<std::string> files_of(const Path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) found.push_back(entry.path().lexically_relative(folder).generic_string());
    return found;
}

}  // namespace

TEST_CASE("new: an id is made of a folder's name", "[pack][new]") {
    CHECK(id_from("Our Pack 2026") == "our-pack-2026");
    CHECK(id_from("--x__y--") == "x-y");
    CHECK(id_from("校史") == "my-pack");
    CHECK(id_from("") == "my-pack");
}

TEST_CASE("new: nothing is wrong with what it writes but that nobody has approved it", "[pack][new]") {
    TemporaryFolder place;
    const Path folder = place.path / "school history";
    const auto made = make_new_pack(share, folder, {"", "“我们的”\"校史\"", "Our \\ history"});
    if (!made) FAIL(made.error().what);
    CHECK(*made == static_cast<int>(files_of(folder).size()));
    for (const std::string& file : files_of(folder)) {
        INFO(file);
        CHECK(text_of(folder / file).find("{{") == std::string::npos);
    }
    Problems problems;
    const Source source = check_source(folder, problems, share / "schemas");
    INFO(problems.text());
    CHECK(problems.none());
    CHECK(problems.warnings() == 1);
    CHECK(source.id == "school-history");
    CHECK(source.title.zh == "“我们的”\"校史\"");
    CHECK(source.title.en == "Our \\ history");
    CHECK(source.documents.size() == 1);
    CHECK(source.galleries.size() == 1);
    CHECK(source.events.size() == 3);
    CHECK(source.has_quiz);
}

TEST_CASE("new: never writes into what is there", "[pack][new]") {
    TemporaryFolder place;
    REQUIRE(write_file(place.path / "mine.txt", std::string_view("mine")));
    const auto made = make_new_pack(share, place.path, {});
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == ErrorKind::invalid);
    CHECK(files_of(place.path) == std::vector<std::string>{"mine.txt"});
    CHECK_FALSE(make_new_pack(share, place.path / "a", {"Not An Id", "题", "T"}));
    CHECK_FALSE(make_new_pack(place.path / "nowhere", place.path / "b", {}));
}

TEST_CASE("new: what it writes is built, and every kind of thing in it is there to be shown", "[pack][new][slow]") {
    TemporaryFolder place;
    REQUIRE(make_new_pack(share, place.path / "source", {"mine", "题", "T"}));
    Problems problems;
    const auto built = build_pack(place.path / "source", place.path / "out", {}, problems);
    INFO(problems.text());
    if (!built) FAIL(built.error().what);
    const auto catalogue = Catalogue::open(place.path / "out");
    REQUIRE(catalogue);
    std::set<std::string> kinds;
    for (const Item& item : (*catalogue)->items()) kinds.insert(item.kind);
    for (const char* kind : {"document", "gallery", "quiz", "timeline"}) {
        INFO(kind);
        CHECK(kinds.contains(kind));
    }
    CHECK((*catalogue)->damaged().empty());
}
