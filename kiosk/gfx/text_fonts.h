// The fonts text is set in: mapped files, opened when the first character needs them. Only text*.cpp includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/base/result.h"
#include "kiosk/gfx/text.h"

struct hb_font_t;
struct FT_FaceRec_;
struct FT_LibraryRec_;

namespace xinghuo {

// A glyph's picture. left/top as FreeType counts them: from the pen on the baseline, y upwards.
struct GlyphBitmap {
    int w = 0, h = 0, left = 0, top = 0;  // real px
    std::vector<std::uint8_t> coverage;   // w × h
};

// How a full-width mark looks squeezed to half its width; in em.
struct Squeezed {
    float lost = 0;   // off the advance
    float shift = 0;  // of the ink: -0.5 for marks whose blank is on the left
};

// One open font. Metrics are in em, so that they serve every size.
class Font {
public:
    static Result<std::unique_ptr<Font>> open(FT_LibraryRec_* library, const std::string& file, long index);
    ~Font();
    Font(const Font&) = delete;
    Font& operator=(const Font&) = delete;

    [[nodiscard]] bool has(char32_t character) const { return glyph_of(character) != 0; }
    // 0 when it has none.
    [[nodiscard]] std::uint32_t glyph_of(char32_t character) const;
    [[nodiscard]] hb_font_t* shaper() const { return shaper_; }
    [[nodiscard]] float units_per_em() const { return units_; }
    [[nodiscard]] float advance_em(std::uint32_t glyph) const;
    // Width of the widest of 0–9: all ten are set as wide, so that years stand in columns.
    [[nodiscard]] float digit_em();
    // By the font's `halt`; nothing lost where it knows no half-width form.
    Squeezed squeezed(char32_t mark);
    // size_px: real px per em. shift_64: the outline is moved right by so many 64ths of a px before it is painted.
    std::optional<GlyphBitmap> paint(std::uint32_t glyph, float size_px, int shift_64, bool hinted);
    // Gives the mapped pages back; the next use fetches them from the system's cache.
    void release_pages() const;

private:
    Font() = default;
    void* bytes_ = nullptr;
    std::size_t size_bytes_ = 0;
    hb_font_t* shaper_ = nullptr;
    FT_FaceRec_* face_ = nullptr;
    float units_ = 1000;
    std::optional<float> digit_em_;
    std::vector<std::pair<char32_t, Squeezed>> squeezed_;
    long size_64_ = 0;  // what face_ is set to
};

// All fonts by number: 0–3 are the faces, then the fallbacks in order.
class FontSet {
public:
    static constexpr std::uint16_t kNone = 0xffff;

    static Result<std::unique_ptr<FontSet>> open(const FontFiles& files);
    ~FontSet();
    FontSet(const FontSet&) = delete;
    FontSet& operator=(const FontSet&) = delete;

    // The first font that has every one of the characters that draw something; kNone when no font has.
    std::uint16_t font_for(Face face, std::span<const char32_t> characters);
    // Null for a font that cannot be opened (said once in the log).
    Font* font(std::uint16_t number);
    void release_pages();

private:
    struct Place {
        std::string file;
        long index = 0;
        bool last_resort = false;  // draws a code for what it does not know, so it is asked only for known characters
        bool failed = false;
        std::unique_ptr<Font> font;
    };
    FontSet() = default;
    FT_LibraryRec_* library_ = nullptr;
    std::vector<Place> places_;
};

}  // namespace xinghuo
