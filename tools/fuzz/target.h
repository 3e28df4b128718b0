// What a fuzz target is: one function that gives the bytes to one parser. A parser may refuse; it may not crash, hang, leak or ask for
// gigabytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xinghuo {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace xinghuo

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
