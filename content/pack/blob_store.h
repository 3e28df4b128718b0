// Contents of files by their SHA-256, shared between packs and versions: FOLDER/ab/ab12…. A blob is written beside (FOLDER/../incoming),
// flushed, verified and renamed, so what has its name is whole; what the disk does to it later the re-hash finds. Any thread; one writer.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/descriptor.h"
#include "content/base/file.h"
#include "content/pack/catalogue.h"
#include "content/trust/key.h"
#include "content/trust/transport.h"

namespace xinghuo {

class BlobStore {
public:
    // `folder` is made when missing. `shipped` (may be empty): blobs that came with the program, read-only, looked into second.
    static Result<BlobStore> open(const Path& folder, const Path& incoming, const Path& shipped);

    // Where the blob stands, a plain file of that length; `missing`, `invalid`.
    [[nodiscard]] Result<Path> find(const PackFile& file) const;
    [[nodiscard]] bool has(const PackFile& file) const { return find(file).has_value(); }

    // Fetches "blobs/ab/ab12…" and keeps it: resumes what was begun earlier (its own first bytes are hashed again, never believed),
    // hashes while copying, checks length and hash, flushes the copy, gives it its name. `moved` hears of bytes as they come.
    // `untrusted`: not what was signed, nothing is kept; `full`: no room, what was begun goes; `io`, `missing`, `cancelled`: what was begun
    // stays for next time.
    Result<void> fetch(const PackFile& file, Transport& from, const std::function<void(std::uint64_t bytes)>& moved);

    // What was fetched keeps its name through a power cut from here on: before that it may be fetched again, and no harm is done.
    Result<void> settle();
    // How much of it lies here from an attempt before.
    [[nodiscard]] std::uint64_t begun(const PackFile& file) const;

    // Reads the whole blob again, from the disk and not from the memory the system keeps of it. `untrusted` when it is not what its name
    // says, or cannot be read; it is then set aside: removed from the names; a shipped one, which nobody may touch, is marked instead.
    Result<void> check(const PackFile& file) const;
    // The same, a little at a time. True when it was read to its end, and is good.
    struct Reading {
        PackFile file;
        Path blob;
        Descriptor fd;
        StreamHash hash;
        std::uint64_t at = 0;
    };
    Result<Reading> begin_check(const PackFile& file) const;
    Result<bool> check_on(Reading& reading, std::uint64_t bytes) const;

    // Removes every blob that `keep` does not name, and of those what was begun and never finished. Returns how many bytes went.
    Result<std::uint64_t> collect(const std::function<bool(std::string_view sha256)>& keep);

    [[nodiscard]] const Path& folder() const { return folder_; }
    [[nodiscard]] const Path& shipped() const { return shipped_; }

private:
    BlobStore(Path folder, Path incoming, Path shipped) : folder_(std::move(folder)), incoming_(std::move(incoming)), shipped_(std::move(shipped)) {}
    [[nodiscard]] Path own(std::string_view sha256) const;
    [[nodiscard]] Path mark(std::string_view sha256) const;  // the shipped one is damaged
    void set_aside(const Reading& reading) const;
    Result<void> shelve(const PackFile& file, const Path& part);
    Path folder_, incoming_, shipped_;
    std::set<Path> unsettled_;  // folders with new names
};

}  // namespace xinghuo
