// What the centre counts, as OpenMetrics text, and its log: one JSON object a line on standard error. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "sync/server/enrolment.h"
#include "sync/server/http_server.h"

namespace xinghuo {

// The routes that are counted: few, known beforehand, without what stands in a path.
enum class CountedRoute { xapi_statements, xapi_documents, xapi_other, enrol, kiosk_state, staff, reports, publish, health, metrics, other };
std::string_view text_of(CountedRoute route);  // "xapi_statements"

class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void count(CountedRoute route, int status, Nanoseconds took);
    void count_statements(std::size_t accepted);  // resent ones too
    void count_database_error();
    [[nodiscard]] std::string text(const HttpCounts& http, const std::vector<EnrolledKiosk>& kiosks) const;

private:
    struct Numbers;
    std::unique_ptr<Numbers> numbers_;
};

// {"at":"…","event":"request","route":…,"status":…,"ms":…,"who":…}. who: "kiosk k-…", "client NAME", "staff"; never a person, a token or an address.
struct LoggedRequest {
    WallTime at;
    CountedRoute route = CountedRoute::other;
    std::string_view method;
    int status = 0;
    Nanoseconds took{0};
    std::size_t bytes_in = 0, bytes_out = 0;
    std::string who;
};
void log_request(const LoggedRequest& request);
void log_event(WallTime at, std::string_view event, std::string_view sentence);

}  // namespace xinghuo
