#include "content/base/spreadsheet.h"

#include <algorithm>
#include <array>

#include "content/base/csv.h"
#include "content/base/spreadsheet_xlsx.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_columns = 256;

Result<std::string> text_of(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        bytes.remove_prefix(3);
        if (!is_utf8(bytes)) return Error{ErrorKind::invalid, "the file says it is UTF-8, and is not"};
        return std::string(bytes);
    }
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return utf8_from_utf16(bytes.substr(2), bytes.front() == '\xFE');
    if (is_utf8(bytes)) return std::string(bytes);
    auto text = utf8_from_gb18030(bytes);
    if (!text) return Error{ErrorKind::invalid, "the file is neither UTF-8 nor GB18030 text, nor XLSX"};
    return text;
}

Result<Table> read_csv(std::string_view bytes) {
    auto text = text_of(bytes);
    if (!text) return text.error();
    if (text->find('\0') != std::string::npos) return Error{ErrorKind::invalid, "the file is neither text nor XLSX"};
    std::string_view rest = *text;
    std::size_t before = 0;
    char separator = csv_separator(rest);
    // Excel's own way to say it: a first line "sep=;".
    if (rest.starts_with("sep=") && rest.size() > 5 && (rest[5] == '\r' || rest[5] == '\n')) {
        separator = rest[4];
        before = 1;
        rest.remove_prefix(rest.substr(5).starts_with("\r\n") ? 7 : 6);
    }
    auto rows = csv_rows(rest, separator, {table_limit_bytes * 2, table_row_limit, most_columns});
    if (!rows) return rows.error();
    Table table;
    table.rows.reserve(rows->size());
    for (CsvRow& row : *rows) {
        const bool blank = std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
        if (!blank) table.rows.push_back({static_cast<std::size_t>(row.row) + before, std::move(row.cells)});
    }
    return table;
}

std::string csv_cell(std::string_view text) {
    const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    std::string plain = (formula ? "'" : "") + std::string(text);
    if (plain.find_first_of(",;\"\r\n\t") == std::string::npos) return plain;
    std::string out = "\"";
    for (const char c : plain) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

bool is_number(std::string_view text) {
    if (text.starts_with("-")) text.remove_prefix(1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && digit(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) { return digit(c) || c == '.'; }) &&
           std::count(text.begin(), text.end(), '.') <= 1;
}

}  // namespace

Result<Table> read_table(const Bytes& file) {
    if (file.size() > table_limit_bytes) return Error{ErrorKind::too_large, "the file is over 64 MB"};
    const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
    if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return read_xlsx(file);
    if (bytes.starts_with("\xD0\xCF\x11\xE0"))
        return Error{ErrorKind::unsupported, "the file has a password, or is an XLS of before 2007: save it as XLSX without a password"};
    return read_csv(bytes);
}

std::string write_csv(const Sheet& sheet) {
    std::string out = "\xEF\xBB\xBF";
    const auto add = [&](const std::vector<std::string>& cells, bool heading) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) out += ',';
            // A negative number is a number, not a formula.
            const bool number = !heading && i < sheet.numeric.size() && sheet.numeric[i] && is_number(cells[i]);
            out += number ? cells[i] : csv_cell(cells[i]);
        }
        out += "\r\n";
    };
    add(sheet.heading, true);
    for (const auto& row : sheet.rows) add(row, false);
    return out;
}

}  // namespace xinghuo
