#include "sync/server/statement.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "content/base/crypto.h"
#include "sync/server/statement_fingerprint.h"
#include "sync/server/statement_formats.h"
#include "sync/server/statement_shape.h"

namespace xinghuo {
namespace {

using P = StatementPlace;

constexpr std::string_view voided_verb = "http://adlnet.gov/expapi/verbs/voided";

// What filters look for and what is kept beside a statement, gathered in one walk.
class StatementIndex {
public:
    StatementIndex(NewStatement& out, JsonValue statement, std::string_view authority_json) : out_(out) {
        walk(statement, P::statement, false);
        const JsonValue actor = statement["actor"], object = statement["object"];
        agents(actor, StatementKey::agent);
        const P what = resolved(P::object, object);
        if (what == P::actor) agents(object, StatementKey::agent);
        if (what == P::activity) key(StatementKey::activity, object["id"].string());
        key(StatementKey::verb, statement["verb"]["id"].string());
        const JsonValue registration = statement["context"]["registration"];
        if (registration.is_string()) key(StatementKey::registration, lower_ascii(registration.string()));
        if (what == P::reference) {
            out.refers_to = lower_ascii(object["id"].string());
            if (statement["verb"]["id"].string() == voided_verb) out.voids = out.refers_to;
        }
        if (const auto authority = JsonTree::parse(std::string(authority_json))) agents(authority->root(), StatementKey::related_agent);
        std::sort(out.keys.begin(), out.keys.end());
        out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
    }

private:
    void key(StatementKey kind, std::string_view text) { out_.keys.push_back(statement_key(kind, text)); }

    void agents(JsonValue actor, StatementKey kind) {
        if (const std::string id = agent_key(actor); !id.empty()) key(kind, id);
        for (const JsonValue member : actor["member"].items()) agents(member, kind);
    }

    void activity(JsonValue value) {
        const std::string_view iri = value["id"].string();
        const JsonValue definition = value["definition"];
        key(StatementKey::related_activity, iri);
        const auto [known, fresh] = places_.emplace(iri, out_.activities.size());
        if (fresh) {
            out_.activities.emplace_back(iri, definition.exists() ? definition.text() : std::string_view("{}"));
        } else if (definition.exists()) {
            std::string& before = out_.activities[known->second].second;
            before = merged_definition(before, definition.text());
        }
    }

    // Everything below that is an actor, an activity or an attachment. `inside`: of a SubStatement.
    void walk(JsonValue value, P place, bool inside) {
        for (const JsonValue member : value.items()) {
            const std::string_view key = member.key();
            if (place == P::statement && !inside && key == "authority") continue;  // ours takes its place
            found(member, place_of(place, key, member), inside);
        }
    }

    void found(JsonValue value, P place, bool inside) {
        switch (place) {
            case P::actor: return agents(value, StatementKey::related_agent);
            case P::activity: return activity(value);
            case P::statement: return walk(value, place, true);
            case P::context:
            case P::context_activities:
            case P::context_agent: return walk(value, place, inside);
            case P::activities:
            case P::context_agents:
                for (const JsonValue item : value.items()) found(item, place_of_item(place), inside);
                return;
            case P::attachments:
                for (const JsonValue item : value.items()) out_.attachments.push_back(lower_ascii(item["sha2"].string()));
                return;
            default: return;
        }
    }

    NewStatement& out_;
    std::unordered_map<std::string_view, std::size_t> places_;  // of each activity in out_.activities; a statement may have a great many
};

// A value's text as it was written, but for what must be said otherwise: one activity where a list belongs becomes a list (Data 2.4.6.2), and in 2.0 a
// moment is said in UTC.
class KeptText {
public:
    KeptText(std::string& out, XapiVersion version) : out_(out), version_(version) {}

    void write(JsonValue value, P place) {
        const std::string_view text = value.text();
        changes_.clear();
        find(value, place);
        std::size_t from = 0;
        for (const KeptChange& change : changes_) {
            const auto at = static_cast<std::size_t>(change.old.data() - text.data());
            out_ += text.substr(from, at - from);
            out_ += change.text;
            from = at + change.old.size();
        }
        out_ += text.substr(from);
    }

private:
    struct KeptChange {
        std::string_view old;  // a part of the text
        std::string text;
    };

    void find(JsonValue value, P place) {
        if (place == P::timestamp && version_ == XapiVersion::v2_0_0) {
            std::string utc = timestamp_in_utc(value.string());
            if (utc != value.string()) changes_.push_back({value.text(), '"' + utc + '"'});
        }
        if (place != P::statement && place != P::context && place != P::context_activities) return;
        for (const JsonValue member : value.items()) {
            const P inside = place_of(place, member.key(), member);
            if (place == P::context_activities && member.is_object()) changes_.push_back({member.text(), '[' + std::string(member.text()) + ']'});
            else find(member, inside);
        }
    }

    std::string& out_;
    XapiVersion version_;
    std::vector<KeptChange> changes_;
};

void member(std::string& out, std::string_view key, std::string_view json) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += key;
    out += "\":";
    out += json;
}

std::string in_quotes(std::string_view plain) { return '"' + std::string(plain) + '"'; }

}  // namespace

std::string_view text_of(XapiVersion version) { return version == XapiVersion::v1_0_3 ? "1.0.3" : "2.0.0"; }

std::string agent_key(JsonValue agent) {
    for (const JsonValue member : agent.items()) {
        const std::string_view key = member.key();
        if (key == "mbox") return comparable_mailto(member.string());
        if (key == "mbox_sha1sum") return "sha1|" + lower_ascii(member.string());
        if (key == "openid") return "openid|" + std::string(member.string());
        if (key == "account") return "account|" + std::string(member["homePage"].string()) + '|' + std::string(member["name"].string());
    }
    return {};
}

NewStatement new_statement(JsonValue statement, const StatementContext& context) {
    NewStatement made;
    const JsonValue id = statement["id"], timestamp = statement["timestamp"], version = statement["version"];
    made.id = id.exists() ? lower_ascii(id.string()) : uuid_v7(context.stored);
    const std::string stored = in_quotes(iso_from_wall_time(context.stored));
    std::string& json = made.json;
    json.reserve(statement.text().size() + context.authority_json.size() + 160);
    json += '{';
    if (!id.exists()) member(json, "id", in_quotes(made.id));
    KeptText kept(json, context.version);
    for (const JsonValue part : statement.items()) {
        const std::string_view key = part.key();
        if (key == "stored" || key == "authority") continue;
        member(json, key, {});
        kept.write(part, place_of(P::statement, key, part));
    }
    if (!timestamp.exists()) member(json, "timestamp", stored);
    member(json, "stored", stored);
    member(json, "authority", context.authority_json);
    if (!version.exists()) member(json, "version", context.version == XapiVersion::v1_0_3 ? "\"1.0.0\"" : "\"2.0.0\"");
    json += '}';
    made.fingerprint = statement_fingerprint(statement);
    StatementIndex(made, statement, context.authority_json);
    return made;
}

}  // namespace xinghuo
