// From what an author has (texts, a spreadsheet, pictures, a film) to a pack that the hall shows.
#include <fmt/format.h>

#include <cmath>

#include "content/base/spreadsheet.h"
#include "content/exhibit/document.h"
#include "content/exhibit/film.h"
#include "content/exhibit/gallery.h"
#include "content/exhibit/search_index.h"
#include "media/image.h"
#include "tests/support/hall.h"
#include "tests/support/media_files.h"
#include "tests/support/record_book.h"
#include "tools/packer/build.h"
#include "tools/packer/film_copy.h"
#include "tools/packer/new_pack.h"
#include "tools/packer/sound.h"

using namespace xinghuo;

namespace {

constexpr int big_w = 5'000, big_h = 3'000;

Bytes big_picture() {
    Image image{big_w, big_h, std::vector<std::uint8_t>(std::size_t{big_w} * big_h * 4, 255)};
    for (int y = 0; y < big_h; y += 40) std::fill_n(image.rgba.begin() + std::ptrdiff_t{y} * big_w * 4, std::ptrdiff_t{big_w} * 4, std::uint8_t{90});
    return encode_picture(image, "mjpeg", "yuvj420p");
}

// The template, with the pictures' table as XLSX and one picture more.
struct AuthorsDesk {
    TemporaryFolder place;
    Path source = place.path / "source", out = place.path / "out";

