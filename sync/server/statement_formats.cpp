#include "sync/server/statement_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace xinghuo {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// What may stand in an IRI behind its scheme (RFC 3987 §2.2), roughly: nothing that ends it in running text.
constexpr std::array<bool, 256> iri_characters = [] {
    std::array<bool, 256> allowed{};
    for (std::size_t c = 0x21; c < 256; ++c) allowed[c] = c != 0x7f;
    for (const char c : {'<', '>', '"', '{', '}', '|', '\\', '^', '`'}) allowed[static_cast<unsigned char>(c)] = false;
    return allowed;
}();
// RFC 9110 §5.6.2
constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> allowed{};
    for (std::size_t c = 0x21; c < 0x7f; ++c) allowed[c] = true;
    for (const char c : {'(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=', '{', '}'}) allowed[static_cast<unsigned char>(c)] = false;
    return allowed;
}();

bool is_hex(std::string_view text, std::size_t digits) { return text.size() == digits && std::all_of(text.begin(), text.end(), is_hex_digit); }

std::string_view take_token(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && token_characters[static_cast<unsigned char>(text[size])]) ++size;
    const std::string_view token = text.substr(0, size);
    text.remove_prefix(size);
    return token;
}

void skip_spaces(std::string_view& text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// Exactly that many digits, as a number; -1 otherwise.
int take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!is_digit(text[i])) return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

std::string_view take_digits(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[size])) ++size;
    const std::string_view digits = text.substr(0, size);
    text.remove_prefix(size);
    return digits;
}

struct ReadTimestamp {
    std::chrono::sys_seconds second;   // UTC
    std::string_view fraction;         // its digits
};
constexpr const char* no_timestamp = "not a date and time (RFC 3339)";

// Nothing wrong: null.
const char* take_zone(std::string_view& text, bool basic, bool iso, std::chrono::minutes& offset) {
    if (text.empty()) return iso ? nullptr : "the time zone is missing";
    if (take(text, 'Z') || take(text, 'z')) return text.empty() ? nullptr : no_timestamp;
    const bool west = text.front() == '-';
    if (!west && text.front() != '+') return no_timestamp;
    text.remove_prefix(1);
    const int hour = take_number(text, 2);
    if (hour < 0 || hour > 23) return no_timestamp;
    int minute = 0;
    if (text.empty()) {
        if (!iso) return no_timestamp;   // "+08" is ISO 8601's, not RFC 3339's
    } else {
        const bool colon = take(text, ':');
        if (!colon && !iso) return no_timestamp;
        if (colon && basic) return no_timestamp;
        minute = take_number(text, 2);
        if (minute < 0 || minute > 59 || !text.empty()) return no_timestamp;
    }
    if (west && hour == 0 && minute == 0) return "an offset of -00:00 is not allowed";
    offset = (west ? -1 : 1) * (std::chrono::hours(hour) + std::chrono::minutes(minute));
    return nullptr;
}

const char* take_timestamp(std::string_view text, XapiVersion version, ReadTimestamp& out) {
    using namespace std::chrono;
    const bool iso = version == XapiVersion::v1_0_3;  // 1.0.3 takes what ISO 8601 does: the basic form, no seconds, no zone
    const int y = take_number(text, 4);
    const bool basic = iso && !text.empty() && text.front() != '-';
    if (y < 0 || (!basic && !take(text, '-'))) return no_timestamp;
    const int mo = take_number(text, 2);
    if (mo < 0 || (!basic && !take(text, '-'))) return no_timestamp;
    const int d = take_number(text, 2);
    if (d < 0) return no_timestamp;
    const year_month_day date(year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d)));
    if (!date.ok()) return "no such day";
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return no_timestamp;
    const int h = take_number(text, 2);
    if (h < 0 || (!basic && !take(text, ':'))) return no_timestamp;
    const int mi = take_number(text, 2);
    if (mi < 0) return no_timestamp;
    int s = 0;
    if (basic ? (!text.empty() && is_digit(text.front())) : take(text, ':')) {
        s = take_number(text, 2);
        if (s < 0) return no_timestamp;
        if (take(text, '.') || (iso && take(text, ','))) {
            out.fraction = take_digits(text);
            if (out.fraction.empty()) return no_timestamp;
        }
    } else if (!iso) {
        return no_timestamp;
    }
    if (h > 23 || mi > 59 || s > 60) return "no such time of day";  // 60: a leap second
    minutes offset{0};
    if (const char* wrong = take_zone(text, basic, iso, offset)) return wrong;
    out.second = sys_days(date) + hours(h) + minutes(mi) + std::chrono::seconds(s) - offset;
    return nullptr;
}

