// Inside the HTTP server: whole requests wait here for a thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace xinghuo {

class HttpWorkers {
public:
    HttpWorkers(std::size_t threads, std::size_t limit) : limit_(limit) {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    }
    ~HttpWorkers() { stop(); }
    HttpWorkers(const HttpWorkers&) = delete;
    HttpWorkers& operator=(const HttpWorkers&) = delete;

    // False: too many wait, or it has stopped.
    bool take(std::function<void()> job) {
        {
            const std::lock_guard held(lock_);
            if (ends_ || jobs_.size() >= limit_) return false;
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
        return true;
    }
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard held(lock_);
        return jobs_.size();
    }
    // What a thread has begun ends; what still waits is dropped, on the caller's thread. By its owner alone.
    void stop() {
        std::deque<std::function<void()>> dropped;
        {
            const std::lock_guard held(lock_);
            ends_ = true;
            dropped.swap(jobs_);
        }
        wake_.notify_all();
        dropped.clear();
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    void work() {
        for (;;) {
            std::function<void()> job;
            {
                std::unique_lock held(lock_);
                wake_.wait(held, [this] { return ends_ || !jobs_.empty(); });
                if (jobs_.empty()) return;
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job();
        }
    }
    const std::size_t limit_;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace xinghuo
