#include "kiosk/gfx/renderer_gl.h"

#include <SDL.h>
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "content/base/assert.h"
#include "content/base/log.h"
#include "kiosk/gfx/renderer_base.h"

namespace xinghuo {
namespace {

struct DestroyRenderer {
    void operator()(SDL_Renderer* r) const { SDL_DestroyRenderer(r); }
};
struct DestroyTexture {
    void operator()(SDL_Texture* t) const { SDL_DestroyTexture(t); }
};
using SdlRenderer = std::unique_ptr<SDL_Renderer, DestroyRenderer>;
using SdlTexture = std::unique_ptr<SDL_Texture, DestroyTexture>;

SDL_YUV_CONVERSION_MODE conversion(YuvMatrix matrix) {
    switch (matrix) {
        case YuvMatrix::bt601: return SDL_YUV_CONVERSION_BT601;
        case YuvMatrix::bt709: return SDL_YUV_CONVERSION_BT709;
        case YuvMatrix::jpeg: return SDL_YUV_CONVERSION_JPEG;
    }
    return SDL_YUV_CONVERSION_AUTOMATIC;
}

SDL_Rect sdl(PixelRect r) { return {r.x, r.y, r.w, r.h}; }

class GlRenderer final : public RendererBase {
public:
    GlRenderer(SdlRenderer renderer, int w_px, int h_px, int largest_px)
        : RendererBase(w_px, h_px), renderer_(std::move(renderer)), largest_px_(largest_px) {}

    [[nodiscard]] Driver driver() const override { return Driver::gl; }

    TextureId make_texture(int w_px, int h_px, const std::uint8_t* rgba) override {
        const TextureId id = add(w_px, h_px, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, std::nullopt);
        if (id != 0) update_texture(id, {0, 0, w_px, h_px}, rgba, false);
        return id;
    }

    void update_texture(TextureId id, PixelRect where, const std::uint8_t* rgba, bool seen) override {
        Texture* texture = textures_.find(id);
        if (texture == nullptr || where.w <= 0 || where.h <= 0) return;
        insist(!texture->matrix, "update_texture() of a video texture");
        insist(where.x >= 0 && where.y >= 0 && where.w <= texture->w - where.x && where.h <= texture->h - where.y,
               "a texture update outside the texture");
        const SDL_Rect rect = sdl(where);
        if (SDL_UpdateTexture(texture->sdl.get(), &rect, rgba, where.w * 4) != 0) complain("filling a texture");
        if (seen) ++texture->version;
    }

    TextureId make_yuv_texture(int w_px, int h_px, YuvMatrix matrix) override {
        // One driver picks its shader when the texture is made, another when it is drawn: the mode is set at both times.
        SDL_SetYUVConversionMode(conversion(matrix));
        const TextureId id = add(w_px, h_px, SDL_PIXELFORMAT_IYUV, SDL_TEXTUREACCESS_STREAMING, matrix);
        if (id == 0) return 0;
        const auto chroma_w = static_cast<std::size_t>((w_px + 1) / 2), chroma_h = static_cast<std::size_t>((h_px + 1) / 2);
        const std::vector<std::uint8_t> luma(static_cast<std::size_t>(w_px) * static_cast<std::size_t>(h_px),
                                             matrix == YuvMatrix::jpeg ? 0 : 16);
        const std::vector<std::uint8_t> chroma(chroma_w * chroma_h, 128);
        const int pitch = static_cast<int>(chroma_w);
        update_yuv_texture(id, {luma.data(), w_px, chroma.data(), pitch, chroma.data(), pitch});
        return id;
    }

    void update_yuv_texture(TextureId id, const YuvPlanes& p) override {
        Texture* texture = textures_.find(id);
        if (texture == nullptr) return;
        insist(texture->matrix.has_value(), "update_yuv_texture() of a picture");
        SDL_SetYUVConversionMode(conversion(*texture->matrix));
        if (SDL_UpdateYUVTexture(texture->sdl.get(), nullptr, p.y, p.y_pitch, p.u, p.u_pitch, p.v, p.v_pitch) != 0) {
            complain("filling a video texture");
        }
        ++texture->version;
    }

    void destroy_texture(TextureId id) override {
        const Texture* texture = textures_.find(id);
        if (texture == nullptr) return;
        texture_bytes_ -= texture->bytes;
        textures_.remove(id);
    }

    [[nodiscard]] std::size_t texture_bytes() const override { return texture_bytes_; }

protected:
    void make_picture() override {
        // Not ARGB: into such a texture, SDL 2.26's opengles2 draws video with red and blue exchanged.
        picture_.reset(SDL_CreateTexture(renderer_.get(), SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_TARGET, w_px(), h_px()));
        if (picture_ == nullptr) {
            complain("making the picture");
            return;
        }
        SDL_SetTextureBlendMode(picture_.get(), SDL_BLENDMODE_NONE);
    }

