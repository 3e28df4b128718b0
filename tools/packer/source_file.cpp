#include "tools/packer/source_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace xinghuo {
namespace {

int line_in(const std::string& what) {
    // "line 7, column 3: not JSON"
    return what.starts_with("line ") ? std::atoi(what.c_str() + 5) : 1;
}

}  // namespace

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool is_iso_date(std::string_view text) {
    if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
    const auto number = [&](std::size_t from, std::size_t count) { return std::stoi(std::string(text.substr(from, count))); };
    const int year = number(0, 4), month = text.size() >= 7 ? number(5, 2) : 1, day = text.size() == 10 ? number(8, 2) : 1;
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    return day <= days[month - 1] + (leap ? 1 : 0);
}

std::unique_ptr<SourceFile> SourceFile::read(const Path& source, const std::string& name, Problems& problems) {
    const auto text = read_text(source / name);
    if (!text) {
        problems.add(name, 0, text.error().kind == ErrorKind::missing ? "missing" : text.error().what);
        return nullptr;
    }
    JsonDocument trial;
    if (auto parsed = trial.parse(*text); !parsed) {
        problems.add(name, line_in(parsed.error().what), parsed.error().what);
        return nullptr;
    }
    std::unique_ptr<SourceFile> file(new SourceFile(name, *text, problems));
    insist(file->document_.parse(*text).has_value(), "the same text parses twice");
    return file;
}

void SourceFile::problem(const JsonNode& node, const std::string& what) {
    problems_.add(name_, line(node), node.path().empty() ? what : node.path() + ": " + what);
}

std::string SourceFile::text(const JsonNode& node) {
    if (!node.exists()) {
        problem(node, "missing");
        return {};
    }
    if (!node.is_string()) {
        problem(node, "must be text");
        return {};
    }
    std::string value = node.string();
    if (value.find_first_not_of(" \t\n\r") == std::string::npos) problem(node, "is empty");
    return value;
}

std::string SourceFile::optional_text(const JsonNode& node) {
    if (!node.exists()) return {};
    if (!node.is_string()) {
        problem(node, "must be text");
        return {};
    }
    return node.string();
}

Bilingual SourceFile::both(const JsonNode& node, const std::string& name, bool english_optional) {
    const JsonNode plain = node[name], zh = node[name + "_zh"], en = node[name + "_en"];
    return {text(zh.exists() ? zh : plain), english_optional ? optional_text(en) : text(en)};
}

Bilingual SourceFile::pair(const JsonNode& node) {
    if (!node.is_object()) {
        problem(node, node.exists() ? "must be {\"zh\": …, \"en\": …}" : "missing");
        return {};
    }
    return {text(node["zh"]), text(node["en"])};
}

std::string SourceFile::id(const JsonNode& node) {
    std::string value = text(node);
    if (!value.empty() && !is_id(value)) problem(node, "must be lower-case letters, digits and hyphens: " + value);
    return value;
}

std::string SourceFile::date(const JsonNode& node, bool optional) {
    std::string value = optional ? optional_text(node) : text(node);
    if (!value.empty() && !is_iso_date(value)) problem(node, "not a date (1921, 1921-07 or 1921-07-23): " + value);
    return value;
}

std::vector<JsonNode> SourceFile::list(const JsonNode& node, std::size_t at_least) {
    if (!node.exists() && at_least == 0) return {};
    if (!node.is_array()) {
        problem(node, node.exists() ? "must be a list" : "missing");
        return {};
    }
    std::vector<JsonNode> items = node.items();
    if (items.size() < at_least) problem(node, fmt::format("needs at least {}", at_least));
    return items;
}

std::vector<double> SourceFile::numbers(const JsonNode& node, std::size_t count) {
    std::vector<double> values;
    for (const JsonNode& item : list(node, count))
        if (!item.is_string() && !item.is_array() && !item.is_object() && item.exists()) values.push_back(item.number());
    if (values.size() != count) {
        problem(node, fmt::format("must be {} numbers", count));
        values.assign(count, 0);
    }
    return values;
}

}  // namespace xinghuo
