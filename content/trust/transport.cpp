#include "content/trust/transport.h"

namespace xinghuo {

Result<std::string> Transport::read(std::string_view path, std::uint64_t limit_bytes) {
    std::string all;
    const auto take = [&all](std::span<const std::uint8_t> piece) -> Result<void> {
        all.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    };
    if (auto got = get(path, 0, limit_bytes, take, [&all] { all.clear(); }); !got) return got.error();
    return all;
}

}  // namespace xinghuo