// RFC 5646 §2.1, "grandfathered", the irregular ones; the regular fit the grammar.
constexpr std::array<std::string_view, 17> irregular_tags = {"en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo",
                                                            "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de"};

// One part of a tag after the other.
struct Subtags {
    std::string_view rest;
    std::string_view now;
    bool next() {
        if (rest.empty()) return now = {}, false;
        const std::size_t size = std::min(rest.find('-'), rest.size());
        now = rest.substr(0, size);
        rest.remove_prefix(std::min(size + 1, rest.size()));
        return true;
    }
    [[nodiscard]] bool letters(std::size_t from, std::size_t to) const {
        return now.size() >= from && now.size() <= to && std::all_of(now.begin(), now.end(), is_letter);
    }
    [[nodiscard]] bool digits(std::size_t count) const { return now.size() == count && std::all_of(now.begin(), now.end(), is_digit); }
    [[nodiscard]] bool both(std::size_t from, std::size_t to) const { return now.size() >= from && now.size() <= to; }
};

}  // namespace

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < 36; ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
    }
    return true;
}

bool is_iri(std::string_view text) {
    if (text.empty() || !is_letter(text.front())) return false;
    std::size_t at = 1;
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]) || text[at] == '+' || text[at] == '-' || text[at] == '.')) ++at;
    if (at + 1 >= text.size() || text[at] != ':') return false;
    bool fragment = false;
    for (++at; at < text.size(); ++at) {
        const char c = text[at];
        if (!iri_characters[static_cast<unsigned char>(c)]) return false;
        if (c == '%' && (at + 2 >= text.size() || !is_hex_digit(text[at + 1]) || !is_hex_digit(text[at + 2]))) return false;
        if (c == '#' && std::exchange(fragment, true)) return false;
    }
    return true;
}

bool is_mailto(std::string_view text) {
    if (!text.starts_with("mailto:") || !is_iri(text)) return false;
    text.remove_prefix(7);
    const std::size_t at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
    if (text.substr(0, at).find_first_of("?#,") != std::string_view::npos) return false;  // header fields, a second address (RFC 6068 §2)
    const std::string_view host = text.substr(at + 1);
    return !host.empty() && host.front() != '.' && host.find_first_of("/?#:,;%") == std::string_view::npos;
}

bool is_sha1(std::string_view text) { return is_hex(text, 40); }
bool is_sha2(std::string_view text) { return is_hex(text, 64) || is_hex(text, 56) || is_hex(text, 96) || is_hex(text, 128); }

bool is_media_type(std::string_view text) {
    if (take_token(text).empty() || !take(text, '/') || take_token(text).empty()) return false;
    for (skip_spaces(text); !text.empty(); skip_spaces(text)) {
        if (!take(text, ';')) return false;
        skip_spaces(text);
        if (text.empty()) return true;
        if (take_token(text).empty() || !take(text, '=')) return false;
        if (!take(text, '"')) {
            if (take_token(text).empty()) return false;
            continue;
        }
        std::size_t end = 0;
        while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
        if (end >= text.size()) return false;
        text.remove_prefix(end + 1);
    }
    return true;
}

