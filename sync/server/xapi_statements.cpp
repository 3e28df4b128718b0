// GET /statements: one by its id, or a page by filters (Communication 2.1.3), as JSON or with its attachments as multipart/mixed.
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <set>

#include "content/base/json.h"
#include "sync/server/multipart.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t page_statements = 100;         // as many as a page has, whoever asks for more

enum class StatementFormat { exact, ids, canonical };
struct StatementAsking {
    StatementFormat format = StatementFormat::exact;
    bool attachments = false;
};

Result<bool> read_flag(const XapiRequest& request, std::string_view name) {
    const std::string* text = request.parameter(name);
    if (text == nullptr || *text == "false") return false;
    if (*text == "true") return true;
    return Error{ErrorKind::invalid, "the parameter \"" + std::string(name) + "\" is true or false"};
}

Result<StatementAsking> read_asking(const XapiRequest& request) {
    StatementAsking asking;
    if (const std::string* format = request.parameter("format"); format != nullptr && *format != "exact") {
        if (*format == "ids") asking.format = StatementFormat::ids;
        else if (*format == "canonical") asking.format = StatementFormat::canonical;
        else return Error{ErrorKind::invalid, "the parameter \"format\" is exact, ids or canonical"};
    }
    const auto attachments = read_flag(request, "attachments");
    if (!attachments) return attachments.error();
    asking.attachments = *attachments;
    return asking;
}

