#include "tools/packer/publish.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/pack/manifest.h"
#include "content/trust/repository.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t reserve_bytes = 16u << 20;  // for manifests and metadata

struct Prepared {
    RepositoryState after;                                          // as it will stand
    std::vector<std::pair<std::string, std::string>> metadata;      // files and bytes, roles only
    std::vector<std::pair<std::string, std::string>> target_files;
    BlobCopy blobs;
    Released released;
};

Result<void> take_root(Prepared& prepared, const RepositoryState& state, const std::string& bytes, WallTime now) {
    auto root = read_root(bytes);
    if (!root) return root.error().within("the new root");
    const std::int64_t expected = state.root.version + 1;
    if (root->version != expected)
        return Error{root->version < expected ? ErrorKind::older : ErrorKind::invalid,
                     fmt::format("the new root is version {}; the next one is {}", root->version, expected)};
    const auto own = root->roles.find("root");
    if (own == root->roles.end()) return Error{ErrorKind::invalid, "the new root names no role root"};
    if (auto enough = enough_signatures(*root, "the new root", own->second, root->keys); !enough) return enough;
    if (state.root.version > 0)
        if (auto enough = enough_signatures(*root, "the new root, by keys of the one before", state.root.roles.at("root"), state.root.keys); !enough)
            return enough;
    if (root->expires.unix_ms <= now.unix_ms) return Error{ErrorKind::expired, "the new root has expired already, on " + day_text(root->expires)};
    if (!root->consistent_snapshot) return Error{ErrorKind::invalid, "the new root says no consistent_snapshot"};
    if (state.root.version > 0) prepared.after.before = state.root;
    prepared.released.changes.push_back(fmt::format("root {} → {}", state.root.version, root->version));
    prepared.after.root = std::move(*root);
    return {};
}

// No pack goes back, and none changes without another version.
Result<void> look_at_target(const Target& fresh, const Target* present, bool same_version_may_change, std::vector<std::string>& changes) {
    if (present != nullptr && present->hashes == fresh.hashes) return {};
    const std::int64_t version = version_of(fresh), before = present != nullptr ? version_of(*present) : 0;
    if (present != nullptr && fresh.name.starts_with("packs/")) {
        if (version < before)
            return Error{ErrorKind::older, fmt::format("{}: version {} is older than {}, which is published", fresh.name, version, before)};
        if (version == before && !same_version_may_change)
            return Error{ErrorKind::invalid, fmt::format("{}: version {} is published with other contents; give the pack its next version", fresh.name, version)};
    }
    if (present == nullptr) changes.push_back(version > 0 ? fmt::format("{}: new, version {}", fresh.name, version) : fresh.name + ": new");
    else changes.push_back(version > 0 ? fmt::format("{}: version {} → {}", fresh.name, before, version) : fresh.name + ": changed");
    return {};
}

Result<void> take_role(Prepared& prepared, const RepositoryState& state, const std::string& role, const std::string& bytes, const Release& release,
                       WallTime now) {
    auto targets = read_targets(bytes);
    if (!targets) return targets.error().within(role);
    for (auto& [name, target] : targets->targets) target.role = role;
    const auto present = state.roles.find(role);
    const std::int64_t before = present == state.roles.end() ? 0 : present->second.version;
    if (targets->version <= before)
        return Error{ErrorKind::older, fmt::format("{}: version {} is signed, but {} is published; sign again on top of that", role, targets->version, before)};
    if (targets->expires.unix_ms <= now.unix_ms) return Error{ErrorKind::expired, fmt::format("{} has expired already, on {}", role, day_text(targets->expires))};
    std::vector<std::string>& changes = prepared.released.changes;
    changes.push_back(fmt::format("{} {} → {}", role, before, targets->version));
    for (const auto& [name, target] : targets->targets)
        if (auto good = look_at_target(target, state.find(name), release.same_version_may_change, changes); !good) return good;
    if (present != state.roles.end())
        for (const auto& [name, target] : present->second.targets)
            if (!targets->targets.contains(name)) changes.push_back(name + ": withdrawn");
    prepared.after.roles.insert_or_assign(role, std::move(*targets));
    prepared.after.snapshot.meta.insert_or_assign(role + ".json", file_meta(prepared.after.roles.at(role).version, bytes));
    prepared.metadata.emplace_back(metadata_file(prepared.after.roles.at(role).version, role), bytes);
    return {};
}

