// Captions.
#include "media/subtitles.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)read_vtt(as_text(data, size));
    return 0;
}
