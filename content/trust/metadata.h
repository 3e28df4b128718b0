// Metadata of The Update Framework (tuf-spec 1.0.x §4), read from received bytes with every rule that needs no signature. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/result.h"
#include "content/trust/key.h"

namespace xinghuo {

// packs-and-trust.md, rule 2. Sizes are limits before a byte is parsed.
struct TrustLimits {
    std::uint64_t root_bytes = 512'000, timestamp_bytes = 16'384, snapshot_bytes = 2'000'000, targets_bytes = 5'000'000;
    int delegations = 32;     // roles visited for one name
    int root_rotations = 256; // in one update
};

struct FileMeta {
    std::int64_t version = 0;
    std::optional<std::uint64_t> length;
    std::map<std::string, std::string> hashes;  // "sha256" → hex
};

struct RoleKeys {
    std::vector<std::string> keyids;
    int threshold = 1;
};

struct Delegation {
    std::string name;
    RoleKeys keys;
    bool terminating = false;
    std::vector<std::string> paths, path_hash_prefixes;  // one of them
    [[nodiscard]] bool covers(std::string_view target_name) const;
};

// "succinct_roles": the targets divided by their hash among 2^bits roles of the same keys ("bin-00" … "bin-ff").
struct HashedBins {
    RoleKeys keys;
    int bits = 1;  // 1–32
    std::string name_prefix;
    [[nodiscard]] std::string role_of(std::string_view target_name) const;
    [[nodiscard]] std::string role_at(std::uint64_t bin) const;
};

struct Target {
    std::string name;                           // "packs/xinghuo/xinghuo-demo.json"
    std::uint64_t length = 0;
    std::map<std::string, std::string> hashes;  // at least one; sha256, sha512
    std::string custom;                         // its JSON text; empty: none
    std::string role;                           // whose metadata named it
};

struct SignatureText {
    std::string keyid, hex;
};

// The parts every role has.
struct Signed {
    std::string type, spec_version;
    std::int64_t version = 0;
    WallTime expires;
    std::vector<SignatureText> signatures;
    std::string canonical;                      // of the "signed" part: what the signatures are over
};

struct RootMeta : Signed {
    bool consistent_snapshot = false;
    std::map<std::string, KeyText> keys;        // by id
    std::map<std::string, RoleKeys> roles;      // root, timestamp, snapshot, targets
};
struct TimestampMeta : Signed { FileMeta snapshot; };
struct SnapshotMeta : Signed { std::map<std::string, FileMeta> meta; };  // "targets.json", "packs.json"
struct TargetsMeta : Signed {
    std::map<std::string, Target> targets;
    std::map<std::string, KeyText> keys;
    std::vector<Delegation> delegations;        // in order
    std::optional<HashedBins> bins;             // instead of them
};

// `invalid` with the place, `too_large` over the limit. Duplicate keys, depth over 64, numbers that are not whole, a role delegated twice,
// wrong _type, spec_version other than 1.x: refused; so are targets whose name is no safe relative path. Of hashes, those this program knows
// are kept; at least one must be. Unknown fields count for the signature and nothing else.
Result<RootMeta> read_root(std::string_view bytes, const TrustLimits& limits = {});
Result<TimestampMeta> read_timestamp(std::string_view bytes, const TrustLimits& limits = {});
Result<SnapshotMeta> read_snapshot(std::string_view bytes, const TrustLimits& limits = {});
Result<TargetsMeta> read_targets(std::string_view bytes, const TrustLimits& limits = {});

// `untrusted`: "2 of 3 signatures are missing: signed by 1 of the keys of targets". Counts distinct key material.
Result<void> verify(const Signed& metadata, std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known);

// A name as a file name: percent-encoded, so that "..", "/" and NUL never reach the file system.
std::string file_name_of_role(std::string_view role);  // without ".json"

}  // namespace xinghuo
