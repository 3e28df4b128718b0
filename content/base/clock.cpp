#include "content/base/clock.h"

#include <cstdio>
#include <ctime>

namespace xinghuo {
namespace {

std::int64_t read_ns(clockid_t which) {
    timespec t{};
    clock_gettime(which, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

SystemClock::SystemClock() : start_ns_(read_ns(CLOCK_MONOTONIC)) {}

Instant SystemClock::now() const { return {Nanoseconds(read_ns(CLOCK_MONOTONIC) - start_ns_)}; }

WallTime SystemClock::wall() const { return {read_ns(CLOCK_REALTIME) / 1'000'000}; }

Date china_date(WallTime when) {
    using namespace std::chrono;
    const sys_days day = floor<days>(sys_time<milliseconds>(milliseconds(when.unix_ms)) + hours(8));
    const year_month_day d(day);
    return {static_cast<int>(d.year()), static_cast<int>(static_cast<unsigned>(d.month())),
            static_cast<int>(static_cast<unsigned>(d.day()))};
}

WallTime wall_time_from_iso(const std::string& iso) {
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
    if (std::sscanf(iso.c_str(), "%d-%d-%dT%d:%d:%d%n", &y, &mo, &d, &h, &mi, &s, &used) < 6) return {};
    const year_month_day day(year(y), month(static_cast<unsigned>(mo)), std::chrono::day(static_cast<unsigned>(d)));
    if (!day.ok()) return {};
    auto at = sys_time<milliseconds>(sys_days(day)) + hours(h) + minutes(mi) + std::chrono::seconds(s);
    int oh = 0, om = 0;
    char sign = 0;
    if (std::sscanf(iso.c_str() + used, "%c%d:%d", &sign, &oh, &om) == 3 && (sign == '+' || sign == '-'))
        at -= (sign == '+' ? 1 : -1) * (hours(oh) + minutes(om));
    return {at.time_since_epoch().count()};
}

}  // namespace xinghuo
