#include "content/pack/blob_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "content/pack/disk.h"

namespace xinghuo {
namespace {

// The system is asked to begin writing so often, so that the last flush is short and its memory is not ours alone.
constexpr std::uint64_t flush_every = 4u << 20;

bool is_name(std::string_view name) {
    return name.size() == 64 && std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string brief(const PackFile& file) { return "blob " + file.sha256.substr(0, 12); }

Result<void> check_plain(const Path& blob, std::uint64_t length) {
    struct stat about {};
    if (::lstat(blob.c_str(), &about) != 0)
        return errno == ENOENT || errno == ENOTDIR ? Error{ErrorKind::missing, "is not here"} : disk_error(errno, "looking");
    if (!S_ISREG(about.st_mode)) return Error{ErrorKind::invalid, "is not a plain file"};
    if (static_cast<std::uint64_t>(about.st_size) != length)
        return Error{ErrorKind::invalid, fmt::format("is {} bytes long, should be {}", about.st_size, length)};
    return {};
}

// What is being fetched: a file of ours, how much of it there is, and the hash of that.
class Part {
public:
    static Result<Part> open(const Path& path, std::uint64_t length) {
        Part part;
        part.fd_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
        struct stat about {};
        if (!part.fd_ || ::fstat(part.fd_.get(), &about) != 0 || !S_ISREG(about.st_mode)) return disk_error(errno != 0 ? errno : EINVAL, "beginning a blob");
        if (static_cast<std::uint64_t>(about.st_size) > length) {
            if (auto emptied = part.empty(); !emptied) return emptied.error();
            return part;
        }
        std::vector<std::uint8_t> piece(disk_piece_bytes);
        while (part.size_ < static_cast<std::uint64_t>(about.st_size)) {
            const ssize_t n = ::read(part.fd_.get(), piece.data(), piece.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;  // what cannot be read is fetched again
            part.hash_.add({piece.data(), static_cast<std::size_t>(n)});
            part.size_ += static_cast<std::uint64_t>(n);
        }
        if (::ftruncate(part.fd_.get(), static_cast<off_t>(part.size_)) != 0) return disk_error(errno, "going on with a blob");
        part.flushed_ = part.size_;
        return part;
    }

    Result<void> empty() {
        if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) return disk_error(errno, "beginning again");
        size_ = flushed_ = 0;
        hash_ = StreamHash();
        return {};
    }

    Result<void> add(std::span<const std::uint8_t> piece) {
        hash_.add(piece);
        if (auto written = write_all(fd_.get(), piece.data(), piece.size()); !written) return written;
        size_ += piece.size();
        if (size_ - flushed_ < flush_every) return {};
        (void)::sync_file_range(fd_.get(), static_cast<off_t>(flushed_), static_cast<off_t>(size_ - flushed_), SYNC_FILE_RANGE_WRITE);
        flushed_ = size_;
        return {};
    }

    Result<void> flush() {
        if (::fsync(fd_.get()) != 0) return disk_error(errno, "flushing a blob");
        (void)::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
        return {};
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::string hash() { return hash_.hex(); }  // once

private:
    Descriptor fd_;
    StreamHash hash_;
    std::uint64_t size_ = 0, flushed_ = 0;
};

}  // namespace

Path BlobStore::own(std::string_view sha256) const {
    insist(is_name(sha256), "a blob without a name");
    return folder_ / sha256.substr(0, 2) / sha256;
}

Path BlobStore::mark(std::string_view sha256) const {
    Path path = own(sha256);
    path += ".bad";
    return path;
}

Result<BlobStore> BlobStore::open(const Path& folder, const Path& incoming, const Path& shipped) {
    for (const Path& each : {folder, incoming})
        if (auto made = make_folder(each); !made) return made.error();
    return BlobStore(folder, incoming, shipped);
}

Result<Path> BlobStore::find(const PackFile& file) const {
    Path blob = own(file.sha256);
    const auto here = check_plain(blob, file.length);
    if (here) return blob;
    std::error_code ignored;
    if (!shipped_.empty() && !std::filesystem::exists(mark(file.sha256), ignored)) {
        blob = shipped_ / file.sha256.substr(0, 2) / file.sha256;
        if (check_plain(blob, file.length)) return blob;
    }
    return here.error().within(brief(file));
}

std::uint64_t BlobStore::begun(const PackFile& file) const {
    std::error_code failed;
    const auto size = std::filesystem::file_size(incoming_ / (file.sha256 + ".part"), failed);
    return failed ? 0 : std::min<std::uint64_t>(size, file.length);
}

Result<void> BlobStore::fetch(const PackFile& file, Transport& from, const std::function<void(std::uint64_t bytes)>& moved) {
    const Path part_path = incoming_ / (file.sha256 + ".part");
    const std::string name = "blobs/" + file.sha256.substr(0, 2) + "/" + file.sha256;
    auto part = Part::open(part_path, file.length);
    if (!part) return part.error().within(brief(file));
    const auto gone = [&](Error error) {
        ::unlink(part_path.c_str());
        return error.within(brief(file));
    };
    for (bool again = false;; again = true) {
        const bool resumed = part->size() > 0;
        std::optional<Error> ours;  // what ended it here, and not over there
        const auto take = [&](std::span<const std::uint8_t> piece) -> Result<void> {
            if (piece.size() > file.length - part->size())
                ours = Error{ErrorKind::untrusted, fmt::format("is longer than the {} bytes that were signed", file.length)};
            else if (auto added = part->add(piece); !added) ours = added.error();
            if (ours) return *ours;
            moved(piece.size());
            return {};
        };
        const auto restart = [&] {
            if (auto emptied = part->empty(); !emptied) ours = emptied.error();
        };
        // The limit is that of the whole: where `from` cannot be met, it comes from its beginning.
        const bool whole = part->size() == file.length && file.length > 0;
        const auto got = whole ? Result<void>() : from.get(name, part->size(), file.length, take, restart);
        const bool once_more = resumed && !again;  // what lay here may be what was wrong
        if (ours && ours->kind == ErrorKind::io) return ours->within(brief(file));
        if (ours && !(once_more && ours->kind == ErrorKind::untrusted)) return gone(*ours);
        if (!ours && !got) {
            if (got.error().kind == ErrorKind::full) return gone(got.error());
            if (got.error().kind != ErrorKind::too_large) {
                if (part->size() == 0) ::unlink(part_path.c_str());
                return got.error().within(brief(file));
            }
            if (!once_more) return gone({ErrorKind::untrusted, fmt::format("is longer than the {} bytes that were signed", file.length)});
        } else if (!ours) {
            const std::uint64_t size = part->size();
            if (size == file.length && part->hash() == file.sha256) break;
            if (!once_more) return gone({ErrorKind::untrusted, size == file.length ? "is not what was signed" : fmt::format("is {} bytes long, {} were signed", size, file.length)});
        }
        if (auto emptied = part->empty(); !emptied) return gone(emptied.error());
    }
    if (auto flushed = part->flush(); !flushed) return gone(flushed.error());
    return shelve(file, part_path);
}

Result<void> BlobStore::shelve(const PackFile& file, const Path& part) {
    const Path blob = own(file.sha256), shelf = blob.parent_path();
    if (::mkdir(shelf.c_str(), 0755) == 0) unsettled_.insert(folder_);
    else if (errno != EEXIST) return disk_error(errno, "making a folder");
    unsettled_.insert(shelf);
    if (::rename(part.c_str(), blob.c_str()) != 0) return disk_error(errno, "keeping " + brief(file));
    return {};
}

// One flush a folder, however many blobs came into it.
Result<void> BlobStore::settle() {
    for (const Path& folder : unsettled_)
        if (auto flushed = sync_folder(folder); !flushed) return flushed;
    unsettled_.clear();
    return {};
}

Result<BlobStore::Reading> BlobStore::begin_check(const PackFile& file) const {
    auto blob = find(file);
    if (!blob) return blob.error();
    Reading reading{file, *blob, Descriptor(::open(blob->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)), StreamHash(), 0};
    if (!reading.fd) return disk_error(errno, brief(file));
    // What was written a moment ago is asked of the disk.
    (void)::posix_fadvise(reading.fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    (void)::posix_fadvise(reading.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return reading;
}

Result<bool> BlobStore::check_on(Reading& reading, std::uint64_t bytes) const {
    std::vector<std::uint8_t> piece(disk_piece_bytes);
    while (bytes > 0) {
        const ssize_t n = ::read(reading.fd.get(), piece.data(), std::min<std::uint64_t>(piece.size(), bytes));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int why = errno;
            set_aside(reading);
            return Error{ErrorKind::untrusted, disk_error(why, "cannot be read").what}.within(brief(reading.file));
        }
        if (n == 0) break;
        reading.hash.add({piece.data(), static_cast<std::size_t>(n)});
        reading.at += static_cast<std::uint64_t>(n);
        bytes -= static_cast<std::uint64_t>(n);
    }
    if (reading.at < reading.file.length && bytes == 0) return false;
    (void)::posix_fadvise(reading.fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    if (reading.at == reading.file.length && reading.hash.hex() == reading.file.sha256) return true;
    set_aside(reading);
    return Error{ErrorKind::untrusted, "is no longer what was signed"}.within(brief(reading.file));
}

Result<void> BlobStore::check(const PackFile& file) const {
    auto reading = begin_check(file);
    if (!reading) return reading.error();
    const auto good = check_on(*reading, file.length + 1);
    return good ? Result<void>() : good.error();
}

void BlobStore::set_aside(const Reading& reading) const {
    const Path blob = own(reading.file.sha256);
    if (reading.blob == blob) {
        ::unlink(blob.c_str());
        return;
    }
    // Without the mark it is only found again at the next check.
    (void)write_durably(mark(reading.file.sha256), "");
}

Result<std::uint64_t> BlobStore::collect(const std::function<bool(std::string_view sha256)>& keep) {
    std::uint64_t gone = 0;
    std::error_code failed;
    const auto remove = [&](const Path& path) {
        struct stat about {};
        if (::lstat(path.c_str(), &about) != 0) return;
        if (std::filesystem::remove_all(path, failed); !failed) gone += static_cast<std::uint64_t>(about.st_blocks) * 512;
    };
    const auto is_kept = [&](std::string_view name, std::string_view ending) {
        return name.ends_with(ending) && is_name(name.substr(0, name.size() - ending.size())) && keep(name.substr(0, 64));
    };
    std::vector<Path> unused;
    for (const auto& shelf : std::filesystem::directory_iterator(folder_, failed)) {
        if (!shelf.is_directory(failed) || shelf.is_symlink(failed)) {
            unused.push_back(shelf.path());
            continue;
        }
        for (const auto& blob : std::filesystem::directory_iterator(shelf.path(), failed)) {
            const std::string name = blob.path().filename().string();
            if (!(is_kept(name, "") || is_kept(name, ".bad")) || !name.starts_with(shelf.path().filename().string())) unused.push_back(blob.path());
        }
    }
    if (failed) return disk_error(failed.value(), "looking for unused blobs");
    for (const auto& part : std::filesystem::directory_iterator(incoming_, failed))
        if (!is_kept(part.path().filename().string(), ".part")) unused.push_back(part.path());
    for (const Path& path : unused) remove(path);
    for (const auto& shelf : std::filesystem::directory_iterator(folder_, failed)) ::rmdir(shelf.path().c_str());  // only an empty one goes
    return gone;
}

}  // namespace xinghuo
