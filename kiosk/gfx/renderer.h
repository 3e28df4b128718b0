// Draws Dear ImGui's draw lists through SDL_Renderer, and keeps the last picture.
//
// Each frame's triangles are folded, in order, into one hash per tile of the picture (position, uv, colour,
// texture and its version, clip rectangle). A tile whose hash is that of the last frame has not changed; the
// others are merged into a few rectangles, and only those are drawn again. No screen declares anything, so
// none can forget. Main thread only. Sizes are real px of the picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "content/base/result.h"

struct ImDrawData;
struct SDL_Window;

namespace xinghuo {

// What ImGui carries as ImTextureID. 0 is no texture.
using TextureId = std::uintptr_t;

enum class Driver { gl, software };

struct PixelRect {
    int x = 0, y = 0, w = 0, h = 0;
    friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

// RGBA, 8 bits each, straight alpha, rows without padding.
struct Pixels {
    int w = 0, h = 0;
    std::vector<std::uint8_t> rgba;
};

// Three planes of 8-bit 4:2:0 video.
struct YuvPlanes {
    const std::uint8_t* y; int y_pitch;
    const std::uint8_t* u; int u_pitch;
    const std::uint8_t* v; int v_pitch;
};
enum class YuvMatrix { bt601, bt709, jpeg };

struct DrawStats {
    std::vector<PixelRect> damage;   // what changed since the last draw(), merged; empty: nothing
    std::size_t triangles = 0;       // in the lists
    std::size_t triangles_drawn = 0; // sent to SDL
};

class Renderer {
public:
    // On a window, with the driver asked for; `unsupported` when it cannot be had (the caller steps down).
    static Result<std::unique_ptr<Renderer>> on_window(SDL_Window* window, Driver driver);
    // On memory: needs no display, no video driver. Always the software renderer; exact pixels.
    static Result<std::unique_ptr<Renderer>> in_memory(int w_px, int h_px);
    virtual ~Renderer() = default;

    [[nodiscard]] virtual Driver driver() const = 0;
    // After the window changed its size: everything is drawn anew at the next draw().
    virtual void resize(int w_px, int h_px) = 0;
    [[nodiscard]] virtual int width_px() const = 0;
    [[nodiscard]] virtual int height_px() const = 0;

    // rgba as in Pixels. The pixels are copied. Never fails visibly: a texture the driver cannot hold is id 0, and logged.
    virtual TextureId make_texture(int w_px, int h_px, const std::uint8_t* rgba) = 0;
    // Replaces a part. `seen` says whether that part may be on the screen now (then what shows it is redrawn);
    // a glyph cache that fills an unused corner says false.
    virtual void update_texture(TextureId id, PixelRect where, const std::uint8_t* rgba, bool seen) = 0;
    virtual TextureId make_yuv_texture(int w_px, int h_px, YuvMatrix matrix) = 0;
    virtual void update_yuv_texture(TextureId id, const YuvPlanes& planes) = 0;
    virtual void destroy_texture(TextureId id) = 0;   // 0 is fine
    [[nodiscard]] virtual std::size_t texture_bytes() const = 0;

    // Compares with the last frame, draws what changed into the kept picture and shows it. `deferred`: only compare
    // and remember; the pixels are made when read() or a later draw() needs them (a headless visit draws pictures only
    // when asked for one). Draw data must use ImGui's VtxOffset.
    virtual DrawStats draw(const ImDrawData& data, bool deferred = false) = 0;
    // The picture as it is now. With deferred draws behind it, pass the current lists to bring it up to date.
    virtual Pixels read(const ImDrawData& data) = 0;
    // Everything is drawn at the next draw(), as after a lost device or an uncovered window.
    virtual void forget() = 0;
};

}  // namespace xinghuo
