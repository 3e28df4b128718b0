// The key that seals people: replaced under a program that has it, and lost.
#include "content/base/spreadsheet.h"
#include "sync/server/people.h"
#include "sync/server/people_key.h"
#include "sync/server/report_api.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime one_day = wall_time_from_iso("2026-09-01T04:00:00Z");

RosterFile one_person() {
    const std::string csv = "学号,姓名,支部\n1001,张三,一支部\n";
    auto table = read_table(Bytes(csv.begin(), csv.end()));
    REQUIRE(table);
    auto file = read_roster(*table);
    REQUIRE(file);
    return *file;
}

}  // namespace

TEST_CASE("a key of people that another one took the place of seals nobody, on a centre without people too", "[centre][people]") {
    RollUpRoom room;
    const Path keys = std::filesystem::temp_directory_path() / ("xinghuo-people-keys-" + to_hex(random_bytes(8)));
    const RosterFile file = one_person();
    {
        const auto stale = open_people_key(keys, *room.sql, 1);
        REQUIRE(stale);
        CHECK(*replace_people_key(keys, *room.sql, 1) == 0);
        CHECK(People(*room.sql, *stale, 1).apply(file, one_day).error().kind == ErrorKind::expired);
        CHECK(room.rows("SELECT COUNT(*) FROM person", 1) == "0\n");
        const auto now = open_people_key(keys, *room.sql, 1);
        REQUIRE(now);
        REQUIRE(People(*room.sql, *now, 1).apply(file, one_day));
        // What cannot be opened is the server's failure, not that of whoever asks.
        const auto found = People(*room.sql, *stale, 1).list("", {}, 10);
        REQUIRE_FALSE(found);
        CHECK(report_refusal(found.error()).status == 500);

        // The key is lost: no other one takes its place.
        std::filesystem::remove(keys / "people.key");
        CHECK(open_people_key(keys, *room.sql, 1).error().kind == ErrorKind::untrusted);
        CHECK_FALSE(std::filesystem::exists(keys / "people.key"));
        REQUIRE(SecretKey::load_or_make(keys / "people.key"));
        CHECK(open_people_key(keys, *room.sql, 1).error().kind == ErrorKind::untrusted);
        CHECK(*begin_people_anew(keys, *room.sql, 1) == 1);
        const auto anew = open_people_key(keys, *room.sql, 1);
        REQUIRE(anew);
        CHECK(begin_people_anew(keys, *room.sql, 1).error().kind == ErrorKind::invalid);
        REQUIRE(People(*room.sql, *anew, 1).apply(file, one_day));
    }
    std::filesystem::remove_all(keys);
}
