// Packs as a terminal meets them, from the stick to what visitors see.
#include "tests/support/pack_hall.h"

using namespace xinghuo;

namespace {

// Version 1 ships; the repository goes on to version 2.
struct Published {
    PackRepository repository;
    Published() {
        add_hall_pack(repository, "one", 1, "old");
        repository.release();
    }
    void next(std::int64_t version = 2, const std::string& word = "new") {
        add_hall_pack(repository, "one", version, word);
        repository.release();
    }
};

void expire(PackRepository& repository, int day) {
    for (const char* role : {"snapshot", "timestamp", "targets"}) repository.trust.part(role).expires = trust_day(day);
    repository.trust.part("timestamp").expires = trust_day(day);
}

}  // namespace

TEST_CASE("packs: what ships is shown at the first start, signed", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    CHECK(hall.shown("one") == 1);
    CHECK(hall.app->screen_id() == "attract");
    // The blobs stay where they ship; nothing was copied.
    CHECK(hall.ask("packs").find(R"("blobs_bytes":0)") != std::string::npos);
    hall.switch_off();
    hall.switch_on();
    CHECK(hall.shown("one") == 1);
}

TEST_CASE("packs: a stick is looked at by itself, and installs only when somebody says so", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    published.next();
    REQUIRE(hall.ask("stick " + hall.stick(published.repository).string()).find(R"("ok":true)") != std::string::npos);
    hall.drive->wait(0.2);
    const std::string offered = hall.ask("packs");
    CHECK(offered.find(R"("kind":"update","version":2,"before":1)") != std::string::npos);
    CHECK(hall.packs->state().stick_here);
    CHECK(hall.shown("one") == 1);
    CHECK(hall.ask("packs install").find(R"("installed":true)") != std::string::npos);
    CHECK(hall.shown("one") == 2);
    hall.ask("unstick");
    CHECK_FALSE(hall.packs->state().stick_here);
    hall.ask("open films");
    CHECK(hall.sees("new film"));
    // One touch brings the one before back, and it stays after the power was cut.
    hall.ask("packs undo one");
    CHECK(hall.shown("one") == 1);
    hall.switch_off();
    hall.switch_on();
    CHECK(hall.shown("one") == 1);
}

TEST_CASE("packs: who is in an exhibit or a quiz finishes on the old snapshot while the hall shows the new one", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    published.next();
    hall.ask("stick " + hall.stick(published.repository).string());
    const auto install = [&] {
        hall.ask("packs look stick");
        hall.ask("packs install");
        REQUIRE(hall.shown("one") == 2);
    };
    SECTION("a film") {
        hall.ask("open films");
        REQUIRE(hall.ask("touch #film.film").find(R"("screen":"film")") != std::string::npos);
        REQUIRE(hall.sees("old film"));
        install();
        hall.drive->wait(1);
        CHECK(hall.app->screen_id() == "film");
        CHECK(hall.sees("old film"));
        hall.ask("touch #bar.back");
        CHECK(hall.app->screen_id() == "films");
        CHECK(hall.sees("new film"));
    }
    SECTION("a quiz") {
        hall.ask("open quiz-theme/t1");
        REQUIRE(hall.sees("old question"));
        hall.ask("touch #option.0");
        install();
        CHECK(hall.app->screen_id() == "quiz");
        hall.ask("touch #confirm");
        CHECK(hall.ask("records 1").find(R"("pack":"one","pack_version":1)") != std::string::npos);
        hall.ask("touch #next");
        CHECK(hall.sees("old question"));
        hall.ask("touch #option.0");
        hall.ask("touch #confirm");
        hall.ask("touch #next");
        CHECK(hall.app->screen_id() == "quiz-result");
        hall.ask("touch #again");
        CHECK(hall.sees("new question"));
        hall.ask("touch #option.0");
        hall.ask("touch #confirm");
        CHECK(hall.ask("records 1").find(R"("pack":"one","pack_version":2)") != std::string::npos);
    }
    SECTION("the list of themes is of the new one at once") {
        hall.ask("open quiz");
        REQUIRE(hall.sees("old theme"));
        install();
        hall.drive->wait(0.2);
        CHECK(hall.app->screen_id() == "quiz-themes");
        CHECK(hall.sees("new theme"));
    }
}

