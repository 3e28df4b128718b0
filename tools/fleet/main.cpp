// xinghuo-fleet: many terminals with realistic days, each with the agent the kiosk has, against a real centre; and a look at whether the centre has it all.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "content/base/json.h"
#include "sync/server/record_store.h"
#include "tools/fleet/terminal.h"

namespace xinghuo {
namespace {

constexpr const char* usage =
    "xinghuo-fleet send --centre URL --codes FILE --work DIR [--terminals 1000] [--records 200] [--seed 1] [--threads 8] [--within SECONDS]\n"
    "    makes the terminals in DIR (or goes on with those that are there), enrols each with a code of FILE (one a line), and sends until all is acknowledged\n"
    "xinghuo-fleet check --database FILE|postgresql://… --work DIR [--terminals 1000]\n"
    "    compares the centre's database with every terminal's own record: each there, once, in order\n";

struct FleetOptions {
    std::string verb, centre, database;
    Path codes, work;
    std::size_t terminals = 1000, records = 200, threads = 8;
    std::uint64_t seed = 1;
    double within = 600;
};

Result<FleetOptions> read_fleet_options(const std::vector<std::string>& arguments) {
    FleetOptions o;
    if (arguments.empty()) return Error{ErrorKind::invalid, "what to do is missing"};
    o.verb = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); i += 2) {
        const std::string& name = arguments[i];
        if (i + 1 == arguments.size()) return Error{ErrorKind::invalid, name + ": its value is missing"};
        const std::string& value = arguments[i + 1];
        char* end = nullptr;
        const double number = std::strtod(value.c_str(), &end);
        const bool numeric = *end == 0 && number >= 1 && number <= 1e7;
        if (name == "--centre") o.centre = value;
        else if (name == "--database") o.database = value;
        else if (name == "--codes") o.codes = value;
        else if (name == "--work") o.work = value;
        else if (name == "--terminals" && numeric) o.terminals = static_cast<std::size_t>(number);
        else if (name == "--records" && numeric) o.records = static_cast<std::size_t>(number);
        else if (name == "--threads" && numeric) o.threads = static_cast<std::size_t>(number);
        else if (name == "--seed" && numeric) o.seed = static_cast<std::uint64_t>(number);
        else if (name == "--within" && numeric) o.within = number;
        else return Error{ErrorKind::invalid, fmt::format("{} {}: not understood", name, value)};
    }
    if (o.work.empty()) return Error{ErrorKind::invalid, "--work DIR is missing"};
    return o;
}

Path folder_of(const FleetOptions& o, std::size_t i) { return o.work / fmt::format("terminal-{:04}", i); }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (end > at) lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

