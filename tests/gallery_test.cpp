// Galleries: what is read of them, and a picture under fingers.
#include <catch2/catch.hpp>

#include "content/exhibit/gallery.h"
#include "kiosk/exhibits/zoom.h"

using namespace xinghuo;

TEST_CASE("a gallery is written and read again", "[gallery]") {
    Gallery gallery{{"图", "Pictures"}, {"说", "About"}, {}};
    gallery.pictures.push_back({"a", "1935-01", {"甲", "A"}, {"画", "Seen"}, {"源", "From"}, {"遵义", "Zunyi"}, "c.jpg", "s.jpg", 4000, 3000, "t", 1024, 0});
    gallery.pictures.push_back({"b", "", {"乙", ""}, {"画", ""}, {"源", ""}, {}, "c2.jpg", "s2.jpg", 400, 300, "", 512, 0});
    const auto again = read_gallery(write_gallery(gallery));
    REQUIRE(again.has_value());
    REQUIRE(again->pictures.size() == 2);
    CHECK(again->pictures[0].levels == 3);
    CHECK(again->pictures[0].tile_px == 1024);
    CHECK(again->pictures[0].place.en == "Zunyi");
    CHECK(again->pictures[1].tiles.empty());
    gallery.pictures[1].id = "a";
    CHECK(read_gallery(write_gallery(gallery)).error().what == "pictures[1].id: stands twice");
    CHECK_FALSE(read_gallery(R"({"title":"a","pictures":[{"id":"a","title":"a","alt":"a","source":"a","card":"c","screen":"s","w":0,"h":5}]})"));
}

namespace {

const Vec2 picture{4000, 2000}, view{1000, 1000};

Zoom zoom() {
    Zoom made;
    made.set(picture, view, 2);
    return made;
}

Instant after(double s) { return Instant{from_seconds(s)}; }

}  // namespace

TEST_CASE("zoom: at first all of the picture is seen, in the middle", "[gallery]") {
    const Zoom z = zoom();
    CHECK(z.whole(after(0)));
    CHECK(z.place(after(0)) == Rect{0, 250, 1000, 500});
}

TEST_CASE("zoom: what is under the fingers stays under them", "[gallery]") {
    Zoom z = zoom();
    z.zoom_by(4, view * 0.5f, after(0));
    const Rect before = z.place(after(1));
    const Vec2 at{300, 600};
    const Vec2 under{(at.x - before.x) / before.w, (at.y - before.y) / before.h};
    z.pinch(at, 1.5f, {0, 0}, after(1));
    const Rect now = z.place(after(1));
    CHECK(now.w == Approx(before.w * 1.5f));
    CHECK((at.x - now.x) / now.w == Approx(under.x).margin(1e-4));
    CHECK((at.y - now.y) / now.h == Approx(under.y).margin(1e-4));
}

TEST_CASE("zoom: never smaller than the whole, never larger than allowed, never off the edge", "[gallery]") {
    Zoom z = zoom();
    for (int i = 0; i < 20; ++i) z.pinch({500, 500}, 2, {0, 0}, after(0));
    CHECK(z.scale(after(0)) == 2);
    for (int i = 0; i < 50; ++i) z.drag({400, 400});
    CHECK(z.place(after(0)).x == Approx(0).margin(0.01));
    CHECK(z.place(after(0)).y == Approx(0).margin(0.01));
    for (int i = 0; i < 20; ++i) z.pinch({100, 100}, 0.5f, {30, -20}, after(0));
    CHECK(z.place(after(0)) == Rect{0, 250, 1000, 500});
}

TEST_CASE("zoom: a fling glides and comes to rest inside", "[gallery]") {
    Zoom z = zoom();
    z.pinch({500, 500}, 8, {0, 0}, after(0));
    const float before = z.place(after(0)).x;
    z.let_go({-3000, 0}, after(0));
    CHECK(z.moving(after(0.1)));
    CHECK(z.place(after(0.1)).x < before - 50);
    CHECK_FALSE(z.moving(after(3)));
    CHECK(z.place(after(3)).right() >= view.x - 0.01f);
    z.let_go({-30'000, 0}, after(3));
    CHECK(z.place(after(6)).right() == Approx(view.x).margin(0.5));
    z.hold(after(6));
    CHECK_FALSE(z.moving(after(6)));
}

TEST_CASE("zoom: two taps go nearer and back; a turned screen keeps what was whole whole", "[gallery]") {
    Zoom z = zoom();
    z.tap_twice({500, 500}, after(0));
    CHECK(z.moving(after(0.1)));
    CHECK(z.scale(after(1)) == Approx(0.75f));
    z.tap_twice({200, 500}, after(2));
    CHECK(z.whole(after(3)));
    z.set(picture, {2000, 500}, 2);
    CHECK(z.place(after(3)) == Rect{500, 0, 1000, 500});
}
