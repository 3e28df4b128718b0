#include "kiosk/gfx/text_lines.h"

#include <algorithm>

#include "content/base/text.h"
#include "kiosk/gfx/text_shape.h"

namespace xinghuo {
namespace {

// Widths are sums of floats; a paragraph as wide as a measured line must not break it.
constexpr float kSlackPx = 1.0f / 64;
// The middle of Han ink above the baseline: the em box of the CJK fonts reaches from -0.12 to 0.88.
constexpr float kMiddleEm = 0.38f;

struct Line {
    std::size_t from = 0, to = 0;  // atoms, hanging spaces and newline included
    bool ellipsis = false;
};

}  // namespace

// Breaks and places one paragraph, once.
class Placer {
public:
    Placer(FontSet& fonts, const Paragraph& paragraph, float text_factor, std::u32string& missing)
        : fonts_(fonts),
          paragraph_(paragraph),
          shaped_(shape(fonts, paragraph, text_factor)),
          text_factor_(text_factor) {
        for (const char32_t c : shaped_.missing)
            if (missing.find(c) == std::u32string::npos) missing += c;
        measure();
    }

    std::shared_ptr<const PlacedText> all() {
        break_lines();
        truncate();
        auto out = std::make_shared<PlacedText>();
        for (const Run& run : paragraph_.runs) out->styles_.push_back({set_size(run, text_factor_), run.colour});
        put(*out);
        out->text_ = std::move(shaped_.text);
        return out;
    }

private:
    const std::vector<Atom>& atoms() const { return shaped_.atoms; }
    bool limited() const { return paragraph_.width > 0; }

    void measure() {
        ends_.assign(1, 0.0);
        inked_.assign(1, 0);
        for (const Atom& atom : atoms()) {
            ends_.push_back(ends_.back() + static_cast<double>(advance(atom)));
            const bool hangs = atom.kind == AtomKind::space || atom.kind == AtomKind::newline;
            inked_.push_back(hangs ? inked_.back() : inked_.size());
        }
    }

    static float advance(const Atom& atom) { return atom.advance - (atom.beside_mark ? atom.squeezed.lost : 0); }
    float lost_at_start(std::size_t first) const {
        const Atom& atom = atoms()[first];
        return atom.kind == AtomKind::opening && !atom.beside_mark ? atom.squeezed.lost : 0;
    }
    float lost_at_end(std::size_t last) const {
        const Atom& atom = atoms()[last];
        return atom.kind == AtomKind::closing && !atom.beside_mark ? atom.squeezed.lost : 0;
    }
    // Of a line of these atoms: without the spaces that hang over its end, and with both edges squeezed.
    float width(std::size_t from, std::size_t to) const {
        const std::size_t end = std::max(from, inked_[to]);
        if (end == from) return 0;
        return static_cast<float>(ends_[end] - ends_[from]) - lost_at_start(from) - lost_at_end(end - 1);
    }
    bool fits(float line_width) const { return !limited() || line_width <= paragraph_.width + kSlackPx; }

    void break_lines() {
        for (std::size_t from = 0; from < atoms().size();) {
            const std::size_t to = line_end(from);
            lines_.push_back({from, to, false});
            if (!fits(width(from, to))) overflows_ = true;
            from = to;
        }
    }

    std::size_t line_end(std::size_t from) const {
        std::size_t best = from;
        for (std::size_t to = from + 1; to <= atoms().size(); ++to) {
            if (!fits(width(from, to))) return best > from ? best : forced_end(from);
            if (to == atoms().size() || atoms()[to].must_break) return to;
            // A line of nothing but spaces helps nobody: the long word stays with them.
            if (atoms()[to].may_break && inked_[to] > from) best = to;
        }
        return atoms().size();
    }

    // Within a word too long for a line: the last place that fits, if possible one that breaks no rule of marks, best
    // one after a dash or another joint in the line's second half.
    std::size_t forced_end(std::size_t from) const {
        std::size_t any = from + 1, good = from, joint = from;
        for (std::size_t to = from + 1; to < atoms().size() && fits(width(from, to)); ++to) {
            any = to;
            if (starts_no_line(atoms()[to].first) || ends_no_line(atoms()[to - 1].last)) continue;
            good = to;
            const bool after_joint =
                std::u32string_view(U"—–-～~._=&@").find(atoms()[to - 1].last) != std::u32string_view::npos;
            if (after_joint && width(from, to) * 2 > paragraph_.width) joint = to;
        }
        return joint > from ? joint : good > from ? good : any;
    }

