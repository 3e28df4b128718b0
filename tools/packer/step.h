// A piece of work of a build, whose result is kept: see step_cache.h.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/packer/step_cache.h"

namespace xinghuo {

struct Step {
    std::string name;             // for people
    std::string inputs;           // all that the result depends on
    StepCache::Maker make;
    std::uint64_t bytes = 0;      // of the author's file it reads, for the progress; 0: little
    Result<std::vector<Made>> made = Error{ErrorKind::cancelled, "not made"};
};

// A step that makes all its files in memory: for what is small.
inline StepCache::Maker in_memory(std::function<Result<Files>()> make) {
    return [make = std::move(make)](Outlet& outlet) -> Result<void> {
        const auto files = make();
        if (!files) return files.error();
        for (const auto& [path, content] : *files)
            if (auto put = outlet.put(path, content); !put) return put;
        return {};
    };
}

}  // namespace xinghuo
