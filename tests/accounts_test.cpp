// Who may do what at the centre: passwords, sessions, credentials, codes, and how often one may try.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "content/base/json.h"
#include "sync/server/accounts.h"
#include "sync/server/api.h"
#include "sync/server/enrolment.h"
#include "sync/server/rate_limits.h"
#include "sync/server/shared_limits.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;

namespace {

constexpr WallTime start{1'763'712'000'000};
WallTime later(std::int64_t ms) { return {start.unix_ms + ms}; }

struct CentreRoom {
    testing::CentreDatabase database;
    Sql* sql = &database.sql();
    [[nodiscard]] std::int64_t count(const std::string& table) const {
        auto n = sql->integer_or(-1, "SELECT COUNT(*) FROM " + table);
        REQUIRE(n);
        return *n;
    }
};

// A whole centre, asked in the same thread.
struct CentreDesk {
    CentreRoom room;
    FakeClock clock{start};
    Databases databases{[this]() -> Result<std::unique_ptr<Sql>> { return room.database.connect(); }};
    CentreApi api;
    std::string cookie, csrf;

    static CentreSettings quiet() {
        CentreSettings settings;
        settings.log = LoggedRequests::none;
        settings.terms.organisation = "O";
        settings.terms.home_page = "https://o.example/";
        return settings;
    }
    CentreDesk() : api(databases, clock, quiet(), CentreParts()) {}

    HttpReply ask(const std::string& method, const std::string& target, const std::string& body = {}, HttpHeaders headers = {}) {
        HttpRequest request;
        request.method = method;
        request.target = target;
        request.body = body;
        request.peer = "10.0.0.7";
        request.headers = std::move(headers);
        if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
        if (!csrf.empty()) request.headers.emplace_back("x-csrf-token", csrf);
        return api.answer(request);
    }
    // Keeps the session of a reply.
    void keep(const HttpReply& reply) {
        const std::string* set = find_header(reply.headers, "set-cookie");
        REQUIRE(set != nullptr);
        CHECK(set->find("HttpOnly") != std::string::npos);
        CHECK(set->find("SameSite=Strict") != std::string::npos);
        cookie = set->substr(0, set->find(';'));
        csrf = member(reply, "csrf");
    }
    static std::string member(const HttpReply& reply, const std::string& name) {
        JsonDocument document;
        REQUIRE(document.parse_strict(reply.body));
        return document.root()[name].string();
    }
    std::string sign_in(const std::string& name, const std::string& password) {
        const HttpReply reply = ask("POST", "/api/login", fmt::format(R"({{"name":"{}","password":"{}"}})", name, password));
        if (reply.status != 200) return std::to_string(reply.status);
        keep(reply);
        return "in";
    }
    // The first administrator, with a password of their own.
    void begin() {
        auto password = Accounts(*room.sql).make_first(start);
        REQUIRE(password);
        REQUIRE(password->has_value());
        REQUIRE(sign_in("admin", **password) == "in");
        const HttpReply changed = ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"long enough 1"}})", **password));
        REQUIRE(changed.status == 200);
        keep(changed);
    }
};

std::string basic(const std::string& user, const std::string& password) {
    const std::string plain = user + ":" + password;
    std::string text = to_base64url(std::span(reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()));
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    while (text.size() % 4 != 0) text += '=';
    return "Basic " + text;
}

EnrolRequest terminal(const SigningKey& key, const std::string& code) {
    EnrolRequest request;
    request.code = code;
    request.kiosk = KioskId{"k-" + sha256_hex(key.public_key().data(), key.public_key().size()).substr(0, 16)};
    request.public_key = key.public_key();
    request.name = "hall";
    return request;
}

}  // namespace

