// A pack with damage: what is damaged says so kindly, everything else still works, and nothing is shown that is not what the
// manifest names.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "content/base/json.h"
#include "tests/support/effort.h"
#include "tests/support/hall.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

namespace fs = std::filesystem;

// The demonstration pack once more, in hard links where the file system has them: only what is damaged is a copy.
class DamagedPack {
public:
    // Beside the whole one, as links do not leave their disk.
    explicit DamagedPack(const std::string& name) : folder_(share_folder() / ("damaged-" + name)) {
        const Path whole = share_folder() / "packs/xinghuo-demo";
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        for (const auto& entry : fs::recursive_directory_iterator(whole)) {
            const Path to = folder_ / fs::relative(entry.path(), whole);
            if (entry.is_directory()) fs::create_directories(to);
            else place(entry.path(), to);
        }
        JsonDocument document;
        const auto text = read_text(whole / "manifest.json");
        REQUIRE(text.has_value());
        REQUIRE(document.parse(*text).has_value());
        for (const JsonNode& file : document.root()["files"].items()) blobs_[file["path"].string()] = file["sha256"].string();
    }
    ~DamagedPack() { fs::remove_all(folder_); }
    DamagedPack(const DamagedPack&) = delete;
    DamagedPack& operator=(const DamagedPack&) = delete;

    [[nodiscard]] const Path& folder() const { return folder_; }
    void change(const std::string& path, const std::function<void(Bytes&)>& damage) const {
        auto bytes = read_bytes(blob(path), 64u << 20);
        REQUIRE(bytes.has_value());
        damage(*bytes);
        REQUIRE(write_file(blob(path), *bytes).has_value());  // beside, then renamed: the whole pack keeps its own
    }
    void flip(const std::string& path) const {
        change(path, [](Bytes& b) { b[b.size() / 2] = static_cast<std::uint8_t>(b[b.size() / 2] ^ 1u); });
    }
    void remove(const std::string& path) const { REQUIRE(fs::remove(blob(path))); }
    [[nodiscard]] std::string first(std::string_view prefix, std::string_view suffix) const {
        for (const auto& [path, hash] : blobs_)
            if (path.starts_with(prefix) && path.ends_with(suffix)) return path;
        FAIL("no such file in the demonstration: " << prefix << suffix);
        return {};
    }
    [[nodiscard]] Hall open() const {
        auto catalogue = Catalogue::open(folder_);
        if (!catalogue) FAIL(catalogue.error().what);
        HallOptions options;
        options.catalogue = *catalogue;
        return open_hall(options);
    }

private:
    [[nodiscard]] Path blob(const std::string& path) const {
        const std::string& hash = blobs_.at(path);
        return folder_ / "blobs" / hash.substr(0, 2) / hash;
    }
    static void place(const Path& from, const Path& to) {
        std::error_code failed;
        fs::create_hard_link(from, to, failed);
        if (failed) fs::copy_file(from, to);
    }

    Path folder_;
    std::map<std::string, std::string> blobs_;
};

bool says(const Hall& hall, std::string_view words) {
    const auto& labels = hall.app->labels();
    return std::any_of(labels.begin(), labels.end(), [&](const Label& l) { return l.text.find(words) != std::string::npos; });
}

void go(Hall& hall, const std::string& place) {
    INFO(place);
    REQUIRE(hall.app->show(place).has_value());
    hall.drive->settle();
    hall.drive->wait(3);
}

constexpr const char* broken_exhibit = "这件展品暂时无法展示";
constexpr const char* broken_sound = "这段声音暂时无法播放";
constexpr const char* broken_film = "这部影片暂时无法播放";

}  // namespace

