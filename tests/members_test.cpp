// Members: bound, unbound, sealed, forgotten.
#include "content/study/members.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "content/study/roster.h"
#include "tests/support/study_room.h"

using namespace xinghuo;

namespace {

void take_over(StudyRoom& room, std::string_view csv) {
    auto table = read_table(Bytes(csv.begin(), csv.end()));
    REQUIRE(table);
    auto file = read_roster(*table);
    REQUIRE(file);
    REQUIRE(Roster(*room.db, room.key, *room.records).apply(*file, room.moment()));
}

MemberId id_of(StudyRoom& room, std::string_view number) {
    auto member = room.members->by_number(number);
    REQUIRE(member);
    REQUIRE(member->has_value());
    return (*member)->id;
}

std::string newest(StudyRoom& room) { return room.records->newest(1)->back().body; }

constexpr std::string_view people = "学号,姓名,支部,卡号,拼音\n20231234,欧阳晓峰,机关支部,CARD4711,\n20235678,陈𬱖,机关支部,CARD4712,chentixyz\n";

}  // namespace

TEST_CASE("nothing personal can be read in the database, its log or its backup", "[study][members]") {
    StudyRoom room;
    take_over(room, people);
    take_over(room, "学号,姓名,支部,卡号\n20231234,欧阳晓风,机关支部,CARD4711\n");
    REQUIRE(room.members->bind_card(id_of(room, "20231234"), "card9999", room.moment()));
    REQUIRE(room.members->set_pin(id_of(room, "20231234"), "271828", room.moment()));
    auto backup = room.db->begin_backup(room.folder / "copy" / "backup.db");
    REQUIRE(backup);
    for (auto more = (*backup)->step(); ; more = (*backup)->step()) {
        REQUIRE(more);
        if (!*more) break;
    }
    std::size_t looked_at = 0;
    bool branch_seen = false;
    const auto look = [&] {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(room.folder)) {
            if (!entry.is_regular_file()) continue;
            auto bytes = read_bytes(entry.path(), 64u << 20);
            REQUIRE(bytes);
            const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
            ++looked_at;
            branch_seen = branch_seen || text.find("机关支部") != std::string_view::npos;
            for (const std::string_view secret : {"20231234", "20235678", "欧阳", "晓峰", "晓风", "陈𬱖", "𬱖", "CARD47", "CARD9999", "card9999", "ou yang", "chentixyz", "chen ti", "271828", "$argon2"}) {
                INFO(entry.path().filename() << ": " << secret);
                CHECK(text.find(secret) == std::string_view::npos);
            }
        }
    };
    look();  // with the log full
    CHECK(looked_at >= 3);
    REQUIRE(room.db->checkpoint());
    look();
    CHECK(branch_seen);  // that one is no secret, so the looking works
}

TEST_CASE("a card belongs to one member", "[study][members]") {
    StudyRoom room;
    take_over(room, people);
    const MemberId ouyang = id_of(room, "20231234"), chen = id_of(room, "20235678");
    const auto before = *room.members->revision();
    REQUIRE(room.members->bind_card(ouyang, " new1 ", room.moment()));
    CHECK(*room.members->revision() == before + 1);
    CHECK(newest(room) == R"({"action":"bind_card","target":")" + ouyang.text + "\"}");
    CHECK((*room.members->by_card("NEW1"))->id == ouyang);
    CHECK_FALSE(room.members->by_card("CARD4711")->has_value());
    // Refused, and nothing is recorded.
    const auto seq = *room.records->last_seq();
    const auto taken = room.members->bind_card(chen, "New1", room.moment());
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == ErrorKind::invalid);
    CHECK(taken.error().what.find("欧阳") == std::string::npos);
    CHECK_FALSE(room.members->bind_card(chen, "  ", room.moment()));
    CHECK(room.members->bind_card({"m-nobody"}, "x", room.moment()).error().kind == ErrorKind::missing);
    CHECK(*room.records->last_seq() == seq);
    CHECK((*room.members->by_id(chen))->card == "CARD4712");
    REQUIRE(room.members->bind_card(ouyang, "NEW1", room.moment()));  // his own once more
    REQUIRE(room.members->unbind_card(ouyang, room.moment()));
    CHECK_FALSE(room.members->by_card("new1")->has_value());
    REQUIRE(room.members->bind_card(chen, "new1", room.moment()));
    // Of somebody who is gone it is taken.
    take_over(room, "学号,姓名,支部\n20231234,欧阳晓峰,机关支部\n");
    CHECK_FALSE(room.members->by_card("new1")->has_value());
    CHECK_FALSE(room.members->bind_card(chen, "other", room.moment()));
    REQUIRE(room.members->bind_card(ouyang, "new1", room.moment()));
    CHECK((*room.members->by_id(chen))->card.empty());
}