    AuthorsDesk() {
        REQUIRE(make_new_pack(Path(XINGHUO_SOURCE_DIR) / "tools/packer", source, {"mine", "我们的展包", "Our pack"}));
        const auto table = read_table(*read_bytes(source / "pictures.csv", 1u << 20));
        REQUIRE(table);
        Sheet sheet{"pictures", table->rows.front().cells, {}, {}};
        for (std::size_t i = 1; i < table->rows.size(); ++i) sheet.rows.push_back(table->rows[i].cells);
        sheet.rows.push_back({"map.jpg", "map", "一张大地图", "A large map", "横线密布的大图", "A large sheet of lines", "本单位绘制", "Drawn by ourselves", "1935-01", "遵义", "Zunyi"});
        const auto xlsx = write_xlsx({sheet});
        REQUIRE(xlsx);
        REQUIRE(write_file(source / "pictures.xlsx", *xlsx));
        std::filesystem::remove(source / "pictures.csv");
        REQUIRE(write_file(source / "pictures/map.jpg", big_picture()));
    }
    std::shared_ptr<const Catalogue> build() const {
        Problems problems;
        const auto built = build_pack(source, out, {}, problems);
        INFO(problems.text());
        if (!built) FAIL(built.error().what);
        const auto catalogue = Catalogue::open(out);
        REQUIRE(catalogue);
        CHECK((*catalogue)->damaged().empty());
        return *catalogue;
    }
};

bool sees(const Hall& hall, const std::string& words) {
    const auto& labels = hall.app->labels();
    return std::any_of(labels.begin(), labels.end(), [&](const Label& label) { return label.text.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("building: a document and a gallery, from Markdown and a spreadsheet to the hall", "[pack][slow]") {
    const AuthorsDesk desk;
    const auto pack = desk.build();

    const Item* welcome = pack->find("welcome");
    REQUIRE(welcome != nullptr);
    CHECK(welcome->kind == "document");
    const auto document = read_document(*pack->read_text(welcome->file));
    REQUIRE(document);
    CHECK(document->in(Lang::zh).title == "怎样写一篇文章");
    CHECK(document->in(Lang::en).title == "How to write a document");
    CHECK(document->in(Lang::zh).notes.size() == 1);
    int pictures = 0;
    for (const DocumentBlock& block : document->in(Lang::zh).blocks) {
        if (block.kind != DocumentBlock::Kind::picture) continue;
        ++pictures;
        CHECK(pack->has(block.picture));
        CHECK_FALSE(block.alt.empty());
    }
    CHECK(pictures == 1);

    const auto galleries = pack->items_of_kind("gallery");
    REQUIRE(galleries.size() == 1);
    const auto gallery = read_gallery(*pack->read_text(galleries.front()->file));
    REQUIRE(gallery);
    REQUIRE(gallery->pictures.size() == 3);
    const GalleryPicture& map = gallery->pictures.back();
    CHECK(map.place.zh == "遵义");
    CHECK(map.date == "1935-01");
    CHECK(map.w == big_w);
    CHECK(map.h == big_h);
    REQUIRE_FALSE(map.tiles.empty());
    CHECK(map.levels == tile_levels(big_w, big_h, map.tile_px));
    for (int level = 0; level < map.levels; ++level) {
        const TileLevel size = tile_level(map.w, map.h, level, map.tile_px);
        for (int row = 0; row < size.rows; ++row)
            for (int column = 0; column < size.columns; ++column) CHECK(pack->has(tile_path(map.tiles, level, column, row)));
    }
    const auto last = pack->read(tile_path(map.tiles, 0, (big_w - 1) / map.tile_px, (big_h - 1) / map.tile_px), 8u << 20);
    REQUIRE(last);
    const auto tile = decode_image(*last);
    REQUIRE(tile);
    CHECK(tile->w == (big_w - 1) % map.tile_px + 1);
    CHECK(tile->h == (big_h - 1) % map.tile_px + 1);

    const auto index = SearchIndex::read(*pack->read_text("search.json", 8u << 20));
    REQUIRE(index);
    for (const char* words : {"dadt", "large map", "大地图"}) {
        const auto hits = index->find(words, 5);
        INFO(words);
        CHECK(std::any_of(hits.begin(), hits.end(), [&](const SearchHit& hit) { return hit.item == galleries.front()->id; }));
    }

    HallOptions options;
    options.catalogue = pack;
    const Hall hall = open_hall(options);
    REQUIRE(hall.app->show("item/welcome"));
    hall.drive->wait(0.5);
    CHECK(hall.app->screen_id() == "document");
    CHECK(sees(hall, "怎样写一篇文章"));
    REQUIRE(hall.app->show("item/" + galleries.front()->id));
    hall.drive->wait(0.5);
    CHECK(hall.app->screen_id() == "gallery");
    CHECK(sees(hall, "一张大地图"));
}

TEST_CASE("building: an author's WebM film goes into the pack as it is, its sound at the pack's loudness", "[pack][film][slow]") {
    const std::string picture = GENERATE("libvpx", "libvpx-vp9");
    if (!can_encode(picture) || !can_encode("libopus")) return;
    TemporaryFolder place;
    const Path source = place.path / "source";
    REQUIRE(make_new_pack(Path(XINGHUO_SOURCE_DIR) / "tools/packer", source, {"mine", "我们的展包", "Our pack"}));
    for (const char* other : {"timeline.csv", "quiz.gift", "quiz.en.gift", "quiz_sources.csv"}) std::filesystem::remove(source / other);
    std::filesystem::create_directories(source / "films");
    Recipe film;
    film.seconds = 2;
    film.picture_codec = picture;
    film.sound_codec = "libopus";
    film.w = 320;
    film.h = 180;
    film.brightness = [](std::int64_t n) { return static_cast<std::uint8_t>(60 + n); };
    film.sound = [](std::int64_t n) {
        const float s = 0.02f * static_cast<float>(std::sin(static_cast<double>(n) * 2 * 3.14159265 * 997 / 48'000));
        return StereoSample{s, s};
    };
    write_media(source / "films/walk.webm", film);
    for (const char* lang : {"zh", "en"}) REQUIRE(write_file(source / fmt::format("films/walk.{}.vtt", lang), std::string_view("WEBVTT\n\n00:00.000 --> 00:01.500\nwords\n")));
    const auto xlsx = write_xlsx({{"films", {"file", "title_zh", "title_en", "summary_zh", "summary_en", "source_zh", "source_en"},
                                   {{"walk.webm", "校园漫步", "A walk", "走一走", "Around the campus", "本单位拍摄", "Filmed by ourselves"}}, {}}});
    REQUIRE(xlsx);
    REQUIRE(write_file(source / "films.xlsx", *xlsx));
    std::string sections = *read_text(source / "pack.json");
    const std::string before = R"({"id": "gallery")";
    sections.insert(sections.find(before), R"({"id": "lectures", "title": {"zh": "影片", "en": "Films"}, "poster": "road"}, )");
    const std::size_t quiz = sections.find(R"(,
  {"id": "quiz")");
    REQUIRE(quiz != std::string::npos);
    sections.erase(quiz, sections.find('\n', quiz + 2) - quiz);
    REQUIRE(write_file(source / "pack.json", sections));

    Problems problems;
    const auto built = build_pack(source, place.path / "out", {}, problems);
    INFO(problems.text());
    if (!built) FAIL(built.error().what);
    const auto pack = Catalogue::open(place.path / "out");
    REQUIRE(pack);
    const Item* item = (*pack)->find("walk");
    REQUIRE(item != nullptr);
    CHECK(item->section == "lectures");
    const auto made = read_film(*(*pack)->read_text(item->file));
    REQUIRE(made);
    CHECK(made->film == "films/walk/film.webm");
    CHECK(made->captions.size() == 2);
    CHECK(std::abs((made->duration - Milliseconds(2'000)).count()) < 120);
    CHECK((*pack)->has(made->poster));
    // A file in the blobs has no ending, and is read by what is in it.
    const auto file = (*pack)->checked_file(made->film);
    REQUIRE(file);
    const auto about = film_about(*file);
    REQUIRE(about);
    CHECK(about->codec == (picture == "libvpx" ? "vp8" : "vp9"));
    CHECK(can_be_played(*about));
    const auto sound = read_sound(*file);
    REQUIRE(sound);
    CHECK(loudness_lufs(*sound) == Approx(-16).margin(3.2));
}
