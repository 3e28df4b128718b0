// A paragraph's text as atoms: the smallest pieces that stand or move together, with their glyphs. Widths are in
// imaginary px at the final size. Where lines end is not decided here. Only text*.cpp includes this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kiosk/gfx/text.h"
#include "kiosk/gfx/text_fonts.h"

namespace xinghuo {

// id is a glyph of the font, or with FontSet::kNone the character whose code is drawn in a frame.
struct Glyph {
    std::uint32_t id = 0;
    std::uint16_t font = FontSet::kNone;
    bool proportional = false;  // Latin and the like: placed more finely than whole px
    float x = 0, y = 0;         // from the atom's pen on the baseline, y downwards
};

enum class AtomKind : std::uint8_t { ink, space, newline, opening, closing };

struct Atom {
    AtomKind kind = AtomKind::ink;
    std::uint16_t run = 0;              // of the paragraph
    char32_t first = 0, last = 0;       // its characters at both ends
    std::size_t first_glyph = 0, glyphs = 0;
    std::size_t first_character = 0, characters = 0;  // user-perceived ones: one, or more under a ligature
    float advance = 0;
    float size = 0;
    Squeezed squeezed;          // in px; for opening and closing marks
    bool beside_mark = false;   // squeezed because of its neighbour, wherever the line ends
    bool may_break = false, must_break = false;  // a line may, must end before this atom
};

struct ShapedText {
    std::string text;
    std::vector<Glyph> glyphs;
    std::vector<Atom> atoms;
    std::vector<std::size_t> characters;  // starts in text, the end last
    bool western = false;                 // mostly Latin letters: “” ‘’ … take their narrow forms
    bool cut = false;                     // longer than an engine sets
    std::u32string missing;
};

constexpr std::size_t kLongestTextBytes = 256u << 10;

// The size a run is set at: its own times the factor, within what can be drawn.
float set_size(const Run& run, float text_factor);

ShapedText shape(FontSet& fonts, const Paragraph& paragraph, float text_factor);

// The … that stands for what was left out, in the style of `like`: its glyphs are appended to the text's.
Atom shape_ellipsis(FontSet& fonts, ShapedText& text, const Paragraph& paragraph, const Atom& like);

}  // namespace xinghuo
