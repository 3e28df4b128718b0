#include "sync/told.h"

#include <algorithm>
#include <set>

#include "content/base/gzip.h"
#include "content/base/json.h"

namespace xinghuo {
namespace {

Error broken(std::string what) { return {ErrorKind::invalid, std::move(what)}; }

Result<void> only(const JsonNode& node, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : node.members())
        if (std::find(known.begin(), known.end(), name) == known.end()) return broken((value.path().empty() ? name : value.path()) + ": unknown");
    return {};
}

Result<void> head_of(JsonDocument& document, std::string_view json, std::initializer_list<std::string_view> known) {
    if (auto parsed = document.parse(json); !parsed) return parsed;
    if (!document.root().is_object()) return broken("an object was expected");
    if (document.root()["schema_version"].integer_or(0) != 1) return broken("schema_version: 1 was expected");
    return only(document.root(), known);
}

bool is_opaque(const std::string& id) {
    return !id.empty() && id.size() <= 80 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

WallTime time_of(const JsonNode& node) {
    const WallTime at = wall_time_from_iso(node.string());
    if (at.unix_ms == 0) node.refuse("no time; write it as 2026-11-21T09:00:00+08:00");
    return at;
}

Result<void> take_id(const JsonNode& node, std::set<std::string>& ids, std::string& id) {
    id = node.string();
    if (!is_opaque(id)) return broken(node.path() + ": no id (1 to 80 letters, digits, - _ .)");
    if (!ids.insert(id).second) return broken(node.path() + ": stands twice");
    return {};
}

// "2026-09-01".
Result<std::int64_t> day_of(const JsonNode& node) {
    const std::string text = node.string();
    const WallTime noon = wall_time_from_iso(text + "T12:00:00+08:00");
    if (text.size() != 10 || noon.unix_ms == 0) return broken(node.path() + ": no day; write it as 2026-09-01");
    return china_day(noon);
}

// A value as JSON again.
std::string value_json(const JsonNode& node) {
    JsonWriter out;
    if (node.is_string()) out.value(node.string());
    else if (node.is_boolean()) out.value(node.boolean());
    else if (node.is_integer()) out.value(node.integer());
    else out.value(node.number());
    return out.text();
}

std::string policy_json(const JsonNode& node) {
    JsonWriter out;
    out.object();
    for (const auto& [name, value] : node.members()) {
        out.key(name);
        if (!value.is_object()) {
            if (value.is_string()) out.value(value.string());
            else if (value.is_boolean()) out.value(value.boolean());
            else if (value.is_integer()) out.value(value.integer());
            else out.value(value.number());
            continue;
        }
        out.object();
        for (const auto& [inner, number] : value.members()) {
            out.key(inner);
            if (number.is_integer()) out.value(number.integer());
            else out.value(number.number());
        }
        out.end();
    }
    return out.end().text();
}

Result<std::string> unpacked(const Bytes& sealed, const SigningKey& key) {
    auto packed = unsealed_by(key, sealed);
    if (!packed) return Error{ErrorKind::untrusted, "sealed with a key this terminal does not have"};
    return gunzipped(*packed, told_plain_limit_bytes);
}

}  // namespace

std::string_view name_of(ToldKind kind) {
    switch (kind) {
        case ToldKind::roster: return "roster";
        case ToldKind::activities: return "activities";
        case ToldKind::notices: return "notices";
        case ToldKind::settings: return "settings";
    }
    return "";
}

Result<ToldKind> told_kind(std::string_view name) {
    for (const ToldKind kind : told_kinds)
        if (name_of(kind) == name) return kind;
    return broken("\"" + std::string(name) + "\" is nothing a centre tells; there are roster, activities, notices and settings");
}

std::string told_target(ToldKind kind, std::int64_t organisation) {
    return std::string(kind == ToldKind::roster ? "rosters" : name_of(kind)) + "/" + std::to_string(organisation) + ".json";
}

std::string kiosk_place(const KioskId& kiosk) {
    const Digest hash = sha256("xinghuo place of " + kiosk.text);
    return to_hex(std::span(hash).first(16));
}

std::string keys_target(const KioskId& kiosk) { return "kiosks/" + kiosk_place(kiosk) + "/keys.json"; }

std::string reading_key_id(const SigningKey& key) {
    const PublicKey& reader = key.public_key();
    const Digest hash = sha256({reinterpret_cast<const char*>(reader.data()), reader.size()});
    return to_hex(std::span(hash).first(8));
}

std::string sealed_told(ToldKind kind, std::int64_t organisation, std::int64_t version, std::string_view document, const SigningKey& reading_key) {
    JsonWriter out;
    out.object().key("schema_version").value(1).key("kind").value(name_of(kind)).key("organisation").value(organisation).key("version").value(version);
    out.key("key").value(reading_key_id(reading_key));
    out.key("sealed").value(to_base64url(sealed_to(reading_key.public_key(), gzipped(document)))).end();
    return out.text() + "\n";
}

Result<ToldDocument> unsealed_told(std::string_view json, ToldKind kind, std::int64_t organisation, const SigningKey& reading_key) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "kind", "organisation", "version", "key", "sealed"}); !read) return read.error();
    const JsonNode root = document.root();
    ToldDocument told;
    told.head = {root["kind"].string(), root["organisation"].integer(), root["version"].integer()};
    const std::string key = root["key"].string(), text = root["sealed"].string();
    if (!document.good()) return document.error();
    if (told.head.kind != name_of(kind) || told.head.organisation != organisation) return broken("it is something else than its name says");
    if (key != reading_key_id(reading_key)) return Error{ErrorKind::untrusted, "sealed with a key this terminal does not have"};
    const auto sealed = from_base64url(text);
    if (!sealed) return sealed.error();
    auto plain = unpacked(*sealed, reading_key);
    if (!plain) return plain.error();
    told.document = std::move(*plain);
    return told;
}

