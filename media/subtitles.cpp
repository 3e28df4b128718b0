#include "media/subtitles.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_file_bytes = 4u << 20;
constexpr std::size_t most_cues = 20'000;
constexpr std::size_t most_cue_bytes = 8u << 10;
constexpr std::size_t most_words = 2'000;

// Lines of a text, ending in \n, \r\n or \r.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}
    [[nodiscard]] int number() const { return number_; }  // of the line next() gave last, from 1

    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
        const std::string_view line = rest_.substr(0, end);
        const bool two = end + 1 < rest_.size() && rest_[end] == '\r' && rest_[end + 1] == '\n';
        rest_.remove_prefix(std::min(rest_.size(), end + (two ? 2 : 1)));
        ++number_;
        return line;
    }

private:
    std::string_view rest_;
    int number_ = 0;
};

Error wrong(int line, std::string_view what, ErrorKind kind = ErrorKind::invalid) {
    return {kind, fmt::format("line {}: {}", line, what)};
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// Digits only, 1–9 of them.
std::optional<int> number(std::string_view text) {
    int value = 0;
    if (text.empty() || text.size() > 9 ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// [hh…:]mm:ss.mmm
std::optional<Milliseconds> timestamp(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || dot < 5 || text.size() != dot + 4) return std::nullopt;
    if (text[dot - 3] != ':' || (dot > 5 && text[dot - 6] != ':') || dot == 6 || dot == 7) return std::nullopt;
    const auto hours = dot > 5 ? number(text.substr(0, dot - 6)) : 0;
    const auto minutes = number(text.substr(dot - 5, 2)), secs = number(text.substr(dot - 2, 2)),
               ms = number(text.substr(dot + 1));
    if (!hours || !minutes || !secs || !ms || *hours > 9'999 || *minutes > 59 || *secs > 59) return std::nullopt;
    return Milliseconds(((std::int64_t{*hours} * 60 + *minutes) * 60 + *secs) * 1'000 + *ms);
}

// "start --> end settings"
Result<void> read_times(std::string_view line, int at_line, Cue& cue) {
    const std::size_t arrow = line.find("-->");
    const auto start = timestamp(trimmed(line.substr(0, arrow)));
    std::string_view rest = trimmed(line.substr(arrow + 3));
    const auto end = timestamp(rest.substr(0, rest.find_first_of(" \t")));
    if (!start || !end) return wrong(at_line, "a time is not of the form 00:00:00.000");
    if (*end <= *start) return wrong(at_line, "the cue ends before it begins");
    cue.start = *start;
    cue.end = *end;
    return {};
}

struct Escape {
    std::string_view name, text;
};
constexpr std::array<Escape, 6> escapes = {
    {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", "\u00a0"}, {"&lrm;", "\u200e"}, {"&rlm;", "\u200f"}}};

// &#8230; or &#x2026;
std::optional<char32_t> numbered(std::string_view name) {
    const bool hex = name.size() > 3 && (name[2] == 'x' || name[2] == 'X');
    const std::string_view digits = name.substr(hex ? 3 : 2, name.size() - (hex ? 4 : 3));
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
    return static_cast<char32_t>(value);
}

// Appends what an escape at the front stands for, returns its length; 0 when there is none (then & is itself).
std::size_t unescape(std::string_view text, std::string& out) {
    for (const Escape& escape : escapes)
        if (text.starts_with(escape.name)) {
            out += escape.text;
            return escape.name.size();
        }
    const std::size_t end = text.substr(0, 10).find(';');
    if (!text.starts_with("&#") || end == std::string_view::npos || end < 3) return 0;
    const auto character = numbered(text.substr(0, end + 1));
    if (!character) return 0;
    append_utf8(out, *character);
    return end + 1;
}

// A <tag>: only times say something to us.
Result<void> read_tag(std::string_view tag, int at_line, Cue& cue) {
    if (tag.empty() || tag.front() < '0' || tag.front() > '9') return {};
    const auto at = timestamp(tag);
    if (!at) return wrong(at_line, fmt::format("<{}> is not a time", tag));
    const Milliseconds before = cue.words.empty() ? cue.start : cue.words.back().at;
    if (*at < before || *at > cue.end) return wrong(at_line, "the times within the cue do not ascend, or leave it");
    // Text before the first time is spoken from the cue's start.
    if (cue.words.empty() && !cue.text.empty()) cue.words.push_back({cue.start, 0});
    if (!cue.words.empty() && cue.words.back().byte == cue.text.size())
        cue.words.back().at = *at;
    else
        cue.words.push_back({*at, cue.text.size()});
    if (cue.words.size() > most_words) return wrong(at_line, "over 2,000 times in a cue", ErrorKind::too_large);
    return {};
}

Result<void> read_line(std::string_view line, int at_line, Cue& cue) {
    if (cue.text.size() + line.size() > most_cue_bytes)
        return wrong(at_line, "over 8 KiB in a cue", ErrorKind::too_large);
    while (!line.empty()) {
        std::size_t used = 1;
        if (line.front() == '<') {
            const std::size_t end = line.find('>');
            if (end == std::string_view::npos) return wrong(at_line, "a tag without its >");
            if (auto read = read_tag(line.substr(1, end - 1), at_line, cue); !read) return read;
            used = end + 1;
        } else if (line.front() == '&') {
            used = unescape(line, cue.text);
            if (used == 0) {
                cue.text += '&';
                used = 1;
            }
        } else {
            used = std::min(line.find_first_of("<&"), line.size());
            cue.text += line.substr(0, used);
        }
        line.remove_prefix(used);
    }
    return {};
}

bool starts_block(std::string_view line, std::string_view word) {
    return line.starts_with(word) && (line.size() == word.size() || is_space(line[word.size()]));
}

void skip_block(Lines& lines) {
    for (auto line = lines.next(); line && !line->empty();) line = lines.next();
}

// The cue whose first line is `line`.
Result<Cue> read_cue(std::string_view line, Lines& lines) {
    Cue cue;
    if (line.find("-->") == std::string_view::npos) {
        cue.id = trimmed(line);
        const auto times = lines.next();
        if (!times || times->find("-->") == std::string_view::npos)
            return wrong(lines.number(), "a cue without its times (start --> end)");
        line = *times;
    }
    if (auto read = read_times(line, lines.number(), cue); !read) return read.error();
    bool first = true;
    for (auto text = lines.next(); text && !text->empty(); text = lines.next()) {
        if (text->find("-->") != std::string_view::npos)
            return wrong(lines.number(), "--> within a text: is an empty line missing before it?");
        if (!std::exchange(first, false)) cue.text += '\n';
        if (auto read = read_line(*text, lines.number(), cue); !read) return read.error();
    }
    // A time after the last character starts nothing.
    while (!cue.words.empty() && cue.words.back().byte >= cue.text.size()) cue.words.pop_back();
    return cue;
}

std::string time_text(Milliseconds at) {
    const std::int64_t ms = at.count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1'000 % 60, ms % 1'000);
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
}

}  // namespace

std::optional<std::size_t> Subtitles::cue_at(Milliseconds position) const {
    const auto after = std::upper_bound(cues_.begin(), cues_.end(), position,
                                        [](Milliseconds at, const Cue& cue) { return at < cue.start; });
    for (auto i = static_cast<std::size_t>(after - cues_.begin()); i > 0 && ends_[i - 1] > position; --i)
        if (cues_[i - 1].end > position) return i - 1;
    return std::nullopt;
}

std::size_t spoken_bytes(const Cue& cue, Milliseconds position) {
    if (position < cue.start) return 0;
    const auto next = std::upper_bound(cue.words.begin(), cue.words.end(), position,
                                       [](Milliseconds at, const CueWord& word) { return at < word.at; });
    return next == cue.words.end() ? cue.text.size() : next->byte;
}

Result<Subtitles> read_vtt(std::string_view file) {
    if (file.size() > most_file_bytes) return Error{ErrorKind::too_large, "over 4 MiB of subtitles"};
    if (file.starts_with("\xef\xbb\xbf")) file.remove_prefix(3);
    Lines lines(file);
    const auto head = lines.next();
    if (!head || !starts_block(*head, "WEBVTT")) return wrong(1, "does not start with WEBVTT");
    for (auto line = lines.next(); line && !line->empty(); line = lines.next())
        if (line->find("-->") != std::string_view::npos)
            return wrong(lines.number(), "an empty line must stand under the head");
    Subtitles all;
    for (auto line = lines.next(); line; line = lines.next()) {
        if (line->empty()) continue;
        if (starts_block(*line, "NOTE") ||
            (all.cues_.empty() && (starts_block(*line, "STYLE") || starts_block(*line, "REGION")))) {
            skip_block(lines);
            continue;
        }
        const int first_line = lines.number();
        auto cue = read_cue(*line, lines);
        if (!cue) return cue.error();
        if (!all.cues_.empty() && cue->start < all.cues_.back().start)
            return wrong(first_line, "the cue begins before the one above it");
        if (all.cues_.size() == most_cues) return wrong(first_line, "over 20,000 cues", ErrorKind::too_large);
        all.ends_.push_back(all.ends_.empty() ? cue->end : std::max(all.ends_.back(), cue->end));
        all.cues_.push_back(std::move(*cue));
    }
    return all;
}

std::string write_vtt(const std::vector<Cue>& cues) {
    std::string out = "WEBVTT\n";
    for (const Cue& cue : cues) {
        out += '\n';
        if (!cue.id.empty()) out += cue.id + '\n';
        out += fmt::format("{} --> {}\n", time_text(cue.start), time_text(cue.end));
        std::size_t done = 0;
        for (const CueWord& word : cue.words) {
            append_escaped(out, std::string_view(cue.text).substr(done, word.byte - done));
            if (word.byte > 0 || word.at > cue.start || cue.words.size() == 1) out += '<' + time_text(word.at) + '>';
            done = word.byte;
        }
        append_escaped(out, std::string_view(cue.text).substr(done));
        out += '\n';
    }
    return out;
}

}  // namespace xinghuo