TEST_CASE("the first administrator comes once, and changes the password first", "[accounts]") {
    CentreDesk desk;
    auto first = Accounts(*desk.room.sql).make_first(start);
    REQUIRE(first);
    REQUIRE(first->has_value());
    auto again = Accounts(*desk.room.sql).make_first(start);
    REQUIRE(again);
    CHECK_FALSE(again->has_value());
    REQUIRE(desk.sign_in("admin", **first) == "in");
    CHECK(desk.ask("GET", "/api/me").status == 200);
    CHECK(desk.ask("GET", "/api/accounts").status == 403);
    CHECK(desk.ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"short"}})", **first)).status == 400);
    CHECK(desk.ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"{}"}})", **first, **first)).status == 400);
    CHECK(desk.ask("POST", "/api/password", R"({"old":"wrong","new":"long enough 1"})").status == 403);
    const std::string old_cookie = desk.cookie;
    const HttpReply changed = desk.ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"long enough 1"}})", **first));
    REQUIRE(changed.status == 200);
    desk.keep(changed);
    CHECK(desk.ask("GET", "/api/accounts").status == 200);
    desk.cookie = old_cookie;
    CHECK(desk.ask("GET", "/api/me").status == 401);
    CHECK(desk.sign_in("admin", **first) == "401");
    // No password stands anywhere in the files.
    std::string bytes;
    for (const char* file : {"centre.db", "centre.db-wal"})
        if (auto read = read_text(desk.room.database.folder() / file, 64u << 20)) bytes += *read;
    CHECK(bytes.find("long enough 1") == std::string::npos);
    CHECK(bytes.find(desk.cookie.substr(desk.cookie.find('=') + 1)) == std::string::npos);
}

TEST_CASE("what writes needs the token of the session, and the right role", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    const HttpReply made = desk.ask("POST", "/api/accounts", R"({"name":"lin","role":"viewer"})");
    REQUIRE(made.status == 201);
    const std::string password = CentreDesk::member(made, "one_time_password");
    CHECK(desk.ask("POST", "/api/accounts", R"({"name":"lin","role":"viewer"})").status == 400);
    CHECK(desk.ask("POST", "/api/accounts", R"({"name":"wei","role":"branch_secretary"})").status == 400);  // of which branch?
    CHECK(desk.ask("POST", "/api/accounts", R"({"name":"wei","role":"emperor"})").status == 400);
    const std::string csrf = std::exchange(desk.csrf, "");
    CHECK(desk.ask("POST", "/api/enrol-codes").status == 403);
    desk.csrf = std::string(csrf.size(), '0');
    CHECK(desk.ask("POST", "/api/enrol-codes").status == 403);
    desk.csrf = csrf;
    CHECK(desk.ask("POST", "/api/enrol-codes").status == 201);
    CHECK(desk.ask("DELETE", "/api/accounts/admin").status == 400);  // the last operator
    CHECK(desk.ask("DELETE", "/api/accounts/nobody").status == 404);
    CHECK(desk.ask("PATCH", "/api/accounts").status == 405);
    CHECK(desk.ask("GET", "/api/nothing").status == 404);
    const std::string audit = desk.ask("GET", "/api/audit").body;
    CHECK(audit.find("account added as viewer") != std::string::npos);
    CHECK(audit.find("enrolment code made") != std::string::npos);
    CHECK(audit.find("10.0.0.7") != std::string::npos);

    REQUIRE(desk.sign_in("lin", password) == "in");
    const HttpReply changed = desk.ask("POST", "/api/password", fmt::format(R"({{"old":"{}","new":"long enough 2"}})", password));
    desk.keep(changed);
    CHECK(desk.ask("GET", "/api/kiosks").status == 200);
    CHECK(desk.ask("POST", "/api/enrol-codes").status == 403);
    CHECK(desk.ask("GET", "/api/audit").status == 403);
    CHECK(desk.ask("POST", "/api/logout").status == 204);
    CHECK(desk.ask("GET", "/api/me").status == 401);
}

TEST_CASE("a session ends after silence, and after a day's work", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    desk.clock.advance(std::chrono::minutes(119));
    CHECK(desk.ask("GET", "/api/me").status == 200);
    for (int i = 0; i < 6; ++i) {
        desk.clock.advance(std::chrono::minutes(100));
        CHECK(desk.ask("GET", "/api/me").status == 200);
    }
    desk.clock.advance(std::chrono::minutes(2));
    CHECK(desk.ask("GET", "/api/me").status == 401);
    REQUIRE(desk.sign_in("admin", "long enough 1") == "in");
    desk.clock.advance(std::chrono::minutes(121));
    CHECK(desk.ask("GET", "/api/me").status == 401);
}

