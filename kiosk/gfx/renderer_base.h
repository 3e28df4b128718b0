// What both renderers share: the frame's primitives, what changed, and the order of drawing and showing.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "kiosk/gfx/damage.h"
#include "kiosk/gfx/renderer.h"

namespace xinghuo {

class RendererBase : public Renderer {
public:
    void resize(int w_px, int h_px) final;
    [[nodiscard]] int width_px() const final { return w_px_; }
    [[nodiscard]] int height_px() const final { return h_px_; }
    DrawStats draw(const ImDrawData& data, bool deferred) final;
    Pixels read(const ImDrawData& data) final;
    void forget() final { damage_.forget(); }

protected:
    RendererBase(int w_px, int h_px);

    // Makes room for a picture of w_px × h_px; what it shows is drawn before it is looked at.
    virtual void make_picture() = 0;
    // Draws the primitives that touch `rect`, and those pixels only; how many triangles that took.
    virtual std::size_t paint(const PrimitiveList& frame, PixelRect rect) = 0;
    // The picture goes to the window, where there is one. `rects` is what was painted since the last time.
    virtual void show(const std::vector<PixelRect>& rects) = 0;
    virtual Pixels read_picture() = 0;
    // Changes with the pixels of a texture that may be seen.
    [[nodiscard]] virtual std::uint32_t version(TextureId id) const = 0;

    [[nodiscard]] int w_px() const { return w_px_; }
    [[nodiscard]] int h_px() const { return h_px_; }

private:
    void compare(const ImDrawData& data, DrawStats& stats);
    std::vector<PixelRect> paint_undrawn(DrawStats& stats);

    int w_px_, h_px_;
    bool picture_made_ = false;
    PrimitiveList frame_;
    Damage damage_;
};

// Textures by id. Ids are never used again, so an old list cannot show somebody else's picture.
template <class Texture>
class TextureTable {
public:
    TextureId add(Texture texture) {
        textures_.emplace(++last_, std::move(texture));
        return last_;
    }
    [[nodiscard]] Texture* find(TextureId id) {
        const auto at = textures_.find(id);
        return at == textures_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const Texture* find(TextureId id) const {
        const auto at = textures_.find(id);
        return at == textures_.end() ? nullptr : &at->second;
    }
    void remove(TextureId id) { textures_.erase(id); }
    [[nodiscard]] const std::map<TextureId, Texture>& all() const { return textures_; }

private:
    std::map<TextureId, Texture> textures_;
    TextureId last_ = 0;
};

// True when a texture of this size can be had at all; logged when not.
bool fits_texture(int w_px, int h_px);

}  // namespace xinghuo
