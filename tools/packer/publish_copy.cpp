#include "tools/packer/publish_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "content/base/descriptor.h"
#include "content/trust/key.h"
#include "tools/packer/publish_state.h"

namespace xinghuo {
namespace {

constexpr std::size_t piece_bytes = 1u << 20;

Error system_error(const Path& file) {
    return {errno == ENOSPC ? ErrorKind::full : ErrorKind::io, file.filename().string() + ": " + std::strerror(errno)};
}

bool same_disk(const Path& a, const Path& b) {
    struct stat one {}, other {};
    return ::stat(a.c_str(), &one) == 0 && ::stat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev;
}

Path nearest_folder(Path folder) {
    std::error_code failed;
    folder = std::filesystem::absolute(folder, failed);
    while (!std::filesystem::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
    return folder;
}

Result<void> write_all(int fd, const std::uint8_t* data, std::size_t size, const Path& file) {
    while (size > 0) {
        const ssize_t n = ::write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return system_error(file);
        data += n;
        size -= static_cast<std::size_t>(n);
    }
    return {};
}

// Reads `from` once; writes it to `to` unless that is empty.
Result<void> hash_and_copy(const PackFile& file, const Path& from, const Path& to, Bytes& piece) {
    const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about {};
    if (!in || ::fstat(in.get(), &about) != 0) return system_error(from);
    if (!S_ISREG(about.st_mode)) return Error{ErrorKind::io, from.filename().string() + " is no plain file"};
    if (static_cast<std::uint64_t>(about.st_size) != file.length)
        return Error{ErrorKind::untrusted, fmt::format("{} has {} bytes, not the {} its pack says", from.filename().string(), about.st_size, file.length)};
    Descriptor out;
    if (!to.empty()) {
        out = Descriptor(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
        if (!out) return system_error(to);
    }
    StreamHash hash;
    std::uint64_t read = 0;
    while (read < file.length) {
        const ssize_t n = ::read(in.get(), piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), file.length - read)));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(from);
        if (n == 0) break;
        hash.add({piece.data(), static_cast<std::size_t>(n)});
        if (out)
            if (auto written = write_all(out.get(), piece.data(), static_cast<std::size_t>(n), to); !written) return written;
        read += static_cast<std::uint64_t>(n);
    }
    if (hash.hex() != file.sha256) return Error{ErrorKind::untrusted, from.filename().string() + " is not what its pack says; build the pack again"};
    return {};
}

Path beside(const Path& blob) {
    Path part = blob;
    part += ".part";
    return part;
}

bool stands(const Path& blob, std::uint64_t length) {
    struct stat about {};
    return ::lstat(blob.c_str(), &about) == 0 && S_ISREG(about.st_mode) && static_cast<std::uint64_t>(about.st_size) == length;
}

}  // namespace

void BlobCopy::want(const PackFile& file, const Path& from) {
    if (stands(repository_ / blob_file(file.sha256), file.length)) return;
    if (!names_.insert(file.sha256).second) return;
    wanted_.push_back({file, from});
    bytes_ += file.length;
}

std::uint64_t BlobCopy::bytes_of_disk() const {
    if (!wanted_.empty() && links_ && same_disk(wanted_.front().from, nearest_folder(repository_))) return 0;
    return bytes_;
}

Result<void> BlobCopy::run(std::uint64_t reserve_bytes, const Progress& progress) {
    std::error_code failed;
    const std::uint64_t needed = bytes_of_disk() + reserve_bytes;
    const auto room = std::filesystem::space(nearest_folder(repository_), failed);
    if (!failed && room.available < needed)
        return Error{ErrorKind::full, fmt::format("no room: {:.1f} MB are needed, {:.1f} MB are free", static_cast<double>(needed) / 1e6,
                                                  static_cast<double>(room.available) / 1e6)};
    Bytes piece(piece_bytes);
    std::vector<Path> made;
    const auto undone = [&](const Error& error) {
        for (const Path& blob : made) std::filesystem::remove(beside(blob), failed);
        return error.within("copying into the repository");
    };
    std::uint64_t done = 0;
    for (const Wanted& one : wanted_) {
        const Path blob = repository_ / blob_file(one.file.sha256), part = beside(blob);
        std::filesystem::create_directories(blob.parent_path(), failed);
        if (failed) return undone({ErrorKind::io, blob.parent_path().filename().string() + ": " + failed.message()});
        std::filesystem::remove(part, failed);
        made.push_back(blob);
        bool linked = false;
        if (links_) {
            std::filesystem::create_hard_link(one.from, part, failed);
            linked = !failed;
        }
        if (auto copied = hash_and_copy(one.file, one.from, linked ? Path() : part, piece); !copied) return undone(copied.error());
        done += one.file.length;
        if (progress) progress(done, bytes_);
    }
    if (made.empty()) return {};
    if (auto flushed = flush_disk(repository_); !flushed) return undone(flushed.error());
    for (const Path& blob : made) {
        std::filesystem::rename(beside(blob), blob, failed);
        if (failed) return undone({ErrorKind::io, blob.filename().string() + ": " + failed.message()});
    }
    return {};
}

void remove_parts(const Path& repository) {
    std::error_code failed;
    std::vector<Path> parts;
    for (const char* part : {"metadata", "targets", "blobs"})
        for (std::filesystem::recursive_directory_iterator at(repository / part, failed), end; !failed && at != end; at.increment(failed))
            if (at->path().extension() == ".part") parts.push_back(at->path());
    for (const Path& part : parts) std::filesystem::remove(part, failed);
}

Result<void> flush_disk(const Path& folder) {
    const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::syncfs(fd.get()) != 0) return system_error(folder);
    return {};
}

}  // namespace xinghuo
