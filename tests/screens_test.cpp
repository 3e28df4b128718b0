// Every screen, in both orientations and both languages, read from its dump: nothing cut, nothing overlapping, nothing too
// small to read or to touch.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

// A 43-inch panel, 952 × 535 mm: 20 mm are this many px of the imaginary screen, in either orientation.
constexpr float twenty_mm = 20.0f / (952.0f / 1920.0f);

std::string where(const Rect& r) { return fmt::format("[{:.0f},{:.0f} {:.0f}x{:.0f}]", r.x, r.y, r.w, r.h); }

float shared_area(Rect a, Rect b) {
    const Rect both = a.intersected(b);
    return both.w * both.h;
}

// Lines are as high as their line height; ink is not.
Rect ink_of(const Label& label) { return label.seen.inset(2, std::min(label.size * 0.22f, label.seen.h * 0.25f)); }

std::string faults(const Hall& hall) {
    std::string found;
    const auto& labels = hall.app->labels();
    const Rect screen = hall.app->screen();
    for (const Label& l : labels) {
        if (l.touch) {
            if (l.box.w < twenty_mm || l.box.h < twenty_mm) found += fmt::format("too small to touch: \"{}\" {}\n", l.text, where(l.box));
            if (l.text.empty()) found += fmt::format("to touch, but without a name: {}\n", where(l.box));
            continue;
        }
        if (l.cut) found += fmt::format("does not fit: \"{}\" {} in {}\n", l.text, where(l.box), where(l.limit));
        if (l.size < 28) found += fmt::format("too small to read: \"{}\" ({})\n", l.text, l.size);
        if (l.box.x < l.limit.x - 2 || l.box.right() > l.limit.right() + 2) found += fmt::format("outside its box: \"{}\" {} in {}\n", l.text, where(l.box), where(l.limit));
        if (l.box.x < screen.x - 1 || l.box.right() > screen.right() + 1) found += fmt::format("off the screen: \"{}\" {}\n", l.text, where(l.box));
        for (const char* broken : {"\xEF\xBF\xBD", "{n}", "{of}", "{y}", "{m}", "{d}"})
            if (l.text.find(broken) != std::string::npos) found += fmt::format("unfinished words: \"{}\"\n", l.text);
    }
    for (std::size_t i = 0; i < labels.size(); ++i)
        for (std::size_t k = i + 1; k < labels.size(); ++k) {
            const Label &a = labels[i], &b = labels[k];
            if (a.touch != b.touch) continue;
            // Where everything can be touched there is nothing to miss.
            if (a.touch && (a.id == "attract" || b.id == "attract")) continue;
            const float shared = a.touch ? shared_area(a.seen, b.seen) : shared_area(ink_of(a), ink_of(b));
            if (shared > 4) found += fmt::format("{} overlap: \"{}\" {} and \"{}\" {}\n", a.touch ? "touchables" : "words", a.text, where(a.seen), b.text, where(b.seen));
        }
    if (!hall.app->missing_characters().empty()) found += "characters that no font has\n";
    return found;
}

std::vector<std::string> places(const Catalogue& catalogue) {
    std::vector<std::string> all{"attract", "hall", "figures", "films", "quiz", "quiz-theme/t1", "quiz-theme/t3", "still-there"};
    for (const Item& item : catalogue.items())
        if (item.kind == "figure" || item.kind == "film") all.push_back("item/" + item.id);
    for (const Item* item : catalogue.items_of_kind("figure")) all.push_back("quiz/" + item->id);
    return all;
}

}  // namespace

TEST_CASE("every screen is legible and touchable in every shape and language", "[screens]") {
    const struct { int w, h; } shapes[] = {{1920, 1080}, {1080, 1920}, {1280, 1024}, {3840, 2160}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang});
            for (const std::string& place : places(*hall.catalogue)) {
                REQUIRE(hall.app->show(place));
                hall.drive->settle();
                for (const double after : {0.1, 1.0, 8.0}) {
                    hall.drive->wait(after);
                    INFO(fmt::format("{} at {} s, {}x{}, {}", place, after, w, h, code(lang)));
                    const std::string found = faults(hall);
                    CHECK(found == "");
                }
            }
        }
}

TEST_CASE("larger text for a small or distant panel still fits", "[screens]") {
    Settings far_away;
    far_away.panel_diagonal_inches = 32;
    far_away.viewing_distance_mm = 1000;
    for (const Lang lang : {Lang::zh, Lang::en}) {
        Hall hall = open_hall({.lang = lang, .settings = far_away});
        for (const std::string& place : {std::string("hall"), std::string("figures"), std::string("still-there")}) {
            REQUIRE(hall.app->show(place));
            hall.drive->settle();
            INFO(place << " " << code(lang));
            for (const Label& l : hall.app->labels()) CHECK_FALSE((l.cut && !l.touch && l.size <= 30));
        }
    }
}
