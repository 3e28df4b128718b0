// Drawings inside the process that draws: our part of it, and the library.
#include "tools/packer/svg.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto svg = Svg::parse(as_text(data, size), "#000");
    if (!svg) return 0;
    (void)svg->whole(64, 64);
    for (const std::string& id : top_level_groups(as_text(data, size))) (void)svg->group(id, 16, 16);
    return 0;
}
