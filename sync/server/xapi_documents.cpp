// /activities/state, /activities/profile and /agents/profile (Communication 2.2, 2.3, 2.6, 2.7, 3.1): documents of any kind, kept for others.
#include <algorithm>
#include <array>

#include "content/base/json.h"
#include "sync/server/multipart.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t largest_document = 32u << 20;

struct DocumentRules {
    std::string_view id_name;
    bool activity, agent, registration;
    bool deletes_all;              // DELETE without an id
    bool demands_in_first_version; // 1.0.3: a PUT needs If-Match or If-None-Match; 2.0: only where a document is
};
constexpr std::array<DocumentRules, 3> document_rules{{
    {"stateId", true, true, true, true, false},
    {"profileId", true, false, false, false, true},
    {"profileId", false, true, false, false, true},
}};
const DocumentRules& rules_of(DocumentKind kind) {
    switch (kind) {
        case DocumentKind::state: return document_rules[0];
        case DocumentKind::activity_profile: return document_rules[1];
        case DocumentKind::agent_profile: return document_rules[2];
    }
    return document_rules[0];
}

std::optional<HttpReply> wrong_parameters(const XapiRequest& request, const DocumentRules& rules) {
    const bool lists = request.reads();
    for (const auto& [name, value] : request.parameters) {
        const bool known = name == rules.id_name || (rules.activity && name == "activityId") || (rules.agent && name == "agent") ||
                           (rules.registration && name == "registration") || (lists && name == "since");
        if (!known) return xapi_refusal(400, "the parameter \"" + name + "\" is not known here");
    }
    return other_parameters(request, {"activityId", "agent", "registration", "stateId", "profileId", "since"});  // none twice
}

Result<DocumentPlace> read_place(const XapiRequest& request, DocumentKind kind, const DocumentRules& rules) {
    DocumentPlace place;
    place.kind = kind;
    const auto missing = [](std::string_view name) { return Error{ErrorKind::missing, "the parameter \"" + std::string(name) + "\" is missing"}; };
    if (rules.activity) {
        const std::string* activity = request.parameter("activityId");
        if (activity == nullptr) return missing("activityId");
        if (!is_iri(*activity)) return Error{ErrorKind::invalid, "the parameter \"activityId\" is no IRI"};
        place.activity = *activity;
    }
    if (rules.agent) {
        const std::string* agent = request.parameter("agent");
        if (agent == nullptr) return missing("agent");
        auto read = agent_parameter(*agent, request.version, request.version == XapiVersion::v2_0_0);
        if (!read) return read.error();
        place.agent = std::move(read->key);
    }
    if (const std::string* registration = request.parameter("registration")) {
        if (!is_uuid(*registration)) return Error{ErrorKind::invalid, "the parameter \"registration\" is no UUID"};
        place.registration = lower_case(*registration);
    }
    if (const std::string* id = request.parameter(rules.id_name)) {
        if (id->empty()) return Error{ErrorKind::invalid, "the parameter \"" + std::string(rules.id_name) + "\" is empty"};
        place.id = *id;
    }
    return place;
}

// "\"a\", W/\"b\"" to a and b; also without quotes, as some send them. "*" stays.
std::vector<std::string> read_entity_tags(const std::string* header) {
    std::vector<std::string> tags;
    if (header == nullptr) return tags;
    std::string_view text = *header;
    while (!text.empty()) {
        if (text.front() == ',' || text.front() == ' ' || text.front() == '\t') {
            text.remove_prefix(1);
            continue;
        }
        if (text.starts_with("W/\"")) text.remove_prefix(2);
        std::size_t end = 0;
        if (text.front() == '"') {
            text.remove_prefix(1);
            end = std::min(text.find('"'), text.size());
            tags.emplace_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        } else {
            end = std::min(text.find_first_of(", \t"), text.size());
            tags.emplace_back(text.substr(0, end));
            text.remove_prefix(end);
        }
    }
    if (tags.empty()) tags.emplace_back();  // a header that names none fits none
    return tags;
}

bool names(const std::vector<std::string>& tags, const std::string& tag) {
    return std::find(tags.begin(), tags.end(), tag) != tags.end() || std::find(tags.begin(), tags.end(), "*") != tags.end();
}

HttpReply outcome_reply(DocumentOutcome outcome) {
    switch (outcome) {
        case DocumentOutcome::done: return xapi_done();
        case DocumentOutcome::failed_precondition: return xapi_refusal(412, "the document is not what If-Match or If-None-Match expects");
        case DocumentOutcome::conflict:
            return xapi_refusal(409, "there is a document already: look at it (GET), and send its ETag as If-Match to replace it, or If-None-Match: * to make none but a new one");
        case DocumentOutcome::not_json: return xapi_refusal(400, "only a JSON object sent as application/json is merged, and only into another one; PUT replaces");
    }
    return xapi_refusal(500, "an outcome nobody knows");
}

