#include "kiosk/exhibits/gallery_view.h"

#include <algorithm>
#include <cmath>

#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr float slop_px = 14;
constexpr Nanoseconds twice_within = Milliseconds(360);
constexpr float twice_near_px = 60;
constexpr float most_px_per_px = 2;   // of the panel, for one of the picture

}  // namespace

GalleryView::Turn GalleryView::frame(Frame& frame, const GalleryPicture& picture, Lang lang, Rect view) {
    view_ = view;
    const Vec2 size{static_cast<float>(picture.w), static_cast<float>(picture.h)};
    const float whole = std::min(view.w / size.x, view.h / size.y);
    // A small picture is shown no larger than twice its size, but may always be looked at a little nearer.
    zoom_.set(size, view.size(), std::max(whole * 2, most_px_per_px / frame.canvas.scale()));
    const auto inside = frame.canvas.clipped(view);
    const Rect place = zoom_.place(frame.now).moved(view.origin()).moved({side_, 0});
    const Vec2 at_rest{size.x * whole, size.y * whole};
    frame.canvas.fill(place.intersected(view), frame.theme.bone.with_alpha(0.08f));
    frame.canvas.picture(frame.pack_picture(picture.screen, at_rest), place);
    if (!picture.tiles.empty() && zoom_.target_scale() > whole * 1.05f) tiles(frame, picture, place);
    const Press press = pressable(frame, "gallery.picture", picture.alt.in(lang), view);
    const Turn turn = fingers(frame, press.held, press.clicked);
    if (zoom_.moving(frame.now)) frame.animate();
    return turn;
}

void GalleryView::tiles(Frame& frame, const GalleryPicture& picture, Rect place) const {
    // The coarsest level that still has a px of its own for every px of the panel; on the way to a scale, the one of its end.
    const float px = zoom_.target_scale() * frame.canvas.scale();
    const int number = std::clamp(static_cast<int>(std::floor(std::log2(1 / std::max(1e-6f, px)) + 0.01f)), 0, picture.levels - 1);
    const TileLevel level = tile_level(picture.w, picture.h, number, picture.tile_px);
    const float unit = place.w / static_cast<float>(picture.w) * static_cast<float>(1 << number);  // view px for a px of the level
    const auto side = static_cast<float>(picture.tile_px);
    const Rect seen = place.intersected(view_);
    if (seen.empty()) return;
    const auto first = [&](float from) { return std::max(0, static_cast<int>(std::floor(from / (side * unit)))); };
    const int left = first(seen.x - place.x), top = first(seen.y - place.y);
    const int right = std::min(level.columns - 1, first(seen.right() - place.x)), bottom = std::min(level.rows - 1, first(seen.bottom() - place.y));
    for (int row = top; row <= bottom; ++row)
        for (int column = left; column <= right; ++column) {
            const float x = static_cast<float>(column) * side, y = static_cast<float>(row) * side;
            const float w = std::min(side, static_cast<float>(level.w) - x), h = std::min(side, static_cast<float>(level.h) - y);
            // Asked for px by px of the panel, whatever the scale of the moment.
            const Texture texture = frame.pack_picture(tile_path(picture.tiles, number, column, row), {w / frame.canvas.scale(), h / frame.canvas.scale()});
            if (texture.id == 0) continue;
            frame.canvas.picture(texture, {place.x + x * unit, place.y + y * unit, w * unit, h * unit});
        }
}

GalleryView::Turn GalleryView::fingers(Frame& frame, bool held, bool clicked) {
    const Pointer& pointer = frame.pointer;
    const std::string id = "gallery.picture";
    if (pointer.pinch && view_.contains(pointer.pinch->centre)) {
        zoom_.pinch(pointer.pinch->centre - view_.origin(), pointer.pinch->scale, pointer.pinch->moved, frame.now);
        dragging_ = false;
        side_ = 0;
        frame.animate();
        return Turn::none;
    }
    if (pointer.pressed && held) zoom_.hold(frame.now);
    if (held && pointer.down && !dragging_ && (pointer.at - pointer.pressed_at).length() > slop_px) dragging_ = true;
    if (dragging_ && (held || frame.touch.holds(id)) && pointer.down) {
        if (zoom_.whole(frame.now)) side_ += pointer.moved.x;
        else zoom_.drag(pointer.moved);
        frame.animate();
        return Turn::none;
    }
    if (dragging_) {  // let go, or taken away
        dragging_ = false;
        const float pushed = side_, speed = pointer.released ? pointer.velocity.x : 0;
        side_ = 0;
        frame.animate();
        if (!zoom_.whole(frame.now)) {
            if (pointer.released) zoom_.let_go(pointer.velocity, frame.now);
            return Turn::none;
        }
        if (pushed < -view_.w * 0.18f || (pushed < -slop_px && speed < -700)) return Turn::next;
        if (pushed > view_.w * 0.18f || (pushed > slop_px && speed > 700)) return Turn::previous;
        return Turn::none;
    }
    if (clicked) {
        const bool twice = frame.now - last_tap_ < twice_within && (pointer.at - last_tap_at_).length() < twice_near_px;
        if (twice) zoom_.tap_twice(pointer.at - view_.origin(), frame.now);
        last_tap_ = twice ? frame.now - Milliseconds(100'000) : frame.now;
        last_tap_at_ = pointer.at;
        frame.animate();
    }
    return Turn::none;
}

}  // namespace xinghuo
