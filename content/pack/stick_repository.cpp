// What a stick holds, as a repository (installer.h, open_stick).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "content/base/crypto.h"
#include "content/base/descriptor.h"
#include "content/pack/archive.h"
#include "content/pack/disk.h"
#include "content/pack/installer.h"
#include "content/trust/directory_transport.h"

namespace xinghuo {
namespace {

constexpr std::size_t looked_at = 5'000;  // entries of a stick's first folder
constexpr const char* repository_name = "xinghuo";
constexpr std::string_view archive_ending = ".xhpack";

bool is_folder(const Path& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

// Goes with its files.
class Unpacked final : public Transport {
public:
    Unpacked(std::unique_ptr<Transport> from, Path folder) : from_(std::move(from)), folder_(std::move(folder)) {}
    ~Unpacked() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;

    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                     const std::function<void()>& restart) override {
        return from_->get(path, from, limit_bytes, take, restart);
    }
    [[nodiscard]] std::string name() const override { return from_->name(); }

private:
    std::unique_ptr<Transport> from_;
    Path folder_;
};

Result<std::vector<std::string>> archives_on(const Path& stick) {
    std::vector<std::string> found;
    std::error_code failed;
    std::size_t seen = 0;
    for (std::filesystem::directory_iterator at(stick, failed), end; !failed && at != end && seen < looked_at; at.increment(failed), ++seen) {
        const std::string name = at->path().filename().string();
        struct stat about {};
        // ".name" is what other systems leave beside a file.
        if (name.ends_with(archive_ending) && !name.starts_with('.') && ::lstat(at->path().c_str(), &about) == 0 && S_ISREG(about.st_mode)) found.push_back(name);
    }
    if (failed) return Error{ErrorKind::io, "the stick cannot be read"};
    std::sort(found.begin(), found.end());
    return found;
}

Result<std::unique_ptr<Transport>> open_archive(const Path& file, const std::string& name, const Path& scratch, const std::atomic<bool>* stop) {
    const Descriptor archive(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!archive) return disk_error(errno, "opening it");
    if (auto made = make_folder(scratch); !made) return made.error();
    const auto room = room_on_disk(scratch);
    if (!room) return room.error();
    ArchiveLimits limits;
    limits.total_bytes = std::min(limits.total_bytes, room->free_bytes - std::min(room->free_bytes, PackStore::reserve_bytes));
    const Path into = scratch / to_hex(random_bytes(8));
    auto unpacked = unpack(archive.get(), into, limits, stop);
    auto from = unpacked ? DirectoryTransport::open(is_folder(into / repository_name) && !is_folder(into / "metadata") ? into / repository_name : into, name, stop)
                         : Result<std::unique_ptr<DirectoryTransport>>(unpacked.error());
    if (!from) {
        std::error_code ignored;
        std::filesystem::remove_all(into, ignored);
        return from.error();
    }
    return std::make_unique<Unpacked>(std::move(*from), into);
}

}  // namespace

Result<std::unique_ptr<Transport>> open_stick(const Path& stick, const std::string& name, const Path& scratch, const std::atomic<bool>* stop) {
    if (is_folder(stick / repository_name)) {
        auto from = DirectoryTransport::open(stick / repository_name, name, stop);
        if (!from) return from.error();
        return std::unique_ptr<Transport>(std::move(*from));
    }
    const auto archives = archives_on(stick);
    if (!archives) return archives.error();
    if (archives->empty()) return Error{ErrorKind::missing, "no packs on " + name};
    if (archives->size() > 1) return Error{ErrorKind::invalid, fmt::format("{} holds more than one {} file: which one is meant is not clear", name, archive_ending)};
    auto from = open_archive(stick / archives->front(), name, scratch, stop);
    return from ? std::move(from) : from.error().within("the pack file on " + name);
}

}  // namespace xinghuo
