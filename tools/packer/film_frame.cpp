#include "tools/packer/film_frame.h"

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

std::uint8_t byte(double v) { return static_cast<std::uint8_t>(std::clamp(std::lround(v), 0l, 255l)); }

std::size_t at(const Plane& plane, int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(plane.w) + static_cast<std::size_t>(x);
}

void look_plane(const Plane& ground, FilmWindow window, int from, Plane& out) {
    constexpr int one = 1 << 8;  // 24.8 fixed point
    const auto fixed = [](double v) { return static_cast<std::int64_t>(std::lround(v * 65536.0)); };
    const std::int64_t step_x = fixed(window.width * ground.w / out.w), step_y = fixed(window.width * ground.h / out.h);
    const std::int64_t left = fixed(window.left * ground.w) + step_x * from, top = fixed(window.top * ground.h);
    for (int y = 0; y < out.h; ++y) {
        const std::int64_t v = std::clamp<std::int64_t>(top + step_y * y, 0, (static_cast<std::int64_t>(ground.h) - 1) << 16);
        const int row = static_cast<int>(v >> 16), fy = static_cast<int>((v >> 8) & 255);
        const std::uint8_t* a = ground.px.data() + at(ground, 0, row);
        const std::uint8_t* b = row + 1 < ground.h ? a + ground.w : a;
        std::uint8_t* to = out.px.data() + at(out, 0, y);
        std::int64_t u = left;
        const std::int64_t last = (static_cast<std::int64_t>(ground.w) - 2) << 16;
        for (int x = from; x < out.w; ++x, u += step_x) {
            const std::int64_t c = std::clamp<std::int64_t>(u, 0, last);
            const auto col = static_cast<std::size_t>(c >> 16);
            const int fx = static_cast<int>((c >> 8) & 255);
            const int upper = a[col] * (one - fx) + a[col + 1] * fx, lower = b[col] * (one - fx) + b[col + 1] * fx;
            to[x] = static_cast<std::uint8_t>((upper * (one - fy) + lower * fy + (1 << 15)) >> 16);
        }
    }
}

struct Part { int left, top, right, bottom; };

void lay_plane(const Plane& layer, const Plane& alpha, int strength, Part part, Plane& out) {
    constexpr int whole = 255 * 256;
    for (int y = part.top; y < part.bottom; ++y) {
        for (std::size_t i = at(out, part.left, y); i < at(out, part.right, y); ++i) {
            const int a = alpha.px[i] * strength;  // of 255 · 256
            if (a == 0) continue;
            if (a == whole) {
                out.px[i] = layer.px[i];
                continue;
            }
            out.px[i] = static_cast<std::uint8_t>((layer.px[i] * a + out.px[i] * (whole - a) + whole / 2) / whole);
        }
    }
}

void find_part(FilmFrame& frame) {
    frame.left = frame.alpha.w, frame.top = frame.alpha.h;
    for (int y = 0; y < frame.alpha.h; ++y) {
        for (int x = 0; x < frame.alpha.w; ++x) {
            if (frame.alpha.px[at(frame.alpha, x, y)] == 0) continue;
            frame.left = std::min(frame.left, x / 2 * 2);
            frame.top = std::min(frame.top, y / 2 * 2);
            frame.right = std::max(frame.right, x / 2 * 2 + 2);
            frame.bottom = y / 2 * 2 + 2;
        }
    }
}

void mix_plane(const Plane& other, int share, Plane& out) {
    for (std::size_t i = 0; i < out.px.size(); ++i)
        out.px[i] = static_cast<std::uint8_t>((other.px[i] * share + out.px[i] * (256 - share) + 128) >> 8);
}

}  // namespace

FilmFrame film_frame(const Image& image, bool with_alpha) {
    const int w = image.w / 2 * 2, h = image.h / 2 * 2;
    FilmFrame out(w, h);
    if (with_alpha) {
        out.alpha = Plane(w, h);
        out.half_alpha = Plane(w / 2, h / 2);
    }
    const auto pixel = [&](int x, int y) {
        return image.rgba.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.w) + static_cast<std::size_t>(x)) * 4;
    };
    for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
            const std::uint8_t* p = pixel(x, y);
            out.y.px[at(out.y, x, y)] = byte(16 + 219.0 / 255 * (0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]));
            if (with_alpha) out.alpha.px[at(out.alpha, x, y)] = p[3];
        }
    }
    for (int y = 0; y < h; y += 2) {
        for (int x = 0; x < w; x += 2) {
            double r = 0, g = 0, b = 0, a = 0;
            for (int k = 0; k < 4; ++k) {
                const std::uint8_t* p = pixel(x + (k & 1), y + (k >> 1));
                const double weight = with_alpha ? p[3] + 0.001 : 1;
                r += p[0] * weight, g += p[1] * weight, b += p[2] * weight, a += weight;
            }
            r /= a, g /= a, b /= a;
            const double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            out.u.px[at(out.u, x / 2, y / 2)] = byte(128 + 224.0 / 255 * (b - luma) / 1.8556);
            out.v.px[at(out.v, x / 2, y / 2)] = byte(128 + 224.0 / 255 * (r - luma) / 1.5748);
            if (with_alpha) out.half_alpha.px[at(out.half_alpha, x / 2, y / 2)] = byte(a / 4);
        }
    }
    if (with_alpha) find_part(out);
    return out;
}

void look(const FilmFrame& ground, FilmWindow window, FilmFrame& out, int from) {
    look_plane(ground.y, window, from / 2 * 2, out.y);
    look_plane(ground.u, window, from / 2, out.u);
    look_plane(ground.v, window, from / 2, out.v);
}

void lay_over(const FilmFrame& layer, double strength, FilmFrame& frame) {
    const int s = static_cast<int>(std::lround(std::clamp(strength, 0.0, 1.0) * 256));
    if (s == 0) return;
    const Part part{layer.left, layer.top, layer.right, layer.bottom};
    const Part half{part.left / 2, part.top / 2, part.right / 2, part.bottom / 2};
    lay_plane(layer.y, layer.alpha, s, part, frame.y);
    lay_plane(layer.u, layer.half_alpha, s, half, frame.u);
    lay_plane(layer.v, layer.half_alpha, s, half, frame.v);
}

void mix(const FilmFrame& other, double share, FilmFrame& frame) {
    const int s = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * 256));
    mix_plane(other.y, s, frame.y);
    mix_plane(other.u, s, frame.u);
    mix_plane(other.v, s, frame.v);
}

}  // namespace xinghuo
