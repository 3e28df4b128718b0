#include "sync/server/rate_limits.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace xinghuo {
namespace {

constexpr std::size_t most_kept = 100'000;

struct TokenBucket {
    double tokens = 0;
    double a_second = 0, burst = 0;
    Instant at;
    // As good as new: nobody misses it.
    [[nodiscard]] bool full(Instant now) const { return tokens + seconds(now - at) * a_second >= burst; }
};

}  // namespace

struct RateLimits::Kept {
    std::mutex lock;
    std::unordered_map<std::string, TokenBucket> buckets;
    std::unordered_map<std::string, Instant> done;
};

RateLimits::RateLimits() : kept_(std::make_unique<Kept>()) {}
RateLimits::~RateLimits() = default;

std::optional<Nanoseconds> RateLimits::ask(const std::string& who, double a_second, double burst, Instant now) {
    const std::lock_guard held(kept_->lock);
    if (kept_->buckets.size() >= most_kept) std::erase_if(kept_->buckets, [now](const auto& entry) { return entry.second.full(now); });
    if (kept_->buckets.size() >= most_kept) kept_->buckets.clear();
    const auto [place, fresh] = kept_->buckets.try_emplace(who);
    TokenBucket& bucket = place->second;
    if (fresh) bucket.tokens = burst;
    else bucket.tokens = std::min(burst, bucket.tokens + seconds(now - bucket.at) * a_second);
    bucket.a_second = a_second;
    bucket.burst = burst;
    bucket.at = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    return from_seconds((1 - bucket.tokens) / a_second);
}

bool RateLimits::due(const std::string& what, Nanoseconds every, Instant now) {
    const std::lock_guard held(kept_->lock);
    if (kept_->done.size() >= most_kept) kept_->done.clear();
    const auto [place, fresh] = kept_->done.try_emplace(what, now);
    if (!fresh && now - place->second < every) return false;
    place->second = now;
    return true;
}

}  // namespace xinghuo
