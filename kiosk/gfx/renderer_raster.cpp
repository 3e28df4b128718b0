#include "kiosk/gfx/renderer_raster.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "content/base/assert.h"
#include "kiosk/gfx/renderer_rows.h"

namespace xinghuo {
namespace {

// Places on the bitmap have 8 fraction bits, texel places 40, colours 22. Arithmetic on gradients wraps on purpose:
// start + x·step is the same number from wherever a row begins, and the true value at a covered pixel always fits.
// The few sums in double are the same everywhere too: this file is compiled without fused multiply-add.
constexpr int place_bits = 8;
constexpr std::int64_t pixel = 1 << place_bits;
constexpr std::int64_t centre = pixel / 2;
constexpr double colour_unit = 1 << 22;
constexpr double texel_unit = 1099511627776.0;  // 2^40

struct Corner {
    std::int64_t x = 0, y = 0;  // 1/256 px
    double u = 0, v = 0;        // texels, 0 at the centre of the first
    std::uint32_t colour = 0;   // 0xAARRGGBB straight
};

std::uint32_t from_imgui(ImU32 c) { return (c & 0xff00ff00u) | (c & 0xffu) << 16 | (c >> 16 & 0xffu); }

std::int64_t place(float v, float origin) {
    const double bounded = std::clamp(static_cast<double>(v) - static_cast<double>(origin), -1048576.0, 1048576.0);
    constexpr double shift = 1099511627776.0;  // makes it positive, so that cutting rounds down
    return static_cast<std::int64_t>(bounded * 256.0 + 0.5 + shift) - (std::int64_t{1} << 40);
}

Corner corner(const ImDrawVert& v, const Texels* texture, float origin_x, float origin_y) {
    Corner c{place(v.pos.x, origin_x), place(v.pos.y, origin_y), 0, 0, from_imgui(v.col)};
    if (texture != nullptr) {
        // Beyond the edge shows the edge, as the other driver does.
        const auto inside = [](float uv) { return uv > 0 ? std::min(static_cast<double>(uv), 1.0) : 0.0; };
        c.u = inside(v.uv.x) * texture->w() - 0.5;
        c.v = inside(v.uv.y) * texture->h() - 0.5;
    }
    return c;
}

std::uint64_t wrapped(std::int64_t v) { return static_cast<std::uint64_t>(v); }

// Walks down one edge, row by row: for a left edge the first pixel inside, for a right edge the first pixel outside.
class Edge {
public:
    // From a to b with the inside on the right hand of someone walking, y pointing down.
    Edge(const Corner& a, const Corner& b, std::int64_t row) : dx_(b.x - a.x), dy_(b.y - a.y) {
        const bool takes_its_points = dy_ < 0 || (dy_ == 0 && dx_ > 0);  // left and top edges
        // Inside: slope·x + rest(row) ≥ 0.
        const std::int64_t rest =
            dx_ * (row * pixel + centre - a.y) - dy_ * (centre - a.x) - (takes_its_points ? 0 : 1);
        if (dy_ == 0) {
            at_ = rest;
            return;
        }
        // x ≥ ceil(-rest / slope) or x < floor(rest / -slope) + 1, kept as a quotient and a remainder: exact.
        divisor_ = std::abs(dy_) * pixel;
        const std::int64_t dividend = left() ? -rest + divisor_ - 1 : rest + divisor_;
        const std::int64_t step = (left() ? -dx_ : dx_) * pixel;
        split(dividend, at_, remainder_);
        split(step, step_, step_remainder_);
    }
    void cut(std::int64_t& from, std::int64_t& to) const {
        if (dy_ == 0) {
            if (at_ < 0) to = from;
        } else if (left()) {
            from = std::max(from, at_);
        } else {
            to = std::min(to, at_);
        }
    }
    void down() {
        if (dy_ == 0) {
            at_ += dx_ * pixel;
            return;
        }
        at_ += step_;
        remainder_ += step_remainder_;
        if (remainder_ >= divisor_) {
            remainder_ -= divisor_;
            ++at_;
        }
    }

private:
    [[nodiscard]] bool left() const { return dy_ < 0; }
    void split(std::int64_t n, std::int64_t& quotient, std::int64_t& remainder) const {
        quotient = n / divisor_;
        remainder = n % divisor_;
        if (remainder < 0) {
            remainder += divisor_;
            --quotient;
        }
    }
    std::int64_t dx_, dy_, divisor_ = 1, at_ = 0, remainder_ = 0, step_ = 0, step_remainder_ = 0;
};

// How a value changes over the triangle: at pixel (x, y) it is start + x·x_step + y·y_step.
struct Gradient {
    std::uint64_t start = 0, x_step = 0, y_step = 0;
    [[nodiscard]] std::uint64_t at(std::int64_t x, std::int64_t y) const {
        return start + wrapped(x) * x_step + wrapped(y) * y_step;
    }
};

struct Triangle {
    Corner a, b, c;
    std::int64_t twice_area = 0;
    std::int64_t y0 = 0, y1 = 0;  // rows

