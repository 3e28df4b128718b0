#include <algorithm>
#include <cmath>

#include "content/base/assert.h"
#include "media/image.h"

namespace xinghuo {
namespace {

struct Share {
    int from = 0;                // the first source pixel
    std::vector<float> weights;  // of it and the following; they sum up to 1
};

// Which source pixels a target pixel covers, and how much of it each takes.
std::vector<Share> shares(int source, int target) {
    std::vector<Share> all(static_cast<std::size_t>(target));
    const double step = static_cast<double>(source) / target;
    for (int i = 0; i < target; ++i) {
        Share& share = all[static_cast<std::size_t>(i)];
        const double begin = i * step, end = std::min<double>((i + 1) * step, source);
        share.from = std::min(static_cast<int>(begin), source - 1);
        for (int pixel = share.from; pixel < source && (pixel < end - 1e-9 || share.weights.empty()); ++pixel)
            share.weights.push_back(
                static_cast<float>((std::min<double>(pixel + 1, end) - std::max<double>(pixel, begin)) / step));
    }
    return all;
}

// One row made narrower; colour is multiplied by alpha.
void narrow(const std::uint8_t* row, const std::vector<Share>& columns, std::vector<float>& out) {
    for (std::size_t x = 0; x < columns.size(); ++x) {
        float sum[4] = {};
        const std::uint8_t* pixel = row + static_cast<std::size_t>(columns[x].from) * 4;
        for (const float weight : columns[x].weights) {
            const float alpha = weight * static_cast<float>(pixel[3]);
            for (int c = 0; c < 3; ++c) sum[c] += alpha * static_cast<float>(pixel[c]);
            sum[3] += alpha;
            pixel += 4;
        }
        std::copy(sum, sum + 4, &out[x * 4]);
    }
}

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); }

void put_row(const std::vector<float>& sums, std::uint8_t* out) {
    for (std::size_t i = 0; i < sums.size(); i += 4) {
        const float alpha = sums[i + 3];
        for (std::size_t c = 0; c < 3; ++c) out[i + c] = alpha > 0 ? to_byte(sums[i + c] / alpha) : 0;
        out[i + 3] = to_byte(alpha);
    }
}

}  // namespace

Image scaled_down(const Image& image, int w_px, int h_px) {
    insist(image.w > 0 && image.h > 0 && w_px > 0 && h_px > 0, "scaled_down of nothing");
    const int w = std::min(w_px, image.w), h = std::min(h_px, image.h);
    if (w == image.w && h == image.h) return image;
    Image small{w, h, std::vector<std::uint8_t>(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4)};
    const std::vector<Share> columns = shares(image.w, w), rows = shares(image.h, h);
    const std::size_t source_pitch = static_cast<std::size_t>(image.w) * 4, pitch = static_cast<std::size_t>(w) * 4;
    std::vector<float> row(pitch), sums(pitch);
    int narrowed = -1;  // which source row `row` holds: two target rows may share one
    for (std::size_t y = 0; y < rows.size(); ++y) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        int source = rows[y].from;
        for (const float weight : rows[y].weights) {
            if (source != narrowed) narrow(&image.rgba[static_cast<std::size_t>(source) * source_pitch], columns, row);
            narrowed = source++;
            for (std::size_t i = 0; i < pitch; ++i) sums[i] += weight * row[i];
        }
        put_row(sums, &small.rgba[y * pitch]);
    }
    return small;
}

}  // namespace xinghuo
