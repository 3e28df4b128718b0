// Pictures of a film, 8-bit 4:2:0 in BT.709: grounds that are looked at through a moving window, and layers over them.
#pragma once

#include <cstdint>
#include <vector>

#include "media/image.h"

namespace xinghuo {

struct Plane {
    int w = 0, h = 0;
    std::vector<std::uint8_t> px;
    Plane() = default;
    Plane(int width, int height) : w(width), h(height), px(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}
};

// Sides even. `alpha` is empty in a picture that covers.
struct FilmFrame {
    Plane y, u, v, alpha, half_alpha;
    int left = 0, top = 0, right = 0, bottom = 0;  // px with any alpha stand inside; even; only with alpha
    FilmFrame() = default;
    FilmFrame(int w, int h) : y(w, h), u(w / 2, h / 2), v(w / 2, h / 2) {}
};

// Of a picture with alpha, or (covering) of an opaque one.
FilmFrame film_frame(const Image& image, bool with_alpha);

// What of a ground is seen: the window's left, top and width as shares of its width and height (the window has the
// ground's proportion).
struct FilmWindow {
    double left = 0, top = 0, width = 1;
};

// Bilinear, in sixteenths of a px. Columns before `from` are left as they are, for a layer that will cover them.
void look(const FilmFrame& ground, FilmWindow window, FilmFrame& out, int from = 0);
// `layer` (same size) over `frame`, its alpha times `strength` (0–1).
void lay_over(const FilmFrame& layer, double strength, FilmFrame& frame);
// frame = frame·(1−share) + other·share.
void mix(const FilmFrame& other, double share, FilmFrame& frame);

}  // namespace xinghuo
