#include "kiosk/screens/admin_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/reception.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t believed_back_days = 1'500;  // of a label nobody vouches for

std::string clock_of(WallTime at) {
    const std::int64_t since = at.unix_ms - begin_of_day(china_day(at)).unix_ms;
    return fmt::format("{} {:02}:{:02}", admin_day(china_day(at)), since / (60 * minute_ms), since / minute_ms % 60);
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> known) { return std::find(known.begin(), known.end(), word) != known.end(); }

// A word of a record with words of its own, "admin.way.card"; what a later program wrote stays as it is.
std::string word(const Frame& frame, std::string_view group, const std::string& text, std::initializer_list<std::string_view> known) {
    return one_of(text, known) ? frame.words(fmt::format("admin.{}.{}", group, text)) : text;
}

std::string title_of(const Frame& frame, const JsonNode& body) {
    if (!body["title"].exists()) return body["item"].string_or("");
    return body["title"].bilingual().in(frame.lang);
}

std::string spent(const JsonNode& body) { return minutes(Milliseconds(body["ms"].integer_or(0))); }

std::string joined(const std::string& a, const std::string& b) { return a.empty() ? b : b.empty() ? a : a + " · " + b; }

std::string action_words(const Frame& frame, const JsonNode& body, MemberNames& names) {
    const std::string action = body["action"].string_or("");
    static constexpr std::array known = {"admin_in", "admin_refused", "admin_pin_set", "roster_import", "roster_undo", "bind_card", "unbind_card", "make_host",
                                         "unmake_host", "set_pin", "reset_pin", "forget_gone", "policy_set", "policy_removed", "export", "verify", "backup",
                                         "packs_look", "packs_install", "packs_cancel", "packs_undo",
                                         "sync_now", "sync_enrol", "sync_release", "member_same"};
    if (std::find(known.begin(), known.end(), action) == known.end()) return action;
    const auto number = [&](const char* key) { return std::to_string(body[key].integer_or(0)); };
    const std::string target = body["target"].string_or("");
    const std::string what = body["what"].string_or("");
    const std::string from = body["from_day"].exists() ? admin_day(body["from_day"].integer_or(0)) : "";
    return frame.words("admin.action." + action,
                       {{"wrong", number("wrong")}, {"added", number("added")}, {"changed", number("changed")}, {"gone", number("gone")},
                        {"members", number("members")}, {"day", from}, {"name", target.empty() ? "" : names.of(frame, {target})},
                        {"what", word(frame, "export", what, {"records", "activity", "refused"})}, {"pack", what}});
}

}  // namespace

