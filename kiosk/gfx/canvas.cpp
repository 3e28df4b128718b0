#include "kiosk/gfx/canvas.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

constexpr int soft_px = 96, soft_edge_px = 40;  // the shadow's picture and the width of its blurred border
constexpr int light_px = 128;

ImVec2 at(Vec2 p, float scale) { return {p.x * scale, p.y * scale}; }
ImTextureID as_imgui(TextureId id) { return reinterpret_cast<ImTextureID>(id); }

std::vector<std::uint8_t> white_with_alpha(int px, const auto& alpha_at) {
    std::vector<std::uint8_t> rgba(static_cast<std::size_t>(px) * static_cast<std::size_t>(px) * 4, 255);
    for (int y = 0; y < px; ++y)
        for (int x = 0; x < px; ++x)
            rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(px) + static_cast<std::size_t>(x)) * 4 + 3] =
                static_cast<std::uint8_t>(std::lround(255.0f * std::clamp(alpha_at(x, y), 0.0f, 1.0f)));
    return rgba;
}

float smooth(float t) {
    t = std::clamp(t, 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

}  // namespace

Canvas::Canvas(Renderer& renderer, TextEngine& text) : renderer_(renderer), text_(text) {
    const auto soft = white_with_alpha(soft_px, [](int x, int y) {
        const float half = soft_px / 2.0f;
        const float dx = std::max(0.0f, std::abs(static_cast<float>(x) + 0.5f - half) - (half - soft_edge_px));
        const float dy = std::max(0.0f, std::abs(static_cast<float>(y) + 0.5f - half) - (half - soft_edge_px));
        const float t = smooth(1 - std::hypot(dx, dy) / soft_edge_px);
        return t * t;
    });
    soft_ = renderer_.make_texture(soft_px, soft_px, soft.data());
    const auto light = white_with_alpha(light_px, [](int x, int y) {
        const float half = light_px / 2.0f;
        const float r = std::hypot(static_cast<float>(x) + 0.5f - half, static_cast<float>(y) + 0.5f - half) / half;
        const float t = smooth(1 - r);
        return t * t;
    });
    light_ = renderer_.make_texture(light_px, light_px, light.data());
}

Canvas::~Canvas() {
    renderer_.destroy_texture(soft_);
    renderer_.destroy_texture(light_);
}

void Canvas::begin(ImDrawList& list, float scale, Rect screen) {
    insist(clips_.empty(), "a clip of the last frame is still open");
    list_ = &list;
    scale_ = scale;
    screen_ = screen;
    alpha_ = 1;
    labels_.clear();
}

void Canvas::fill(Rect box, Colour colour, float radius) {
    if (box.empty()) return;
    list_->AddRectFilled(at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_), paint(colour), radius * scale_);
}

void Canvas::fill_gradient(Rect box, Colour top, Colour bottom) {
    list_->AddRectFilledMultiColor(at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_), paint(top), paint(top),
                                   paint(bottom), paint(bottom));
}

void Canvas::fill_gradient_across(Rect box, Colour left, Colour right) {
    list_->AddRectFilledMultiColor(at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_), paint(left), paint(right),
                                   paint(right), paint(left));
}

void Canvas::stroke(Rect box, Colour colour, float width, float radius) {
    list_->AddRect(at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_), paint(colour), radius * scale_, 0,
                   std::max(1.0f, width * scale_));
}

void Canvas::line(Vec2 from, Vec2 to, Colour colour, float width) {
    list_->AddLine(at(from, scale_), at(to, scale_), paint(colour), std::max(1.0f, width * scale_));
}

void Canvas::circle(Vec2 centre, float radius, Colour colour) {
    list_->AddCircleFilled(at(centre, scale_), radius * scale_, paint(colour));
}

void Canvas::ring(Vec2 centre, float radius, float from_turns, float to_turns, Colour colour, float width) {
    if (to_turns <= from_turns) return;
    const float turn = 2 * IM_PI;
    const int segments = std::max(8, static_cast<int>(std::ceil((to_turns - from_turns) * 96)));
    list_->PathArcTo(at(centre, scale_), radius * scale_, (from_turns - 0.25f) * turn, (to_turns - 0.25f) * turn, segments);
    list_->PathStroke(paint(colour), 0, width * scale_);
}

void Canvas::triangle(Vec2 a, Vec2 b, Vec2 c, Colour colour) {
    list_->AddTriangleFilled(at(a, scale_), at(b, scale_), at(c, scale_), paint(colour));
}

