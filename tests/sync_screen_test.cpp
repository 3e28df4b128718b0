// The administrator's page about the centre, over a sync room that a test writes: what waits, what is wrong, what was refused, enrolling, and the courier stick.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/behind_pin.h"
#include "tests/support/fake_sync_room.h"
#include "tests/support/legible.h"

namespace xinghuo {
namespace {

SyncStatus enrolled_status() {
    SyncStatus now;
    now.set = now.enrolled = true;
    now.name = "https://centre.example.edu";
    now.organisation = "示范大学";
    now.outbox = {.waiting = 0, .sent_through = 4711, .quarantined = 0, .last_seq = 4711};
    now.last_contact = wall_time_from_iso("2026-07-23T08:55:00+08:00");
    now.idle = true;
    return now;
}

SyncStatus troubled_status() {
    SyncStatus now = enrolled_status();
    now.outbox = {.waiting = 812, .sent_through = 3899, .quarantined = 2, .last_seq = 4711};
    now.trouble = SyncTrouble{"sync.wrong.no_network", "https://centre.example.edu: the server cannot be reached"};
    for (const std::int64_t seq : {3901, 3917})
        now.quarantined.push_back({.seq = seq, .why = "statements[0]: result.duration: no ISO 8601 duration", .at = wall_time_from_iso("2026-07-22T18:00:00+08:00")});
    return now;
}

// Of a centre with a long name.
SyncRoom::Carried stick_of_a_centre() {
    SyncRoom::Carried carried;
    CourierStick of;
    of.stick = "0123456789abcdef";
    of.name = "示范大学马克思主义学院党史学习教育中心";
    of.home_page = "https://centre.example.edu/";
    of.centre_key = SigningKey::from_seed(sha256("a centre")).public_key();
    carried.of = of;
    carried.wrong = "this terminal is not enrolled yet";
    return carried;
}

struct FolderAsStick {
    FolderAsStick() { std::filesystem::create_directories(path); }
    ~FolderAsStick() { std::filesystem::remove_all(path); }
    FolderAsStick(const FolderAsStick&) = delete;
    FolderAsStick& operator=(const FolderAsStick&) = delete;
    const Path path = std::filesystem::temp_directory_path() / fmt::format("xinghuo-courier-page-{}", static_cast<const void*>(this));
};

void open_page(Hall& hall) {
    go_in(hall);
    hall.drive->run("touch #admin.sync");
    hall.drive->settle();
    REQUIRE(hall.app->screen_id() == "admin-sync");
}

}  // namespace

TEST_CASE("the centre's page: every state in every shape is legible", "[admin][sync][slow]") {
    const auto [w, h] = GENERATE(std::pair{1920, 1080}, std::pair{1080, 1920}, std::pair{1280, 1024});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    const bool large = GENERATE(false, true);
    const int state = GENERATE(0, 1, 2, 3);
    CAPTURE(w, h, lang == Lang::en, large, state);
    FakeSyncRoom room;
    if (state == 0) room.now.set = false;
    if (state == 1) room.now = enrolled_status();
    if (state >= 2) room.now = troubled_status();
    if (state == 3) {
        room.now.enrol_trouble = SyncTrouble{"sync.wrong.code", "answered 403"};
        SyncRoom::Carried carried;
        carried.served.records_on_stick = 812;
        carried.served.received_through = 3899;
        carried.served.wrong.emplace_back("receipts: the receipt is another terminal's");
        room.carried_now = carried;
    }
    HallOptions options{.w = w, .h = h, .lang = lang};
    options.sync = &room;
    if (large) options.settings = large_text();
    Hall hall = open_hall(options);
    go_in(hall);
    CHECK(faults(*hall.app).empty());
    hall.drive->run("touch #admin.sync");
    hall.drive->settle();
    INFO(seen(hall));
    CHECK(faults(*hall.app).empty());
    if (state != 1) return;
    hall.drive->run("touch #sync.enrol");
    hall.drive->settle();
    CHECK(faults(*hall.app).empty());
}

TEST_CASE("the centre's page: enrolling by stick is legible in every shape", "[admin][sync][slow]") {
    const auto [w, h] = GENERATE(std::pair{1920, 1080}, std::pair{1080, 1920}, std::pair{1280, 1024});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    const bool large = GENERATE(false, true);
    CAPTURE(w, h, lang == Lang::en, large);
    FakeSyncRoom room;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    HallOptions options{.w = w, .h = h, .lang = lang};
    options.sync = &room;
    if (large) options.settings = large_text();
    Hall hall = open_hall(options);
    hall.drive->run("stick " + stick.path.string());
    open_page(hall);
    INFO(seen(hall));
    CHECK(faults(*hall.app).empty());
    hall.drive->run("touch #sync.enrol.stick");
    hall.drive->settle();
    CHECK(seen(hall).find(key_fingerprint(room.carried_now->of->centre_key)) != std::string::npos);
    CHECK(faults(*hall.app).empty());
    hall.drive->run("touch #sync.stick.differs");
    // Asked, by stick alone; and a request that was not taken.
    room.now.set = true;
    room.now.asked = SyncStatus::Asked{"示范大学马克思主义学院党史学习教育中心", wall_time_from_iso("2026-07-22T18:00:00+08:00")};
    hall.drive->wait(1);
    CHECK(faults(*hall.app).empty());
    room.now.asked.reset();
    room.now.set = false;
    room.now.enrol_trouble = SyncTrouble{"sync.wrong.code", "by stick"};
    hall.drive->wait(1);
    CHECK(faults(*hall.app).empty());
}

TEST_CASE("the centre's page: by stick, nothing is asked before somebody compared the fingerprint", "[admin][sync]") {
    FakeSyncRoom room;
    HallOptions options;
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    CHECK(seen(hall).find("sync.enrol.stick") == std::string::npos);  // no stick
    const FolderAsStick stick;
    hall.drive->run("stick " + stick.path.string());
    hall.drive->wait(1);
    REQUIRE(!room.asked.empty());
    CHECK(room.asked.front().starts_with("stick "));
    room.carried_now = stick_of_a_centre();
    hall.drive->wait(1);
    hall.drive->run("touch #sync.enrol.stick");
    hall.drive->settle();
    hall.drive->run("touch #sync.stick.same");
    hall.drive->settle();
    hall.drive->run("type 7k3m9qxt");
    hall.drive->run("key enter");
    hall.drive->run("type hall");
    hall.drive->run("key enter");
    hall.drive->run("key enter");
    hall.drive->wait(0.3);
    CHECK(room.asked.back() == "enrol by stick 7K3M-9QXT hall");
    CHECK(recorded(hall, "sync_enrol"));
    room.now.enrolling = false;
    room.now.set = true;
    room.now.asked = SyncStatus::Asked{room.carried_now->of->name, wall_time_from_iso("2026-07-23T09:00:00+08:00")};
    hall.drive->wait(1);
    CHECK(seen(hall).find("正在等待中心答复") != std::string::npos);
    // Pulled out while somebody types: said, and nothing asked.
    const std::size_t asked = room.asked.size();
    hall.drive->run("touch #sync.enrol.stick");
    hall.drive->settle();
    hall.drive->run("touch #sync.stick.same");
    hall.drive->settle();
    hall.drive->run("type 7k3m9qxt");
    hall.drive->run("unstick");
    hall.drive->run("key enter");
    hall.drive->run("type hall");
    hall.drive->run("key enter");
    hall.drive->run("key enter");
    hall.drive->wait(0.3);
    CHECK(room.asked.size() == asked);
}

TEST_CASE("the centre's page: a code and a name enrol the terminal, and that is recorded", "[admin][sync]") {
    FakeSyncRoom room;
    room.now.set = true;
    room.now.name = "https://centre.example.edu";
    room.now.trouble = SyncTrouble{"sync.wrong.not_enrolled", ""};
    HallOptions options;
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    hall.drive->run("touch #sync.enrol");
    hall.drive->run("type 7k3m9qxt");
    hall.drive->run("key enter");
    hall.drive->run("type hall");
    hall.drive->run("key enter");
    hall.drive->run("key enter");
    hall.drive->wait(0.3);
    REQUIRE(room.asked.size() == 1);
    CHECK(room.asked.front() == "enrol 7K3M-9QXT hall");
    CHECK(recorded(hall, "sync_enrol"));
    room.now = enrolled_status();
    hall.drive->wait(1);
    CHECK(seen(hall).find("示范大学") != std::string::npos);
}

TEST_CASE("the centre's page: what was refused is shown with its reason, sent again or taken away", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = troubled_status();
    HallOptions options{.w = 1080, .h = 1920};
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    CHECK(seen(hall).find("result.duration") != std::string::npos);
    hall.drive->run("touch #sync.release");
    hall.drive->run("touch #sync.now");
    CHECK(room.asked == std::vector<std::string>{"release all", "now"});
    CHECK(recorded(hall, "sync_release"));
    // To a stick: written here first, then there.
    const Path stick = std::filesystem::temp_directory_path() / fmt::format("xinghuo-refused-{}", static_cast<const void*>(&room));
    std::filesystem::create_directories(stick);
    hall.drive->run("stick " + stick.string());
    hall.drive->wait(0.5);
    CHECK(room.asked.back().starts_with("stick "));
    hall.drive->run("touch #sync.export");
    hall.drive->wait(0.2);
    REQUIRE(room.asked.back() == "export refused.part");
    REQUIRE(write_file(hall.room->study()->files().data / "refused.part", "{}\n"));
    room.export_result.emplace(std::size_t{2});
    hall.drive->wait(1);
    const Path there = stick / "xinghuo" / (hall.room->study()->records().kiosk().text + "-refused.jsonl");
    const auto text = read_text(there);
    REQUIRE(text);
    CHECK(*text == "{}\n");
    CHECK_FALSE(std::filesystem::exists(hall.room->study()->files().data / "refused.part"));
    std::filesystem::remove_all(stick);
}

TEST_CASE("whoever brings a courier stick is told in the hall when it may be taken out", "[sync]") {
    const auto [w, h] = GENERATE(std::pair{1920, 1080}, std::pair{1080, 1920});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    FakeSyncRoom room;
    HallOptions options{.w = w, .h = h, .lang = lang};
    options.sync = &room;
    Hall hall = open_hall(options);
    hall.drive->run("open hall");
    hall.drive->settle();
    SyncRoom::Carried carried = stick_of_a_centre();
    carried.of->name = "来历不明的字样";
    const auto serve = [&](bool enrolled, std::string wrong) {
        room.now.set = room.now.enrolled = enrolled;
        carried.wrong = std::move(wrong);
        carried.served.records_on_stick = 812;
        room.carried_now = carried;
        room.served = true;
        hall.drive->wait(0.3);
        CHECK(faults(*hall.app).empty());
        CHECK(seen(hall).find("来历不明") == std::string::npos);
        return seen(hall);
    };
    const std::string done = serve(true, "");
    INFO(done);
    CHECK(done.find("812") != std::string::npos);
    CHECK(serve(true, "the stick is full") != done);
    const std::string unknown = serve(false, "this terminal is not enrolled yet");
    CHECK(unknown.find(lang == Lang::en ? "not enrolled yet" : "尚未登记") != std::string::npos);
    CHECK(unknown.find("812") == std::string::npos);
}

}  // namespace xinghuo
