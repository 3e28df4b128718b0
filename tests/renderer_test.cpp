#include "kiosk/gfx/renderer.h"

#include <catch2/catch.hpp>
#include <imgui.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "kiosk/gfx/renderer_raster.h"
#include "kiosk/gfx/renderer_yuv.h"
#include "tests/support/shapes.h"

using namespace xinghuo;

namespace {

using Rgba = std::array<int, 4>;

std::unique_ptr<Renderer> renderer(int w, int h) {
    auto made = Renderer::in_memory(w, h);
    REQUIRE(made.has_value());
    return std::move(made).value();
}

Rgba at(const Pixels& p, int x, int y) {
    const std::size_t i = (static_cast<std::size_t>(y) * static_cast<std::size_t>(p.w) + static_cast<std::size_t>(x)) * 4;
    return {p.rgba[i], p.rgba[i + 1], p.rgba[i + 2], p.rgba[i + 3]};
}

bool near(const Rgba& a, const Rgba& b, int by) {
    for (std::size_t i = 0; i < 4; ++i) {
        if (std::abs(a[i] - b[i]) > by) return false;
    }
    return true;
}

ImDrawVert corner(float x, float y, ImU32 colour, float u = 0, float v = 0) { return {{x, y}, {u, v}, colour}; }

struct Sheet {
    Bitmap bitmap;
    Sheet(int w, int h) {
        bitmap.w = w;
        bitmap.h = h;
        bitmap.pixels.assign(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), 0xff000000u);
    }
    [[nodiscard]] PixelBox all() const { return PixelBox::of({0, 0, bitmap.w, bitmap.h}); }
};

}  // namespace

TEST_CASE("one picture in memory: colours, order, clip", "[renderer]") {
    const auto r = renderer(100, 80);
    Scene scene({r.get()}, 100, 80);
    ImDrawList& list = scene.begin();
    list.AddRectFilled({10, 10}, {50, 50}, IM_COL32(200, 100, 50, 255));
    list.AddRectFilled({30, 30}, {70, 70}, IM_COL32(0, 0, 255, 128));
    list.PushClipRect({80, 0}, {90, 40});
    list.AddRectFilled({0, 0}, {100, 80}, IM_COL32_WHITE);
    list.PopClipRect();
    const Pixels p = r->read(scene.end());
    CHECK((p.w == 100 && p.h == 80));
    CHECK(at(p, 0, 0) == Rgba{0, 0, 0, 255});
    CHECK(at(p, 10, 10) == Rgba{200, 100, 50, 255});
    CHECK(at(p, 49, 29) == Rgba{200, 100, 50, 255});
    CHECK(at(p, 50, 29) == Rgba{0, 0, 0, 255});
    CHECK(at(p, 40, 40) == Rgba{100, 50, 153, 255});
    CHECK(at(p, 60, 60) == Rgba{0, 0, 128, 255});
    CHECK(at(p, 79, 10) == Rgba{0, 0, 0, 255});
    CHECK(at(p, 80, 39) == Rgba{255, 255, 255, 255});
    CHECK(at(p, 89, 39) == Rgba{255, 255, 255, 255});
    CHECK(at(p, 90, 39) == Rgba{0, 0, 0, 255});
    CHECK(at(p, 85, 40) == Rgba{0, 0, 0, 255});
}

