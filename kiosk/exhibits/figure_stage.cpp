#include "kiosk/exhibits/figure_stage.h"

#include <cmath>
#include <numbers>

#include "kiosk/gfx/tween.h"

namespace xinghuo {
namespace {

constexpr float drift_px = 46;       // of the nearest layer, to either side
constexpr double drift_period_s = 46;
constexpr float spare = 1.06f;       // larger than the view, so that a drift shows no edge
constexpr Colour lamp = rgb(0xE9B978);

}  // namespace

Texture still_stage(const Frame& frame, const StageArt& art, Vec2 size) {
    return frame.textures.get(frame.picture_name(art.layers[0]) + "+" + frame.picture_name(art.layers[1]) + "+" + frame.picture_name(art.layers[2]), size);
}

void draw_stage(Frame& frame, const StageArt& art, Rect view, const Stand& stand, double alive) {
    frame.canvas.fill(frame.screen, frame.theme.night);
    const auto inside = frame.canvas.clipped(view);
    const float scale = std::max(view.h / art.height, view.w / (art.width - 2 * drift_px)) * spare;
    const Vec2 size{art.width * scale, art.height * scale};
    // The light that is drawn into the stage goes behind the figure, as far as the layers reach.
    const float light = (art.figure_box[0] + art.figure_box[2] / 2) * size.x;
    const float slack = std::min(drift_px, (size.x - view.w) / 2);
    const float x = std::clamp(stand.feet.x - light, view.right() - size.x + slack, view.x - slack);
    const float y = view.bottom() - size.y;
    const double turn = frame.calm() ? 0 : std::sin(std::fmod(alive / drift_period_s, 1.0) * 2 * std::numbers::pi);
    if (frame.calm()) frame.canvas.picture(still_stage(frame, art, size), {x, y, size.x, size.y});
    for (std::size_t i = 0; i < art.layers.size() && !frame.calm(); ++i) {
        const float drift = static_cast<float>(turn) * slack * std::min(1.0f, art.parallax[i]);
        frame.canvas.picture(frame.pack_picture(art.layers[i], size), {x + drift, y, size.x, size.y});
    }
    // Darker at the edges: the eye goes to the figure, and words are read on night.
    const Colour night = frame.theme.night;
    frame.canvas.fill_gradient({view.x, view.y, view.w, 200}, night.with_alpha(0.72f), night.with_alpha(0));
    frame.canvas.fill_gradient({view.x, view.bottom() - view.h * 0.32f, view.w, view.h * 0.32f}, night.with_alpha(0), night.with_alpha(0.94f));
    const float plate = view.w * (frame.portrait ? 0.36f : 0.23f);  // what is read on the left stands on this
    frame.canvas.fill_gradient_across({view.x, view.y, plate, view.h}, night.with_alpha(0.88f), night.with_alpha(0.78f));
    frame.canvas.fill_gradient_across({view.x + plate, view.y, view.w * 0.16f, view.h}, night.with_alpha(0.78f), night.with_alpha(0));
    const Vec2 heart = stand.at(500, 780);
    const float glow = frame.calm() ? 0.24f : 0.22f + 0.05f * breath(frame.now, 8);
    frame.canvas.glow(heart, 1150 * stand.scale, 1350 * stand.scale, lamp.with_alpha(glow));
}

void draw_ground_light(Frame& frame, const Stand& stand, float lit) {
    const float s = stand.scale;
    frame.canvas.glow({stand.feet.x, stand.feet.y - 8 * s}, 900 * s, 150 * s, lamp.with_alpha(0.30f * lit));
    // The lamp stands at the upper right, so the shadow falls a little to the left.
    const Colour dark = rgb(0x080504);
    frame.canvas.glow({stand.feet.x - 60 * s, stand.feet.y - 6 * s}, 520 * s, 74 * s, dark.with_alpha(0.85f * lit));
    frame.canvas.glow({stand.feet.x - 14 * s, stand.feet.y - 4 * s}, 290 * s, 38 * s, dark.with_alpha(0.95f * lit));
}

}  // namespace xinghuo
