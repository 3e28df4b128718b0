// The renderer on a GPU: SDL_Renderer with OpenGL ES 2 or OpenGL. The kept picture is a texture that is drawn into.
#pragma once

#include <memory>
#include <string>

#include "content/base/result.h"
#include "kiosk/gfx/renderer.h"

struct SDL_Window;

namespace xinghuo {

// `unsupported` when SDL has no such driver here. The window is not owned. vsync: wait for the panel when showing.
Result<std::unique_ptr<Renderer>> make_gl_renderer(SDL_Window* window, bool vsync);

// What the driver calls itself, e.g. "opengles2: Mesa Intel(R) UHD Graphics", and whether it draws without a GPU.
// Asked of the current GL context: right after make_gl_renderer() on this thread.
struct GlName {
    std::string name;
    bool by_processor = false;  // llvmpipe, softpipe, swrast
};
GlName gl_name();

}  // namespace xinghuo
