// The roll-ups: what they sum, what costs nothing, and that they can be made anew from the records.
#include "content/study/tally.h"

#include <fmt/format.h>

#include <map>
#include <random>

#include "content/quiz/review.h"
#include "content/study/day.h"
#include "tests/support/study_room.h"

using namespace xinghuo;

namespace {

const MemberId ming{"m-00000000000000000000000000000001"}, hong{"m-00000000000000000000000000000002"};

void keep(StudyRoom& room, RecordKind kind, const MemberId& member, const std::string& body) {
    const Draft drafts[] = {{kind, member, body}};
    auto kept = room.records->keep(drafts, room.moment());
    if (!kept) FAIL(kept.error().what);
}

void study(StudyRoom& room, const MemberId& member, const std::string& label, std::int64_t ms, const std::string& item = "", RecordKind kind = RecordKind::study_interval) {
    keep(room, kind, member, fmt::format(R"({{"session":"s","label":"{}","item":"{}","title":{{"zh":"题{}","en":"T"}},"pack":"p","pack_version":1,"ms":{}}})", label, item, ms, ms));
}

void answer(StudyRoom& room, const MemberId& member, const std::string& question, bool right) {
    keep(room, RecordKind::quiz_answered, member, fmt::format(R"({{"question":"{}","theme":"t{}","right":{},"score":1}})", question, question.size(), right));
}

// Every row of a query, its columns with |, its rows with newlines.
std::string rows_of(StudyRoom& room, const std::string& sql, int columns) {
    auto rows = room.db->query(sql);
    REQUIRE(rows);
    std::string all;
    while (rows->next()) {
        for (int i = 0; i < columns; ++i) all += (i == 0 ? "" : "|") + (rows->null(i) ? "-" : rows->text(i));
        all += "\n";
    }
    REQUIRE(rows->end());
    return all;
}

std::string days(StudyRoom& room) { return rows_of(room, "SELECT member, day, label, ms FROM study_day ORDER BY 1, 2, 3", 4); }
std::string book(StudyRoom& room) { return rows_of(room, "SELECT question, theme, stage, due_day, times_wrong FROM wrong_answer ORDER BY member, question", 5); }

std::string everything(StudyRoom& room) {
    return days(room) + "#\n" + rows_of(room, "SELECT member, item, title, ms, last_seq, last_day FROM study_item ORDER BY 1, 2", 6) + "#\n" +
           rows_of(room, "SELECT member, theme, asked, correct FROM quiz_tally ORDER BY 1, 2", 4) + "#\n" + book(room) + "#\n" +
           rows_of(room, "SELECT id, name, type, branch, day, planned_ms, late_after_min, host, opened_seq, closed_seq, guests FROM activity ORDER BY 1", 11) + "#\n" +
           rows_of(room, "SELECT activity, member, came_seq, late, left_seq, day FROM attendance ORDER BY 1, 2", 6);
}

}  // namespace

