#include <catch2/catch.hpp>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "kiosk/gfx/damage.h"
#include "kiosk/gfx/renderer.h"
#include "tests/support/shapes.h"

using namespace xinghuo;

namespace {

std::unique_ptr<Renderer> renderer(int w, int h) {
    auto made = Renderer::in_memory(w, h);
    REQUIRE(made.has_value());
    return std::move(made).value();
}

std::vector<Shape> random_scene(Dice& dice, int w, int h, int count) {
    std::vector<Shape> shapes;
    for (int i = 0; i < count; ++i) shapes.push_back(random_shape(dice, static_cast<float>(w), static_cast<float>(h)));
    return shapes;
}

void mutate(Dice& dice, std::vector<Shape>& shapes, int w, int h) {
    for (int changes = dice.upto(4); changes > 0; --changes) {
        const auto at = static_cast<std::size_t>(dice.upto(static_cast<int>(shapes.size())));
        switch (dice.upto(7)) {
            case 0: shapes[at] = random_shape(dice, static_cast<float>(w), static_cast<float>(h)); break;
            case 1: shapes[at].x += dice.in(-9, 9); break;
            case 2: shapes[at].colour ^= 0x10000000u; break;
            case 3: shapes[at].angle += 0.1f; break;
            case 4: std::swap(shapes[at], shapes[static_cast<std::size_t>(dice.upto(static_cast<int>(shapes.size())))]); break;
            case 5: shapes[at].clipped = !shapes[at].clipped; break;
            case 6:
                if (shapes.size() > 3) shapes.erase(shapes.begin() + static_cast<std::ptrdiff_t>(at));
                break;
        }
    }
}

std::size_t differing(const Pixels& a, const Pixels& b) {
    REQUIRE(a.rgba.size() == b.rgba.size());
    if (a.rgba == b.rgba) return 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) count += a.rgba[i] != b.rgba[i] ? 1 : 0;
    return count;
}

std::int64_t area(const std::vector<PixelRect>& rects) {
    std::int64_t sum = 0;
    for (const PixelRect& r : rects) sum += static_cast<std::int64_t>(r.w) * r.h;
    return sum;
}

bool covers(const std::vector<PixelRect>& rects, int x, int y) {
    return std::any_of(rects.begin(), rects.end(), [&](const PixelRect& r) {
        return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
    });
}

}  // namespace

TEST_CASE("drawing what changed gives exactly the picture of drawing everything", "[damage]") {
    std::int64_t redrawn = 0, whole = 0;
    for (std::uint32_t seed = 1; seed <= 220; ++seed) {
        Dice dice(seed);
        const int w = 100 + dice.upto(300), h = 90 + dice.upto(200);
        const auto kept = renderer(w, h), fresh = renderer(w, h);
        Scene scene({kept.get(), fresh.get()}, w, h);
        std::vector<Shape> shapes = random_scene(dice, w, h, 6 + dice.upto(20));
        if (dice.chance(50)) {
            shapes.front() = {Shape::What::rectangle, -5, -5, static_cast<float>(w) + 10, static_cast<float>(h) + 10,
                              0, 0, IM_COL32(40, 20, 10, 255), 0, 0, false};
        }
        for (int frame = 0; frame < 5; ++frame) {
            if (dice.chance(15)) {
                const std::vector<std::uint8_t> rgba = Scene::pixels(20, 20, 0, static_cast<int>(seed) + frame);
                for (Renderer* r : {kept.get(), fresh.get()}) {
                    r->update_texture(scene.picture(1), {7, 3, 20, 20}, rgba.data(), true);
                }
            }
            const ImDrawData& data = scene.draw(shapes);
            const bool deferred = dice.chance(20);
            const DrawStats stats = kept->draw(data, deferred);
            CHECK(stats.damage.size() <= Damage::max_rects);
            if (frame > 0) redrawn += area(stats.damage);
            if (frame > 0) whole += static_cast<std::int64_t>(w) * h;
            fresh->forget();
            const std::size_t wrong = differing(kept->read(data), fresh->read(data));
            INFO("seed " << seed << " frame " << frame);
            REQUIRE(wrong == 0);
            mutate(dice, shapes, w, h);
        }
    }
    CHECK(redrawn < whole * 8 / 10);  // it would be no test if everything were always drawn
}

