// The roster from a file to the members, and back again.
#include "content/study/roster.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/support/study_room.h"

using namespace xinghuo;

namespace {

RosterFile roster(std::string_view csv) {
    auto table = read_table(Bytes(csv.begin(), csv.end()));
    INFO((table ? "" : table.error().what));
    REQUIRE(table);
    auto file = read_roster(*table);
    REQUIRE(file);
    return std::move(*file);
}

// "key@row" of every problem.
std::string problems(std::string_view csv) {
    std::string out;
    for (const RosterProblem& one : roster(csv).problems) out += (out.empty() ? "" : " ") + one.key + "@" + std::to_string(one.row);
    return out;
}

std::string many(std::size_t rows, std::string_view last_name = "明") {
    static const std::array<std::string, 8> surnames = {"王", "李", "张", "刘", "陈", "杨", "欧阳", "单"};
    static const std::array<std::string, 10> given = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳"};
    std::string csv = "学号,姓名,支部,卡号\n";
    for (std::size_t i = 0; i < rows; ++i)
        csv += fmt::format("{},{}{}{},第{}支部,C{:08}\n", 20230000 + i, surnames[i % 8], given[i / 8 % 10], i % 3 != 0 ? std::string(last_name) : "", i % 97, i);
    return csv;
}

const std::string three = "学号,姓名,党支部,卡号,拼音\n20230001,张三,一支部,aa01,\n20230002,李四,一支部,,\n20230003,陈𬱖,二支部,AA03,Chén Tǐ\n";

}  // namespace

TEST_CASE("a roster is compared, taken over, and everybody is found", "[study][roster]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    const RosterFile file = roster(three);
    REQUIRE(file.problems.empty());
    auto preview = importer.preview(file);
    REQUIRE(preview);
    CHECK(preview->added.size() == 3);
    CHECK(preview->may_apply());
    CHECK(*room.members->count() == 0);
    const auto before = *room.members->revision();
    REQUIRE(importer.apply(file, room.moment()));
    CHECK(*room.members->revision() > before);
    CHECK(*room.members->count() == 3);

    auto by_card = room.members->by_card(" aa01\n");
    REQUIRE(by_card);
    REQUIRE(by_card->has_value());
    CHECK((*by_card)->name == "张三");
    CHECK((*by_card)->branch == "一支部");
    auto by_number = room.members->by_number("20230003");
    REQUIRE(by_number);
    REQUIRE(by_number->has_value());
    CHECK((*by_number)->name == "陈𬱖");
    CHECK((*by_number)->pinyin == "Chén Tǐ");
    auto by_id = room.members->by_id((*by_number)->id);
    REQUIRE(by_id);
    CHECK((*by_id)->number == "20230003");
    CHECK_FALSE(room.members->by_card("AA0")->has_value());
    CHECK_FALSE(room.members->by_card("")->has_value());
    CHECK_FALSE(room.members->by_card("20230001")->has_value());

    auto records = room.records->newest(1);
    REQUIRE(records);
    CHECK(records->back().kind == RecordKind::admin_action);
    CHECK(records->back().body == R"({"action":"roster_import","added":3,"changed":0,"gone":0})");

    auto directory = Members::build_directory(*room.db, room.key);
    REQUIRE(directory);
    CHECK((*directory)->branches.size() == 2);
    CHECK((*directory)->branches[0].name == "一支部");
    const auto named = [&](std::string_view letters) {
        std::string out;
        for (const auto who : (*directory)->names.find(letters, 9).who) out += (*directory)->members[who].name + " ";
        return out;
    };
    CHECK(named("zs") == "张三 ");
    CHECK(named("ct") == "陈𬱖 ");
    CHECK(named("chenti") == "陈𬱖 ");
}

