#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "content/base/assert.h"
#include "media/audio_out.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_sources = 8;

class SilentAudio final : public AudioOut {
public:
    void add(SoundSource* source) override {
        insist(sources_.size() < most_sources, "too many sound sources");
        if (sources_.empty()) counted_to_.reset();
        sources_.push_back(source);
    }

    void remove(SoundSource* source) override { std::erase(sources_, source); }

    void set_volume(float) override {}
    [[nodiscard]] Nanoseconds latency() const override { return Nanoseconds{0}; }
    [[nodiscard]] Nanoseconds period() const override { return Nanoseconds{0}; }
    [[nodiscard]] bool silent() const override { return true; }

    void pump(Instant now) override {
        if (sources_.empty()) return;
        if (!counted_to_ || now < *counted_to_) {
            counted_to_ = now;
            fraction_ = 0;
            return;
        }
        const Nanoseconds span = std::min<Nanoseconds>(now - *counted_to_, longest_silent_pump);
        counted_to_ = now;
        // The remainder is carried on, so that no rounding adds up.
        const std::int64_t due = span.count() * sample_rate_hz + fraction_;
        fraction_ = due % one_second_ns;
        take(static_cast<std::size_t>(due / one_second_ns));
    }

private:
    static constexpr std::int64_t one_second_ns = 1'000'000'000;

    void take(std::size_t frames) {
        std::array<float, 2 * 480> unheard;
        for (SoundSource* source : sources_)
            for (std::size_t left = frames; left > 0;) {
                const std::size_t part = std::min<std::size_t>(left, unheard.size() / 2);
                if (source->drain(unheard.data(), part) < part) break;  // it has no more
                left -= part;
            }
    }

    std::vector<SoundSource*> sources_;
    std::optional<Instant> counted_to_;
    std::int64_t fraction_ = 0;  // of a frame, in 1/10⁹
};

}  // namespace

std::unique_ptr<AudioOut> open_silent_audio() { return std::make_unique<SilentAudio>(); }

}  // namespace xinghuo