    std::size_t paint(const PrimitiveList& frame, PixelRect rect) override {
        SDL_SetRenderTarget(renderer_.get(), picture_.get());
        const SDL_Rect all = sdl(rect);
        SDL_RenderSetClipRect(renderer_.get(), nullptr);
        SDL_SetRenderDrawBlendMode(renderer_.get(), SDL_BLENDMODE_NONE);
        SDL_SetRenderDrawColor(renderer_.get(), 0, 0, 0, 255);
        SDL_RenderFillRect(renderer_.get(), &all);
        SDL_SetRenderDrawBlendMode(renderer_.get(), SDL_BLENDMODE_BLEND);
        const PixelBox box = PixelBox::of(rect);
        std::size_t drawn = 0;
        for (std::size_t i = 0; i < frame.primitives.size();) {
            const std::uint32_t piece = frame.primitives[i].piece;
            corners_.clear();
            indices_.clear();
            for (; i < frame.primitives.size() && frame.primitives[i].piece == piece; ++i) {
                const Primitive& p = frame.primitives[i];
                if (!p.box.intersected(box).empty()) collect(frame, p);
            }
            drawn += indices_.size() / 3;
            if (!indices_.empty()) submit(frame.pieces[piece], box);
        }
        SDL_SetRenderTarget(renderer_.get(), nullptr);
        return drawn;
    }

    void show(const std::vector<PixelRect>&) override {
        // What a window shows after a swap is not defined, so the whole kept picture is copied.
        SDL_RenderSetClipRect(renderer_.get(), nullptr);
        if (SDL_RenderCopy(renderer_.get(), picture_.get(), nullptr, nullptr) != 0) complain("showing the picture");
        SDL_RenderPresent(renderer_.get());
    }

    Pixels read_picture() override {
        Pixels out;
        out.w = w_px();
        out.h = h_px();
        out.rgba.resize(static_cast<std::size_t>(out.w) * static_cast<std::size_t>(out.h) * 4);
        SDL_SetRenderTarget(renderer_.get(), picture_.get());
        if (SDL_RenderReadPixels(renderer_.get(), nullptr, SDL_PIXELFORMAT_RGBA32, out.rgba.data(), out.w * 4) != 0) {
            complain("reading the picture");
        }
        SDL_SetRenderTarget(renderer_.get(), nullptr);
        return out;
    }

    [[nodiscard]] std::uint32_t version(TextureId id) const override {
        const Texture* texture = textures_.find(id);
        return texture == nullptr ? 0 : texture->version;
    }

private:
    struct Texture {
        SdlTexture sdl;
        int w = 0, h = 0;
        std::optional<YuvMatrix> matrix;
        std::uint32_t version = 0;
        std::size_t bytes = 0;
    };

    TextureId add(int w_px, int h_px, std::uint32_t format, int access, std::optional<YuvMatrix> matrix) {
        if (!fits_texture(w_px, h_px)) return 0;
        if (w_px > largest_px_ || h_px > largest_px_) {
            log_warning(fmt::format("a texture of {} x {} px is over this GPU's {}", w_px, h_px, largest_px_));
            return 0;
        }
        Texture texture{SdlTexture(SDL_CreateTexture(renderer_.get(), format, access, w_px, h_px)), w_px, h_px, matrix};
        if (texture.sdl == nullptr) {
            complain("making a texture");
            return 0;
        }
        SDL_SetTextureBlendMode(texture.sdl.get(), SDL_BLENDMODE_BLEND);
        SDL_SetTextureScaleMode(texture.sdl.get(), SDL_ScaleModeLinear);
        const std::size_t pixels = static_cast<std::size_t>(w_px) * static_cast<std::size_t>(h_px);
        texture.bytes = matrix ? pixels * 3 / 2 : pixels * 4;
        texture_bytes_ += texture.bytes;
        return textures_.add(std::move(texture));
    }

    void collect(const PrimitiveList& frame, const Primitive& p) {
        const DrawPiece& piece = frame.pieces[p.piece];
        const ImDrawVert* v = piece.list->VtxBuffer.Data + piece.command->VtxOffset;
        const auto first = static_cast<int>(corners_.size());
        for (int n = 0; n < (p.pair ? 4 : 3); ++n) {
            const ImDrawVert& from = v[p.corners[n]];
            // SDL refuses a whole list for one texture place outside 0..1.
            const auto inside = [](float uv) { return uv > 0 ? std::min(uv, 1.0f) : 0.0f; };
            const auto byte = [&from](int bits) { return static_cast<std::uint8_t>(from.col >> bits); };
            corners_.push_back({{from.pos.x - frame.origin_x, from.pos.y - frame.origin_y},
                                {byte(IM_COL32_R_SHIFT), byte(IM_COL32_G_SHIFT), byte(IM_COL32_B_SHIFT), byte(IM_COL32_A_SHIFT)},
                                {inside(from.uv.x), inside(from.uv.y)}});
        }
        for (const int n : {0, 1, 2}) indices_.push_back(first + n);
        if (!p.pair) return;
        for (const int n : {0, 2, 3}) indices_.push_back(first + n);
    }

