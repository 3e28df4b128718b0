// Still pictures (PNG, JPEG, WebP) from memory to RGBA, by libav. Any thread.
#pragma once

#include "content/base/file.h"
#include "content/base/result.h"

namespace xinghuo {

struct Image {
    int w = 0, h = 0;               // px
    std::vector<std::uint8_t> rgba; // straight alpha, rows without padding
};

// `unsupported` or `invalid` for what is not a picture; `too_large` over 16,384 px a side or 64 megapixels.
Result<Image> decode_image(const Bytes& file);
// Area-averaged (colour weighted by alpha, so edges stay clean); for making smaller only, w and h at least 1.
Image scaled_down(const Image& image, int w_px, int h_px);

}  // namespace xinghuo
