// Pictures that must not change by accident: the software renderer is exact, so they are compared pixel by pixel.
// The dump comes first: a moved label says more than a changed pixel. On purpose: tools/test --update-golden, then look.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>

#include "media/image.h"
#include "tests/support/hall.h"
#include "tests/support/history.h"

using namespace xinghuo;

namespace {

std::string dump(const Hall& hall) {
    std::string text = "screen " + hall.app->screen_id() + "\n";
    for (const Label& l : hall.app->labels())
        text += fmt::format("{} {:.0f} {:.0f} {:.0f} {:.0f} {}\n", l.touch ? "touch" : "words", l.box.x, l.box.y, l.box.w, l.box.h, l.text);
    return text;
}

void compare(const std::string& name, Hall& hall) {
    const Path folder = Path(XINGHUO_SOURCE_DIR) / "tests/golden";
    const Pixels pixels = hall.app->picture();
    const Image now{pixels.w, pixels.h, pixels.rgba};
    auto png = encode_png(now);
    REQUIRE(png);
    if (std::getenv("XINGHUO_UPDATE_GOLDEN") != nullptr) {
        REQUIRE(write_file(folder / (name + ".txt"), dump(hall)));
        REQUIRE(write_file(folder / (name + ".png"), *png));
        return;
    }
    const auto words = read_text(folder / (name + ".txt"));
    REQUIRE(words);
    CHECK(*words == dump(hall));
    const auto bytes = read_bytes(folder / (name + ".png"), 32u << 20);
    REQUIRE(bytes);
    const auto before = decode_image(*bytes);
    REQUIRE(before);
    REQUIRE((before->w == now.w && before->h == now.h));
    std::size_t different = 0;
    Image difference = now;
    for (std::size_t i = 0; i < now.rgba.size(); i += 4) {
        bool same = true;
        for (std::size_t k = 0; k < 3; ++k) {
            const int d = std::abs(static_cast<int>(now.rgba[i + k]) - static_cast<int>(before->rgba[i + k]));
            same = same && d == 0;
            difference.rgba[i + k] = static_cast<std::uint8_t>(std::min(255, d * 8));
        }
        different += same ? 0 : 1;
    }
    if (different > 0) {
        // Beside the test's build: what is now, and where it differs (eight times as bright).
        const Path beside = std::filesystem::temp_directory_path() / "xinghuo-golden";
        (void)write_file(beside / (name + ".now.png"), *png);
        if (auto shown = encode_png(difference)) (void)write_file(beside / (name + ".difference.png"), *shown);
    }
    INFO(name << ": see xinghuo-golden in the temporary folder");
    CHECK(different == 0);
}

}  // namespace

TEST_CASE("screens look as they did", "[golden][slow]") {
    const struct { const char* name; const char* place; int w, h; Lang lang; double at; } pictures[] = {
        {"attract-zh", "attract", 960, 540, Lang::zh, 1}, {"attract-portrait-en", "attract", 540, 960, Lang::en, 1},
        {"hall-zh", "hall", 960, 540, Lang::zh, 1},       {"hall-portrait-en", "hall", 540, 960, Lang::en, 1},
        {"figures-en", "figures", 960, 540, Lang::en, 1}, {"quiz-zh", "quiz/li-dazhao", 960, 540, Lang::zh, 1},
        {"themes-portrait-zh", "quiz", 540, 960, Lang::zh, 1}, {"still-there-en", "still-there", 960, 540, Lang::en, 1},
        {"stage-zh", "item/li-dazhao", 960, 540, Lang::zh, 0}, {"stage-portrait-en", "item/zhao-yiman", 540, 960, Lang::en, 0.1}};
    for (const auto& picture : pictures) {
        Hall hall = open_hall({.w = picture.w, .h = picture.h, .lang = picture.lang});
        REQUIRE(hall.app->show(picture.place));
        hall.drive->settle();
        hall.drive->wait(picture.at);
        compare(picture.name, hall);
    }
}

// Places behind a card, a PIN or a roster: driven to, then compared.
TEST_CASE("the pages of members and of the administrator look as they did", "[golden][slow]") {
    struct Picture {
        const char* name;
        int w, h;
        Lang lang;
        std::vector<std::string> script;
        bool history = false;  // 张三 has studied for months
    };
    const std::vector<std::string> in_admin{"open admin", "type 739154", "key enter", "type 739154", "key enter", "wait 1"};
    const auto admin = [&](std::string touched) {
        std::vector<std::string> script = in_admin;
        script.push_back("touch #" + touched);
        script.push_back("wait 1");
        return script;
    };
    const std::vector<std::string> host_opens{"card 0087650003", "wait 6", "open activity", "touch #activity.open", "wait 1", "card 4711", "wait 2", "card 4712", "wait 3"};
    const std::vector<Picture> pictures{
        {"sign-in-zh", 960, 540, Lang::zh, {"open sign-in", "wait 1"}},
        {"sign-in-names-portrait-en", 540, 960, Lang::en, {"open sign-in", "touch #key.z", "touch #key.s", "wait 1"}},
        {"hall-signed-in-portrait-zh", 540, 960, Lang::zh, {"card 4711", "wait 6"}},
        {"my-study-zh", 960, 540, Lang::zh, {"card 4711", "wait 6", "open my-study", "wait 1"}, true},
        {"my-study-portrait-en", 540, 960, Lang::en, {"card 4711", "wait 6", "open my-study", "wait 1"}, true},
        {"activity-form-zh", 960, 540, Lang::zh, {"card 0087650003", "wait 6", "open activity", "wait 1"}},
        {"activity-zh", 960, 540, Lang::zh, host_opens},
        {"activity-portrait-en", 540, 960, Lang::en, host_opens},
        {"admin-pin-zh", 960, 540, Lang::zh, {"open admin", "wait 1"}},
        {"admin-roster-en", 960, 540, Lang::en, admin("admin.roster")},
        {"admin-records-portrait-zh", 540, 960, Lang::zh, admin("admin.records")},
        {"admin-policy-zh", 960, 540, Lang::zh, admin("admin.policy")},
        {"admin-members-portrait-en", 540, 960, Lang::en, admin("admin.members")},
    };
    for (const Picture& picture : pictures) {
        Hall hall = open_hall({.w = picture.w, .h = picture.h, .lang = picture.lang, .members = true});
        if (picture.history) {
            auto member = hall.room->study()->members().by_card("4711");
            REQUIRE((member && *member));
            give_history(*hall.room->study(), (*member)->id, hall.clock->moment(), {});
        }
        for (const std::string& line : picture.script) {
            const std::string answer = hall.drive->run(line);
            INFO(picture.name << ": " << line << ": " << answer);
            REQUIRE(answer.find("\"ok\":true") != std::string::npos);
        }
        compare(picture.name, hall);
    }
}
