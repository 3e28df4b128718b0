// A soft sound that answers a card: two rising tones when all is well, one low one when not. Made of sines, so it needs no file.
// Heard as long as it lives; play() never waits. Main thread, but for drain().
#pragma once

#include <atomic>
#include <cstdint>

#include "media/audio_out.h"

namespace xinghuo {

class Chime final : public SoundSource {
public:
    enum class Tone : std::uint8_t { good, low };

    // The device is not owned and outlives this.
    explicit Chime(AudioOut& out) : out_(out) { out_.add(this); }
    ~Chime() override { out_.remove(this); }
    Chime(const Chime&) = delete;
    Chime& operator=(const Chime&) = delete;

    // From the beginning, also while another sounds.
    void play(Tone tone);
    std::size_t drain(float* interleaved, std::size_t frames) override;

private:
    AudioOut& out_;
    // self-synchronised: how often play() was called, and above it the tone
    std::atomic<std::uint32_t> asked_{0};
    // audio thread:
    std::uint32_t heard_ = 0;
    std::size_t at_ = 0;         // frames into the sound
    float level_ = 0;            // a sound that is cut off by the next one must not click
};

}  // namespace xinghuo
