#include "media/image.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/support/media_files.h"

using namespace xinghuo;

namespace {

using Pixel = std::array<int, 4>;

Image filled(int w, int h, const std::function<Pixel(int x, int y)>& pixel) {
    Image image{w, h, {}};
    for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x)
            for (const int part : pixel(x, y)) image.rgba.push_back(static_cast<std::uint8_t>(part));
    return image;
}

Pixel at(const Image& image, int x, int y) {
    const std::size_t i =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.w) + static_cast<std::size_t>(x)) * 4;
    return {image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]};
}

// Smooth, so that codecs with coarse colour come near.
Image slopes(int w, int h) {
    return filled(w, h, [&](int x, int y) { return Pixel{x * 255 / w, y * 255 / h, 255 - x * 255 / w, 255}; });
}

Image noise(int w, int h, unsigned seed) {
    std::mt19937 random(seed);
    return filled(w, h, [&](int, int) {
        const auto n = random();
        return Pixel{static_cast<int>(n & 255), static_cast<int>(n >> 8 & 255), static_cast<int>(n >> 16 & 255),
                     static_cast<int>(n >> 24)};
    });
}

int worst_difference(const Image& a, const Image& b) {
    REQUIRE(a.w == b.w);
    REQUIRE(a.h == b.h);
    int worst = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) worst = std::max(worst, std::abs(a.rgba[i] - b.rgba[i]));
    return worst;
}

