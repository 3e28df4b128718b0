// PUT and POST /statements (Communication 2.1.1, 2.1.2, 1.5): all of a request is kept, or nothing.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "content/base/json.h"
#include "content/trust/key.h"
#include "sync/server/multipart.h"
#include "sync/server/statement_signature.h"
#include "sync/server/xapi_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_statements = 10'000;  // in one request

// What a request brings: the JSON, and the parts behind it by their hash.
struct ArrivedPart {
    std::string content_type;
    std::string_view bytes;  // of the body
    bool used = false;
};
struct ArrivedBody {
    std::string_view json;
    bool multipart = false;
    std::map<std::string, ArrivedPart, std::less<>> parts;  // by sha2, lower-case hex
};

// SHA-2 of the length that was declared.
std::optional<DigestKind> digest_of_length(std::size_t hex_digits) {
    switch (hex_digits) {
        case 56: return DigestKind::sha224;
        case 64: return DigestKind::sha256;
        case 96: return DigestKind::sha384;
        case 128: return DigestKind::sha512;
        default: return {};
    }
}

Result<ArrivedPart> read_attachment_part(const BodyPart& part, const std::string& sha2) {
    if (lower_case(part.header("content-transfer-encoding")) != "binary") return Error{ErrorKind::invalid, "an attachment's Content-Transfer-Encoding is binary"};
    if (sha2.empty()) return Error{ErrorKind::invalid, "the header X-Experience-API-Hash is missing"};
    const auto kind = digest_of_length(sha2.size());
    if (!kind) return Error{ErrorKind::invalid, "X-Experience-API-Hash is no SHA-2 in hex"};
    if (digest_hex(*kind, part.bytes) != sha2) return Error{ErrorKind::invalid, "the bytes do not have the hash that X-Experience-API-Hash says"};
    ArrivedPart arrived;
    arrived.content_type = part.header("content-type");
    if (!fits_a_column(arrived.content_type)) return Error{ErrorKind::invalid, "its Content-Type is no text: U+0000, or no UTF-8"};
    arrived.bytes = part.bytes;
    return arrived;
}

Result<ArrivedBody> read_body(const XapiRequest& request) {
    const std::string* header = request.header("content-type");
    if (header == nullptr) return Error{ErrorKind::invalid, "the header Content-Type is missing"};
    const auto type = read_media_type(*header);
    if (!type) return type.error();
    ArrivedBody arrived;
    if (type->essence == "application/json") {
        arrived.json = request.http.body;
        return arrived;
    }
    if (type->essence != "multipart/mixed") return Error{ErrorKind::invalid, "statements come as application/json or multipart/mixed"};
    const auto parts = read_multipart(type->parameter("boundary"), request.http.body);
    if (!parts) return parts.error();
    const auto first = read_media_type(parts->front().header("content-type"));
    if (!first || first->essence != "application/json") return Error{ErrorKind::invalid, "the first part holds the statements, as application/json"};
    arrived.multipart = true;
    arrived.json = parts->front().bytes;
    for (std::size_t i = 1; i < parts->size(); ++i) {
        std::string sha2 = lower_case((*parts)[i].header("x-experience-api-hash"));
        auto part = read_attachment_part((*parts)[i], sha2);
        if (!part) return part.error().within("part " + std::to_string(i + 1));
        arrived.parts.emplace(std::move(sha2), std::move(*part));
    }
    return arrived;
}

// Every attachment has its bytes here, or a place where they are. Adds the hashes of those that are here to `found`.
Result<void> match_attachments(JsonValue attachments, ArrivedBody& arrived, std::vector<std::string>& found) {
    for (const JsonValue attachment : attachments.items()) {
        std::string sha2 = lower_case(attachment["sha2"].string());
        const auto part = arrived.parts.find(sha2);
        if (part == arrived.parts.end()) {
            if (!attachment["fileUrl"].string().empty()) continue;
            return Error{ErrorKind::invalid, arrived.multipart ? "an attachment with neither a part of its hash nor a fileUrl"
                                                               : "an attachment without a fileUrl needs its bytes, as multipart/mixed"};
        }
        part->second.used = true;
        if (std::find(found.begin(), found.end(), sha2) == found.end()) found.push_back(std::move(sha2));
    }
    return {};
}

Result<std::vector<std::string>> check_attachments(JsonValue statement, ArrivedBody& arrived, XapiVersion version) {
    std::vector<std::string> found;
    const JsonValue attachments = statement["attachments"];
    if (auto good = match_attachments(attachments, arrived, found); !good) return good.error();
    if (auto good = match_attachments(statement["object"]["attachments"], arrived, found); !good) return good.error();  // of a SubStatement
    for (const JsonValue attachment : attachments.items()) {
        if (!is_signature(attachment)) continue;
        const auto part = arrived.parts.find(lower_case(attachment["sha2"].string()));
        if (part == arrived.parts.end()) continue;  // only a fileUrl: there is nothing here to verify, and who reads it must
        if (auto good = check_signature(statement, attachment, part->second.bytes, version); !good) return good.error().within("the statement's signature");
    }
    return found;
}

std::string place_of(const JsonValue& root, std::size_t index) { return root.is_array() ? "statements[" + std::to_string(index) + "]" : "the statement"; }

// A PUT may leave the id to its parameter. Nothing: the text needs no change.
Result<std::optional<std::string>> with_id(JsonValue statement, const std::string& id) {
    const JsonValue inside = statement["id"];
    if (inside.exists()) {
        if (lower_case(inside.string()) != lower_case(id)) return Error{ErrorKind::invalid, "the statement's id is another one than the parameter statementId"};
        return std::optional<std::string>();
    }
    const std::string_view rest = statement.text().substr(1);
    return std::optional<std::string>("{\"id\":\"" + lower_case(id) + "\"" + (statement.size() == 0 ? "" : ",") + std::string(rest));
}

