#include "kiosk/gfx/gpu_probe.h"

#include <SDL.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <imgui.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "kiosk/gfx/renderer.h"
#include "kiosk/gfx/renderer_gl.h"

extern char** environ;

namespace xinghuo {
namespace {

constexpr int probe_w = 1920, probe_h = 1080;
constexpr int frames_timed = 60, frames_before_giving_up = 10;

// ImGui without a font, drawing into both renderers the same lists.
class Pattern {
public:
    explicit Pattern(std::array<Renderer*, 2> renderers) : context_(ImGui::CreateContext()) {
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {probe_w, probe_h};
        io.DeltaTime = 1.0f / 60;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        unsigned char* unused = nullptr;
        int w = 0, h = 0;
        io.Fonts->GetTexDataAsRGBA32(&unused, &w, &h);
        std::vector<std::uint8_t> rgba;
        for (int i = 0; i < side * side; ++i) {
            const auto at = static_cast<std::uint8_t>(i * 255 / (side * side));
            const auto column = static_cast<std::uint8_t>(i % side * 3);
            rgba.insert(rgba.end(), {at, column, 90, i % side < side / 2 ? std::uint8_t{255} : std::uint8_t{130}});
        }
        const std::vector<std::uint8_t> luma(side * side, 120), blue(side * side / 4, 90), red(side * side / 4, 170);
        for (Renderer* r : renderers) {  // in the same order in both, so the ids are the same
            picture_ = r->make_texture(side, side, rgba.data());
            film_ = r->make_yuv_texture(side, side, YuvMatrix::bt709);
            r->update_yuv_texture(film_, {luma.data(), side, blue.data(), side / 2, red.data(), side / 2});
        }
    }
    ~Pattern() { ImGui::DestroyContext(context_); }
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    const ImDrawData& frame(float phase) const {
        ImGui::NewFrame();
        ImDrawList& list = *ImGui::GetBackgroundDrawList();
        const ImTextureID picture = reinterpret_cast<ImTextureID>(picture_), film = reinterpret_cast<ImTextureID>(film_);
        const ImVec2 all(probe_w, probe_h);
        list.PushTextureID(nullptr);
        list.AddRectFilled({0, 0}, all, IM_COL32(30, 60, 90, 255));
        list.AddImage(picture, {0, 0}, all, {0, 0}, {1, 1}, IM_COL32(255, 255, 255, 120));
        list.AddRectFilledMultiColor({0, 0}, all, IM_COL32(255, 0, 0, 90), IM_COL32(255, 0, 0, 90), 0, 0);
        list.AddImage(film, {100, 100}, {700, 500});
        list.AddImage(picture, {800, 100}, {800 + side, 100 + side});
        list.AddImageQuad(picture, {300 + phase, 600}, {600, 650}, {560, 950}, {260, 900});
        list.AddCircleFilled({1400, 700}, 200, IM_COL32(200, 180, 60, 140));
        list.PopTextureID();
        ImGui::Render();
        return *ImGui::GetDrawData();
    }

private:
    static constexpr int side = 64;
    ImGuiContext* context_;
    TextureId picture_ = 0, film_ = 0;
};

// Rounding may differ by a few steps, and edges by a pixel; a wrong matrix, a missing texture or noise is far beyond.
bool alike(const Pixels& a, const Pixels& b) {
    if (a.rgba.size() != b.rgba.size()) return false;
    std::size_t off = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) off += std::abs(a.rgba[i] - b.rgba[i]) > 12 ? 1u : 0u;
    return off < a.rgba.size() / 200;
}

Result<ProbeAnswer> try_gpu(const Clock& clock) {
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return Error{ErrorKind::unsupported, SDL_GetError()};
    const auto end = [](SDL_Window* w) { SDL_DestroyWindow(w); };
    const std::unique_ptr<SDL_Window, decltype(end)> window(
        SDL_CreateWindow("", 0, 0, probe_w, probe_h, SDL_WINDOW_HIDDEN | SDL_WINDOW_OPENGL | SDL_WINDOW_BORDERLESS), end);
    if (window == nullptr) return Error{ErrorKind::unsupported, SDL_GetError()};
    auto gl = make_gl_renderer(window.get(), false);
    if (!gl) return gl.error();
    auto reference = Renderer::in_memory(probe_w, probe_h);
    if (!reference) return reference.error();
    const GlName name = gl_name();
    ProbeAnswer answer{false, name.by_processor, 0, name.name};
    (*gl)->resize(probe_w, probe_h);  // a window manager may have had other ideas about the hidden window
    const Pattern pattern({gl->get(), reference->get()});
    const ImDrawData& first = pattern.frame(0);
    answer.works = alike((*gl)->read(first), (*reference)->read(first));
    if (!answer.works || answer.by_processor) return answer;

    const Instant began = clock.now();
    int frames = 0;
    while (frames < frames_timed) {
        (*gl)->forget();
        (*gl)->draw(pattern.frame(static_cast<float>(++frames)), false);
        if (frames == frames_before_giving_up && seconds(clock.now() - began) * 1000 > frames * slowest_gpu_frame_ms * 2) break;
    }
    (*gl)->read(pattern.frame(static_cast<float>(frames)));  // comes back when the GPU has done it all
    answer.frame_ms = seconds(clock.now() - began) * 1000 / frames;
    return answer;
}

struct Pipe {
    int read = -1, write = -1;
    Pipe() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        read = ends[0];
        write = ends[1];
    }
    ~Pipe() {
        if (read >= 0) close(read);
        close_write();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_write() {
        if (write >= 0) close(write);
        write = -1;
    }
};

// Everything the child says until it closes its end; nothing when it takes longer than until `deadline`.
Result<std::string> listen(int from, const Clock& clock, Instant deadline) {
    constexpr std::size_t most = 16u << 10;
    std::string heard;
    while (heard.size() < most) {
        const auto left = std::chrono::ceil<Milliseconds>(deadline - clock.now()).count();
        if (left <= 0) return Error{ErrorKind::cancelled, "it took too long"};
        pollfd ready{from, POLLIN, 0};
        const int found = poll(&ready, 1, static_cast<int>(left));
        if (found < 0 && errno == EINTR) continue;
        if (found < 0) return Error{ErrorKind::io, std::strerror(errno)};
        if (found == 0) return Error{ErrorKind::cancelled, "it took too long"};
        char part[1024];
        const ssize_t got = ::read(from, part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{ErrorKind::io, std::strerror(errno)};
        if (got == 0) return heard;
        heard.append(part, static_cast<std::size_t>(got));
    }
    return Error{ErrorKind::too_large, "it says too much"};
}

}  // namespace

int run_gpu_probe(const Clock& clock) {
    const auto answer = try_gpu(clock);
    if (!answer) {
        std::fprintf(stderr, "%s\n", answer.error().what.c_str());
        return 1;
    }
    std::printf("%s\n", probe_answer_json(*answer).c_str());
    std::fflush(stdout);
    return 0;
}

Result<ProbeAnswer> probe_gpu(const Path& program, const Clock& clock, Nanoseconds limit) {
    Pipe pipe;
    if (pipe.read < 0) return Error{ErrorKind::io, std::strerror(errno)};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe.write, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    std::string name = program.string(), flag = gpu_probe_flag;
    char* arguments[] = {name.data(), flag.data(), nullptr};
    pid_t child = 0;
    const int failed = posix_spawn(&child, name.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return Error{ErrorKind::io, fmt::format("{}: {}", name, std::strerror(failed))};
    pipe.close_write();

    const auto heard = listen(pipe.read, clock, clock.now() + limit);
    // It has said all or it is late: either way it is over. Killing a child that already ended does nothing.
    kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!heard) return heard.error();
    if (heard->empty()) return Error{ErrorKind::unsupported, "there is no GPU to draw with"};
    return read_probe_answer(*heard);
}

}  // namespace xinghuo
