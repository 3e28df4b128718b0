#include "content/study/tally.h"

#include <optional>

#include "content/base/json.h"
#include "content/quiz/review.h"
#include "content/study/day.h"
#include "content/study/session.h"

namespace xinghuo {
namespace {

std::string title_json(const JsonNode& title) {
    JsonWriter out;
    const auto in = [&](const char* lang) { return title[lang].is_string() ? title[lang].string() : std::string(); };
    out.object().key("zh").value(title.is_string() ? title.string() : in("zh")).key("en").value(in("en")).end();
    return out.text();
}

std::string text_of(const JsonNode& node) { return node.is_string() ? node.string() : std::string(); }

Result<void> tally_study(Database& db, const Record& record, std::int64_t day, const JsonNode& body) {
    const std::string label = text_of(body["label"]);
    const std::int64_t ms = body["ms"].exists() ? body["ms"].integer() : 0;
    if (!study_label(label) || ms <= 0) return {};
    if (auto done = db.run("INSERT INTO study_day (member, day, label, ms) VALUES (?1, ?2, ?3, ?4) "
                           "ON CONFLICT (member, day, label) DO UPDATE SET ms = ms + excluded.ms",
                           record.member.text, day, label, ms);
        !done)
        return done;
    const std::string item = text_of(body["item"]);
    if (item.empty()) return {};
    return db.run("INSERT INTO study_item (member, item, title, ms, last_seq, last_day) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                  "ON CONFLICT (member, item) DO UPDATE SET title = excluded.title, ms = ms + excluded.ms, "
                  "last_seq = excluded.last_seq, last_day = excluded.last_day",
                  record.member.text, item, title_json(body["title"]), ms, record.seq, day);
}

Result<void> tally_answer(Database& db, const Record& record, std::int64_t day, const JsonNode& body) {
    if (!body["right"].exists()) return {};
    const bool right = body["right"].boolean();
    const std::string question = text_of(body["question"]), theme = text_of(body["theme"]);
    if (auto done = db.run("INSERT INTO quiz_tally (member, theme, asked, correct) VALUES (?1, ?2, 1, ?3) "
                           "ON CONFLICT (member, theme) DO UPDATE SET asked = asked + 1, correct = correct + excluded.correct",
                           record.member.text, theme, right ? 1 : 0);
        !done)
        return done;
    if (question.empty()) return {};
    if (!right) {
        const ReviewState state = answered_wrong(day);
        return db.run("INSERT INTO wrong_answer (member, question, theme, stage, due_day, times_wrong) VALUES (?1, ?2, ?3, ?4, ?5, 1) "
                      "ON CONFLICT (member, question) DO UPDATE SET theme = excluded.theme, stage = excluded.stage, "
                      "due_day = excluded.due_day, times_wrong = times_wrong + 1",
                      record.member.text, question, theme, state.stage, state.due_day);
    }
    ReviewState before;
    {
        auto rows = db.query("SELECT stage, due_day FROM wrong_answer WHERE member = ?1 AND question = ?2", record.member.text, question);
        if (!rows) return rows.error();
        if (!rows->next()) return rows->end();  // not in the book
        before = {static_cast<int>(rows->integer(0)), rows->integer(1)};
    }
    const ReviewState state = answered_right(before, day);
    if (learned(state)) return db.run("DELETE FROM wrong_answer WHERE member = ?1 AND question = ?2", record.member.text, question);
    return db.run("UPDATE wrong_answer SET stage = ?3, due_day = ?4 WHERE member = ?1 AND question = ?2", record.member.text, question,
                  state.stage, state.due_day);
}

Result<void> tally_opened(Database& db, const Record& record, std::int64_t day, const JsonNode& body) {
    std::optional<std::int64_t> planned_ms;
    if (body["planned_ms"].exists()) planned_ms = body["planned_ms"].integer();
    std::optional<std::string> host;
    if (!record.member.empty()) host = record.member.text;
    return db.run("INSERT OR IGNORE INTO activity (id, name, type, branch, planned_ms, late_after_min, host, opened_seq, day) "
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                  text_of(body["activity"]), text_of(body["name"]), text_of(body["type"]), text_of(body["branch"]), planned_ms,
                  body["late_after_min"].exists() ? body["late_after_min"].integer() : 0, host, record.seq, day);
}

Result<void> tally_attended(Database& db, const Record& record, std::int64_t day, const JsonNode& body) {
    const std::string activity = text_of(body["activity"]), as = text_of(body["as"]);
    if (as == "left_early")
        return db.run("UPDATE attendance SET left_seq = ?3 WHERE activity = ?1 AND member = ?2", activity, record.member.text, record.seq);
    if (as == "back") return db.run("UPDATE attendance SET left_seq = NULL WHERE activity = ?1 AND member = ?2", activity, record.member.text);
    if (as != "on_time" && as != "late") return {};
    return db.run("INSERT OR IGNORE INTO attendance (activity, member, came_seq, late, day) "
                  "SELECT id, ?2, ?3, ?4, ?5 FROM activity WHERE id = ?1",
                  activity, record.member.text, record.seq, as == "late", day);
}

Result<void> tally_guest(Database& db, const JsonNode& body) {
    const std::string activity = text_of(body["activity"]);
    if (activity.empty()) return {};
    const std::int64_t by = body["by"].exists() ? body["by"].integer() : 1;
    return db.run("UPDATE activity SET guests = MAX(0, guests + ?2) WHERE id = ?1", activity, by);
}

// Somebody had another id here before the centre told theirs: what was summed under the old one is theirs, and so is what is still to come.
Result<void> tally_same(Database& db, const JsonNode& body) {
    const std::string was = text_of(body["was"]), is = text_of(body["is"]);
    if (was.empty() || is.empty() || was == is) return {};
    for (const char* sql : {
             "INSERT INTO study_day (member, day, label, ms) SELECT ?2, day, label, ms FROM study_day WHERE member = ?1 "
             "ON CONFLICT (member, day, label) DO UPDATE SET ms = ms + excluded.ms",
             "INSERT INTO study_item (member, item, title, ms, last_seq, last_day) SELECT ?2, item, title, ms, last_seq, last_day FROM study_item WHERE member = ?1 "
             "ON CONFLICT (member, item) DO UPDATE SET title = CASE WHEN excluded.last_seq > last_seq THEN excluded.title ELSE title END, ms = ms + excluded.ms, "
             "last_seq = MAX(last_seq, excluded.last_seq), last_day = MAX(last_day, excluded.last_day)",
             "INSERT INTO quiz_tally (member, theme, asked, correct) SELECT ?2, theme, asked, correct FROM quiz_tally WHERE member = ?1 "
             "ON CONFLICT (member, theme) DO UPDATE SET asked = asked + excluded.asked, correct = correct + excluded.correct",
             "INSERT INTO wrong_answer (member, question, theme, stage, due_day, times_wrong) "
             "SELECT ?2, question, theme, stage, due_day, times_wrong FROM wrong_answer WHERE member = ?1 "
             "ON CONFLICT (member, question) DO UPDATE SET stage = MIN(stage, excluded.stage), due_day = MIN(due_day, excluded.due_day), "
             "times_wrong = times_wrong + excluded.times_wrong",
             "INSERT INTO attendance (activity, member, came_seq, late, left_seq, day) SELECT activity, ?2, came_seq, late, left_seq, day FROM attendance WHERE member = ?1 "
             "ON CONFLICT (activity, member) DO UPDATE SET came_seq = MIN(came_seq, excluded.came_seq), late = MIN(late, excluded.late), "
             "left_seq = CASE WHEN left_seq IS NULL OR excluded.left_seq IS NULL THEN NULL ELSE MAX(left_seq, excluded.left_seq) END",
             "UPDATE activity SET host = ?2 WHERE host = ?1",
             "DELETE FROM member_same WHERE was = ?2 AND ?1 = ?1",
             "UPDATE member_same SET is_now = ?2 WHERE is_now = ?1",
             "INSERT INTO member_same (was, is_now) VALUES (?1, ?2) ON CONFLICT (was) DO UPDATE SET is_now = excluded.is_now"})
        if (auto done = db.run(sql, was, is); !done) return done;
    for (const char* sql : {"DELETE FROM study_day WHERE member = ?1", "DELETE FROM study_item WHERE member = ?1", "DELETE FROM quiz_tally WHERE member = ?1",
                            "DELETE FROM wrong_answer WHERE member = ?1", "DELETE FROM attendance WHERE member = ?1"})
        if (auto done = db.run(sql, was); !done) return done;
    return {};
}

// A visit that was open when the ids changed goes on under its old one.
Result<std::string> present_id(Database& db, const std::string& member) {
    std::string id = member;
    auto rows = db.query("SELECT is_now FROM member_same WHERE was = ?1", member);
    if (!rows) return rows.error();
    if (rows->next()) id = rows->text(0);
    if (auto end = rows->end(); !end) return end.error();
    return id;
}

}  // namespace

Result<void> tally(Database& db, const Record& as_written, std::int64_t day) {
    switch (as_written.kind) {
        case RecordKind::study_interval:
        case RecordKind::abandoned:
        case RecordKind::quiz_answered:
        case RecordKind::attended:
            if (as_written.member.empty()) return {};
            break;
        case RecordKind::activity_opened:
        case RecordKind::activity_closed:
        case RecordKind::guest_visit: break;
        case RecordKind::admin_action:
            if (as_written.body.find("\"member_same\"") == std::string::npos) return {};
            break;
        default: return {};
    }
    Record under_present_id;
    if (!as_written.member.empty()) {
        auto id = present_id(db, as_written.member.text);
        if (!id) return id.error().within("keeping the sums");
        if (*id != as_written.member.text) {
            under_present_id = as_written;
            under_present_id.member.text = std::move(*id);
        }
    }
    const Record& record = under_present_id.id.empty() && under_present_id.seq == 0 ? as_written : under_present_id;
    JsonDocument document;
    if (!document.parse(record.body) || !document.root().is_object()) return {};
    const JsonNode body = document.root();
    const auto summed = [&]() -> Result<void> {
        switch (record.kind) {
            case RecordKind::quiz_answered: return tally_answer(db, record, day, body);
            case RecordKind::attended: return tally_attended(db, record, day, body);
            case RecordKind::activity_opened: return tally_opened(db, record, day, body);
            case RecordKind::activity_closed:
                return db.run("UPDATE activity SET closed_seq = ?2 WHERE id = ?1 AND closed_seq IS NULL", text_of(body["activity"]), record.seq);
            case RecordKind::guest_visit: return tally_guest(db, body);
            case RecordKind::admin_action: return text_of(body["action"]) == "member_same" ? tally_same(db, body) : Result<void>();
            default: return tally_study(db, record, day, body);
        }
    }();
    if (!summed) return summed.error().within("keeping the sums");
    return {};
}

Result<void> tally_again(Database& db) {
    auto change = Transaction::begin(db);
    if (!change) return change.error();
    for (const char* sql : {"DELETE FROM study_day", "DELETE FROM study_item", "DELETE FROM quiz_tally", "DELETE FROM wrong_answer",
                            "DELETE FROM attendance", "DELETE FROM activity", "DELETE FROM member_same"})
        if (auto done = db.run(sql); !done) return done.error().within("making the sums anew");
    {
        auto rows = db.query("SELECT seq, kind, member, at_ms, clock_trusted, body FROM record ORDER BY seq");
        if (!rows) return rows.error().within("making the sums anew");
        std::int64_t newest_known = built_day();
        while (rows->next()) {
            const WallTime at{rows->integer(3)};
            const bool trusted = rows->integer(4) != 0;
            newest_known = newest_known_after(at, trusted, newest_known);
            const std::int64_t day = counted_day(at, trusted, newest_known);
            const auto kind = record_kind(rows->text(1));
            if (!kind) continue;  // of a later program
            Record record;
            record.seq = rows->integer(0);
            record.kind = *kind;
            record.member.text = rows->text(2);
            record.at = at;
            record.clock_trusted = trusted;
            record.body = rows->text(5);
            if (auto done = tally(db, record, day); !done) return done.error().within("making the sums anew");
        }
        if (auto end = rows->end(); !end) return end.error().within("making the sums anew");
    }
    if (auto done = change->commit(); !done) return done.error().within("making the sums anew");
    return {};
}

}  // namespace xinghuo
