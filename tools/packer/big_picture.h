// A picture as its author gave it, too large perhaps to hold as RGBA: the decoder's own form stays in memory (JPEG 1.5 to 3 bytes a
// pixel, PNG 3 or 4), and rows are taken out of it in strips. JPEG, PNG, WebP by libav; SVG is drawn. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "content/base/file.h"
#include "media/image.h"

namespace xinghuo {

inline constexpr std::int64_t most_source_pixels = 256'000'000;  // 768 MB as an uncompressed JPEG or PNG
inline constexpr std::size_t most_source_bytes = 512u << 20;
inline constexpr int drawn_side_px = 3'840;                      // the longer side of a drawing that is made a picture

class BigPicture {
public:
    // `too_large`, `unsupported`, `invalid`, or `missing`. A photograph's orientation (EXIF) is applied; nothing else of its metadata
    // is looked at. Transparent parts show paper.
    static Result<BigPicture> open(const Path& file);
    BigPicture(BigPicture&&) noexcept;
    BigPicture& operator=(BigPicture&&) noexcept;
    ~BigPicture();

    [[nodiscard]] int w() const;  // px
    [[nodiscard]] int h() const;
    // Opaque RGBA, as wide as the picture; fewer rows where it ends.
    [[nodiscard]] Result<Image> rows(int from, int count) const;
    [[nodiscard]] bool drawn() const;  // flat colours with hard edges

private:
    struct Decoded;
    explicit BigPicture(std::unique_ptr<Decoded> decoded);
    std::unique_ptr<Decoded> decoded_;
};

// What the file's beginning says of its size, as it lies there; of a drawing, and where it cannot be told, that of a usual photograph.
ImageSize written_size(const Path& file);

// Baseline JPEG without any metadata. `fine`: colour at full resolution.
Result<Bytes> encode_jpeg(const Image& opaque, bool fine);

// Rows in, a smaller picture out (area-averaged); only ever smaller.
class Shrinker {
public:
    Shrinker(int w, int h, int to_w, int to_h);
    void take(const Image& strip);  // the next rows
    [[nodiscard]] Image made();     // after the last

private:
    void finish_row();
    int w_, h_, to_w_, to_h_, row_ = 0, out_ = 0;
    double filled_ = 0;             // of the row being made
    std::vector<float> sums_, narrowed_;
    Image image_;
};

// The largest size within `side` px a side with the same shape; never larger than it is.
ImageSize fitted(ImageSize size, int side_px);

}  // namespace xinghuo
