// The film on the GPU: takes decoded pictures, keeps one YUV texture, uploads only what is new.
#pragma once

#include "kiosk/gfx/renderer.h"
#include "media/player.h"

namespace xinghuo {

class FilmPicture {
public:
    explicit FilmPicture(Renderer& renderer) : renderer_(renderer) {}
    ~FilmPicture() { renderer_.destroy_texture(id_); }
    FilmPicture(const FilmPicture&) = delete;
    FilmPicture& operator=(const FilmPicture&) = delete;

    void show(const Picture& picture) {
        const YuvMatrix matrix = picture.full_range ? YuvMatrix::jpeg : picture.bt709 ? YuvMatrix::bt709 : YuvMatrix::bt601;
        if (id_ == 0 || picture.w != w_ || picture.h != h_ || matrix != matrix_) {
            renderer_.destroy_texture(id_);
            id_ = renderer_.make_yuv_texture(picture.w, picture.h, matrix);
            w_ = picture.w;
            h_ = picture.h;
            matrix_ = matrix;
            number_ = -1;
        }
        if (picture.number == number_) return;
        number_ = picture.number;
        renderer_.update_yuv_texture(id_, {picture.planes[0], picture.pitches[0], picture.planes[1], picture.pitches[1],
                                           picture.planes[2], picture.pitches[2]});
    }
    [[nodiscard]] TextureId id() const { return id_; }
    // Width over height; 16:9 until the first picture.
    [[nodiscard]] float shape() const { return h_ == 0 ? 16.0f / 9 : static_cast<float>(w_) / static_cast<float>(h_); }

private:
    Renderer& renderer_;
    TextureId id_ = 0;
    int w_ = 0, h_ = 0;
    YuvMatrix matrix_ = YuvMatrix::bt709;
    std::int64_t number_ = -1;
};

}  // namespace xinghuo
