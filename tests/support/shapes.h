// Scenes of random shapes as ImGui draws them, for tests of what is drawn. Deterministic by seed.
#pragma once

#include <imgui.h>

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "kiosk/gfx/renderer.h"

namespace xinghuo {

// A seeded source of numbers that is the same with every standard library.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    int upto(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }  // 0 … n-1
    float in(float from, float to) {
        return from + (to - from) * static_cast<float>(engine_() % 65536u) / 65536.0f;
    }
    bool chance(int percent) { return upto(100) < percent; }

private:
    std::mt19937 engine_;
};

struct Shape {
    enum class What {
        rectangle, rounded, frame, circle, ellipse_ring, line, curve, gradient, picture, scaled_picture, turned_picture,
        rounded_picture, text, huge, film, count
    };
    What what = What::rectangle;
    float x = 0, y = 0, w = 0, h = 0, angle = 0, round = 0;
    ImU32 colour = 0, colour2 = 0;
    int texture = 0;
    bool clipped = false;
};

inline Shape random_shape(Dice& dice, float w, float h) {
    Shape s;
    s.what = static_cast<Shape::What>(dice.upto(static_cast<int>(Shape::What::count)));
    s.x = dice.in(-40, w);
    s.y = dice.in(-40, h);
    s.w = dice.in(0.5f, w / 2);
    s.h = dice.in(0.5f, h / 2);
    if (dice.chance(60)) {
        s.x = static_cast<float>(static_cast<int>(s.x));
        s.y = static_cast<float>(static_cast<int>(s.y));
        s.w = static_cast<float>(1 + static_cast<int>(s.w));
        s.h = static_cast<float>(1 + static_cast<int>(s.h));
    }
    s.angle = dice.in(0, 6.28f);
    s.round = dice.in(0, 30);
    // One throw a statement: the order of a call's arguments is the compiler's.
    const auto colour = [&dice]() -> ImU32 {
        const int rg = dice.upto(65536);
        const int b = dice.upto(256);
        const int alpha = dice.chance(40) ? 255 : dice.upto(256);
        return IM_COL32(rg / 256, rg % 256, b, alpha);
    };
    s.colour = dice.chance(20) ? IM_COL32_WHITE : colour();
    s.colour2 = colour();
    s.texture = dice.upto(3);
    s.clipped = dice.chance(25);
    return s;
}

// An ImGui context whose font and pictures are textures of one or several renderers, made in the same order in each, so
// that one draw list does for all.
class Scene {
public:
    Scene(std::vector<Renderer*> renderers, int w_px, int h_px) : renderers_(std::move(renderers)) {
        static ImFontAtlas fonts;  // rasterised once, for all scenes
        context_ = ImGui::CreateContext(&fonts);
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {static_cast<float>(w_px), static_cast<float>(h_px)};
        io.DeltaTime = 1.0f / 60;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        ImGui::GetStyle().AntiAliasedLinesUseTex = false;
        unsigned char* rgba = nullptr;
        int w = 0, h = 0;
        io.Fonts->GetTexDataAsRGBA32(&rgba, &w, &h);
        io.Fonts->SetTexID(id_of(make(w, h, rgba)));
        for (int n = 0; n < 3; ++n) pictures_[static_cast<std::size_t>(n)] = make(64 + n * 33, 48 + n * 50, n);
        film_ = 0;
        for (Renderer* r : renderers_) film_ = r->make_yuv_texture(32, 24, YuvMatrix::bt709);
    }
    ~Scene() { ImGui::DestroyContext(context_); }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    static ImTextureID id_of(TextureId id) { return reinterpret_cast<ImTextureID>(id); }
    [[nodiscard]] TextureId picture(int n) const { return pictures_[static_cast<std::size_t>(n)]; }
    [[nodiscard]] TextureId film() const { return film_; }

    TextureId make(int w, int h, const std::uint8_t* rgba) {
        TextureId id = 0;
        for (Renderer* r : renderers_) id = r->make_texture(w, h, rgba);
        return id;
    }
    // Picture 0 is opaque, 1 has soft edges, 2 a hole.
    TextureId make(int w, int h, int kind) {
        const std::vector<std::uint8_t> rgba = pixels(w, h, kind, 0);
        return make(w, h, rgba.data());
    }
    static std::vector<std::uint8_t> pixels(int w, int h, int kind, int phase) {
        std::vector<std::uint8_t> rgba;
        for (int y = 0; y < h; ++y) {
            for (int x = 0; x < w; ++x) {
                const int edge = std::min(std::min(x, w - 1 - x), std::min(y, h - 1 - y));
                const int hole = (x - w / 2) * (x - w / 2) + (y - h / 2) * (y - h / 2) < w * h / 16 ? 0 : 255;
                const int alpha = kind == 0 ? 255 : kind == 1 ? std::min(255, edge * 40) : hole;
                rgba.push_back(static_cast<std::uint8_t>(x * 5 + phase));
                rgba.push_back(static_cast<std::uint8_t>(y * 7 + phase * 3));
                rgba.push_back(static_cast<std::uint8_t>((x ^ y) * 9));
                rgba.push_back(static_cast<std::uint8_t>(alpha));
            }
        }
        return rgba;
    }

