#include "kiosk/gfx/renderer_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace xinghuo::rows {
namespace {

static_assert(std::endian::native == std::endian::little, "lane 3 of a pixel is its alpha");

using U8x8 [[gnu::vector_size(8)]] = std::uint8_t;
using U16x8 [[gnu::vector_size(16)]] = std::uint16_t;  // two pixels
using U32x4 [[gnu::vector_size(16)]] = std::uint32_t;
using U64x2 [[gnu::vector_size(16)]] = std::uint64_t;

U16x8 widened(std::uint64_t two) { return __builtin_convertvector(std::bit_cast<U8x8>(two), U16x8); }
std::uint64_t narrowed(U16x8 two) { return std::bit_cast<std::uint64_t>(__builtin_convertvector(two, U8x8)); }

std::uint64_t load(const std::uint32_t* from) {
    std::uint64_t two;
    std::memcpy(&two, from, sizeof two);
    return two;
}
void store(std::uint32_t* to, std::uint64_t two) { std::memcpy(to, &two, sizeof two); }
std::uint64_t twice(std::uint32_t one) { return static_cast<std::uint64_t>(one) << 32 | one; }

// v / 255, rounded, for v up to 255 × 255.
U16x8 by_255(U16x8 v) {
    v += 128;
    return (v + (v >> 8)) >> 8;
}

U16x8 alphas(U16x8 two) { return __builtin_shufflevector(two, two, 3, 3, 3, 3, 7, 7, 7, 7); }

// Source over destination; the source is multiplied by alpha, so no lane exceeds 255.
U16x8 over(U16x8 source, U16x8 below) { return source + by_255(below * (255 - alphas(source))); }

constexpr std::uint64_t both_alphas = 0xff000000ff000000u;

void blend_two(std::uint32_t* to, std::uint64_t source) {
    if ((source & both_alphas) == both_alphas) {
        store(to, source);
    } else if (source != 0) {
        store(to, narrowed(over(widened(source), widened(load(to)))));
    }
}

void blend_one(std::uint32_t* to, std::uint32_t source) {
    const U16x8 two = over(widened(source), widened(*to));
    *to = static_cast<std::uint32_t>(narrowed(two));
}

class Colours {
public:
    explicit Colours(const Ramp& ramp) {
        std::memcpy(&now_, ramp.start, sizeof now_);
        std::memcpy(&step_, ramp.step, sizeof step_);
        now_ += 1u << 21;  // half, so that cutting rounds and no end overshoots
    }
    // Two pixels, multiplied by alpha.
    U16x8 next_two() {
        const U32x4 a = next(), b = next();
        const U16x8 straight = __builtin_shufflevector(std::bit_cast<U16x8>(a), std::bit_cast<U16x8>(b), 0, 2, 4, 6, 8,
                                                       10, 12, 14);
        const U16x8 full = {0, 0, 0, 255, 0, 0, 0, 255};
        const U16x8 colour_lanes = {0xffff, 0xffff, 0xffff, 0, 0xffff, 0xffff, 0xffff, 0};
        return by_255(straight * ((alphas(straight) & colour_lanes) | full));
    }

private:
    U32x4 next() {
        const U32x4 value = (now_ >> 22) & 255;
        now_ += step_;
        return value;
    }
    U32x4 now_, step_;
};

// Two texels beside each other, and the two below them, as 16-bit lanes blended downwards.
U16x8 blended_down(const std::uint32_t* at, std::ptrdiff_t pitch, std::uint16_t below) {
    const U16x8 top = widened(load(at)), bottom = widened(load(at + pitch));
    return (top * static_cast<std::uint16_t>(256 - below) + bottom * below + 128) >> 8;
}

class Sampler {
public:
    explicit Sampler(const Walk& walk) : walk_(walk) {}

    U16x8 next_two() {
        const Texel a = next(), b = next();
        return joined(a, b);
    }
    U16x8 next_one() {
        const Texel a = next();
        return joined(a, a);
    }

private:
    struct Texel {
        U16x8 pair;           // left and right neighbour
        std::uint64_t right;  // weight of the right one, 0..255
    };
    static constexpr int whole = 40, eighth = 32;

