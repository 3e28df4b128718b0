// Comma separated tables with a header line (RFC 4180): quotes, doubled quotes, line ends inside quotes, CRLF or LF,
// a byte order mark. Columns are found by their name, so their order in the file does not matter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

struct CsvRow {
    int line = 0;  // where the row begins in the file, from 1
    std::vector<std::string> cells;
};

class CsvTable {
public:
    // Limits: 8 MB, 100,000 rows, 64 columns. Refused with its line: an open quote, text after a closing quote,
    // a row whose number of cells is not the header's, a column without a name or named twice. Blank lines are skipped.
    static Result<CsvTable> parse(std::string_view text);

    [[nodiscard]] bool has(std::string_view column) const;
    [[nodiscard]] const std::vector<CsvRow>& rows() const { return rows_; }
    // Empty where the table has no such column. Valid as long as the table.
    [[nodiscard]] std::string_view cell(const CsvRow& row, std::string_view column) const;

private:
    std::vector<std::string> columns_;
    std::vector<CsvRow> rows_;
};

}  // namespace xinghuo
