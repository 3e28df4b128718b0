#include "kiosk/gfx/renderer_yuv.h"

#include <algorithm>
#include <cstddef>

namespace xinghuo {
namespace {

// In 1/8192: luma is lowered by `black` and stretched, chroma is around 128.
struct Weights {
    int black, luma, v_to_red, u_to_green, v_to_green, u_to_blue;
};

Weights weights(YuvMatrix matrix) {
    switch (matrix) {
        case YuvMatrix::bt601: return {16, 9539, 13075, 3209, 6660, 16525};
        case YuvMatrix::bt709: return {16, 9539, 14686, 1747, 4366, 17305};
        case YuvMatrix::jpeg: return {0, 8192, 11485, 2819, 5850, 14516};
    }
    return {0, 8192, 0, 0, 0, 0};
}

std::uint32_t channel(int v) { return static_cast<std::uint32_t>(std::clamp((v + 4096) >> 13, 0, 255)); }

}  // namespace

void yuv_row_to_rgb(const YuvPlanes& planes, YuvMatrix matrix, int y, int w_px, std::uint32_t* to) {
    const Weights k = weights(matrix);
    const std::uint8_t* luma = planes.y + static_cast<std::ptrdiff_t>(y) * planes.y_pitch;
    const std::uint8_t* u = planes.u + static_cast<std::ptrdiff_t>(y / 2) * planes.u_pitch;
    const std::uint8_t* v = planes.v + static_cast<std::ptrdiff_t>(y / 2) * planes.v_pitch;
    const auto put = [&](int x, int red, int green, int blue) {
        const int l = (luma[x] - k.black) * k.luma;
        to[x] = 0xff000000u | channel(l + red) << 16 | channel(l - green) << 8 | channel(l + blue);
    };
    for (int x = 0; x < w_px; x += 2) {
        const int du = u[x / 2] - 128, dv = v[x / 2] - 128;
        const int red = dv * k.v_to_red, green = du * k.u_to_green + dv * k.v_to_green, blue = du * k.u_to_blue;
        put(x, red, green, blue);
        if (x + 1 < w_px) put(x + 1, red, green, blue);
    }
}

}  // namespace xinghuo
