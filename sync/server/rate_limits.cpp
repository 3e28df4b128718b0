#include "sync/server/rate_limits.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace xinghuo {
namespace {

constexpr std::size_t most_kept = 100'000;
constexpr int free_wrongs = 3;
constexpr Nanoseconds longest_wait = std::chrono::minutes(15);
constexpr Nanoseconds forgiven_after = std::chrono::hours(1);

struct TokenBucket {
    double tokens = 0;
    double a_second = 0, burst = 0;
    Instant at;
    // As good as new: nobody misses it.
    [[nodiscard]] bool full(Instant now) const { return tokens + seconds(now - at) * a_second >= burst; }
};
struct WrongTries {
    int count = 0;
    Instant last, until;
};

}  // namespace

struct RateLimits::Kept {
    std::mutex lock;
    std::unordered_map<std::string, TokenBucket> buckets;
    std::unordered_map<std::string, WrongTries> wrongs;
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

void RateLimits::give_back(const std::string& who) {
    const std::lock_guard held(kept_->lock);
    const auto found = kept_->buckets.find(who);
    if (found != kept_->buckets.end()) found->second.tokens = std::min(found->second.burst, found->second.tokens + 1);
}

std::optional<Nanoseconds> RateLimits::must_wait(const std::string& who, Instant now) {
    const std::lock_guard held(kept_->lock);
    const auto found = kept_->wrongs.find(who);
    if (found == kept_->wrongs.end() || now >= found->second.until) return std::nullopt;
    return found->second.until - now;
}

void RateLimits::wrong(const std::string& who, Instant now) {
    const std::lock_guard held(kept_->lock);
    if (kept_->wrongs.size() >= most_kept) std::erase_if(kept_->wrongs, [now](const auto& entry) { return now >= entry.second.until; });
    WrongTries& tries = kept_->wrongs[who];
    if (tries.count > 0 && now - tries.last > forgiven_after) tries.count = 0;
    tries.last = now;
    if (++tries.count >= free_wrongs) tries.until = now + std::min<Nanoseconds>(longest_wait, std::chrono::seconds(std::int64_t{1} << std::min(tries.count - free_wrongs, 20)));
}

void RateLimits::right(const std::string& who) {
    const std::lock_guard held(kept_->lock);
    kept_->wrongs.erase(who);
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
