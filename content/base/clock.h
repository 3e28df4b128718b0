// Two kinds of time that do not mix.
//
// Instant measures and animates: monotonic, no date. It is a parameter everywhere; the clock is read
// once per frame, in the application, and in no other place (tests/tidy_test.cpp checks this).
// WallTime labels: it may be decades wrong on a terminal without a clock battery, so nothing is ever
// computed by subtracting two of them.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <utility>

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
// "2026-07-01T08:00:00Z", also with ".345" or "+08:00"; what is not that form is an epoch of 0.
WallTime wall_time_from_iso(const std::string& iso);

// "2026-07-01T00:00:00.000Z".
std::string iso_from_wall_time(WallTime when);

// One reading of everything a record is stamped with. Taken once per frame, by whoever owns the clock, and handed on.
struct Moment {
    Instant now;
    WallTime wall;                // what the terminal believes
    bool wall_trusted = false;    // it has reason to: the kernel says its clock is synchronised, or somebody set it in this boot
    std::int64_t mono_ms = 0;     // since the machine's boot
};

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual WallTime wall() const = 0;
    [[nodiscard]] virtual bool wall_trusted() const = 0;
    // Of an Instant of this clock: ms since the machine's boot, the same for every program that runs in it.
    [[nodiscard]] virtual std::int64_t mono_ms(Instant when) const = 0;
    // Differs from boot to boot, the same for every program within one.
    [[nodiscard]] virtual std::string boot_id() const = 0;
    [[nodiscard]] Moment moment() const {
        const Instant at = now();
        return {at, wall(), wall_trusted(), mono_ms(at)};
    }
};

class SystemClock final : public Clock {
public:
    SystemClock();
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] bool wall_trusted() const override;
    [[nodiscard]] std::int64_t mono_ms(Instant when) const override;
    [[nodiscard]] std::string boot_id() const override;

private:
    std::int64_t start_ns_;
};

// A clock whose calendar somebody sets: as when a battery is empty, or an operator corrects it. now() does not notice.
class SettableClock : public Clock {
public:
    virtual void jump_wall(WallTime to) = 0;
    virtual void trust_wall(bool trusted) = 0;
};

// Another clock, with a calendar that may be set. Not owned; outlives this.
class DrivenClock final : public SettableClock {
public:
    explicit DrivenClock(const Clock& real) : real_(real) {}
    [[nodiscard]] Instant now() const override { return real_.now(); }
    [[nodiscard]] WallTime wall() const override { return {real_.wall().unix_ms + ahead_ms_}; }
    [[nodiscard]] bool wall_trusted() const override { return trusted_.value_or(real_.wall_trusted()); }
    [[nodiscard]] std::int64_t mono_ms(Instant when) const override { return real_.mono_ms(when); }
    [[nodiscard]] std::string boot_id() const override { return real_.boot_id(); }
    void jump_wall(WallTime to) override { ahead_ms_ = to.unix_ms - real_.wall().unix_ms; }
    void trust_wall(bool trusted) override { trusted_ = trusted; }

private:
    const Clock& real_;
    std::int64_t ahead_ms_ = 0;
    std::optional<bool> trusted_;
};

// Moves only when told to. Starts at Instant{} and the given wall time, trusted, in a boot of its own.
class FakeClock final : public SettableClock {
public:
    explicit FakeClock(WallTime wall, std::string boot_id = "fake") : wall_(wall), boot_id_(std::move(boot_id)) {}
    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] WallTime wall() const override {
        return {wall_.unix_ms + std::chrono::duration_cast<Milliseconds>(now_.since_start).count()};
    }
    [[nodiscard]] bool wall_trusted() const override { return trusted_; }
    [[nodiscard]] std::int64_t mono_ms(Instant when) const override {
        return std::chrono::duration_cast<Milliseconds>(when.since_start).count();
    }
    [[nodiscard]] std::string boot_id() const override { return boot_id_; }
    void advance(Nanoseconds span) { now_ = now_ + span; }
    void jump_wall(WallTime to) override { wall_ = {to.unix_ms - std::chrono::duration_cast<Milliseconds>(now_.since_start).count()}; }
    void trust_wall(bool trusted) override { trusted_ = trusted; }

private:
    Instant now_;
    WallTime wall_;
    std::string boot_id_;
    bool trusted_ = true;
};

}  // namespace xinghuo
