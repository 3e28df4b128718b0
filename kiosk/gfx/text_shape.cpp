#include "kiosk/gfx/text_shape.h"

#include <hb.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string_view>

#include "content/base/assert.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::u32string_view kOpening = U"（〔［｛〈《「『【〖“‘";
constexpr std::u32string_view kClosing = U"）〕］｝〉》」』】〗”’、，。．；：！？";
constexpr std::u32string_view kNewlines = U"\n\r\v\f\u0085\u2028\u2029";
constexpr std::u32string_view kSpaces =
    U" \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000";
constexpr float kSmallestSize = 1, kLargestSize = 2000;
constexpr std::size_t kMostRuns = 10000;

bool among(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }
bool is_letter(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= 0xc0 && c < 0x250 && c != 0xd7 && c != 0xf7);
}
bool is_chinese(char32_t c) { return is_han(c) || (c >= 0x3001 && c < 0x3100) || (c >= 0xff00 && c < 0xff61); }

// A user-perceived character on its way to becoming (part of) an atom.
struct Piece {
    std::size_t from = 0, to = 0;  // code points
    std::uint16_t run = 0;
    std::uint16_t font = FontSet::kNone;
    AtomKind kind = AtomKind::ink;
    bool shows = true;  // has glyphs of its own
};

struct Release {
    void operator()(hb_buffer_t* buffer) const { hb_buffer_destroy(buffer); }
};

class Shaper {
public:
    Shaper(FontSet& fonts, const Paragraph& paragraph, float text_factor, ShapedText& out)
        : fonts_(fonts), paragraph_(paragraph), text_factor_(text_factor), out_(out), buffer_(hb_buffer_create()) {}

    void all() {
        join();
        decode();
        for (std::size_t first = 0; first < pieces_.size();) first = item(first);
        mark_neighbours();
        mark_breaks();
    }

private:
    void join() {
        for (const Run& run : paragraph_.runs) {
            out_.text += run.text;
            run_ends_.push_back(out_.text.size());
        }
        if (out_.text.size() <= kLongestTextBytes) return;
        std::size_t end = kLongestTextBytes;
        while (end > 0 && (static_cast<unsigned char>(out_.text[end]) & 0xc0u) == 0x80u) --end;
        out_.text.resize(end);
        out_.cut = true;
    }

    void decode() {
        const std::vector<CodePoint> points = code_points(out_.text);
        out_.characters = character_starts(out_.text);
        if (out_.text.empty()) out_.characters.clear();
        std::size_t chinese = 0, letters = 0;
        for (const CodePoint& point : points) {
            characters_.push_back(point.character);
            chinese += is_chinese(point.character) ? 1 : 0;
            letters += is_letter(point.character) ? 1 : 0;
        }
        out_.western = chinese * 4 < letters;
        std::size_t at = 0;
        std::uint16_t run = 0;
        for (std::size_t k = 0; k + 1 < out_.characters.size(); ++k) {
            while (run + 1u < run_ends_.size() && out_.characters[k] >= run_ends_[run]) ++run;
            Piece piece;
            piece.from = at;
            while (at < points.size() && points[at].byte < out_.characters[k + 1]) ++at;
            piece.to = at;
            piece.run = run;
            classify(piece);
            pieces_.push_back(piece);
        }
        for (std::size_t i = 0; i < characters_.size(); ++i) shown_.push_back(shown_as(i));
    }

    void classify(Piece& piece) {
        const std::span<const char32_t> all(characters_.data() + piece.from, piece.to - piece.from);
        const char32_t c = all.front();
        if (among(kNewlines, c)) {
            piece.kind = AtomKind::newline;
        } else if (among(kSpaces, c)) {
            piece.kind = AtomKind::space;
        }
        piece.shows = c == U'\t' || !std::all_of(all.begin(), all.end(), [](char32_t d) {
            return is_control(d) || is_ignorable(d) || among(kNewlines, d);
        });
        if (!piece.shows) {
            if (piece.kind == AtomKind::ink) piece.kind = AtomKind::space;
            return;
        }
        const char32_t tab_as_space = U' ';
        piece.font = fonts_.font_for(paragraph_.runs[piece.run].face,
                                     c == U'\t' ? std::span<const char32_t>(&tab_as_space, 1) : all);
        if (piece.font == FontSet::kNone)  // a base with a mark no font combines: at least the base
            piece.font = fonts_.font_for(paragraph_.runs[piece.run].face, all.first(1));
        if (piece.font == FontSet::kNone && !out_.missing.ends_with(c)) out_.missing += c;
    }

    // The character whose glyph is set. The middle dot between Han is the centred one of the CJK fonts in all faces.
    char32_t shown_as(std::size_t i) const {
        const char32_t c = characters_[i];
        if (c == U'\t') return U' ';
        const bool between =
            i > 0 && i + 1 < characters_.size() && is_chinese(characters_[i - 1]) && is_chinese(characters_[i + 1]);
        return c == U'·' && between ? U'・' : c;
    }

