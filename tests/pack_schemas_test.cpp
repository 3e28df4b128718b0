// The schemas say what the reader says: what they require it demands, what they leave free it does without, and they know all it reads.
#include "tools/packer/schemas.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/support/record_book.h"
#include "tools/packer/check.h"
#include "tools/packer/new_pack.h"

using namespace xinghuo;

namespace {

const Path root = XINGHUO_SOURCE_DIR;
const Path share = root / "tools/packer";

constexpr const char* figures_json = R"({"figures": [
 {"id": "ren", "name": "任", "name_en": "Ren", "born": "1889", "died": "1927-04-28", "epithet_zh": "人", "epithet_en": "A person", "bio_zh": "生平。", "bio_en": "Life.",
  "source": "书", "source_en": "Book", "stage": "scenes/room.svg", "checked": "memory",
  "life_events": [{"date": "1907", "place": "天津", "place_en": "Tianjin", "text": "学习", "text_en": "Studied"}],
  "narration": {"disclaimer_zh": "合成", "disclaimer_en": "Synthetic",
   "segments": [{"id": "n01", "speaker": "figure", "text": "我是任。", "text_en": "I am Ren.", "source": "书", "source_en": "Book", "gesture": "nod"}]},
  "quotations": [{"text": "学", "text_en": "Study", "source": "书", "source_en": "Book", "year": 1916}], "questions": ["q1"]}]})";
constexpr const char* lectures_json = R"({"lectures": [{"id": "lec", "film": true, "title_zh": "课", "title_en": "Lecture", "summary_zh": "简介", "summary_en": "Summary",
 "slides": [{"id": "s1", "poster": "road", "heading": "题", "heading_en": "Heading", "speaker_text": "第一句。", "speaker_text_en": "First.", "source": "书", "source_en": "Book",
  "bullets": ["一"], "bullets_en": ["One"]}]}]})";
constexpr const char* rig_json = R"({"schema_version": 1, "id": "ren", "bones": [{"name": "root", "parent": null, "pivot": [50, 190]}],
 "slots": {"mouth": ["mouth.X"]}, "default": {"mouth": "mouth.X"},
 "parts": [{"id": "part.head", "bone": "root", "z": 10}, {"id": "mouth.X", "bone": "root", "z": 20}],
 "clips": {"idle": {"duration": 4, "loop": true, "bones": {}}, "nod": {"duration": 1, "loop": false, "bones": {}}}})";
constexpr const char* figure_svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 200"><g id="part.head"><path d="M0 0h9v9z"/></g><g id="mouth.X"><path d="M0 0h9v9z"/></g></svg>)";
constexpr const char* stage_svg =
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 108"><g id="layer.far"><path d="M0 0h9v9z"/></g><g id="layer.mid"><path d="M0 0h9v9z"/></g><g id="layer.near"><path d="M0 0h9v9z"/></g></svg>)";

// The same JSON without what stands at one path.
void copy(const JsonNode& node, const std::string& without, JsonWriter& to) {
    if (node.is_object()) {
        to.object();
        for (const auto& [name, member] : node.members()) {
            if (member.path() == without) continue;
            to.key(name);
            copy(member, without, to);
        }
        to.end();
    } else if (node.is_array()) {
        to.array();
        for (const JsonNode& item : node.items()) copy(item, without, to);
        to.end();
    } else if (!node.exists()) {
        to.null();
    } else if (node.is_string()) {
        to.value(node.string());
    } else if (node.is_boolean()) {
        to.value(node.boolean());
    } else if (node.is_integer()) {
        to.value(node.integer());
    } else {
        to.value(node.number());
    }
}

// Paths of every member of every object, of lists only the first item; nothing below what the schema leaves open.
void members_of(const JsonNode& node, std::vector<std::string>& paths) {
    if (node.is_object())
        for (const auto& [name, member] : node.members()) {
            paths.push_back(member.path());
            if (name != "clips" && name != "slots" && name != "default") members_of(member, paths);
        }
    if (node.is_array() && !node.items().empty()) members_of(node.items().front(), paths);
}