    static std::optional<Triangle> of(const Corner& a, Corner b, Corner c, PixelBox clip) {
        Triangle t{a, b, c};
        t.twice_area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        if (t.twice_area == 0) return std::nullopt;
        if (t.twice_area < 0) {
            std::swap(t.b, t.c);
            t.twice_area = -t.twice_area;
        }
        const std::int64_t top = std::min({a.y, b.y, c.y}), bottom = std::max({a.y, b.y, c.y});
        t.y0 = std::max<std::int64_t>(clip.y0, (top + centre - 1) >> place_bits);
        t.y1 = std::min<std::int64_t>(clip.y1, (bottom + centre) >> place_bits);
        if (t.y0 >= t.y1) return std::nullopt;
        return t;
    }

    // The values at the corners; fixed point with `unit` as 1. A gradient steeper than any picture means a triangle
    // thinner than a pixel: it takes the value of its first corner.
    [[nodiscard]] Gradient gradient(double at_a, double at_b, double at_c, double unit) const {
        const auto span = [](std::int64_t p, std::int64_t q) { return static_cast<double>(p - q); };
        const double to_b = at_b - at_a, to_c = at_c - at_a, scale = static_cast<double>(pixel) / static_cast<double>(twice_area);
        const double per_x = (to_b * span(c.y, a.y) - to_c * span(b.y, a.y)) * scale;
        const double per_y = (to_c * span(b.x, a.x) - to_b * span(c.x, a.x)) * scale;
        constexpr double steepest = 1 << 20;
        if (std::abs(per_x) > steepest || std::abs(per_y) > steepest) return {wrapped(static_cast<std::int64_t>(at_a * unit)), 0, 0};
        // Fixed at the pixel of the first corner, so that rounding errors grow from there and not from the picture's edge.
        const std::int64_t x = a.x >> place_bits, y = a.y >> place_bits;
        const double here = at_a + (per_x * span(x * pixel + centre, a.x) + per_y * span(y * pixel + centre, a.y)) / static_cast<double>(pixel);
        Gradient g;
        g.x_step = wrapped(static_cast<std::int64_t>(per_x * unit));
        g.y_step = wrapped(static_cast<std::int64_t>(per_y * unit));
        g.start = wrapped(static_cast<std::int64_t>(here * unit)) - wrapped(x) * g.x_step - wrapped(y) * g.y_step;
        return g;
    }