    void truncate() {
        const bool too_many =
            paragraph_.max_lines > 0 && lines_.size() > static_cast<std::size_t>(paragraph_.max_lines);
        if (lines_.empty() || !(too_many || shaped_.cut)) return;
        if (too_many) lines_.resize(static_cast<std::size_t>(paragraph_.max_lines));
        truncated_ = true;
        Line& line = lines_.back();
        line.ellipsis = true;
        const Atom& like = atoms()[line.to - 1];
        ellipsis_ = shape_ellipsis(fonts_, shaped_, paragraph_, like);
        line.to = std::max(line.from, inked_[line.to]);
        while (line.to > line.from && !fits(cut_width(line))) --line.to;
        while (line.to > line.from && odd_before_ellipsis(atoms()[line.to - 1])) --line.to;
        if (!fits(cut_width(line))) overflows_ = true;
    }
    float cut_width(const Line& line) const {
        if (line.to == line.from) return ellipsis_.advance;
        return static_cast<float>(ends_[line.to] - ends_[line.from]) - lost_at_start(line.from) + ellipsis_.advance;
    }
    static bool odd_before_ellipsis(const Atom& atom) {
        return atom.kind == AtomKind::space || atom.kind == AtomKind::newline || ends_no_line(atom.last) ||
               std::u32string_view(U"，、；：,;:·").find(atom.last) != std::u32string_view::npos;
    }

    void put(PlacedText& out) {
        float widest = 0;
        for (const Line& line : lines_) widest = std::max(widest, line_width(line));
        const float room = limited() ? paragraph_.width : widest;
        float top = 0;
        for (const Line& line : lines_) {
            float size = line.ellipsis && line.to == line.from ? ellipsis_.size : 0;
            for (std::size_t i = line.from; i < line.to; ++i) size = std::max(size, atoms()[i].size);
            const float height = size * paragraph_.line_height;
            const float baseline = top + height / 2 + size * kMiddleEm;
            if (out.lines_++ == 0) out.first_baseline_ = baseline;
            const float rest = std::max(0.0f, room - line_width(line));
            const float left = paragraph_.align == Align::left ? 0 : paragraph_.align == Align::right ? rest : rest / 2;
            put_line(out, line, {left, top, 0, height}, baseline);
            top += height;
        }
        out.size_ = {widest, top};
        out.truncated_ = truncated_;
        out.overflows_ = overflows_;
    }
    float line_width(const Line& line) const { return line.ellipsis ? cut_width(line) : width(line.from, line.to); }

    void put_line(PlacedText& out, const Line& line, Rect place, float baseline) {
        const std::size_t end = std::max(line.from, inked_[line.to]);
        for (std::size_t i = line.from; i < line.to; ++i) {
            const Atom& atom = atoms()[i];
            const bool start = i == line.from && lost_at_start(i) > 0;
            const bool last = !line.ellipsis && i + 1 == end && lost_at_end(i) > 0;
            const bool squeezed = start || last || atom.beside_mark;
            place.w = atom.advance - (squeezed ? atom.squeezed.lost : 0);
            put_glyphs(out, atom, place.x + (squeezed ? atom.squeezed.shift : 0), baseline,
                       shaped_.characters[atom.first_character]);
            put_boxes(out, atom, place);
            place.x += place.w;
        }
        if (!line.ellipsis) return;
        const std::size_t cut_at =
            line.to < atoms().size() ? atoms()[line.to].first_character : shaped_.characters.size() - 1;
        put_glyphs(out, ellipsis_, place.x, baseline, shaped_.characters[cut_at]);
    }

    void put_glyphs(PlacedText& out, const Atom& atom, float x, float baseline, std::size_t byte) {
        for (std::size_t g = atom.first_glyph; g < atom.first_glyph + atom.glyphs; ++g) {
            const Glyph& glyph = shaped_.glyphs[g];
            out.glyphs_.push_back({x + glyph.x, baseline + glyph.y, glyph.id, static_cast<std::uint32_t>(byte),
                                   glyph.font, atom.run, glyph.proportional});
        }
    }

    void put_boxes(PlacedText& out, const Atom& atom, Rect place) {
        place.w /= static_cast<float>(atom.characters);
        for (std::size_t k = 0; k < atom.characters; ++k) {
            out.characters_.push_back({shaped_.characters[atom.first_character + k], place});
            place.x += place.w;
        }
    }

    FontSet& fonts_;
    const Paragraph& paragraph_;
    ShapedText shaped_;
    float text_factor_;
    std::vector<double> ends_;        // where each atom ends if all stood in one line
    std::vector<std::size_t> inked_;  // [i]: one past the last atom before i that is neither space nor newline
    std::vector<Line> lines_;
    Atom ellipsis_;
    bool truncated_ = false, overflows_ = false;
};

std::shared_ptr<const PlacedText> PlacedText::place(FontSet& fonts, const Paragraph& paragraph, float text_factor,
                                                    std::u32string& missing) {
    return Placer(fonts, paragraph, text_factor, missing).all();
}

}  // namespace xinghuo
