// A table as its author keeps it: NAME.csv or NAME.xlsx, whichever is there, with a heading row in English or Chinese.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "tools/packer/problems.h"

namespace xinghuo {

class SourceTable {
public:
    struct Column {
        std::string_view name;           // as the program knows it
        std::vector<std::string_view> written;  // what may stand in the heading besides; capitals and spaces do not matter
    };
    struct Row {
        int line = 0;                    // as a spreadsheet counts, from 1
        std::vector<std::string> cells;  // trimmed; in the order of the columns
    };

    // Nothing where there is no such file, or it cannot be read, which is then among the problems. Told, too: both files there, a
    // heading that is not known or stands twice.
    static std::optional<SourceTable> read(const Path& source, const std::string& name, const std::vector<Column>& columns, Problems& problems);

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    [[nodiscard]] bool has(std::string_view column) const;
    [[nodiscard]] std::string cell(const Row& row, std::string_view column) const;  // empty where there is no such column

private:
    std::string file_;
    std::vector<std::string> columns_;
    std::vector<bool> has_;
    std::vector<Row> rows_;
};

// A table the program reads as CSV (timeline.csv, quiz_sources.csv, voices.csv …): NAME.csv, or where only NAME.xlsx is there, that as CSV, each row
// on its own line; headings in Chinese become the English ones. A CSV in Excel's encodings (GB18030, UTF-16) becomes UTF-8.
Result<std::string> csv_text(const Path& source, const std::string& name_csv);
// What is there: NAME.xlsx if only that is, else NAME.csv.
std::string table_file(const Path& source, const std::string& name_csv);

}  // namespace xinghuo
