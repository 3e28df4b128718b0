// The quiz as a visitor sees it: every question of the demonstration and every kind there is, in every shape and language,
// asked, answered and explained; and what touching and dragging do.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "content/base/crypto.h"
#include "content/quiz/gift.h"
#include "tests/support/hall.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

// What the demonstration does not have: numbers, weights and feedback, cards that belong to nothing, long words.
const char* const kOwnZh = R"(
::n::中国共产党成立于哪一年？ {#=1921:0#正是这一年。 =%50%1920..1922#很接近了。 ~#再想一想。####一大于1921年召开。}

::p::下列哪一项最早？ {=五四运动#对。 ~%50%中共一大#晚了两年。 ~南昌起义 ~遵义会议####1919年。}

::s::请把人物与著作配对，右边有多余的。 {=李大钊 -> 《庶民的胜利》 =方志敏 -> 《可爱的中国》 =陈望道 -> 《共产党宣言》中译本 = -> 《狂人日记》 = -> 《新青年》}

::o::下列说法中哪些是对的？请选出所有正确的说法，注意其中有一些说法与史实不符，需要仔细阅读每一个选项之后再作判断。 {~%25%五四运动于1919年5月4日在北京爆发，是中国新民主主义革命的开端 ~%25%中共一大于1921年7月在上海开幕，最后一天转移到嘉兴南湖的游船上举行 ~%25%遵义会议于1935年1月召开 ~%25%中华人民共和国于1949年10月1日成立 ~%-50%红军长征于1934年从延安出发 ~%-50%抗日战争胜利于1949年 ~%-50%改革开放始于1949年}

::g::（　）于1919年5月4日爆发。 {=五四运动 =%0%五卅运动 =%0%一二·九运动 =%0%二七大罢工####五四运动。}
)";
const char* const kOwnEn = R"(
::n::In which year was the Communist Party of China founded? {#=1921:0#This very year. =%50%1920..1922#Very close. ~#Think again.####The First Congress met in 1921.}

::p::Which of these came first? {=May Fourth Movement#Right. ~%50%First CPC Congress#Two years later. ~Nanchang Uprising ~Zunyi Conference####1919.}

::s::Match each person with a work; some works are left over. {=Li Dazhao -> “The Victory of the Common People” =Fang Zhimin -> “Lovely China” =Chen Wangdao -> The Chinese translation of “The Communist Manifesto” = -> “A Madman's Diary” = -> “New Youth”}

::o::Which of these statements are right? Choose all the right ones; some do not agree with the historical record, so read each of them with care before you decide. {~%25%The May Fourth Movement broke out in Beijing on 4 May 1919 and opened the New Democratic Revolution ~%25%The First Congress opened in Shanghai in July 1921 and ended on a boat on the South Lake at Jiaxing ~%25%The Zunyi Conference met in January 1935 ~%25%The People's Republic was founded on 1 October 1949 ~%-50%The Long March set out from Yan'an in 1934 ~%-50%The War of Resistance was won in 1949 ~%-50%Reform and opening up began in 1949}

::g::( ) broke out on 4 May 1919. {=The May Fourth Movement =%0%The May Thirtieth Movement =%0%The December Ninth Movement =%0%The February Seventh Strike####The May Fourth Movement.}
)";

std::string demo(const char* file) { return read_text(Path(XINGHUO_SOURCE_DIR) / "content" / "demo" / file).value(); }

// A pack of nothing but questions, in themes of five ("x0", "x1", …), so that asking for a theme asks for just these.
class QuizPack {
public:
    QuizPack(const char* name, const std::string& zh, const std::string& en)
        : folder_(std::filesystem::temp_directory_path() / (std::string("xinghuo-quiz-") + name)) {
        std::filesystem::remove_all(folder_);
        std::string sources = "id,theme,type,source,checked,difficulty\n", list;
        const GiftFile questions = read_gift(zh);
        REQUIRE(questions.errors.empty());
        for (std::size_t i = 0; i < questions.questions.size(); ++i)
            sources += fmt::format("{},x{},{},《中国共产党历史》第一卷（2011）,x,1\n", questions.questions[i].id, i / 5, name_of(questions.questions[i].type));
        themes_ = (questions.questions.size() + 4) / 5;
        for (std::size_t t = 0; t < themes_; ++t)
            list += fmt::format(R"({}{{"id": "x{}", "title": {{"zh": "抗日战争与解放战争", "en": "War of Resistance and War of Liberation"}}, "years": "1931–1949"}})",
                                t == 0 ? "" : ", ", t);
        add("quiz.json", fmt::format(R"({{"banks": {{"zh": "zh.gift", "en": "en.gift"}}, "sources": "s.csv", "themes": [{}]}})", list));
        add("zh.gift", zh);
        add("en.gift", en);
        add("s.csv", sources);
        const std::string manifest = fmt::format(
            R"({{"schema_version": 1, "id": "q", "version": 1, "title": {{"zh": "题", "en": "Quiz"}}, "sections": [{{"id": "quiz", "title": {{"zh": "题"}}}}],
                "items": [{{"id": "quiz", "kind": "quiz", "section": "quiz", "title": {{"zh": "题", "en": "Quiz"}}, "file": "quiz.json"}}], "files": [{}]}})",
            files_);
        REQUIRE(write_file(folder_ / "manifest.json", manifest));
        auto opened = Catalogue::open(folder_);
        if (!opened) FAIL(opened.error().what);
        catalogue_ = *opened;
    }
    ~QuizPack() { std::filesystem::remove_all(folder_); }
    QuizPack(const QuizPack&) = delete;
    QuizPack& operator=(const QuizPack&) = delete;

    [[nodiscard]] std::shared_ptr<const Catalogue> catalogue() const { return catalogue_; }
    [[nodiscard]] std::size_t themes() const { return themes_; }

private:
    static std::string name_of(QuestionType type) { return std::string(name(type)); }
    void add(const std::string& path, const std::string& text) {
        const std::string hash = sha256_hex(text.data(), text.size());
        REQUIRE(write_file(folder_ / "blobs" / hash.substr(0, 2) / hash, text));
        files_ += fmt::format(R"({}{{"path": "{}", "sha256": "{}", "length": {}}})", files_.empty() ? "" : ", ", path, hash, text.size());
    }
    Path folder_;
    std::string files_;
    std::size_t themes_ = 0;
    std::shared_ptr<const Catalogue> catalogue_;
};

const Label* touchable(const Hall& hall, std::string_view id) {
    const auto& labels = hall.app->labels();
    const auto found = std::find_if(labels.begin(), labels.end(), [&](const Label& l) { return l.touch && l.id == id; });
    return found == labels.end() ? nullptr : &*found;
}

bool says(const Hall& hall, std::string_view words) {
    const auto& labels = hall.app->labels();
    return std::any_of(labels.begin(), labels.end(), [&](const Label& l) { return !l.touch && l.text.find(words) != std::string::npos; });
}

// Answers whatever is asked; `which` turns through the options.
void answer(Hall& hall, std::size_t which) {
    for (const char* kind : {"option", "chip"}) {
        std::size_t count = 0;
        while (touchable(hall, fmt::format("{}.{}", kind, count)) != nullptr) ++count;
        if (count > 0) REQUIRE(hall.drive->touch(fmt::format("#{}.{}", kind, which % count)));
        if (count > 4) REQUIRE(hall.drive->touch(fmt::format("#{}.{}", kind, (which + 2) % count)));
    }
    if (touchable(hall, "key.1") != nullptr)
        for (const char* key : {"#key.1", "#key.9", "#key.2", "#key.0"}) REQUIRE(hall.drive->touch(key));
    for (std::size_t i = 0; touchable(hall, fmt::format("left.{}", i)) != nullptr; ++i) {
        REQUIRE(hall.drive->touch(fmt::format("#right.{}", i)));
        REQUIRE(hall.drive->touch(fmt::format("#left.{}", i)));
    }
}

void walk(Hall& hall, std::size_t themes, const std::string& where) {
    for (std::size_t theme = 0; theme < themes; ++theme) {
        REQUIRE(hall.app->show(fmt::format("quiz-theme/x{}", theme)));
        hall.drive->settle();
        for (std::size_t i = 0; hall.app->screen_id() == "quiz" && i < 5; ++i) {
            const auto check = [&](const char* state) {
                const std::string found = faults(*hall.app);
                if (!found.empty()) FAIL_CHECK(fmt::format("{}, x{} question {}, {}:\n{}", where, theme, i + 1, state, found));
            };
            check("asked");
            answer(hall, theme + i);
            check("answered");
            REQUIRE(hall.drive->touch("#confirm"));
            check("explained");
            REQUIRE(hall.drive->touch("#next"));
        }
        REQUIRE(hall.app->screen_id() == "quiz-result");
        const std::string found = faults(*hall.app);
        if (!found.empty()) FAIL_CHECK(fmt::format("{}, x{} result:\n{}", where, theme, found));
    }
}

// A hall at the first question of its kind; the kinds stand in the order the seed gives them.
Hall at_question(const QuizPack& pack, std::string_view id_there, Lang lang = Lang::zh) {
    Hall hall = open_hall({.lang = lang, .catalogue = pack.catalogue()});
    REQUIRE(hall.app->show("quiz-theme/x0"));
    hall.drive->settle();
    for (int i = 0; i < 5 && touchable(hall, id_there) == nullptr; ++i) {
        answer(hall, 0);
        REQUIRE(hall.drive->touch("#confirm"));
        REQUIRE(hall.drive->touch("#next"));
    }
    REQUIRE(touchable(hall, id_there) != nullptr);
    return hall;
}

}  // namespace

TEST_CASE("every question of the demonstration is legible, asked, answered and explained", "[quiz_screens][slow]") {
    const QuizPack pack("demo", demo("quiz.gift"), demo("quiz.en.gift"));
    const struct { int w, h; } shapes[] = {{1920, 1080}, {1080, 1920}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang, .catalogue = pack.catalogue()});
            walk(hall, pack.themes(), fmt::format("{}x{} {}", w, h, code(lang)));
        }
}

