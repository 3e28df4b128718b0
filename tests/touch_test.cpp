#include "kiosk/input/touch.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

using namespace xinghuo;

namespace {

using What = TouchEvent::What;

Instant at_ms(int ms) { return Instant{Milliseconds(ms)}; }

TouchEvent event(What what, std::int64_t finger, float x, float y, int ms, float contact_mm = 0) {
    return {what, finger, {x, y}, at_ms(ms), contact_mm};
}

// A pointer with a clock of its own, 16 ms a frame.
struct Glass {
    Touch touch;
    int ms = 0;
    Pointer frame() { return touch.frame(at_ms(ms += 16)); }
    void down(std::int64_t finger, float x, float y, float mm = 0) { touch.on(event(What::down, finger, x, y, ms, mm)); }
    void move(std::int64_t finger, float x, float y, float mm = 0) { touch.on(event(What::move, finger, x, y, ms, mm)); }
    void up(std::int64_t finger, float x, float y) { touch.on(event(What::up, finger, x, y, ms)); }
    void cancel(std::int64_t finger, float x, float y) { touch.on(event(What::cancel, finger, x, y, ms)); }
};

}  // namespace

TEST_CASE("a press, a drag, a release", "[touch]") {
    Glass g;
    CHECK_FALSE(g.frame().any_contact);
    g.down(1, 100, 200);
    Pointer p = g.frame();
    CHECK((p.pressed && p.down && !p.released && p.any_contact));
    CHECK(p.at == Vec2{100, 200});
    CHECK(p.pressed_at == Vec2{100, 200});
    CHECK((p.pressed_when == at_ms(16)));
    CHECK(p.moved == Vec2{0, 0});
    g.move(1, 110, 205);
    g.move(1, 130, 220);
    p = g.frame();
    CHECK((!p.pressed && p.down && !p.released));
    CHECK(p.at == Vec2{130, 220});
    CHECK(p.moved == Vec2{30, 20});
    CHECK(p.pressed_at == Vec2{100, 200});
    p = g.frame();
    CHECK((p.down && p.any_contact && p.moved == Vec2{0, 0}));
    g.up(1, 140, 220);
    p = g.frame();
    CHECK((p.released && !p.down && !p.pressed));
    CHECK(p.at == Vec2{140, 220});
    CHECK(p.moved == Vec2{10, 0});
    p = g.frame();
    CHECK((!p.released && !p.down && !p.any_contact));
    CHECK(p.at == Vec2{140, 220});
}

TEST_CASE("a tap shorter than a frame takes two", "[touch]") {
    Glass g;
    g.down(1, 10, 10);
    g.up(1, 10, 10);
    CHECK(g.touch.waiting());
    Pointer p = g.frame();
    CHECK((p.pressed && p.down && !p.released));
    CHECK(g.touch.waiting());
    p = g.frame();
    CHECK((!p.pressed && !p.down && p.released));
    CHECK_FALSE(g.touch.waiting());
}

TEST_CASE("three taps within one frame are three presses and three releases", "[touch]") {
    Glass g;
    for (int i = 0; i < 3; ++i) {
        g.down(1, 10.0f * static_cast<float>(i), 0);
        g.up(1, 10.0f * static_cast<float>(i), 0);
    }
    for (int i = 0; i < 3; ++i) {
        Pointer p = g.frame();
        CHECK((p.pressed && !p.released && p.at.x == 10.0f * static_cast<float>(i)));
        p = g.frame();
        CHECK((!p.pressed && p.released));
    }
    CHECK_FALSE(g.touch.waiting());
}

TEST_CASE("a finger that only rests disturbs nothing", "[touch]") {
    Glass g;
    g.down(1, 100, 100);
    g.frame();
    g.ms += 400;
    g.down(2, 600, 500);  // long after: a drag beside a resting hand
    Pointer p = g.frame();
    CHECK((p.down && !p.pressed && !p.pinch && p.at == Vec2{100, 100}));
    g.move(1, 160, 100);
    g.move(2, 603, 501);  // trembling
    p = g.frame();
    CHECK((p.down && !p.pinch && p.moved == Vec2{60, 0}));
    g.up(1, 160, 100);
    p = g.frame();
    CHECK(p.released);
    g.move(2, 900, 500);
    p = g.frame();
    CHECK((!p.down && !p.pressed && !p.pinch && p.any_contact));
    g.down(3, 50, 50);  // the resting one does not block the next press
    CHECK(g.frame().pressed);
}

