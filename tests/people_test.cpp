// Who is behind an opaque id: imported, found, erased.
#include "sync/server/people.h"

#include "content/base/spreadsheet.h"
#include "sync/server/people_key.h"
#include "sync/server/publish_api.h"
#include "tests/support/hours_room.h"

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
    // Many are read at once: the same people, and nobody else.
    std::set<std::string> many = met;
    for (int i = 0; i < 5'000; ++i) many.insert(fmt::format("m-{:08}-nobody", i));
    const auto found = room.people.of(many);
    REQUIRE(found);
    CHECK(found->size() == 13);
    for (const auto& [id, person] : *found) CHECK((met.contains(id) && person.id.text == id && person.branch == "甲"));
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

TEST_CASE("one number is one id, whichever way people come: by command, over HTTP, in any letters", "[centre][people]") {
    for (const bool command_first : {true, false}) {
        PeopleRoom room;
        auto publisher = Publisher::open(room.database.folder(), today);
        REQUIRE(publisher);
        const std::string by_command = "学号,姓名,支部\nA1001,张三,一支部\n1002,李四,一支部\n", over_http = "学号,姓名,支部\nａ１００１,张三,二支部\n1002 ,李四,一支部\n1003,王五,一支部\n";
        const auto told = [&](const std::string& given) {
            if (auto done = tell_roster(*publisher, *room.sql, room.key, 1, given, today); !done) FAIL(done.error().what);
            std::map<std::string, std::string> ids;
            const auto read = read_told_roster((*publisher->told(1, ToldKind::roster))->document);
            REQUIRE(read);
            for (const RosterRow& row : read->rows) ids[row.name] = row.id.text;
            return ids;
        };
        std::map<std::string, std::string> first, then;
        if (command_first) first = told(by_command);
        REQUIRE(room.people.apply(roster(over_http), today));
        if (!command_first) first = told(by_command);
        const std::string zhang = (*room.people.by_number("Ａ1001"))->id.text;
        CHECK(first.at("张三") == zhang);
        CHECK((*room.people.by_number(" a1001"))->id.text == zhang);
        CHECK(first.at("李四") == (*room.people.by_number("1002"))->id.text);
        // Nothing given: the people as they stand.
        then = told("");
        CHECK(then.at("张三") == zhang);
        CHECK(then.size() == (command_first ? 3u : 2u));
        // A told roster with ids is the same people; it cannot give a number another id, nor an id another number.
        const std::string document = (*publisher->told(1, ToldKind::roster))->document;
        CHECK(tell_roster(*publisher, *room.sql, room.key, 1, document, today));
        std::string other = document;
        other.replace(other.find(zhang), zhang.size(), "m-" + std::string(32, '0'));
        CHECK_FALSE(tell_roster(*publisher, *room.sql, room.key, 1, other, today));
        CHECK_FALSE(tell_roster(*publisher, *room.sql, room.key, 1,
                                    R"({"schema_version":1,"members":[{"id":")" + zhang + R"(","number":"9","name":"孙七","branch":"一支部"}]})", today));
        // Erased and listed again: somebody new; and the other organisation's are its own.
        REQUIRE(room.people.erase({zhang}));
        CHECK_FALSE(room.people.told_too_much()->empty());
        then = told(by_command);
        CHECK(then.at("张三") != zhang);
        People others(*room.sql, room.key, 2);
        REQUIRE(others.apply(roster(by_command), today));
        CHECK((*others.by_number("1002"))->id != (*room.people.by_number("1002"))->id);
        CHECK_FALSE(*others.by_id({then.at("张三")}));
    }
}

TEST_CASE("rosters that were told before the centre knew people are joined, once", "[centre][people]") {
    PeopleRoom room;
    auto publisher = Publisher::open(room.database.folder(), today);
    REQUIRE(publisher);
    REQUIRE(publisher->tell(1, ToldKind::roster, R"({"schema_version":1,"members":[{"id":"m-told-1","number":"1001","name":"张三","branch":"一支部"},
                                                    {"id":"m-told-2","number":"1002","name":"李四","branch":"一支部"}]})", {}, today));
    // 1001 came over HTTP, too, with another id, and somebody used it.
    REQUIRE(room.people.apply(roster("学号,姓名,支部\n1001,张三,二支部\n1003,王五,二支部\n"), today));
    const std::string was = (*room.people.by_number("1001"))->id.text, wang = (*room.people.by_number("1003"))->id.text;
    ToldTerminal t("joining");
    t.study(was, "media", 60'000);
    t.study("m-told-1", "media", 30'000);
    room.send(t.signing.public_key(), t.records, today);
    REQUIRE(join_people(*publisher, *room.sql, room.key, 1));
    CHECK((*room.people.by_number("1001"))->id.text == "m-told-1");
    CHECK((*room.people.by_number("1001"))->branch == "二支部");
    CHECK((*room.people.by_number("1002"))->id.text == "m-told-2");
    CHECK((*room.people.by_number("1003"))->id.text == wang);
    CHECK(room.rows("SELECT member, SUM(media_ms) FROM study_day GROUP BY member", 2) == "m-told-1|90000\n");
    CHECK(*present_id(*room.sql, 1, was) == "m-told-1");
    // Who is erased now does not come back by it, and the terminals are told without them.
    REQUIRE(room.people.erase({"m-told-2"}));
    REQUIRE(join_people(*publisher, *room.sql, room.key, 1));
    CHECK_FALSE(*room.people.by_number("1002"));
    CHECK(*tend_repository(*publisher, *room.sql, 1, today, &room.key));
    CHECK((*publisher->told(1, ToldKind::roster))->document.find("李四") == std::string::npos);
    CHECK((*publisher->told(1, ToldKind::roster))->document.find("m-told-1") != std::string::npos);
    CHECK(room.people.told_too_much()->empty());
    CHECK_FALSE(*tend_repository(*publisher, *room.sql, 1, today, &room.key));
}

TEST_CASE("whoever is erased while the roster is being told is not told for longer than that", "[centre][people]") {
    PeopleRoom room;
    auto publisher = Publisher::open(room.database.folder(), today);
    REQUIRE(publisher);
    if (room.sql->dialect() == Sql::Dialect::postgres) return;  // the order is the repository's: a database of either kind is told the same
    const auto theirs = room.database.connect();
    // Erased before anything was told: the note waits for the first roster, which may be on its way with them.
    REQUIRE(room.people.apply(roster("学号,姓名,支部\n1001,张三,一支部\n1002,李四,一支部\n"), today));
    REQUIRE(room.people.erase((*room.people.by_number("1002"))->id));
    REQUIRE(tend_repository(*publisher, *room.sql, 1, today, &room.key));
    CHECK_FALSE(room.people.told_too_much()->empty());
    REQUIRE(tell_roster(*publisher, *room.sql, room.key, 1, "", today));
    CHECK(room.people.told_too_much()->empty());
    int moments = 0;
    // Between any two statements of one who tells: a person is erased, and the server tells again without them, as it does every minute.
    const auto interrupted_at = [&](int moment, const std::function<void(Sql&)>& telling) {
        const std::string number = fmt::format("7{:03}", ++moments), name = "王" + number;
        REQUIRE(room.people.apply(roster("学号,姓名,支部\n1001,张三,一支部\n1009,李四,一支部\n" + number + "," + name + ",一支部\n"), today));
        const MemberId id = (*room.people.by_number(number))->id;
        bool erased = false;
        WatchedSql watched(*theirs, [&](int now, bool) {
            if (now != moment) return;
            erased = true;
            REQUIRE(room.people.erase(id));
            (void)tend_repository(*publisher, *room.sql, 1, today, &room.key);  // refused while the other one publishes
        });
        telling(watched);
        if (!erased) return false;
        REQUIRE(tend_repository(*publisher, *room.sql, 1, today, &room.key));
        const std::string told = (*publisher->told(1, ToldKind::roster))->document;
        INFO(moment);
        CHECK(told.find(name) == std::string::npos);
        CHECK(told.find("张三") != std::string::npos);
        CHECK(room.people.told_too_much()->empty());
        return true;
    };
    int moment = 1;
    while (interrupted_at(moment, [&](Sql& sql) { REQUIRE(tell_roster(*publisher, sql, room.key, 1, "", today)); })) ++moment;
    CHECK(moment > 4);
    const auto tending = [&](Sql& sql) {  // because of somebody else, who is erased
        REQUIRE(room.people.erase((*room.people.by_number("1009"))->id));
        REQUIRE(tend_repository(*publisher, sql, 1, today, &room.key));
    };
    moment = 1;
    while (interrupted_at(moment, tending)) ++moment;
    CHECK(moment > 4);
}

TEST_CASE("another key in the place of the one that seals people: everybody is found, and the old one opens nobody", "[centre][people]") {
    PeopleRoom room;
    const Path keys = std::filesystem::temp_directory_path() / ("xinghuo-people-keys-" + to_hex(random_bytes(8)));
    {
        auto first = open_people_key(keys, *room.sql, 1);
        REQUIRE(first);
        People people(*room.sql, *first, 1);
        REQUIRE(people.apply(roster("学号,姓名,支部,卡号\n1001,张三,一支部,AB01\n1002,李四,一支部,\n1003,王五,二支部,AB03\n"), today));
        REQUIRE(people.apply(roster("学号,姓名,支部,卡号\n1001,张三,一支部,AB01\n1002,李四,一支部,\n"), today));
        const MemberId id = (*people.by_number("1001"))->id;

        const auto count = replace_people_key(keys, *room.sql, 1);
        REQUIRE(count);
        CHECK(*count == 3);  // also who is gone
        const auto second = open_people_key(keys, *room.sql, 1);
        REQUIRE(second);
        People anew(*room.sql, *second, 1);
        REQUIRE(*anew.by_number("1001"));
        CHECK((*anew.by_number("1001"))->id == id);
        CHECK((*anew.by_number("1003"))->gone_ms > 0);
        CHECK(!people.by_id(id));
        CHECK(!*people.by_number("1001"));
        CHECK(!people.apply(roster("学号,姓名\n1009,某人\n"), today));  // a server that still has the old key writes nothing

        // Stopped before the people were sealed: the next key that lies there was never used.
        REQUIRE(SecretKey::load_or_make(keys / "people-next.key"));
        const auto same = open_people_key(keys, *room.sql, 1);
        REQUIRE(same);
        CHECK(People(*room.sql, *same, 1).by_id(id));
        // Stopped after that, before the file took its place.
        const auto next = SecretKey::load_or_make(keys / "people-next.key");
        REQUIRE(next);
        REQUIRE(anew.seal_anew(*next));
        const auto mended = open_people_key(keys, *room.sql, 1);
        REQUIRE(mended);
        CHECK((*People(*room.sql, *mended, 1).by_number("1002"))->name == "李四");
        CHECK(!std::filesystem::exists(keys / "people-next.key"));
    }
    std::filesystem::remove_all(keys);
}
