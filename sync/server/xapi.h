// The xAPI resources of one endpoint, 1.0.3 and 2.0 by header: statements, activities, agents, their documents, about. Any thread; keeps nothing.
#pragma once

#include <functional>
#include <optional>

#include "content/base/clock.h"
#include "sync/http.h"
#include "sync/server/caller.h"

namespace xinghuo {

// What one reply of several statements carries at most; but one statement always, with all that belongs to it.
struct XapiPageLimits {
    std::size_t json_bytes = 16u << 20, attachment_bytes = 64u << 20;
};

struct XapiCall {
    const HttpRequest& request;     // its path below the endpoint: "/statements", "/activities/state"
    std::string_view path;
    std::string_view endpoint;      // "/xapi": `more` begins with it
    const Caller* caller;           // null: nobody (only /about is for everybody)
    RecordStore* store;
    WallTime now;
    // What X-Experience-API-Consistent-Through says of statements; nothing: the store is asked. An older answer of the store's holds as well.
    std::optional<WallTime> consistent = std::nullopt;
    XapiPageLimits page = {};
};
// Every reply carries X-Experience-API-Version; every refusal a sentence {"error": …}. 503 when the store is away: nothing is known to be kept.
HttpReply answer_xapi(const XapiCall& call);

// The credential of a request: its Authorization header, or the field of that name of a form in 1.0.3's alternate request syntax
// (POST ?method=…, Communication 1.3). Whoever makes the Caller of an xAPI request asks here. Empty: none.
std::string xapi_authorization(const HttpRequest& request);

}  // namespace xinghuo