TEST_CASE("wrong passwords make whoever tries them wait", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    for (int i = 0; i < 3; ++i) CHECK(desk.sign_in("admin", "wrong password") == "401");
    CHECK(desk.sign_in("admin", "long enough 1") == "429");
    desk.clock.advance(std::chrono::seconds(1));
    CHECK(desk.sign_in("admin", "wrong password") == "401");
    desk.clock.advance(std::chrono::seconds(1));
    CHECK(desk.sign_in("admin", "long enough 1") == "429");
    desk.clock.advance(std::chrono::seconds(1));
    CHECK(desk.sign_in("admin", "long enough 1") == "in");
}

TEST_CASE("U+0000 in a name is a wrong name, not the database's fault", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    CHECK(desk.ask("POST", "/api/login", R"({"name":"ad\u0000min","password":"long enough 1"})").status == 401);
    for (const auto& [method, target] : {std::pair("POST", "/api/accounts/a%00/reset"), {"DELETE", "/api/credentials/%00"}, {"POST", "/api/kiosks/k%00/revoke"}, {"GET", "/api/audit?before=%00"}}) {
        const HttpReply reply = desk.ask(method, target);
        CAPTURE(target, reply.body);
        CHECK(reply.status == 400);
        CHECK(reply.body.find("U+0000") != std::string::npos);
    }
}

TEST_CASE("another server knows what was tried at the first", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    CentreApi other(desk.databases, desk.clock, CentreDesk::quiet(), CentreParts());
    const SigningKey key = SigningKey::from_seed(sha256("terminal"));
    const auto at = [&](bool first, const std::string& target, const std::string& body) {
        HttpRequest request;
        request.method = "POST";
        request.target = target;
        request.body = body;
        request.peer = "10.0.0.9";
        return (first ? desk.api : other).answer(request).status;
    };
    const auto login = [](const std::string& password) { return fmt::format(R"({{"name":"admin","password":"{}"}})", password); };
    CHECK(at(true, "/api/login", login("wrong password")) == 401);
    CHECK(at(false, "/api/login", login("wrong password")) == 401);
    CHECK(at(true, "/api/login", login("wrong password")) == 401);
    CHECK(at(false, "/api/login", login("long enough 1")) == 429);
    // Nobody else is kept out by that; and a minute of waiting is enough.
    CHECK(desk.sign_in("admin", "long enough 1") == "in");
    desk.clock.advance(std::chrono::seconds(1));
    CHECK(at(false, "/api/login", login("long enough 1")) == 200);
    CHECK(at(true, "/api/login", login("wrong password")) == 401);  // forgiven at both
    const std::string wrong = enrol_json(terminal(key, "2222-2222"), key);
    for (int i = 0; i < 5; ++i) CHECK(at(i % 2 == 0, "/api/enrol", wrong) == 403);
    CHECK(at(true, "/api/enrol", wrong) == 429);
    CHECK(at(false, "/api/enrol", wrong) == 429);
    desk.clock.advance(std::chrono::seconds(13));
    CHECK(at(false, "/api/enrol", wrong) == 403);
    CHECK(at(true, "/api/enrol", wrong) == 429);
    // What was tried is no word in the database, and goes when it is old.
    CHECK(desk.room.count("attempt") == 2);
    const auto names = desk.room.sql->query("SELECT who FROM attempt");
    REQUIRE(names);
    for (const SqlRow& row : *names) CHECK(row.text(0).find("10.0.0.9") == std::string::npos);
    REQUIRE(SharedLimits(*desk.room.sql).forget_old(later(2 * 3'600'000)));
    CHECK(desk.room.count("attempt") == 0);
}

