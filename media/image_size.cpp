#include <cstddef>
#include <string_view>

#include "media/image.h"

namespace xinghuo {
namespace {

bool starts_with(const Bytes& file, std::string_view magic, std::size_t at = 0) {
    return file.size() >= at + magic.size() &&
           std::string_view(reinterpret_cast<const char*>(file.data()) + at, magic.size()) == magic;
}

int big_endian(const Bytes& file, std::size_t at, int bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | file[at + static_cast<std::size_t>(i)];
    return static_cast<int>(value & 0x7fffffff);
}

int little_endian(const Bytes& file, std::size_t at, int bytes) {
    std::uint32_t value = 0;
    for (int i = bytes - 1; i >= 0; --i) value = value << 8 | file[at + static_cast<std::size_t>(i)];
    return static_cast<int>(value);
}

Error cut_off() { return {ErrorKind::invalid, "the picture is cut off"}; }

// Walks the segments to the frame header.
Result<ImageSize> jpeg_size(const Bytes& file) {
    for (std::size_t at = 2; at + 9 < file.size();) {
        if (file[at] != 0xff) return Error{ErrorKind::invalid, "a JPEG with a broken segment"};
        const int marker = file[at + 1];
        if (marker == 0xff) {
            ++at;  // fill
            continue;
        }
        const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame) return ImageSize{big_endian(file, at + 7, 2), big_endian(file, at + 5, 2)};
        const bool bare = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
        at += bare ? 2 : 2 + static_cast<std::size_t>(big_endian(file, at + 2, 2));
    }
    return cut_off();
}

Result<ImageSize> webp_size(const Bytes& file) {
    if (file.size() < 30) return cut_off();
    if (starts_with(file, "VP8X", 12)) return ImageSize{little_endian(file, 24, 3) + 1, little_endian(file, 27, 3) + 1};
    if (starts_with(file, "VP8L", 12)) {
        const int bits = little_endian(file, 21, 4);
        return ImageSize{(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
    }
    if (starts_with(file, "VP8 ", 12))
        return ImageSize{little_endian(file, 26, 2) & 0x3fff, little_endian(file, 28, 2) & 0x3fff};
    return Error{ErrorKind::invalid, "a WebP without a picture"};
}

Result<ImageSize> written_size(const Bytes& file) {
    if (starts_with(file, "\x89PNG\r\n\x1a\n")) {
        if (file.size() < 24) return cut_off();
        return ImageSize{big_endian(file, 16, 4), big_endian(file, 20, 4)};
    }
    if (starts_with(file, "\xff\xd8\xff")) return jpeg_size(file);
    if (starts_with(file, "RIFF") && starts_with(file, "WEBP", 8)) return webp_size(file);
    return Error{ErrorKind::unsupported, "neither PNG nor JPEG nor WebP"};
}

}  // namespace

Result<ImageSize> image_size(const Bytes& file) {
    auto size = written_size(file);
    if (!size) return size.error();
    if (size->w < 1 || size->h < 1) return Error{ErrorKind::invalid, "a picture of no size"};
    if (size->w > most_image_side_px || size->h > most_image_side_px ||
        std::int64_t{size->w} * size->h > most_image_pixels)
        return Error{ErrorKind::too_large, "a picture over 16,384 px a side or 64 megapixels"};
    return size;
}

}  // namespace xinghuo