    // Which form of its glyph a character takes, besides the usual one.
    hb_tag_t form_of(std::size_t i) const {
        constexpr hb_tag_t kNarrow = HB_TAG('p', 'w', 'i', 'd'), kWide = HB_TAG('f', 'w', 'i', 'd');
        const char32_t c = characters_[i];
        if (out_.western) return is_chinese(c) ? HB_TAG_NONE : kNarrow;
        if (c == U'—') return kWide;
        const bool apostrophe = c == U'’' && i > 0 && i + 1 < characters_.size() && is_letter(characters_[i - 1]) &&
                                is_letter(characters_[i + 1]);
        return apostrophe ? kNarrow : HB_TAG_NONE;
    }

    float size_of(std::uint16_t run) const { return set_size(paragraph_.runs[run], text_factor_); }

    hb_script_t script_of(std::size_t i) const {
        return hb_unicode_script(hb_unicode_funcs_get_default(), static_cast<hb_codepoint_t>(shown_[i]));
    }
    static bool real_script(hb_script_t script) {
        return script != HB_SCRIPT_COMMON && script != HB_SCRIPT_INHERITED && script != HB_SCRIPT_UNKNOWN;
    }

    // Sets pieces from `first` on as far as font, size and script are the same; says where the next item starts.
    std::size_t item(std::size_t first) {
        const Piece& piece = pieces_[first];
        if (!piece.shows || piece.font == FontSet::kNone) {
            add_atom(first, 1);
            if (piece.shows) add_code_frame(out_.atoms.back());
            return first + 1;
        }
        const hb_tag_t form = form_of(piece.from);
        hb_script_t script = HB_SCRIPT_COMMON;
        std::size_t end = first;
        for (; end < pieces_.size(); ++end) {
            const Piece& next = pieces_[end];
            if (!next.shows || next.font != piece.font || size_of(next.run) != size_of(piece.run)) break;
            if (form_of(next.from) != form) break;
            const hb_script_t own = script_of(next.from);
            if (!real_script(own)) continue;
            if (real_script(script) && own != script) break;
            script = own;
        }
        shape_item(first, end, script, form);
        return end;
    }

