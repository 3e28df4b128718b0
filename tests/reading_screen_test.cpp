// Documents and galleries on the real application: legible in every shape, language and size; the place is kept; pictures come nearer.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/hall.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

std::string first_of(const Hall& hall, std::string_view kind) {
    const auto items = hall.catalogue->items_of_kind(kind);
    REQUIRE_FALSE(items.empty());
    return items.front()->id;
}

void open(Hall& hall, const std::string& place) {
    REQUIRE(hall.app->show(place));
    hall.drive->settle();
    hall.drive->wait(1);
}

bool shows(const Hall& hall, std::string_view part) {
    for (const Label& label : hall.app->labels())
        if (!label.touch && label.text.find(part) != std::string::npos) return true;
    return false;
}

void check_reading(Hall& hall, const std::string& shape) {
    const auto check = [&](const std::string& what) {
        INFO(what << ", " << shape);
        CHECK(faults(*hall.app) == "");
    };
    open(hall, "hall");
    REQUIRE(hall.drive->touch("#hall.documents"));
    hall.drive->wait(2);
    check("the list of documents");
    for (const Item* item : hall.catalogue->items_of_kind("document")) {
        open(hall, "item/" + item->id);
        check(item->id);
        REQUIRE(hall.drive->touch("#document.size.2"));
        hall.drive->wait(1);
        check(item->id + ", largest");
        REQUIRE(hall.drive->touch("#document.size.0"));
        hall.drive->wait(1);
    }
    open(hall, "item/" + first_of(hall, "gallery"));
    check("the gallery");
    REQUIRE(hall.drive->touch("#gallery.card.luding"));
    hall.drive->wait(1);
    check("a picture");
    REQUIRE(hall.drive->touch("#gallery.nearer"));
    hall.drive->wait(1);
    check("a picture, nearer");
}

}  // namespace

TEST_CASE("documents and galleries are legible in every shape and language", "[document][gallery][screens][slow]") {
    const struct { int w, h; } shapes[] = {{960, 540}, {540, 960}, {640, 512}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang});
            check_reading(hall, fmt::format("{}x{}, {}", w, h, code(lang)));
        }
}

TEST_CASE("documents and galleries are legible enlarged", "[document][gallery][screens][slow]") {
    const Settings large_panel = large_text();
    const struct { int w, h; } shapes[] = {{1920, 1080}, {1080, 1920}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            HallOptions options{.w = w, .h = h, .lang = lang};
            options.settings = large_panel;
            Hall hall = open_hall(options);
            check_reading(hall, fmt::format("{}x{}, {}, enlarged", w, h, code(lang)));
        }
}

TEST_CASE("a document is read as reading, scrolled, left and found at the same place", "[document][screens]") {
    Hall hall = open_hall({.w = 960, .h = 540, .lang = Lang::zh});
    const std::string place = "item/xiongjian-de-guomin";
    open(hall, "hall");
    open(hall, place);
    CHECK(shows(hall, "历史的道路"));
    hall.drive->drag({1200, 900}, {1200, 100}, Milliseconds(400));
    hall.drive->wait(3);
    CHECK_FALSE(shows(hall, "历史的道路"));
    open(hall, place);
    CHECK_FALSE(shows(hall, "历史的道路"));
    hall.drive->run("lang en");
    hall.drive->wait(1);
    CHECK_FALSE(shows(hall, "The road of history"));
    // Whoever comes next begins at the beginning.
    open(hall, "attract");
    hall.drive->run("lang zh");
    open(hall, "hall");
    open(hall, place);
    CHECK(shows(hall, "历史的道路"));
}

TEST_CASE("a gallery's pictures follow each other; back leads to all of them", "[gallery][screens]") {
    Hall hall = open_hall({.w = 960, .h = 540, .lang = Lang::en});
    open(hall, "item/places");
    REQUIRE(hall.drive->touch("#gallery.card.honglou"));
    hall.drive->wait(1);
    CHECK(shows(hall, "Red Building"));
    REQUIRE(hall.drive->touch("#gallery.next"));
    hall.drive->wait(1);
    CHECK(shows(hall, "Shikumen"));
    // Seen whole, it is pushed aside; seen nearer, it is pushed about.
    hall.drive->drag({1000, 600}, {300, 620}, Milliseconds(300));
    hall.drive->wait(1);
    CHECK(shows(hall, "red boat"));
    REQUIRE(hall.drive->touch("#gallery.nearer"));
    hall.drive->wait(1);
    hall.drive->drag({1000, 600}, {300, 620}, Milliseconds(300));
    hall.drive->wait(1);
    CHECK(shows(hall, "red boat"));
    hall.drive->pinch({700, 600}, 200, 700, Milliseconds(400));
    hall.drive->wait(1);
    CHECK(shows(hall, "red boat"));
    REQUIRE(hall.drive->touch("#bar.back"));
    hall.drive->wait(1);
    CHECK(shows(hall, "A century in woodcuts"));
    REQUIRE(hall.drive->touch("#gallery.card.honglou"));
}
