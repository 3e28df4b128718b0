// The administrator's PIN: nothing bypasses it.
#include "content/study/admin_lock.h"

#include <vector>

#include "tests/support/study_room.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

constexpr const char* pin = "402917";

AdminLock lock_of(StudyRoom& room) {
    auto lock = AdminLock::open(*room.db, *room.records, room.moment().now);
    REQUIRE(lock);
    return std::move(*lock);
}

AdminLock::Answer answer(AdminLock& lock, StudyRoom& room, std::string_view tried) {
    auto answer = lock.try_pin(tried, room.moment());
    if (!answer) FAIL(answer.error().what);
    return *answer;
}

std::vector<std::string> bodies(StudyRoom& room) {
    auto records = room.records->read(0, 1000);
    REQUIRE(records);
    std::vector<std::string> all;
    for (const Record& record : *records) {
        CHECK(record.kind == RecordKind::admin_action);
        all.push_back(record.body);
    }
    return all;
}

}  // namespace

TEST_CASE("which PINs are too simple", "[study][admin]") {
    for (const char* good : {"402917", "135791", "112233", "123457", "402917402918"}) CHECK(pin_fault(good) == PinFault::none);
    CHECK(pin_fault("") == PinFault::length);
    CHECK(pin_fault("40291") == PinFault::length);
    CHECK(pin_fault("4029174029173") == PinFault::length);
    CHECK(pin_fault("40 917") == PinFault::not_digits);
    CHECK(pin_fault("４０２９１７") == PinFault::not_digits);
    CHECK(pin_fault("000000") == PinFault::same);
    CHECK(pin_fault("123456") == PinFault::run);
    CHECK(pin_fault("789012") == PinFault::run);
    CHECK(pin_fault("987654321098") == PinFault::run);
    CHECK(pin_fault("121212") == PinFault::repeated);
    CHECK(pin_fault("407407") == PinFault::repeated);
    CHECK(pin_fault("40294029") == PinFault::repeated);
}

TEST_CASE("the delay grows with the wrong PINs in a row", "[study][admin]") {
    std::vector<Nanoseconds> delays;
    for (int i = 0; i < 9; ++i) delays.push_back(delay_after(i));
    CHECK(delays == std::vector<Nanoseconds>{0s, 0s, 0s, 5s, 15s, 60s, 5min, 30min, 30min});
    CHECK(delay_after(1'000'000) == Nanoseconds(30min));
    CHECK(delay_after(-1) == Nanoseconds(0));
}

TEST_CASE("before a PIN is made nothing opens, and a bad one is not taken", "[study][admin]") {
    StudyRoom room;
    AdminLock lock = lock_of(room);
    CHECK(!lock.has_pin());
    CHECK(!lock.try_pin("", room.moment()));
    CHECK(!lock.try_pin(pin, room.moment()));
    CHECK(!lock.set_pin("", room.moment()));
    CHECK(!lock.set_pin("123456", room.moment()));
    CHECK(!lock.has_pin());
    CHECK(bodies(room).empty());
    REQUIRE(lock.set_pin(pin, room.moment()));
    CHECK(lock.has_pin());
    CHECK(answer(lock, room, pin) == AdminLock::Answer::open);
    CHECK(answer(lock, room, "") == AdminLock::Answer::wrong);
    CHECK(bodies(room) == std::vector<std::string>{R"({"action":"admin_pin_set"})", R"({"action":"admin_in"})", R"({"action":"admin_refused","wrong":1})"});
    CHECK(*room.db->integer_or(0, "SELECT COUNT(*) FROM setting WHERE value LIKE '%402917%'") == 0);
}

