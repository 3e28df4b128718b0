#include "tools/benchmark/made_repository.h"

#include <fmt/format.h>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/quiz/shuffle.h"
#include "content/trust/repository.h"

namespace xinghuo {
namespace {

template <class Meta>
Meta part(const char* type, std::int64_t version) {
    Meta meta;
    meta.type = type;
    meta.spec_version = "1.0.31";
    meta.version = version;
    meta.expires = wall_time_from_iso("2099-01-01T00:00:00Z");
    return meta;
}

}  // namespace

std::string chance_bytes(std::uint64_t seed, std::size_t size) {
    Chance chance(seed);
    std::string bytes((size + 7) / 8 * 8, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
        const std::uint64_t word = chance.next();
        bytes.replace(at, 8, reinterpret_cast<const char*>(&word), 8);
    }
    bytes.resize(size);
    return bytes;
}

std::vector<std::uint64_t> spread_lengths(std::uint64_t bytes, std::size_t files) {
    std::vector<std::uint64_t> all;
    const std::uint64_t mean = bytes / files;
    for (std::size_t i = 0; i < files; ++i) all.push_back(mean / 10 + (mean * 18 / 10) * i / (files - 1));
    return all;
}

MadeRepository::MadeRepository(Path folder) : folder_(std::move(folder)) {
    for (const char* role : {"root", "targets", "snapshot", "timestamp", "packs"}) keys_.emplace(role, *PrivateKey::make(KeyScheme::ed25519));
}

std::string MadeRepository::path_of(std::size_t index) { return fmt::format("files/{:04}", index); }

Result<void> MadeRepository::add_file(std::size_t index, std::string_view bytes) {
    PackFile file{sha256_hex(bytes.data(), bytes.size()), bytes.size()};
    const Path blob = folder_ / "blobs" / file.sha256.substr(0, 2) / file.sha256;
    files_[index] = file;
    return write_file(blob, bytes);
}

Result<void> MadeRepository::publish(std::int64_t version) {
    const KeyText packs_key = keys_.at("packs").public_text();
    TargetsMeta packs = part<TargetsMeta>("targets", version), targets = part<TargetsMeta>("targets", version);
    const std::string manifest = manifest_text(version);
    Target target;
    target.name = "packs/bench/bench.json";
    target.length = manifest.size();
    target.hashes["sha256"] = sha256_hex(manifest.data(), manifest.size());
    packs.targets[target.name] = target;
    targets.keys[key_id(packs_key)] = packs_key;
    Delegation delegation;
    delegation.name = "packs";
    delegation.keys.keyids = {key_id(packs_key)};
    delegation.paths = {"packs/bench/*"};
    targets.delegations.push_back(std::move(delegation));
    SnapshotMeta snapshot = part<SnapshotMeta>("snapshot", version);
    snapshot.meta["targets.json"].version = snapshot.meta["packs.json"].version = version;
    TimestampMeta timestamp = part<TimestampMeta>("timestamp", version);
    timestamp.snapshot.version = version;
    const auto put = [this](const std::string& path, const std::string& text, const std::string& role) -> Result<void> {
        auto with = with_signature(text, keys_.at(role));
        return with ? write_file(folder_ / "metadata" / path, *with) : with.error();
    };
    Result<void> done = write_file(folder_ / "targets/packs/bench" / (target.hashes["sha256"] + ".bench.json"), manifest);
    if (done) done = put(fmt::format("{}.packs.json", version), targets_json(packs), "packs");
    if (done) done = put(fmt::format("{}.targets.json", version), targets_json(targets), "targets");
    if (done) done = put(fmt::format("{}.snapshot.json", version), snapshot_json(snapshot), "snapshot");
    if (done) done = put("timestamp.json", timestamp_json(timestamp), "timestamp");
    if (done && version == 1) {
        RootMeta root = part<RootMeta>("root", 1);
        root.consistent_snapshot = true;
        for (const char* role : {"root", "targets", "snapshot", "timestamp"}) {
            const KeyText key = keys_.at(role).public_text();
            root.keys[key_id(key)] = key;
            root.roles[role].keyids = {key_id(key)};
        }
        done = put("1.root.json", root_json(root), "root");
    }
    return done;
}

std::string MadeRepository::manifest_text(std::int64_t version) const {
    JsonWriter w;
    w.object().key("schema_version").value(1).key("id").value("bench").key("version").value(version);
    w.key("title").object().key("zh").value("量").key("en").value("Bench").end();
    w.key("sections").array().end().key("items").array().end().key("files").array();
    for (const auto& [index, file] : files_)
        w.object().key("path").value(path_of(index)).key("sha256").value(file.sha256).key("length").value(static_cast<std::int64_t>(file.length)).end();
    return w.end().end().text();
}

std::vector<Path> MadeRepository::blobs() const {
    std::vector<Path> all;
    for (const auto& [index, file] : files_) all.push_back(folder_ / "blobs" / file.sha256.substr(0, 2) / file.sha256);
    return all;
}

}  // namespace xinghuo
