#include "tools/packer/publish_stick.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/pack/manifest.h"
#include "content/trust/directory_transport.h"
#include "content/trust/repository.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t reserve_bytes = 4u << 20;  // what a file system needs for itself

Result<std::uint64_t> length_of(const Path& file) {
    std::error_code failed;
    const auto length = std::filesystem::file_size(file, failed);
    if (failed) return Error{ErrorKind::missing, file.filename().string() + " is missing in the repository"};
    return static_cast<std::uint64_t>(length);
}

Result<void> copy_small(const Path& from, const Path& to) {
    const auto bytes = read_bytes(from, std::max<std::size_t>(manifest_limit_bytes, TrustLimits{}.targets_bytes));
    if (!bytes) return bytes.error();
    if (auto there = read_bytes(to, bytes->size()); there && *there == *bytes) return {};
    return write_file(to, *bytes);
}

// Below the three folders of a repository only, and only plain files.
std::size_t remove_others(const Path& repository, const std::set<std::string>& wanted) {
    std::vector<Path> others;
    std::error_code failed;
    for (const char* part : {"metadata", "targets", "blobs"})
        for (std::filesystem::recursive_directory_iterator at(repository / part, failed), end; !failed && at != end; at.increment(failed))
            if (at->is_regular_file(failed) && !at->is_symlink(failed) && !wanted.contains(at->path().lexically_relative(repository).generic_string()))
                others.push_back(at->path());
    std::size_t removed = 0;
    for (const Path& other : others) removed += std::filesystem::remove(other, failed) ? 1 : 0;
    return removed;
}

}  // namespace

Result<std::vector<Piece>> pieces_of(const RepositoryState& state) {
    if (!state.timestamp) return Error{ErrorKind::missing, "nothing is published there yet"};
    std::vector<Piece> blobs, targets, metadata;
    std::set<std::string> named;
    for (const auto& [role, roles_metadata] : state.roles) {
        metadata.push_back({metadata_file(roles_metadata.version, role), 0, ""});
        for (const auto& [name, target] : roles_metadata.targets) {
            if (const Target* found = state.find(name); found == nullptr || found->role != role) continue;
            const auto files = target_files(target);
            for (const std::string& path : files) targets.push_back({path, target.length, ""});
            if (!name.starts_with("packs/") || files.empty()) continue;
            const auto bytes = read_text(state.folder / files.front(), manifest_limit_bytes);
            if (!bytes) return bytes.error().within(name);
            const auto manifest = read_manifest(*bytes);
            if (!manifest) return manifest.error().within(name);
            for (const auto& [path, file] : manifest->files)
                if (named.insert(file.sha256).second) blobs.push_back({blob_file(file.sha256), file.length, file.sha256});
        }
    }
    metadata.push_back({metadata_file(state.snapshot.version, "snapshot"), 0, ""});
    for (std::int64_t version = 1; version <= state.root.version; ++version) metadata.push_back({metadata_file(version, "root"), 0, ""});
    for (Piece& piece : metadata) {
        const auto length = length_of(state.folder / piece.path);
        if (!length) return length.error();
        piece.length = *length;
    }
    std::vector<Piece> all = std::move(blobs);
    all.insert(all.end(), targets.begin(), targets.end());
    all.insert(all.end(), metadata.begin(), metadata.end());
    return all;
}

Result<StickTimestamp> stick_timestamp(const RepositoryState& state, const std::vector<Signer>& keys, WallTime now, int days) {
    if (!state.timestamp) return Error{ErrorKind::missing, "nothing is published there yet"};
    StickTimestamp made;
    made.expires = {now.unix_ms + days * day_ms};
    const auto limit = [&](const Signed& metadata, const std::string& role) {
        if (metadata.expires.unix_ms >= made.expires.unix_ms) return;
        made.expires = metadata.expires;
        made.shortened_by = role;
    };
    limit(state.root, "root");
    limit(state.snapshot, "snapshot");
    for (const auto& [role, metadata] : state.roles)
        if (state.keys_of(role)) limit(metadata, role);
    if (made.expires.unix_ms <= now.unix_ms)
        return Error{ErrorKind::expired, fmt::format("{} expired on {}; sign it again first", made.shortened_by, day_text(made.expires))};
    TimestampMeta timestamp = *state.timestamp;
    timestamp.expires = made.expires;
    timestamp.signatures.clear();
    const auto role = state.keys_of("timestamp");
    if (!role) return Error{ErrorKind::invalid, "the root names no role timestamp"};
    std::string bytes = timestamp_json(timestamp);
    for (const Signer& signer : keys) {
        if (auto may = may_sign(signer, *role); !may) return may.error();
        auto more = signer.signed_with(bytes);
        if (!more) return more.error();
        bytes = std::move(*more);
    }
    const auto read = read_timestamp(bytes);
    if (!read) return read.error();
    if (auto enough = enough_signatures(*read, "timestamp", role->role, *role->known); !enough)
        return Error{ErrorKind::missing, "the stick's timestamp must be signed: --timestamp-key FILE"};
    made.bytes = std::move(bytes);
    return made;
}

Result<Copied> copy_to_stick(const RepositoryState& state, const StickTimestamp& timestamp, const Path& stick, const BlobCopy::Progress& progress) {
    std::error_code failed;
    if (!std::filesystem::is_directory(stick, failed)) return Error{ErrorKind::missing, "there is no folder " + stick.string()};
    const Path to = stick / "xinghuo";
    if (auto good = refuse_links(to); !good) return good.error();
    const auto pieces = pieces_of(state);
    if (!pieces) return pieces.error();
    BlobCopy blobs(to, false);
    Copied copied;
    std::uint64_t small = timestamp.bytes.size();
    std::set<std::string> wanted{"metadata/timestamp.json"};
    for (const Piece& piece : *pieces) {
        wanted.insert(piece.path);
        copied.total_bytes += piece.length;
        if (piece.sha256.empty()) small += piece.length;
        else blobs.want({piece.sha256, piece.length}, state.folder / piece.path);
    }
    copied.files = blobs.files();
    copied.bytes = blobs.bytes();
    if (auto run = blobs.run(reserve_bytes + small, progress); !run) return run.error();
    for (const Piece& piece : *pieces) {
        if (!piece.sha256.empty()) continue;
        if (auto done = copy_small(state.folder / piece.path, to / piece.path); !done) return done.error().within("the stick");
    }
    if (auto flushed = flush_disk(to); !flushed) return flushed.error();
    if (auto written = write_file(to / "metadata/timestamp.json", timestamp.bytes); !written) return written.error().within("the stick");
    copied.removed = remove_others(to, wanted);
    if (auto flushed = flush_disk(to); !flushed) return flushed.error();
    return copied;
}

}  // namespace xinghuo
