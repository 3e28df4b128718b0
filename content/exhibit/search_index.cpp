#include "content/exhibit/search_index.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <unordered_map>
#include <utility>

#include "content/base/json.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::size_t query_limit_bytes = 200, words_limit = 8, letters_limit = 64;
// In a long text letters fit by chance: fewer than this find titles and summaries only.
constexpr std::size_t least_letters_in_body = 4;

constexpr std::array<std::pair<SearchRow::Part, std::string_view>, 3> parts{
    {{SearchRow::Part::title, "title"}, {SearchRow::Part::words, "words"}, {SearchRow::Part::body, "body"}}};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) >= 0x80); }

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

// Whether the letters spell the syllables from here on: each whole or by its initial, the last one perhaps only begun. All ways are
// walked at once: ends[i] says that some way has used up i letters.
bool spells(std::string_view letters, const std::string_view* at, const std::string_view* end) {
    std::bitset<letters_limit + 1> ends;
    for (ends.set(0); at != end && ends.any(); ++at) {
        std::bitset<letters_limit + 1> next;
        for (std::size_t i = 0; i < letters.size(); ++i) {
            if (!ends[i] || letters[i] != (*at)[0]) continue;
            const std::string_view rest = letters.substr(i);
            if (rest.size() <= at->size() && at->substr(0, rest.size()) == rest) return true;
            if (rest.substr(0, at->size()) == *at) next.set(i + at->size());
            next.set(i + 1);
            // zh, ch, sh are initials of two letters.
            if (rest.size() > 2 && rest[1] == 'h' && at->size() > 2 && (*at)[1] == 'h') next.set(i + 2);
        }
        if (next[letters.size()]) return true;
        ends = next;
    }
    return false;
}

// 0: not in it; else how well.
int by_sound(std::string_view letters, const std::vector<std::string_view>& syllables) {
    for (std::size_t i = 0; i < syllables.size(); ++i)
        if (syllables[i][0] == letters[0] && spells(letters, syllables.data() + i, syllables.data() + syllables.size())) return i == 0 ? 3 : 1;
    return 0;
}

int by_word(std::string_view word, std::string_view text) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        if (at == 0) return 4;
        if (!is_word(text[at - 1])) return 3;
    }
    return 0;
}

}  // namespace

SearchIndex::SearchIndex(std::vector<SearchRow> rows) : rows_(std::move(rows)) {
    folded_.reserve(rows_.size());
    for (const SearchRow& row : rows_) folded_.push_back({folded(row.text.zh), folded(row.text.en), split(row.pinyin)});
}

Result<SearchIndex> SearchIndex::read(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    std::vector<SearchRow> rows;
    for (const JsonNode& node : document.root()["rows"].items(search_row_limit)) {
        SearchRow row;
        row.item = node["item"].string();
        const std::string part = node["part"].string();
        bool known = false;
        for (const auto& [value, name] : parts) {
            if (name != part) continue;
            row.part = value;
            known = true;
        }
        if (!known) node["part"].refuse("must be title, words or body");
        row.text = {node["zh"].string(), node["en"].string_or("")};
        row.pinyin = node["pinyin"].string_or("");
        if (std::any_of(row.pinyin.begin(), row.pinyin.end(), [](char c) { return !is_letter(c) && c != ' '; })) node["pinyin"].refuse("must be small letters and spaces");
        rows.push_back(std::move(row));
    }
    if (!document.good()) return document.error();
    return SearchIndex(std::move(rows));
}

std::vector<SearchHit> SearchIndex::find(std::string_view query, std::size_t limit) const {
    const std::string plain = folded(query.substr(0, query_limit_bytes));
    std::vector<std::string_view> words = split(plain);
    if (words.empty() || limit == 0) return {};
    words.resize(std::min(words.size(), words_limit));
    std::unordered_map<std::string_view, SearchHit> best;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const SearchRow& row = rows_[i];
        int weight = 0;
        for (const std::string_view word : words) {
            int found = 0;
            if (const std::size_t at = folded_[i].zh.find(word); at != std::string::npos) found = at == 0 ? 6 : 5;
            if (found == 0) found = by_word(word, folded_[i].en);
            const bool letters = word.size() <= letters_limit && std::all_of(word.begin(), word.end(), is_letter);
            if (found == 0 && letters && (row.part != SearchRow::Part::body || word.size() >= least_letters_in_body)) found = by_sound(word, folded_[i].syllables);
            if (found == 0) {
                weight = 0;
                break;
            }
            weight += found;
        }
        if (weight == 0) continue;
        weight += row.part == SearchRow::Part::title ? 200 : row.part == SearchRow::Part::words ? 100 : 0;
        // The whole of a title is what was meant.
        if (row.part == SearchRow::Part::title && (plain == folded_[i].zh || plain == folded_[i].en)) weight += 50;
        const auto [place, first] = best.try_emplace(row.item, SearchHit{row.item, i, weight});
        if (!first && weight > place->second.weight) place->second = {row.item, i, weight};
    }
    std::vector<SearchHit> hits;
    for (auto& [item, hit] : best) hits.push_back(std::move(hit));
    std::sort(hits.begin(), hits.end(), [](const SearchHit& a, const SearchHit& b) { return a.weight != b.weight ? a.weight > b.weight : a.row < b.row; });
    if (hits.size() > limit) hits.resize(limit);
    return hits;
}

std::string write_search(const std::vector<SearchRow>& rows) {
    JsonWriter json;
    json.object().key("rows").array();
    for (const SearchRow& row : rows) {
        json.object().key("item").value(row.item);
        for (const auto& [value, name] : parts)
            if (value == row.part) json.key("part").value(name);
        json.key("zh").value(row.text.zh);
        if (!row.text.en.empty()) json.key("en").value(row.text.en);
        if (!row.pinyin.empty()) json.key("pinyin").value(row.pinyin);
        json.end();
    }
    return json.end().end().text();
}

}  // namespace xinghuo
