#include "content/quiz/quiz_run.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "content/base/file.h"
#include "content/quiz/shuffle.h"
#include "tests/support/effort.h"

using namespace xinghuo;
using State = QuizRun::State;
using Mark = QuizRun::Mark;

namespace {

const char* const kZh = R"(
::single::哪一年？ {=1919#对 ~1921#早了 ~%50%1920 ~1911####五四}

::multiple::哪些？ {~%33.33333%甲 ~%33.33333%乙 ~%33.33333%丙 ~%-50%丁#错 ~戊}

::truth::是这样。 {FALSE#不对#正是}

::short::生于______年。 {=1822 =1822年}

::pairs::配对。 {=一 -> 甲 =二 -> 乙 =三 -> 乙 = -> 丙}

::number::多少？ {#=3:0.3#准 =%50%10..12 ~#差远了}
)";
const char* const kSources =
    "id,theme,type,source,checked,difficulty\nsingle,t1,single,s,x,1\nmultiple,t1,multiple,s,x,1\ntruth,t2,truefalse,s,"
    "x,1\n"
    "short,t2,short,s,x,1\npairs,t1,matching,s,x,1\nnumber,t3,numeric,s,x,1\n";

const QuestionBank& bank() {
    static const QuestionBank made = QuestionBank::read(kZh, "", kSources);
    return made;
}

QuizRun run_of(const std::vector<std::string>& ids, std::uint64_t seed = 1) {
    std::vector<Asked> asked;
    for (const std::string& id : ids) asked.push_back(bank().ask(bank().find(id), seed));
    return QuizRun(std::move(asked), seed);
}

std::size_t place_of(const QuizRun& run, std::string_view zh) {
    for (std::size_t place = 0; place < run.choices(run.index()); ++place)
        if (run.choice(run.index(), place).text.zh == zh) return place;
    FAIL("no choice " << zh);
    return 0;
}

std::size_t card_of(const QuizRun& run, std::string_view zh, std::size_t which = 0) {
    for (std::size_t place = 0; place < run.cards(run.index()); ++place)
        if (run.card(run.index(), place).zh == zh && which-- == 0) return place;
    FAIL("no card " << zh);
    return 0;
}

double score_of(const std::vector<std::string_view>& chosen, const char* id) {
    QuizRun run = run_of({id});
    for (const std::string_view zh : chosen) REQUIRE(run.choose(place_of(run, zh)));
    REQUIRE(run.confirm());
    return run.outcome(0)->score;
}

// Everything one can see of a run, in one language, as text: two runs of the same text are in the same state.
std::string seen(const QuizRun& run, Lang lang) {
    std::string out = std::to_string(static_cast<int>(run.state())) + "@" + std::to_string(run.index());
    for (std::size_t q = 0; q < run.count(); ++q) {
        out += "\n" + run.question(q).stem.in(lang);
        for (std::size_t p = 0; p < run.choices(q); ++p)
            out += "|" + run.choice(q, p).text.in(lang) + (run.chosen(q, p) ? "*" : "") +
                   std::to_string(static_cast<int>(run.mark(q, p)));
        for (std::size_t l = 0; l < run.lefts(q); ++l)
            out += "|" + (run.card_at(q, l) ? run.card(q, *run.card_at(q, l)).in(lang) : "-") +
                   std::to_string(static_cast<int>(run.pair_mark(q, l)));
        if (run.in_gap(q) != nullptr) out += "=" + run.in_gap(q)->in(lang);
        for (const Bilingual* said : run.feedback(q)) out += "#" + said->in(lang);
        out += "[" + run.entered(q) + "]" + (run.outcome(q) ? std::to_string(run.outcome(q)->score) : "?");
    }
    return out;
}

}  // namespace

TEST_CASE("a single choice is chosen, changed, confirmed, explained", "[quiz_run]") {
    QuizRun run = run_of({"single", "truth"});
    CHECK(run.state() == State::asking);
    CHECK(run.count() == 2);
    CHECK_FALSE(run.can_confirm());
    CHECK_FALSE(run.confirm());
    CHECK_FALSE(run.next());
    const std::size_t wrong = place_of(run, "1921"), right = place_of(run, "1919");
    CHECK(run.choose(right));
    CHECK(run.choose(wrong));
    CHECK_FALSE(run.chosen(0, right));
    CHECK(run.mark(0, right) == Mark::none);
    CHECK(run.feedback(0).empty());
    REQUIRE(run.confirm());
    CHECK(run.state() == State::explained);
    CHECK(run.mark(0, wrong) == Mark::wrong);
    CHECK(run.mark(0, right) == Mark::missed);
    CHECK(run.mark(0, place_of(run, "1920")) == Mark::none);
    REQUIRE(run.feedback(0).size() == 1);
    CHECK(run.feedback(0)[0]->zh == "早了");
    CHECK(run.outcome(0)->score == 0.0);
    CHECK_FALSE(run.choose(right));
    CHECK_FALSE(run.clear());
    CHECK_FALSE(run.confirm());
    REQUIRE(run.next());
    CHECK(run.state() == State::asking);
    CHECK(run.index() == 1);
    CHECK(run.choices(1) == 2);
    CHECK_FALSE(run.choice(1, 0).right());  // true stands first, shuffled or not
    CHECK(run.choose(1));
    CHECK(run.confirm());
    CHECK(run.outcome(1)->right);
    CHECK(run.feedback(1)[0]->zh == "正是");
    CHECK(run.next());
    CHECK(run.state() == State::finished);
    CHECK_FALSE(run.next());
    CHECK_FALSE(run.choose(0));
    CHECK(run.index() == 1);
    const QuizRun::Results results = run.results();
    CHECK(results.right == 1);
    CHECK(results.total == 2);
    CHECK(results.percent == 50);
    CHECK(results.wrong == std::vector<std::size_t>{0});
    REQUIRE(results.themes.size() == 2);
    CHECK(results.themes[0].theme == "t1");
    CHECK(results.themes[0].right == 0);
    CHECK(results.themes[1].right == 1);
}

TEST_CASE("an answer worth a part of the marks is not the right one", "[quiz_run]") {
    QuizRun run = run_of({"single"});
    run.choose(place_of(run, "1920"));
    REQUIRE(run.confirm());
    CHECK(run.outcome(0)->score == 0.5);
    CHECK_FALSE(run.outcome(0)->right);
    CHECK(run.mark(0, place_of(run, "1920")) == Mark::wrong);
    CHECK(run.mark(0, place_of(run, "1919")) == Mark::missed);
    CHECK(run.results().percent == 50);
}

TEST_CASE("several answers score by their weights, never below nothing", "[quiz_run]") {
    CHECK(score_of({"甲", "乙", "丙"}, "multiple") == 1.0);
    CHECK(score_of({"甲", "乙"}, "multiple") == Approx(0.6667).margin(0.001));
    CHECK(score_of({"甲", "丁"}, "multiple") == 0.0);
    CHECK(score_of({"甲", "乙", "丁"}, "multiple") == Approx(0.1667).margin(0.001));
    CHECK(score_of({"丁"}, "multiple") == 0.0);
    QuizRun run = run_of({"multiple"});
    for (const char* zh : {"甲", "乙", "丙", "戊"}) run.choose(place_of(run, zh));
    REQUIRE(run.confirm());
    CHECK(run.outcome(0)->score == 1.0);  // as Moodle counts: 戊 costs nothing …
    CHECK_FALSE(run.outcome(0)->right);   // … but it was wrong to choose it
    CHECK(run.mark(0, place_of(run, "戊")) == Mark::wrong);
    QuizRun back = run_of({"multiple"});
    const std::size_t place = place_of(back, "甲");
    CHECK(back.choose(place));
    CHECK(back.choose(place));
    CHECK_FALSE(back.chosen(0, place));
    CHECK_FALSE(back.can_confirm());
}

TEST_CASE("a gap is filled by choosing a chip", "[quiz_run]") {
    QuizRun run = run_of({"short"});
    REQUIRE(run.choices(0) == 4);
    CHECK(run.in_gap(0) == nullptr);
    CHECK(run.choose(place_of(run, "1822")));
    CHECK(run.in_gap(0)->zh == "1822");
    CHECK(run.clear());
    CHECK(run.in_gap(0) == nullptr);
    CHECK(run.choose(place_of(run, "1822")));
    CHECK(run.confirm());
    CHECK(run.outcome(0)->right);
}

TEST_CASE("cards are laid, changed and taken back", "[quiz_run]") {
    QuizRun run = run_of({"pairs"});
    REQUIRE(run.lefts(0) == 3);
    REQUIRE(run.cards(0) == 4);
    const std::size_t a = card_of(run, "甲"), b = card_of(run, "乙"), b2 = card_of(run, "乙", 1),
                      c = card_of(run, "丙");
    CHECK(run.place(0, b));
    CHECK(run.place(1, a));
    CHECK(run.place(0, a));  // from left 1: they change places
    CHECK(run.card_at(0, 0) == a);
    CHECK(run.card_at(0, 1) == b);
    CHECK(run.left_of(0, b) == 1);
    CHECK(run.place(0, a));  // where it is already
    CHECK(run.card_at(0, 0) == a);
    CHECK_FALSE(run.can_confirm());
    CHECK(run.place(2, c));
    CHECK(run.can_confirm());
    CHECK(run.place(2, b2));  // from the tray: the other goes back there
    CHECK_FALSE(run.left_of(0, c));
    CHECK_FALSE(run.take_back(7));
    CHECK(run.take_back(2));
    CHECK_FALSE(run.take_back(2));
    CHECK_FALSE(run.confirm());
    CHECK_FALSE(run.place(3, c));
    CHECK_FALSE(run.place(0, 9));
    CHECK(run.place(2, c));
    REQUIRE(run.confirm());
    CHECK(run.outcome(0)->score == Approx(2.0 / 3.0));
    CHECK_FALSE(run.outcome(0)->right);
    CHECK(run.pair_mark(0, 0) == Mark::right);
    CHECK(run.pair_mark(0, 2) == Mark::wrong);
}

TEST_CASE("either of two cards that read the same is right", "[quiz_run]") {
    QuizRun run = run_of({"pairs"});
    run.place(0, card_of(run, "甲"));
    run.place(1, card_of(run, "乙", 1));
    run.place(2, card_of(run, "乙", 0));
    REQUIRE(run.confirm());
    CHECK(run.outcome(0)->right);
}

TEST_CASE("numbers are entered key by key and have margins", "[quiz_run]") {
    const auto score = [](const char* number) {
        QuizRun run = run_of({"number"});
        REQUIRE(run.enter(number));
        REQUIRE(run.confirm());
        return run.outcome(0)->score;
    };
    CHECK(score("3") == 1.0);
    CHECK(score("3.3") == 1.0);
    CHECK(score("2.7") == 1.0);
    CHECK(score("3.31") == 0.0);
    CHECK(score("11") == 0.5);
    CHECK(score("-3") == 0.0);
    QuizRun run = run_of({"number"});
    for (const char* partial : {"", "-", ".", "-."}) {
        CHECK(run.enter(partial));
        CHECK_FALSE(run.can_confirm());
    }
    CHECK(run.enter("12."));
    CHECK(run.can_confirm());
    for (const char* never : {"1e3", "nan", "inf", "1-2", "1.2.3", "0x1", " 1", "1234567890123", "１"})
        CHECK_FALSE(run.enter(never));
    CHECK(run.entered(0) == "12.");
    CHECK(run.enter("99"));
    CHECK(run.confirm());
    REQUIRE(run.feedback(0).size() == 1);
    CHECK(run.feedback(0)[0]->zh == "差远了");
    QuizRun other = run_of({"single"});
    CHECK_FALSE(other.enter("3"));
    CHECK_FALSE(other.place(0, 0));
}

TEST_CASE("a run of nothing is finished", "[quiz_run]") {
    QuizRun run({}, 1);
    CHECK(run.state() == State::finished);
    CHECK(run.results().total == 0);
    CHECK(run.results().percent == 0);
    CHECK_FALSE(run.choose(0));
    CHECK_FALSE(run.next());
    CHECK(QuizRun({Asked{}}, 1).state() == State::finished);
}

TEST_CASE("the seed decides the order of showing", "[quiz_run]") {
    std::set<std::string> orders;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const QuizRun run = run_of({"single", "pairs"}, seed);
        CHECK(seen(run, Lang::zh) == seen(run_of({"single", "pairs"}, seed), Lang::zh));
        std::string order;
        for (std::size_t place = 0; place < run.choices(0); ++place) order += run.choice(0, place).text.zh;
        orders.insert(order);
    }
    CHECK(orders.size() > 18);  // of 24
}

TEST_CASE("whatever is touched, in whatever order, the run stays sound", "[quiz_run]") {
    const auto text = [](const char* file) {
        return read_text(Path(XINGHUO_SOURCE_DIR) / "content" / "demo" / file).value();
    };
    const QuestionBank demo = QuestionBank::read(text("quiz.gift"), text("quiz.en.gift"), text("quiz_sources.csv"));
    Chance chance(1921);
    const char* const typed[] = {"", "1", "-", "3.5", "x", "1e9", "99999999999999"};
    for (int sequence = 0; sequence < effort(10'000); ++sequence) {
        const std::uint64_t seed = chance.next();
        std::vector<Asked> asked = demo.pick_theme("", chance.below(5), seed);
        if (chance.below(2) == 0) asked.push_back(bank().ask(bank().find("number"), seed));
        QuizRun run(std::move(asked), seed);
        const QuizRun untouched = run;
        std::size_t confirmed = 0, last_index = 0;
        for (int step = 0; step < 25; ++step) {
            const State before = run.state();
            const std::string view = step % 8 == 0 ? seen(run, Lang::zh) : std::string();
            const bool could = run.can_confirm();
            bool done = false, is_next = false, is_confirm = false;
            const std::size_t a = chance.below(6), b = chance.below(6);
            switch (chance.below(7)) {
                case 0:
                    done = run.choose(chance.below(7));
                    break;
                case 1:
                    done = run.place(a, b);
                    break;
                case 2:
                    done = run.take_back(a);
                    break;
                case 3:
                    done = run.enter(typed[chance.below(7)]);
                    break;
                case 4:
                    done = chance.below(4) == 0 && run.clear();
                    break;
                case 5:
                    is_confirm = done = run.confirm();
                    break;
                default:
                    is_next = done = run.next();
                    break;
            }
            // What was refused changed nothing; what was done fitted the state.
            if (!done && !view.empty()) REQUIRE(seen(run, Lang::zh) == view);
            if (done) REQUIRE(before == (is_next ? State::explained : State::asking));
            if (is_confirm) {
                REQUIRE(could);
                REQUIRE(run.state() == State::explained);
                ++confirmed;
            } else if (!is_next) {
                REQUIRE(run.state() == before);
            }
            REQUIRE(run.index() >= last_index);
            last_index = run.index();
        }
        const QuizRun::Results results = run.results();
        REQUIRE(results.total == confirmed);
        REQUIRE(results.right + results.wrong.size() == results.total);
        REQUIRE(results.points <= static_cast<double>(results.total) + 1e-9);
        REQUIRE((results.percent >= 0 && results.percent <= 100));
        for (std::size_t q = 0; q < run.count(); ++q) {
            // A card lies in one place; a single choice has one thing chosen at most.
            std::set<std::size_t> laid;
            std::size_t held = 0, chosen = 0;
            for (std::size_t left = 0; left < run.lefts(q); ++left)
                if (const auto card = run.card_at(q, left)) {
                    laid.insert(*card);
                    ++held;
                }
            for (std::size_t place = 0; place < run.choices(q); ++place) chosen += run.chosen(q, place) ? 1 : 0;
            REQUIRE(laid.size() == held);
            REQUIRE((chosen <= 1 || run.question(q).type == QuestionType::multiple));
            if (run.outcome(q)) REQUIRE((run.outcome(q)->score >= 0.0 && run.outcome(q)->score <= 1.0));
        }
        // Looking at it in the other language is not a touch.
        const std::string zh = seen(run, Lang::zh);
        static_cast<void>(seen(run, Lang::en));
        REQUIRE(seen(run, Lang::zh) == zh);
        // Nor has the order of showing changed.
        for (std::size_t q = 0; q < run.count(); ++q)
            for (std::size_t place = 0; place < run.choices(q); ++place)
                REQUIRE(run.choice(q, place).text.zh == untouched.choice(q, place).text.zh);
    }
}

TEST_CASE("answering everything right is a hundred percent, in either language", "[quiz_run]") {
    const auto text = [](const char* file) {
        return read_text(Path(XINGHUO_SOURCE_DIR) / "content" / "demo" / file).value();
    };
    const QuestionBank demo = QuestionBank::read(text("quiz.gift"), text("quiz.en.gift"), text("quiz_sources.csv"));
    for (const Lang lang : {Lang::zh, Lang::en}) {
        QuizRun run(demo.pick_theme("", 255, 11), 11);
        REQUIRE(run.count() == 255);
        while (run.state() != State::finished) {
            const std::size_t q = run.index();
            for (std::size_t place = 0; place < run.choices(q); ++place)
                if (run.choice(q, place).right()) run.choose(place);
            for (std::size_t left = 0; left < run.lefts(q); ++left)
                for (std::size_t card = 0; card < run.cards(q); ++card)
                    if (run.card(q, card).in(lang) == run.question(q).pairs[left].right.in(lang) &&
                        !run.left_of(q, card))
                        run.place(left, card);
            REQUIRE(run.confirm());
            REQUIRE(run.next());
        }
        CHECK(run.results().percent == 100);
        CHECK(run.results().right == 255);
        CHECK(run.results().themes.size() == 5);
    }
}
