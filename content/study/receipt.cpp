#include "content/study/receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "content/base/json.h"
#include "content/study/records.h"

namespace xinghuo {
namespace {

constexpr std::string_view head = "XHR1.";
constexpr std::size_t size_limit = 300;
constexpr std::array labels = {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz};

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string_view without(std::string_view prefix, std::string_view id) { return id.starts_with(prefix) ? id.substr(prefix.size()) : id; }

std::string payload_of(const Receipt& receipt) {
    JsonWriter out;
    out.object().key("k").value(without("k-", receipt.kiosk.text)).key("m").value(without("m-", receipt.member.text));
    out.key("d").value(fmt::format("{:04}-{:02}-{:02}", receipt.day.year, receipt.day.month, receipt.day.day));
    out.key("n").value(receipt.last_seq).key("h").value(receipt.last_hash).key("t").array();
    for (const StudyLabel label : labels) {
        const auto found = receipt.seconds.find(label);
        out.value(found == receipt.seconds.end() ? std::int64_t{0} : found->second);
    }
    out.end();
    if (!receipt.clock_trusted) out.key("u").value(1);
    out.end();
    return out.text();
}

Error not_one() { return {ErrorKind::invalid, "this is no receipt"}; }

Result<Date> read_date(const std::string& text) {
    const auto number = [&](std::size_t from, std::size_t count) {
        int n = 0;
        for (std::size_t i = from; i < from + count; ++i) n = n * 10 + (text[i] - '0');
        return n;
    };
    if (text.size() != 10) return not_one();
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return not_one();
    return Date{number(0, 4), number(5, 2), number(8, 2)};
}

Result<Receipt> read_payload(std::string_view payload) {
    JsonDocument document;
    if (!document.parse(payload)) return not_one();
    const JsonNode root = document.root();
    Receipt receipt;
    receipt.kiosk.text = "k-" + root["k"].string();
    receipt.member.text = "m-" + root["m"].string();
    receipt.last_seq = root["n"].integer();
    receipt.last_hash = root["h"].string();
    receipt.clock_trusted = root["u"].integer_or(0) == 0;
    auto day = read_date(root["d"].string());
    if (!day) return day.error();
    receipt.day = *day;
    const auto times = root["t"].items(labels.size());
    if (times.size() != labels.size()) return not_one();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::int64_t seconds = times[i].integer();
        if (seconds < 0) return not_one();
        if (seconds > 0) receipt.seconds[labels[i]] = seconds;
    }
    if (!document.good() || receipt.last_seq < 0 || !is_hex(receipt.last_hash, 16)) return not_one();
    // One receipt has one spelling: what was left out or put in besides shows here.
    if (payload_of(receipt) != payload) return not_one();
    return receipt;
}

}  // namespace

std::string write_receipt(const Receipt& receipt, const SigningKey& key) {
    const std::string payload = payload_of(receipt);
    std::string text = std::string(head) + to_base64url({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    const Signature signature = key.sign(text);
    text += "." + to_base64url(signature);
    return text;
}

Result<Receipt> read_receipt(std::string_view text, const PublicKey& key) {
    if (text.size() > size_limit || !text.starts_with(head)) return not_one();
    const std::size_t dot = text.find('.', head.size());
    if (dot == std::string_view::npos) return not_one();
    const auto payload = from_base64url(text.substr(head.size(), dot - head.size()));
    const auto signed_by = from_base64url(text.substr(dot + 1));
    Signature signature{};
    if (!payload || !signed_by || signed_by->size() != signature.size()) return not_one();
    std::copy(signed_by->begin(), signed_by->end(), signature.begin());
    // Nothing is read before it is known to be signed.
    if (!signature_holds(key, text.substr(0, dot), signature))
        return Error{ErrorKind::invalid, "this receipt was changed, or is of another terminal"};
    auto receipt = read_payload({reinterpret_cast<const char*>(payload->data()), payload->size()});
    if (receipt && receipt->kiosk != kiosk_id(key)) return Error{ErrorKind::invalid, "this receipt names another terminal than the one that signed it"};
    return receipt;
}

}  // namespace xinghuo
