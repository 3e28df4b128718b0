// The console's JSON API as its pages use it: every route, over HTTP, in every role.
#include "content/base/json.h"
#include "content/study/day.h"
#include "sync/server/api.h"
#include "sync/server/http_server.h"
#include "sync/server/publish_api.h"
#include "sync/server/report_api.h"
#include "tests/support/raw_http.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

constexpr WallTime spring{1'772'500'000'000};  // 2026-03-03
const std::string password_of_all = "long enough 1";

struct ConsoleSession {
    std::string cookie, csrf;
};

// Two branches, three people, a terminal with an hour of study, and a server.
struct ConsoleRoom : RollUpRoom {
    ConsoleRoom() {
        auto opened = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        REQUIRE(opened);
        words = std::move(*opened);
        auto begun = Publisher::open(database.folder(), spring);
        REQUIRE(begun);
        publisher.emplace(std::move(*begun));
        CentreSettings settings;
        settings.log = LoggedRequests::none;
        settings.terms.repository = publisher->repository();
        CentreParts parts;
        parts.reports = [this](const HttpRequest& request, std::string_view path, const Caller& caller, Sql& lent, WallTime now) {
            return answer_reports(request, path, caller, lent, now, {people_key, words});
        };
        parts.publish = [this](const HttpRequest& request, std::string_view path, const Caller& caller, Sql& lent, WallTime now) {
            return answer_publishing(request, path, caller, lent, *publisher, database.folder() / "incoming", people_key, now);
        };
        api = std::make_unique<CentreApi>(databases, clock, std::move(settings), std::move(parts));
        auto started = HttpServer::start({}, real, [this](const HttpRequest& request) { return api->answer(request); });
        REQUIRE(started);
        server = std::move(*started);
        connection = std::make_unique<RawConnection>(server->port());
        auto first = Accounts(*sql).make_first(spring);
        REQUIRE(first);
        sign_in("admin", **first);
        for (const auto& [name, role] : {std::pair("vera", "viewer"), {"secretary", "branch_secretary"}, {"approver", "content_approver"}}) {
            const RawReply made = ask("POST", "/api/accounts", fmt::format(R"({{"name":"{}","role":"{}"{}}})", name, role, name == std::string("secretary") ? R"(,"branch":"一支部")" : ""), "admin");
            REQUIRE(made.status == 201);
            sign_in(name, member(made, "one_time_password"));
        }
    }
    ~ConsoleRoom() { server->stop(); }

    RawReply ask(const std::string& method, const std::string& target, const std::string& body, const std::string& who, const std::string& more = "") {
        std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: centre\r\nContent-Length: {}\r\n{}", method, target, body.size(), more);
        if (!who.empty()) request += fmt::format("Cookie: a=b; {}\r\nX-CSRF-Token: {}\r\n", sessions.at(who).cookie, sessions.at(who).csrf);
        auto reply = connection->ask(request + "\r\n" + body);
        REQUIRE(reply);
        return *reply;
    }
    int status(const std::string& method, const std::string& target, const std::string& body, const std::string& who, const std::string& more = "") {
        return ask(method, target, body, who, more).status;
    }
    void keep(const std::string& name, const RawReply& reply) {
        // The head comes in lower case, and a cookie's value must not.
        REQUIRE(reply.status == 200);
        auto token = Accounts(*sql).open_session(name, clock.wall());
        REQUIRE(token);
        sessions[name] = {"xinghuo_session=" + *token, secret_hash("csrf", *token)};
    }
    void sign_in(const std::string& name, const std::string& one_time) {
        keep(name, ask("POST", "/api/login", fmt::format(R"({{"name":"{}","password":"{}"}})", name, one_time), ""));
        CHECK(status("GET", "/api/me", "", name) == 200);
        CHECK(status("GET", "/api/reports/quiz", "", name) == 403);  // the one-time password first
        keep(name, ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"{}"}})", one_time, password_of_all), name));
    }
    static std::string member(const RawReply& reply, const std::string& name) {
        JsonDocument document;
        REQUIRE(document.parse_strict(reply.body));
        return document.root()[name].string();
    }

    SecretKey people_key = SecretKey::random();
    ReportWords words;
    FakeClock clock{spring};
    SystemClock real;
    std::optional<Publisher> publisher;
    Databases databases{[this]() -> Result<std::unique_ptr<Sql>> { return database.connect(); }};
    std::unique_ptr<CentreApi> api;
    std::unique_ptr<HttpServer> server;
    std::unique_ptr<RawConnection> connection;
    std::map<std::string, ConsoleSession> sessions;
};