TEST_CASE("a picture at its own size comes out texel by texel", "[renderer]") {
    const auto r = renderer(120, 100);
    Scene scene({r.get()}, 120, 100);
    const std::vector<std::uint8_t> source = Scene::pixels(64, 48, 0, 0);
    for (const bool rounded : {false, true}) {
        ImDrawList& list = scene.begin();
        if (rounded) {
            list.AddImageRounded(Scene::id_of(scene.picture(0)), {20, 30}, {84, 78}, {0, 0}, {1, 1}, IM_COL32_WHITE, 8);
        } else {
            list.AddImage(Scene::id_of(scene.picture(0)), {20, 30}, {84, 78});
        }
        const Pixels p = r->read(scene.end());
        int wrong = 0;
        for (int y = 9; y < 39; ++y) {
            for (int x = 9; x < 55; ++x) {
                const std::size_t i = (static_cast<std::size_t>(y) * 64 + static_cast<std::size_t>(x)) * 4;
                wrong += at(p, 20 + x, 30 + y) == Rgba{source[i], source[i + 1], source[i + 2], 255} ? 0 : 1;
            }
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("an enlarged picture is smooth, a tint multiplies, transparency lets through", "[renderer]") {
    const auto r = renderer(200, 100);
    Scene scene({r.get()}, 200, 100);
    const std::array<std::uint8_t, 8> two{0, 0, 0, 255, 240, 240, 240, 255};
    const TextureId ramp = r->make_texture(2, 1, two.data());
    const std::array<std::uint8_t, 4> glass{255, 255, 255, 128};
    const TextureId pane = r->make_texture(1, 1, glass.data());
    ImDrawList& list = scene.begin();
    list.AddImage(Scene::id_of(ramp), {0, 0}, {200, 50});
    list.AddImage(Scene::id_of(ramp), {0, 50}, {200, 100}, {0, 0}, {1, 1}, IM_COL32(255, 128, 0, 255));
    list.AddImage(Scene::id_of(pane), {150, 50}, {200, 100});
    const Pixels p = r->read(scene.end());
    CHECK(at(p, 0, 10) == Rgba{0, 0, 0, 255});
    CHECK(at(p, 199, 10) == Rgba{240, 240, 240, 255});
    CHECK(near(at(p, 100, 10), {120, 120, 120, 255}, 2));
    for (int x = 1; x < 200; ++x) REQUIRE(at(p, x, 10)[0] >= at(p, x - 1, 10)[0]);
    CHECK(near(at(p, 149, 60), {238, 119, 0, 255}, 3));
    CHECK(near(at(p, 190, 60), {248, 188, 128, 255}, 3));
}

TEST_CASE("a turned picture samples between texels and keeps its colours", "[renderer]") {
    const auto r = renderer(200, 200);
    Scene scene({r.get()}, 200, 200);
    std::vector<std::uint8_t> smooth;
    for (int y = 0; y < 100; ++y) {
        for (int x = 0; x < 100; ++x) {
            for (const int v : {x * 2, y * 2, 100, 255}) smooth.push_back(static_cast<std::uint8_t>(v));
        }
    }
    const TextureId picture = r->make_texture(100, 100, smooth.data());
    const float angle = 0.4f, c = std::cos(angle), s = std::sin(angle);
    const auto turned = [&](float x, float y) { return ImVec2(100 + c * x - s * y, 100 + s * x + c * y); };
    ImDrawList& list = scene.begin();
    list.AddImageQuad(Scene::id_of(picture), turned(-50, -50), turned(50, -50), turned(50, 50), turned(-50, 50));
    const Pixels p = r->read(scene.end());
    int compared = 0, wrong = 0;
    for (int y = 0; y < 200; ++y) {
        for (int x = 0; x < 200; ++x) {
            const float dx = static_cast<float>(x) + 0.5f - 100, dy = static_cast<float>(y) + 0.5f - 100;
            const float u = c * dx + s * dy + 49.5f, v = -s * dx + c * dy + 49.5f;
            if (u < 1 || v < 1 || u > 98 || v > 98) continue;
            ++compared;
            const Rgba expected{static_cast<int>(std::lround(u * 2)), static_cast<int>(std::lround(v * 2)), 100, 255};
            wrong += near(at(p, x, y), expected, 2) ? 0 : 1;
        }
    }
    CHECK(compared > 9000);
    CHECK(wrong == 0);
}

TEST_CASE("a fan of triangles covers each pixel exactly once", "[renderer]") {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        Dice dice(seed);
        Sheet sheet(120, 120);
        Brush brush{sheet.bitmap, sheet.all()};
        // Additive by chance: half transparent white once over black is one value, twice another.
        const ImU32 glass = IM_COL32(255, 255, 255, 100);
        const int corners = 3 + dice.upto(12);
        const ImVec2 centre(dice.in(57, 63), dice.in(57, 63));
        std::vector<ImVec2> ring;
        for (int i = 0; i < corners; ++i) {
            const float angle = 6.2831853f * static_cast<float>(i) / static_cast<float>(corners);
            const float radius = dice.in(20, 55);
            ring.emplace_back(centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle));
        }
        for (std::size_t i = 0; i < ring.size(); ++i) {
            const ImVec2 a = ring[i], b = ring[(i + 1) % ring.size()];
            const ImDrawVert va = corner(a.x, a.y, glass), vb = corner(b.x, b.y, glass), vc = corner(centre.x, centre.y, glass);
            if (dice.chance(50)) brush.triangle(va, vb, vc); else brush.triangle(vc, vb, va);
        }
        int covered = 0, wrong = 0;
        for (const std::uint32_t pixel : sheet.bitmap.pixels) {
            covered += pixel == 0xff646464u ? 1 : 0;
            wrong += pixel == 0xff000000u || pixel == 0xff646464u ? 0 : 1;
        }
        REQUIRE(wrong == 0);
        double area = 0;
        for (std::size_t i = 0; i < ring.size(); ++i) {
            const ImVec2 a = ring[i], b = ring[(i + 1) % ring.size()];
            area += static_cast<double>(a.x * b.y - b.x * a.y) / 2;
        }
        CHECK(covered == Approx(area).margin(45));
    }
}

TEST_CASE("a rectangle of two triangles covers what the rectangle covers", "[renderer]") {
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        Dice dice(seed);
        Sheet one(64, 64), two(64, 64);
        const float x0 = dice.in(-5, 40), y0 = dice.in(-5, 40), x1 = x0 + dice.in(0, 40), y1 = y0 + dice.in(0, 40);
        const ImU32 colour = IM_COL32(255, 90, 10, 180);
        const ImDrawVert a = corner(x0, y0, colour), b = corner(x1, y0, colour), c = corner(x1, y1, colour), d = corner(x0, y1, colour);
        Brush{one.bitmap, one.all()}.pair(a, b, c, d);
        Brush brush{two.bitmap, two.all()};
        brush.triangle(a, b, c);
        brush.triangle(a, c, d);
        REQUIRE(one.bitmap.pixels == two.bitmap.pixels);
    }
}

