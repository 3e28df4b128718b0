// One thread that does what is too long for a frame: reading, checking, decoding pictures. It owns nothing between jobs.
#pragma once

#include <functional>
#include <memory>

namespace xinghuo {

class Worker {
public:
    // `done` is called on the worker's thread after each job, e.g. to wake the main loop.
    static std::unique_ptr<Worker> start(std::function<void()> done);
    // Finishes the job under way; what has not begun is dropped.
    virtual ~Worker() = default;
    // False when 256 jobs wait already; the job is then not taken, and the caller asks again in a later frame.
    [[nodiscard]] virtual bool post(std::function<void()> job) = 0;
};

}  // namespace xinghuo
