// What an install asks of the disk beyond content/base/file.h: kept for good, gently, and an honest word when it is full. Errors name no
// path of this machine. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "content/base/file.h"

namespace xinghuo {

inline constexpr std::size_t disk_piece_bytes = 256u << 10;

// The error of errno: `full` when there is no room, else `io`.
Error disk_error(int code, std::string_view doing);

// Written beside, flushed, renamed, and the folder flushed: after this a power cut finds it. Makes missing folders.
Result<void> write_durably(const Path& file, std::string_view content);
Result<void> sync_folder(const Path& folder);
// Made with its parents, and known to the disk.
Result<void> make_folder(const Path& folder);
Result<void> write_all(int fd, const void* data, std::size_t size);

struct Room {
    std::uint64_t free_bytes = 0;   // for us, not for root
    std::uint64_t block_bytes = 4096;
};
Result<Room> room_on_disk(const Path& folder);
constexpr std::uint64_t in_blocks(std::uint64_t bytes, std::uint64_t block) { return (bytes + block - 1) / block * block; }

// The thread's reading and writing comes after everybody else's while this lives; so does its computing, from then on: nobody but root gets
// back what he once gave up. The first thread of a program, which draws, keeps its place.
class Gently {
public:
    Gently();
    ~Gently();
    Gently(const Gently&) = delete;
    Gently& operator=(const Gently&) = delete;

private:
    int before_;
};

}  // namespace xinghuo
