// What a repository gives to those who come with a stick or a letter: what its current packs need, every root version, and a timestamp that
// lasts until the stick has come round. Read back, it is a repository like any other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/packer/publish_copy.h"
#include "tools/packer/publish_state.h"

namespace xinghuo {

// In the order in which they must be written; metadata/timestamp.json is not among them, for it is the last and another one.
struct Piece {
    std::string path;                    // "blobs/ab/ab12…", "metadata/3.snapshot.json"
    std::uint64_t length = 0;
    std::string sha256;                  // of a blob; empty for the others
};
Result<std::vector<Piece>> pieces_of(const RepositoryState& state);

// The same timestamp with another end. Never later than what it stands on: then `shortened_by` names the role that ends first.
// Its version stays: who has seen the network's has seen it.
struct StickTimestamp {
    std::string bytes;
    WallTime expires;
    std::string shortened_by;
};
Result<StickTimestamp> stick_timestamp(const RepositoryState& state, const std::vector<Signer>& keys, WallTime now, int days);

struct Copied {
    std::size_t files = 0;               // blobs that were not there
    std::uint64_t bytes = 0;
    std::uint64_t total_bytes = 0;       // of everything that is there now
    std::size_t removed = 0;             // what no current pack needs any more
};
// To `stick`/xinghuo/. What a stick held before is replaced; whatever else lies on it stays.
Result<Copied> copy_to_stick(const RepositoryState& state, const StickTimestamp& timestamp, const Path& stick, const BlobCopy::Progress& progress);
// The one-file form: a tar of the same layout, small files first. Written beside and renamed.
Result<Copied> write_tar(const RepositoryState& state, const StickTimestamp& timestamp, const Path& file, WallTime now, const BlobCopy::Progress& progress);

}  // namespace xinghuo
