#include <fmt/format.h>

#include "content/base/json.h"
#include "content/base/spreadsheet.h"
#include "content/study/day.h"
#include "sync/server/reports.h"

namespace xinghuo {
namespace {

Result<std::map<std::string, std::string>> read_words(const Path& file) {
    auto text = read_text(file);
    if (!text) return text.error();
    JsonDocument document;
    if (auto read = document.parse(*text); !read) return read.error().within("reading " + file.filename().string());
    std::map<std::string, std::string> words;
    for (const auto& [key, node] : document.root().members()) words.emplace(key, node.string());
    if (!document.good()) return document.error().within("reading " + file.filename().string());
    return words;
}

std::string cell_text(const ReportCell& cell, const ReportColumn& column, const ReportWords& words, Lang lang) {
    if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&cell)) return fmt::format("{}", *real);
    const auto* text = std::get_if<std::string>(&cell);
    if (text == nullptr) return {};
    return column.words.empty() || text->empty() ? *text : words.get(lang, column.words + "." + *text);
}

Sheet sheet_of(const Report& report, const ReportWords& words, Lang lang) {
    Sheet sheet;
    sheet.name = words.get(lang, "report." + report.name);
    for (const ReportColumn& column : report.columns) {
        sheet.heading.push_back(words.get(lang, "column." + column.key));
        sheet.numeric.push_back(column.numeric);
    }
    for (const auto& row : report.rows) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(cell_text(row[i], report.columns[i], words, lang));
        sheet.rows.push_back(std::move(cells));
    }
    return sheet;
}

}  // namespace

Result<ReportWords> ReportWords::open(const Path& folder) {
    auto zh = read_words(folder / "zh.json");
    if (!zh) return zh.error().within("the words of reports");
    auto en = read_words(folder / "en.json");
    if (!en) return en.error().within("the words of reports");
    ReportWords words;
    for (auto& [key, text] : *zh) {
        const auto other = en->find(key);
        if (other == en->end()) return Error{ErrorKind::invalid, "the words of reports: " + key + " is not in en.json"};
        words.words_.emplace(key, Bilingual{text, other->second});
    }
    for (const auto& [key, text] : *en)
        if (!zh->contains(key)) return Error{ErrorKind::invalid, "the words of reports: " + key + " is not in zh.json"};
    return words;
}

std::string ReportWords::get(Lang lang, std::string_view key) const {
    const auto found = words_.find(key);
    return found == words_.end() ? std::string(key) : found->second.in(lang);
}

std::string report_json(const Report& report, const ReportWords& words) {
    JsonWriter out;
    out.object().key("report").value(report.name).key("columns").array();
    for (const ReportColumn& column : report.columns) {
        out.object().key("key").value(column.key).key("zh").value(words.get(Lang::zh, "column." + column.key)).key("en").value(words.get(Lang::en, "column." + column.key));
        if (column.numeric) out.key("numeric").value(true);
        if (!column.words.empty()) out.key("words").value(column.words);
        out.end();
    }
    out.end().key("rows").array();
    for (const auto& row : report.rows) {
        out.object();
        for (std::size_t i = 0; i < row.size(); ++i) {
            out.key(report.columns[i].key);
            if (const auto* whole = std::get_if<std::int64_t>(&row[i])) out.value(*whole);
            else if (const auto* real = std::get_if<double>(&row[i])) out.value(*real);
            else if (const auto* text = std::get_if<std::string>(&row[i])) out.value(*text);
            else out.null();
        }
        out.end();
    }
    out.end();
    if (!report.next.empty()) out.key("next").value(report.next);
    return out.end().text();
}

std::string report_csv(const Report& report, const ReportWords& words, Lang lang) { return write_csv(sheet_of(report, words, lang)); }

Result<Bytes> report_xlsx(const Report& report, const ReportWords& words, Lang lang) {
    std::vector<Sheet> sheets;
    sheets.push_back(sheet_of(report, words, lang));
    return write_xlsx(sheets);
}

std::string date_text(std::int64_t day) {
    const Date date = date_of_day(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string china_time_text(std::int64_t unix_ms) {
    if (unix_ms == 0) return {};
    const std::int64_t day = china_day(WallTime{unix_ms});
    const std::int64_t minutes = (unix_ms - begin_of_day(day).unix_ms) / 60'000;
    return fmt::format("{} {:02}:{:02}", date_text(day), minutes / 60, minutes % 60);
}

}  // namespace xinghuo
