// 我的学习, by touch: what a member sees of themselves, the wrong-answer book, the receipt, the copy to take along.
#include <fmt/format.h>

#include <filesystem>

#include "content/quiz/review.h"
#include "content/study/receipt.h"
#include "tests/support/by_touch.h"
#include "tests/support/history.h"
#include "tests/support/legible.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

std::vector<std::string> bank_of(const Hall& hall) {
    auto content = read_quiz(*hall.catalogue);
    REQUIRE(content);
    std::vector<std::string> all;
    for (const auto& question : (*content)->bank.questions())
        if (question->askable()) all.push_back(question->id + " " + question->theme);
    return all;
}

Hall rich_hall(HallOptions options = {}, int days = 200) {
    options.members = true;
    Hall hall = open_hall(options);
    const auto member = hall.room->study()->members().by_card("4711");
    REQUIRE((member && *member));
    give_history(*hall.room->study(), (*member)->id, hall.clock->moment(), {.seed = 5, .days = days, .questions = bank_of(hall)});
    sign_in(hall);
    touch(hall, "#bar.member");
    REQUIRE(hall.app->screen_id() == "my-study");
    hall.drive->wait(1);
    return hall;
}

}  // namespace

TEST_CASE("nobody is signed in: a page that says so and leads to the sign-in", "[my-study]") {
    Hall hall = open_hall({.members = true});
    REQUIRE(hall.app->show("my-study"));
    hall.drive->settle();
    CHECK(shows(hall, "还没有签到"));
    CHECK(faults(*hall.app) == "");
    touch(hall, "#my_study.sign_in");
    CHECK(hall.app->screen_id() == "sign-in");
}

TEST_CASE("somebody new is invited, not shown noughts", "[my-study]") {
    Hall hall = open_hall({.members = true});
    sign_in(hall);
    touch(hall, "#bar.member");
    CHECK(shows(hall, "从这里开始"));
    CHECK_FALSE(shows(hall, "0 分钟"));
    touch(hall, "#my_study.stored");
    CHECK(shows(hall, "这里存了我的什么"));
    touch(hall, "#bar.back");
    touch(hall, "#my_study.begin.figures");
    CHECK(hall.app->screen_id() == "figures");
}

TEST_CASE("the ledger's sums stand on the page", "[my-study]") {
    Hall hall = rich_hall();
    const MemberId member = visit_of(hall).member()->id;
    auto year = hall.room->study()->ledger().year(member, 2026);
    REQUIRE(year);
    CHECK(year->hours > 1);
    CHECK(shows(hall, "目标 32 学时"));
    const double hours = year->hours;
    CHECK(shows(hall, fmt::format("{:.1f}", static_cast<double>(static_cast<int>(hours * 10)) / 10)));
    for (const char* span : {"#my_study.span.1", "#my_study.span.2", "#my_study.span.0"}) {
        touch(hall, span);
        CHECK(shows(hall, span == std::string("#my_study.span.2") ? "目标：每月" : "目标：每天"));
    }
    // Today's bar, the fourth of the week (a Thursday), tells its value under the finger.
    const auto& labels = hall.app->labels();
    const auto plot = std::find_if(labels.begin(), labels.end(), [](const Label& l) { return l.id == "my_study.chart"; });
    REQUIRE(plot != labels.end());
    hall.drive->tap({plot->seen.x + plot->seen.w * 3.5f / 7, plot->seen.centre().y});
    CHECK(shows(hall, "今天  "));
}

TEST_CASE("what was studied last opens, as long as it is in the hall", "[my-study]") {
    Hall hall = rich_hall();
    for (const Label& l : hall.app->labels())
        if (l.touch && l.id.starts_with("my_study.recent.")) {
            const std::string id = l.id.substr(std::string("my_study.recent.").size());
            CHECK(id != "old-exhibit");
            CHECK(hall.catalogue->find(id) != nullptr);
        }
    touch(hall, "#my_study.recent.li-dazhao");
    CHECK(hall.app->screen_id() == "figure");
}

