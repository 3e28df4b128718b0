#include "content/trust/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/canonical.h"
#include "content/trust/path_pattern.h"

namespace xinghuo {
namespace {

constexpr std::size_t longest_file_name = 200;    // of a role, encoded; file systems take 255
constexpr std::size_t longest_target_name = 1000;
constexpr int most_bits = 32;                     // of hashed bins (TAP 15)

bool digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// "1", "1.0", "1.0.31": what the client was made for (tuf-spec §4.2, SPEC_VERSION).
bool is_version_one(std::string_view text) {
    if (text == "1") return true;
    if (!text.starts_with("1.")) return false;
    text.remove_prefix(2);
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        if (part.empty() || !digits(part)) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

// "2030-01-31T08:00:00Z" and nothing else (tuf-spec §4.2, EXPIRES).
std::optional<WallTime> read_date(const std::string& text) {
    constexpr std::string_view form = "0000-00-00T00:00:00Z";
    if (text.size() != form.size()) return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? std::isdigit(static_cast<unsigned char>(text[i])) == 0 : text[i] != form[i]) return std::nullopt;
    const auto two = [&text](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
    if (two(11) > 23 || two(14) > 59 || two(17) > 59 || text.starts_with("0000")) return std::nullopt;
    const std::chrono::year_month_day day(std::chrono::year(two(0) * 100 + two(2)), std::chrono::month(static_cast<unsigned>(two(5))),
                                          std::chrono::day(static_cast<unsigned>(two(8))));
    if (!day.ok()) return std::nullopt;
    return wall_time_from_iso(text);
}

std::int64_t read_count(const JsonNode& node, std::int64_t least) {
    const std::int64_t number = node.integer();
    if (number < least) node.refuse(fmt::format("must be at least {}", least));
    return number;
}

std::map<std::string, std::string> read_hashes(const JsonNode& node) {
    std::map<std::string, std::string> known;
    for (const auto& [name, value] : node.members()) {
        const std::size_t length = name == "sha256" ? 64 : name == "sha512" ? 128 : 0;
        std::string hex = value.string();
        if (length == 0) continue;
        std::transform(hex.begin(), hex.end(), hex.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (hex.size() != length || !from_hex(hex)) value.refuse(fmt::format("must be {} hex digits", length));
        known.emplace(name, std::move(hex));
    }
    if (known.empty()) node.refuse("knows neither sha256 nor sha512");
    return known;
}

FileMeta read_file_meta(const JsonNode& node) {
    FileMeta meta;
    meta.version = read_count(node["version"], 1);
    if (node["length"].exists()) meta.length = static_cast<std::uint64_t>(read_count(node["length"], 0));
    if (node["hashes"].exists()) meta.hashes = read_hashes(node["hashes"]);
    return meta;
}

std::map<std::string, KeyText> read_keys(const JsonNode& node) {
    std::map<std::string, KeyText> keys;
    for (const auto& [id, key] : node.members()) {
        // A kind of key we do not know may keep something else there; it signs nothing for us.
        const JsonNode value = key["keyval"]["public"];
        keys.emplace(id, KeyText{key["keytype"].string(), key["scheme"].string(), value.is_string() ? value.string() : std::string()});
    }
    return keys;
}

RoleKeys read_role_keys(const JsonNode& node) {
    RoleKeys role;
    for (const JsonNode& id : node["keyids"].items()) role.keyids.push_back(id.string());
    const std::int64_t threshold = read_count(node["threshold"], 1);
    if (threshold > 1000) node["threshold"].refuse("more than 1,000");
    role.threshold = static_cast<int>(std::clamp<std::int64_t>(threshold, 1, 1000));
    return role;
}

bool is_top_level(std::string_view role) { return role == "root" || role == "timestamp" || role == "snapshot" || role == "targets"; }

void check_role_name(const JsonNode& node, const std::string& name) {
    if (name.empty()) node.refuse("a role without a name");
    else if (is_top_level(name)) node.refuse("\"" + name + "\" cannot be delegated");
    else if (file_name_of_role(name).size() > longest_file_name) node.refuse("a role's name is too long for a file");
}

// A target's name goes into URLs and folders. What a server or a browser would take for a way up is refused, too.
bool is_safe_target_name(std::string_view name) {
    if (name.empty() || name.size() > longest_target_name || name.front() == '/' || name.back() == '/') return false;
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string_view hidden : {"%2e", "%2f", "%5c", "%00", "\\", "//"})
        if (lower.find(hidden) != std::string::npos) return false;
    for (const char c : lower)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    const std::string around = "/" + lower + "/";
    return around.find("/./") == std::string::npos && around.find("/../") == std::string::npos;
}

Delegation read_delegation(const JsonNode& node) {
    Delegation role;
    role.name = node["name"].string();
    check_role_name(node["name"], role.name);
    role.keys = read_role_keys(node);
    role.terminating = node["terminating"].boolean_or(false);
    const bool by_path = node["paths"].exists(), by_hash = node["path_hash_prefixes"].exists();
    if (by_path == by_hash) node.refuse("has paths or path_hash_prefixes, one of them");
    if (by_path)
        for (const JsonNode& pattern : node["paths"].items()) role.paths.push_back(pattern.string());
    if (by_hash)
        for (const JsonNode& prefix : node["path_hash_prefixes"].items()) {
            const std::string hex = prefix.string();
            if (hex.size() > 64 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) prefix.refuse("must be hex digits");
            role.path_hash_prefixes.push_back(hex);
            std::transform(hex.begin(), hex.end(), role.path_hash_prefixes.back().begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        }
    return role;
}

HashedBins read_bins(const JsonNode& node) {
    HashedBins bins;
    bins.keys = read_role_keys(node);
    bins.bits = static_cast<int>(std::clamp<std::int64_t>(read_count(node["bit_length"], 1), 1, most_bits + 1));
    if (bins.bits > most_bits) node["bit_length"].refuse("at most 32");
    bins.name_prefix = node["name_prefix"].string();
    check_role_name(node["name_prefix"], bins.name_prefix + "-00000000");
    return bins;
}

// What every role has. The document stays open: the rest is read from it.
Result<JsonNode> open_role(JsonDocument& document, std::string_view bytes, std::uint64_t limit, std::string_view type, Signed& into) {
    if (bytes.size() > limit) return Error{ErrorKind::too_large, fmt::format("{} bytes, over the limit of {}", bytes.size(), limit)};
    if (auto parsed = document.parse_strict(bytes); !parsed) return parsed.error();
    const JsonNode whole = document.root();
    std::set<std::string> ids;
    for (const JsonNode& signature : whole["signatures"].items()) {
        SignatureText text{signature["keyid"].string(), signature["sig"].string()};
        // tuf-spec §4.2: "Clients MUST ensure that […] each keyid is unique".
        if (!ids.insert(text.keyid).second) signature.refuse("the key has signed already");
        into.signatures.push_back(std::move(text));
    }
    const JsonNode body = whole["signed"];
    into.type = body["_type"].string();
    if (document.good() && into.type != type) body["_type"].refuse(fmt::format("is \"{}\", not \"{}\"", into.type, type));
    into.spec_version = body["spec_version"].string();
    if (document.good() && !is_version_one(into.spec_version)) body["spec_version"].refuse("is \"" + into.spec_version + "\", known is 1");
    into.version = read_count(body["version"], 1);
    const auto expires = read_date(body["expires"].string());
    if (!expires) body["expires"].refuse("is no date like 2030-01-31T08:00:00Z");
    if (!document.good()) return document.error();
    into.expires = *expires;
    auto canonical = canonical_json(body);
    if (!canonical) return canonical.error();
    into.canonical = std::move(*canonical);
    return body;
}

// A whole role: what every one has, then what `read` takes from the rest.
template <class Role, class Read>
Result<Role> read_role(std::string_view bytes, std::uint64_t limit, std::string_view type, const Read& read) {
    Role role;
    JsonDocument document;
    const auto body = open_role(document, bytes, limit, type, role);
    if (!body) return body.error().within(type);
    read(*body, role);
    if (!document.good()) return document.error().within(type);
    return role;
}

void read_targets_of(const JsonNode& body, TargetsMeta& targets) {
    for (const auto& [name, file] : body["targets"].members()) {
        if (!is_safe_target_name(name)) file.refuse("is no name for a file");
        Target target;
        target.name = name;
        target.length = static_cast<std::uint64_t>(read_count(file["length"], 0));
        target.hashes = read_hashes(file["hashes"]);
        if (file["custom"].exists()) {
            if (auto custom = canonical_json(file["custom"])) target.custom = std::move(*custom);
        }
        targets.targets.emplace(name, std::move(target));
    }
    if (const JsonNode delegations = body["delegations"]; delegations.exists()) {
        targets.keys = read_keys(delegations["keys"]);
        const bool roles = delegations["roles"].exists(), bins = delegations["succinct_roles"].exists();
        if (roles == bins) delegations.refuse("has roles or succinct_roles, one of them");
        if (bins) targets.bins = read_bins(delegations["succinct_roles"]);
        std::set<std::string> names;
        if (roles)
            for (const JsonNode& role : delegations["roles"].items()) {
                Delegation delegation = read_delegation(role);
                if (!names.insert(delegation.name).second) role.refuse("the role \"" + delegation.name + "\" is delegated twice");
                targets.delegations.push_back(std::move(delegation));
            }
    }
}

}  // namespace

std::string HashedBins::role_of(std::string_view target_name) const {
    const Digest digest = sha256(target_name);
    const std::uint32_t head = static_cast<std::uint32_t>(digest[0]) << 24 | static_cast<std::uint32_t>(digest[1]) << 16 |
                               static_cast<std::uint32_t>(digest[2]) << 8 | digest[3];
    return role_at(head >> (32 - bits));
}

std::string HashedBins::role_at(std::uint64_t bin) const {
    return fmt::format("{}-{:0{}x}", name_prefix, bin, (bits + 3) / 4);
}

bool Delegation::covers(std::string_view target_name) const {
    for (const std::string& pattern : paths)
        if (matches_path_pattern(pattern, target_name)) return true;
    if (path_hash_prefixes.empty()) return false;
    const std::string hex = sha256_hex(target_name.data(), target_name.size());
    return std::any_of(path_hash_prefixes.begin(), path_hash_prefixes.end(), [&hex](const std::string& prefix) { return hex.starts_with(prefix); });
}

Result<RootMeta> read_root(std::string_view bytes, const TrustLimits& limits) {
    return read_role<RootMeta>(bytes, limits.root_bytes, "root", [](const JsonNode& body, RootMeta& root) {
        root.consistent_snapshot = body["consistent_snapshot"].boolean_or(false);
        root.keys = read_keys(body["keys"]);
        for (const char* role : {"root", "timestamp", "snapshot", "targets"}) root.roles.emplace(role, read_role_keys(body["roles"][role]));
    });
}

Result<TimestampMeta> read_timestamp(std::string_view bytes, const TrustLimits& limits) {
    return read_role<TimestampMeta>(bytes, limits.timestamp_bytes, "timestamp", [](const JsonNode& body, TimestampMeta& timestamp) {
        timestamp.snapshot = read_file_meta(body["meta"]["snapshot.json"]);
    });
}

Result<SnapshotMeta> read_snapshot(std::string_view bytes, const TrustLimits& limits) {
    return read_role<SnapshotMeta>(bytes, limits.snapshot_bytes, "snapshot", [](const JsonNode& body, SnapshotMeta& snapshot) {
        for (const auto& [name, file] : body["meta"].members()) snapshot.meta.emplace(name, read_file_meta(file));
    });
}

Result<TargetsMeta> read_targets(std::string_view bytes, const TrustLimits& limits) {
    return read_role<TargetsMeta>(bytes, limits.targets_bytes, "targets", read_targets_of);
}

Result<void> verify(const Signed& metadata, std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known) {
    std::set<std::string> signers;  // by the key itself: the same under two ids is one
    const std::set<std::string> allowed(keys.keyids.begin(), keys.keyids.end());
    for (const SignatureText& signature : metadata.signatures) {
        const auto text = known.find(signature.keyid);
        if (!allowed.contains(signature.keyid) || text == known.end()) continue;
        const auto bytes = from_hex(signature.hex);
        const auto key = VerifyingKey::read(text->second);
        if (!bytes || !key || signers.contains(key->material())) continue;
        if (key->verifies(metadata.canonical, *bytes)) signers.insert(key->material());
    }
    const auto threshold = static_cast<std::size_t>(keys.threshold);
    if (signers.size() >= threshold) return {};
    return Error{ErrorKind::untrusted, fmt::format("{}: {} of {} signatures are missing: signed by {} of the {} keys that may sign {}", role,
                                                   threshold - signers.size(), threshold, signers.size(), allowed.size(), role)};
}

std::string file_name_of_role(std::string_view role) {
    if (role == ".") return "%2E";
    if (role == "..") return "%2E%2E";
    std::string name;
    for (const char letter : role) {
        const auto c = static_cast<unsigned char>(letter);
        // RFC 3986 §2.3, "unreserved".
        if ((c < 0x80 && std::isalnum(c) != 0) || c == '-' || c == '.' || c == '_' || c == '~') name += static_cast<char>(c);
        else name += fmt::format("%{:02X}", c);
    }
    return name;
}

}  // namespace xinghuo