std::string admin_day(std::int64_t day) {
    const Date date = date_of_day(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string admin_time(const Frame& frame, WallTime at, bool trusted) {
    if (!trusted) {
        const std::string time = admin_time(frame, at);
        return time == frame.words("admin.time.none") ? time : frame.words("admin.time.untrusted", {{"time", time}});
    }
    return counted_day(at, true, INT64_MIN) == INT64_MIN ? frame.words("admin.time.none") : clock_of(at);
}

std::string admin_time(const Frame& frame, WallTime at) {
    // Not before the years of this product, and not in the future.
    const std::int64_t day = china_day(at);
    return day >= std::min(built_day(), frame.day) - believed_back_days && day <= frame.day + 1 ? clock_of(at) : frame.words("admin.time.none");
}

std::string admin_size(std::uintmax_t bytes) {
    const auto of = static_cast<double>(bytes);
    if (of < 1e6) return fmt::format("{:.0f} kB", of / 1e3);
    return of < 1e9 ? fmt::format("{:.1f} MB", of / 1e6) : fmt::format("{:.1f} GB", of / 1e9);
}

std::string plain_number(double number) { return fmt::format("{:.4g}", number); }

std::string number_end(std::string_view number) { return number.empty() ? "" : "…" + number_tail(number); }

std::string MemberNames::of(const Frame& frame, const MemberId& id, bool plain) {
    if (id.empty()) return {};
    if (frame.directory != directory_) {
        directory_ = frame.directory;
        known_.clear();
        if (directory_)
            for (const Member& m : directory_->members) known_.emplace(m.id, m.name);
    }
    auto found = known_.find(id);
    if (found == known_.end()) {
        auto member = frame.study->members().by_id(id);
        if (!member) log_warning(member.error().within("looking up a member").what);
        found = known_.emplace(id, member && *member ? (*member)->name : "").first;
    }
    if (found->second.empty()) return frame.words("admin.member.forgotten");
    return plain ? found->second : masked_name(found->second);
}

const std::vector<RecordKind>& admin_kinds() {
    using enum RecordKind;
    static const std::vector<RecordKind> all = {signed_in, signed_out, study_interval, abandoned, quiz_answered, quiz_finished, activity_opened, attended,
                                                activity_closed, guest_visit, admin_action, boot, health};
    return all;
}

std::string kind_words(const Frame& frame, RecordKind kind) { return frame.words("admin.kind." + std::string(name_of(kind))); }

std::string type_words(const Frame& frame, const std::string& type) {
    const auto& known = activity_types();
    return std::find(known.begin(), known.end(), type) == known.end() ? type : frame.words("activity.type." + type);
}

std::string record_words(const Frame& frame, const Record& record, MemberNames& names) {
    JsonDocument document;
    if (!document.parse(record.body)) return {};
    const JsonNode body = document.root();
    const std::string name = body["name"].string_or("");
    switch (record.kind) {
        case RecordKind::boot: return joined(body["version"].string_or(""), body["unclean"].boolean_or(false) ? frame.words("admin.boot.unclean") : "");
        case RecordKind::signed_in: return word(frame, "way", body["way"].string_or(""), {"card", "code", "name"});
        case RecordKind::signed_out:
            return joined(word(frame, "why", body["why"].string_or(""), {"button", "next_card", "same_card", "idle", "crash", "closing"}), spent(body));
        case RecordKind::study_interval:
        case RecordKind::abandoned:
            return joined(joined(word(frame, "label", body["label"].string_or(""), {"touch", "media", "reading", "quiz"}), title_of(frame, body)), spent(body));
        case RecordKind::quiz_answered: return frame.words(body["right"].boolean_or(false) ? "admin.quiz.right" : "admin.quiz.wrong");
        case RecordKind::quiz_finished:
            return frame.words("admin.quiz.done", {{"right", std::to_string(body["right"].integer_or(0))}, {"asked", std::to_string(body["asked"].integer_or(0))}});
        case RecordKind::activity_opened: return joined(name, type_words(frame, body["type"].string_or("")));
        case RecordKind::activity_closed:
            return frame.words("admin.activity.closed_with", {{"name", name}, {"n", std::to_string(body["attended"].integer_or(0))},
                                                              {"of", std::to_string(body["expected"].integer_or(0))}});
        case RecordKind::attended: return joined(name, word(frame, "as", body["as"].string_or(""), {"on_time", "late", "left_early", "back"}));
        case RecordKind::guest_visit: return body["by"].integer_or(1) < 0 ? frame.words("admin.guest.less") : "";
        case RecordKind::admin_action: return action_words(frame, body, names);
        case RecordKind::health: return word(frame, "health", body["what"].string_or(""), {"database_mended", "record_changed"});
        default: return {};
    }
}

std::string laid_out(std::string_view json) {
    // Ours are compact: a line break before each member, and one step to the right a level.
    std::string out;
    int depth = 0;
    bool quoted = false;
    const auto line = [&] { out += '\n' + std::string(static_cast<std::size_t>(depth) * 4, ' '); };
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            out += c;
            if (c == '\\' && i + 1 < json.size()) out += json[++i];
            else if (c == '"') quoted = false;
            continue;
        }
        quoted = c == '"';
        const bool empty = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
        if (c == '}' || c == ']') {
            const bool was_empty = i > 0 && (json[i - 1] == '{' || json[i - 1] == '[');
            if (!was_empty) {
                --depth;
                line();
            }
            out += c;
        } else if ((c == '{' || c == '[') && !empty) {
            out += c;
            ++depth;
            line();
        } else if (c == ',') {
            out += c;
            line();
        } else {
            out += c;
            if (c == ':') out += ' ';
        }
    }
    return out;
}

bool keep_action(Frame& frame, std::string_view action, std::string_view what) {
    JsonWriter body;
    body.object().key("action").value(action);
    if (!what.empty()) body.key("what").value(what);
    const Draft draft{RecordKind::admin_action, {}, body.end().text()};
    auto done = frame.study->records().keep({&draft, 1}, frame.moment);
    if (done) return true;
    log_warning(done.error().within("recording what the administrator does").what);
    frame.reception.say(Notice::Tone::bad, "admin.not_recorded.title", "admin.not_recorded.text", frame.moment);
    return false;
}

}  // namespace xinghuo
