#include "sync/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "sync/http.h"
#include "sync/own_statement.h"

namespace xinghuo {
namespace {

// What a statement is about; says where its id and its titles come from.
enum class About { terminal, action, item, question, quiz, activity, pack };

struct VerbWord {
    std::string_view iri, display;
};
// Published vocabularies only: ADL, the xAPI video profile, cmi5, Activity Streams 1.0.
constexpr VerbWord logged_in = {"https://w3id.org/xapi/adl/verbs/logged-in", "logged in"};
constexpr VerbWord logged_out = {"https://w3id.org/xapi/adl/verbs/logged-out", "logged out"};
constexpr VerbWord abandoned = {"https://w3id.org/xapi/adl/verbs/abandoned", "abandoned"};
constexpr VerbWord played = {"https://w3id.org/xapi/video/verbs/played", "played"};
constexpr VerbWord experienced = {"http://adlnet.gov/expapi/verbs/experienced", "experienced"};
constexpr VerbWord answered = {"http://adlnet.gov/expapi/verbs/answered", "answered"};
constexpr VerbWord completed = {"http://adlnet.gov/expapi/verbs/completed", "completed"};
constexpr VerbWord passed = {"http://adlnet.gov/expapi/verbs/passed", "passed"};
constexpr VerbWord failed = {"http://adlnet.gov/expapi/verbs/failed", "failed"};
constexpr VerbWord attended = {"http://adlnet.gov/expapi/verbs/attended", "attended"};
constexpr VerbWord exited = {"http://adlnet.gov/expapi/verbs/exited", "exited"};
constexpr VerbWord commented = {"http://adlnet.gov/expapi/verbs/commented", "commented"};
constexpr VerbWord registered = {"http://adlnet.gov/expapi/verbs/registered", "registered"};
constexpr VerbWord initialized = {"http://adlnet.gov/expapi/verbs/initialized", "initialized"};
constexpr VerbWord opened = {"http://activitystrea.ms/schema/1.0/open", "opened"};
constexpr VerbWord closed = {"http://activitystrea.ms/schema/1.0/close", "closed"};
constexpr VerbWord hosted = {"http://activitystrea.ms/schema/1.0/host", "hosted"};
constexpr VerbWord installed = {"http://activitystrea.ms/schema/1.0/install", "installed"};
constexpr VerbWord removed = {"http://activitystrea.ms/schema/1.0/remove", "removed"};
constexpr VerbWord rejected = {"http://activitystrea.ms/schema/1.0/reject", "rejected"};
constexpr VerbWord updated = {"http://activitystrea.ms/schema/1.0/update", "updated"};
constexpr VerbWord submitted = {"http://activitystrea.ms/schema/1.0/submit", "submitted"};

struct KindRow {
    RecordKind kind;
    VerbWord verb;   // where the body does not choose another: verb_of()
    About about;
};
constexpr std::array kind_rows = {
    KindRow{RecordKind::boot, initialized, About::terminal},
    KindRow{RecordKind::signed_in, logged_in, About::terminal},
    KindRow{RecordKind::signed_out, logged_out, About::terminal},
    KindRow{RecordKind::study_interval, experienced, About::item},
    KindRow{RecordKind::abandoned, abandoned, About::item},
    KindRow{RecordKind::quiz_answered, answered, About::question},
    KindRow{RecordKind::quiz_finished, completed, About::quiz},
    KindRow{RecordKind::activity_opened, opened, About::activity},
    KindRow{RecordKind::activity_closed, closed, About::activity},
    KindRow{RecordKind::attended, attended, About::activity},
    KindRow{RecordKind::reflection, commented, About::item},
    KindRow{RecordKind::sign_up, registered, About::activity},
    KindRow{RecordKind::guest_visit, hosted, About::activity},
    KindRow{RecordKind::pack_installed, installed, About::pack},
    KindRow{RecordKind::pack_removed, removed, About::pack},
    KindRow{RecordKind::pack_refused, rejected, About::pack},
    KindRow{RecordKind::admin_action, updated, About::action},
    KindRow{RecordKind::health, submitted, About::action},
};

struct AboutRow {
    About about;
    std::string_view place, member, type;  // the id is home_page + place + what the body's member says
};
constexpr std::array about_rows = {
    AboutRow{About::terminal, "kiosks/", "", "http://activitystrea.ms/schema/1.0/device"},
    AboutRow{About::action, "actions/", "action", "http://activitystrea.ms/schema/1.0/task"},
    AboutRow{About::item, "items/", "item", "http://adlnet.gov/expapi/activities/module"},
    AboutRow{About::question, "questions/", "question", "http://adlnet.gov/expapi/activities/cmi.interaction"},
    AboutRow{About::quiz, "quizzes/", "theme", "http://adlnet.gov/expapi/activities/assessment"},
    AboutRow{About::activity, "activities/", "activity", "http://adlnet.gov/expapi/activities/meeting"},
    AboutRow{About::pack, "packs/", "pack", "http://adlnet.gov/expapi/activities/course"},
};

template <class Table, class Key, class Row>
const Row& row_of(const Table& table, Key Row::*key, Key wanted) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const Row& r) { return r.*key == wanted; });
    insist(row != table.end(), "a kind of record without a statement");
    return *row;
}

