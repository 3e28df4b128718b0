#include "tools/benchmark/centre.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "sync/server/http_server.h"
#include "sync/server/record_store.h"
#include "sync/server/xapi.h"
#include "tools/fleet/day.h"

namespace xinghuo {
namespace {

constexpr std::size_t terminals = 50, records_of_each = 400, batch_size = 200, bare_rows = 500, rounds = 5, at_a_time = 25;

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

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// As little as a store can do: the id and the text, 500 rows a statement, each statement a transaction, on one connection. The values are ready before the clock starts.
class BareInsert {
public:
    explicit BareInsert(Sql& sql) : sql_(sql), postgres_(sql.dialect() == Sql::Dialect::postgres) {
        for (std::size_t n = 0; n < bare_rows; ++n)
            words_ += fmt::format(fmt::runtime(postgres_ ? "{}(${}::uuid,${}::jsonb)" : "{}(${},${})"), n == 0 ? "INSERT INTO bare (id, body) VALUES " : ",", 2 * n + 1, 2 * n + 2);
        words_ += " ON CONFLICT DO NOTHING";
    }
    Result<void> make_table() {
        if (auto gone = sql_.run("DROP TABLE IF EXISTS bare"); !gone) return gone;
        return sql_.run(postgres_ ? "CREATE TABLE bare (id uuid PRIMARY KEY, body jsonb NOT NULL)" : "CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT");
    }
    Result<Nanoseconds> take(std::span<const MadeTerminal> made, const Clock& clock) {
        std::vector<std::vector<SqlValue>> calls(1);
        for (const MadeTerminal& terminal : made)
            for (const std::string& statement : terminal.statements) {
                if (calls.back().size() == 2 * bare_rows) calls.emplace_back();
                calls.back().emplace_back(statement.substr(statement.find("\"id\":\"") + 6, 36));
                calls.back().emplace_back(statement);
            }
        const Instant start = clock.now();
        for (const auto& values : calls)
            if (auto done = sql_.run(words_, values); !done) return done.error();
        return clock.now() - start;
    }

private:
    Sql& sql_;
    bool postgres_;
    std::string words_;
};

// What the server does with a request once it is read and its sender is known; each terminal sends a batch when the one before it is answered.
class FullIngest {
public:
    FullIngest(Databases& databases, std::size_t workers) : databases_(databases), workers_(workers) {}

