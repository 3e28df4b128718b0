#include "kiosk/last_words.h"

#include <imgui.h>

#include <algorithm>

#include "kiosk/gfx/window.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds stands_for = std::chrono::seconds(60);
constexpr float letter_px = 32, edge_px = 64;
constexpr ImU32 ground = IM_COL32(24, 18, 16, 255), ink = IM_COL32(243, 234, 220, 255);

// ImGui with the one font that is part of it: Latin letters only.
class Plain {
public:
    explicit Plain(Renderer& renderer) : renderer_(renderer), context_(ImGui::CreateContext()) {
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.LogFilename = nullptr;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        ImFontConfig large;
        large.SizePixels = letter_px;
        io.Fonts->AddFontDefault(&large);
        unsigned char* pixels = nullptr;
        int w = 0, h = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &w, &h);
        letters_ = renderer.make_texture(w, h, pixels);
        io.Fonts->SetTexID(reinterpret_cast<ImTextureID>(letters_));
    }
    ~Plain() {
        renderer_.destroy_texture(letters_);
        ImGui::DestroyContext(context_);
    }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    void draw(const std::string& words) {
        const float w = static_cast<float>(renderer_.width_px()), h = static_cast<float>(renderer_.height_px());
        ImGui::GetIO().DisplaySize = {w, h};
        ImGui::GetIO().DeltaTime = 1.0f / 60;
        ImGui::NewFrame();
        ImDrawList& list = *ImGui::GetBackgroundDrawList();
        list.AddRectFilled({0, 0}, {w, h}, ground);
        list.AddText(ImGui::GetFont(), letter_px, {edge_px, edge_px}, ink, words.data(), words.data() + words.size(),
                     std::max(letter_px, w - 2 * edge_px));
        ImGui::Render();
        renderer_.draw(*ImGui::GetDrawData());
    }

private:
    Renderer& renderer_;
    ImGuiContext* context_;
    TextureId letters_ = 0;
};

}  // namespace

void show_last_words(Window& window, const Clock& clock, const std::string& sentence) {
    Plain plain(window.renderer());
    const Instant end = clock.now() + stands_for;
    plain.draw(sentence);
    for (Instant now = clock.now(); now < end; now = clock.now()) {
        for (const InputEvent& event : window.events().wait(std::chrono::ceil<Milliseconds>(end - now), 1)) {
            if (event.what == InputEvent::What::quit) return;
            if (event.what == InputEvent::What::resized) window.renderer().resize(event.w_px, event.h_px);
            if (event.what == InputEvent::What::exposed) window.renderer().forget();
        }
        plain.draw(sentence);
    }
}

}  // namespace xinghuo
