// The administrator's page about packs on a terminal with packs of its own, and sticks of every kind: what a person reads and touches, and
// what visitors see then.
#include "tests/support/pack_hall.h"

using namespace xinghuo;

namespace {

struct Terminal : PackHall {
    explicit Terminal(PackRepository& repository) {
        add_hall_pack(repository, "one", 1, "old");
        repository.release();
        ships(repository);
        switch_on();
        REQUIRE(room->study()->admin().set_pin("270451", clock->moment()));
        REQUIRE(app->show("admin"));
        drive->settle();
        ask("type 270451");
        ask("key enter");
        drive->wait(0.3);
        REQUIRE(app->screen_id() == "admin");
        touch("admin.packs");
        REQUIRE(app->screen_id() == "admin-packs");
    }
    void touch(const std::string& id) const {
        const auto done = drive->touch("#" + id);
        INFO(id << " at " << app->screen_id());
        if (!done) FAIL(done.error().what);
        drive->wait(0.6);
    }
    void plug(PackRepository& repository) const {
        REQUIRE(drive->run("stick " + stick(repository, "KINGSTON").string()).find(R"("ok":true)") != std::string::npos);
        drive->wait(1);
    }
};

void next(PackRepository& repository, const std::string& word = "new") {
    add_hall_pack(repository, "one", 2, word);
    repository.release();
}

}  // namespace

TEST_CASE("a stick is read, installed and taken back by touch, and visitors see it", "[packs-page]") {
    PackRepository repository;
    const Terminal hall(repository);
    CHECK(hall.sees("第 1 版"));
    CHECK(hall.sees("程序自带的内容"));
    CHECK(hall.sees("请插入展陈内容 U 盘"));
    next(repository);
    hall.plug(repository);
    // It is looked at by itself; what it offers is there.
    CHECK(hall.sees("更新 1"));
    CHECK(hall.sees("1 → 2 版"));
    CHECK(hall.sees("由 xinghuo 签发"));
    CHECK(hall.shown("one") == 1);
    hall.touch("packs.back");
    hall.touch("packs.stick");
    hall.touch("packs.install");
    CHECK(hall.sees("安装完成"));
    CHECK(hall.shown("one") == 2);
    hall.touch("packs.finish");
    CHECK(hall.sees("第 2 版"));
    CHECK(hall.sees("来自 U 盘 KINGSTON"));
    CHECK(hall.sees("安装于 2026-07-02"));
    hall.touch("packs.undo.0");
    hall.touch("ask.yes");
    CHECK(hall.shown("one") == 1);
    CHECK(hall.sees("换回第 2 版"));
    hall.touch("packs.history");
    CHECK(hall.sees("第 2 版 → 第 1 版"));
    CHECK(hall.sees("第 1 版 → 第 2 版"));
}

TEST_CASE("a stick that may not be taken says why, and changes nothing", "[packs-page]") {
    PackRepository repository;
    const Terminal hall(repository);
    const auto tried = [&](PackRepository& on_stick) {
        hall.plug(on_stick);
        if (hall.sees("什么都没有改变")) hall.touch("packs.again");
        else hall.touch("packs.stick");
    };
    SECTION("it has expired") {
        next(repository);
        for (const char* role : {"snapshot", "timestamp", "targets"}) repository.trust.part(role).expires = trust_day(0);
        repository.release();
        tried(repository);
        CHECK(hall.sees("这个 U 盘太旧了，请重新制作"));
        CHECK(hall.sees("有效期到 2026-07-01，今天是 2026-07-02"));
    }
    SECTION("others signed it") {
        PackRepository stranger;
        add_hall_pack(stranger, "one", 9, "strange");
        stranger.release();
        tried(stranger);
        CHECK(hall.sees("不是本机信任的人签发的"));
    }
    CHECK(hall.sees("什么都没有改变"));
    CHECK(hall.shown("one") == 1);
    hall.touch("packs.back");
    CHECK(hall.sees("正在展出（1）"));
    hall.touch("packs.history");
    CHECK(hall.sees("没有成功"));
}
