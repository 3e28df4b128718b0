// The administrator's page about the centre, as its tests meet it: what a sync room tells, a folder as courier stick, and the way in.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "tests/support/behind_pin.h"
#include "tests/support/fake_sync_room.h"
#include "tests/support/legible.h"

namespace xinghuo {

inline SyncStatus enrolled_status() {
    SyncStatus now;
    now.set = now.enrolled = true;
    now.name = "https://centre.example.edu";
    now.organisation = "示范大学";
    now.outbox = {.waiting = 0, .sent_through = 4711, .quarantined = 0, .last_seq = 4711};
    now.last_contact = wall_time_from_iso("2026-07-23T08:55:00+08:00");
    now.idle = true;
    return now;
}

inline SyncStatus troubled_status() {
    SyncStatus now = enrolled_status();
    now.outbox = {.waiting = 812, .sent_through = 3899, .quarantined = 2, .last_seq = 4711};
    now.trouble = SyncTrouble{"sync.wrong.no_network", "https://centre.example.edu: the server cannot be reached"};
    for (const std::int64_t seq : {3901, 3917})
        now.quarantined.push_back({.seq = seq, .why = "statements[0]: result.duration: no ISO 8601 duration", .at = wall_time_from_iso("2026-07-22T18:00:00+08:00")});
    return now;
}

// Of a centre with a long name.
inline SyncRoom::Carried stick_of_a_centre(const std::string& seed = "a centre") {
    SyncRoom::Carried carried;
    CourierStick of;
    of.stick = "0123456789abcdef";
    of.name = "示范大学马克思主义学院党史学习教育中心";
    of.home_page = "https://centre.example.edu/";
    of.centre_key = SigningKey::from_seed(sha256(seed)).public_key();
    carried.of = of;
    carried.wrong = "this terminal is not enrolled yet";
    carried.kind = ErrorKind::untrusted;
    return carried;
}

struct FolderAsStick {
    FolderAsStick() { std::filesystem::create_directories(path); }
    ~FolderAsStick() { std::filesystem::remove_all(path); }
    FolderAsStick(const FolderAsStick&) = delete;
    FolderAsStick& operator=(const FolderAsStick&) = delete;
    const Path path = std::filesystem::temp_directory_path() / fmt::format("xinghuo-courier-page-{}", static_cast<const void*>(this));
};

inline void open_page(Hall& hall) {
    go_in(hall);
    hall.drive->run("touch #admin.sync");
    hall.drive->settle();
    REQUIRE(hall.app->screen_id() == "admin-sync");
}

// The same, with a courier stick plugged in; `room` tells of it.
inline Hall open_page_with_stick(FakeSyncRoom& room, const FolderAsStick& stick, HallOptions options = {}) {
    options.sync = &room;
    Hall hall = open_hall(options);
    hall.drive->run("stick " + stick.path.string());
    open_page(hall);
    return hall;
}

// From the offer to the page where the code is typed.
inline void compare(Hall& hall) {
    touch(hall, "#sync.enrol.stick");
    hall.drive->settle();
    touch(hall, "#sync.stick.same");
    hall.drive->settle();
}

inline void type_code_and_name(Hall& hall) {
    for (const char* one : {"type 7k3m9qxt", "key enter", "type hall", "key enter", "key enter"}) hall.drive->run(one);
    hall.drive->wait(0.3);
}

// Where words stand, from the top; below everything when they do not.
inline float place_of(const Hall& hall, std::string_view words) {
    for (const Label& l : hall.app->labels())
        if (!l.touch && l.text.find(words) != std::string::npos) return l.box.y;
    return 1e6f;
}

}  // namespace xinghuo
