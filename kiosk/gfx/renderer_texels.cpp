#include <algorithm>

#include "content/base/assert.h"
#include "kiosk/gfx/renderer_raster.h"
#include "kiosk/gfx/renderer_rows.h"

namespace xinghuo {

Texels::Texels(int w_px, int h_px)
    : w_(w_px), h_(h_px), texels_(static_cast<std::size_t>(w_px + 1) * static_cast<std::size_t>(h_px + 1), 0) {}

void Texels::put(PixelRect where, const std::uint8_t* rgba) {
    insist(where.x >= 0 && where.y >= 0 && where.w > 0 && where.h > 0 && where.w <= w_ - where.x && where.h <= h_ - where.y,
           "a texture update outside the texture");
    std::uint8_t least_alpha = 255;
    for (int y = 0; y < where.h; ++y) {
        std::uint32_t* to = row(where.y + y) + where.x;
        for (int x = 0; x < where.w; ++x, rgba += 4) {
            least_alpha = std::min(least_alpha, rgba[3]);
            const std::uint32_t straight = static_cast<std::uint32_t>(rgba[3]) << 24 |
                                           static_cast<std::uint32_t>(rgba[0]) << 16 |
                                           static_cast<std::uint32_t>(rgba[1]) << 8 | rgba[2];
            to[x] = rgba[3] == 255 ? straight : rows::multiplied(straight);
        }
    }
    const bool whole = where.w == w_ && where.h == h_;
    opaque_ = least_alpha == 255 && (whole || opaque_);
    repeat_edges(where.y, where.y + where.h);
}

void Texels::finish_rows() {
    opaque_ = true;
    repeat_edges(0, h_);
}

void Texels::repeat_edges(int y0, int y1) {
    for (int y = y0; y < y1; ++y) row(y)[w_] = row(y)[w_ - 1];
    if (y1 == h_) std::copy_n(row(h_ - 1), pitch(), row(h_));
}

}  // namespace xinghuo
