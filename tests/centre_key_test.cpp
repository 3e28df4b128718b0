// The centre's key is replaced: terminals follow by network and by stick, nothing on its way is lost, and nobody else's key is taken for it.
#include "sync/server/centre_keys.h"

#include <sys/stat.h>

#include "content/trust/directory_transport.h"
#include "tests/support/lonely_terminal.h"

using namespace xinghuo;

namespace {

// Enrolled by stick, with records at the centre.
struct Settled {
    Settled() {
        centre.prepare(stick);
        REQUIRE(room.ask(stick, code_of(centre), centre.keys.now.public_key()));
        room.add(10);
        room.carry(stick);
        REQUIRE(centre.take(stick).statements == 10);
        REQUIRE(room.carry(stick).received_through == 10);
        REQUIRE(room.status().outbox.waiting == 0);
    }
    CourierCentre centre;
    LonelyTerminal room;
    Path stick = centre.stick("stick");
};

struct KeyFolder {
    KeyFolder() { std::filesystem::create_directories(path); }
    ~KeyFolder() { std::filesystem::remove_all(path); }
    KeyFolder(const KeyFolder&) = delete;
    KeyFolder& operator=(const KeyFolder&) = delete;
    const Path path = std::filesystem::temp_directory_path() / ("xinghuo-keys-" + to_hex(random_bytes(8)));
};

bool is_private(const Path& file) {
    struct stat about {};
    return ::stat(file.c_str(), &about) == 0 && (about.st_mode & 077) == 0;
}

}  // namespace

TEST_CASE("the centre's key is replaced on disk, stopped anywhere, and earlier ones stay", "[sync][centre_key]") {
    const KeyFolder folder;
    CHECK(!*centre_key_in(folder.path));
    const PublicKey first = open_centre_keys(folder.path)->now.public_key();
    CHECK(**centre_key_in(folder.path) == first);

    // Stopped before the next came to its name, and with the old one put aside already.
    const PublicKey next = SigningKey::load_or_make(folder.path / "centre-next.key")->public_key();
    std::filesystem::create_hard_link(folder.path / "centre.key", folder.path / ("centre-before-" + centre_key_id(first) + ".key"));
    CHECK(open_centre_keys(folder.path)->now.public_key() == first);
    CHECK(open_centre_keys(folder.path)->before.empty());
    CHECK(*replace_centre_key(folder.path) == next);

    const PublicKey third = *replace_centre_key(folder.path);
    const auto keys = open_centre_keys(folder.path);
    REQUIRE(keys);
    CHECK(keys->now.public_key() == third);
    REQUIRE(keys->before.size() == 2);
    for (const SigningKey& key : keys->before) CHECK((key.public_key() == first || key.public_key() == next));
    for (const Path& file : files_in(folder.path)) CHECK(is_private(file));
    CHECK(files_in(folder.path).size() == 3);
}

TEST_CASE("a terminal follows the centre to its next key by stick, and nothing is sent twice", "[sync][courier][centre_key]") {
    Settled at;
    const Path other = at.centre.stick("other");
    at.centre.prepare(other);
    at.room.add(5);
    at.room.carry(other);  // sealed to the old key, and on its way
    const PublicKey before = at.centre.keys.now.public_key();
    at.centre.rotate();
    CHECK(at.centre.keys.now.public_key() != before);
    CHECK(at.centre.take(other).statements == 5);
    CHECK(registration_on(other)->centre_key == at.centre.keys.now.public_key());
    CHECK(registration_on(at.stick)->centre_key == before);
    const std::string stick_id = registration_on(at.stick)->stick;
    at.centre.prepare(at.stick);
    CHECK(registration_on(at.stick)->centre_key == at.centre.keys.now.public_key());
    CHECK(registration_on(at.stick)->stick == stick_id);

    at.room.add(3);
    const CourierServed home = at.room.carry(at.stick);
    CHECK(home.wrong.empty());
    CHECK(home.received_through == 15);  // signed by the new key
    CHECK(home.records == 3);
    at.room.open_agent();
    CHECK(at.room.carry(at.stick).records == 0);
    const auto chunks = files_in(at.stick / courier_folder / "up");
    REQUIRE(chunks.size() == 1);
    const Bytes bytes = *read_bytes(chunks.front(), chunk_limit_bytes);
    CHECK(unsealed_chunk(bytes, at.centre.keys.now));
    CHECK(!unsealed_chunk(bytes, at.centre.keys.before.front()));
    CHECK(at.centre.take(at.stick).statements == 3);
    CHECK(at.centre.statements() == 18);
    CHECK(at.room.carry(at.stick).received_through == 18);

    // Enrolled anew at the same centre: nothing begins from the start.
    REQUIRE(at.room.ask(at.stick, code_of(at.centre), at.centre.keys.now.public_key()));
    at.room.carry(at.stick);
    REQUIRE(at.centre.take(at.stick).enrolled.size() == 1);
    at.room.carry(at.stick);
    CHECK(!at.room.status().asked);
    CHECK(at.room.status().outbox.waiting == 0);
}

