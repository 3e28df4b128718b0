// Text: FreeType outlines, HarfBuzz shaping, ICU line breaking, glyphs cached in texture pages.
//
// Layout is in imaginary px; glyphs are rasterised for the panel (px × scale), so text is sharp at every size.
// Layouts are immutable and shared; the engine keeps the recent ones, so asking every frame costs a look-up.
// Text runs from left to right. Marks are set as CLREQ and GB/T 15834 ask: adjacent full-width marks share a blank, a
// line's first opening and last closing mark lose theirs, digits are all as wide. Main thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "kiosk/gfx/geometry.h"
#include "kiosk/gfx/renderer.h"

struct ImDrawList;

namespace xinghuo {

enum class Face : std::uint8_t { sans, sans_bold, serif, serif_bold };
enum class Align : std::uint8_t { left, centre, right };

// A piece of text in one style. Line height and alignment belong to the paragraph.
struct Run {
    std::string text;   // UTF-8; '\n' ends a line
    Face face = Face::sans;
    float size = 34;    // imaginary px
    Colour colour;
};

struct Paragraph {
    std::vector<Run> runs;
    float width = 0;          // lines break here; 0: never
    float line_height = 1.6f; // times the largest size of the line
    Align align = Align::left;
    int max_lines = 0;        // 0: all; else the last line ends in … where something is left out
};

// Where one user-perceived character stands, relative to the layout's top left corner.
struct CharacterBox {
    std::size_t byte = 0;  // in the runs' text joined together
    Rect box;              // advance wide, line high
};

class TextLayout {
public:
    virtual ~TextLayout() = default;
    [[nodiscard]] virtual Vec2 size() const = 0;          // of the ink's lines: widest line, all lines
    [[nodiscard]] virtual int lines() const = 0;
    [[nodiscard]] virtual bool truncated() const = 0;     // max_lines cut something off
    [[nodiscard]] virtual bool overflows() const = 0;     // a single unbreakable piece is wider than the paragraph
    [[nodiscard]] virtual const std::string& text() const = 0;
    [[nodiscard]] virtual const std::vector<CharacterBox>& characters() const = 0;
    [[nodiscard]] virtual float first_baseline() const = 0;  // from the top
};

// Characters from from_byte to before to_byte (in the joined text) are drawn in this colour: a caption as it is spoken.
// Of two that overlap the later one shows.
struct Highlight {
    std::size_t from_byte = 0, to_byte = 0;
    Colour colour;
};

struct FontFiles {
    // Found on the system at the places Debian's packages put them; missing ones are named in the error.
    static Result<FontFiles> debian();
    std::string sans, sans_bold, serif, serif_bold;  // Noto CJK collections; index 2 is Simplified Chinese
    std::vector<std::string> fallback;               // in this order
};

class TextEngine {
public:
    static Result<std::unique_ptr<TextEngine>> open(const FontFiles& fonts, Renderer& renderer);
    virtual ~TextEngine() = default;

    // Real px per imaginary px, and the factor by which all text grows on small panels. Clears the cache when changed.
    virtual void set_scale(float px_per_unit, float text_factor) = 0;

    virtual std::shared_ptr<const TextLayout> layout(const Paragraph& paragraph) = 0;
    // Glyphs outside the list's clip rectangle are not painted. The layout must come from this engine.
    // origin: top left in imaginary px. alpha multiplies all colours. moving: no hinting and no rounding to whole px.
    virtual void draw(ImDrawList& list, const TextLayout& layout, Vec2 origin, float alpha = 1,
                      const std::vector<Highlight>& highlights = {}, bool moving = false) = 0;
    // Once per frame, before drawing: pages that overflowed are started again here, never in the middle of a frame.
    virtual void begin_frame() = 0;

    // The characters asked for so far that no font has (drawn as a framed code, never □); the admin is told.
    [[nodiscard]] virtual const std::u32string& missing() const = 0;
    [[nodiscard]] virtual std::size_t pages() const = 0;
};

// Whether all of it shows within this height, at its width.
inline bool fits(TextEngine& engine, const Paragraph& paragraph, float height) {
    const std::shared_ptr<const TextLayout> layout = engine.layout(paragraph);
    return !layout->truncated() && !layout->overflows() && layout->size().y <= height;
}

}  // namespace xinghuo
