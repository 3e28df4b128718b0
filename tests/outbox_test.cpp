// What is still to be sent, and what came of the rest.
#include "sync/outbox.h"

#include <catch2/catch.hpp>

#include "tests/support/study_room.h"

using namespace xinghuo;

namespace {

struct OutboxRoom : StudyRoom {
    explicit OutboxRoom(std::size_t records_there = 10) { add(records_there); }
    void add(std::size_t count) {
        const std::vector<Draft> drafts(count, Draft{RecordKind::health, {}, R"({"what":"x"})"});
        REQUIRE(records->keep(drafts, moment()));
    }
    [[nodiscard]] Outbox outbox() { return Outbox(*db); }
    [[nodiscard]] std::vector<std::int64_t> waiting(std::size_t limit = 1000, std::int64_t after = 0) {
        auto found = outbox().next(limit, after);
        INFO((found ? "" : found.error().what));
        REQUIRE(found);
        std::vector<std::int64_t> seqs;
        for (const auto& one : *found) seqs.push_back(one.record.seq);
        return seqs;
    }
    [[nodiscard]] Outbox::Status status() {
        auto status = outbox().status();
        REQUIRE(status);
        return *status;
    }
};

using Seqs = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("outbox: what waits comes in order, with the signatures there are", "[outbox]") {
    OutboxRoom room;
    CHECK(room.waiting() == Seqs{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(room.waiting(3) == Seqs{1, 2, 3});
    CHECK(room.waiting(2, 5) == Seqs{6, 7});
    auto found = room.outbox().next(100);
    CHECK_FALSE(found->front().signature);
    REQUIRE(found->back().signature);
    const Digest& hash = found->back().record.hash;
    CHECK(signature_holds(room.signing.public_key(), {reinterpret_cast<const char*>(hash.data()), hash.size()}, *found->back().signature));
    CHECK(room.status().waiting == 10);
    CHECK(room.status().last_seq == 10);
}

TEST_CASE("outbox: what is acknowledged waits no more, in whatever order it was", "[outbox]") {
    OutboxRoom room;
    REQUIRE(room.outbox().mark_sent({5, 4, 2}));
    CHECK(room.waiting() == Seqs{1, 3, 6, 7, 8, 9, 10});
    CHECK(room.status().sent_through == 0);
    CHECK(room.status().waiting == 7);
    REQUIRE(room.outbox().mark_sent({1, 3}));
    CHECK(room.status().sent_through == 5);
    CHECK(*room.db->integer_or(-1, "SELECT count(*) FROM outbox_apart") == 0);
    REQUIRE(room.outbox().mark_sent({1, 3}));  // twice told is no harm
    REQUIRE(room.outbox().mark_through(8));
    REQUIRE(room.outbox().mark_through(2));    // an old receipt takes nothing back
    CHECK(room.waiting() == Seqs{9, 10});
    room.add(1);
    CHECK(room.waiting() == Seqs{9, 10, 11});
    // Still so in another program.
    room.db.reset();
    room.open();
    CHECK(room.waiting() == Seqs{9, 10, 11});
}

TEST_CASE("outbox: what is in quarantine holds nothing up, and comes again when it is released", "[outbox]") {
    OutboxRoom room;
    REQUIRE(room.outbox().quarantine(2, "actor: not an agent", {77}));
    REQUIRE(room.outbox().quarantine(9, "too large", {78}));
    CHECK(room.waiting() == Seqs{1, 3, 4, 5, 6, 7, 8, 10});
    REQUIRE(room.outbox().mark_sent({1, 3, 4, 5}));
    CHECK(room.status().sent_through == 5);
    CHECK(room.status().quarantined == 2);
    CHECK(room.status().waiting == 4);
    const auto held = room.outbox().quarantined(10);
    REQUIRE(held);
    REQUIRE(held->size() == 2);
    CHECK((*held)[0].why == "actor: not an agent");
    CHECK((*held)[0].at.unix_ms == 77);
    REQUIRE(room.outbox().release(2));
    CHECK(room.waiting() == Seqs{2, 6, 7, 8, 10});
    CHECK(room.waiting(1) == Seqs{2});
    CHECK(room.waiting(1, 2) == Seqs{6});
    CHECK(room.status().waiting == 5);
    REQUIRE(room.outbox().mark_sent({2}));
    CHECK(room.waiting() == Seqs{6, 7, 8, 10});
    REQUIRE(room.outbox().release(std::nullopt));
    CHECK(room.waiting() == Seqs{6, 7, 8, 9, 10});
    // A receipt for it: it came by courier.
    REQUIRE(room.outbox().quarantine(7, "x", {1}));
    REQUIRE(room.outbox().mark_through(10));
    CHECK(room.status().quarantined == 0);
    CHECK(room.status().waiting == 0);
}

TEST_CASE("outbox: a centre that lost what it had is told again", "[outbox]") {
    OutboxRoom room;
    REQUIRE(room.outbox().quarantine(3, "x", {1}));
    REQUIRE(room.outbox().mark_sent({1, 2, 4, 5, 6, 7, 9}));
    CHECK(room.status().sent_through == 7);
    REQUIRE(room.outbox().rewind(2));
    CHECK(room.waiting() == Seqs{4, 5, 6, 7, 8, 9, 10});
    CHECK(room.status().quarantined == 1);
    CHECK(room.status().waiting == 7);
    REQUIRE(room.outbox().mark_sent({4, 5, 6, 7, 8, 10}));
    CHECK(room.status().sent_through == 8);
    auto again = room.outbox().again(2, 5);
    REQUIRE(again);
    CHECK(*again == 3);  // not the one in quarantine
    CHECK(room.waiting() == Seqs{2, 4, 5, 9});
    CHECK(*room.outbox().again(10, 10) == 1);
    CHECK(room.waiting() == Seqs{2, 4, 5, 9, 10});
    CHECK(*room.outbox().again(20, 30) == 0);
    REQUIRE(room.outbox().rewind(100));  // it has more than we: nothing to do
    CHECK(room.status().sent_through == 8);
}

TEST_CASE("outbox: numbers that were lost, and a record nobody can read, hold nothing up", "[outbox]") {
    OutboxRoom room;
    REQUIRE(room.db->run("DELETE FROM record WHERE seq BETWEEN 3 AND 5"));
    REQUIRE(room.db->run("UPDATE record SET kind = 'nonsense' WHERE seq = 7"));
    CHECK(room.waiting() == Seqs{1, 2, 6, 8, 9, 10});
    REQUIRE(room.outbox().mark_sent({1, 2, 6, 8, 9, 10}));
    CHECK(room.waiting().empty());
    CHECK(room.status().waiting == 0);
    CHECK(room.status().sent_through == 10);
    const auto held = room.outbox().quarantined(10);
    REQUIRE(held->size() == 1);
    CHECK(held->front().seq == 7);
}

TEST_CASE("outbox: records nobody can read, as many as are asked for at once, do not hide those behind them", "[outbox]") {
    OutboxRoom room;
    REQUIRE(room.db->run("UPDATE record SET kind = 'nonsense' WHERE seq BETWEEN 1 AND 4"));
    const auto some = room.outbox().next(3);
    REQUIRE(some);
    REQUIRE(some->size() == 3);
    CHECK(some->front().record.seq == 5);
    CHECK(some->back().record.seq == 7);
    CHECK(room.outbox().next(3, 7)->size() == 3);
    CHECK(room.outbox().next(3, 10)->empty());
    REQUIRE(room.outbox().mark_sent({5, 6, 7, 8, 9, 10}));
    CHECK(room.status().sent_through == 10);
    CHECK(room.status().quarantined == 4);
}

TEST_CASE("outbox: small things are remembered", "[outbox]") {
    OutboxRoom room(0);
    CHECK(room.waiting().empty());
    CHECK_FALSE(*room.outbox().remembered("centre"));
    REQUIRE(room.outbox().remember("centre", "a"));
    REQUIRE(room.outbox().remember("centre", "b"));
    CHECK(**room.outbox().remembered("centre") == "b");
    REQUIRE(room.outbox().forget("centre"));
    CHECK_FALSE(*room.outbox().remembered("centre"));
}

TEST_CASE("outbox: a receipt with gaps ends what is in it, and nothing else", "[outbox]") {
    using Has = std::vector<Outbox::Received>;
    OutboxRoom room;
    const auto received = [&](const Has& has, bool nothing_else) {
        const auto through = room.outbox().mark_received(has, nothing_else);
        INFO((through ? "" : through.error().what));
        REQUIRE(through);
        return *through;
    };
    CHECK(received({{1, 2}, {5, 6}, {9, 9}}, false) == 2);
    CHECK(room.waiting() == Seqs{3, 4, 7, 8, 10});
    CHECK(room.status().sent_through == 2);
    CHECK_FALSE(*room.outbox().waits(5, 6));
    CHECK_FALSE(*room.outbox().waits(1, 2));
    CHECK(*room.outbox().waits(6, 7));
    // An older one takes nothing back; the newest says what is missing.
    CHECK(received({{1, 1}}, false) == 1);
    CHECK(room.waiting() == Seqs{3, 4, 7, 8, 10});
    CHECK(received({{1, 1}, {5, 5}}, true) == 1);
    CHECK(room.waiting() == Seqs{2, 3, 4, 6, 7, 8, 9, 10});
    // What is in quarantine, or lost, is waited for by nobody; what came of it all the same is not kept there.
    REQUIRE(room.outbox().quarantine(2, "refused", {1}));
    REQUIRE(room.outbox().quarantine(4, "refused", {1}));
    REQUIRE(room.db->run("DELETE FROM record WHERE seq = 3"));
    CHECK(received({{1, 1}, {4, 8}}, true) == 8);
    CHECK(room.waiting() == Seqs{9, 10});
    CHECK(room.status().quarantined == 1);
    REQUIRE(room.outbox().release(2));
    CHECK(*room.outbox().waits(1, 8));
    CHECK(received({{1, 1}, {4, 8}}, true) == 1);
    CHECK(room.waiting() == Seqs{2, 9, 10});
    // Of a stretch whose end the disk lost nothing is taken back, and nothing is believed.
    REQUIRE(room.db->run("DELETE FROM record WHERE seq = 7"));
    CHECK(received({{1, 1}, {4, 7, false}, {9, 10}}, true) == 1);
    CHECK(room.waiting() == Seqs{2, 8});
    CHECK(received({{1, 3}, {4, 7, false}, {9, 10}}, true) == 3);
    CHECK(room.waiting() == Seqs{8});
    CHECK(received({{1, 3}, {8, 8}}, true) == 3);
    CHECK(room.waiting() == Seqs{4, 5, 6, 9, 10});
    CHECK(received({{1, 7, false}}, true) == 0);
    CHECK(room.waiting() == Seqs{4, 5, 6, 8, 9, 10});
    CHECK(received({{1, 1}, {4, 6}}, true) == 1);
    CHECK(received({}, true) == 0);
    CHECK(room.status().sent_through == 0);
    CHECK(room.waiting() == Seqs{1, 2, 4, 5, 6, 8, 9, 10});
}
