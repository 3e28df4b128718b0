// What a pack's texts say, to be found by Chinese characters, by pinyin (whole, begun, or initials: lidazhao, lidaz, ldz, lidzh) and by
// English words. Pure; a find walks over everything: under 5 ms for 5,000 rows (tests/search_index_test.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct SearchRow {
    enum class Part { title, words, body } part = Part::body;  // what weighs more comes first; words: summaries and headings
    std::string item;       // the manifest's id
    Bilingual text;
    std::string pinyin;     // of the Chinese: "li da zhao", without tones, one for each syllable spoken
};

struct SearchHit {
    std::string item;
    std::size_t row = 0;    // the best of the item's rows
    int weight = 0;         // larger is better
};

inline constexpr std::size_t search_row_limit = 100'000;

class SearchIndex {
public:
    SearchIndex() = default;
    explicit SearchIndex(std::vector<SearchRow> rows);
    SearchIndex(SearchIndex&&) = default;
    SearchIndex& operator=(SearchIndex&&) = default;
    SearchIndex(const SearchIndex&) = delete;  // what is compared lies in the rows
    SearchIndex& operator=(const SearchIndex&) = delete;
    // The text of search.json (content/pack/README.md).
    static Result<SearchIndex> read(std::string_view json);

    // Each item once, best first; of equal ones those that come first in the pack. Nothing for an empty query. Several words must all be
    // there, in one row.
    [[nodiscard]] std::vector<SearchHit> find(std::string_view query, std::size_t limit) const;
    [[nodiscard]] const std::vector<SearchRow>& rows() const { return rows_; }

private:
    struct Folded {
        std::string zh, en;                       // for comparing
        std::vector<std::string_view> syllables;  // into rows_
        std::size_t item = 0;                     // the same number for rows of the same item
    };
    std::vector<SearchRow> rows_;
    std::vector<Folded> folded_;
    std::size_t items_ = 0;
};

std::string write_search(const std::vector<SearchRow>& rows);

}  // namespace xinghuo