TEST_CASE("a palm presses nothing and pinches nothing", "[touch]") {
    Glass g;
    g.down(1, 100, 100, 40);
    Pointer p = g.frame();
    CHECK((!p.pressed && !p.down && p.any_contact));
    g.down(2, 300, 300, 9);
    p = g.frame();
    CHECK((p.pressed && p.at == Vec2{300, 300}));
    g.move(1, 400, 400, 40);
    p = g.frame();
    CHECK((p.down && !p.pinch && p.at == Vec2{300, 300}));
    g.move(2, 310, 300, 60);  // a fingertip that becomes a hand: the press goes, without a release
    p = g.frame();
    CHECK((!p.down && !p.released && p.any_contact));
    g.up(2, 310, 300);
    CHECK_FALSE(g.frame().released);
}

TEST_CASE("two fingers pinch, and take the press away", "[touch]") {
    Glass g;
    g.down(1, 400, 500);
    CHECK(g.frame().pressed);
    g.down(2, 600, 500);
    CHECK(g.frame().down);
    g.move(2, 650, 500);
    Pointer p = g.frame();
    REQUIRE(p.pinch);
    CHECK((!p.down && !p.released && !p.pressed));
    CHECK(p.pinch->scale == Approx(250.0 / 200));
    CHECK(p.pinch->centre == Vec2{525, 500});
    CHECK(p.pinch->moved == Vec2{25, 0});
    g.move(1, 350, 500);
    g.move(2, 700, 500);
    p = g.frame();
    REQUIRE(p.pinch);
    CHECK(p.pinch->scale == Approx(350.0 / 250));
    p = g.frame();
    REQUIRE(p.pinch);
    CHECK(p.pinch->scale == 1.0f);
    CHECK(p.pinch->moved == Vec2{0, 0});

    g.up(1, 350, 500);
    p = g.frame();
    CHECK((!p.pinch && !p.down && !p.pressed && !p.released));
    g.move(2, 800, 600);  // the one left over does nothing
    p = g.frame();
    CHECK((!p.down && !p.pressed && p.moved == Vec2{0, 0}));
    g.down(3, 500, 600);  // put one beside it and they pinch on
    p = g.frame();
    CHECK((p.pinch && !p.pressed));
    g.up(3, 500, 600);
    g.up(2, 800, 600);
    p = g.frame();
    CHECK((!p.pinch && !p.released));
    g.down(4, 1, 1);
    CHECK(g.frame().pressed);
}

TEST_CASE("two fingers placed together pinch whichever moves", "[touch]") {
    Glass g;
    g.down(1, 400, 500);
    g.down(2, 600, 500);
    CHECK(g.frame().pressed);
    g.move(1, 380, 500);
    const Pointer p = g.frame();
    REQUIRE(p.pinch);
    CHECK(p.pinch->scale == Approx(220.0 / 200));
}

TEST_CASE("a press is seen for a whole frame before a pinch or a cancel takes it", "[touch]") {
    Glass g;
    g.down(1, 400, 500);
    g.down(2, 600, 500);
    g.move(2, 700, 500);
    Pointer p = g.frame();
    CHECK((p.pressed && p.down && !p.pinch));
    p = g.frame();
    CHECK((!p.down && p.pinch));
    g.up(1, 0, 0);
    g.up(2, 0, 0);
    g.frame();
    g.down(3, 5, 5);
    g.cancel(3, 5, 5);
    p = g.frame();
    CHECK((p.pressed && p.down));
    p = g.frame();
    CHECK((!p.down && !p.released));
}

