#include "content/pack/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t section_limit = 100, item_limit = 5'000;

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= 80 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool is_sha256(std::string_view hash) {
    return hash.size() == 64 && std::all_of(hash.begin(), hash.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

std::string id_of(JsonNode node, std::unordered_set<std::string>& seen) {
    std::string id = node.string();
    if (node.is_string() && !is_id(id)) node.refuse("must be lower-case letters, digits and hyphens");
    if (!id.empty() && !seen.insert(id).second) node.refuse("stands twice: " + id);
    return id;
}

void read_files(JsonNode list, Manifest& manifest, std::unordered_set<std::string>& paths) {
    const std::vector<JsonNode> nodes = list.items();
    if (nodes.size() > manifest_file_limit) return list.refuse("too many files");
    for (const JsonNode& node : nodes) {
        const std::string path = node["path"].string();
        if (!is_safe_relative_path(path)) node["path"].refuse("not a path inside the pack");
        if (path.find(':') != std::string::npos) node["path"].refuse("holds a ':', which stands between a pack and its path");
        if (!paths.insert(path).second) node["path"].refuse("stands twice: " + path);
        PackFile file{node["sha256"].string(), 0};
        if (!is_sha256(file.sha256)) node["sha256"].refuse("must be 64 lower-case hex digits");
        const std::int64_t length = node["length"].integer();
        if (length < 0 || static_cast<std::uint64_t>(length) > pack_file_limit_bytes)
            node["length"].refuse("must be 0 to 8 GB");
        else
            file.length = static_cast<std::uint64_t>(length);
        manifest.files.emplace_back(path, std::move(file));
    }
}

std::string listed_path(JsonNode node, bool may_be_empty, const std::unordered_set<std::string>& paths) {
    std::string path = may_be_empty ? node.string_or("") : node.string();
    if (path.empty() && may_be_empty) return path;
    if (!paths.contains(path)) node.refuse("no such file in the pack: " + path);
    return path;
}

// One to three numbers of at most six digits.
std::optional<std::array<int, 3>> version_of(std::string_view text) {
    std::array<int, 3> numbers{};
    for (std::size_t part = 0; part < numbers.size(); ++part) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const std::string_view digits = text.substr(0, dot);
        if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
        for (const char c : digits) numbers[part] = numbers[part] * 10 + (c - '0');
        if (dot == text.size()) return numbers;
        text.remove_prefix(dot + 1);
    }
    return std::nullopt;
}

}  // namespace

std::string_view application_version() { return XINGHUO_VERSION; }

Result<void> check_application(std::string_view minimum, std::string_view application) {
    if (minimum.empty()) return {};
    const auto needed = version_of(minimum), here = version_of(application);
    if (needed && here && *needed <= *here) return {};
    return Error{ErrorKind::unsupported, fmt::format("needs version {} of the application, and this is {}", minimum, application)};
}

Result<Manifest> read_manifest(std::string_view json) {
    if (json.size() > manifest_limit_bytes) return Error{ErrorKind::too_large, "over 5 MB"};
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    Manifest manifest;
    if (root["schema_version"].integer() != 1) root["schema_version"].refuse("only version 1 is known");
    std::unordered_set<std::string> pack_ids, section_ids, item_ids, paths;
    manifest.id = id_of(root["id"], pack_ids);
    manifest.version = root["version"].integer();
    if (manifest.version < 1) root["version"].refuse("must be 1 or more");
    manifest.title = root["title"].bilingual();
    if (root["summary"].exists()) manifest.summary = root["summary"].bilingual();
    read_files(root["files"], manifest, paths);
    const auto sections = root["sections"].items();
    if (sections.size() > section_limit) root["sections"].refuse("too many sections");
    for (const JsonNode& node : sections) {
        if (!document.good()) break;
        manifest.sections.push_back(
            {id_of(node["id"], section_ids), node["title"].bilingual(), listed_path(node["poster"], true, paths)});
    }
    const auto items = root["items"].items();
    if (items.size() > item_limit) root["items"].refuse("too many items");
    for (const JsonNode& node : items) {
        if (!document.good()) break;
        Item item{id_of(node["id"], item_ids), node["kind"].string(), node["section"].string_or(""),
                  node["title"].bilingual(), {}, listed_path(node["file"], false, paths),
                  listed_path(node["picture"], true, paths)};
        if (node["summary"].exists()) item.summary = node["summary"].bilingual();
        if (!is_id(item.kind)) node["kind"].refuse("must be lower-case letters, digits and hyphens");
        if (!item.section.empty() && !section_ids.contains(item.section)) node["section"].refuse("no such section: " + item.section);
        manifest.items.push_back(std::move(item));
    }
    manifest.glyphs = listed_path(root["glyphs"], true, paths);
    manifest.minimum_application = root["minimum_application"].string_or("");
    if (!manifest.minimum_application.empty() && !version_of(manifest.minimum_application)) root["minimum_application"].refuse("must be a version, as 0.2 or 1.0.3");
    if (!document.good()) return document.error();
    return manifest;
}

}  // namespace xinghuo
