// How often somebody may try what an attacker tries, passwords and enrolment codes: kept in the database, so that it holds however many servers there are.
// A try is counted before it is looked at: many at once, at many servers, are many. (rate_limits.h: what is only a load, in each process by itself.)
//
// `who` is kept as a hash: people type passwords where names belong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "content/base/clock.h"
#include "sync/server/record_store.h"

namespace xinghuo {

class SharedLimits {
public:
    explicit SharedLimits(Sql& sql, Organisation organisation = 1) : sql_(&sql), organisation_(organisation) {}

    // Nothing: try, and say right() if it was. Otherwise come again after that: from the third wrong one 1 s, 2 s, 4 s … 15 min. An hour without any forgives.
    Result<std::optional<Nanoseconds>> try_secret(const std::string& who, WallTime now);
    Result<void> right(const std::string& who);
    // So many at once, and then one each `every_ms`; nothing: go on.
    Result<std::optional<Nanoseconds>> ask(const std::string& who, std::int64_t every_ms, std::int64_t at_once, WallTime now);
    Result<void> give_back(const std::string& who, std::int64_t every_ms);  // it does not count after all
    Result<void> forget_old(WallTime now);                                  // of more than an hour ago

private:
    struct Tries {
        std::int64_t wrong = 0, last_ms = 0, until_ms = 0;
    };
    Result<Tries> held(const std::string& who, WallTime now);
    Result<void> keep(const std::string& who, const Tries& tries);
    Sql* sql_;
    Organisation organisation_;
};

}  // namespace xinghuo
