// Writes a pack's folder: manifest.json and blobs, beside the old one, and puts it in its place at once.
#pragma once

#include <string>
#include <vector>

#include "tools/packer/source.h"
#include "tools/packer/step_cache.h"

namespace xinghuo {

struct PackItem {
    std::string id, kind, section, file, picture;
    Bilingual title, summary;
};

// `files` are in the cache. An older pack at `out` stays as it is unless everything was written and opens as a pack.
Result<void> write_pack(const Source& source, const std::vector<PackItem>& items, std::vector<Made> files,
                        const StepCache& cache, const Path& out);

}  // namespace xinghuo
