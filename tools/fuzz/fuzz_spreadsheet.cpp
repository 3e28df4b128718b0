// Rosters and tables: XLSX, and CSV in the encodings people have.
#include "content/base/spreadsheet.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)read_table(Bytes(data, data + size));
    return 0;
}
