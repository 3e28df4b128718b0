// XLSX to outside.
#include <fmt/format.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "content/base/spreadsheet.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

// A folder only we may look into, because names lie in it for a moment; gone with this.
class PrivateFolder {
public:
    static Result<std::unique_ptr<PrivateFolder>> make() {
        std::error_code failed;
        std::string path = (std::filesystem::temp_directory_path(failed) / "xinghuo-XXXXXX").string();
        if (failed || ::mkdtemp(path.data()) == nullptr) return Error{ErrorKind::io, "no folder for temporary files"};
        return std::unique_ptr<PrivateFolder>(new PrivateFolder(path));
    }
    ~PrivateFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    const Path path;

private:
    explicit PrivateFolder(Path where) : path(std::move(where)) {}
};

// In columns of a spreadsheet: a Chinese character is as wide as two letters.
double width_of(std::string_view text) {
    double width = 0;
    for (const char32_t c : to_utf32(text)) width += c >= 0x1100 ? 2.1 : 1.1;
    return width;
}

// Excel: at most 31 characters, none of []:*?/\ and no apostrophe at an end; each name once, whatever the case.
std::string sheet_name(std::string_view wanted, std::set<std::string>& taken) {
    std::u32string name;
    for (const char32_t c : to_utf32(wanted))
        name.push_back(c < 0x20 || std::u32string_view(U"[]:*?/\\'").find(c) != std::u32string_view::npos ? U' ' : c);
    for (int turn = 1;; ++turn) {
        const std::string number = turn == 1 ? "" : fmt::format(" {}", turn);
        // 15 characters: two UTF-16 units each at the worst, and room for the number.
        std::string text = to_utf8(name.substr(0, name.size() > 27 ? 15 : 27)) + number;
        if (text.find_first_not_of(' ') == std::string::npos) text = fmt::format("Sheet{}", turn);
        if (taken.insert(folded(text)).second) return text;
    }
}

bool write_sheet(lxw_workbook* book, const Sheet& sheet, const std::string& name, lxw_format* bold) {
    lxw_worksheet* to = workbook_add_worksheet(book, name.c_str());
    if (to == nullptr) return false;
    std::vector<double> widths(sheet.heading.size(), 0);
    bool good = true;
    const auto widen = [&](std::size_t column, std::string_view text) {
        if (column >= widths.size()) widths.resize(column + 1, 0);
        widths[column] = std::max(widths[column], width_of(text));
    };
    for (std::size_t i = 0; i < sheet.heading.size(); ++i) {
        good = good && worksheet_write_string(to, 0, static_cast<lxw_col_t>(i), sheet.heading[i].c_str(), bold) == LXW_NO_ERROR;
        widen(i, sheet.heading[i]);
    }
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
        const auto row = static_cast<lxw_row_t>(r + 1);
        for (std::size_t i = 0; i < sheet.rows[r].size(); ++i) {
            const std::string& cell = sheet.rows[r][i];
            const auto column = static_cast<lxw_col_t>(i);
            if (cell.empty()) continue;
            widen(i, cell);
            double value = 0;
            const auto [stop, wrong] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
            const bool number = i < sheet.numeric.size() && sheet.numeric[i] && wrong == std::errc() && stop == cell.data() + cell.size() && std::isfinite(value);
            const lxw_error written = number ? worksheet_write_number(to, row, column, value, nullptr) : worksheet_write_string(to, row, column, cell.c_str(), nullptr);
            good = good && written == LXW_NO_ERROR;
        }
    }
    for (std::size_t i = 0; i < widths.size(); ++i)
        worksheet_set_column(to, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), std::clamp(widths[i] + 2, 8.0, 60.0), nullptr);
    worksheet_freeze_panes(to, 1, 0);
    return good;
}

}  // namespace

Result<Bytes> write_xlsx(const std::vector<Sheet>& sheets) {
    for (const Sheet& sheet : sheets)
        if (sheet.rows.size() >= LXW_ROW_MAX || sheet.heading.size() > LXW_COL_MAX) return Error{ErrorKind::too_large, "more rows than an XLSX may have"};
    auto folder = PrivateFolder::make();
    if (!folder) return folder.error();
    const Path file = (*folder)->path / "out.xlsx";
    std::string temporary = (*folder)->path.string();
    lxw_workbook_options options{};
    options.tmpdir = temporary.data();
    lxw_workbook* book = workbook_new_opt(file.c_str(), &options);
    if (book == nullptr) return Error{ErrorKind::io, "the XLSX cannot be begun"};
    lxw_format* bold = workbook_add_format(book);
    if (bold != nullptr) format_set_bold(bold);
    std::set<std::string> taken;
    bool good = true;
    for (const Sheet& sheet : sheets) good = write_sheet(book, sheet, sheet_name(sheet.name, taken), bold) && good;
    const lxw_error closed = workbook_close(book);  // frees it, too
    if (closed != LXW_NO_ERROR) return Error{ErrorKind::io, fmt::format("the XLSX cannot be written ({})", lxw_strerror(closed))};
    if (!good) return Error{ErrorKind::too_large, "a text is too long for an XLSX cell"};
    return read_bytes(file, 512u << 20);
}

}  // namespace xinghuo
