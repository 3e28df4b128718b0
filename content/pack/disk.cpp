#include "content/pack/disk.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "content/base/descriptor.h"

namespace xinghuo {

Error disk_error(int code, std::string_view doing) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return Error{full ? ErrorKind::full : ErrorKind::io, std::strerror(code)}.within(doing);
}

Result<void> write_all(int fd, const void* data, std::size_t size) {
    const char* from = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t n = ::write(fd, from, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_error(errno, "writing");
        from += n;
        size -= static_cast<std::size_t>(n);
    }
    return {};
}

Result<void> sync_folder(const Path& folder) {
    const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return disk_error(errno, "flushing a folder");
    return {};
}

Result<void> make_folder(const Path& folder) {
    std::error_code failed;
    if (std::filesystem::is_directory(folder, failed)) return {};
    if (folder.has_parent_path() && folder.parent_path() != folder)
        if (auto made = make_folder(folder.parent_path()); !made) return made;
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return disk_error(errno, "making a folder");
    return folder.has_parent_path() ? sync_folder(folder.parent_path()) : Result<void>();
}

Result<void> write_durably(const Path& file, std::string_view content) {
    if (auto made = make_folder(file.parent_path()); !made) return made;
    Path beside = file;
    beside += ".part";
    {
        const Descriptor fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
        if (!fd) return disk_error(errno, "writing " + file.filename().string());
        auto written = write_all(fd.get(), content.data(), content.size());
        if (written && ::fsync(fd.get()) != 0) written = disk_error(errno, "flushing");
        if (!written) {
            ::unlink(beside.c_str());
            return written.error().within(file.filename().string());
        }
    }
    if (::rename(beside.c_str(), file.c_str()) != 0) return disk_error(errno, "renaming " + file.filename().string());
    return sync_folder(file.parent_path());
}

Result<Room> room_on_disk(const Path& folder) {
    struct statvfs about {};
    if (::statvfs(folder.c_str(), &about) != 0) return disk_error(errno, "asking the disk for room");
    const std::uint64_t block = about.f_frsize > 0 ? about.f_frsize : 4096;
    return Room{block * about.f_bavail, block};
}

namespace {

// ioprio_set(2). Not from <linux/ioprio.h>: what it says is C++ or not, by its version.
constexpr int of_this_thread = 1;             // IOPRIO_WHO_PROCESS, 0
constexpr int only_when_idle = 3 << 13;       // IOPRIO_CLASS_IDLE

}  // namespace

Gently::Gently() : before_(static_cast<int>(::syscall(SYS_ioprio_get, of_this_thread, 0))) {
    (void)::syscall(SYS_ioprio_set, of_this_thread, 0, only_when_idle);
    if (::gettid() != ::getpid()) (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 15);
}

Gently::~Gently() {
    if (before_ >= 0) (void)::syscall(SYS_ioprio_set, of_this_thread, 0, before_);
}

}  // namespace xinghuo
