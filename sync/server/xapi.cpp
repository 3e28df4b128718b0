#include "sync/server/xapi.h"

#include <algorithm>
#include <array>

#include "content/base/json.h"
#include "content/base/text.h"
#include "content/trust/key.h"
#include "sync/server/multipart.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

enum class XapiResource { statements, activities, agents, about, state, activity_profile, agent_profile };
struct ResourceRow {
    std::string_view path;
    XapiResource resource;
    std::string_view methods;  // as Allow lists them
};
constexpr std::array<ResourceRow, 7> resources{{
    {"/statements", XapiResource::statements, "GET, HEAD, PUT, POST"},
    {"/activities", XapiResource::activities, "GET, HEAD"},
    {"/agents", XapiResource::agents, "GET, HEAD"},
    {"/about", XapiResource::about, "GET, HEAD"},
    {"/activities/state", XapiResource::state, "GET, HEAD, PUT, POST, DELETE"},
    {"/activities/profile", XapiResource::activity_profile, "GET, HEAD, PUT, POST, DELETE"},
    {"/agents/profile", XapiResource::agent_profile, "GET, HEAD, PUT, POST, DELETE"},
}};

const ResourceRow* resource_at(std::string_view path) {
    const auto* found = std::find_if(resources.begin(), resources.end(), [&](const ResourceRow& row) { return row.path == path; });
    return found == resources.end() ? nullptr : &*found;
}

bool lists(std::string_view methods, std::string_view method) {
    while (!methods.empty()) {
        const std::size_t end = std::min(methods.find(", "), methods.size());
        if (methods.substr(0, end) == method) return true;
        methods.remove_prefix(std::min(end + 2, methods.size()));
    }
    return false;
}

// "1.0", "1.0.7" and "2.0" the same way; nothing for any other.
std::optional<XapiVersion> version_of(std::string_view text) {
    const bool first = text.starts_with("1.0");
    if (!first && !text.starts_with("2.0")) return {};
    const std::string_view patch = text.substr(3);
    if (!patch.empty() && (patch.size() < 2 || patch.size() > 4 || patch[0] != '.' || !std::all_of(patch.begin() + 1, patch.end(), [](char c) { return c >= '0' && c <= '9'; }))) return {};
    return first ? XapiVersion::v1_0_3 : XapiVersion::v2_0_0;
}

// Who does not say a version is refused, and the refusal has to say one. The public suites agree on these only: what names a statement or brings one
// hears 2.0.0, the rest 1.0.3.
XapiVersion assumed_version(const HttpRequest& request, std::string_view path) {
    return path == "/statements" && (!request.query().empty() || (request.method != "GET" && request.method != "HEAD")) ? XapiVersion::v2_0_0 : XapiVersion::v1_0_3;
}

// The header fields a form may carry (Communication 1.3).
constexpr std::array<std::string_view, 6> form_headers{"authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match"};

bool asks_by_form(const HttpRequest& request) {
    return request.method == "POST" && (request.query().starts_with("method=") || request.query().find("&method=") != std::string_view::npos);
}

// What a form means: another method, its fields as headers and parameters, "content" as the body. The query is written anew, so all below sees one syntax.
struct UndoneForm {
    HttpRequest request;
    std::vector<std::pair<std::string, std::string>> parameters;
};
Result<UndoneForm> undo_form(const HttpRequest& request) {
    auto query = read_form(request.query());
    if (!query) return query.error();
    if (query->size() != 1) return Error{ErrorKind::invalid, "with ?method= no other parameter stands in the query"};
    auto fields = read_form(request.body);
    if (!fields) return fields.error();
    UndoneForm undone;
    undone.request.method = query->front().second;
    undone.request.target = std::string(request.path());
    undone.request.headers = request.headers;
    undone.request.peer = request.peer;
    set_header(undone.request.headers, "content-type", "application/json");  // unless the form says otherwise
    std::optional<std::string> content;
    for (auto& [name, value] : *fields) {
        const std::string lower = lower_case(name);
        if (name == "content") {
            if (content) return Error{ErrorKind::invalid, "the form has two fields \"content\""};
            content = std::move(value);
        } else if (std::find(form_headers.begin(), form_headers.end(), lower) != form_headers.end()) {
            set_header(undone.request.headers, lower, value);
        } else {
            undone.parameters.emplace_back(std::move(name), std::move(value));
        }
    }
    const bool brings = undone.request.method == "PUT" || undone.request.method == "POST";
    if (brings && !content) return Error{ErrorKind::invalid, "the form has no field \"content\""};
    if (content) undone.request.body = std::move(*content);
    return undone;
}

