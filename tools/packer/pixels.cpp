#include "tools/packer/pixels.h"

#include <algorithm>

namespace xinghuo {
namespace {

constexpr std::uint8_t faint = 12;  // below this alpha an 8-bit premultiplied colour is mostly rounding

std::size_t at(const Image& image, int x, int y) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.w) + static_cast<std::size_t>(x)) * 4;
}

struct Mean {
    unsigned r = 0, g = 0, b = 0, n = 0;
};

Mean known_neighbours(const Image& image, const std::vector<std::uint8_t>& known, int x, int y) {
    Mean mean;
    for (int v = std::max(0, y - 1); v <= std::min(image.h - 1, y + 1); ++v) {
        for (int u = std::max(0, x - 1); u <= std::min(image.w - 1, x + 1); ++u) {
            const std::size_t i = at(image, u, v);
            if (!known[i / 4]) continue;
            mean.r += image.rgba[i];
            mean.g += image.rgba[i + 1];
            mean.b += image.rgba[i + 2];
            ++mean.n;
        }
    }
    return mean;
}

}  // namespace

DrawnBox ink_box(const Image& image) {
    int left = image.w, right = -1, top = image.h, bottom = -1;
    for (int y = 0; y < image.h; ++y) {
        for (int x = 0; x < image.w; ++x) {
            if (image.rgba[at(image, x, y) + 3] == 0) continue;
            left = std::min(left, x);
            right = std::max(right, x);
            top = std::min(top, y);
            bottom = y;
        }
    }
    if (right < 0) return {};
    return {left, top, right - left + 1, bottom - top + 1};
}

Image cropped(const Image& image, DrawnBox box) {
    Image out{box.w, box.h, {}};
    out.rgba.assign(static_cast<std::size_t>(box.w) * static_cast<std::size_t>(box.h) * 4, 0);
    const int from = std::max(0, -box.x), to = std::min(box.w, image.w - box.x);
    if (from >= to) return out;
    for (int y = std::max(0, -box.y); y < std::min(box.h, image.h - box.y); ++y) {
        const auto* source = image.rgba.data() + at(image, from + box.x, y + box.y);
        std::copy(source, source + static_cast<std::ptrdiff_t>(to - from) * 4, out.rgba.data() + at(out, from, y));
    }
    return out;
}

void bleed_edges(Image& image, int reach_px) {
    std::vector<std::uint8_t> known(image.rgba.size() / 4);
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = image.rgba[i * 4 + 3] >= faint ? 1 : 0;
    std::vector<std::pair<int, int>> ring, next;
    for (int y = 0; y < image.h; ++y)
        for (int x = 0; x < image.w; ++x)
            if (!known[at(image, x, y) / 4] && known_neighbours(image, known, x, y).n > 0) ring.emplace_back(x, y);
    std::vector<Mean> means;
    std::vector<std::uint8_t> queued = known;
    for (int step = 0; step < reach_px && !ring.empty(); ++step) {
        means.clear();
        for (const auto& [x, y] : ring) means.push_back(known_neighbours(image, known, x, y));
        for (std::size_t k = 0; k < ring.size(); ++k) {
            const std::size_t i = at(image, ring[k].first, ring[k].second);
            const Mean& m = means[k];
            image.rgba[i] = static_cast<std::uint8_t>(m.r / m.n);
            image.rgba[i + 1] = static_cast<std::uint8_t>(m.g / m.n);
            image.rgba[i + 2] = static_cast<std::uint8_t>(m.b / m.n);
            known[i / 4] = queued[i / 4] = 1;
        }
        next.clear();
        for (const auto& [x, y] : ring) {
            for (int v = std::max(0, y - 1); v <= std::min(image.h - 1, y + 1); ++v) {
                for (int u = std::max(0, x - 1); u <= std::min(image.w - 1, x + 1); ++u) {
                    std::uint8_t& q = queued[at(image, u, v) / 4];
                    if (q) continue;
                    q = 1;
                    next.emplace_back(u, v);
                }
            }
        }
        ring.swap(next);
    }
}

void draw_over(Image& ground, const Image& over, int x0, int y0) {
    for (int y = std::max(0, -y0); y < std::min(over.h, ground.h - y0); ++y) {
        for (int x = std::max(0, -x0); x < std::min(over.w, ground.w - x0); ++x) {
            const std::uint8_t* s = over.rgba.data() + at(over, x, y);
            std::uint8_t* d = ground.rgba.data() + at(ground, x + x0, y + y0);
            const unsigned sa = s[3], rest = static_cast<unsigned>(d[3]) * (255 - sa);  // rest in 1/255
            const unsigned alpha = sa * 255 + rest;                                     // in 1/255
            if (sa == 0 || alpha == 0) continue;
            for (int c = 0; c < 3; ++c)
                d[c] = static_cast<std::uint8_t>((s[c] * sa * 255 + d[c] * rest + alpha / 2) / alpha);
            d[3] = static_cast<std::uint8_t>((alpha + 127) / 255);
        }
    }
}

}  // namespace xinghuo
