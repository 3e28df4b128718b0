// The administrator's page about the centre, over a sync room that a test writes: what waits, what is wrong, what was refused, enrolling.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/sync_page.h"

namespace xinghuo {

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
    CHECK(can_touch(hall, "key.confirm"));
    hall.drive->run("type 7k3m9qxt");
    hall.drive->run("key enter");
    hall.drive->settle();
    CHECK(shows(hall, lang == Lang::en ? "What is this terminal called?" : "这台终端叫什么"));
    CHECK(faults(*hall.app).empty());
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

TEST_CASE("the centre's page: an enrolment that failed is not called done, and stands first in its own words", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = enrolled_status();
    HallOptions options;
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    const auto enrol = [&](const SyncTrouble& trouble) {
        touch(hall, "#sync.enrol");
        hall.drive->settle();
        type_code_and_name(hall);
        REQUIRE(room.now.enrolling);
        room.now.enrolling = false;
        room.now.enrol_trouble = trouble;
        hall.drive->wait(1);
        CHECK(shows(hall, "没有登记成功"));
        CHECK_FALSE(shows(hall, "登记完成"));
        CHECK(faults(*hall.app).empty());
    };
    enrol({"sync.wrong.code", "answered 403"});
    CHECK(shows(hall, "请向中心索取新的登记码，再登记一次。"));
    enrol({"sync.wrong.busy", "answered 429"});
    CHECK(shows(hall, "尝试次数过多，请过几分钟再输入登记码。"));
    enrol({"sync.wrong.busy", "answered 503"});
    CHECK(shows(hall, "登记码没有用掉"));
    CHECK_FALSE(shows(hall, "尝试次数过多"));
    room.now.trouble = SyncTrouble{"sync.wrong.no_network", "the server cannot be reached"};
    enrol({"sync.wrong.no_network", "the server cannot be reached"});
    CHECK(shows(hall, "联系不上中心，登记码没有用掉，请稍后再试。"));
    CHECK_FALSE(shows(hall, "目前没有送出"));
    room.now.trouble = SyncTrouble{"sync.wrong.server", "answered 500"};
    hall.drive->wait(1);
    CHECK(place_of(hall, "没有登记成功") < place_of(hall, "目前没有送出"));
    // By stick, where an earlier request waits.
    room.now = {};
    room.now.set = true;
    room.now.asked = SyncStatus::Asked{"示范大学", wall_time_from_iso("2026-07-22T18:00:00+08:00")};
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    hall.drive->run("stick " + stick.path.string());
    hall.drive->wait(1);
    compare(hall);
    type_code_and_name(hall);
    room.now.enrolling = false;
    room.now.enrol_trouble = SyncTrouble{"sync.wrong.stick", "the stick is full"};
    hall.drive->wait(1);
    CHECK_FALSE(shows(hall, "登记申请已写入"));
    CHECK(shows(hall, "登记申请没有写入"));
}

TEST_CASE("the centre's page: records that were refused have not arrived", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = troubled_status();
    room.now.trouble.reset();
    room.now.outbox.waiting = 0;
    room.now.outbox.sent_through = 4711;
    room.now.quarantined.front().why = "statements[0]: " + std::string(400, 'x') + " end of the reason";
    HallOptions options{.w = 1080, .h = 1920};
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    INFO(seen(hall));
    CHECK_FALSE(shows(hall, "一切正常"));
    CHECK(shows(hall, "2 条记录被退回"));
    CHECK(shows(hall, "4709 条，共 4711 条"));
    CHECK(shows(hall, "end of the reason"));
    CHECK(faults(*hall.app).empty());
}

TEST_CASE("the centre's page: syncing goes on for as long as it lasts, and then says how it ended", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = troubled_status();
    room.now.trouble.reset();
    HallOptions options{.w = 1080, .h = 1920};
    options.sync = &room;
    Hall hall = open_hall(options);
    open_page(hall);
    CHECK_FALSE(shows(hall, "同步完成"));
    for (const char* id : {"#sync.now", "#sync.release"}) {
        touch(hall, id);
        room.syncing_now = true;
        hall.drive->wait(1);
        CHECK(shows(hall, "正在同步……"));
        CHECK_FALSE(can_touch(hall, "sync.now"));
        room.syncing_now = false;
        hall.drive->wait(1);
        CHECK_FALSE(shows(hall, "正在同步……"));
        CHECK(shows(hall, "同步完成，还有 812 条记录等待发送。"));
    }
    room.now.trouble = SyncTrouble{"sync.wrong.no_network", "the server cannot be reached"};
    hall.drive->wait(1);
    CHECK(shows(hall, "刚才没有同步成功"));
    CHECK(faults(*hall.app).empty());
}

TEST_CASE("the centre's page: where records go to another store there is nothing to enrol", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = enrolled_status();
    room.now.organisation.clear();
    room.to_a_store = true;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    Hall hall = open_page_with_stick(room, stick);
    CHECK(can_touch(hall, "sync.now"));
    CHECK_FALSE(can_touch(hall, "sync.enrol"));
    CHECK_FALSE(can_touch(hall, "sync.enrol.stick"));
    CHECK(shows(hall, "另一个记录库"));
    CHECK_FALSE(shows(hall, "尚未登记"));
    CHECK(faults(*hall.app).empty());
}

}  // namespace xinghuo
