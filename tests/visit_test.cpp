// A whole visit, by touch, as a person makes it: in, a figure to the end of its story, five questions, the result, left alone.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/base/crypto.h"
#include "content/figure/figure.h"
#include "kiosk/tour.h"
#include "media/image.h"
#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

bool can_touch(const Hall& hall, std::string_view id) {
    return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return l.touch && l.id == id; });
}

void touch(Hall& hall, const std::string& what) {
    const auto done = hall.drive->touch(what);
    INFO(what << " at " << hall.app->screen_id());
    if (!done) FAIL(done.error().what);
}

bool shows(const Hall& hall, const std::string& words) {
    return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return !l.touch && l.text == words; });
}

// Something, anything, is put as the answer.
void answer(Hall& hall) {
    for (const char* id : {"option.0", "chip.0"})
        if (can_touch(hall, id)) return touch(hall, std::string("#") + id);
    for (int i = 0; can_touch(hall, fmt::format("left.{}", i)) && i < 12; ++i) {
        const std::string right = fmt::format("right.{}", i);
        if (can_touch(hall, right)) touch(hall, "#" + right);
        touch(hall, "#" + fmt::format("left.{}", i));
    }
    if (can_touch(hall, "key.1")) touch(hall, "#key.1");
}

void visit(Lang lang) {
    Hall hall = open_hall({.lang = lang});
    touch(hall, "#attract");
    CHECK(hall.app->screen_id() == "hall");
    touch(hall, "#hall.figures");
    touch(hall, lang == Lang::zh ? "方志敏" : "Fang Zhimin");
    REQUIRE(hall.app->screen_id() == "figure");

    // The captions follow the sound, sentence by sentence, to the last.
    auto text = hall.catalogue->read_text(hall.catalogue->find("fang-zhimin")->file);
    REQUIRE(text);
    const auto figure = read_figure(*text);
    REQUIRE(figure);
    const auto& sentences = figure->narration(lang).sentences;
    std::size_t heard = 0;
    for (int i = 0; i < 1500 && heard < sentences.size(); ++i) {
        hall.drive->wait(0.1);
        if (shows(hall, sentences[heard].text)) ++heard;
        // Nobody is asked whether they are still there while a story is told.
        REQUIRE(hall.app->screen_id() == "figure");
    }
    CHECK(heard == sentences.size());

    hall.drive->wait(12);
    touch(hall, "#figure.quiz");
    REQUIRE(hall.app->screen_id() == "quiz");
    int asked = 0;
    while (hall.app->screen_id() == "quiz" && asked < 6) {
        ++asked;
        answer(hall);
        if (can_touch(hall, "confirm")) touch(hall, "#confirm");
        REQUIRE(can_touch(hall, "next"));
        touch(hall, "#next");
    }
    CHECK(asked == 5);
    REQUIRE(hall.app->screen_id() == "quiz-result");
    hall.drive->wait(59);
    CHECK(hall.app->screen_id() == "quiz-result");
    hall.drive->wait(2);
    CHECK(hall.app->screen_id() == "still-there");
    hall.drive->wait(10);
    CHECK(hall.app->screen_id() == "attract");
}

}  // namespace

TEST_CASE("a whole visit in Chinese", "[visit]") { visit(Lang::zh); }
TEST_CASE("a whole visit in English", "[visit]") { visit(Lang::en); }

TEST_CASE("a touch anywhere answers within a frame", "[visit]") {
    for (const char* place : {"attract", "hall", "figures", "films", "quiz", "quiz/li-dazhao", "item/li-dazhao", "still-there"}) {
        Hall hall = open_hall({});
        REQUIRE(hall.app->show(place));
        hall.drive->settle();
        hall.drive->wait(1);
        const auto labels = hall.app->labels();
        for (const Label& l : labels) {
            if (!l.touch) continue;
            INFO(place << ": " << l.id << " (" << l.text << ")");
            // Bring the kept picture up to date, put a finger down, and look what the very next frame changes.
            hall.app->frame(hall.clock->moment(), false);
            hall.app->on({TouchEvent::What::down, 1, l.seen.centre(), hall.clock->now(), 0});
            const auto done = hall.app->frame(hall.clock->moment(), false);
            // Attract answers when the finger lifts, as all of it is one place; everything else shows the press.
            if (l.id != "attract") CHECK_FALSE(done.drawn.damage.empty());
            hall.app->on({TouchEvent::What::cancel, 1, l.seen.centre(), hall.clock->now(), 0});
            hall.drive->wait(0.1);
        }
    }
}

TEST_CASE("language changes in the middle of a sentence, and the story goes on from there", "[visit]") {
    Hall hall = open_hall({});
    REQUIRE(hall.app->show("item/li-dazhao"));
    hall.drive->wait(8);
    auto text = hall.catalogue->read_text(hall.catalogue->find("li-dazhao")->file);
    const auto figure = read_figure(text.value());
    const auto& zh = figure->narration(Lang::zh).sentences;
    const auto& en = figure->narration(Lang::en).sentences;
    const auto now_at = [&](const std::vector<Sentence>& sentences) {
        std::size_t found = sentences.size();
        for (std::size_t i = 0; i < sentences.size(); ++i)
            if (shows(hall, sentences[i].text)) { found = i; break; }
        return found;
    };
    // The list beside shows several; the caption is the one that comes with the largest letters.
    const auto caption = [&]() -> std::string {
        const Label* largest = nullptr;
        for (const Label& l : hall.app->labels())
            if (!l.touch && l.text.size() > 24 && (largest == nullptr || l.size > largest->size)) largest = &l;
        return largest == nullptr ? "" : largest->text;
    };
    REQUIRE(now_at(zh) < zh.size());
    const std::string before = caption();
    touch(hall, "#bar.language");
    const std::string after = caption();
    const auto index_of = [](const std::vector<Sentence>& sentences, const std::string& words) {
        for (std::size_t i = 0; i < sentences.size(); ++i)
            if (sentences[i].text == words) return i;
        return sentences.size();
    };
    CHECK(index_of(zh, before) < zh.size());
    CHECK(index_of(en, after) == index_of(zh, before));
}

TEST_CASE("the tour shows every screen, and no two pictures are the same", "[visit][slow]") {
    char name[] = "/tmp/xinghuo-tour-XXXXXX";
    const Path folder = mkdtemp(name);
    Hall hall = open_hall({.w = 960, .h = 540});
    std::vector<std::string> lines;
    const auto done = tour(*hall.app, *hall.drive, *hall.catalogue, folder, "t", [&](const std::string& line) { lines.push_back(line); });
    if (!done) FAIL(done.error().what);
    CHECK(*done >= 14);
    CHECK(lines.size() == static_cast<std::size_t>(*done));
    std::set<std::string> different;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        auto bytes = read_bytes(entry.path(), 32u << 20);
        REQUIRE(bytes);
        const auto image = decode_image(*bytes);
        REQUIRE(image);
        // Not one colour: something is on it.
        std::set<std::uint32_t> colours;
        for (std::size_t i = 0; i + 3 < image->rgba.size() && colours.size() < 50; i += 4 * 37)
            colours.insert(static_cast<std::uint32_t>(image->rgba[i] << 16 | image->rgba[i + 1] << 8 | image->rgba[i + 2]));
        CHECK(colours.size() >= 50);
        different.insert(sha256_hex(bytes->data(), bytes->size()));
    }
    CHECK(different.size() >= static_cast<std::size_t>(*done) - 1);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}