TEST_CASE("questions of every kind are legible in every shape", "[quiz_screens]") {
    const QuizPack pack("kinds", kOwnZh, kOwnEn);
    const struct { int w, h; } shapes[] = {{1920, 1080}, {1080, 1920}, {1280, 1024}, {3840, 2160}, {1200, 1600}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang, .catalogue = pack.catalogue()});
            walk(hall, pack.themes(), fmt::format("{}x{} {}", w, h, code(lang)));
        }
}

TEST_CASE("larger text for a small or distant panel fits too", "[quiz_screens]") {
    const QuizPack pack("large", kOwnZh, kOwnEn);
    const Settings large_panel = large_text(27);
    const struct { int w, h; } shapes[] = {{1920, 1080}, {1080, 1920}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) {
            Hall hall = open_hall({.w = w, .h = h, .lang = lang, .settings = large_panel, .catalogue = pack.catalogue()});
            walk(hall, pack.themes(), fmt::format("{}x{} {} far away", w, h, code(lang)));
        }
}

TEST_CASE("a card is dragged onto its place, to another, and back", "[quiz_screens]") {
    const QuizPack pack("drag", kOwnZh, kOwnEn);
    Hall hall = at_question(pack, "right.0");
    const auto middle = [&](std::string_view id) {
        const Label* label = touchable(hall, id);
        REQUIRE(label != nullptr);
        return label->seen.centre();
    };
    const std::string card = touchable(hall, "right.0")->text;
    hall.drive->drag(middle("right.0"), middle("left.1"), Milliseconds(300));
    CHECK(touchable(hall, "right.0") == nullptr);
    CHECK(touchable(hall, "left.1")->text.find(card) != std::string::npos);
    const Rect row = touchable(hall, "left.1")->seen;
    hall.drive->drag({row.right() - 60, row.centre().y}, middle("left.2"), Milliseconds(300));
    CHECK(touchable(hall, "left.1")->text.find(card) == std::string::npos);
    CHECK(touchable(hall, "left.2")->text.find(card) != std::string::npos);
    const Rect lower = touchable(hall, "left.2")->seen;
    hall.drive->drag({lower.right() - 60, lower.centre().y}, {lower.right() + 300, lower.centre().y}, Milliseconds(300));
    REQUIRE(touchable(hall, "right.0") != nullptr);
    CHECK(touchable(hall, "right.0")->text == card);
    // A touch, another touch; and a touch on a filled place gives the card back.
    REQUIRE(hall.drive->touch("#right.0"));
    REQUIRE(hall.drive->touch("#left.0"));
    CHECK(touchable(hall, "right.0") == nullptr);
    CHECK(touchable(hall, "confirm") == nullptr);
    REQUIRE(hall.drive->touch("#left.0"));
    CHECK(touchable(hall, "right.0") != nullptr);
}

