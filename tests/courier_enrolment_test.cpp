// A terminal without a network is enrolled by a courier stick: one code, one terminal, whatever becomes of the stick; and nothing to be read on it.
#include <catch2/catch.hpp>

#include "content/quiz/shuffle.h"
#include "kiosk/sync_room.h"
#include "sync/server/publish_api.h"
#include "tests/support/lonely_terminal.h"

using namespace xinghuo;

namespace {

std::vector<EnrolledKiosk> kiosks_of(CourierCentre& centre) {
    auto kiosks = Enrolment(centre.database.sql()).list();
    REQUIRE(kiosks);
    return std::move(*kiosks);
}

std::string token_kept(CourierCentre& centre) {
    const auto rows = centre.database.sql().query("SELECT token FROM kiosk");
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    return rows->front().text(0);
}

}  // namespace

TEST_CASE("a room without a network is enrolled by stick, and its records are there after the first round", "[sync][courier]") {
    CourierCentre centre;
    LonelyTerminal room;
    CHECK(!room.status().set);
    const Path stick = centre.stick("stick");
    CHECK(room.agent->carry(stick, nullptr).error().kind == ErrorKind::missing);
    centre.prepare(stick);
    CHECK(room.agent->carry(stick, nullptr).error().kind == ErrorKind::untrusted);
    // What the stick says of itself is what people compare.
    const auto of = registration_on(stick);
    REQUIRE(of);
    CHECK(of->name == "示范大学");
    CHECK(of->centre_key == centre.keys.now.public_key());
    CHECK(key_fingerprint(of->centre_key).size() == 24);

    const std::string code = code_of(centre);
    room.add(40);
    REQUIRE(room.ask(stick, code, of->centre_key));
    CHECK(room.status().set);
    CHECK(!room.status().enrolled);
    REQUIRE(room.status().asked);
    CHECK(room.status().asked->organisation == "示范大学");
    CHECK(room.carry(stick).records == 40);
    for (const std::string& words : {code, room.id().text, to_hex(room.device->public_key()), std::string("山里的活动室"), std::string("study_interval")}) {
        INFO(words);
        CHECK(!stands_in(stick, words));
    }

    const TakenStick taken = centre.take(stick);
    CHECK(taken.wrong.empty());
    REQUIRE(taken.enrolled.size() == 1);
    CHECK(taken.enrolled.front() == room.id());
    CHECK(taken.statements == 40);
    CHECK(files_in(stick / courier_folder / "enrol").empty());
    REQUIRE(kiosks_of(centre).size() == 1);
    CHECK(kiosks_of(centre).front().name == "山里的活动室");
    CHECK(!stands_in(stick, token_kept(centre)));

    // Started anew meanwhile: it knows what it waits for.
    room.open_agent();
    REQUIRE(room.status().asked);
    const CourierServed home = room.carry(stick);
    CHECK(home.wrong.empty());
    CHECK(home.received_through == 40);
    CHECK(!room.status().asked);
    CHECK(room.status().enrolled);
    CHECK(room.status().organisation == "示范大学");
    CHECK(room.status().outbox.waiting == 0);
    CHECK(files_in(stick / courier_folder / "answers").empty());
    room.open_agent();
    CHECK(room.status().enrolled);
    CHECK(room.status().set);
    // From then on as any other: what the centre tells comes, records go.
    const auto readers = readers_of(centre.database.sql(), 1);
    REQUIRE(readers);
    REQUIRE(centre.publisher->tell(1, ToldKind::roster, R"({"schema_version":1,"members":[{"id":"m-1","number":"20230001","name":"张三","branch":"一支部"}]})", *readers, courier_monday));
    centre.prepare(stick);
    CHECK(room.carry(stick).pulled.roster);
    room.add(2);
    room.carry(stick);
    CHECK(centre.take(stick).wrong.empty());
    CHECK(centre.statements() == 43);  // and that the roster came
}

