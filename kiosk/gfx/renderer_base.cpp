#include "kiosk/gfx/renderer_base.h"

#include <fmt/format.h>

#include "content/base/assert.h"
#include "content/base/log.h"

namespace xinghuo {

RendererBase::RendererBase(int w_px, int h_px) : w_px_(w_px), h_px_(h_px) { damage_.resize(w_px, h_px); }

void RendererBase::resize(int w_px, int h_px) {
    w_px_ = w_px;
    h_px_ = h_px;
    damage_.resize(w_px, h_px);
    picture_made_ = false;
}

void RendererBase::compare(const ImDrawData& data, DrawStats& stats) {
    frame_.gather(data, w_px_, h_px_);
    stats.triangles = frame_.triangles;
    if (damage_.compare(frame_, [this](TextureId id) { return version(id); })) stats.damage = damage_.changed();
}

std::vector<PixelRect> RendererBase::paint_undrawn(DrawStats& stats) {
    if (!picture_made_) make_picture();
    picture_made_ = true;
    std::vector<PixelRect> rects = damage_.take_undrawn();
    for (const PixelRect& rect : rects) stats.triangles_drawn += paint(frame_, rect);
    return rects;
}

DrawStats RendererBase::draw(const ImDrawData& data, bool deferred) {
    DrawStats stats;
    compare(data, stats);
    if (deferred) return stats;
    const std::vector<PixelRect> rects = paint_undrawn(stats);
    if (!rects.empty()) show(rects);
    return stats;
}

Pixels RendererBase::read(const ImDrawData& data) {
    DrawStats stats;
    compare(data, stats);
    const std::vector<PixelRect> rects = paint_undrawn(stats);
    if (!rects.empty()) show(rects);
    return read_picture();
}

bool fits_texture(int w_px, int h_px) {
    const bool fits = w_px > 0 && h_px > 0 && w_px <= max_side_px && h_px <= max_side_px;
    if (!fits) log_warning(fmt::format("a texture of {} x {} px cannot be had", w_px, h_px));
    return fits;
}

}  // namespace xinghuo