    const ImDrawData& draw(const std::vector<Shape>& shapes) {
        ImDrawList& list = begin();
        for (const Shape& shape : shapes) put(list, shape);
        return end();
    }
    ImDrawList& begin() {
        ImGui::SetCurrentContext(context_);
        ImGui::NewFrame();
        return *ImGui::GetBackgroundDrawList();
    }
    const ImDrawData& end() {
        ImGui::Render();
        return *ImGui::GetDrawData();
    }

    void put(ImDrawList& list, const Shape& s) const {
        const ImVec2 a(s.x, s.y), b(s.x + s.w, s.y + s.h), middle(s.x + s.w / 2, s.y + s.h / 2);
        const ImTextureID picture = id_of(pictures_[static_cast<std::size_t>(s.texture)]);
        const auto w = static_cast<float>(64 + s.texture * 33), h = static_cast<float>(48 + s.texture * 50);
        if (s.clipped) list.PushClipRect({s.x + s.w / 5, s.y + 3}, {s.x + s.w * 0.8f, s.y + s.h - 2}, true);
        switch (s.what) {
            case Shape::What::rectangle: list.AddRectFilled(a, b, s.colour); break;
            case Shape::What::rounded: list.AddRectFilled(a, b, s.colour, s.round); break;
            case Shape::What::frame: list.AddRect(a, b, s.colour, s.round, 0, 1 + s.round / 8); break;
            case Shape::What::circle: list.AddCircleFilled(middle, s.h / 3, s.colour); break;
            case Shape::What::ellipse_ring: list.AddCircle(middle, s.h / 3, s.colour, 0, s.round / 5 + 0.5f); break;
            case Shape::What::line: list.AddLine(a, b, s.colour, s.round / 7 + 0.3f); break;
            case Shape::What::curve: list.AddBezierCubic(a, {b.x, a.y}, {a.x, b.y}, b, s.colour, 2.5f); break;
            case Shape::What::gradient: list.AddRectFilledMultiColor(a, b, s.colour, s.colour2, s.colour, s.colour2); break;
            case Shape::What::picture: list.AddImage(picture, a, {a.x + w, a.y + h}, {0, 0}, {1, 1}, s.colour); break;
            case Shape::What::scaled_picture: list.AddImage(picture, a, b, {0.1f, 0}, {1, 0.9f}, s.colour); break;
            case Shape::What::turned_picture: turned(list, picture, s, middle); break;
            case Shape::What::rounded_picture:
                list.AddImageRounded(picture, a, b, {0, 0}, {1, 1}, s.colour, s.round);
                break;
            case Shape::What::text: list.AddText(a, s.colour, "A visitor walks up, 1921"); break;
            case Shape::What::huge:
                list.AddTriangleFilled({-90000, s.y}, {90000, s.y + 40000 * std::sin(s.angle)}, b, s.colour);
                break;
            case Shape::What::film: list.AddImage(id_of(film_), a, b, {0, 0}, {1, 1}, s.colour); break;
            case Shape::What::count: break;
        }
        if (s.clipped) list.PopClipRect();
    }

private:
    static void turned(ImDrawList& list, ImTextureID picture, const Shape& s, ImVec2 middle) {
        const float c = std::cos(s.angle), d = std::sin(s.angle);
        const auto corner = [&](float x, float y) {
            return ImVec2(middle.x + c * x * s.w / 2 - d * y * s.h / 2, middle.y + d * x * s.w / 2 + c * y * s.h / 2);
        };
        list.AddImageQuad(picture, corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), {0, 0}, {1, 0}, {1, 1},
                          {0, 1}, s.colour);
    }

    std::vector<Renderer*> renderers_;
    ImGuiContext* context_ = nullptr;
    std::array<TextureId, 3> pictures_{};
    TextureId film_ = 0;
};

}  // namespace xinghuo
