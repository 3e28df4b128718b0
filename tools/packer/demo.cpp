#include "tools/packer/demo.h"

#include <algorithm>

#include "content/base/crypto.h"
#include "content/pack/manifest.h"
#include "content/trust/repository.h"
#include "tools/packer/keys_roles.h"
#include "tools/packer/sign.h"

namespace xinghuo {
namespace {

constexpr const char* organisation = "xinghuo";

struct DemoKeys {
    Signer root, targets, packs, centre, snapshot, timestamp;
};

Result<Signer> key_of(const Path& folder, const std::string& name) {
    const auto never = [](const std::string& what) -> Result<std::string> { return Error{ErrorKind::invalid, what + " has a passphrase"}; };
    const Path file = folder / (name + ".pem");
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) {
        std::filesystem::remove(folder / (name + ".pub.json"), failed);
        if (auto made = make_key_files(folder, name, KeyScheme::ed25519, ""); !made) return made.error();
    }
    return Signer::from_file(file, never);
}

Result<DemoKeys> keys_in(const Path& folder) {
    std::vector<Signer> keys;
    for (const char* name : {"root", "targets", "packs", "centre", "snapshot", "timestamp"}) {
        auto key = key_of(folder, name);
        if (!key) return key.error();
        keys.push_back(std::move(*key));
    }
    return DemoKeys{keys[0], keys[1], keys[2], keys[3], keys[4], keys[5]};
}

// The repository as these keys signed it; only a folder when it is to be begun.
RepositoryState present(const Path& folder, const DemoKeys& keys) {
    RepositoryState empty;
    empty.folder = folder;
    auto state = read_repository(folder);
    if (!state || !state->timestamp) return empty;
    const std::pair<const Signer*, std::string> expected[] = {{&keys.root, "root"},       {&keys.targets, "targets"},
                                                              {&keys.packs, "packs-xinghuo"}, {&keys.centre, "centre"},
                                                              {&keys.snapshot, "snapshot"}, {&keys.timestamp, "timestamp"}};
    for (const auto& [signer, role] : expected) {
        const auto known = state->keys_of(role);
        if (!known || !may_sign(*signer, *known)) return empty;
    }
    return std::move(*state);
}

Result<std::string> first_root_of(const DemoKeys& keys, WallTime now) {
    const auto root = first_root({{"root", {{keys.root.key()}, 1}},
                                  {"targets", {{keys.targets.key()}, 1}},
                                  {"snapshot", {{keys.snapshot.key()}, 1}},
                                  {"timestamp", {{keys.timestamp.key()}, 1}}},
                                 now, {now.unix_ms + demo_days * day_ms});
    if (!root) return root.error();
    return keys.root.signed_with(root_json(*root));
}

Result<std::string> first_targets_of(const DemoKeys& keys, WallTime now) {
    TargetsMeta targets;
    targets.version = 1;
    targets.expires = {now.unix_ms + demo_days * day_ms};
    Delegation packs;
    packs.name = std::string("packs-") + organisation;
    packs.paths = {std::string("packs/") + organisation + "/*"};
    packs.terminating = true;
    Delegation centre;
    centre.name = "centre";
    centre.paths = {"rosters/*", "activities/*", "notices/*", "settings/*", "recalls/*", "kiosks/*/*"};
    centre.terminating = true;
    if (auto done = delegate(targets, packs, {keys.packs.key()}); !done) return done.error();
    if (auto done = delegate(targets, centre, {keys.centre.key()}); !done) return done.error();
    return keys.targets.signed_with(targets_json(targets));
}

Result<std::string> first_centre_of(const DemoKeys& keys, WallTime now) {
    TargetsMeta centre;
    centre.version = 1;
    centre.expires = {now.unix_ms + demo_days * day_ms};
    return keys.centre.signed_with(targets_json(centre));
}

// Everything that decides what the repository is: the manifests, and the timestamp and root that were written for them.
Result<std::string> stamp(const DemoRequest& request) {
    std::string all = "1\n";
    for (const Path& pack : request.packs) {
        const auto hash = sha256_hex_of_file(pack / "manifest.json");
        if (!hash) return hash.error();
        all += *hash + "\n";
    }
    for (const Path& file : {request.repository / "metadata/timestamp.json", request.repository.parent_path() / "root.json"}) {
        const auto hash = sha256_hex_of_file(file);
        if (!hash) return hash.error();
        all += *hash + "\n";
    }
    return all;
}

}  // namespace