TEST_CASE("colours between corners stay between, up to the last pixel of thin and huge triangles", "[renderer]") {
    int covered = 0;
    for (std::uint32_t seed = 1; seed <= 400; ++seed) {
        Dice dice(seed);
        Sheet sheet(256, 64);
        Brush brush{sheet.bitmap, sheet.all()};
        const float far = dice.chance(30) ? 60000.0f : 300.0f;
        const auto point = [&](ImU32 colour) { return corner(dice.in(-far, far), dice.in(-far, far), colour); };
        const ImDrawVert a = point(IM_COL32(100, 0, 0, 255)), b = point(IM_COL32(110, 20, 0, 255));
        ImDrawVert c = point(IM_COL32(120, 10, 0, 255));
        if (dice.chance(40)) c.pos = {(a.pos.x + b.pos.x) / 2 + dice.in(-1, 1), (a.pos.y + b.pos.y) / 2 + dice.in(-1, 1)};
        brush.triangle(a, b, c);
        int wrong = 0;
        for (const std::uint32_t pixel : sheet.bitmap.pixels) {
            if (pixel == 0xff000000u) continue;
            ++covered;
            const std::uint32_t red = pixel >> 16 & 255, green = pixel >> 8 & 255;
            wrong += red >= 100 && red <= 120 && green <= 20 && (pixel & 255) == 0 ? 0 : 1;
        }
        REQUIRE(wrong == 0);
    }
    CHECK(covered > 100'000);
}

TEST_CASE("pixels are the same with every compiler and at every level of optimisation", "[renderer]") {
    std::uint64_t hash = 14695981039346656037u;
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
        Dice dice(seed);
        const auto r = renderer(400, 300);
        Scene scene({r.get()}, 400, 300);
        std::vector<Shape> shapes;
        for (int i = 0; i < 30; ++i) shapes.push_back(random_shape(dice, 400, 300));
        for (const std::uint8_t byte : r->read(scene.draw(shapes)).rgba) hash = (hash ^ byte) * 1099511628211u;
    }
    CHECK(hash == 0xac25e53f834a064fu);
}

