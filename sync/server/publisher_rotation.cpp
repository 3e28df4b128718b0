// Keys of the repository, replaced while terminals read it. The order of writing is publish()'s; the key beside (NAME-next.pem) is there before anything
// names it and takes its place after everything does, so whoever comes after a power cut finds out from the repository what is left to do.
#include <fmt/format.h>

#include <algorithm>

#include "content/trust/repository.h"
#include "sync/server/publisher_keys.h"
#include "tools/packer/keys_roles.h"

namespace xinghuo {
namespace {

struct RotatedKey {
    RepositoryKey key;
    const char* name;                      // NAME.pem
    std::vector<const char*> roles;        // what the root gives it
};
const RotatedKey& rotated(RepositoryKey key) {
    static const std::vector<RotatedKey> all = {
        {RepositoryKey::online, "online", {"snapshot", "timestamp"}}, {RepositoryKey::targets, "targets", {"targets"}}, {RepositoryKey::root, "root", {"root"}}};
    return all[static_cast<std::size_t>(key)];
}

Path next_pem(const Path& data, const RotatedKey& what) { return data / "keys" / (std::string(what.name) + "-next.pem"); }

bool only(const std::vector<std::string>& ids, const std::string& id) { return ids.size() == 1 && ids.front() == id; }

bool is_signed_by(const Signed& metadata, const Signer& signer) {
    return std::any_of(metadata.signatures.begin(), metadata.signatures.end(), [&](const auto& one) { return one.keyid == signer.id(); });
}

// Nothing: the root knows the key already.
Result<std::optional<std::string>> root_with(const Path& data, const RootMeta& present, const RotatedKey& what, const Signer& next, WallTime now) {
    std::vector<RoleEdit> edits;
    for (const char* role : what.roles) {
        const RoleKeys& keys = present.roles.at(role);
        if (only(keys.keyids, next.id())) continue;
        RoleEdit edit;
        edit.role = role;
        edit.remove = keys.keyids;
        edit.add.push_back(next.key());
        edit.threshold = 1;
        edits.push_back(std::move(edit));
    }
    if (edits.empty()) return std::optional<std::string>();
    const auto owner = signer_from(data, "root");
    if (!owner) return owner.error();
    const auto root = next_root(present, edits, {now.unix_ms + root_days * day_ms});
    if (!root) return root.error();
    auto bytes = owner->signed_with(root_json(*root));
    if (bytes && what.key == RepositoryKey::root) bytes = next.signed_with(*bytes);
    if (!bytes) return bytes.error();
    return std::optional<std::string>(std::move(*bytes));
}

}  // namespace

Result<RepositoryKey> repository_key(std::string_view name) {
    for (const RepositoryKey key : {RepositoryKey::online, RepositoryKey::targets, RepositoryKey::root})
        if (name == rotated(key).name) return key;
    return Error{ErrorKind::invalid, "\"" + std::string(name) + "\" is no key of the repository; online, targets and root are"};
}

Result<PublishedNow> Publisher::replace_key(RepositoryKey key, WallTime now) {
    const RotatedKey& what = rotated(key);
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    if (auto made = load_or_make_pem(next_pem(data_, what)); !made) return made.error();
    const auto next = signer_from(data_, (std::string(what.name) + "-next").c_str());
    if (!next) return next.error();
    const auto present = state();
    if (!present) return present.error();
    const auto online = key == RepositoryKey::online ? next : signer_from(data_, "online");
    if (!online) return online.error();

    Release release;
    auto root = root_with(data_, present->root, what, *next, now);
    if (!root) return root.error();
    release.root = std::move(*root);
    const WallTime expires{now.unix_ms + role_days * day_ms};
    const auto targets = present->roles.find("targets");
    if (targets == present->roles.end()) return Error{ErrorKind::missing, "nothing is published there yet"};
    const Delegation* ours = delegation_to_centre(targets->second);
    if (ours == nullptr) return Error{ErrorKind::untrusted, "nobody delegates to this centre"};
    const bool delegated_anew = key == RepositoryKey::online && !only(ours->keys.keyids, next->id());
    if (delegated_anew || (key == RepositoryKey::targets && !is_signed_by(targets->second, *next))) {
        const auto signer = key == RepositoryKey::targets ? next : signer_from(data_, "targets");
        if (!signer) return signer.error();
        TargetsMeta anew = next_targets(*present, expires);
        if (delegated_anew) {
            std::vector<KeyText> keys;
            keys.push_back(next->key());
            const Delegation as_before = *ours;
            if (auto done = delegate(anew, as_before, keys); !done) return done.error();
        }
        anew.signatures.clear();
        auto bytes = signer->signed_with(targets_json(anew));
        if (!bytes) return bytes.error();
        release.roles.emplace_back("targets", std::move(*bytes));
    }
    if (const TargetsMeta& told = present->roles.at(ours->name); key == RepositoryKey::online && !is_signed_by(told, *next)) {
        TargetsMeta anew = told;
        anew.version = next_version(anew.version, now);
        anew.expires = expires;
        anew.signatures.clear();
        auto bytes = next->signed_with(targets_json(anew));
        if (!bytes) return bytes.error();
        release.roles.emplace_back(ours->name, std::move(*bytes));
    }
    PublishedNow done;
    if (release.root || !release.roles.empty()) {
        sign_online(release, *online, now);
        auto released = xinghuo::publish(*present, release, now);
        if (!released) return released.error();
        done.timestamp = released->timestamp;
        done.changes = std::move(released->changes);
    }
    if (auto used = take_into_use(data_, what.name); !used) return used.error();
    done.changes.push_back(fmt::format("keys/{}.pem is another key now, {}; the old one signs nothing any more", what.name, fingerprint(next->key())));
    if (key == RepositoryKey::online)
        if (auto written = online_key(data_); !written) return written.error();
    return done;
}

Result<PublishedNow> Publisher::rotate(const Path& data, RepositoryKey key, WallTime now) {
    auto publisher = open(data, now);
    if (!publisher) return publisher.error();
    std::error_code failed;
    if (std::filesystem::exists(data / "keys/root.pem", failed)) {
        if (key == RepositoryKey::online && !std::filesystem::exists(data / "keys/targets.pem", failed))
            return Error{ErrorKind::missing, "keys/targets.pem is not here; it signs who speaks for the centre"};
        return publisher->replace_key(key, now);
    }
    if (key != RepositoryKey::online) return Error{ErrorKind::missing, "the root's keys are not here; its owners replace this one (tools/pack keys rotate)"};
    const auto made = load_or_make_pem(next_pem(data, rotated(key)));
    if (!made) return made.error();
    if (auto written = write_file(data / "keys/online-next.pub.json", public_key_json(made->public_text())); !written) return written.error();
    PublishedNow done;
    done.changes.push_back("keys/online-next.pub.json, " + fingerprint(made->public_text()) + ": the root's owners name it for snapshot, timestamp and the centre's role");
    done.changes.push_back("then: publish adopt N.root.json N.targets.json");
    return done;
}

// Stopped in the middle: where the key beside is waiting for the root's owners it goes on waiting.
Result<void> Publisher::end_rotations(WallTime now) {
    std::error_code failed;
    for (const RepositoryKey key : {RepositoryKey::online, RepositoryKey::targets, RepositoryKey::root}) {
        const RotatedKey& what = rotated(key);
        if (!std::filesystem::exists(next_pem(data_, what), failed)) continue;
        const auto next = signer_from(data_, (std::string(what.name) + "-next").c_str());
        const auto present = state();
        if (!next || !present) continue;
        const auto role = present->root.roles.find(what.roles.front());
        const bool named = role != present->root.roles.end() && only(role->second.keyids, next->id());
        const bool root_is_here = std::filesystem::exists(data_ / "keys/root.pem", failed);
        if (!named && !root_is_here) continue;
        if (auto done = replace_key(key, now); !done)
            return root_is_here ? done.error() : Error{done.error().kind, "it was stopped in the middle; publish adopt the same files again"};
    }
    return {};
}

}  // namespace xinghuo
