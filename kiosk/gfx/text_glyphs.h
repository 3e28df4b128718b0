// Painted glyphs in texture pages: white, with the coverage as alpha. Only text*.cpp includes this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kiosk/gfx/renderer.h"
#include "kiosk/gfx/text_fonts.h"

namespace xinghuo {

// Where a glyph stands in its page, and relative to the pen; all in real px of the size it was painted at.
struct CachedGlyph {
    std::uint16_t page = 0;
    std::int16_t x = 0, y = 0, w = 0, h = 0;  // w 0: draws nothing
    std::int16_t left = 0, top = 0;           // of the bitmap from the pen on the baseline, y downwards
    float scale = 1;                          // painted smaller than asked for by this factor
};

class GlyphCache {
public:
    static constexpr int kPagePx = 1024;
    static constexpr std::size_t kUsualPages = 6;  // beyond, the next frame starts over ...
    static constexpr std::size_t kManyPages = 12;  // ... unless it would soon have to again: then up to so many stay
    static constexpr std::size_t kMostPages = 24;  // in one frame; glyphs beyond are left out until the next
    static constexpr int kSoonFrames = 60;
    static constexpr int kQuarters = 4;            // places within a px at which proportional glyphs are painted

    GlyphCache(FontSet& fonts, Renderer& renderer) : fonts_(fonts), renderer_(renderer) {}
    ~GlyphCache() { clear(); }
    GlyphCache(const GlyphCache&) = delete;
    GlyphCache& operator=(const GlyphCache&) = delete;

    // Paints it at need. Valid until the next begin_frame(); draws nothing when there is no room or no outline.
    CachedGlyph glyph(std::uint16_t font, std::uint32_t id, float size_px, int quarter, bool hinted);
    [[nodiscard]] TextureId texture(std::uint16_t page) const { return pages_[page].texture; }
    [[nodiscard]] std::size_t pages() const { return pages_.size(); }
    // Starts over when the pages overflowed, or were asked to.
    void begin_frame();
    void clear_at_next_frame() { stale_ = true; }

private:
    struct Shelf {
        int y = 0, h = 0, filled = 0;
    };
    struct Page {
        TextureId texture = 0;
        std::vector<Shelf> shelves;
        int filled = 0;  // height taken by shelves
    };
    std::optional<GlyphBitmap> paint(std::uint16_t font, std::uint32_t id, float size_px, int quarter, bool hinted);
    GlyphBitmap paint_code(char32_t character, float size_px);
    bool find_room(int w, int h, CachedGlyph& into);
    bool find_room_in(Page& page, int w, int h, CachedGlyph& into);
    void clear();

    FontSet& fonts_;
    Renderer& renderer_;
    std::vector<Page> pages_;
    std::unordered_map<std::uint64_t, CachedGlyph> glyphs_;
    std::size_t painted_since_release_ = 0;
    std::size_t pages_to_keep_ = kUsualPages;
    int frames_since_restart_ = kSoonFrames;
    bool stale_ = false;     // another scale
    bool refused_ = false;   // the driver had no texture for a page
    bool left_out_ = false;  // some glyph found no room
};

}  // namespace xinghuo
