#include "sync/server/report_days.h"

#include <algorithm>
#include <set>

#include "content/study/day.h"
#include "sync/server/row_list.h"
#include "sync/server/study_columns.h"

namespace xinghuo {
namespace {

constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t believed_days = 400;

bool possible(std::int64_t at_ms, std::int64_t arrived_ms) {
    static const std::int64_t first = begin_of_day(china_day(Date{2020, 1, 1})).unix_ms;
    return at_ms >= first && at_ms <= arrived_ms + ms_per_day;
}

}  // namespace

Result<void> KioskDays::read_anchors(Sql& sql, std::int64_t from_boot, std::int64_t to_boot) {
    auto rows = sql.query("SELECT boot, anchor_seq, anchor_ms, offset_ms FROM kiosk_boot WHERE organisation = $1 AND kiosk = $2 AND boot >= $3 AND boot <= $4",
                          {organisation_, kiosk_.text, from_boot, to_boot});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) anchors_.insert_or_assign(row.integer(0), Anchor{row.integer(1), row.integer(2), row.integer(3)});
    return {};
}

Result<void> KioskDays::note_anchors(Sql& sql, std::span<const CarriedRecord> fresh, std::int64_t arrived_ms) {
    std::map<std::int64_t, Anchor> found;
    for (const CarriedRecord& carried : fresh) {
        const Record& record = carried.record;
        if (!record.clock_trusted || !possible(record.at.unix_ms, arrived_ms)) continue;
        const auto known = anchors_.find(record.boot);
        if (known != anchors_.end() && known->second.seq <= record.seq) continue;
        const Anchor anchor{record.seq, record.at.unix_ms, record.at.unix_ms - record.mono_ms};
        anchors_.insert_or_assign(record.boot, anchor);
        found.insert_or_assign(record.boot, anchor);
    }
    if (found.empty()) return {};
    changed_from_ = found.begin()->first;
    RowList rows("kiosk_boot",
                 {{"organisation", SqlType::bigint}, {"kiosk", SqlType::text}, {"boot", SqlType::bigint}, {"anchor_seq", SqlType::bigint}, {"anchor_ms", SqlType::bigint},
                  {"offset_ms", SqlType::bigint}},
                 "ON CONFLICT (organisation, kiosk, boot) DO UPDATE SET anchor_seq = excluded.anchor_seq, anchor_ms = excluded.anchor_ms, offset_ms = excluded.offset_ms");
    for (const auto& [boot, anchor] : found) rows.add({organisation_, kiosk_.text, boot, anchor.seq, anchor.at_ms, anchor.offset_ms});
    return rows.insert(sql);
}

Result<KioskDays> KioskDays::open(Sql& sql, Organisation organisation, const KioskId& kiosk, std::span<const CarriedRecord> fresh, std::int64_t arrived_ms) {
    KioskDays days(organisation, kiosk);
    if (fresh.empty()) return days;
    std::int64_t first = INT64_MAX, last = 0;
    bool all_trusted = true;
    for (const CarriedRecord& carried : fresh) {
        first = std::min(first, carried.record.boot);
        last = std::max(last, carried.record.boot);
        all_trusted = all_trusted && carried.record.clock_trusted && possible(carried.record.at.unix_ms, arrived_ms);
    }
    // Who must guess wants to know of earlier boots as well.
    if (auto read = days.read_anchors(sql, all_trusted ? first : 0, last); !read) return read.error();
    if (auto noted = days.note_anchors(sql, fresh, arrived_ms); !noted) return noted.error();
    if (days.changed_from_)
        if (auto read = days.read_anchors(sql, 0, INT64_MAX); !read) return read.error();
    return days;
}

PlacedInTime KioskDays::place(const RecordStamp& stamp) const {
    const auto at = [](std::int64_t ms, bool settled) { return PlacedInTime{china_day(WallTime{ms}), ms, settled}; };
    if (stamp.trusted && possible(stamp.at_ms, stamp.arrived_ms)) return at(stamp.at_ms, true);
    const auto same_boot = anchors_.find(stamp.boot);
    if (same_boot != anchors_.end()) {
        const std::int64_t ms = same_boot->second.offset_ms + stamp.mono_ms;
        if (possible(ms, stamp.arrived_ms)) return at(ms, false);
    }
    std::int64_t earliest = stamp.arrived_ms - believed_days * ms_per_day;
    for (auto it = anchors_.begin(); it != anchors_.end() && it->first < stamp.boot; ++it) earliest = std::max(earliest, it->second.at_ms);
    return at(stamp.at_ms >= earliest && stamp.at_ms <= stamp.arrived_ms ? stamp.at_ms : stamp.arrived_ms, false);
}

