// What screens draw on: shapes, pictures and text in the imaginary screen, over one ImGui draw list.
// Everything that is drawn with words, and everything that can be touched, is also written down in a dump:
// tests and the outside driver read the screen from it.
// Main thread, one frame at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/gfx/geometry.h"
#include "kiosk/gfx/renderer.h"
#include "kiosk/gfx/text.h"

struct ImDrawList;

namespace xinghuo {

struct TextStyle {
    Face face = Face::sans;
    float size = 34;
    Colour colour;
    Align align = Align::left;
    float line_height = 1.6f;
    int max_lines = 0;       // 0: as many as fit the box
    bool middle = false;     // vertically in the middle of the box
    float shrink_to = 0;     // >0: the size may go down to this so that all fits the box
    bool moving = false;     // this text moves or scales right now
};

// Something with words on the screen.
struct Label {
    std::string text;
    Rect box;                // of the ink's lines
    Rect limit;              // the place it was given
    Rect seen;               // the part of box inside the clip
    float size = 0;
    bool cut = false;        // it did not fit its limit
    bool touch = false;      // it can be touched: box is then the sensing area
    std::string id;          // of what can be touched: its name within the screen, the same in every language
};

struct Vertex {
    Vec2 at, uv;
};

// x' = a x + c y + e; y' = b x + d y + f.
struct Affine {
    float a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
    [[nodiscard]] Vec2 operator()(Vec2 p) const { return {a * p.x + c * p.y + e, b * p.x + d * p.y + f}; }
};

// A picture on the GPU. id 0: not there yet.
struct Texture {
    TextureId id = 0;
    float w = 0, h = 0;      // px
    float appeared = 1;      // 0–1 while it fades in after loading
};

class Canvas {
public:
    Canvas(Renderer& renderer, TextEngine& text);
    ~Canvas();
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    // A frame begins: the list to fill, real px per imaginary px, and the screen's size in imaginary px.
    void begin(ImDrawList& list, float scale, Rect screen);
    [[nodiscard]] Rect screen() const { return screen_; }
    [[nodiscard]] float scale() const { return scale_; }

    // Shapes.
    void fill(Rect box, Colour colour, float radius = 0);
    void fill_gradient(Rect box, Colour top, Colour bottom);
    void fill_gradient_across(Rect box, Colour left, Colour right);
    void stroke(Rect box, Colour colour, float width, float radius = 0);
    void line(Vec2 from, Vec2 to, Colour colour, float width);
    void circle(Vec2 centre, float radius, Colour colour);
    void ring(Vec2 centre, float radius, float from_turns, float to_turns, Colour colour, float width);  // 0 is up, clockwise
    void triangle(Vec2 a, Vec2 b, Vec2 c, Colour colour);
    void polyline(std::span<const Vec2> points, Colour colour, float width);
    // A soft two-layer shadow under a card that is about to be drawn.
    void shadow(Rect box, float radius, float strength = 1);
    // A light in the dark: brightest in the middle, nothing at the rim.
    void glow(Vec2 centre, float radius_x, float radius_y, Colour colour);

    // Pictures. `cover`: fills the box, keeping `focus` (0–1) as near the middle as the edges allow.
    void picture(const Texture& texture, Rect box, Colour tint = {255, 255, 255, 255}, float radius = 0);
    void picture_cover(const Texture& texture, Rect box, Vec2 focus, float radius = 0, Colour tint = {255, 255, 255, 255});
    // The texture's whole rectangle, 0,0–w,h in its own units, through an affine to the imaginary screen.
    void sprite(const Texture& texture, Vec2 size, const Affine& place, Colour tint = {255, 255, 255, 255});
    void triangles(const Texture& texture, std::span<const Vertex> vertices, Colour tint = {255, 255, 255, 255});
    void film(TextureId yuv, Rect box);
    [[nodiscard]] Renderer& renderer() { return renderer_; }  // for a FilmPicture to live on

    // Text. Returns where the ink is. Boxes limit: what does not fit is cut with … and noted in the dump.
    Rect text(std::string_view words, Rect box, const TextStyle& style);
    // In any run styles, with parts recoloured; origin is the top left of the box.
    Rect rich(const Paragraph& paragraph, Rect box, const std::vector<Highlight>& highlights = {});
    [[nodiscard]] Vec2 measure(std::string_view words, const TextStyle& style, float width = 0);
    // The size at which the words fit the box: style.size, or smaller down to style.shrink_to.
    [[nodiscard]] float fitting_size(std::string_view words, Vec2 box, const TextStyle& style);
    [[nodiscard]] TextEngine& engine() { return text_; }

    // Scopes: undone by their destructor.
    class Scope {
    public:
        Scope(Canvas& canvas, bool clip, float alpha) : canvas_(canvas), clip_(clip), alpha_(alpha) {}
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Canvas& canvas_;
        bool clip_;
        float alpha_;
    };
    [[nodiscard]] Scope clipped(Rect box);
    [[nodiscard]] Scope faded(float alpha);

    // The dump.
    void touchable(std::string_view id, std::string_view name, Rect sensing);
    [[nodiscard]] const std::vector<Label>& labels() const { return labels_; }
    // A dialogue stands on `opaque` from here on: nothing drawn before can be reached, and words under it are not seen.
    void cover(Rect opaque);
    // A note lies on `opaque`: what is under it is not seen; everything else can still be reached.
    void cover_partly(Rect opaque);
    [[nodiscard]] Rect clip() const { return clips_.empty() ? screen_ : clips_.back(); }

private:
    [[nodiscard]] std::uint32_t paint(Colour colour) const { return colour.faded(alpha_).packed(); }
    void note(std::string_view words, Rect box, Rect limit, float size, bool cut);

    Renderer& renderer_;
    TextEngine& text_;
    ImDrawList* list_ = nullptr;
    float scale_ = 1;
    Rect screen_;
    float alpha_ = 1;
    std::vector<Rect> clips_;
    std::vector<Label> labels_;
    TextureId soft_ = 0;   // a blurred rounded square, for shadows
    TextureId light_ = 0;  // a radial falloff, for glows
};

}  // namespace xinghuo
