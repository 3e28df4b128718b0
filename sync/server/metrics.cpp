#include "sync/server/metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t routes = static_cast<std::size_t>(CountedRoute::other) + 1;
constexpr std::array<double, 13> edges{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};  // s
constexpr std::array<int, 18> statuses{200, 204, 206, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 429, 500, 501, 503, 0};  // the last: any other

std::size_t place_of(int status) {
    return static_cast<std::size_t>(std::find(statuses.begin(), statuses.end() - 1, status) - statuses.begin());
}

void line(const std::string& text) {
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());  // one write a line: threads do not mix
}

void number(std::string& out, std::string_view name, std::string_view kind, std::string_view help, std::int64_t value) {
    out += fmt::format("# TYPE {0} {1}\n# HELP {0} {2}\n{0}{3} {4}\n", name, kind, help, kind == "counter" ? "_total" : "", value);
}

}  // namespace

struct Metrics::Numbers {
    struct OfRoute {
        std::array<std::atomic<std::int64_t>, statuses.size()> by_status{};
        std::array<std::atomic<std::int64_t>, edges.size() + 1> by_time{};
        std::atomic<std::int64_t> ns{0};
    };
    std::array<OfRoute, routes> of{};
    std::atomic<std::int64_t> statements{0}, database_errors{0};
};

std::string_view text_of(CountedRoute route) {
    constexpr std::array<std::string_view, routes> names{"xapi_statements", "xapi_documents", "xapi_other", "enrol", "kiosk_state",
                                                         "staff", "reports", "publish", "health", "metrics", "other"};
    return names.at(static_cast<std::size_t>(route));
}

Metrics::Metrics() : numbers_(std::make_unique<Numbers>()) {}
Metrics::~Metrics() = default;

void Metrics::count(CountedRoute route, int status, Nanoseconds took) {
    Numbers::OfRoute& of = numbers_->of.at(static_cast<std::size_t>(route));
    ++of.by_status.at(place_of(status));
    ++of.by_time.at(static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), seconds(took)) - edges.begin()));
    of.ns += took.count();
}

void Metrics::count_statements(std::size_t accepted) { numbers_->statements += static_cast<std::int64_t>(accepted); }
void Metrics::count_database_error() { ++numbers_->database_errors; }

std::string Metrics::text(const HttpCounts& http, const std::vector<EnrolledKiosk>& kiosks) const {
    std::string out = "# TYPE xinghuo_requests counter\n# HELP xinghuo_requests Requests answered.\n";
    for (std::size_t r = 0; r < routes; ++r)
        for (std::size_t s = 0; s < statuses.size(); ++s)
            if (const std::int64_t n = numbers_->of[r].by_status[s].load(); n != 0)
                out += fmt::format("xinghuo_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", text_of(static_cast<CountedRoute>(r)),
                                   statuses[s] == 0 ? std::string("other") : std::to_string(statuses[s]), n);
    out += "# TYPE xinghuo_request_seconds histogram\n# UNIT xinghuo_request_seconds seconds\n# HELP xinghuo_request_seconds From a whole request to its reply.\n";
    for (std::size_t r = 0; r < routes; ++r) {
        const Numbers::OfRoute& of = numbers_->of[r];
        const std::string_view name = text_of(static_cast<CountedRoute>(r));
        std::int64_t sum = 0;
        for (const auto& n : of.by_time) sum += n.load();
        if (sum == 0) continue;
        std::int64_t below = 0;
        for (std::size_t e = 0; e < edges.size(); ++e) {
            below += of.by_time[e].load();
            out += fmt::format("xinghuo_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", name, edges[e], below);
        }
        out += fmt::format("xinghuo_request_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\nxinghuo_request_seconds_count{{route=\"{0}\"}} {1}\n", name, sum);
        out += fmt::format("xinghuo_request_seconds_sum{{route=\"{}\"}} {:.6f}\n", name, static_cast<double>(of.ns.load()) * 1e-9);
    }
    number(out, "xinghuo_statements_accepted", "counter", "Statements that were answered as kept, resent ones too.", numbers_->statements.load());
    number(out, "xinghuo_database_errors", "counter", "Requests that failed because the database was away, full or busy.", numbers_->database_errors.load());
    number(out, "xinghuo_connections", "gauge", "Open connections.", http.connections);
    number(out, "xinghuo_requests_waiting", "gauge", "Requests no worker has taken yet.", http.waiting);
    number(out, "xinghuo_connections_accepted", "counter", "Connections accepted.", http.accepted);
    number(out, "xinghuo_connections_refused", "counter", "Connections over a limit.", http.refused_connections);
    number(out, "xinghuo_connections_timed_out", "counter", "Connections that were idle or slow for too long.", http.timed_out);
    number(out, "xinghuo_requests_malformed", "counter", "What was no HTTP.", http.malformed);
    number(out, "xinghuo_requests_too_large", "counter", "Headers or bodies over a limit.", http.too_large);
    number(out, "xinghuo_requests_overloaded", "counter", "Requests refused because too many waited.", http.overloaded);
    out += "# TYPE xinghuo_kiosk_contact_timestamp_seconds gauge\n# UNIT xinghuo_kiosk_contact_timestamp_seconds seconds\n"
           "# HELP xinghuo_kiosk_contact_timestamp_seconds When a terminal was last heard of.\n";
    for (const EnrolledKiosk& kiosk : kiosks)
        if (!kiosk.is_revoked())
            out += fmt::format("xinghuo_kiosk_contact_timestamp_seconds{{kiosk=\"{}\"}} {:.3f}\n", kiosk.id.text, static_cast<double>(kiosk.contact.unix_ms) / 1000);
    out += "# EOF\n";
    return out;
}

void log_request(const LoggedRequest& request) {
    JsonWriter w;
    w.object().key("at").value(iso_from_wall_time(request.at)).key("event").value("request").key("route").value(text_of(request.route));
    w.key("method").value(request.method).key("status").value(request.status).key("ms").value(static_cast<double>(request.took.count() / 1000) / 1000);
    w.key("in").value(request.bytes_in).key("out").value(request.bytes_out);
    if (!request.who.empty()) w.key("who").value(request.who);
    w.end();
    line(w.text() + "\n");
}

void log_event(WallTime at, std::string_view event, std::string_view sentence) {
    JsonWriter w;
    w.object().key("at").value(iso_from_wall_time(at)).key("event").value(event).key("text").value(sentence).end();
    line(w.text() + "\n");
}

}  // namespace xinghuo
