// Sound on its way from the decoding thread to the audio thread: one writes, one drains, neither waits or locks.
// A seek does not empty a ring, it takes a new one; so a ring's counts only grow.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "media/audio_out.h"

namespace xinghuo {

class SoundRing final : public SoundSource {
public:
    explicit SoundRing(std::size_t capacity_frames) : capacity_(capacity_frames), samples_(capacity_frames * 2) {}

    // Decoding thread. Takes as many stereo frames as there is room for, returns how many.
    std::size_t write(const float* interleaved, std::size_t frames) {
        const std::uint64_t at = written_.load(std::memory_order_relaxed);
        const std::size_t count = std::min(frames, room());
        for (std::size_t done = 0; done < count;) {
            const std::size_t slot = (at + done) % capacity_, run = std::min(count - done, capacity_ - slot);
            std::memcpy(&samples_[slot * 2], interleaved + done * 2, run * 2 * sizeof(float));
            done += run;
        }
        written_.store(at + count, std::memory_order_release);
        return count;
    }

    // Main thread. Held, it gives out nothing, whatever is in it.
    void hold(bool on) { held_.store(on, std::memory_order_release); }

    // Audio thread.
    std::size_t drain(float* interleaved, std::size_t frames) override {
        if (held_.load(std::memory_order_acquire)) return 0;
        const std::uint64_t at = drained_.load(std::memory_order_relaxed);
        const std::uint64_t there = written_.load(std::memory_order_acquire) - at;
        const std::size_t count = std::min<std::size_t>(frames, there);
        for (std::size_t done = 0; done < count;) {
            const std::size_t slot = (at + done) % capacity_, run = std::min(count - done, capacity_ - slot);
            std::memcpy(interleaved + done * 2, &samples_[slot * 2], run * 2 * sizeof(float));
            done += run;
        }
        drained_.store(at + count, std::memory_order_release);
        return count;
    }

    // In frames; any thread. Between two calls they may have grown.
    [[nodiscard]] std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t drained() const { return drained_.load(std::memory_order_acquire); }
    [[nodiscard]] std::size_t filled() const {
        const std::uint64_t out = drained();  // first, so that the difference is never negative
        return static_cast<std::size_t>(written() - out);
    }
    [[nodiscard]] std::size_t room() const { return capacity_ - filled(); }

private:
    // constant:
    const std::size_t capacity_;
    // self-synchronised (a frame belongs to the writer until written_ has passed it, then to the drainer):
    std::vector<float> samples_;
    std::atomic<bool> held_{false};
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> drained_{0};
};

}  // namespace xinghuo
