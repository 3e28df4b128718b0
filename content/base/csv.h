// Separated tables (RFC 4180): quotes, doubled quotes, line ends inside quotes, CRLF, LF or CR, a byte order mark.
// csv_rows() takes whatever stands there; CsvTable wants a header line and finds columns by their name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

struct CsvRow {
    int line = 0;  // where the row begins in the file, from 1
    int row = 0;   // as a spreadsheet counts: from 1, blank rows count, line ends inside quotes do not
    std::vector<std::string> cells;
};

struct CsvLimits {
    std::size_t bytes = 8u << 20, rows = 100'000, columns = 64;  // rows: with the header
};
// Every row that is not blank. Refused with its line: an open quote, text after a closing quote, and what is over the limits.
Result<std::vector<CsvRow>> csv_rows(std::string_view text, char separator, const CsvLimits& limits);
// Comma, semicolon or tab: which the first row has most of, outside quotes; a comma where it has none.
char csv_separator(std::string_view text);

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
