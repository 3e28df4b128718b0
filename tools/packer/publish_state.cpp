#include "tools/packer/publish_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>

#include "content/base/crypto.h"
#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::int64_t roots_walked = 100'000;

const RoleKeys* root_role(const RootMeta& root, const std::string& name) {
    const auto found = root.roles.find(name);
    return found == root.roles.end() ? nullptr : &found->second;
}

// By the newest root, or by the one before it.
Result<void> verify_under(const RepositoryState& state, const Signed& metadata, const std::string& role) {
    const RoleKeys* keys = root_role(state.root, role);
    if (keys == nullptr) return Error{ErrorKind::invalid, "the root names no role " + role};
    const auto by_newest = enough_signatures(metadata, role, *keys, state.root.keys);
    if (by_newest || !state.before) return by_newest;
    const RoleKeys* earlier = root_role(*state.before, role);
    if (earlier != nullptr && enough_signatures(metadata, role, *earlier, state.before->keys)) return {};
    return by_newest;
}

Result<void> read_roots(RepositoryState& state) {
    for (std::int64_t version = 1; version < roots_walked; ++version) {
        const Path file = state.folder / metadata_file(version, "root");
        const auto bytes = read_text(file, TrustLimits{}.root_bytes);
        if (!bytes && bytes.error().kind == ErrorKind::missing) {
            if (version == 1) return Error{ErrorKind::missing, "no repository there (metadata/1.root.json is missing)"};
            return {};
        }
        if (!bytes) return bytes.error();
        auto root = read_root(*bytes);
        if (!root) return root.error().within(file.filename().string());
        if (root->version != version) return Error{ErrorKind::invalid, fmt::format("{} says it is version {}", file.filename().string(), root->version)};
        const RoleKeys* keys = root_role(*root, "root");
        if (keys == nullptr) return Error{ErrorKind::invalid, file.filename().string() + " names no role root"};
        if (auto enough = enough_signatures(*root, "root", *keys, root->keys); !enough) return enough.error().within(file.filename().string());
        if (version > 1) state.before = std::move(state.root);
        state.root = std::move(*root);
    }
    return Error{ErrorKind::too_large, "too many roots"};
}

// As the snapshot pins it.
Result<std::string> read_pinned(const Path& folder, const std::string& role, const FileMeta& meta, std::uint64_t limit_bytes) {
    const std::string name = metadata_file(meta.version, role);
    auto bytes = read_text(folder / name, limit_bytes);
    if (!bytes) return bytes.error();
    const auto sha256 = meta.hashes.find("sha256");
    if (sha256 != meta.hashes.end() && sha256->second != sha256_hex(bytes->data(), bytes->size()))
        return Error{ErrorKind::untrusted, name + " is not what was signed"};
    return bytes;
}

}  // namespace

std::optional<RepositoryState::Keys> RepositoryState::keys_of(std::string_view role) const {
    for (const char* top : {"root", "targets", "snapshot", "timestamp"})
        if (role == top) {
            const auto found = root.roles.find(top);
            if (found == root.roles.end()) return std::nullopt;
            return Keys{found->second, &root.keys, top};
        }
    for (const auto& [name, metadata] : roles)
        for (const Delegation& delegation : metadata.delegations)
            if (delegation.name == role) return Keys{delegation.keys, &metadata.keys, fmt::format("{}", fmt::join(delegation.paths, " "))};
    return std::nullopt;
}

const Target* RepositoryState::find(std::string_view name) const {
    std::vector<std::string> ahead{"targets"};  // the next one last
    std::set<std::string> visited;
    while (!ahead.empty()) {
        const std::string role = ahead.back();
        ahead.pop_back();
        const auto metadata = roles.find(role);
        if (metadata == roles.end() || !visited.insert(role).second) continue;
        const auto target = metadata->second.targets.find(std::string(name));
        if (target != metadata->second.targets.end()) return &target->second;
        std::vector<std::string> deeper;
        for (const Delegation& delegation : metadata->second.delegations) {
            if (!delegation.covers(name)) continue;
            deeper.push_back(delegation.name);
            if (delegation.terminating) {
                ahead.clear();
                break;
            }
        }
        ahead.insert(ahead.end(), deeper.rbegin(), deeper.rend());
    }
    return nullptr;
}

