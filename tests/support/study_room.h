// A terminal's study record in a folder of its own, with a clock that stands where it is told.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <optional>

#include "content/store/schema.h"
#include "content/study/members.h"

namespace xinghuo {

struct StudyRoom {
    StudyRoom() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        open();
    }
    ~StudyRoom() {
        members.reset();
        records.reset();
        db.reset();
        std::filesystem::remove_all(folder);
    }
    StudyRoom(const StudyRoom&) = delete;
    StudyRoom& operator=(const StudyRoom&) = delete;

    void open() {
        auto opened = Database::open(folder / "records.db");
        REQUIRE(opened);
        db = std::move(*opened);
        REQUIRE(migrate(*db));
        auto chain = Records::open(*db, signing, "boot-1");
        REQUIRE(chain);
        records.emplace(std::move(*chain));
        members.emplace(*db, key, *records);
    }
    [[nodiscard]] Moment moment() const { return clock.moment(); }

    const Path folder = std::filesystem::temp_directory_path() / ("xinghuo-study-room-" + to_hex(random_bytes(8)));
    SecretKey key = SecretKey::random();
    SigningKey signing = SigningKey::from_seed(sha256("a terminal of the tests"));
    FakeClock clock{wall_time_from_iso("2026-07-01T08:00:00Z")};
    std::unique_ptr<Database> db;
    std::optional<Records> records;
    std::optional<Members> members;
};

}  // namespace xinghuo
