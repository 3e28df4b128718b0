// The window: SDL's video, how pictures get into it, and what happens to it. Main thread, one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/base/result.h"
#include "kiosk/gfx/graphics.h"
#include "kiosk/gfx/renderer.h"
#include "kiosk/input/sdl_events.h"

namespace xinghuo {

// True when there is a display to open a window on (X11, Wayland or the bare panel). SDL's memory-only drivers are none.
// Whoever wants a window opens one and looks at the error: this connects and leaves again.
bool display_available();

class Window {
public:
    struct Options {
        std::string title;
        int w_points = 0, h_points = 0;  // 0: the whole screen, without a border
        bool show_cursor = false;        // a window on a desk has one; a kiosk has none
        Path data;                       // where graphics.json is; empty: nothing is remembered
        // Asked when nothing is remembered, e.g. probe_gpu of the own program. Empty: no GPU is tried.
        GraphicsMemory::Probe probe;
    };
    // Falls from GL to software when GL cannot be had; an error when there is no display at all.
    static Result<std::unique_ptr<Window>> open(const Options& options, const Clock& clock);
    // Closes it. That is a clean end: the mark in graphics.json goes.
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    [[nodiscard]] Renderer& renderer() { return *renderer_; }
    [[nodiscard]] const Graphics& graphics() const { return memory_.graphics(); }
    [[nodiscard]] EventSource& events() { return *events_; }
    struct Video;  // SDL's video, from first to last
    // Once per turn of the loop: 30 s after the start the driver has proved itself.
    void running(Instant now) { memory_.running(now); }

private:
    struct CloseWindow {
        void operator()(SDL_Window* window) const;
    };
    Window(std::unique_ptr<Video> video, GraphicsMemory memory);

    std::unique_ptr<Video> video_;
    GraphicsMemory memory_;
    std::unique_ptr<SDL_Window, CloseWindow> window_;
    std::unique_ptr<Renderer> renderer_;  // goes before the window
    std::unique_ptr<EventSource> events_;
};

}  // namespace xinghuo
