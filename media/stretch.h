// Speed without change of pitch (libavfilter's atempo). Remembers the sound it was given, so that a change of speed
// starts at the place that is heard instead of behind what is queued. For one thread.
#pragma once

#include <span>
#include <vector>

#include "media/audio_out.h"
#include "media/av.h"

namespace xinghuo {

class Stretch {
public:
    // Forgets all; the frames pushed next belong to media time `at` and later. Speed 0.5–2.
    void restart(Nanoseconds at, double speed);
    // Gives out again what is remembered from `at` on, at another speed. False when `at` is not remembered: seek.
    bool resume(Nanoseconds at, double speed);
    // Interleaved stereo at 48 kHz.
    void push(std::span<const float> frames);
    // Nothing more comes; lets out what the filter holds.
    void finish();
    // The frames to be heard, made since the last call.
    std::vector<float> take();

private:
    void open_filter();
    void feed(std::span<const float> frames);
    void collect();
    void trim();

    double speed_ = 1;
    bool finished_ = false;
    Nanoseconds remembered_from_{0};
    std::vector<float> remembered_;
    std::vector<float> made_;
    AvGraph graph_;                   // none at speed 1
    AVFilterContext* in_ = nullptr;   // owned by graph_
    AVFilterContext* out_ = nullptr;  // owned by graph_
    AvFrame frame_ = new_frame();
    std::int64_t fed_ = 0;
    bool closed_ = false;
};

}  // namespace xinghuo
