// Visitors without a plan: seeded touches, drags, pinches, second fingers, languages and pauses over the real application.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "content/base/crypto.h"
#include "kiosk/gfx/textures.h"
#include "tests/support/effort.h"
#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

// Raw numbers only: the standard's distributions differ between libraries.
class Monkey {
public:
    Monkey(Hall& hall, std::uint64_t seed) : hall_(hall), random_(seed) {}

    void act() {
        Drive& drive = *hall_.drive;
        const std::uint64_t what = below(100);
        if (what < 40) touch_something();
        else if (what < 55) drive.tap(anywhere());
        else if (what < 70) drive.drag(anywhere(), anywhere(), Milliseconds(20 + 30 * static_cast<int>(below(12))));
        else if (what < 76) drive.pinch(anywhere(), 40 + share() * 600, 40 + share() * 600, Milliseconds(120));
        else if (what < 82) hall_.app->set_lang(below(2) == 0 ? Lang::zh : Lang::en);
        else if (what < 94) fingers_in_disorder();
        else drive.wait(static_cast<double>(below(30)) / 10);
    }

private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    float share() { return static_cast<float>(below(10'000)) / 9'999; }
    // A little over the edges, too.
    Vec2 anywhere() {
        const Rect s = hall_.app->screen();
        return {(share() * 1.1f - 0.05f) * s.w, (share() * 1.1f - 0.05f) * s.h};
    }

    void touch_something() {
        std::vector<Vec2> places;
        for (const Label& l : hall_.app->labels())
            if (l.touch) places.push_back(l.seen.centre());
        if (places.empty()) return;
        hall_.drive->tap(places[static_cast<std::size_t>(below(places.size()))]);
    }

    // Several contacts that begin, move and end in any order, some twice, some never.
    void fingers_in_disorder() {
        using What = TouchEvent::What;
        constexpr What all[] = {What::down, What::down, What::move, What::move, What::up, What::cancel};
        for (std::uint64_t i = 0; i < 12; ++i) {
            const auto finger = static_cast<std::int64_t>(below(4));
            hall_.app->on({all[below(6)], finger, anywhere(), hall_.clock->now(), below(9) == 0 ? 40.0f : 8.0f});
            if (below(2) == 0) hall_.runner->run_for(Milliseconds(20));
        }
        if (below(4) == 0) return;  // the panel forgot to say that they went
        for (std::int64_t finger = 0; finger < 4; ++finger) hall_.app->on({What::up, finger, anywhere(), hall_.clock->now(), 0});
        hall_.runner->run_for(Milliseconds(100));
    }

    Hall& hall_;
    std::mt19937_64 random_;
};

std::string dump_fault(const App& app) {
    for (const Label& l : app.labels()) {
        if (l.touch && (l.text.empty() || l.id.empty())) return "something to touch without a name or an id: " + l.id + l.text;
        if (l.text.find('{') != std::string::npos) return "a gap left in the words: " + l.text;
        if (!(l.seen.w >= 0 && l.seen.h >= 0 && l.seen.w < 1e5f && l.seen.h < 1e5f)) return "a place that is none: " + l.text;
    }
    return app.labels().empty() ? "a screen without words" : "";
}

struct Visitor {
    int w, h;
    Lang lang;
    std::uint64_t seed;
};

// Everything that was seen, as one hash, so that two visits can be compared.
std::string wander(const Visitor& visit, int actions, std::size_t& most_texture_bytes) {
    Hall hall = open_hall({.w = visit.w, .h = visit.h, .lang = visit.lang});
    Monkey monkey(hall, visit.seed);
    std::string trail;
    for (int i = 0; i < actions; ++i) {
        monkey.act();
        INFO(fmt::format("seed {}, action {}, screen {}", visit.seed, i, hall.app->screen_id()));
        const std::string fault = dump_fault(*hall.app);
        if (!fault.empty()) FAIL(fault);
        most_texture_bytes = std::max(most_texture_bytes, hall.renderer->texture_bytes());
        trail += hall.drive->run("screen");
    }
    // The longest narration or film, then the quiet, then the ring.
    for (int i = 0; i < 100 && hall.app->screen_id() != "attract"; ++i) hall.drive->wait(5);
    INFO(fmt::format("seed {}", visit.seed));
    CHECK(hall.app->screen_id() == "attract");
    CHECK(hall.app->lang() == visit.lang);
    trail += hall.drive->run("screen");
    CHECK(hall.app->missing_characters().empty());
    return sha256_hex(trail.data(), trail.size());
}

// What one screen shows stays, whatever the budget; glyphs and a film's picture come on top.
constexpr std::size_t most_at_once = Textures::budget_bytes + (32u << 20);

}  // namespace

TEST_CASE("visitors without a plan do no harm, and leave the hall as they found it", "[monkey]") {
    std::size_t most = 0;
    const Visitor visits[] = {{1280, 720, Lang::zh, 1}, {720, 1280, Lang::zh, 2}, {1280, 1024, Lang::en, 3}, {1080, 1920, Lang::en, 4}};
    for (const Visitor& visit : visits)
        if (!under_a_sanitizer || visit.seed % 2 == 0) wander(visit, effort(240), most);
    CHECK(most < most_at_once);
    CHECK(most > 0);
}

TEST_CASE("the same visit twice is the same visit", "[monkey][slow]") {
    std::size_t most = 0;
    const Visitor visit{720, 1280, Lang::zh, 7};
    const std::string once = wander(visit, 100, most);
    CHECK(wander(visit, 100, most) == once);
}
