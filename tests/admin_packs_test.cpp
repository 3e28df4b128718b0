// The administrator's page about packs, on a pack room that a test plays: what is seen, asked and said. Nothing is installed without
// a word, nothing is refused without a sentence.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <utility>

#include "tests/support/behind_pin.h"
#include "tests/support/fake_pack_room.h"
#include "tests/support/legible.h"

using namespace xinghuo;

namespace {

using Source = PackRoom::Source;
using Doing = PackRoom::Doing;

const WallTime june = wall_time_from_iso("2026-06-01T09:05:00+08:00");

PackVersion version(std::int64_t n, Bilingual title, std::string from = "KINGSTON") {
    PackVersion made;
    made.version = n;
    made.title = std::move(title);
    made.bytes = 58'400'000;
    made.files = 126;
    made.from = std::move(from);
    made.role = "publishers";
    made.at = june;
    made.clock_trusted = true;
    return made;
}

const Bilingual demo_title{"星火燎原：百年党史百个瞬间", "A Single Spark: a hundred moments of a hundred years"};
const Bilingual school_title{"我们的大学：校史与党史", "Our university: its history and the Party’s"};

PackOffer offered(PackOffer::Kind kind, std::string id, Bilingual title, std::int64_t now, std::int64_t before) {
    PackOffer made;
    made.kind = kind;
    made.target = "packs/xinghuo/" + id + ".json";
    made.id = std::move(id);
    made.title = std::move(title);
    made.version = now;
    made.before = before;
    made.bytes = 61'000'000;
    made.files = 130;
    const bool takes = kind == PackOffer::Kind::fresh || kind == PackOffer::Kind::update;
    made.to_fetch = takes ? 3'200'000 : 0;
    made.files_to_fetch = takes ? 12 : 0;
    return made;
}

Offer an_offer(std::vector<PackOffer> packs, std::uint64_t free_bytes = 12'400'000'000) {
    Offer made;
    made.from = "KINGSTON";
    for (const PackOffer& pack : packs) made.to_fetch += pack.to_fetch;
    made.to_store = made.to_fetch + made.to_fetch / 2;
    made.packs = std::move(packs);
    made.free_bytes = free_bytes;
    return made;
}

Recall recall(std::string pack, std::vector<std::int64_t> versions) {
    Recall made;
    made.pack = std::move(pack);
    made.versions = std::move(versions);
    made.reason = {"一幅图片未获授权", "one picture was used without a licence"};
    return made;
}

Offer full_offer() {
    Offer made = an_offer({offered(PackOffer::Kind::update, "xinghuo-demo", demo_title, 3, 2), offered(PackOffer::Kind::fresh, "long-march", {"长征：每一步都算数", "The Long March"}, 1, 0),
                           offered(PackOffer::Kind::same, "school", school_title, 5, 5), offered(PackOffer::Kind::older, "songs", {"红歌", "Songs"}, 1, 4),
                           offered(PackOffer::Kind::recalled, "letters", {"红色家书", "Letters home"}, 2, 0),
                           offered(PackOffer::Kind::update, "films", {"影像中的党史", "The Party’s history on film"}, 9, 8)});
    made.packs.back().refused = "needs version 0.2 of the application";
    made.to_fetch = 6'400'000;
    made.to_store = 9'600'000;
    made.packs[0].summary = {"新增三个人物和一段影像，更正两处日期。", "Three more figures and a film; two dates are put right."};
    made.recalls.push_back(recall("letters", {1, 2}));
    return made;
}

// Two packs are shown, a third was recalled.
void fill(FakePackRoom& room) {
    InstalledPack demo{"xinghuo-demo", "packs/xinghuo/xinghuo-demo.json", version(2, demo_title), version(1, demo_title, "shipped"), 2};
    InstalledPack school{"school", "packs/history-office/school.json", version(5, school_title, "https://packs.example.edu/xinghuo"), std::nullopt, 5};
    InstalledPack letters{"letters", "packs/xinghuo/letters.json", std::nullopt, std::nullopt, 2};
    room.now.packs = {demo, school, letters};
    room.now.recalls = {recall("letters", {})};
    const auto event = [](PackEvent::What what, std::string pack, Bilingual title, std::int64_t now, std::int64_t before, std::string from, std::string why = {}) {
        return PackEvent{what, std::move(pack), std::move(title), now, before, std::move(from), std::move(why), june, true};
    };
    room.now.history = {event(PackEvent::What::recalled, "letters", {"红色家书", "Letters home"}, 0, 2, "KINGSTON"),
                        event(PackEvent::What::failed, "", {}, 0, 0, "https://packs.example.edu/xinghuo", "asking for timestamp.json: the server answered 503"),
                        event(PackEvent::What::updated, "xinghuo-demo", demo_title, 2, 1, "KINGSTON"),
                        event(PackEvent::What::damaged, "school", school_title, 5, 0, "", "posters/12.png does not match its hash"),
                        event(PackEvent::What::installed, "xinghuo-demo", demo_title, 1, 0, "shipped")};
    room.now.stick_here = true;
    room.now.stick_name = "KINGSTON";
    room.now.network_name = "packs.example.edu";
    room.now.automatic = true;
    room.now.last_contact = june;
    room.now.blobs_bytes = 118'000'000;
    room.now.free_bytes = 12'400'000'000;
}

void next(Hall& hall) { hall.drive->wait(0.6); }

// Further down the page.
void scroll(Hall& hall) {
    const Vec2 c{hall.app->screen().w / 2, hall.app->screen().h / 2};
    hall.drive->run(fmt::format("drag {} {} {} {} 300", c.x, c.y, c.x, c.y - 300));
    next(hall);
}

void open_packs(Hall& hall) {
    go_in(hall);
    touch(hall, "#admin.packs");
    REQUIRE(hall.app->screen_id() == "admin-packs");
}

// The page, open on a terminal with those packs.
struct PacksPage {
    FakePackRoom room;
    Hall hall;
    PacksPage() {
        fill(room);
        hall = open_hall({.packs = &room});
        open_packs(hall);
    }
};

}  // namespace

