#include "content/exhibit/search_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>
#include <utility>

#include "content/base/json.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::size_t query_limit_bytes = 200, words_limit = 8, letters_limit = 60;
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
// walked at once: bit i of ends says that some way has used up i letters.
bool spells(std::string_view letters, const std::string_view* at, const std::string_view* end) {
    const std::uint64_t whole = std::uint64_t{1} << letters.size();
    for (std::uint64_t ends = 1; at != end && ends != 0; ++at) {
        std::uint64_t next = 0;
        for (std::uint64_t open = ends; open != 0; open &= open - 1) {
            const auto i = static_cast<std::size_t>(std::countr_zero(open));
            if (letters[i] != (*at)[0]) continue;
            const std::string_view rest = letters.substr(i);
            std::size_t same = 1;
            while (same < rest.size() && same < at->size() && rest[same] == (*at)[same]) ++same;
            if (same == rest.size()) return true;
            if (same == at->size()) next |= std::uint64_t{1} << (i + same);
            next |= std::uint64_t{1} << (i + 1);
            // zh, ch, sh are initials of two letters.
            if (same >= 2 && rest[1] == 'h') next |= std::uint64_t{1} << (i + 2);
        }
        if ((next & whole) != 0) return true;
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
    std::unordered_map<std::string_view, std::size_t> items;
    for (const SearchRow& row : rows_)
        folded_.push_back({folded(row.text.zh), folded(row.text.en), split(row.pinyin), items.try_emplace(row.item, items.size()).first->second});
    items_ = items.size();
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
    struct Best {
        std::size_t row = 0;
        int weight = 0;
    };
    std::vector<Best> best(items_);
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
        if (Best& so_far = best[folded_[i].item]; weight > so_far.weight) so_far = {i, weight};
    }
    std::erase_if(best, [](const Best& b) { return b.weight == 0; });
    const auto end = best.begin() + static_cast<std::ptrdiff_t>(std::min(limit, best.size()));
    std::partial_sort(best.begin(), end, best.end(), [](const Best& a, const Best& b) { return a.weight != b.weight ? a.weight > b.weight : a.row < b.row; });
    std::vector<SearchHit> hits;
    for (auto b = best.begin(); b != end; ++b) hits.push_back({rows_[b->row].item, b->row, b->weight});
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
