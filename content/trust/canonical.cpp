#include "content/trust/canonical.h"

#include <algorithm>

namespace xinghuo {
namespace {

void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

// As deep as a document may be: 64.
Result<void> append(std::string& out, const JsonNode& node) {
    if (node.is_string()) {
        append_string(out, node.string());
    } else if (node.is_object()) {
        auto members = node.members();
        std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        out += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i > 0) out += ',';
            append_string(out, members[i].first);
            out += ':';
            if (auto done = append(out, members[i].second); !done) return done;
        }
        out += '}';
    } else if (node.is_array()) {
        const auto items = node.items();
        out += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out += ',';
            if (auto done = append(out, items[i]); !done) return done;
        }
        out += ']';
    } else if (node.is_integer()) {
        out += std::to_string(node.integer());
    } else if (node.is_boolean()) {
        out += node.boolean() ? "true" : "false";
    } else if (!node.exists()) {
        out += "null";
    } else {
        return Error{ErrorKind::invalid, node.path() + ": is no whole number of 63 bits"};
    }
    return {};
}

}  // namespace

std::string canonical_string(std::string_view text) {
    std::string out;
    append_string(out, text);
    return out;
}

Result<std::string> canonical_json(JsonNode node) {
    std::string out;
    if (auto done = append(out, node); !done) return done.error();
    return out;
}

}  // namespace xinghuo