HttpReply answer_document(const XapiRequest& request, const DocumentPlace& place) {
    const auto found = request.call.store->document(request.organisation(), place);
    if (!found) return xapi_store_refusal(found.error());
    if (!*found) return xapi_refusal(404, "there is no such document");
    const KeptDocument& document = **found;
    HttpReply reply;
    set_header(reply.headers, "content-type", document.content_type);
    set_header(reply.headers, "etag", "\"" + document.etag + "\"");
    set_header(reply.headers, "last-modified", http_date(document.updated_ms));
    const std::string* unless = request.header("if-none-match");
    if (unless != nullptr && names(read_entity_tags(unless), document.etag)) {
        reply.status = 304;
        return reply;
    }
    reply.body = document.bytes;
    return reply;
}

HttpReply answer_ids(const XapiRequest& request, const DocumentPlace& place) {
    std::optional<std::int64_t> since;
    if (const std::string* text = request.parameter("since")) {
        const auto when = timestamp_parameter(*text, request.version);
        if (!when) return xapi_refusal(400, when.error().within("the parameter \"since\"").what);
        since = when->unix_ms;
    }
    const auto found = request.call.store->document_ids(request.organisation(), place, since);
    if (!found) return xapi_store_refusal(found.error());
    JsonWriter json;
    json.array();
    for (const std::string& id : found->ids) json.value(id);
    json.end();
    HttpReply reply = xapi_json(json.text());
    set_header(reply.headers, "etag", "\"" + entity_tag(reply.body) + "\"");
    if (!found->ids.empty()) set_header(reply.headers, "last-modified", http_date(found->updated_ms));
    return reply;
}

// 1.0.3 wants a PUT of a profile to say what it expects, and its suite tells apart what is there and what is not.
HttpReply refuse_blind_put(const XapiRequest& request, const DocumentPlace& place) {
    const auto found = request.call.store->document(request.organisation(), place);
    if (!found) return xapi_store_refusal(found.error());
    if (*found) return outcome_reply(DocumentOutcome::conflict);
    return xapi_refusal(400, "a PUT of a profile needs If-None-Match: * for a new one, or the ETag of the one to replace as If-Match");
}

HttpReply keep_document(const XapiRequest& request, const DocumentPlace& place, const Precondition& precondition, bool blind) {
    if (request.http.body.size() > largest_document) return xapi_refusal(413, "a document has at most 32 MiB");
    if (blind) return refuse_blind_put(request, place);
    KeptDocument document;
    const std::string* type = request.header("content-type");
    document.content_type = type == nullptr || type->empty() ? "application/octet-stream" : *type;
    if (!fits_a_column(document.content_type)) return xapi_refusal(400, "the header Content-Type is no text: U+0000, or no UTF-8");
    const auto media = read_media_type(document.content_type);
    if (!media) return xapi_refusal(400, media.error().what);
    if (media->essence == "application/json")
        if (const auto tree = JsonTree::parse(request.http.body); !tree) return xapi_refusal(400, tree.error().within("the document").what);
    document.bytes = request.http.body;
    document.etag = entity_tag(document.bytes);
    document.updated_ms = request.call.now.unix_ms;
    const auto outcome = request.call.store->put_document(request.organisation(), place, document, precondition, request.http.method == "POST");
    return outcome ? outcome_reply(*outcome) : xapi_store_refusal(outcome.error());
}

}  // namespace

HttpReply answer_documents(const XapiRequest& request, DocumentKind kind) {
    const DocumentRules& rules = rules_of(kind);
    if (auto refusal = wrong_parameters(request, rules)) return *refusal;
    const auto place = read_place(request, kind, rules);
    if (!place) return xapi_refusal(400, place.error().what);
    const bool one = !place->id.empty();
    if (one && request.version == XapiVersion::v2_0_0 && request.parameter("since") != nullptr) return xapi_refusal(400, "`since` is for lists of ids");
    if (request.reads()) return one ? answer_document(request, *place) : answer_ids(request, *place);
    if (!one && !(request.http.method == "DELETE" && rules.deletes_all)) return xapi_refusal(400, "the parameter \"" + std::string(rules.id_name) + "\" is missing");

    Precondition precondition;
    precondition.if_match = read_entity_tags(request.header("if-match"));
    precondition.if_none_match = read_entity_tags(request.header("if-none-match"));
    if (request.http.method == "DELETE") {
        if (!one) {
            const auto gone = request.call.store->delete_documents(request.organisation(), *place);
            return gone ? xapi_done() : xapi_store_refusal(gone.error());
        }
        const auto outcome = request.call.store->delete_document(request.organisation(), *place, precondition);
        return outcome ? outcome_reply(*outcome) : xapi_store_refusal(outcome.error());
    }
    const bool put = request.http.method == "PUT";
    const bool first = request.version == XapiVersion::v1_0_3;
    const bool blind = put && first && rules.demands_in_first_version && precondition.if_match.empty() && precondition.if_none_match.empty();
    precondition.demanded = put && !first;
    return keep_document(request, *place, precondition, blind);
}

}  // namespace xinghuo
