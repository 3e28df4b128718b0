#include "sync/server/statement_signature.h"

#include <algorithm>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/certificate_chain.h"
#include "content/trust/key.h"
#include "sync/server/multipart.h"

namespace xinghuo {
namespace {

constexpr std::size_t longest_jws = 8u << 20;
constexpr std::size_t most_certificates = 16;  // of one chain

Result<std::string> decoded_part(std::string_view part, std::string_view what) {
    const auto bytes = from_base64url(part);
    if (!bytes) return Error{ErrorKind::invalid, "the signature's " + std::string(what) + " is no base64url"};
    return std::string(bytes->begin(), bytes->end());
}

// x5c holds the other base64 (RFC 7515 §4.1.6): with + and /, and padded.
Result<Bytes> certificate_bytes(std::string_view base64) {
    std::string text(base64.substr(0, std::min(base64.find('='), base64.size())));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return from_base64url(text);
}

std::string quoted(std::string_view text) {
    JsonWriter writer;
    writer.value(text);
    return writer.text();
}

// A statement's own text without its signatures, and without an empty list of attachments.
std::string unsigned_text(JsonValue statement) {
    std::string text = "{";
    for (const JsonValue member : statement.items()) {
        std::string value(member.text());
        if (member.key() == "attachments" && member.is_array()) {
            value = "[";
            for (const JsonValue attachment : member.items())
                if (!is_signature(attachment)) value.append(value.size() > 1 ? "," : "").append(attachment.text());
            value += ']';
            if (value == "[]") continue;
        }
        text.append(text.size() > 1 ? "," : "").append(quoted(member.key())).append(":").append(value);
    }
    return text + "}";
}

Result<std::string> fingerprint_of(std::string text, XapiVersion version) {
    auto tree = JsonTree::parse(std::move(text));
    if (!tree) return tree.error();
    if (auto good = check_statement(tree->root(), version); !good) return good.error();
    StatementContext context;  // when it is stored and by whom is no part of what it says
    context.version = version;
    context.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"signature"}})";
    return new_statement(tree->root(), context).fingerprint;
}

Result<void> check_key(const JsonTree& header, std::string_view signed_text, std::string_view signature, const Result<WallTime>& when) {
    const std::string_view name = header.root()["alg"].string();
    JwsAlgorithm algorithm{};
    if (name == "RS256") algorithm = JwsAlgorithm::rs256;
    else if (name == "RS384") algorithm = JwsAlgorithm::rs384;
    else if (name == "RS512") algorithm = JwsAlgorithm::rs512;
    else return Error{ErrorKind::invalid, "a statement is signed with RS256, RS384 or RS512"};
    const auto bytes = from_base64url(signature);
    if (!bytes || bytes->empty()) return Error{ErrorKind::invalid, "the signature is no base64url"};

    const JsonValue chain = header.root()["x5c"];
    if (!chain.exists()) return {};
    if (!chain.is_array() || chain.size() == 0) return Error{ErrorKind::invalid, "x5c is no list of certificates"};
    if (chain.size() > most_certificates) return Error{ErrorKind::invalid, "x5c has too many certificates"};
    std::vector<Bytes> certificates;
    for (const JsonValue entry : chain.items()) {
        auto certificate = certificate_bytes(entry.string());
        if (!certificate || certificate->empty()) return Error{ErrorKind::invalid, "a certificate of x5c is no base64"};
        certificates.push_back(std::move(*certificate));
    }
    if (auto good = verify_jws_rs(certificates.front(), algorithm, signed_text, *bytes); !good) return good.error();  // the first is the signer's
    return verify_chain(certificates, when ? std::optional(when->unix_ms / 1'000) : std::nullopt);
}

}  // namespace

bool is_signature(JsonValue attachment) { return attachment["usageType"].string() == signature_usage; }

Result<void> check_signature(JsonValue statement, JsonValue attachment, std::string_view jws, XapiVersion version) {
    const auto type = read_media_type(attachment["contentType"].string());
    if (!type || type->essence != "application/octet-stream") return Error{ErrorKind::invalid, "the contentType of a signature is application/octet-stream"};
    if (jws.size() > longest_jws) return Error{ErrorKind::too_large, "a signature of more than 8 MiB"};
    const std::size_t first = jws.find('.');
    const std::size_t second = first == std::string_view::npos ? first : jws.find('.', first + 1);
    if (second == std::string_view::npos || jws.find('.', second + 1) != std::string_view::npos) return Error{ErrorKind::invalid, "the signature is no compact JWS: three parts with dots between"};

    const auto header_text = decoded_part(jws.substr(0, first), "header");
    if (!header_text) return header_text.error();
    const auto header = JsonTree::parse(*header_text);
    if (!header || !header->root().is_object()) return Error{ErrorKind::invalid, "the signature's header is no JSON object"};
    // What was signed offline may come late: the certificates must hold when it happened, as far as it says when.
    const auto when = read_timestamp(statement["timestamp"].string(), version);
    if (auto good = check_key(*header, jws.substr(0, second), jws.substr(second + 1), when); !good) return good.error();

    auto payload_text = decoded_part(jws.substr(first + 1, second - first - 1), "payload");
    if (!payload_text) return payload_text.error();
    const auto payload = JsonTree::parse(*payload_text);
    if (!payload || !payload->root().is_object()) return Error{ErrorKind::invalid, "what was signed is no JSON object"};
    const std::string_view signed_id = payload->root()["id"].string(), id = statement["id"].string();
    const auto same = [](char a, char b) { return a == b || ((a ^ b) == 0x20 && ((a | 0x20) >= 'a') && ((a | 0x20) <= 'z')); };
    if (!signed_id.empty() && !id.empty() && !std::equal(signed_id.begin(), signed_id.end(), id.begin(), id.end(), same))
        return Error{ErrorKind::invalid, "what was signed is the statement of another id"};
    // Equal statements may differ in when they say it was; what was signed may only leave that open.
    const auto signed_when = read_timestamp(payload->root()["timestamp"].string(), version);
    if (payload->root()["timestamp"].exists() && (!signed_when || !when || signed_when->unix_ms != when->unix_ms))
        return Error{ErrorKind::invalid, "what was signed says another timestamp than the statement"};
    const auto said = fingerprint_of(unsigned_text(payload->root()), version);
    if (!said) return said.error().within("what was signed");
    const auto says = fingerprint_of(unsigned_text(statement), version);
    if (!says) return says.error();
    if (*said != *says) return Error{ErrorKind::invalid, "what was signed says something else than the statement"};
    return {};
}

}  // namespace xinghuo