std::string sealed_keys(const KioskId& kiosk, const PublicKey& reader, std::int64_t organisation, std::int64_t version, const Digest& reading_seed,
                        const std::optional<PublicKey>& centre_key) {
    JsonWriter inside;
    inside.object().key("kiosk").value(kiosk.text).key("organisation").value(organisation).key("key").value(to_hex(reading_seed));
    inside.key("id").value(reading_key_id(SigningKey::from_seed(reading_seed)));
    if (centre_key) inside.key("centre_key").value(to_hex(*centre_key));
    inside.end();
    JsonWriter out;
    out.object().key("schema_version").value(1).key("kind").value("keys").key("organisation").value(organisation).key("version").value(version);
    out.key("sealed").value(to_base64url(sealed_to(reader, inside.text()))).end();
    return out.text() + "\n";
}

Result<ToldKeys> unsealed_keys(std::string_view json, const KioskId& kiosk, const SigningKey& device) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "kind", "organisation", "version", "sealed"}); !read) return read.error();
    ToldKeys keys{document.root()["organisation"].integer(), document.root()["version"].integer(), {}, {}};
    const std::string kind = document.root()["kind"].string(), text = document.root()["sealed"].string();
    if (!document.good()) return document.error();
    const auto sealed = from_base64url(text);
    if (kind != "keys" || !sealed) return broken("it holds no keys");
    const auto plain = unsealed_by(device, *sealed);
    if (!plain) return Error{ErrorKind::untrusted, "sealed to another terminal"};
    JsonDocument inside;
    if (auto parsed = inside.parse(*plain); !parsed) return parsed.error();
    const std::string whose = inside.root()["kiosk"].string();
    const auto seed = from_hex(inside.root()["key"].string());
    const std::string centre = inside.root()["centre_key"].string_or("");
    const bool same = inside.root()["organisation"].integer() == keys.organisation;
    if (!inside.good()) return inside.error();
    if (whose != kiosk.text || !same) return Error{ErrorKind::untrusted, "meant for another terminal"};
    if (!seed || seed->size() != keys.reading_seed.size()) return broken("the key is none");
    std::copy(seed->begin(), seed->end(), keys.reading_seed.begin());
    if (!centre.empty()) {
        const auto key = from_hex(centre);
        if (!key || key->size() != PublicKey().size()) return broken("the centre's key is none");
        std::copy(key->begin(), key->end(), keys.centre_key.emplace().begin());
    }
    return keys;
}

Result<RosterFile> read_told_roster(std::string_view json) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "members"}); !read) return read.error();
    const auto members = document.root()["members"].items(100'000);
    Table table;
    table.rows.push_back({1, {"member_no", "name", "branch", "card", "pinyin", "host"}});
    std::vector<std::string> ids;
    std::set<std::string> known;
    bool has_card = false, has_pinyin = false, has_host = false;
    for (const JsonNode& one : members) {
        if (auto good = only(one, {"id", "number", "name", "branch", "card", "pinyin", "host"}); !good) return good.error();
        std::string id;
        if (auto taken = take_id(one["id"], known, id); !taken) return taken.error();
        ids.push_back(std::move(id));
        has_card = has_card || one["card"].exists();
        has_pinyin = has_pinyin || one["pinyin"].exists();
        has_host = has_host || one["host"].exists();
        table.rows.push_back({table.rows.size() + 1, {one["number"].string(), one["name"].string(), one["branch"].string(), one["card"].string_or(""), one["pinyin"].string_or(""),
                         one["host"].boolean_or(false) ? "yes" : ""}});
    }
    if (!document.good()) return document.error();
    auto file = read_roster(table);
    if (!file) return file.error();
    if (!file->problems.empty()) return broken(file->problems.front().what);
    if (file->rows.size() != ids.size()) return broken("a member stands in an empty row");
    for (std::size_t i = 0; i < ids.size(); ++i) file->rows[i].id.text = ids[i];
    file->has_card = has_card;
    file->has_pinyin = has_pinyin;
    file->has_host = has_host;
    return file;
}

