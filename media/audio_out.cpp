#include "media/audio_out.h"

#include <SDL.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "content/base/assert.h"
#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_sources = 8;
constexpr int period_frames = 1024;  // 21 ms: below it, weak machines crackle; above it, pausing is felt
constexpr Nanoseconds close_after = std::chrono::seconds(5);

// The device is open while something sounds and a few seconds longer: even a paused device wakes the processor
// fifty times a second.
class SdlAudio final : public AudioOut {
public:
    SdlAudio() { sources_.reserve(most_sources); }
    ~SdlAudio() override {
        close();
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }

    Result<void> open() {
        if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0)
            return Error{ErrorKind::io, std::string("sound: ") + SDL_GetError()};
        return open_device();
    }

    void add(SoundSource* source) override {
        unused_since_ = Instant::never();
        if (device_ == 0)
            if (auto opened = open_device(); !opened) {
                log_warning(opened.error().what);
                stand_in_->add(source);  // goes on without being heard, rather than standing still
                return;
            }
        const Locked locked(device_);
        insist(sources_.size() < most_sources, "too many sound sources");
        sources_.push_back(source);
        SDL_PauseAudioDevice(device_, 0);
    }

    void remove(SoundSource* source) override {
        stand_in_->remove(source);
        const Locked locked(device_);
        std::erase(sources_, source);
    }

    void set_volume(float zero_to_one) override { volume_.store(std::clamp(zero_to_one, 0.0F, 1.0F)); }
    // Most back ends keep two periods.
    [[nodiscard]] Nanoseconds latency() const override { return 2 * period(); }
    [[nodiscard]] Nanoseconds period() const override {
        return Nanoseconds(device_ == 0 ? 0 : 1'000'000'000LL * period_ / sample_rate_hz);
    }
    [[nodiscard]] bool silent() const override { return false; }

    void pump(Instant now) override {
        stand_in_->pump(now);
        if (!sources_.empty() || device_ == 0) return;  // only this thread changes the list
        if (unused_since_ == Instant::never()) unused_since_ = now;
        if (now - unused_since_ >= close_after) close();
    }

private:
    struct Locked {
        explicit Locked(SDL_AudioDeviceID device) : device_(device) {
            if (device_ != 0) SDL_LockAudioDevice(device_);
        }
        ~Locked() {
            if (device_ != 0) SDL_UnlockAudioDevice(device_);
        }
        Locked(const Locked&) = delete;
        Locked& operator=(const Locked&) = delete;

    private:
        SDL_AudioDeviceID device_;
    };

    Result<void> open_device() {
        SDL_AudioSpec wanted{}, got{};
        wanted.freq = sample_rate_hz;
        wanted.format = AUDIO_F32SYS;
        wanted.channels = 2;
        wanted.samples = period_frames;
        wanted.callback = [](void* self, Uint8* stream, int bytes) {
            static_cast<SdlAudio*>(self)->fill(reinterpret_cast<float*>(stream),
                                               static_cast<std::size_t>(bytes) / (2 * sizeof(float)));
        };
        wanted.userdata = this;
        device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, &got, SDL_AUDIO_ALLOW_SAMPLES_CHANGE);
        if (device_ == 0) return Error{ErrorKind::io, std::string("opening the sound device: ") + SDL_GetError()};
        period_ = std::max<int>(got.samples, 1);
        return {};
    }

    void close() {
        if (device_ != 0) SDL_CloseAudioDevice(device_);
        device_ = 0;
        unused_since_ = Instant::never();
    }

    // Audio thread, with the device locked by SDL.
    void fill(float* out, std::size_t frames) {
        std::fill(out, out + frames * 2, 0.0F);
        for (SoundSource* source : sources_)
            for (std::size_t done = 0; done < frames;) {
                const std::size_t part = std::min(frames - done, part_.size() / 2);
                const std::size_t got = source->drain(part_.data(), part);
                for (std::size_t i = 0; i < got * 2; ++i) out[done * 2 + i] += part_[i];
                if (got < part) break;
                done += part;
            }
        const float goal = volume_.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < frames; ++i) {  // a step in volume would click
            applied_volume_ += std::clamp(goal - applied_volume_, -0.001F, 0.001F);
            out[i * 2] = std::clamp(out[i * 2] * applied_volume_, -1.0F, 1.0F);
            out[i * 2 + 1] = std::clamp(out[i * 2 + 1] * applied_volume_, -1.0F, 1.0F);
        }
    }

    // main thread:
    SDL_AudioDeviceID device_ = 0;
    int period_ = period_frames;
    Instant unused_since_ = Instant::never();
    std::unique_ptr<AudioOut> stand_in_ = open_silent_audio();  // when the device does not open again
    // self-synchronised:
    std::atomic<float> volume_{1.0F};
    // changed by the main thread under the device's lock, read by the audio thread, which holds it:
    std::vector<SoundSource*> sources_;
    // audio thread:
    std::array<float, 2 * 512> part_{};
    float applied_volume_ = 1.0F;
};

}  // namespace

Result<std::unique_ptr<AudioOut>> open_sdl_audio() {
    auto audio = std::make_unique<SdlAudio>();
    if (auto opened = audio->open(); !opened) return opened.error();
    return audio;
}

}  // namespace xinghuo