    template <class Row>
    void rows(PixelBox clip, Row row) const {
        Edge ab(a, b, y0), bc(b, c, y0), ca(c, a, y0);
        for (std::int64_t y = y0; y < y1; ++y) {
            std::int64_t from = clip.x0, to = clip.x1;
            ab.cut(from, to);
            bc.cut(from, to);
            ca.cut(from, to);
            if (from < to) row(static_cast<int>(from), static_cast<int>(to), static_cast<int>(y));
            ab.down();
            bc.down();
            ca.down();
        }
    }
};

// How one primitive is to be coloured.
struct Paint {
    const Texels* texture = nullptr;  // null: colour alone
    bool even = true;                 // the same colour at all corners
    std::uint32_t colour = 0;         // then this, multiplied by alpha
};

rows::Walk walk_over(const Texels& texture) {
    rows::Walk walk;
    walk.texels = texture.row(0);
    walk.pitch = texture.pitch();
    walk.u_last = static_cast<std::int64_t>(texture.w() - 1) << 40;
    walk.v_last = static_cast<std::int64_t>(texture.h() - 1) << 40;
    return walk;
}

template <std::size_t n>
bool same_texel(const Corner (&corners)[n]) {
    for (const Corner& c : corners) {
        if (c.u != corners[0].u || c.v != corners[0].v) return false;
    }
    return true;
}

template <std::size_t n>
bool same_colour(const Corner (&corners)[n]) {
    for (const Corner& c : corners) {
        if (c.colour != corners[0].colour) return false;
    }
    return true;
}

// A texture read at one single place is a plain colour (ImGui's white pixel).
template <std::size_t n>
Paint paint_for(const Texels* texture, Corner (&corners)[n]) {
    Paint paint{texture, same_colour(corners), rows::multiplied(corners[0].colour)};
    if (texture == nullptr || !same_texel(corners)) return paint;
    rows::Walk walk = walk_over(*texture);
    walk.u = static_cast<std::int64_t>(corners[0].u * texel_unit);
    walk.v = static_cast<std::int64_t>(corners[0].v * texel_unit);
    const std::uint32_t texel = rows::sample_one(walk);
    if (paint.even) {
        paint.colour = rows::tinted(paint.colour, texel);
        paint.texture = nullptr;
    } else if (texel == 0xffffffffu) {
        paint.texture = nullptr;
    }
    return paint;
}

// Whole texels to whole pixels: by how much, or nothing when they do not fit one to one.
template <std::size_t n>
std::optional<std::pair<int, int>> shift_to_texels(const Corner (&corners)[n]) {
    constexpr double tolerance = 1.0 / 64;
    const auto shift = [](std::int64_t place_, double texel) { return texel - static_cast<double>(place_) / 256.0 + 0.5; };
    const double x = std::floor(shift(corners[0].x, corners[0].u) + 0.5), y = std::floor(shift(corners[0].y, corners[0].v) + 0.5);
    for (const Corner& c : corners) {
        if (std::abs(shift(c.x, c.u) - x) > tolerance || std::abs(shift(c.y, c.v) - y) > tolerance) return std::nullopt;
    }
    return std::pair{static_cast<int>(x), static_cast<int>(y)};
}

void row_of_colour(std::uint32_t* to, int count, std::uint32_t colour) {
    if (colour >> 24 == 255) {
        rows::fill(to, count, colour);
    } else {
        rows::blend_fill(to, count, colour);
    }
}

void row_of_texels(std::uint32_t* to, int count, const Texels& texture, const std::uint32_t* from, std::uint32_t tint) {
    if (tint != 0xffffffffu) {
        rows::blend_tinted(to, from, count, tint);
    } else if (texture.opaque()) {
        rows::copy(to, from, count);
    } else {
        rows::blend(to, from, count);
    }
}

// One texel a pixel. A covered centre is half a texel from the texture's edge; the bounds hold whatever the corners say.
template <class Shape>
void paint_texels(Bitmap& bitmap, const Texels& texture, std::pair<int, int> shift, std::uint32_t tint, Shape shape) {
    shape([&](int from, int to, int y) {
        const int v = y + shift.second;
        from = std::max(from, -shift.first);
        to = std::min(to, texture.w() - shift.first);
        if (from >= to || v < 0 || v >= texture.h()) return;
        row_of_texels(bitmap.row(y) + from, to - from, texture, texture.row(v) + from + shift.first, tint);
    });
}

struct Ramps {
    Gradient b, g, r, a;
    Ramps(const Triangle& t) {
        const auto one = [&t](int bits) {
            const auto channel = [bits](std::uint32_t c) { return static_cast<double>(c >> bits & 255); };
            return t.gradient(channel(t.a.colour), channel(t.b.colour), channel(t.c.colour), colour_unit);
        };
        b = one(0);
        g = one(8);
        r = one(16);
        a = one(24);
    }
    [[nodiscard]] rows::Ramp at(int x, int y) const {
        const auto cut = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
        return {{cut(b.at(x, y)), cut(g.at(x, y)), cut(r.at(x, y)), cut(a.at(x, y))},
                {cut(b.x_step), cut(g.x_step), cut(r.x_step), cut(a.x_step)}};
    }
};

struct TexelWalks {
    Gradient u, v;
    rows::Walk walk;
    TexelWalks(const Triangle& t, const Texels& texture)
        : u(t.gradient(t.a.u, t.b.u, t.c.u, texel_unit)),
          v(t.gradient(t.a.v, t.b.v, t.c.v, texel_unit)),
          walk(walk_over(texture)) {
        walk.u_step = static_cast<std::int64_t>(u.x_step);
        walk.v_step = static_cast<std::int64_t>(v.x_step);
    }
    [[nodiscard]] rows::Walk at(int x, int y) const {
        rows::Walk here = walk;
        here.u = static_cast<std::int64_t>(u.at(x, y));
        here.v = static_cast<std::int64_t>(v.at(x, y));
        return here;
    }
};

void paint_triangle(Bitmap& bitmap, PixelBox clip, const Paint& paint, const Triangle& t) {
    if (paint.texture == nullptr && paint.even) {
        if (paint.colour == 0) return;
        t.rows(clip, [&](int from, int to, int y) { row_of_colour(bitmap.row(y) + from, to - from, paint.colour); });
        return;
    }
    if (paint.texture == nullptr) {
        const Ramps ramps(t);
        t.rows(clip, [&](int from, int to, int y) { rows::blend_ramp(bitmap.row(y) + from, to - from, ramps.at(from, y)); });
        return;
    }
    const TexelWalks walks(t, *paint.texture);
    if (!paint.even) {
        const Ramps ramps(t);
        t.rows(clip, [&](int from, int to, int y) {
            rows::sample_ramp(bitmap.row(y) + from, to - from, walks.at(from, y), ramps.at(from, y));
        });
        return;
    }
    if (paint.colour == 0) return;
    const bool opaque = paint.texture->opaque() && paint.colour == 0xffffffffu;
    t.rows(clip, [&](int from, int to, int y) {
        rows::sample(bitmap.row(y) + from, to - from, walks.at(from, y), opaque, paint.colour);
    });
}

// An upright rectangle, as ImGui writes it: a top left, c bottom right (or turned over).
bool upright(const Corner& a, const Corner& b, const Corner& c, const Corner& d) {
    return (a.y == b.y && b.x == c.x && c.y == d.y && d.x == a.x) || (a.x == b.x && b.y == c.y && c.x == d.x && d.y == a.y);
}

// The pixels whose centres lie inside.
PixelBox covered(const Corner& a, const Corner& c, PixelBox clip) {
    const auto first = [](std::int64_t v) {
        return static_cast<std::int16_t>(std::clamp<std::int64_t>((v + centre - 1) >> place_bits, -max_side_px, max_side_px));
    };
    return PixelBox{first(std::min(a.x, c.x)), first(std::min(a.y, c.y)), first(std::max(a.x, c.x)), first(std::max(a.y, c.y))}
        .intersected(clip);
}

}  // namespace

void Brush::clear() {
    for (int y = clip.y0; y < clip.y1; ++y) rows::fill(bitmap.row(y) + clip.x0, clip.x1 - clip.x0, 0xff000000u);
}

void Brush::triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
    Corner corners[] = {corner(a, texture, origin_x, origin_y), corner(b, texture, origin_x, origin_y),
                        corner(c, texture, origin_x, origin_y)};
    const auto t = Triangle::of(corners[0], corners[1], corners[2], clip);
    if (!t) return;
    const Paint paint = paint_for(texture, corners);
    if (paint.texture != nullptr && paint.even) {
        if (const auto shift = shift_to_texels(corners)) {
            paint_texels(bitmap, *texture, *shift, paint.colour, [&](auto row) { t->rows(clip, row); });
            return;
        }
    }
    paint_triangle(bitmap, clip, paint, *t);
}