TEST_CASE("packs: a recall on a stick applies at once, and leaves what is open", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    published.repository.add_recall("2026-1", "one", "1");
    const auto plug = [&] {
        published.repository.release();
        hall.plug(published.repository);
    };
    SECTION("of all there is: the hall closes, and says why; it opens by itself when there is something to show") {
        hall.ask("open item/film");
        REQUIRE(hall.app->screen_id() == "film");
        plug();
        CHECK(hall.app->screen_id() == "closed");
        CHECK(hall.shown("one") == 0);
        hall.ask("unstick");
        published.next();
        hall.install_from(published.repository);
        CHECK(hall.shown("one") == 2);
        hall.drive->wait(0.2);
        CHECK(hall.app->screen_id() == "attract");
    }
    SECTION("it stays recalled after the power was cut") {
        plug();
        hall.switch_off();
        hall.switch_on();
        CHECK(hall.app->screen_id() == "closed");
        CHECK(hall.packs->why() == "the pack one was recalled: wrong");
        CHECK(hall.sees("was recalled"));
    }
}

TEST_CASE("packs: an open exhibit of a recalled pack is left with a word, one of another pack is not", "[packs]") {
    Published published;
    add_hall_pack(published.repository, "two", 1, "other");
    published.repository.release();
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    REQUIRE(hall.shown("one") == 1);
    REQUIRE(hall.shown("two") == 1);
    // Both packs have an item "film"; the second one's is known by its pack.
    hall.ask("open films");
    CHECK(hall.sees("old film"));
    CHECK(hall.sees("other film"));
    hall.ask("open quiz");
    CHECK(hall.sees("old theme"));
    CHECK(hall.sees("other theme"));
    const bool recalled_is_open = GENERATE(true, false);
    hall.ask(recalled_is_open ? "open item/film" : "open item/two:film");
    REQUIRE(hall.app->screen_id() == "film");
    published.repository.add_recall("2026-1", "one", "");
    published.repository.release();
    hall.plug(published.repository);
    CHECK(hall.shown("one") == 0);
    CHECK(hall.shown("two") == 1);
    CHECK(hall.app->screen_id() == (recalled_is_open ? "hall" : "film"));
    CHECK_FALSE(hall.sees("old film"));
    CHECK(hall.app->said().empty() != recalled_is_open);
}

TEST_CASE("packs: records carry the pack and the version they were made with, of several packs", "[packs]") {
    Published published;
    add_hall_pack(published.repository, "two", 7, "other");
    published.repository.release();
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    hall.ask("open quiz-theme/two:t1");
    REQUIRE(hall.sees("other question"));
    hall.ask("touch #option.0");
    hall.ask("touch #confirm");
    CHECK(hall.ask("records 1").find(R"("pack":"two","pack_version":7)") != std::string::npos);
    hall.ask("open quiz-theme/t1");
    REQUIRE(hall.sees("old question"));
    hall.ask("touch #option.0");
    hall.ask("touch #confirm");
    CHECK(hall.ask("records 1").find(R"("pack":"one","pack_version":1)") != std::string::npos);
}

