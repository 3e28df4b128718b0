#include "content/store/schema.h"

#include <fmt/format.h>

#include <array>

namespace xinghuo {
namespace {

// What is personal stands in sealed blobs and keyed hashes only. Days count from 1970-01-01 in China's time.
constexpr std::array steps = {
    // 1: the study record
    R"sql(
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE boot (number INTEGER PRIMARY KEY, boot_id TEXT NOT NULL) STRICT;

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    boot INTEGER NOT NULL,
    kind TEXT NOT NULL,
    member TEXT,
    at_ms INTEGER NOT NULL,
    clock_trusted INTEGER NOT NULL,
    mono_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX record_by_member ON record (member, seq) WHERE member IS NOT NULL;
CREATE INDEX record_by_kind ON record (kind, seq);
CREATE INDEX record_by_time ON record (at_ms);

CREATE TABLE signature (seq INTEGER PRIMARY KEY, signature BLOB NOT NULL) STRICT;

CREATE TABLE branch (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE member (
    id TEXT PRIMARY KEY,
    branch INTEGER NOT NULL REFERENCES branch (id),
    number_hash BLOB UNIQUE,
    card_hash BLOB UNIQUE,
    sealed BLOB NOT NULL,
    pin BLOB,
    host INTEGER NOT NULL DEFAULT 0,
    gone_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_branch ON member (branch);

CREATE TABLE roster_import (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    before BLOB NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE study_day (
    member TEXT NOT NULL,
    day INTEGER NOT NULL,
    label TEXT NOT NULL,
    ms INTEGER NOT NULL,
    PRIMARY KEY (member, day, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE study_item (
    member TEXT NOT NULL,
    item TEXT NOT NULL,
    title TEXT NOT NULL,
    ms INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    PRIMARY KEY (member, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX study_item_recent ON study_item (member, last_seq);

CREATE TABLE quiz_tally (
    member TEXT NOT NULL,
    theme TEXT NOT NULL,
    asked INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    PRIMARY KEY (member, theme)
) STRICT, WITHOUT ROWID;

CREATE TABLE wrong_answer (
    member TEXT NOT NULL,
    question TEXT NOT NULL,
    theme TEXT NOT NULL,
    stage INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    times_wrong INTEGER NOT NULL,
    PRIMARY KEY (member, question)
) STRICT, WITHOUT ROWID;

CREATE TABLE activity (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    branch INTEGER,
    planned_ms INTEGER,
    late_after_min INTEGER NOT NULL,
    host TEXT,
    opened_seq INTEGER NOT NULL,
    closed_seq INTEGER,
    guests INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE attendance (
    activity TEXT NOT NULL REFERENCES activity (id),
    member TEXT NOT NULL,
    came_seq INTEGER NOT NULL,
    late INTEGER NOT NULL,
    left_seq INTEGER,
    PRIMARY KEY (activity, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (from_day INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
)sql",
    // 2: the day of an activity and of coming to it; a member's attendances; branches by name, as records tell them; used codes
    R"sql(
ALTER TABLE activity DROP COLUMN branch;
ALTER TABLE activity ADD COLUMN branch TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attendance ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attendance_by_member ON attendance (member, day);

CREATE TABLE used_code (nonce TEXT PRIMARY KEY, expires_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    // 3: what the centre tells: whose id was another here; planned activities, notices, settings; which target was taken in which version
    R"sql(
CREATE TABLE member_same (was TEXT PRIMARY KEY, is_now TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX member_same_now ON member_same (is_now);
ALTER TABLE member ADD COLUMN from_centre INTEGER NOT NULL DEFAULT 0;

CREATE TABLE taken_target (name TEXT PRIMARY KEY, version INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE planned_activity (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    branch TEXT NOT NULL,
    planned_ms INTEGER NOT NULL,
    late_after_min INTEGER NOT NULL,
    host TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX planned_activity_by_time ON planned_activity (planned_ms);

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE centre_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    // 4: how far the records have come (outbox.cpp): those that stand apart from "everything up to sent_through"; small things remembered
    R"sql(
CREATE TABLE outbox_apart (
    seq INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('sent', 'again', 'quarantined')),
    why TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_apart_by_state ON outbox_apart (state, seq);

CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql",
};

}  // namespace

Result<void> migrate(Database& db) {
    auto number = db.integer_or(0, "PRAGMA user_version");
    if (!number) return number.error();
    const auto known = static_cast<std::int64_t>(steps.size());
    if (*number > known)
        return Error{ErrorKind::unsupported, fmt::format("{}: written by a later program (schema {}, this one knows {})", db.file().string(), *number, known)};
    while (*number < known) {
        auto change = Transaction::begin(db);
        if (!change) return change.error();
        // Another program may have been first.
        auto again = db.integer_or(0, "PRAGMA user_version");
        if (!again) return again.error();
        if (*again == *number) {
            if (auto done = db.run_script(steps[static_cast<std::size_t>(*number)]); !done) return done.error().within(fmt::format("schema step {}", *number + 1));
            if (auto done = db.run_script(fmt::format("PRAGMA user_version = {}", *number + 1)); !done) return done.error();
            if (auto done = change->commit(); !done) return done.error().within(fmt::format("schema step {}", *number + 1));
        }
        number = std::max(*again, *number + 1);
    }
    return {};
}

}  // namespace xinghuo
