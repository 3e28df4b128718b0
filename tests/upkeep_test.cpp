// The two threads that look after the study record, beside one that writes to it.
#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "content/base/mailbox.h"
#include "kiosk/upkeep.h"

using namespace xinghuo;

namespace {

struct Room {
    Room() {
        folder = std::filesystem::temp_directory_path() / ("xinghuo-upkeep-" + to_hex(random_bytes(6)));
        open();
    }
    ~Room() {
        study.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    void open() {
        auto opened = Study::open({.data = folder, .boot_id = "boot", .version = "test", .later = {}, .mend = false}, clock.moment());
        if (!opened) FAIL(opened.error().what);
        study = std::move(*opened);
    }
    SystemClock clock;
    Path folder;
    std::unique_ptr<Study> study;
};

}  // namespace

TEST_CASE("journals are written in order, all of them, while records are kept and the file is checked", "[upkeep]") {
    Room room;
    std::vector<int> done;  // by the one thread that writes, read after it has ended
    {
        const auto upkeep = Upkeep::start({.files = room.study->files(), .clock = room.clock, .check_after = {}, .wake = {}});
        for (int i = 0; i < 300; ++i) {
            upkeep->post([&done, i] { done.push_back(i); });
            const Draft draft{RecordKind::guest_visit, {}, "{}"};
            if (i % 10 == 0) REQUIRE(room.study->records().keep({&draft, 1}, room.clock.moment()));
        }
    }
    REQUIRE(done.size() == 300);
    for (int i = 0; i < 300; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("damage that the check finds wakes the loop and is told once", "[upkeep]") {
    Room room;
    for (int i = 0; i < 200; ++i) {
        const std::vector<Draft> drafts(50, Draft{RecordKind::guest_visit, {}, "{}"});
        REQUIRE(room.study->records().keep(drafts, room.clock.moment()));
    }
    REQUIRE(room.study->database().checkpoint());
    const StudyFiles files = room.study->files();
    room.study.reset();
    const auto size = std::filesystem::file_size(files.database());
    REQUIRE(size > 400'000);
    {
        std::fstream file(files.database(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
        file << std::string(4096, 'x');
    }
    Mailbox<int> woken(4);
    const auto upkeep = Upkeep::start({.files = files, .clock = room.clock, .check_after = {}, .wake = [&] { static_cast<void>(woken.post(1)); }});
    REQUIRE(woken.wait().has_value());
    CHECK_FALSE(upkeep->take_damage().empty());
    CHECK(upkeep->take_damage().empty());
}
