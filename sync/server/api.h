// Everything the centre answers: who asks is found out here, then the right resource answers. Any thread, many at once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "content/base/clock.h"
#include "sync/http.h"
#include "sync/server/account_api.h"
#include "sync/server/caller.h"
#include "sync/server/metrics.h"
#include "sync/server/sql.h"

namespace xinghuo {

enum class LoggedRequests { none, problems, all };  // problems: 4xx but 401 and 404, 5xx, and whatever takes longer than a second

struct CentreSettings {
    CentreTerms terms;
    LoggedRequests log = LoggedRequests::problems;
    double client_a_second = 2'000, client_burst = 20'000;  // requests of one xAPI credential: a conformance suite as fast as it can must fit in
    double kiosk_a_second = 20, kiosk_burst = 400;      // of one terminal
};

// The parts of the API that others answer. Empty: 501.
struct CentreParts {
    using Answer = std::function<HttpReply(const HttpRequest&, std::string_view path, const Caller&, Sql&, WallTime)>;
    Answer reports;   // below /api/reports and /api/people
    Answer publish;   // below /api/publish
    std::function<void()> kiosks_changed;  // somebody was enrolled or revoked; on a worker's thread
};

class CentreApi {
public:
    // All outlive it.
    CentreApi(Databases& databases, const Clock& clock, CentreSettings settings, CentreParts parts);
    ~CentreApi();
    CentreApi(const CentreApi&) = delete;
    CentreApi& operator=(const CentreApi&) = delete;

    HttpReply answer(const HttpRequest& request);
    void watch(std::function<HttpCounts()> counts);  // for /metrics; before the first request

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace xinghuo
