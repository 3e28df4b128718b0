// How often somebody may ask, and how long whoever told a wrong password waits. In this process's memory; any thread. Time is a parameter.
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
    void give_back(const std::string& who);  // it does not count after all
    // After the third wrong one: 1 s, 2 s, 4 s … 15 min. A right one, or an hour without any, forgives.
    std::optional<Nanoseconds> must_wait(const std::string& who, Instant now);
    void wrong(const std::string& who, Instant now);
    void right(const std::string& who);
    // Whether something that is not worth a write each time is due again. The first time: yes.
    bool due(const std::string& what, Nanoseconds every, Instant now);

private:
    struct Kept;
    std::unique_ptr<Kept> kept_;
};

}  // namespace xinghuo
