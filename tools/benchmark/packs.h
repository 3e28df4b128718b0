// What installing packs costs: beside a copy and a hash of the same files, in memory, in bytes moved by an update, in time for the metadata.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "tools/benchmark/study.h"

namespace xinghuo {

// 1 GB in 500 files, on the disk the build lies on; the folder is emptied before and removed after.
void bench_packs(const Path& folder, const Clock& clock, const AddRow& add);

// The rest of a frame's time; nothing when there is none.
void wait_for(Nanoseconds span);

// A pack that is installed again and again, on a thread of its own, until this goes: what the frames of a stage are measured beside.
class InstallsBeside {
public:
    explicit InstallsBeside(Path folder);
    ~InstallsBeside();
    InstallsBeside(const InstallsBeside&) = delete;
    InstallsBeside& operator=(const InstallsBeside&) = delete;

    [[nodiscard]] bool ready() const { return ready_; }  // the repository stands; nothing is installed before start()
    void start();
    void stop();
    [[nodiscard]] int installed() const { return installed_; }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    Path folder_;
    bool ready_ = false;
    std::thread thread_;
    std::atomic<bool> stop_{false}, failed_{false};
    std::atomic<int> installed_{0};
};

}  // namespace xinghuo
