// "My study": hours under the policy of each day, what was studied, what to review, a receipt, all that is stored.
#include "content/study/ledger.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "content/base/json.h"
#include "content/study/activities.h"
#include "content/study/day.h"
#include "content/study/receipt.h"
#include "content/study/roster.h"
#include "tests/support/study_room.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

struct Desk : StudyRoom {
    Desk() : policies(*db, *records), ledger(*db, signing, *records, *members, policies) {
        const std::string csv = "学号,姓名,支部,卡号\n20230001,张三,一支部,CAFE01\n20230002,李四,一支部,\n";
        auto table = read_table(Bytes(csv.begin(), csv.end()));
        REQUIRE(table);
        REQUIRE(Roster(*db, key, *records).apply(*read_roster(*table), moment()));
        zhang = *members->by_number("20230001").value();
    }
    [[nodiscard]] std::int64_t today() const { return china_day(moment().wall); }
    void keep(RecordKind kind, const std::string& body) {
        const Draft drafts[] = {{kind, zhang.id, body}};
        REQUIRE(records->keep(drafts, moment()));
    }
    void study(const char* label, Milliseconds ms, const std::string& item = "film") {
        keep(RecordKind::study_interval,
             fmt::format(R"({{"session":"s","label":"{}","item":"{}","title":{{"zh":"片","en":"Film"}},"pack":"p","pack_version":1,"ms":{}}})", label, item, ms.count()));
    }
    void answer(const std::string& question, bool right) {
        keep(RecordKind::quiz_answered, fmt::format(R"({{"question":"{}","theme":"长征","right":{},"score":1}})", question, right));
    }
    Policies policies;
    Ledger ledger;
    Member zhang;
};

}  // namespace

TEST_CASE("hours of a year are what the policy of each day made of them", "[study][ledger]") {
    Desk desk;
    Policy before, after;
    before.minutes_per_hour = 60;
    before.daily_cap_minutes = 90;
    before.activity_hours = {{"party_class", 2}};
    after.minutes_per_hour = 30;
    after.counts[StudyLabel::quiz] = false;
    after.goal_hours = 56;
    REQUIRE(desk.policies.set(desk.today() - 100, before, desk.moment()));
    REQUIRE(desk.policies.set(desk.today() + 1, after, desk.moment()));
    desk.study("media", 60min);
    desk.study("quiz", 60min);     // capped at 90
    desk.study("touch", 60min);    // does not count
    Activities activities(*desk.db, *desk.records, *desk.members);
    ActivityPlan plan;
    plan.name = "党课";
    plan.type = "party_class";
    REQUIRE(activities.open(plan, desk.moment()));
    REQUIRE(activities.tap(desk.zhang, SignInWay::card, desk.moment()));
    REQUIRE(activities.close(desk.moment()));
    desk.clock.advance(24h);
    desk.study("media", 15min);
    desk.study("quiz", 15min);     // does not count any more
    REQUIRE(activities.open(plan, desk.moment()));  // worth nothing any more
    REQUIRE(activities.tap(desk.zhang, SignInWay::card, desk.moment()));

    auto year = desk.ledger.year(desk.zhang.id, 2026);
    REQUIRE(year);
    CHECK(year->activity_hours == Approx(2));
    CHECK(year->hours == Approx(1.5 + 0.5 + 2));
    CHECK(year->goal_hours == 56);
    REQUIRE(year->days.size() == 2);
    CHECK(year->days[0].day + 1 == year->days[1].day);
    CHECK(year->days[0].credited_minutes == Approx(90));
    CHECK(year->days[0].ms.at(StudyLabel::touch) == Milliseconds(60min));
    CHECK(year->by_label.at(StudyLabel::media) == Milliseconds(75min));
    auto empty = desk.ledger.year(desk.zhang.id, 2025);
    REQUIRE(empty);
    CHECK(empty->hours == 0);
    CHECK(empty->days.empty());

    const auto seq = *desk.records->last_seq();
    REQUIRE(desk.policies.remove(desk.today(), desk.moment()));
    CHECK(*desk.records->last_seq() == seq + 1);  // of the change; no record was touched
    CHECK(desk.ledger.year(desk.zhang.id, 2026)->hours == Approx(1.5 + 0.5 + 4));

    auto day = desk.ledger.day(desk.zhang.id, desk.today() - 1);
    REQUIRE(day);
    CHECK(day->credited_minutes == Approx(90));
    CHECK(desk.ledger.day(desk.zhang.id, 1)->ms.empty());
    CHECK(desk.ledger.year({"m-nobody"}, 2026)->days.empty());
}

