// Loudness after ITU-R BS.1770-4: two filters that weigh as the ear does, blocks of 400 ms, two gates.
#include <algorithm>
#include <array>
#include <cmath>

#include "tools/packer/sound.h"

namespace xinghuo {
namespace {

// The standard's coefficients for 48 kHz (tables 1 and 2).
struct Biquad {
    double b0, b1, b2, a1, a2;
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    double run(double x) {
        const double y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};

double lufs(double power) { return power > 0 ? -0.691 + 10 * std::log10(power) : -70.0; }

double mean_above(const std::vector<double>& blocks, double gate) {
    double sum = 0;
    std::size_t n = 0;
    for (const double power : blocks) {
        if (lufs(power) <= gate) continue;
        sum += power;
        ++n;
    }
    return n == 0 ? 0 : sum / static_cast<double>(n);
}

}  // namespace

double loudness_lufs(const Sound& sound) {
    Biquad shelf{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585};
    Biquad high_pass{1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
    constexpr std::size_t step = Sound::rate_hz / 10;  // 100 ms: blocks of four overlap by 75 %
    std::vector<double> tenths(sound.samples.size() / step + 1, 0.0);
    for (std::size_t i = 0; i < sound.samples.size(); ++i) {
        const double y = high_pass.run(shelf.run(static_cast<double>(sound.samples[i])));
        tenths[i / step] += y * y;
    }
    std::vector<double> blocks;
    for (std::size_t k = 0; k + 4 <= tenths.size(); ++k)
        blocks.push_back((tenths[k] + tenths[k + 1] + tenths[k + 2] + tenths[k + 3]) / (4.0 * static_cast<double>(step)));
    const double ungated = mean_above(blocks, -70.0);
    return lufs(mean_above(blocks, lufs(ungated) - 10.0));
}

bool set_loudness(Sound& sound, double target_lufs) {
    const double now = loudness_lufs(sound);
    if (now <= -69.0) return false;
    float peak = 0;
    for (const float s : sound.samples) peak = std::max(peak, std::abs(s));
    const double ceiling = std::pow(10.0, -1.0 / 20.0) / static_cast<double>(peak);
    const auto gain = static_cast<float>(std::min(std::pow(10.0, (target_lufs - now) / 20.0), ceiling));
    for (float& s : sound.samples) s *= gain;
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