    Texel next() {
        const std::int64_t u = std::clamp<std::int64_t>(walk_.u, 0, walk_.u_last);
        const std::int64_t v = std::clamp<std::int64_t>(walk_.v, 0, walk_.v_last);
        walk_.u += walk_.u_step;
        walk_.v += walk_.v_step;
        const std::uint32_t* at = walk_.texels + (v >> whole) * walk_.pitch + (u >> whole);
        return {blended_down(at, walk_.pitch, static_cast<std::uint16_t>((v >> eighth) & 255)),
                static_cast<std::uint64_t>((u >> eighth) & 255)};
    }
    static U16x8 joined(const Texel& a, const Texel& b) {
        const U16x8 left = __builtin_shufflevector(a.pair, b.pair, 0, 1, 2, 3, 8, 9, 10, 11);
        const U16x8 right = __builtin_shufflevector(a.pair, b.pair, 4, 5, 6, 7, 12, 13, 14, 15);
        constexpr std::uint64_t lanes = 0x0001000100010001u;
        const U16x8 weight = std::bit_cast<U16x8>(U64x2{a.right * lanes, b.right * lanes});
        return (left * (256 - weight) + right * weight + 128) >> 8;
    }

    Walk walk_;
};

}  // namespace

void fill(std::uint32_t* to, int count, std::uint32_t opaque) { std::fill_n(to, count, opaque); }

void blend_fill(std::uint32_t* to, int count, std::uint32_t colour) {
    const U16x8 source = widened(twice(colour));
    const U16x8 rest = 255 - alphas(source);
    int i = 0;
    for (; i + 2 <= count; i += 2) store(to + i, narrowed(source + by_255(widened(load(to + i)) * rest)));
    if (i < count) blend_one(to + i, colour);
}

void blend_ramp(std::uint32_t* to, int count, const Ramp& ramp) {
    Colours colours(ramp);
    int i = 0;
    for (; i + 2 <= count; i += 2) store(to + i, narrowed(over(colours.next_two(), widened(load(to + i)))));
    if (i < count) blend_one(to + i, static_cast<std::uint32_t>(narrowed(colours.next_two())));
}

void copy(std::uint32_t* to, const std::uint32_t* from, int count) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof *to);
}

void blend(std::uint32_t* to, const std::uint32_t* from, int count) {
    int i = 0;
    for (; i + 2 <= count; i += 2) blend_two(to + i, load(from + i));
    if (i < count) blend_one(to + i, from[i]);
}

void blend_tinted(std::uint32_t* to, const std::uint32_t* from, int count, std::uint32_t tint) {
    const U16x8 colour = widened(twice(tint));
    int i = 0;
    for (; i + 2 <= count; i += 2) {
        const std::uint64_t source = load(from + i);
        if (source != 0) blend_two(to + i, narrowed(by_255(widened(source) * colour)));
    }
    if (i < count) blend_one(to + i, tinted(from[i], tint));
}

void sample(std::uint32_t* to, int count, Walk walk, bool opaque, std::uint32_t tint) {
    Sampler sampler(walk);
    int i = 0;
    if (opaque) {
        for (; i + 2 <= count; i += 2) store(to + i, narrowed(sampler.next_two()));
        if (i < count) to[i] = static_cast<std::uint32_t>(narrowed(sampler.next_one()));
    } else if (tint == 0xffffffffu) {
        for (; i + 2 <= count; i += 2) blend_two(to + i, narrowed(sampler.next_two()));
        if (i < count) blend_one(to + i, static_cast<std::uint32_t>(narrowed(sampler.next_one())));
    } else {
        const U16x8 colour = widened(twice(tint));
        for (; i + 2 <= count; i += 2) blend_two(to + i, narrowed(by_255(sampler.next_two() * colour)));
        if (i < count) blend_one(to + i, static_cast<std::uint32_t>(narrowed(by_255(sampler.next_one() * colour))));
    }
}

void sample_ramp(std::uint32_t* to, int count, Walk walk, const Ramp& ramp) {
    Sampler sampler(walk);
    Colours colours(ramp);
    int i = 0;
    for (; i + 2 <= count; i += 2) blend_two(to + i, narrowed(by_255(sampler.next_two() * colours.next_two())));
    if (i < count) {
        blend_one(to + i, static_cast<std::uint32_t>(narrowed(by_255(sampler.next_one() * colours.next_two()))));
    }
}

std::uint32_t sample_one(const Walk& walk) {
    return static_cast<std::uint32_t>(narrowed(Sampler(walk).next_one()));
}

std::uint32_t tinted(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>(narrowed(by_255(widened(a) * widened(b))));
}

std::uint32_t multiplied(std::uint32_t straight) {
    const std::uint32_t a = straight >> 24;
    return tinted(straight, a | a << 8 | a << 16 | 0xff000000u);
}

}  // namespace xinghuo::rows
