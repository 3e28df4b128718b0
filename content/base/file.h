// Files, whole. Every read states its limit, so that a wrong file cannot fill the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

using Path = std::filesystem::path;
using Bytes = std::vector<std::uint8_t>;

// The whole file; `too_large` when it is longer than limit_bytes, `missing`, or `io`.
Result<Bytes> read_bytes(const Path& file, std::size_t limit_bytes);
Result<std::string> read_text(const Path& file, std::size_t limit_bytes = 16u << 20);

// Written beside, flushed to disk, then renamed: a reader sees the old file or the new one. Makes missing folders.
Result<void> write_file(const Path& file, std::string_view content);
Result<void> write_file(const Path& file, const Bytes& content);

// A relative path inside a pack: no empty part, no "." or "..", no leading "/", no backslash, no NUL, at most 200 bytes.
bool is_safe_relative_path(std::string_view path);

}  // namespace xinghuo