VerbWord verb_of(const KindRow& row, JsonValue body) {
    if (row.kind == RecordKind::study_interval && body["label"].string() == "media") return played;
    if (row.kind == RecordKind::quiz_finished && body["passed"].is_boolean()) return body["passed"].boolean() ? passed : failed;
    if (row.kind == RecordKind::attended && body["as"].string() == "left_early") return exited;
    return row.verb;
}

std::string_view type_of(const AboutRow& row, JsonValue body) {
    if (row.about != About::item) return row.type;
    const std::string_view label = body["label"].string();
    if (label == "media") return "http://adlnet.gov/expapi/activities/media";
    if (label == "reading") return "http://activitystrea.ms/schema/1.0/article";
    if (label == "quiz") return "http://adlnet.gov/expapi/activities/assessment";
    return row.type;
}

// JSON by plain appends: every statement a terminal tells is written once there and once more at the centre, to be compared.
void append_number(std::string& out, double number) { fmt::format_to(std::back_inserter(out), "{}", number); }

std::string thing_id(const AboutRow& row, const Record& record, JsonValue body, const StatementTerms& terms) {
    std::string_view name = row.about == About::terminal ? std::string_view(record.kiosk.text) : body[row.member].string();
    if (name.empty() && record.kind == RecordKind::health) name = body["what"].string();
    // A guest who came to no activity came to the terminal.
    if (name.empty() && row.about == About::activity) return terms.home_page + "kiosks/" + percent_encoded(record.kiosk.text);
    return terms.home_page + std::string(row.place) + (name.empty() ? "unknown" : percent_encoded(name));
}

// A language map and a comma; nothing where no language has a word.
void write_titles(std::string& out, std::string_view key, std::string_view zh, std::string_view en) {
    if (zh.empty() && en.empty()) return;
    (out += '"').append(key) += "\":{";
    if (!zh.empty()) append_json_string(out += "\"zh-CN\":", zh);
    if (!en.empty()) append_json_string(out += zh.empty() ? "\"en\":" : ",\"en\":", en);
    out += "},";
}

// What `write` appends is told as a part.
template <class Write>
TextPart part_of(std::string& out, Write write) {
    const std::size_t begin = out.size();
    write();
    return {begin, out.size() - begin};
}
TextPart text_part(std::string& out, std::string_view text) {
    const std::size_t begin = out.size() + 1;
    append_json_string(out, text);
    return {begin, out.size() - begin - 1};
}

void write_object(std::string& out, const Record& record, JsonValue body, About about, const StatementTerms& terms, StatementParts& parts) {
    const AboutRow& row = row_of(about_rows, &AboutRow::about, about);
    out += R"(,"object":{"objectType":"Activity","id":)";
    parts.object.id = text_part(out, thing_id(row, record, body, terms));
    out += R"(,"definition":)";
    parts.object.definition = part_of(out, [&] {
        out += '{';
        if (body["title"].is_object()) write_titles(out, "name", body["title"]["zh"].string(), body["title"]["en"].string());
        else if (about == About::activity) write_titles(out, "name", body["name"].string(), "");
        append_json_string(out += "\"type\":", type_of(row, body));
        if (about == About::question) {
            constexpr std::array<std::string_view, 10> interactions = {"true-false", "choice",      "fill-in",  "long-fill-in", "matching",
                                                                       "performance", "sequencing", "likert", "numeric",      "other"};
            const std::string_view named = body["interaction"].string();
            append_json_string(out += ",\"interactionType\":", std::find(interactions.begin(), interactions.end(), named) != interactions.end() ? named : "other");
        }
        out += '}';
    });
    out += '}';
}

// "PT12.5S"; nothing for what is no span.
std::optional<std::string> duration_of(JsonValue ms) {
    const double value = ms.number();
    if (!ms.is_number() || !(value >= 0) || value > 1e15) return std::nullopt;
    const auto whole = static_cast<std::int64_t>(value);
    std::string text = "PT" + std::to_string(whole / 1000);
    if (const auto rest = static_cast<unsigned>(whole % 1000); rest != 0) {
        text += {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10), static_cast<char>('0' + rest % 10)};
        while (text.back() == '0') text.pop_back();
    }
    return text + "S";
}

