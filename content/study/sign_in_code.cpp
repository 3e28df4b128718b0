#include "content/study/sign_in_code.h"

#include <algorithm>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::string_view head = "XHT1.";
constexpr std::size_t token_limit = 512, number_limit = 64;  // bytes

Error no(std::string_view key) { return {ErrorKind::invalid, std::string(key)}; }

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= number_limit && std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '/' && c != ':';
    });
}

bool is_nonce(std::string_view text) {
    return text.size() >= 8 && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

std::string payload_of(const SignInCode& code) {
    JsonWriter out;
    out.object().key("n").value(code.number).key("x").value(code.expires_s).key("j").value(code.nonce).end();
    return out.text();
}

}  // namespace

Result<SignInCode> read_sign_in_code(std::string_view scanned, const std::optional<PublicKey>& centre_key, const Moment& moment) {
    while (!scanned.empty() && static_cast<unsigned char>(scanned.front()) <= 0x20) scanned.remove_prefix(1);
    while (!scanned.empty() && static_cast<unsigned char>(scanned.back()) <= 0x20) scanned.remove_suffix(1);
    if (!scanned.starts_with("XH")) {
        if (!is_number(scanned)) return no("code.unreadable");
        return SignInCode{std::string(scanned), {}, 0};
    }
    // A number may begin so, too; a receipt or a cut token is none.
    if (!scanned.starts_with(head)) {
        if (!is_number(scanned) || scanned.find('.') != std::string_view::npos) return no("code.unreadable");
        return SignInCode{std::string(scanned), {}, 0};
    }
    const std::size_t dot = scanned.find('.', head.size());
    if (scanned.size() > token_limit || dot == std::string_view::npos) return no("code.unreadable");
    const auto payload = from_base64url(scanned.substr(head.size(), dot - head.size()));
    const auto signed_by = from_base64url(scanned.substr(dot + 1));
    Signature signature{};
    if (!payload || !signed_by || signed_by->size() != signature.size()) return no("code.unreadable");
    std::copy(signed_by->begin(), signed_by->end(), signature.begin());
    if (!centre_key) return no("code.unsigned_key");
    if (!signature_holds(*centre_key, scanned.substr(0, dot), signature)) return no("code.forged");

    const std::string_view json(reinterpret_cast<const char*>(payload->data()), payload->size());
    JsonDocument document;
    if (!document.parse(json)) return no("code.unreadable");
    const JsonNode root = document.root();
    SignInCode code{root["n"].string(), root["j"].string(), root["x"].integer()};
    if (!document.good() || !is_number(code.number) || !is_nonce(code.nonce) || code.expires_s <= 0 || payload_of(code) != json)
        return no("code.unreadable");
    if (!moment.wall_trusted) return no("code.no_clock");
    if (moment.wall.unix_ms / 1000 >= code.expires_s) return no("code.expired");
    return code;
}

std::string write_sign_in_token(const SignInCode& code, const SigningKey& centre) {
    const std::string payload = payload_of(code);
    std::string text = std::string(head) + to_base64url({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    const Signature signature = centre.sign(text);
    text += "." + to_base64url(signature);
    return text;
}

Result<bool> UsedCodes::use(std::string_view nonce, std::int64_t expires_s, const Moment& moment) {
    auto change = Transaction::begin(*db_);
    if (!change) return change.error().within("remembering a code");
    if (moment.wall_trusted)
        if (auto done = db_->run("DELETE FROM used_code WHERE expires_s < ?1", moment.wall.unix_ms / 1000); !done)
            return done.error().within("remembering a code");
    if (auto done = db_->run("INSERT OR IGNORE INTO used_code (nonce, expires_s) VALUES (?1, ?2)", nonce, expires_s); !done)
        return done.error().within("remembering a code");
    const bool first = db_->changes() == 1;
    if (auto done = change->commit(); !done) return done.error().within("remembering a code");
    return first;
}

}  // namespace xinghuo
