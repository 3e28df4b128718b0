#include "kiosk/gfx/damage.h"

#include <imgui.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "content/base/assert.h"

namespace xinghuo {

PixelBox PixelBox::intersected(PixelBox o) const {
    return {std::max(x0, o.x0), std::max(y0, o.y0), std::min(x1, o.x1), std::min(y1, o.y1)};
}

namespace {

// Without SSE4.1 std::floor is a call; this is three instructions. Values are already inside ±2^30.
int floor_int(float v) {
    const int cut = static_cast<int>(v);
    return cut - (static_cast<float>(cut) > v ? 1 : 0);
}
int ceil_int(float v) {
    const int cut = static_cast<int>(v);
    return cut + (static_cast<float>(cut) < v ? 1 : 0);
}

std::int16_t narrow(int v) { return static_cast<std::int16_t>(std::clamp(v, -max_side_px, max_side_px)); }

float bounded(float v) { return std::clamp(v, -1e6f, 1e6f); }

// Clip edges are rounded, so that two panes that meet at a fraction share no pixel and leave none out.
PixelBox clip_box(const ImVec4& clip, float origin_x, float origin_y, PixelBox picture) {
    const auto edge = [](float v) { return narrow(floor_int(bounded(v) + 0.5f)); };
    const PixelBox box{edge(clip.x - origin_x), edge(clip.y - origin_y), edge(clip.z - origin_x), edge(clip.w - origin_y)};
    return box.intersected(picture);
}

struct Extent {
    float x0 = 3e38f, y0 = 3e38f, x1 = -3e38f, y1 = -3e38f;
    float sum = 0;  // not finite as soon as a corner is not
    void add(const ImVec2& p) {
        x0 = std::min(x0, p.x);
        y0 = std::min(y0, p.y);
        x1 = std::max(x1, p.x);
        y1 = std::max(y1, p.y);
        sum += p.x + p.y;
    }
    [[nodiscard]] bool finite() const { return sum - sum == 0.0f; }
};

class Gatherer {
public:
    Gatherer(PrimitiveList& out, const ImDrawList& list, const ImDrawCmd& command, PixelBox clip)
        : out_(out),
          vertices_(list.VtxBuffer.Data + command.VtxOffset),
          count_(static_cast<unsigned>(list.VtxBuffer.Size) - command.VtxOffset),
          clip_(clip),
          piece_(static_cast<std::uint32_t>(out.pieces.size() - 1)) {}

    void all(const ImDrawIdx* index, const ImDrawIdx* end) {
        while (index + 3 <= end) {
            if (index + 6 <= end && pair(index)) {
                index += 6;
            } else {
                put(index[0], index[1], index[2], index[2], false);
                index += 3;
            }
        }
    }

private:
    // ImGui writes rectangles and fans as (a b c)(a c d), and the pieces of lines and soft edges as (a b c)(c d a).
    bool pair(const ImDrawIdx* i) {
        if (i[3] == i[0] && i[4] == i[2]) {
            put(i[0], i[1], i[2], i[5], true);
        } else if (i[3] == i[2] && i[5] == i[0]) {
            put(i[0], i[1], i[2], i[4], true);
        } else {
            return false;
        }
        return true;
    }

    void put(unsigned a, unsigned b, unsigned c, unsigned d, bool two) {
        if (a >= count_ || b >= count_ || c >= count_ || d >= count_) return;
        Extent extent;
        extent.add(vertices_[a].pos);
        extent.add(vertices_[b].pos);
        extent.add(vertices_[c].pos);
        if (two) extent.add(vertices_[d].pos);
        if (!extent.finite()) return;
        const PixelBox box = PixelBox{narrow(floor_int(bounded(extent.x0 - out_.origin_x))),
                                      narrow(floor_int(bounded(extent.y0 - out_.origin_y))),
                                      narrow(ceil_int(bounded(extent.x1 - out_.origin_x))),
                                      narrow(ceil_int(bounded(extent.y1 - out_.origin_y)))}
                                 .intersected(clip_);
        if (box.empty()) return;
        Primitive& made = out_.primitives.emplace_back();
        made.box = box;
        made.piece = piece_;
        made.corners[0] = static_cast<std::uint16_t>(a);
        made.corners[1] = static_cast<std::uint16_t>(b);
        made.corners[2] = static_cast<std::uint16_t>(c);
        made.corners[3] = static_cast<std::uint16_t>(d);
        made.pair = two;
    }