TEST_CASE("a PIN is set, right or wrong, and reset", "[study][members]") {
    StudyRoom room;
    take_over(room, people);
    const MemberId id = id_of(room, "20231234");
    CHECK_FALSE(*room.members->pin_right(id, ""));
    CHECK_FALSE(*room.members->pin_right(id, "1234"));
    for (const std::string_view bad : {"", "123", "123456789", "12a4", "１２３４"}) CHECK_FALSE(room.members->set_pin(id, bad, room.moment()));
    REQUIRE(room.members->set_pin(id, "2718", room.moment()));
    CHECK((*room.members->by_id(id))->has_pin);
    CHECK(*room.members->pin_right(id, "2718"));
    CHECK_FALSE(*room.members->pin_right(id, "2717"));
    CHECK_FALSE(*room.members->pin_right(id, ""));
    CHECK_FALSE(*room.members->pin_right(id_of(room, "20235678"), "2718"));
    REQUIRE(room.members->reset_pin(id, room.moment()));
    CHECK(newest(room) == R"({"action":"reset_pin","target":")" + id.text + "\"}");
    CHECK_FALSE(*room.members->pin_right(id, "2718"));
    REQUIRE(room.members->set_host(id, true, room.moment()));
    CHECK((*room.members->by_id(id))->host);
    REQUIRE(room.members->set_host(id, false, room.moment()));
    CHECK_FALSE((*room.members->by_id(id))->host);
}

TEST_CASE("who has long been gone is forgotten, by a clock that can be trusted", "[study][members]") {
    StudyRoom room;
    take_over(room, people);
    const MemberId chen = id_of(room, "20235678");
    take_over(room, "学号,姓名,支部\n20231234,欧阳晓峰,机关支部\n");
    room.clock.advance(std::chrono::hours(24 * 364));
    CHECK(*room.members->forget_gone(365, room.moment()) == 0);
    room.clock.advance(std::chrono::hours(48));
    CHECK(*room.members->forget_gone(0, room.moment()) == 0);
    room.clock.trust_wall(false);
    CHECK(*room.members->forget_gone(365, room.moment()) == 0);
    room.clock.trust_wall(true);
    CHECK((*room.members->by_id(chen))->name == "陈𬱖");
    CHECK(*room.members->forget_gone(365, room.moment()) == 1);
    CHECK(newest(room) == R"({"action":"forget_gone","members":1})");
    const Member now = **room.members->by_id(chen);
    CHECK(now.gone);
    CHECK(now.name.empty());
    CHECK(now.number.empty());
    CHECK(*room.members->forget_gone(365, room.moment()) == 0);
    // Nor do the imports remember.
    CHECK(Roster(*room.db, room.key, *room.records).undo_last(room.moment()).error().kind == ErrorKind::missing);
    take_over(room, people);
    CHECK(id_of(room, "20235678") != chen);
}

TEST_CASE("who went while the clock stood in 1970 is not forgotten at once", "[study][members]") {
    StudyRoom room;
    take_over(room, people);
    const MemberId chen = id_of(room, "20235678");
    room.clock.jump_wall({5'000});
    room.clock.trust_wall(false);
    take_over(room, "学号,姓名,支部\n20231234,欧阳晓峰,机关支部\n");
    room.clock.jump_wall(wall_time_from_iso("2026-07-02T08:00:00Z"));
    room.clock.trust_wall(true);
    CHECK(*room.members->forget_gone(30, room.moment()) == 0);
    CHECK((*room.members->by_id(chen))->name == "陈𬱖");
    room.clock.advance(std::chrono::hours(24 * 31));
    CHECK(*room.members->forget_gone(30, room.moment()) == 1);
}
