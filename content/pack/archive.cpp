#include "content/pack/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unordered_map>

#include "content/base/descriptor.h"
#include "content/pack/disk.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t free_of_ratio = 1u << 20;

struct Close {
    void operator()(struct archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<struct archive, Close>;

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        parts.emplace_back(part);
        path.remove_prefix(std::min(path.size(), part.size() + 1));
    }
    return parts;
}

// For sentences: what a name holds must not run into them.
std::string in_marks(std::string_view name) {
    std::string text = "\"";
    for (const char c : name.substr(0, 80)) text += c >= 0x20 && c < 0x7f && c != '"' ? c : '?';
    return text + (name.size() > 80 ? "…\"" : "\"");
}

Error broken(struct archive* reader) {
    const char* const why = archive_error_string(reader);
    return {ErrorKind::invalid, fmt::format("not a whole tar archive ({})", why != nullptr ? why : "it ends too early")};
}

class Unpacking {
public:
    Unpacking(const ArchiveLimits& limits, Descriptor into, const std::atomic<bool>* stop) : limits_(limits), into_(std::move(into)), stop_(stop) {}

    Result<void> run(struct archive* reader) {
        for (;;) {
            if (stop_ != nullptr && *stop_) return Error{ErrorKind::cancelled, "stopped"};
            struct archive_entry* entry = nullptr;
            const int got = archive_read_next_header(reader, &entry);
            if (got == ARCHIVE_EOF) break;
            if (got != ARCHIVE_OK) return broken(reader);
            if (archive_filter_count(reader) > 2) return Error{ErrorKind::invalid, "packed more than once"};
            if (++entries_ > limits_.entries) return Error{ErrorKind::too_large, fmt::format("more than {} entries", limits_.entries)};
            const char* const raw = archive_entry_pathname(entry);
            if (raw == nullptr) return Error{ErrorKind::invalid, fmt::format("entry {} has no name that can be read", entries_)};
            if (auto taken = take(reader, entry, raw); !taken) return taken.error().within(in_marks(raw));
        }
        return entries_ > 0 ? Result<void>() : Error{ErrorKind::invalid, "holds nothing"};
    }

private:
    // "./a/b/" is a/b.
    Result<std::string> clean(std::string_view name, bool folder) const {
        if (name.starts_with("./")) name.remove_prefix(2);
        if (folder && name.ends_with('/')) name.remove_suffix(1);
        if (folder && (name.empty() || name == ".")) return std::string();
        for (const char c : name)
            if (c < 0x20 || c >= 0x7f) return Error{ErrorKind::invalid, "a name with characters a repository does not use"};
        if (!is_safe_relative_path(name)) return Error{ErrorKind::invalid, "not a path inside the archive"};
        if (static_cast<std::size_t>(std::count(name.begin(), name.end(), '/')) >= limits_.depth)
            return Error{ErrorKind::too_large, fmt::format("deeper than {} folders", limits_.depth)};
        return std::string(name);
    }

    // Every beginning of a path once, whatever its letters' case: a stick is written on one system and read on another.
    Result<void> claim(const std::vector<std::string>& parts, bool folder) {
        std::string path, folded;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            path += (i > 0 ? "/" : "") + parts[i];
            folded = path;
            std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
            const bool is_folder = folder || i + 1 < parts.size();
            const auto [known, fresh] = claimed_.emplace(folded, Claim{path, is_folder});
            if (fresh) continue;
            if (known->second.path != path) return Error{ErrorKind::invalid, "differs from " + in_marks(known->second.path) + " in the case of its letters only"};
            if (!is_folder || !known->second.folder) return Error{ErrorKind::invalid, "stands twice"};
        }
        return {};
    }

    Result<void> take(struct archive* reader, struct archive_entry* entry, std::string_view raw) {
        if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr) return Error{ErrorKind::invalid, "a link"};
        const auto type = archive_entry_filetype(entry);
        if (type != AE_IFREG && type != AE_IFDIR) return Error{ErrorKind::invalid, "neither a plain file nor a folder"};
        if (archive_entry_sparse_count(entry) > 0) return Error{ErrorKind::invalid, "a file with holes"};
        const auto name = clean(raw, type == AE_IFDIR);
        if (!name) return name.error();
        if (name->empty()) return {};
        auto parts = split(*name);
        if (auto mine = claim(parts, type == AE_IFDIR); !mine) return mine;
        std::string last;
        if (type == AE_IFREG) {
            last = parts.back();
            parts.pop_back();
        }
        auto folder = enter(parts);
        if (!folder) return folder.error();
        return type == AE_IFREG ? write(reader, entry, folder->get(), last) : Result<void>();
    }

    Result<Descriptor> enter(const std::vector<std::string>& parts) const {
        Descriptor at(::fcntl(into_.get(), F_DUPFD_CLOEXEC, 0));
        for (const std::string& part : parts) {
            if (::mkdirat(at.get(), part.c_str(), 0755) != 0 && errno != EEXIST) return disk_error(errno, "making a folder");
            Descriptor next(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!next) return disk_error(errno, "entering a folder");
            at = std::move(next);
        }
        return at;
    }

    Result<void> write(struct archive* reader, struct archive_entry* entry, int folder, const std::string& name) {
        if (archive_entry_size_is_set(entry) != 0 && static_cast<std::uint64_t>(archive_entry_size(entry)) > limits_.entry_bytes)
            return Error{ErrorKind::too_large, fmt::format("larger than {} bytes", limits_.entry_bytes)};
        const Descriptor file(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (!file) return disk_error(errno, "writing");
        std::uint64_t size = 0;
        for (;;) {
            if (stop_ != nullptr && *stop_) return Error{ErrorKind::cancelled, "stopped"};
            const la_ssize_t n = archive_read_data(reader, piece_.data(), piece_.size());
            if (n == 0) return {};
            if (n < 0) return broken(reader);
            size += static_cast<std::uint64_t>(n);
            total_ += static_cast<std::uint64_t>(n);
            if (size > limits_.entry_bytes) return Error{ErrorKind::too_large, fmt::format("larger than {} bytes", limits_.entry_bytes)};
            if (total_ > limits_.total_bytes) return Error{ErrorKind::too_large, fmt::format("all files together are larger than {} bytes", limits_.total_bytes)};
            const auto read = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(reader, -1)));
            if (total_ > free_of_ratio + limits_.ratio * read) return Error{ErrorKind::too_large, fmt::format("unpacks to more than {} times its size", limits_.ratio)};
            if (auto written = write_all(file.get(), piece_.data(), static_cast<std::size_t>(n)); !written) return written;
        }
    }

    struct Claim {
        std::string path;
        bool folder;
    };
    const ArchiveLimits limits_;
    const Descriptor into_;
    const std::atomic<bool>* stop_;
    std::vector<std::uint8_t> piece_ = std::vector<std::uint8_t>(disk_piece_bytes);
    std::unordered_map<std::string, Claim> claimed_;  // by its letters in lower case
    std::size_t entries_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

Result<void> unpack(int archive, const Path& into, const ArchiveLimits& limits, const std::atomic<bool>* stop) {
    if (auto made = make_folder(into); !made) return made;
    Descriptor folder(::open(into.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return disk_error(errno, "unpacking");
    const Reader reader(archive_read_new());
    insist(reader != nullptr, "no memory for an archive");
    archive_read_support_format_tar(reader.get());
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_zstd(reader.get());
    if (archive_read_open_fd(reader.get(), archive, disk_piece_bytes) != ARCHIVE_OK) return broken(reader.get());
    return Unpacking(limits, std::move(folder), stop).run(reader.get());
}

}  // namespace xinghuo
