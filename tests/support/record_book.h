// A data folder for tests of the study record: a database, a key from a fixed seed, and moments of a clock that is told.
#pragma once

#include <catch2/catch.hpp>
#include <stdlib.h>

#include <string>

#include "content/store/schema.h"
#include "content/study/day.h"
#include "content/study/records.h"

namespace xinghuo {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "xinghuo-records-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    Path path;
};

inline SigningKey key_from(std::uint8_t seed) {
    Digest bytes{};
    bytes.fill(seed);
    return SigningKey::from_seed(bytes);
}

// 2026-07-01 08:00 in China, and so many ms later.
inline Moment moment_at(std::int64_t ms, bool trusted = true) {
    return {{Nanoseconds(ms * 1'000'000)}, {wall_time_from_iso("2026-07-01T08:00:00+08:00").unix_ms + ms}, trusted, 1000 + ms};
}

inline std::unique_ptr<Database> open_migrated(const Path& file) {
    auto db = Database::open(file);
    REQUIRE(db);
    REQUIRE(migrate(**db));
    return std::move(*db);
}

// A database with its records open.
struct Book {
    explicit Book(const Path& file, std::string_view boot_id = "boot-a", std::uint8_t seed = 7)
        : key(key_from(seed)), db(open_migrated(file)), records(open_records(boot_id)) {}
    Records open_records(std::string_view boot_id) {
        auto opened = Records::open(*db, key, boot_id);
        REQUIRE(opened);
        return std::move(*opened);
    }
    // One record; its seq.
    std::int64_t keep(std::int64_t ms, bool trusted = true, RecordKind kind = RecordKind::health, MemberId member = {}, std::string body = "{\"what\":\"test\"}") {
        const Draft draft{kind, std::move(member), std::move(body)};
        auto written = records.keep(std::span(&draft, 1), moment_at(ms, trusted));
        if (!written) FAIL(written.error().what);
        return written->front().seq;
    }
    Verdict verify() {
        auto verdict = verify_database(*db, key.public_key());
        REQUIRE(verdict);
        return *verdict;
    }
    std::int64_t count(const std::string& table) { return *db->integer_or(-1, "SELECT count(*) FROM " + table); }
    SigningKey key;
    std::unique_ptr<Database> db;
    Records records;
};

}  // namespace xinghuo
