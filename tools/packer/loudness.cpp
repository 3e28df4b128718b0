// Loudness after ITU-R BS.1770-4: two filters that weigh as the ear does, blocks of 400 ms, two gates.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "tools/packer/sound.h"

namespace xinghuo {
namespace {

double lufs_of(double power) { return power > 0 ? -0.691 + 10 * std::log10(power) : -70.0; }

double mean_above(const std::vector<double>& blocks, double gate) {
    double sum = 0;
    std::size_t n = 0;
    for (const double power : blocks) {
        if (lufs_of(power) <= gate) continue;
        sum += power;
        ++n;
    }
    return n == 0 ? 0 : sum / static_cast<double>(n);
}

float peak_of(const std::vector<float>& samples) {
    float peak = 0;
    for (const float s : samples) peak = std::max(peak, std::abs(s));
    return peak;
}

// Holds the samples below a ceiling without cutting them off: around each peak the gain goes down and up within 5 ms.
void limit(std::vector<float>& samples, float ceiling) {
    constexpr std::size_t reach = Sound::rate_hz / 200;
    const std::size_t n = samples.size();
    std::vector<float> least(n);
    std::deque<std::size_t> lowest;  // places of rising gains: the first is the least within reach
    const auto gain_at = [&](std::size_t i) { return std::min(1.0f, ceiling / std::max(ceiling, std::abs(samples[i]))); };
    for (std::size_t i = 0, next = 0; i < n; ++i) {
        for (; next < std::min(n, i + reach + 1); ++next) {
            while (!lowest.empty() && gain_at(lowest.back()) >= gain_at(next)) lowest.pop_back();
            lowest.push_back(next);
        }
        while (lowest.front() + reach < i) lowest.pop_front();
        least[i] = gain_at(lowest.front());
    }
    // The mean of the least gains around a peak is its own gain, as each of them has seen it.
    double sum = 0;
    std::size_t from = 0, to = 0;
    for (std::size_t i = 0; i < n; ++i) {
        while (to < std::min(n, i + reach + 1)) sum += static_cast<double>(least[to++]);
        while (from + reach < i) sum -= static_cast<double>(least[from++]);
        samples[i] *= static_cast<float>(std::min(1.0, sum / static_cast<double>(to - from)));
    }
}

}  // namespace

LoudnessMeter::LoudnessMeter(int channels) : ears_(static_cast<std::size_t>(channels)) {}

double LoudnessMeter::Ear::run(double x) {
    const auto biquad = [](const double (&c)[5], double (&z)[4], double in) {
        const double out = c[0] * in + c[1] * z[0] + c[2] * z[1] - c[3] * z[2] - c[4] * z[3];
        z[1] = z[0], z[0] = in, z[3] = z[2], z[2] = out;
        return out;
    };
    // The standard's coefficients for 48 kHz (tables 1 and 2): the head, then what is below hearing.
    static constexpr double shelf[5] = {1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585};
    static constexpr double high_pass[5] = {1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
    return biquad(high_pass, second, biquad(shelf, first, x));
}

void LoudnessMeter::add(const float* const* channels, std::size_t samples) {
    constexpr std::size_t step = Sound::rate_hz / 10;  // 100 ms: blocks of four overlap by 75 %
    for (std::size_t i = 0; i < samples; ++i, ++heard_) {
        if (heard_ / step >= tenths_.size()) tenths_.push_back(0);
        for (std::size_t c = 0; c < ears_.size(); ++c) {
            const double y = ears_[c].run(static_cast<double>(channels[c][i]));
            tenths_.back() += y * y;
        }
    }
}

double LoudnessMeter::lufs() const {
    constexpr double step = Sound::rate_hz / 10;
    std::vector<double> blocks;
    for (std::size_t k = 0; k + 4 <= tenths_.size(); ++k)
        blocks.push_back((tenths_[k] + tenths_[k + 1] + tenths_[k + 2] + tenths_[k + 3]) / (4.0 * step));
    const double ungated = mean_above(blocks, -70.0);
    return lufs_of(mean_above(blocks, lufs_of(ungated) - 10.0));
}

double loudness_lufs(const Sound& sound) {
    LoudnessMeter meter(1);
    const float* samples = sound.samples.data();
    meter.add(&samples, sound.samples.size());
    return meter.lufs();
}

bool set_loudness(Sound& sound, double target_lufs) {
    const double now = loudness_lufs(sound);
    if (now <= -69.0) return false;
    const float ceiling = std::pow(10.0f, -1.0f / 20.0f);
    const double most = 4.0 * static_cast<double>(ceiling / peak_of(sound.samples));  // peaks go down by 12 dB at most
    double gain = std::pow(10.0, (target_lufs - now) / 20.0);
    const Sound as_it_was = sound;
    for (int attempt = 0; attempt < 4; ++attempt) {
        gain = std::min(gain, most);
        for (std::size_t i = 0; i < sound.samples.size(); ++i) sound.samples[i] = as_it_was.samples[i] * static_cast<float>(gain);
        if (peak_of(sound.samples) <= ceiling) return true;
        limit(sound.samples, ceiling);
        const double made = loudness_lufs(sound);  // a little less than aimed at, where peaks were held
        if (std::abs(made - target_lufs) < 0.05 || gain >= most) return true;
        gain *= std::pow(10.0, (target_lufs - made) / 20.0);
    }
    return true;
}

float level_at(const Sound& sound, Milliseconds at, Milliseconds window) {
    const std::int64_t half = window.count() * Sound::rate_hz / 2000, centre = at.count() * Sound::rate_hz / 1000;
    const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, centre - half));
    const auto to = std::min(sound.samples.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, centre + half)));
    if (from >= to) return 0;
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += static_cast<double>(sound.samples[i]) * static_cast<double>(sound.samples[i]);
    return static_cast<float>(std::sqrt(sum / static_cast<double>(to - from)));
}

std::pair<Milliseconds, Milliseconds> voiced_span(const Sound& sound) {
    constexpr float threshold = 0.005f;  // −46 dBFS
    const auto loud = [](float s) { return std::abs(s) >= threshold; };
    const auto first = std::find_if(sound.samples.begin(), sound.samples.end(), loud);
    const auto last = std::find_if(sound.samples.rbegin(), sound.samples.rend(), loud);
    if (first == sound.samples.end()) return {Milliseconds(0), sound.duration()};
    const auto ms = [](std::ptrdiff_t n) { return Milliseconds(static_cast<std::int64_t>(n) * 1000 / Sound::rate_hz); };
    return {ms(first - sound.samples.begin()), ms(last.base() - sound.samples.begin())};
}

void Sound::add_silence(Milliseconds span) {
    samples.insert(samples.end(), static_cast<std::size_t>(span.count()) * rate_hz / 1000, 0.0f);
}

}  // namespace xinghuo
