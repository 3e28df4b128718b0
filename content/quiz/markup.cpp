// Mark-up out of texts, for labels that have none. See plain_text in gift.h.
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "content/base/text.h"
#include "content/quiz/gift.h"
#include "content/quiz/gift_block.h"

namespace xinghuo {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "&ldquo;" at the front of a text: its character and its length in bytes.
std::optional<std::pair<std::string, std::size_t>> entity(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kNamed = {{{"amp", "&"},
                                                                                       {"lt", "<"},
                                                                                       {"gt", ">"},
                                                                                       {"quot", "\""},
                                                                                       {"apos", "'"},
                                                                                       {"nbsp", " "},
                                                                                       {"ldquo", "“"},
                                                                                       {"rdquo", "”"},
                                                                                       {"lsquo", "‘"},
                                                                                       {"rsquo", "’"},
                                                                                       {"mdash", "—"},
                                                                                       {"ndash", "–"},
                                                                                       {"hellip", "…"},
                                                                                       {"middot", "·"},
                                                                                       {"times", "×"},
                                                                                       {"deg", "°"},
                                                                                       {"plusmn", "±"}}};
    constexpr std::size_t kLongest = 10;
    const std::size_t end = text.substr(0, kLongest).find(';');
    if (!text.starts_with("&") || end == std::string_view::npos) return std::nullopt;
    std::string_view inside = text.substr(1, end - 1);
    for (const auto& [named, character] : kNamed)
        if (inside == named) return std::pair{std::string(character), end + 1};
    if (!inside.starts_with("#")) return std::nullopt;
    inside.remove_prefix(1);
    const bool hex = inside.starts_with("x") || inside.starts_with("X");
    if (hex) inside.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), value, hex ? 16 : 10);
    if (error != std::errc() || stop != inside.data() + inside.size() || value < 0x20) return std::nullopt;
    std::string out;
    append_utf8(out, value > 0x10FFFF ? U'\uFFFD' : static_cast<char32_t>(value));
    return std::pair{out, end + 1};
}

// Does this tag end a line? Given what stands between < and >.
bool breaks_line(std::string_view tag) {
    std::string named;
    for (const char c : tag)
        if (letter(c) || c == '/' || (c >= '0' && c <= '9'))
            named.push_back(lower(c));
        else
            break;
    for (const std::string_view breaking : {"br", "br/", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3", "/h4"})
        if (named == breaking) return true;
    return false;
}

std::string without_tags(std::string_view text) {
    std::string out;
    const std::size_t last_end = text.rfind('>');
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (last_end != std::string_view::npos && last_end > at && rest.size() > 1 && rest[0] == '<' &&
            (letter(rest[1]) || rest[1] == '/' || rest[1] == '!')) {
            const std::size_t end = rest.find('>');
            if (breaks_line(rest.substr(1, end - 1))) out.push_back('\n');
            at += end + 1;
            continue;
        }
        if (const auto found = entity(rest)) {
            out += found->first;
            at += found->second;
            continue;
        }
        out.push_back(text[at++]);
    }
    return out;
}

// Removes pairs of `mark` that hug a word: **so**, `so`. A mark beside spaces stays: 3 * 4.
std::string without_pairs(std::string_view text, std::string_view mark) {
    std::string out;
    std::size_t at = 0;
    while (true) {
        const std::size_t open = text.find(mark, at), inside = open + mark.size();
        const std::size_t close = open == std::string_view::npos ? open : text.find(mark, inside + 1);
        if (close == std::string_view::npos) break;
        const bool hugs = text[inside] != ' ' && text[close - 1] != ' ';
        out += text.substr(at, (hugs ? open : inside) - at);
        if (hugs) out += text.substr(inside, close - inside);
        at = hugs ? close + mark.size() : inside;
    }
    return out.append(text.substr(at));
}

std::string without_markdown(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        std::size_t marks = 0;
        while (marks < line.size() && marks < 6 && line[marks] == '#') ++marks;
        if (marks > 0 && line.substr(marks).starts_with(" ")) line.remove_prefix(marks + 1);
        if (!out.empty()) out.push_back('\n');
        out += line;
        at = end + 1;
    }
    for (const std::string_view mark : {"**", "`", "*"}) out = without_pairs(out, mark);
    return out;
}

// Single spaces, none beside a line end, no two empty lines, nothing at the ends.
std::string tidied(std::string_view text) {
    std::string out;
    for (const char c : gift::trimmed(text)) {
        const bool space = c == ' ' || c == '\t';
        if (space && !out.empty() && (out.back() == ' ' || out.back() == '\n')) continue;
        if (c == '\n') {
            while (!out.empty() && out.back() == ' ') out.pop_back();
            if (out.ends_with("\n\n")) continue;
        }
        out.push_back(space ? ' ' : c);
    }
    return std::string(gift::trimmed(out));
}

}  // namespace

std::string plain_text(const GiftText& text) {
    switch (text.format) {
        case TextFormat::html:
        case TextFormat::moodle:
            return tidied(without_tags(text.text));
        case TextFormat::markdown:
            return tidied(without_markdown(text.text));
        case TextFormat::plain:
            return tidied(text.text);
    }
    return text.text;
}

}  // namespace xinghuo
