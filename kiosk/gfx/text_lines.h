// Shaped text broken into lines and placed: what TextEngine::layout() gives out. Only text*.cpp includes this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kiosk/gfx/text.h"
#include "kiosk/gfx/text_fonts.h"

namespace xinghuo {

struct PlacedGlyph {
    float x = 0, baseline = 0;  // imaginary px from the layout's top left
    std::uint32_t id = 0;
    std::uint32_t byte = 0;     // of its character, for highlights
    std::uint16_t font = FontSet::kNone;
    std::uint16_t style = 0;
    bool proportional = false;
};

struct GlyphStyle {
    float size = 0;  // imaginary px, text factor included
    Colour colour;
};

class PlacedText final : public TextLayout {
public:
    static std::shared_ptr<const PlacedText> place(FontSet& fonts, const Paragraph& paragraph, float text_factor,
                                                   std::u32string& missing);

    [[nodiscard]] Vec2 size() const override { return size_; }
    [[nodiscard]] int lines() const override { return lines_; }
    [[nodiscard]] bool truncated() const override { return truncated_; }
    [[nodiscard]] bool overflows() const override { return overflows_; }
    [[nodiscard]] const std::string& text() const override { return text_; }
    [[nodiscard]] const std::vector<CharacterBox>& characters() const override { return characters_; }
    [[nodiscard]] float first_baseline() const override { return first_baseline_; }

    [[nodiscard]] const std::vector<PlacedGlyph>& glyphs() const { return glyphs_; }
    [[nodiscard]] const GlyphStyle& style(const PlacedGlyph& glyph) const { return styles_[glyph.style]; }

private:
    friend class Placer;
    std::string text_;
    std::vector<PlacedGlyph> glyphs_;
    std::vector<GlyphStyle> styles_;  // one a run
    std::vector<CharacterBox> characters_;
    Vec2 size_;
    float first_baseline_ = 0;
    int lines_ = 0;
    bool truncated_ = false, overflows_ = false;
};

}  // namespace xinghuo
