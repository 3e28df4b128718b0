#include "kiosk/gfx/renderer_yuv.h"

#include <algorithm>
#include <array>
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

constexpr int piece_px = 256;  // so many at a time: what lies between stays in the nearest cache

// What one chroma sample adds to each channel of its two pixels. Rounding is in here once.
struct Chroma {
    std::array<int, piece_px> red, green, blue;
};

void spread(Chroma& to, const Weights& k, const std::uint8_t* u, const std::uint8_t* v, int count) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const int du = u[i] - 128, dv = v[i] - 128;
        to.red[2 * i] = to.red[2 * i + 1] = dv * k.v_to_red + 4096;
        to.green[2 * i] = to.green[2 * i + 1] = 4096 - du * k.u_to_green - dv * k.v_to_green;
        to.blue[2 * i] = to.blue[2 * i + 1] = du * k.u_to_blue + 4096;
    }
}

std::uint32_t channel(int v) { return static_cast<std::uint32_t>(std::clamp(v, 0, (256 << 13) - 1)) >> 13; }

}  // namespace

void yuv_row_to_rgb(const YuvPlanes& planes, YuvMatrix matrix, int y, int w_px, std::uint32_t* to) {
    const Weights k = weights(matrix);
    const std::uint8_t* luma = planes.y + static_cast<std::ptrdiff_t>(y) * planes.y_pitch;
    const std::uint8_t* u = planes.u + static_cast<std::ptrdiff_t>(y / 2) * planes.u_pitch;
    const std::uint8_t* v = planes.v + static_cast<std::ptrdiff_t>(y / 2) * planes.v_pitch;
    Chroma chroma;
    for (int done = 0; done < w_px; done += piece_px) {
        const int count = std::min(piece_px, w_px - done);
        spread(chroma, k, u + done / 2, v + done / 2, (count + 1) / 2);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const int l = (luma[i] - k.black) * k.luma;
            to[i] = 0xff000000u | channel(l + chroma.red[i]) << 16 | channel(l + chroma.green[i]) << 8 | channel(l + chroma.blue[i]);
        }
        luma += count;
        to += count;
    }
}

}  // namespace xinghuo