TEST_CASE("the same frame twice changes nothing", "[damage]") {
    const auto r = renderer(320, 200);
    Scene scene({r.get()}, 320, 200);
    Dice dice(7);
    const std::vector<Shape> shapes = random_scene(dice, 320, 200, 30);
    CHECK(r->draw(scene.draw(shapes)).damage == std::vector<PixelRect>{{0, 0, 320, 200}});
    const DrawStats again = r->draw(scene.draw(shapes));
    CHECK(again.damage.empty());
    CHECK(again.triangles_drawn == 0);
    CHECK(again.triangles > 60);
    r->forget();
    CHECK(r->draw(scene.draw(shapes)).damage == std::vector<PixelRect>{{0, 0, 320, 200}});
    r->resize(300, 180);
    CHECK(r->draw(scene.draw(shapes)).damage == std::vector<PixelRect>{{0, 0, 300, 180}});
}

TEST_CASE("a small change is a small rectangle around it", "[damage]") {
    const auto r = renderer(1920, 1080);
    Scene scene({r.get()}, 1920, 1080);
    const auto frame = [&](float x) -> const ImDrawData& {
        ImDrawList& list = scene.begin();
        list.AddRectFilled({0, 0}, {1920, 1080}, IM_COL32(9, 9, 9, 255));
        list.AddCircleFilled({x, 500}, 10, IM_COL32_WHITE);
        list.AddCircleFilled({960, 900}, 50, IM_COL32_WHITE);
        return scene.end();
    };
    r->draw(frame(400));
    const DrawStats stats = r->draw(frame(404));
    REQUIRE(stats.damage.size() == 1);
    CHECK(covers(stats.damage, 389, 490));
    CHECK(covers(stats.damage, 414, 510));
    CHECK(area(stats.damage) <= 64 * 64);
    CHECK(stats.triangles_drawn < stats.triangles);

    const DrawStats far = r->draw(frame(1600));
    CHECK(far.damage.size() == 2);
    CHECK(area(far.damage) <= 2 * 64 * 64);
}

TEST_CASE("damage is at most sixteen rectangles, and covers every change", "[damage]") {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        Dice dice(seed);
        const int w = 700 + dice.upto(1400), h = 500 + dice.upto(800);
        PrimitiveList list;
        Damage damage;
        damage.resize(w, h);
        const auto r = renderer(8, 8);
        Scene scene({r.get()}, w, h);
        std::vector<ImVec2> dots;
        for (int i = 0; i < 5 + dice.upto(400); ++i) {
            dots.emplace_back(dice.in(0, static_cast<float>(w - 3)), dice.in(0, static_cast<float>(h - 3)));
        }
        const auto compare = [&](ImU32 colour) {
            ImDrawList& draw = scene.begin();
            for (const ImVec2& dot : dots) draw.AddRectFilled(dot, {dot.x + 2, dot.y + 2}, colour);
            list.gather(scene.end(), w, h);
            return damage.compare(list, [](TextureId) { return 0u; });
        };
        CHECK(compare(IM_COL32_WHITE));
        CHECK_FALSE(compare(IM_COL32_WHITE));
        CHECK(damage.changed().empty());
        CHECK(compare(IM_COL32_BLACK));
        const std::vector<PixelRect> rects = damage.changed();
        CHECK(rects.size() <= Damage::max_rects);
        for (const ImVec2& dot : dots) REQUIRE(covers(rects, static_cast<int>(dot.x) + 1, static_cast<int>(dot.y) + 1));
        for (const PixelRect& rect : rects) {
            CHECK((rect.x >= 0 && rect.y >= 0 && rect.w > 0 && rect.h > 0 && rect.x + rect.w <= w && rect.y + rect.h <= h));
        }
        const std::vector<PixelRect> undrawn = damage.take_undrawn();  // the first frame was never taken
        CHECK(undrawn == std::vector<PixelRect>{{0, 0, w, h}});
        CHECK(damage.take_undrawn().empty());
    }
}

TEST_CASE("the order of drawing counts", "[damage]") {
    const auto r = renderer(200, 100);
    Scene scene({r.get()}, 200, 100);
    const Shape red{Shape::What::rectangle, 10, 10, 50, 50, 0, 0, IM_COL32(255, 0, 0, 255), 0, 0, false};
    const Shape blue{Shape::What::rectangle, 30, 30, 50, 50, 0, 0, IM_COL32(0, 0, 255, 255), 0, 0, false};
    r->draw(scene.draw({red, blue}));
    CHECK(r->draw(scene.draw({red, blue})).damage.empty());
    CHECK_FALSE(r->draw(scene.draw({blue, red})).damage.empty());
}

