// JSON as everything reads it.
#include "content/base/json.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    JsonDocument document;
    if (document.parse(as_text(data, size))) (void)document.root().members();
    return 0;
}