double at_share(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// Each thread has its own terminals; a terminal that waits lets the others go on.
struct FleetWork {
    std::vector<std::unique_ptr<FleetTerminal>> terminals;
    std::vector<Instant> due;
    std::string error;
};

Result<void> enrol_patiently(FleetTerminal& terminal, const std::string& code, const std::string& name, const Clock& clock, Instant until) {
    for (;;) {
        auto done = terminal.agent().enrol(code, name);
        if (done || terminal.agent().status().enrolled) return {};
        const auto& trouble = terminal.agent().status().enrol_trouble;
        const bool passes = trouble && (trouble->key == "sync.wrong.no_network" || trouble->key == "sync.wrong.busy");
        if (!passes || clock.now() > until) return done.error();
        std::this_thread::sleep_for(Milliseconds(200));
    }
}

void send_with(const FleetOptions& o, const std::vector<std::string>& codes, std::size_t thread, const Clock& clock, Instant until, std::atomic<std::size_t>& made, FleetWork& work) {
    for (std::size_t i = thread; i < o.terminals; i += o.threads) {
        auto terminal = FleetTerminal::open({folder_of(o, i), o.centre, mixed(o.seed, i), 1'000, clock});
        if (!terminal) return void(work.error = terminal.error().within(fmt::format("terminal {}", i)).what);
        if (auto lived = (*terminal)->live_until(o.records); !lived) return void(work.error = lived.error().within(fmt::format("terminal {}", i)).what);
        if (!(*terminal)->agent().status().enrolled) {
            if (i >= codes.size()) return void(work.error = "there are fewer codes than terminals");
            if (auto done = enrol_patiently(**terminal, codes[i], fmt::format("Terminal {}", i), clock, until); !done)
                return void(work.error = done.error().within(fmt::format("enrolling terminal {}", i)).what);
        }
        work.terminals.push_back(std::move(*terminal));
        ++made;
    }
    while (made.load() < o.terminals && clock.now() < until) std::this_thread::sleep_for(Milliseconds(20));  // all begin together
    work.due.assign(work.terminals.size(), Instant{});
    for (;;) {
        bool all_told = true;
        Instant soonest = Instant::never();
        for (std::size_t n = 0; n < work.terminals.size(); ++n) {
            Agent& agent = work.terminals[n]->agent();
            const auto& outbox = agent.status().outbox;
            if (outbox.sent_through + outbox.quarantined >= work.terminals[n]->last_seq() && outbox.last_seq > 0) continue;
            all_told = false;
            if (clock.now() >= work.due[n]) work.due[n] = agent.step();
            soonest = std::min(soonest, work.due[n]);
        }
        if (all_told) return;
        const Instant now = clock.now();
        if (now > until) return void(work.error = "not all was acknowledged in time");
        if (soonest > now) std::this_thread::sleep_for(std::min<Nanoseconds>(soonest - now, Milliseconds(500)));
    }
}

int send(const FleetOptions& o, const Clock& clock) {
    std::vector<std::string> codes;
    if (!o.codes.empty()) {
        auto text = read_text(o.codes);
        if (!text) return std::fprintf(stderr, "xinghuo-fleet: %s\n", text.error().what.c_str()), 1;
        codes = lines_of(*text);
    }
    const Instant begin = clock.now(), until = begin + from_seconds(o.within);
    std::vector<FleetWork> works(o.threads);
    std::vector<std::thread> threads;
    std::atomic<std::size_t> made{0};
    for (std::size_t t = 0; t < o.threads; ++t)
        threads.emplace_back([&, t] {
            send_with(o, codes, t, clock, until, made, works[t]);
            if (!works[t].error.empty()) made += o.terminals;  // nobody waits for those that did not come
        });
    for (std::thread& thread : threads) thread.join();
    std::vector<double> batches;
    std::size_t requests = 0, failed = 0, quarantined = 0, acknowledged = 0;
    bool good = true;
    for (const FleetWork& work : works) {
        if (!work.error.empty()) std::fprintf(stderr, "xinghuo-fleet: %s\n", work.error.c_str());
        good = good && work.error.empty();
        for (const auto& terminal : work.terminals) {
            const FleetTimes& times = terminal->times();
            batches.insert(batches.end(), times.batch_ms.begin(), times.batch_ms.end());
            requests += times.requests;
            failed += times.failed;
            quarantined += static_cast<std::size_t>(terminal->agent().status().outbox.quarantined);
            acknowledged += static_cast<std::size_t>(terminal->agent().status().outbox.sent_through);
        }
    }
    JsonWriter w;
    w.object().key("terminals").value(o.terminals).key("acknowledged").value(acknowledged).key("quarantined").value(quarantined);
    w.key("requests").value(requests).key("failed").value(failed).key("batch_p50_ms").value(at_share(batches, 0.5)).key("batch_p99_ms").value(at_share(batches, 0.99));
    w.key("seconds").value(seconds(clock.now() - begin)).end();
    std::printf("%s\n", w.text().c_str());
    return good && quarantined == 0 ? 0 : 1;
}

// Every acknowledged record of a terminal is at the centre, as it is here, once. `problems` are sentences.
Result<std::size_t> compare(Sql& sql, const Path& folder, std::vector<std::string>& problems) {
    auto db = Database::open(StudyFiles{folder}.database(), {.read_only = true});
    if (!db) return db.error();
    auto records = Records::open_to_read(**db);
    if (!records) return records.error();
    RecordStore store(sql);
    auto chain = store.chain(1, records->kiosk());
    auto through = Outbox(**db).status();
    if (!chain || !through) return chain ? through.error() : chain.error();
    if (chain->through < through->sent_through)
        problems.push_back(fmt::format("{}: acknowledged up to {}, the centre's chain ends at {}", records->kiosk().text, through->sent_through, chain->through));
    if (!chain->missing.empty()) problems.push_back(records->kiosk().text + ": the centre's chain has gaps");
    std::size_t compared = 0;
    for (std::int64_t since = 0;;) {
        auto some = records->read(since, 500);
        if (!some) return some.error();
        if (some->empty()) return compared;
        for (const Record& record : *some) {
            since = record.seq;
            auto found = store.find(1, record.id);
            if (!found) return found.error();
            if (!*found) {
                if (record.seq <= through->sent_through) problems.push_back(fmt::format("{}: record {} was acknowledged and is not there", record.kiosk.text, record.seq));
                continue;
            }
            auto carried = carried_record((*found)->json);
            if (!carried || !*carried || (*carried)->record.hash != record.hash) problems.push_back(fmt::format("{}: record {} is another one there", record.kiosk.text, record.seq));
            ++compared;
        }
    }
}

int check(const FleetOptions& o) {
    auto sql = o.database.starts_with("postgresql:") ? open_postgres(o.database) : open_sqlite(o.database);
    if (!sql) return std::fprintf(stderr, "xinghuo-fleet: %s\n", sql.error().what.c_str()), 1;
    std::vector<std::string> problems;
    std::size_t compared = 0;
    for (std::size_t i = 0; i < o.terminals; ++i) {
        auto same = compare(**sql, folder_of(o, i), problems);
        if (!same) return std::fprintf(stderr, "xinghuo-fleet: terminal %zu: %s\n", i, same.error().what.c_str()), 1;
        compared += *same;
    }
    auto kept = (*sql)->integer_or(-1, "SELECT count(*) FROM statement WHERE organisation = $1", {std::int64_t{1}});
    if (!kept) return std::fprintf(stderr, "xinghuo-fleet: %s\n", kept.error().what.c_str()), 1;
    if (*kept != static_cast<std::int64_t>(compared)) problems.push_back(fmt::format("the centre holds {} statements, the terminals know of {}", *kept, compared));
    for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
    std::printf("%zu records compared, %zu wrong\n", compared, problems.size());
    return problems.empty() ? 0 : 1;
}

}  // namespace
}  // namespace xinghuo

int main(int count, char** values) {
    using namespace xinghuo;
    ::signal(SIGPIPE, SIG_IGN);
    const SystemClock clock;
    auto options = read_fleet_options({values + 1, values + count});
    if (!options) return std::fprintf(stderr, "xinghuo-fleet: %s\n%s", options.error().what.c_str(), usage), 2;
    if (options->verb == "send" && !options->centre.empty()) return send(*options, clock);
    if (options->verb == "check" && !options->database.empty()) return check(*options);
    return std::fprintf(stderr, "%s", usage), 2;
}
