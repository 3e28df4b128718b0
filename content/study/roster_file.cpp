// Rows of a table to rows of a roster, with every problem by its row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>

#include "content/base/text.h"
#include "content/study/roster.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_rows = 100'000, most_problems = 1'000;

enum Column : std::size_t { number, name, branch, card, pinyin, host, column_count };

struct Heading {
    std::string_view text;  // as plain_heading() makes it
    Column column;
};
constexpr std::array headings = std::to_array<Heading>({
    {"memberno", number}, {"membernumber", number}, {"number", number}, {"no", number}, {"学号", number}, {"工号", number}, {"编号", number},
    {"学工号", number}, {"学号/工号", number}, {"学号工号", number}, {"学(工)号", number}, {"工号/学号", number}, {"name", name}, {"姓名", name},
    {"branch", branch}, {"支部", branch}, {"党支部", branch}, {"所在支部", branch}, {"所在党支部", branch}, {"支部名称", branch}, {"党支部名称", branch},
    {"card", card}, {"cardno", card}, {"cardid", card}, {"卡号", card}, {"卡", card}, {"校园卡号", card}, {"pinyin", pinyin}, {"拼音", pinyin},
    {"姓名拼音", pinyin}, {"host", host}, {"主持人", host}, {"主持", host},
});
constexpr std::array<std::string_view, column_count> column_names = {"member_no", "name", "branch", "card", "pinyin", "host"};
constexpr std::array<std::size_t, column_count> longest = {40, 40, 60, 64, 160, 8};  // characters a person sees

constexpr std::array<std::string_view, 10> error_values = {"#N/A",   "#REF!", "#VALUE!", "#NAME?",  "#DIV/0!",
                                                           "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"};

bool is_blank(char32_t c) { return c == U' ' || c == U'\t' || c == U'\r' || c == U'\n' || c == U'\u00a0' || c == U'\u3000' || c == U'\u2009' || c == U'\u202f'; }
// Marks that come along when text is copied, and that nobody sees. Variation selectors are not among them: they belong to a name.
bool is_stray(char32_t c) {
    return c == U'\u200b' || c == U'\ufeff' || c == U'\u2060' || c == U'\u00ad' || c == U'\u200e' || c == U'\u200f' || (c >= U'\u202a' && c <= U'\u202e') ||
           (c >= U'\u2066' && c <= U'\u2069');
}
bool is_bad(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) || c == 0x2028 || c == 0x2029; }

// Full-width digits and letters become plain everywhere; where only codes stand, all of the full-width forms.
char32_t plain(char32_t c, bool code) {
    const bool wide = code ? c >= U'！' && c <= U'～' : (c >= U'０' && c <= U'９') || (c >= U'Ａ' && c <= U'Ｚ') || (c >= U'ａ' && c <= U'ｚ');
    return wide ? c - 0xfee0 : c;
}

std::u32string cleaned(std::string_view cell, bool code) {
    std::u32string text;
    for (const char32_t c : to_utf32(cell))
        if (!is_stray(c)) text.push_back(plain(c, code));
    while (!text.empty() && is_blank(text.back())) text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_blank));
    return text;
}

// "张 三" and "张　三" are set wide to stand in columns: the blank is no part of the name. In "Anna Schmidt" it is one.
std::u32string name_without_padding(const std::u32string& text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != U' ' && text[i] != U'\u3000' && text[i] != U'\u00a0') {
            out.push_back(text[i]);
            continue;
        }
        std::size_t next = i;
        while (next < text.size() && is_blank(text[next])) ++next;
        if (!(is_han(out.back()) && next < text.size() && is_han(text[next]))) out.push_back(U' ');
        i = next - 1;
    }
    return out;
}

std::string plain_heading(std::string_view cell) {
    std::string out;
    for (char32_t c : cleaned(cell, true)) {
        if (is_blank(c) || c == U'_' || c == U'*' || c == U'-') continue;
        if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
        append_utf8(out, c);
    }
    return out;
}

