// A paper with time limit and pass mark, by touch.
#include <fmt/format.h>

#include "kiosk/screens/screens.h"
#include "tests/support/by_touch.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

struct Paper {
    explicit Paper(const HallOptions& options = {.members = true}) : hall(open_hall(options)) {
        auto read = read_quiz(*hall.catalogue);
        REQUIRE(read);
        content = *read;
    }
    void open() {
        if (hall.app->screen_id() == "attract") touch(hall, "#attract");
        touch(hall, "#hall.quiz");
        touch(hall, "#quiz.paper");
        REQUIRE(hall.app->screen_id() == "quiz");
    }
    // Answers what is asked; the score of it as recorded.
    void answer(bool right) {
        put_answer(hall, *content, right);
        REQUIRE(can_touch(hall, "confirm"));
        touch(hall, "#confirm");
    }
    std::string finished() {
        const auto all = records_of(hall, RecordKind::quiz_finished);
        REQUIRE(all.size() == 1);
        return all.front().body;
    }
    Hall hall;
    std::shared_ptr<const QuizContent> content;
};

}  // namespace

TEST_CASE("a paper runs to its time limit across the idle limit, and idling is not study", "[paper][study]") {
    Paper paper;
    Hall& hall = paper.hall;
    const MemberId member = sign_in(hall).id;
    paper.open();
    CHECK(shows(hall, "10:00"));
    paper.answer(true);
    hall.drive->wait(1);
    CHECK(shows(hall, "9:5"));
    // Nobody touches anything for the rest of it: not asked, not signed out.
    const Milliseconds before = visit_of(hall).counted(hall.clock->now());
    for (int i = 0; i < 58; ++i) {
        hall.drive->wait(10);
        if (hall.app->screen_id() == "quiz-result") break;
        REQUIRE(hall.app->screen_id() == "quiz");
        REQUIRE(visit_of(hall).member());
    }
    hall.drive->wait(30);
    CHECK(hall.app->screen_id() == "quiz-result");
    CHECK(visit_of(hall).member());
    // Only the minute after the last touch counted.
    const Milliseconds during = visit_of(hall).counted(hall.clock->now()) - before;
    CHECK(during <= std::chrono::seconds(60));
    CHECK(during >= std::chrono::seconds(58));
    CHECK(shows(hall, "时间到"));
    CHECK(shows(hall, "没有作答"));
    CHECK(paper.finished().find("\"asked\":10") != std::string::npos);
    CHECK(paper.finished().find("\"paper\":true,\"passed\":false") != std::string::npos);
    CHECK(records_of(hall, RecordKind::quiz_answered, member).size() == 1);
    // The result is a page like any other: left alone, the visit ends.
    hall.drive->wait(80);
    CHECK(hall.app->screen_id() == "attract");
    CHECK_FALSE(visit_of(hall).member());
}

TEST_CASE("a paper explains nothing before its end, then everything that was not right", "[paper]") {
    Paper paper;
    Hall& hall = paper.hall;
    paper.open();
    int answered = 0;
    while (hall.app->screen_id() == "quiz" && answered < 11) {
        paper.answer(false);
        ++answered;
        CHECK_FALSE(shows(hall, "答对了"));
        CHECK_FALSE(can_touch(hall, "next"));
        if (hall.app->screen_id() == "quiz") CHECK_FALSE(shows(hall, "出处"));
    }
    CHECK(answered == paper_questions);
    REQUIRE(hall.app->screen_id() == "quiz-result");
    CHECK(shows(hall, "这次没有及格"));
    CHECK(shows(hall, "正确答案"));
    // A visitor's paper is recorded, of nobody.
    CHECK(records_of(hall, RecordKind::quiz_answered).size() == 10);
    for (const Record& record : records_of(hall, RecordKind::quiz_answered)) CHECK(record.member.empty());
    CHECK(paper.finished().find("\"passed\":false") != std::string::npos);
}

TEST_CASE("what is right passes", "[paper]") {
    // Seeds differ by the moment the paper is opened; kinds that are not chosen from are answered anyhow.
    Paper paper;
    Hall& hall = paper.hall;
    paper.open();
    int right = 0;
    while (hall.app->screen_id() == "quiz") {
        right += put_answer(hall, *paper.content, true).value_or(false) ? 1 : 0;
        touch(hall, "#confirm");
    }
    const std::string body = paper.finished();
    JsonDocument read;
    REQUIRE(read.parse(body));
    CHECK(read.root()["right"].integer() >= right);
    const bool passed = read.root()["percent"].integer() >= paper_pass_percent;
    CHECK(read.root()["passed"].boolean() == passed);
    CHECK(shows(hall, passed ? "及格了" : "没有及格"));
}

TEST_CASE("leaving a paper asks, and hands it in", "[paper]") {
    Paper paper;
    Hall& hall = paper.hall;
    paper.open();
    paper.answer(true);
    paper.answer(true);
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "quiz");
    CHECK(shows(hall, "已答 2 题，还有 8 题没有答"));
    CHECK_FALSE(can_touch(hall, "confirm"));
    touch(hall, "#paper.go_on");
    CHECK_FALSE(can_touch(hall, "paper.go_on"));
    touch(hall, "#paper.hand_in");
    CHECK(faults(*hall.app) == "");
    touch(hall, "#paper.hand_in_now");
    CHECK(hall.app->screen_id() == "quiz-result");
    CHECK(paper.finished().find("\"asked\":10") != std::string::npos);
    // Practice right after it is practice again.
    touch(hall, "#back");
    touch(hall, "#theme.t1");
    CHECK_FALSE(can_touch(hall, "paper.hand_in"));
}

TEST_CASE("every page of a paper is legible in every shape and language", "[paper][screens][slow]") {
    const Settings large_panel = large_text();
    const struct { int w, h; Settings settings; } shapes[] = {{960, 540, {}}, {540, 960, {}}, {640, 512, {}}, {960, 540, large_panel}, {540, 960, large_panel}};
    for (const auto& shape : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            const int w = shape.w, h = shape.h;
            const Settings& settings = shape.settings;
            Paper paper({.w = w, .h = h, .lang = lang, .settings = settings, .members = true});
            Hall& hall = paper.hall;
            const bool enlarged = settings.panel_diagonal_inches > 0;
            const auto check = [&](const std::string& what) {
                // Of enlarged text, the page that only a paper has; the questions themselves are those of practice.
                if (enlarged && what != "hand in?") return;
                INFO(fmt::format("{} at {}x{} {} {}", what, w, h, code(lang), settings.panel_diagonal_inches));
                CHECK(faults_of(hall, enlarged) == "");
            };
            sign_in(hall);
            touch(hall, "#hall.quiz");
            check("themes");
            touch(hall, "#quiz.paper");
            for (int i = 0; hall.app->screen_id() == "quiz" && i < 4; ++i) {
                check("question");
                paper.answer(i % 2 == 0);
            }
            touch(hall, "#paper.hand_in");
            check("hand in?");
            touch(hall, "#paper.go_on");
            hall.drive->wait(560);
            check("the last minute");
            hall.drive->wait(70);
            check("result");
        }
}