void Canvas::polyline(std::span<const Vec2> points, Colour colour, float width) {
    for (const Vec2 p : points) list_->PathLineTo(at(p, scale_));
    list_->PathStroke(paint(colour), 0, width * scale_);
}

void Canvas::shadow(Rect box, float radius, float strength) {
    // Two layers: a wide faint one that lifts the card, a narrow one that grounds it.
    const auto layer = [&](float spread, float down, float alpha) {
        const Rect r = box.inset(-spread).moved({0, down});
        const float edge = std::min({spread + radius, r.w / 2, r.h / 2});
        const float xs[4] = {r.x, r.x + edge, r.right() - edge, r.right()};
        const float ys[4] = {r.y, r.y + edge, r.bottom() - edge, r.bottom()};
        const float e = static_cast<float>(soft_edge_px) / soft_px;
        const float uv[4] = {0, e, 1 - e, 1};
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 3; ++i) {
                if (i == 1 && j == 1) continue;  // under the card
                list_->AddImage(as_imgui(soft_), at({xs[i], ys[j]}, scale_), at({xs[i + 1], ys[j + 1]}, scale_), {uv[i], uv[j]},
                                {uv[i + 1], uv[j + 1]}, paint(Colour{35, 27, 22, 255}.with_alpha(alpha * strength)));
            }
    };
    layer(30, 12, 0.13f);
    layer(8, 3, 0.16f);
}

void Canvas::glow(Vec2 centre, float radius_x, float radius_y, Colour colour) {
    list_->AddImage(as_imgui(light_), at({centre.x - radius_x, centre.y - radius_y}, scale_),
                    at({centre.x + radius_x, centre.y + radius_y}, scale_), {0, 0}, {1, 1}, paint(colour));
}

void Canvas::picture(const Texture& texture, Rect box, Colour tint, float radius) {
    if (texture.id == 0) return;
    const ImU32 colour = paint(tint.faded(texture.appeared));
    const ImVec2 a = at(box.origin(), scale_), b = at({box.right(), box.bottom()}, scale_);
    if (radius > 0)
        list_->AddImageRounded(as_imgui(texture.id), a, b, {0, 0}, {1, 1}, colour, radius * scale_);
    else
        list_->AddImage(as_imgui(texture.id), a, b, {0, 0}, {1, 1}, colour);
}

void Canvas::picture_cover(const Texture& texture, Rect box, Vec2 focus, float radius, Colour tint) {
    if (texture.id == 0 || box.empty()) return;
    const float picture_shape = texture.w / texture.h, box_shape = box.w / box.h;
    float w = 1, h = 1;  // share of the picture that is seen
    if (picture_shape > box_shape) w = box_shape / picture_shape;
    else h = picture_shape / box_shape;
    const float u = std::clamp(focus.x - w / 2, 0.0f, 1 - w), v = std::clamp(focus.y - h / 2, 0.0f, 1 - h);
    list_->AddImageRounded(as_imgui(texture.id), at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_), {u, v},
                           {u + w, v + h}, paint(tint.faded(texture.appeared)), radius * scale_);
}

void Canvas::sprite(const Texture& texture, Vec2 size, const Affine& place, Colour tint) {
    if (texture.id == 0) return;
    list_->AddImageQuad(as_imgui(texture.id), at(place({0, 0}), scale_), at(place({size.x, 0}), scale_),
                        at(place({size.x, size.y}), scale_), at(place({0, size.y}), scale_), {0, 0}, {1, 0}, {1, 1}, {0, 1},
                        paint(tint.faded(texture.appeared)));
}

