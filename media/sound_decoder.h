// Sound packets to one unbroken line of 48 kHz stereo: gaps are silence, overlaps are dropped, so that the n-th frame
// after a restart is the sound of (restart + n / 48,000) s. For one thread.
#pragma once

#include <vector>

#include "media/audio_out.h"
#include "media/av.h"

namespace xinghuo {

class SoundDecoder {
public:
    // Without a stream: a line of silence. `origin` is the stamp that counts as 0.
    static Result<std::unique_ptr<SoundDecoder>> open(const AVStream* stream, Nanoseconds origin);

    // The line begins again, at `from`; packets that come may begin earlier. Where the first does not say when it
    // begins, it begins at `unstamped`.
    void restart(Nanoseconds from, Nanoseconds unstamped);
    // What cannot be decoded is left out. A null packet lets out what the decoder still holds.
    void send(const AVPacket* packet);
    // Silence to `until`, at most one second at a time.
    void silence(Nanoseconds until);
    // Interleaved frames made since the last call.
    std::vector<float> take();

    [[nodiscard]] bool empty() const { return made_.empty(); }
    // Where the line ends now.
    [[nodiscard]] Nanoseconds until() const;
    // Anything decoded since opening.
    [[nodiscard]] bool lives() const { return lives_; }

private:
    SoundDecoder() = default;
    void accept(const AVFrame& frame);
    bool prepare_resampler(const AVFrame& frame);
    void resample(const AVFrame* frame);
    void append(const float* interleaved, std::int64_t frames);
    void place(const AVFrame& frame);
    void pad_to(std::int64_t frame);

    AvCodec codec_;
    AvFrame frame_ = new_frame();
    AvResampler resampler_;
    AVRational unit_{1, 1};
    int rate_hz_ = 0, format_ = -1, channels_ = 0;
    Nanoseconds origin_{0}, from_{0}, unstamped_{0}, shift_{0};
    bool placed_ = false, lives_ = false;
    std::int64_t next_ = 0;  // place on the line of the next frame the resampler gives out
    std::int64_t end_ = 0;   // frames on the line
    std::vector<float> made_;
};

}  // namespace xinghuo
