#include "tools/packer/surface.h"

#include <cairo.h>

#include <algorithm>

namespace xinghuo {

Image image_of_surface(_cairo_surface* surface) {
    cairo_surface_flush(surface);
    const unsigned char* data = cairo_image_surface_get_data(surface);
    const int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
    const int pitch = cairo_image_surface_get_stride(surface);
    Image out{w, h, {}};
    out.rgba.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4);
    std::uint8_t* to = out.rgba.data();
    for (int y = 0; y < h; ++y) {
        const auto* row = reinterpret_cast<const std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * pitch);
        for (int x = 0; x < w; ++x, to += 4) {
            const std::uint32_t pixel = row[x], alpha = pixel >> 24;
            if (alpha == 0) continue;
            const auto channel = [&](int shift) {
                const std::uint32_t value = (pixel >> shift) & 255u;
                return static_cast<std::uint8_t>(std::min(255u, (value * 255u + alpha / 2) / alpha));
            };
            to[0] = channel(16);
            to[1] = channel(8);
            to[2] = channel(0);
            to[3] = static_cast<std::uint8_t>(alpha);
        }
    }
    return out;
}

}  // namespace xinghuo