TEST_CASE("a credential opens the statements, a removed one does not", "[accounts]") {
    CentreDesk desk;
    Accounts accounts(*desk.room.sql);
    auto password = accounts.add_credential("lms", start);
    REQUIRE(password);
    CHECK(password->size() == 43);
    CHECK_FALSE(accounts.add_credential("lms", start));
    CHECK_FALSE(accounts.add_credential("a:b", start));
    const auto status = [&](const std::string& authorization) {
        const HttpReply reply = desk.ask("GET", "/xapi/statements", "", {{"authorization", authorization}, {"x-experience-api-version", "1.0.3"}});
        CHECK(find_header(reply.headers, "x-experience-api-version") != nullptr);
        return reply.status;
    };
    CHECK(status(basic("lms", *password)) == 200);
    CHECK(status(basic("lms", *password + "x")) == 401);
    CHECK(status("Basic ???") == 401);
    CHECK(status("Bearer nothing") == 401);
    CHECK(desk.ask("GET", "/xapi/statements", "", {{"x-experience-api-version", "1.0.3"}}).status == 401);
    CHECK(desk.ask("GET", "/xapi/about").status == 200);
    // Names that the database could not even read are nobody's, and no fault of its.
    for (const std::string& name : {std::string("l\0ms", 4), std::string("\xff\xfe"), std::string("lms\0", 4), std::string()}) CHECK(status(basic(name, *password)) == 401);
    REQUIRE(accounts.remove_credential("lms"));
    CHECK(status(basic("lms", *password)) == 401);
    CHECK(accounts.remove_credential("lms").error().kind == ErrorKind::missing);
}

TEST_CASE("nothing below /xapi is a page of the centre's own, whatever type it was brought with", "[accounts]") {
    CentreDesk desk;
    auto password = Accounts(*desk.room.sql).add_credential("lms", start);
    REQUIRE(password);
    const std::string page = "<script>fetch('/api/me')</script>", place = "/xapi/activities/state?activityId=http://e.cn/a&agent=%7B%22mbox%22%3A%22mailto%3Aa%40b.cn%22%7D&stateId=page";
    const HttpHeaders known{{"authorization", basic("lms", *password)}, {"x-experience-api-version", "1.0.3"}, {"content-type", "text/html"}};
    REQUIRE(desk.ask("PUT", place, page, known).status == 204);
    const HttpReply got = desk.ask("GET", place, "", known);
    CHECK(got.body == page);
    for (const HttpReply& reply : {got, desk.ask("GET", place), desk.ask("GET", "/xapi/statements", "", known), desk.ask("GET", "/xapi/about"), desk.ask("GET", "/xapi"), desk.ask("GET", "/xapi/none")}) {
        CAPTURE(reply.status);
        const std::string* policy = find_header(reply.headers, "content-security-policy");
        REQUIRE(policy != nullptr);
        CHECK(*policy == "default-src 'none'; sandbox");
    }
}

TEST_CASE("a code enrols one terminal, once, until it expires", "[accounts]") {
    CentreRoom room;
    Enrolment enrolment(*room.sql);
    const std::int64_t day = 86'400'000;
    std::set<std::string> codes;
    for (int i = 0; i < 50; ++i) {
        auto code = enrolment.make_code("", start, day);
        REQUIRE(code);
        REQUIRE(code->size() == 9);
        CHECK((*code)[4] == '-');
        CHECK(code->find_first_of("01IOio") == std::string::npos);
        codes.insert(*code);
    }
    CHECK(codes.size() == 50);
    const SigningKey a = SigningKey::from_seed(sha256("a")), b = SigningKey::from_seed(sha256("b"));
    auto code = enrolment.make_code("", start, day);
    REQUIRE(code);
    std::string sloppy = *code;
    for (char& c : sloppy) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    auto token = enrolment.enrol(terminal(a, sloppy), later(1000));
    REQUIRE(token);
    CHECK(enrolment.enrol(terminal(b, *code), later(2000)).error().kind == ErrorKind::untrusted);
    CHECK(enrolment.enrol(terminal(b, "7K3M-9QXT"), later(2000)).error().kind == ErrorKind::untrusted);
    CHECK(enrolment.enrol(terminal(b, ""), later(2000)).error().kind == ErrorKind::untrusted);
    // The reply was lost: the same terminal asks again, and its first token is dead.
    auto second = enrolment.enrol(terminal(a, *code), later(3000));
    REQUIRE(second);
    CHECK_FALSE(enrolment.by_token(*token)->has_value());
    REQUIRE(enrolment.by_token(*second)->has_value());
    CHECK((*enrolment.by_token(*second))->public_key == a.public_key());
    // A fresh code: still one terminal.
    auto fresh = enrolment.make_code("", later(4000), day);
    REQUIRE(enrolment.enrol(terminal(a, *fresh), later(5000)));
    CHECK(enrolment.list()->size() == 1);
    auto old = enrolment.make_code("", start, day);
    CHECK(enrolment.enrol(terminal(b, *old), later(day + 1)).error().kind == ErrorKind::untrusted);
}