TEST_CASE("a texture that changed is drawn again where it is shown, unless nobody sees it", "[damage]") {
    const auto r = renderer(400, 200);
    Scene scene({r.get()}, 400, 200);
    const std::vector<Shape> shapes{{Shape::What::picture, 200, 20, 0, 0, 0, 0, IM_COL32_WHITE, 0, 0, false},
                                    {Shape::What::film, 16, 16, 32, 24, 0, 0, IM_COL32_WHITE, 0, 0, false}};
    r->draw(scene.draw(shapes));
    const std::vector<std::uint8_t> rgba = Scene::pixels(10, 10, 0, 77);
    r->update_texture(scene.picture(0), {2, 2, 10, 10}, rgba.data(), false);
    CHECK(r->draw(scene.draw(shapes)).damage.empty());
    r->update_texture(scene.picture(0), {2, 2, 10, 10}, rgba.data(), true);
    const DrawStats seen = r->draw(scene.draw(shapes));
    REQUIRE(seen.damage.size() == 1);
    CHECK(seen.damage.front() == PixelRect{192, 0, 96, 96});

    const std::vector<std::uint8_t> luma(32 * 24, 200), chroma(16 * 12, 128);
    r->update_yuv_texture(scene.film(), {luma.data(), 32, chroma.data(), 16, chroma.data(), 16});
    const DrawStats film = r->draw(scene.draw(shapes));
    REQUIRE(film.damage.size() == 1);
    CHECK(film.damage.front() == PixelRect{0, 0, 64, 64});
}

TEST_CASE("deferred frames are compared at once and drawn when somebody looks", "[damage]") {
    const auto r = renderer(300, 200), reference = renderer(300, 200);
    Scene scene({r.get(), reference.get()}, 300, 200);
    std::vector<Shape> shapes;
    for (int i = 0; i < 10; ++i) {
        shapes.push_back({Shape::What::rounded, static_cast<float>(25 * i), 10, 60, 90, 0, 8, IM_COL32(20 * i, 90, 40, 200),
                          0, 0, false});
    }
    for (Shape& shape : shapes) {
        shape.y += 30;
        const DrawStats stats = r->draw(scene.draw(shapes), true);
        CHECK(stats.triangles_drawn == 0);
        CHECK_FALSE(stats.damage.empty());
    }
    const ImDrawData& data = scene.draw(shapes);
    CHECK(r->draw(data, true).damage.empty());
    CHECK(differing(r->read(data), reference->read(data)) == 0);
}

TEST_CASE("corners that are not finite, callbacks and foreign indices do no harm", "[damage]") {
    const auto r = renderer(100, 100);
    Scene scene({r.get()}, 100, 100);
    ImDrawList& list = scene.begin();
    const float nan = std::nanf(""), inf = INFINITY;
    list.AddRectFilled({0, 0}, {100, 100}, IM_COL32(0, 99, 0, 255));
    list.AddTriangleFilled({nan, 0}, {50, 50}, {0, 50}, IM_COL32_WHITE);
    list.AddRectFilled({10, 10}, {inf, inf}, IM_COL32_WHITE);
    list.AddRectFilled({-1e30f, -1e30f}, {-1e20f, 1e30f}, IM_COL32_WHITE);
    list.AddImage(Scene::id_of(scene.picture(0)), {20, 20}, {80, 80}, {nan, -3}, {7, inf}, IM_COL32_WHITE);
    list.AddCallback([](const ImDrawList*, const ImDrawCmd*) { FAIL("called"); }, nullptr);
    const Pixels picture = r->read(scene.end());
    CHECK(picture.rgba[0] == 0);
    CHECK(picture.rgba[1] == 99);
}

TEST_CASE("lists of more than 65536 corners and a display elsewhere", "[damage]") {
    const auto r = renderer(256, 256), reference = renderer(256, 256);
    Scene scene({r.get(), reference.get()}, 256, 256);
    const auto frame = [&](ImVec2 at) -> const ImDrawData& {
        ImDrawList& list = scene.begin();
        list.PushClipRect({-1e4f, -1e4f}, {1e4f, 1e4f});
        for (int i = 0; i < 20000; ++i) {
            const auto x = at.x + static_cast<float>(i % 128 * 2), y = at.y + static_cast<float>(i / 128 * 2);
            list.AddRectFilled({x, y}, {x + 1, y + 1}, IM_COL32(i % 256, i / 256, 100, 255));
        }
        list.PopClipRect();
        return scene.end();
    };
    const Pixels here = reference->read(frame({0, 0}));
    CHECK(here.rgba[(254 * 256 + 254) * 4 + 2] == 100);
    auto moved = frame({1000, 500});
    moved.DisplayPos = {1000, 500};
    CHECK(differing(here, r->read(moved)) == 0);
}
