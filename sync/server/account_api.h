// The JSON API of accounts, credentials, terminals and the audit log. Each answers one request; who may ask was decided in api.cpp. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "sync/http.h"
#include "sync/server/accounts.h"
#include "sync/server/enrolment.h"
#include "sync/server/rate_limits.h"

namespace xinghuo {

// What a centre tells of itself.
struct CentreTerms {
    std::string organisation;        // its name
    std::string home_page;           // of its actors and authorities
    PublicKey centre_key{};
    Path repository;                 // what terminals are told: signed targets
    std::int64_t code_valid_ms = std::int64_t{24} * 3'600'000;
};

struct ApiCall {
    const HttpRequest& request;
    std::string_view path;           // "/api/kiosks/k-…/revoke"
    std::string_view item;           // what stands in the place of {}: "k-…", decoded
    Sql& sql;
    RateLimits& limits;
    const CentreTerms& terms;
    Instant now;
    WallTime wall;
    const StaffSession* staff = nullptr;  // who asks, of staff
    const EnrolledKiosk* kiosk = nullptr; // who asks, of terminals
};

HttpReply refused(const Error& error);    // io: 503, missing: 404, untrusted: 403, too_large: 413, otherwise 400
HttpReply too_often(Nanoseconds wait);    // 429 with Retry-After
std::string session_cookie(const HttpRequest& request);  // its value; empty: none
// The audit log's line about a call: of staff by their name, otherwise of a terminal.
Result<void> noted(const ApiCall& call, const std::string& what, const std::string& about);
// 204 when it was done and noted, otherwise the refusal.
HttpReply done_reply(const ApiCall& call, const Result<void>& done, const std::string& what, const std::string& about);
// 201 with what is shown this once, and kept by no cache.
HttpReply shown_once(std::string body);

HttpReply answer_login(const ApiCall& call);             // {"name", "password"}
HttpReply answer_logout(const ApiCall& call);
HttpReply answer_me(const ApiCall& call);
HttpReply answer_password(const ApiCall& call);          // {"old", "new"}
HttpReply answer_accounts(const ApiCall& call);
HttpReply answer_new_account(const ApiCall& call);       // {"name", "role", "branch"}
HttpReply answer_reset_account(const ApiCall& call);
HttpReply answer_close_account(const ApiCall& call);
HttpReply answer_credentials(const ApiCall& call);
HttpReply answer_new_credential(const ApiCall& call);    // {"name"}
HttpReply answer_remove_credential(const ApiCall& call);
HttpReply answer_audit(const ApiCall& call);             // ?before=ID&limit=N

// kiosk_api.cpp
HttpReply answer_enrol(const ApiCall& call);
HttpReply answer_kiosk_state(const ApiCall& call);
HttpReply answer_kiosks(const ApiCall& call);
HttpReply answer_revoke_kiosk(const ApiCall& call);
HttpReply answer_name_kiosk(const ApiCall& call);        // {"name"}
HttpReply answer_new_code(const ApiCall& call);          // {"name"?, "hours"?}

}  // namespace xinghuo
