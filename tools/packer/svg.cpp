#include "tools/packer/svg.h"

#include <cairo.h>
#include <fmt/format.h>
#include <librsvg/rsvg.h>

#include "tools/packer/surface.h"

namespace xinghuo {
namespace {

struct Surface {
    explicit Surface(int w, int h)
        : surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h)), cr(cairo_create(surface)) {}
    ~Surface() {
        cairo_destroy(cr);
        cairo_surface_destroy(surface);
    }
    Surface(const Surface&) = delete;
    Surface& operator=(const Surface&) = delete;
    cairo_surface_t* surface;
    cairo_t* cr;
};

std::string css_escaped(std::string_view id) {
    std::string out;
    for (const char c : id) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '-' || static_cast<unsigned char>(c) >= 0x80;
        if (!plain) out += '\\';
        out += c;
    }
    return out;
}

std::string taken_message(GError* error) {
    std::string what = error != nullptr ? error->message : "unknown reason";
    g_clear_error(&error);
    return what;
}

}  // namespace

struct Svg::Handle {
    RsvgHandle* rsvg = nullptr;
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { if (rsvg != nullptr) g_object_unref(rsvg); }
    Result<void> open(std::string_view svg, const std::string& css) {
        GError* error = nullptr;
        rsvg = rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error);
        if (rsvg == nullptr) return Error{ErrorKind::invalid, "not an SVG drawing: " + taken_message(error)};
        if (!rsvg_handle_set_stylesheet(rsvg, reinterpret_cast<const guint8*>(css.data()), css.size(), &error))
            return Error{ErrorKind::invalid, "style: " + taken_message(error)};
        return {};
    }
};

Result<Svg> Svg::parse(std::string_view svg, std::string_view colour) {
    if (svg.size() > svg_limit_bytes) return Error{ErrorKind::too_large, "an SVG drawing over 32 MB"};
    Svg drawing;
    drawing.handle_ = std::make_shared<Handle>();
    drawing.all_shown_ = std::make_shared<Handle>();
    const std::string css = fmt::format("svg{{color:{}}}", colour);
    std::string shown = css;
    for (const std::string& id : top_level_groups(svg)) shown += fmt::format("#{}{{display:inline}}", css_escaped(id));
    if (auto opened = drawing.handle_->open(svg, css); !opened) return opened.error();
    if (auto opened = drawing.all_shown_->open(svg, shown); !opened) return opened.error();
    gboolean has_width = FALSE, has_height = FALSE, has_box = FALSE;
    RsvgLength width{}, height{};
    RsvgRectangle box{};
    rsvg_handle_get_intrinsic_dimensions(drawing.handle_->rsvg, &has_width, &width, &has_height, &height, &has_box, &box);
    if (has_box) {
        drawing.width_ = box.width;
        drawing.height_ = box.height;
    } else if (has_width && has_height && width.unit == RSVG_UNIT_PX && height.unit == RSVG_UNIT_PX) {
        drawing.width_ = width.length;
        drawing.height_ = height.length;
    }
    if (!(drawing.width_ > 0) || !(drawing.height_ > 0) || drawing.width_ > 16384 || drawing.height_ > 16384)
        return Error{ErrorKind::invalid, "the drawing needs a viewBox with sides of 1 to 16384"};
    return drawing;
}

Result<Image> Svg::whole(int w_px, int h_px) const {
    if (w_px < 1 || h_px < 1 || w_px > svg_side_limit_px || h_px > svg_side_limit_px) return Error{ErrorKind::invalid, "a picture has sides of 1 to 16384 px"};
    const Surface target(w_px, h_px);
    const RsvgRectangle viewport{0, 0, static_cast<double>(w_px), static_cast<double>(h_px)};
    GError* error = nullptr;
    if (!rsvg_handle_render_document(handle_->rsvg, target.cr, &viewport, &error))
        return Error{ErrorKind::invalid, "drawing: " + taken_message(error)};
    return image_of_surface(target.surface);
}

Result<Image> Svg::group(const std::string& id, int w_px, int h_px) const {
    if (w_px < 1 || h_px < 1 || w_px > svg_side_limit_px || h_px > svg_side_limit_px) return Error{ErrorKind::invalid, "a picture has sides of 1 to 16384 px"};
    const Surface target(w_px, h_px);
    const RsvgRectangle viewport{0, 0, static_cast<double>(w_px), static_cast<double>(h_px)};
    GError* error = nullptr;
    if (!rsvg_handle_render_layer(all_shown_->rsvg, target.cr, fmt::format("#{}", id).c_str(), &viewport, &error))
        return Error{ErrorKind::invalid, "drawing " + id + ": " + taken_message(error)};
    return image_of_surface(target.surface);
}

}  // namespace xinghuo
