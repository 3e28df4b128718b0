// Points, rectangles and colours. Lengths are px of the imaginary screen unless a name says otherwise:
// 1920 wide in landscape, 1080 wide in portrait, as high as the panel's shape makes it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace xinghuo {

struct Vec2 {
    float x = 0, y = 0;
    friend Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
    friend Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
    friend Vec2 operator*(Vec2 a, float k) { return {a.x * k, a.y * k}; }
    friend bool operator==(Vec2, Vec2) = default;
    [[nodiscard]] float length() const { return std::hypot(x, y); }
};

struct Rect {
    float x = 0, y = 0, w = 0, h = 0;
    [[nodiscard]] float right() const { return x + w; }
    [[nodiscard]] float bottom() const { return y + h; }
    [[nodiscard]] Vec2 origin() const { return {x, y}; }
    [[nodiscard]] Vec2 size() const { return {w, h}; }
    [[nodiscard]] Vec2 centre() const { return {x + w / 2, y + h / 2}; }
    [[nodiscard]] bool contains(Vec2 p) const { return p.x >= x && p.y >= y && p.x < x + w && p.y < y + h; }
    [[nodiscard]] bool empty() const { return w <= 0 || h <= 0; }
    [[nodiscard]] Rect inset(float d) const { return {x + d, y + d, w - 2 * d, h - 2 * d}; }
    [[nodiscard]] Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
    [[nodiscard]] Rect moved(Vec2 by) const { return {x + by.x, y + by.y, w, h}; }
    [[nodiscard]] Rect intersected(Rect o) const {
        const float l = std::max(x, o.x), t = std::max(y, o.y);
        return {l, t, std::max(0.0f, std::min(right(), o.right()) - l), std::max(0.0f, std::min(bottom(), o.bottom()) - t)};
    }
    // Cutting a strip off a side; what is left stays in *this. Layout is mostly this.
    Rect cut_top(float d) { const Rect r{x, y, w, d}; y += d; h -= d; return r; }
    Rect cut_bottom(float d) { h -= d; return {x, y + h, w, d}; }
    Rect cut_left(float d) { const Rect r{x, y, d, h}; x += d; w -= d; return r; }
    Rect cut_right(float d) { w -= d; return {x + w, y, d, h}; }
    friend bool operator==(Rect, Rect) = default;
};

// sRGB, straight alpha.
struct Colour {
    std::uint8_t r = 0, g = 0, b = 0, a = 255;
    [[nodiscard]] Colour with_alpha(float alpha) const {
        return {r, g, b, static_cast<std::uint8_t>(std::lround(std::clamp(alpha, 0.0f, 1.0f) * 255.0f))};
    }
    [[nodiscard]] Colour faded(float by) const { return with_alpha(static_cast<float>(a) / 255.0f * by); }
    // As ImGui packs it (IM_COL32).
    [[nodiscard]] std::uint32_t packed() const {
        return static_cast<std::uint32_t>(r) | static_cast<std::uint32_t>(g) << 8 | static_cast<std::uint32_t>(b) << 16 |
               static_cast<std::uint32_t>(a) << 24;
    }
    friend bool operator==(Colour, Colour) = default;
};

constexpr Colour rgb(std::uint32_t hex) {
    return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8), static_cast<std::uint8_t>(hex), 255};
}

inline Colour mix(Colour a, Colour b, float t) {
    const auto one = [t](std::uint8_t p, std::uint8_t q) {
        return static_cast<std::uint8_t>(std::lround(static_cast<float>(p) + (static_cast<float>(q) - static_cast<float>(p)) * t));
    };
    return {one(a.r, b.r), one(a.g, b.g), one(a.b, b.b), one(a.a, b.a)};
}

}  // namespace xinghuo
