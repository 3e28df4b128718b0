#include "kiosk/gfx/renderer_software.h"

#include <imgui.h>

#include <algorithm>
#include <utility>

#include "content/base/assert.h"
#include "kiosk/gfx/renderer_yuv.h"

namespace xinghuo {

SoftwareRenderer::SoftwareRenderer(int w_px, int h_px, std::unique_ptr<PictureSink> sink)
    : RendererBase(w_px, h_px), sink_(std::move(sink)) {}

TextureId SoftwareRenderer::add(Texture texture) {
    texture_bytes_ += texture.texels.bytes();
    return textures_.add(std::move(texture));
}

TextureId SoftwareRenderer::make_texture(int w_px, int h_px, const std::uint8_t* rgba) {
    if (!fits_texture(w_px, h_px)) return 0;
    Texture texture{Texels(w_px, h_px)};
    texture.texels.put({0, 0, w_px, h_px}, rgba);
    return add(std::move(texture));
}

void SoftwareRenderer::update_texture(TextureId id, PixelRect where, const std::uint8_t* rgba, bool seen) {
    Texture* texture = textures_.find(id);
    if (texture == nullptr || where.w <= 0 || where.h <= 0) return;
    insist(!texture->yuv, "update_texture() of a video texture");
    texture->texels.put(where, rgba);
    if (seen) ++texture->version;
}

TextureId SoftwareRenderer::make_yuv_texture(int w_px, int h_px, YuvMatrix matrix) {
    if (!fits_texture(w_px, h_px)) return 0;
    Texture texture{Texels(w_px, h_px)};
    texture.yuv = true;
    texture.matrix = matrix;
    for (int y = 0; y < h_px; ++y) std::fill_n(texture.texels.row(y), w_px, 0xff000000u);
    texture.texels.finish_rows();
    return add(std::move(texture));
}

void SoftwareRenderer::update_yuv_texture(TextureId id, const YuvPlanes& planes) {
    Texture* texture = textures_.find(id);
    if (texture == nullptr) return;
    insist(texture->yuv, "update_yuv_texture() of a picture");
    keep(*texture, planes);
    ++texture->version;
}

void SoftwareRenderer::keep(Texture& texture, const YuvPlanes& planes) {
    const auto w = static_cast<std::size_t>(texture.texels.w()), h = static_cast<std::size_t>(texture.texels.h());
    const std::size_t half_w = (w + 1) / 2, half_h = (h + 1) / 2;
    texture.planes.resize(w * h + 2 * half_w * half_h);
    std::uint8_t* to = texture.planes.data();
    const auto copy = [&to](const std::uint8_t* from, int pitch, std::size_t bytes, std::size_t rows) {
        for (std::size_t y = 0; y < rows; ++y, from += pitch, to += bytes) std::copy_n(from, bytes, to);
    };
    copy(planes.y, planes.y_pitch, w, h);
    copy(planes.u, planes.u_pitch, half_w, half_h);
    copy(planes.v, planes.v_pitch, half_w, half_h);
    texture.waiting = true;
}

void SoftwareRenderer::develop(Texture& texture) {
    Texels& texels = texture.texels;
    const int half_w = (texels.w() + 1) / 2;
    const std::uint8_t* y_plane = texture.planes.data();
    const std::uint8_t* u_plane = y_plane + static_cast<std::ptrdiff_t>(texels.w()) * texels.h();
    const std::uint8_t* v_plane = u_plane + static_cast<std::ptrdiff_t>(half_w) * ((texels.h() + 1) / 2);
    const YuvPlanes planes{y_plane, texels.w(), u_plane, half_w, v_plane, half_w};
    for (int y = 0; y < texels.h(); ++y) yuv_row_to_rgb(planes, texture.matrix, y, texels.w(), texels.row(y));
    texels.finish_rows();
    texture.waiting = false;
}

void SoftwareRenderer::destroy_texture(TextureId id) {
    const Texture* texture = textures_.find(id);
    if (texture == nullptr) return;
    texture_bytes_ -= texture->texels.bytes();
    textures_.remove(id);
}

std::uint32_t SoftwareRenderer::version(TextureId id) const {
    const Texture* texture = textures_.find(id);
    return texture == nullptr ? 0 : texture->version;
}

void SoftwareRenderer::make_picture() {
    picture_.w = w_px();
    picture_.h = h_px();
    picture_.pixels.assign(static_cast<std::size_t>(picture_.w) * static_cast<std::size_t>(picture_.h), 0xff000000u);
}

// Nothing under the last opaque rectangle that fills the box is seen. Returns frame.primitives.size() when there is none.
std::size_t SoftwareRenderer::first_visible(const PrimitiveList& frame, PixelBox box) const {
    for (std::size_t i = frame.primitives.size(); i-- > 0;) {
        const Primitive& p = frame.primitives[i];
        if (!p.pair || !p.box.holds(box)) continue;
        const DrawPiece& piece = frame.pieces[p.piece];
        if (!resolved_[p.piece].drawn) continue;
        const ImDrawVert* v = piece.list->VtxBuffer.Data + piece.command->VtxOffset;
        if (hides(v[p.corners[0]], v[p.corners[1]], v[p.corners[2]], v[p.corners[3]], resolved_[p.piece].texels, box,
                  frame.origin_x, frame.origin_y)) {
            return i;
        }
    }
    return frame.primitives.size();
}

std::size_t SoftwareRenderer::paint(const PrimitiveList& frame, PixelRect rect) {
    const PixelBox box = PixelBox::of(rect);
    resolved_.clear();
    for (const DrawPiece& piece : frame.pieces) {
        Texture* texture = textures_.find(piece.texture);
        if (texture != nullptr && texture->waiting) develop(*texture);
        resolved_.push_back({texture != nullptr || piece.texture == 0, texture == nullptr ? nullptr : &texture->texels});
    }
    Brush brush{picture_, box};
    brush.origin_x = frame.origin_x;
    brush.origin_y = frame.origin_y;
    std::size_t first = first_visible(frame, box), drawn = 0;
    if (first == frame.primitives.size()) {
        brush.clear();
        first = 0;
    }
    for (std::size_t i = first; i < frame.primitives.size(); ++i) {
        const Primitive& p = frame.primitives[i];
        brush.clip = box.intersected(p.box);
        if (brush.clip.empty() || !resolved_[p.piece].drawn) continue;
        const DrawPiece& piece = frame.pieces[p.piece];
        const ImDrawVert* v = piece.list->VtxBuffer.Data + piece.command->VtxOffset;
        brush.texture = resolved_[p.piece].texels;
        if (p.pair) {
            brush.pair(v[p.corners[0]], v[p.corners[1]], v[p.corners[2]], v[p.corners[3]]);
        } else {
            brush.triangle(v[p.corners[0]], v[p.corners[1]], v[p.corners[2]]);
        }
        drawn += p.pair ? 2 : 1;
    }
    return drawn;
}

void SoftwareRenderer::show(const std::vector<PixelRect>& rects) {
    if (sink_ != nullptr) sink_->show(picture_, rects);
}

Pixels SoftwareRenderer::read_picture() {
    Pixels out;
    out.w = picture_.w;
    out.h = picture_.h;
    out.rgba.resize(picture_.pixels.size() * 4);
    std::uint8_t* to = out.rgba.data();
    for (const std::uint32_t p : picture_.pixels) {
        *to++ = static_cast<std::uint8_t>(p >> 16);
        *to++ = static_cast<std::uint8_t>(p >> 8);
        *to++ = static_cast<std::uint8_t>(p);
        *to++ = 255;
    }
    return out;
}

}  // namespace xinghuo