struct RouteAsked {
    const char *method, *target, *body;
    int viewer, secretary, approver, operator_;
};
const std::string csv = "学号,姓名,支部\n1001,张三,一支部\n1002,李四,一支部\n1003,王五,二支部\n";
const std::string notice = R"({"schema_version":1,"notices":[{"id":"n-1","title":{"zh":"闭馆","en":"Closed"},"text":{"zh":"周一","en":"Monday"},"from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z"}]})";

}  // namespace

TEST_CASE("every route of the console, in every role, over HTTP", "[centre][console][slow]") {
    ConsoleRoom room;
    // Whoever may not gets 403 whatever the body is; the operator is asked last, so that what is removed is there until then.
    const std::vector<RouteAsked> routes = {
        {"GET", "/api/me", "", 200, 200, 200, 200},
        {"GET", "/api/accounts", "", 403, 403, 403, 200},
        {"POST", "/api/accounts", R"({"name":"new","role":"viewer"})", 403, 403, 403, 201},
        {"POST", "/api/accounts", R"({"name":"new","role":"viewer"})", 403, 403, 403, 400},
        {"POST", "/api/accounts", R"({"name":"other","role":"king"})", 403, 403, 403, 400},
        {"POST", "/api/accounts", R"({"name":"other","role":"branch_secretary"})", 403, 403, 403, 400},
        {"POST", "/api/accounts", R"({"name":"a:b","role":"viewer"})", 403, 403, 403, 400},
        {"POST", "/api/accounts", R"({"name":)", 403, 403, 403, 400},
        {"POST", "/api/accounts", "", 403, 403, 403, 400},
        {"POST", "/api/accounts/new/reset", "", 403, 403, 403, 201},
        {"POST", "/api/accounts/nobody/reset", "", 403, 403, 403, 404},
        {"DELETE", "/api/accounts/new", "", 403, 403, 403, 204},
        {"DELETE", "/api/accounts/nobody", "", 403, 403, 403, 404},
        {"DELETE", "/api/accounts/admin", "", 403, 403, 403, 400},
        {"POST", "/api/credentials", R"({"name":"lms"})", 403, 403, 403, 201},
        {"POST", "/api/credentials", R"({"name":"lms"})", 403, 403, 403, 400},
        {"POST", "/api/credentials", R"([])", 403, 403, 403, 400},
        {"GET", "/api/credentials", "", 403, 403, 403, 200},
        {"DELETE", "/api/credentials/lms", "", 403, 403, 403, 204},
        {"DELETE", "/api/credentials/lms", "", 403, 403, 403, 404},
        {"GET", "/api/kiosks", "", 200, 403, 200, 200},
        {"POST", "/api/kiosks/k-0000000000000000/revoke", "", 403, 403, 403, 404},
        {"POST", "/api/kiosks/k-0000000000000000/name", R"({"name":"hall"})", 403, 403, 403, 404},
        {"POST", "/api/kiosks/k-0000000000000000/name", "{}", 403, 403, 403, 400},
        {"POST", "/api/enrol-codes", "", 403, 403, 403, 201},
        {"POST", "/api/enrol-codes", R"({"name":"hall","hours":1})", 403, 403, 403, 201},
        {"POST", "/api/enrol-codes", R"({"hours":0})", 403, 403, 403, 400},
        {"POST", "/api/enrol-codes", R"({"hours":"one"})", 403, 403, 403, 400},
        {"GET", "/api/audit?limit=2", "", 403, 403, 403, 200},
        {"GET", "/api/audit?limit=0", "", 403, 403, 403, 400},
        {"GET", "/api/audit?limit=x", "", 403, 403, 403, 400},
        {"GET", "/api/audit?who=x", "", 403, 403, 403, 400},
        {"POST", "/api/people/roster", csv.c_str(), 403, 403, 403, 200},
        {"POST", "/api/people/roster?apply=true", csv.c_str(), 403, 403, 403, 200},
        {"POST", "/api/people/roster?apply=yes", csv.c_str(), 403, 403, 403, 400},
        {"POST", "/api/people/roster?apply=true", "学号,姓名,支部\n1001,,一支部\n", 403, 403, 403, 400},
        {"POST", "/api/people/roster", "", 403, 403, 403, 200},  // a preview shows what is wrong
        {"GET", "/api/people", "", 200, 200, 403, 200},
        {"GET", "/api/people?branch=%E4%BA%8C%E6%94%AF%E9%83%A8", "", 200, 403, 403, 200},
        {"GET", "/api/people?limit=0", "", 400, 400, 403, 400},
        {"GET", "/api/people?number=1001", "", 400, 400, 403, 400},
        {"GET", "/api/people/branches", "", 200, 200, 403, 200},
        {"DELETE", "/api/people/m-nobody", "", 403, 403, 403, 404},
        {"PUT", "/api/people", "", 403, 403, 403, 405},
        {"GET", "/api/people/somewhere", "", 404, 404, 403, 404},
        {"GET", "/api/reports/activities", "", 200, 200, 403, 200},
        {"GET", "/api/reports/attendance?activity=a-none", "", 404, 404, 403, 404},
        {"GET", "/api/reports/attendance", "", 400, 400, 403, 400},
        {"GET", "/api/reports/hours", "", 200, 200, 403, 200},
        {"GET", "/api/reports/hours?by=branch", "", 200, 200, 403, 200},
        {"GET", "/api/reports/hours?by=moon", "", 400, 400, 403, 400},
        {"GET", "/api/reports/hours?from=2026-02-30", "", 400, 400, 403, 400},
        {"GET", "/api/reports/hours?from=2026-03-02&to=2026-03-01", "", 400, 400, 403, 400},
        {"GET", "/api/reports/hours?format=csv&lang=en", "", 200, 200, 403, 200},
        {"GET", "/api/reports/hours?format=pdf", "", 400, 400, 403, 400},
        {"GET", "/api/reports/hours?branch=%E4%BA%8C%E6%94%AF%E9%83%A8", "", 200, 403, 403, 200},
        {"HEAD", "/api/reports/hours", "", 200, 200, 403, 200},
        {"GET", "/api/reports/quiz", "", 200, 200, 200, 200},
        {"GET", "/api/reports/items?format=xlsx", "", 200, 200, 200, 200},
        {"GET", "/api/reports/fleet", "", 200, 403, 403, 200},
        {"GET", "/api/reports/alerts?closed=true", "", 200, 403, 403, 200},
        {"GET", "/api/reports/moon", "", 404, 404, 403, 404},
        {"POST", "/api/reports/hours", "", 405, 405, 403, 405},
        {"GET", "/api/reports/policies", "", 200, 200, 200, 200},
        {"PUT", "/api/reports/policies?from=2026-01-01", R"({"minutes_per_hour":60})", 403, 403, 403, 200},
        {"PUT", "/api/reports/policies?from=2026-01-01", R"({"minutes":60})", 403, 403, 403, 400},
        {"PUT", "/api/reports/policies", "{}", 403, 403, 403, 400},
        {"DELETE", "/api/reports/policies?from=2026-01-01", "", 403, 403, 403, 200},
        {"DELETE", "/api/reports/policies?from=2026-01-01", "", 403, 403, 403, 404},
        {"POST", "/api/reports/policies?from=2026-01-01", "{}", 403, 403, 403, 405},
        {"GET", "/api/publish", "", 403, 403, 200, 200},
        {"POST", "/api/publish", "", 403, 403, 405, 405},
        {"GET", "/api/publish/notices", "", 403, 403, 404, 404},
        {"POST", "/api/publish/notices", notice.c_str(), 403, 403, 200, 200},
        {"GET", "/api/publish/notices", "", 403, 403, 200, 200},
        {"POST", "/api/publish/notices", R"({"schema_version":1,"notices":[{"id":"n-1"}]})", 403, 403, 400, 400},
        {"POST", "/api/publish/settings", R"({"schema_version":1,"policy":[],"settings":{}})", 403, 403, 403, 200},
        {"POST", "/api/publish/activities", R"({"schema_version":1,"activities":[]})", 403, 403, 403, 200},
        {"POST", "/api/publish/activities", "activities", 403, 403, 403, 400},
        {"GET", "/api/publish/roster", "", 403, 403, 403, 404},
        {"POST", "/api/publish/roster", "", 403, 403, 403, 200},
        {"POST", "/api/publish/roster", csv.c_str(), 403, 403, 403, 200},
        {"POST", "/api/publish/roster", "学号,姓名\n1001,张三\n", 403, 403, 403, 400},
        {"GET", "/api/publish/roster", "", 403, 403, 403, 200},
        {"POST", "/api/publish/recall", "{}", 403, 403, 400, 400},
        {"POST", "/api/publish/packs", R"({"source":"../keys"})", 403, 403, 400, 400},
        {"DELETE", "/api/publish/notices", "", 403, 403, 405, 405},
        {"GET", "/api/publish/moon", "", 403, 403, 404, 404},
        {"GET", "/api/moon", "", 404, 404, 404, 404},
        {"PATCH", "/api/accounts", "", 405, 405, 405, 405},
        {"POST", "/api/me", "", 405, 405, 405, 405},
    };
    for (const RouteAsked& route : routes) {
        CAPTURE(route.method, route.target, route.body);
        const bool nobody = route.operator_ == 405 && (std::string(route.target) == "/api/accounts" || std::string(route.target) == "/api/me");
        CHECK(room.status(route.method, route.target, route.body, "") == (std::string(route.target) == "/api/moon" ? 404 : nobody ? 405 : 401));
        CHECK(room.status(route.method, route.target, route.body, "vera") == route.viewer);
        CHECK(room.status(route.method, route.target, route.body, "secretary") == route.secretary);
        CHECK(room.status(route.method, route.target, route.body, "approver") == route.approver);
        // What writes needs the token of the session.
        const std::string method = route.method;
        if (route.operator_ < 300 && method != "GET" && method != "HEAD") {
            const std::string csrf = std::exchange(room.sessions.at("admin").csrf, "other");
            CHECK(room.status(route.method, route.target, route.body, "admin") == 403);
            room.sessions.at("admin").csrf = csrf;
        }
        const RawReply reply = room.ask(route.method, route.target, route.body, "admin");
        CAPTURE(reply.body);
        CHECK(reply.status == route.operator_);
        if (reply.status >= 400 && method != "HEAD") CHECK_FALSE(ConsoleRoom::member(reply, "error").empty());
        if (reply.status == 405) CHECK_FALSE(reply.header("allow").empty());
    }
    // A secretary sees their branch, and nobody of another.
    CHECK(room.ask("GET", "/api/people", "", "secretary").body.find("王五") == std::string::npos);
    CHECK(room.ask("GET", "/api/people", "", "vera").body.find("王五") != std::string::npos);
    // Page after page, everybody once.
    std::set<std::string> met;
    std::string after;
    for (int pages = 0; pages < 3; ++pages) {
        JsonDocument document;
        REQUIRE(document.parse_strict(room.ask("GET", "/api/people?limit=1" + after, "", "vera").body));
        for (const JsonNode& person : document.root()["people"].items()) CHECK(met.insert(person["id"].string()).second);
        after = document.root()["next"].exists() ? "&after=" + document.root()["next"].string() : "";
        CHECK(after.empty() == (pages == 2));
    }
    CHECK(met.size() == 3);
    // Erased by the operator, and by nobody else.
    CHECK(room.status("DELETE", "/api/people/" + *met.begin(), "", "vera") == 403);
    CHECK(room.status("DELETE", "/api/people/" + *met.begin(), "", "admin") == 200);
    CHECK(room.status("DELETE", "/api/people/" + *met.begin(), "", "admin") == 404);
    // What was done stands in the log, newest first and page after page, without a name of a person.
    std::string before, log;
    for (int pages = 0; pages < 20; ++pages) {
        JsonDocument document;
        const RawReply page = room.ask("GET", "/api/audit?limit=5" + before, "", "admin");
        REQUIRE(document.parse_strict(page.body));
        log += page.body;
        if (document.root()["entries"].items().empty()) break;
        before = "&before=" + document.root()["entries"].items().back()["id"].string();
    }
    for (const char* words : {"account added as viewer", "credential removed", "enrolment code made", "password changed", "DELETE /api/people", "POST /api/publish", "PUT /api/reports"}) CHECK(log.find(words) != std::string::npos);
    CHECK(log.find("张三") == std::string::npos);
    CHECK(log.find("1001") == std::string::npos);
    // Signed out, the session opens nothing.
    CHECK(room.status("POST", "/api/logout", "", "vera") == 204);
    CHECK(room.status("GET", "/api/me", "", "vera") == 401);
}

