#include "sync/server/shared_limits.h"

#include <algorithm>

#include "sync/server/accounts.h"

namespace xinghuo {
namespace {

constexpr std::int64_t free_wrongs = 3, longest_wait_ms = 15 * 60'000, forgiven_after_ms = 60 * 60'000;

std::string kept_name(const std::string& who) { return secret_hash("attempt", who); }
Nanoseconds span_of(std::int64_t ms) { return Milliseconds(ms); }

}  // namespace

// The row is held by this transaction until it ends: tries at other servers wait for it.
Result<SharedLimits::Tries> SharedLimits::held(const std::string& who, WallTime now) {
    auto rows = sql_->query("INSERT INTO attempt (organisation, who, wrong, last_ms, until_ms) VALUES ($1, $2, 0, $3, 0) "
                            "ON CONFLICT (organisation, who) DO UPDATE SET wrong = attempt.wrong RETURNING wrong, last_ms, until_ms",
                            {organisation_, kept_name(who), now.unix_ms});
    if (!rows) return rows.error();
    const SqlRow& row = rows->front();
    return Tries{row.integer(0), row.integer(1), row.integer(2)};
}

Result<void> SharedLimits::keep(const std::string& who, const Tries& tries) {
    return sql_->run("UPDATE attempt SET wrong = $3, last_ms = $4, until_ms = $5 WHERE organisation = $1 AND who = $2",
                     {organisation_, kept_name(who), tries.wrong, tries.last_ms, tries.until_ms});
}

Result<std::optional<Nanoseconds>> SharedLimits::try_secret(const std::string& who, WallTime now) {
    std::optional<Nanoseconds> wait;
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        wait.reset();
        auto tries = held(who, now);
        if (!tries) return tries.error();
        // A clock that was put back keeps nobody out for longer than the longest wait.
        const std::int64_t left_ms = std::min(tries->until_ms - now.unix_ms, longest_wait_ms);
        if (left_ms > 0) {
            wait = span_of(left_ms);
            return {};
        }
        if (now.unix_ms - tries->last_ms > forgiven_after_ms) tries->wrong = 0;
        ++tries->wrong;
        tries->last_ms = now.unix_ms;
        tries->until_ms = tries->wrong < free_wrongs ? 0 : now.unix_ms + std::min(longest_wait_ms, std::int64_t{1'000} << std::min<std::int64_t>(tries->wrong - free_wrongs, 20));
        return keep(who, *tries);
    });
    if (!done) return done.error();
    return wait;
}

Result<void> SharedLimits::right(const std::string& who) { return sql_->run("DELETE FROM attempt WHERE organisation = $1 AND who = $2", {organisation_, kept_name(who)}); }

// until_ms is the time at which everything that was taken would have come by itself, one each every_ms.
Result<std::optional<Nanoseconds>> SharedLimits::ask(const std::string& who, std::int64_t every_ms, std::int64_t at_once, WallTime now) {
    std::optional<Nanoseconds> wait;
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        wait.reset();
        auto taken = held(who, now);
        if (!taken) return taken.error();
        const std::int64_t until_ms = std::clamp(taken->until_ms, now.unix_ms, now.unix_ms + at_once * every_ms);
        const std::int64_t left_ms = until_ms - now.unix_ms - (at_once - 1) * every_ms;
        if (left_ms > 0) {
            wait = span_of(left_ms);
            return {};
        }
        return keep(who, {0, now.unix_ms, until_ms + every_ms});
    });
    if (!done) return done.error();
    return wait;
}

Result<void> SharedLimits::give_back(const std::string& who, std::int64_t every_ms) {
    return sql_->run("UPDATE attempt SET until_ms = until_ms - $3 WHERE organisation = $1 AND who = $2", {organisation_, kept_name(who), every_ms});
}

Result<void> SharedLimits::forget_old(WallTime now) {
    return sql_->run("DELETE FROM attempt WHERE organisation = $1 AND last_ms < $2 AND until_ms < $3", {organisation_, now.unix_ms - forgiven_after_ms, now.unix_ms});
}

}  // namespace xinghuo