std::string told_roster_json(const RosterFile& roster) {
    JsonWriter out;
    out.object().key("schema_version").value(1).key("members").array();
    for (const RosterRow& row : roster.rows) {
        out.object().key("id").value(row.id.text).key("number").value(row.number).key("name").value(row.name).key("branch").value(row.branch);
        if (roster.has_card) out.key("card").value(row.card);
        if (roster.has_pinyin) out.key("pinyin").value(row.pinyin);
        if (roster.has_host) out.key("host").value(row.host);
        out.end();
    }
    return out.end().end().text();
}

Result<std::vector<PlannedActivity>> read_told_activities(std::string_view json) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "activities"}); !read) return read.error();
    std::vector<PlannedActivity> all;
    std::set<std::string> ids;
    for (const JsonNode& one : document.root()["activities"].items(5'000)) {
        if (auto good = only(one, {"id", "name", "type", "branch", "planned", "late_after_min", "host"}); !good) return good.error();
        PlannedActivity planned;
        if (auto taken = take_id(one["id"], ids, planned.id); !taken) return taken.error();
        planned.plan.name = one["name"].string();
        planned.plan.type = one["type"].string();
        planned.plan.branch = one["branch"].string_or("");
        planned.plan.planned = time_of(one["planned"]);
        planned.plan.late_after_min = static_cast<int>(std::clamp<std::int64_t>(one["late_after_min"].integer_or(5), -1, 1'000));
        planned.plan.host.text = one["host"].string_or("");
        if (!document.good()) return document.error();
        Moment on_the_day;  // when it is opened the date is looked at again
        if (const PlanFault fault = plan_fault(planned.plan, on_the_day); fault != PlanFault::none && fault != PlanFault::planned) {
            const bool name = fault == PlanFault::name || fault == PlanFault::name_long;
            return broken(one.path() + (name ? ".name: 1 to 60 characters" : fault == PlanFault::type ? ".type: unknown" : ".late_after_min: 0 to 240"));
        }
        if (planned.plan.branch.size() > 400 || planned.plan.host.text.size() > 80) return broken(one.path() + ": too long");
        all.push_back(std::move(planned));
    }
    if (!document.good()) return document.error();
    return all;
}

Result<std::vector<CentreNotice>> read_told_notices(std::string_view json) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "notices"}); !read) return read.error();
    std::vector<CentreNotice> all;
    std::set<std::string> ids;
    for (const JsonNode& one : document.root()["notices"].items(500)) {
        if (auto good = only(one, {"id", "title", "text", "from", "until"}); !good) return good.error();
        CentreNotice notice;
        if (auto taken = take_id(one["id"], ids, notice.id); !taken) return taken.error();
        notice.title = one["title"].bilingual();
        notice.text = one["text"].bilingual();
        notice.from = time_of(one["from"]);
        notice.until = time_of(one["until"]);
        if (!document.good()) return document.error();
        if (notice.title.zh.empty() || notice.title.zh.size() > 400 || notice.title.en.size() > 400) return broken(one.path() + ".title: empty or too long");
        if (notice.text.zh.size() > 8'000 || notice.text.en.size() > 8'000) return broken(one.path() + ".text: too long");
        if (notice.until.unix_ms <= notice.from.unix_ms) return broken(one.path() + ".until: before it begins");
        all.push_back(std::move(notice));
    }
    if (!document.good()) return document.error();
    return all;
}

Result<ToldSettings> read_told_settings(std::string_view json) {
    JsonDocument document;
    if (auto read = head_of(document, json, {"schema_version", "policy", "settings"}); !read) return read.error();
    ToldSettings told;
    std::set<std::int64_t> days;
    if (document.root()["policy"].exists()) {
        for (const JsonNode& one : document.root()["policy"].items(policy_limit)) {
            if (auto good = only(one, {"from", "policy"}); !good) return good.error();
            const auto day = day_of(one["from"]);
            if (!document.good()) return document.error();
            if (!day) return day.error();
            if (!days.insert(*day).second) return broken(one["from"].path() + ": stands twice");
            if (!one["policy"].is_object()) return broken(one.path() + ".policy: missing");
            const std::string text = policy_json(one["policy"]);
            if (!document.good()) return document.error();
            auto policy = read_policy(text);
            if (!policy) return policy.error().within(one.path());
            told.policy.push_back({*day, std::move(*policy)});
        }
    }
    if (document.root()["settings"].exists()) {
        for (const auto& [name, value] : document.root()["settings"].members()) {
            if (!is_centre_setting(name)) return broken("\"" + name + "\" is no setting a centre may make");
            std::string text = value_json(value);
            if (!document.good()) return document.error();
            if (auto good = check_centre_setting(name, text); !good) return good.error();
            told.settings.emplace(name, std::move(text));
        }
    }
    if (!document.good()) return document.error();
    return told;
}

Result<void> check_told(ToldKind kind, std::string_view json) {
    const auto good = [](const auto& read) { return read ? Result<void>() : Result<void>(read.error()); };
    switch (kind) {
        case ToldKind::roster: return good(read_told_roster(json));
        case ToldKind::activities: return good(read_told_activities(json));
        case ToldKind::notices: return good(read_told_notices(json));
        case ToldKind::settings: return good(read_told_settings(json));
    }
    return {};
}

}  // namespace xinghuo