TEST_CASE("a terminal enrols over HTTP, is named and revoked, and only an operator may", "[centre][console]") {
    ConsoleRoom room;
    const SigningKey key = SigningKey::from_seed(sha256("console terminal"));
    EnrolRequest request;
    request.code = ConsoleRoom::member(room.ask("POST", "/api/enrol-codes", "", "admin"), "code");
    request.kiosk = kiosk_id(key.public_key());
    request.public_key = key.public_key();
    request.name = "hall";
    CHECK(room.status("POST", "/api/enrol", "{}", "") == 400);
    CHECK(room.status("GET", "/api/enrol", "", "") == 405);
    const RawReply enrolled = room.ask("POST", "/api/enrol", enrol_json(request, key), "");
    REQUIRE(enrolled.status == 200);
    CHECK(enrolled.header("cache-control") == "no-store");
    const std::string token = "Authorization: Bearer " + ConsoleRoom::member(enrolled, "token") + "\r\n";
    CHECK(room.status("GET", "/api/kiosk/state", "", "", token) == 200);
    CHECK(room.status("GET", "/api/kiosk/state", "", "") == 401);
    CHECK(room.status("GET", "/api/kiosk/state", "", "admin") == 401);  // staff are no terminal
    CHECK(room.status("GET", "/api/kiosks", "", "", token) == 401);     // and a terminal is no staff
    const std::string path = "/api/kiosks/" + request.kiosk.text;
    CHECK(room.status("POST", path + "/name", R"({"name":"north hall"})", "vera") == 403);
    CHECK(room.status("POST", path + "/name", R"({"name":"north hall"})", "admin") == 204);
    CHECK(room.ask("GET", "/api/kiosks", "", "vera").body.find("north hall") != std::string::npos);
    CHECK(room.status("POST", path + "/revoke", "", "approver") == 403);
    CHECK(room.status("POST", path + "/revoke", "", "admin") == 204);
    CHECK(room.status("GET", "/api/kiosk/state", "", "", token) == 401);
}
