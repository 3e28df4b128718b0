#include "tools/packer/words.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "content/base/json.h"
#include "tools/packer/process.h"

namespace xinghuo {
namespace {

Result<std::map<std::string, std::string>> read_words(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    std::map<std::string, std::string> words;
    for (const auto& [key, node] : document.root().members()) words[key] = node.string();
    if (!document.good()) return document.error();
    return words;
}

// Problems stand under "p."; "p.code.hint" says what to do.
bool is_pattern(const std::string& key) { return key.starts_with("p.") && !key.ends_with(".hint"); }

// A hole is a brace around small letters; any other brace is a brace.
struct Hole {
    std::size_t open = std::string_view::npos, close = std::string_view::npos;
    explicit operator bool() const { return close != std::string_view::npos; }
};
Hole first_hole(std::string_view pattern) {
    for (std::size_t at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
        const std::size_t end = pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
        if (end != std::string_view::npos && end > at + 1 && pattern[end] == '}') return {at, end};
    }
    return {};
}

std::set<std::string> holes_of(std::string_view pattern) {
    std::set<std::string> found;
    while (const Hole hole = first_hole(pattern)) {
        found.insert(std::string(pattern.substr(hole.open + 1, hole.close - hole.open - 1)));
        pattern.remove_prefix(hole.close + 1);
    }
    return found;
}

std::size_t own_words(std::string_view pattern) {
    std::size_t length = pattern.size();
    for (const std::string& hole : holes_of(pattern)) length -= std::min(length, hole.size() + 2);
    return length;
}

}  // namespace

bool match_pattern(std::string_view pattern, std::string_view text, std::map<std::string, std::string>& holes) {
    const auto [open, close] = first_hole(pattern);
    if (close == std::string_view::npos) return pattern == text;
    if (text.substr(0, open) != pattern.substr(0, open)) return false;
    const std::string hole(pattern.substr(open + 1, close - open - 1));
    const std::string_view rest = pattern.substr(close + 1);
    text.remove_prefix(open);
    if (rest.empty()) {
        holes[hole] = std::string(text);
        return true;
    }
    // What follows the hole begins with these words.
    const std::string_view next = rest.substr(0, first_hole(rest).open);
    for (std::size_t at = text.find(next); at != std::string_view::npos; at = text.find(next, at + 1)) {
        if (!match_pattern(rest, text.substr(at), holes)) continue;
        holes[hole] = std::string(text.substr(0, at));
        return true;
    }
    return false;
}

std::string fill(std::string_view pattern, const std::map<std::string, std::string>& holes) {
    std::string out;
    while (const Hole hole = first_hole(pattern)) {
        const std::size_t open = hole.open, close = hole.close;
        out += pattern.substr(0, open);
        const auto value = holes.find(std::string(pattern.substr(open + 1, close - open - 1)));
        out += value == holes.end() ? std::string(pattern.substr(open, close - open + 1)) : value->second;
        pattern.remove_prefix(close + 1);
    }
    return out + std::string(pattern);
}

Result<PackWords> PackWords::from(std::string_view zh, std::string_view en) {
    PackWords words;
    auto chinese = read_words(zh);
    if (!chinese) return chinese.error().within("zh.json");
    auto english = read_words(en);
    if (!english) return english.error().within("en.json");
    words.zh_ = std::move(*chinese);
    words.en_ = std::move(*english);
    for (const auto& [key, text] : words.en_)
        if (is_pattern(key)) words.patterns_.emplace_back(key, text);
    std::stable_sort(words.patterns_.begin(), words.patterns_.end(),
                     [](const auto& a, const auto& b) { return own_words(a.second) > own_words(b.second); });
    return words;
}

Result<PackWords> PackWords::open(const Path& strings) {
    const auto zh = read_text(strings / "zh.json"), en = read_text(strings / "en.json");
    if (!zh) return zh.error().within("the packer's words");
    if (!en) return en.error().within("the packer's words");
    return from(*zh, *en);
}

Told PackWords::tell(const Problem& problem, Lang lang) const {
    for (const auto& [key, pattern] : patterns_) {
        std::map<std::string, std::string> holes;
        if (!match_pattern(pattern, problem.what, holes)) continue;
        const auto& in = lang == Lang::zh ? zh_ : en_;
        const auto sentence = in.find(key), hint = in.find(key + ".hint");
        return {key.substr(2), sentence == in.end() ? problem.what : fill(sentence->second, holes),
                hint == in.end() ? std::string() : fill(hint->second, holes)};
    }
    return {"other", problem.what, {}};
}

std::string PackWords::operator()(Lang lang, const std::string& key, const std::map<std::string, std::string>& holes) const {
    const auto& in = lang == Lang::zh ? zh_ : en_;
    const auto found = in.find(key);
    return found == in.end() ? key : fill(found->second, holes);
}

std::vector<std::string> PackWords::faults() const {
    std::vector<std::string> found;
    for (const auto& [key, text] : en_) {
        const auto twin = zh_.find(key);
        if (twin == zh_.end()) found.push_back(key + ": not in zh.json");
        else if (const auto ours = holes_of(text), theirs = holes_of(twin->second); !std::includes(ours.begin(), ours.end(), theirs.begin(), theirs.end()))
            found.push_back(key + ": zh.json has a hole that en.json has not");
    }
    for (const auto& [key, text] : zh_)
        if (!en_.contains(key)) found.push_back(key + ": not in en.json");
    return found;
}

Path packer_share() {
    if (const char* named = std::getenv("XINGHUO_SHARE")) return Path(named) / "pack";
    return program_beside("xinghuo-pack").parent_path().parent_path() / "share" / "xinghuo" / "pack";
}

Lang lang_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            return std::string_view(value).starts_with("zh") ? Lang::zh : Lang::en;
    return Lang::en;
}

Lang lang_asked(const std::optional<std::string>& value) {
    if (!value) return lang_of_environment();
    return *value == "en" ? Lang::en : Lang::zh;
}

}  // namespace xinghuo
