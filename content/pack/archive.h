// A tar from outside (plain, gzip or zstd), unpacked under limits. The one door to libarchive, which reads the bytes; what may come out is
// decided here: plain files and folders, with names any disk can hold, so many and so large as stated, and nothing else.
#pragma once

#include <atomic>
#include <cstdint>

#include "content/base/file.h"

namespace xinghuo {

struct ArchiveLimits {
    std::size_t entries = 20'000;
    std::uint64_t total_bytes = 16ull << 30, entry_bytes = 8ull << 30;  // as they come out, not as they are announced
    std::uint64_t ratio = 200;                                          // of what comes out to what was read; a MB is free
    std::size_t depth = 8;                                              // names in a path
};

// Reads `archive` (an open file) once, from its beginning to its end, into the folder `into`, which is made and must be empty. `invalid`,
// `too_large`, `full`, `io`, `cancelled`: a sentence that names the entry; what had come out is left for the caller to remove.
Result<void> unpack(int archive, const Path& into, const ArchiveLimits& limits = {}, const std::atomic<bool>* stop = nullptr);

}  // namespace xinghuo