    PrimitiveList& out_;
    const ImDrawVert* vertices_;
    unsigned count_;
    PixelBox clip_;
    std::uint32_t piece_;
};

// Each step is a bijection of h for a given word, so that one changed word can never cancel out.
std::uint64_t mixed(std::uint64_t h, std::uint64_t word) {
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

std::uint64_t mixed(std::uint64_t h, const ImDrawVert& v) {
    static_assert(sizeof(ImDrawVert) == 20, "position, texture place and colour, without padding");
    std::uint64_t place, texture_place;
    std::memcpy(&place, &v.pos, sizeof place);
    std::memcpy(&texture_place, &v.uv, sizeof texture_place);
    // Two multiplications that do not wait for each other, then one that joins them.
    const std::uint64_t a = (place ^ 0x8ebc6af09c88c6e3u) * 0x589965cc75374cc3u;
    const std::uint64_t b = (texture_place + v.col) * 0xe7037ed1a0b428dbu ^ v.col;
    return mixed(h, (a ^ (a >> 31)) + std::rotl(b, 29));
}

std::uint64_t packed(PixelBox box) { return std::bit_cast<std::uint64_t>(box); }

std::int64_t area(const PixelRect& r) { return static_cast<std::int64_t>(r.w) * r.h; }

PixelRect united(const PixelRect& a, const PixelRect& b) {
    const int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
    return {x, y, std::max(a.x + a.w, b.x + b.w) - x, std::max(a.y + a.h, b.y + b.h) - y};
}

// Runs of changed tiles, row by row; a run with the same ends as one right above lengthens it.
std::vector<PixelRect> runs(const std::vector<std::uint8_t>& tiles, int columns, int rows) {
    std::vector<PixelRect> found;
    std::size_t above = 0;  // where the rectangles that reach down to this row begin
    for (int row = 0; row < rows; ++row) {
        const std::size_t row_begin = found.size();
        const std::uint8_t* tile = tiles.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(columns);
        for (int x = 0; x < columns; ++x) {
            if (tile[x] == 0) continue;
            const int from = x;
            while (x < columns && tile[x] != 0) ++x;
            const PixelRect run{from, row, x - from, 1};
            const auto over = std::find_if(found.begin() + static_cast<std::ptrdiff_t>(above),
                                           found.begin() + static_cast<std::ptrdiff_t>(row_begin),
                                           [&](const PixelRect& r) {
                                               return r.x == run.x && r.w == run.w && r.y + r.h == run.y;
                                           });
            if (over != found.begin() + static_cast<std::ptrdiff_t>(row_begin)) {
                ++over->h;
            } else {
                found.push_back(run);
            }
        }
        while (above < found.size() && found[above].y + found[above].h <= row) ++above;
    }
    return found;
}

// Half as many tiles each way; a tile is changed when one of its four was.
std::vector<std::uint8_t> coarser(const std::vector<std::uint8_t>& tiles, int& columns, int& rows) {
    const int half_columns = (columns + 1) / 2, half_rows = (rows + 1) / 2;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(half_columns) * static_cast<std::size_t>(half_rows), 0);
    for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            out[static_cast<std::size_t>(y / 2 * half_columns + x / 2)] |=
                tiles[static_cast<std::size_t>(y * columns + x)];
        }
    }
    columns = half_columns;
    rows = half_rows;
    return out;
}

// Joins the pair whose union draws least that did not change, while there are too many or a union costs next to nothing
// (a rectangle has a price of its own: every primitive is looked at once per rectangle).
void join(std::vector<PixelRect>& rects, std::size_t limit, std::int64_t free_waste) {
    while (rects.size() > 1) {
        std::size_t best_a = 0, best_b = 1;
        std::int64_t best = INT64_MAX;
        for (std::size_t a = 0; a + 1 < rects.size(); ++a) {
            for (std::size_t b = a + 1; b < rects.size(); ++b) {
                const std::int64_t waste = area(united(rects[a], rects[b])) - area(rects[a]) - area(rects[b]);
                if (waste < best) {
                    best = waste;
                    best_a = a;
                    best_b = b;
                }
            }
        }
        if (rects.size() <= limit && best > free_waste) return;
        rects[best_a] = united(rects[best_a], rects[best_b]);
        rects.erase(rects.begin() + static_cast<std::ptrdiff_t>(best_b));
    }
}

}  // namespace