TEST_CASE("a terminal enrols over HTTP, asks how far it is, and is told when it was revoked", "[accounts]") {
    CentreDesk desk;
    desk.begin();
    const std::string code = CentreDesk::member(desk.ask("POST", "/api/enrol-codes", R"({"name":"north hall"})"), "code");
    desk.cookie.clear();
    desk.csrf.clear();
    const SigningKey key = SigningKey::from_seed(sha256("terminal"));
    const EnrolRequest request = terminal(key, code);
    const HttpReply reply = desk.ask("POST", "/api/enrol", enrol_json(request, key));
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    auto enrolled = read_enrolled(reply.body);
    REQUIRE(enrolled);
    CHECK(enrolled->home_page == "https://o.example/");
    const HttpHeaders bearer{{"authorization", "Bearer " + enrolled->token}};
    const HttpReply state = desk.ask("GET", "/api/kiosk/state", "", bearer);
    REQUIRE(state.status == 200);
    auto read = read_centre_state(state.body);
    REQUIRE(read);
    CHECK(read->through == 0);
    CHECK(read->time.unix_ms == start.unix_ms);
    CHECK(desk.ask("GET", "/api/kiosk/state", "", {{"authorization", "Bearer x"}}).status == 401);
    CHECK(desk.ask("GET", "/api/kiosks", "", bearer).status == 401);  // a terminal is no staff
    // It tells, and looks up what it told; it reads nobody's statements.
    HttpHeaders xapi = bearer;
    xapi.emplace_back("x-experience-api-version", "1.0.3");
    CHECK(desk.ask("GET", "/xapi/statements?statementId=00000000-0000-4000-8000-000000000000", "", xapi).status == 404);
    CHECK(desk.ask("GET", "/xapi/statements", "", xapi).status == 403);
    CHECK(desk.ask("POST", "/xapi/statements?method=GET", "", xapi).status == 403);
    CHECK(desk.ask("GET", "/xapi/activities/state?stateId=a", "", xapi).status == 403);

    REQUIRE(desk.sign_in("admin", "long enough 1") == "in");
    CHECK(desk.ask("GET", "/api/kiosks").body.find(request.kiosk.text) != std::string::npos);
    CHECK(desk.ask("POST", "/api/kiosks/" + request.kiosk.text + "/revoke").status == 204);
    CHECK(desk.ask("GET", "/api/kiosk/state", "", bearer).status == 401);
    const HttpReply unknown = desk.ask("GET", "/xapi/statements", "", bearer);
    CHECK(unknown.status == 401);
    CHECK(find_header(unknown.headers, "x-experience-api-consistent-through") != nullptr);  // in every answer about statements
    CHECK(find_header(unknown.headers, "x-experience-api-version") != nullptr);
    CHECK(desk.ask("GET", "/xapi//about").status == 200);
}

TEST_CASE("five wrong codes a minute from one address", "[accounts]") {
    CentreDesk desk;
    const SigningKey key = SigningKey::from_seed(sha256("terminal"));
    const std::string wrong = enrol_json(terminal(key, "2222-2222"), key);
    for (int i = 0; i < 5; ++i) CHECK(desk.ask("POST", "/api/enrol", wrong).status == 403);
    const HttpReply refused_now = desk.ask("POST", "/api/enrol", wrong);
    CHECK(refused_now.status == 429);
    CHECK(find_header(refused_now.headers, "retry-after") != nullptr);
    desk.clock.advance(std::chrono::seconds(13));
    CHECK(desk.ask("POST", "/api/enrol", wrong).status == 403);
}

