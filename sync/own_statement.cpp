#include "sync/own_statement.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace xinghuo {
namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

template <std::size_t Size>
bool read_hex(std::string_view text, std::array<std::uint8_t, Size>& out) {
    if (text.size() != 2 * Size) return false;
    for (std::size_t i = 0; i < Size; ++i) {
        const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

// Reads from left to right what can be written in one way only, and stops at everything else.
class PlainReader {
public:
    explicit PlainReader(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    void stop() { good_ = false; }

    void expect(std::string_view literal) {
        if (good_ && rest_.starts_with(literal)) rest_.remove_prefix(literal.size());
        else stop();
    }
    bool takes(std::string_view literal) {
        if (!good_ || !rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    std::int64_t integer() {
        std::int64_t value = 0;
        if (!good_) return 0;
        const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        const std::string_view written = rest_.substr(0, static_cast<std::size_t>(end - rest_.data()));
        const std::string_view digits = written.starts_with('-') ? written.substr(1) : written;
        if (code != std::errc() || (digits.front() == '0' && written.size() > 1)) stop();
        else rest_.remove_prefix(written.size());
        return value;
    }
    // Without its quotes; an escape, or anything that is not ASCII, is not plain.
    std::string_view string() {
        expect("\"");
        if (!good_) return {};
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_plain);
        const std::string_view text = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(text.size());
        expect("\"");
        return text;
    }
    // One object without a space outside its strings. Whether it is JSON is not known by this.
    std::string_view object() {
        std::size_t depth = 0;
        if (!rest_.starts_with('{')) stop();
        for (std::size_t at = 0; good_ && at < rest_.size(); ++at) {
            const char c = rest_[at];
            if (c == '"') {
                for (++at; at < rest_.size() && rest_[at] != '"'; ++at)
                    if (rest_[at] == '\\') ++at;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                const std::string_view text = rest_.substr(0, at + 1);
                rest_.remove_prefix(at + 1);
                return text;
            } else if (c == '/' || c <= ' ' || depth == 0) {
                break;
            }
        }
        stop();
        return {};
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

// Numbers too large for one of two readers are left to the general way.
bool has_plain_numbers(JsonValue value) {
    if (value.is_number()) {
        const std::string_view text = value.number_text();
        const std::size_t exponent = text.find_first_of("eE");
        return text.size() <= 32 && (exponent == std::string_view::npos || text.size() - exponent <= 4);
    }
    for (const JsonValue item : value.items())
        if (!has_plain_numbers(item)) return false;
    return true;
}

// The record's line, as to_json() writes it: every value can be written in one way only, so what was read here would be written as it stands.
std::optional<CarriedRecord> read_line(std::string& line) {
    PlainReader in(line);
    CarriedRecord carried;
    Record& r = carried.record;
    in.expect("{\"id\":");
    r.id = in.string();
    in.expect(",\"kiosk\":");
    r.kiosk.text = in.string();
    in.expect(",\"seq\":");
    r.seq = in.integer();
    in.expect(",\"boot\":");
    r.boot = in.integer();
    in.expect(",\"kind\":");
    if (const auto kind = record_kind(in.string())) r.kind = *kind;
    else in.stop();
    in.expect(",\"member\":");
    if (!in.takes("null")) {
        r.member.text = in.string();
        if (r.member.empty()) in.stop();
    }
    in.expect(",\"at\":");
    r.at.unix_ms = in.integer();
    in.expect(",\"clock_trusted\":");
    r.clock_trusted = in.takes("true");
    if (!r.clock_trusted) in.expect("false");
    in.expect(",\"mono_ms\":");
    r.mono_ms = in.integer();
    in.expect(",\"body\":");
    r.body = in.object();
    in.expect(",\"prev_hash\":");
    if (!read_hex(in.string(), r.prev_hash)) in.stop();
    const std::size_t hashed = line.size() - in.rest().size();
    in.expect(",\"hash\":");
    if (!read_hex(in.string(), r.hash)) in.stop();
    in.expect("}");
    if (!in.good() || !in.rest().empty() || !is_in_bounds(r)) return std::nullopt;

    // The hash is that of the line without its last member.
    const char comma = std::exchange(line[hashed], '}');
    const Digest digest = sha256(std::string_view(line).substr(0, hashed + 1));
    line[hashed] = comma;
    if (digest != r.hash) return std::nullopt;
    if (r.body.find("\\u") != std::string::npos) return std::nullopt;  // halves of characters are the general way's business
    std::string body;
    body.reserve(r.body.size() + 8);  // JsonTree adds some bytes
    auto tree = JsonTree::parse(std::move(body += r.body));
    if (!tree || !has_plain_numbers(tree->root())) return std::nullopt;
    carried.body = std::make_shared<const JsonTree>(std::move(*tree));
    return carried;
}

// string_view::find() stops at every quote, and these begin with one.
std::size_t place_in(std::string_view text, std::string_view what) {
    const void* found = ::memmem(text.data(), text.size(), what.data(), what.size());
    return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// A string of JSON, whose opening quote is behind us, as our writer escapes one. What is behind its closing quote; nothing: escaped in another way, or no end.
std::optional<std::string_view> unescape(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t at = 0;;) {
        const char* begin = text.data() + at;
        const char* end = text.data() + text.size();
        const char* stop = begin;
        while (stop != end && *stop != '"' && *stop != '\\' && static_cast<unsigned char>(*stop) >= ' ') ++stop;
        out.append(begin, stop);
        at = static_cast<std::size_t>(stop - text.data());
        if (stop == end || (*stop != '"' && *stop != '\\')) return std::nullopt;
        if (*stop == '"') return text.substr(at + 1);
        if (at + 1 >= text.size() || (text[at + 1] != '"' && text[at + 1] != '\\')) return std::nullopt;
        out += text[at + 1];
        at += 2;
    }
}

}  // namespace

std::optional<OwnStatement> OwnStatements::read(std::string_view text) {
    constexpr std::string_view home = R"("homePage":")", record_key = "\"urn:x-xinghuo:record\":\"", signature_key = ",\"urn:x-xinghuo:signature\":\"";
    const std::size_t home_at = place_in(text, home), record_at = place_in(text, record_key);
    if (record_at == std::string_view::npos || home_at >= record_at) return std::nullopt;
    OwnStatement own;
    PlainReader page(text.substr(home_at + home.size() - 1));
    own.home_page = page.string();
    const std::size_t line_at = record_at + record_key.size();
    const auto behind_line = unescape(text.substr(line_at), line_);
    if (!page.good() || !behind_line) return std::nullopt;
    auto carried = read_line(line_);
    if (!carried) return std::nullopt;

    // What stands before the record, and behind it.
    const StatementTerms terms{std::string(own.home_page)};
    written_.clear();
    own.parts = write_statement_head(written_, carried->record, carried->body->root(), terms);
    if (text.substr(0, line_at - 1) != written_) return std::nullopt;
    if (behind_line->starts_with(signature_key)) {
        carried->signature.emplace();
        if (!read_hex(behind_line->substr(signature_key.size()).substr(0, 128), *carried->signature)) return std::nullopt;
    }
    written_.clear();
    write_statement_tail(written_, carried->record, carried->signature);
    if (!behind_line->starts_with(written_)) return std::nullopt;
    own.carried = std::move(*carried);
    own.text = text.substr(0, text.size() - behind_line->size() + written_.size());
    return own;
}

}  // namespace xinghuo