// Terminals bring their records and may look one up again; staff read, and what a branch may see cannot be told from statements.
std::optional<HttpReply> forbidden(const XapiRequest& request, XapiResource resource) {
    const Caller& caller = *request.call.caller;
    switch (caller.kind) {
        case Caller::Kind::xapi_client: return {};
        case Caller::Kind::kiosk:
            if (resource == XapiResource::statements && (!request.reads() || request.parameter("statementId") != nullptr)) return {};
            return xapi_refusal(403, "a terminal brings statements, and may ask for one by its id");
        case Caller::Kind::staff:
            if (caller.role == StaffRole::branch_secretary) return xapi_refusal(403, "statements are not told by branch; ask for reports");
            if (request.reads()) return {};
            return xapi_refusal(403, "accounts of people do not write here; xAPI clients and terminals do");
    }
    return {};
}

HttpReply answer_resource(const XapiRequest& request, XapiResource resource) {
    if (auto refusal = forbidden(request, resource)) return *refusal;
    switch (resource) {
        case XapiResource::statements: return request.reads() ? answer_statements(request) : keep_statements(request);
        case XapiResource::activities: return answer_activities(request);
        case XapiResource::agents: return answer_agents(request);
        case XapiResource::state: return answer_documents(request, DocumentKind::state);
        case XapiResource::activity_profile: return answer_documents(request, DocumentKind::activity_profile);
        case XapiResource::agent_profile: return answer_documents(request, DocumentKind::agent_profile);
        case XapiResource::about: break;
    }
    return xapi_refusal(404, "there is no such resource");
}

struct VersionedReply {
    HttpReply reply;
    XapiVersion version;
};

VersionedReply answer_versioned(const XapiCall& call) {
    const HttpRequest* http = &call.request;
    const std::string* said = find_header(http->headers, "x-experience-api-version");
    const XapiVersion assumed = said != nullptr ? version_of(*said).value_or(XapiVersion::v2_0_0) : assumed_version(*http, call.path);
    const ResourceRow* row = resource_at(call.path);
    if (row == nullptr) return {xapi_refusal(404, "there is no such resource"), assumed};

    // The syntax of browsers without CORS; 2.0 has none, and so ?method= is an unknown parameter there.
    std::optional<UndoneForm> form;
    const auto outer = said != nullptr ? version_of(*said) : std::nullopt;
    if (asks_by_form(*http) && outer != XapiVersion::v2_0_0) {
        auto undone = undo_form(*http);
        if (!undone) return {xapi_refusal(400, undone.error().what), XapiVersion::v1_0_3};
        form = std::move(*undone);
        http = &form->request;
        said = find_header(http->headers, "x-experience-api-version");
    }

    if (!lists(row->methods, http->method)) {
        HttpReply reply = xapi_refusal(405, "this resource takes " + std::string(row->methods));
        set_header(reply.headers, "allow", row->methods);
        return {std::move(reply), assumed};
    }
    if (row->resource == XapiResource::about) {
        if (!http->query().empty() || (form && !form->parameters.empty())) return {xapi_refusal(400, "there is no parameter here"), assumed};
        return {answer_about(said), assumed};
    }
    if (said == nullptr) return {xapi_refusal(400, "the header X-Experience-API-Version is missing"), assumed};
    const auto version = version_of(*said);
    if (!version || (form && *version != XapiVersion::v1_0_3))
        return {xapi_refusal(400, form ? "this syntax is one of version 1.0 alone" : "this version of xAPI is not spoken here: 1.0.x and 2.0.x are"), assumed};
    if (call.caller == nullptr) {
        HttpReply reply = xapi_refusal(401, "who asks is not known: no credential, or a wrong one");
        set_header(reply.headers, "www-authenticate", "Basic realm=\"xAPI\", charset=\"UTF-8\"");
        return {std::move(reply), *version};
    }

    XapiRequest request{call, *http, *version, {}};
    if (form) {
        request.parameters = std::move(form->parameters);
    } else {
        auto parameters = read_form(http->query());
        if (!parameters) return {xapi_refusal(400, parameters.error().what), *version};
        request.parameters = std::move(*parameters);
    }
    for (const auto& [name, value] : request.parameters)
        if (!fits_a_column(name) || !fits_a_column(value)) return {xapi_refusal(400, "a parameter that is no text: U+0000, or no UTF-8"), *version};
    HttpReply reply = answer_resource(request, row->resource);
    if (form && http->method == "HEAD") reply.body.clear();
    return {std::move(reply), *version};
}

}  // namespace

