// What the terminal keeps of its packs, and recalls; the first byte chooses.
#include "content/pack/pack_state.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(data + 1, size - 1);
    if (data[0] % 2 == 0) (void)read_state(text);
    else (void)read_recall(text);
    return 0;
}
