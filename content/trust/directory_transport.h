// A folder as a repository: a mounted stick, the one that ships with the program, a test's. Nothing outside the folder is ever opened:
// no links, no "..", regular files only (openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS).
#pragma once

#include <atomic>
#include <memory>

#include "content/base/descriptor.h"
#include "content/base/file.h"
#include "content/trust/transport.h"

namespace xinghuo {

// Before something is written below a folder that somebody brought: nothing there is a link or a device, so that what is written and removed lies there and
// nowhere else. A folder that is not there yet is good. `untrusted`: the sentence names the file.
Result<void> refuse_links(const Path& folder);

class DirectoryTransport final : public Transport {
public:
    // `missing` when there is no such folder. `stop` (may be null) ends a transfer between two pieces; it outlives the transport.
    static Result<std::unique_ptr<DirectoryTransport>> open(const Path& folder, std::string name, const std::atomic<bool>* stop = nullptr);

    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                     const std::function<void()>& restart) override;
    [[nodiscard]] std::string name() const override { return name_; }

private:
    DirectoryTransport(Descriptor folder, std::string name, const std::atomic<bool>* stop)
        : folder_(std::move(folder)), name_(std::move(name)), stop_(stop) {}
    Descriptor folder_;
    std::string name_;
    const std::atomic<bool>* stop_;
};

}  // namespace xinghuo
