// The skeleton of a figure.
#include "content/figure/rig.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto rig = read_rig(as_text(data, size));
    if (rig) (void)read_parts(as_text(data, size), *rig);
    return 0;
}
