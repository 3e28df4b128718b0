// A month's records going up beside a stage: what the frames of a speaking figure are measured beside.
#pragma once

#include <memory>

#include "kiosk/sync_room.h"
#include "tools/benchmark/real_server.h"
#include "tools/benchmark/study.h"

namespace xinghuo {

// A terminal whose record waits, ten thousand for each drain; a real server on loopback, which gives way to the stage because it would be another machine's; and
// the terminal's own sync room, thread and all. The folder is emptied before and removed after.
class DrainsBeside {
public:
    DrainsBeside(const Path& bin, Path folder, int drains, const Clock& clock);
    ~DrainsBeside();
    DrainsBeside(const DrainsBeside&) = delete;
    DrainsBeside& operator=(const DrainsBeside&) = delete;

    [[nodiscard]] const std::string& why_not() const { return why_not_; }  // empty: it stands; nothing goes up before start()
    [[nodiscard]] Study& study() { return *study_; }
    void start();
    // Once a frame, as the application's loop does it. False: the ten thousand are up, or two minutes have passed.
    bool look();
    void stop();
    [[nodiscard]] std::int64_t sent() const { return sent_; }
    [[nodiscard]] double seconds_taken() const { return seconds_taken_; }  // of all drains
    [[nodiscard]] bool failed() const { return failed_; }

private:
    std::string make(const Path& bin, int drains);
    const Path folder_;
    const Clock& clock_;
    std::string why_not_;
    std::optional<RealServer> server_;
    std::unique_ptr<Study> study_;
    std::unique_ptr<SyncRoom> room_;
    std::int64_t sent_ = 0, before_ = 0;
    Instant began_;
    double seconds_taken_ = 0;
    bool failed_ = false;
};

// Frames of the stage alone and beside drains, in turn; and signing in beside them: does a commit of the frame's thread wait for the agent's?
void bench_drains(const Path& bin, const Path& share, const Path& folder, const Clock& clock, const AddRow& add);

}  // namespace xinghuo
