#include "content/quiz/bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "content/base/file.h"
#include "content/base/text.h"

using namespace xinghuo;

namespace {

const char* const kZh = R"($CATEGORY: 历史/一

::a::首都？ {=北京 ~上海#不是 ~广州}

::b::哪些？ {~%50%甲 ~%50%乙 ~%-100%丙####二者}

::c::是这样。 {FALSE#错了#对了}

::d::生于______年。 {=1822 =1822年 =%0%1900}

$CATEGORY: 历史/一/二

::e::配对。 {=猫 -> 鱼 =狗 -> 肉 = -> 草}

::f::多少？ {#=3:1 =%50%10#近了}

$CATEGORY: 历史/一二

::g::写一写。 {}

::h::只有中文 {T}
)";

const char* const kEn = R"(::a::The capital? {=Beijing ~Shanghai#no ~Guangzhou}

::b::Which? {~%50%A ~%50%B ~%-100%C####both}

::c::So it is. {FALSE#wrong#right}

::d::Born in ______. {=1822 =%0%1900 =%50%the 1820s}

::e::Match. {=cat -> fish =dog -> meat = -> grass}

::f::How many? {#=3:1 =%50%10#close}

::g::Write. {}
)";

const char* const kSources =
    "difficulty,id,theme,type,source,checked,source_en\n1,a,t1,single,《书》,searched,The "
    "book\n2,b,t1,multiple,《书》,memory,\n"
    "1,c,t1,truefalse,《书》,memory,\n3,d,t2,short,《书》,memory,\n1,e,t2,matching,《书》,memory,\n1,f,t2,numeric,"
    "《书》,memory,\n"
    "1,g,t2,essay,《书》,memory,\n1,h,t2,true_false,《书》,memory,\n";

std::string demo(const char* file) { return read_text(Path(XINGHUO_SOURCE_DIR) / "content" / "demo" / file).value(); }

const QuestionBank& demo_bank() {
    static const QuestionBank bank =
        QuestionBank::read(demo("quiz.gift"), demo("quiz.en.gift"), demo("quiz_sources.csv"));
    return bank;
}

std::vector<std::string> problems(const QuestionBank& bank) {
    std::vector<std::string> out;
    for (const BankProblem& problem : bank.problems()) {
        const char* file = problem.file == BankProblem::File::zh   ? "zh"
                           : problem.file == BankProblem::File::en ? "en"
                                                                   : "sources";
        out.push_back(fmt::format("{}:{}: {}", file, problem.line, problem.what));
    }
    return out;
}

std::vector<std::string> ids(const std::vector<Asked>& asked) {
    std::vector<std::string> out;
    for (const Asked& one : asked) out.push_back(one.question->id);
    return out;
}

}  // namespace

TEST_CASE("one question in two languages", "[bank]") {
    const QuestionBank bank = QuestionBank::read(kZh, kEn, kSources);
    CHECK(problems(bank).empty());
    REQUIRE(bank.questions().size() == 8);
    const auto a = bank.find("a");
    REQUIRE(a);
    CHECK(a->type == QuestionType::single);
    CHECK(a->stem.in(Lang::zh) == "首都？");
    CHECK(a->stem.in(Lang::en) == "The capital?");
    CHECK(a->category == "历史/一");
    CHECK(a->theme == "t1");
    CHECK(a->source.in(Lang::en) == "The book");
    REQUIRE(a->choices.size() == 3);
    CHECK(a->choices[0].weight == 1.0);
    CHECK(a->choices[1].text.en == "Shanghai");
    CHECK(a->choices[1].feedback.zh == "不是");
    CHECK(bank.find("b")->difficulty == 2);
    CHECK(bank.find("b")->checked == "memory");
    CHECK(bank.find("b")->choices[2].weight == -1.0);
    CHECK(bank.find("b")->explanation.in(Lang::en) == "both");
    const auto c = bank.find("c");
    CHECK_FALSE(c->choices[0].right());
    CHECK(c->choices[1].right());
    CHECK(c->choices[0].feedback.zh == "错了");
    CHECK(c->choices[1].feedback.en == "right");
    const auto d = bank.find("d");
    REQUIRE(d->choices.size() == 2);
    CHECK(d->choices[0].text.zh == "1822");
    CHECK(d->choices[1].text.en == "1900");
    CHECK(d->accepted_zh == std::vector<std::string>{"1822", "1822年"});
    CHECK(d->accepted_en == std::vector<std::string>{"1822", "the 1820s"});
    const auto e = bank.find("e");
    REQUIRE(e->pairs.size() == 2);
    REQUIRE(e->surplus.size() == 1);
    CHECK(e->pairs[1].right.en == "meat");
    CHECK(e->surplus[0].zh == "草");
    const auto f = bank.find("f");
    REQUIRE(f->numbers.size() == 2);
    CHECK(f->numbers[0].low == 2.0);
    CHECK(f->numbers[1].weight == 0.5);
    CHECK(f->numbers[1].feedback.en == "close");
    CHECK(bank.find("h")->stem.in(Lang::en) == "只有中文");
    CHECK_FALSE(bank.find("none"));
}

TEST_CASE("what cannot be asked is not offered", "[bank]") {
    const QuestionBank bank = QuestionBank::read(kZh, kEn, kSources);
    CHECK(bank.of_theme("t2").size() == 4);  // without the essay
    CHECK(bank.of_category("历史/一").size() == 6);
    CHECK(bank.of_category("历史/一/二").size() == 2);
    CHECK(bank.of_category("历史").size() == 7);
    CHECK(bank.pick({"g", "a", "a", "nobody"}, 10, 1).size() == 1);
    CHECK(bank.pick_theme("", 100, 1).size() == 7);
    CHECK(bank.pick_theme("t1", 100, 1, 1).size() == 2);
    CHECK(bank.pick_theme("t9", 5, 1).empty());
    CHECK(bank.pick_theme("", 0, 1).empty());
}

TEST_CASE("the two languages and the sources are compared", "[bank]") {
    const QuestionBank bank = QuestionBank::read(
        "::a::甲 {=x ~y}\n\n::b::乙 {T}\n\n::c::丙 {=x ~y}\n\n::d::丁 {~%50%x ~%50%y}\n\n::e::戊 {=a->b =c->d "
        "=e->f}\n\n"
        "::f::己 {#3}\n\n::g::庚 {=*}\n\n没有名字 {T}\n\n::i::[html]<p></p> {T}\n\n::j::[html]有 {=<b></b> "
        "~x}\n\n::k::错 {x}",
        "::a::A {=x ~y ~z}\n\n::b::B {F}\n\n::c::C {T}\n\n::d::D {~%40%x ~%60%y}\n\n::e::E {=a->b =c->d = "
        "->f}\n\n::f::F {#4}\n\n"
        "::z::Z {T}\n\nno name {T}",
        "id,theme,type,source,checked,difficulty\na,t,single,,x,1\na,t,single,s,x,1\nb,t,single,s,x,4\nq,t,single,s,x,"
        "1\nc,t,single,s,x,1\n"
        "d,t,multiple,s,x,1\ne,t,matching,s,x,1\nf,t,numeric,s,x,1\n");
    const std::vector<std::string> expected = {
        "zh:21: answers begin with = or ~; true and false are T, F, TRUE or FALSE in capitals",
        "en:15: a question without ::title:: or [id:…]",
        "en:1: a: has another number of options than in Chinese",
        "en:3: b: is true in one language and false in the other",
        "en:5: c: is true_false here and single in Chinese",
        "en:7: d: gives option 1 another weight than in Chinese",
        "en:9: e: has other pairs than in Chinese",
        "en:11: f: has other numbers than in Chinese",
        "zh:13: g: no answer can be shown",
        "zh:15: a question without ::title:: or [id:…]",
        "zh:17: i: nothing of its text can be seen",
        "zh:19: j: nothing of one of its answers can be seen",
        "en:13: z: not in the Chinese file",
        "sources:3: a: a second row",
        "sources:5: q: no such question",
        "sources:2: a: no source",
        "sources:4: b: the difficulty is 1, 2 or 3",
        "sources:4: b: is single here and true_false in the questions",
        "zh:13: g: not in the table of sources",
    };
    CHECK(problems(bank) == expected);
    // A translation of another shape is not shown.
    CHECK(bank.find("a")->stem.in(Lang::en) == "甲");
    CHECK(bank.find("a")->choices[0].text.en.empty());
    CHECK_FALSE(bank.find("i"));
    CHECK_FALSE(bank.find("j"));
}

TEST_CASE("a table that cannot be read is told, and so are missing columns", "[bank]") {
    CHECK(problems(QuestionBank::read("::a::A {T}", "", "id,theme\na\n")) ==
          std::vector<std::string>{"sources:1: line 2: 1 cells, the header has 2"});
    CHECK(problems(QuestionBank::read("::a::A {T}", "", "id,theme,type,checked,difficulty\na,t,truefalse,x,1\n")) ==
          std::vector<std::string>{"sources:1: there is no column 'source'"});
    CHECK(problems(QuestionBank::read("::a::A {T}", "", "")) ==
          std::vector<std::string>{"zh:1: a: not in the table of sources"});
    CHECK(QuestionBank::read("", "", "").questions().empty());
}

TEST_CASE("picking mixes kinds and is decided by the seed", "[bank]") {
    const QuestionBank& bank = demo_bank();
    std::set<std::vector<std::string>> different;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        for (const char* theme : {"t1", "t2", "t3", "t4", "t5"}) {
            const std::vector<Asked> picked = bank.pick_theme(theme, 5, seed);
            REQUIRE(picked.size() == 5);
            CHECK(ids(picked) == ids(bank.pick_theme(theme, 5, seed)));
            std::set<QuestionType> types;
            for (const Asked& asked : picked) {
                types.insert(asked.question->type);
                CHECK(asked.question->theme == theme);
            }
            CHECK(types.size() == 5);
            CHECK(picked[0].question->type == QuestionType::single);
            different.insert(ids(picked));
        }
    }
    CHECK(different.size() > 190);
}

TEST_CASE("every demonstration question has a source, a theme and English", "[bank]") {
    const QuestionBank& bank = demo_bank();
    CHECK(problems(bank).empty());
    CHECK(bank.questions().size() == 255);
    for (const auto& question : bank.questions()) {
        INFO(question->id);
        CHECK(question->askable());
        CHECK_FALSE(question->theme.empty());
        CHECK_FALSE(question->source.zh.empty());
        CHECK_FALSE(question->stem.en.empty());
        CHECK_FALSE(question->explanation.en.empty());
        CHECK((question->type != QuestionType::short_answer || find_gap(question->stem.zh).has_value()));
        CHECK((question->type != QuestionType::short_answer || find_gap(question->stem.en).has_value()));
    }
}

TEST_CASE("chips are four, different, and only one is right, in both languages", "[bank]") {
    const QuestionBank& bank = demo_bank();
    for (const auto& question : bank.questions()) {
        if (question->type != QuestionType::short_answer) continue;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const Asked asked = bank.ask(question, seed);
            INFO(question->id << " " << seed);
            REQUIRE(asked.chips.size() == 4);
            CHECK(asked.chips[0].right());
            std::set<std::string> zh, en;
            for (const Choice& chip : asked.chips) {
                zh.insert(folded(chip.text.in(Lang::zh)));
                en.insert(folded(chip.text.in(Lang::en)));
            }
            CHECK(zh.size() == 4);
            CHECK(en.size() == 4);
            for (std::size_t i = 1; i < 4; ++i) {
                CHECK_FALSE(asked.chips[i].right());
                for (const std::string& right : question->accepted_zh)
                    CHECK(folded(asked.chips[i].text.in(Lang::zh)) != folded(right));
                for (const std::string& right : question->accepted_en)
                    CHECK(folded(asked.chips[i].text.in(Lang::en)) != folded(right));
            }
            const Asked again = bank.ask(question, seed);
            for (std::size_t i = 0; i < 4; ++i) CHECK(again.chips[i].text.zh == asked.chips[i].text.zh);
        }
    }
}

TEST_CASE("chips stand beside their like", "[bank]") {
    const QuestionBank bank = QuestionBank::read(
        "::n1::改名为______。（填姓名） {=周恩来 =伍豪}\n\n::n2::向______学习。（填姓名） "
        "{=雷锋}\n\n::n3::原名______。（填姓名） {=马尚德}\n\n"
        "::n4::谁______？（填姓名） {=赵一曼}\n\n::y1::生于______年。 {=1893年}\n\n::y2::建于______年。 {=1921年}\n\n"
        "::y3::始于______年。 {=1934年}\n\n::y4::终于______年。 {=1945年}\n\n::w::很长的______。 "
        "{=关于若干历史问题的决议}\n\n::m::口径______米 {=500}",
        "", "");
    const auto chips = [&](const char* id) {
        std::set<std::string> out;
        for (const Choice& chip : bank.ask(bank.find(id), 7).chips) out.insert(chip.text.zh);
        return out;
    };
    CHECK(chips("n1") == std::set<std::string>{"周恩来", "雷锋", "马尚德", "赵一曼"});
    CHECK(chips("y2") == std::set<std::string>{"1893年", "1921年", "1934年", "1945年"});
    for (const std::string& number : chips("m")) {
        CHECK(number.size() == 3);
        CHECK(number.substr(1) == "00");
    }
}

TEST_CASE("what the author wrote as wrong comes first, and keeps its feedback", "[bank]") {
    const QuestionBank bank = QuestionBank::read(
        "::a::我辈之______ {=责 =%0%任#近了 =%0%命 =%0%业}\n\n::b::河______ {=漳}\n\n::c::桥______ {=泸}", "", "");
    const Asked asked = bank.ask(bank.find("a"), 3);
    REQUIRE(asked.chips.size() == 4);
    CHECK(asked.chips[1].text.zh == "任");
    CHECK(asked.chips[1].feedback.zh == "近了");
    CHECK(asked.chips[3].text.zh == "业");
    // One short answer alone in the world has nothing to be chosen from.
    const QuestionBank lonely = QuestionBank::read("::a::只有______ {=责}", "", "");
    CHECK(lonely.pick_theme("", 5, 1).empty());
}

TEST_CASE("where the gap of a sentence is", "[bank]") {
    const auto gap = [](std::string_view stem) {
        const auto found = find_gap(stem);
        return found ? std::string(stem.substr(0, found->begin)) + "[]" + std::string(stem.substr(found->end))
                     : std::string("none");
    };
    CHECK(gap("北京大学的______主任") == "北京大学的[]主任");
    CHECK(gap("a ___") == "a []");
    CHECK(gap("a __ b") == "none");
    CHECK(gap("原名＿＿。") == "原名[]。");
    CHECK(gap("原名（　）。") == "原名[]。");
    CHECK(gap("named ( ) then") == "named [] then");
    CHECK(gap("f() (x) （填姓名）") == "none");
}