TEST_CASE("a figure whose description is damaged is closed, the others are not", "[faults]") {
    const DamagedPack pack("figure");
    const std::string file = "figures/li-dazhao/figure.json";
    SECTION("cut short") { pack.change(file, [](Bytes& b) { b.resize(b.size() / 2); }); }
    SECTION("one bit wrong") { pack.flip(file); }
    if (!under_a_sanitizer) {
        SECTION("missing") { pack.remove(file); }
        SECTION("of no length") { pack.change(file, [](Bytes& b) { b.clear(); }); }
        SECTION("its rig") { pack.flip("figures/li-dazhao/rig.json"); }
        SECTION("its parts") { pack.flip("figures/li-dazhao/parts.json"); }
    }
    Hall hall = pack.open();
    CHECK(hall.app->screen_id() == "attract");
    go(hall, "item/li-dazhao");
    CHECK(says(hall, broken_exhibit));
    CHECK(faults(*hall.app) == "");
    REQUIRE(hall.drive->touch("#bar.back").has_value());
    CHECK(hall.app->screen_id() == "hall");
    go(hall, "item/zhao-yiman");
    CHECK(hall.app->screen_id() == "figure");
    CHECK_FALSE(says(hall, broken_exhibit));
    go(hall, "figures");
    CHECK(says(hall, "赵一曼"));
    go(hall, "quiz/li-dazhao");
    CHECK(hall.app->screen_id() == "quiz");
}

TEST_CASE("without one whole figure the gallery says so", "[faults]") {
    const DamagedPack pack("figures");
    Hall whole = open_hall();
    for (const Item* item : whole.catalogue->items_of_kind("figure")) pack.flip(item->file);
    Hall hall = pack.open();
    go(hall, "figures");
    CHECK(says(hall, "人物正在准备"));
    CHECK(faults(*hall.app) == "");
    go(hall, "attract");
    CHECK(says(hall, "星火展厅"));
}

TEST_CASE("a story whose sound is damaged is read instead of heard", "[faults]") {
    const DamagedPack pack("sound");
    const std::string sound = pack.first("figures/li-dazhao/", ".ogg");
    SECTION("one bit wrong") { pack.flip(sound); }
    SECTION("missing") { pack.remove(sound); }
    Hall hall = pack.open();
    go(hall, "item/li-dazhao");
    CHECK(hall.app->screen_id() == "figure");
    CHECK(says(hall, broken_sound));
    CHECK(faults(*hall.app) == "");
    // Nobody keeps the hall awake for a sound that does not play.
    hall.drive->wait(75);
    CHECK(hall.app->screen_id() == "attract");
}

TEST_CASE("mouth shapes, pictures and captions are missed, not needed", "[faults]") {
    const DamagedPack pack("pictures");
    pack.flip(pack.first("figures/li-dazhao/cues", ".json"));
    for (const char* part : {"part.torso.png", "part.head.png"})
        for (const char* size : {"1x/", "2x/"}) pack.flip(std::string("figures/li-dazhao/") + size + part);
    pack.remove("figures/li-dazhao/card.png");
    pack.flip(pack.first("films/", ".vtt"));
    Hall hall = pack.open();
    go(hall, "item/li-dazhao");
    hall.drive->wait(5);  // it does not wait for ever for a part that will not come
    CHECK(hall.app->screen_id() == "figure");
    CHECK_FALSE(says(hall, broken_sound));
    CHECK_FALSE(says(hall, "0:00 /"));
    // It stands still then, never in pieces: nothing but words and the ring moves.
    const Pixels before = hall.app->picture();
    REQUIRE(hall.drive->touch("#figure.toggle").has_value());
    hall.drive->wait(3);
    const Pixels paused = hall.app->picture();
    hall.drive->wait(2);
    CHECK(paused.rgba == hall.app->picture().rgba);
    CHECK(before.rgba != paused.rgba);
    go(hall, "figures");
    CHECK(says(hall, "李大钊"));
    go(hall, "item/" + hall.catalogue->items_of_kind("film").front()->id);
    CHECK(hall.app->screen_id() == "film");
    CHECK_FALSE(says(hall, broken_film));
}

TEST_CASE("a film that is not what the manifest names is not shown", "[faults]") {
    const DamagedPack pack("film");
    const std::string film = pack.first("films/", ".mp4");
    SECTION("one bit wrong") { pack.flip(film); }
    SECTION("cut short") { pack.change(film, [](Bytes& b) { b.resize(b.size() / 3); }); }
    Hall hall = pack.open();
    go(hall, "item/" + hall.catalogue->items_of_kind("film").front()->id);
    CHECK(says(hall, broken_film));
    CHECK(faults(*hall.app) == "");
    hall.drive->wait(75);
    CHECK(hall.app->screen_id() == "attract");
}

