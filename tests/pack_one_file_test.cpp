// One file (.xhpack) from the approver's desk to the hall: published by the tools, brought on a stick, installed as a driver types it.
#include "tests/support/pack_hall.h"
#include "tests/support/signing_room.h"

using namespace xinghuo;

namespace {

std::string built(SigningRoom& room, std::int64_t version, const std::string& word) {
    PackRepository made;
    add_hall_pack(made, "one", version, word);
    const Path folder = room.folder / fmt::format("built-{}", version);
    for (const auto& [sha256, bytes] : made.blobs) REQUIRE(write_file(folder / "blobs" / sha256.substr(0, 2) / sha256, bytes));
    REQUIRE(write_file(folder / "manifest.json", made.trust.artifacts.at("packs/xinghuo/one.json")));
    return folder.string();
}

void publish_file(SigningRoom& room, std::int64_t version, const std::string& word, const Path& file) {
    const std::string pack = built(room, version, word);
    room.must({"sign", pack, "--repository", room.repository(), "--key", room.pem("tsinghua"), "--approved-by", "史料审核", "--out", room.at("drafts")});
    room.must(room.publishing({"--signed", room.draft(fmt::format("{}.packs-tsinghua.json", version + 1)), "--pack", pack, "--tar", file.string()}));
}

}  // namespace

TEST_CASE("packs: one file on a stick opens a hall that had nothing, and is read when somebody asks", "[packs][publish]") {
    SigningRoom room;
    room.begin();
    const Path stick = room.folder / "stick", file = stick / "hall.xhpack";
    std::filesystem::create_directories(stick);
    publish_file(room, 1, "first", file);
    PackHall hall;
    hall.root = room.at("repository/metadata/1.root.json");
    hall.switch_on();
    REQUIRE(hall.app->screen_id() == "closed");
    const Path scratch = hall.folder / "data/packs/scratch";

    REQUIRE(hall.ask("stick " + stick.string()).find(R"("ok":true)") != std::string::npos);
    hall.drive->wait(0.5);
    CHECK(hall.packs->state().stick_here);
    // Unpacking may take long: nobody does it unasked.
    CHECK_FALSE(hall.packs->state().offer.has_value());
    const std::string offered = hall.ask("packs look stick");
    CHECK(offered.find(R"("id":"one","kind":"fresh","version":1)") != std::string::npos);
    CHECK(hall.ask("packs install").find(R"("installed":true)") != std::string::npos);
    CHECK(hall.shown("one") == 1);
    CHECK(hall.app->screen_id() == "attract");
    hall.ask("open films");
    CHECK(hall.sees("first film"));
    CHECK(std::filesystem::is_empty(scratch));
    hall.ask("unstick");

    SECTION("the next one updates it, and what nobody looks at leaves no trace") {
        publish_file(room, 2, "second", file);
        hall.ask("stick " + stick.string());
        hall.ask("packs look stick");
        CHECK_FALSE(std::filesystem::is_empty(scratch));
        hall.ask("unstick");
        hall.drive->wait(0.2);
        CHECK(std::filesystem::is_empty(scratch));
        hall.ask("stick " + stick.string());
        hall.ask("packs look stick");
        hall.ask("packs install");
        CHECK(hall.shown("one") == 2);
    }
    SECTION("cut short, or with a byte changed, it is refused and changes nothing") {
        publish_file(room, 2, "second", file);
        const std::string good = *read_text(file, 16u << 20);
        std::string wrong = good;
        const bool shorter = GENERATE(true, false);
        if (shorter) wrong.resize(good.size() / 2);
        else wrong[good.find("second question")] = 'S';
        REQUIRE(write_file(file, wrong));
        hall.ask("stick " + stick.string());
        hall.ask("packs look stick");
        if (!shorter) hall.ask("packs install");
        REQUIRE(hall.packs->state().problem.has_value());
        CHECK(hall.problem_kind() == (shorter ? ErrorKind::invalid : ErrorKind::untrusted));
        CHECK(hall.shown("one") == 1);
        // The same stick, written properly.
        REQUIRE(write_file(file, good));
        hall.ask("packs look stick");
        hall.ask("packs install");
        CHECK(hall.shown("one") == 2);
    }
}
