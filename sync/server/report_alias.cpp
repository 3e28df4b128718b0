#include "sync/server/report_alias.h"

#include <fmt/format.h>

#include "sync/server/roll_ups.h"

namespace xinghuo {

Result<void> move_sums(Sql& sql, Organisation organisation, const std::string& was, const std::string& is, HourMarks& hours) {
    hours.member(was);
    hours.member(is);
    for (const char* step : {
             "INSERT INTO study_day (organisation, member, day, touch_ms, media_ms, reading_ms, quiz_ms) "
             "SELECT organisation, $3, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day WHERE organisation = $1 AND member = $2 "
             "ON CONFLICT (organisation, member, day) DO UPDATE SET touch_ms = study_day.touch_ms + excluded.touch_ms, media_ms = study_day.media_ms + excluded.media_ms, "
             "reading_ms = study_day.reading_ms + excluded.reading_ms, quiz_ms = study_day.quiz_ms + excluded.quiz_ms",
             "INSERT INTO quiz_theme (organisation, member, theme, asked, correct) SELECT organisation, $3, theme, asked, correct FROM quiz_theme "
             "WHERE organisation = $1 AND member = $2 "
             "ON CONFLICT (organisation, member, theme) DO UPDATE SET asked = quiz_theme.asked + excluded.asked, correct = quiz_theme.correct + excluded.correct",
             "INSERT INTO attendance (organisation, activity, member, kiosk, came_seq, came_boot, came_at_ms, came_mono_ms, came_trusted, came_settled, arrived_ms, came_ms, "
             "day, late, tap_seq, tap_left, tap_ms) SELECT organisation, activity, $3, kiosk, came_seq, came_boot, came_at_ms, came_mono_ms, came_trusted, came_settled, "
             "arrived_ms, came_ms, day, late, tap_seq, tap_left, tap_ms FROM attendance WHERE organisation = $1 AND member = $2 " ATTENDANCE_MERGES})
        if (auto done = sql.run(step, {organisation, was, is}); !done) return done;
    for (const char* step : {"DELETE FROM study_day WHERE organisation = $1 AND member = $2", "DELETE FROM quiz_theme WHERE organisation = $1 AND member = $2",
                             "DELETE FROM attendance WHERE organisation = $1 AND member = $2"})
        if (auto done = sql.run(step, {organisation, was}); !done) return done;
    for (const char* step : {"UPDATE unsettled_study SET member = $3 WHERE organisation = $1 AND member = $2",
                             "UPDATE activity_at SET host = $3 WHERE organisation = $1 AND host = $2",
                             "UPDATE member_alias SET is_now = $3 WHERE organisation = $1 AND is_now = $2",
                             "INSERT INTO member_alias (organisation, was, is_now) VALUES ($1, $2, $3)"})
        if (auto done = sql.run(step, {organisation, was, is}); !done) return done;
    return {};
}

Result<void> take_aliases(Sql& sql, Organisation organisation, const KioskId& kiosk, const std::vector<AliasTold>& told, WallTime stored, HourMarks& hours) {
    std::vector<KioskAlert> alerts;
    for (const AliasTold& alias : told) {
        const auto refused = [&](const char* why) {
            KioskAlert alert;
            alert.kiosk = kiosk;
            alert.kind = "alias";
            alert.from_seq = alert.to_seq = alias.seq;
            alert.first_seen = stored;
            alert.sentence = fmt::format("seq {}: {}", alias.seq, why);
            alerts.push_back(std::move(alert));
        };
        if (alias.was.empty() || alias.is.empty() || alias.was == alias.is) continue;
        auto is = present_id(sql, organisation, alias.is);
        if (!is) return is.error();
        auto now = present_id(sql, organisation, alias.was);
        if (!now) return now.error();
        if (*now != alias.was) {
            if (*now != *is) refused("a member's old id was made another's before");
            continue;
        }
        if (*is == alias.was) {
            refused("two ids are each other's old one");
            continue;
        }
        auto rostered = sql.integer_or(0, "SELECT COUNT(*) FROM person WHERE organisation = $1 AND id = $2", {organisation, alias.was});
        if (!rostered) return rostered.error();
        if (*rostered != 0) {
            refused("an id of the centre's roster cannot be made another's");
            continue;
        }
        if (auto moved = move_sums(sql, organisation, alias.was, *is, hours); !moved) return moved.error().within("moving a member's sums");
    }
    return raise_alerts(sql, organisation, alerts);
}

Result<std::map<std::string, std::string>> present_ids(Sql& sql, Organisation organisation, const std::set<std::string>& members) {
    std::map<std::string, std::string> now;
    if (members.empty()) return now;
    std::string places;
    std::vector<SqlValue> values{organisation};
    for (const std::string& member : members) {
        values.emplace_back(member);
        places += fmt::format("{}${}", places.empty() ? "" : ", ", values.size());
    }
    auto rows = sql.query("SELECT was, is_now FROM member_alias WHERE organisation = $1 AND was IN (" + places + ")", values);
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) now.emplace(row.text(0), row.text(1));
    return now;
}

Result<std::string> present_id(Sql& sql, Organisation organisation, const std::string& member) {
    auto rows = sql.query("SELECT is_now FROM member_alias WHERE organisation = $1 AND was = $2", {organisation, member});
    if (!rows) return rows.error();
    return rows->empty() ? member : rows->front().text(0);
}

}  // namespace xinghuo
