#include "tools/packer/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/spreadsheet.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

bool there(const Path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed);
}

std::string trimmed(const std::string& text) {
    const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    std::size_t from = 0, to = text.size();
    while (from < to && space(text[from])) ++from;
    while (to > from && space(text[to - 1])) --to;
    return text.substr(from, to - from);
}

std::string heading(const std::string& written) {
    std::string plain = folded(written);
    std::replace(plain.begin(), plain.end(), ' ', '_');
    return plain;
}

std::string english_heading(const std::string& written) {
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"编号", "id"}, {"题号", "id"}, {"日期", "date"}, {"标题", "title_zh"}, {"英文标题", "title_en"}, {"正文", "text_zh"}, {"内容", "text_zh"},
        {"英文正文", "text_en"}, {"英文内容", "text_en"}, {"地点", "place"}, {"英文地点", "place_en"}, {"主题", "theme"}, {"出处", "source"}, {"来源", "source"},
        {"英文出处", "source_en"}, {"英文来源", "source_en"}, {"题型", "type"}, {"类型", "type"}, {"核对", "checked"}, {"难度", "difficulty"}};
    for (const auto& [chinese, english] : names)
        if (written == chinese) return std::string(english);
    return written;
}

}  // namespace

std::string table_file(const Path& source, const std::string& name) {
    const std::string xlsx = name.substr(0, name.size() - 4) + ".xlsx";
    return !there(source / name) && there(source / xlsx) ? xlsx : name;
}

Result<std::string> csv_text(const Path& source, const std::string& name) {
    const std::string file = table_file(source, name);
    if (file == name) {
        auto text = read_text(source / file);
        if (!text || is_utf8(*text)) return text;
    }
    const auto bytes = read_bytes(source / file, table_limit_bytes);
    if (!bytes) return bytes.error();
    const auto table = read_table(*bytes);
    if (!table) return table.error();
    std::string csv;
    std::size_t line = 1, columns = 0;
    for (const Table::Row& row : table->rows) {
        const bool head = &row == table->rows.data();
        if (head) columns = row.cells.size();
        while (line < row.number) csv += '\n', ++line;  // a problem's line is the spreadsheet's row
        for (std::size_t i = 0; i < columns; ++i) {
            std::string cell = i < row.cells.size() ? trimmed(row.cells[i]) : std::string();
            if (head) cell = english_heading(cell);
            std::replace(cell.begin(), cell.end(), '\n', ' ');
            for (std::size_t at = cell.find('"'); at != std::string::npos; at = cell.find('"', at + 2)) cell.insert(at, 1, '"');
            csv += (i == 0 ? "\"" : ",\"") + cell + '"';
        }
        csv += '\n';
        ++line;
    }
    return csv;
}

std::optional<SourceTable> SourceTable::read(const Path& source, const std::string& name, const std::vector<Column>& columns, Problems& problems) {
    const bool csv = there(source / (name + ".csv")), xlsx = there(source / (name + ".xlsx"));
    if (!csv && !xlsx) return std::nullopt;
    SourceTable made;
    made.file_ = name + (csv ? ".csv" : ".xlsx");
    if (csv && xlsx) problems.add(name + ".xlsx", 0, "there is " + name + ".csv, too: keep one of them");
    const auto bytes = read_bytes(source / made.file_, table_limit_bytes);
    auto table = bytes ? read_table(*bytes) : Result<Table>(bytes.error());
    if (!table) {
        problems.add(made.file_, 0, table.error().what);
        return std::nullopt;
    }
    if (table->rows.empty()) {
        problems.add(made.file_, 1, "is empty");
        return std::nullopt;
    }
    for (const Column& column : columns) made.columns_.emplace_back(column.name);
    made.has_.assign(columns.size(), false);
    std::vector<std::size_t> place(table->rows.front().cells.size(), columns.size());  // of the n-th cell
    const int first = static_cast<int>(table->rows.front().number);
    for (std::size_t i = 0; i < place.size(); ++i) {
        const std::string written = table->rows.front().cells[i], plain = heading(written);
        if (plain.empty()) continue;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const bool matches = plain == columns[c].name || std::any_of(columns[c].written.begin(), columns[c].written.end(), [&](std::string_view other) { return plain == heading(std::string(other)); });
            if (!matches) continue;
            if (made.has_[c]) problems.add(made.file_, first, fmt::format("the column {} stands twice", written));
            made.has_[c] = true;
            place[i] = c;
        }
        if (place[i] == columns.size()) problems.add(made.file_, first, "no column that is known: " + written);
    }
    for (std::size_t r = 1; r < table->rows.size(); ++r) {
        Row row{static_cast<int>(table->rows[r].number), std::vector<std::string>(columns.size())};
        bool any = false;
        for (std::size_t i = 0; i < std::min(place.size(), table->rows[r].cells.size()); ++i) {
            if (place[i] == columns.size()) continue;
            row.cells[place[i]] = trimmed(table->rows[r].cells[i]);
            any = any || !row.cells[place[i]].empty();
        }
        if (any) made.rows_.push_back(std::move(row));
    }
    return made;
}

bool SourceTable::has(std::string_view column) const {
    for (std::size_t c = 0; c < columns_.size(); ++c)
        if (columns_[c] == column) return has_[c];
    return false;
}

std::string SourceTable::cell(const Row& row, std::string_view column) const {
    for (std::size_t c = 0; c < columns_.size(); ++c)
        if (columns_[c] == column) return row.cells[c];
    return {};
}

}  // namespace xinghuo