// Statements in the format that was asked for; definitions are looked up once a reply.
class StatementFormatter {
public:
    StatementFormatter(const XapiRequest& request, StatementFormat format) : request_(&request), format_(format) {
        if (const std::string* languages = request.header("accept-language")) languages_ = *languages;
    }
    std::string operator()(const KeptStatement& statement) {
        switch (format_) {
            case StatementFormat::exact: return statement.json;
            case StatementFormat::ids: return statement_as_ids(statement.json);
            case StatementFormat::canonical: break;
        }
        return statement_canonical(statement.json, languages_, [this](std::string_view iri) { return definition(iri); });
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    std::optional<std::string> definition(std::string_view iri) {
        const auto known = definitions_.find(iri);
        if (known != definitions_.end()) return known->second;
        auto found = request_->call.store->activity_definition(request_->organisation(), iri);
        if (!found) {
            error_ = found.error();
            return {};
        }
        return definitions_.emplace(std::string(iri), std::move(*found)).first->second;
    }
    const XapiRequest* request_;
    StatementFormat format_;
    std::string languages_;
    std::map<std::string, std::optional<std::string>, std::less<>> definitions_;
    std::optional<Error> error_;
};

// The attachments of a reply, each once.
class CollectedAttachments {
public:
    explicit CollectedAttachments(const XapiRequest& request) : request_(&request) {}
    // False: with these it would be too much, and none of them is taken.
    Result<bool> add(const KeptStatement& statement, std::size_t most_bytes) {
        std::vector<AttachmentBytes> fresh;
        std::size_t size = size_;
        for (const std::string& sha2 : statement.attachments) {
            if (seen_.contains(sha2)) continue;
            auto found = request_->call.store->attachment(request_->organisation(), sha2);
            if (!found) return found.error();
            if (!*found) continue;
            size += (*found)->bytes.size();
            if (size > most_bytes) return false;
            fresh.push_back(std::move(**found));
        }
        size_ = size;
        for (AttachmentBytes& one : fresh)
            if (seen_.insert(one.sha2).second) kept_.push_back(std::move(one));
        return true;
    }
    [[nodiscard]] const std::vector<AttachmentBytes>& all() const { return kept_; }

private:
    const XapiRequest* request_;
    std::set<std::string> seen_;
    std::vector<AttachmentBytes> kept_;
    std::size_t size_ = 0;
};

// The JSON, and behind it the bytes of the attachments.
HttpReply with_attachments(std::string json, const std::vector<AttachmentBytes>& kept) {
    std::vector<BodyPart> parts;
    parts.reserve(kept.size() + 1);
    BodyPart first;
    first.headers = {{"Content-Type", "application/json"}};
    first.bytes = json;
    parts.push_back(std::move(first));
    for (const AttachmentBytes& attachment : kept) {
        BodyPart part;
        part.headers = {{"Content-Type", attachment.content_type}, {"Content-Transfer-Encoding", "binary"}, {"X-Experience-API-Hash", attachment.sha2}};
        part.bytes = attachment.bytes;
        parts.push_back(std::move(part));
    }
    const std::string boundary = "xinghuo-" + to_hex(random_bytes(16));
    HttpReply reply;
    set_header(reply.headers, "content-type", "multipart/mixed; boundary=" + boundary);
    reply.body = multipart_body(boundary, parts);
    return reply;
}

HttpReply answer_one(const XapiRequest& request, const std::string& id, bool voided) {
    if (auto refusal = other_parameters(request, {"statementId", "voidedStatementId", "format", "attachments"}))
        return xapi_refusal(400, "with statementId or voidedStatementId only `format` and `attachments` may stand");
    if (request.parameter("statementId") != nullptr && request.parameter("voidedStatementId") != nullptr)
        return xapi_refusal(400, "statementId and voidedStatementId exclude each other");
    if (!is_uuid(id)) return xapi_refusal(400, "the statement's id is no UUID");
    const auto asking = read_asking(request);
    if (!asking) return xapi_refusal(400, asking.error().what);

    auto found = request.call.store->find(request.organisation(), lower_case(id));
    if (!found) return xapi_store_refusal(found.error());
    if (!*found || (*found)->voided != voided) return xapi_refusal(404, voided ? "no voided statement has this id" : "no statement has this id");
    StatementFormatter format(request, asking->format);
    std::string json = format(**found);
    if (format.error()) return xapi_store_refusal(*format.error());
    CollectedAttachments attachments(request);
    if (asking->attachments)
        if (const auto all = attachments.add(**found, std::numeric_limits<std::size_t>::max()); !all) return xapi_store_refusal(all.error());
    HttpReply reply = asking->attachments ? with_attachments(std::move(json), attachments.all()) : xapi_json(std::move(json));
    set_header(reply.headers, "last-modified", http_date((*found)->stored_ms));
    return reply;
}

Result<StatementQuery> read_query(const XapiRequest& request) {
    StatementQuery query;
    const auto related_agents = read_flag(request, "related_agents");
    if (!related_agents) return related_agents.error();
    const auto related_activities = read_flag(request, "related_activities");
    if (!related_activities) return related_activities.error();
    const auto ascending = read_flag(request, "ascending");
    if (!ascending) return ascending.error();
    query.ascending = *ascending;

    if (const std::string* agent = request.parameter("agent")) {
        const auto read = agent_parameter(*agent, request.version, true);
        if (!read) return read.error();
        query.keys.push_back(statement_key(*related_agents ? StatementKey::related_agent : StatementKey::agent, read->key));
    }
    if (const std::string* verb = request.parameter("verb")) {
        if (!is_iri(*verb)) return Error{ErrorKind::invalid, "the parameter \"verb\" is no IRI"};
        query.keys.push_back(statement_key(StatementKey::verb, *verb));
    }
    if (const std::string* activity = request.parameter("activity")) {
        if (!is_iri(*activity)) return Error{ErrorKind::invalid, "the parameter \"activity\" is no IRI"};
        query.keys.push_back(statement_key(*related_activities ? StatementKey::related_activity : StatementKey::activity, *activity));
    }
    if (const std::string* registration = request.parameter("registration")) {
        if (!is_uuid(*registration)) return Error{ErrorKind::invalid, "the parameter \"registration\" is no UUID"};
        query.keys.push_back(statement_key(StatementKey::registration, lower_case(*registration)));
    }
    for (const auto& [name, place] : {std::pair{"since", &query.since_ms}, std::pair{"until", &query.until_ms}})
        if (const std::string* text = request.parameter(name)) {
            const auto when = timestamp_parameter(*text, request.version);
            if (!when) return when.error().within("the parameter \"" + std::string(name) + "\"");
            *place = when->unix_ms;
        }
    query.limit = page_statements;
    query.json_bytes = request.call.page.json_bytes;
    if (const std::string* limit = request.parameter("limit")) {
        std::uint64_t wanted = 0;
        const auto read = std::from_chars(limit->data(), limit->data() + limit->size(), wanted);
        if (read.ec != std::errc() || read.ptr != limit->data() + limit->size()) return Error{ErrorKind::invalid, "the parameter \"limit\" is a whole number from 0"};
        if (wanted != 0) query.limit = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, page_statements));
    }
    if (const std::string* cursor = request.parameter("cursor")) query.cursor = *cursor;
    return query;
}

