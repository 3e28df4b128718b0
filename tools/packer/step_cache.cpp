#include "tools/packer/step_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "content/base/crypto.h"

namespace xinghuo {
namespace {

constexpr std::size_t blob_limit_bytes = 1u << 30;

Path blob_path(const Path& folder, const std::string& sha256) { return folder / "blobs" / sha256.substr(0, 2) / sha256; }

bool has_length(const Path& file, std::uint64_t length) {
    std::error_code failed;
    return std::filesystem::file_size(file, failed) == length && !failed;
}

}  // namespace

Bytes as_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

Path StepCache::blob(const Made& made) const { return blob_path(folder_, made.sha256); }

Result<Bytes> StepCache::read(const Made& made) const { return read_bytes(blob(made), blob_limit_bytes); }

int StepCache::made_anew() const {
    const std::lock_guard lock(mutex_);
    return made_anew_;
}

// One line a file: hash, length, path.
std::optional<std::vector<Made>> StepCache::known(const Path& note) const {
    const auto text = read_text(note);
    if (!text) return std::nullopt;
    std::vector<Made> all;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos || end < 67 || rest[64] != ' ') return std::nullopt;
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const std::size_t space = line.find(' ', 65);
        if (space == std::string_view::npos) return std::nullopt;
        Made made{std::string(line.substr(space + 1)), std::string(line.substr(0, 64)), 0};
        const auto read = std::from_chars(line.data() + 65, line.data() + space, made.length);
        if (read.ptr != line.data() + space || !has_length(blob(made), made.length)) return std::nullopt;
        all.push_back(std::move(made));
    }
    return all;
}

Result<std::vector<Made>> StepCache::keep(const Path& note, std::vector<Made> made) {
    std::sort(made.begin(), made.end(), [](const Made& a, const Made& b) { return a.path < b.path; });
    std::string text;
    for (const Made& file : made) text += fmt::format("{} {} {}\n", file.sha256, file.length, file.path);
    if (auto written = write_file(note, text); !written) return written.error();
    return made;
}

Result<void> Outlet::put(const std::string& path, const Bytes& content) {
    Made made{path, sha256_hex(content.data(), content.size()), content.size()};
    const std::lock_guard lock(cache_.mutex_);
    if (!has_length(cache_.blob(made), made.length))
        if (auto written = write_file(cache_.blob(made), content); !written) return written.error();
    made_.push_back(std::move(made));
    return {};
}

Result<void> Outlet::put_file(const std::string& path, const Path& file) {
    auto hash = sha256_hex_of_file(file);
    if (!hash) return hash.error();
    std::error_code failed;
    Made made{path, *std::move(hash), std::filesystem::file_size(file, failed)};
    if (failed) return Error{ErrorKind::io, path + ": " + failed.message()};
    const std::lock_guard lock(cache_.mutex_);
    const Path blob = cache_.blob(made);
    std::filesystem::create_directories(blob.parent_path(), failed);
    std::filesystem::rename(file, blob, failed);
    if (failed) return Error{ErrorKind::io, path + ": " + failed.message()};
    made_.push_back(std::move(made));
    return {};
}

Result<Path> Outlet::scratch() {
    if (!scratch_.empty()) return scratch_;
    int number = 0;
    {
        const std::lock_guard lock(cache_.mutex_);
        number = ++cache_.scratches_;
    }
    const Path folder = cache_.folder_ / "making" / std::to_string(number);
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);  // of a build that was killed
    std::filesystem::create_directories(folder, failed);
    if (failed) return Error{ErrorKind::io, "making a scratch folder: " + failed.message()};
    scratch_ = folder;
    return scratch_;
}

Result<std::vector<Made>> StepCache::get(const std::string& step, const std::function<Result<Files>()>& make) {
    return get(step, [&](Outlet& outlet) -> Result<void> {
        const auto files = make();
        if (!files) return files.error();
        for (const auto& [path, content] : *files)
            if (auto put = outlet.put(path, content); !put) return put;
        return {};
    });
}

Result<std::vector<Made>> StepCache::get(const std::string& step, const Maker& make) {
    const std::string name = sha256_hex(step.data(), step.size());
    const Path note = folder_ / "steps" / name;
    std::vector<Made> all;
    if (auto found = known(note)) {
        all = std::move(*found);
    } else {
        Outlet outlet(*this);
        const auto made = make(outlet);
        std::error_code failed;
        if (!outlet.scratch_.empty()) std::filesystem::remove_all(outlet.scratch_, failed);
        if (!made) return made.error();
        auto kept = keep(note, std::move(outlet.made_));
        if (!kept) return kept.error();
        all = std::move(*kept);
        const std::lock_guard lock(mutex_);
        ++made_anew_;
    }
    const std::lock_guard lock(mutex_);
    used_steps_.insert(name);
    for (const Made& made : all) used_blobs_.insert(made.sha256);
    return all;
}

void StepCache::forget_unused() {
    const std::lock_guard lock(mutex_);
    std::error_code failed;
    std::vector<Path> unused;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "steps", failed))
        if (!used_steps_.contains(entry.path().filename().string())) unused.push_back(entry.path());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "blobs", failed))
        if (entry.is_regular_file() && !used_blobs_.contains(entry.path().filename().string())) unused.push_back(entry.path());
    for (const Path& file : unused) std::filesystem::remove(file, failed);
}

}  // namespace xinghuo
