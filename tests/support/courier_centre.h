// A centre with a courier's desk, and sticks that are folders.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sync/courier.h"
#include "sync/server/courier_desk.h"
#include "sync/server/enrolment.h"
#include "sync/server/publish_api.h"
#include "tests/support/centre_database.h"
#include "tests/support/terminal_room.h"

namespace xinghuo {

inline const WallTime courier_monday = wall_time_from_iso("2026-07-06T09:00:00.345Z");

// By their names; none where there is no such folder.
inline std::vector<Path> files_in(const Path& folder) {
    std::vector<Path> files;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) files.push_back(at->path());
    std::sort(files.begin(), files.end());
    return files;
}

// Instead of whatever is at `to`.
inline void copy_folder(const Path& from, const Path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

struct CourierCentre {
    explicit CourierCentre(std::string_view whose = "the centre of the tests") : keys{SigningKey::from_seed(sha256(whose)), {}} {
        std::filesystem::create_directories(data / "centre" / "keys");
        const Digest seed = sha256(whose);
        REQUIRE(write_file(data / "centre" / "keys" / "centre.key", Bytes(seed.begin(), seed.end())));
        std::filesystem::permissions(data / "centre" / "keys" / "centre.key", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        auto opened = Publisher::open(data / "centre", courier_monday);
        REQUIRE(opened);
        publisher.emplace(std::move(*opened));
        root = *publisher->first_root();
    }
    ~CourierCentre() { std::filesystem::remove_all(data); }
    CourierCentre(const CourierCentre&) = delete;
    CourierCentre& operator=(const CourierCentre&) = delete;

    [[nodiscard]] CourierDesk desk() { return CourierDesk({database.sql(), *publisher, keys, 1, "示范大学", "https://centre.test/", data / "quarantine"}); }
    void enrol(TerminalRoom& terminal, const std::string& name) {
        Enrolment enrolment(database.sql());
        const auto code = enrolment.make_code(name, courier_monday, 3'600'000);
        REQUIRE(code);
        EnrolRequest request{*code, terminal.id(), terminal.signing.public_key(), name};
        REQUIRE(enrolment.enrol(request, courier_monday));
    }
    [[nodiscard]] Path stick(const std::string& name) const {
        std::filesystem::create_directories(data / name);
        return data / name;
    }
    TakenStick take(const Path& from) {
        const auto taken = desk().take(from, courier_monday);
        INFO((taken ? "" : taken.error().what));
        REQUIRE(taken);
        return *taken;
    }
    void prepare(const Path& stick) {
        const auto prepared = desk().prepare(stick, courier_monday);
        INFO((prepared ? "" : prepared.error().what));
        REQUIRE(prepared);
    }
    Courier courier(TerminalRoom& terminal) {
        CourierParts parts{keys.now.public_key(), {"https://centre.test/"}, terminal.pulling(root)};
        return Courier(std::move(parts));
    }
    CourierServed serve(TerminalRoom& terminal, const Path& stick) {
        const auto served = courier(terminal).serve(stick, courier_monday, terminal.moment());
        INFO((served ? "" : served.error().what));
        REQUIRE(served);
        for (const std::string& line : served->wrong) UNSCOPED_INFO(line);
        return *served;
    }
    // As xinghuo-server publish rotate centre.
    void rotate() {
        REQUIRE(replace_centre_key(data / "centre" / "keys"));
        auto opened = open_centre_keys(data / "centre" / "keys");
        REQUIRE(opened);
        keys = std::move(*opened);
        const auto readers = readers_of(database.sql(), 1);
        REQUIRE(readers);
        REQUIRE(publisher->tell_readers(1, *readers, courier_monday));
    }
    std::int64_t statements() { return *database.sql().integer_or(-1, "SELECT count(*) FROM statement"); }
    std::int64_t through(const TerminalRoom& terminal) { return RecordStore(database.sql()).chain(1, terminal.id())->through; }
    [[nodiscard]] std::size_t put_aside() const { return files_in(data / "quarantine").size(); }

    testing::CentreDatabase database;
    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-courier-" + to_hex(random_bytes(8)));
    CentreKeys keys;
    std::optional<Publisher> publisher;
    std::string root;
};

inline bool stands_in(const Path& folder, std::string_view words) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().filename().string().find(words) != std::string::npos) return true;
        if (entry.is_regular_file() && read_text(entry.path(), 64u << 20)->find(words) != std::string::npos) return true;
    }
    return false;
}

}  // namespace xinghuo
