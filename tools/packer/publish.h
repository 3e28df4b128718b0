// Adds to a repository: what approvers signed, the packs it names, a new snapshot and timestamp. A web server may serve the folder
// meanwhile, and power may fail between any two files: blobs first, then targets, roles, snapshot, root, and timestamp.json last.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/packer/keys.h"
#include "tools/packer/publish_copy.h"
#include "tools/packer/publish_state.h"

namespace xinghuo {

struct TargetFile {
    std::string name, bytes;  // "recalls/changzheng-3.json"
};

struct Release {
    std::optional<std::string> root;                         // the next root's bytes
    std::vector<std::pair<std::string, std::string>> roles;  // name and bytes of signed metadata
    std::vector<TargetFile> files;                           // what those roles name and is not there yet: manifests too
    std::vector<Path> packs;                                 // built packs whose blobs the manifests name
    std::vector<Signer> snapshot_keys, timestamp_keys;
    std::int64_t versions_from = 0;                          // snapshot and timestamp get at least this one: past what was signed before a backup was brought back
    int timestamp_days = network_days;
    int snapshot_lasts_days = 0;                             // a snapshot that ends earlier than so many days from now is signed anew
    bool links = true;                                       // a second name for blobs on the same disk will do
    bool same_version_may_change = false;                    // for the demonstration, which is built all day
    BlobCopy::Progress progress;
};

struct Released {
    std::int64_t root = 0, timestamp = 0, snapshot = 0;
    WallTime timestamp_expires;
    std::size_t blobs = 0;
    std::uint64_t blob_bytes = 0;
    std::vector<std::string> changes;                        // "packs-xinghuo 2 → 3", "packs/xinghuo/demo.json: version 4": lines for people
};

// `state` is what read_repository() gave, or only a folder for one that begins with `release.root`. Errors: `untrusted` (signatures, a blob
// that is not what it should be), `older` (a pack's version), `expired`, `full`, `missing` (a file that is named and not given), `invalid`.
// On an error before the last step nothing is changed that a client would see.
Result<Released> publish(const RepositoryState& state, const Release& release, WallTime now);

// The files of a built pack and the bytes of its manifest.
struct BuiltPack {
    Path folder;
    std::string manifest;                // bytes
    std::string id;
    std::int64_t version = 0;
    std::vector<std::pair<std::string, PackFile>> files;
    std::string title_zh, title_en;
    std::uint64_t bytes = 0;
};
Result<BuiltPack> read_built_pack(const Path& folder);

// Adds every signer's signature.
Result<std::string> signed_by_all(std::string metadata, const std::vector<Signer>& signers);

}  // namespace xinghuo
