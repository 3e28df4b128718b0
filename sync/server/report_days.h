// The day something counts for, at the centre. (Product rule 4: the wall clock may be decades wrong; minutes stay right, the centre corrects dates.)
//
// The rule, in order. A day is one of China's time.
//   1. A record whose clock was trusted is believed, from 2020-01-01 to a day after it arrived here.
//   2. Else, where a trusted record of the same boot is here: what the monotonic clock says from that one (the boot's first trusted record; later ones do not
//      move it). It may come after: then what was counted on another day moves.
//   3. Else its own label, when that is possible: not before the newest trusted record of an earlier boot, not more than 400 days before it arrived, not after.
//      (A terminal without a clock battery starts with the time it was switched off at; without this, a month that comes by courier would be one day.)
//   4. Else the day it arrived.
// Rules 2 and 3 look at what is here, so that the order of arrival makes no difference once all is here.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "sync/server/hour_sums.h"
#include "sync/server/record_store.h"

namespace xinghuo {

struct RecordStamp {
    std::int64_t boot = 0, at_ms = 0, mono_ms = 0;
    bool trusted = false;
    std::int64_t arrived_ms = 0;
};
struct PlacedInTime {
    std::int64_t day = 0, ms = 0;   // ms: UTC, as well as it is known
    bool settled = false;           // by rule 1: nothing that comes later changes it
};

class KioskDays {
public:
    // Reads what is needed for these records, and notes the trusted ones among them. Inside the batch's transaction.
    static Result<KioskDays> open(Sql& sql, Organisation organisation, const KioskId& kiosk, std::span<const CarriedRecord> fresh, std::int64_t arrived_ms);
    [[nodiscard]] PlacedInTime place(const RecordStamp& stamp) const;
    // Moves what was counted before and belongs to another day now, and marks whose hours that changes. Before the batch's own rows are written.
    Result<void> move_earlier(Sql& sql, HourMarks& hours) const;

private:
    struct Anchor {
        std::int64_t seq = 0, at_ms = 0, offset_ms = 0;  // offset: wall clock less monotonic
    };
    KioskDays(Organisation organisation, const KioskId& kiosk) : organisation_(organisation), kiosk_(kiosk) {}
    Result<void> read_anchors(Sql& sql, std::int64_t from_boot, std::int64_t to_boot);
    Result<void> note_anchors(Sql& sql, std::span<const CarriedRecord> fresh, std::int64_t arrived_ms);
    Result<void> move_study(Sql& sql, HourMarks& hours) const;
    Result<void> move_attendance(Sql& sql, HourMarks& hours) const;
    Result<void> move_activities(Sql& sql) const;

    Organisation organisation_;
    KioskId kiosk_;
    std::map<std::int64_t, Anchor> anchors_;            // by boot
    std::optional<std::int64_t> changed_from_;          // the lowest boot whose anchor is new
};

}  // namespace xinghuo