TEST_CASE("recent items, quizzes by theme, and what is due", "[study][ledger]") {
    Desk desk;
    desk.study("media", 60s, "a");
    desk.study("media", 60s, "b");
    desk.study("media", 60s, "c");
    desk.study("reading", 30s, "a");
    auto recent = desk.ledger.recent(desk.zhang.id, 2);
    REQUIRE(recent);
    REQUIRE(recent->size() == 2);
    CHECK((*recent)[0].item == "a");
    CHECK((*recent)[0].ms == Milliseconds(90s));
    CHECK((*recent)[0].title.en == "Film");
    CHECK((*recent)[0].last_day == desk.today());
    CHECK((*recent)[1].item == "c");

    desk.answer("q2", false);
    desk.clock.advance(24h);
    desk.answer("q1", false);
    desk.answer("q3", true);
    auto themes = desk.ledger.quizzes(desk.zhang.id);
    REQUIRE(themes);
    REQUIRE(themes->size() == 1);
    CHECK(themes->front().asked == 3);
    CHECK(themes->front().correct == 1);
    auto book = desk.ledger.wrong_answers(desk.zhang.id);
    REQUIRE(book);
    REQUIRE(book->size() == 2);
    CHECK((*book)[0].question == "q2");
    CHECK((*book)[0].due_day == desk.today());
    CHECK((*book)[1].times_wrong == 1);
    CHECK(*desk.ledger.due_questions(desk.zhang.id, desk.today(), 10) == std::vector<std::string>{"q2"});
    CHECK(*desk.ledger.due_questions(desk.zhang.id, desk.today() + 1, 10) == std::vector<std::string>{"q2", "q1"});
    CHECK(*desk.ledger.due_questions(desk.zhang.id, desk.today() + 1, 1) == std::vector<std::string>{"q2"});
}

TEST_CASE("the receipt of a day is checked with the terminal's key, and names the end of the chain", "[study][ledger]") {
    Desk desk;
    desk.study("media", 90s);
    desk.study("quiz", Milliseconds(1999));
    desk.clock.trust_wall(false);
    auto text = desk.ledger.receipt(desk.zhang.id, desk.today(), desk.moment());
    REQUIRE(text);
    CHECK(text->size() <= 300);
    auto receipt = read_receipt(*text, desk.signing.public_key());
    REQUIRE(receipt);
    CHECK(receipt->member == desk.zhang.id);
    CHECK(receipt->day == Date{2026, 7, 1});
    CHECK(!receipt->clock_trusted);
    CHECK(receipt->seconds == std::map<StudyLabel, std::int64_t>{{StudyLabel::media, 90}, {StudyLabel::quiz, 1}});
    const Record last = desk.records->newest(1)->front();
    CHECK(receipt->last_seq == last.seq);
    CHECK(to_hex(last.hash).starts_with(receipt->last_hash));
}