// The same question, from where this page ends. Nothing is remembered for it, so it stays good.
std::string more_irl(const XapiRequest& request, const std::string& cursor) {
    std::string irl = std::string(request.call.endpoint) + "/statements?";
    for (const auto& [name, value] : request.parameters)
        if (name != "cursor") irl += percent_encoded(name) + "=" + percent_encoded(value) + "&";
    return irl + "cursor=" + percent_encoded(cursor);
}

HttpReply answer_page(const XapiRequest& request) {
    if (auto refusal = other_parameters(request, {"agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit", "format",
                                                  "attachments", "ascending", "cursor"}))
        return *refusal;
    const auto asking = read_asking(request);
    if (!asking) return xapi_refusal(400, asking.error().what);
    const auto query = read_query(request);
    if (!query) return xapi_refusal(400, query.error().what);
    const auto page = request.call.store->select(request.organisation(), *query);
    if (!page) return page.error().kind == ErrorKind::invalid && !query->cursor.empty() ? xapi_refusal(400, page.error().what) : xapi_store_refusal(page.error());

    StatementFormatter format(request, asking->format);
    CollectedAttachments attachments(request);
    std::string json = "{\"statements\":[";
    std::string cursor = page->more;
    std::int64_t newest_ms = 0;
    for (std::size_t i = 0; i < page->statements.size(); ++i) {
        const KeptStatement& statement = page->statements[i];
        const std::string other = asking->format == StatementFormat::exact ? std::string() : format(statement);
        const std::string& text = asking->format == StatementFormat::exact ? statement.json : other;
        bool fits = i == 0 || json.size() + text.size() <= request.call.page.json_bytes;  // canonical: definitions make it longer than what is kept
        if (fits && asking->attachments) {
            const auto added = attachments.add(statement, i == 0 ? std::numeric_limits<std::size_t>::max() : request.call.page.attachment_bytes);
            if (!added) return xapi_store_refusal(added.error());
            fits = *added;
        }
        if (!fits) {
            cursor = cursor_behind(page->statements[i - 1]);
            break;
        }
        if (i > 0) json += ',';
        json += text;
        newest_ms = std::max(newest_ms, statement.stored_ms);
    }
    if (format.error()) return xapi_store_refusal(*format.error());
    JsonWriter more;
    more.value(cursor.empty() ? std::string() : more_irl(request, cursor));
    json += "],\"more\":" + more.text() + "}";
    HttpReply reply = asking->attachments ? with_attachments(std::move(json), attachments.all()) : xapi_json(std::move(json));
    if (!page->statements.empty()) set_header(reply.headers, "last-modified", http_date(newest_ms));
    return reply;
}

}  // namespace

HttpReply answer_statements(const XapiRequest& request) {
    if (const std::string* id = request.parameter("statementId")) return answer_one(request, *id, false);
    if (const std::string* id = request.parameter("voidedStatementId")) return answer_one(request, *id, true);
    return answer_page(request);
}

}  // namespace xinghuo
