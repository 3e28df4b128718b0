#include "tools/packer/film_text.h"

#include <cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ft.h>
#include <hb.h>

#include <array>
#include <cmath>

#include "content/base/text.h"
#include "tools/packer/surface.h"

namespace xinghuo {
namespace {

constexpr std::array font_files{"/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
                                "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
                                "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"};
constexpr long simplified_chinese = 2;  // of the collection; 0 would be Japanese shapes
constexpr double pi = 3.14159265358979323846;

struct Font {
    FT_Face ft = nullptr;  // always at 1,000 px
    hb_font_t* hb = nullptr;
};

struct Glyph {
    unsigned index;
    double x, y;
};

// A glyph's outline becomes a path: no font cache of cairo's in between, which would hold on to faces that are closed.
struct Outline {
    cairo_t* cr;
    double x, y, unit;
    double px = 0, py = 0;  // where the pen is
    void pen(const FT_Vector& to) { px = x + static_cast<double>(to.x) * unit, py = y - static_cast<double>(to.y) * unit; }
    [[nodiscard]] double at_x(const FT_Vector& v) const { return x + static_cast<double>(v.x) * unit; }
    [[nodiscard]] double at_y(const FT_Vector& v) const { return y - static_cast<double>(v.y) * unit; }
};

int move_to(const FT_Vector* to, void* user) {
    auto& o = *static_cast<Outline*>(user);
    cairo_close_path(o.cr);
    o.pen(*to);
    cairo_move_to(o.cr, o.px, o.py);
    return 0;
}

int line_to(const FT_Vector* to, void* user) {
    auto& o = *static_cast<Outline*>(user);
    o.pen(*to);
    cairo_line_to(o.cr, o.px, o.py);
    return 0;
}

int cubic_to(const FT_Vector* a, const FT_Vector* b, const FT_Vector* to, void* user) {
    auto& o = *static_cast<Outline*>(user);
    cairo_curve_to(o.cr, o.at_x(*a), o.at_y(*a), o.at_x(*b), o.at_y(*b), o.at_x(*to), o.at_y(*to));
    o.pen(*to);
    return 0;
}

int conic_to(const FT_Vector* c, const FT_Vector* to, void* user) {
    auto& o = *static_cast<Outline*>(user);
    const double cx = o.at_x(*c), cy = o.at_y(*c), tx = o.at_x(*to), ty = o.at_y(*to);
    cairo_curve_to(o.cr, o.px + (cx - o.px) * 2 / 3, o.py + (cy - o.py) * 2 / 3, tx + (cx - tx) * 2 / 3, ty + (cy - ty) * 2 / 3, tx, ty);
    o.pen(*to);
    return 0;
}

void draw_glyph(cairo_t* cr, FT_Face face, const Glyph& glyph, double size) {
    if (FT_Load_Glyph(face, glyph.index, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) return;
    if (face->glyph->format != FT_GLYPH_FORMAT_OUTLINE) return;
    Outline outline{cr, glyph.x, glyph.y, size / 1000.0 / 64.0};
    const FT_Outline_Funcs functions{move_to, line_to, conic_to, cubic_to, 0, 0};
    cairo_new_path(cr);
    FT_Outline_Decompose(&face->glyph->outline, &functions, &outline);
    cairo_close_path(cr);
    cairo_fill(cr);
}

}  // namespace

namespace {
// A Chinese line is better broken after these than within a word.
bool after_comma(std::string_view line) {
    return line.ends_with("、") || line.ends_with("，") || line.ends_with("：") || line.ends_with("；") || line.ends_with("。");
}
}  // namespace

struct Page::State {
    FT_Library library = nullptr;
    std::array<Font, 3> fonts;
    cairo_surface_t* surface = nullptr;
    cairo_t* cr = nullptr;
    int w = 0, h = 0;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (cr != nullptr) cairo_destroy(cr);
        if (surface != nullptr) cairo_surface_destroy(surface);
        for (Font& font : fonts) {
            if (font.hb != nullptr) hb_font_destroy(font.hb);
            if (font.ft != nullptr) FT_Done_Face(font.ft);
        }
        if (library != nullptr) FT_Done_FreeType(library);
    }
    Result<void> open_fonts() {
        if (FT_Init_FreeType(&library) != 0) return Error{ErrorKind::unsupported, "FreeType does not start"};
        for (std::size_t k = 0; k < fonts.size(); ++k) {
            Font& font = fonts[k];
            if (FT_New_Face(library, font_files[k], simplified_chinese, &font.ft) != 0)
                return Error{ErrorKind::missing, std::string(font_files[k]) + " is not installed (package fonts-noto-cjk)"};
            // Shaped at 1,000 px and scaled, so that no width depends on hinting.
            FT_Set_Pixel_Sizes(font.ft, 0, 1000);
            font.hb = hb_ft_font_create(font.ft, nullptr);
            hb_ft_font_set_load_flags(font.hb, FT_LOAD_NO_HINTING);
        }
        return {};
    }
    // Glyphs of one line from (x, baseline); returns the width.
    double shape(std::string_view line, Face face, double size, double x, double baseline, std::vector<Glyph>* out) const {
        const Font& font = fonts[static_cast<std::size_t>(face)];
        hb_buffer_t* buffer = hb_buffer_create();
        hb_buffer_add_utf8(buffer, line.data(), static_cast<int>(line.size()), 0, static_cast<int>(line.size()));
        hb_buffer_guess_segment_properties(buffer);
        hb_buffer_set_language(buffer, hb_language_from_string("zh-Hans", -1));
        hb_shape(font.hb, buffer, nullptr, 0);
        unsigned count = 0;
        const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
        const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
        const double unit = size / 1000.0 / 64.0;
        double at = x;
        for (unsigned i = 0; i < count; ++i) {
            if (out != nullptr) out->push_back({infos[i].codepoint, at + positions[i].x_offset * unit, baseline - positions[i].y_offset * unit});
            at += positions[i].x_advance * unit;
        }
        hb_buffer_destroy(buffer);
        return at - x;
    }
    [[nodiscard]] std::vector<std::string_view> lines(std::string_view text, Face face, double size, double max_w) const {
        std::vector<std::string_view> found;
        std::size_t start = 0, fits = 0, pause = 0;  // pause: the last break at a comma, far enough into the line
        const auto trimmed = [](std::string_view s) {
            while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
            return s;
        };
        const auto width = [&](std::size_t end) { return shape(trimmed(text.substr(start, end - start)), face, size, 0, 0, nullptr); };
        const auto end_line = [&](std::size_t end) {
            found.push_back(trimmed(text.substr(start, end - start)));
            start = end;
            pause = 0;
        };
        for (const LineBreak& stop : line_breaks(text)) {
            if (fits > start && width(stop.byte) > max_w) end_line(pause > start ? pause : fits);
            fits = stop.byte;
            if (after_comma(text.substr(start, fits - start)) && width(fits) > max_w * 0.45) pause = fits;
            if (stop.must && stop.byte < text.size()) end_line(fits);
        }
        if (start < text.size()) found.push_back(trimmed(text.substr(start)));
        return found;
    }
    void rounded(double x, double y, double bw, double bh, double r) const {
        cairo_new_sub_path(cr);
        cairo_arc(cr, x + bw - r, y + r, r, -pi / 2, 0);
        cairo_arc(cr, x + bw - r, y + bh - r, r, 0, pi / 2);
        cairo_arc(cr, x + r, y + bh - r, r, pi / 2, pi);
        cairo_arc(cr, x + r, y + r, r, pi, pi * 3 / 2);
        cairo_close_path(cr);
    }
};

FilmInk ink(unsigned rgb, double alpha) {
    return {((rgb >> 16) & 255) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0, alpha};
}

Result<Page> Page::blank(int w, int h) {
    Page page;
    page.state_ = std::make_shared<State>();
    if (auto opened = page.state_->open_fonts(); !opened) return opened.error();
    page.state_->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    page.state_->cr = cairo_create(page.state_->surface);
    page.state_->w = w;
    page.state_->h = h;
    return page;
}

double Page::text(std::string_view utf8, Face face, double size, double x, double y, double max_w, double line_height, FilmInk c,
                  bool centred) {
    State& s = *state_;
    cairo_set_source_rgba(s.cr, c.r, c.g, c.b, c.a);
    double top = y;
    for (const std::string_view line : s.lines(utf8, face, size, max_w)) {
        std::vector<Glyph> glyphs;
        const double left = centred ? x + (max_w - s.shape(line, face, size, 0, 0, nullptr)) / 2 : x;
        s.shape(line, face, size, left, top + line_height / 2 + size * 0.36, &glyphs);  // capitals stand in the middle
        for (const Glyph& glyph : glyphs) draw_glyph(s.cr, s.fonts[static_cast<std::size_t>(face)].ft, glyph, size);
        top += line_height;
    }
    return top - y;
}

double Page::text_height(std::string_view utf8, Face face, double size, double max_w, double line_height) const {
    return static_cast<double>(state_->lines(utf8, face, size, max_w).size()) * line_height;
}

void Page::box(double x, double y, double w, double h, double radius, FilmInk c) {
    state_->rounded(x, y, w, h, radius);
    cairo_set_source_rgba(state_->cr, c.r, c.g, c.b, c.a);
    cairo_fill(state_->cr);
}

void Page::frame(double x, double y, double w, double h, double radius, double line, FilmInk c) {
    state_->rounded(x, y, w, h, radius);
    cairo_set_source_rgba(state_->cr, c.r, c.g, c.b, c.a);
    cairo_set_line_width(state_->cr, line);
    cairo_stroke(state_->cr);
}

void Page::diamond(double x, double y, double r, FilmInk c) {
    cairo_t* cr = state_->cr;
    cairo_move_to(cr, x, y - r);
    cairo_line_to(cr, x + r, y);
    cairo_line_to(cr, x, y + r);
    cairo_line_to(cr, x - r, y);
    cairo_close_path(cr);
    cairo_set_source_rgba(cr, c.r, c.g, c.b, c.a);
    cairo_fill(cr);
}

void Page::shadow(double x, double y, double w, double h, double reach, double strength) {
    constexpr int rings = 24;
    for (int k = 0; k < rings; ++k) {
        const double grow = reach * (1.0 - (k + 0.5) / rings);
        state_->rounded(x - grow, y - grow, w + 2 * grow, h + 2 * grow, 12 + grow);
        cairo_set_source_rgba(state_->cr, 0.07, 0.05, 0.04, strength / rings * 2.0 * (k + 1.0) / rings);
        cairo_fill(state_->cr);
    }
}

Image Page::picture() const { return image_of_surface(state_->surface); }

}  // namespace xinghuo
