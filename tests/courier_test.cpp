// A stick between terminals and the centre: the same records, once, whatever happens to it; and nothing to be read on it.
#include "sync/courier.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "content/quiz/shuffle.h"
#include "sync/courier_forms.h"
#include "sync/server/publish_api.h"
#include "tests/support/courier_centre.h"

using namespace xinghuo;

namespace {

const WallTime monday = courier_monday;

std::vector<Path> chunks_on(const Path& stick) { return files_in(stick / courier_folder / "up"); }

// A terminal that is enrolled, and a stick of its centre.
struct OneTerminal {
    OneTerminal() : stick(centre.stick("stick")) {
        centre.enrol(one, "一楼大厅");
        centre.prepare(stick);
    }
    CourierCentre centre;
    TerminalRoom one{"one"};
    const Path stick;
};

}  // namespace

TEST_CASE("a stick carries records up, and receipts and the roster down", "[sync][courier]") {
    CourierCentre centre;
    TerminalRoom one("one"), two("two");
    centre.enrol(one, "一楼大厅");
    centre.enrol(two, "图书馆");
    const Path stick = centre.stick("stick");
    CHECK(registration_on(stick).error().kind == ErrorKind::missing);
    const auto readers = readers_of(centre.database.sql(), 1);
    REQUIRE(readers);
    REQUIRE(centre.publisher->tell(1, ToldKind::roster, R"({"schema_version":1,"members":[{"id":"m-1","number":"20230001","name":"张三","branch":"一支部"}]})", *readers, monday));
    centre.prepare(stick);
    CHECK(registration_on(stick));

    one.record(1'203);
    two.record(5);
    const CourierServed up = centre.serve(one, stick);
    CHECK(up.wrong.empty());
    CHECK(up.records == 1'203);
    CHECK(up.chunks == 2);
    CHECK(up.pulled.roster);  // comes down at the same time: one record more, for the next time
    const CourierServed again = centre.serve(one, stick);
    CHECK(again.records == 1);
    CHECK(again.records_on_stick == 1'204);
    CHECK(centre.serve(two, stick).records == 5);
    for (const Path& chunk : chunks_on(stick)) CHECK(std::filesystem::file_size(chunk) <= chunk_limit_bytes);

    // Nothing on it tells who, what or where.
    const Record some = one.records->read(5, 1)->front();
    for (const std::string& words : {one.id().text, two.id().text, some.id, to_hex(some.hash), std::string("health"), std::string("a test"), std::string("statement"),
                                     std::string("张三"), std::string("20230001"), std::string("一支部"), std::string("一楼大厅"), to_hex(one.signing.public_key())}) {
        INFO(words);
        CHECK(!stands_in(stick, words));
    }

    const TakenStick taken = centre.take(stick);
    CHECK(taken.wrong.empty());
    CHECK(taken.statements == 1'209);
    CHECK(taken.receipts == 2);
    CHECK(centre.through(one) == 1'204);
    CHECK(centre.through(two) == 5);
    CHECK(chunks_on(stick).empty());
    for (const std::string& words : {one.id().text, to_hex(some.hash)}) CHECK(!stands_in(stick, words));
    const CourierServed home = centre.serve(one, stick);
    CHECK(home.wrong.empty());
    CHECK(home.received_through == 1'204);
    CHECK(home.records == 0);
    CHECK(Outbox(*one.db).status()->waiting == 0);
    CHECK(Outbox(*one.db).status()->sent_through == 1'204);
}

TEST_CASE_METHOD(OneTerminal, "copied, replayed, out of order: the same records, once", "[sync][courier]") {
    const Path copy = centre.stick("copy"), other = centre.stick("other");
    centre.prepare(other);
    one.record(20);
    centre.serve(one, stick);
    copy_folder(stick, copy);
    one.record(10);
    centre.serve(one, other);   // carries all 30: nobody knows what becomes of the first
    one.record(3);
    centre.serve(one, stick);
    centre.take(other);
    CHECK(centre.through(one) == 30);
    centre.take(copy);
    CHECK(centre.statements() == 30);
    centre.take(stick);
    CHECK(centre.statements() == 33);
    centre.take(copy);
    CHECK(centre.statements() == 33);
    CHECK(centre.put_aside() == 0);
    // Receipts come back in the wrong order: the newer holds.
    CHECK(centre.serve(one, stick).received_through == 33);
    Path late = copy;
    CHECK(centre.serve(one, other).received_through == 30);
    CHECK(Outbox(*one.db).status()->sent_through == 33);
    CHECK(centre.serve(one, late).records == 0);
    // What somebody else's stick says is not listened to.
    CourierCentre foreign("another centre");
    const Path theirs = foreign.stick("theirs");
    foreign.prepare(theirs);
    const auto refused = centre.courier(one).serve(theirs, monday, one.moment());
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::untrusted);
    CHECK(!centre.desk().take(theirs, monday));
}

TEST_CASE_METHOD(OneTerminal, "a centre that was restored from a backup gets what it misses, by stick too", "[sync][courier]") {
    one.record(30);
    centre.serve(one, stick);
    centre.take(stick);
    REQUIRE(centre.serve(one, stick).received_through == 30);
    const auto receipt = [&](std::int64_t through, std::int64_t later_ms) {
        const std::string hash = *Outbox(*one.db).hash_of(through);
        const std::string json = centre_receipt_json({one.id(), through, hash, {monday.unix_ms + later_ms}}, centre.keys.now);
        REQUIRE(write_file(stick / courier_folder / "receipts", receipts_text({{one.id(), one.signing.public_key(), json}})));
    };
    receipt(12, -1);  // it was long on its way
    CHECK(centre.serve(one, stick).records == 0);
    CHECK(Outbox(*one.db).status()->waiting == 0);
    receipt(12, 86'400'000);
    CHECK(centre.serve(one, stick).records == 18);
    CHECK(Outbox(*one.db).status()->sent_through == 12);
    CHECK(centre.serve(one, stick).records == 0);
    CHECK(Outbox(*one.db).status()->waiting == 18);
    receipt(30, 86'400'001);
    CHECK(centre.serve(one, stick).records_on_stick == 0);
    CHECK(Outbox(*one.db).status()->waiting == 0);
    // Who reports by network hears there what is missing.
    receipt(12, 86'400'002);
    CourierParts parts{centre.keys.now.public_key(), {"https://centre.test/"}, one.pulling(centre.root)};
    parts.network = true;
    CHECK(Courier(std::move(parts)).serve(stick, monday, one.moment())->records == 0);
    CHECK(Outbox(*one.db).status()->sent_through == 30);
}

TEST_CASE_METHOD(OneTerminal, "a record that nobody can read holds up no other, on a stick either", "[sync][courier]") {
    one.record(30);
    REQUIRE(one.db->run("UPDATE record SET kind = 'damaged' WHERE seq = 12"));
    CHECK(centre.serve(one, stick).records == 29);
    centre.take(stick);
    CHECK(centre.statements() == 29);
    CHECK(centre.through(one) == 11);
    const CourierServed home = centre.serve(one, stick);
    CHECK(home.received_through == 30);
    CHECK(home.records_on_stick == 0);
    CHECK(files_in(stick / courier_folder / "up").empty());
    CHECK(Outbox(*one.db).status()->waiting == 0);
    CHECK(Outbox(*one.db).status()->quarantined == 1);
    one.record(5);
    CHECK(centre.serve(one, stick).records == 5);
    centre.take(stick);
    CHECK(centre.serve(one, stick).received_through == 35);
    CHECK(Outbox(*one.db).status()->waiting == 0);
    // A disk that was mended has lost the end of what the centre has: that is not sent once more.
    REQUIRE(one.db->run("DELETE FROM record WHERE seq IN (10, 11)"));
    one.record(2);
    CHECK(centre.serve(one, stick).records == 2);
    centre.take(stick);
    const CourierServed after = centre.serve(one, stick);
    CHECK(after.receipt);
    CHECK(after.records_on_stick == 0);
    CHECK(Outbox(*one.db).status()->waiting == 0);
}

TEST_CASE_METHOD(OneTerminal, "a stick that leads elsewhere is written to by nobody", "[sync][courier]") {
    const Path victim = centre.stick("victim");
    REQUIRE(write_file(victim / "metadata" / "9.root.json", std::string_view("dear")));
    REQUIRE(write_file(victim / "answers" / "mine", std::string_view("dear")));
    one.record(3);
    centre.serve(one, stick);
    const auto refused = [&](const Path& link, const Path& to, bool for_terminals) {
        const Path aside = stick / "aside";
        std::filesystem::rename(link, aside);
        std::filesystem::create_directory_symlink(to, link);
        INFO(link.filename().string());
        CHECK(centre.desk().prepare(stick, monday).error().kind == ErrorKind::untrusted);
        CHECK(centre.desk().take(stick, monday).error().kind == ErrorKind::untrusted);
        if (for_terminals) CHECK(centre.courier(one).serve(stick, monday, one.moment()).error().kind == ErrorKind::untrusted);
        std::filesystem::remove(link);
        std::filesystem::rename(aside, link);
    };
    refused(stick / "xinghuo", victim, false);
    refused(stick / "xinghuo", centre.publisher->repository(), false);
    refused(stick / "xinghuo" / "metadata", victim / "metadata", false);
    refused(stick / courier_folder / "up", victim / "answers", true);
    const Path copy = centre.stick("copy");
    copy_folder(stick, copy);
    refused(stick / courier_folder, copy / courier_folder, true);
    CHECK(read_text(victim / "metadata" / "9.root.json", 100).value() == "dear");
    CHECK(read_text(victim / "answers" / "mine", 100).value() == "dear");
    CHECK(centre.take(stick).statements == 3);
}

TEST_CASE("a chunk cut off or changed anywhere is put aside, and comes again", "[sync][courier]") {
    CourierCentre centre;
    TerminalRoom one("one"), stranger("stranger");
    centre.enrol(one, "一楼大厅");
    const Path stick = centre.stick("stick");
    centre.prepare(stick);
    one.record(3);
    centre.serve(one, stick);
    const auto files = chunks_on(stick);
    REQUIRE(files.size() == 1);
    const Bytes whole = *read_bytes(files[0], chunk_limit_bytes);
    for (std::size_t length = 0; length < whole.size(); ++length) CHECK(!unsealed_chunk(std::span(whole).first(length), centre.keys.now));
    Chance chance(7);
    for (int i = 0; i < 300; ++i) {
        Bytes changed = whole;
        changed[chance.below(changed.size())] ^= static_cast<std::uint8_t>(1 + chance.below(255));
        CHECK(!unsealed_chunk(changed, centre.keys.now));
    }
    CHECK(unsealed_chunk(whole, centre.keys.now));
    REQUIRE(write_file(files[0], Bytes(whole.begin(), whole.begin() + 100)));
    const TakenStick taken = centre.take(stick);
    CHECK(taken.quarantined == 1);
    CHECK(taken.wrong.size() == 1);
    CHECK(centre.statements() == 0);
    CHECK(centre.put_aside() == 1);
    CHECK(centre.serve(one, stick).records == 3);
    CHECK(centre.take(stick).statements == 3);
    // Of nobody we know: as it came, into the quarantine.
    stranger.record(2);
    centre.serve(stranger, stick);
    const TakenStick unknown = centre.take(stick);
    CHECK(unknown.quarantined == 1);
    CHECK(unknown.wrong.front().find("not enrolled") != std::string::npos);
    CHECK(centre.statements() == 3);
    // Revoked.
    REQUIRE(Enrolment(centre.database.sql()).revoke(one.id(), monday));
    one.record(1);
    centre.serve(one, stick);
    CHECK(centre.take(stick).wrong.front().find("revoked") != std::string::npos);
    CHECK(centre.statements() == 3);
    CHECK(centre.serve(one, stick).pulled.wrong.size() == 1);
}

TEST_CASE_METHOD(OneTerminal, "pulled out at any file, a stick goes on where it was", "[sync][courier]") {
    one.record(2'500);
    REQUIRE(centre.serve(one, stick).chunks == 3);
    auto files = chunks_on(stick);
    // As if the second had never come to its name: a half file beside it.
    const Bytes second = *read_bytes(files[1], chunk_limit_bytes);
    std::filesystem::remove(files[1]);
    REQUIRE(write_file(stick / courier_folder / "up" / "half.part", Bytes(second.begin(), second.begin() + static_cast<std::ptrdiff_t>(second.size() / 2))));
    const CourierServed again = centre.serve(one, stick);
    CHECK(again.chunks == 1);
    CHECK(again.records_on_stick == 2'500);
    CHECK(centre.take(stick).statements == 2'500);
    CHECK(centre.through(one) == 2'500);
    CHECK(centre.serve(one, stick).received_through == 2'500);
    // The terminal forgot (its disk was brought back): nothing is lost, nothing doubled.
    one.record(4);
    REQUIRE(Outbox(*one.db).rewind(0));
    const Path fresh = centre.stick("fresh");
    centre.prepare(fresh);
    const CourierServed told = centre.serve(one, fresh);
    CHECK(told.received_through == 2'500);
    CHECK(told.records == 4);
    CHECK(centre.take(fresh).statements == 4);
    CHECK(centre.statements() == 2'504);
}

TEST_CASE("a receipt that speaks of other records is not believed", "[sync][courier]") {
    CourierCentre centre;
    TerminalRoom one("one"), twin("one");  // two terminals from one disk
    centre.enrol(one, "一楼大厅");
    const Path stick = centre.stick("stick");
    centre.prepare(stick);
    one.record(6);
    twin.clock.jump_wall(monday);
    twin.record(9);
    centre.serve(one, stick);
    centre.take(stick);
    const CourierServed served = centre.serve(twin, stick);
    REQUIRE(served.wrong.size() == 1);
    CHECK(served.wrong.front().find("one disk") != std::string::npos);
    CHECK(Outbox(*twin.db).status()->sent_through == 0);
    // What another place's line says is nobody else's business.
    const std::string mixed = receipts_text({{twin.id(), centre.keys.now.public_key(), "x"}});
    REQUIRE(write_file(stick / courier_folder / "receipts", mixed));
    CHECK(centre.serve(one, stick).wrong.size() == 1);
}
