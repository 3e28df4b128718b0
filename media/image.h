// Still pictures (PNG, JPEG, WebP) from memory to RGBA, by libav. Any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "content/base/file.h"
#include "content/base/result.h"

namespace xinghuo {

struct Image {
    int w = 0, h = 0;                // px
    std::vector<std::uint8_t> rgba;  // straight alpha, rows without padding
};

inline constexpr int most_image_side_px = 16'384;
inline constexpr std::int64_t most_image_pixels = 64'000'000;

// `unsupported` or `invalid` for what is not a picture; `too_large` over 16,384 px a side or 64 megapixels.
// A photograph's orientation is applied. Every depth, palette and grey becomes 8-bit RGBA.
Result<Image> decode_image(const Bytes& file);
// What the file's beginning says, without decoding; fails as decode_image does.
struct ImageSize {
    int w = 0, h = 0;  // px
};
Result<ImageSize> image_size(const Bytes& file);
// Area-averaged (colour weighted by alpha, so edges stay clean); for making smaller only, w and h at least 1: a side
// that would grow stays as it is.
Image scaled_down(const Image& image, int w_px, int h_px);

// For screenshots (fast: larger, in a fraction of the time) and for packs (small).
enum class PngEffort { fast, small };
Result<Bytes> encode_png(const Image& image, PngEffort effort = PngEffort::fast);

}  // namespace xinghuo
