// What a build made before. A step is a name and everything its result depends on; when the same step comes again,
// its files are taken from here. Threads may ask for different steps at the same time.
//
//     CACHE/steps/<hash of the step>    path, hash and length of each file the step made
//     CACHE/blobs/ab/ab12…              the files' contents, named by their SHA-256
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

// Path in the pack → content. Paths that begin with "@" are notes from one step to another and stay out of the pack.
using Files = std::map<std::string, Bytes>;

struct Made {
    std::string path, sha256;
    std::uint64_t length = 0;
};

Bytes as_bytes(std::string_view text);

class StepCache;

// Where a step leaves its files, one after another: none stays in memory. One thread.
class Outlet {
public:
    Result<void> put(const std::string& path, const Bytes& content);
    // A file below scratch() that is whole; it moves into the cache.
    Result<void> put_file(const std::string& path, const Path& file);
    // A folder of the step's own, on the cache's disk, gone when the step ends.
    Result<Path> scratch();

private:
    friend class StepCache;
    explicit Outlet(StepCache& cache) : cache_(cache) {}
    StepCache& cache_;
    Path scratch_;
    std::vector<Made> made_;
};

class StepCache {
public:
    explicit StepCache(Path folder) : folder_(std::move(folder)) {}

    // `step` is the name and all inputs and parameters, as bytes; of a large file its hash. The files are told by their paths.
    using Maker = std::function<Result<void>(Outlet&)>;
    Result<std::vector<Made>> get(const std::string& step, const Maker& make);

    Result<std::vector<Made>> get(const std::string& step, const std::function<Result<Files>()>& make);
    [[nodiscard]] Path blob(const Made& made) const;
    [[nodiscard]] Result<Bytes> read(const Made& made) const;
    // How many steps were made anew since this object exists.
    [[nodiscard]] int made_anew() const;
    // Removes steps, and blobs of steps, that nobody has asked for since this object exists.
    void forget_unused();

private:
    friend class Outlet;
    [[nodiscard]] std::optional<std::vector<Made>> known(const Path& note) const;
    Result<std::vector<Made>> keep(const Path& note, std::vector<Made> made);

    const Path folder_;
    mutable std::mutex mutex_;
    // under mutex_:
    std::set<std::string> used_steps_, used_blobs_;
    int made_anew_ = 0, scratches_ = 0;
};

}  // namespace xinghuo
