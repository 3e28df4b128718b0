#include "content/base/clock.h"

#include <sys/timex.h>

#include <cstdio>
#include <ctime>
#include <fstream>

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

bool SystemClock::wall_trusted() const {
    timex state{};
    const int answer = adjtimex(&state);  // only asks
    return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

std::int64_t SystemClock::mono_ms(Instant when) const { return (start_ns_ + when.since_start.count()) / 1'000'000; }

std::string SystemClock::boot_id() const {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(in, id);
    return id.empty() ? "unknown" : id;
}

Date china_date(WallTime when) {
    using namespace std::chrono;
    const sys_days day = floor<days>(sys_time<milliseconds>(milliseconds(when.unix_ms)) + hours(8));
    const year_month_day d(day);
    return {static_cast<int>(d.year()), static_cast<int>(static_cast<unsigned>(d.month())),
            static_cast<int>(static_cast<unsigned>(d.day()))};
}

std::string iso_from_wall_time(WallTime when) {
    using namespace std::chrono;
    const auto at = sys_time<milliseconds>(milliseconds(when.unix_ms));
    const sys_days day = floor<days>(at);
    const year_month_day d(day);
    const hh_mm_ss<milliseconds> t(at - day);
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                  static_cast<unsigned>(d.day()), static_cast<int>(t.hours().count()), static_cast<int>(t.minutes().count()),
                  static_cast<int>(t.seconds().count()), static_cast<int>(t.subseconds().count()));
    return text;
}

WallTime wall_time_from_iso(const std::string& iso) {
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
    if (std::sscanf(iso.c_str(), "%d-%d-%dT%d:%d:%d%n", &y, &mo, &d, &h, &mi, &s, &used) < 6) return {};
    const year_month_day day(year(y), month(static_cast<unsigned>(mo)), std::chrono::day(static_cast<unsigned>(d)));
    if (!day.ok()) return {};
    auto at = sys_time<milliseconds>(sys_days(day)) + hours(h) + minutes(mi) + std::chrono::seconds(s);
    const char* rest = iso.c_str() + used;
    if (*rest == '.')
        for (int unit = 100; *++rest >= '0' && *rest <= '9'; unit /= 10) at += milliseconds(unit * (*rest - '0'));
    int oh = 0, om = 0;
    char sign = 0;
    if (std::sscanf(rest, "%c%d:%d", &sign, &oh, &om) == 3 && (sign == '+' || sign == '-'))
        at -= (sign == '+' ? 1 : -1) * (hours(oh) + minutes(om));
    return {at.time_since_epoch().count()};
}

}  // namespace xinghuo
