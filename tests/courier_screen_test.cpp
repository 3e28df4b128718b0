// The courier stick as people meet it at a terminal: in the hall, and on the administrator's page, where somebody compares whose it is.
#include <catch2/catch.hpp>

#include "tests/support/sync_page.h"

namespace xinghuo {

TEST_CASE("the centre's page: enrolling by stick is legible in every shape", "[admin][sync][slow]") {
    const auto [w, h] = GENERATE(std::pair{1920, 1080}, std::pair{1080, 1920}, std::pair{1280, 1024});
    const Lang lang = GENERATE(Lang::zh, Lang::en);
    const bool large = GENERATE(false, true);
    CAPTURE(w, h, lang == Lang::en, large);
    FakeSyncRoom room;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    HallOptions options{.w = w, .h = h, .lang = lang};
    if (large) options.settings = large_text();
    Hall hall = open_page_with_stick(room, stick, options);
    INFO(seen(hall));
    CHECK(faults(*hall.app).empty());
    hall.drive->run("touch #sync.enrol.stick");
    hall.drive->settle();
    CHECK(seen(hall).find(key_fingerprint(room.carried_now->of->centre_key)) != std::string::npos);
    CHECK(faults(*hall.app).empty());
    hall.drive->run("touch #sync.stick.differs");
    hall.drive->wait(1);
    CHECK(faults(*hall.app).empty());
    // It is another centre's; it cannot be written.
    room.now = enrolled_status();
    for (const ErrorKind kind : {ErrorKind::untrusted, ErrorKind::io}) {
        room.carried_now = stick_of_a_centre();
        room.carried_now->kind = kind;
        hall.drive->wait(1);
        CHECK(faults(*hall.app).empty());
    }
    touch(hall, "#sync.enrol.stick");
    hall.drive->settle();
    CHECK(faults(*hall.app).empty());
    touch(hall, "#bar.back");
    // Asked, by stick alone; and a request that was not taken.
    room.now = {};
    room.now.set = true;
    room.now.asked = SyncStatus::Asked{"示范大学马克思主义学院党史学习教育中心", wall_time_from_iso("2026-07-22T18:00:00+08:00")};
    hall.drive->wait(1);
    CHECK(faults(*hall.app).empty());
    room.now.asked.reset();
    room.now.set = false;
    room.now.enrol_trouble = SyncTrouble{"sync.wrong.code", ""};
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
    compare(hall);
    type_code_and_name(hall);
    CHECK(room.asked.back() == "enrol by stick 7K3M-9QXT hall");
    CHECK(room.asked_of == room.carried_now->of->centre_key);
    CHECK(recorded(hall, "sync_enrol"));
    room.now.enrolling = false;
    room.now.set = true;
    room.now.asked = SyncStatus::Asked{room.carried_now->of->name, wall_time_from_iso("2026-07-23T09:00:00+08:00")};
    hall.drive->wait(1);
    CHECK(seen(hall).find("正在等待中心答复") != std::string::npos);
    // Pulled out while somebody types: said at once, and nothing asked.
    const std::size_t asked = room.asked.size();
    compare(hall);
    hall.drive->run("type 7k3m9qxt");
    hall.drive->run("unstick");
    hall.drive->wait(0.3);
    CHECK(shows(hall, "U 盘已拔出"));
    CHECK_FALSE(can_touch(hall, "key.a"));
    type_code_and_name(hall);
    CHECK(room.asked.size() == asked);
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
    // What the centre answered to the request.
    carried.answer = SyncRoom::Carried::Answer::refused;
    CHECK(serve(false, "this terminal is not enrolled yet").find(lang == Lang::en ? "The centre refused the enrolment" : "中心没有接受登记申请") != std::string::npos);
    carried.answer = SyncRoom::Carried::Answer::accepted;
    room.now.organisation = "示范大学";
    CHECK(serve(true, "").find(lang == Lang::en ? "Enrolled · 示范大学" : "登记完成 · 示范大学") != std::string::npos);
}

TEST_CASE("the centre's page: another stick than the one that was compared is compared first", "[admin][sync]") {
    FakeSyncRoom room;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    Hall hall = open_page_with_stick(room, stick);
    compare(hall);
    hall.drive->run("type 7k3m9qxt");
    const std::size_t asked = room.asked.size();
    room.carried_now = stick_of_a_centre("another centre");
    hall.drive->wait(0.3);
    CHECK(shows(hall, "插入的是另一个 U 盘"));
    CHECK(shows(hall, key_fingerprint(room.carried_now->of->centre_key)));
    CHECK_FALSE(can_touch(hall, "key.a"));
    CHECK(faults(*hall.app).empty());
    type_code_and_name(hall);
    CHECK(room.asked.size() == asked);
    // Compared, it is the one that is asked.
    touch(hall, "#sync.stick.same");
    hall.drive->settle();
    type_code_and_name(hall);
    CHECK(room.asked.back() == "enrol by stick 7K3M-9QXT hall");
    CHECK(room.asked_of == room.carried_now->of->centre_key);
}

TEST_CASE("the centre's page: a stick whose fingerprint differs is offered no more until it is gone", "[admin][sync]") {
    FakeSyncRoom room;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    Hall hall = open_page_with_stick(room, stick);
    touch(hall, "#sync.enrol.stick");
    hall.drive->settle();
    touch(hall, "#sync.stick.differs");
    hall.drive->settle();
    CHECK(shows(hall, "请拔出 U 盘，不要使用，并告知中心。"));
    CHECK_FALSE(can_touch(hall, "sync.enrol.stick"));
    CHECK_FALSE(shows(hall, "已插入"));
    // Nor after coming back.
    touch(hall, "#bar.back");
    hall.drive->settle();
    touch(hall, "#admin.sync");
    hall.drive->settle();
    CHECK_FALSE(can_touch(hall, "sync.enrol.stick"));
    hall.drive->run("unstick");
    hall.drive->wait(0.5);
    CHECK_FALSE(shows(hall, "请拔出 U 盘"));
    hall.drive->run("stick " + stick.path.string());
    room.carried_now = stick_of_a_centre();
    hall.drive->wait(0.5);
    CHECK(can_touch(hall, "sync.enrol.stick"));
}

TEST_CASE("the centre's page: a stick that cannot be used is said first, with its reason", "[admin][sync]") {
    FakeSyncRoom room;
    room.now = enrolled_status();
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    Hall hall = open_page_with_stick(room, stick);
    CHECK_FALSE(shows(hall, "一切正常"));
    CHECK(shows(hall, "这个 U 盘属于另一个中心；请换用“示范大学”的 U 盘。"));
    CHECK_FALSE(shows(hall, "not enrolled yet"));
    CHECK(shows(hall, "用信使 U 盘重新登记"));
    touch(hall, "#sync.enrol.stick");
    hall.drive->settle();
    CHECK(shows(hall, "本终端现在属于“示范大学”"));
    touch(hall, "#bar.back");
    room.carried_now->kind = ErrorKind::full;
    hall.drive->wait(0.5);
    CHECK(shows(hall, "U 盘已满"));
    room.carried_now->kind = ErrorKind::io;
    hall.drive->wait(0.5);
    CHECK(shows(hall, "写保护"));
    hall.drive->run("unstick");
    hall.drive->wait(0.5);
    CHECK(shows(hall, "一切正常"));
    // Its own centre's: nothing moves.
    room.carried_now->wrong.clear();
    hall.drive->run("stick " + stick.path.string());
    hall.drive->wait(0.5);
    touch(hall, "#sync.enrol.stick");
    hall.drive->settle();
    CHECK_FALSE(shows(hall, "本终端现在属于"));
}

TEST_CASE("the centre's page: what a stick brought is said there, and no notice lies on its buttons", "[admin][sync]") {
    FakeSyncRoom room;
    room.carried_now = stick_of_a_centre();
    const FolderAsStick stick;
    Hall hall = open_page_with_stick(room, stick);
    room.served = true;
    hall.drive->wait(0.3);
    CHECK(hall.app->said().empty());
    CHECK(can_touch(hall, "sync.enrol.stick"));
    // Refused.
    room.carried_now->answer = SyncRoom::Carried::Answer::refused;
    room.now.enrol_trouble = SyncTrouble{"sync.wrong.code", ""};
    hall.drive->wait(0.5);
    CHECK(shows(hall, "请向中心索取新的登记码"));
    CHECK_FALSE(shows(hall, "没有设置中心"));
    CHECK_FALSE(shows(hall, "技术信息"));
    // Accepted.
    room.now = enrolled_status();
    room.now.name.clear();
    room.carried_now->answer = SyncRoom::Carried::Answer::accepted;
    room.carried_now->wrong.clear();
    hall.drive->wait(0.5);
    CHECK(shows(hall, "登记完成 · 示范大学"));
    CHECK(hall.app->said().empty());
    CHECK(faults(*hall.app).empty());
}

}  // namespace xinghuo
