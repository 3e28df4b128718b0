// A terminal's chain at the centre: what is here, what is missing, what is wrong with it.
#include "sync/server/chain.h"

#include <algorithm>

#include "sync/server/reports.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime noon = wall_time_from_iso("2026-12-01T04:00:00Z");

std::string open_alerts(RollUpRoom& room) { return room.rows("SELECT kind, from_seq, to_seq FROM kiosk_alert WHERE closed_ms = 0 ORDER BY 1, 2", 3); }

ToldTerminal written(const std::string& name, int count) {
    ToldTerminal t(name);
    for (int i = 0; i < count; ++i) {
        t.pass(1'000);
        t.study("m-1", "media", 1'000);
    }
    return t;
}

}  // namespace

TEST_CASE("stretches grow together, gaps are told and close by themselves", "[centre][chain]") {
    RollUpRoom room;
    const ToldTerminal t = written("gaps", 30);
    RecordStore store(*room.sql);
    const auto state = [&] { return *store.chain(1, t.kiosk); };
    CHECK(state().through == 0);
    room.send(t.signing.public_key(), t.part(11, 15), noon);
    CHECK(state().through == 0);
    CHECK(state().missing == std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 10}});
    room.send(t.signing.public_key(), t.part(1, 4), {noon.unix_ms + 1});
    room.send(t.signing.public_key(), t.part(21, 30), {noon.unix_ms + 2});
    CHECK(state().through == 4);
    CHECK(state().missing == std::vector<std::pair<std::int64_t, std::int64_t>>{{5, 10}, {16, 20}});
    CHECK(open_alerts(room) == "gap|5|10\ngap|16|20\n");
    const auto receipt = receipt_of(*room.sql, 1, t.kiosk);
    REQUIRE(receipt);
    CHECK(receipt->through == 4);
    REQUIRE(receipt->also.size() == 2);
    CHECK(receipt->also[1].from == 21);
    CHECK(receipt->also[1].hash == to_hex(t.records.back().record.hash));
    // It was first seen as a part of a larger one.
    CHECK(kiosk_alerts(*room.sql, 1, t.kiosk, false, 10)->back().first_seen.unix_ms == noon.unix_ms);
    room.send(t.signing.public_key(), t.part(16, 20), noon);
    room.send(t.signing.public_key(), t.part(5, 10), noon);
    CHECK(open_alerts(room).empty());
    CHECK(state().through == 30);
    CHECK(state().missing.empty());
    CHECK(receipt_of(*room.sql, 1, t.kiosk)->through == 30);
    CHECK(receipt_of(*room.sql, 1, t.kiosk)->hash == to_hex(t.records.back().record.hash));
    CHECK(receipt_of(*room.sql, 1, t.kiosk)->also.empty());
    CHECK(room.rows("SELECT COUNT(*) FROM chain_stretch", 1) == "1\n");
    CHECK_FALSE(kiosk_alerts(*room.sql, 1, t.kiosk, true, 10)->empty());
}

TEST_CASE("a cloned disk is told of, and what both wrote is counted", "[centre][chain]") {
    RollUpRoom room;
    ToldTerminal a = written("clone", 10);
    ToldTerminal b("clone");
    b.records = a.records;
    b.last_hash = a.last_hash;
    b.wall_ms = a.wall_ms;
    b.twin = "abcd";
    for (int i = 0; i < 5; ++i) a.study("m-1", "media", 100);
    for (int i = 0; i < 8; ++i) b.study("m-2", "reading", 200);
    room.send(a.signing.public_key(), a.records, noon);
    CHECK(open_alerts(room).empty());
    room.send(b.signing.public_key(), b.records, noon);
    CHECK(open_alerts(room) == "broken_link|15|16\nfork|11|15\n");
    CHECK(room.rows("SELECT member, media_ms, reading_ms FROM study_day ORDER BY 1", 3) == "m-1|10500|0\nm-2|0|1600\n");
}

TEST_CASE("signatures, links, boots and other terminals' records are checked", "[centre][chain]") {
    SECTION("a signature that holds, and one that does not") {
        RollUpRoom room;
        ToldTerminal t = written("signed", 6);
        t.sign_last();
        t.records[2].signature = t.records[5].signature;
        room.send(t.signing.public_key(), t.records, noon);
        CHECK(open_alerts(room) == "bad_signature|3|3\n");
        CHECK(room.rows("SELECT signed_seq FROM kiosk_health", 1) == "6\n");
    }
    SECTION("many records that nobody signed, until somebody does") {
        RollUpRoom room;
        ToldTerminal t = written("unsigned", unsigned_limit + 2);
        const auto told = [&] {
            const auto alerts = kiosk_alerts(*room.sql, 1, t.kiosk, false, 10);
            REQUIRE(alerts);
            const auto fleet = fleet_report(*room.sql, {});
            REQUIRE(fleet);
            const std::size_t at = static_cast<std::size_t>(std::find_if(fleet->columns.begin(), fleet->columns.end(), [](const auto& c) { return c.key == "alerts"; }) - fleet->columns.begin());
            CHECK(std::get<std::int64_t>(fleet->rows.front().at(at)) == static_cast<std::int64_t>(alerts->size()));
            return alerts->empty() ? std::string() : alerts->front().kind + " " + alerts->front().sentence;
        };
        t.sign(1);
        room.send(t.signing.public_key(), t.part(1, unsigned_limit + 1), noon);
        CHECK(told().empty());
        room.send(t.signing.public_key(), t.part(unsigned_limit + 2, unsigned_limit + 2), noon);
        CHECK(told() == "unsigned seq 2 to 1002: not signed by the terminal");
        t.study("m-1", "media", 1);
        t.sign_last();
        room.send(t.signing.public_key(), {t.records.back()}, noon);
        CHECK(told().empty());
    }
    SECTION("a record that was exchanged breaks two links, whatever comes first") {
        for (const bool backwards : {false, true}) {
            RollUpRoom room;
            ToldTerminal t = written("exchanged", 6);
            Record& record = t.records[2].record;
            record.member = {"m-other"};
            record.hash = sha256(hashed_part(record));
            record.prev_hash[0] ^= 1;
            room.send(t.signing.public_key(), backwards ? t.part(3, 6) : t.part(1, 3), noon);
            room.send(t.signing.public_key(), backwards ? t.part(1, 2) : t.part(4, 6), noon);
            CHECK(open_alerts(room) == "broken_link|2|3\nbroken_link|3|4\n");
        }
    }
    SECTION("a chain that does not begin at its beginning, and a boot number that falls") {
        RollUpRoom room;
        ToldTerminal t("boots");
        t.last_hash[5] = 7;
        t.boot = 4;
        t.study("m-1", "media", 1);
        t.boot = 3;
        t.study("m-1", "media", 1);
        room.send(t.signing.public_key(), t.records, noon);
        CHECK(open_alerts(room) == "boot_falls|2|2\nbroken_link|1|1\n");
    }
    SECTION("a record of another terminal counts nowhere") {
        RollUpRoom room;
        const ToldTerminal t = written("one", 3), other = written("other", 2);
        std::vector<CarriedRecord> batch = t.records;
        batch.push_back(other.records[1]);
        room.send(t.signing.public_key(), batch, noon);
        CHECK(open_alerts(room) == "foreign|2|2\n");
        CHECK(room.rows("SELECT media_ms FROM study_day", 1) == "3000\n");
        CHECK(room.rows("SELECT COUNT(*) FROM chain_stretch", 1) == "1\n");
    }
}
