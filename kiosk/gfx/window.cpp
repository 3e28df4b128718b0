#include "kiosk/gfx/window.h"

#include <SDL.h>
#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "content/base/log.h"

namespace xinghuo {
namespace {

bool memory_only(std::string_view driver) { return driver == "dummy" || driver == "offscreen" || driver == "evdev"; }

void set_hints() {
    // One finger must not arrive twice, as itself and as a mouse.
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
}

}  // namespace

bool display_available() {
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return false;
    const char* driver = SDL_GetCurrentVideoDriver();
    const bool real = driver != nullptr && !memory_only(driver) && SDL_GetNumVideoDisplays() > 0;
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return real;
}

struct Window::Video {
    Video() : good(SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS) == 0) {}
    ~Video() {
        if (good) SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS);
    }
    Video(const Video&) = delete;
    Video& operator=(const Video&) = delete;
    bool good;
};

void Window::CloseWindow::operator()(SDL_Window* window) const { SDL_DestroyWindow(window); }

Window::Window(std::unique_ptr<Video> video, GraphicsMemory memory) : video_(std::move(video)), memory_(std::move(memory)) {}

Window::~Window() {
    events_.reset();
    renderer_.reset();
    window_.reset();
    memory_.clean_end();
}

namespace {

SDL_Window* make_window(const Window::Options& options, Driver driver) {
    std::uint32_t flags = SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_SHOWN;
    if (driver == Driver::gl) flags |= SDL_WINDOW_OPENGL;
    int w = options.w_points, h = options.h_points;
    if (w > 0 && h > 0) {
        flags |= SDL_WINDOW_RESIZABLE;
    } else {
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS;
        w = 1920;
        h = 1080;
    }
    return SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, w, h, flags);
}

}  // namespace

Result<std::unique_ptr<Window>> Window::open(const Options& options, const Clock& clock) {
    set_hints();
    auto video = std::make_unique<Video>();
    if (!video->good) return Error{ErrorKind::unsupported, fmt::format("there is no display: {}", SDL_GetError())};
    const GraphicsMemory::Probe probe = [&]() -> Result<ProbeAnswer> {
        if (!options.probe) return Error{ErrorKind::unsupported, "no GPU is tried"};
        video.reset();  // without a window system only one process can have the panel
        auto answer = options.probe();
        video = std::make_unique<Video>();
        return answer;
    };
    GraphicsMemory memory = GraphicsMemory::begin(options.data, graphics_cards(), probe, clock.now());
    if (!video->good) return Error{ErrorKind::unsupported, fmt::format("there is no display: {}", SDL_GetError())};
    // On X11 a window's surface must not come from the GPU that is being avoided; elsewhere there may be no other.
    if (std::string_view(SDL_GetCurrentVideoDriver()) == "x11") SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_DisableScreenSaver();

    std::unique_ptr<Window> window(new Window(std::move(video), std::move(memory)));
    for (;;) {
        const Driver driver = window->memory_.graphics().driver;
        window->window_.reset(make_window(options, driver));
        Result<std::unique_ptr<Renderer>> renderer = Error{ErrorKind::unsupported, fmt::format("no window: {}", SDL_GetError())};
        if (window->window_ != nullptr) renderer = Renderer::on_window(window->window_.get(), driver);
        if (renderer) {
            window->renderer_ = std::move(*renderer);
            break;
        }
        if (driver == Driver::software) return renderer.error().within("opening the window");
        window->memory_.step_down(renderer.error().what);
    }
    SDL_ShowCursor(options.show_cursor ? SDL_ENABLE : SDL_DISABLE);
    window->events_ = std::make_unique<EventSource>(window->window_.get(), clock);
    return window;
}

}  // namespace xinghuo
