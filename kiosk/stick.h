// A USB stick: where exports go and where rosters come from. A stick is hostile until proven otherwise: links are not followed,
// only regular files are opened, sizes are not believed; it may answer slowly, lie, or be pulled at any moment.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"

namespace xinghuo {

struct Stick {
    Path root;                     // where it is mounted
    std::string name;              // of that folder, for people: "KINGSTON"
    bool writable = false;
    std::uint64_t free_bytes = 0;  // when it was looked at
    std::uint64_t device = 0;      // stat's st_dev: after a pull, what is at `root` is another's, and nothing is done there

    friend bool operator==(const Stick&, const Stick&) = default;
};

// Watches for sticks: file systems of removable or USB disks (vfat, exfat, ntfs, ext2–4) mounted under /media, /run/media or
// /mnt. Main thread; what may wait for the stick is done by `post`, on the worker.
class Sticks {
public:
    using Post = std::function<bool(std::function<void()> job)>;
    struct Places {
        Path mounts = "/proc/self/mountinfo", sys = "/sys";
    };
    explicit Sticks(Post post);
    Sticks(Post post, Places places);
    ~Sticks();
    Sticks(const Sticks&) = delete;
    Sticks& operator=(const Sticks&) = delete;

    // In every turn of the loop; looks at most every 2 s and never waits. True when stick() has changed.
    bool look(Instant now);
    // The one mounted last, or the folder that was plugged.
    [[nodiscard]] const std::optional<Stick>& stick() const { return shown_; }

    // A folder plays stick, for driving and tests. Its own file system does not matter.
    Result<void> plug(const Path& folder);
    void unplug();

private:
    struct Delivery;
    const Post post_;
    const Places places_;
    const std::shared_ptr<Delivery> delivery_;
    bool asked_ = false;           // a look is under way
    std::optional<Instant> next_;
    std::optional<Stick> found_, plugged_, shown_;
};

// What follows waits for the stick: on the worker. Any thread.

// The sticks that are there, the one mounted last at the end.
std::vector<Stick> find_sticks(const Sticks::Places& places);

// Writes beside, flushes, renames; never over a file that is there: then the name gets " (2)". `folder` is one level, made when
// missing; "" is the top. Names are made safe as safe_name() does. Returns the path on the stick: "folder/name (2).xlsx".
// `too_large`: "12 MB are needed, 3 MB are free", and nothing was written; `missing`: it has been pulled; `io`.
Result<std::string> put(const Stick& stick, std::string_view folder, std::string_view name, std::string_view bytes);
Result<std::string> put(const Stick& stick, std::string_view folder, std::string_view name, const Bytes& bytes);

// A name every file system and Windows takes: no / \ : * ? " < > | or control characters (each becomes -), no dot or space at either
// end, none of the names of devices (CON, NUL…), at most 120 bytes. Never empty.
std::string safe_name(std::string_view name);

struct StickFile {
    std::string path;              // on the stick: "rosters/2026.xlsx"
    std::uint64_t size_bytes = 0;
};
// *.csv and *.xlsx at the top and one folder down, by path, at most 200. Hidden ones, links, and what is no regular file are left out.
Result<std::vector<StickFile>> find_tables(const Stick& stick);

// One of those. `too_large` over the limit, whatever the size said before.
Result<Bytes> read_from(const Stick& stick, std::string_view path, std::size_t limit_bytes);

}  // namespace xinghuo