TEST_CASE("all that is stored about a member is taken along, and of nobody else", "[study][ledger]") {
    Desk desk;
    std::vector<Draft> drafts;
    for (int i = 0; i < 1200; ++i)  // his are more than a page
        drafts.push_back({RecordKind::signed_in, i % 2 == 0 ? desk.zhang.id : MemberId{"m-another"}, R"({"session":"s","way":"card"})"});
    REQUIRE(desk.records->keep(drafts, desk.moment()));
    desk.study("media", 60s);
    desk.answer("q1", false);
    auto text = desk.ledger.take_along(desk.zhang.id);
    REQUIRE(text);
    JsonDocument document;
    REQUIRE(document.parse(*text));
    const JsonNode root = document.root();
    CHECK(root["member"]["name"].string() == "张三");
    CHECK(root["member"]["number"].string() == "20230001");
    CHECK(root["member"]["branch"].string() == "一支部");
    CHECK(root["member"]["card"].string() == "CAFE01");
    CHECK(root["days"].items().at(0)["ms"]["media"].integer() == 60'000);
    CHECK(root["items"].items().size() == 1);
    CHECK(root["quizzes"].items().at(0)["asked"].integer() == 1);
    CHECK(root["wrong_answers"].items().at(0)["due"].string() == "2026-07-02");
    const auto records = root["records"].items();
    REQUIRE(records.size() == 602);
    for (std::size_t i = 1; i < records.size(); ++i) REQUIRE(records[i - 1]["seq"].integer() < records[i]["seq"].integer());
    CHECK(document.good());
    CHECK(text->find("m-another") == std::string::npos);
    CHECK(text->find("李四") == std::string::npos);
    CHECK(desk.ledger.take_along({"m-nobody"}).error().kind == ErrorKind::missing);
    // Each record stands in its own line, as it was hashed.
    const std::size_t line = text->find("{\"id\":", text->find("\"records\":["));
    const std::string first = text->substr(line, text->find("\n", line) - line - 1);
    auto record = record_from_json(first);
    REQUIRE(record);
    CHECK(sha256(hashed_part(*record)) == record->hash);
}

TEST_CASE("no question of my study scans a table", "[study][ledger]") {
    Desk desk;
    for (const char* sql : {"SELECT day, label, ms FROM study_day WHERE member = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day",
                            "SELECT a.name FROM attendance t JOIN activity a ON a.id = t.activity WHERE t.member = ?1 AND t.day BETWEEN ?2 AND ?3 ORDER BY t.day",
                            "SELECT item, title, ms, last_day FROM study_item WHERE member = ?1 ORDER BY last_seq DESC LIMIT ?2",
                            "SELECT theme, asked, correct FROM quiz_tally WHERE member = ?1 ORDER BY asked DESC, theme",
                            "SELECT question FROM wrong_answer WHERE member = ?1 AND due_day <= ?2 ORDER BY due_day, question LIMIT ?3"}) {
        auto rows = desk.db->query(std::string("EXPLAIN QUERY PLAN ") + sql);
        REQUIRE(rows);
        while (rows->next()) {
            INFO(rows->text(3));
            CHECK(rows->text(3).find("SCAN") == std::string::npos);
        }
    }
}

// xinghuo-tests "[.bench]": prints what my study of three years costs in a database of two million records. Target: 50 ms.
TEST_CASE("my study in a large database", "[.bench]") {
    Desk desk;
    const auto run = [&](const std::string& sql) {
        auto done = desk.db->run_script(sql);
        if (!done) FAIL(done.error().what);
    };
    const std::int64_t last_day = desk.today(), first_day = last_day - 3 * 365;
    run("PRAGMA synchronous=OFF");
    // Two thousand others, a thousand records each; three years of days each; the member has as much, every day.
    run("BEGIN; INSERT INTO record (seq, id, boot, kind, member, at_ms, clock_trusted, mono_ms, body, prev_hash, hash) "
        "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 2001000) "
        "SELECT i, lower(hex(randomblob(16))), 1, 'study_interval', printf('m-%032d', i % 2000), 1700000000000 + i, 1, i, "
        "'{\"session\":\"0197c2c0-1111-7222-8333-444455556666\",\"label\":\"media\",\"item\":\"film\",\"title\":{\"zh\":\"x\"},\"ms\":1000}', "
        "randomblob(32), randomblob(32) FROM n; COMMIT");
    run("BEGIN; INSERT INTO study_day (member, day, label, ms) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999999) "
        "SELECT printf('m-%032d', i / 1000), " + std::to_string(first_day) + " + i % 1000, 'media', 1000 FROM n; COMMIT");
    run("BEGIN; INSERT INTO wrong_answer (member, question, theme, stage, due_day, times_wrong) "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399999) "
        "SELECT printf('m-%032d', i / 200), 'q' || (i % 200), 't', 0, 1, 1 FROM n; COMMIT");
    const std::string& me = desk.zhang.id.text;
    for (const char* label : {"touch", "media", "reading", "quiz"})
        run("INSERT INTO study_day (member, day, label, ms) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1094) "
            "SELECT '" + me + "', " + std::to_string(first_day) + " + 1 + i, '" + label + "', 600000 FROM n");
    run("INSERT INTO study_item (member, item, title, ms, last_seq, last_day) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999) "
        "SELECT '" + me + "', 'i' || i, '{\"zh\":\"题\",\"en\":\"T\"}', 1000, i, 1 FROM n");
    run("INSERT INTO wrong_answer (member, question, theme, stage, due_day, times_wrong) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299) "
        "SELECT '" + me + "', 'q' || i, 't', 0, i, 1 FROM n");
    run("INSERT INTO quiz_tally (member, theme, asked, correct) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29) "
        "SELECT '" + me + "', 't' || i, 10, 9 FROM n");
    run("INSERT INTO activity (id, name, type, branch, late_after_min, opened_seq, day) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149) "
        "SELECT 'a-' || i, 'x', 'party_class', '', 5, i, " + std::to_string(first_day) + " + i FROM n");
    run("INSERT INTO attendance (activity, member, came_seq, late, day) SELECT id, '" + me + "', 1, 0, day FROM activity");
    REQUIRE(desk.db->checkpoint());
    REQUIRE(desk.policies.set(first_day, Policy(), desk.moment()));

    const SystemClock stopwatch;
    for (int round = 0; round < 4; ++round) {
        const Instant begun = stopwatch.now();
        for (int year = 2024; year <= 2026; ++year) REQUIRE(desk.ledger.year(desk.zhang.id, year));
        REQUIRE(desk.ledger.day(desk.zhang.id, last_day));
        REQUIRE(desk.ledger.recent(desk.zhang.id, 20)->size() == 20);
        REQUIRE(desk.ledger.quizzes(desk.zhang.id)->size() == 30);
        REQUIRE(desk.ledger.wrong_answers(desk.zhang.id)->size() == 300);
        REQUIRE(desk.ledger.due_questions(desk.zhang.id, last_day, 20)->size() == 20);
        REQUIRE(desk.ledger.receipt(desk.zhang.id, last_day, desk.moment()));
        const Instant done = stopwatch.now();
        std::cout << fmt::format("my study, {}: {:.2f} ms\n", round == 0 ? "first" : "again", seconds(done - begun) * 1000);
        CHECK(done - begun < 50ms);
    }
}
