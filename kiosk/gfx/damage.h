// What changed between two frames, found from the draw lists alone. Pure: no SDL, no pixels.
//
// The picture is divided into square tiles. Each frame's triangles are folded, in the order they are drawn, into one
// 64-bit hash per tile their bounding box touches. Equal hashes: the tile shows what it showed. The others are
// merged into at most `max_rects` rectangles. Screens declare nothing, so none can forget. Main thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "kiosk/gfx/renderer.h"

struct ImDrawCmd;
struct ImDrawList;

namespace xinghuo {

// Pictures and textures are at most this wide and high, px.
inline constexpr int max_side_px = 16384;

// Pixels from (x0, y0) up to, not including, (x1, y1).
struct PixelBox {
    std::int16_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    [[nodiscard]] bool empty() const { return x0 >= x1 || y0 >= y1; }
    [[nodiscard]] bool holds(PixelBox o) const { return x0 <= o.x0 && y0 <= o.y0 && x1 >= o.x1 && y1 >= o.y1; }
    [[nodiscard]] PixelBox intersected(PixelBox o) const;
    [[nodiscard]] PixelRect rect() const { return {x0, y0, x1 - x0, y1 - y0}; }
    static PixelBox of(PixelRect r) {
        return {static_cast<std::int16_t>(r.x), static_cast<std::int16_t>(r.y), static_cast<std::int16_t>(r.x + r.w),
                static_cast<std::int16_t>(r.y + r.h)};
    }
    friend bool operator==(PixelBox, PixelBox) = default;
};

// One ImDrawCmd that draws something.
struct DrawPiece {
    const ImDrawList* list = nullptr;
    const ImDrawCmd* command = nullptr;
    TextureId texture = 0;
    PixelBox clip;  // rounded to whole px, inside the picture
};

// One triangle, or two that follow each other and share an edge (corners a b c and a c d).
struct Primitive {
    PixelBox box;                // the pixels it can touch: bounding box, clip and picture intersected; not empty
    std::uint32_t piece = 0;     // in PrimitiveList::pieces
    std::uint16_t corners[4]{};  // in the list's vertices, behind the command's VtxOffset
    bool pair = false;           // false: corners[3] is not used
};

// The draw lists of one frame, flat, without what falls outside the picture. Points into the ImDrawData it was made of.
struct PrimitiveList {
    std::vector<DrawPiece> pieces;
    std::vector<Primitive> primitives;
    std::size_t triangles = 0;         // in the lists, also those outside
    float origin_x = 0, origin_y = 0;  // ImDrawData::DisplayPos: px (0, 0) of the picture

    // Memory is kept from frame to frame. Draw callbacks are left out; corners that are not finite are too.
    void gather(const ImDrawData& data, int w_px, int h_px);
};

class Damage {
public:
    static constexpr std::size_t max_rects = 16;

    // Tiles are 32 px, 64 px on pictures over 2560 × 1440. Forgets.
    void resize(int w_px, int h_px);
    // The next compare() finds everything changed.
    void forget() { known_ = false; }
    // Compares with the frame before; true when something changed. A texture whose version changed counts as changed
    // wherever it is drawn.
    bool compare(const PrimitiveList& frame, const std::function<std::uint32_t(TextureId)>& version);
    // What the last compare() found.
    [[nodiscard]] std::vector<PixelRect> changed() const { return merge(changed_); }
    // What all compare() calls found since it was last taken: to be drawn by whoever draws.
    std::vector<PixelRect> take_undrawn();

private:
    using Tiles = std::vector<std::uint8_t>;  // 1: changed
    [[nodiscard]] std::vector<PixelRect> merge(const Tiles& tiles) const;
    void fold(const PrimitiveList& frame, const std::function<std::uint32_t(TextureId)>& version);

    int w_px_ = 0, h_px_ = 0;
    int shift_ = 5;  // log2 of the tile's side
    int columns_ = 0, rows_ = 0;
    bool known_ = false;
    std::vector<std::uint64_t> now_, before_;
    Tiles changed_, undrawn_;
};

}  // namespace xinghuo
