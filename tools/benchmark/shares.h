// Of measurements: the middle one, the worst of a hundred; and the processor time of whoever asks.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <vector>

namespace xinghuo {

// 0.5: the median. Nothing measured: 0.
inline double at_share(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// Of this thread, in the system too: the same on a busy machine and an idle one.
inline double thread_processor_ms() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    const auto ms = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3; };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

}  // namespace xinghuo