void put(Bytes& file, std::size_t at, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        file[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

// The EXIF segment a camera held sideways would write, after the JPEG's first two bytes.
Bytes with_orientation(Bytes jpeg, int orientation) {
    Bytes exif = {0xff, 0xe1, 0,    34,   'E', 'x', 'i', 'f', 0,
                  0,    'M',  'M',  0,    42,  0,   0,   0,   8,  // one directory at 8
                  0,    1,    0x01, 0x12, 0,   3,   0,   0,   0,
                  1,    0,    0,    0,    0,   0,   0,   0,   0};  // one entry: Orientation, a short
    exif[29] = static_cast<std::uint8_t>(orientation);
    put(exif, 2, static_cast<std::uint32_t>(exif.size() - 2), 2);
    jpeg.insert(jpeg.begin() + 2, exif.begin(), exif.end());
    return jpeg;
}

}  // namespace

TEST_CASE("PNG goes out and comes back the same", "[image]") {
    for (const PngEffort effort : {PngEffort::fast, PngEffort::small})
        for (const auto& [w, h] : {std::pair{1, 1}, {3, 5}, {37, 21}, {640, 3}}) {
            const Image image = noise(w, h, static_cast<unsigned>(w));
            const auto file = encode_png(image, effort);
            REQUIRE(file);
            const auto size = image_size(*file);
            REQUIRE(size);
            CHECK(size->w == w);
            CHECK(size->h == h);
            const auto back = decode_image(*file);
            REQUIRE(back);
            CHECK(worst_difference(*back, image) == 0);
        }
    const Image large = slopes(300, 300);
    CHECK(encode_png(large, PngEffort::small)->size() <= encode_png(large, PngEffort::fast)->size());
    CHECK(encode_png(Image{}).error().kind == ErrorKind::too_large);
}

TEST_CASE("every kind of PNG becomes RGBA", "[image]") {
    const Image colours = slopes(40, 30);
    const Image greys = filled(40, 30, [](int x, int) { return Pixel{x * 6, x * 6, x * 6, 255}; });
    const Image sheer = filled(40, 30, [](int x, int y) { return Pixel{x * 6, x * 6, x * 6, y * 8}; });
    const Image sheer_colours = filled(40, 30, [](int x, int y) { return Pixel{x * 6, 255 - x * 6, 99, y * 8}; });
    struct Kind {
        const char* format;
        const Image& image;
        int tolerance;
    };
    for (const Kind& kind : {Kind{"rgb24", colours, 0}, Kind{"rgba", sheer_colours, 0}, Kind{"rgb48be", colours, 1},
                             Kind{"rgba64be", sheer_colours, 1}, Kind{"gray", greys, 1}, Kind{"ya8", sheer, 1},
                             Kind{"gray16be", greys, 1}}) {
        INFO(kind.format);
        const auto image = decode_image(encode_picture(kind.image, "png", kind.format));
        REQUIRE(image);
        CHECK(worst_difference(*image, kind.image) <= kind.tolerance);
    }
    const Image two = filled(40, 30, [](int x, int) {
        return x < 20 ? Pixel{0, 0, 0, 255} : Pixel{255, 255, 255, 255};
    });
    const auto bits = decode_image(encode_picture(two, "png", "monob"));
    REQUIRE(bits);
    CHECK(worst_difference(*bits, two) == 0);
}

TEST_CASE("a palette PNG with sheer colours becomes RGBA", "[image]") {
    // Four pixels in a row: red, half green, clear, blue. Written by hand (zlib stored block).
    const Bytes file = {0x89, 'P', 'N', 'G', 13,  10,  26,   10,  //
                        0,    0,   0,   13,  'I', 'H', 'D',  'R',  0,    0,    0,    4,   0,   0,    0,
                        1,    8,   3,   0,   0,   0,   0x70, 0x23, 0xdb, 0x5d,  //
                        0,    0,   0,   12,  'P', 'L', 'T',  'E',  255,  0,    0,    0,   255, 0,    9,
                        9,    9,   0,   0,   255, 0,   0,    0,    0,                                    //
                        0,    0,   0,   3,   't', 'R', 'N',  'S',  255,  128,  0,    0,   0,   0,    0,  //
                        0,    0,   0,   16,  'I', 'D', 'A',  'T',  0x78, 1,    1,    5,   0,   0xfa, 0xff,
                        0,    0,   1,   2,   3,   0,   0x0f, 0,    7,    0,    0,    0,   0,  //
                        0,    0,   0,   0,   'I', 'E', 'N',  'D',  0xae, 0x42, 0x60, 0x82};
    const auto image = decode_image(file);
    REQUIRE(image);
    CHECK(at(*image, 0, 0) == Pixel{255, 0, 0, 255});
    CHECK(at(*image, 1, 0) == Pixel{0, 255, 0, 128});
    CHECK(at(*image, 2, 0)[3] == 0);
    CHECK(at(*image, 3, 0) == Pixel{0, 0, 255, 255});
}

TEST_CASE("JPEG and WebP come near what was drawn", "[image]") {
    const Image image = slopes(64, 48);
    for (const char* format : {"yuvj420p", "yuvj422p", "yuvj444p"}) {
        INFO(format);
        const auto jpeg = decode_image(encode_picture(image, "mjpeg", format));
        REQUIRE(jpeg);
        CHECK(worst_difference(*jpeg, image) <= 16);
    }
    const Image white = filled(32, 32, [](int, int) { return Pixel{255, 255, 255, 255}; });
    CHECK(worst_difference(*decode_image(encode_picture(white, "mjpeg", "yuvj420p")), white) <= 1);
    if (!can_encode("libwebp")) return;
    const Image sheer = filled(64, 48, [](int x, int y) { return Pixel{x * 4, y * 5, 128, x < 32 ? 255 : 128}; });
    const Bytes file = encode_picture(sheer, "libwebp", "yuva420p");
    const auto size = image_size(file);
    REQUIRE(size);
    CHECK(size->w == 64);
    CHECK(size->h == 48);
    const auto webp = decode_image(file);
    REQUIRE(webp);
    CHECK(std::abs(at(*webp, 10, 10)[0] - 40) <= 12);
    CHECK(at(*webp, 10, 10)[3] == 255);
    CHECK(std::abs(at(*webp, 50, 10)[3] - 128) <= 4);
}

TEST_CASE("a photograph stands upright", "[image]") {
    const Image image = filled(48, 32, [](int x, int y) {
        return y < 16 ? (x < 24 ? Pixel{255, 0, 0, 255} : Pixel{0, 255, 0, 255}) : Pixel{0, 0, 255, 255};
    });
    const Bytes jpeg = encode_picture(image, "mjpeg", "yuvj444p");
    const auto is = [](const Pixel& pixel, int channel) { return pixel[static_cast<std::size_t>(channel)] > 200; };
    struct Kind {
        int orientation, red_x, red_y, green_x, green_y;  // corners in eighths of the picture's sides
    };
    for (const Kind& kind : {Kind{1, 1, 1, 7, 1}, Kind{2, 7, 1, 1, 1}, Kind{3, 7, 7, 1, 7}, Kind{4, 1, 7, 7, 7},
                             Kind{5, 1, 1, 1, 7}, Kind{6, 7, 1, 7, 7}, Kind{7, 7, 7, 7, 1}, Kind{8, 1, 7, 1, 1}}) {
        INFO("orientation " << kind.orientation);
        const auto upright = decode_image(with_orientation(jpeg, kind.orientation));
        REQUIRE(upright);
        CHECK(upright->w == (kind.orientation < 5 ? 48 : 32));
        CHECK(is(at(*upright, upright->w * kind.red_x / 8, upright->h * kind.red_y / 8), 0));
        CHECK(is(at(*upright, upright->w * kind.green_x / 8, upright->h * kind.green_y / 8), 1));
    }
}

TEST_CASE("what is not a picture is an error, never a crash", "[image]") {
    CHECK(decode_image({}).error().kind == ErrorKind::unsupported);
    CHECK(decode_image({'G', 'I', 'F', '8', '9', 'a', 0, 0}).error().kind == ErrorKind::unsupported);
    const Bytes png = *encode_png(noise(20, 20, 1));
    const Bytes jpeg = encode_picture(slopes(64, 48), "mjpeg", "yuvj420p");
    for (const std::size_t cut : {std::size_t{8}, std::size_t{20}})
        CHECK(decode_image(Bytes(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(cut))).error().kind ==
              ErrorKind::invalid);
    CHECK(decode_image({0xff, 0xd8, 0xff}).error().kind == ErrorKind::invalid);
    Bytes huge = png;
    put(huge, 16, 16'385, 4);
    CHECK(decode_image(huge).error().kind == ErrorKind::too_large);
    put(huge, 16, 16'000, 4);
    put(huge, 20, 16'000, 4);
    CHECK(decode_image(huge).error().kind == ErrorKind::too_large);
    put(huge, 16, 0, 4);
    CHECK(decode_image(huge).error().kind == ErrorKind::invalid);

    Bytes webp;
    if (can_encode("libwebp")) webp = encode_picture(slopes(64, 48), "libwebp", "yuv420p");
    std::mt19937 random(5);
    for (const Bytes& whole : {png, jpeg, webp})
        for (int round = 0; round < 150 && !whole.empty(); ++round) {
            Bytes damaged = whole;
            if (round % 3 == 0) damaged.resize(random() % damaged.size());
            for (int i = 0; i < 6 && !damaged.empty(); ++i)
                damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
            const auto image = decode_image(damaged);
            if (image)
                CHECK(image->rgba.size() ==
                      static_cast<std::size_t>(image->w) * static_cast<std::size_t>(image->h) * 4);
            if (!image) CHECK_FALSE(image.error().what.empty());
        }
}

TEST_CASE("scaling down averages areas, weighted by alpha", "[image]") {
    const Image board = filled(8, 8, [](int x, int y) {
        return (x + y) % 2 == 0 ? Pixel{255, 255, 255, 255} : Pixel{0, 0, 0, 255};
    });
    for (const int side : {1, 2, 4}) {
        const Image small = scaled_down(board, side, side);
        REQUIRE(small.w == side);
        REQUIRE(small.h == side);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) CHECK(at(small, x, y) == Pixel{128, 128, 128, 255});
    }
    // The colour of what is clear does not bleed.
    const Image edge = filled(4, 2, [](int x, int) {
        return x % 2 == 0 ? Pixel{200, 0, 0, 255} : Pixel{0, 255, 0, 0};
    });
    CHECK(at(scaled_down(edge, 2, 1), 0, 0) == Pixel{200, 0, 0, 128});
    // Parts of pixels count as parts: 3 to 2.
    const Image three = filled(3, 1, [](int x, int) { return Pixel{x == 1 ? 255 : 0, 0, 0, 255}; });
    CHECK(at(scaled_down(three, 2, 1), 0, 0)[0] == 85);
    CHECK(at(scaled_down(three, 2, 1), 1, 0)[0] == 85);
    // The average of the whole stays, whatever the ratio.
    const Image grain = noise(97, 61, 9);
    const Image opaque = filled(97, 61, [&](int x, int y) {
        auto pixel = at(grain, x, y);
        pixel[3] = 255;
        return pixel;
    });
    const auto mean = [](const Image& image) {
        double sum = 0;
        for (std::size_t i = 0; i < image.rgba.size(); i += 4) sum += image.rgba[i];
        return sum / (static_cast<double>(image.rgba.size()) / 4);
    };
    for (const auto& [w, h] : {std::pair{96, 60}, {50, 31}, {13, 7}, {1, 1}})
        CHECK(mean(scaled_down(opaque, w, h)) == Approx(mean(opaque)).margin(0.6));
    CHECK(worst_difference(scaled_down(grain, 97, 61), grain) == 0);
    CHECK(scaled_down(grain, 500, 30).w == 97);
}
