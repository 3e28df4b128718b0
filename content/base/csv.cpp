#include "content/base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace xinghuo {
namespace {

class Reader {
public:
    Reader(std::string_view text, char separator, std::size_t most_columns) : text_(text), separator_(separator), most_columns_(most_columns) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    }

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] int line() const { return line_; }

    Result<CsvRow> row() {
        CsvRow row;
        row.line = line_;
        row.row = ++row_;
        while (true) {
            auto cell = at('"') ? quoted() : plain();
            if (!cell) return cell.error();
            row.cells.push_back(std::move(cell).value());
            if (row.cells.size() > most_columns_)
                return Error{ErrorKind::too_large, fmt::format("line {}: more than {} columns", line_, most_columns_)};
            if (!at(separator_)) break;
            ++at_;
        }
        line_end();
        return row;
    }

private:
    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool next_is(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }
    [[nodiscard]] bool at_line_end() const { return done() || at('\n') || at('\r'); }

    void line_end() {
        if (at('\r')) ++at_;
        if (at('\n')) ++at_;
        ++line_;
    }

    Result<std::string> plain() {
        const std::size_t start = at_;
        while (!at_line_end() && !at(separator_)) ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    Result<std::string> quoted() {
        const int opened = line_;
        std::string out;
        for (++at_; !done(); ++at_) {
            if (at('"')) {
                ++at_;
                if (!at('"')) {
                    if (!at_line_end() && !at(separator_))
                        return Error{ErrorKind::invalid, fmt::format("line {}: text after a closing quote", line_)};
                    return out;
                }
            } else if (at('\n') || (at('\r') && !next_is('\n'))) {
                ++line_;
            }
            out.push_back(text_[at_]);
        }
        return Error{ErrorKind::invalid, fmt::format("line {}: the quote is never closed", opened)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1, row_ = 0;
    char separator_;
    std::size_t most_columns_;
};

bool blank(const CsvRow& row) { return row.cells.size() == 1 && row.cells.front().empty(); }

}  // namespace

Result<std::vector<CsvRow>> csv_rows(std::string_view text, char separator, const CsvLimits& limits) {
    if (text.size() > limits.bytes) return Error{ErrorKind::too_large, fmt::format("over {} bytes", limits.bytes)};
    std::vector<CsvRow> rows;
    Reader reader(text, separator, limits.columns);
    while (!reader.done()) {
        auto row = reader.row();
        if (!row) return row.error();
        if (blank(*row)) continue;
        if (rows.size() == limits.rows) return Error{ErrorKind::too_large, fmt::format("line {}: more than {} rows", row->line, limits.rows)};
        rows.push_back(std::move(row).value());
    }
    return rows;
}

char csv_separator(std::string_view text) {
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        commas += c == ',' ? 1u : 0u;
        semicolons += c == ';' ? 1u : 0u;
        tabs += c == '\t' ? 1u : 0u;
    }
    if (tabs > commas && tabs >= semicolons) return '\t';
    return semicolons > commas ? ';' : ',';
}

Result<CsvTable> CsvTable::parse(std::string_view text) {
    CsvLimits limits;
    ++limits.rows;  // and the header
    auto rows = csv_rows(text, ',', limits);
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::invalid, "line 1: there is no header"};
    CsvTable table;
    table.columns_ = std::move(rows->front().cells);
    const auto& columns = table.columns_;
    for (auto name = columns.begin(); name != columns.end(); ++name) {
        if (name->empty() || std::find(columns.begin(), name, *name) != name)
            return Error{ErrorKind::invalid, fmt::format("line {}: column '{}' is unnamed or named twice", rows->front().line, *name)};
    }
    rows->erase(rows->begin());
    for (const CsvRow& row : *rows) {
        if (row.cells.size() != columns.size())
            return Error{ErrorKind::invalid, fmt::format("line {}: {} cells, the header has {}", row.line, row.cells.size(), columns.size())};
    }
    table.rows_ = std::move(*rows);
    return table;
}

bool CsvTable::has(std::string_view column) const {
    return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::string_view CsvTable::cell(const CsvRow& row, std::string_view column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    const auto index = static_cast<std::size_t>(found - columns_.begin());
    return found == columns_.end() || index >= row.cells.size() ? std::string_view() : row.cells[index];
}

}  // namespace xinghuo
