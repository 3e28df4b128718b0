// From a source to a pack.
#pragma once

#include <functional>
#include <string>

#include "content/base/file.h"
#include "tools/packer/problems.h"

namespace xinghuo {

struct BuildOptions {
    Path cache;               // empty: OUT.cache
    bool if_changed = false;  // nothing in the source and the tools has changed since the last good build: return at once
    int jobs = 0;             // threads; 0: one for each core
    std::function<void(const std::string&)> say = [](const std::string&) {};  // a line of progress; any thread
};

struct Built {
    bool unchanged = false;   // if_changed found nothing to do
    int steps = 0, steps_made = 0;
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

// Checks everything first; when something is wrong the problems say all of it, nothing is written, and the Result is
// an error. A pack that is already at `out` is replaced at once, by a whole one.
Result<Built> build_pack(const Path& source, const Path& out, const BuildOptions& options, Problems& problems);

}  // namespace xinghuo
