// Two kinds of time that do not mix.
//
// Instant measures and animates: monotonic, no date. It is a parameter everywhere; the clock is read
// once per frame, in the application, and in no other place (tests/tidy_test.cpp checks this).
// WallTime labels: it may be decades wrong on a terminal without a clock battery, so nothing is ever
// computed by subtracting two of them.
#pragma once

#include <chrono>
#include <compare>
#include <string>

namespace xinghuo {

using Milliseconds = std::chrono::milliseconds;
using Nanoseconds = std::chrono::nanoseconds;

struct Instant {
    Nanoseconds since_start{0};

    auto operator<=>(const Instant&) const = default;
    friend Instant operator+(Instant a, Nanoseconds b) { return {a.since_start + b}; }
    friend Instant operator-(Instant a, Nanoseconds b) { return {a.since_start - b}; }
    friend Nanoseconds operator-(Instant a, Instant b) { return a.since_start - b.since_start; }
    static constexpr Instant never() { return {Nanoseconds::max()}; }
};

constexpr double seconds(Nanoseconds span) { return static_cast<double>(span.count()) * 1e-9; }
constexpr Nanoseconds from_seconds(double s) { return Nanoseconds(static_cast<std::int64_t>(s * 1e9)); }

struct WallTime {
    std::int64_t unix_ms = 0;  // UTC
};

struct Date {
    int year = 0, month = 0, day = 0;  // as on a calendar: 1921, 7, 23
    auto operator<=>(const Date&) const = default;
};

// The date at the terminal's place. China keeps one time, UTC+8, without summer time.
Date china_date(WallTime when);
// "2026-07-01T08:00:00Z" or with "+08:00"; what is not that form is an epoch of 0.
WallTime wall_time_from_iso(const std::string& iso);

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
public:
    SystemClock();
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] WallTime wall() const override;

private:
    std::int64_t start_ns_;
};

// Moves only when told to. Starts at Instant{} and the given wall time.
class FakeClock final : public Clock {
public:
    explicit FakeClock(WallTime wall) : wall_(wall) {}
    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] WallTime wall() const override {
        return {wall_.unix_ms + std::chrono::duration_cast<Milliseconds>(now_.since_start).count()};
    }
    void advance(Nanoseconds span) { now_ = now_ + span; }

private:
    Instant now_;
    WallTime wall_;
};

}  // namespace xinghuo
