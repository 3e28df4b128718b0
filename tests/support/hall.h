// The real application on the demonstration pack, in memory, under a fake clock.
#pragma once

#include <memory>
#include <string>

#include "kiosk/app.h"
#include "kiosk/drive.h"
#include "kiosk/record_room.h"

namespace xinghuo {

// The demonstration pack and the application's resources as tools/test builds them; XINGHUO_SHARE names another place.
Path share_folder();

struct Hall {
    std::unique_ptr<Renderer> renderer;
    std::unique_ptr<AudioOut> audio;
    std::shared_ptr<const Catalogue> catalogue;
    std::unique_ptr<FakeClock> clock;
    std::unique_ptr<RecordRoom> room;
    std::unique_ptr<App> app;
    std::unique_ptr<FakeRunner> runner;
    std::unique_ptr<Drive> drive;
};

struct HallOptions {
    int w = 1920, h = 1080;
    Lang lang = Lang::zh;
    std::string wall = "2026-07-23T09:00:00+08:00";
    Settings settings = {};
    bool reduced = true;
    std::shared_ptr<const Catalogue> catalogue = nullptr;  // null: the demonstration
    bool members = false;                                  // tests/rosters/members.csv is on the terminal: 张三 has card 4711, host 张小明 0087650003
    PackRoom* packs = nullptr;                             // outlives the hall
    SyncRoom* sync = nullptr;                              // likewise
    Path data = {};                                        // empty: a private folder that goes with the hall
};

// Fails the test when it cannot be opened.
Hall open_hall(const HallOptions& options = {});

}  // namespace xinghuo