TEST_CASE("what is shown is told with its version, whose it is, where it came from and when", "[packs-page]") {
    FakePackRoom room;
    fill(room);
    Hall hall = open_hall({.packs = &room});
    go_in(hall);
    CHECK(shows(hall, "U 盘 KINGSTON 上有内容"));
    touch(hall, "#admin.packs");
    INFO(seen(hall));
    CHECK(shows(hall, demo_title.zh));
    CHECK(shows(hall, "第 2 版"));
    CHECK(shows(hall, "126 个文件，58.4 MB"));
    CHECK(shows(hall, "由 xinghuo 签发 · 来自 U 盘 KINGSTON"));
    CHECK(shows(hall, "由 history-office 签发 · 来自 packs.example.edu"));
    CHECK(shows(hall, "安装于 2026-06-01 09:05"));
    CHECK(shows(hall, "正在展出（2）"));
    CHECK(can_touch(hall, "packs.stick"));
    CHECK(can_touch(hall, "packs.network"));
    CHECK(can_touch(hall, "packs.undo.0"));
    CHECK_FALSE(can_touch(hall, "packs.undo.1"));
    CHECK_FALSE(can_touch(hall, "packs.undo.2"));

    SECTION("a stick that goes takes its way with it") {
        room.now.stick_here = false;
        next(hall);
        CHECK_FALSE(can_touch(hall, "packs.stick"));
        CHECK(shows(hall, "请插入展陈内容 U 盘"));
    }
    SECTION("without a server there is nothing to ask") {
        room.now.network_name.clear();
        next(hall);
        CHECK_FALSE(can_touch(hall, "packs.network"));
        CHECK(shows(hall, "没有设置内容服务器"));
    }
    SECTION("a version that was recalled does not come back") {
        room.now.recalls.push_back(recall("xinghuo-demo", {1}));
        next(hall);
        CHECK_FALSE(can_touch(hall, "packs.undo.0"));
    }
    SECTION("what was recalled stands below with its reason") {
        scroll(hall);
        scroll(hall);
        CHECK(shows(hall, "已召回，不再展出"));
        CHECK(shows(hall, "一幅图片未获授权"));
    }
    SECTION("a damaged file is told") {
        room.now.checking = "posters/12.png of school does not match its hash";
        next(hall);
        CHECK(shows(hall, "检查时发现文件损坏"));
        CHECK(shows(hall, "does not match its hash"));
    }
    SECTION("what happened, newest first") {
        touch(hall, "#packs.history");
        CHECK(hall.app->screen_id() == "admin-packs-history");
        CHECK(shows(hall, "更新 · " + demo_title.zh));
        CHECK(shows(hall, "第 1 版 → 第 2 版"));
        CHECK(shows(hall, "the server answered 503"));
        touch(hall, "#bar.back");
        CHECK(hall.app->screen_id() == "admin-packs");
    }
}

