// Comma-separated tables.
#include "content/base/csv.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)CsvTable::parse(as_text(data, size));
    return 0;
}