HttpReply answer_xapi(const XapiCall& call) {
    // Asked before the statements are: what the header promises is in them. "On all responses", so terminals hear it too.
    std::string consistent;
    if (call.path == "/statements") {
        WallTime through = call.consistent.value_or(WallTime{});  // who is nobody is promised nothing
        if (call.caller != nullptr && !call.consistent)
            if (const auto known = call.store->consistent_through(call.caller->organisation, call.now)) through = *known;
        consistent = iso_from_wall_time(through);
    }
    VersionedReply answered = answer_versioned(call);
    set_header(answered.reply.headers, "x-experience-api-version", text_of(answered.version));
    if (!consistent.empty()) set_header(answered.reply.headers, "x-experience-api-consistent-through", consistent);
    if (call.request.method == "HEAD") {
        set_header(answered.reply.headers, "content-length", std::to_string(answered.reply.body.size()));  // of what GET would bring
        answered.reply.body.clear();
    }
    return std::move(answered.reply);
}

std::string xapi_authorization(const HttpRequest& request) {
    if (asks_by_form(request))
        if (const auto fields = read_form(request.body))
            for (const auto& [name, value] : *fields)
                if (lower_case(name) == "authorization") return value;
    const std::string* header = find_header(request.headers, "authorization");
    return header == nullptr ? std::string() : *header;
}

const std::string* XapiRequest::parameter(std::string_view name) const {
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.first == name; });
    return found == parameters.end() ? nullptr : &found->second;
}

HttpReply xapi_refusal(int status, std::string_view why) {
    HttpReply reply;
    reply.status = status;
    set_header(reply.headers, "content-type", "application/json");
    JsonWriter text;
    text.object().key("error").value(why).end();
    reply.body = text.text();
    return reply;
}

HttpReply xapi_json(std::string body) {
    HttpReply reply;
    set_header(reply.headers, "content-type", "application/json");
    reply.body = std::move(body);
    return reply;
}

HttpReply xapi_done() {
    HttpReply reply;
    reply.status = 204;
    return reply;
}

HttpReply xapi_store_refusal(const Error& error) {
    if (error.kind == ErrorKind::too_large) return xapi_refusal(413, error.what);
    if (error.kind != ErrorKind::io && error.kind != ErrorKind::full) return xapi_refusal(500, "the store refused: " + error.what);
    HttpReply reply = xapi_refusal(503, "the store is away; nothing is known to be kept: send again");
    set_header(reply.headers, "retry-after", "5");
    return reply;
}

std::optional<HttpReply> other_parameters(const XapiRequest& request, std::initializer_list<std::string_view> known) {
    for (std::size_t i = 0; i < request.parameters.size(); ++i) {
        const std::string& name = request.parameters[i].first;
        if (std::find(known.begin(), known.end(), name) == known.end()) return xapi_refusal(400, "the parameter \"" + name + "\" is not known here");
        for (std::size_t k = 0; k < i; ++k)
            if (request.parameters[k].first == name) return xapi_refusal(400, "the parameter \"" + name + "\" stands twice");
    }
    return {};
}

std::string http_date(std::int64_t unix_ms) {
    constexpr std::array<std::string_view, 7> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970-01-01 was a Thursday
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t ms = std::max<std::int64_t>(unix_ms, 0);
    const std::string iso = iso_from_wall_time({ms});  // "2026-07-01T08:00:00.000Z"
    const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
    return std::string(days[static_cast<std::size_t>(ms / 86'400'000 % 7)]) + ", " + iso.substr(8, 2) + " " + std::string(months[std::min<std::size_t>(month, 11)]) + " " +
           iso.substr(0, 4) + " " + iso.substr(11, 8) + " GMT";
}

std::string entity_tag(std::string_view bytes) { return digest_hex(DigestKind::sha1, bytes); }

std::string lower_case(std::string_view text) {
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return made;
}

bool fits_a_column(std::string_view text) { return text.find('\0') == std::string_view::npos && is_utf8(text); }

Result<WallTime> timestamp_parameter(std::string text, XapiVersion version) {
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(text.size(), 19)), text.end(), ' ', '+');
    return read_timestamp(text, version);
}

Result<AgentParameter> agent_parameter(const std::string& text, XapiVersion version, bool group) {
    auto tree = JsonTree::parse(text);
    if (!tree) return tree.error().within("the parameter \"agent\"");
    if (!tree->root().is_object()) return Error{ErrorKind::invalid, "the parameter \"agent\" is no JSON object"};
    if (auto good = check_agent(tree->root(), version, group); !good) return good.error().within("the parameter \"agent\"");
    std::string key = agent_key(tree->root());
    if (key.empty()) return Error{ErrorKind::invalid, "the parameter \"agent\" has no identifier"};
    return AgentParameter{std::move(*tree), std::move(key)};
}

}  // namespace xinghuo
