#include "sync/server/schema_steps.h"

namespace xinghuo {
namespace {

// chain.h
constexpr std::string_view chains = R"sql(
CREATE TABLE kiosk_health (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    seen_ms bigint NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    signed_seq bigint NOT NULL DEFAULT 0,
    told_seq bigint NOT NULL DEFAULT 0,
    last_boot bigint NOT NULL DEFAULT 0,
    last_at_ms bigint NOT NULL DEFAULT 0,
    clock_trusted bigint NOT NULL DEFAULT 0,
    version_seq bigint NOT NULL DEFAULT 0,
    version text NOT NULL DEFAULT '',
    starts bigint NOT NULL DEFAULT 0,
    unclean_starts bigint NOT NULL DEFAULT 0,
    storage_seq bigint NOT NULL DEFAULT 0,
    free_bytes bigint NOT NULL DEFAULT -1,
    trouble_seq bigint NOT NULL DEFAULT 0,
    trouble text NOT NULL DEFAULT '',
    PRIMARY KEY (organisation, kiosk)
) STRICT, WITHOUT ROWID;
CREATE TABLE chain_stretch (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    before_first text NOT NULL,
    last_hash text NOT NULL,
    first_boot bigint NOT NULL,
    last_boot bigint NOT NULL,
    PRIMARY KEY (organisation, kiosk, first_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE kiosk_alert (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    kind text NOT NULL,
    from_seq bigint NOT NULL,
    to_seq bigint NOT NULL,
    first_seen_ms bigint NOT NULL,
    closed_ms bigint NOT NULL,
    sentence text NOT NULL,
    PRIMARY KEY (organisation, kiosk, kind, from_seq, to_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE kiosk_boot (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    boot bigint NOT NULL,
    anchor_seq bigint NOT NULL,
    anchor_ms bigint NOT NULL,
    offset_ms bigint NOT NULL,
    PRIMARY KEY (organisation, kiosk, boot)
) STRICT, WITHOUT ROWID;
)sql";

// roll_ups.h. A member's days lie together: hours of a year are one walk along the key. `slot` (of the terminal) keeps terminals that answer one question
// at one time from waiting for each other; reports add the slots up.
constexpr std::string_view sums = R"sql(
CREATE TABLE study_day (
    organisation bigint NOT NULL,
    member text NOT NULL,
    day bigint NOT NULL,
    touch_ms bigint NOT NULL,
    media_ms bigint NOT NULL,
    reading_ms bigint NOT NULL,
    quiz_ms bigint NOT NULL,
    PRIMARY KEY (organisation, member, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE unsettled_study (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    id text NOT NULL,
    boot bigint NOT NULL,
    at_ms bigint NOT NULL,
    mono_ms bigint NOT NULL,
    trusted bigint NOT NULL,
    arrived_ms bigint NOT NULL,
    member text NOT NULL,
    label text NOT NULL,
    ms bigint NOT NULL,
    day bigint NOT NULL,
    PRIMARY KEY (organisation, kiosk, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE quiz_theme (
    organisation bigint NOT NULL,
    member text NOT NULL,
    theme text NOT NULL,
    asked bigint NOT NULL,
    correct bigint NOT NULL,
    PRIMARY KEY (organisation, member, theme)
) STRICT, WITHOUT ROWID;
CREATE TABLE quiz_question (
    organisation bigint NOT NULL,
    theme text NOT NULL,
    question text NOT NULL,
    slot bigint NOT NULL,
    asked bigint NOT NULL,
    correct bigint NOT NULL,
    n bigint NOT NULL,
    sum_right bigint NOT NULL,
    sum_rest bigint NOT NULL,
    sum_rest_squared bigint NOT NULL,
    sum_right_rest bigint NOT NULL,
    PRIMARY KEY (organisation, theme, question, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE quiz_waiting (
    organisation bigint NOT NULL,
    kiosk text NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    boot bigint NOT NULL,
    session text NOT NULL,
    item text NOT NULL,
    finish bigint NOT NULL,
    asked bigint NOT NULL,
    theme text NOT NULL,
    question text NOT NULL,
    correct bigint NOT NULL,
    summed bigint NOT NULL,
    PRIMARY KEY (organisation, kiosk, seq, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE item_viewed (
    organisation bigint NOT NULL,
    item text NOT NULL,
    slot bigint NOT NULL,
    views bigint NOT NULL,
    ms bigint NOT NULL,
    title_id text NOT NULL,
    title text NOT NULL,
    PRIMARY KEY (organisation, item, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE activity_at (
    organisation bigint NOT NULL,
    activity text NOT NULL,
    kiosk text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    branch text NOT NULL,
    planned_ms bigint,
    host text NOT NULL,
    opened_seq bigint NOT NULL,
    opened_boot bigint NOT NULL,
    opened_at_ms bigint NOT NULL,
    opened_mono_ms bigint NOT NULL,
    opened_trusted bigint NOT NULL,
    opened_settled bigint NOT NULL,
    arrived_ms bigint NOT NULL,
    opened_ms bigint NOT NULL,
    day bigint NOT NULL,
    closed_seq bigint NOT NULL,
    closed_ms bigint NOT NULL,
    expected bigint NOT NULL,
    guests bigint NOT NULL,
    PRIMARY KEY (organisation, activity, kiosk)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_at_day ON activity_at (organisation, day);
CREATE TABLE attendance (
    organisation bigint NOT NULL,
    activity text NOT NULL,
    member text NOT NULL,
    kiosk text NOT NULL,
    came_seq bigint NOT NULL,
    came_boot bigint NOT NULL,
    came_at_ms bigint NOT NULL,
    came_mono_ms bigint NOT NULL,
    came_trusted bigint NOT NULL,
    came_settled bigint NOT NULL,
    arrived_ms bigint NOT NULL,
    came_ms bigint NOT NULL,
    day bigint NOT NULL,
    late bigint NOT NULL,
    tap_seq bigint NOT NULL,
    tap_left bigint NOT NULL,
    tap_ms bigint NOT NULL,
    PRIMARY KEY (organisation, activity, member, kiosk)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_member ON attendance (organisation, member, activity, kiosk, day, came_seq);
CREATE TABLE member_alias (
    organisation bigint NOT NULL,
    was text NOT NULL,
    is_now text NOT NULL,
    PRIMARY KEY (organisation, was)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_alias_now ON member_alias (organisation, is_now);
CREATE TABLE policy_from (
    organisation bigint NOT NULL,
    from_day bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (organisation, from_day)
) STRICT, WITHOUT ROWID;
)sql";

// people.h
constexpr std::string_view people = R"sql(
CREATE TABLE branch (
    organisation bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX branch_name ON branch (organisation, name);
CREATE TABLE person (
    organisation bigint NOT NULL,
    id text NOT NULL,
    branch bigint NOT NULL,
    number_hash text NOT NULL,
    sealed blob NOT NULL,
    host bigint NOT NULL,
    gone_ms bigint NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX person_number ON person (organisation, number_hash);
CREATE INDEX person_branch ON person (organisation, branch);
)sql";

// hour_sums.h. With the days of a period, which are found by day.
constexpr std::string_view hours = R"sql(
CREATE TABLE member_hours (
    organisation bigint NOT NULL,
    first_day bigint NOT NULL,
    last_day bigint NOT NULL,
    member text NOT NULL,
    touch_ms bigint NOT NULL,
    media_ms bigint NOT NULL,
    reading_ms bigint NOT NULL,
    quiz_ms bigint NOT NULL,
    credited_ms bigint NOT NULL,
    activity_e4 bigint NOT NULL,
    PRIMARY KEY (organisation, first_day, last_day, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE hours_stale (
    organisation bigint NOT NULL,
    batch text NOT NULL,
    who text NOT NULL,
    PRIMARY KEY (organisation, batch)
) STRICT, WITHOUT ROWID;
CREATE TABLE hours_state (
    organisation bigint NOT NULL,
    generation bigint NOT NULL,
    built bigint NOT NULL,
    first_year bigint NOT NULL,
    last_year bigint NOT NULL,
    PRIMARY KEY (organisation)
) STRICT, WITHOUT ROWID;
CREATE INDEX study_day_day ON study_day (organisation, day);
CREATE INDEX attendance_day ON attendance (organisation, day);
)sql";

// What a terminal says of itself beside its disk: -1 and nothing from those that say it not.
constexpr std::string_view said = R"sql(
ALTER TABLE kiosk_health ADD COLUMN waiting bigint NOT NULL DEFAULT -1;
ALTER TABLE kiosk_health ADD COLUMN refused bigint NOT NULL DEFAULT -1;
ALTER TABLE kiosk_health ADD COLUMN packs text NOT NULL DEFAULT '';
)sql";

}  // namespace

std::vector<SchemaStep> report_steps() {
    return {{chains}, {sums}, {people}, {hours}, {said}};
}

}  // namespace xinghuo
