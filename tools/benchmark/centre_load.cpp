#include "tools/benchmark/centre_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "content/base/gzip.h"
#include "sync/curl_exchange.h"
#include "tools/benchmark/held_connections.h"
#include "tools/benchmark/packs.h"
#include "tools/benchmark/real_server.h"
#include "tools/benchmark/shares.h"
#include "tools/fleet/day.h"

namespace xinghuo {
namespace {

constexpr std::size_t wanted_connections = 10'000, tls_connections = 1'000, spare_descriptors = 200;
constexpr std::size_t terminals = 1'000, batch_size = 200, lone_batches = 50;
constexpr double shortest_spread_s = 60, longest_spread_s = 120, patience_s = 60, busy_share = 0.5;
constexpr double again_after_s = 2;  // what a 503 says
constexpr std::string_view health_request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

void emptied(const Path& folder) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
}

double kb_each(double before_mb, double after_mb, std::size_t count) { return (after_mb - before_mb) * 1024 / static_cast<double>(std::max<std::size_t>(count, 1)); }

// With TLS, each over its own curl handle; they stay until this ends.
void bench_tls_connections(const Path& bin, const Path& folder, const Clock&, const AddRow& add) {
    emptied(folder);
    const auto made = Child::start({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench", "-addext",
                                    "subjectAltName=IP:127.0.0.1", "-keyout", (folder / "tls.key").string(), "-out", (folder / "tls.pem").string()});
    for (int i = 0; made && i < 100 && !std::filesystem::exists(folder / "tls.pem"); ++i) wait_for(from_seconds(0.1));
    wait_for(from_seconds(0.2));
    if (!std::filesystem::exists(folder / "tls.pem")) return;  // no openssl here
    auto server = RealServer::start(bin, folder / "centre", {"--tls-cert", (folder / "tls.pem").string(), "--tls-key", (folder / "tls.key").string()});
    if (!server) return add("centre: a connection with TLS: " + server.error().what, -1, "", "is measured", false);
    std::vector<std::unique_ptr<CurlExchange>> held;
    HttpRequest request;
    request.target = "/healthz";
    const auto connect = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto opened = CurlExchange::open({.base_url = fmt::format("https://127.0.0.1:{}", server->port()), .ca_file = folder / "tls.pem"});
            if (!opened || !(*opened)->ask(request)) return false;
            held.push_back(std::move(*opened));
        }
        return true;
    };
    if (!connect(20)) return add("centre: a connection with TLS cannot be made here", -1, "", "is measured", false);
    const double before = server->process().pss_mb();
    if (!connect(tls_connections)) return add("centre: a connection with TLS was refused", -1, "", "is measured", false);
    add("centre: memory of an idle connection, TLS", kb_each(before, server->process().pss_mb(), tls_connections), "KB", "", true);
}

struct ActiveTerminal {
    SigningKey key;
    std::string request;  // whole, as it travels
};

std::string batch_request(const std::vector<CarriedRecord>& chain, const std::string& token) {
    std::string body = "[";
    for (const CarriedRecord& carried : chain) body += (body.size() > 1 ? "," : "") + statement_of(carried.record, carried.signature, StatementTerms{});
    body = gzipped(body + "]");
    return fmt::format("POST /xapi/statements HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                       "X-Experience-API-Version: {}\r\nContent-Length: {}\r\n\r\n",
                       token, xapi_version, body.size()) + body;
}

Result<std::vector<ActiveTerminal>> active_terminals(const Path& data, const Clock& clock) {
    std::vector<ActiveTerminal> made;
    std::vector<PublicKey> keys;
    for (std::size_t i = 0; i < terminals + lone_batches; ++i) {
        Digest seed{};
        seed[0] = static_cast<std::uint8_t>(i);
        seed[1] = static_cast<std::uint8_t>(i >> 8);
        made.push_back({SigningKey::from_seed(seed), {}});
        keys.push_back(made.back().key.public_key());
    }
    const auto tokens = enrol_at_once(data, keys, clock.wall());
    if (!tokens) return tokens.error();
    for (std::size_t i = 0; i < made.size(); ++i) {
        TerminalDays days(mixed(77, i), 2'000, {1'767'225'600'000});
        made[i].request = batch_request(made_chain(days, made[i].key, batch_size), (*tokens)[i]);
    }
    return made;
}

}  // namespace