// Every role that is delegated to must hold under its keys as they will be: a client would refuse it otherwise.
Result<void> check_roles(const RepositoryState& after, WallTime now, std::vector<std::string>& changes) {
    for (const auto& [role, metadata] : after.roles)
        for (const Delegation& delegation : metadata.delegations)
            if (!after.roles.contains(delegation.name))  // a search that comes by fails, for everybody's packs
                return Error{ErrorKind::missing, fmt::format("{} has signed nothing yet; it begins with `sign --renew {}`, published together with its delegation",
                                                             delegation.name, delegation.name)};
    for (const auto& [role, metadata] : after.roles) {
        const auto keys = after.keys_of(role);
        if (!keys) continue;  // nobody delegates to it any more; a snapshot may not forget it
        if (auto enough = enough_signatures(metadata, role, keys->role, *keys->known); !enough) {
            Error error = enough.error();
            if (error.what.find("0 of") != std::string::npos) error.what = role + " is signed by none of its keys; sign it again with those it has now";
            return error;
        }
        if (metadata.expires.unix_ms <= now.unix_ms) {
            const std::string sentence = fmt::format("{} expired on {}; sign it again (sign --renew)", role, day_text(metadata.expires));
            if (role == "targets") return Error{ErrorKind::expired, sentence};
            changes.push_back(sentence);
        }
        for (const auto& [name, target] : metadata.targets) {
            const Target* found = after.find(name);
            if (found == nullptr || found->role != role)
                return Error{ErrorKind::untrusted, fmt::format("{} may not speak for {}; nobody would find it there", role, name)};
        }
    }
    return {};
}

Result<void> take_files(Prepared& prepared, const Release& release) {
    for (const auto& [role, bytes] : release.roles) {
        for (const auto& [name, target] : prepared.after.roles.at(role).targets) {
            const auto paths = target_files(target);
            const auto given = std::find_if(release.files.begin(), release.files.end(), [&wanted = target](const TargetFile& file) {
                return file.name == wanted.name && target_of(file.name, file.bytes, "").hashes == wanted.hashes;
            });
            std::error_code failed;
            bool there = true;
            for (const std::string& path : paths) there = there && std::filesystem::is_regular_file(prepared.after.folder / path, failed);
            if (!there && given == release.files.end()) {
                const bool pack = name.starts_with("packs/");
                return Error{ErrorKind::missing, name + (pack ? " is signed, but the pack that was signed is not given (--pack)" : " is signed, but not given")};
            }
            if (!there)
                for (const std::string& path : paths) prepared.target_files.emplace_back(path, given->bytes);
            if (given == release.files.end() || !name.starts_with("packs/")) continue;
            const auto manifest = read_manifest(given->bytes);
            if (!manifest) return manifest.error().within(name);
            for (const auto& [path, file] : manifest->files) {
                for (const Path& pack : release.packs)
                    if (std::filesystem::is_regular_file(pack / blob_file(file.sha256), failed)) {
                        prepared.blobs.want(file, pack / blob_file(file.sha256));
                        break;
                    }
            }
        }
    }
    return {};
}

Result<void> check_blobs(const Prepared& prepared, const Release& release) {
    std::error_code failed;
    for (const TargetFile& given : release.files) {
        if (!given.name.starts_with("packs/")) continue;
        const auto manifest = read_manifest(given.bytes);
        if (!manifest) return manifest.error().within(given.name);
        for (const auto& [path, file] : manifest->files)
            if (!std::filesystem::is_regular_file(prepared.after.folder / blob_file(file.sha256), failed))
                return Error{ErrorKind::missing, fmt::format("{}: its file {} is not there", given.name, path)};
    }
    return {};
}

std::string plural(std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

template <class Read>
Result<std::string> signed_enough(std::string bytes, const char* role, const std::vector<Signer>& signers, const RepositoryState& after, Read read) {
    const auto keys = after.keys_of(role);
    if (!keys) return Error{ErrorKind::invalid, fmt::format("the root names no role {}", role)};
    if (signers.empty()) return Error{ErrorKind::missing, fmt::format("the {} must be signed: --{}-key FILE", role, role)};
    for (const Signer& signer : signers)
        if (auto may = may_sign(signer, *keys); !may) return may.error();
    auto all = signed_by_all(std::move(bytes), signers);
    if (!all) return all;
    const auto metadata = read(*all, TrustLimits{});
    if (!metadata) return metadata.error().within(role);
    if (auto enough = enough_signatures(*metadata, role, keys->role, *keys->known); !enough)
        return Error{ErrorKind::untrusted, fmt::format("the {} needs the signatures of {} keys (--{}-key, more than once)", role, keys->role.threshold, role)};
    return all;
}

Result<void> write_files(const Path& folder, const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [path, bytes] : files)
        if (auto written = write_file(folder / path, bytes); !written) return written;
    return {};
}

bool snapshot_holds(const RepositoryState& after) {
    const auto keys = after.keys_of("snapshot");
    return keys && enough_signatures(after.snapshot, "snapshot", keys->role, *keys->known).has_value();
}

}  // namespace

Result<std::string> signed_by_all(std::string metadata, const std::vector<Signer>& signers) {
    for (const Signer& signer : signers) {
        auto more = signer.signed_with(metadata);
        if (!more) return more;
        metadata = std::move(*more);
    }
    return metadata;
}

