#include "kiosk/gfx/text_glyphs.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace xinghuo {
namespace {

constexpr float kLargestPaintedPx = 480;          // beyond, the picture is enlarged
constexpr int kGutterPx = 1;                      // so that linear sampling never meets a neighbour
constexpr std::size_t kGlyphsBeforeRelease = 32;  // mapped font pages are given back after so many paintings

std::uint64_t key(std::uint16_t font, std::uint32_t id, long size_64, int quarter, bool hinted) {
    return static_cast<std::uint64_t>(id) | static_cast<std::uint64_t>(font & 0xffu) << 24 |
           static_cast<std::uint64_t>(size_64) << 32 | static_cast<std::uint64_t>(quarter) << 60 |
           static_cast<std::uint64_t>(hinted ? 1 : 0) << 63;
}

void lay(GlyphBitmap& onto, const GlyphBitmap& what, int x, int y) {
    for (int row = std::max(0, -y); row < what.h && y + row < onto.h; ++row)
        for (int column = std::max(0, -x); column < what.w && x + column < onto.w; ++column) {
            std::uint8_t& to = onto.coverage[static_cast<std::size_t>((y + row) * onto.w + x + column)];
            to = std::max(to, what.coverage[static_cast<std::size_t>(row * what.w + column)]);
        }
}

}  // namespace

CachedGlyph GlyphCache::glyph(std::uint16_t font, std::uint32_t id, float size_px, int quarter, bool hinted) {
    const float painted_px = std::clamp(size_px, 1.0f, kLargestPaintedPx);
    const std::uint64_t k = key(font, id, std::lround(painted_px * 64), quarter, hinted);
    const auto known = glyphs_.find(k);
    const float scale = size_px / painted_px;
    if (known != glyphs_.end()) {
        CachedGlyph cached = known->second;
        cached.scale = scale;
        return cached;
    }
    CachedGlyph cached;
    cached.scale = scale;
    if (const std::optional<GlyphBitmap> bitmap = paint(font, id, painted_px, quarter, hinted);
        bitmap && bitmap->w > 0) {
        if (!find_room(bitmap->w, bitmap->h, cached)) return cached;  // not remembered: the next frame has room again
        cached.left = static_cast<std::int16_t>(bitmap->left);
        cached.top = static_cast<std::int16_t>(-bitmap->top);
        std::vector<std::uint8_t> rgba(bitmap->coverage.size() * 4, 255);
        for (std::size_t i = 0; i < bitmap->coverage.size(); ++i) rgba[i * 4 + 3] = bitmap->coverage[i];
        renderer_.update_texture(pages_[cached.page].texture, {cached.x, cached.y, cached.w, cached.h}, rgba.data(),
                                 false);
    }
    glyphs_.emplace(k, cached);
    return cached;
}

std::optional<GlyphBitmap> GlyphCache::paint(std::uint16_t font, std::uint32_t id, float size_px, int quarter,
                                             bool hinted) {
    ++painted_since_release_;
    if (font == FontSet::kNone) return paint_code(static_cast<char32_t>(id), size_px);
    Font* from = fonts_.font(font);
    if (from == nullptr) return std::nullopt;
    return from->paint(id, size_px, quarter * 64 / kQuarters, hinted);
}

