// Hashes. A pack names every file by its SHA-256 (FIPS 180-4).
#pragma once

#include <cstddef>
#include <string>

#include "content/base/file.h"

namespace xinghuo {

std::string sha256_hex(const void* data, std::size_t size);  // 64 lower-case hex digits
Result<std::string> sha256_hex_of_file(const Path& file);    // streams, constant memory

}  // namespace xinghuo
