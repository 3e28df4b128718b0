#include <SDL.h>
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "kiosk/gfx/renderer.h"
#include "kiosk/gfx/renderer_gl.h"
#include "kiosk/gfx/renderer_software.h"

namespace xinghuo {
namespace {

// Copies what changed to the window's own surface. The surface is asked for every time: SDL makes a new one after a resize.
class WindowSink final : public PictureSink {
public:
    explicit WindowSink(SDL_Window* window) : window_(window) {}

    void show(const Bitmap& picture, const std::vector<PixelRect>& rects) override {
        SDL_Surface* surface = SDL_GetWindowSurface(window_);
        if (surface == nullptr || (SDL_MUSTLOCK(surface) && SDL_LockSurface(surface) != 0)) {
            complain();
            return;
        }
        shown_.clear();
        for (const PixelRect& r : rects) {
            const int w = std::min(r.w, std::min(surface->w, picture.w) - r.x);
            const int h = std::min(r.h, std::min(surface->h, picture.h) - r.y);
            if (w <= 0 || h <= 0) continue;
            copy(picture, *surface, {r.x, r.y, w, h});
            shown_.push_back({r.x, r.y, w, h});
        }
        if (SDL_MUSTLOCK(surface)) SDL_UnlockSurface(surface);
        if (shown_.empty()) return;
        if (SDL_UpdateWindowSurfaceRects(window_, shown_.data(), static_cast<int>(shown_.size())) != 0) complain();
    }

private:
    static void copy(const Bitmap& picture, SDL_Surface& surface, SDL_Rect r) {
        std::uint8_t* to = static_cast<std::uint8_t*>(surface.pixels) + static_cast<std::ptrdiff_t>(r.y) * surface.pitch +
                           static_cast<std::ptrdiff_t>(r.x) * surface.format->BytesPerPixel;
        // Most windows have the picture's layout, perhaps without alpha; told the same format twice, SDL copies.
        std::uint32_t format = surface.format->format;
        if (format == SDL_PIXELFORMAT_RGB888) format = SDL_PIXELFORMAT_ARGB8888;
        SDL_ConvertPixels(r.w, r.h, SDL_PIXELFORMAT_ARGB8888, picture.row(r.y) + r.x, picture.w * 4, format, to, surface.pitch);
    }

    void complain() {
        if (complaints_ == 0) return;
        --complaints_;
        log_warning(fmt::format("showing the picture: {}", SDL_GetError()));
    }

    SDL_Window* window_;
    std::vector<SDL_Rect> shown_;
    int complaints_ = 8;
};

Result<std::unique_ptr<Renderer>> on_surface(SDL_Window* window) {
    const SDL_Surface* surface = SDL_GetWindowSurface(window);
    if (surface == nullptr) return Error{ErrorKind::unsupported, fmt::format("a window without a surface: {}", SDL_GetError())};
    if (surface->w > max_side_px || surface->h > max_side_px) return Error{ErrorKind::unsupported, "the window is too large"};
    return std::make_unique<SoftwareRenderer>(surface->w, surface->h, std::make_unique<WindowSink>(window));
}

}  // namespace

Result<std::unique_ptr<Renderer>> Renderer::on_window(SDL_Window* window, Driver driver) {
    return driver == Driver::gl ? make_gl_renderer(window, true) : on_surface(window);
}

}  // namespace xinghuo
