// Looks after the study record while the frame loop shows pictures. One thread writes the journal of the running interval;
// another, with its own connection, makes checkpoints and hourly backups, and checks the whole file once after the start.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "content/base/clock.h"
#include "content/study/study.h"

namespace xinghuo {

class Upkeep {
public:
    struct Parts {
        StudyFiles files;
        const Clock& clock;
        Nanoseconds check_after = std::chrono::seconds(5);  // the check of a large file must not slow the first picture
        std::function<void()> wake;   // called on a thread of its own when there is something to look at
    };
    static std::unique_ptr<Upkeep> start(Parts parts);
    // Does the jobs that still wait, then ends.
    virtual ~Upkeep() = default;
    // In order, at most a few ms each. Main thread. At the limit of 1,000 the caller does it itself.
    virtual void post(std::function<void()> job) = 0;
    // What the check found, once; empty: nothing so far. The study is then to be opened anew, mending.
    virtual std::string take_damage() = 0;
    // What backups and checkpoints complain about; empty: nothing.
    virtual std::string trouble() = 0;
};

}  // namespace xinghuo
