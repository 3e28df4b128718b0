#include "tools/packer/front_matter.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

namespace xinghuo {
namespace {

constexpr std::size_t limit_bytes = 16u << 10;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The English name of a field; empty: not known. What is for the authors' own use is read over.
std::string_view known_name(std::string_view written) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> chinese{{
        {"标题", "title"}, {"题目", "title"}, {"作者", "author"}, {"摘要", "summary"}, {"简介", "summary"}, {"出处", "source"},
        {"来源", "source"}, {"日期", "date"}, {"栏目", "section"}, {"图片", "picture"}, {"备注", "notes"}, {"核对", "checked"},
        {"版权", "rights"}, {"审核", "approved"}, {"画面描述", "alt"}, {"译者", "translator"}}};
    static constexpr std::array<std::string_view, 12> english{"title", "author", "summary", "source", "date", "section",
                                                              "picture", "notes", "checked", "rights", "approved", "translator"};
    for (const auto& [from, to] : chinese)
        if (written == from) return to;
    return std::find(english.begin(), english.end(), written) != english.end() ? written : std::string_view{};
}

// Where the line that begins at `from` ends, without its line end; `next` is the beginning of the line after it.
std::string_view line_at(std::string_view text, std::size_t from, std::size_t& next) {
    const std::size_t end = text.find('\n', from);
    next = end == std::string_view::npos ? text.size() : end + 1;
    std::string_view line = text.substr(from, (end == std::string_view::npos ? text.size() : end) - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

void read_yaml(std::string_view yaml, int first_line, const std::string& file, FrontMatter& into, Problems& problems) {
    try {
        const YAML::Node root = YAML::Load(std::string(yaml));
        if (root.IsNull()) return;
        if (!root.IsMap()) return problems.add(file, first_line, "between the two lines of --- stands one \"name: text\" a line");
        for (const auto& pair : root) {
            const int line = first_line + pair.first.Mark().line;
            const std::string written = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
            const std::string name(known_name(written));
            if (name.empty()) {
                problems.add(file, line, fmt::format("{}: no name that is known (title, author, summary, source, date, section, picture, notes)", written));
                continue;
            }
            if (!pair.second.IsScalar()) {
                if (!pair.second.IsNull()) problems.add(file, line, name + ": must be one text; put it in quotes");
                continue;
            }
            if (!into.fields.emplace(name, FrontMatter::Field{pair.second.Scalar(), line}).second) problems.add(file, line, name + ": stands twice");
        }
    } catch (const YAML::Exception& broken) {
        const int line = first_line + std::max(0, broken.mark.line);
        problems.add(file, line, "not \"name: text\" (a text with a colon or a quotation mark in it stands in quotes): " + broken.msg);
    }
}

}  // namespace

std::string FrontMatter::text(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second.text;
}

int FrontMatter::line(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? 1 : found->second.line;
}

FrontMatter read_front_matter(std::string_view markdown, const std::string& file, Problems& problems) {
    FrontMatter made;
    const std::size_t begin = markdown.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    std::size_t next = 0;
    if (line_at(markdown, begin, next) != "---") {
        made.body = begin;
        problems.add(file, 1, "begins with a line --- , then title, summary and source, then a line --- again");
        return made;
    }
    const std::size_t yaml = next;
    int line = 2;
    for (std::size_t at = next; at < markdown.size() && at < yaml + limit_bytes; ++line) {
        const std::string_view text = line_at(markdown, at, next);
        if (text == "---" || text == "...") {
            made.body = next;
            made.body_line = line + 1;
            read_yaml(markdown.substr(yaml, at - yaml), 2, file, made, problems);
            return made;
        }
        // The YAML reader takes what follows for part of the text, to the end.
        const std::size_t colon = text.find(": ");
        const std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(std::min(text.size(), text.find_first_not_of(' ', colon + 1)));
        if (!value.empty() && (value.front() == '"' || value.front() == '\'') && (value.size() == 1 || value.substr(0, value.find_last_not_of(' ') + 1).back() != value.front()))
            problems.add(file, line, "the quotation mark is not closed on this line");
        at = next;
    }
    made.body = markdown.size();
    problems.add(file, 1, "the second line --- is missing");
    return made;
}

}  // namespace xinghuo