    void shape_item(std::size_t first, std::size_t end, hb_script_t script, hb_tag_t form) {
        Font* font = fonts_.font(pieces_[first].font);
        const std::size_t from = pieces_[first].from, to = pieces_[end - 1].to;
        hb_buffer_t* buffer = buffer_.get();
        hb_buffer_reset(buffer);
        static_assert(sizeof(char32_t) == sizeof(hb_codepoint_t));
        hb_buffer_add_codepoints(buffer, reinterpret_cast<const hb_codepoint_t*>(shown_.data()),
                                 static_cast<int>(shown_.size()), static_cast<unsigned>(from),
                                 static_cast<int>(to - from));
        hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
        hb_buffer_set_script(buffer, real_script(script) ? script : HB_SCRIPT_HAN);
        hb_buffer_set_language(buffer, hb_language_from_string("zh-Hans", -1));
        hb_buffer_set_flags(buffer, HB_BUFFER_FLAG_REMOVE_DEFAULT_IGNORABLES);
        // No ligatures: a caption's highlight moves a character at a time. Features are never given for a part of an
        // item, because HarfBuzz keeps a plan for ever for every pattern of them.
        const hb_feature_t features[] = {
            {HB_TAG('l', 'i', 'g', 'a'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
            {HB_TAG('c', 'l', 'i', 'g'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
            {form, 1, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END}};
        hb_shape(font->shaper(), buffer, features, form == HB_TAG_NONE ? 2 : 3);

        unsigned count = 0;
        const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
        const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, nullptr);
        std::size_t piece = first;
        const auto piece_of = [&](unsigned glyph) {  // clusters ascend
            while (piece + 1 < end && pieces_[piece + 1].from <= infos[glyph].cluster) ++piece;
            return piece;
        };
        std::size_t atom_from = first;
        for (unsigned i = 0; i < count;) {
            const std::size_t own = piece_of(i);
            const unsigned first_glyph = i;
            while (i < count && piece_of(i) == own) ++i;
            const std::size_t next = i < count ? piece_of(i) : end;
            add_atom(atom_from, next - atom_from);
            float pen = 0;
            for (unsigned k = first_glyph; k < i; ++k) {
                add_glyph(*font, infos[k], positions[k], pen);
                pen += static_cast<float>(positions[k].x_advance);
            }
            finish_atom(out_.atoms.back(), *font, pen);
            atom_from = next;
        }
        if (count == 0) add_atom(first, end - first);
    }

    void add_glyph(const Font& font, const hb_glyph_info_t& info, const hb_glyph_position_t& at, float pen) {
        Atom& atom = out_.atoms.back();
        const float scale = atom.size / font.units_per_em();
        Glyph glyph{info.codepoint, pieces_[atom.first_character].font, false,
                    (pen + static_cast<float>(at.x_offset)) * scale, -static_cast<float>(at.y_offset) * scale};
        if (glyph.id == 0) {  // a font that has the character, yet not in this company
            glyph.id = characters_[info.cluster];
            glyph.font = FontSet::kNone;
            out_.missing += characters_[info.cluster];
        } else {
            glyph.proportional = std::abs(font.advance_em(glyph.id) - 1) > 0.01f;
        }
        out_.glyphs.push_back(glyph);
        ++atom.glyphs;
    }

    // The atom's glyphs are all there: its width, and what its character asks for.
    void finish_atom(Atom& atom, Font& font, float pen) {
        atom.advance = std::max(0.0f, pen * atom.size / font.units_per_em());
        if (atom.glyphs != 1) return;
        Glyph& glyph = out_.glyphs[atom.first_glyph];
        if (atom.first >= U'0' && atom.first <= U'9' && glyph.id != 0) {
            glyph.x = (font.digit_em() - font.advance_em(glyph.id)) / 2 * atom.size;
            atom.advance = font.digit_em() * atom.size;
        }
        const bool wide = !glyph.proportional && glyph.font != FontSet::kNone;
        if (wide && (atom.first == U'·' || atom.first == U'・')) {  // half a cell, GB/T 15834
            const Squeezed half = font.squeezed(U'・');
            glyph.x += half.shift * atom.size;
            atom.advance -= half.lost * atom.size;
        }
        if (!wide || !(among(kOpening, atom.first) || among(kClosing, atom.first))) return;
        const Squeezed half = font.squeezed(atom.first);
        if (half.lost <= 0) return;
        atom.kind = among(kOpening, atom.first) ? AtomKind::opening : AtomKind::closing;
        atom.squeezed = {half.lost * atom.size, half.shift * atom.size};
    }

    void add_atom(std::size_t piece, std::size_t pieces) {
        const Piece& p = pieces_[piece];
        Atom atom;
        atom.kind = p.kind;
        atom.run = p.run;
        atom.first = characters_[p.from];
        atom.last = characters_[pieces_[piece + pieces - 1].to - 1];
        atom.first_glyph = out_.glyphs.size();
        atom.first_character = piece;
        atom.characters = pieces;
        atom.size = size_of(p.run);
        out_.atoms.push_back(atom);
    }

    void add_code_frame(Atom& atom) {
        out_.glyphs.push_back({atom.first, FontSet::kNone, false, 0, 0});
        atom.glyphs = 1;
        atom.advance = atom.size;
    }

    // 。” 》（ and the like share one blank: CLREQ, adjacent punctuation.
    void mark_neighbours() {
        std::vector<Atom>& atoms = out_.atoms;
        for (std::size_t i = 0; i + 1 < atoms.size(); ++i) {
            const bool mark_next = atoms[i + 1].kind == AtomKind::opening || atoms[i + 1].kind == AtomKind::closing;
            if (atoms[i].kind == AtomKind::closing && mark_next) atoms[i].beside_mark = true;
            if (atoms[i].kind == AtomKind::opening && atoms[i + 1].kind == AtomKind::opening)
                atoms[i + 1].beside_mark = true;
        }
    }

    void mark_breaks() {
        const std::vector<LineBreak> breaks = line_breaks(out_.text);
        std::size_t next = 0;
        for (Atom& atom : out_.atoms) {
            const std::size_t byte = out_.characters[atom.first_character];
            while (next < breaks.size() && breaks[next].byte < byte) ++next;
            if (next >= breaks.size() || breaks[next].byte != byte) continue;
            atom.may_break = true;
            atom.must_break = breaks[next].must;
        }
    }

    FontSet& fonts_;
    const Paragraph& paragraph_;
    float text_factor_;
    ShapedText& out_;
    std::unique_ptr<hb_buffer_t, Release> buffer_;
    std::vector<std::size_t> run_ends_;
    std::u32string characters_;  // of the text
    std::u32string shown_;       // what is set in their place
    std::vector<Piece> pieces_;
};

}  // namespace

float set_size(const Run& run, float text_factor) {
    const float size = run.size * text_factor;
    return size >= kSmallestSize ? std::min(size, kLargestSize) : kSmallestSize;  // not a number: the smallest
}

ShapedText shape(FontSet& fonts, const Paragraph& paragraph, float text_factor) {
    insist(paragraph.runs.size() <= kMostRuns, "a paragraph has a few runs, not thousands");
    ShapedText out;
    Shaper(fonts, paragraph, text_factor, out).all();
    return out;
}

Atom shape_ellipsis(FontSet& fonts, ShapedText& text, const Paragraph& paragraph, const Atom& like) {
    Paragraph dots;
    const Run& style = paragraph.runs[like.run];
    dots.runs.push_back({text.western ? "a…" : "…", style.face, like.size, style.colour});
    const ShapedText shaped = shape(fonts, dots, 1);
    Atom atom = shaped.atoms.back();
    for (std::size_t i = 0; i < atom.glyphs; ++i) text.glyphs.push_back(shaped.glyphs[atom.first_glyph + i]);
    atom.first_glyph = text.glyphs.size() - atom.glyphs;
    atom.run = like.run;
    atom.characters = 0;
    return atom;
}

}  // namespace xinghuo
