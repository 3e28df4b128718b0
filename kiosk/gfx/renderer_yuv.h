// Video pixels to the picture's pixels, for the renderer without a GPU. Whole numbers only.
#pragma once

#include <cstdint>

#include "kiosk/gfx/renderer.h"

namespace xinghuo {

// Row y of the planes, w_px wide, as 0xffRRGGBB. Colour is taken from the nearest chroma sample.
// The matrices are those of ITU-R BT.601 and BT.709 with studio range, and of JFIF (BT.601, full range).
void yuv_row_to_rgb(const YuvPlanes& planes, YuvMatrix matrix, int y, int w_px, std::uint32_t* to);

}  // namespace xinghuo