// An empty result is left out.
void write_result(std::string& out, const Record& record, JsonValue body) {
    bool open = false;
    const auto key = [&](std::string_view words) -> std::string& { return (out += std::exchange(open, true) ? "," : ",\"result\":{").append(words); };
    const bool answer = record.kind == RecordKind::quiz_answered, finished = record.kind == RecordKind::quiz_finished;
    const JsonValue score = answer ? body["score"] : finished ? body["percent"] : JsonValue();
    const double raw = score.number(), most = answer ? 1 : 100;
    if (score.is_number() && raw >= 0 && raw <= most) {
        append_number(key(R"("score":{"scaled":)"), raw / most);
        append_number(out += ",\"raw\":", raw);
        append_number(out += ",\"min\":0,\"max\":", most);
        out += '}';
    }
    const JsonValue success = answer ? body["right"] : finished ? body["passed"] : JsonValue();
    if (success.is_boolean()) key("\"success\":") += success.boolean() ? "true" : "false";
    if (finished) key("\"completion\":true");
    const JsonValue response = answer ? body["response"] : record.kind == RecordKind::reflection ? body["text"] : JsonValue();
    if (response.is_string()) append_json_string(key("\"response\":"), response.string());
    if (const auto duration = duration_of(body["ms"])) append_json_string(key("\"duration\":"), *duration);
    if (open) out += '}';
}

bool is_lower_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return std::string_view("89ab").find(text[19]) != std::string_view::npos;
}

// The visit. Old sessions may be no UUIDs: the same name is the same UUID always (RFC 9562 §5.8).
std::string registration_of(std::string_view session) {
    if (is_lower_uuid(session)) return std::string(session);
    Digest hash = sha256("xinghuo session\n" + std::string(session));
    hash[6] = static_cast<std::uint8_t>((hash[6] & 0x0f) | 0x80);
    hash[8] = static_cast<std::uint8_t>((hash[8] & 0x3f) | 0x80);
    const std::string hex = to_hex(std::span(hash).first(16));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

ActivityPart write_grouping(std::string& out, About about, std::string_view name, const StatementTerms& terms) {
    const AboutRow& row = row_of(about_rows, &AboutRow::about, about);
    ActivityPart part;
    out += R"({"objectType":"Activity","id":)";
    part.id = text_part(out, terms.home_page + std::string(row.place) + percent_encoded(name));
    out += R"(,"definition":)";
    part.definition = part_of(out, [&] {
        append_json_string(out += "{\"type\":", row.type);
        out += '}';
    });
    out += '}';
    return part;
}

void write_context(std::string& out, const Record& record, JsonValue body, const StatementTerms& terms, StatementParts& parts) {
    out += ",\"context\":{";
    if (const std::string_view session = body["session"].string(); !session.empty()) {
        parts.registration = text_part(out += "\"registration\":", registration_of(session));
        out += ',';
    }
    out += R"("contextActivities":{"grouping":[)";
    if (const std::string_view pack = body["pack"].string(); !pack.empty()) {
        parts.pack = write_grouping(out, About::pack, pack, terms);
        out += ',';
    }
    parts.terminal = write_grouping(out, About::terminal, record.kiosk.text, terms);
    out += "]}";
    if (const std::string_view revision = body["pack_version"].string(); !revision.empty()) append_json_string(out += ",\"revision\":", revision);
    out += R"(,"platform":"xinghuo")";
    // Of the words the visitor saw, where the record knows it; what it does not know is not said.
    if (const std::string_view lang = body["lang"].string(); lang == "zh" || lang == "en") out += lang == "zh" ? R"(,"language":"zh-CN")" : R"(,"language":"en")";
    ((out += ",\"extensions\":{\"") += record_extension) += "\":";
}

// The same value, however its members are ordered and its numbers written.
bool same_value(JsonValue a, JsonValue b) {
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case JsonValue::Kind::missing:
        case JsonValue::Kind::null: return true;
        case JsonValue::Kind::boolean: return a.boolean() == b.boolean();
        case JsonValue::Kind::number: return a.number() == b.number();
        case JsonValue::Kind::string: return a.string() == b.string();
        case JsonValue::Kind::array: {
            if (a.size() != b.size()) return false;
            auto other = b.items().begin();
            for (const JsonValue item : a.items()) {
                if (!same_value(item, *other)) return false;
                ++other;
            }
            return true;
        }
        case JsonValue::Kind::object: break;
    }
    if (a.size() != b.size()) return false;
    for (const JsonValue member : a.items())
        if (!same_value(member, b[member.key()])) return false;
    return true;
}

