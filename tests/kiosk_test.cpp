// The kiosk's pure parts: idling, presses, scrolling, settings, words, theme, the command line.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "kiosk/config.h"
#include "kiosk/gfx/interaction.h"
#include "kiosk/gfx/scroll.h"
#include "kiosk/gfx/theme.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/idle.h"
#include "kiosk/options.h"
#include "kiosk/strings.h"

using namespace xinghuo;

namespace {

Instant at(double s) { return {from_seconds(s)}; }

// WCAG 2.1, "contrast ratio".
double contrast(Colour a, Colour b) {
    const auto luminance = [](Colour c) {
        const auto linear = [](std::uint8_t v) {
            const double s = v / 255.0;
            return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
    };
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Pointer down_at(Vec2 p) {
    Pointer pointer;
    pointer.at = pointer.pressed_at = p;
    pointer.down = pointer.pressed = true;
    return pointer;
}
Pointer held_at(Vec2 p, Vec2 from) {
    Pointer pointer;
    pointer.at = p;
    pointer.pressed_at = from;
    pointer.down = true;
    return pointer;
}
Pointer up_at(Vec2 p, Vec2 from) {
    Pointer pointer;
    pointer.at = p;
    pointer.pressed_at = from;
    pointer.released = true;
    return pointer;
}

constexpr Rect everywhere{0, 0, 1920, 1080};
constexpr Rect box{100, 100, 200, 80};

}  // namespace

TEST_CASE("left alone: a minute, then a ring of ten seconds, then the visit is over", "[idle]") {
    Idle idle({});
    idle.restart(at(100));
    CHECK(idle.state(at(159.9)) == Idle::State::here);
    CHECK(idle.state(at(160)) == Idle::State::still_there);
    CHECK(idle.ring_left(at(160)) == Approx(1));
    CHECK(idle.ring_left(at(165)) == Approx(0.5));
    CHECK(idle.state(at(169.9)) == Idle::State::still_there);
    CHECK(idle.state(at(170)) == Idle::State::gone);
    idle.alive(at(165));
    CHECK(idle.state(at(170)) == Idle::State::here);
    idle.alive(at(20));  // late news of an earlier touch takes nothing back
    CHECK(idle.state(at(170)) == Idle::State::here);
    CHECK(idle.state(at(3700)) == Idle::State::gone);
}

TEST_CASE("a press is done on touch-up inside, and given up by sliding off", "[interaction]") {
    Interaction touch;
    touch.begin_frame(down_at({150, 120}), at(1));
    CHECK(touch.press("a", box, everywhere).held);
    CHECK_FALSE(touch.press("b", box, everywhere).held);  // who came first holds it
    touch.begin_frame(held_at({500, 500}, {150, 120}), at(1.1));
    CHECK_FALSE(touch.press("a", box, everywhere).held);
    touch.begin_frame(held_at({150, 130}, {150, 120}), at(1.2));
    CHECK(touch.press("a", box, everywhere).held);
    touch.begin_frame(up_at({150, 130}, {150, 120}), at(1.3));
    CHECK(touch.press("a", box, everywhere).clicked);
    CHECK(touch.clicked_in_this_frame());
    CHECK(touch.ripples().size() == 1);
    touch.begin_frame({}, at(2));
    CHECK_FALSE(touch.press("a", box, everywhere).clicked);
    CHECK(touch.ripples().empty());

    touch.begin_frame(down_at({150, 120}), at(3));
    (void)touch.press("a", box, everywhere);
    touch.begin_frame(up_at({10, 10}, {150, 120}), at(3.1));
    CHECK_FALSE(touch.press("a", box, everywhere).clicked);
}

TEST_CASE("a scroll that begins takes the press away; a clip hides what is outside", "[interaction]") {
    Interaction touch;
    touch.begin_frame(down_at({150, 120}), at(1));
    (void)touch.press("row", box, everywhere);
    touch.steal("list");
    touch.begin_frame(up_at({150, 120}, {150, 120}), at(1.1));
    CHECK_FALSE(touch.press("row", box, everywhere).clicked);
    touch.begin_frame(down_at({150, 120}), at(2));
    CHECK_FALSE(touch.press("hidden", box, {100, 150, 200, 30}).held);
    // A cancelled touch (no release) frees the holder.
    touch.begin_frame(down_at({150, 120}), at(3));
    (void)touch.press("row", box, everywhere);
    touch.begin_frame({}, at(3.1));
    CHECK_FALSE(touch.holds("row"));
}

TEST_CASE("a list follows the finger, glides, and always comes back inside", "[scroll]") {
    Scroll list;
    list.set_extent(1000);
    list.hold(at(0));
    list.drag(-200);
    CHECK(list.offset(at(0.1)) == Approx(200));
    list.let_go(-1000, at(0.1));
    CHECK(list.moving(at(0.2)));
    CHECK(list.offset(at(0.3)) > 300);
    CHECK(list.offset(at(100)) == Approx(200 + 325).margin(1));
    list.hold(at(100));
    list.drag(5000);
    CHECK(list.offset(at(100)) < 0);
    list.let_go(3000, at(100));
    CHECK(list.offset(at(101)) == Approx(0));
    std::mt19937 chance(7);
    std::uniform_real_distribution<float> speed(-9000, 9000);
    double now = 200;
    for (int i = 0; i < 2000; ++i) {
        list.hold(at(now));
        list.drag(speed(chance) / 10);
        list.let_go(speed(chance), at(now));
        const float end = list.offset(at(now + 30));
        CHECK((end >= 0 && end <= 1000));
        CHECK_FALSE(list.moving(at(now + 30)));
        now += 40;
    }
    list.set_extent(0);
    CHECK(list.offset(at(now)) == 0);
}

TEST_CASE("motion is a function of now", "[tween]") {
    Tween t(10);
    t.aim(20, at(1), Milliseconds(200));
    CHECK(t.at(at(0)) == Approx(10));
    CHECK(t.at(at(1.1)) > 15);
    CHECK(t.at(at(3601)) == Approx(20));
    const float before = t.at(at(1.1));
    t.aim(0, at(1.1), Milliseconds(200));
    CHECK(t.at(at(1.1)) == Approx(before));
    CHECK_FALSE(t.moving(at(5)));
}

TEST_CASE("text is legible on its ground", "[theme]") {
    for (const Theme& t : {paper_theme(), high_contrast_theme()}) {
        CHECK(contrast(t.ink, t.paper) >= 7);
        CHECK(contrast(t.ink, t.paper_raised) >= 7);
        CHECK(contrast(t.ink_2, t.paper) >= 7);
        CHECK(contrast(t.ink_2, t.paper_raised) >= 7);
        CHECK(contrast(t.bone, t.night) >= 7);
        CHECK(contrast(t.bone_2, t.night) >= 7);
        CHECK(contrast(t.gold_on_night, t.night) >= 7);
        CHECK(contrast(t.bone, t.ember) >= 7);
        // Large text.
        CHECK(contrast(t.on_cinnabar, t.cinnabar) >= 4.5);
        CHECK(contrast(t.on_cinnabar, t.cinnabar_deep) >= 4.5);
        CHECK(contrast(t.cinnabar_deep, t.paper_raised) >= 4.5);
        CHECK(contrast(t.bone, t.pine) >= 4.5);
        CHECK(contrast(t.bone, t.slate) >= 4.5);
    }
    CHECK(contrast(high_contrast_theme().ink, high_contrast_theme().paper) >= 20);
}

TEST_CASE("settings are checked, and a slip is named", "[config]") {
    const auto good = read_settings(R"({"language":"en", // English first
        "panel":{"diagonal_inches":43},"viewing_distance_mm":1000,"idle_seconds":90,"volume":0.5,"less_motion":true})");
    REQUIRE(good);
    CHECK(good->lang == Lang::en);
    CHECK(good->idle_seconds == 90);
    CHECK(good->less_motion);
    const auto wrong = [](std::string_view text) { return read_settings(text).error().what; };
    CHECK(wrong(R"({"langauge":"zh"})") == "langauge: no such setting");
    CHECK(wrong(R"({"language":"fr"})") == "language: must be \"zh\" or \"en\"");
    CHECK(wrong(R"({"panel":{"width_mm":900}})") == "panel: needs both width_mm and height_mm");
    CHECK(wrong(R"({"volume":8})") == "volume: must be between 0 and 1");
    CHECK(wrong(R"({"idle_seconds":"long"})") == "idle_seconds: must be a number");
    CHECK(wrong(R"({"panel":{"width":900}})") == "panel.width: no such setting");
    CHECK(wrong("{") == "line 1, column 2: not JSON");
}

TEST_CASE("settings say where packs come from", "[config]") {
    const auto good = read_settings(R"({"packs":{"root":"/etc/xinghuo/root.json","repository":"https://packs.example.edu/xinghuo","ca":"/etc/xinghuo/ca.pem",
        "proxy":"http://10.0.0.1:3128","quiet_hours":"23:30-04:15","automatic":false}})");
    REQUIRE(good);
    CHECK(good->packs.root == "/etc/xinghuo/root.json");
    CHECK(good->packs.repository == "https://packs.example.edu/xinghuo");
    CHECK(good->packs.quiet_from == 23 * 60 + 30);
    CHECK(good->packs.quiet_to == 4 * 60 + 15);
    CHECK_FALSE(good->packs.automatic);
    CHECK(read_settings("{}")->packs.quiet_from == 2 * 60);
    CHECK(read_settings(R"({"packs":{"repository":"http://127.0.0.1:8080/x"}})"));
    const auto wrong = [](std::string_view text) { return read_settings(text).error().what; };
    CHECK(wrong(R"({"packs":{"repository":"http://packs.example.edu"}})") == "packs.repository: must begin with https://");
    CHECK(wrong(R"({"packs":{"repository":"http://localhost.example.edu"}})") == "packs.repository: must begin with https://");
    CHECK(wrong(R"({"packs":{"quiet_hours":"at night"}})") == "packs.quiet_hours: must be two times of day, as 02:00-05:00");
    CHECK(wrong(R"({"packs":{"quiet_hours":"02:00-02:00"}})").find("two times") != std::string::npos);
    CHECK(wrong(R"({"packs":{"quiet_hours":"02:00-25:00"}})").find("two times") != std::string::npos);
    CHECK(wrong(R"({"packs":{"unsigned":true}})") == "packs.unsigned: no such setting");
    CHECK(wrong(R"({"pack":"/somewhere"})") == "pack: no such setting");
}

TEST_CASE("text grows with small panels and long distances", "[config]") {
    Settings s;
    CHECK(text_factor(s, mm_per_unit(s, 1920, 1080)) == 1);
    s.panel_width_mm = 952;
    s.panel_height_mm = 535;
    CHECK(mm_per_unit(s, 1920, 1080) == Approx(0.4958).margin(0.001));
    CHECK(mm_per_unit(s, 1080, 1920) == Approx(0.4954).margin(0.001));  // the same panel, turned
    CHECK(text_factor(s, mm_per_unit(s, 1920, 1080)) == 1);
    s.panel_width_mm = 465;  // 21 inches
    s.panel_height_mm = 262;
    s.viewing_distance_mm = 1000;
    const float mm = mm_per_unit(s, 1920, 1080);
    const float factor = text_factor(s, mm);
    CHECK(factor == Approx(1.5));
    s.viewing_distance_mm = 700;
    CHECK(text_factor(s, mm) * 34 * 0.92f * mm == Approx(8.25).margin(0.05));
}

TEST_CASE("the command line says what it does not know", "[options]") {
    const auto wrong = [](const std::vector<std::string>& words) { return read_options(words).error().what; };
    CHECK(wrong({"--fly"}) == "--fly: no such option");
    CHECK(wrong({"--window"}) == "--window: a value is missing");
    CHECK(wrong({"--window", "wide"}).find("must be WIDTHxHEIGHT") != std::string::npos);
    CHECK(wrong({"--window", "10x10"}).find("from 320") != std::string::npos);
    CHECK(wrong({"--lang", "fr"}) == "--lang: must be zh or en");
    CHECK(wrong({"--clock", "broken"}) == "--clock: must be fake or real");
    CHECK(wrong({"--at", "soon"}).find("must be seconds") != std::string::npos);
    CHECK(wrong({"--shot", "hall"}) == "--shot: a value is missing");
    // What nobody signed is shown where somebody attends, and nowhere else.
    CHECK(wrong({"--preview", "x"}).find("not shown on a full screen") != std::string::npos);
    CHECK(read_options({"--preview", "x", "--window", "1280x720"}));
    CHECK(read_options({"--preview", "x", "--headless", "--drive"}));
    CHECK(wrong({"--pack", "x"}) == "--pack: no such option");
    const auto good = read_options({"--drive", "--clock", "fake", "--window", "1080x1920", "--lang", "en", "--headless"});
    REQUIRE(good);
    CHECK((good->drive && good->fake_clock && good->headless && good->window_w == 1080 && good->window_h == 1920));
}

TEST_CASE("the application's words have both languages", "[strings]") {
    const auto words = Strings::open(Path(XINGHUO_SOURCE_DIR) / "kiosk/strings");
    if (!words) FAIL(words.error().what);
    CHECK(words->get(Lang::zh, "date.day", {{"y", "1921"}, {"m", "7月"}, {"d", "23"}}) == "1921年7月23日");
    CHECK(words->get(Lang::en, "date.day", {{"y", "1921"}, {"m", "July"}, {"d", "23"}}) == "23 July 1921");
}