TEST_CASE("a token that came by stick opens the centre by network", "[sync][courier]") {
    CourierCentre centre;
    LonelyTerminal room;
    const Path stick = centre.stick("stick");
    centre.prepare(stick);
    REQUIRE(room.ask(stick, code_of(centre), centre.keys.now.public_key()));
    centre.take(stick);
    room.carry(stick);
    // The room gets a network, and the settings a centre.
    ModelCentre online;
    ModelExchange wire(online);
    std::string token;
    online.instead = [&token](const HttpRequest& request) -> std::optional<HttpReply> {
        if (const std::string* said = find_header(request.headers, "authorization")) token = *said;
        return std::nullopt;
    };
    AgentParts parts{.files = room.files, .clock = room.clock, .targets = {}, .open_exchange = {}};
    parts.targets.centre = "https://centre.test";
    parts.open_exchange = [&wire](const std::string&) -> Result<std::unique_ptr<Exchange>> { return std::unique_ptr<Exchange>(std::make_unique<LentExchange>(wire)); };
    const auto agent = Agent::open(std::move(parts));
    REQUIRE(agent);
    (*agent)->step();
    REQUIRE(token.starts_with("Bearer "));
    const auto known = Enrolment(centre.database.sql()).by_token(token.substr(7));
    REQUIRE(known);
    REQUIRE(*known);
    CHECK((*known)->id == room.id());
}

TEST_CASE("by stick a code is good once, for its time, for one terminal", "[sync][courier]") {
    CourierCentre centre;
    LonelyTerminal one, two;
    const Path stick = centre.stick("stick");
    centre.prepare(stick);
    const std::string code = code_of(centre), old = code_of(centre, -1);
    SECTION("expired") {
        REQUIRE(one.ask(stick, old, centre.keys.now.public_key()));
        one.add(3);
        one.carry(stick);
        const TakenStick taken = centre.take(stick);
        CHECK(taken.enrolled.empty());
        REQUIRE(taken.wrong.size() == 2);  // the request, and the records of a stranger
        CHECK(taken.wrong.front().find("expired") != std::string::npos);
        CHECK(centre.statements() == 0);
        // The terminal hears so, keeps its records, and may ask again.
        const auto refused = one.agent->carry(stick, nullptr);
        REQUIRE(!refused);
        CHECK(refused.error().kind == ErrorKind::untrusted);
        CHECK(one.enrol_trouble() == "sync.wrong.code");
        CHECK(one.status().enrol_trouble->detail.empty());
        CHECK(!one.status().asked);
        REQUIRE(one.ask(stick, code, centre.keys.now.public_key()));
        CHECK(one.enrol_trouble().empty());
        one.carry(stick);
        CHECK(centre.take(stick).statements == 3);
        one.carry(stick);
        CHECK(one.status().enrolled);
        CHECK(one.status().outbox.waiting == 0);
    }
    SECTION("two with one code, on two sticks") {
        const Path other = centre.stick("other");
        centre.prepare(other);
        REQUIRE(one.ask(stick, code, centre.keys.now.public_key()));
        REQUIRE(two.ask(other, code, centre.keys.now.public_key()));
        CHECK(centre.take(other).enrolled == std::vector<KioskId>{two.id()});
        CHECK(centre.take(stick).enrolled.empty());
        CHECK(kiosks_of(centre).size() == 1);
        two.carry(other);
        CHECK(two.status().enrolled);
        CHECK(!one.agent->carry(stick, nullptr));
        CHECK(one.enrol_trouble() == "sync.wrong.code");
    }
    SECTION("guessing") {
        for (int i = 0; i < 30; ++i) {
            LonelyTerminal guest;
            REQUIRE(guest.ask(stick, "AAAA-AAA" + std::string(1, static_cast<char>('A' + i % 26)), centre.keys.now.public_key()));
        }
        CHECK(centre.take(stick).wrong.size() == 21);
        CHECK(files_in(stick / courier_folder / "enrol").size() == 10);
    }
}

