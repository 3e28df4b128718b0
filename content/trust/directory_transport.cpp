#include "content/trust/directory_transport.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace xinghuo {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t longest_path = 2000;  // targets' names have up to 1,000 bytes

Error io(const std::string& name, std::string_view path) {
    return {ErrorKind::io, name + ": " + std::string(path) + ": " + std::strerror(errno)};
}

// A relative path of whole names. Where they lead is the kernel's matter.
bool is_path(std::string_view path) {
    if (path.empty() || path.size() > longest_path) return false;
    const std::string around = "/" + std::string(path) + "/";
    return path.find('\0') == std::string_view::npos && around.find("//") == std::string::npos && around.find("/./") == std::string::npos &&
           around.find("/../") == std::string::npos;
}

// Nothing outside the folder, no links, whatever is swapped under us meanwhile: the kernel resolves the whole path at once.
int open_beneath(int folder, const std::string& path) {
    struct open_how how {};
    how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    int fd = -1;
    do fd = static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd;
}

}  // namespace

Result<void> refuse_links(const Path& folder) {
    const auto plain = [](const std::filesystem::file_status& status) { return std::filesystem::is_directory(status) || std::filesystem::is_regular_file(status); };
    std::error_code failed;
    const auto top = std::filesystem::symlink_status(folder, failed);
    if (top.type() == std::filesystem::file_type::not_found) return {};
    if (!std::filesystem::is_directory(top)) return Error{ErrorKind::untrusted, folder.filename().string() + " on the stick is no folder"};
    std::filesystem::recursive_directory_iterator at(folder, failed);
    for (const std::filesystem::recursive_directory_iterator end; !failed && at != end; at.increment(failed)) {
        const auto status = at->symlink_status(failed);
        if (!failed && !plain(status)) return Error{ErrorKind::untrusted, at->path().lexically_relative(folder.parent_path()).string() + " on the stick is a link or a device; nothing is written to it"};
    }
    if (failed) return Error{ErrorKind::io, "the stick cannot be read: " + failed.message()};
    return {};
}

Result<std::unique_ptr<DirectoryTransport>> DirectoryTransport::open(const Path& folder, std::string name, const std::atomic<bool>* stop) {
    Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        const bool absent = errno == ENOENT || errno == ENOTDIR;
        return Error{absent ? ErrorKind::missing : ErrorKind::io, name + ": " + std::strerror(errno)};
    }
    return std::unique_ptr<DirectoryTransport>(new DirectoryTransport(std::move(fd), std::move(name), stop));
}

Result<void> DirectoryTransport::get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                                     const std::function<void()>& restart) {
    const std::string text(path);
    if (!is_path(path)) return Error{ErrorKind::invalid, name_ + ": \"" + text + "\" is no name for a file"};
    const Descriptor file(open_beneath(folder_.get(), text));
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return Error{ErrorKind::missing, name_ + ": " + text + " is not there"};
        if (errno == ELOOP || errno == EXDEV) return Error{ErrorKind::invalid, name_ + ": " + text + " is a link, and links are not followed"};
        if (errno == ENXIO) return Error{ErrorKind::invalid, name_ + ": " + text + " is no plain file"};
        return io(name_, path);
    }
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return io(name_, path);
    if (!S_ISREG(about.st_mode)) return Error{ErrorKind::invalid, name_ + ": " + text + " is no plain file"};
    if (from > static_cast<std::uint64_t>(about.st_size)) {
        // Another file than the one that was begun.
        if (restart) restart();
        from = 0;
    }
    if (static_cast<std::uint64_t>(about.st_size) - from > limit_bytes)
        return Error{ErrorKind::too_large, name_ + ": " + text + ": " + std::to_string(about.st_size) + " bytes, over the limit"};
    if (::lseek(file.get(), static_cast<off_t>(from), SEEK_SET) < 0) return io(name_, path);
    std::vector<std::uint8_t> piece(piece_bytes);
    std::uint64_t given = 0;
    // The size above is only what the stick said; what comes counts.
    while (true) {
        if (stop_ != nullptr && stop_->load()) return Error{ErrorKind::cancelled, name_ + ": " + text + ": stopped"};
        const ssize_t n = ::read(file.get(), piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io(name_, path);
        if (n == 0) return {};
        given += static_cast<std::uint64_t>(n);
        if (given > limit_bytes) return Error{ErrorKind::too_large, name_ + ": " + text + ": more than " + std::to_string(limit_bytes) + " bytes"};
        if (auto taken = take({piece.data(), static_cast<std::size_t>(n)}); !taken) return taken;
    }
}

}  // namespace xinghuo
