#include <fmt/format.h>

#include <algorithm>

#include "tools/packer/svg.h"

namespace xinghuo {
namespace {

std::string attribute(std::string_view tag, std::string_view name) {
    const std::string wanted = fmt::format(" {}=", name);
    const std::size_t found = tag.find(wanted);
    if (found == std::string_view::npos || found + wanted.size() >= tag.size()) return {};
    const char quote = tag[found + wanted.size()];
    const std::size_t start = found + wanted.size() + 1, end = tag.find(quote, start);
    return end == std::string_view::npos ? std::string() : std::string(tag.substr(start, end - start));
}

std::size_t tag_end(std::string_view svg, std::size_t from) {
    char quote = 0;
    for (std::size_t i = from; i < svg.size(); ++i) {
        if (quote != 0) {
            if (svg[i] == quote) quote = 0;
        } else if (svg[i] == '"' || svg[i] == '\'') {
            quote = svg[i];
        } else if (svg[i] == '>') {
            return i;
        }
    }
    return std::string_view::npos;
}

std::size_t skipped(std::string_view svg, std::size_t from, std::string_view until) {
    const std::size_t end = svg.find(until, from);
    return end == std::string_view::npos ? svg.size() : end + until.size();
}

}  // namespace

std::vector<std::string> top_level_groups(std::string_view svg) {
    std::vector<std::string> ids;
    int depth = 0;
    for (std::size_t i = svg.find('<'); i < svg.size(); i = svg.find('<', i)) {
        const std::string_view rest = svg.substr(i);
        if (rest.starts_with("<!--")) { i = skipped(svg, i, "-->"); continue; }
        if (rest.starts_with("<![CDATA[")) { i = skipped(svg, i, "]]>"); continue; }
        if (rest.starts_with("<?") || rest.starts_with("<!")) { i = skipped(svg, i, ">"); continue; }
        const std::size_t end = tag_end(svg, i + 1);
        if (end == std::string_view::npos) break;
        std::string tag(svg.substr(i + 1, end - i - 1));
        i = end + 1;
        if (tag.starts_with('/')) {
            --depth;
            continue;
        }
        std::replace_if(tag.begin(), tag.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
        if (depth == 1 && (tag == "g" || tag.starts_with("g ") || tag == "g/")) {
            std::string id = attribute(tag, "id");
            if (!id.empty()) ids.push_back(std::move(id));
        }
        if (!tag.ends_with('/')) ++depth;
    }
    return ids;
}

}  // namespace xinghuo
