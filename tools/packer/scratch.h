// A folder of one's own for the time of a piece of work, removed with everything in it.
#pragma once

#include "content/base/file.h"

namespace xinghuo {

class Scratch {
public:
    static Result<Scratch> make();
    ~Scratch();
    Scratch(Scratch&& other) noexcept : folder_(std::move(other.folder_)) { other.folder_.clear(); }
    Scratch& operator=(Scratch&&) = delete;
    [[nodiscard]] const Path& folder() const { return folder_; }

private:
    Scratch() = default;
    Path folder_;
};

}  // namespace xinghuo
