// Enrolment, receipts and the centre's state, as text.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/base/text.h"
#include "content/study/records.h"
#include "sync/protocol.h"

namespace xinghuo {
namespace {

constexpr std::size_t longest_name = 60;
constexpr std::size_t most_gaps = 100;

std::string signed_words(const EnrolRequest& request) {
    return "enrol\n" + request.code + "\n" + request.kiosk.text + (request.centre ? "\n" + to_hex(*request.centre) : "");
}

// Hex of exactly that many bytes; refuses the node otherwise.
template <std::size_t Size>
std::array<std::uint8_t, Size> bytes_of(const JsonNode& node) {
    std::array<std::uint8_t, Size> out{};
    const auto bytes = from_hex(node.string());
    if (!bytes || bytes->size() != Size) node.refuse(fmt::format("not {} hex digits", 2 * Size));
    else std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

// To the millisecond, in the one form we write.
WallTime time_of(const JsonNode& node) {
    const std::string text = node.string();
    const WallTime at = wall_time_from_iso(text);
    if (iso_from_wall_time(at) != text) node.refuse("not a time as 2026-11-21T09:00:00.000Z");
    return at;
}

// The receipt without its last member: what is signed.
std::string receipted_part(const CentreReceipt& receipt) {
    JsonWriter out;
    out.object().key("xinghuo_receipt").value(1).key("kiosk").value(receipt.kiosk.text).key("through").value(receipt.through);
    out.key("hash").value(receipt.hash).key("also").array();
    for (const ReceivedStretch& one : receipt.also) out.object().key("from").value(one.from).key("to").value(one.to).key("hash").value(one.hash).end();
    return out.end().key("at").value(iso_from_wall_time(receipt.at)).end().text();
}

std::string receipt_line(const CentreReceipt& receipt, const Signature& signature) {
    std::string line = receipted_part(receipt);
    line.pop_back();
    return line + ",\"signature\":\"" + to_hex(signature) + "\"}";
}

}  // namespace

std::string enrol_json(const EnrolRequest& request, const SigningKey& device) {
    JsonWriter out;
    out.object().key("code").value(request.code).key("kiosk").value(request.kiosk.text).key("public_key").value(to_hex(request.public_key));
    out.key("name").value(request.name);
    if (request.centre) out.key("centre").value(to_hex(*request.centre));
    return out.key("signature").value(to_hex(device.sign(signed_words(request)))).end().text();
}

Result<EnrolRequest> read_enrol(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse_strict(json); !read) return read.error();
    const JsonNode root = document.root();
    EnrolRequest request;
    request.code = root["code"].string();
    request.kiosk = {root["kiosk"].string()};
    request.public_key = bytes_of<std::tuple_size_v<PublicKey>>(root["public_key"]);
    request.name = root["name"].string();
    if (const JsonNode centre = root["centre"]; centre.exists()) request.centre = bytes_of<std::tuple_size_v<PublicKey>>(centre);
    const Signature signature = bytes_of<std::tuple_size_v<Signature>>(root["signature"]);
    if (const std::size_t length = code_points(request.name).size(); length < 1 || length > longest_name) root["name"].refuse("not 1 to 60 characters");
    if (!document.good()) return document.error();
    if (kiosk_id(request.public_key) != request.kiosk) return Error{ErrorKind::untrusted, "the terminal's id is not its key's"};
    if (!signature_holds(request.public_key, signed_words(request), signature)) return Error{ErrorKind::untrusted, "not signed by the terminal's key"};
    return request;
}

std::string enrolled_json(const Enrolled& enrolled) {
    JsonWriter out;
    out.object().key("organisation").value(enrolled.organisation).key("home_page").value(enrolled.home_page).key("token").value(enrolled.token);
    out.key("endpoint").value(enrolled.endpoint).key("repository").value(enrolled.repository).key("centre_key").value(to_hex(enrolled.centre_key));
    return out.key("root").value(enrolled.root).end().text();
}

Result<Enrolled> read_enrolled(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse_strict(json); !read) return read.error();
    const JsonNode root = document.root();
    Enrolled enrolled;
    enrolled.organisation = root["organisation"].string();
    enrolled.home_page = root["home_page"].string();
    enrolled.token = root["token"].string();
    enrolled.endpoint = root["endpoint"].string_or(enrolled.endpoint);
    enrolled.repository = root["repository"].string_or(enrolled.repository);
    enrolled.centre_key = bytes_of<std::tuple_size_v<PublicKey>>(root["centre_key"]);
    enrolled.root = root["root"].string_or("");
    const auto printable = [](std::string_view text) { return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; }); };
    if (enrolled.token.empty() || !printable(enrolled.token)) root["token"].refuse("no token");  // it becomes a header
    if (enrolled.home_page.empty() || !enrolled.home_page.ends_with('/')) root["home_page"].refuse("does not end with /");
    if (!enrolled.endpoint.starts_with('/') || !printable(enrolled.endpoint)) root["endpoint"].refuse("no path");
    if (!enrolled.repository.starts_with('/') || !printable(enrolled.repository)) root["repository"].refuse("no path");
    if (!document.good()) return document.error();
    return enrolled;
}