TEST_CASE("a date that no clock vouches for is never absurd", "[packs-page]") {
    FakePackRoom room;
    fill(room);
    room.now.packs[0].shown->at = {86'400'000};
    room.now.packs[0].shown->clock_trusted = false;
    room.now.history[2].at = {};
    room.now.last_contact = WallTime{};
    Hall hall = open_hall({.packs = &room});
    open_packs(hall);
    CHECK(shows(hall, "安装日期不确定"));
    CHECK_FALSE(shows(hall, "1970"));
    touch(hall, "#packs.history");
    CHECK(shows(hall, "日期不确定"));
    CHECK_FALSE(shows(hall, "1970"));
}

TEST_CASE("an offer is seen first, then installed with true progress, and told", "[packs-page]") {
    PacksPage page;
    FakePackRoom& room = page.room;
    Hall& hall = page.hall;
    touch(hall, "#packs.stick");
    CHECK(room.asked == std::vector<std::string>{"look at the stick"});
    CHECK(recorded(hall, "packs_look"));
    CHECK(recorded(hall, "KINGSTON"));
    next(hall);
    CHECK(shows(hall, "正在查看 U 盘 KINGSTON"));
    CHECK(can_touch(hall, "packs.cancel"));
    room.found(full_offer());
    next(hall);
    INFO(seen(hall));
    CHECK(shows(hall, "更新 1 · 新内容 1"));
    CHECK(shows(hall, "2 → 3 版"));
    CHECK(shows(hall, "需复制 3.2 MB（12 个文件）"));
    CHECK(shows(hall, "要复制 6.4 MB，占用 9.6 MB，剩余 12.4 GB"));
    CHECK(shows(hall, "有内容被召回，已经生效"));
    CHECK(room.asked.size() == 1);

    touch(hall, "#packs.install");
    CHECK(room.asked.back() == "install");
    CHECK(recorded(hall, "xinghuo-demo 2 → 3, long-march 0 → 1"));
    room.now.progress = {0, 100'000'000, 0, 24, InstallProgress::Step::fetching};
    next(hall);
    CHECK(shows(hall, "0%"));
    CHECK(shows(hall, "正在估算剩余时间"));
    // 10 MB/s: after 4 s 40 of 100 MB, so six to go.
    for (int i = 1; i <= 40; ++i) {
        room.now.progress.bytes = static_cast<std::uint64_t>(i) * 1'000'000;
        hall.drive->wait(0.1);
    }
    CHECK(shows(hall, "40%"));
    CHECK(shows(hall, "40.0 MB / 100.0 MB"));
    CHECK(shows(hall, "大约还要 10 秒"));

    SECTION("nobody idles out of it, and what stands still is told so") {
        hall.drive->wait(200);
        CHECK(hall.app->screen_id() == "admin-packs");
        CHECK(shows(hall, "正在等待数据"));
    }
    SECTION("it ends well") {
        room.now.progress = {100'000'000, 100'000'000, 24, 24, InstallProgress::Step::finishing};
        next(hall);
        CHECK(shows(hall, "马上就好"));
        CHECK_FALSE(can_touch(hall, "packs.cancel"));
        room.done();
        room.now.packs[0].shown->version = 3;
        next(hall);
        CHECK(shows(hall, "安装完成"));
        CHECK(shows(hall, "第 2 版 → 第 3 版"));
        CHECK(shows(hall, "以旧版放完"));
        touch(hall, "#packs.finish");
        CHECK(shows(hall, "正在展出（2）"));
        CHECK_FALSE(room.now.installed);
    }
    SECTION("it is cancelled") {
        touch(hall, "#packs.cancel");
        CHECK(room.asked.back() == "cancel");
        CHECK(recorded(hall, "packs_cancel"));
        room.failed(ErrorKind::cancelled, "installing xinghuo-demo: cancelled");
        next(hall);
        CHECK(shows(hall, "已取消"));
        CHECK(shows(hall, "什么都没有改变"));
        touch(hall, "#packs.back");
        CHECK(shows(hall, "正在展出（2）"));
    }
    SECTION("it goes on while nobody looks, and what came of it is told") {
        touch(hall, "#bar.back");
        CHECK(hall.app->screen_id() == "admin");
        CHECK(shows(hall, "正在安装，40%"));
        room.done();
        touch(hall, "#admin.packs");
        CHECK(shows(hall, "安装完成"));
        touch(hall, "#bar.back");
        CHECK(shows(hall, "正在展出（2）"));
    }
}