TEST_CASE("during a delay the right PIN is not even looked at", "[study][admin]") {
    StudyRoom room;
    AdminLock lock = lock_of(room);
    REQUIRE(lock.set_pin(pin, room.moment()));
    for (int i = 0; i < 3; ++i) CHECK(answer(lock, room, "000000") == AdminLock::Answer::wrong);
    CHECK(lock.wrong_in_a_row() == 3);
    const auto recorded = bodies(room).size();
    CHECK(answer(lock, room, pin) == AdminLock::Answer::wait);
    CHECK(bodies(room).size() == recorded);
    room.clock.advance(5s - 1ns);
    CHECK(lock.wait_left(room.moment().now) == 1ns);
    CHECK(answer(lock, room, pin) == AdminLock::Answer::wait);
    CHECK(lock.wrong_in_a_row() == 3);
    room.clock.jump_wall(wall_time_from_iso("2099-01-01T00:00:00Z"));  // helps nobody
    CHECK(answer(lock, room, pin) == AdminLock::Answer::wait);
    room.clock.advance(1ns);
    CHECK(answer(lock, room, "000001") == AdminLock::Answer::wrong);
    CHECK(lock.wait_left(room.moment().now) == 15s);
    room.clock.advance(15s);
    CHECK(answer(lock, room, pin) == AdminLock::Answer::open);
    CHECK(lock.wrong_in_a_row() == 0);
    CHECK(lock.wait_left(room.moment().now) == 0ns);
}

TEST_CASE("a restart keeps the count and begins the current delay anew", "[study][admin]") {
    StudyRoom room;
    {
        AdminLock lock = lock_of(room);
        REQUIRE(lock.set_pin(pin, room.moment()));
        for (int i = 0; i < 3; ++i) CHECK(answer(lock, room, "000000") == AdminLock::Answer::wrong);
        room.clock.advance(4s);
    }
    AdminLock lock = lock_of(room);
    CHECK(lock.wrong_in_a_row() == 3);
    CHECK(lock.wait_left(room.moment().now) == 5s);
    CHECK(answer(lock, room, pin) == AdminLock::Answer::wait);
    room.clock.advance(5s);
    CHECK(answer(lock, room, pin) == AdminLock::Answer::open);
    CHECK(lock_of(room).wrong_in_a_row() == 0);
}

TEST_CASE("when the disk refuses, nobody learns whether the PIN was right, and the try counts", "[study][admin]") {
    StudyRoom room;
    AdminLock lock = lock_of(room);
    REQUIRE(lock.set_pin(pin, room.moment()));
    REQUIRE(room.db->run("CREATE TEMP TRIGGER no_disk BEFORE INSERT ON main.record BEGIN SELECT RAISE(ABORT, 'no disk'); END"));
    auto right = lock.try_pin(pin, room.moment());
    REQUIRE(!right);
    auto wrong = lock.try_pin("000000", room.moment());
    REQUIRE(!wrong);
    CHECK(right.error().what == wrong.error().what);
    CHECK(lock.wrong_in_a_row() == 2);
    CHECK(!lock.try_pin("000000", room.moment()));
    CHECK(answer(lock, room, pin) == AdminLock::Answer::wait);
    REQUIRE(room.db->run("DROP TRIGGER no_disk"));
    room.clock.advance(5s);
    CHECK(answer(lock, room, pin) == AdminLock::Answer::open);
}

TEST_CASE("another program sets the PIN beside a running kiosk", "[study][admin]") {
    StudyRoom room;
    AdminLock kiosk = lock_of(room);
    REQUIRE(kiosk.set_pin(pin, room.moment()));
    for (int i = 0; i < 3; ++i) CHECK(answer(kiosk, room, "000000") == AdminLock::Answer::wrong);
    {
        auto db = Database::open(room.folder / "records.db");
        REQUIRE(db);
        auto records = Records::open(**db, room.signing, "boot-1");
        REQUIRE(records);
        auto beside = AdminLock::open(**db, *records, Instant{});
        REQUIRE(beside);
        REQUIRE(beside->set_pin("731904", room.moment()));
    }
    CHECK(kiosk.wait_left(room.moment().now) == 5s);
    REQUIRE(kiosk.reread());
    CHECK(kiosk.wait_left(room.moment().now) == 0ns);
    CHECK(answer(kiosk, room, pin) == AdminLock::Answer::wrong);
    CHECK(answer(kiosk, room, "731904") == AdminLock::Answer::open);
}
