// Pictures for the kiosk: orientation, sizes, tiles, and that nothing of a photograph's metadata is left.
#include <catch2/catch.hpp>

#include <cstring>

#include "content/exhibit/gallery.h"
#include "tests/support/media_files.h"
#include "tools/packer/tiles.h"

using namespace xinghuo;

namespace {

constexpr int tile_px = 512;

// Red from left to right, green from top to bottom.
Image slope(int w, int h) {
    Image image{w, h, std::vector<std::uint8_t>(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4, 255)};
    for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x) {
            std::uint8_t* px = &image.rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x)) * 4];
            px[0] = static_cast<std::uint8_t>(x * 255 / std::max(1, w - 1));
            px[1] = static_cast<std::uint8_t>(y * 255 / std::max(1, h - 1));
            px[2] = 40;
        }
    return image;
}

// An APP1 segment with orientation and a GPS directory behind the first two bytes of a JPEG.
Bytes with_exif(const Bytes& jpeg, int orientation) {
    const char tiff[] = "Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0GEHEIM";
    Bytes exif(tiff, tiff + sizeof tiff - 1);
    const auto place = std::find(exif.begin() + 20, exif.end(), static_cast<std::uint8_t>('?'));
    *place = static_cast<std::uint8_t>(orientation);
    const std::size_t length = exif.size() + 2;
    std::string made(jpeg.begin(), jpeg.begin() + 2);
    for (const std::size_t byte : {std::size_t{0xff}, std::size_t{0xe1}, length >> 8, length & 0xff}) made += static_cast<char>(byte);
    made.append(exif.begin(), exif.end());
    made.append(jpeg.begin() + 2, jpeg.end());
    return Bytes(made.begin(), made.end());
}

const std::uint8_t* at(const Image& image, int x, int y) {
    return &image.rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(image.w) + static_cast<std::size_t>(x)) * 4];
}

}  // namespace

TEST_CASE("tiles: how many levels there are, and how large", "[tiles]") {
    CHECK(tile_levels(512, 300, 512) == 1);
    CHECK(tile_levels(513, 300, 512) == 2);
    CHECK(tile_levels(20'000, 10'000, 512) == 7);
    const TileLevel level = tile_level(1025, 700, 1, 512);
    CHECK(level.w == 513);
    CHECK(level.h == 350);
    CHECK(level.columns == 2);
    CHECK(level.rows == 1);
    CHECK(tile_path("g/a/tiles", 1, 2, 3) == "g/a/tiles/1/2_3.jpg");
}

TEST_CASE("a photograph's orientation is applied in whatever strips it is read", "[tiles]") {
    const TempFolder folder;
    const Bytes jpeg = encode_jpeg(slope(96, 64), true).value();
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const Path file = folder.file(std::to_string(orientation) + ".jpg");
        const Bytes bytes = with_exif(jpeg, orientation);
        REQUIRE(write_file(file, bytes).has_value());
        const auto expected = decode_image(bytes);
        REQUIRE(expected.has_value());
        const auto picture = BigPicture::open(file);
        REQUIRE(picture.has_value());
        INFO(orientation);
        REQUIRE(picture->w() == expected->w);
        REQUIRE(picture->h() == expected->h);
        CHECK(picture->w() == (orientation >= 5 ? 64 : 96));
        for (int from = 0; from < picture->h(); from += 13) {
            const auto strip = picture->rows(from, 13);
            REQUIRE(strip.has_value());
            for (int y = 0; y < strip->h; y += 3)
                for (int x = 0; x < strip->w; x += 5)
                    for (int c = 0; c < 3; ++c) CHECK(std::abs(at(*strip, x, y)[c] - at(*expected, x, from + y)[c]) <= 2);
        }
    }
}

TEST_CASE("scaled pictures and tiles fit together, and carry no metadata", "[tiles]") {
    const TempFolder folder;
    const Path file = folder.file("photo.jpg");
    REQUIRE(write_file(file, with_exif(encode_jpeg(slope(2600, 1300), false).value(), 1)).has_value());
    StepCache cache(folder.file("cache"));
    const auto made = cache.get("a", [&](Outlet& outlet) { return make_pictures(file, "g/a", gallery_sizes(), outlet); });
    REQUIRE(made.has_value());
    std::map<std::string, Image> pictures;
    for (const Made& each : *made) {
        const Bytes bytes = cache.read(each).value();
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        CHECK(text.find("GEHEIM") == std::string_view::npos);
        CHECK(text.find("Exif") == std::string_view::npos);
        if (!each.path.starts_with('@')) pictures[each.path] = decode_image(bytes).value();
    }
    CHECK(pictures.at("g/a/card.jpg").w == 800);
    CHECK(pictures.at("g/a/card@2x.jpg").w == 1600);
    CHECK(pictures.at("g/a/screen.jpg").w == 1920);
    CHECK(pictures.at("g/a/screen@2x.jpg").w == 2600);  // never larger than it is
    int tiles = 0;
    for (int level = 0; level < tile_levels(2600, 1300, 512); ++level) {
        const TileLevel size = tile_level(2600, 1300, level, tile_px);
        for (int row = 0; row < size.rows; ++row)
            for (int column = 0; column < size.columns; ++column, ++tiles) {
                const Image& tile = pictures.at(tile_path("g/a/tiles", level, column, row));
                CHECK(tile.w == std::min(tile_px, size.w - column * tile_px));
                CHECK(tile.h == std::min(tile_px, size.h - row * tile_px));
                // The slope goes on from tile to tile.
                CHECK(std::abs(at(tile, tile.w / 2, tile.h / 2)[0] - (column * tile_px + tile.w / 2) * 255 / size.w) <= 3);
                CHECK(std::abs(at(tile, tile.w / 2, tile.h / 2)[1] - (row * tile_px + tile.h / 2) * 255 / size.h) <= 3);
            }
    }
    CHECK(pictures.size() == static_cast<std::size_t>(tiles) + 4);
    CHECK(tile_count({2600, 1300}, gallery_sizes()) == static_cast<std::size_t>(tiles));
    const auto again = cache.get("b", [&](Outlet& outlet) { return make_pictures(file, "g/a", gallery_sizes(), outlet); });
    for (std::size_t i = 0; i < made->size(); ++i) CHECK((*again)[i].sha256 == (*made)[i].sha256);
}

TEST_CASE("a small picture stays as large as it is", "[tiles]") {
    const TempFolder folder;
    const Path file = folder.file("small.png");
    REQUIRE(write_file(file, encode_png(slope(300, 200)).value()).has_value());
    StepCache cache(folder.file("cache"));
    const auto made = cache.get("a", [&](Outlet& outlet) { return make_pictures(file, "d/p1", document_sizes(), outlet); });
    REQUIRE(made.has_value());
    REQUIRE(made->size() == 3);  // two pictures and the note
    for (const Made& each : *made)
        if (each.path.ends_with(".jpg")) CHECK(decode_image(cache.read(each).value())->w == 300);
}

TEST_CASE("what is no picture is refused", "[tiles]") {
    const TempFolder folder;
    REQUIRE(write_file(folder.file("a.jpg"), std::string("no picture at all, only words")).has_value());
    CHECK_FALSE(BigPicture::open(folder.file("a.jpg")).has_value());
    Bytes half = encode_jpeg(slope(64, 64), true).value();
    half.resize(40);
    REQUIRE(write_file(folder.file("b.jpg"), half).has_value());
    CHECK_FALSE(BigPicture::open(folder.file("b.jpg")).has_value());
    CHECK(BigPicture::open(folder.file("none.jpg")).error().kind == ErrorKind::missing);
}
