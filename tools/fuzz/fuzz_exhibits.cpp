// The descriptions of exhibits; the first byte chooses the kind.
#include "content/exhibit/film.h"
#include "content/exhibit/timeline.h"
#include "content/figure/figure.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0: (void)read_film(text); break;
        case 1: (void)read_timeline(text); break;
        case 2: (void)read_figure(text); break;
        default: (void)read_mouth_cues(text); break;
    }
    return 0;
}
