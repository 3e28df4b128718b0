// The only way up between threads: one thread posts, another empties it when it looks (the main
// thread looks once per frame). Bounded: at the limit post() says so and keeps what is already there.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace xinghuo {

template <class T>
class Mailbox {
public:
    explicit Mailbox(std::size_t limit) : limit_(limit) {}

    // False when the box is full or closed; the letter is then not taken.
    [[nodiscard]] bool post(T letter) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || letters_.size() >= limit_) return false;
            letters_.push_back(std::move(letter));
        }
        arrived_.notify_one();
        return true;
    }

    // Everything that is there now, oldest first. Never waits.
    std::vector<T> take_all() {
        const std::lock_guard lock(mutex_);
        std::vector<T> all(std::make_move_iterator(letters_.begin()), std::make_move_iterator(letters_.end()));
        letters_.clear();
        return all;
    }

    // Waits for one; nothing once the box is closed and empty.
    std::optional<T> wait() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return closed_ || !letters_.empty(); });
        if (letters_.empty()) return std::nullopt;
        T letter = std::move(letters_.front());
        letters_.pop_front();
        return letter;
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        arrived_.notify_all();
    }

private:
    const std::size_t limit_;
    std::condition_variable arrived_;  // self-synchronised
    // under mutex_:
    std::mutex mutex_;
    std::deque<T> letters_;
    bool closed_ = false;
};

}  // namespace xinghuo
