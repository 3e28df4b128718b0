// Tables from outside and to outside: CSV (UTF-8, UTF-16 with its mark, or GB18030; Excel's quoting; comma, semicolon or tab) and
// XLSX (read by orcus, written by libxlsxwriter). Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

struct Table {
    struct Row {
        std::size_t number = 0;            // as a spreadsheet counts, from 1
        std::vector<std::string> cells;
    };
    std::vector<Row> rows;                 // empty ones are left out
};

inline constexpr std::size_t table_limit_bytes = 64u << 20, table_row_limit = 100'001;

// By content, not by name: XLSX starts as a ZIP. XLSX: the first sheet; of a formula its stored result, an error value is
// "#N/A" and the like; of merged cells the first has the text, the others are empty; numbers as a person sees whole ones
// (20230001, not 2.023e7). A number of more than 15 digits has lost digits where it was typed, and comes as Excel shows it:
// "1.10101199003071E+17"; the same digits as text stay exact. A CSV with NUL bytes or in no known encoding is refused, as are
// a password, an XLS of before 2007, and a file over the limits.
Result<Table> read_table(const Bytes& file);

// Sheets with a heading row in bold and fitting columns. Numbers stay numbers where `numeric`.
struct Sheet {
    std::string name;
    std::vector<std::string> heading;
    std::vector<std::vector<std::string>> rows;
    std::vector<bool> numeric;             // by column; may be empty
};
Result<Bytes> write_xlsx(const std::vector<Sheet>& sheets);
// With BOM, so that Excel knows it for UTF-8; CRLF. A text that a spreadsheet would take for a formula (= + - @ tab) is
// led by an apostrophe (OWASP, CSV injection).
std::string write_csv(const Sheet& sheet);

}  // namespace xinghuo