TEST_CASE("a stick that is copied, lost or replayed enrols once and takes nothing away", "[sync][courier]") {
    CourierCentre centre;
    LonelyTerminal room;
    const Path stick = centre.stick("stick"), copy = centre.stick("copy"), other = centre.stick("other");
    centre.prepare(stick);
    centre.prepare(other);
    const std::string code = code_of(centre);
    REQUIRE(room.ask(stick, code, centre.keys.now.public_key()));
    room.add(5);
    room.carry(stick);
    copy_folder(stick, copy);
    centre.take(stick);
    const std::string token = token_kept(centre);
    // The first is lost on its way home. The terminal asks over every stick of the centre's; long after the code has expired the answer is the same.
    room.carry(other);
    CHECK(files_in(other / courier_folder / "enrol").size() == 1);
    const auto later = centre.desk().take(other, WallTime{courier_monday.unix_ms + 40ll * 86'400'000});
    REQUIRE(later);
    CHECK(token_kept(centre) == token);
    room.carry(other);
    CHECK(room.status().enrolled);
    // Copies change nothing.
    centre.take(copy);
    CHECK(token_kept(centre) == token);
    CHECK(centre.statements() == 5);
    CHECK(room.carry(copy).wrong.empty());
    CHECK(room.status().enrolled);
    // Enrolled anew by network: what an old stick asks is overtaken.
    EnrolRequest anew{code_of(centre), room.id(), room.device->public_key(), "一楼"};
    REQUIRE(Enrolment(centre.database.sql()).enrol(anew, courier_monday));
    const std::string newer = token_kept(centre);
    CHECK(newer != token);
    REQUIRE(write_file(copy / courier_folder / "enrol" / std::string(32, 'a'), [&] {
        EnrolRequest request{code, room.id(), room.device->public_key(), "山里的活动室"};
        request.centre = centre.keys.now.public_key();
        return sealed_request(request, *room.device);
    }()));
    const TakenStick overtaken = centre.take(copy);
    CHECK(overtaken.enrolled.empty());
    CHECK(overtaken.wrong.empty());
    CHECK(token_kept(centre) == newer);
    // Revoked, neither the old stick nor the old code lets it in.
    REQUIRE(Enrolment(centre.database.sql()).revoke(room.id(), courier_monday));
    CHECK(!Enrolment(centre.database.sql()).enrol(anew, courier_monday));
    EnrolRequest again{code, room.id(), room.device->public_key(), "一楼"};
    again.centre = centre.keys.now.public_key();
    REQUIRE(write_file(copy / courier_folder / "enrol" / std::string(32, 'b'), sealed_request(again, *room.device)));
    CHECK(centre.take(copy).enrolled.empty());
    CHECK(kiosks_of(centre).front().is_revoked());
}

