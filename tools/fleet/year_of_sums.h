// The sums of ten million records, written as rows and not made of records: what reports are measured over.
#pragma once

#include <array>

#include "content/base/crypto.h"
#include "sync/server/sql.h"

namespace xinghuo {

// 700,000 visits of 13 records (sign-in, six intervals, four answers, a finished quiz, sign-out) by 50,000 members on 2,000 terminals in 2026, and 3,000
// activities that 100 each came to (with openings, closings and guests 0.9 million records). Into an empty centre's database; `key` seals the people.
// The same rows each time; hours are made under two policies. Half a minute.
Result<void> write_year_of_sums(Sql& sql, const SecretKey& key);

// What is asked of them: every report, in the forms an office wants. 2026-12-01 is a good day to ask.
inline constexpr std::array year_reports{
    "/api/reports/hours?by=branch",
    "/api/reports/hours?by=branch&from=2026-03-01&to=2026-03-31",
    "/api/reports/hours?limit=1000",
    "/api/reports/hours?branch=%E6%94%AF%E9%83%A87",
    "/api/reports/hours?limit=100000&format=csv",
    "/api/reports/activities?limit=100",
    "/api/reports/attendance?activity=a-00000007&absent=true",
    "/api/reports/quiz?limit=2000",
    "/api/reports/fleet?limit=2000",
};

}  // namespace xinghuo
