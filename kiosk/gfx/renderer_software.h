// The renderer that needs no GPU: our own triangles into memory, the changed rectangles copied to the window.
#pragma once

#include <memory>
#include <vector>

#include "kiosk/gfx/renderer_base.h"
#include "kiosk/gfx/renderer_raster.h"

namespace xinghuo {

// Where a painted picture goes. The one in memory goes nowhere.
class PictureSink {
public:
    virtual ~PictureSink() = default;
    virtual void show(const Bitmap& picture, const std::vector<PixelRect>& rects) = 0;
};

class SoftwareRenderer final : public RendererBase {
public:
    SoftwareRenderer(int w_px, int h_px, std::unique_ptr<PictureSink> sink);  // sink may be null

    [[nodiscard]] Driver driver() const override { return Driver::software; }
    TextureId make_texture(int w_px, int h_px, const std::uint8_t* rgba) override;
    void update_texture(TextureId id, PixelRect where, const std::uint8_t* rgba, bool seen) override;
    TextureId make_yuv_texture(int w_px, int h_px, YuvMatrix matrix) override;
    void update_yuv_texture(TextureId id, const YuvPlanes& planes) override;
    void destroy_texture(TextureId id) override;
    [[nodiscard]] std::size_t texture_bytes() const override { return texture_bytes_; }

protected:
    void make_picture() override;
    std::size_t paint(const PrimitiveList& frame, PixelRect rect) override;
    void show(const std::vector<PixelRect>& rects) override;
    Pixels read_picture() override;
    [[nodiscard]] std::uint32_t version(TextureId id) const override;

private:
    struct Texture {
        Texels texels;
        std::uint32_t version = 0;
        bool yuv = false;
        YuvMatrix matrix = YuvMatrix::bt709;
        // A video picture that nobody has seen yet: turned into texels when it is first painted, so that a visit that
        // draws pictures only when asked pays for those alone.
        std::vector<std::uint8_t> planes = {};
        bool waiting = false;
    };
    struct Resolved {
        bool drawn = true;  // false: a texture that no longer exists
        const Texels* texels = nullptr;
    };
    TextureId add(Texture texture);
    static void keep(Texture& texture, const YuvPlanes& planes);
    static void develop(Texture& texture);
    [[nodiscard]] std::size_t first_visible(const PrimitiveList& frame, PixelBox box) const;

    std::unique_ptr<PictureSink> sink_;
    Bitmap picture_;
    TextureTable<Texture> textures_;
    std::size_t texture_bytes_ = 0;
    std::vector<Resolved> resolved_;  // texture of each piece, for one paint()
};

}  // namespace xinghuo