void Canvas::triangles(const Texture& texture, std::span<const Vertex> vertices, Colour tint) {
    if (texture.id == 0 || vertices.empty()) return;
    insist(vertices.size() % 3 == 0 && vertices.size() < 60'000, "triangles come in threes, and not too many");
    list_->PushTextureID(as_imgui(texture.id));
    const int n = static_cast<int>(vertices.size());
    list_->PrimReserve(n, n);
    const ImU32 colour = paint(tint.faded(texture.appeared));
    for (const Vertex& v : vertices) {
        list_->PrimWriteIdx(static_cast<ImDrawIdx>(list_->_VtxCurrentIdx));
        list_->PrimWriteVtx(at(v.at, scale_), {v.uv.x, v.uv.y}, colour);
    }
    list_->PopTextureID();
}

void Canvas::film(TextureId yuv, Rect box) {
    if (yuv == 0) return;
    list_->AddImage(as_imgui(yuv), at(box.origin(), scale_), at({box.right(), box.bottom()}, scale_));
}

float Canvas::fitting_size(std::string_view words, Vec2 box, const TextStyle& style) {
    float size = style.size;
    while (style.shrink_to > 0 && size > style.shrink_to) {
        const auto layout = text_.layout({{{std::string(words), style.face, size, style.colour}}, box.x, style.line_height, style.align, style.max_lines});
        if (layout->size().y <= box.y + 1 && !layout->overflows() && !layout->truncated()) return size;
        size = std::max(style.shrink_to, std::floor(size - 2));
    }
    return size;
}

Vec2 Canvas::measure(std::string_view words, const TextStyle& style, float width) {
    return text_.layout({{{std::string(words), style.face, style.size, style.colour}}, width, style.line_height, style.align, style.max_lines})->size();
}

Rect Canvas::text(std::string_view words, Rect box, const TextStyle& style) {
    if (words.empty()) return {box.x, box.y, 0, 0};
    const float size = fitting_size(words, box.size(), style);
    const Paragraph paragraph{{{std::string(words), style.face, size, style.colour}}, box.w, style.line_height, style.align, style.max_lines};
    auto layout = text_.layout(paragraph);
    if (layout->size().y > box.h + 1 && layout->lines() > 1) {
        // The box decides: as many lines as are wholly inside, the last ending in an ellipsis.
        Paragraph shorter = paragraph;
        const float one = layout->size().y / static_cast<float>(layout->lines());
        shorter.max_lines = std::max(1, static_cast<int>((box.h + 1) / one));
        layout = text_.layout(shorter);
    }
    const Vec2 ink = layout->size();
    Vec2 origin = box.origin();
    if (style.middle) origin.y += (box.h - ink.y) / 2;
    text_.draw(*list_, *layout, origin, alpha_, {}, style.moving);
    float x = origin.x;
    if (style.align == Align::centre) x += (box.w - ink.x) / 2;
    if (style.align == Align::right) x += box.w - ink.x;
    const Rect where{x, origin.y, ink.x, ink.y};
    // One line may stand a little out of its box: line height is generous, ink is not.
    const bool cut = layout->truncated() || layout->overflows() || ink.x > box.w + 1 ||
                     (layout->lines() > 1 && ink.y > box.h + 1) || size > box.h + 1;
    note(words, where, box, size, cut);
    return where;
}

Rect Canvas::rich(const Paragraph& paragraph, Rect box, const std::vector<Highlight>& highlights) {
    const auto layout = text_.layout(paragraph);
    text_.draw(*list_, *layout, box.origin(), alpha_, highlights);
    const Vec2 ink = layout->size();
    float x = box.x, size = 0;
    if (paragraph.align == Align::centre) x += (paragraph.width - ink.x) / 2;
    if (paragraph.align == Align::right) x += paragraph.width - ink.x;
    for (const Run& run : paragraph.runs) size = std::max(size, run.size);
    const Rect where{x, box.y, ink.x, ink.y};
    note(layout->text(), where, box, size, layout->truncated() || layout->overflows() || ink.x > box.w + 1 || ink.y > box.h + 1);
    return where;
}

void Canvas::note(std::string_view words, Rect box, Rect limit, float size, bool cut) {
    if (alpha_ < 0.05f) return;
    const Rect seen = box.intersected(clip());
    if (seen.empty()) return;
    labels_.push_back({std::string(words), box, limit, seen, size, cut, false, {}});
}

void Canvas::touchable(std::string_view id, std::string_view name, Rect sensing) {
    const Rect seen = sensing.intersected(clip());
    if (seen.empty()) return;
    labels_.push_back({std::string(name), sensing, sensing, seen, 0, false, true, std::string(id)});
}

void Canvas::cover(Rect opaque) {
    std::erase_if(labels_, [&](const Label& label) { return label.touch || !label.seen.intersected(opaque).empty(); });
}

void Canvas::cover_partly(Rect opaque) {
    std::erase_if(labels_, [&](const Label& label) { return label.touch ? opaque.contains(label.seen.centre()) : !label.seen.intersected(opaque).empty(); });
}

Canvas::Scope Canvas::clipped(Rect box) {
    const Rect inside = box.intersected(clip());
    clips_.push_back(inside);
    list_->PushClipRect(at(inside.origin(), scale_), at({inside.right(), inside.bottom()}, scale_), true);
    return {*this, true, alpha_};
}

Canvas::Scope Canvas::faded(float alpha) {
    const float before = alpha_;
    alpha_ *= alpha;
    return {*this, false, before};
}

Canvas::Scope::~Scope() {
    canvas_.alpha_ = alpha_;
    if (!clip_) return;
    canvas_.clips_.pop_back();
    canvas_.list_->PopClipRect();
}

}  // namespace xinghuo
