#include "tools/benchmark/centre.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sync/server/record_store.h"
#include "sync/server/xapi.h"
#include "tools/fleet/day.h"

namespace xinghuo {
namespace {

constexpr std::size_t terminals = 50, records_of_each = 400, batch_size = 200, bare_rows = 500, rounds = 3;

struct MadeTerminal {
    SigningKey key;
    Caller caller;
    std::vector<std::string> statements;  // one line each
    std::vector<std::string> batches;     // JSON arrays, as they are sent
};

std::vector<MadeTerminal> make_terminals(std::uint64_t round) {
    std::vector<MadeTerminal> made;
    for (std::size_t i = 0; i < terminals; ++i) {
        Digest seed{};
        seed[0] = static_cast<std::uint8_t>(i);
        seed[1] = static_cast<std::uint8_t>(round);
        MadeTerminal terminal{SigningKey::from_seed(seed), {}, {}, {}};
        TerminalDays days(mixed(round, i), 2'000, {1'767'225'600'000});
        for (const CarriedRecord& carried : made_chain(days, terminal.key, records_of_each))
            terminal.statements.push_back(statement_of(carried.record, carried.signature, StatementTerms{}));
        for (std::size_t at = 0; at < terminal.statements.size(); at += batch_size) {
            std::string batch = "[";
            for (std::size_t n = at; n < std::min(at + batch_size, terminal.statements.size()); ++n) batch += (n > at ? "," : "") + terminal.statements[n];
            terminal.batches.push_back(batch + "]");
        }
        terminal.caller.kind = Caller::Kind::kiosk;
        terminal.caller.kiosk = kiosk_id(terminal.key.public_key());
        terminal.caller.kiosk_key = terminal.key.public_key();
        terminal.caller.name = terminal.caller.kiosk.text;
        terminal.caller.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"centre"}})";
        made.push_back(std::move(terminal));
    }
    return made;
}

double per_second(std::size_t count, Nanoseconds took) { return static_cast<double>(count) / seconds(took); }

// As little as a store can do: the id and the text.
Result<double> bare_insert(Sql& sql, const std::vector<MadeTerminal>& made, const Clock& clock) {
    const bool postgres = sql.dialect() == Sql::Dialect::postgres;
    if (auto gone = sql.run("DROP TABLE IF EXISTS bare"); !gone) return gone.error();
    if (auto there = sql.run(postgres ? "CREATE TABLE bare (id uuid PRIMARY KEY, body jsonb NOT NULL)" : "CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT"); !there)
        return there.error();
    std::vector<const std::string*> rows;
    for (const MadeTerminal& terminal : made)
        for (const std::string& statement : terminal.statements) rows.push_back(&statement);
    std::string whole;
    for (std::size_t n = 0; n < bare_rows; ++n)
        whole += fmt::format(fmt::runtime(postgres ? "{}(${}::uuid,${}::jsonb)" : "{}(${},${})"), n == 0 ? "INSERT INTO bare (id, body) VALUES " : ",", 2 * n + 1, 2 * n + 2);
    whole += " ON CONFLICT DO NOTHING";
    const Instant start = clock.now();
    std::size_t taken = 0;
    for (std::size_t at = 0; at + bare_rows <= rows.size(); at += bare_rows) {
        std::vector<SqlValue> values;
        values.reserve(2 * bare_rows);
        for (std::size_t n = 0; n < bare_rows; ++n) {
            values.emplace_back(rows[at + n]->substr(rows[at + n]->find("\"id\":\"") + 6, 36));
            values.emplace_back(*rows[at + n]);
        }
        if (auto done = sql.run(whole, values); !done) return done.error();
        taken += bare_rows;
    }
    return per_second(taken, clock.now() - start);
}

Result<double> full_ingest(Sql& sql, const std::vector<MadeTerminal>& made, const Clock& clock) {
    RecordStore store(sql);
    std::vector<std::pair<const MadeTerminal*, HttpRequest>> requests;
    for (std::size_t n = 0; n < made.front().batches.size(); ++n)
        for (const MadeTerminal& terminal : made) {
            HttpRequest request;
            request.method = "POST";
            request.target = "/xapi/statements";
            request.headers = {{"content-type", "application/json"}, {"x-experience-api-version", std::string(xapi_version)}};
            request.body = terminal.batches[n];
            requests.emplace_back(&terminal, std::move(request));
        }
    const Instant start = clock.now();
    for (const auto& [terminal, request] : requests) {
        const HttpReply reply = answer_xapi({request, "/statements", "/xapi", &terminal->caller, &store, clock.wall()});
        if (reply.status != 200) return Error{ErrorKind::invalid, fmt::format("a batch was answered {}: {}", reply.status, reply.body.substr(0, 300))};
    }
    return per_second(terminals * records_of_each, clock.now() - start);
}

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void ingest_into(Sql& sql, const std::string& name, const Clock& clock, const AddRow& add) {
    std::vector<double> bare, full;
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::vector<MadeTerminal> made = make_terminals(round + 1);
        const auto floor = bare_insert(sql, made, clock);
        const auto ours = full_ingest(sql, made, clock);
        if (!floor || !ours) return add(name + ": " + (floor ? ours.error().what : floor.error().what), -1, "", "is measured", false);
        bare.push_back(*floor);
        full.push_back(*ours);
    }
    const double ratio = middle(full) / middle(bare);
    add(name + ": bare insert, 500 rows a statement", middle(bare), "rows/s", "", true);
    add(name + ": ingest of batches of 200, checked and summed", middle(full), "statements/s", "", true);
    add(name + ": ingest / bare insert", ratio, "x", ">= 0.5", ratio >= 0.5);
}

}  // namespace

void bench_ingest(const Path& folder, const std::string& connection, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
    {
        auto sql = open_sqlite(folder / "centre.db");
        if (!sql) return add("ingest: " + sql.error().what, -1, "", "is measured", false);
        if (auto made = migrate_server(**sql); !made) return add("ingest: " + made.error().what, -1, "", "is measured", false);
        ingest_into(**sql, "centre on SQLite", clock, add);
    }
    std::filesystem::remove_all(folder, ignored);
    if (connection.empty()) return;
    auto sql = open_postgres(connection);
    if (!sql) return add("ingest: " + sql.error().what, -1, "", "is measured", false);
    if (auto made = migrate_server(**sql); !made) return add("ingest: " + made.error().what, -1, "", "is measured", false);
    ingest_into(**sql, "centre on PostgreSQL", clock, add);
}

}  // namespace xinghuo
