// The descriptions of exhibits; the first byte chooses the kind.
#include "content/exhibit/document.h"
#include "content/exhibit/film.h"
#include "content/exhibit/gallery.h"
#include "content/exhibit/search_index.h"
#include "content/exhibit/timeline.h"
#include "content/figure/figure.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(data + 1, size - 1);
    switch (data[0] % 7) {
        case 0: (void)read_film(text); break;
        case 1: (void)read_timeline(text); break;
        case 2: (void)read_figure(text); break;
        case 3: (void)read_mouth_cues(text); break;
        case 4: (void)read_document(text); break;
        case 5: (void)read_gallery(text); break;
        default: (void)SearchIndex::read(text); break;
    }
    return 0;
}