TEST_CASE("a wrong answer is due tomorrow, is reviewed, and moves up", "[my-study][study]") {
    Hall hall = open_hall({.members = true});
    auto content = read_quiz(*hall.catalogue);
    REQUIRE(content);
    const MemberId member = sign_in(hall).id;
    // Practice until one that can be chosen from was answered wrong.
    std::string wrong;
    REQUIRE(hall.app->show("quiz-theme/t1"));
    hall.drive->settle();
    while (hall.app->screen_id() == "quiz") {
        const Question* question = asked_now(hall, **content);
        if (put_answer(hall, **content, false) == false && wrong.empty()) wrong = question->id;
        touch(hall, "#confirm");
        touch(hall, "#next");
    }
    REQUIRE_FALSE(wrong.empty());
    const auto book = [&] {
        auto all = hall.room->study()->ledger().wrong_answers(member);
        REQUIRE(all);
        for (const WrongAnswer& one : *all)
            if (one.question == wrong) return one;
        return WrongAnswer{};
    };
    const std::int64_t today = hall.room->study()->today(hall.clock->moment());
    CHECK(book().stage == 0);
    CHECK(book().due_day == today + 1);
    touch(hall, "#bar.member");
    touch(hall, "#my_study.tab.1");
    CHECK(shows(hall, "下一次复习：明天"));
    CHECK_FALSE(can_touch(hall, "my_study.review"));

    hall.drive->run("wallclock 2026-07-24T09:00:00+08:00");
    hall.drive->wait(1);
    CHECK(shows(hall, "该复习了"));
    touch(hall, "#my_study.review");
    REQUIRE(hall.app->screen_id() == "quiz");
    bool met = false;
    while (hall.app->screen_id() == "quiz") {
        const Question* question = asked_now(hall, **content);
        met = met || (question != nullptr && question->id == wrong);
        put_answer(hall, **content, true);
        touch(hall, "#confirm");
        touch(hall, "#next");
    }
    CHECK(met);
    CHECK(book().stage == 1);
    CHECK(book().due_day == today + 1 + 3);
    // Right again on the same day moves nothing: it is not due.
    CHECK(answered_right({1, today + 4}, today + 1).stage == 1);
}

TEST_CASE("today's receipt is signed, and nothing of it is guessed", "[my-study][study]") {
    Hall hall = rich_hall();
    Study& study = *hall.room->study();
    auto text = study.ledger().receipt(visit_of(hall).member()->id, study.today(hall.clock->moment()), hall.clock->moment());
    REQUIRE(text);
    CHECK(text->size() <= 300);
    const auto receipt = read_receipt(*text, study.device_key().public_key());
    REQUIRE(receipt);
    touch(hall, "#my_study.tab.2");
    CHECK(shows(hall, "今天学习时间的凭证"));
    CHECK(shows(hall, "2026年7月23日"));
    CHECK(shows(hall, study.records().kiosk().text));
    CHECK_FALSE(shows(hall, "张三"));
}

TEST_CASE("what is stored is masked until it is asked for, and hides again", "[my-study]") {
    Hall hall = rich_hall();
    touch(hall, "#my_study.tab.3");
    CHECK_FALSE(shows(hall, "张三"));
    CHECK_FALSE(shows(hall, "20230001"));
    CHECK_FALSE(shows(hall, "4711"));
    touch(hall, "#my_study.show");
    CHECK(shows(hall, "张三"));
    CHECK(shows(hall, "20230001"));
    CHECK(shows(hall, "4711"));
    hall.drive->wait(21);
    CHECK_FALSE(shows(hall, "张三"));
    CHECK_FALSE(shows(hall, "20230001"));
}

TEST_CASE("a copy is taken along on a stick, and without one it says so", "[my-study]") {
    Hall hall = rich_hall();
    touch(hall, "#my_study.tab.3");
    touch(hall, "#my_study.take");
    CHECK(shows(hall, "没有找到 U 盘"));
    const TemporaryFolder stick;
    hall.drive->run("stick " + stick.path.string());
    touch(hall, "#my_study.take");
    hall.drive->wait(0.5);
    CHECK(shows(hall, "已写好"));
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(stick.path)) files.push_back(entry.path());
    REQUIRE(files.size() == 1);
    CHECK(files.front().filename().string() == "我的学习 2026-07-23.json");
    const auto text = read_text(files.front());
    REQUIRE(text);
    JsonDocument copy;
    REQUIRE(copy.parse(*text));
    CHECK(copy.root()["xinghuo_take_along"].integer() == 1);
    CHECK(copy.root()["member"]["name"].string() == "张三");
    CHECK(copy.root()["records"].items().size() > 100);
}

