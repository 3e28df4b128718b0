#include "tools/packer/step_cache.h"

#include <fmt/format.h>

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

Result<std::vector<Made>> StepCache::keep(const Path& note, const Files& files) {
    std::vector<Made> all;
    std::string text;
    for (const auto& [path, content] : files) {
        Made made{path, sha256_hex(content.data(), content.size()), content.size()};
        const std::lock_guard lock(mutex_);
        if (!has_length(blob(made), made.length))
            if (auto written = write_file(blob(made), content); !written) return written.error();
        text += fmt::format("{} {} {}\n", made.sha256, made.length, made.path);
        all.push_back(std::move(made));
    }
    if (auto written = write_file(note, text); !written) return written.error();
    return all;
}

Result<std::vector<Made>> StepCache::get(const std::string& step, const std::function<Result<Files>()>& make) {
    const std::string name = sha256_hex(step.data(), step.size());
    const Path note = folder_ / "steps" / name;
    std::vector<Made> all;
    if (auto found = known(note)) {
        all = std::move(*found);
    } else {
        const auto files = make();
        if (!files) return files.error();
        auto kept = keep(note, *files);
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
