// Who is behind an opaque id: imported, found, erased.
#include "sync/server/people.h"

#include "content/base/spreadsheet.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime today = wall_time_from_iso("2026-09-01T04:00:00Z");

RosterFile roster(const std::string& csv) {
    auto table = read_table(Bytes(csv.begin(), csv.end()));
    REQUIRE(table);
    auto file = read_roster(*table);
    REQUIRE(file);
    return *file;
}

struct PeopleRoom : RollUpRoom {
    SecretKey key = SecretKey::random();
    People people{*sql, key, 1};
};

}  // namespace

TEST_CASE("a roster at the centre: new, changed and gone are shown, taken over, and ids are for ever", "[centre][people]") {
    PeopleRoom room;
    People& people = room.people;
    const RosterFile first = roster("学号,姓名,支部,卡号\n1001,张三,一支部,AB01\n1002,李四,一支部,\n1003,王五,二支部,AB03\n");
    auto preview = people.preview(first);
    REQUIRE(preview);
    CHECK(preview->added.size() == 3);
    CHECK(*people.count("") == 0);
    REQUIRE(people.apply(first, today));
    CHECK(*people.count("") == 3);
    CHECK(*people.count("一支部") == 2);
    CHECK(*people.branches() == std::vector<std::string>{"一支部", "二支部"});
    const auto zhang = people.by_number(" 1001 ");
    REQUIRE(zhang);
    REQUIRE(*zhang);
    CHECK((*zhang)->name == "张三");
    CHECK((*zhang)->id.text.size() == 34);
    const MemberId id = (*zhang)->id;

    // Li has Zhang's card now, Wang has left, and Zhang's own cell is empty.
    const RosterFile second = roster("学号,姓名,支部,卡号\n1001,张三,二支部,\n1002,李四,一支部,ab01\n1004,赵六,三支部,\n");
    preview = people.preview(second);
    REQUIRE(preview);
    CHECK(preview->added.size() == 1);
    CHECK(preview->changed.size() == 2);
    REQUIRE(preview->gone.size() == 1);
    CHECK(preview->gone.front().before.name == "王五");
    REQUIRE(people.apply(second, today));
    CHECK((*people.by_number("1001"))->id == id);
    CHECK((*people.by_number("1001"))->branch == "二支部");
    CHECK((*people.by_number("1001"))->card.empty());
    CHECK((*people.by_number("1002"))->card == "AB01");
    CHECK((*people.by_number("1003"))->gone_ms == today.unix_ms);
    CHECK(people.preview(second)->same == 3);

    // Who comes back is who they were.
    const MemberId wang = (*people.by_number("1003"))->id;
    REQUIRE(people.apply(first, today));
    CHECK((*people.by_number("1003"))->id == wang);
    CHECK((*people.by_number("1003"))->gone_ms == 0);
    CHECK((*people.by_number("1004"))->gone_ms != 0);

    const RosterFile broken = roster("学号,姓名,支部\n1001,张三,一支部\n1001,李四,一支部\n");
    CHECK_FALSE(people.preview(broken)->problems.empty());
    CHECK(people.preview(broken)->problems.front().row == 3);
    REQUIRE_FALSE(people.apply(broken, today));
    CHECK((*people.by_number("1003"))->gone_ms == 0);
}

TEST_CASE("pages of people, of one branch", "[centre][people]") {
    PeopleRoom room;
    std::string csv = "学号,姓名,支部\n";
    for (int i = 0; i < 25; ++i) csv += fmt::format("{},某人,{}\n", 2000 + i, i % 2 == 0 ? "甲" : "乙");
    REQUIRE(room.people.apply(roster(csv), today));
    std::set<std::string> met;
    MemberId after;
    for (;;) {
        auto page = room.people.list("甲", after, 5);
        REQUIRE(page);
        for (const Person& person : *page) {
            CHECK(person.branch == "甲");
            CHECK(met.insert(person.id.text).second);
        }
        if (page->size() < 5) break;
        after = page->back().id;
    }
    CHECK(met.size() == 13);
    CHECK(room.people.of(met)->size() == 13);
}

TEST_CASE("an erased person cannot be found by anything, and their sums stay", "[centre][people]") {
    PeopleRoom room;
    REQUIRE(room.people.apply(roster("学号,姓名,支部\n1001,诸葛不亮,一支部\n1002,李四,一支部\n"), today));
    const MemberId id = (*room.people.by_number("1001"))->id;
    ToldTerminal t("erasing");
    t.study(id.text, "media", 60'000);
    room.send(t.signing.public_key(), t.records, today);
    REQUIRE(room.people.erase(id));
    CHECK_FALSE(*room.people.by_id(id));
    CHECK_FALSE(*room.people.by_number("1001"));
    CHECK(room.people.list("", {}, 10)->size() == 1);
    CHECK(room.rows("SELECT member, media_ms FROM study_day", 2) == id.text + "|60000\n");
    CHECK(room.people.erase(id).error().kind == ErrorKind::missing);
    // With a later roster they are somebody new.
    REQUIRE(room.people.apply(roster("学号,姓名,支部\n1001,诸葛不亮,一支部\n1002,李四,一支部\n"), today));
    CHECK((*room.people.by_number("1001"))->id != id);
    // Nothing of a person stands in a table in plain.
    CHECK(room.rows("SELECT COUNT(*) FROM person WHERE CAST(sealed AS TEXT) LIKE '%诸葛%' OR number_hash LIKE '%1001%'", 1) == "0\n");
}
