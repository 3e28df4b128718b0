// Pictures in memory, between the drawing library (premultiplied) and the pack (straight alpha).
#pragma once

#include "media/image.h"

namespace xinghuo {

struct DrawnBox {
    int x = 0, y = 0, w = 0, h = 0;  // px; w or h 0: nothing
};

// The smallest box that holds every pixel that is not wholly transparent.
DrawnBox ink_box(const Image& image);
// The box's content; what lies outside the image is transparent.
Image cropped(const Image& image, DrawnBox box);
// Runs colours out under transparent edges for `reach_px`, alpha unchanged, so that filtering at an edge never mixes
// in black. Colours of nearly transparent pixels, which premultiplying has blurred, are taken from their neighbours too.
void bleed_edges(Image& image, int reach_px);
// `over` drawn at (x, y) onto `ground`, straight alpha both.
void draw_over(Image& ground, const Image& over, int x, int y);

}  // namespace xinghuo