TEST_CASE("intervals, and what a crash left proven of them, are summed by member, day, label and item", "[study][tally]") {
    StudyRoom room;
    const std::int64_t today = china_day(room.moment().wall);
    study(room, ming, "media", 60'000, "film");
    study(room, ming, "media", 5'000, "film", RecordKind::abandoned);
    study(room, ming, "reading", 7'000, "letter");
    study(room, ming, "touch", 900);
    study(room, hong, "media", 1'000, "film");
    CHECK(days(room) == fmt::format("{0}|{2}|media|65000\n{0}|{2}|reading|7000\n{0}|{2}|touch|900\n{1}|{2}|media|1000\n", ming.text, hong.text, today));
    CHECK(rows_of(room, "SELECT item, title, ms, last_seq, last_day FROM study_item WHERE member = '" + ming.text + "' ORDER BY last_seq DESC", 5) ==
          fmt::format("letter|{{\"zh\":\"题7000\",\"en\":\"T\"}}|7000|3|{0}\nfilm|{{\"zh\":\"题5000\",\"en\":\"T\"}}|65000|2|{0}\n", today));
}

TEST_CASE("what has no member, or nothing to sum, is a record and nothing more", "[study][tally]") {
    StudyRoom room;
    study(room, {}, "media", 60'000, "film");
    answer(room, {}, "q1", false);
    keep(room, RecordKind::attended, ming, R"({"activity":"a-none","name":"x","as":"on_time","way":"card"})");
    keep(room, RecordKind::guest_visit, {}, "{}");
    keep(room, RecordKind::study_interval, ming, "{}");
    keep(room, RecordKind::study_interval, ming, R"({"label":"sleeping","ms":1000})");
    keep(room, RecordKind::study_interval, ming, R"({"label":"media","ms":-1000})");
    keep(room, RecordKind::study_interval, ming, R"({"label":3,"ms":"x","item":[]})");
    keep(room, RecordKind::quiz_answered, ming, R"({"question":"q"})");
    CHECK(everything(room) == "#\n#\n#\n#\n#\n");
    CHECK(*room.records->last_seq() == 9);
}

TEST_CASE("the wrong-answer book follows the answers", "[study][tally]") {
    StudyRoom room;
    const std::int64_t today = china_day(room.moment().wall);
    const auto wait_days = [&](int n) { room.clock.advance(std::chrono::hours(24 * n)); };
    answer(room, ming, "q1", true);  // never wrong: never in the book
    CHECK(book(room).empty());
    answer(room, ming, "q1", false);
    answer(room, ming, "q1", false);
    CHECK(book(room) == fmt::format("q1|t2|0|{}|2\n", today + 1));
    answer(room, ming, "q1", true);  // not due yet
    CHECK(book(room) == fmt::format("q1|t2|0|{}|2\n", today + 1));
    for (const int wait : {1, 3, 7, 15}) {
        wait_days(wait);
        answer(room, ming, "q1", true);
    }
    CHECK(book(room) == fmt::format("q1|t2|4|{}|2\n", today + 1 + 3 + 7 + 15 + 30));
    wait_days(30);
    answer(room, ming, "q1", true);
    CHECK(book(room).empty());
    CHECK(rows_of(room, "SELECT theme, asked, correct FROM quiz_tally", 3) == "t2|9|7\n");
}

TEST_CASE("when the record is undone, so are its sums", "[study][tally]") {
    StudyRoom room;
    study(room, ming, "media", 1'000, "film");
    const std::string before = everything(room);
    const Draft drafts[] = {{RecordKind::study_interval, ming, R"({"label":"media","item":"film","title":{"zh":"x"},"ms":5000})"}};
    auto kept = room.records->keep(drafts, room.moment(), [](const std::vector<Record>&) -> Result<void> { return Error{ErrorKind::io, "no"}; });
    CHECK(!kept);
    CHECK(everything(room) == before);
}

TEST_CASE("made anew from the records, the sums are the same, whatever the records", "[study][tally]") {
    for (unsigned seed = 0; seed < 12; ++seed) {
        StudyRoom room;
        std::mt19937 chance(seed);
        const auto upto = [&](unsigned n) { return chance() % n; };
        const std::string labels[] = {"touch", "media", "reading", "quiz", "unknown"};
        const MemberId members[] = {ming, hong, {}};
        std::map<std::pair<std::string, std::string>, std::int64_t> model;  // by member and label
        for (int i = 0; i < 150; ++i) {
            room.clock.advance(std::chrono::minutes(upto(1500)));
            if (upto(9) == 0) room.clock.trust_wall(upto(2) == 0);
            if (upto(12) == 0) {
                const char* places[] = {"1970-01-02T00:00:00Z", "2026-07-01T08:00:00Z", "2026-06-01T08:00:00Z", "2027-02-01T08:00:00Z", "2099-01-01T00:00:00Z"};
                room.clock.jump_wall(wall_time_from_iso(places[upto(5)]));
            }
            const MemberId& member = members[upto(3)];
            const std::string activity = fmt::format("a-{}", upto(3));
            switch (upto(8)) {
                case 0:
                case 1:
                case 2: {
                    const std::string& label = labels[upto(5)];
                    const std::int64_t ms = static_cast<std::int64_t>(upto(100'000));
                    study(room, member, label, ms, upto(3) == 0 ? "" : fmt::format("item{}", upto(5)), upto(5) == 0 ? RecordKind::abandoned : RecordKind::study_interval);
                    if (!member.empty() && label != "unknown" && ms > 0) model[{member.text, label}] += ms;
                    break;
                }
                case 3:
                case 4: answer(room, member, fmt::format("q{}", upto(4)), upto(3) != 0); break;
                case 5:
                    keep(room, upto(2) == 0 ? RecordKind::activity_opened : RecordKind::activity_closed, upto(2) == 0 ? member : MemberId{},
                         fmt::format(R"({{"activity":"{}","name":"课","type":"other","branch":"一","late_after_min":5}})", activity));
                    break;
                case 6: {
                    const char* as[] = {"on_time", "late", "left_early", "back", "odd"};
                    keep(room, RecordKind::attended, member, fmt::format(R"({{"activity":"{}","name":"课","as":"{}","way":"card"}})", activity, as[upto(5)]));
                    break;
                }
                default: keep(room, RecordKind::guest_visit, {}, fmt::format(R"({{"activity":"{}"{}}})", activity, upto(3) == 0 ? R"(,"by":-1)" : "")); break;
            }
        }
        const std::string kept = everything(room);
        INFO("seed " << seed);
        REQUIRE(tally_again(*room.db));
        REQUIRE(everything(room) == kept);
        std::map<std::pair<std::string, std::string>, std::int64_t> sums;
        auto rows = room.db->query("SELECT member, label, SUM(ms) FROM study_day GROUP BY member, label");
        REQUIRE(rows);
        while (rows->next()) sums[{rows->text(0), rows->text(1)}] = rows->integer(2);
        REQUIRE(sums == model);
    }
}