TEST_CASE("damaged questions close the quiz, a damaged timeline only the day in history", "[faults]") {
    const DamagedPack pack("quiz");
    pack.flip("quiz/zh.gift");
    pack.flip("timeline/timeline.json");
    Hall hall = pack.open();
    CHECK(says(hall, "星火展厅"));
    for (const char* place : {"quiz", "quiz/li-dazhao", "quiz-theme/t1"}) {
        go(hall, place);
        CHECK(says(hall, "还没有题目"));
        CHECK(faults(*hall.app) == "");
    }
    go(hall, "item/li-dazhao");
    CHECK(hall.app->screen_id() == "figure");
}

TEST_CASE("a manifest that is none closes the hall with a reason", "[faults]") {
    const DamagedPack pack("manifest");
    const Path manifest = pack.folder() / "manifest.json";
    const auto whole = read_text(manifest);
    REQUIRE(whole.has_value());
    for (const std::string& text : {std::string(), whole->substr(0, whole->size() / 2), std::string("\xff\xfe\0garbage", 10),
                                    std::string(R"({"schema_version":1,"id":"p","version":1,"title":"x","files":{}})")}) {
        REQUIRE(write_file(manifest, text).has_value());
        const auto catalogue = Catalogue::open(pack.folder());
        REQUIRE_FALSE(catalogue.has_value());
        CHECK(catalogue.error().what.find("manifest.json") != std::string::npos);
        auto renderer = Renderer::in_memory(1920, 1080);
        REQUIRE(renderer.has_value());
        const auto audio = open_silent_audio();
        const Settings settings;
        auto app = App::open({.renderer = **renderer, .audio = *audio, .catalogue = nullptr, .why_closed = catalogue.error().what, .settings = settings,
                              .effects = {.reduced = true, .less_motion = false, .frames_per_second = 30}, .resources = share_folder(),
                              .study = nullptr, .why_no_study = "", .work_inline = true, .wake = {}});
        REQUIRE(app.has_value());
        FakeClock clock(wall_time_from_iso("2026-07-23T09:00:00+08:00"));
        (*app)->frame(clock.moment(), true);
        CHECK((*app)->screen_id() == "closed");
        const auto& labels = (*app)->labels();
        CHECK(std::any_of(labels.begin(), labels.end(), [&](const Label& l) { return l.text == catalogue.error().what; }));
        CHECK(faults(**app) == "");
        (*app)->on({TouchEvent::What::down, 1, {900, 500}, clock.now(), 0});
        (*app)->frame(clock.moment(), true);
        CHECK_FALSE((*app)->show("hall").has_value());
    }
}

TEST_CASE("a section that only a later program knows is left out of the hall", "[faults]") {
    const DamagedPack pack("section");
    auto manifest = read_text(pack.folder() / "manifest.json");
    REQUIRE(manifest);
    const std::string known = "\"quiz\"", later = "\"galaxy\"";
    // Its section's id, and the item that stands in it; the item's own kind stays.
    int changed = 0;
    for (const std::string key : {"\"id\":", "\"section\":"})
        for (const std::string gap : {"", " "})
            for (std::size_t at = manifest->find(key + gap + known); at != std::string::npos; at = manifest->find(key + gap + known)) {
                manifest->replace(at + key.size() + gap.size(), known.size(), later);
                ++changed;
            }
    REQUIRE(changed >= 1);
    REQUIRE(write_file(pack.folder() / "manifest.json", std::string_view(*manifest)));
    Hall hall = pack.open();
    REQUIRE(hall.app->show("hall"));
    hall.drive->settle();
    const auto shown = [&](std::string_view id) {
        return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return l.touch && l.id == id; });
    };
    CHECK(shown("hall.figures"));
    CHECK_FALSE(shown("hall.galaxy"));
    CHECK_FALSE(shown("hall.quiz"));
}
