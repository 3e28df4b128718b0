#include "kiosk/stick.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "content/base/descriptor.h"
#include "content/base/mailbox.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds look_every = Milliseconds(2000);
constexpr std::size_t longest_name = 120;        // bytes; 40 Chinese characters
constexpr std::size_t most_tables = 200, most_entries = 5000;
constexpr std::uint64_t spare_bytes = 256u << 10;  // for folders and the file system's own blocks
constexpr int most_copies = 999;
constexpr std::size_t mounts_limit_bytes = 4u << 20;

Error failure(std::string_view what) {
    return Error{errno == ENOSPC ? ErrorKind::too_large : ErrorKind::io, fmt::format("{}: {}", what, std::strerror(errno))};
}

Error pulled() { return Error{ErrorKind::missing, "the stick has been pulled out"}; }

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<Descriptor> open_root(const Stick& stick) {
    Descriptor root(::open(stick.root.c_str(), folder_flags));
    struct stat seen {};
    if (!root || ::fstat(root.get(), &seen) != 0 || static_cast<std::uint64_t>(seen.st_dev) != stick.device) return pulled();
    return root;
}

// "\040" for a space, and the like.
std::string unescaped(std::string_view field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool octal = field[i] == '\\' && i + 3 < field.size() && field.substr(i + 1, 3).find_first_not_of("01234567") == std::string_view::npos;
        if (!octal) {
            text += field[i];
            continue;
        }
        text += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
        i += 3;
    }
    return text;
}

// One line of /proc/self/mountinfo (proc(5)).
struct Mount {
    std::string device, root, folder, options, type, source;
};

std::optional<Mount> parse_mount(const std::string& line) {
    std::istringstream in(line);
    Mount m;
    std::string number, parent, field;
    if (!(in >> number >> parent >> m.device >> m.root >> m.folder >> m.options)) return std::nullopt;
    while (in >> field && field != "-") {}
    if (!(in >> m.type >> m.source)) return std::nullopt;
    m.folder = unescaped(m.folder);
    m.source = unescaped(m.source);
    return m;
}

bool is_stick_place(const Mount& m) {
    static constexpr std::array types = {"vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "ext2", "ext3", "ext4"};
    const bool known = std::find(types.begin(), types.end(), m.type) != types.end();
    const bool there = m.folder.starts_with("/media/") || m.folder.starts_with("/run/media/") || m.folder.starts_with("/mnt/") || m.folder == "/mnt";
    return known && there && m.root == "/";
}

bool says_one(const Path& file) {
    const auto text = read_text(file, 16);
    return text && text->starts_with('1');
}

bool is_removable(const Mount& m, const Path& sys) {
    std::error_code failed;
    // A file system in a program (ntfs-3g) has no number of its own; its source is the disk.
    Path disk = std::filesystem::canonical(sys / "class" / "block" / Path(m.source).filename(), failed);
    if (failed) disk = std::filesystem::canonical(sys / "dev" / "block" / m.device, failed);
    if (failed) return false;
    if (says_one(disk / "removable") || says_one(disk.parent_path() / "removable")) return true;
    return std::any_of(disk.begin(), disk.end(), [](const Path& part) {
        const std::string name = part.string();
        return name.size() > 3 && name.starts_with("usb") && name.find_first_not_of("0123456789", 3) == std::string::npos;
    });
}

std::optional<Stick> looked_at(const Path& folder, bool mounted_writable) {
    struct stat seen {};
    struct statvfs room {};
    const Descriptor root(::open(folder.c_str(), folder_flags));
    if (!root || ::fstat(root.get(), &seen) != 0 || ::fstatvfs(root.get(), &room) != 0) return std::nullopt;
    Stick stick;
    stick.root = folder;
    stick.name = folder.filename().string();
    stick.writable = mounted_writable && ::faccessat(root.get(), ".", W_OK, 0) == 0;
    stick.free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    stick.device = static_cast<std::uint64_t>(seen.st_dev);
    return stick;
}

std::string in_megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

Result<void> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failure("writing to the stick");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(fd) != 0) return failure("writing to the stick");
    return {};
}

// False when the name is taken.
Result<bool> rename_to_free(int folder, const std::string& from, const std::string& to) {
    if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != EINVAL && errno != ENOSYS) return failure("writing to the stick");
    // File systems that cannot ask and rename at once; nobody else writes here.
    struct stat seen {};
    if (::fstatat(folder, to.c_str(), &seen, AT_SYMLINK_NOFOLLOW) == 0) return false;
    if (::renameat(folder, from.c_str(), folder, to.c_str()) != 0) return failure("writing to the stick");
    return true;
}

std::string numbered(const std::string& name, int n) {
    if (n == 1) return name;
    const std::size_t dot = name.find_last_of('.');
    const std::size_t stem = dot == std::string::npos || dot == 0 ? name.size() : dot;
    return fmt::format("{} ({}){}", name.substr(0, stem), n, name.substr(stem));
}

