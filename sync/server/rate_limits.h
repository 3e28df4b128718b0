// How often somebody may ask, of this process; what an attacker tries is counted over all of them (shared_limits.h). In memory; any thread. Time is a parameter.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "content/base/clock.h"

namespace xinghuo {

class RateLimits {
public:
    RateLimits();
    ~RateLimits();
    RateLimits(const RateLimits&) = delete;
    RateLimits& operator=(const RateLimits&) = delete;

    // A bucket of `burst` tokens that refills at so many a second; nothing: take it and go on; otherwise come again after that.
    std::optional<Nanoseconds> ask(const std::string& who, double a_second, double burst, Instant now);
    // Whether something that is not worth a write each time is due again. The first time: yes.
    bool due(const std::string& what, Nanoseconds every, Instant now);

private:
    struct Kept;
    std::unique_ptr<Kept> kept_;
};

}  // namespace xinghuo