std::string centre_receipt_json(const CentreReceipt& receipt, const SigningKey& centre) { return receipt_line(receipt, centre.sign(receipted_part(receipt))); }

Result<CentreReceipt> read_centre_receipt(std::string_view json, const PublicKey& centre) {
    JsonDocument document;
    if (auto read = document.parse_strict(json); !read) return read.error().within("a receipt");
    const JsonNode root = document.root();
    CentreReceipt receipt;
    if (root["xinghuo_receipt"].integer() != 1) root["xinghuo_receipt"].refuse("not 1");
    receipt.kiosk = {root["kiosk"].string()};
    receipt.through = root["through"].integer();
    receipt.hash = root["hash"].string();
    receipt.at = time_of(root["at"]);
    if (receipt.through < 0) root["through"].refuse("below 0");
    std::int64_t last = receipt.through;
    for (const JsonNode& node : root["also"].items()) {
        ReceivedStretch one{node["from"].integer(), node["to"].integer(), node["hash"].string()};
        if (one.from <= last || one.to < one.from) node.refuse("not behind the one before it");
        last = one.to;
        receipt.also.push_back(std::move(one));
    }
    const Signature signature = bytes_of<std::tuple_size_v<Signature>>(root["signature"]);
    if (!document.good()) return document.error().within("a receipt");
    if (receipt_line(receipt, signature) != json) return Error{ErrorKind::invalid, "a receipt: not written as receipts are"};
    if (!signature_holds(centre, receipted_part(receipt), signature)) return Error{ErrorKind::untrusted, "a receipt: not signed by the centre"};
    return receipt;
}

std::string centre_state_json(const CentreState& state) {
    JsonWriter out;
    out.object().key("through").value(state.through).key("hash").value(state.hash).key("missing").array();
    for (const auto& [from, to] : state.missing) out.array().value(from).value(to).end();
    return out.end().key("newest").value(state.newest).key("revoked").value(state.revoked).key("time").value(iso_from_wall_time(state.time)).end().text();
}

Result<CentreState> read_centre_state(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse_strict(json); !read) return read.error().within("the centre's state");
    const JsonNode root = document.root();
    CentreState state;
    state.through = root["through"].integer();
    state.hash = root["hash"].string_or("");
    for (const JsonNode& gap : root["missing"].items(most_gaps)) {
        const auto ends = gap.items(2);
        if (ends.size() != 2) gap.refuse("not two numbers");
        else state.missing.emplace_back(ends[0].integer(), ends[1].integer());
        if (ends.size() == 2 && (state.missing.back().first < 1 || state.missing.back().second < state.missing.back().first)) gap.refuse("no gap");
    }
    state.newest = root["newest"].integer_or(0);
    state.revoked = root["revoked"].boolean_or(false);
    state.time = time_of(root["time"]);
    if (state.through < 0) root["through"].refuse("below 0");
    if (!document.good()) return document.error().within("the centre's state");
    return state;
}

}  // namespace xinghuo
