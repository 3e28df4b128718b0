// One row of pixels at a time: the inner loops of the software renderer. 0xAARRGGBB, sources multiplied by alpha.
// Written with the compilers' vector types: the same whole-number result on every processor and at every -O.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xinghuo::rows {

// Colours of a row that changes evenly: at pixel x it is (start + x·step) >> 22, each of b, g, r, a (straight).
struct Ramp {
    std::uint32_t start[4]{};
    std::uint32_t step[4]{};
};

// Where a row reads a texture. Texel places have 40 fraction bits, 0 is the centre of the first texel.
struct Walk {
    const std::uint32_t* texels = nullptr;
    std::ptrdiff_t pitch = 0;
    std::int64_t u = 0, v = 0;             // at the row's first pixel
    std::int64_t u_step = 0, v_step = 0;   // per pixel
    std::int64_t u_last = 0, v_last = 0;   // the centre of the last texel: the furthest place
};

void fill(std::uint32_t* to, int count, std::uint32_t opaque);
void blend_fill(std::uint32_t* to, int count, std::uint32_t colour);
void blend_ramp(std::uint32_t* to, int count, const Ramp& ramp);
// Texels one to one.
void copy(std::uint32_t* to, const std::uint32_t* from, int count);
void blend(std::uint32_t* to, const std::uint32_t* from, int count);
void blend_tinted(std::uint32_t* to, const std::uint32_t* from, int count, std::uint32_t tint);
// Texels between four neighbours. `opaque`: the texture has no transparent texel and the tint is white.
void sample(std::uint32_t* to, int count, Walk walk, bool opaque, std::uint32_t tint);
void sample_ramp(std::uint32_t* to, int count, Walk walk, const Ramp& ramp);
// A single place.
std::uint32_t sample_one(const Walk& walk);
// a × b, channel by channel.
std::uint32_t tinted(std::uint32_t a, std::uint32_t b);
// Straight 0xAARRGGBB to colour multiplied by alpha.
std::uint32_t multiplied(std::uint32_t straight);

}  // namespace xinghuo::rows