TEST_CASE("packs: a terminal whose clock says 1970 is served as any other", "[packs]") {
    Published published;
    PackHall hall("1970-01-01T08:00:10+08:00");
    hall.ships(published.repository);
    hall.switch_on(false);
    CHECK(hall.shown("one") == 1);
    published.next();
    // It believes the date of its own build at least, and takes what is signed for longer than that.
    for (const char* role : {"snapshot", "timestamp", "targets", "root"}) published.repository.trust.part(role).expires = trust_day(4'000);
    published.repository.release();
    hall.install_from(published.repository);
    INFO(hall.problem());
    CHECK(hall.shown("one") == 2);
    // What was out of date before this program was made is out of date for it, too.
    published.next(3);
    expire(published.repository, -8'000);
    published.repository.release();
    hall.ask("unstick");
    hall.plug(published.repository);
    CHECK(hall.problem_kind() == ErrorKind::expired);
    CHECK(hall.shown("one") == 2);
}

TEST_CASE("packs: a clock that falls eight months behind is not believed below what was seen", "[packs]") {
    Published published;
    PackHall hall("2026-07-12T09:00:00+08:00");
    hall.ships(published.repository);
    hall.switch_on();
    published.next();
    hall.install_from(published.repository);
    REQUIRE(hall.shown("one") == 2);
    hall.switch_off();
    hall.set_wall("2025-11-12T09:00:00+08:00");
    hall.switch_on();
    CHECK(hall.shown("one") == 2);
    published.next(3, "third");
    expire(published.repository, 5);  // six days before that install
    published.repository.release();
    hall.plug(published.repository);
    CHECK(hall.problem_kind() == ErrorKind::expired);
    CHECK(hall.shown("one") == 2);
    hall.ask("unstick");
    expire(published.repository, 30);
    published.repository.release();
    hall.install_from(published.repository);
    CHECK(hall.shown("one") == 3);
}

TEST_CASE("packs: a stick that is older than what is here changes nothing, and is no failure", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    const Path old = hall.stick(published.repository, "OLD");
    SECTION("signed by the same keys") {}
    SECTION("signed before the timestamp's key was another") {
        published.repository.trust.rotate("timestamp");
        published.repository.trust.publish({"root"});
    }
    published.next();
    hall.plug(hall.stick(published.repository, "NEW"));
    hall.ask("packs install");
    REQUIRE(hall.shown("one") == 2);
    hall.ask("unstick");
    hall.plug(old);
    CHECK(hall.problem_kind() == ErrorKind::older);
    CHECK(hall.shown("one") == 2);
}

TEST_CASE("packs: an expired stick is refused with its dates; what is installed plays on", "[packs]") {
    Published published;
    PackHall hall("2026-09-01T09:00:00+08:00");
    hall.ships(published.repository);
    hall.switch_on();
    // What ships is past its date, too, and is shown: it was verified, and content outlives expiry.
    CHECK(hall.shown("one") == 1);
    published.next();
    hall.plug(published.repository);
    CHECK(hall.problem_kind() == ErrorKind::expired);
    CHECK(hall.problem().find("2026-07-31") != std::string::npos);
    CHECK(hall.shown("one") == 1);
    CHECK(hall.app->screen_id() == "attract");
}

TEST_CASE("packs: what other keys signed is not shown, and the closed screen says why", "[packs]") {
    Published published;
    PackRepository strangers;
    add_hall_pack(strangers, "one", 1, "foreign");
    strangers.release();
    PackHall hall;
    hall.ships(strangers);
    hall.root = hall.folder / "other-root.json";
    REQUIRE(write_file(hall.root, published.repository.root()));
    hall.switch_on();
    CHECK(hall.app->screen_id() == "closed");
    CHECK(hall.shown("one") == 0);
    INFO(hall.packs->why());
    CHECK(hall.packs->why().size() > 20);
    CHECK(hall.sees(hall.packs->why().substr(0, 20)));
    CHECK(hall.packs->why().find(hall.folder.string()) == std::string::npos);
    // The stick of those whose root it is opens the hall.
    hall.install_from(published.repository);
    hall.drive->wait(0.2);
    CHECK(hall.app->screen_id() == "attract");
    CHECK(hall.shown("one") == 1);
}

TEST_CASE("packs: without a root nothing is shown, and that is said", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    std::filesystem::remove(hall.folder / "share" / "root.json");
    hall.switch_on();
    CHECK(hall.app->screen_id() == "closed");
    CHECK(hall.packs->why() == "the root of trust cannot be read");
    hall.plug(published.repository);
    CHECK(hall.ask("packs look stick").find("problem") != std::string::npos);
    CHECK(hall.app->screen_id() == "closed");
}

TEST_CASE("packs: a hostile stick leaves everything as it was", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    published.next();
    const Path stick = hall.stick(published.repository);
    const auto timestamp = stick / "xinghuo/metadata/timestamp.json";
    enum class Trick { swapped_blob, forged_timestamp, linked_metadata, not_json, empty, other_keys };
    const Trick trick = GENERATE(Trick::swapped_blob, Trick::forged_timestamp, Trick::linked_metadata, Trick::not_json, Trick::empty, Trick::other_keys);
    std::optional<ErrorKind> expected;
    switch (trick) {
        case Trick::swapped_blob:
            for (const auto& entry : std::filesystem::recursive_directory_iterator(stick / "xinghuo/blobs")) {
                if (!entry.is_regular_file()) continue;
                auto bytes = read_bytes(entry.path(), 1u << 20);
                REQUIRE(bytes);
                bytes->front() ^= 1;
                REQUIRE(write_file(entry.path(), *bytes));
            }
            expected = ErrorKind::untrusted;
            break;
        case Trick::forged_timestamp: {
            auto text = read_text(timestamp);
            REQUIRE(text);
            text->replace(text->find("\"version\":") + 10, 1, "9");
            REQUIRE(write_file(timestamp, *text));
            expected = ErrorKind::untrusted;
            break;
        }
        case Trick::linked_metadata:
            std::filesystem::rename(timestamp, hall.folder / "elsewhere.json");
            std::filesystem::create_symlink(hall.folder / "elsewhere.json", timestamp);
            break;
        case Trick::not_json:
            REQUIRE(write_file(timestamp, "<html>Please sign in</html>"));
            expected = ErrorKind::invalid;
            break;
        case Trick::empty:
            REQUIRE(write_file(timestamp, ""));
            break;
        case Trick::other_keys: {
            PackRepository strangers;
            add_hall_pack(strangers, "one", 9, "foreign");
            strangers.release();
            hall.stick(strangers);
            expected = ErrorKind::untrusted;
            break;
        }
    }
    hall.plug(stick);
    hall.ask("packs install");
    INFO(static_cast<int>(trick) << ": " << hall.problem());
    REQUIRE(hall.problem_kind().has_value());
    if (expected) CHECK(hall.problem_kind() == expected);
    CHECK(hall.shown("one") == 1);
    hall.ask("open films");
    CHECK(hall.sees("old film"));
    hall.switch_off();
    hall.switch_on();
    CHECK(hall.shown("one") == 1);
}

TEST_CASE("packs: a pack that needs a newer application is left out, and said", "[packs]") {
    Published published;
    add_hall_pack(published.repository, "two", 1, "later", "99.0");
    published.repository.release();
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    CHECK(hall.shown("one") == 1);
    CHECK(hall.shown("two") == 0);
    hall.plug(published.repository);
    CHECK(hall.ask("packs").find("99.0") != std::string::npos);
}

TEST_CASE("packs: a damaged file is found while nobody is there, and repaired from a stick", "[packs]") {
    Published published;
    PackHall hall;
    hall.ships(published.repository);
    hall.switch_on();
    published.next();
    hall.install_from(published.repository);
    REQUIRE(hall.shown("one") == 2);
    hall.ask("unstick");
    int damaged = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(hall.folder / "data/packs/blobs"))
        if (entry.is_regular_file() && damaged == 0 && entry.path().filename().string().size() == 64) {
            auto bytes = read_bytes(entry.path(), 1u << 20);
            REQUIRE(bytes);
            bytes->back() ^= 1;
            REQUIRE(write_file(entry.path(), *bytes));
            ++damaged;
        }
    REQUIRE(damaged == 1);
    hall.ask("open attract");
    hall.drive->wait(70);
    CHECK_FALSE(hall.packs->state().checking.empty());
    hall.ask("stick " + hall.stick(published.repository).string());
    hall.drive->wait(70);
    CHECK(hall.packs->state().checking.empty());
    hall.ask("open item/film");
    CHECK(hall.sees("new film"));
}
