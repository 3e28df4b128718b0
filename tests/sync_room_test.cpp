// The agent on its thread, as the kiosk has it.
#include "kiosk/sync_room.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <mutex>

#include "tests/support/fake_sync_room.h"
#include "tests/support/lossy_exchange.h"

using namespace xinghuo;

namespace {

// A centre that several threads may ask, and a way to wait until the room has something to say.
struct SyncRoomDesk {
    ModelCentre centre;
    std::mutex lock;
    std::condition_variable woken;
    bool wakes = false;
    bool network = true;
    ModelExchange honest{centre};
    SyncTerminal terminal{honest};
    SystemClock real;
    std::unique_ptr<Study> study;

    class Wire final : public Exchange {
    public:
        explicit Wire(SyncRoomDesk& desk) : desk_(desk) {}
        Result<HttpReply> ask(const HttpRequest& request, std::size_t) override {
            const std::lock_guard held(desk_.lock);
            if (!desk_.network) return Error{ErrorKind::io, "the server cannot be reached"};
            return desk_.centre.answer(request);
        }
        [[nodiscard]] std::string name() const override { return "https://centre.example.edu"; }
        [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }

    private:
        SyncRoomDesk& desk_;
    };

    std::unique_ptr<SyncRoom> open(const Clock& clock, bool threads) {
        auto opened = Study::open_beside({.data = terminal.files.data, .boot_id = "boot-1", .version = "test", .later = {}}, terminal.clock.moment());
        INFO((opened ? "" : opened.error().what));
        REQUIRE(opened);
        study = std::move(*opened);
        SyncRoom::Parts parts{.targets = terminal.targets, .ca_file = {}, .proxy = {}, .clock = clock, .threads = threads, .wake = {}};
        parts.wake = [this] {
            const std::lock_guard held(lock);
            wakes = true;
            woken.notify_all();
        };
        parts.open_exchange = [this](const std::string&) -> Result<std::unique_ptr<Exchange>> { return std::unique_ptr<Exchange>(std::make_unique<Wire>(*this)); };
        return open_sync_room(std::move(parts));
    }
    // Looks whenever it is woken, until that is so; false: not within half a minute.
    bool until(SyncRoom& room, const std::function<bool()>& so) {
        for (int i = 0; i < 300; ++i) {
            room.look(study.get(), true, real.moment());
            if (so()) return true;
            std::unique_lock held(lock);
            woken.wait_for(held, std::chrono::milliseconds(100), [this] { return wakes; });
            wakes = false;
        }
        return false;
    }
};

}  // namespace

TEST_CASE("sync room: records go up from a thread of their own while the main thread only looks", "[syncroom]") {
    SyncRoomDesk desk;
    desk.terminal.add(500);
    const auto room = desk.open(desk.real, true);
    CHECK(room->status().set);
    const auto all_sent = [&] { return room->status().idle && room->status().outbox.waiting == 0 && room->status().outbox.last_seq > 0; };
    REQUIRE(desk.until(*room, all_sent));
    desk.terminal.check_all_there(desk.centre);
    CHECK(room->status().last_contact);

    // Nobody there, then again: at once when somebody says so.
    {
        const std::lock_guard held(desk.lock);
        desk.network = false;
    }
    desk.terminal.add(3);
    CHECK_FALSE(room->syncing());
    room->sync_now();
    CHECK(room->syncing());
    REQUIRE(desk.until(*room, [&] { return !room->syncing(); }));
    REQUIRE(room->status().trouble);
    CHECK(room->status().trouble->key == "sync.wrong.no_network");
    {
        const std::lock_guard held(desk.lock);
        desk.network = true;
        desk.centre.poison = {502};
    }
    room->sync_now();
    REQUIRE(desk.until(*room, [&] { return all_sent() && !room->status().quarantined.empty(); }));
    CHECK(room->status().quarantined.front().seq == 502);
    room->export_quarantined(desk.terminal.files.data / "held.jsonl");
    std::optional<Result<std::size_t>> exported;
    REQUIRE(desk.until(*room, [&] { return (exported = room->exported()).has_value(); }));
    CHECK(**exported == 1);
    {
        const std::lock_guard held(desk.lock);
        desk.centre.poison.clear();
    }
    room->release(std::nullopt);
    REQUIRE(desk.until(*room, [&] { return !room->syncing(); }));
    CHECK(room->status().quarantined.empty());
    CHECK(all_sent());
    desk.terminal.check_all_there(desk.centre);
}

TEST_CASE("sync room: enrolment is asked for, goes on, and is done", "[syncroom]") {
    SyncRoomDesk desk;
    desk.terminal.targets.token_file.clear();
    const auto room = desk.open(desk.real, true);
    REQUIRE(desk.until(*room, [&] { return room->status().trouble.has_value(); }));
    CHECK(room->status().trouble->key == "sync.wrong.not_enrolled");
    room->enrol("wrong", "大厅");
    CHECK(room->status().enrolling);
    REQUIRE(desk.until(*room, [&] { return !room->status().enrolling; }));
    CHECK(room->status().enrol_trouble->key == "sync.wrong.code");
    room->enrol("7K3M-9QXT", "大厅");
    REQUIRE(desk.until(*room, [&] { return !room->status().enrolling; }));
    CHECK(room->status().enrolled);
    CHECK_FALSE(room->status().enrol_trouble);
}

TEST_CASE("sync room: where the clock is fake everything is done in the look that finds it due", "[syncroom]") {
    SyncRoomDesk desk;
    desk.terminal.add(250);
    const auto room = desk.open(desk.terminal.clock, false);
    room->look(desk.study.get(), true, desk.terminal.clock.moment());
    CHECK(room->status().idle);
    CHECK(room->status().outbox.waiting == 0);
    desk.terminal.check_all_there(desk.centre);
    CHECK(room->due() > desk.terminal.clock.now());
    // Nothing is done before its time, and nothing spins.
    const std::size_t before = desk.centre.requests.size();
    desk.terminal.add(1);
    room->look(desk.study.get(), true, desk.terminal.clock.moment());
    CHECK(desk.centre.requests.size() == before);
    desk.terminal.clock.advance(std::chrono::seconds(5));
    room->look(desk.study.get(), true, desk.terminal.clock.moment());
    desk.terminal.check_all_there(desk.centre);
}

TEST_CASE("sync room: without a centre or a record nothing happens", "[syncroom]") {
    SyncRoomDesk desk;
    desk.terminal.targets = {};
    const auto none = desk.open(desk.terminal.clock, true);
    none->look(desk.study.get(), true, desk.terminal.clock.moment());
    CHECK_FALSE(none->status().set);
    CHECK(none->due() == Instant::never());
    FakeSyncRoom fake;
    fake.enrol("a", "b");
    CHECK(fake.asked == std::vector<std::string>{"enrol a b"});
}