Result<std::string> write_beside(int folder, const std::string& name, std::string_view bytes) {
    static constexpr const char* part = ".xinghuo.part";
    ::unlinkat(folder, part, 0);  // of a stick that was pulled
    Result<void> written;
    {
        const Descriptor file(::openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (!file) return failure("writing to the stick");
        written = write_all(file.get(), bytes);
    }
    Error why{ErrorKind::io, "the stick has that name a thousand times"};
    for (int n = 1; written && n <= most_copies; ++n) {
        const std::string free = numbered(name, n);
        const auto renamed = rename_to_free(folder, part, free);
        if (!renamed) {
            why = renamed.error();
            break;
        }
        if (!*renamed) continue;
        if (::fsync(folder) != 0 && errno != EINVAL) return failure("writing to the stick");
        return free;
    }
    ::unlinkat(folder, part, 0);
    return written ? why : written.error();
}

Result<Descriptor> open_folder(const Descriptor& root, const std::string& name) {
    if (::mkdirat(root.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return failure("making a folder on the stick");
    Descriptor folder(::openat(root.get(), name.c_str(), folder_flags));
    if (!folder) return failure("opening the folder on the stick");
    return folder;
}

bool is_table(const std::string& name) {
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return lower.ends_with(".csv") || lower.ends_with(".xlsx");
}

// Names of a folder, without hidden ones; false when it could not be read.
bool list(Descriptor folder, std::size_t& left, const std::function<void(const std::string& name, const struct stat& seen)>& each) {
    DIR* all = ::fdopendir(folder.get());
    if (all == nullptr) return false;
    const int fd = folder.release();
    errno = 0;
    while (left > 0) {
        const dirent* entry = ::readdir(all);
        if (entry == nullptr) break;
        --left;
        const std::string name = entry->d_name;
        struct stat seen {};
        if (name.starts_with('.') || ::fstatat(fd, name.c_str(), &seen, AT_SYMLINK_NOFOLLOW) != 0) continue;
        each(name, seen);
    }
    const bool whole = errno == 0 || left == 0;
    ::closedir(all);
    return whole;
}

}  // namespace

struct Sticks::Delivery {
    Mailbox<std::optional<Stick>> found{4};
};

Sticks::Sticks(Post post) : Sticks(std::move(post), Places()) {}
Sticks::Sticks(Post post, Places places) : post_(std::move(post)), places_(std::move(places)), delivery_(std::make_shared<Delivery>()) {}
Sticks::~Sticks() = default;

bool Sticks::look(Instant now) {
    for (std::optional<Stick>& one : delivery_->found.take_all()) {
        asked_ = false;
        found_ = std::move(one);
    }
    if (!asked_ && (!next_ || now >= *next_)) {
        next_ = now + look_every;
        asked_ = post_([delivery = delivery_, places = places_] {
            std::vector<Stick> all = find_sticks(places);
            // One look is under way at a time, so that there is room.
            static_cast<void>(delivery->found.post(all.empty() ? std::nullopt : std::optional(std::move(all.back()))));
        });
    }
    const std::optional<Stick>& now_there = plugged_ ? plugged_ : found_;
    const bool changed = shown_ != now_there;
    shown_ = now_there;
    return changed;
}

Result<void> Sticks::plug(const Path& folder) {
    auto stick = looked_at(folder, true);
    if (!stick) return Error{ErrorKind::missing, "that folder cannot be opened"};
    plugged_ = std::move(stick);
    return {};
}

void Sticks::unplug() { plugged_.reset(); }

std::vector<Stick> find_sticks(const Sticks::Places& places) {
    std::vector<Stick> found;
    // The kernel's file tells no size, so it is read as a stream.
    std::ifstream in(places.mounts);
    std::string line;
    for (std::size_t read = 0; read < mounts_limit_bytes && std::getline(in, line); read += line.size()) {
        const auto mount = parse_mount(line);
        if (!mount || !is_stick_place(*mount) || !is_removable(*mount, places.sys)) continue;
        const bool writable = mount->options == "rw" || mount->options.starts_with("rw,");
        if (auto stick = looked_at(mount->folder, writable)) found.push_back(std::move(*stick));
    }
    return found;
}

std::string safe_name(std::string_view name) {
    std::string safe;
    for (const char c : name) {
        const bool forbidden = static_cast<unsigned char>(c) < 32 || c == 127 || std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
        safe += forbidden ? '-' : c;
    }
    const auto trim = [&safe] {
        safe.erase(0, safe.find_first_not_of(". "));
        safe.erase(safe.find_last_not_of(". ") + 1);
    };
    trim();
    if (safe.size() > longest_name) {
        // The ending stays; a character is not torn.
        const std::size_t dot = safe.find_last_of('.');
        const std::string ending = dot != std::string::npos && safe.size() - dot <= 8 ? safe.substr(dot) : "";
        std::size_t end = longest_name - ending.size();
        while (end > 0 && (static_cast<unsigned char>(safe[end]) & 0xC0u) == 0x80u) --end;
        safe = safe.substr(0, end) + ending;
        trim();
    }
    std::string stem = safe.substr(0, safe.find('.'));
    for (char& c : stem) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    const bool numbered_device = stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '0' && stem[3] <= '9';
    const bool device = stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL" || numbered_device;
    return safe.empty() || device ? "_" + safe : safe;
}

Result<std::string> put(const Stick& stick, std::string_view folder, std::string_view name, std::string_view bytes) {
    auto root = open_root(stick);
    if (!root) return root.error();
    struct statvfs room {};
    if (::fstatvfs(root->get(), &room) != 0) return pulled();
    const std::uint64_t free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    if (free < bytes.size() + spare_bytes)
        return Error{ErrorKind::too_large, fmt::format("{} are needed, {} are free", in_megabytes(bytes.size() + spare_bytes), in_megabytes(free))};
    const std::string safe_file = safe_name(name);
    if (folder.empty()) return write_beside(root->get(), safe_file, bytes);
    const std::string safe_folder = safe_name(folder);
    auto inside = open_folder(*root, safe_folder);
    if (!inside) return inside.error();
    auto written = write_beside(inside->get(), safe_file, bytes);
    if (!written) return written.error();
    return safe_folder + "/" + *written;
}

Result<std::string> put(const Stick& stick, std::string_view folder, std::string_view name, const Bytes& bytes) {
    return put(stick, folder, name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Result<std::vector<StickFile>> find_tables(const Stick& stick) {
    auto root = open_root(stick);
    if (!root) return root.error();
    std::vector<StickFile> found;
    std::vector<std::string> folders;
    std::size_t left = most_entries;
    const auto take = [&found](const std::string& path, const struct stat& seen) {
        if (S_ISREG(seen.st_mode) && is_table(path) && is_safe_relative_path(path) && found.size() < most_tables)
            found.push_back({path, static_cast<std::uint64_t>(seen.st_size)});
    };
    Descriptor again(::openat(root->get(), ".", folder_flags));
    if (!again) return pulled();
    const bool read = list(std::move(again), left, [&](const std::string& name, const struct stat& seen) {
        if (S_ISDIR(seen.st_mode)) folders.push_back(name);
        take(name, seen);
    });
    if (!read) return Error{ErrorKind::io, "the stick cannot be read"};
    std::sort(folders.begin(), folders.end());
    for (const std::string& folder : folders) {
        Descriptor inside(::openat(root->get(), folder.c_str(), folder_flags));
        // A folder that does not open hides nothing but itself.
        if (inside) list(std::move(inside), left, [&](const std::string& name, const struct stat& seen) { take(folder + "/" + name, seen); });
    }
    std::sort(found.begin(), found.end(), [](const StickFile& a, const StickFile& b) { return a.path < b.path; });
    return found;
}

Result<Bytes> read_from(const Stick& stick, std::string_view path, std::size_t limit_bytes) {
    if (!is_safe_relative_path(path)) return Error{ErrorKind::invalid, "not a path on a stick"};
    auto root = open_root(stick);
    if (!root) return root.error();
    Descriptor at = std::move(*root);
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
        Descriptor next(::openat(at.get(), std::string(path.substr(0, slash)).c_str(), folder_flags));
        if (!next) return failure("opening the folder on the stick");
        std::swap(at, next);
        path.remove_prefix(slash + 1);
    }
    const std::string name(path);
    const Error no_file{ErrorKind::invalid, "what is there is no file"};
    struct stat seen {};
    if (::fstatat(at.get(), name.c_str(), &seen, AT_SYMLINK_NOFOLLOW) != 0) return failure("opening the file on the stick");
    if (!S_ISREG(seen.st_mode)) return no_file;
    // It may have become something else in between; without O_NONBLOCK opening a FIFO would wait for ever.
    const Descriptor file(::openat(at.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file || ::fstat(file.get(), &seen) != 0) return failure("opening the file on the stick");
    if (!S_ISREG(seen.st_mode)) return no_file;
    const auto too_large = [&] { return Error{ErrorKind::too_large, fmt::format("the file is larger than {}", in_megabytes(limit_bytes))}; };
    if (static_cast<std::uint64_t>(seen.st_size) > limit_bytes) return too_large();
    Bytes bytes;
    std::vector<std::uint8_t> block(64u << 10);
    for (;;) {
        const ssize_t n = ::read(file.get(), block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure("reading from the stick");
        if (n == 0) return bytes;
        if (bytes.size() + static_cast<std::size_t>(n) > limit_bytes) return too_large();
        bytes.insert(bytes.end(), block.begin(), block.begin() + n);
    }
}

}  // namespace xinghuo
