// Questions in Moodle's GIFT, and the bank made of them.
#include "content/quiz/gift.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)read_gift(as_text(data, size));
    return 0;
}
