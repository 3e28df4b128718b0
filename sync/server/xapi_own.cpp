// The short way for the statements of our own terminals: nearly all that ever arrive.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "sync/own_statement.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

// What all statements of a batch have in common.
struct BatchWords {
    std::string end;                             // what the centre adds to each
    std::vector<std::int64_t> authority_keys;
};

void agent_keys(JsonValue agent, std::vector<std::int64_t>& keys) {
    if (const std::string id = agent_key(agent); !id.empty()) keys.push_back(statement_key(StatementKey::related_agent, id));
    for (const JsonValue member : agent["member"].items()) agent_keys(member, keys);
}

std::optional<BatchWords> words_of(const XapiRequest& request) {
    const std::string& authority = request.call.caller->authority_json;
    const auto tree = JsonTree::parse(authority);
    if (!tree) return std::nullopt;
    BatchWords words;
    agent_keys(tree->root(), words.authority_keys);
    words.end = ",\"stored\":\"" + iso_from_wall_time(request.call.now) + "\",\"authority\":" + authority + ",\"version\":\"1.0.0\"}";
    return words;
}

bool is_lower_case_uuid(std::string_view id) { return is_uuid(id) && std::none_of(id.begin(), id.end(), [](char c) { return c >= 'A' && c <= 'F'; }); }

// Shorter than statement_fingerprint()'s: the store compares two of different lengths by what they were made of.
std::string short_fingerprint(const OwnStatement& own) {
    std::string told = "xinghuo statement\n";
    told.append(own.carried.record.hash.begin(), own.carried.record.hash.end());
    if (own.carried.signature) told.append(own.carried.signature->begin(), own.carried.signature->end());
    told += own.home_page;
    const Digest digest = sha256(told);
    return to_hex(std::span(digest).first(short_fingerprint_bytes));
}

NewStatement new_own_statement(const OwnStatement& own, const BatchWords& words) {
    const Record& record = own.carried.record;
    const StatementParts& parts = own.parts;
    const std::string_view text = own.text;
    NewStatement made;
    made.id = record.id;
    made.json.reserve(text.size() + words.end.size());
    made.json.append(text.substr(0, text.size() - 1)).append(words.end);
    made.fingerprint = short_fingerprint(own);

    made.keys.reserve(words.authority_keys.size() + 8);
    made.keys = words.authority_keys;
    made.activities.reserve(3);
    const auto key = [&](StatementKey kind, std::string_view words_of_it) { made.keys.push_back(statement_key(kind, words_of_it)); };
    std::string actor = "account|";
    ((actor += own.home_page) += '|') += record.member.empty() ? record.kiosk.text : record.member.text;
    key(StatementKey::agent, actor);
    key(StatementKey::related_agent, actor);
    key(StatementKey::verb, parts.verb.in(text));
    key(StatementKey::activity, parts.object.id.in(text));
    if (parts.registration.size > 0) key(StatementKey::registration, parts.registration.in(text));
    for (const ActivityPart* part : {&parts.object, &parts.pack, &parts.terminal}) {
        if (part->id.size == 0) continue;
        const std::string_view iri = part->id.in(text), definition = part->definition.in(text);
        key(StatementKey::related_activity, iri);
        const auto same = std::find_if(made.activities.begin(), made.activities.end(), [&](const auto& activity) { return activity.first == iri; });
        if (same == made.activities.end()) made.activities.emplace_back(iri, definition);
        else same->second = merged_definition(same->second, definition);
    }
    std::sort(made.keys.begin(), made.keys.end());
    made.keys.erase(std::unique(made.keys.begin(), made.keys.end()), made.keys.end());
    return made;
}

}  // namespace

std::optional<NewBatch> own_batch(const XapiRequest& request, std::string_view json) {
    const Caller& caller = *request.call.caller;
    if (caller.kind != Caller::Kind::kiosk || request.version != XapiVersion::v1_0_3) return std::nullopt;
    if (json.size() < 2 || json.front() != '[' || json.back() != ']') return std::nullopt;
    const auto words = words_of(request);
    if (!words) return std::nullopt;
    NewBatch batch;
    batch.organisation = caller.organisation;
    batch.stored = request.call.now;
    batch.kiosk = caller.kiosk;
    batch.kiosk_key = caller.kiosk_key;
    batch.statements.reserve(batch_limit);
    batch.records.reserve(batch_limit);
    std::unordered_set<std::string> ids;
    std::string home_page;
    OwnStatements reader;
    for (std::string_view rest = json.substr(1); rest.size() > 1;) {
        auto own = batch.statements.size() < batch_limit ? reader.read(rest) : std::nullopt;
        if (!own || own->text.size() > largest_statement) return std::nullopt;
        rest.remove_prefix(own->text.size());
        const bool more = rest.front() == ',';
        if (!more && rest.size() != 1) return std::nullopt;  // the bracket at the end
        if (more && rest.size() == 2) return std::nullopt;
        if (more) rest.remove_prefix(1);

        // The rules of the Data part, as far as the writer leaves them open: the id, and what all IRIs begin with.
        if (!is_lower_case_uuid(own->carried.record.id) || !ids.insert(own->carried.record.id).second) return std::nullopt;
        if (own->home_page != home_page) {
            home_page = own->home_page;
            if (!is_iri(home_page) || !is_iri(home_page + "items/x%20y")) return std::nullopt;
        }
        batch.statements.push_back(new_own_statement(*own, *words));
        if (const auto& signature = own->carried.signature) {
            const Digest& hash = own->carried.record.hash;
            own->carried.proven = signature_holds(caller.kiosk_key, {reinterpret_cast<const char*>(hash.data()), hash.size()}, *signature);
        }
        batch.records.emplace_back(std::move(own->carried));
    }
    return batch;
}

}  // namespace xinghuo