bool is_duration(std::string_view text) {
    if (!take(text, 'P')) return false;
    std::string_view units = "YMWD";  // what may still come
    bool in_time = false, any = false, fraction = false, weeks = false;
    while (!text.empty()) {
        if (!in_time && take(text, 'T')) {
            if (weeks) return false;
            in_time = true;
            units = "HMS";
            if (text.empty()) return false;
        }
        if (fraction || weeks || take_digits(text).empty()) return false;
        if (take(text, '.') || take(text, ',')) {
            if (take_digits(text).empty()) return false;
            fraction = true;
        }
        if (text.empty()) return false;
        const std::size_t unit = units.find(text.front());
        if (unit == std::string_view::npos) return false;
        weeks = text.front() == 'W';
        if (weeks && any) return false;
        units.remove_prefix(unit + 1);
        text.remove_prefix(1);
        any = true;
    }
    return any;
}

std::string comparable_duration(std::string_view text) {
    const std::size_t point = text.find_first_of(".,");
    if (point == std::string_view::npos || text.back() != 'S') return std::string(text);
    std::string fraction(text.substr(point + 1, std::min<std::size_t>(2, text.size() - point - 2)));
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    std::string comparable(text.substr(0, point));
    if (!fraction.empty()) comparable += '.' + fraction;
    return comparable + 'S';
}

bool is_language_tag(std::string_view text) {
    if (text.empty() || text.size() > 200 || text.back() == '-') return false;
    for (const char c : text)
        if (!is_letter(c) && !is_digit(c) && c != '-') return false;
    if (text.find("--") != std::string_view::npos) return false;
    if (std::find(irregular_tags.begin(), irregular_tags.end(), lower_ascii(text)) != irregular_tags.end()) return true;
    Subtags tag{text, {}};
    tag.next();
    const auto private_use = [&tag] {  // behind "x"
        bool any = false;
        while (tag.next()) {
            if (!tag.both(1, 8)) return false;
            any = true;
        }
        return any;
    };
    if (tag.now == "x" || tag.now == "X") return private_use();
    if (!tag.letters(2, 8)) return false;
    const bool short_language = tag.now.size() <= 3;
    bool more = tag.next();
    for (int extended = 0; more && short_language && extended < 3 && tag.letters(3, 3); ++extended) more = tag.next();
    if (more && tag.letters(4, 4)) more = tag.next();                        // script
    if (more && (tag.letters(2, 2) || tag.digits(3))) more = tag.next();     // region
    std::array<std::string_view, 32> variants;
    std::size_t variant_count = 0;
    while (more && (tag.both(5, 8) || (tag.both(4, 4) && is_digit(tag.now.front())))) {
        for (std::size_t i = 0; i < variant_count; ++i)
            if (same_but_for_case(variants[i], tag.now)) return false;
        if (variant_count == variants.size()) return false;
        variants[variant_count++] = tag.now;
        more = tag.next();
    }
    std::array<bool, 128> singletons{};
    while (more && tag.both(1, 1) && lower(tag.now.front()) != 'x') {
        if (std::exchange(singletons[static_cast<unsigned char>(lower(tag.now.front()))], true)) return false;
        bool any = false;
        while ((more = tag.next()) && tag.both(2, 8)) any = true;
        if (!any) return false;
    }
    if (!more) return true;
    return tag.both(1, 1) && lower(tag.now.front()) == 'x' && private_use();
}

Result<WallTime> read_timestamp(std::string_view text, XapiVersion version) {
    ReadTimestamp read;
    if (const char* wrong = take_timestamp(text, version, read)) return Error{ErrorKind::invalid, wrong};
    int ms = 0;
    for (std::size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < read.fraction.size() ? read.fraction[i] - '0' : 0);
    return WallTime{std::chrono::milliseconds(read.second.time_since_epoch()).count() + ms};
}

std::string timestamp_in_utc(std::string_view text) {
    using namespace std::chrono;
    ReadTimestamp read;
    if (take_timestamp(text, XapiVersion::v1_0_3, read) != nullptr) return std::string(text);
    const sys_days day = floor<days>(read.second);
    const year_month_day date(day);
    const hh_mm_ss<std::chrono::seconds> time(read.second - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(), read.fraction.empty() ? "" : ".", read.fraction);
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool same_but_for_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string comparable_mailto(std::string_view text) {
    const std::size_t at = std::min(text.find('@'), text.size());
    return std::string(text.substr(0, at)) + lower_ascii(text.substr(at));
}

}  // namespace xinghuo