// A character no font has: its code in two rows of digits, framed.
GlyphBitmap GlyphCache::paint_code(char32_t character, float size_px) {
    const std::string code = fmt::format("{:04X}", static_cast<std::uint32_t>(character));
    const int columns = static_cast<int>((code.size() + 1) / 2);
    const int side = std::max(4, static_cast<int>(std::lround(size_px * 0.92f)));
    const int line = std::max(1, static_cast<int>(std::lround(size_px / 28)));
    GlyphBitmap out{side, side, static_cast<int>(std::lround(size_px * 0.04f)),
                    static_cast<int>(std::lround(size_px * 0.84f)), {}};
    out.coverage.assign(static_cast<std::size_t>(side * side), 0);
    for (int i = 0; i < side; ++i)
        for (int k = 0; k < line; ++k)
            for (const int at : {i * side + k, i * side + side - 1 - k, k * side + i, (side - 1 - k) * side + i})
                out.coverage[static_cast<std::size_t>(at)] = 255;
    Font* font = fonts_.font(0);
    if (font == nullptr) return out;
    const float cell = static_cast<float>(side - 4 * line) / static_cast<float>(columns);
    const float digit_px = std::min(cell / font->digit_em(), size_px * 0.46f);
    for (std::size_t i = 0; i < code.size(); ++i) {
        const auto digit = font->glyph_of(static_cast<char32_t>(code[i]));
        const std::optional<GlyphBitmap> bitmap = font->paint(digit, digit_px, 0, true);
        if (!bitmap) continue;
        const int row = static_cast<int>(i) / columns, column = static_cast<int>(i) % columns;
        const float middle_x = static_cast<float>(2 * line) + cell * (static_cast<float>(column) + 0.5f);
        const float middle_y = static_cast<float>(side) * (row == 0 ? 0.28f : 0.72f);
        lay(out, *bitmap, static_cast<int>(std::lround(middle_x - static_cast<float>(bitmap->w) / 2)),
            static_cast<int>(std::lround(middle_y - static_cast<float>(bitmap->h) / 2)));
    }
    return out;
}

bool GlyphCache::find_room(int w, int h, CachedGlyph& into) {
    if (w + 2 * kGutterPx > kPagePx || h + 2 * kGutterPx > kPagePx) return false;
    for (std::size_t i = pages_.size(); i-- > 0;)
        if (find_room_in(pages_[i], w, h, into)) {
            into.page = static_cast<std::uint16_t>(i);
            return true;
        }
    if (pages_.size() >= kMostPages || refused_) {
        left_out_ = true;
        return false;
    }
    std::vector<std::uint8_t> blank(static_cast<std::size_t>(kPagePx) * kPagePx * 4, 255);
    for (std::size_t i = 3; i < blank.size(); i += 4) blank[i] = 0;
    const TextureId texture = renderer_.make_texture(kPagePx, kPagePx, blank.data());
    if (texture == 0) {
        refused_ = left_out_ = true;
        return false;
    }
    pages_.push_back({texture, {}, 0});
    into.page = static_cast<std::uint16_t>(pages_.size() - 1);
    return find_room_in(pages_.back(), w, h, into);
}

bool GlyphCache::find_room_in(Page& page, int w, int h, CachedGlyph& into) {
    const int need_w = w + kGutterPx, need_h = h + kGutterPx;
    Shelf* best = nullptr;
    for (Shelf& shelf : page.shelves)
        if (shelf.h >= need_h && shelf.h <= need_h + need_h / 4 + 2 && shelf.filled + need_w <= kPagePx &&
            (best == nullptr || shelf.h < best->h))
            best = &shelf;
    if (best == nullptr) {
        const int shelf_h = (need_h + 3) / 4 * 4;
        if (page.filled == 0) page.filled = kGutterPx;
        if (page.filled + shelf_h > kPagePx) return false;
        page.shelves.push_back({page.filled, shelf_h, kGutterPx});
        page.filled += shelf_h;
        best = &page.shelves.back();
    }
    into.x = static_cast<std::int16_t>(best->filled);
    into.y = static_cast<std::int16_t>(best->y);
    into.w = static_cast<std::int16_t>(w);
    into.h = static_cast<std::int16_t>(h);
    best->filled += need_w;
    return true;
}

void GlyphCache::begin_frame() {
    if (stale_) pages_to_keep_ = kUsualPages;
    const bool overflown = pages_.size() > pages_to_keep_;
    if (overflown && frames_since_restart_ < kSoonFrames) pages_to_keep_ = kManyPages;  // this screen needs so many
    const bool retry = left_out_ && (!refused_ || frames_since_restart_ >= kSoonFrames);
    if (stale_ || retry || pages_.size() > pages_to_keep_) {
        clear();
        frames_since_restart_ = 0;
    } else if (frames_since_restart_ < kSoonFrames) {
        ++frames_since_restart_;
    }
    if (painted_since_release_ >= kGlyphsBeforeRelease) {
        fonts_.release_pages();
        painted_since_release_ = 0;
    }
}

void GlyphCache::clear() {
    for (const Page& page : pages_) renderer_.destroy_texture(page.texture);
    pages_.clear();
    glyphs_.clear();
    stale_ = refused_ = left_out_ = false;
}

}  // namespace xinghuo
