#include "sync/courier_forms.h"

#include <algorithm>

#include "content/base/gzip.h"
#include "content/base/json.h"
#include "content/base/text.h"
#include "content/study/records.h"
#include "sync/told.h"

namespace xinghuo {
namespace {

constexpr std::string_view signed_as = "courier\n";

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed_bytes(const std::string& hex) {
    const auto bytes = from_hex(hex);
    std::array<std::uint8_t, N> out{};
    if (!bytes || bytes->size() != N) return Error{ErrorKind::invalid, "a key or a signature is damaged"};
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

std::string stick_part(const CourierStick& stick) {
    JsonWriter out;
    out.object().key("xinghuo_courier").value(1).key("stick").value(stick.stick).key("organisation").value(stick.organisation);
    out.key("name").value(stick.name).key("home_page").value(stick.home_page);
    out.key("centre_key").value(to_hex(stick.centre_key)).key("made").value(iso_from_wall_time(stick.made)).end();
    std::string text = out.text();
    text.pop_back();
    return text;
}

std::string line_of(const CourierChunk& chunk) {
    JsonWriter out;
    out.object().key("xinghuo_chunk").value(1).key("kiosk").value(chunk.kiosk.text).key("key").value(to_hex(chunk.key));
    return out.key("from").value(chunk.from).key("through").value(chunk.through).end().text() + "\n";
}

// The signature of a short text is the same each time, and nobody else's.
std::string name_of_own(const SigningKey& device, const std::string& what) {
    const Signature signature = device.sign("courier name\n" + what);
    return sha256_hex(signature.data(), signature.size()).substr(0, 32);
}

// Without its last member: what is signed.
std::string answer_part(const CourierAnswer& answer) {
    JsonWriter out;
    out.object().key("xinghuo_answer").value(1).key("request").value(answer.request);
    if (answer.enrolled) out.key("enrolled").value(enrolled_json(*answer.enrolled));
    std::string text = out.end().text();
    text.pop_back();
    return text;
}

Error broken_chunk() { return {ErrorKind::untrusted, "a chunk is damaged, or was sealed to another centre"}; }

}  // namespace

std::string courier_stick_json(const CourierStick& stick, const SigningKey& centre) {
    const std::string part = stick_part(stick);
    return part + ",\"signature\":\"" + to_hex(centre.sign(part)) + "\"}\n";
}

Result<CourierStick> read_courier_stick(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse_strict(json); !parsed) return parsed.error().within("the stick's registration");
    const JsonNode root = document.root();
    CourierStick stick;
    if (root["xinghuo_courier"].integer() != 1) root["xinghuo_courier"].refuse("not 1");
    stick.stick = root["stick"].string();
    stick.organisation = root["organisation"].integer();
    stick.name = root["name"].string();
    stick.home_page = root["home_page"].string();
    stick.made = wall_time_from_iso(root["made"].string());
    const std::string key = root["centre_key"].string(), hex = root["signature"].string();
    if (const std::size_t length = code_points(stick.name).size(); length < 1 || length > longest_organisation) root["name"].refuse("not 1 to 120 characters");
    if (!stick.home_page.ends_with('/')) root["home_page"].refuse("does not end with /");
    if (!document.good()) return document.error().within("the stick's registration");
    const auto key_bytes = fixed_bytes<32>(key);
    const auto signature = fixed_bytes<64>(hex);
    if (!key_bytes || !signature) return Error{ErrorKind::invalid, "the stick's registration is damaged"};
    stick.centre_key = *key_bytes;
    if (stick.stick.size() != 16 || !from_hex(stick.stick)) return Error{ErrorKind::invalid, "the stick's registration is damaged"};
    if (!signature_holds(stick.centre_key, stick_part(stick), *signature)) return Error{ErrorKind::untrusted, "the stick's registration is not signed by the centre"};
    return stick;
}

Result<CourierStick> read_courier_stick(std::string_view json, const PublicKey& centre) {
    auto stick = read_courier_stick(json);
    if (stick && stick->centre_key != centre) return Error{ErrorKind::untrusted, "the stick was registered by another centre"};
    return stick;
}

std::string key_fingerprint(const PublicKey& key) {
    constexpr std::size_t digits = 20, a_group = 4;
    std::string text;
    const std::string hash = sha256_hex(key.data(), key.size());
    for (std::size_t i = 0; i < digits; ++i) {
        if (i > 0 && i % a_group == 0) text += ' ';
        text += static_cast<char>(hash[i] >= 'a' ? hash[i] - 'a' + 'A' : hash[i]);
    }
    return text;
}

std::string chunk_name(const SigningKey& device, std::int64_t from, std::int64_t through) {
    return name_of_own(device, std::to_string(from) + "-" + std::to_string(through));
}

bool is_chunk_name(std::string_view name) {
    return name.size() == 32 && std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Bytes sealed_chunk(const CourierChunk& chunk, const SigningKey& device, const PublicKey& centre) {
    std::string lines;
    for (const std::string& statement : chunk.statements) lines += statement + "\n";
    const std::string head = line_of(chunk), packed = gzipped(lines);
    const Signature signature = device.sign(std::string(signed_as) + head + packed);
    return sealed_to(centre, head + to_hex(signature) + "\n" + packed);
}

Result<CourierChunk> unsealed_chunk(std::span<const std::uint8_t> bytes, const SigningKey& centre) {
    const auto plain = unsealed_by(centre, bytes);
    if (!plain) return broken_chunk();
    const std::size_t head_end = plain->find('\n'), signature_end = head_end == std::string::npos ? head_end : plain->find('\n', head_end + 1);
    if (signature_end == std::string::npos) return broken_chunk();
    const std::string head = plain->substr(0, head_end + 1), packed = plain->substr(signature_end + 1);
    const auto signature = fixed_bytes<64>(plain->substr(head_end + 1, signature_end - head_end - 1));
    JsonDocument document;
    if (auto parsed = document.parse_strict(head); !parsed || !signature) return broken_chunk();
    CourierChunk chunk;
    if (document.root()["xinghuo_chunk"].integer() != 1) return Error{ErrorKind::unsupported, "a chunk is of a later program"};
    chunk.kiosk = {document.root()["kiosk"].string()};
    chunk.from = document.root()["from"].integer();
    chunk.through = document.root()["through"].integer();
    const auto key = fixed_bytes<32>(document.root()["key"].string());
    if (!document.good() || !key) return broken_chunk();
    chunk.key = *key;
    if (line_of(chunk) != head || kiosk_id(chunk.key) != chunk.kiosk || !signature_holds(chunk.key, std::string(signed_as) + head + packed, *signature))
        return Error{ErrorKind::untrusted, "a chunk is not signed by the terminal it names"};
    const auto lines = gunzipped(packed, chunk_plain_limit_bytes);
    if (!lines) return lines.error().within("a chunk");
    for (std::size_t at = 0; at < lines->size();) {
        const std::size_t end = std::min(lines->find('\n', at), lines->size());
        if (end > at) chunk.statements.push_back(lines->substr(at, end - at));
        at = end + 1;
    }
    return chunk;
}

std::string courier_request_name(const EnrolRequest& request, const SigningKey& device) { return name_of_own(device, "enrol " + request_mark(request)); }

Bytes sealed_request(const EnrolRequest& request, const SigningKey& device) { return sealed_to(*request.centre, enrol_json(request, device)); }

Result<EnrolRequest> unsealed_request(std::span<const std::uint8_t> bytes, const SigningKey& centre) {
    const auto plain = unsealed_by(centre, bytes);
    if (!plain) return Error{ErrorKind::untrusted, "a terminal's request is damaged, or was sealed to another centre"};
    auto request = read_enrol(*plain);
    if (!request) return request.error().within("a terminal's request");
    if (request->centre != centre.public_key()) return Error{ErrorKind::untrusted, "a terminal's request is meant for another centre"};
    return request;
}

std::string request_mark(const EnrolRequest& request) {
    const std::string said = "courier request\n" + request.code + "\n" + request.kiosk.text + (request.centre ? "\n" + to_hex(*request.centre) : "");
    return sha256_hex(said.data(), said.size());
}

Bytes sealed_answer(const CourierAnswer& answer, const PublicKey& device, const SigningKey& centre) {
    const std::string part = answer_part(answer);
    return sealed_to(device, part + ",\"signature\":\"" + to_hex(centre.sign(part)) + "\"}");
}

Result<CourierAnswer> unsealed_answer(std::span<const std::uint8_t> bytes, const SigningKey& device, const PublicKey& centre) {
    const auto plain = unsealed_by(device, bytes);
    if (!plain) return Error{ErrorKind::untrusted, "the centre's answer on the stick is damaged"};
    JsonDocument document;
    if (auto parsed = document.parse_strict(*plain); !parsed) return parsed.error().within("the centre's answer");
    const JsonNode root = document.root();
    CourierAnswer answer;
    if (root["xinghuo_answer"].integer() != 1) return Error{ErrorKind::unsupported, "the centre's answer is of a later program"};
    answer.request = root["request"].string();
    const std::string enrolled = root["enrolled"].string_or("");
    const auto signature = fixed_bytes<64>(root["signature"].string());
    if (!document.good() || !signature) return Error{ErrorKind::untrusted, "the centre's answer on the stick is damaged"};
    if (!enrolled.empty()) {
        auto read = read_enrolled(enrolled);
        if (!read) return read.error().within("the centre's answer");
        answer.enrolled = std::move(*read);
    }
    if (!signature_holds(centre, answer_part(answer), *signature)) return Error{ErrorKind::untrusted, "the answer on the stick is not signed by the centre"};
    if (answer.enrolled && answer.enrolled->centre_key != centre) return Error{ErrorKind::untrusted, "the answer on the stick is another centre's"};
    return answer;
}

std::string receipts_text(const std::vector<SealedReceipt>& receipts) {
    std::string text;
    for (const SealedReceipt& one : receipts) {
        JsonWriter out;
        out.object().key("place").value(kiosk_place(one.kiosk)).key("sealed").value(to_base64url(sealed_to(one.key, one.receipt))).end();
        text += out.text() + "\n";
    }
    return text;
}

Result<std::string> own_receipt(std::string_view receipts, const KioskId& kiosk, const SigningKey& device) {
    const std::string begin = "{\"place\":\"" + kiosk_place(kiosk) + "\"";
    for (std::size_t at = 0; at < receipts.size();) {
        const std::size_t end = std::min(receipts.find('\n', at), receipts.size());
        const std::string_view line = receipts.substr(at, end - at);
        at = end + 1;
        if (!line.starts_with(begin)) continue;
        JsonDocument document;
        if (auto parsed = document.parse_strict(line); !parsed) return Error{ErrorKind::invalid, "the receipt on the stick is damaged"};
        const auto sealed = from_base64url(document.root()["sealed"].string());
        if (!document.good() || !sealed) return Error{ErrorKind::invalid, "the receipt on the stick is damaged"};
        auto plain = unsealed_by(device, *sealed);
        if (!plain) return Error{ErrorKind::untrusted, "the receipt on the stick is damaged"};
        return plain;
    }
    return std::string();
}

}  // namespace xinghuo