Result<DemoMade> make_demo(const DemoRequest& request, WallTime now) {
    DemoMade made;
    const Path stamp_file = request.keys / "published";
    if (request.if_changed) {
        const auto before = read_text(stamp_file, 64'000);
        const auto today = stamp(request);
        if (before && today && *before == *today) {
            made.unchanged = true;
            return made;
        }
    }
    const auto lock = lock_repository(request.repository);
    if (!lock) return lock.error();
    const auto keys = keys_in(request.keys);
    if (!keys) return keys.error().within("the demonstration's keys");
    RepositoryState state = present(request.repository, *keys);
    Release release;
    if (state.root.version == 0) {
        std::error_code failed;
        if (std::filesystem::exists(request.repository / "metadata/1.root.json", failed))
            for (const char* part : {"metadata", "targets"}) std::filesystem::remove_all(request.repository / part, failed);
        auto root = first_root_of(*keys, now);
        if (!root) return root.error();
        auto targets = first_targets_of(*keys, now);
        if (!targets) return targets.error();
        auto centre = first_centre_of(*keys, now);
        if (!centre) return centre.error();
        // The drafts below are made on top of what is about to be published.
        auto read_first = read_root(*root);
        auto read_delegations = read_targets(*targets);
        if (!read_first) return read_first.error();
        if (!read_delegations) return read_delegations.error();
        release.root = std::move(*root);
        release.roles = {{"targets", std::move(*targets)}, {"centre", std::move(*centre)}};
        state.root = std::move(*read_first);
        state.roles.emplace("targets", std::move(*read_delegations));
    }
    RepositoryState planned = state;
    std::optional<RoleDraft> draft;
    for (const Path& folder : request.packs) {
        const auto pack = read_built_pack(folder);
        if (!pack) return pack.error();
        const PackPlace place{std::string("packs-") + organisation, organisation};
        const auto approvals = approvals_of(*pack, {}, now);
        if (!approvals) return approvals.error();
        auto next = draft_pack(planned, place, *pack, *approvals, now, demo_days, true);
        if (!next) return next.error();
        release.packs.push_back(folder);
        release.files.insert(release.files.end(), next->files.begin(), next->files.end());
        auto targets = read_targets(next->bytes);
        if (!targets) return targets.error();
        targets->version -= 1;
        planned.roles.insert_or_assign(place.role, std::move(*targets));
        draft = std::move(*next);
    }
    if (draft) {
        auto bytes = signed_draft(state, *draft, {keys->packs});
        if (!bytes) return bytes.error();
        release.roles.emplace_back(draft->role, std::move(*bytes));
    }
    if (release.root) {
        state = RepositoryState{};
        state.folder = request.repository;
    }
    release.snapshot_keys = {keys->snapshot};
    release.timestamp_keys = {keys->timestamp};
    release.timestamp_days = demo_days;
    release.snapshot_lasts_days = demo_days - 30;
    release.same_version_may_change = true;
    const auto released = publish(state, release, now);
    if (!released) return released.error();
    const auto first = read_text(request.repository / "metadata/1.root.json", TrustLimits{}.root_bytes);
    if (!first) return first.error();
    if (auto written = write_file(request.repository.parent_path() / "root.json", *first); !written) return written.error();
    made.changes = released->changes;
    const auto today = stamp(request);
    if (!today) return today.error();
    if (auto written = write_file(stamp_file, *today); !written) return written.error();
    return made;
}

}  // namespace xinghuo
