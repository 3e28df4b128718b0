// The one-file form. The only file of ours that writes archives: libarchive.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "content/base/descriptor.h"
#include "tools/packer/publish_stick.h"

namespace xinghuo {
namespace {

constexpr std::size_t piece_bytes = 1u << 20;

struct Close {
    void operator()(archive* writer) const { archive_write_free(writer); }
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

Error said(archive* writer) {
    const char* what = archive_error_string(writer);
    return {archive_errno(writer) == ENOSPC ? ErrorKind::full : ErrorKind::io, fmt::format("writing the archive: {}", what != nullptr ? what : "failed")};
}

class Tar {
public:
    static Result<Tar> open(const Path& file, WallTime now) {
        Tar tar(now);
        if (tar.writer_ == nullptr || archive_write_set_format_pax_restricted(tar.writer_.get()) != ARCHIVE_OK ||
            archive_write_add_filter_none(tar.writer_.get()) != ARCHIVE_OK || archive_write_open_filename(tar.writer_.get(), file.c_str()) != ARCHIVE_OK)
            return said(tar.writer_.get());
        return tar;
    }

    // A plain file, readable by all, as old as the signing: the same repository gives the same archive.
    Result<void> begin(const std::string& path, std::uint64_t length) {
        const std::unique_ptr<archive_entry, Close> entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), path.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(length));
        archive_entry_set_mtime(entry.get(), static_cast<time_t>(now_.unix_ms / 1000), 0);
        if (archive_write_header(writer_.get(), entry.get()) != ARCHIVE_OK) return said(writer_.get());
        return {};
    }

    Result<void> add(const void* data, std::size_t size) {
        if (archive_write_data(writer_.get(), data, size) != static_cast<la_ssize_t>(size)) return said(writer_.get());
        return {};
    }

    Result<void> close() {
        if (archive_write_close(writer_.get()) != ARCHIVE_OK) return said(writer_.get());
        return {};
    }

private:
    explicit Tar(WallTime now) : writer_(archive_write_new()), now_(now) {}
    std::unique_ptr<archive, Close> writer_;
    WallTime now_;
};

Result<void> add_file(Tar& tar, const Piece& piece, const Path& from, Bytes& block, std::uint64_t& done, std::uint64_t of, const BlobCopy::Progress& progress) {
    const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!in) return Error{ErrorKind::io, piece.path + ": " + std::strerror(errno)};
    if (auto begun = tar.begin(piece.path, piece.length); !begun) return begun;
    std::uint64_t left = piece.length;
    while (left > 0) {
        const ssize_t n = ::read(in.get(), block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), left)));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return Error{ErrorKind::io, piece.path + " is shorter than its manifest says"};
        if (auto added = tar.add(block.data(), static_cast<std::size_t>(n)); !added) return added;
        left -= static_cast<std::uint64_t>(n);
        done += static_cast<std::uint64_t>(n);
    }
    if (progress) progress(done, of);
    return {};
}

Result<void> fill(Tar& tar, const RepositoryState& state, const StickTimestamp& timestamp, const std::vector<Piece>& pieces, std::uint64_t of,
                  const BlobCopy::Progress& progress) {
    if (auto begun = tar.begin("metadata/timestamp.json", timestamp.bytes.size()); !begun) return begun;
    if (auto added = tar.add(timestamp.bytes.data(), timestamp.bytes.size()); !added) return added;
    Bytes block(piece_bytes);
    std::uint64_t done = 0;
    for (const bool blobs : {false, true})
        for (const Piece& piece : pieces)
            if (piece.sha256.empty() != blobs)
                if (auto added = add_file(tar, piece, state.folder / piece.path, block, done, of, progress); !added) return added;
    return tar.close();
}

}  // namespace

Result<Copied> write_tar(const RepositoryState& state, const StickTimestamp& timestamp, const Path& file, WallTime now, const BlobCopy::Progress& progress) {
    const auto pieces = pieces_of(state);
    if (!pieces) return pieces.error();
    Copied copied;
    for (const Piece& piece : *pieces) {
        copied.total_bytes += piece.length;
        copied.files += piece.sha256.empty() ? 0 : 1;
    }
    copied.bytes = copied.total_bytes;
    std::error_code failed;
    const Path folder = file.has_parent_path() ? file.parent_path() : Path(".");
    std::filesystem::create_directories(folder, failed);
    const auto room = std::filesystem::space(folder, failed);
    const std::uint64_t needed = copied.total_bytes + pieces->size() * 1'024 + (1u << 20);
    if (!failed && room.available < needed)
        return Error{ErrorKind::full, fmt::format("no room: {:.1f} MB are needed, {:.1f} MB are free", static_cast<double>(needed) / 1e6,
                                                  static_cast<double>(room.available) / 1e6)};
    Path beside = file;
    beside += ".part";
    Result<void> written;
    {
        auto tar = Tar::open(beside, now);
        if (!tar) return tar.error();
        written = fill(*tar, state, timestamp, *pieces, copied.total_bytes, progress);
    }
    if (written) written = flush_disk(folder);
    if (written) {
        std::filesystem::rename(beside, file, failed);
        if (failed) written = Error{ErrorKind::io, file.filename().string() + ": " + failed.message()};
    }
    if (!written) {
        std::filesystem::remove(beside, failed);
        return written.error();
    }
    return copied;
}

}  // namespace xinghuo