TEST_CASE("what cannot be installed says why", "[packs-page]") {
    PacksPage page;
    FakePackRoom& room = page.room;
    Hall& hall = page.hall;
    touch(hall, "#packs.stick");

    SECTION("no room") {
        room.found(an_offer({offered(PackOffer::Kind::update, "xinghuo-demo", demo_title, 3, 2)}, 1'000'000));
        next(hall);
        CHECK(shows(hall, "空间不够：需要 4.8 MB，可用 1.0 MB"));
        CHECK_FALSE(can_touch(hall, "packs.install"));
    }
    SECTION("the stick was pulled meanwhile") {
        room.found(full_offer());
        next(hall);
        CHECK(can_touch(hall, "packs.install"));
        room.now.stick_here = false;
        next(hall);
        CHECK(shows(hall, "U 盘已拔出"));
        CHECK_FALSE(can_touch(hall, "packs.install"));
    }
    SECTION("a newer program is needed") {
        Offer offer = an_offer({offered(PackOffer::Kind::update, "films", demo_title, 9, 8)});
        offer.packs[0].refused = "needs version 0.2 of the application";
        room.found(offer);
        next(hall);
        CHECK(shows(hall, "有更新，但不能安装"));
        CHECK(shows(hall, "需要更新的程序版本"));
        CHECK_FALSE(can_touch(hall, "packs.install"));
    }
    SECTION("nothing is new") {
        room.found(an_offer({offered(PackOffer::Kind::same, "xinghuo-demo", demo_title, 2, 2)}));
        next(hall);
        CHECK(shows(hall, "没有要更新的"));
        CHECK(shows(hall, "已是最新"));
        CHECK_FALSE(can_touch(hall, "packs.install"));
    }
    touch(hall, "#packs.back");
    CHECK(shows(hall, "正在展出（2）"));
    CHECK(room.asked.size() == 1);
}

TEST_CASE("every refusal is one sentence for its kind and source, and says that nothing was changed", "[packs-page]") {
    const struct {
        ErrorKind kind;
        const char *stick, *network;
    } all[] = {
        {ErrorKind::invalid, "U 盘上的内容已损坏", "服务器的回答不是展陈内容"},   {ErrorKind::missing, "U 盘上没有展陈内容", "服务器上没有展陈内容"},
        {ErrorKind::io, "U 盘被拔出", "联系不上服务器"},                          {ErrorKind::unsupported, "程序版本太旧", "程序版本太旧"},
        {ErrorKind::too_large, "超出了允许的大小", "超出了允许的大小"},           {ErrorKind::cancelled, "已取消", "已取消"},
        {ErrorKind::untrusted, "不是本机信任的人签发的", "不是本机信任的人签发的"}, {ErrorKind::expired, "这个 U 盘太旧了，请重新制作", "服务器上的签名过期了"},
        {ErrorKind::older, "本机的内容已经更新", "本机的内容已经更新"},           {ErrorKind::full, "空间不够", "空间不够"},
    };
    PacksPage page;
    FakePackRoom& room = page.room;
    Hall& hall = page.hall;
    for (const auto& one : all)
        for (const Source source : {Source::stick, Source::network}) {
            touch(hall, source == Source::stick ? "#packs.stick" : "#packs.network");
            room.failed(one.kind, "timestamp.json: valid until 2026-01-31T00:00:00Z, it is 2026-07-23T01:00:00Z");
            next(hall);
            INFO(seen(hall));
            CHECK(shows(hall, source == Source::stick ? one.stick : one.network));
            CHECK(shows(hall, "什么都没有改变"));
            CHECK(shows(hall, "timestamp.json: valid until"));
            if (one.kind == ErrorKind::expired) CHECK(shows(hall, "有效期到 2026-01-31，今天是 2026-07-23"));
            touch(hall, "#packs.back");
            CHECK_FALSE(room.now.problem);
        }
    // Once more, and with a stick that is gone not at all.
    touch(hall, "#packs.stick");
    room.failed(ErrorKind::io, "reading 1.root.json: input/output error");
    next(hall);
    const std::size_t before = room.asked.size();
    touch(hall, "#packs.again");
    CHECK(room.asked.size() == before + 1);
    room.now.stick_here = false;
    room.failed(ErrorKind::io, "reading 1.root.json: no such device");
    next(hall);
    CHECK_FALSE(can_touch(hall, "packs.again"));
}

