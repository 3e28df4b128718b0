// /about, /activities and /agents: what the store knows of itself, of an activity, of a person.
#include "content/base/json.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

HttpReply with_entity_tag(std::string json) {
    HttpReply reply = xapi_json(std::move(json));
    set_header(reply.headers, "etag", "\"" + entity_tag(reply.body) + "\"");
    return reply;
}

std::string json_string(std::string_view text) {
    JsonWriter writer;
    writer.value(text);
    return writer.text();
}

}  // namespace

// Whoever speaks 1.0.x is told of 1.0 alone: its rules know no 2.0.0 in this list. All others learn both.
HttpReply answer_about(const std::string* version_header) {
    const bool first = version_header != nullptr && version_header->starts_with("1.0");
    return xapi_json(first ? R"({"version":["1.0.0","1.0.1","1.0.2","1.0.3"]})" : R"({"version":["1.0.3","2.0.0"]})");
}

// An activity nobody told of is answered with its id alone (Communication 2.5).
HttpReply answer_activities(const XapiRequest& request) {
    if (auto refusal = other_parameters(request, {"activityId"})) return *refusal;
    const std::string* id = request.parameter("activityId");
    if (id == nullptr) return xapi_refusal(400, "the parameter \"activityId\" is missing");
    if (!is_iri(*id)) return xapi_refusal(400, "the parameter \"activityId\" is no IRI");
    const auto definition = request.call.store->activity_definition(request.organisation(), *id);
    if (!definition) return xapi_store_refusal(definition.error());
    std::string json = R"({"objectType":"Activity","id":)" + json_string(*id);
    if (*definition && !(*definition)->empty() && **definition != "{}") json += ",\"definition\":" + **definition;
    return with_entity_tag(json + "}");
}

// A Person: what the agent in the question says of itself, each in a list. No directory of people is asked: opaque ids stay opaque.
HttpReply answer_agents(const XapiRequest& request) {
    if (auto refusal = other_parameters(request, {"agent"})) return *refusal;
    const std::string* text = request.parameter("agent");
    if (text == nullptr) return xapi_refusal(400, "the parameter \"agent\" is missing");
    const auto agent = agent_parameter(*text, request.version, false);
    if (!agent) return xapi_refusal(400, agent.error().what);
    std::string json = R"({"objectType":"Person")";
    for (const char* name : {"name", "mbox", "mbox_sha1sum", "openid", "account"})
        if (const JsonValue value = agent->tree.root()[name]; value.exists()) json += ",\"" + std::string(name) + "\":[" + std::string(value.text()) + "]";
    return with_entity_tag(json + "}");
}

}  // namespace xinghuo
