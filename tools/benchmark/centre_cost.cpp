// Of centre_load.h: reports over a year, and the agent on the terminal.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "content/base/crypto.h"
#include "content/base/gzip.h"
#include "sync/server/report_api.h"
#include "tools/benchmark/centre_load.h"
#include "tools/benchmark/real_server.h"
#include "tools/benchmark/shares.h"
#include "tools/fleet/terminal.h"
#include "tools/fleet/year_of_sums.h"

namespace xinghuo {
namespace {

constexpr std::size_t agent_rounds = 5, agent_records = 4'000, batch_size = 200;
constexpr int asked_times = 5;

// In this process a report is computed by this thread alone, from what lies in memory: its processor time is what it takes on a machine that does nothing else. Of another
// process' work only the clock tells.
void reports_of(Sql& sql, const std::string& name, const ReportWords& words, const Clock& clock, const AddRow& add) {
    const bool here = sql.dialect() == Sql::Dialect::sqlite;
    double slowest = 0;
    const SecretKey key = SecretKey::random();
    if (auto written = write_year_of_sums(sql, key); !written) return add(name + ": reports: " + written.error().what, -1, "", "is measured", false);
    Caller office;
    office.kind = Caller::Kind::staff;
    office.role = StaffRole::operator_;
    for (const char* target : year_reports) {
        HttpRequest request;
        request.target = target;
        std::vector<double> times, processor;
        bool good = true;
        for (int i = 0; i < asked_times; ++i) {
            const Instant start = clock.now();
            const double used = thread_processor_ms();
            good = answer_reports(request, request.path(), office, sql, wall_time_from_iso("2026-12-01T00:00:00Z"), {key, words}).status == 200 && good;
            processor.push_back(thread_processor_ms() - used);
            times.push_back(seconds(clock.now() - start) * 1e3);
        }
        const double ms = at_share(here ? processor : times, 0.5);
        slowest = std::max(slowest, at_share(times, 0.5));
        add(fmt::format("{}, 10 million records: {}", name, request.target.substr(std::string_view("/api/reports/").size())), ms, "ms", "< 1000", good && ms < 1000);
    }
    if (here) add(name + ", 10 million records: the slowest of these by the clock", slowest, "ms", "", true);
}

// The batches a terminal's records travel in.
Result<std::vector<std::string>> batches_of(const Path& folder) {
    auto db = Database::open(StudyFiles{folder}.database(), {.read_only = true});
    if (!db) return db.error();
    auto records = Records::open_to_read(**db);
    if (!records) return records.error();
    auto all = records->read(0, agent_records);
    if (!all) return all.error();
    std::vector<std::string> batches;
    for (std::size_t at = 0; at < all->size(); at += batch_size) {
        std::string batch = "[";
        for (std::size_t n = at; n < std::min(at + batch_size, all->size()); ++n) batch += (n > at ? "," : "") + statement_of((*all)[n], std::nullopt, StatementTerms{});
        batches.push_back(batch + "]");
    }
    return batches;
}

double pack_and_hash_ms(const std::vector<std::string>& batches) {
    const double start = thread_processor_ms();
    std::size_t bytes = 0;
    for (const std::string& batch : batches) bytes += gzipped(batch).size() + sha256(batch).size();
    const double took = thread_processor_ms() - start;
    return bytes > 0 ? took : 0;
}

}  // namespace

void bench_reports(const Path& share, const Path& folder, const std::string& connection, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
    const auto words = ReportWords::open(share / "centre");
    if (!words) return add("reports: " + words.error().what, -1, "", "is measured", false);
    std::vector<std::string> databases{""};
    if (!connection.empty()) databases.push_back(connection);
    for (const std::string& database : databases) {
        auto sql = database.empty() ? open_sqlite(folder / "centre.db") : open_postgres(database);
        if (!sql) return add("reports: " + sql.error().what, -1, "", "is measured", false);
        if (auto made = migrate_server(**sql); !made) return add("reports: " + made.error().what, -1, "", "is measured", false);
        reports_of(**sql, database.empty() ? "SQLite" : "PostgreSQL", *words, clock, add);
    }
    std::filesystem::remove_all(folder, ignored);
}

void bench_agent(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    const auto cannot = [&](const std::string& why) { add("agent: " + why, -1, "", "is measured", false); };
    auto codes = make_enrol_codes(folder / "centre", agent_rounds, clock.wall());
    if (!codes) return cannot(codes.error().what);
    auto server = RealServer::start(bin, folder / "centre");
    if (!server) return cannot(server.error().what);
    std::vector<double> ours, floor;
    for (std::size_t round = 0; round < agent_rounds; ++round) {
        const Path data = folder / fmt::format("terminal-{}", round);
        auto terminal = FleetTerminal::open({data, server->url(), mixed(3, round), 1'000, clock});
        if (!terminal) return cannot(terminal.error().what);
        if (auto lived = (*terminal)->live_until(agent_records); !lived) return cannot(lived.error().what);
        Agent& agent = (*terminal)->agent();
        if (auto done = agent.enrol((*codes)[round], "bench"); !done) return cannot(done.error().what);
        const auto batches = batches_of(data);
        if (!batches) return cannot(batches.error().what);
        const Instant give_up = clock.now() + std::chrono::minutes(2);
        const double start = thread_processor_ms();
        while (agent.status().outbox.sent_through < static_cast<std::int64_t>(agent_records) && clock.now() < give_up) (void)agent.step();
        const double took = thread_processor_ms() - start;
        if (agent.status().outbox.sent_through < static_cast<std::int64_t>(agent_records)) return cannot("not all was sent");
        ours.push_back(took * 1'000 / agent_records);
        floor.push_back(pack_and_hash_ms(*batches) * 1'000 / agent_records);
    }
    const double ratio = at_share(ours, 0.5) / at_share(floor, 0.5);
    add("agent: processor time of 1,000 records", at_share(ours, 0.5), "ms", "", true);
    add("agent: gzip and SHA-256 of the same bytes", at_share(floor, 0.5), "ms", "", true);
    add("agent: 1,000 records / gzip and SHA-256", ratio, "x", "<= 4", ratio <= 4);
    std::filesystem::remove_all(folder, ignored);
}

}  // namespace xinghuo
