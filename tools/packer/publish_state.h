// A repository as it stands in its folder (content/pack/README.md, "Keys, signing, publishing"): read, with every signature checked, before
// anything is added to it. The folder is all there is; no other file remembers anything.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/clock.h"
#include "content/base/descriptor.h"
#include "content/base/file.h"
#include "content/trust/metadata.h"
#include "tools/packer/keys.h"

namespace xinghuo {

// Of somebody who publishes: more than any terminal would take is never written.
inline constexpr std::int64_t day_ms = 86'400'000;
inline constexpr int network_days = 7, stick_days = 365, snapshot_days = 395, role_days = 730, root_days = 1'826;

struct RepositoryState {
    Path folder;
    RootMeta root;                              // the newest
    std::optional<RootMeta> before;             // the one before it: who stopped between two files is forgiven
    std::optional<TimestampMeta> timestamp;     // nothing: not published yet
    SnapshotMeta snapshot;
    std::map<std::string, TargetsMeta> roles;   // "targets", "packs-xinghuo": as the snapshot names them

    // Who may sign a role, and the keys known there; nothing: nobody delegates to it.
    struct Keys {
        RoleKeys role;
        const std::map<std::string, KeyText>* known = nullptr;
        std::string paths;                      // "packs/tsinghua/*", for sentences
    };
    [[nodiscard]] std::optional<Keys> keys_of(std::string_view role) const;
    // The target of that name, in the role that a client would find it in; null: there is none.
    [[nodiscard]] const Target* find(std::string_view name) const;
};

// `missing`: no root there. Damaged or unsigned metadata is refused: it would be signed anew otherwise.
Result<RepositoryState> read_repository(const Path& folder);

// Nobody else publishes there as long as this is open. No folder yet: nothing to lock. `io`: somebody else is publishing there.
Result<Descriptor> lock_repository(const Path& folder);

// How many different keys of the role have signed.
int signatures_of(const Signed& metadata, const RoleKeys& role, const std::map<std::string, KeyText>& known);
// `untrusted`: "packs-tsinghua: 1 of 2 signatures; send the file to another approver".
Result<void> enough_signatures(const Signed& metadata, std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known);
// `untrusted`: "approver.pem may not sign for packs/tsinghua/*".
Result<void> may_sign(const Signer& signer, const RepositoryState::Keys& keys);

// "2.packs-xinghuo.json" → 2 and "packs-xinghuo"; nothing for another name.
std::optional<std::pair<std::int64_t, std::string>> role_of_file(const std::string& file_name);
std::string metadata_file(std::int64_t version, std::string_view role);  // "metadata/2.packs-xinghuo.json"
// Both: tuf-spec §6 lets a client ask by any of the hashes. "targets/packs/xinghuo/<hash>.xinghuo-demo.json".
std::vector<std::string> target_files(const Target& target);
std::string blob_file(std::string_view sha256);  // "blobs/ab/ab12…"

// "packs" versions and such, as the publisher wrote them: custom.version; 0 without.
std::int64_t version_of(const Target& target);
FileMeta file_meta(std::int64_t version, std::string_view bytes);
Target target_of(std::string name, std::string_view bytes, std::string custom);
std::string day_text(WallTime when);  // "2026-11-21"

}  // namespace xinghuo