TEST_CASE("accounts and terminals are the same on both databases", "[accounts]") {
    testing::CentreDatabase database;
    Accounts accounts(database.sql());
    auto first = accounts.make_first(start);
    REQUIRE(first);
    REQUIRE(first->has_value());
    REQUIRE(accounts.check("admin", **first)->has_value());
    CHECK_FALSE(accounts.check("admin", "another")->has_value());
    REQUIRE(accounts.change_password("admin", **first, "long enough 1"));
    auto token = accounts.open_session("admin", start);
    REQUIRE(token);
    CHECK(accounts.session(*token, later(1000))->has_value());
    CHECK(accounts.session(*token, later(100'000))->has_value());  // written again: it was used
    REQUIRE(accounts.close_session(*token));
    CHECK_FALSE(accounts.session(*token, later(1000))->has_value());
    CHECK(accounts.close("admin", start).error().kind == ErrorKind::invalid);
    REQUIRE(accounts.add("wei", StaffRole::branch_secretary, "north", start));
    REQUIRE(accounts.reset("wei"));
    REQUIRE(accounts.close("wei", start));
    CHECK(accounts.list()->size() == 2);
    auto password = accounts.add_credential("lms", start);
    REQUIRE(password);
    CHECK(*accounts.credential_holds("lms", *password));
    CHECK_FALSE(*accounts.credential_holds("lms", "x"));
    REQUIRE(accounts.remove_credential("lms"));
    for (int i = 0; i < 3; ++i) {
        AuditEntry entry;
        entry.at = later(i);
        entry.who = "admin";
        entry.what = std::to_string(i);
        REQUIRE(accounts.note(entry));
    }
    auto newest = accounts.audit("", 2);
    REQUIRE(newest);
    REQUIRE(newest->size() == 2);
    CHECK(newest->front().what == "2");
    CHECK(accounts.audit(newest->back().id, 10)->front().what == "0");
    REQUIRE(accounts.set_option("home_page", "https://a/"));
    REQUIRE(accounts.set_option("home_page", "https://b/"));
    CHECK(*accounts.option("home_page", "") == "https://b/");

    Enrolment enrolment(database.sql());
    const SigningKey key = SigningKey::from_seed(sha256("terminal"));
    auto code = enrolment.make_code("hall", start, 1000);
    REQUIRE(code);
    auto kiosk_token = enrolment.enrol(terminal(key, *code), later(1));
    REQUIRE(kiosk_token);
    auto again = enrolment.enrol(terminal(key, *code), later(2));
    REQUIRE(again);
    CHECK_FALSE(enrolment.by_token(*kiosk_token)->has_value());
    const KioskId id = terminal(key, *code).kiosk;
    REQUIRE(enrolment.saw(id, later(5)));
    REQUIRE(enrolment.rename(id, "south"));
    REQUIRE(enrolment.revoke(id, later(6)));
    CHECK(enrolment.revoke(id, later(7)).error().kind == ErrorKind::missing);
    auto known = enrolment.by_token(*again);
    REQUIRE(known->has_value());
    CHECK((*known)->is_revoked());
    CHECK((*known)->name == "south");
    CHECK((*known)->contact.unix_ms == later(5).unix_ms);
    CHECK(enrolment.list()->size() == 1);
}

TEST_CASE("how often: a bucket that refills", "[accounts]") {
    RateLimits limits;
    Instant now;
    for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.ask("a", 2, 10, now));
    const auto wait = limits.ask("a", 2, 10, now);
    REQUIRE(wait);
    CHECK(seconds(*wait) == Approx(0.5));
    CHECK_FALSE(limits.ask("b", 2, 10, now));
    CHECK_FALSE(limits.ask("a", 2, 10, now + *wait));
    CHECK(limits.due("x", std::chrono::seconds(60), now));
    CHECK_FALSE(limits.due("x", std::chrono::seconds(60), now + std::chrono::seconds(59)));
    CHECK(limits.due("x", std::chrono::seconds(60), now + std::chrono::seconds(60)));
}

TEST_CASE("what is counted can be read by a machine", "[accounts]") {
    CentreDesk desk;
    CHECK(desk.ask("GET", "/healthz").status == 200);
    CHECK(desk.ask("GET", "/metrics").status == 401);  // from elsewhere, without a credential
    HttpRequest request;
    request.target = "/metrics";
    request.peer = "127.0.0.1";
    const HttpReply reply = desk.api.answer(request);
    REQUIRE(reply.status == 200);
    CHECK(reply.body.find("xinghuo_requests_total{route=\"health\",status=\"200\"} 1\n") != std::string::npos);
    CHECK(reply.body.ends_with("# EOF\n"));
    request.headers.emplace_back("x-forwarded-for", "1.2.3.4");  // through a proxy nobody trusts: not from here
    CHECK(desk.api.answer(request).status == 401);
}