TEST_CASE("fingers on the same spot do not divide by nothing", "[touch]") {
    Glass g;
    g.down(1, 400, 500);
    g.down(2, 400, 500);
    g.frame();
    g.move(2, 420, 500);
    g.frame();
    g.move(2, 400, 500);
    const Pointer p = g.frame();
    REQUIRE(p.pinch);
    CHECK(std::isfinite(p.pinch->scale));
    CHECK(p.pinch->scale > 0);
}

TEST_CASE("a lost release", "[touch]") {
    Glass g;
    g.down(1, 10, 10);
    g.frame();
    g.down(1, 90, 90);
    Pointer p = g.frame();
    CHECK((!p.down && !p.pressed && !p.released));
    CHECK(g.touch.waiting());
    p = g.frame();
    CHECK((p.pressed && p.pressed_at == Vec2{90, 90}));
    g.up(1, 90, 90);
    CHECK(g.frame().released);
    g.up(1, 90, 90);
    g.move(7, 5, 5);
    p = g.frame();
    CHECK((!p.released && p.at == Vec2{90, 90}));
}

TEST_CASE("velocity is that of the last 80 ms", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 0, 0, 0));
    touch.frame(at_ms(1));
    for (int ms = 8; ms <= 200; ms += 8) touch.on(event(What::move, 1, 0, static_cast<float>(ms), ms));  // 1000 px/s down
    touch.frame(at_ms(201));
    for (int ms = 208; ms <= 300; ms += 8) touch.on(event(What::move, 1, static_cast<float>(2 * (ms - 200)), 200, ms));
    touch.on(event(What::up, 1, 200, 200, 300));
    const Pointer p = touch.frame(at_ms(310));
    REQUIRE(p.released);
    CHECK(p.velocity.x == Approx(2000).margin(60));
    CHECK(p.velocity.y == Approx(0).margin(1));
}

TEST_CASE("a finger that rests before it goes up throws nothing", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 0, 0, 0));
    touch.frame(at_ms(1));
    for (int ms = 8; ms <= 80; ms += 8) touch.on(event(What::move, 1, static_cast<float>(10 * ms), 0, ms));
    CHECK(touch.frame(at_ms(81)).velocity.x > 5000);
    touch.on(event(What::up, 1, 800, 0, 400));
    CHECK(touch.frame(at_ms(401)).velocity.length() < 1);
}

TEST_CASE("a flick of one sample has a bounded speed, a tap has none", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 0, 0, 100));
    touch.on(event(What::up, 1, 40, 0, 100));
    touch.frame(at_ms(101));
    Pointer p = touch.frame(at_ms(117));
    REQUIRE(p.released);
    CHECK(p.velocity.x == Approx(40 / 0.008));
    touch.on(event(What::down, 1, 40, 0, 200));
    touch.on(event(What::up, 1, 40, 0, 260));
    touch.frame(at_ms(261));
    p = touch.frame(at_ms(270));
    CHECK((p.released && p.velocity == Vec2{0, 0}));
}

