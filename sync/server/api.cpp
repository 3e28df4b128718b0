#include "sync/server/api.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>

#include "content/base/json.h"
#include "sync/server/http_reply.h"
#include "sync/server/xapi.h"

namespace xinghuo {
namespace {

constexpr std::string_view xapi_endpoint = "/xapi";
constexpr Nanoseconds contact_noted_every = std::chrono::seconds(60);
// Wrong tokens and credentials of one address. 256 bits are not guessed; whoever asks so often is broken, and is told to slow down.
constexpr double wrong_a_second = 10, wrong_burst = 200;

// Bits of StaffRole.
constexpr unsigned viewer = 1u << static_cast<unsigned>(StaffRole::viewer);
constexpr unsigned secretary = 1u << static_cast<unsigned>(StaffRole::branch_secretary);
constexpr unsigned approver = 1u << static_cast<unsigned>(StaffRole::content_approver);
constexpr unsigned operators = 1u << static_cast<unsigned>(StaffRole::operator_);
constexpr unsigned everyone = viewer | secretary | approver | operators;

enum class Needs { nothing, staff, kiosk };

struct ApiRoute {
    std::string_view method, pattern;  // one {} stands for one part of the path
    Needs needs;
    unsigned roles;
    CountedRoute counted;
    HttpReply (*answer)(const ApiCall&);
    bool also_unchanged = false;       // with a one-time password that was not changed yet
};

constexpr std::array api_routes{
    ApiRoute{"POST", "/api/enrol", Needs::nothing, 0, CountedRoute::enrol, answer_enrol},
    ApiRoute{"GET", "/api/kiosk/state", Needs::kiosk, 0, CountedRoute::kiosk_state, answer_kiosk_state},
    ApiRoute{"POST", "/api/login", Needs::nothing, 0, CountedRoute::staff, answer_login},
    ApiRoute{"POST", "/api/logout", Needs::staff, everyone, CountedRoute::staff, answer_logout, true},
    ApiRoute{"GET", "/api/me", Needs::staff, everyone, CountedRoute::staff, answer_me, true},
    ApiRoute{"POST", "/api/password", Needs::staff, everyone, CountedRoute::staff, answer_password, true},
    ApiRoute{"GET", "/api/accounts", Needs::staff, operators, CountedRoute::staff, answer_accounts},
    ApiRoute{"POST", "/api/accounts", Needs::staff, operators, CountedRoute::staff, answer_new_account},
    ApiRoute{"POST", "/api/accounts/{}/reset", Needs::staff, operators, CountedRoute::staff, answer_reset_account},
    ApiRoute{"DELETE", "/api/accounts/{}", Needs::staff, operators, CountedRoute::staff, answer_close_account},
    ApiRoute{"GET", "/api/credentials", Needs::staff, operators, CountedRoute::staff, answer_credentials},
    ApiRoute{"POST", "/api/credentials", Needs::staff, operators, CountedRoute::staff, answer_new_credential},
    ApiRoute{"DELETE", "/api/credentials/{}", Needs::staff, operators, CountedRoute::staff, answer_remove_credential},
    ApiRoute{"GET", "/api/kiosks", Needs::staff, viewer | approver | operators, CountedRoute::staff, answer_kiosks},
    ApiRoute{"POST", "/api/kiosks/{}/revoke", Needs::staff, operators, CountedRoute::staff, answer_revoke_kiosk},
    ApiRoute{"POST", "/api/kiosks/{}/name", Needs::staff, operators, CountedRoute::staff, answer_name_kiosk},
    ApiRoute{"POST", "/api/enrol-codes", Needs::staff, operators, CountedRoute::staff, answer_new_code},
    ApiRoute{"GET", "/api/audit", Needs::staff, operators, CountedRoute::staff, answer_audit},
};

// What others answer: below a path, for some roles; who may what within it is theirs.
struct ApiArea {
    std::string_view below;
    unsigned roles;
    CountedRoute counted;
    CentreParts::Answer CentreParts::*answer;
};
constexpr std::array api_areas{
    ApiArea{"/api/reports", everyone, CountedRoute::reports, &CentreParts::reports},
    ApiArea{"/api/people", everyone, CountedRoute::reports, &CentreParts::reports},
    ApiArea{"/api/publish", approver | operators, CountedRoute::publish, &CentreParts::publish},
};

bool lies_below(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// What stands in the place of {}; nothing: it is another route.
std::optional<std::string> matched(std::string_view pattern, std::string_view path) {
    const std::size_t hole = pattern.find("{}");
    if (hole == std::string_view::npos) return pattern == path ? std::optional<std::string>("") : std::nullopt;
    const std::string_view before = pattern.substr(0, hole), after = pattern.substr(hole + 2);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
    const std::string_view item = path.substr(before.size(), path.size() - before.size() - after.size());
    if (item.find('/') != std::string_view::npos) return std::nullopt;
    std::string escaped;
    for (const char c : item) escaped += c == '+' ? std::string("%2B") : std::string(1, c);  // a form's "+" is a blank, a path's is not
    auto decoded = read_form("x=" + escaped);
    if (!decoded || decoded->empty()) return std::nullopt;
    return decoded->front().second;
}

bool reads_only(std::string_view method) { return method == "GET" || method == "HEAD"; }

// "Basic dXNlcjpwYXNz"; nothing: it is none.
struct BasicCredential {
    std::string user, password;
};
std::optional<BasicCredential> read_basic(std::string_view authorization) {
    constexpr std::string_view scheme = "basic ";
    if (authorization.size() <= scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((authorization[i] | 0x20) != (scheme[i] | 0x20)) return std::nullopt;
    std::string text(authorization.substr(scheme.size()));
    std::erase_if(text, [](char c) { return c == '=' || c == ' '; });
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    auto bytes = from_base64url(text);
    if (!bytes) return std::nullopt;
    const std::string plain(bytes->begin(), bytes->end());
    const std::size_t colon = plain.find(':');
    if (colon == std::string::npos) return std::nullopt;
    BasicCredential credential;
    credential.user = plain.substr(0, colon);
    credential.password = plain.substr(colon + 1);
    return credential;
}

std::optional<std::string_view> read_bearer(std::string_view authorization) {
    for (const std::string_view scheme : {std::string_view("Bearer "), std::string_view("bearer ")})
        if (authorization.starts_with(scheme)) return authorization.substr(scheme.size());
    return std::nullopt;
}

std::string authority_of(std::string_view home_page, std::string_view name) {
    JsonWriter w;
    w.object().key("objectType").value("Agent").key("account").object().key("homePage").value(home_page).key("name").value(name).end().end();
    return w.text();
}

// A terminal tells, and looks up what it told by its id; a stolen token reads nobody's statements and no documents.
bool terminal_may(const HttpRequest& request, std::string_view path) {
    if (path == "/about") return true;
    const auto form = read_form(request.query());
    if (path != "/statements" || !form) return false;
    const auto has = [&](std::string_view name) { return std::any_of(form->begin(), form->end(), [&](const auto& pair) { return pair.first == name; }); };
    if (has("method")) return false;  // 1.0.3's alternate syntax would make any request of a POST
    return reads_only(request.method) ? has("statementId") : request.method == "POST" || request.method == "PUT";
}

CountedRoute xapi_route(std::string_view path) {
    if (path == "/statements") return CountedRoute::xapi_statements;
    if (path.ends_with("/state") || path.ends_with("/profile")) return CountedRoute::xapi_documents;
    return CountedRoute::xapi_other;
}

// Found out about one request on its way.
struct Findings {
    CountedRoute route = CountedRoute::other;
    std::string who;
};

}  // namespace

struct CentreApi::Inside {
    Databases& databases;
    const Clock& clock;
    CentreSettings settings;
    CentreParts parts;
    RateLimits limits;
    Metrics metrics;
    std::function<HttpCounts()> counts;
    std::atomic<std::int64_t> consistent_ms{0};

    HttpReply route(const HttpRequest& request, Findings& found);
    HttpReply health();
    HttpReply metrics_text(const HttpRequest& request);
    HttpReply xapi(const HttpRequest& request, Findings& found);
    std::int64_t consistent_through(RecordStore& store, Organisation organisation);
    HttpReply api(const HttpRequest& request, Findings& found);
    HttpReply staff_or_kiosk(const ApiRoute& route, ApiCall& call, Findings& found);
    HttpReply area(const ApiArea& area, const HttpRequest& request, Sql& sql, Findings& found);
    // A refusal, or the terminal.
    std::optional<HttpReply> know_kiosk(Sql& sql, const HttpRequest& request, std::string_view authorization, Findings& found, EnrolledKiosk& kiosk);
    std::optional<HttpReply> know_staff(Sql& sql, const HttpRequest& request, unsigned roles, bool unchanged, Findings& found, StaffSession& session);
    std::optional<HttpReply> know_client(Sql& sql, const HttpRequest& request, const std::string& authorization, Findings& found, Caller& caller, bool& known);
    HttpReply broken(const Error& error) {
        if (error.kind == ErrorKind::io || error.kind == ErrorKind::full) metrics.count_database_error();
        return refused(error);
    }
};

CentreApi::CentreApi(Databases& databases, const Clock& clock, CentreSettings settings, CentreParts parts)
    : inside_(new Inside{databases, clock, std::move(settings), std::move(parts), {}, {}, {}}) {}
CentreApi::~CentreApi() = default;

void CentreApi::watch(std::function<HttpCounts()> counts) { inside_->counts = std::move(counts); }

HttpReply CentreApi::answer(const HttpRequest& request) {
    const Instant start = inside_->clock.now();
    Findings found;
    HttpReply reply = inside_->route(request, found);
    const Nanoseconds took = inside_->clock.now() - start;
    inside_->metrics.count(found.route, reply.status, took);
    const LoggedRequests level = inside_->settings.log;
    const bool problem = (reply.status >= 400 && reply.status != 401 && reply.status != 404) || took > std::chrono::seconds(1);
    if (level == LoggedRequests::all || (level == LoggedRequests::problems && problem)) {
        LoggedRequest logged;
        logged.at = inside_->clock.wall();
        logged.route = found.route;
        logged.method = request.method;
        logged.status = reply.status;
        logged.took = took;
        logged.bytes_in = request.body.size();
        logged.bytes_out = reply.body.size();
        logged.who = found.who;
        log_request(logged);
    }
    return reply;
}

HttpReply CentreApi::Inside::route(const HttpRequest& request, Findings& found) {
    const std::string_view path = request.path();
    if (lies_below(path, xapi_endpoint)) {
        HttpReply reply = xapi(request, found);
        // Documents and attachments are of whatever type who brought them says: none of them is a page of this origin.
        set_header(reply.headers, "content-security-policy", "default-src 'none'; sandbox");
        return reply;
    }
    if (path.starts_with("/api/")) return api(request, found);
    if (path == "/healthz") {
        found.route = CountedRoute::health;
        return health();
    }
    if (path == "/metrics") {
        found.route = CountedRoute::metrics;
        return metrics_text(request);
    }
    if (path == "/") return json_reply(R"({"name":"xinghuo-server","xapi":"/xapi","repository":"/repository","health":"/healthz"})");
    return refusal(404, "nothing is here");
}

HttpReply CentreApi::Inside::health() {
    auto sql = databases.borrow();
    if (!sql) return broken(sql.error());
    if (auto one = (*sql)->integer_or(0, "SELECT 1"); !one) return broken(one.error());
    return json_reply(R"({"status":"ok"})");
}

// For this machine, or whoever has a credential.
HttpReply CentreApi::Inside::metrics_text(const HttpRequest& request) {
    auto sql = databases.borrow();
    if (!sql) return broken(sql.error());
    const bool local = (request.peer.starts_with("127.") || request.peer == "::1") && find_header(request.headers, "x-forwarded-for") == nullptr;
    if (!local) {
        Findings found;
        Caller caller;
        bool known = false;
        const std::string* authorization = find_header(request.headers, "authorization");
        if (auto no = know_client(**sql, request, authorization == nullptr ? "" : *authorization, found, caller, known)) return std::move(*no);
        if (!known) {
            HttpReply reply = refusal(401, "a credential is needed");
            reply.headers.emplace_back("www-authenticate", "Basic realm=\"metrics\", charset=\"UTF-8\"");
            return reply;
        }
    }
    auto kiosks = Enrolment(**sql).list();
    if (!kiosks) return broken(kiosks.error());
    HttpReply reply;
    reply.headers.emplace_back("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8");
    reply.body = metrics.text(counts ? counts() : HttpCounts(), *kiosks);
    return reply;
}

std::optional<HttpReply> CentreApi::Inside::know_kiosk(Sql& sql, const HttpRequest& request, std::string_view authorization, Findings& found, EnrolledKiosk& kiosk) {
    const auto token = read_bearer(authorization);
    if (!token) return refusal(401, "a terminal's token is needed");
    auto known = Enrolment(sql).by_token(*token);
    if (!known) return broken(known.error());
    if (!known->has_value()) {
        if (const auto wait = limits.ask("wrong " + request.peer, wrong_a_second, wrong_burst, clock.now())) return too_often(*wait);
        return refusal(401, "this token is not known; enrol the terminal");
    }
    kiosk = std::move(**known);
    found.who = "kiosk " + kiosk.id.text;
    if (kiosk.is_revoked()) return refusal(401, "this terminal was revoked at the centre");
    const Instant now = clock.now();
    if (const auto wait = limits.ask(found.who, settings.kiosk_a_second, settings.kiosk_burst, now)) return too_often(*wait);
    if (limits.due(found.who, contact_noted_every, now))
        if (auto seen = Enrolment(sql).saw(kiosk.id, clock.wall()); !seen) return broken(seen.error());
    return std::nullopt;
}

std::optional<HttpReply> CentreApi::Inside::know_client(Sql& sql, const HttpRequest& request, const std::string& authorization, Findings& found, Caller& caller, bool& known) {
    known = false;
    const auto basic = read_basic(authorization);
    if (!basic) return std::nullopt;
    const Instant now = clock.now();
    auto holds = Accounts(sql).credential_holds(basic->user, basic->password);
    if (!holds) return broken(holds.error());
    if (!*holds) {
        if (const auto wait = limits.ask("wrong " + request.peer, wrong_a_second, wrong_burst, now)) return too_often(*wait);
        return std::nullopt;
    }
    found.who = "client " + basic->user;
    if (const auto wait = limits.ask(found.who, settings.client_a_second, settings.client_burst, now)) return too_often(*wait);
    known = true;
    caller.kind = Caller::Kind::xapi_client;
    caller.name = basic->user;
    caller.authority_json = authority_of(settings.terms.home_page, basic->user);
    return std::nullopt;
}

// Asked anew every other second. Once it was true it stays so.
std::int64_t CentreApi::Inside::consistent_through(RecordStore& store, Organisation organisation) {
    if (limits.due("consistent", std::chrono::seconds(2), clock.now()))
        if (const auto through = store.consistent_through(organisation, clock.wall())) consistent_ms.store(through->unix_ms);
    return consistent_ms.load();
}

HttpReply CentreApi::Inside::xapi(const HttpRequest& request, Findings& found) {
    std::string_view path = request.path().substr(xapi_endpoint.size());
    while (path.starts_with("//")) path.remove_prefix(1);  // an endpoint typed with a slash at its end
    found.route = xapi_route(path);
    // Also what is refused before the resource is reached says which version it speaks.
    const auto early = [&](HttpReply reply) {
        const std::string* wanted = find_header(request.headers, "x-experience-api-version");
        reply.headers.emplace_back("x-experience-api-version", wanted != nullptr && wanted->starts_with("2.0") ? "2.0.0" : "1.0.3");
        if (path == "/statements") reply.headers.emplace_back("x-experience-api-consistent-through", iso_from_wall_time(WallTime{}));  // nothing is promised
        return reply;
    };
    auto sql = databases.borrow();
    if (!sql) return early(broken(sql.error()));
    const std::string authorization = xapi_authorization(request);
    Caller caller;
    bool known = false;
    if (read_bearer(authorization)) {
        EnrolledKiosk kiosk;
        if (auto no = know_kiosk(**sql, request, authorization, found, kiosk)) return early(std::move(*no));
        if (!terminal_may(request, path)) return early(refusal(403, "a terminal tells what happened, and reads nothing but what it told"));
        known = true;
        caller.kind = Caller::Kind::kiosk;
        caller.name = kiosk.name;
        caller.kiosk = kiosk.id;
        caller.kiosk_key = kiosk.public_key;
        caller.authority_json = authority_of(settings.terms.home_page, kiosk.id.text);
    } else if (auto no = know_client(**sql, request, authorization, found, caller, known)) {
        return early(std::move(*no));
    }
    RecordStore store(**sql);
    // What is brought is stored at a time that nobody is told to be past before it is kept: unpacking, reading and waiting for the writer may take a while.
    std::optional<Storing> storing;
    if (found.route == CountedRoute::xapi_statements && !reads_only(request.method)) storing.emplace(clock);
    XapiCall call{request, path, xapi_endpoint, known ? &caller : nullptr, &store, storing ? storing->stored() : clock.wall()};
    // Terminals bring much and read none of it: what they are told may be a little older, and the database is spared the question.
    if (caller.kind == Caller::Kind::kiosk && !reads_only(request.method)) call.consistent = WallTime{consistent_through(store, caller.organisation)};
    HttpReply reply = answer_xapi(call);
    if (reply.status == 401 && find_header(reply.headers, "www-authenticate") == nullptr)
        reply.headers.emplace_back("www-authenticate", "Basic realm=\"xAPI\", charset=\"UTF-8\"");
    if (reply.status == 503) metrics.count_database_error();
    if (found.route == CountedRoute::xapi_statements && !reads_only(request.method)) {
        if (reply.status == 204) metrics.count_statements(1);
        if (reply.status == 200 && reply.body.starts_with("[")) metrics.count_statements(static_cast<std::size_t>(1 + std::count(reply.body.begin(), reply.body.end(), ',')));
    }
    return reply;
}

std::optional<HttpReply> CentreApi::Inside::know_staff(Sql& sql, const HttpRequest& request, unsigned roles, bool unchanged, Findings& found, StaffSession& session) {
    const std::string token = session_cookie(request);
    if (token.empty()) return refusal(401, "sign in first");
    auto known = Accounts(sql).session(token, clock.wall());
    if (!known) return broken(known.error());
    if (!known->has_value()) return refusal(401, "sign in again");
    session = std::move(**known);
    found.who = "staff";
    if (!reads_only(request.method)) {
        const std::string* csrf = find_header(request.headers, "x-csrf-token");
        if (csrf == nullptr || *csrf != session.csrf) return refusal(403, "the header x-csrf-token is missing or wrong");
    }
    if (session.account.must_change && !unchanged) return refusal(403, "change the one-time password first: POST /api/password");
    if (((1u << static_cast<unsigned>(session.account.role)) & roles) == 0) return refusal(403, "this role may not do that");
    return std::nullopt;
}

HttpReply CentreApi::Inside::staff_or_kiosk(const ApiRoute& route, ApiCall& call, Findings& found) {
    StaffSession session;
    EnrolledKiosk kiosk;
    if (route.needs == Needs::staff) {
        if (auto no = know_staff(call.sql, call.request, route.roles, route.also_unchanged, found, session)) return std::move(*no);
        call.staff = &session;
    } else if (route.needs == Needs::kiosk) {
        const std::string* authorization = find_header(call.request.headers, "authorization");
        if (auto no = know_kiosk(call.sql, call.request, authorization == nullptr ? std::string_view() : *authorization, found, kiosk)) return std::move(*no);
        call.kiosk = &kiosk;
    }
    HttpReply reply = route.answer(call);
    if (reply.status == 503) metrics.count_database_error();
    if (reply.status < 300 && (route.answer == answer_enrol || route.answer == answer_revoke_kiosk) && parts.kiosks_changed) parts.kiosks_changed();
    return reply;
}

HttpReply CentreApi::Inside::area(const ApiArea& area, const HttpRequest& request, Sql& sql, Findings& found) {
    found.route = area.counted;
    StaffSession session;
    if (auto no = know_staff(sql, request, area.roles, false, found, session)) return std::move(*no);
    const auto& answer = parts.*area.answer;
    if (!answer) return refusal(501, "this centre was started without it");
    Caller caller;
    caller.kind = Caller::Kind::staff;
    caller.name = session.account.name;
    caller.role = session.account.role;
    caller.branch = session.account.branch;
    HttpReply reply = answer(request, request.path(), caller, sql, clock.wall());
    if (reply.status < 400 && !reads_only(request.method)) {
        AuditEntry entry;
        entry.at = clock.wall();
        entry.who = session.account.name;
        entry.what = request.method + " " + std::string(area.below);
        entry.about = std::string(request.path().substr(area.below.size()));  // ids say nothing of a person
        entry.peer = request.peer;
        if (auto done = Accounts(sql).note(entry); !done) return broken(done.error());
    }
    return reply;
}

HttpReply CentreApi::Inside::api(const HttpRequest& request, Findings& found) {
    found.route = CountedRoute::staff;
    const std::string_view path = request.path();
    if (request.target.find("%00") != std::string::npos) return refusal(400, "U+0000 stands in no name and in no word");  // PostgreSQL's text cannot hold it
    auto sql = databases.borrow();
    if (!sql) return broken(sql.error());
    for (const ApiArea& one : api_areas)
        if (lies_below(path, one.below)) return area(one, request, **sql, found);
    const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
    std::string allowed;
    for (const ApiRoute& route : api_routes) {
        const auto item = matched(route.pattern, path);
        if (!item) continue;
        if (route.method != method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
            continue;
        }
        found.route = route.counted;
        ApiCall call{request, path, *item, **sql, limits, settings.terms, clock.now(), clock.wall(), nullptr, nullptr};
        return staff_or_kiosk(route, call, found);
    }
    if (allowed.empty()) return refusal(404, "nothing is here");
    return wrong_method(allowed);
}

}  // namespace xinghuo