// 1.10101E+17: what is left of a long number that a spreadsheet took for a quantity.
bool lost_digits(std::string_view text) {
    const std::size_t e = text.find("E+");
    if (e == std::string_view::npos || e == 0 || text.size() < e + 3) return false;
    const auto digits = [](std::string_view part) { return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos; };
    const std::string_view mantissa = text.substr(0, e);
    return digits(text.substr(e + 2)) && digits(mantissa.substr(0, 1)) && (mantissa.size() == 1 || (mantissa[1] == '.' && digits(mantissa.substr(2))));
}

class Reader {
public:
    explicit Reader(const Table& table) : table_(table) {}

    RosterFile read() {
        if (table_.rows.size() < 2) {
            complain(0, "no_rows", table_.rows.empty() ? "the file is empty" : "the file has a heading and no rows");
            return finish();
        }
        if (table_.rows.size() > most_rows + 1) {
            complain(0, "too_many_rows", fmt::format("more than {} rows", most_rows), std::to_string(table_.rows.size() - 1), std::to_string(most_rows));
            return finish();
        }
        if (!find_columns()) return finish();
        for (std::size_t i = 1; i < table_.rows.size(); ++i) take(table_.rows[i]);
        if (out_.rows.empty() && out_.problems.empty()) complain(0, "no_rows", "the file has a heading and no rows");
        return finish();
    }

private:
    void complain(std::size_t row, std::string_view key, std::string_view words, std::string value = {}, std::string other = {}) {
        ++complaints_;
        if (complaints_ > most_problems) return;
        std::string what = row == 0 ? std::string(words) : fmt::format("row {}: {}", row, words);
        out_.problems.push_back({row, std::string(key), std::move(what), std::move(value), std::move(other)});
    }

    RosterFile finish() {
        if (complaints_ > most_problems) {
            const std::size_t more = complaints_ - most_problems;
            out_.problems.push_back({0, "more_problems", fmt::format("and {} more", more), std::to_string(more), {}});
        }
        return std::move(out_);
    }