TEST_CASE("a thing lying on the glass is nobody after half a minute", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 0, 0, 0, 80));
    CHECK(touch.frame(at_ms(10)).any_contact);
    CHECK(touch.frame(at_ms(29'000)).any_contact);
    CHECK_FALSE(touch.frame(at_ms(31'000)).any_contact);
    touch.on(event(What::move, 1, 1, 0, 32'000, 80));
    CHECK(touch.frame(at_ms(32'001)).any_contact);
}

TEST_CASE("a finger whose end was lost gives the glass to the next one", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 10, 10, 0));
    CHECK(touch.frame(at_ms(10)).pressed);
    touch.on(event(What::down, 2, 500, 500, 29'000));
    CHECK_FALSE(touch.frame(at_ms(29'010)).pressed);  // somebody may hold on that long
    touch.on(event(What::up, 2, 500, 500, 29'100));
    touch.frame(at_ms(29'110));
    touch.on(event(What::down, 3, 700, 300, 31'000));
    Pointer p = touch.frame(at_ms(31'010));
    CHECK((!p.down && !p.released));  // what was held is let go without a release
    CHECK(touch.waiting());
    p = touch.frame(at_ms(31'026));
    CHECK((p.pressed && p.down && p.at == Vec2{700, 300}));
    touch.on(event(What::up, 3, 700, 300, 31'100));
    CHECK(touch.frame(at_ms(31'110)).released);
}

TEST_CASE("a storm of events is bounded and ends in peace", "[touch]") {
    Touch touch;
    touch.on(event(What::down, 1, 0, 0, 0));
    for (int i = 0; i < 100'000; ++i) touch.on(event(What::move, 1, static_cast<float>(i), 0, i / 100));
    const Pointer p = touch.frame(at_ms(1000));
    CHECK((p.pressed && p.at.x == 99'999.0f));
    for (int i = 0; i < 100'000; ++i) {
        touch.on(event(What::down, i, 0, 0, 1000));
        touch.on(event(What::up, i, 0, 0, 1000));
    }
    int frames = 0;
    for (; touch.waiting() && frames < 1000; ++frames) touch.frame(at_ms(2000 + frames));
    CHECK(frames < 600);
    CHECK_FALSE(touch.frame(at_ms(9000)).down);
}

TEST_CASE("whatever happens on the glass, presses and releases take turns", "[touch]") {
    int presses = 0, releases = 0, pinches = 0, vanished = 0;
    for (std::uint32_t seed = 1; seed <= 600; ++seed) {
        std::mt19937 dice(seed);
        const auto upto = [&dice](int n) { return static_cast<int>(dice() % static_cast<std::uint32_t>(n)); };
        Touch touch;
        std::set<std::int64_t> on_glass;
        bool down = false;
        int ms = 0;
        const int hands = 1 + upto(5);
        for (int frame = 0; frame < 120; ++frame) {
            for (int n = upto(6); n > 0; --n) {
                ms += upto(6);
                const std::int64_t finger = upto(hands);
                const auto x = static_cast<float>(upto(1920)), y = static_cast<float>(upto(1080));
                const bool there = on_glass.contains(finger);
                const bool wild = upto(20) == 0;  // events that make no sense
                What what = !there ? What::down : upto(4) == 0 ? What::up : upto(15) == 0 ? What::cancel : What::move;
                if (wild) what = static_cast<What>(upto(4));
                if (what == What::down) on_glass.insert(finger);
                if (what == What::up || what == What::cancel) on_glass.erase(finger);
                touch.on({what, finger, {x, y}, at_ms(wild ? ms - upto(50) : ms), upto(12) == 0 ? 40.0f : 8.0f});
            }
            ms += upto(30);
            const Pointer p = touch.frame(at_ms(ms));
            INFO("seed " << seed << " frame " << frame);
            REQUIRE_FALSE((p.pressed && p.released));
            if (p.pressed) REQUIRE((!down && p.down && p.at.x >= 0));
            if (p.released) REQUIRE((down && !p.down));
            if (p.down && !down) REQUIRE(p.pressed);
            if (p.pinch) {
                REQUIRE((!p.down && !p.pressed));
                REQUIRE((std::isfinite(p.pinch->scale) && p.pinch->scale > 0));
                REQUIRE(hands > 1);
            }
            REQUIRE((std::isfinite(p.velocity.x) && std::isfinite(p.velocity.y)));
            if (p.down || p.pressed || p.released || p.pinch) REQUIRE(p.any_contact);
            presses += p.pressed ? 1 : 0;
            releases += p.released ? 1 : 0;
            pinches += p.pinch ? 1 : 0;
            vanished += down && !p.down && !p.released ? 1 : 0;
            down = p.down;
        }
        // All hands off: after the waiting events nothing is down.
        for (std::int64_t finger = 0; finger < hands; ++finger) touch.on({What::up, finger, {}, at_ms(ms), 0});
        for (int frame = 0; frame < 2000 && touch.waiting(); ++frame) touch.frame(at_ms(++ms));
        const Pointer last = touch.frame(at_ms(++ms));
        REQUIRE((!last.down && !last.pinch && !last.any_contact && !touch.waiting()));
    }
    CHECK(presses > 3000);
    CHECK(releases > 1000);
    CHECK(pinches > 1000);
    CHECK(vanished > 300);
    CHECK(releases + vanished <= presses);
}