void Brush::pair(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d) {
    Corner corners[] = {corner(a, texture, origin_x, origin_y), corner(b, texture, origin_x, origin_y),
                        corner(c, texture, origin_x, origin_y), corner(d, texture, origin_x, origin_y)};
    const bool rectangle = upright(corners[0], corners[1], corners[2], corners[3]);
    if (!rectangle || !same_colour(corners)) {
        triangle(a, b, c);
        triangle(a, c, d);
        return;
    }
    const Paint paint = paint_for(texture, corners);
    const PixelBox box = covered(corners[0], corners[2], clip);
    if (box.empty() || paint.colour == 0) return;
    const auto all_rows = [&box](auto row) {
        for (int y = box.y0; y < box.y1; ++y) row(int{box.x0}, int{box.x1}, y);
    };
    if (paint.texture == nullptr) {
        all_rows([&](int from, int to, int y) { row_of_colour(bitmap.row(y) + from, to - from, paint.colour); });
    } else if (const auto shift = shift_to_texels(corners)) {
        paint_texels(bitmap, *texture, *shift, paint.colour, all_rows);
    } else {
        triangle(a, b, c);
        triangle(a, c, d);
    }
}

bool hides(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d, const Texels* texture,
           PixelBox box, float origin_x, float origin_y) {
    if ((a.col & b.col & c.col & d.col) >> 24 != 255) return false;
    Corner corners[] = {corner(a, texture, origin_x, origin_y), corner(b, texture, origin_x, origin_y),
                        corner(c, texture, origin_x, origin_y), corner(d, texture, origin_x, origin_y)};
    if (!upright(corners[0], corners[1], corners[2], corners[3])) return false;
    if (!covered(corners[0], corners[2], box).holds(box)) return false;
    const Paint paint = paint_for(texture, corners);
    return paint.texture != nullptr ? paint.texture->opaque() : !paint.even || paint.colour >> 24 == 255;
}

}  // namespace xinghuo
