// Writes what a TrustClient reads: roles, keys, metadata (tuf-spec 1.0.x §4), as a folder any static web server can serve or a stick can
// carry. For the tools; the kiosk never links it into anything it does.
//
//     metadata/1.root.json … timestamp.json 3.snapshot.json 3.targets.json 2.packs.json
//     targets/packs/xinghuo/<sha256>.xinghuo-demo.json
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/trust/key.h"
#include "content/trust/metadata.h"

namespace xinghuo {

// A role's unsigned body becomes an envelope {"signed": …, "signatures": […]}; signing twice with the same key replaces its signature.
std::string root_json(const RootMeta& root);
std::string timestamp_json(const TimestampMeta& timestamp);
std::string snapshot_json(const SnapshotMeta& snapshot);
std::string targets_json(const TargetsMeta& targets);

// Adds this key's signature to any metadata, whatever else it holds (unknown fields stay). Files signed in different places one after
// the other collect their threshold so.
Result<std::string> with_signature(std::string_view metadata, const PrivateKey& key);
// For a key in a token: what it must sign, and the metadata with what it answered.
Result<std::string> signing_input(std::string_view metadata);
Result<std::string> with_signature(std::string_view metadata, const KeyText& key, std::span<const std::uint8_t> signature);

}  // namespace xinghuo
