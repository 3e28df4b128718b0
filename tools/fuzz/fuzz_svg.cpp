// Drawings, as the builder sees them: through the process that draws.
#include "tools/packer/drawing.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto drawing = Drawing::parse(as_text(data, size));
    if (!drawing) return 0;
    (void)drawing->whole(64, 64);
    if (!drawing->groups().empty()) (void)drawing->group(drawing->groups().front(), 64, 64);
    return 0;
}
