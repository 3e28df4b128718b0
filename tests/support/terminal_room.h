// Terminals of a centre's tests: each with a key of its own.
#pragma once

#include <string>

#include "sync/pull.h"
#include "tests/support/study_room.h"

namespace xinghuo {

struct TerminalRoom : StudyRoom {
    explicit TerminalRoom(const std::string& seed) {
        members.reset();
        records.reset();
        db.reset();
        std::filesystem::remove(folder / "records.db");
        signing = SigningKey::from_seed(sha256(seed));
        open();
    }
    [[nodiscard]] KioskId id() const { return kiosk_id(signing.public_key()); }
    [[nodiscard]] PullParts pulling(const std::string& root) { return {*db, key, signing, *records, folder / "sync" / "trust", root, {}}; }
    void record(int count) {
        for (int i = 0; i < count; ++i) {
            Draft draft;
            draft.kind = RecordKind::health;
            draft.body = R"({"what":"a test","number":)" + std::to_string(i) + "}";
            REQUIRE(records->keep({&draft, 1}, moment()));
        }
    }
};

}  // namespace xinghuo
