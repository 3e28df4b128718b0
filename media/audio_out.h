// Where sound goes. Two ship: SDL's device, and a silent one for machines (and tests) without sound.
// 48,000 Hz, stereo, 32-bit float, interleaved.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

inline constexpr int sample_rate_hz = 48'000;

// Something that makes sound. drain() is called on the audio thread: no locks, no allocation, no waiting.
class SoundSource {
public:
    virtual ~SoundSource() = default;
    // Writes up to `frames` stereo frames, returns how many; the rest is silence.
    virtual std::size_t drain(float* interleaved, std::size_t frames) = 0;
};

class AudioOut {
public:
    virtual ~AudioOut() = default;
    // Sources are mixed. After remove() returns, drain() is not running and is not called again.
    virtual void add(SoundSource* source) = 0;
    virtual void remove(SoundSource* source) = 0;
    virtual void set_volume(float zero_to_one) = 0;
    // How long after drain() a frame is heard.
    [[nodiscard]] virtual Nanoseconds latency() const = 0;
    // Once per frame. A device with a thread of its own ignores it; the silent one takes what is due by then.
    virtual void pump(Instant now) = 0;
    [[nodiscard]] virtual bool silent() const = 0;
};

Result<std::unique_ptr<AudioOut>> open_sdl_audio();
std::unique_ptr<AudioOut> open_silent_audio();

}  // namespace xinghuo