TEST_CASE("one touch and one question put the version before back", "[packs-page]") {
    PacksPage page;
    FakePackRoom& room = page.room;
    Hall& hall = page.hall;
    touch(hall, "#packs.undo.0");
    CHECK(shows(hall, "换回第 1 版？"));
    touch(hall, "#ask.no");
    CHECK(room.asked.empty());
    touch(hall, "#packs.undo.0");
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "admin-packs");
    CHECK(shows(hall, "正在展出（2）"));
    touch(hall, "#packs.undo.0");
    touch(hall, "#ask.yes");
    CHECK(room.asked == std::vector<std::string>{"undo xinghuo-demo"});
    CHECK(recorded(hall, "xinghuo-demo 2 → 1"));
    next(hall);
    SECTION("it is back") {
        room.done();
        std::swap(room.now.packs[0].shown, room.now.packs[0].previous);
        hall.drive->wait(0.3);
        CHECK(hall.app->said() == "已换回");
        hall.drive->wait(6);
        CHECK(shows(hall, "换回第 2 版"));
        touch(hall, "#bar.back");
        touch(hall, "#admin.audit");
        CHECK(shows(hall, "换回展陈内容：xinghuo-demo 2 → 1"));
    }
    SECTION("it could not be written") {
        room.failed(ErrorKind::io, "writing installed.json: no space left on device");
        next(hall);
        CHECK(shows(hall, "没能换回"));
        CHECK_FALSE(can_touch(hall, "packs.again"));
    }
}

TEST_CASE("a terminal whose content is fixed says so", "[packs-page]") {
    Hall hall = open_hall();
    go_in(hall);
    CHECK(shows(hall, "本机内容固定"));
    touch(hall, "#admin.packs");
    CHECK(shows(hall, "这台终端的内容是固定的"));
    touch(hall, "#bar.back");
    CHECK(hall.app->screen_id() == "admin");
}

namespace {

// Every view of the pages.
void walk(HallOptions options, const std::string& where) {
    FakePackRoom room;
    fill(room);
    options.packs = &room;
    Hall hall = open_hall(options);
    const auto check = [&](const std::string& name) {
        hall.drive->wait(0.6);
        const std::string found = faults(*hall.app);
        if (!found.empty()) FAIL_CHECK(where << ", " << name << ":\n" << found);
    };
    go_in(hall);
    check("menu");
    touch(hall, "#admin.packs");
    check("shown");
    touch(hall, "#packs.history");
    check("history");
    touch(hall, "#bar.back");
    scroll(hall);
    check("shown, further down");
    for (int i = 0; i < 6 && !can_touch(hall, "ask.no"); ++i) {
        if (can_touch(hall, "packs.undo.0")) touch(hall, "#packs.undo.0");
        else scroll(hall);
    }
    REQUIRE(can_touch(hall, "ask.no"));
    check("question");
    touch(hall, "#bar.back");
    touch(hall, "#bar.back");
    touch(hall, "#admin.packs");
    touch(hall, "#packs.stick");
    check("looking");
    room.found(full_offer());
    check("offer");
    scroll(hall);
    check("offer, further down");
    touch(hall, "#packs.install");
    room.now.progress = {43'000'000, 9'640'000'000, 5, 24, InstallProgress::Step::fetching};
    check("installing");
    hall.drive->wait(10);
    check("waiting");
    room.done();
    check("installed");
    touch(hall, "#packs.finish");
    for (const ErrorKind kind : {ErrorKind::invalid, ErrorKind::missing, ErrorKind::io, ErrorKind::unsupported, ErrorKind::too_large, ErrorKind::cancelled, ErrorKind::untrusted,
                                 ErrorKind::expired, ErrorKind::older, ErrorKind::full})
        for (const Source source : {Source::stick, Source::network}) {
            touch(hall, source == Source::stick ? "#packs.stick" : "#packs.network");
            room.failed(kind, "refreshing from the stick KINGSTON: timestamp.json: valid until 2026-01-31T00:00:00Z, it is 2026-07-23T01:00:00Z");
            check("refused " + std::to_string(static_cast<int>(kind)));
            touch(hall, "#packs.back");
        }
    room.now.packs.clear();
    room.now.stick_here = false;
    room.now.network_name.clear();
    room.now.checking = "posters/12.png of school does not match its hash";
    check("empty");
}

}  // namespace

TEST_CASE("the pages about packs are legible in every shape and language", "[packs-page][slow]") {
    const struct { int w, h; } shapes[] = {{960, 540}, {540, 960}, {640, 512}};
    for (const auto [w, h] : shapes)
        for (const Lang lang : {Lang::zh, Lang::en}) walk({.w = w, .h = h, .lang = lang}, fmt::format("{}x{}, {}", w, h, code(lang)));
}

TEST_CASE("the pages about packs are legible with larger text", "[packs-page][slow]") {
    const Settings large_panel = large_text();
    const struct { int w, h; Lang lang; } shapes[] = {{960, 540, Lang::zh}, {540, 960, Lang::zh}, {540, 960, Lang::en}, {640, 512, Lang::en}};
    for (const auto [w, h, lang] : shapes) walk({.w = w, .h = h, .lang = lang, .settings = large_panel}, fmt::format("larger, {}x{}, {}", w, h, code(lang)));
}
