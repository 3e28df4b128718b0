// Sound in memory: reading any sound file, measuring, joining, and writing Opus. By libav; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"

namespace xinghuo {

// 48,000 Hz, one channel.
struct Sound {
    static constexpr int rate_hz = 48'000;
    std::vector<float> samples;
    [[nodiscard]] Milliseconds duration() const {
        return Milliseconds(static_cast<std::int64_t>(samples.size()) * 1000 / rate_hz);
    }
    void add_silence(Milliseconds span);
    void add(const Sound& other) { samples.insert(samples.end(), other.samples.begin(), other.samples.end()); }
};

// The first sound stream of a file (WAV, FLAC, Ogg, MP3, M4A…), mixed to one channel. At most 30 minutes.
Result<Sound> read_sound(const Path& file);

// Integrated loudness, ITU-R BS.1770-4 (EBU R128), in LUFS; −70 for silence.
double loudness_lufs(const Sound& sound);
// The same for sound that comes piece by piece, at 48,000 Hz; one or two channels.
class LoudnessMeter {
public:
    explicit LoudnessMeter(int channels);
    void add(const float* const* channels, std::size_t samples);
    [[nodiscard]] double lufs() const;

private:
    struct Ear {
        double first[4] = {}, second[4] = {};
        double run(double x);
    };
    std::vector<Ear> ears_;
    std::vector<double> tenths_;  // power of each 100 ms
    std::size_t heard_ = 0;
};
// Brings the sound to a loudness; peaks that would pass −1 dBFS are held down, by 12 dB at most. False: nothing but silence.
bool set_loudness(Sound& sound, double target_lufs);
// Root mean square over `window` around a time; 0 outside.
float level_at(const Sound& sound, Milliseconds at, Milliseconds window);
// Where the sound first and last passes −46 dBFS.
std::pair<Milliseconds, Milliseconds> voiced_span(const Sound& sound);

// Opus in Ogg, 64 kbit/s. The same sound always gives the same bytes.
Result<Bytes> encode_opus(const Sound& sound);

}  // namespace xinghuo