void bench_connections(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add) {
    emptied(folder);
    const std::size_t limit = raise_descriptor_limit();
    const std::size_t wanted = std::min(wanted_connections, limit > spare_descriptors ? limit - spare_descriptors : 0);
    const std::string held_by = wanted < wanted_connections ? fmt::format("{} held (the system allows {} descriptors)", wanted, limit) : fmt::format("{} held", wanted);
    {
        auto server = RealServer::start(bin, folder);
        if (!server) return add("centre: connections: " + server.error().what, -1, "", "is measured", false);
        {
            HeldConnections first(server->port());  // everything has been used once
            first.open(100);
            (void)first.ask_all(health_request);
        }
        wait_for(from_seconds(1));
        const double before = server->process().pss_mb();
        HeldConnections held(server->port());
        const std::size_t opened = held.open(wanted);
        const std::size_t first_answers = held.ask_all(health_request), answers = held.ask_all(health_request);
        if (opened != wanted || first_answers != wanted || answers != wanted)
            return add(fmt::format("centre: of {} connections {} were opened and {} answered", wanted, opened, answers), -1, "", "are held", false);
        wait_for(from_seconds(1));
        const double each = kb_each(before, server->process().pss_mb(), wanted);
        add(fmt::format("centre: memory of an idle connection, {}", held_by), each, "KB", "<= 4", each <= 4);
        const Nanoseconds used = server->process().processor_time();
        const Instant start = clock.now();
        wait_for(from_seconds(10));
        add("centre: CPU seconds per 60 s while they rest", seconds(server->process().processor_time() - used) / seconds(clock.now() - start) * 60, "s", "", true);
        const std::size_t still = held.ask_all(health_request);
        if (still != wanted) add(fmt::format("centre: of {} connections {} were still there", wanted, still), -1, "", "are held", false);
    }
    bench_tls_connections(bin, folder, clock, add);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

void bench_active_terminals(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add) {
    emptied(folder);
    (void)raise_descriptor_limit();
    const auto cannot = [&](const std::string& why) { add("centre: active terminals: " + why, -1, "", "is measured", false); };
    auto made = active_terminals(folder, clock);
    if (!made) return cannot(made.error().what);
    auto server = RealServer::start(bin, folder);
    if (!server) return cannot(server.error().what);
    HeldConnections held(server->port());
    if (held.open(made->size()) != made->size() || held.ask_all(health_request) != made->size()) return cannot("the connections are refused");
    std::vector<double> alone, active;
    std::size_t wrong = 0;
    for (std::size_t i = terminals; i < made->size(); ++i) {
        const Instant start = clock.now();
        if (!held.ask(i, (*made)[i].request)) return cannot("the connection went");
        const auto came = held.answers(std::chrono::seconds(20));
        wrong += came.size() == 1 && came.front().status == 200 ? 0 : 1;
        alone.push_back(seconds(clock.now() - start) * 1e3);
    }
    // At any moment of a minute, by chance; of a longer time where this machine is so slow that the centre would be busy for more than half of a minute.
    const double spread_s = std::clamp(static_cast<double>(terminals) * at_share(alone, 0.5) / 1e3 / busy_share, shortest_spread_s, longest_spread_s);
    std::vector<std::pair<double, std::size_t>> due;
    Chance chance(4711);
    for (std::size_t i = 0; i < terminals; ++i) due.emplace_back(spread_s * static_cast<double>(chance.below(1'000'000)) / 1e6, i);
    std::sort(due.begin(), due.end());
    std::vector<Instant> first_due(terminals);
    for (const auto& [after_s, which] : due) first_due[which] = Instant{} + from_seconds(after_s);
    const Instant begin = clock.now();
    const auto passed_s = [&] { return seconds(clock.now() - begin); };
    std::size_t answered = 0, put_off = 0;
    for (std::size_t next = 0; answered < terminals && passed_s() < spread_s + patience_s;) {
        for (; next < due.size() && due[next].first <= passed_s(); ++next)
            if (!held.ask(due[next].second, (*made)[due[next].second].request)) ++wrong;
        for (const auto& answer : held.answers(Milliseconds(1))) {
            if (answer.status == 503) {
                ++put_off;
                due.emplace_back(passed_s() + again_after_s, answer.which);
                std::sort(due.begin() + static_cast<std::ptrdiff_t>(next), due.end());
                continue;
            }
            wrong += answer.status == 200 ? 0 : 1;
            ++answered;
            active.push_back((passed_s() - seconds(first_due[answer.which] - Instant{})) * 1e3);
        }
    }
    if (wrong > 0 || answered < terminals) return cannot(fmt::format("{} of {} batches were answered in {:.0f} s, {} of them wrongly", answered, terminals, spread_s + patience_s, wrong));
    const double ratio = at_share(active, 0.99) / at_share(alone, 0.99);
    add("centre: a batch of 200, one terminal, p50", at_share(alone, 0.5), "ms", "", true);
    add("centre: a batch of 200, one terminal, p99", at_share(alone, 0.99), "ms", "", true);
    add("centre: a batch of 200, 1,000 active terminals, p50", at_share(active, 0.5), "ms", "", true);
    add("centre: a batch of 200, 1,000 active terminals, p99", at_share(active, 0.99), "ms", "", true);
    add("centre: p99 with 1,000 active terminals / with one", ratio, "x", "<= 10", ratio <= 10);
    add("centre: batches a second meanwhile", static_cast<double>(terminals) / spread_s, "batches/s", "", true);
    add("centre: batches put off meanwhile (503)", static_cast<double>(put_off), "batches", "", true);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

}  // namespace xinghuo
