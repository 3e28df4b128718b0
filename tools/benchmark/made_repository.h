// A signed repository of one pack of chance, "bench", as `tools/pack publish` writes them: for measuring and for killing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "content/pack/catalogue.h"
#include "content/trust/key.h"

namespace xinghuo {

std::string chance_bytes(std::uint64_t seed, std::size_t size);
// From a tenth of the mean to twice it, as films and pictures have them; their sum is `bytes`, nearly.
std::vector<std::uint64_t> spread_lengths(std::uint64_t bytes, std::size_t files);

class MadeRepository {
public:
    // With keys of its own, each time others. packs/bench/* is delegated.
    explicit MadeRepository(Path folder);

    // files/0007 of the next version; in the place of what had this index.
    Result<void> add_file(std::size_t index, std::string_view bytes);
    // Versions count from 1.
    Result<void> publish(std::int64_t version);

    [[nodiscard]] Path root() const { return folder_ / "metadata/1.root.json"; }
    [[nodiscard]] std::vector<Path> blobs() const;   // of the version that was published last
    [[nodiscard]] const std::map<std::size_t, PackFile>& files() const { return files_; }
    static std::string path_of(std::size_t index);

private:
    [[nodiscard]] std::string manifest_text(std::int64_t version) const;

    Path folder_;
    std::map<std::string, PrivateKey> keys_;
    std::map<std::size_t, PackFile> files_;
};

}  // namespace xinghuo
