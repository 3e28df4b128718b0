#include "kiosk/input/ime.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

// As the application opens it: one folder in a process.
const Path folder = share_folder() / "ime";

std::unique_ptr<InputMethod> opened() {
    auto ime = InputMethod::open(folder);
    if (!ime) FAIL(ime.error().what);
    return std::move(ime).value();
}

void write(InputMethod& ime, std::string_view letters) {
    for (const char c : letters) ime.letter(c);
}

}  // namespace

TEST_CASE("pinyin becomes the word that is meant", "[ime]") {
    const auto ime = opened();
    for (const auto& [pinyin, word] : {std::pair{"xuexi", "学习"}, {"dangyuan", "党员"}, {"zhutidangri", "主题党日"}, {"dangke", "党课"},
                                       {"dangxiaozuhui", "党小组会"}, {"lvse", "绿色"}, {"xi'an", "西安"}}) {
        INFO(pinyin);
        write(*ime, pinyin);
        const InputMethod::Writing now = ime->writing();
        CHECK_FALSE(now.shown.empty());
        REQUIRE_FALSE(now.candidates.empty());
        const auto at = std::find(now.candidates.begin(), now.candidates.end(), word);
        REQUIRE(at != now.candidates.end());
        CHECK(at - now.candidates.begin() <= 1);
        CHECK(ime->choose(static_cast<std::size_t>(at - now.candidates.begin())) == word);
        CHECK(ime->writing().shown.empty());
        CHECK(ime->writing().candidates.empty());
    }
}

TEST_CASE("a sentence is chosen piece by piece", "[ime]") {
    const auto ime = opened();
    write(*ime, "gongqingtuan");
    std::string text;
    for (int pieces = 0; pieces < 6 && !ime->writing().candidates.empty(); ++pieces) {
        const auto candidates = ime->writing().candidates;
        text = ime->choose(candidates.size() - 1);  // the last is the shortest: one character
    }
    CHECK(text.size() == 9);  // three characters
    CHECK(ime->writing().shown.empty());
}

TEST_CASE("pages turn to their ends and no further", "[ime]") {
    const auto ime = opened();
    write(*ime, "shi");
    const auto first = ime->writing();
    CHECK(first.candidates.size() == 9);
    CHECK((!first.has_before && first.has_after));
    ime->turn_page(false);
    CHECK(ime->writing().candidates == first.candidates);
    ime->turn_page(true);
    const auto second = ime->writing();
    CHECK(second.candidates != first.candidates);
    CHECK(second.has_before);
    ime->turn_page(false);
    CHECK(ime->writing().candidates == first.candidates);
    for (int i = 0; i < 100 && ime->writing().has_after; ++i) ime->turn_page(true);
    CHECK_FALSE(ime->writing().has_after);
    CHECK(ime->writing().has_before);
}

TEST_CASE("letters are erased, taken as they are, and bounded", "[ime]") {
    const auto ime = opened();
    write(*ime, "xin");
    ime->erase();
    CHECK(ime->take_letters() == "xi");
    CHECK(ime->writing().shown.empty());
    ime->erase();
    write(*ime, "'A1 -");
    CHECK(ime->writing().shown.empty());
    write(*ime, std::string(50, 'a'));
    CHECK(ime->take_letters() == std::string(InputMethod::most_letters, 'a'));
    CHECK(ime->choose(0).empty());
    CHECK(ime->choose(99).empty());
}

TEST_CASE("nothing is learnt and nothing is written", "[ime]") {
    const auto before = opened();
    write(*before, "shi");
    const auto candidates = before->writing().candidates;
    before->clear();
    for (int i = 0; i < 20; ++i) {
        write(*before, "shi");
        before->choose(8);
    }
    const auto after = opened();
    write(*after, "shi");
    CHECK(after->writing().candidates == candidates);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
    CHECK(files == 2);
}

TEST_CASE("without its files writing says what is missing", "[ime]") {
    const auto ime = InputMethod::open("nowhere");
    REQUIRE_FALSE(ime.has_value());
    CHECK(ime.error().kind == ErrorKind::missing);
}
