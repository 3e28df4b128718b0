// Triangles into memory: the software renderer's brush. Pure: no SDL.
//
// SDL's own software triangles sample textures at the nearest texel (turned figures look torn) and blend a few times
// slower than this. Here: bilinear sampling, colours interpolated between corners, straight alpha blending, exact
// cover (a pixel belongs to the triangle that holds its centre; on a shared edge to exactly one: the top-left rule).
// All pixel arithmetic is in whole numbers and a pixel's value depends on the triangle and its own place only, never on
// the clip, so drawing a part of the picture gives exactly the pixels of drawing all of it, on every compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kiosk/gfx/damage.h"

struct ImDrawVert;

namespace xinghuo {

// A texture in memory: 0xAARRGGBB, colour multiplied by alpha, the last column and row repeated once so that the
// neighbour right and below always exists.
class Texels {
public:
    Texels(int w_px, int h_px);  // transparent black
    // rgba straight, rows without padding; `where` must lie inside.
    void put(PixelRect where, const std::uint8_t* rgba);
    // One row of finished opaque pixels (video); finish_rows() when all are in.
    [[nodiscard]] std::uint32_t* row(int y) { return texels_.data() + static_cast<std::ptrdiff_t>(y) * pitch(); }
    [[nodiscard]] const std::uint32_t* row(int y) const {
        return texels_.data() + static_cast<std::ptrdiff_t>(y) * pitch();
    }
    void finish_rows();

    [[nodiscard]] int w() const { return w_; }
    [[nodiscard]] int h() const { return h_; }
    [[nodiscard]] std::ptrdiff_t pitch() const { return w_ + 1; }  // in texels
    [[nodiscard]] bool opaque() const { return opaque_; }
    [[nodiscard]] std::size_t bytes() const { return texels_.size() * sizeof(std::uint32_t); }

private:
    void repeat_edges(int y0, int y1);
    int w_, h_;
    bool opaque_ = false;
    std::vector<std::uint32_t> texels_;
};

// 0xffRRGGBB, rows without padding.
struct Bitmap {
    int w = 0, h = 0;
    std::vector<std::uint32_t> pixels;
    [[nodiscard]] std::uint32_t* row(int y) { return pixels.data() + static_cast<std::ptrdiff_t>(y) * w; }
    [[nodiscard]] const std::uint32_t* row(int y) const { return pixels.data() + static_cast<std::ptrdiff_t>(y) * w; }
};

// texture may be null: plain colour. Corners are in px of the bitmap after `origin` is taken off; a, b, c and a, c, d.
// clip lies inside the bitmap.
struct Brush {
    Bitmap& bitmap;
    PixelBox clip;
    const Texels* texture = nullptr;
    float origin_x = 0, origin_y = 0;

    void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c);
    void pair(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d);
    void clear();  // black, opaque
};

// Does the pair hide everything in `box`: an upright rectangle over it, opaque in every pixel.
bool hides(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d, const Texels* texture,
           PixelBox box, float origin_x, float origin_y);

}  // namespace xinghuo