TEST_CASE("a stick of a key the repository does not name stays another centre's", "[sync][courier][centre_key]") {
    Settled at;
    at.room.add(2);
    // Registered by somebody else, the centre's own repository on it.
    const SigningKey foreign = SigningKey::from_seed(sha256("somebody else"));
    CourierStick of = *registration_on(at.stick);
    of.centre_key = foreign.public_key();
    REQUIRE(write_file(at.stick / courier_folder / "courier.json", courier_stick_json(of, foreign)));
    const auto refused = at.room.agent->carry(at.stick, nullptr);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::untrusted);
    CHECK(files_in(at.stick / courier_folder / "up").empty());
    // Another centre whole, its repository too.
    CourierCentre another;
    another.rotate();
    const Path theirs = another.stick("theirs");
    another.prepare(theirs);
    CHECK(at.room.agent->carry(theirs, nullptr).error().kind == ErrorKind::untrusted);
    at.centre.prepare(at.stick);
    CHECK(at.room.carry(at.stick).records == 2);
}

TEST_CASE("a request that was on its way while the key was replaced is answered, and the terminal follows", "[sync][courier][centre_key]") {
    CourierCentre centre;
    LonelyTerminal room;
    const Path stick = centre.stick("stick");
    centre.prepare(stick);
    REQUIRE(room.ask(stick, code_of(centre), centre.keys.now.public_key()));
    room.add(4);
    room.carry(stick);
    const Path copy = centre.stick("copy");
    copy_folder(stick, copy);
    centre.rotate();
    const TakenStick taken = centre.take(stick);
    CHECK(taken.wrong.empty());
    REQUIRE(taken.enrolled.size() == 1);
    CHECK(taken.statements == 4);
    const auto token = [&] { return centre.database.sql().query("SELECT token FROM kiosk")->front().text(0); };
    const std::string first = token();
    centre.take(copy);
    CHECK(token() == first);

    const CourierServed home = room.carry(stick);
    CHECK(home.wrong.empty());
    CHECK(room.status().enrolled);
    CHECK(home.received_through == 4);
    room.add(1);
    CHECK(room.carry(stick).records == 1);
    CHECK(centre.take(stick).statements == 1);
}

TEST_CASE("by network the key comes with the terminal's keys, once for an enrolment", "[sync][centre_key]") {
    CourierCentre centre;
    TerminalRoom terminal("one");
    centre.enrol(terminal, "一楼大厅");
    const PublicKey first = centre.keys.now.public_key();
    const auto pulled = [&](const PublicKey& enrolled_with) {
        auto from = DirectoryTransport::open(centre.publisher->repository(), "the centre");
        REQUIRE(from);
        PullParts parts = terminal.pulling(centre.root);
        parts.centre_key = enrolled_with;
        const auto got = pull(parts, **from, courier_monday, terminal.moment());
        INFO((got ? "" : got.error().what));
        REQUIRE(got);
        CHECK(got->wrong.empty());
        return *centre_key_now(*terminal.db, enrolled_with);
    };
    CHECK(*centre_key_now(*terminal.db, first) == first);
    REQUIRE(centre.publisher->tell_readers(1, *readers_of(centre.database.sql(), 1), courier_monday));
    CHECK(pulled(first) == first);
    centre.rotate();
    const PublicKey second = centre.keys.now.public_key();
    CHECK(pulled(first) == second);
    centre.rotate();
    CHECK(pulled(first) == centre.keys.now.public_key());
    // What was told of one enrolment says nothing of the next.
    const PublicKey elsewhere = SigningKey::from_seed(sha256("another centre")).public_key();
    CHECK(*centre_key_now(*terminal.db, elsewhere) == elsewhere);
    CHECK(*centre_key_now(*terminal.db, second) == second);

    // A centre that lost its key and made one at its next start: the terminals hear of it as well.
    std::filesystem::remove(centre.data / "centre" / "keys" / "centre.key");
    const PublicKey made = open_centre_keys(centre.data / "centre" / "keys")->now.public_key();
    const auto told = centre.publisher->tell_readers(1, *readers_of(centre.database.sql(), 1), courier_monday);
    REQUIRE(told);
    CHECK(told->timestamp != 0);
    CHECK(pulled(first) == made);
    CHECK(centre.publisher->tell_readers(1, *readers_of(centre.database.sql(), 1), courier_monday)->timestamp == 0);
}
