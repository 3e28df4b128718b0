#include "sync/server/roll_ups.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "sync/server/report_alias.h"
#include "sync/server/report_days.h"
#include "sync/server/report_quiz.h"
#include "sync/server/row_list.h"
#include "sync/server/study_columns.h"

namespace xinghuo {
namespace {

// PostgreSQL's text has no U+0000: one in a signed record would stop its terminal for ever. It becomes U+FFFD.
std::string text_of(JsonValue node) {
    std::string text(node.string());
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at + 3)) text.replace(at, 1, "\xEF\xBF\xBD");
    return text;
}

std::int64_t whole_of(JsonValue node, std::int64_t otherwise) {
    const std::string_view text = node.number_text();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

std::string title_of(JsonValue title) {
    JsonWriter out;
    out.object().key("zh").value(title.is_string() ? title.string() : title["zh"].string()).key("en").value(title["en"].string()).end();
    return out.text();
}

std::shared_ptr<const JsonTree> parsed_body(const CarriedRecord& carried) {
    if (carried.body) return carried.body;
    auto tree = JsonTree::parse(carried.record.body);
    return tree ? std::make_shared<const JsonTree>(std::move(*tree)) : nullptr;
}

struct ItemSum {
    std::int64_t views = 0, ms = 0;
    std::string title_id, title;
};
struct ThemeSum {
    std::int64_t asked = 0, correct = 0;
};
struct ActivitySum {
    std::string name, type, branch, host;
    SqlValue planned_ms = nullptr;
    std::int64_t opened_seq = no_seq;
    RecordStamp opened;
    PlacedInTime opened_at;
    std::int64_t closed_seq = no_seq, closed_ms = 0, expected = 0, guests = 0;
};
struct AttendanceSum {
    std::int64_t came_seq = no_seq;
    RecordStamp came;
    PlacedInTime came_at;
    bool late = false;
    std::int64_t tap_seq = 0, tap_ms = 0;
    bool tap_left = false;
};
struct UnsettledStudy {
    std::string id, member, label;
    RecordStamp stamp;
    std::int64_t ms, day;
};
// What says more is wrong, and counts nothing: a sum must hold whatever comes.
constexpr std::int64_t longest_interval_ms = 24 * 3'600'000, most_guests_at_once = 10'000;
constexpr std::size_t most_said_of_packs = 2'000;  // bytes
struct HealthSum {
    std::int64_t told_seq = 0, last_boot = 0, last_at_ms = 0;
    bool clock_trusted = false;
    std::int64_t version_seq = 0, starts = 0, unclean_starts = 0;
    std::string version;
    std::int64_t storage_seq = 0, free_bytes = -1, waiting = -1, refused = -1, trouble_seq = 0;
    std::string packs, trouble;
};

class BatchSums {
public:
    BatchSums(Organisation organisation, const KioskId& kiosk, const KioskDays& days, const std::map<std::string, std::string>& now, std::int64_t arrived_ms)
        : organisation_(organisation), kiosk_(kiosk), days_(days), now_(now), arrived_ms_(arrived_ms) {
        std::int64_t sum = 0;
        for (const char c : kiosk.text) sum = (sum * 31 + static_cast<unsigned char>(c)) % 65'521;
        slot_ = sum % sum_slots;
    }

    void add(const CarriedRecord& carried) {
        const Record& record = carried.record;
        if (record.seq > health_.told_seq) {
            health_.told_seq = record.seq;
            health_.last_boot = record.boot;
            health_.last_at_ms = record.at.unix_ms;
            health_.clock_trusted = record.clock_trusted;
        }
        switch (record.kind) {
            case RecordKind::study_interval:
            case RecordKind::abandoned:
            case RecordKind::attended:
                if (record.member.empty()) return;
                break;
            case RecordKind::quiz_answered:
            case RecordKind::quiz_finished:
            case RecordKind::activity_opened:
            case RecordKind::activity_closed:
            case RecordKind::guest_visit:
            case RecordKind::boot:
            case RecordKind::health: break;
            default: return;
        }
        const auto tree = parsed_body(carried);
        if (!tree || !tree->root().is_object()) return;
        const JsonValue body = tree->root();
        switch (record.kind) {
            case RecordKind::study_interval:
            case RecordKind::abandoned: return study(record, body);
            case RecordKind::attended: return attended(record, body);
            case RecordKind::quiz_answered: return answered(record, body);
            case RecordKind::quiz_finished: return finished(record, body);
            case RecordKind::activity_opened: return opened(record, body);
            case RecordKind::activity_closed: return closed(record, body);
            case RecordKind::guest_visit: return guests(body);
            case RecordKind::boot: return started(record, body);
            default: return health(record, body);
        }
    }

    void mark(HourMarks& hours) const {
        study_.mark(hours);
        for (const auto& [key, sum] : attendance_)
            if (sum.came_seq != no_seq) hours.member(key.second);
        for (const auto& [activity, sum] : activities_)
            if (sum.opened_seq != no_seq) hours.activity(activity);
    }
    Result<void> save(Sql& sql) {
        if (auto done = study_.save(sql, organisation_); !done) return done;
        if (auto done = save_unsettled(sql); !done) return done;
        if (auto done = save_themes(sql); !done) return done;
        if (auto done = save_activities(sql); !done) return done;
        if (auto done = save_attendance(sql); !done) return done;
        if (auto done = follow_attempts(sql, organisation_, kiosk_, std::move(quiz_), questions_); !done) return done;
        if (auto done = save_items(sql); !done) return done;
        if (auto done = save_questions(sql); !done) return done;
        return save_health(sql);
    }

private:
    [[nodiscard]] const std::string& present(const std::string& member) const {
        const auto found = now_.find(member);
        return found == now_.end() ? member : found->second;
    }
    [[nodiscard]] RecordStamp stamp(const Record& record) const {
        return {record.boot, record.at.unix_ms, record.mono_ms, record.clock_trusted, arrived_ms_};
    }
    // Of what is only told and never counted by: 0 where the clock was not to be believed.
    [[nodiscard]] std::int64_t known_ms(const Record& record) const {
        const PlacedInTime when = days_.place(stamp(record));
        return when.settled ? when.ms : 0;
    }

    void study(const Record& record, JsonValue body) {
        const auto label = study_label(body["label"].string());
        const std::int64_t ms = whole_of(body["ms"], 0);
        if (!label || ms <= 0 || ms > longest_interval_ms) return;
        const std::string& member = present(record.member.text);
        const PlacedInTime when = days_.place(stamp(record));
        study_.add(member, when.day, *label, ms);
        if (!when.settled) unsettled_.push_back({record.id, member, std::string(name_of(*label)), stamp(record), ms, when.day});
        std::string item = text_of(body["item"]);
        if (item.empty()) return;
        ItemSum& sum = items_[std::move(item)];
        ++sum.views;
        sum.ms += ms;
        if (record.id <= sum.title_id) return;
        sum.title_id = record.id;
        sum.title = title_of(body["title"]);
    }

    void answered(const Record& record, JsonValue body) {
        const JsonValue right = body["right"];
        if (!right.exists() || right.is_null()) return;
        const std::string theme = text_of(body["theme"]), question = text_of(body["question"]);
        if (!record.member.empty()) {
            ThemeSum& sum = themes_[{present(record.member.text), theme}];
            ++sum.asked;
            sum.correct += right.boolean() ? 1 : 0;
        }
        if (question.empty()) return;
        QuestionSums& sum = questions_[{theme, question}];
        ++sum.asked;
        sum.correct += right.boolean() ? 1 : 0;
        QuizEvent event = quiz_event(record, body);
        event.theme = theme;
        event.question = question;
        event.right = right.boolean();
        quiz_.push_back(std::move(event));
    }
    void finished(const Record& record, JsonValue body) {
        QuizEvent event = quiz_event(record, body);
        event.finish = true;
        event.asked = whole_of(body["asked"], 0);
        quiz_.push_back(std::move(event));
    }
    static QuizEvent quiz_event(const Record& record, JsonValue body) {
        QuizEvent event;
        event.seq = record.seq;
        event.boot = record.boot;
        event.id = record.id;
        event.session = text_of(body["session"]);
        event.item = text_of(body["item"]);
        return event;
    }

    void opened(const Record& record, JsonValue body) {
        std::string activity = text_of(body["activity"]);
        if (activity.empty()) return;
        ActivitySum& sum = activities_[std::move(activity)];
        if (record.seq >= sum.opened_seq) return;
        sum.opened_seq = record.seq;
        sum.opened = stamp(record);
        sum.opened_at = days_.place(sum.opened);
        sum.name = text_of(body["name"]);
        sum.type = text_of(body["type"]);
        sum.branch = text_of(body["branch"]);
        sum.host = present(record.member.text);
        if (body["planned_ms"].is_number()) sum.planned_ms = whole_of(body["planned_ms"], 0);
    }
    void closed(const Record& record, JsonValue body) {
        std::string activity = text_of(body["activity"]);
        if (activity.empty()) return;
        ActivitySum& sum = activities_[std::move(activity)];
        if (record.seq >= sum.closed_seq) return;
        sum.closed_seq = record.seq;
        sum.closed_ms = known_ms(record);
        sum.expected = whole_of(body["expected"], 0);
    }
    void guests(JsonValue body) {
        std::string activity = text_of(body["activity"]);
        const std::int64_t by = whole_of(body["by"], 1);
        if (!activity.empty() && by >= -most_guests_at_once && by <= most_guests_at_once) activities_[std::move(activity)].guests += by;
    }
    void attended(const Record& record, JsonValue body) {
        const std::string activity = text_of(body["activity"]);
        const std::string_view as = body["as"].string();
        if (activity.empty()) return;
        if (as == "left_early" || as == "back") {
            AttendanceSum& sum = attendance_[{activity, present(record.member.text)}];
            if (record.seq <= sum.tap_seq) return;
            sum.tap_seq = record.seq;
            sum.tap_left = as == "left_early";
            sum.tap_ms = known_ms(record);
        } else if (as == "on_time" || as == "late") {
            AttendanceSum& sum = attendance_[{activity, present(record.member.text)}];
            if (record.seq >= sum.came_seq) return;
            sum.came_seq = record.seq;
            sum.late = as == "late";
            sum.came = stamp(record);
            sum.came_at = days_.place(sum.came);
        }
    }

    void started(const Record& record, JsonValue body) {
        ++health_.starts;
        if (body["unclean"].boolean()) ++health_.unclean_starts;
        if (record.seq <= health_.version_seq) return;
        health_.version_seq = record.seq;
        health_.version = text_of(body["version"]);
    }
    void health(const Record& record, JsonValue body) {
        const std::int64_t free_bytes = whole_of(body["free_bytes"], -1);
        if (free_bytes >= 0 && record.seq > health_.storage_seq) {
            health_.storage_seq = record.seq;
            health_.free_bytes = free_bytes;
            health_.waiting = whole_of(body["waiting"], -1);  // a terminal that sends nothing does not say
            health_.refused = whole_of(body["refused"], -1);
            health_.packs.clear();
            for (const JsonValue pack : body["packs"].items()) {
                if (health_.packs.size() > most_said_of_packs) break;
                health_.packs += health_.packs.empty() ? "" : ", ";
                health_.packs += text_of(pack["id"]) + " " + std::to_string(whole_of(pack["version"], 0));
            }
        } else if (free_bytes < 0 && record.seq > health_.trouble_seq) {
            health_.trouble_seq = record.seq;
            health_.trouble = text_of(body["what"]);
        }
    }

    Result<void> save_unsettled(Sql& sql) const {
        RowList rows("unsettled_study",
                     {{"organisation", SqlType::bigint}, {"kiosk", SqlType::text}, {"id", SqlType::text}, {"boot", SqlType::bigint}, {"at_ms", SqlType::bigint},
                      {"mono_ms", SqlType::bigint}, {"trusted", SqlType::bigint}, {"arrived_ms", SqlType::bigint}, {"member", SqlType::text}, {"label", SqlType::text},
                      {"ms", SqlType::bigint}, {"day", SqlType::bigint}},
                     "ON CONFLICT (organisation, kiosk, id) DO NOTHING");
        for (const UnsettledStudy& one : unsettled_)
            rows.add({organisation_, kiosk_.text, one.id, one.stamp.boot, one.stamp.at_ms, one.stamp.mono_ms, std::int64_t{one.stamp.trusted ? 1 : 0}, one.stamp.arrived_ms,
                      one.member, one.label, one.ms, one.day});
        return rows.insert(sql);
    }
    Result<void> save_themes(Sql& sql) const {
        RowList rows("quiz_theme",
                     {{"organisation", SqlType::bigint}, {"member", SqlType::text}, {"theme", SqlType::text}, {"asked", SqlType::bigint}, {"correct", SqlType::bigint}},
                     "ON CONFLICT (organisation, member, theme) DO UPDATE SET asked = quiz_theme.asked + excluded.asked, correct = quiz_theme.correct + excluded.correct");
        for (const auto& [key, sum] : themes_) rows.add({organisation_, key.first, key.second, sum.asked, sum.correct});
        return rows.insert(sql);
    }
    Result<void> save_activities(Sql& sql) const;
    Result<void> save_attendance(Sql& sql) const;
    Result<void> save_items(Sql& sql) const {
        RowList rows("item_viewed",
                     {{"organisation", SqlType::bigint}, {"item", SqlType::text}, {"slot", SqlType::bigint}, {"views", SqlType::bigint}, {"ms", SqlType::bigint},
                      {"title_id", SqlType::text}, {"title", SqlType::text}},
                     "ON CONFLICT (organisation, item, slot) DO UPDATE SET views = item_viewed.views + excluded.views, ms = item_viewed.ms + excluded.ms, "
                     "title = CASE WHEN excluded.title_id > item_viewed.title_id THEN excluded.title ELSE item_viewed.title END, "
                     "title_id = CASE WHEN excluded.title_id > item_viewed.title_id THEN excluded.title_id ELSE item_viewed.title_id END");
        for (const auto& [item, sum] : items_) rows.add({organisation_, item, slot_, sum.views, sum.ms, sum.title_id, sum.title});
        return rows.insert(sql);
    }
    Result<void> save_questions(Sql& sql) const {
        RowList rows("quiz_question",
                     {{"organisation", SqlType::bigint}, {"theme", SqlType::text}, {"question", SqlType::text}, {"slot", SqlType::bigint}, {"asked", SqlType::bigint},
                      {"correct", SqlType::bigint}, {"n", SqlType::bigint}, {"sum_right", SqlType::bigint}, {"sum_rest", SqlType::bigint}, {"sum_rest_squared", SqlType::bigint},
                      {"sum_right_rest", SqlType::bigint}},
                     "ON CONFLICT (organisation, theme, question, slot) DO UPDATE SET asked = quiz_question.asked + excluded.asked, correct = quiz_question.correct + excluded.correct, "
                     "n = quiz_question.n + excluded.n, sum_right = quiz_question.sum_right + excluded.sum_right, sum_rest = quiz_question.sum_rest + excluded.sum_rest, "
                     "sum_rest_squared = quiz_question.sum_rest_squared + excluded.sum_rest_squared, sum_right_rest = quiz_question.sum_right_rest + excluded.sum_right_rest");
        for (const auto& [key, sum] : questions_)
            rows.add({organisation_, key.first, key.second, slot_, sum.asked, sum.correct, sum.n, sum.right, sum.rest, sum.rest_squared, sum.right_rest});
        return rows.insert(sql);
    }
    Result<void> save_health(Sql& sql) const;

    Organisation organisation_;
    const KioskId& kiosk_;
    const KioskDays& days_;
    const std::map<std::string, std::string>& now_;
    std::int64_t arrived_ms_, slot_ = 0;
    StudyDays study_;
    std::vector<UnsettledStudy> unsettled_;
    std::map<std::pair<std::string, std::string>, ThemeSum> themes_;
    std::map<QuestionKey, QuestionSums> questions_;
    std::vector<QuizEvent> quiz_;
    std::map<std::string, ItemSum> items_;
    std::map<std::string, ActivitySum> activities_;
    std::map<std::pair<std::string, std::string>, AttendanceSum> attendance_;
    HealthSum health_;
};

Result<void> BatchSums::save_activities(Sql& sql) const {
    static const std::string merges = [] {
        std::string text = "ON CONFLICT (organisation, activity, kiosk) DO UPDATE SET guests = activity_at.guests + excluded.guests";
        const auto earlier = [&text](const char* by, std::initializer_list<const char*> columns) {
            for (const std::string column : columns)
                text += ", " + column + " = CASE WHEN excluded." + by + " < activity_at." + by + " THEN excluded." + column + " ELSE activity_at." + column + " END";
        };
        earlier("opened_seq", {"name", "type", "branch", "planned_ms", "host", "opened_seq", "opened_boot", "opened_at_ms", "opened_mono_ms", "opened_trusted", "opened_settled",
                               "arrived_ms", "opened_ms", "day"});
        earlier("closed_seq", {"closed_seq", "closed_ms", "expected"});
        return text;
    }();
    RowList rows("activity_at",
                 {{"organisation", SqlType::bigint}, {"activity", SqlType::text}, {"kiosk", SqlType::text}, {"name", SqlType::text}, {"type", SqlType::text}, {"branch", SqlType::text},
                  {"planned_ms", SqlType::bigint}, {"host", SqlType::text}, {"opened_seq", SqlType::bigint}, {"opened_boot", SqlType::bigint}, {"opened_at_ms", SqlType::bigint},
                  {"opened_mono_ms", SqlType::bigint}, {"opened_trusted", SqlType::bigint}, {"opened_settled", SqlType::bigint}, {"arrived_ms", SqlType::bigint},
                  {"opened_ms", SqlType::bigint}, {"day", SqlType::bigint}, {"closed_seq", SqlType::bigint}, {"closed_ms", SqlType::bigint}, {"expected", SqlType::bigint},
                  {"guests", SqlType::bigint}},
                 merges);
    for (const auto& [activity, sum] : activities_)
        rows.add({organisation_, activity, kiosk_.text, sum.name, sum.type, sum.branch, sum.planned_ms, sum.host, sum.opened_seq, sum.opened.boot, sum.opened.at_ms, sum.opened.mono_ms,
                  std::int64_t{sum.opened.trusted ? 1 : 0}, std::int64_t{sum.opened_at.settled ? 1 : 0}, sum.opened.arrived_ms, sum.opened_at.ms, sum.opened_at.day, sum.closed_seq,
                  sum.closed_ms, sum.expected, sum.guests});
    return rows.insert(sql);
}

Result<void> BatchSums::save_attendance(Sql& sql) const {
    RowList rows("attendance",
                 {{"organisation", SqlType::bigint}, {"activity", SqlType::text}, {"member", SqlType::text}, {"kiosk", SqlType::text}, {"came_seq", SqlType::bigint},
                  {"came_boot", SqlType::bigint}, {"came_at_ms", SqlType::bigint}, {"came_mono_ms", SqlType::bigint}, {"came_trusted", SqlType::bigint},
                  {"came_settled", SqlType::bigint}, {"arrived_ms", SqlType::bigint}, {"came_ms", SqlType::bigint}, {"day", SqlType::bigint}, {"late", SqlType::bigint},
                  {"tap_seq", SqlType::bigint}, {"tap_left", SqlType::bigint}, {"tap_ms", SqlType::bigint}},
                 ATTENDANCE_MERGES);
    const auto truth = [](bool value) { return std::int64_t{value ? 1 : 0}; };
    for (const auto& [key, sum] : attendance_)
        rows.add({organisation_, key.first, key.second, kiosk_.text, sum.came_seq, sum.came.boot, sum.came.at_ms, sum.came.mono_ms, truth(sum.came.trusted), truth(sum.came_at.settled),
                  sum.came.arrived_ms, sum.came_at.ms, sum.came_at.day, truth(sum.late), sum.tap_seq, truth(sum.tap_left), sum.tap_ms});
    return rows.insert(sql);
}

Result<void> BatchSums::save_health(Sql& sql) const {
    static const std::string text = [] {
        std::string set = "UPDATE kiosk_health SET starts = starts + $3, unclean_starts = unclean_starts + $4";
        int place = 4;
        const auto later = [&](std::initializer_list<const char*> columns) {
            const int by = place + 1;  // the first is the seq they are compared by
            const std::string seq = *columns.begin();
            for (const std::string column : columns)
                set += ", " + column + " = CASE WHEN $" + std::to_string(by) + " > " + seq + " THEN $" + std::to_string(++place) + " ELSE " + column + " END";
        };
        later({"told_seq", "last_boot", "last_at_ms", "clock_trusted"});
        later({"version_seq", "version"});
        later({"storage_seq", "free_bytes", "waiting", "refused", "packs"});
        later({"trouble_seq", "trouble"});
        return set + " WHERE organisation = $1 AND kiosk = $2";
    }();
    return sql.run(text, {organisation_, kiosk_.text, health_.starts, health_.unclean_starts, health_.told_seq, health_.last_boot, health_.last_at_ms,
                          std::int64_t{health_.clock_trusted ? 1 : 0}, health_.version_seq, health_.version, health_.storage_seq, health_.free_bytes, health_.waiting, health_.refused,
                          health_.packs, health_.trouble_seq, health_.trouble});
}

Result<void> sum_up(Sql& sql, Organisation organisation, const KioskId& kiosk, std::span<const CarriedRecord> own) {
    auto arrived = sql.integer_or(0, "SELECT seen_ms FROM kiosk_health WHERE organisation = $1 AND kiosk = $2", {organisation, kiosk.text});
    if (!arrived) return arrived.error();
    std::vector<AliasTold> aliases;
    HourMarks hours;
    for (const CarriedRecord& carried : own) {
        const Record& record = carried.record;
        if (record.kind != RecordKind::admin_action || record.body.find("\"member_same\"") == std::string::npos) continue;
        const auto tree = JsonTree::parse(record.body);
        if (tree && tree->root()["action"].string() == "member_same")
            aliases.push_back({text_of(tree->root()["was"]), text_of(tree->root()["is"]), record.seq});
    }
    if (auto taken = take_aliases(sql, organisation, kiosk, aliases, {*arrived}, hours); !taken) return taken;
    std::set<std::string> members;
    for (const CarriedRecord& carried : own)
        if (!carried.record.member.empty()) members.insert(carried.record.member.text);
    auto now = present_ids(sql, organisation, members);
    if (!now) return now.error();
    auto days = KioskDays::open(sql, organisation, kiosk, own, *arrived);
    if (!days) return days.error();
    if (auto moved = days->move_earlier(sql, hours); !moved) return moved;
    BatchSums sums(organisation, kiosk, *days, *now, *arrived);
    for (const CarriedRecord& carried : own) sums.add(carried);
    sums.mark(hours);
    if (auto saved = sums.save(sql); !saved) return saved;
    return own.empty() ? Result<void>() : hours.save(sql, organisation, own.front().record.id);
}

}  // namespace

Result<void> roll_up(Sql& sql, Organisation organisation, const KioskId& kiosk, std::span<const CarriedRecord> fresh) {
    if (fresh.empty()) return {};
    const auto foreign = [&](const CarriedRecord& carried) { return carried.record.kiosk != kiosk; };
    Result<void> done;
    if (std::none_of(fresh.begin(), fresh.end(), foreign)) {
        done = sum_up(sql, organisation, kiosk, fresh);
    } else {
        std::vector<CarriedRecord> own(fresh.begin(), fresh.end());
        std::erase_if(own, foreign);
        done = sum_up(sql, organisation, kiosk, own);
    }
    if (!done) return done.error().within("keeping the sums");
    return {};
}

}  // namespace xinghuo