    Result<Nanoseconds> take(std::span<const MadeTerminal> made, const Clock& clock) {
        std::vector<std::vector<HttpRequest>> requests;
        for (const MadeTerminal& terminal : made) {
            auto& of_this = requests.emplace_back();
            for (const std::string& batch : terminal.batches) {
                HttpRequest& request = of_this.emplace_back();
                request.method = "POST";
                request.target = "/xapi/statements";
                request.headers = {{"content-type", "application/json"}, {"x-experience-api-version", std::string(xapi_version)}};
                request.body = batch;
            }
        }
        std::mutex lock;
        std::deque<std::pair<std::size_t, std::size_t>> waiting;  // terminal, batch
        for (std::size_t i = 0; i < made.size(); ++i) waiting.emplace_back(i, 0);
        std::string wrong;
        const auto work = [&] {
            auto sql = databases_.borrow();
            for (;;) {
                std::pair<std::size_t, std::size_t> next;
                {
                    const std::lock_guard held(lock);
                    if (!sql && wrong.empty()) wrong = sql.error().what;
                    if (waiting.empty() || !wrong.empty()) return;
                    next = waiting.front();
                    waiting.pop_front();
                }
                RecordStore store(**sql);
                const HttpReply reply = answer_xapi({requests[next.first][next.second], "/statements", "/xapi", &made[next.first].caller, &store, clock.wall()});
                const std::lock_guard held(lock);
                if (reply.status != 200) wrong = fmt::format("a batch was answered {}: {}", reply.status, reply.body.substr(0, 300));
                if (++next.second < requests[next.first].size()) waiting.push_back(next);
            }
        };
        const Instant start = clock.now();
        if (workers_ == 1) {
            work();
        } else {
            std::vector<std::thread> threads;
            for (std::size_t i = 0; i < workers_; ++i) threads.emplace_back(work);
            for (std::thread& thread : threads) thread.join();
        }
        const Nanoseconds took = clock.now() - start;
        if (!wrong.empty()) return Error{ErrorKind::invalid, wrong};
        return took;
    }

private:
    Databases& databases_;
    std::size_t workers_;
};

// The floor and ours by turns, a few terminals at a time, so that whatever else the machine does meets both; medians over the rounds. Nobody's table is emptied between.
// The floor lies in a database of its own, made and set as the centre's is.
Result<void> measure_ingest(Sql& floor, Databases& centre, const std::string& name, const Clock& clock, const AddRow& add) {
    const std::size_t as_served = std::max<std::size_t>(usual_workers, 2 * std::thread::hardware_concurrency());  // what xinghuo-server starts with
    BareInsert bare(floor);
    if (auto made = bare.make_table(); !made) return made;
    FullIngest alone(centre, 1), together(centre, as_served);
    std::vector<double> bare_rate, alone_rate, together_rate, alone_ratio, together_ratio;
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::vector<MadeTerminal> one = make_terminals(2 * round + 1), two = make_terminals(2 * round + 2);
        Nanoseconds of_bare{}, of_alone{}, of_together{};
        for (std::size_t at = 0; at < terminals; at += at_a_time) {
            const auto part = [&](const std::vector<MadeTerminal>& all) { return std::span(all).subspan(at, at_a_time); };
            const auto one_by_one = alone.take(part(one), clock);
            const auto least = bare.take(part(two), clock);
            const auto in_turn = together.take(part(two), clock);
            if (!one_by_one) return one_by_one.error();
            if (!least) return least.error();
            if (!in_turn) return in_turn.error();
            of_bare += *least;
            of_alone += *one_by_one;
            of_together += *in_turn;
        }
        constexpr std::size_t count = terminals * records_of_each;
        bare_rate.push_back(per_second(count, of_bare));
        alone_rate.push_back(per_second(count, of_alone));
        together_rate.push_back(per_second(count, of_together));
        alone_ratio.push_back(alone_rate.back() / bare_rate.back());
        together_ratio.push_back(together_rate.back() / bare_rate.back());
    }
    const double ratio = middle(together_ratio);
    add(name + ": bare insert, 500 rows a statement, one connection", middle(bare_rate), "rows/s", "", true);
    add(name + ": ingest, batches of 200, one at a time", middle(alone_rate), "statements/s", "", true);
    add(name + ": ingest, one at a time / bare insert", middle(alone_ratio), "x", "", true);
    add(fmt::format("{}: ingest, batches of 200, {} workers as served", name, as_served), middle(together_rate), "statements/s", "", true);
    add(fmt::format("{}: ingest, {} workers as served / bare insert", name, as_served), ratio, "x", ">= 0.5", ratio >= 0.5);
    return {};
}

Result<void> ingest_into(const Databases::Open& open_floor, const Databases::Open& open_centre, const std::string& name, const Clock& clock, const AddRow& add) {
    auto floor = open_floor();
    if (!floor) return floor.error();
    {
        auto first = open_centre();
        if (!first) return first.error();
        if (auto made = migrate_server(**first); !made) return made;
    }
    Databases centre(open_centre, 64);
    return measure_ingest(**floor, centre, name, clock, add);
}

}  // namespace

void bench_ingest(const Path& folder, const std::string& connection, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
    const auto told = [&add](const Result<void>& done) {
        if (!done) add("ingest: " + done.error().what, -1, "", "is measured", false);
    };
    told(ingest_into([&] { return open_sqlite(folder / "bare.db"); }, [&] { return open_sqlite(folder / "centre.db"); }, "centre on SQLite", clock, add));
    std::filesystem::remove_all(folder, ignored);
    if (connection.empty()) return;
    const auto open = [&] { return open_postgres(connection); };
    told(ingest_into(open, open, "centre on PostgreSQL", clock, add));
}

}  // namespace xinghuo