TEST_CASE("textures: places, edges, sizes that cannot be, ids that are gone", "[renderer]") {
    const auto r = renderer(64, 64);
    CHECK(r->texture_bytes() == 0);
    const std::array<std::uint8_t, 4> red{255, 0, 0, 255}, blue{0, 0, 255, 255};
    const TextureId one = r->make_texture(1, 1, red.data());
    REQUIRE(one != 0);
    CHECK(r->texture_bytes() > 0);
    CHECK(r->make_texture(0, 5, red.data()) == 0);
    CHECK(r->make_texture(40000, 5, red.data()) == 0);
    CHECK(r->make_yuv_texture(-1, 5, YuvMatrix::bt601) == 0);
    Scene scene({r.get()}, 64, 64);
    const auto frame = [&](TextureId id) {
        scene.begin().AddImage(Scene::id_of(id), {0, 0}, {64, 64});
        return r->read(scene.end());
    };
    CHECK(at(frame(one), 5, 5) == Rgba{255, 0, 0, 255});
    r->update_texture(one, {0, 0, 1, 1}, blue.data(), true);
    CHECK(at(frame(one), 5, 5) == Rgba{0, 0, 255, 255});
    const std::size_t before = r->texture_bytes();
    r->destroy_texture(one);
    CHECK(r->texture_bytes() < before);
    r->destroy_texture(one);
    r->destroy_texture(0);
    r->forget();
    CHECK(at(frame(one), 5, 5) == Rgba{0, 0, 0, 255});
    CHECK(at(frame(0), 5, 5) == Rgba{255, 255, 255, 255});  // no texture: the plain colour
    CHECK(r->make_texture(1, 1, red.data()) != one);
}

TEST_CASE("video colours by their matrix", "[renderer]") {
    struct Case { YuvMatrix matrix; int y, u, v; Rgba rgb; };
    // Pure colours as the standards encode them (ITU-R BT.601-7, BT.709-6, JFIF 1.02).
    for (const Case& c : {Case{YuvMatrix::bt601, 235, 128, 128, {255, 255, 255, 255}},
                          Case{YuvMatrix::bt601, 16, 128, 128, {0, 0, 0, 255}},
                          Case{YuvMatrix::bt601, 81, 90, 240, {255, 0, 0, 255}},
                          Case{YuvMatrix::bt709, 63, 102, 240, {255, 0, 0, 255}},
                          Case{YuvMatrix::bt709, 173, 42, 26, {0, 255, 0, 255}},
                          Case{YuvMatrix::bt709, 32, 240, 118, {0, 0, 255, 255}},
                          Case{YuvMatrix::jpeg, 255, 128, 128, {255, 255, 255, 255}},
                          Case{YuvMatrix::jpeg, 76, 85, 255, {255, 0, 0, 255}}}) {
        const auto r = renderer(20, 20);
        const TextureId film = r->make_yuv_texture(5, 3, c.matrix);  // odd on purpose
        const std::vector<std::uint8_t> y(15, static_cast<std::uint8_t>(c.y)), u(6, static_cast<std::uint8_t>(c.u)),
            v(6, static_cast<std::uint8_t>(c.v));
        r->update_yuv_texture(film, {y.data(), 5, u.data(), 3, v.data(), 3});
        Scene scene({r.get()}, 20, 20);
        scene.begin().AddImage(Scene::id_of(film), {0, 0}, {20, 20});
        const Pixels p = r->read(scene.end());
        CHECK(near(at(p, 10, 10), c.rgb, 2));
        CHECK(near(at(p, 19, 19), c.rgb, 2));
    }
}

TEST_CASE("a video before its first picture is black", "[renderer]") {
    const auto r = renderer(20, 20);
    Scene scene({r.get()}, 20, 20);
    scene.begin().AddImage(Scene::id_of(scene.film()), {0, 0}, {20, 20});
    CHECK(at(r->read(scene.end()), 10, 10) == Rgba{0, 0, 0, 255});
}

TEST_CASE("a picture of an impossible size", "[renderer]") {
    CHECK_FALSE(Renderer::in_memory(0, 10));
    CHECK_FALSE(Renderer::in_memory(10, 20000));
}