TEST_CASE("every page of my study is legible in every shape and language", "[my-study][screens][slow]") {
    const Settings large_panel = large_text();
    const struct { int w, h; Settings settings; } shapes[] = {{960, 540, {}}, {540, 960, {}}, {640, 512, {}}, {960, 540, large_panel}, {540, 960, large_panel}};
    for (const auto& shape : shapes)
        for (const Lang lang : {Lang::zh, Lang::en})
            for (const bool rich : {true, false}) {
                const int w = shape.w, h = shape.h;
                const Settings& settings = shape.settings;
                HallOptions options{.w = w, .h = h, .lang = lang, .settings = settings, .members = true};
                Hall hall = rich ? rich_hall(options) : open_hall(options);
                const auto check = [&](const std::string& what) {
                    INFO(fmt::format("{} at {}x{} {} {} {}", what, w, h, code(lang), settings.panel_diagonal_inches, rich ? "rich" : "new"));
                    CHECK(faults_of(hall, settings.panel_diagonal_inches > 0) == "");
                };
                if (!rich) {
                    REQUIRE(hall.app->show("my-study"));
                    hall.drive->settle();
                    check("nobody");
                    sign_in(hall);
                    touch(hall, "#bar.member");
                    check("new");
                    touch(hall, "#my_study.stored");
                    check("new, stored");
                    continue;
                }
                check("overview");
                for (const char* span : {"#my_study.span.1", "#my_study.span.2"}) {
                    touch(hall, span);
                    check(span);
                }
                for (const char* tab : {"#my_study.tab.1", "#my_study.tab.2", "#my_study.tab.3"}) {
                    touch(hall, tab);
                    check(tab);
                }
                // Where text is large the page is longer than the screen.
                const Rect screen = hall.app->screen();
                for (int i = 0; i < 4 && !can_touch(hall, "my_study.show"); ++i) {
                    hall.drive->drag({screen.w / 2, screen.h * 0.8f}, {screen.w / 2, screen.h * 0.4f}, Milliseconds(300));
                    hall.drive->wait(2);
                }
                touch(hall, "#my_study.show");
                check("shown in full");
            }
}

// Not a test of the machine: `xinghuo-tests "[pictures]"` with XINGHUO_LOOK=DIR writes what there is to look at.
TEST_CASE("pictures of my study and of a paper", "[.][pictures]") {
    const char* folder = std::getenv("XINGHUO_LOOK");
    REQUIRE(folder != nullptr);
    const struct { int w, h; const char* name; } shapes[] = {{1920, 1080, "wide"}, {1080, 1920, "tall"}, {1280, 1024, "square"}};
    for (const auto& shape : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            const int w = shape.w, h = shape.h;
            const std::string name = shape.name;
            const auto shot = [&](Hall& hall, const std::string& what) {
                hall.drive->settle();
                REQUIRE(hall.drive->shot(Path(folder) / fmt::format("{}-{}-{}.png", what, name, code(lang))));
            };
            {
                Hall hall = rich_hall({.w = w, .h = h, .lang = lang});
                shot(hall, "1week");
                touch(hall, "#my_study.span.1");
                shot(hall, "2month");
                touch(hall, "#my_study.span.2");
                shot(hall, "3year");
                for (int tab = 1; tab <= 3; ++tab) {
                    touch(hall, fmt::format("#my_study.tab.{}", tab));
                    shot(hall, fmt::format("4tab{}", tab));
                }
            }
            Hall hall = open_hall({.w = w, .h = h, .lang = lang, .members = true});
            sign_in(hall);
            touch(hall, "#bar.member");
            shot(hall, "5new");
            touch(hall, "#bar.back");
            touch(hall, "#hall.quiz");
            shot(hall, "6themes");
            touch(hall, "#quiz.paper");
            shot(hall, "7paper");
            for (int i = 0; i < 3; ++i) {
                for (const char* id : {"#option.0", "#chip.0"})
                    if (can_touch(hall, id + 1)) touch(hall, id);
                if (can_touch(hall, "confirm")) touch(hall, "#confirm");
            }
            touch(hall, "#paper.hand_in");
            shot(hall, "8handin");
            touch(hall, "#paper.hand_in_now");
            shot(hall, "9result");
        }
}
