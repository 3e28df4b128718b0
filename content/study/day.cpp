#include "content/study/day.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace xinghuo {
namespace {

constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t china_ms = 8 * 3'600'000;

// Nobody sleeps through more than a year of trusted clocks and a month of holidays.
constexpr std::int64_t believed_days = 400;

// A program outlives its build by less than this; a clock that says more is wrong, whoever vouches for it.
constexpr std::int64_t lived_days = 20 * 366;

bool plausible(std::int64_t day) {
    static const std::int64_t first = china_day(Date{2020, 1, 1});
    return day >= first && day <= built_day() + lived_days;
}

}  // namespace

std::int64_t china_day(WallTime when) {
    // Floored by hand: a sum with the eight hours could run over at the ends of what 64 bits hold.
    std::int64_t day = when.unix_ms / ms_per_day, of_day = when.unix_ms % ms_per_day;
    if (of_day < 0) {
        --day;
        of_day += ms_per_day;
    }
    return day + (of_day + china_ms >= ms_per_day ? 1 : 0);
}

std::int64_t china_day(Date date) {
    using namespace std::chrono;
    const year_month_day d(year(date.year), month(static_cast<unsigned>(date.month)), day(static_cast<unsigned>(date.day)));
    return sys_days(d).time_since_epoch().count();
}

Date date_of_day(std::int64_t day_number) {
    using namespace std::chrono;
    const year_month_day d{sys_days(days(static_cast<int>(day_number)))};
    return {static_cast<int>(d.year()), static_cast<int>(static_cast<unsigned>(d.month())), static_cast<int>(static_cast<unsigned>(d.day()))};
}

WallTime begin_of_day(std::int64_t day) {
    constexpr std::int64_t most = INT64_MAX / ms_per_day - 2;
    return {std::clamp(day, -most, most) * ms_per_day - china_ms};
}

std::int64_t counted_day(WallTime wall, bool trusted, std::int64_t newest_known) {
    const std::int64_t day = china_day(wall);
    if (!plausible(day)) return newest_known;
    if (trusted) return day;
    return day >= newest_known && day <= newest_known + believed_days ? day : newest_known;
}

std::int64_t newest_known_after(WallTime wall, bool trusted, std::int64_t newest_known) {
    const std::int64_t day = china_day(wall);
    return trusted && plausible(day) ? day : newest_known;
}

std::int64_t built_day() {
    // "Jul  1 2026"; the compiler follows SOURCE_DATE_EPOCH.
    constexpr std::string_view date = __DATE__;
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto digit = [&](std::size_t at) { return date[at] == ' ' ? 0 : date[at] - '0'; };
    const int month = static_cast<int>(months.find(date.substr(0, 3)) / 3) + 1;
    return china_day(Date{digit(7) * 1000 + digit(8) * 100 + digit(9) * 10 + digit(10), month, digit(4) * 10 + digit(5)});
}

}  // namespace xinghuo