TEST_CASE("another centre's stick, another terminal's answer and a damaged one are not believed", "[sync][courier]") {
    CourierCentre centre, foreign("another centre");
    LonelyTerminal room, neighbour;
    const Path stick = centre.stick("stick"), theirs = foreign.stick("theirs");
    centre.prepare(stick);
    foreign.prepare(theirs);
    // The stick was changed for another one after somebody had compared.
    const auto swapped = room.ask(theirs, code_of(foreign), centre.keys.now.public_key());
    REQUIRE(!swapped);
    CHECK(swapped.error().kind == ErrorKind::untrusted);
    CHECK(!room.status().asked);
    CHECK(room.enrol_trouble() == "sync.wrong.stick");
    // It calls itself what it likes; its fingerprint is its own.
    CHECK(key_fingerprint(registration_on(theirs)->centre_key) != key_fingerprint(registration_on(stick)->centre_key));

    const std::string code = code_of(centre);
    REQUIRE(room.ask(stick, code, centre.keys.now.public_key()));
    const auto requests = files_in(stick / courier_folder / "enrol");
    REQUIRE(requests.size() == 1);
    const Bytes request = *read_bytes(requests[0], 65'536);
    // At another centre's desk it is nothing.
    REQUIRE(write_file(theirs / courier_folder / "enrol" / requests[0].filename(), request));
    const TakenStick elsewhere = foreign.take(theirs);
    CHECK(elsewhere.enrolled.empty());
    CHECK(elsewhere.quarantined == 1);
    // One made for a centre and carried to another by whoever that one is.
    EnrolRequest lured{code, room.id(), room.device->public_key(), "x"};
    lured.centre = foreign.keys.now.public_key();
    const std::string plain = enrol_json(lured, *room.device);
    CHECK(!unsealed_request(sealed_to(centre.keys.now.public_key(), plain), centre.keys.now));
    lured.centre = centre.keys.now.public_key();
    CHECK(unsealed_request(sealed_to(centre.keys.now.public_key(), enrol_json(lured, *room.device)), centre.keys.now));
    Chance chance(11);
    for (int i = 0; i < 200; ++i) {
        Bytes changed = request;
        changed[chance.below(changed.size())] ^= static_cast<std::uint8_t>(1 + chance.below(255));
        CHECK(!unsealed_request(changed, centre.keys.now));
        CHECK(!unsealed_request(std::span(request).first(chance.below(request.size())), centre.keys.now));
    }
    CHECK(centre.take(stick).enrolled.size() == 1);

    const Path answer = stick / courier_folder / "answers" / kiosk_place(room.id());
    const Bytes good = *read_bytes(answer, 1u << 20);
    // Damaged, it says so, asks again and does not take it.
    Bytes broken = good;
    broken[broken.size() / 2] ^= 1;
    REQUIRE(write_file(answer, broken));
    CHECK(room.carry(stick).wrong.front().find("damaged") != std::string::npos);
    CHECK(room.status().asked);
    // Another terminal's, and one that another centre signed for this terminal.
    REQUIRE(neighbour.ask(stick, code_of(centre), centre.keys.now.public_key()));
    REQUIRE(write_file(stick / courier_folder / "answers" / kiosk_place(neighbour.id()), good));
    neighbour.carry(stick);
    CHECK(neighbour.status().asked);
    CourierAnswer forged{request_mark(lured), enrolled_with("t", "示范大学", "https://centre.test/", foreign.keys.now.public_key(), {})};
    REQUIRE(write_file(answer, sealed_answer(forged, room.device->public_key(), foreign.keys.now)));
    CHECK(room.carry(stick).wrong.size() == 1);
    CHECK(room.status().asked);
    REQUIRE(write_file(answer, good));
    CHECK(room.carry(stick).wrong.empty());
    CHECK(room.status().enrolled);
}

TEST_CASE("a terminal that moves to another centre asks that one by stick, and sends it everything", "[sync][courier]") {
    CourierCentre centre, next("the next centre");
    LonelyTerminal room;
    const Path stick = centre.stick("stick"), theirs = next.stick("theirs");
    centre.prepare(stick);
    next.prepare(theirs);
    REQUIRE(room.ask(stick, code_of(centre), centre.keys.now.public_key()));
    room.add(7);
    room.carry(stick);
    centre.take(stick);
    room.carry(stick);
    CHECK(room.status().outbox.waiting == 0);
    REQUIRE(room.ask(theirs, code_of(next), next.keys.now.public_key()));
    room.add(2);
    // Until the answer comes, its own centre gets the records.
    CHECK(room.carry(theirs).records == 0);
    CHECK(room.carry(stick).records == 2);
    CHECK(room.status().enrolled);
    CHECK(next.take(theirs).enrolled.size() == 1);
    CHECK(room.carry(theirs).records == 9);
    CHECK(next.take(theirs).statements == 9);
    CHECK(room.carry(theirs).received_through == 9);
    CHECK(next.statements() == 9);
    // The old one is a stranger now.
    CHECK(room.agent->carry(stick, nullptr).error().kind == ErrorKind::untrusted);
}

TEST_CASE("sync room: the request goes to the stick that was compared, and to no other", "[sync][courier]") {
    CourierCentre centre, foreign("another centre");
    SyncTerminal terminal(no_network);
    terminal.clock.jump_wall(courier_monday);
    const auto opened = Study::open_beside({.data = terminal.files.data, .boot_id = "boot-1", .version = "test", .later = {}}, terminal.clock.moment());
    REQUIRE(opened);
    const std::unique_ptr<SyncRoom> room = open_sync_room({.targets = {}, .ca_file = {}, .proxy = {}, .clock = terminal.clock, .threads = false, .wake = {}});
    const auto look = [&] { room->look(opened->get(), true, terminal.clock.moment()); };
    const Path stick = centre.stick("stick"), theirs = foreign.stick("theirs");
    centre.prepare(stick);
    foreign.prepare(theirs);
    look();
    room->stick_came(stick);
    look();
    REQUIRE(room->carried());
    REQUIRE(room->carried()->of);
    CHECK(room->carried()->kind == ErrorKind::untrusted);
    const PublicKey compared = room->carried()->of->centre_key;
    room->mistrust_stick();
    CHECK(room->carried()->mistrusted);
    // Changed for another one meanwhile.
    room->stick_came(theirs);
    look();
    REQUIRE(room->carried()->of->centre_key != compared);
    CHECK_FALSE(room->carried()->mistrusted);
    room->enrol_by_stick(compared, "7K3M-9QXT", "大厅");
    look();
    REQUIRE(room->status().enrol_trouble);
    CHECK(room->status().enrol_trouble->key == "sync.wrong.stick");
    CHECK_FALSE(room->status().asked);
    CHECK_FALSE(std::filesystem::exists(theirs / courier_folder / "enrol"));
    // The answer, both ways.
    const auto ask = [&](std::int64_t valid_ms) {
        room->stick_came(stick);
        look();
        room->enrol_by_stick(compared, code_of(centre, valid_ms), "大厅");
        look();
        REQUIRE(room->status().asked);
        CHECK(room->carried()->answer == SyncRoom::Carried::Answer::none);
        centre.take(stick);
        room->stick_came(stick);
        look();
        return room->carried()->answer;
    };
    CHECK(ask(-1) == SyncRoom::Carried::Answer::refused);
    CHECK(room->status().enrol_trouble);
    CHECK(ask(3'600'000) == SyncRoom::Carried::Answer::accepted);
    CHECK(room->status().enrolled);
}