Result<RepositoryState> read_repository(const Path& folder) {
    RepositoryState state;
    state.folder = folder;
    if (auto roots = read_roots(state); !roots) return roots.error();
    const auto timestamp_bytes = read_text(folder / "metadata/timestamp.json", TrustLimits{}.timestamp_bytes);
    if (!timestamp_bytes && timestamp_bytes.error().kind == ErrorKind::missing) return state;
    if (!timestamp_bytes) return timestamp_bytes.error();
    auto timestamp = read_timestamp(*timestamp_bytes);
    if (!timestamp) return timestamp.error().within("timestamp.json");
    if (auto enough = verify_under(state, *timestamp, "timestamp"); !enough) return enough.error();

    const auto snapshot_bytes = read_pinned(folder, "snapshot", timestamp->snapshot, TrustLimits{}.snapshot_bytes);
    if (!snapshot_bytes) return snapshot_bytes.error();
    auto snapshot = read_snapshot(*snapshot_bytes);
    if (!snapshot) return snapshot.error().within("the snapshot");
    if (auto enough = verify_under(state, *snapshot, "snapshot"); !enough) return enough.error();

    for (const auto& [file, meta] : snapshot->meta) {
        const std::string role = file.substr(0, file.size() - std::min<std::size_t>(file.size(), 5));  // ".json"
        const auto bytes = read_pinned(folder, role, meta, TrustLimits{}.targets_bytes);
        if (!bytes) return bytes.error();
        auto targets = read_targets(*bytes);
        if (!targets) return targets.error().within(file);
        if (role == "targets")
            if (auto enough = verify_under(state, *targets, role); !enough) return enough.error();
        for (auto& [name, target] : targets->targets) target.role = role;
        state.roles.emplace(role, std::move(*targets));
    }
    state.timestamp = std::move(*timestamp);
    state.snapshot = std::move(*snapshot);
    return state;
}

Result<Descriptor> lock_repository(const Path& folder) {
    Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open && ::flock(open.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return Error{ErrorKind::io, "somebody else is publishing there; try again when they have finished"};
    return open;
}

int signatures_of(const Signed& metadata, const RoleKeys& role, const std::map<std::string, KeyText>& known) {
    std::set<std::string> materials;
    for (const SignatureText& signature : metadata.signatures) {
        if (std::find(role.keyids.begin(), role.keyids.end(), signature.keyid) == role.keyids.end()) continue;
        const auto text = known.find(signature.keyid);
        if (text == known.end()) continue;
        const auto key = VerifyingKey::read(text->second);
        const auto bytes = from_hex(signature.hex);
        if (key && bytes && key->verifies(metadata.canonical, *bytes)) materials.insert(key->material());
    }
    return static_cast<int>(materials.size());
}

Result<void> enough_signatures(const Signed& metadata, std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known) {
    const int have = signatures_of(metadata, keys, known);
    if (have >= keys.threshold) return {};
    return Error{ErrorKind::untrusted, fmt::format("{}: {} of {} signatures; send the file to another approver", role, have, keys.threshold)};
}

Result<void> may_sign(const Signer& signer, const RepositoryState::Keys& keys) {
    if (std::find(keys.role.keyids.begin(), keys.role.keyids.end(), signer.id()) != keys.role.keyids.end()) return {};
    return Error{ErrorKind::untrusted, fmt::format("{} (key {}) may not sign for {}", signer.name(), fingerprint(signer.key()), keys.paths)};
}

std::optional<std::pair<std::int64_t, std::string>> role_of_file(const std::string& file_name) {
    const std::size_t dot = file_name.find('.');
    if (dot == std::string::npos || !file_name.ends_with(".json") || file_name.size() < dot + 7) return std::nullopt;
    std::int64_t version = 0;
    const auto read = std::from_chars(file_name.data(), file_name.data() + dot, version);
    if (read.ec != std::errc{} || read.ptr != file_name.data() + dot || version < 1) return std::nullopt;
    return std::pair(version, file_name.substr(dot + 1, file_name.size() - dot - 6));
}

std::string metadata_file(std::int64_t version, std::string_view role) {
    return fmt::format("metadata/{}.{}.json", version, file_name_of_role(role));
}

std::vector<std::string> target_files(const Target& target) {
    const std::size_t slash = target.name.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : target.name.substr(0, slash + 1);
    const std::string name = slash == std::string::npos ? target.name : target.name.substr(slash + 1);
    std::vector<std::string> files;
    for (const auto& [algorithm, hex] : target.hashes) files.push_back("targets/" + folder + hex + "." + name);
    return files;
}

std::string blob_file(std::string_view sha256) { return fmt::format("blobs/{}/{}", sha256.substr(0, 2), sha256); }

std::int64_t version_of(const Target& target) {
    JsonDocument custom;
    if (target.custom.empty() || !custom.parse(target.custom)) return 0;
    const std::int64_t version = custom.root()["version"].integer_or(0);
    return custom.good() ? version : 0;
}

FileMeta file_meta(std::int64_t version, std::string_view bytes) {
    return {version, bytes.size(), {{"sha256", sha256_hex(bytes.data(), bytes.size())}}};
}

Target target_of(std::string name, std::string_view bytes, std::string custom) {
    Target target;
    target.name = std::move(name);
    target.length = bytes.size();
    target.hashes = {{"sha256", sha256_hex(bytes.data(), bytes.size())}, {"sha512", sha512_hex(bytes.data(), bytes.size())}};
    target.custom = std::move(custom);
    return target;
}

std::string day_text(WallTime when) { return iso_from_wall_time(when).substr(0, 10); }

}  // namespace xinghuo
