// gzip (RFC 1952), through zlib. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "content/base/result.h"

namespace xinghuo {

std::string gzipped(std::string_view plain, int level = 6);
// `too_large` as soon as more than limit_bytes come out (a bomb is not unpacked first); `invalid`: no gzip, cut off, a wrong checksum,
// or something behind it.
Result<std::string> gunzipped(std::string_view packed, std::size_t limit_bytes);

}  // namespace xinghuo