void PrimitiveList::gather(const ImDrawData& data, int w_px, int h_px) {
    pieces.clear();
    primitives.clear();
    triangles = 0;
    origin_x = data.DisplayPos.x;
    origin_y = data.DisplayPos.y;
    const PixelBox picture = PixelBox::of({0, 0, w_px, h_px});
    for (int n = 0; n < data.CmdListsCount; ++n) {
        const ImDrawList& list = *data.CmdLists[n];
        for (const ImDrawCmd& command : list.CmdBuffer) {
            if (command.UserCallback != nullptr || command.ElemCount < 3) continue;
            insist(command.IdxOffset + command.ElemCount <= static_cast<unsigned>(list.IdxBuffer.Size) &&
                       command.VtxOffset < static_cast<unsigned>(list.VtxBuffer.Size),
                   "a draw command outside its buffers");
            triangles += command.ElemCount / 3;
            const PixelBox clip = clip_box(command.ClipRect, origin_x, origin_y, picture);
            if (clip.empty()) continue;
            pieces.push_back({&list, &command, reinterpret_cast<TextureId>(command.GetTexID()), clip});
            const ImDrawIdx* first = list.IdxBuffer.Data + command.IdxOffset;
            Gatherer(*this, list, command, clip).all(first, first + command.ElemCount);
        }
    }
}

void Damage::resize(int w_px, int h_px) {
    insist(w_px > 0 && h_px > 0 && w_px <= max_side_px && h_px <= max_side_px, "a picture of an impossible size");
    w_px_ = w_px;
    h_px_ = h_px;
    shift_ = static_cast<std::int64_t>(w_px) * h_px > 2560 * 1440 ? 6 : 5;
    columns_ = (w_px + (1 << shift_) - 1) >> shift_;
    rows_ = (h_px + (1 << shift_) - 1) >> shift_;
    const auto tiles = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
    now_.assign(tiles, 0);
    before_.assign(tiles, 0);
    changed_.assign(tiles, 0);
    undrawn_.assign(tiles, 0);
    known_ = false;
}

void Damage::fold(const PrimitiveList& frame, const std::function<std::uint32_t(TextureId)>& version) {
    std::fill(now_.begin(), now_.end(), 0);
    std::uint64_t origin = 0;
    std::memcpy(&origin, &frame.origin_x, sizeof(float));
    std::memcpy(reinterpret_cast<char*>(&origin) + sizeof(float), &frame.origin_y, sizeof(float));
    std::uint32_t piece = UINT32_MAX;
    std::uint64_t seed = 0;
    const ImDrawVert* vertices = nullptr;
    for (const Primitive& p : frame.primitives) {
        if (p.piece != piece) {
            piece = p.piece;
            const DrawPiece& from = frame.pieces[piece];
            seed = mixed(mixed(mixed(0x2545f4914f6cdd1du, from.texture), version(from.texture)), origin);
            vertices = from.list->VtxBuffer.Data + from.command->VtxOffset;
        }
        std::uint64_t hash = mixed(seed, packed(p.box));
        for (int corner = 0; corner < (p.pair ? 4 : 3); ++corner) hash = mixed(hash, vertices[p.corners[corner]]);
        const int x0 = p.box.x0 >> shift_, x1 = (p.box.x1 - 1) >> shift_;
        const int y0 = p.box.y0 >> shift_, y1 = (p.box.y1 - 1) >> shift_;
        for (int y = y0; y <= y1; ++y) {
            std::uint64_t* row = now_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_);
            for (int x = x0; x <= x1; ++x) row[x] = (std::rotl(row[x], 23) ^ hash) * 0x9fb21c651e98df25u;
        }
    }
}

bool Damage::compare(const PrimitiveList& frame, const std::function<std::uint32_t(TextureId)>& version) {
    insist(columns_ > 0, "compare() before resize()");
    fold(frame, version);
    bool any = false;
    for (std::size_t i = 0; i < now_.size(); ++i) {
        const bool differs = !known_ || now_[i] != before_[i];
        changed_[i] = differs ? 1 : 0;
        undrawn_[i] = static_cast<std::uint8_t>(undrawn_[i] | changed_[i]);
        any = any || differs;
    }
    known_ = true;
    now_.swap(before_);
    return any;
}

std::vector<PixelRect> Damage::take_undrawn() {
    std::vector<PixelRect> rects = merge(undrawn_);
    std::fill(undrawn_.begin(), undrawn_.end(), 0);
    return rects;
}

std::vector<PixelRect> Damage::merge(const Tiles& tiles) const {
    constexpr std::size_t enough = 64;  // join() compares all pairs
    int columns = columns_, rows = rows_, side = 1 << shift_;
    std::vector<PixelRect> rects = runs(tiles, columns, rows);
    for (Tiles coarse = tiles; rects.size() > enough; side *= 2) {
        coarse = coarser(coarse, columns, rows);
        rects = runs(coarse, columns, rows);
    }
    join(rects, max_rects, 4);
    for (PixelRect& r : rects) {
        r = {r.x * side, r.y * side, r.w * side, r.h * side};
        r.w = std::min(r.w, w_px_ - r.x);
        r.h = std::min(r.h, h_px_ - r.y);
    }
    return rects;
}

}  // namespace xinghuo