Result<NewBatch> make_batch(const XapiRequest& request, JsonValue root, ArrivedBody& arrived) {
    const Caller& caller = *request.call.caller;
    const bool many = root.is_array();
    const bool terminal = caller.kind == Caller::Kind::kiosk;
    NewBatch batch;
    batch.organisation = caller.organisation;
    batch.stored = request.call.now;
    if (terminal) {
        batch.kiosk = caller.kiosk;
        batch.kiosk_key = caller.kiosk_key;
    }
    StatementContext context;
    context.version = request.version;
    context.stored = batch.stored;
    context.authority_json = caller.authority_json;

    const std::size_t count = many ? root.size() : 1;
    if (count > most_statements) return Error{ErrorKind::too_large, "a request brings at most " + std::to_string(most_statements) + " statements"};
    batch.statements.reserve(count);
    if (terminal) batch.records.reserve(count);
    std::unordered_set<std::string> ids;
    ids.reserve(count);
    const auto add = [&](JsonValue statement) -> Result<void> {
        if (!statement.is_object()) return Error{ErrorKind::invalid, "is no object"};
        if (statement.text().size() > largest_statement) return Error{ErrorKind::too_large, "has more than 4 MB; what is large belongs into an attachment or a document"};
        if (auto good = check_statement(statement, request.version); !good) return good.error();
        auto attachments = check_attachments(statement, arrived, request.version);
        if (!attachments) return attachments.error();
        if (terminal) {
            auto record = carried_record(statement.text());
            if (!record) return record.error();
            batch.records.push_back(std::move(*record));
        }
        NewStatement made = new_statement(statement, context);
        made.attachments = std::move(*attachments);
        if (!ids.insert(made.id).second) return Error{ErrorKind::invalid, "the id " + made.id + " stands twice in this batch"};
        batch.statements.push_back(std::move(made));
        return {};
    };
    if (!many) {
        if (auto added = add(root); !added) return added.error().within(place_of(root, 0));
    } else {
        std::size_t index = 0;
        for (const JsonValue statement : root.items()) {
            if (auto added = add(statement); !added) return added.error().within(place_of(root, index));
            ++index;
        }
    }
    for (const auto& [sha2, part] : arrived.parts) {
        if (!part.used) return Error{ErrorKind::invalid, "a part that no statement has as an attachment (hash " + sha2 + ")"};
        AttachmentBytes bytes;
        bytes.sha2 = sha2;
        bytes.content_type = part.content_type.empty() ? "application/octet-stream" : part.content_type;
        bytes.bytes = std::string(part.bytes);
        batch.attachments.push_back(std::move(bytes));
    }
    return batch;
}

HttpReply refused(const Error& error) { return xapi_refusal(error.kind == ErrorKind::too_large ? 413 : 400, error.what); }

HttpReply conflict_reply(const std::vector<std::string>& ids) {
    std::string what = "kept already with other content, and nothing of this request is kept:";
    for (std::size_t i = 0; i < ids.size() && i < 20; ++i) what += " " + ids[i];
    return xapi_refusal(409, what);
}

HttpReply keep_batch(const XapiRequest& request, NewBatch batch, bool put, Sql::Preparing preparing) {
    KeptBatch kept;
    if (!batch.statements.empty()) {
        auto done = request.call.store->keep(std::move(batch), std::move(preparing));
        if (!done) return xapi_store_refusal(done.error());
        kept = std::move(*done);
    }
    if (!kept.conflicting.empty()) return conflict_reply(kept.conflicting);
    if (put) return xapi_done();
    JsonWriter json;
    json.array();
    for (const std::string& one : kept.ids) json.value(one);
    json.end();
    return xapi_json(json.text());
}

}  // namespace

HttpReply keep_statements(const XapiRequest& request) {
    const bool put = request.http.method == "PUT";
    const std::string* id = request.parameter("statementId");
    if (auto refusal = put ? other_parameters(request, {"statementId"}) : other_parameters(request, {})) return *refusal;
    if (put && id == nullptr) return xapi_refusal(400, "the parameter \"statementId\" is missing");
    if (put && !is_uuid(*id)) return xapi_refusal(400, "the parameter \"statementId\" is no UUID");

    Sql::Preparing preparing = request.call.store->preparing();
    auto arrived = read_body(request);
    if (!arrived) return refused(arrived.error());
    if (!put && !arrived->multipart)
        if (auto own = own_batch(request, arrived->json)) return keep_batch(request, std::move(*own), put, std::move(preparing));
    auto tree = JsonTree::parse(std::string(arrived->json));
    if (!tree) return refused(tree.error().within("the statements"));
    if (put) {
        if (!tree->root().is_object()) return xapi_refusal(400, "PUT brings one statement, an object");
        auto text = with_id(tree->root(), *id);
        if (!text) return refused(text.error());
        if (*text) {
            tree = JsonTree::parse(std::move(**text));
            if (!tree) return refused(tree.error().within("the statement"));
        }
    } else if (!tree->root().is_object() && !tree->root().is_array()) {
        return xapi_refusal(400, "POST brings a statement, or a list of statements");
    }

    auto batch = make_batch(request, tree->root(), *arrived);
    if (!batch) return refused(batch.error());
    return keep_batch(request, std::move(*batch), put, std::move(preparing));
}

}  // namespace xinghuo