Result<void> KioskDays::move_study(Sql& sql, HourMarks& hours) const {
    auto rows = sql.query("SELECT id, boot, at_ms, mono_ms, trusted, arrived_ms, member, label, ms, day FROM unsettled_study "
                          "WHERE organisation = $1 AND kiosk = $2 AND boot >= $3 ORDER BY id",
                          {organisation_, kiosk_.text, *changed_from_});
    if (!rows) return rows.error();
    StudyDays moved;
    std::set<std::pair<std::string, std::int64_t>> left;
    for (const SqlRow& row : *rows) {
        const std::int64_t day = place({row.integer(1), row.integer(2), row.integer(3), row.integer(4) != 0, row.integer(5)}).day;
        if (day == row.integer(9)) continue;
        const auto label = study_label(row.text(7));
        if (!label) continue;
        left.emplace(row.text(6), row.integer(9));
        moved.add(row.text(6), row.integer(9), *label, -row.integer(8));
        moved.add(row.text(6), day, *label, row.integer(8));
        auto noted = sql.run("UPDATE unsettled_study SET day = $4 WHERE organisation = $1 AND kiosk = $2 AND id = $3", {organisation_, kiosk_.text, row.text(0), day});
        if (!noted) return noted;
    }
    moved.mark(hours);
    if (auto saved = moved.save(sql, organisation_); !saved) return saved;
    for (const auto& [member, day] : left) {
        auto gone = sql.run("DELETE FROM study_day WHERE organisation = $1 AND member = $2 AND day = $3 AND touch_ms = 0 AND media_ms = 0 AND reading_ms = 0 AND quiz_ms = 0",
                            {organisation_, member, day});
        if (!gone) return gone;
    }
    return {};
}

Result<void> KioskDays::move_attendance(Sql& sql, HourMarks& hours) const {
    auto rows = sql.query("SELECT activity, member, came_boot, came_at_ms, came_mono_ms, came_trusted, arrived_ms, day, came_ms FROM attendance "
                          "WHERE organisation = $1 AND kiosk = $2 AND came_settled = 0 AND came_boot >= $3",
                          {organisation_, kiosk_.text, *changed_from_});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) {
        const PlacedInTime now = place({row.integer(2), row.integer(3), row.integer(4), row.integer(5) != 0, row.integer(6)});
        if (now.day == row.integer(7) && now.ms == row.integer(8)) continue;
        hours.member(row.text(1));
        auto moved = sql.run("UPDATE attendance SET day = $5, came_ms = $6 WHERE organisation = $1 AND activity = $2 AND member = $3 AND kiosk = $4",
                             {organisation_, row.text(0), row.text(1), kiosk_.text, now.day, now.ms});
        if (!moved) return moved;
    }
    return {};
}

Result<void> KioskDays::move_activities(Sql& sql) const {
    auto rows = sql.query("SELECT activity, opened_boot, opened_at_ms, opened_mono_ms, opened_trusted, arrived_ms, day, opened_ms FROM activity_at "
                          "WHERE organisation = $1 AND kiosk = $2 AND opened_settled = 0 AND opened_boot >= $3",
                          {organisation_, kiosk_.text, *changed_from_});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) {
        const PlacedInTime now = place({row.integer(1), row.integer(2), row.integer(3), row.integer(4) != 0, row.integer(5)});
        if (now.day == row.integer(6) && now.ms == row.integer(7)) continue;
        auto moved = sql.run("UPDATE activity_at SET day = $4, opened_ms = $5 WHERE organisation = $1 AND activity = $2 AND kiosk = $3",
                             {organisation_, row.text(0), kiosk_.text, now.day, now.ms});
        if (!moved) return moved;
    }
    return {};
}

Result<void> KioskDays::move_earlier(Sql& sql, HourMarks& hours) const {
    if (!changed_from_) return {};
    if (auto moved = move_study(sql, hours); !moved) return moved;
    if (auto moved = move_attendance(sql, hours); !moved) return moved;
    return move_activities(sql);
}

}  // namespace xinghuo
