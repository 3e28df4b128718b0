// Where a repository is read from: a folder (a stick), or a web server. Names only, no trust: what comes through here is hostile.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "content/base/result.h"

namespace xinghuo {

class Transport {
public:
    // Takes a piece; an error ends the transfer and is returned by get().
    using Take = std::function<Result<void>(std::span<const std::uint8_t> piece)>;

    virtual ~Transport() = default;

    // Reads the file `path` (relative, "/" between names, each name already percent-encoded as the metadata asks) from byte `from` on.
    // Never gives `take` more than limit_bytes in all: a longer file is `too_large`. `missing`: it is not there (HTTP 403, 404, 410 are
    // that, too). `io`: the network, the stick or the server failed, or gave something else than the file (a login page). `cancelled`: the
    // transport's owner asked to stop. When the other side cannot begin in the middle, `restart` is called first, and the file comes from 0.
    // May block; not for the frame's thread.
    virtual Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                             const std::function<void()>& restart) = 0;

    // The whole file in memory.
    Result<std::string> read(std::string_view path, std::uint64_t limit_bytes);

    // For people and the log: "the stick KINGSTON", "https://packs.example.edu". Never a path of this machine.
    [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace xinghuo