TEST_CASE("what is wrong with a roster is said by its row", "[study][roster]") {
    const std::string head = "member_no,name,branch,card\n";
    CHECK(problems("") == "no_rows@0");
    CHECK(problems(head) == "no_rows@0");
    CHECK(problems(head + "1,张三,甲,\n").empty());
    CHECK(problems(head + "1,张三,甲,\n1,李四,甲,\n") == "number_twice@3");
    CHECK(problems(head + "a1,张三,甲,\n １,李四,甲,\nＡ１,王五,甲,\n") == "number_twice@4");
    CHECK(problems(head + "1,张三,甲,c1\n2,李四,甲,\n3,王五,甲,C1\n") == "card_twice@4");
    CHECK(problems(head + "1,,甲,\n,李四,甲,\n") == "no_name@2 no_number@3");
    // A branch that was merged over two rows stands in the first only.
    CHECK(problems(head + "1,张三,,\n2,李四,甲,\n3,王五,,\n") == "no_branch@2 no_branch_merged@4");
    CHECK(problems(head + "#N/A,张三,甲,\n2,#REF!,甲,\n") == "formula_error@2 formula_error@3");
    CHECK(problems(head + "2.0230001E+07,张三,甲,\n1,李四,甲,1.10101E+17\n2,王五,甲,12E45678\n") == "lost_digits@2 lost_digits@3");
    CHECK(problems(head + "1,张\x01三,甲,\n2,\"李\n四\",甲,\n") == "bad_characters@2 bad_characters@3");
    CHECK(problems("姓名,部门\n张三,x\n") == "no_column@0 no_column@0");
    CHECK(problems("学号,姓名,支部,工号\n1,张三,甲,2\n") == "column_twice@1");
    CHECK(problems("学号,姓名,支部,主持人\n1,张三,甲,也许\n2,李四,甲,是\n3,王五,甲,NO\n") == "bad_host@2");
    CHECK(problems("学号,姓名,支部,拼音\n1,张三,甲,12\n") == "bad_pinyin@2");
    std::string forty, forty_one;
    for (int i = 0; i < 40; ++i) forty += "𬱖";
    forty_one = forty + "三";
    CHECK(problems(head + "1," + forty + ",甲,\n").empty());
    CHECK(problems(head + "1," + forty_one + ",甲,\n") == "name_long@2");
    CHECK(roster(head + "1," + forty_one + ",甲,\n").problems[0].what == "row 2: name has 41 characters, 40 at most");
    const RosterFile lacking = roster("姓名,部门\n张三,x\n");
    CHECK(lacking.problems[0].what == "there is no column member_no (found: 姓名, 部门)");
    CHECK(lacking.unknown == std::vector<std::string>{"部门"});
    std::string all_wrong = head;
    for (int i = 0; i < 3'000; ++i) all_wrong += fmt::format("{},,甲,\n", i);
    const RosterFile many_wrong = roster(all_wrong);
    CHECK(many_wrong.problems.size() == 1'001);
    CHECK(many_wrong.problems.back().value == "2000");
    for (const std::string& csv : {head + "1,,甲,\n", std::string("学号,姓名,支部,主持人\n1,张三,甲,也许\n"), std::string()})
        for (const RosterProblem& one : roster(csv).problems) CHECK(std::find(roster_problem_keys.begin(), roster_problem_keys.end(), one.key) != roster_problem_keys.end());
}

TEST_CASE("cells are cleaned of what nobody meant, and of nothing else", "[study][roster]") {
    const RosterFile file = roster("序号, 学 号 ,姓名*,所在党支部,卡号,拼音,主持人\n9,\"=\"\"００７\"\"\", 张　三 ,机关（一）支部,ab 1,ZhangSan,是\n9,8,=Anna  Schmidt,x,,,\n9,7, 陈𬱖\xEF\xBB\xBF,x,,,否\n,,,,,,\n");
    REQUIRE(file.problems.empty());
    REQUIRE(file.rows.size() == 3);
    CHECK(file.unknown == std::vector<std::string>{"序号"});
    CHECK(file.rows[0].number == "007");
    CHECK(file.rows[0].name == "张三");
    CHECK(file.rows[0].branch == "机关（一）支部");
    CHECK(file.rows[0].card == "AB 1");
    CHECK(file.rows[0].host);
    CHECK(file.rows[1].name == "=Anna Schmidt");
    CHECK(file.rows[2].name == "陈𬱖");
    CHECK(file.rows[2].row == 4);
}

TEST_CASE("a file with a problem changes nothing at all", "[study][roster]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    const RosterFile file = roster("学号,姓名,支部\n1,张三,甲\n2,,甲\n");
    auto preview = importer.preview(file);
    REQUIRE(preview);
    CHECK_FALSE(preview->may_apply());
    const auto done = importer.apply(file, room.moment());
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::invalid);
    CHECK(*room.members->count() == 0);
    CHECK(*room.records->last_seq() == 0);
    CHECK(importer.history(5)->empty());
}

TEST_CASE("who is gone keeps the identity, and comes back with it", "[study][roster]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    REQUIRE(importer.apply(roster(three), room.moment()));
    const MemberId li = (*room.members->by_number("20230002"))->id;
    const RosterFile without = roster("学号,姓名,支部,主持人\n20230001,张三,二支部,是\n20230003,陈𬱖,二支部,\n");
    auto preview = importer.preview(without);
    REQUIRE(preview);
    CHECK(preview->added.empty());
    REQUIRE(preview->changed.size() == 1);
    CHECK(preview->changed[0].before.branch == "一支部");
    REQUIRE(preview->gone.size() == 1);
    CHECK(preview->gone[0].before.name == "李四");
    CHECK(preview->same == 1);
    REQUIRE(importer.apply(without, room.moment()));
    CHECK_FALSE(room.members->by_number("20230002")->has_value());
    CHECK((*room.members->by_id(li))->gone);
    CHECK(*room.members->count() == 2);
    // Without a card or pinyin column, what was there stays.
    CHECK((*room.members->by_card("AA01"))->branch == "二支部");
    CHECK((*room.members->by_card("AA01"))->host);
    CHECK((*room.members->by_number("20230003"))->pinyin == "Chén Tǐ");
    auto back = importer.preview(roster(three));
    REQUIRE(back);
    REQUIRE(back->added.size() == 1);
    CHECK(back->added[0].before.gone);
    REQUIRE(importer.apply(roster(three), room.moment()));
    CHECK((*room.members->by_number("20230002"))->id == li);
    REQUIRE(importer.apply(roster(three), room.moment()));  // nothing new: recorded, but no import to undo
    CHECK(importer.history(10)->size() == 3);
}

TEST_CASE("cards: the roster wins, an empty cell says nothing", "[study][roster]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    REQUIRE(importer.apply(roster(three), room.moment()));
    const MemberId li = (*room.members->by_number("20230002"))->id;
    REQUIRE(room.members->bind_card(li, "bb02", room.moment()));
    REQUIRE(importer.apply(roster(three), room.moment()));
    CHECK((*room.members->by_card("BB02"))->name == "李四");
    // Two change cards with one another, and a third loses his to somebody new.
    REQUIRE(importer.apply(roster("学号,姓名,支部,卡号\n20230001,张三,一支部,AA03\n20230003,陈𬱖,二支部,AA01\n20230002,李四,一支部,\n20230004,王五,一支部,BB02\n"), room.moment()));
    CHECK((*room.members->by_card("aa03"))->name == "张三");
    CHECK((*room.members->by_card("aa01"))->name == "陈𬱖");
    CHECK((*room.members->by_card("bb02"))->name == "王五");
    CHECK((*room.members->by_id(li))->card.empty());
    REQUIRE(importer.undo_last(room.moment()));
    CHECK((*room.members->by_card("aa01"))->name == "张三");
    CHECK((*room.members->by_card("aa03"))->name == "陈𬱖");
    CHECK((*room.members->by_card("bb02"))->name == "李四");
    CHECK_FALSE(room.members->by_number("20230004")->has_value());
}

TEST_CASE("an import is taken back exactly, and what was done since stays", "[study][roster]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    CHECK(importer.undo_last(room.moment()).error().kind == ErrorKind::missing);
    REQUIRE(importer.apply(roster(three), room.moment()));
    const MemberId zhang = (*room.members->by_number("20230001"))->id, li = (*room.members->by_number("20230002"))->id;
    REQUIRE(importer.apply(roster("学号,姓名,支部\n20230001,张三丰,三支部\n20230004,王五,三支部\n20230005,赵六,三支部\n"), room.moment()));
    const MemberId wang = (*room.members->by_number("20230004"))->id;
    REQUIRE(room.members->set_pin(zhang, "4711", room.moment()));
    REQUIRE(room.members->bind_card(zhang, "new1", room.moment()));
    // 王五 signed in: a record speaks of him.
    const Draft draft{RecordKind::signed_in, wang, R"({"session":"s","way":"name"})"};
    REQUIRE(room.records->keep({&draft, 1}, room.moment()));
    REQUIRE(importer.undo_last(room.moment()));
    CHECK(*room.members->count() == 3);
    const Member now = **room.members->by_id(zhang);
    CHECK(now.name == "张三");
    CHECK(now.branch == "一支部");
    CHECK(now.card == "NEW1");
    CHECK(now.has_pin);
    CHECK_FALSE((*room.members->by_id(li))->gone);
    CHECK((*room.members->by_id(wang))->gone);
    CHECK((*room.members->by_id(wang))->name == "王五");
    CHECK(*room.db->integer_or(-1, "SELECT COUNT(*) FROM member") == 4);  // 赵六 left no trace
    auto history = importer.history(10);
    REQUIRE(history);
    REQUIRE(history->size() == 2);
    CHECK((*history)[0].undone);
    CHECK_FALSE((*history)[1].undone);
    CHECK(room.records->newest(1)->back().body == fmt::format(R"({{"action":"roster_undo","import":{}}})", (*history)[0].id));
    REQUIRE(importer.undo_last(room.moment()));
    CHECK(*room.members->count() == 0);
    CHECK(importer.undo_last(room.moment()).error().kind == ErrorKind::missing);
}

TEST_CASE("fifty thousand rows are taken over in one go", "[study][roster][slow]") {
    StudyRoom room;
    Roster importer(*room.db, room.key, *room.records);
    const SystemClock clock;
    auto last = clock.now();
    const auto lap = [&] { return seconds(clock.now() - std::exchange(last, clock.now())); };
    const std::string csv = many(50'000);
    lap();
    const RosterFile file = roster(csv);
    REQUIRE(file.problems.empty());
    const double read_s = lap();
    REQUIRE(importer.preview(file)->added.size() == 50'000);
    const double preview_s = lap();
    REQUIRE(importer.apply(file, room.moment()));
    const double apply_s = lap();
    auto directory = Members::build_directory(*room.db, room.key);
    REQUIRE(directory);
    CHECK((*directory)->members.size() == 50'000);
    const double directory_s = lap();
    REQUIRE(importer.apply(roster(many(49'000, "宁")), room.moment()));
    const double second_s = lap();
    CHECK(importer.history(1)->front().gone == 1'000);
    REQUIRE(importer.undo_last(room.moment()));
    std::cout << fmt::format("50,000 rows: read {:.1f} s, preview {:.1f} s, apply {:.1f} s, directory {:.1f} s, another file {:.1f} s, undo {:.1f} s\n", read_s, preview_s, apply_s, directory_s,
                             second_s, lap());
    CHECK(*room.members->count() == 50'000);
    CHECK((*directory)->names.find("ouyang", 5).total == 6'250);
}
