// One JSON file of a source, read so that everything wrong in it is told, each with its line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/base/file.h"
#include "content/base/json.h"
#include "content/base/lang.h"
#include "tools/packer/json_lines.h"
#include "tools/packer/problems.h"

namespace xinghuo {

class SourceFile {
public:
    // Nothing when the file is not there or not JSON, which is then among the problems.
    static std::unique_ptr<SourceFile> read(const Path& source, const std::string& name, Problems& problems);

    [[nodiscard]] JsonNode root() { return document_.root(); }
    [[nodiscard]] int line(const JsonNode& node) const { return lines_.line(node.path()); }
    void problem(const JsonNode& node, const std::string& what);

    std::string text(const JsonNode& node);           // must be a string, not empty
    std::string optional_text(const JsonNode& node);  // absent: empty
    // node[name] or node[name + "_zh"], and node[name + "_en"]; the English is demanded unless it is optional.
    Bilingual both(const JsonNode& node, const std::string& name, bool english_optional = false);
    Bilingual pair(const JsonNode& node);             // {"zh": …, "en": …}
    std::string id(const JsonNode& node);             // lower-case letters, digits, hyphens
    std::string date(const JsonNode& node, bool optional = false);  // 1921, 1921-07, 1921-07-23
    std::vector<JsonNode> list(const JsonNode& node, std::size_t at_least);
    std::vector<double> numbers(const JsonNode& node, std::size_t count);
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    SourceFile(std::string name, std::string_view text, Problems& problems)
        : name_(std::move(name)), lines_(text), problems_(problems) {}
    std::string name_;
    JsonDocument document_;
    JsonLines lines_;
    Problems& problems_;
};

bool is_id(std::string_view text);
bool is_iso_date(std::string_view text);  // a calendar date, partial allowed

}  // namespace xinghuo