std::vector<SchemaFault> faults_of(const std::string& text, const std::string& file) {
    const auto rules = read_text(share / "schemas" / schema_of(file));
    REQUIRE(rules);
    JsonDocument document, schema;
    REQUIRE(document.parse(text));
    if (auto parsed = schema.parse(*rules); !parsed) FAIL(file + ": " + parsed.error().what);
    return schema_faults(document.root(), schema.root());
}

}  // namespace

TEST_CASE("schemas: every file of the demonstration and of a new pack is as they say", "[pack][schemas]") {
    const TemporaryFolder place;
    REQUIRE(make_new_pack(share, place.path / "new", {}));
    for (const Path& source : {root / "content/demo", place.path / "new"}) {
        int files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(source)) {
            const std::string file = entry.path().lexically_relative(source).generic_string();
            if (schema_of(file).empty()) continue;
            ++files;
            for (const SchemaFault& fault : faults_of(*read_text(entry.path()), file)) FAIL_CHECK(file + ": " + fault.path + " " + fault.what);
        }
        CHECK(files >= 2);
    }
}

TEST_CASE("schemas: what they require the reader demands, what they leave free it does without", "[pack][schemas][slow]") {
    const TemporaryFolder place;
    const Path folder = place.path / "pack";
    REQUIRE(make_new_pack(share, folder, {}));
    const auto write = [&](const std::string& name, std::string_view text) { REQUIRE(write_file(folder / name, text)); };
    write("figures.json", figures_json);
    write("lectures.json", lectures_json);
    write("figures/ren/rig.json", rig_json);
    write("figures/ren/figure.svg", figure_svg);
    write("scenes/room.svg", stage_svg);
    const auto errors = [&] {
        Problems problems;
        (void)read_source(folder, problems);
        return problems.text();
    };
    REQUIRE(errors() == "");
    for (const std::string file : {"pack.json", "scenes/index.json", "figures.json", "lectures.json", "figures/ren/rig.json"}) {
        const std::string text = *read_text(folder / file);
        JsonDocument document;
        REQUIRE(document.parse(text));
        std::vector<std::string> paths;
        members_of(document.root(), paths);
        CHECK(paths.size() >= 5);
        for (const std::string& path : paths) {
            JsonWriter without;
            copy(document.root(), path, without);
            bool required = false;
            for (const SchemaFault& fault : faults_of(without.text(), file)) required = required || fault.kind == SchemaFault::Kind::missing;
            write(file, without.text());
            const std::string said = errors();
            INFO(file << " without " << path << "\n" << said);
            // Nothing that others refer to by name can go without somebody missing it, free or not.
            static const std::set<std::string> referred{"posters", "themes", "themes[0].category", "slots", "default", "languages"};
            if (required) CHECK_FALSE(said.empty());
            else if (!referred.contains(path)) CHECK(said.empty());
        }
        write(file, text);
    }
}

TEST_CASE("schemas: names that nobody reads are told, with their line", "[pack][schemas]") {
    const TemporaryFolder place;
    REQUIRE(make_new_pack(share, place.path / "pack", {}));
    std::string text = *read_text(place.path / "pack/pack.json");
    text.replace(text.find("\"id\": \"gallery\""), 15, "\"id\": \"galerie\"");
    text.replace(text.find("\"summary\""), 9, "\"sumary\": 1, \"summary\"");
    REQUIRE(write_file(place.path / "pack/pack.json", text));
    Problems problems;
    check_schemas(place.path / "pack", share / "schemas", problems);
    std::string all;
    for (const Problem& p : problems.sorted()) all += std::to_string(p.line) + " " + p.what + "\n";
    CHECK(all == "12 sumary: not a name that is known here\n27 sections[1].id: none of figures, lectures, documents, gallery, timeline, quiz\n");
}