    void submit(const DrawPiece& piece, PixelBox box) {
        const Texture* texture = textures_.find(piece.texture);
        if (texture == nullptr && piece.texture != 0) return;  // it no longer exists
        const SDL_Rect clip = sdl(piece.clip.intersected(box).rect());
        SDL_RenderSetClipRect(renderer_.get(), &clip);
        const bool film = texture != nullptr && texture->matrix;
        if (film) {
            SDL_RenderFlush(renderer_.get());
            SDL_SetYUVConversionMode(conversion(*texture->matrix));
        }
        constexpr int stride = sizeof(SDL_Vertex);
        const SDL_Vertex* first = corners_.data();
        if (SDL_RenderGeometryRaw(renderer_.get(), texture == nullptr ? nullptr : texture->sdl.get(), &first->position.x, stride,
                                  &first->color, stride, &first->tex_coord.x, stride, static_cast<int>(corners_.size()),
                                  indices_.data(), static_cast<int>(indices_.size()), sizeof(int)) != 0) {
            complain("drawing");
        }
        if (film) SDL_RenderFlush(renderer_.get());
    }

    // A broken driver fails every frame: the first few sentences say it all.
    void complain(std::string_view doing) {
        if (complaints_ == 0) return;
        --complaints_;
        log_warning(fmt::format("{}: {}", doing, SDL_GetError()));
    }

    SdlRenderer renderer_;  // outlives the textures: destroyed last
    int largest_px_;
    SdlTexture picture_;
    TextureTable<Texture> textures_;
    std::size_t texture_bytes_ = 0;
    std::vector<SDL_Vertex> corners_;
    std::vector<int> indices_;
    int complaints_ = 8;
};

int driver_called(std::string_view name) {
    for (int n = 0; n < SDL_GetNumRenderDrivers(); ++n) {
        SDL_RendererInfo info;
        if (SDL_GetRenderDriverInfo(n, &info) == 0 && info.name == name) return n;
    }
    return -1;
}

}  // namespace

Result<std::unique_ptr<Renderer>> make_gl_renderer(SDL_Window* window, bool vsync) {
    // Naming a driver switches SDL's batching off unless asked for.
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    std::string why = "SDL has no OpenGL here";
    for (const std::string_view name : {"opengles2", "opengl"}) {
        const int driver = driver_called(name);
        if (driver < 0) continue;
        std::uint32_t flags = SDL_RENDERER_ACCELERATED | SDL_RENDERER_TARGETTEXTURE;
        if (vsync) flags |= SDL_RENDERER_PRESENTVSYNC;
        SdlRenderer renderer(SDL_CreateRenderer(window, driver, flags));
        SDL_RendererInfo info;
        int w = 0, h = 0;
        if (renderer == nullptr || SDL_GetRendererInfo(renderer.get(), &info) != 0 ||
            SDL_GetRendererOutputSize(renderer.get(), &w, &h) != 0) {
            why = fmt::format("{}: {}", name, SDL_GetError());
            continue;
        }
        if ((info.flags & SDL_RENDERER_TARGETTEXTURE) == 0 || w <= 0 || h <= 0) {
            why = fmt::format("{}: cannot draw into textures", name);
            continue;
        }
        const int largest = info.max_texture_width > 0 ? std::min(info.max_texture_width, info.max_texture_height) : 2048;
        if (w > largest || h > largest) {
            why = fmt::format("{}: the window is larger than its textures", name);
            continue;
        }
        return std::make_unique<GlRenderer>(std::move(renderer), w, h, largest);
    }
    return Error{ErrorKind::unsupported, why};
}

GlName gl_name() {
    // The one GL function needed, asked for by name: the program links no GL.
    using GetString = const unsigned char* (*)(unsigned int);
    constexpr unsigned int gl_renderer = 0x1F01;
    const auto get_string = reinterpret_cast<GetString>(SDL_GL_GetProcAddress("glGetString"));
    if (get_string == nullptr || SDL_GL_GetCurrentContext() == nullptr) return {};
    const unsigned char* text = get_string(gl_renderer);
    GlName found{text == nullptr ? "" : reinterpret_cast<const char*>(text), false};
    for (const std::string_view software : {"llvmpipe", "softpipe", "swrast", "Software Rasterizer", "SWR"}) {
        if (found.name.find(software) != std::string::npos) found.by_processor = true;
    }
    return found;
}

}  // namespace xinghuo
