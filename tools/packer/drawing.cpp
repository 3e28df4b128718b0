#include "tools/packer/drawing.h"

#include <cairo.h>
#include <fmt/format.h>
#include <librsvg/rsvg.h>

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

constexpr std::size_t svg_limit_bytes = 32u << 20;

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

std::string attribute(std::string_view tag, std::string_view name) {
    const std::string wanted = fmt::format(" {}=", name);
    const std::size_t found = tag.find(wanted);
    if (found == std::string_view::npos || found + wanted.size() >= tag.size()) return {};
    const char quote = tag[found + wanted.size()];
    const std::size_t start = found + wanted.size() + 1, end = tag.find(quote, start);
    return end == std::string_view::npos ? std::string() : std::string(tag.substr(start, end - start));
}

std::size_t tag_end(std::string_view svg, std::size_t from) {
    char quote = 0;
    for (std::size_t i = from; i < svg.size(); ++i) {
        if (quote != 0) {
            if (svg[i] == quote) quote = 0;
        } else if (svg[i] == '"' || svg[i] == '\'') {
            quote = svg[i];
        } else if (svg[i] == '>') {
            return i;
        }
    }
    return std::string_view::npos;
}

std::size_t skipped(std::string_view svg, std::size_t from, std::string_view until) {
    const std::size_t end = svg.find(until, from);
    return end == std::string_view::npos ? svg.size() : end + until.size();
}

}  // namespace

Image image_of_surface(_cairo_surface* surface) {
    cairo_surface_flush(surface);
    const unsigned char* data = cairo_image_surface_get_data(surface);
    const int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
    const int pitch = cairo_image_surface_get_stride(surface);
    Image out{w, h, {}};
    out.rgba.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4);
    std::uint8_t* to = out.rgba.data();
    for (int y = 0; y < h; ++y) {
        const auto* row = reinterpret_cast<const std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * pitch);
        for (int x = 0; x < w; ++x, to += 4) {
            const std::uint32_t pixel = row[x], alpha = pixel >> 24;
            if (alpha == 0) continue;
            const auto channel = [&](int shift) {
                const std::uint32_t value = (pixel >> shift) & 255u;
                return static_cast<std::uint8_t>(std::min(255u, (value * 255u + alpha / 2) / alpha));
            };
            to[0] = channel(16);
            to[1] = channel(8);
            to[2] = channel(0);
            to[3] = static_cast<std::uint8_t>(alpha);
        }
    }
    return out;
}

std::vector<std::string> top_level_groups(std::string_view svg) {
    std::vector<std::string> ids;
    int depth = 0;
    for (std::size_t i = svg.find('<'); i < svg.size(); i = svg.find('<', i)) {
        const std::string_view rest = svg.substr(i);
        if (rest.starts_with("<!--")) { i = skipped(svg, i, "-->"); continue; }
        if (rest.starts_with("<![CDATA[")) { i = skipped(svg, i, "]]>"); continue; }
        if (rest.starts_with("<?") || rest.starts_with("<!")) { i = skipped(svg, i, ">"); continue; }
        const std::size_t end = tag_end(svg, i + 1);
        if (end == std::string_view::npos) break;
        std::string tag(svg.substr(i + 1, end - i - 1));
        i = end + 1;
        if (tag.starts_with('/')) {
            --depth;
            continue;
        }
        std::replace_if(tag.begin(), tag.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
        if (depth == 1 && (tag == "g" || tag.starts_with("g ") || tag == "g/")) {
            std::string id = attribute(tag, "id");
            if (!id.empty()) ids.push_back(std::move(id));
        }
        if (!tag.ends_with('/')) ++depth;
    }
    return ids;
}

struct Drawing::Handle {
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

Result<Drawing> Drawing::parse(std::string_view svg, std::string_view colour) {
    if (svg.size() > svg_limit_bytes) return Error{ErrorKind::too_large, "an SVG drawing over 32 MB"};
    Drawing drawing;
    drawing.groups_ = top_level_groups(svg);
    drawing.handle_ = std::make_shared<Handle>();
    drawing.all_shown_ = std::make_shared<Handle>();
    const std::string css = fmt::format("svg{{color:{}}}", colour);
    std::string shown = css;
    for (const std::string& id : drawing.groups_) shown += fmt::format("#{}{{display:inline}}", css_escaped(id));
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

bool Drawing::has_group(std::string_view id) const {
    return std::find(groups_.begin(), groups_.end(), id) != groups_.end();
}

Result<Image> Drawing::whole(int w_px, int h_px) const {
    const Surface target(w_px, h_px);
    const RsvgRectangle viewport{0, 0, static_cast<double>(w_px), static_cast<double>(h_px)};
    GError* error = nullptr;
    if (!rsvg_handle_render_document(handle_->rsvg, target.cr, &viewport, &error))
        return Error{ErrorKind::invalid, "drawing: " + taken_message(error)};
    return image_of_surface(target.surface);
}

Result<Image> Drawing::group(const std::string& id, int w_px, int h_px) const {
    if (!has_group(id)) return Error{ErrorKind::missing, "the drawing has no group " + id};
    const Surface target(w_px, h_px);
    const RsvgRectangle viewport{0, 0, static_cast<double>(w_px), static_cast<double>(h_px)};
    GError* error = nullptr;
    if (!rsvg_handle_render_layer(all_shown_->rsvg, target.cr, fmt::format("#{}", id).c_str(), &viewport, &error))
        return Error{ErrorKind::invalid, "drawing " + id + ": " + taken_message(error)};
    return image_of_surface(target.surface);
}

}  // namespace xinghuo
