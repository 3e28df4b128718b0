// How long reports take over the sums of ten million records (tools/fleet/year_of_sums.h); asked for by name only: xinghuo-tests "[.measure]".
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>

#include "sync/server/report_api.h"
#include "tests/support/roll_up_room.h"
#include "tools/fleet/year_of_sums.h"

using namespace xinghuo;

namespace {

// Seconds of the processor that PostgreSQL spent for this connection; its helpers' are not in it.
double spent_by_postgres(Sql& sql) {
    if (sql.dialect() == Sql::Dialect::sqlite) return 0;
    const auto pid = sql.integer_or(0, "SELECT pg_backend_pid()");
    REQUIRE(pid);
    std::string stat;  // a file without a length
    std::ifstream file("/proc/" + std::to_string(*pid) + "/stat");
    REQUIRE(std::getline(file, stat));
    long long user = 0, system = 0;
    // After the name in brackets: state and ten numbers, then both times in ticks.
    REQUIRE(std::sscanf(stat.c_str() + stat.rfind(')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user, &system) == 2);
    return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void measure(Sql& sql, const std::string& name) {
    const SecretKey key = SecretKey::random();
    const SystemClock clock;
    const auto written = write_year_of_sums(sql, key);
    if (!written) FAIL(written.error().what);
    auto words = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
    REQUIRE(words);
    for (const char* target : year_reports) {
        HttpRequest request;
        request.target = target;
        Caller caller;
        caller.kind = Caller::Kind::staff;
        caller.role = StaffRole::operator_;
        double best = 1e9, best_cpu = 1e9;
        std::size_t bytes = 0;
        for (int i = 0; i < 3; ++i) {
            const Instant begin = clock.now();
            const std::clock_t cpu = std::clock();
            const double theirs = spent_by_postgres(sql);
            const HttpReply reply = answer_reports(request, request.path(), caller, sql, wall_time_from_iso("2026-12-01T00:00:00Z"), {key, *words});
            best = std::min(best, seconds(clock.now() - begin));
            best_cpu = std::min(best_cpu, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC + spent_by_postgres(sql) - theirs);
            if (reply.status != 200) FAIL(reply.body);
            bytes = reply.body.size();
        }
        std::cout << fmt::format("{:10} {:75} {:8.1f} ms {:8.1f} ms of processor {:9} bytes\n", name, target, best * 1000, best_cpu * 1000, bytes);
        CHECK(best_cpu < 1.0);  // what others do beside it is not measured
    }
}

}  // namespace

TEST_CASE("reports over the sums of ten million records", "[.measure][centre]") {
    RollUpRoom room;
    measure(*room.sql, room.sql->dialect() == Sql::Dialect::sqlite ? "SQLite" : "PostgreSQL");
}
