#include "media/chime.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace xinghuo {
namespace {

struct Note {
    float from_s, hz, loudness;
};
constexpr std::array<Note, 2> rising = {{{0, 880, 0.20F}, {0.11F, 1318.5F, 0.20F}}};  // A5, E6
constexpr std::array<Note, 1> one_low = {{{0, 247, 0.26F}}};                          // B3
constexpr std::size_t sound_frames = sample_rate_hz * 7 / 10;
constexpr float attack_s = 0.006F, decay_s = 0.14F, two_pi = 6.2831853F;
constexpr std::uint32_t tone_bit = 1U << 31;

std::span<const Note> notes_of(bool low) {
    if (low) return one_low;
    return rising;
}

float sample(std::span<const Note> notes, std::size_t frame) {
    const float t = static_cast<float>(frame) / static_cast<float>(sample_rate_hz);
    float sum = 0;
    for (const Note& note : notes) {
        const float since = t - note.from_s;
        if (since < 0) continue;
        const float rise = std::min(1.0F, since / attack_s), fall = std::exp(-since / decay_s);
        // A little of the octave makes it a bell and not a whistle.
        const float wave = std::sin(two_pi * note.hz * since) + 0.25F * std::sin(2 * two_pi * note.hz * since);
        sum += note.loudness * rise * fall * wave;
    }
    const std::size_t left = sound_frames - frame;
    constexpr std::size_t fade = sample_rate_hz / 20;
    return left < fade ? sum * static_cast<float>(left) / static_cast<float>(fade) : sum;
}

}  // namespace

void Chime::play(Tone tone) {
    const std::uint32_t count = (asked_.load(std::memory_order_relaxed) + 1) & ~tone_bit;
    asked_.store(count | (tone == Tone::low ? tone_bit : 0), std::memory_order_release);
}

std::size_t Chime::drain(float* interleaved, std::size_t frames) {
    const std::uint32_t asked = asked_.load(std::memory_order_acquire);
    if (asked != heard_) {
        heard_ = asked;
        at_ = 0;
    }
    if (heard_ == 0 || (at_ >= sound_frames && level_ == 0)) return 0;
    const auto notes = notes_of((heard_ & tone_bit) != 0);
    for (std::size_t i = 0; i < frames; ++i) {
        const float wanted = at_ < sound_frames ? sample(notes, at_++) : 0;
        level_ += std::clamp(wanted - level_, -0.06F, 0.06F);
        interleaved[2 * i] = interleaved[2 * i + 1] = level_;
    }
    return frames;
}

}  // namespace xinghuo
