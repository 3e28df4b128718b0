#include "content/quiz/gift.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "content/base/file.h"
#include "content/quiz/shuffle.h"
#include "tests/support/effort.h"

using namespace xinghuo;

namespace {

GiftQuestion only(std::string_view text) {
    GiftFile file = read_gift(text);
    for (const GiftError& error : file.errors) UNSCOPED_INFO("line " << error.line << ": " << error.what);
    REQUIRE(file.errors.empty());
    REQUIRE(file.questions.size() == 1);
    return file.questions.front();
}

// "3: what" of the first error; "" when there is none.
std::string first_error(std::string_view text) {
    const GiftFile file = read_gift(text);
    if (file.errors.empty()) return {};
    return std::to_string(file.errors[0].line) + ": " + file.errors[0].what;
}

std::string demo(const char* file) { return read_text(Path(XINGHUO_SOURCE_DIR) / "content" / "demo" / file).value(); }

// One question of each kind and most of the notation, for the mutations.
const std::string kSampler = R"(// a file [id:none]
$CATEGORY: $course$/历史/1 开端

// [id:q1] [tag:easy] [tag:a \] b]
::one::[html]<b>谁</b>\: 1 \= 1 \{x\}? {~%-50%甲#不是 =乙#[plain]对 ~%50%丙####因为\n如此}

::two::Two of these {~%50%a ~%50%b ~%-100%c}

::three::It is so. {TRUE#wrong#right####general}

::four::Who? {=%100%no one =%80%nobody#nearly}

::five::Match. {=cat -> cat food =dog -> dog food = -> hay}

::six::When? {#=1822:0#yes =%50%1822:2#close ~#no}

::seven::Grant is {~buried =entombed ~living} in the tomb.

::eight::Write. {}

::nine::Only a description.

::ten::[markdown]A **number** from 1 to 5 {#1..5}
)";

}  // namespace

TEST_CASE("a single choice has its answers, weights and feedback", "[gift]") {
    const GiftQuestion q = only(
        "::Jesus' hometown::Jesus Christ was from {\n"
        " ~Jerusalem#Important, but the wrong answer.\n"
        " ~%25%Bethlehem#He was born here.\n ~%50%Galilee\n =Nazareth#Yes\\! Right\\: so.\n}.");
    CHECK(q.type == QuestionType::single);
    CHECK(q.title == "Jesus' hometown");
    CHECK(q.id == q.title);
    CHECK(q.stem.text == "Jesus Christ was from _____.");
    CHECK(q.missing_word);
    REQUIRE(q.answers.size() == 4);
    CHECK(q.answers[0].text.text == "Jerusalem");
    CHECK(q.answers[0].percent == 0.0);
    CHECK(q.answers[0].feedback.text == "Important, but the wrong answer.");
    CHECK(q.answers[1].percent == 25.0);
    CHECK(q.answers[2].percent == 50.0);
    CHECK(q.answers[3].percent == 100.0);
    CHECK(q.answers[3].feedback.text == "Yes\\! Right: so.");
    CHECK(q.line == 1);
}

TEST_CASE("answers may stand on one line", "[gift]") {
    const GiftQuestion q = only("Who's buried in Grant's tomb?{=no one ~Grant#wrong ~ Jefferson}");
    CHECK(q.stem.text == "Who's buried in Grant's tomb?");
    CHECK_FALSE(q.missing_word);
    CHECK(q.id.empty());
    REQUIRE(q.answers.size() == 3);
    CHECK(q.answers[0].text.text == "no one");
    CHECK(q.answers[2].text.text == "Jefferson");
}

TEST_CASE("without = a choice has several right answers", "[gift]") {
    const GiftQuestion q = only("Which? {~%-50%No one ~%50%Grant ~%50%Grant's wife ~%-50%Grant's father}");
    CHECK(q.type == QuestionType::multiple);
    CHECK(q.answers[0].percent == -50.0);
    CHECK(q.answers[1].percent == 50.0);
    const GiftQuestion thirds = only("Which? {~%33.33333%a ~%33.33333%b ~%33.33333%c ~d}");
    CHECK(thirds.answers[2].percent == Approx(33.33333));
}

TEST_CASE("true and false, with what is said to the wrong and to the right", "[gift]") {
    for (const auto& [word, truth] :
         std::map<std::string, bool>{{"T", true}, {"TRUE", true}, {"F", false}, {"FALSE", false}}) {
        const GiftQuestion q =
            only("The sun rises in the east.{" + word + "#said when wrong#said when right####It does.}");
        CHECK(q.type == QuestionType::true_false);
        CHECK(q.truth == truth);
        CHECK(q.wrong_feedback.text == "said when wrong");
        CHECK(q.right_feedback.text == "said when right");
        CHECK(q.general_feedback.text == "It does.");
    }
    CHECK(only("So.{ T }").truth);
    CHECK(only("So.{F#no}").wrong_feedback.text == "no");
    CHECK(first_error("So.{true}") ==
          "1: answers begin with = or ~; true and false are T, F, TRUE or FALSE in capitals");
}

TEST_CASE("short answers have weights", "[gift]") {
    const GiftQuestion q = only("From {\n=Nazareth#Yes\n=%75%Nazereth#Right, but misspelled.\n=%0%Rome\n}");
    CHECK(q.type == QuestionType::short_answer);
    REQUIRE(q.answers.size() == 3);
    CHECK(q.answers[0].percent == 100.0);
    CHECK(q.answers[1].percent == 75.0);
    CHECK(q.answers[1].feedback.text == "Right, but misspelled.");
    CHECK(q.answers[2].percent == 0.0);
    CHECK(only("{=five} minus two is three").stem.text == "_____ minus two is three");
}

TEST_CASE("matching may have more right sides than left ones", "[gift]") {
    const GiftQuestion q = only("Match. {\n=加拿大 -> 渥太华\n=Italy->Rome\n =  -> 巴黎\n####general}");
    CHECK(q.type == QuestionType::matching);
    REQUIRE(q.pairs.size() == 3);
    CHECK(q.pairs[0].left.text == "加拿大");
    CHECK(q.pairs[0].right.text == "渥太华");
    CHECK(q.pairs[1].right.text == "Rome");
    CHECK(q.pairs[2].left.text.empty());
    CHECK(q.general_feedback.text == "general");
    CHECK(first_error("M {=a->b =c->d}") == "1: matching takes at least three pairs, two of them with a left side");
    CHECK(first_error("M {\n=a->b\n=c\n=d->e}") == "3: a pair has -> between its sides");
    CHECK(first_error("M {\n=a->b\n=c->\n=d->e}") == "3: the right side of a pair is empty");
    CHECK(first_error("M {\n=a->b#x\n=c->d\n=d->e}") == "2: pairs take no feedback; # in a text is written \\#");
    CHECK(first_error("M {=a->b =a->c =d->e}") == "1: two left sides read 'a'");
}

TEST_CASE("numbers have margins, ranges and weights", "[gift]") {
    GiftQuestion q = only("From 1 to 5? {#3:2}");
    CHECK(q.type == QuestionType::numeric);
    REQUIRE(q.numbers.size() == 1);
    CHECK(q.numbers[0].low == 1.0);
    CHECK(q.numbers[0].high == 5.0);
    CHECK(q.numbers[0].shown == "3±2");
    q = only("From 1 to 5? {#1..5}");
    CHECK(q.numbers[0].low == 1.0);
    CHECK(q.numbers[0].high == 5.0);
    CHECK(q.numbers[0].shown == "1–5");
    q = only("When? {#\n=1822:0#Correct!\n=%50%1822:2#Close.\n~#No.\n####Born in 1822.}");
    REQUIRE(q.numbers.size() == 3);
    CHECK(q.numbers[0].shown == "1822");
    CHECK(q.numbers[0].percent == 100.0);
    CHECK(q.numbers[1].percent == 50.0);
    CHECK(q.numbers[1].low == 1820.0);
    CHECK(q.numbers[1].feedback.text == "Close.");
    CHECK(q.numbers[2].any);
    CHECK(q.numbers[2].feedback.text == "No.");
    q = only("Pi? {#3.141..3.142}");
    CHECK(q.numbers[0].low == Approx(3.141));
    CHECK(only("Cold? {#-5:0.5}").numbers[0].low == Approx(-5.5));
    CHECK(only("Big? {#+1e3}").numbers[0].high == 1000.0);
    for (const char* wrong : {"{#x}", "{#nan}", "{#inf}", "{#5..1}", "{#3:-1}", "{#1..}", "{#3:}", "{#1,5}"})
        CHECK(first_error(std::string("N ") + wrong) == "1: not a number; write 3, 3:2 or 1..5");
    CHECK(first_error("N {#}") == "1: a numeric question without a number");
    CHECK(first_error("N {#=%50%3}") == "1: no number is worth 100 %");
    CHECK(first_error("N {#3 ~4#no}") == "1: in a numeric question ~# says something to every other number, once");
}

TEST_CASE("essays and descriptions", "[gift]") {
    CHECK(only("Write a short biography. {}").type == QuestionType::essay);
    const GiftQuestion essay = only("Write. { ####well done }");
    CHECK(essay.type == QuestionType::essay);
    CHECK(essay.general_feedback.text == "well done");
    const GiftQuestion description = only("::d::You may use a pencil.");
    CHECK(description.type == QuestionType::description);
    CHECK(description.stem.text == "You may use a pencil.");
}

TEST_CASE("escapes stand for themselves", "[gift]") {
    const GiftQuestion q =
        only("::a\\:\\:b::Is 1 \\= 1 \\{yes\\}\\: \\#1 \\~ 2 \\\\ 3\\n\\nNext, \\x {~\\=no\\~ =\\#yes#it \\# is}");
    CHECK(q.title == "a::b");
    CHECK(q.stem.text == "Is 1 = 1 {yes}: #1 ~ 2 \\ 3\n\nNext, \\x");
    CHECK(q.answers[0].text.text == "=no~");
    CHECK(q.answers[1].text.text == "#yes");
    CHECK(q.answers[1].feedback.text == "it # is");
    // An escaped backslash does not escape what follows it.
    CHECK(only("A\\\\{T}").stem.text == "A\\");
}

TEST_CASE("each text may have its own format", "[gift]") {
    const GiftQuestion q = only("::t::[html]<p>One &amp; <b>two</b><br>three</p> {=[plain]<b> ~x #[markdown]**so**}");
    CHECK(q.stem.format == TextFormat::html);
    CHECK(plain_text(q.stem) == "One & two\nthree");
    CHECK(q.answers[0].text.format == TextFormat::plain);
    CHECK(plain_text(q.answers[0].text) == "<b>");
    CHECK(q.answers[1].text.format == TextFormat::html);
    CHECK(plain_text(q.answers[1].feedback) == "so");
    CHECK(only("[odd]stem {T}").stem.text == "[odd]stem");
    CHECK(only("[moodle]stem {T}").stem.format == TextFormat::moodle);
}

TEST_CASE("mark-up leaves plain text behind", "[gift]") {
    const auto html = [](const char* text) { return plain_text({text, TextFormat::html}); };
    CHECK(html("1 < 2 & 3 > 2") == "1 < 2 & 3 > 2");
    CHECK(html("&ldquo;x&rdquo; &#8212; &#x4E2D; &bogus; &") == "“x” — 中 &bogus; &");
    CHECK(html("<div class=\"a\">x</div><div>y</div>") == "x\ny");
    CHECK(html("a<unclosed") == "a<unclosed");
    CHECK(html("&#99999999999;&#1;&#x110000;") == "&#99999999999;&#1;\uFFFD");
    const auto markdown = [](const char* text) { return plain_text({text, TextFormat::markdown}); };
    CHECK(markdown("# Head\n**bold** and *soft*, `code`, 3 * 4 * 5") == "Head\nbold and soft, code, 3 * 4 * 5");
    CHECK(markdown("** ** *") == "** ** *");
}

TEST_CASE("a line end in the file is a space, between Chinese characters nothing", "[gift]") {
    CHECK(only("五四运动\n  爆发于“\n哪一年”？ {T}").stem.text == "五四运动爆发于“哪一年”？");
    CHECK(only("Two\n  words. {T}").stem.text == "Two words.");
    CHECK(only("Two\n// a comment\nwords. {T}").stem.text == "Two words.");
    CHECK(only("[plain]Two\n  // a comment\n  lines. {T}").stem.text == "Two\nlines.");
}

TEST_CASE("comments, ids, tags and categories", "[gift]") {
    const GiftFile file = read_gift(
        "// only a comment [id:lost]\n\n$CATEGORY: $course$/top/一\n\n// [id:q-1] [tag:easy][tag:a\\]b] text\n::t::A "
        "{T}\n"
        "   // inside [tag:third]\n\n   // last\n$CATEGORY: 二 \n\nB {T}\n");
    REQUIRE(file.errors.empty());
    REQUIRE(file.questions.size() == 2);
    CHECK(file.questions[0].category == "$course$/top/一");
    CHECK(file.questions[0].id == "q-1");
    CHECK(file.questions[0].title == "t");
    CHECK(file.questions[0].tags == std::vector<std::string>{"easy", "a]b", "third"});
    CHECK(file.questions[0].line == 6);
    CHECK(file.questions[1].category == "二");
    CHECK(file.questions[1].tags.empty());
    // A comment only at a line's start: an address in a text is none.
    CHECK(only("See http\\://x.org // here {T}").stem.text == "See http://x.org // here");
}

TEST_CASE("a byte order mark and the line ends of three systems", "[gift]") {
    for (const char* end : {"\n", "\r\n", "\r"}) {
        const std::string e = end;
        const GiftFile file = read_gift("\xEF\xBB\xBF$CATEGORY: c" + e + e + "::a::A {" + e + "=x" + e + "~y" + e +
                                        "}" + e + " \t" + e + "\u3000" + e + "::b::B {oops}" + e + e + "C {T}");
        REQUIRE(file.questions.size() == 2);
        CHECK(file.questions[0].category == "c");
        CHECK(file.questions[0].line == 3);
        REQUIRE(file.errors.size() == 1);
        CHECK(file.errors[0].line == 9);
        CHECK(file.questions[1].line == 11);
    }
}

TEST_CASE("an error names its line, and reading goes on", "[gift]") {
    CHECK(first_error("\n\nA {\n~x\n~\n=y}") == "5: an empty answer");
    CHECK(first_error("A {=x ~#no}") == "1: an empty answer");
    CHECK(first_error("A {x ~y =z}") == "1: an answer begins with = or ~");
    CHECK(first_error("A {\n=x\n}\n}") == "4: a second brace; one in a text is written \\{ or \\}");
    CHECK(first_error("A } B {T}") == "1: a } without its {; a brace in a text is written \\}");
    CHECK(first_error("{T}") == "1: there is no text before the answers");
    CHECK(first_error("::title::") == "1: there is no text");
    CHECK(first_error("::title A {T}") == "1: the title is not closed by ::");
    CHECK(first_error("A {~%120%x ~y}") == "1: a weight beyond ±100 %");
    CHECK(first_error("$CATEGORY:\n\nA {T}") == "1: $CATEGORY: names no category");
    CHECK(first_error("$CATEGORY: c\nA {T}") == "2: a blank line is missing after $CATEGORY");
    CHECK(first_error("A {~x}") == "1: a choice needs at least two answers");
    CHECK(first_error("A {=%50%x ~y}") == "1: in a choice = is worth 100 %; a part of the marks is written ~%50%");
    const GiftFile file = read_gift("A {T}\n\nB {\n=x\n\n~y\n}\n\nC {oops}\n\nD {F}");
    REQUIRE(file.questions.size() == 2);
    CHECK(file.questions[1].stem.text == "D");
    // The rest of B after its blank line is not told as a second error.
    REQUIRE(file.errors.size() == 2);
    CHECK(file.errors[0].line == 3);
    CHECK(file.errors[0].what == "the answers are not closed by } before the next blank line");
    CHECK(file.errors[1].line == 9);
}

TEST_CASE("what the format allows and the hall does not", "[gift]") {
    CHECK(first_error("A {=x =y ~z}") == "1: a single-choice question has exactly one right answer, this one has 2");
    CHECK(first_error("A {=x ~%100%y}") == "1: a single-choice question has exactly one right answer, this one has 2");
    CHECK(first_error("A {~x ~y}") == "1: the weights of the right answers sum to 0 %, not 100 %");
    CHECK(first_error("A {~%50%x ~%49%y}") == "1: the weights of the right answers sum to 99 %, not 100 %");
    CHECK(first_error("A {~%50%x ~%50%y ~%-20%z}").empty());
    CHECK(first_error("A {~%33.3%x ~%33.3%y ~%33.3%z}").empty());  // 99.9
    CHECK(first_error("A {=%80%x}") == "1: no answer is worth 100 %");
    CHECK(first_error("A {=x =%-20%y}") == "1: a short answer's weight is 0 to 100 %");
    CHECK(first_error("A {=x ~y ~y}") == "1: two options read 'y'");
    CHECK(first_error("::q::A {T}\n\n// [id:q]\n::r::B {F}") == "4: the id 'q' was given before, in line 1");
    CHECK(read_gift("A {T}\n\nA {T}").errors.empty());  // without ids nothing is given twice
}

TEST_CASE("broken bytes are told and replaced", "[gift]") {
    const GiftFile file = read_gift("A \xFF\xFE {T}\n\nB \x01\x02 {T}\n\nC {T}");
    REQUIRE(file.errors.size() == 2);
    CHECK(file.errors[0].line == 1);
    CHECK(file.errors[1].line == 3);
    REQUIRE(file.questions.size() == 3);
    CHECK(file.questions[0].stem.text == "A \uFFFD\uFFFD");
    CHECK(file.questions[1].stem.text == "B");
}

TEST_CASE("limits", "[gift]") {
    std::string answers = "A {=0";
    for (int i = 1; i < 64; ++i) answers += " ~" + std::to_string(i);
    CHECK(only(answers + "}").answers.size() == 64);
    CHECK(first_error(answers + " ~x}") == "1: more than 64 answers");
    CHECK(first_error("A " + std::string(70'000, 'x') + " {T}") ==
          "1: a question over 65536 bytes; is a blank line missing?");
    CHECK(first_error("::" + std::string(600, 't') + "::A {T}") == "1: an id or title over 500 bytes");
    CHECK(first_error(std::string((8u << 20) + 1, 'x')) == "1: the file is over 8388608 bytes");
    std::string many;
    for (int i = 0; i < 20'001; ++i) many += "A {T}\n\n";
    const GiftFile file = read_gift(many);
    CHECK(file.questions.size() == 20'000);
    REQUIRE(file.errors.size() == 1);
    CHECK(file.errors[0].what == "more than 20000 questions; the rest is not read");
    std::string wrong;
    for (int i = 0; i < 300; ++i) wrong += "A {x}\n\n";
    CHECK(read_gift(wrong).errors.size() == 200);
    CHECK(read_gift(wrong).errors_total == 300);
}

TEST_CASE("the demonstration's questions are read without an error", "[gift]") {
    for (const char* name : {"quiz.gift", "quiz.en.gift"}) {
        const GiftFile file = read_gift(demo(name));
        for (const GiftError& error : file.errors) FAIL_CHECK(name << ":" << error.line << ": " << error.what);
        CHECK(file.questions.size() == 255);
        std::map<QuestionType, int> types;
        for (const GiftQuestion& q : file.questions) ++types[q.type];
        CHECK(types[QuestionType::single] == 182);
        CHECK(types[QuestionType::multiple] == 18);
        CHECK(types[QuestionType::true_false] == 26);
        CHECK(types[QuestionType::short_answer] == 17);
        CHECK(types[QuestionType::matching] == 12);
    }
}

TEST_CASE("the sampler is read whole", "[gift]") {
    const GiftFile file = read_gift(kSampler);
    for (const GiftError& error : file.errors) FAIL_CHECK(error.line << ": " << error.what);
    REQUIRE(file.questions.size() == 10);
    CHECK(file.questions[0].id == "q1");
    CHECK(plain_text(file.questions[0].stem) == "谁: 1 = 1 {x}?");
    CHECK(plain_text(file.questions[0].general_feedback) == "因为\n如此");
}

namespace {

// Whatever was read obeys the rules the rest of the program relies on.
void check_sound(const GiftFile& file) {
    REQUIRE(file.errors.size() <= 200);
    REQUIRE(file.errors.size() <= file.errors_total);
    for (const GiftError& error : file.errors) REQUIRE(error.line >= 1);
    REQUIRE(std::is_sorted(file.errors.begin(), file.errors.end(),
                           [](const auto& a, const auto& b) { return a.line < b.line; }));
    for (const GiftQuestion& q : file.questions) {
        REQUIRE_FALSE(q.stem.text.empty());
        REQUIRE(q.answers.size() <= 64);
        REQUIRE(q.tags.size() <= 32);
        for (const GiftAnswer& answer : q.answers) REQUIRE_FALSE(answer.text.text.empty());
        for (const GiftPair& pair : q.pairs) REQUIRE_FALSE(pair.right.text.empty());
        for (const GiftNumber& number : q.numbers) REQUIRE(number.low <= number.high);
        if (q.type == QuestionType::single)
            REQUIRE(std::count_if(q.answers.begin(), q.answers.end(),
                                  [](const auto& a) { return a.percent >= 99.9; }) == 1);
        static_cast<void>(plain_text(q.stem));
    }
}

std::string mutated(std::string text, Chance& chance) {
    const std::string_view telling = "{}~=#:\\\n\r%->.[]/$ TF0\xE4\xB8\xFF";
    for (std::size_t changes = 1 + chance.below(8); changes > 0 && !text.empty(); --changes) {
        const std::size_t at = chance.below(text.size()), from = chance.below(text.size()), length = chance.below(40);
        switch (chance.below(5)) {
            case 0:
                text[at] = static_cast<char>(chance.below(256));
                break;
            case 1:
                text[at] = telling[chance.below(telling.size())];
                break;
            case 2:
                text.insert(at, 1, telling[chance.below(telling.size())]);
                break;
            case 3:
                text.erase(at, 1 + chance.below(20));
                break;
            default:
                text.insert(at, text.substr(from, length));
                break;
        }
    }
    return text;
}

}  // namespace

TEST_CASE("no bytes whatever break the reader", "[gift]") {
    Chance chance(20210701);
    for (int i = 0; i < effort(10'000); ++i) check_sound(read_gift(mutated(kSampler, chance)));
    const std::string whole = demo("quiz.gift");
    for (int i = 0; i < effort(60); ++i) check_sound(read_gift(mutated(whole, chance)));
    for (int i = 0; i < effort(2'000); ++i) {
        std::string noise(chance.below(200), ' ');
        for (char& c : noise) c = static_cast<char>(chance.below(256));
        check_sound(read_gift(noise));
    }
    for (std::size_t end = 0; end <= kSampler.size(); ++end)
        check_sound(read_gift(std::string_view(kSampler).substr(0, end)));
}