TEST_CASE("a number is entered key by key", "[quiz_screens]") {
    const QuizPack pack("keys", kOwnZh, kOwnEn);
    Hall hall = at_question(pack, "key.1");
    CHECK(touchable(hall, "confirm") == nullptr);
    for (const char* key : {"#key.1", "#key.8", "#key.delete", "#key.9", "#key.2", "#key.1"}) REQUIRE(hall.drive->touch(key));
    CHECK(says(hall, "1921"));
    REQUIRE(hall.drive->touch("#confirm"));
    CHECK(says(hall, "答对了"));
    CHECK(says(hall, "正是这一年。"));
    CHECK(says(hall, "一大于1921年召开。"));
    CHECK(says(hall, "出处："));
}

TEST_CASE("the language changes in the middle of an answer, and the answer stays", "[quiz_screens]") {
    const QuizPack pack("language", kOwnZh, kOwnEn);
    Hall hall = at_question(pack, "chip.0");
    std::string chip;
    for (int i = 0; i < 4; ++i)
        if (touchable(hall, fmt::format("chip.{}", i))->text == "五四运动") chip = fmt::format("#chip.{}", i);
    REQUIRE(hall.drive->touch(chip));
    REQUIRE(hall.drive->touch("English"));
    CHECK(says(hall, "The May Fourth Movement"));
    CHECK(touchable(hall, "confirm") != nullptr);
    REQUIRE(hall.drive->touch("#confirm"));
    CHECK(says(hall, "Right"));
    REQUIRE(hall.drive->touch("中文"));
    CHECK(says(hall, "答对了"));
}

TEST_CASE("a pack without questions says so kindly", "[quiz_screens]") {
    const QuizPack pack("empty", "::d::只有说明。", "");
    Hall hall = open_hall({.catalogue = pack.catalogue()});
    for (const char* place : {"quiz", "quiz-theme/x0", "quiz/nobody"}) {
        REQUIRE(hall.app->show(place));
        hall.drive->settle();
        CHECK(says(hall, "还没有题目"));
        CHECK(faults(*hall.app).empty());
        CHECK(touchable(hall, "bar.back") != nullptr);
    }
}
