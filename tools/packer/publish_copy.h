// Blobs into a repository: a second name where the disk allows it, else a copy that is hashed while it is made. Constant memory. Nothing has
// its own name before all of it is on the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "content/base/file.h"
#include "content/pack/catalogue.h"

namespace xinghuo {

class BlobCopy {
public:
    using Progress = std::function<void(std::uint64_t bytes, std::uint64_t of)>;

    // Into `repository`, below blobs/. `links`: a second name for the same bytes will do (never on a stick).
    BlobCopy(Path repository, bool links) : repository_(std::move(repository)), links_(links) {}

    // What is there with its length is not copied again. `from`: the file that holds it.
    void want(const PackFile& file, const Path& from);
    [[nodiscard]] std::size_t files() const { return wanted_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // What copying will need of the disk.
    [[nodiscard]] std::uint64_t bytes_of_disk() const;

    // `full` before a byte is written when there is no room; `untrusted` when a file is not what its hash says; then nothing was added.
    Result<void> run(std::uint64_t reserve_bytes, const Progress& progress);

private:
    struct Wanted {
        PackFile file;
        Path from;
    };
    Path repository_;
    bool links_;
    std::vector<Wanted> wanted_;
    std::set<std::string> names_;  // their hashes
    std::uint64_t bytes_ = 0;
};

// What somebody had begun to write when the power failed.
void remove_parts(const Path& repository);

// Everything written below this folder is on the disk when it returns.
Result<void> flush_disk(const Path& folder);

}  // namespace xinghuo