// All that ours says is said by theirs; beyond it theirs has only what a store adds. The member that differs; empty: none.
std::string differing_member(JsonValue ours, JsonValue theirs) {
    for (const JsonValue member : ours.items())
        if (!same_value(member, theirs[member.key()])) return std::string(member.key());
    for (const JsonValue member : theirs.items()) {
        const std::string_view key = member.key();
        if (!ours[key].exists() && key != "stored" && key != "authority" && key != "version") return std::string(key);
    }
    return {};
}

}  // namespace

StatementParts write_statement_head(std::string& out, const Record& record, JsonValue body, const StatementTerms& terms) {
    const KindRow& row = row_of(kind_rows, &KindRow::kind, record.kind);
    const VerbWord verb = verb_of(row, body);
    StatementParts parts;
    append_json_string(out += "{\"id\":", record.id);
    append_json_string(out += R"(,"actor":{"objectType":"Agent","account":{"homePage":)", terms.home_page);
    append_json_string(out += ",\"name\":", record.member.empty() ? record.kiosk.text : record.member.text);
    parts.verb = text_part(out += "}},\"verb\":{\"id\":", verb.iri);
    append_json_string(out += R"(,"display":{"en":)", verb.display);
    out += "}}";
    write_object(out, record, body, row.about, terms, parts);
    write_result(out, record, body);
    write_context(out, record, body, terms, parts);
    return parts;
}

void write_statement_tail(std::string& out, const Record& record, const std::optional<Signature>& signature) {
    constexpr std::int64_t end_of_9999 = 253'402'300'799'999;  // RFC 3339 knows no later year
    if (signature) (((((out += ",\"") += signature_extension) += "\":\"") += to_hex(*signature)) += '"');
    ((out += "}},\"timestamp\":\"") += iso_from_wall_time({std::clamp<std::int64_t>(record.at.unix_ms, 0, end_of_9999)})) += "\"}";
}

std::string statement_of(const Record& record, const std::optional<Signature>& signature, const StatementTerms& terms) {
    // A body is JSON; one that somebody broke says nothing here and is still carried as it is.
    const auto tree = JsonTree::parse(record.body);
    std::string out;
    out.reserve(1200 + 2 * record.body.size());
    write_statement_head(out, record, tree ? tree->root() : JsonValue(), terms);
    append_json_string(out, to_json(record));
    write_statement_tail(out, record, signature);
    return out;
}

bool is_in_bounds(const Record& record) {
    constexpr std::int64_t most = std::int64_t{1} << 53, most_ms = 500'000'000'000'000;  // beyond what RFC 3339 can write: clocks without a battery say much
    return record.seq >= 1 && record.seq <= most && record.boot >= 0 && record.boot <= most && record.mono_ms >= 0 && record.mono_ms <= most_ms &&
           record.at.unix_ms >= -most_ms && record.at.unix_ms <= most_ms;
}

Result<std::optional<CarriedRecord>> carried_record(std::string_view statement_json) {
    // Most statements of others carry none; a look is cheaper than a parse, and an escaped name is none of ours.
    if (statement_json.find(record_extension) == std::string_view::npos) return std::optional<CarriedRecord>();
    auto theirs = JsonTree::parse(std::string(statement_json));
    if (!theirs) return theirs.error();
    const JsonValue extensions = theirs->root()["context"]["extensions"];
    const JsonValue line = extensions[record_extension];
    if (!line.exists()) return std::optional<CarriedRecord>();
    if (!line.is_string()) return Error{ErrorKind::invalid, "the record it carries is no text"};
    auto record = record_from_json(line.string());
    if (!record) return record.error().within("the record it carries");
    if (!is_in_bounds(*record)) return Error{ErrorKind::invalid, fmt::format("record {}: a number in it is none that a terminal counts", record->seq)};
    if (sha256(hashed_part(*record)) != record->hash) return Error{ErrorKind::invalid, fmt::format("record {}: its hash is not its own", record->seq)};
    std::optional<Signature> signature;
    if (const JsonValue hex = extensions[signature_extension]; hex.exists()) {
        const auto bytes = from_hex(hex.string());
        if (!bytes || bytes->size() != std::tuple_size_v<Signature>) return Error{ErrorKind::invalid, fmt::format("record {}: its signature is none", record->seq)};
        signature.emplace();
        std::copy(bytes->begin(), bytes->end(), signature->begin());
    }
    const StatementTerms terms{std::string(theirs->root()["actor"]["account"]["homePage"].string())};
    std::string again = statement_of(*record, signature, terms);
    if (again != statement_json) {
        const auto ours = JsonTree::parse(std::move(again));
        if (!ours) return ours.error();
        if (const std::string member = differing_member(ours->root(), theirs->root()); !member.empty())
            return Error{ErrorKind::invalid, fmt::format("record {}: the statement around it says something else ({})", record->seq, member)};
    }
    return std::optional<CarriedRecord>(CarriedRecord{std::move(*record), signature});
}

}  // namespace xinghuo