    bool find_columns() {
        std::string found;
        const auto& cells = table_.rows.front().cells;
        bool good = true;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string heading = plain_heading(cells[i]);
            if (heading.empty()) continue;
            const std::string shown = to_utf8(std::u32string_view(cleaned(cells[i], false)).substr(0, 40));
            found += (found.empty() ? "" : ", ") + shown;
            const auto known = std::find_if(headings.begin(), headings.end(), [&](const Heading& one) { return one.text == heading; });
            if (known == headings.end()) {
                out_.unknown.push_back(shown);
            } else if (columns_[known->column]) {
                good = false;
                complain(table_.rows.front().number, "column_twice", fmt::format("there are two columns for {}", column_names[known->column]),
                         std::string(column_names[known->column]));
            } else {
                columns_[known->column] = i;
            }
        }
        for (const Column needed : {number, name, branch}) {
            if (columns_[needed]) continue;
            good = false;
            complain(0, "no_column", fmt::format("there is no column {} (found: {})", column_names[needed], found), std::string(column_names[needed]), found);
        }
        out_.has_card = columns_[card].has_value();
        out_.has_pinyin = columns_[pinyin].has_value();
        out_.has_host = columns_[host].has_value();
        return good;
    }

    void take(const Table::Row& row) {
        std::array<std::string, column_count> cells;
        bool any = false, good = true;
        for (std::size_t column = 0; column < column_count; ++column) {
            if (!columns_[column] || *columns_[column] >= row.cells.size()) continue;
            auto cell = clean_cell(row, static_cast<Column>(column));
            good = good && cell.has_value();
            if (cell) cells[column] = std::move(*cell);
            any = any || !cell || !cells[column].empty();
        }
        if (!any) return;  // only columns nobody reads
        const auto missing = [&](std::string_view key, std::string_view words) {
            complain(row.number, key, words);
            good = false;
        };
        if (good && cells[number].empty()) missing("no_number", "the member number is missing");
        if (good && cells[name].empty()) missing("no_name", "the name is missing");
        if (good && cells[branch].empty()) {
            if (had_branch_) missing("no_branch_merged", "the branch is missing (merged cells? every row needs its own)");
            else missing("no_branch", "the branch is missing");
        }
        had_branch_ = had_branch_ || !cells[branch].empty();
        if (!cells[number].empty()) {
            const auto [first, fresh] = numbers_.emplace(normal_card(cells[number]), row.number);
            if (!fresh) complain(row.number, "number_twice", fmt::format("the member number stands in row {} too", first->second), {}, std::to_string(first->second));
        }
        if (!cells[card].empty()) {
            const auto [first, fresh] = cards_.emplace(normal_card(cells[card]), row.number);
            if (!fresh) complain(row.number, "card_twice", fmt::format("the card stands in row {} too", first->second), {}, std::to_string(first->second));
        }
        const auto is_host = host_word(cells[host]);
        if (!is_host) missing("bad_host", "the column host says neither yes nor no");
        if (!good) return;
        out_.rows.push_back({row.number, std::move(cells[number]), std::move(cells[name]), std::move(cells[branch]), normal_card(cells[card]),
                             std::move(cells[pinyin]), is_host.value_or(false)});
    }

    std::optional<std::string> clean_cell(const Table::Row& row, Column column) {
        const bool code = column == number || column == card || column == pinyin || column == host;
        std::string_view raw = row.cells[*columns_[column]];
        // ="20230001" is how a CSV keeps a spreadsheet from taking a number for a quantity.
        if (code && raw.size() > 3 && raw.starts_with("=\"") && raw.ends_with('"')) raw = raw.substr(2, raw.size() - 3);
        std::u32string text = cleaned(raw, code);
        const std::string_view title = column_names[column];
        if (std::any_of(text.begin(), text.end(), is_bad)) {
            complain(row.number, "bad_characters", fmt::format("control or broken characters in {}", title), std::string(title));
            return std::nullopt;
        }
        if (column == name) text = name_without_padding(text);
        std::string cell = to_utf8(text);
        if (std::find(error_values.begin(), error_values.end(), cell) != error_values.end()) {
            complain(row.number, "formula_error", fmt::format("the formula in {} has no result ({})", title, cell), std::string(title), cell);
            return std::nullopt;
        }
        if ((column == number || column == card) && lost_digits(cell)) {
            complain(row.number, "lost_digits", fmt::format("{} has lost its last digits: it is a number, and must be text", title), std::string(title));
            return std::nullopt;
        }
        if (text.size() > longest[column]) {
            const std::size_t size = character_starts(cell).size() - 1;
            // Bytes are bounded, too: one seen character may be made of a thousand.
            if (size > longest[column] || cell.size() > longest[column] * 16) {
                complain(row.number, column == name ? "name_long" : "cell_long", fmt::format("{} has {} characters, {} at most", title, size, longest[column]),
                         column == name ? std::to_string(size) : std::string(title), std::to_string(longest[column]));
                return std::nullopt;
            }
        }
        if (column == pinyin && !cell.empty() && plain_pinyin(cell, "").empty()) {
            complain(row.number, "bad_pinyin", "the pinyin has no letters");
            return std::nullopt;
        }
        return cell;
    }

    static std::optional<bool> host_word(std::string word) {
        for (char& c : word)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        for (const std::string_view yes : {"是", "yes", "1", "y", "true", "√", "✓"})
            if (word == yes) return true;
        for (const std::string_view no : {"", "否", "no", "0", "n", "false", "×"})
            if (word == no) return false;
        return std::nullopt;
    }

    const Table& table_;
    RosterFile out_;
    std::array<std::optional<std::size_t>, column_count> columns_;
    std::unordered_map<std::string, std::size_t> numbers_, cards_;  // normalised → row
    bool had_branch_ = false;
    std::size_t complaints_ = 0;
};

}  // namespace

Result<RosterFile> read_roster(const Table& table) { return Reader(table).read(); }

}  // namespace xinghuo
