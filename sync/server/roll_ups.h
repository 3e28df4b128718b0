// The sums the reports are made of, kept as records come: what content/study/tally.h is to a terminal, over all terminals, whatever the order of arrival.
//
//     study_day        ms by member, day (report_days.h) and label; study_interval and abandoned alike
//     quiz_theme       asked and right by member and theme
//     quiz_question    the same by question, of visitors too, and what discrimination needs (report_quiz.h)
//     item_viewed      times and ms by item, and its title as it was last
//     activity_at, attendance    by terminal: what comes first along its chain holds (opened, on time or late), then the last tap (left, back)
//     kiosk_health     version, starts, starts after one that ended without a word, clock, free space, what was mended
//     member_alias     {"action":"member_same","was":…,"is":…}: somebody had an id of the terminal's own before the centre's roster came. All sums move, and
//                      what still comes under the old id is the new one's. An id of the centre's roster is never made another's: that is an alert.
// A body that lacks what would be summed counts nothing. A record of another terminal among this one's counts nothing (chain.h, "foreign").
// Times of a batch are taken from kiosk_health.seen_ms, which follow_chain() has set in the same transaction.
#pragma once

#include "sync/server/record_store.h"

// Of two rows of one activity, member and terminal: the earliest coming, the latest tap.
#define ATTENDANCE_MERGES \
    "ON CONFLICT (organisation, activity, member, kiosk) DO UPDATE SET " \
    "came_boot = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_boot ELSE attendance.came_boot END, " \
    "came_at_ms = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_at_ms ELSE attendance.came_at_ms END, " \
    "came_mono_ms = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_mono_ms ELSE attendance.came_mono_ms END, " \
    "came_trusted = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_trusted ELSE attendance.came_trusted END, " \
    "came_settled = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_settled ELSE attendance.came_settled END, " \
    "arrived_ms = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.arrived_ms ELSE attendance.arrived_ms END, " \
    "came_ms = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_ms ELSE attendance.came_ms END, " \
    "day = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.day ELSE attendance.day END, " \
    "late = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.late ELSE attendance.late END, " \
    "came_seq = CASE WHEN excluded.came_seq < attendance.came_seq THEN excluded.came_seq ELSE attendance.came_seq END, " \
    "tap_left = CASE WHEN excluded.tap_seq > attendance.tap_seq THEN excluded.tap_left ELSE attendance.tap_left END, " \
    "tap_ms = CASE WHEN excluded.tap_seq > attendance.tap_seq THEN excluded.tap_ms ELSE attendance.tap_ms END, " \
    "tap_seq = CASE WHEN excluded.tap_seq > attendance.tap_seq THEN excluded.tap_seq ELSE attendance.tap_seq END"

namespace xinghuo {

inline constexpr std::int64_t no_seq = INT64_MAX;   // of activity_at.opened_seq, closed_seq, attendance.came_seq: not here (yet)
inline constexpr std::int64_t sum_slots = 8;

// Who this member is now. Empty stays empty.
Result<std::string> present_id(Sql& sql, Organisation organisation, const std::string& member);

}  // namespace xinghuo
