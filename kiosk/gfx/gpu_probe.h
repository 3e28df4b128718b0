// Tries the GPU in a process of its own: a broken GL driver kills whoever touches it, and inside SDL that cannot be
// caught. The child is this program again, with --probe-gpu.
#pragma once

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/base/result.h"
#include "kiosk/gfx/graphics.h"

namespace xinghuo {

inline constexpr const char* gpu_probe_flag = "--probe-gpu";

// What main() does when it is called with gpu_probe_flag: draws a pattern (plain, textured, turned and video triangles
// into a kept picture) with GL and without, compares them, times up to 60 frames at 1920 × 1080, and prints a line of
// JSON. Returns the exit code. Reads the clock: it measures.
int run_gpu_probe(const Clock& clock);

// Starts the program as a probe and waits for its answer, at most `limit`; then it is killed. The pictures of a child
// that died, hung or said nothing sensible are an error, which means: no GPU.
Result<ProbeAnswer> probe_gpu(const Path& program, const Clock& clock, Nanoseconds limit = Milliseconds(5000));

}  // namespace xinghuo
