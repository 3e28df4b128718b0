#include "content/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace xinghuo {
namespace {

Error system_error(ErrorKind kind, const Path& file) {
    return {kind, file.string() + ": " + std::strerror(errno)};
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { if (fd_ >= 0) ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

template <class Buffer>
Result<Buffer> read_whole(const Path& file, std::size_t limit_bytes) {
    // Opening a pipe that lies in a file's place would wait for its writer; a plain file knows no waiting.
    const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) return system_error(errno == ENOENT ? ErrorKind::missing : ErrorKind::io, file);
    struct stat about {};
    if (::fstat(fd.get(), &about) != 0) return system_error(ErrorKind::io, file);
    if (!S_ISREG(about.st_mode)) return Error{ErrorKind::io, file.string() + ": not a plain file"};
    if (static_cast<std::size_t>(about.st_size) > limit_bytes)
        return Error{ErrorKind::too_large, file.string() + ": " + std::to_string(about.st_size) +
                                               " bytes, over the limit of " + std::to_string(limit_bytes)};
    Buffer all(static_cast<std::size_t>(about.st_size), {});
    std::size_t have = 0;
    while (have < all.size()) {
        const ssize_t n = ::read(fd.get(), all.data() + have, all.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(ErrorKind::io, file);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    all.resize(have);
    return all;
}

Result<void> write_whole(const Path& file, const void* data, std::size_t size) {
    std::error_code failed;
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), failed);
    if (failed) return Error{ErrorKind::io, file.parent_path().string() + ": " + failed.message()};
    Path beside = file;
    beside += ".part";
    {
        const Descriptor fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (fd.get() < 0) return system_error(ErrorKind::io, beside);
        std::size_t done = 0;
        while (done < size) {
            const ssize_t n = ::write(fd.get(), static_cast<const char*>(data) + done, size - done);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) {
                Error error = system_error(ErrorKind::io, beside);
                ::unlink(beside.c_str());
                return error;
            }
            done += static_cast<std::size_t>(n);
        }
        if (::fsync(fd.get()) != 0) {
            Error error = system_error(ErrorKind::io, beside);
            ::unlink(beside.c_str());
            return error;
        }
    }
    std::filesystem::rename(beside, file, failed);
    if (failed) return Error{ErrorKind::io, file.string() + ": " + failed.message()};
    return {};
}

}  // namespace

Result<Bytes> read_bytes(const Path& file, std::size_t limit_bytes) { return read_whole<Bytes>(file, limit_bytes); }

Result<std::string> read_text(const Path& file, std::size_t limit_bytes) {
    return read_whole<std::string>(file, limit_bytes);
}

Result<void> write_file(const Path& file, std::string_view content) {
    return write_whole(file, content.data(), content.size());
}

Result<void> write_file(const Path& file, const Bytes& content) {
    return write_whole(file, content.data(), content.size());
}

bool is_safe_relative_path(std::string_view path) {
    if (path.empty() || path.size() > 200 || path.front() == '/') return false;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= path.size(); ++i) {
        if (i < path.size() && path[i] != '/') {
            if (path[i] == '\\' || path[i] == '\0') return false;
            continue;
        }
        const std::string_view part = path.substr(start, i - start);
        if (part.empty() || part == "." || part == "..") return false;
        start = i + 1;
    }
    return true;
}

}  // namespace xinghuo