Result<BuiltPack> read_built_pack(const Path& folder) {
    BuiltPack pack;
    pack.folder = folder;
    auto bytes = read_text(folder / "manifest.json", manifest_limit_bytes);
    if (!bytes) {
        if (bytes.error().kind == ErrorKind::missing) return Error{ErrorKind::missing, folder.filename().string() + " is no built pack (no manifest.json)"};
        return bytes.error();
    }
    auto manifest = read_manifest(*bytes);
    if (!manifest) return manifest.error().within("manifest.json");
    pack.manifest = std::move(*bytes);
    pack.id = manifest->id;
    pack.version = manifest->version;
    pack.title_zh = manifest->title.zh;
    pack.title_en = manifest->title.en;
    pack.files = std::move(manifest->files);
    for (const auto& [path, file] : pack.files) pack.bytes += file.length;
    return pack;
}

Result<Released> publish(const RepositoryState& state, const Release& release, WallTime now) {
    Prepared prepared{state, {}, {}, BlobCopy(state.folder, release.links), {}};
    RepositoryState& after = prepared.after;
    if (release.root)
        if (auto taken = take_root(prepared, state, *release.root, now); !taken) return taken.error();
    if (after.root.version == 0) return Error{ErrorKind::missing, "no repository there yet; it begins with its root: --root FILE"};
    if (after.root.expires.unix_ms <= now.unix_ms)
        return Error{ErrorKind::expired, fmt::format("the root expired on {}; make the next one with `keys rotate`", day_text(after.root.expires))};
    const auto root_file = std::pair(metadata_file(after.root.version, "root"), release.root.value_or(""));

    // A delegation comes before what it delegates to.
    auto roles = release.roles;
    std::stable_sort(roles.begin(), roles.end(), [](const auto& a, const auto& b) { return (a.first == "targets") > (b.first == "targets"); });
    for (const auto& [role, bytes] : roles)
        if (auto taken = take_role(prepared, state, role, bytes, release, now); !taken) return taken.error();
    Released& released = prepared.released;
    released.root = after.root.version;
    if (!after.roles.contains("targets")) {
        if (!release.root || !release.roles.empty()) return Error{ErrorKind::missing, "the repository has no targets yet: sign them, and give them with --signed"};
        if (auto written = write_file(after.folder / root_file.first, root_file.second); !written) return written.error();
        return released;
    }
    if (auto good = check_roles(after, now, released.changes); !good) return good.error();
    if (auto taken = take_files(prepared, release); !taken) return taken.error();

    // Both are signed before anything is written: a missing key changes nothing.
    std::vector<std::pair<std::string, std::string>> online;
    const std::int64_t wanted_until = now.unix_ms + release.snapshot_lasts_days * day_ms;
    if (!roles.empty() || !snapshot_holds(after) || after.snapshot.expires.unix_ms <= std::max(now.unix_ms, wanted_until)) {
        after.snapshot.version = std::max(after.snapshot.version + 1, release.versions_from);
        after.snapshot.expires = {now.unix_ms + std::max(snapshot_days, release.snapshot_lasts_days + 30) * day_ms};
        after.snapshot.signatures.clear();
        auto bytes = signed_enough(snapshot_json(after.snapshot), "snapshot", release.snapshot_keys, after, read_snapshot);
        if (!bytes) return bytes.error();
        TimestampMeta next = after.timestamp.value_or(TimestampMeta{});
        next.snapshot = file_meta(after.snapshot.version, *bytes);
        after.timestamp = std::move(next);
        online.emplace_back(metadata_file(after.snapshot.version, "snapshot"), std::move(*bytes));
    }
    after.timestamp->version = std::max(after.timestamp->version + 1, release.versions_from);
    after.timestamp->expires = {now.unix_ms + release.timestamp_days * day_ms};
    after.timestamp->signatures.clear();
    auto timestamp = signed_enough(timestamp_json(*after.timestamp), "timestamp", release.timestamp_keys, after, read_timestamp);
    if (!timestamp) return timestamp.error();

    released.blobs = prepared.blobs.files();
    released.blob_bytes = prepared.blobs.bytes();
    remove_parts(after.folder);
    if (auto copied = prepared.blobs.run(reserve_bytes, release.progress); !copied) return copied.error();
    if (auto whole = check_blobs(prepared, release); !whole) return whole.error();
    if (auto written = write_files(after.folder, prepared.target_files); !written) return written.error();
    if (auto written = write_files(after.folder, prepared.metadata); !written) return written.error();
    if (auto written = write_files(after.folder, online); !written) return written.error();
    if (release.root)
        if (auto written = write_file(after.folder / root_file.first, root_file.second); !written) return written.error();
    if (auto flushed = flush_disk(after.folder); !flushed) return flushed.error();
    if (auto written = write_file(after.folder / "metadata/timestamp.json", *timestamp); !written) return written.error();
    if (auto flushed = flush_disk(after.folder); !flushed) return flushed.error();
    released.snapshot = after.snapshot.version;
    released.timestamp = after.timestamp->version;
    released.timestamp_expires = after.timestamp->expires;
    if (released.blobs > 0)
        released.changes.push_back(fmt::format("{} added, {:.1f} MB", plural(released.blobs, "file"), static_cast<double>(released.blob_bytes) / 1e6));
    return released;
}

}  // namespace xinghuo
