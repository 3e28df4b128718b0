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
    // Main thread. Sources are mixed, at most 8. After remove() returns, drain() is not running and is not called
    // again. To swap two without a gap, add the new one first.
    virtual void add(SoundSource* source) = 0;
    virtual void remove(SoundSource* source) = 0;
    virtual void set_volume(float zero_to_one) = 0;
    // How long after drain() its first frame is heard.
    [[nodiscard]] virtual Nanoseconds latency() const = 0;
    // How much time one drain() covers that is still to be heard: a device takes sound by the period, so what is
    // heard now lies within one period of what was drained. 0 where all that is drained has been heard.
    [[nodiscard]] virtual Nanoseconds period() const = 0;
    // Once per frame, before the players' pump(). The silent device takes what is due by then; one with a thread of
    // its own only closes itself when nothing has sounded for a while (it opens again by itself).
    virtual void pump(Instant now) = 0;
    [[nodiscard]] virtual bool silent() const = 0;
};

// `io` when there is no device that opens: take the silent one then. SDL itself must not have been initialised for
// audio by anybody else.
Result<std::unique_ptr<AudioOut>> open_sdl_audio();

// Takes 48,000 frames for each second that passes between two pumps, on the caller's thread. Counting starts with the
// first pump after a source came to an empty device; a pump takes at most 100 ms, the rest of a longer pause is
// skipped.
inline constexpr Milliseconds longest_silent_pump{100};
std::unique_ptr<AudioOut> open_silent_audio();

}  // namespace xinghuo
