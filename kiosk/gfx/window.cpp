#include "kiosk/gfx/window.h"

#include <SDL.h>
#include <fmt/format.h>
#include <poll.h>

#include <string>
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

struct Window::Video {
    Video() {
        for (int tries = 0; tries < connection_tries && !start(); ++tries) poll(nullptr, 0, pause_between_tries_ms);
    }
    ~Video() {
        if (good) SDL_QuitSubSystem(subsystems);
    }
    Video(const Video&) = delete;
    Video& operator=(const Video&) = delete;

    // SDL falls back to drivers that show nothing; that is a display only for somebody who named one.
    [[nodiscard]] bool has_display() const { return good && (!memory_only(driver) || SDL_GetHint(SDL_HINT_VIDEODRIVER) != nullptr); }

    bool good = false;
    std::string driver;

private:
    static constexpr std::uint32_t subsystems = SDL_INIT_VIDEO | SDL_INIT_EVENTS;
    // A bare X server starts anew when its last client, perhaps this program's last run, has left: for a moment nobody
    // answers there.
    static constexpr int connection_tries = 5, pause_between_tries_ms = 60;

    // False: worth another try.
    bool start() {
        good = SDL_InitSubSystem(subsystems) == 0;
        driver = good ? SDL_GetCurrentVideoDriver() : "";
        if (has_display() || SDL_getenv("DISPLAY") == nullptr) return true;
        if (good) SDL_QuitSubSystem(subsystems);
        good = false;
        return false;
    }
};

bool display_available() {
    const Window::Video video;
    return video.good && !memory_only(video.driver);
}

void Window::CloseWindow::operator()(SDL_Window* window) const { SDL_DestroyWindow(window); }

Window::Window(std::unique_ptr<Video> video, GraphicsMemory memory) : video_(std::move(video)), memory_(std::move(memory)) {}

Window::~Window() {
    events_.reset();
    renderer_.reset();
    window_.reset();
    memory_.clean_end();
}

namespace {

Error no_display() { return {ErrorKind::unsupported, "there is no display to open a window on"}; }

SDL_Window* make_window(const Window::Options& options, Driver driver) {
    std::uint32_t flags = SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_SHOWN;
    if (driver == Driver::gl) flags |= SDL_WINDOW_OPENGL;
    SDL_Rect place{SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, options.w_points, options.h_points};
    if (place.w > 0 && place.h > 0) {
        flags |= SDL_WINDOW_RESIZABLE;
    } else {
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS;
        // A kiosk's X server has no window manager to move and stretch the window: it is born in its place.
        if (SDL_GetDisplayBounds(0, &place) != 0) place = {0, 0, 1920, 1080};
    }
    return SDL_CreateWindow(options.title.c_str(), place.x, place.y, place.w, place.h, flags);
}

}  // namespace

Result<std::unique_ptr<Window>> Window::open(const Options& options, const Clock& clock) {
    set_hints();
    auto video = std::make_unique<Video>();
    if (!video->has_display()) return no_display();
    const GraphicsMemory::Probe probe = [&]() -> Result<ProbeAnswer> {
        if (!options.probe) return ProbeAnswer{};
        // Without a window system only one process can have the panel. With one the connection stays: an X server whose
        // last client leaves may start anew.
        const bool bare_panel = video->driver == "KMSDRM";
        if (bare_panel) video.reset();
        auto answer = options.probe();
        if (bare_panel) video = std::make_unique<Video>();
        return answer;
    };
    GraphicsMemory memory = GraphicsMemory::begin(options.data, graphics_cards(), probe, clock.now());
    if (!video->has_display()) return no_display();
    // On X11 a window's surface must not come from the GPU that is being avoided; elsewhere there may be no other.
    if (video->driver == "x11") SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_DisableScreenSaver();

    std::unique_ptr<Window> window(new Window(std::move(video), std::move(memory)));
    for (;;) {
        const Driver way = window->memory_.graphics().driver;
        window->window_.reset(make_window(options, way));
        Result<std::unique_ptr<Renderer>> renderer = Error{ErrorKind::unsupported, fmt::format("no window: {}", SDL_GetError())};
        if (window->window_ != nullptr) renderer = Renderer::on_window(window->window_.get(), way);
        if (renderer) {
            window->renderer_ = std::move(*renderer);
            break;
        }
        if (way == Driver::software) return renderer.error().within("opening the window");
        window->memory_.step_down(renderer.error().what);
    }
    SDL_ShowCursor(options.show_cursor ? SDL_ENABLE : SDL_DISABLE);
    window->events_ = std::make_unique<EventSource>(window->window_.get(), clock);
    return window;
}

}  // namespace xinghuo
