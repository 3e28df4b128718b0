// Packs of publishers, taken in as they signed them.
#include <fmt/format.h>

#include <algorithm>

#include "content/pack/manifest.h"
#include "content/trust/repository.h"
#include "sync/server/publisher_keys.h"
#include "tools/packer/keys_roles.h"

namespace xinghuo {
namespace {

bool is_of_packs(const Delegation& delegation) {
    return !delegation.paths.empty() && std::all_of(delegation.paths.begin(), delegation.paths.end(), [](const std::string& path) { return path.starts_with("packs/"); });
}

const Delegation* delegation_of(const RepositoryState& state, const std::string& role) {
    const auto targets = state.roles.find("targets");
    if (targets == state.roles.end()) return nullptr;
    for (const Delegation& one : targets->second.delegations)
        if (one.name == role) return &one;
    return nullptr;
}

bool same_keys(const Delegation& a, const Delegation& b) {
    auto ours = a.keys.keyids, theirs = b.keys.keyids;
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    return ours == theirs && a.keys.threshold == b.keys.threshold && a.paths == b.paths;
}

}  // namespace

Result<PublishedNow> Publisher::take_packs(const Path& folder, WallTime now) {
    const auto theirs = read_repository(folder);
    if (!theirs) return theirs.error().within("the repository of packs");
    const auto their_targets = theirs->roles.find("targets");
    if (their_targets == theirs->roles.end()) return Error{ErrorKind::missing, "nothing is published in the repository of packs"};
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    const auto present = state();
    if (!present) return present.error();
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();

    Release release;
    TargetsMeta targets = next_targets(*present, {now.unix_ms + role_days * day_ms});
    bool delegated = false;
    for (const Delegation& delegation : their_targets->second.delegations) {
        if (!is_of_packs(delegation)) continue;
        const auto role = theirs->roles.find(delegation.name);
        if (role == theirs->roles.end()) continue;
        const Delegation* known = delegation_of(*present, delegation.name);
        if (known != nullptr && !same_keys(*known, delegation))
            return Error{ErrorKind::untrusted, fmt::format("{} has other keys here; whoever holds the targets key decides (keys delegate, then publish adopt)", delegation.name)};
        if (known == nullptr) {
            std::vector<KeyText> keys;
            for (const std::string& id : delegation.keys.keyids)
                if (const auto key = their_targets->second.keys.find(id); key != their_targets->second.keys.end()) keys.push_back(key->second);
            if (auto done = delegate(targets, delegation, keys); !done) return done.error();
            delegated = true;
        }
        auto bytes = read_text(folder / metadata_file(role->second.version, delegation.name), TrustLimits{}.targets_bytes);
        if (!bytes) return bytes.error();
        const auto ours = present->roles.find(delegation.name);
        if (ours != present->roles.end() && ours->second.version >= role->second.version) {
            const auto here = read_text(repository() / metadata_file(role->second.version, delegation.name), TrustLimits{}.targets_bytes);
            if (ours->second.version == role->second.version && here && *here == *bytes) continue;
            return Error{ErrorKind::older, fmt::format("{}: version {} comes, {} is here", delegation.name, role->second.version, ours->second.version)};
        }
        for (const auto& [name, target] : role->second.targets) {
            if (!name.starts_with("packs/")) continue;
            auto manifest = read_text(folder / target_files(target).front(), manifest_limit_bytes);
            if (!manifest) return manifest.error().within(name);
            release.files.push_back({name, std::move(*manifest)});
        }
        release.roles.emplace_back(delegation.name, std::move(*bytes));
    }
    PublishedNow done;
    if (release.roles.empty()) {
        done.changes.emplace_back("nothing newer there");
        return done;
    }
    if (delegated) {
        const auto signer = signer_from(data_, "targets");
        if (!signer)
            return Error{ErrorKind::missing, "a publisher is new here; whoever holds the targets key delegates to them first (keys delegate, then publish adopt)"};
        if (auto may = may_sign(*signer, *present->keys_of("targets")); !may) return may.error();
        auto bytes = signer->signed_with(targets_json(targets));
        if (!bytes) return bytes.error();
        release.roles.emplace_back("targets", std::move(*bytes));
    }
    release.packs.push_back(folder);
    release.links = false;
    sign_online(release, *online, now);
    const auto released = xinghuo::publish(*present, release, now);
    if (!released) return released.error();
    done.timestamp = released->timestamp;
    done.changes = released->changes;
    return done;
}

}  // namespace xinghuo
