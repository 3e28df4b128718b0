#include "sync/server/shared_writes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace xinghuo {
namespace {

constexpr std::size_t most_together = 32;  // batches: a transaction of a few thousand statements

}  // namespace

SharedWrites::SharedWrites(Open open) : open_(std::move(open)), cores_(static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)))) {}

std::shared_ptr<SharedWrites> SharedWrites::of(const Path& file, Open open) {
    static std::mutex lock;
    static std::map<std::string, std::weak_ptr<SharedWrites>> known;
    std::error_code failed;
    const Path whole = std::filesystem::weakly_canonical(file, failed);
    // A forked process shares no connection with its parent.
    const std::string key = fmt::format("{} {}", ::getpid(), (failed ? file : whole).string());
    const std::lock_guard held(lock);
    std::erase_if(known, [](const auto& one) { return one.second.expired(); });
    if (auto here = known[key].lock()) return here;
    auto made = std::make_shared<SharedWrites>(std::move(open));
    known[key] = made;
    return made;
}

bool SharedWrites::take(Milliseconds patience) {
    const char mine = 0;
    std::unique_lock held(lock_);
    turns_.push_back(&mine);
    if (changed_.wait_for(held, patience, [&] { return turns_.front() == &mine; })) {
        turns_.front() = this;  // ours is gone when this returns
        return true;
    }
    turns_.erase(std::find(turns_.begin(), turns_.end(), &mine));
    return false;
}

void SharedWrites::give() {
    {
        const std::lock_guard held(lock_);
        turns_.pop_front();
    }
    changed_.notify_all();
}

Result<void> SharedWrites::write(const Sql::Work& work, Sql* only) {
    Waiting mine{&work, std::nullopt, false};
    std::unique_lock held(lock_);
    waiting_.push_back(&mine);
    changed_.wait(held, [&] { return mine.done || !writing_; });
    if (mine.done) return std::move(*mine.result);
    writing_ = true;
    while (!mine.done) {
        std::array<Waiting*, most_together> first{};
        const std::span together(first.data(), std::min(waiting_.size(), most_together));
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(together.size());
        std::copy(waiting_.begin(), end, first.begin());
        waiting_.erase(waiting_.begin(), end);
        held.unlock();
        try {
            write_all(together, only);
        } catch (...) {  // whatever it was: nobody waits for ever, nothing stays open, and these words are short enough to need no memory
            if (Sql* used = sql_ ? sql_.get() : only) used->roll_back();
            for (Waiting* one : together)
                if (!one->result) one->result = Error{ErrorKind::full, "no memory"};
        }
        held.lock();
        for (Waiting* one : together) one->done = true;
        changed_.notify_all();
    }
    writing_ = false;
    held.unlock();
    changed_.notify_all();
    may_prepare_.notify_one();
    return std::move(*mine.result);
}

void SharedWrites::begin_preparing() {
    std::unique_lock held(lock_);
    may_prepare_.wait(held, [&] { return may_prepare(); });
    ++preparing_;
}

void SharedWrites::end_preparing() {
    {
        const std::lock_guard held(lock_);
        --preparing_;
    }
    may_prepare_.notify_one();
}

void SharedWrites::write_all(std::span<Waiting* const> together, Sql* only) {
    const auto all = [&](const Result<void>& result) {
        for (Waiting* one : together) one->result = result;
    };
    if (!sql_ && only == nullptr) {
        auto opened = open_(*this);
        if (!opened) return all(opened.error());
        sql_ = std::move(*opened);
    }
    Sql& sql = sql_ ? *sql_ : *only;
    const auto done = in_transaction(sql, [&]() -> Result<void> {
        for (Waiting* one : together)
            if (auto good = (*one->work)(sql); !good) return good;
        return {};
    });
    if (done || together.size() == 1) return all(done);
    // One of them cannot be kept, or there is no room for all: each by itself, so that nobody hears of another's failure.
    for (Waiting* one : together) one->result = in_transaction(sql, [&] { return (*one->work)(sql); });
}

}  // namespace xinghuo
