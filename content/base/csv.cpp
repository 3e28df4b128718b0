#include "content/base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace xinghuo {
namespace {

constexpr std::size_t kMostBytes = 8u << 20;
constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kMostColumns = 64;

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    }

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] int line() const { return line_; }

    Result<CsvRow> row() {
        CsvRow row;
        row.line = line_;
        while (true) {
            auto cell = at('"') ? quoted() : plain();
            if (!cell) return cell.error();
            row.cells.push_back(std::move(cell).value());
            if (row.cells.size() > kMostColumns)
                return Error{ErrorKind::too_large, fmt::format("line {}: more than {} columns", line_, kMostColumns)};
            if (!at(',')) break;
            ++at_;
        }
        line_end();
        return row;
    }

private:
    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool at_line_end() const { return done() || at('\n') || at('\r'); }

    void line_end() {
        if (at('\r')) ++at_;
        if (at('\n')) ++at_;
        ++line_;
    }

    Result<std::string> plain() {
        const std::size_t start = at_;
        while (!at_line_end() && !at(',')) ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    Result<std::string> quoted() {
        const int opened = line_;
        std::string out;
        for (++at_; !done(); ++at_) {
            if (at('"')) {
                ++at_;
                if (!at('"')) {
                    if (!at_line_end() && !at(','))
                        return Error{ErrorKind::invalid, fmt::format("line {}: text after a closing quote", line_)};
                    return out;
                }
            } else if (at('\n')) {
                ++line_;
            }
            out.push_back(text_[at_]);
        }
        return Error{ErrorKind::invalid, fmt::format("line {}: the quote is never closed", opened)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
};

bool blank(const CsvRow& row) { return row.cells.size() == 1 && row.cells.front().empty(); }

}  // namespace

Result<CsvTable> CsvTable::parse(std::string_view text) {
    if (text.size() > kMostBytes) return Error{ErrorKind::too_large, fmt::format("over {} bytes", kMostBytes)};
    CsvTable table;
    Reader reader(text);
    while (!reader.done()) {
        auto row = reader.row();
        if (!row) return row.error();
        if (blank(*row)) continue;
        if (table.columns_.empty()) {
            table.columns_ = std::move(row->cells);
            for (auto name = table.columns_.begin(); name != table.columns_.end(); ++name) {
                if (name->empty() || std::find(table.columns_.begin(), name, *name) != name)
                    return Error{ErrorKind::invalid,
                                 fmt::format("line {}: column '{}' is unnamed or named twice", row->line, *name)};
            }
            continue;
        }
        if (row->cells.size() != table.columns_.size())
            return Error{ErrorKind::invalid, fmt::format("line {}: {} cells, the header has {}", row->line,
                                                         row->cells.size(), table.columns_.size())};
        if (table.rows_.size() == kMostRows)
            return Error{ErrorKind::too_large, fmt::format("line {}: more than {} rows", row->line, kMostRows)};
        table.rows_.push_back(std::move(row).value());
    }
    if (table.columns_.empty()) return Error{ErrorKind::invalid, "line 1: there is no header"};
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
