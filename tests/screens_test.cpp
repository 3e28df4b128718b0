// Every screen, in both orientations and both languages, read from its dump: nothing cut, nothing overlapping, nothing too
// small to read or to touch.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/hall.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

std::vector<std::string> places(const Catalogue& catalogue) {
    std::vector<std::string> all{"attract", "hall", "figures", "films", "quiz", "quiz-theme/t1", "quiz-theme/t3", "still-there"};
    for (const Item& item : catalogue.items())
        if (item.kind == "figure" || item.kind == "film") all.push_back("item/" + item.id);
    for (const Item* item : catalogue.items_of_kind("figure")) all.push_back("quiz/" + item->id);
    return all;
}

void check_places(Hall& hall, const std::vector<std::string>& places, const std::string& shape) {
    for (const std::string& place : places) {
        REQUIRE(hall.app->show(place));
        hall.drive->settle();
        for (const double after : {0.1, 1.0, 8.0}) {
            hall.drive->wait(after);
            INFO(fmt::format("{} at {} s, {}", place, after, shape));
            const std::string found = faults(*hall.app);
            CHECK(found == "");
        }
    }
}

}  // namespace

// Layout is in the imaginary screen, so smaller panels of the same shape stand for larger ones.
TEST_CASE("every screen is legible and touchable in every shape and language", "[screens][slow]") {
    const struct { int w, h; } shapes[] = {{1920, 1080}, {540, 960}, {640, 512}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang});
            check_places(hall, places(*hall.catalogue), fmt::format("{}x{}, {}", w, h, code(lang)));
        }
}

TEST_CASE("the screens of a visit are legible in both shapes", "[screens]") {
    const std::vector<std::string> some{"attract", "hall", "figures", "films", "quiz", "item/li-dazhao", "quiz/li-dazhao", "still-there"};
    Hall landscape = open_hall({.w = 960, .h = 540, .lang = Lang::zh});
    check_places(landscape, some, "landscape, zh");
    Hall portrait = open_hall({.w = 540, .h = 960, .lang = Lang::en});
    check_places(portrait, some, "portrait, en");
}

TEST_CASE("a 4K panel shows the same, sharper", "[screens][slow]") {
    Hall hall = open_hall({.w = 3840, .h = 2160, .lang = Lang::en});
    check_places(hall, {"hall", "item/li-dazhao", "quiz/li-dazhao"}, "3840x2160, en");
}

TEST_CASE("larger text for a small or distant panel still fits", "[screens]") {
    const Settings large_panel = large_text(32);
    for (const Lang lang : {Lang::zh, Lang::en}) {
        Hall hall = open_hall({.lang = lang, .settings = large_panel});
        for (const std::string& place : {std::string("hall"), std::string("figures"), std::string("still-there")}) {
            REQUIRE(hall.app->show(place));
            hall.drive->settle();
            INFO(place << " " << code(lang));
            for (const Label& l : hall.app->labels()) CHECK_FALSE((l.cut && !l.touch && l.size <= 30));
        }
    }
}
