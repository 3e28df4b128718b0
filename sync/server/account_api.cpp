#include "sync/server/account_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "content/base/json.h"
#include "content/base/log.h"
#include "sync/server/http_reply.h"
#include "sync/server/shared_limits.h"

namespace xinghuo {
namespace {

constexpr std::string_view cookie_name = "xinghuo_session";
constexpr Nanoseconds forgotten_every = std::chrono::minutes(10);

HttpReply with_cookie(HttpReply reply, const HttpRequest& request, const std::string& value) {
    const bool secure = find_header(request.headers, "x-forwarded-proto") != nullptr;
    reply.headers.emplace_back("set-cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", cookie_name, value, secure ? "; Secure" : "", value.empty() ? "; Max-Age=0" : ""));
    reply.headers.emplace_back("cache-control", "no-store");
    return reply;
}

std::string session_json(const StaffSession& session) {
    JsonWriter w;
    w.object().key("name").value(session.account.name).key("role").value(text_of(session.account.role)).key("branch").value(session.account.branch);
    w.key("must_change").value(session.account.must_change).key("csrf").value(session.csrf).end();
    return w.text();
}

HttpReply secret_reply(std::string_view name, std::string_view member, const std::string& secret) {
    JsonWriter w;
    w.object().key("name").value(name).key(member).value(secret).end();
    return shown_once(w.text());
}

HttpReply opened(const ApiCall& call, const StaffAccount& account) {
    auto token = Accounts(call.sql).open_session(account.name, call.wall);
    if (!token) return refused(token.error());
    StaffSession session;
    session.account = account;
    session.csrf = secret_hash("csrf", *token);
    return with_cookie(json_reply(session_json(session)), call.request, *token);
}

}  // namespace

Result<void> noted(const ApiCall& call, const std::string& what, const std::string& about) {
    AuditEntry entry;
    entry.at = call.wall;
    entry.who = call.staff != nullptr ? call.staff->account.name : "terminal";
    entry.what = what;
    entry.about = about;
    entry.peer = call.request.peer;
    return Accounts(call.sql).note(entry);
}

HttpReply done_reply(const ApiCall& call, const Result<void>& done, const std::string& what, const std::string& about) {
    if (!done) return refused(done.error());
    if (auto kept = noted(call, what, about); !kept) return refused(kept.error());
    HttpReply reply;
    reply.status = 204;
    return reply;
}

HttpReply shown_once(std::string body) {
    HttpReply reply = json_reply(std::move(body), 201);
    reply.headers.emplace_back("cache-control", "no-store");
    return reply;
}

HttpReply refused(const Error& error) {
    switch (error.kind) {
        case ErrorKind::io:
        case ErrorKind::full: {
            log_warning(error.what);  // the database's own words are not for everybody
            HttpReply reply = refusal(503, "the database does not answer; nothing was changed that was not confirmed");
            reply.headers.emplace_back("retry-after", "5");
            return reply;
        }
        case ErrorKind::missing: return refusal(404, error.what);
        case ErrorKind::untrusted: return refusal(403, error.what);
        case ErrorKind::too_large: return refusal(413, error.what);
        default: return refusal(400, error.what);
    }
}

HttpReply too_often(Nanoseconds wait) {
    HttpReply reply = refusal(429, "too often; come again later");
    reply.headers.emplace_back("retry-after", std::to_string(static_cast<std::int64_t>(seconds(wait)) + 1));
    return reply;
}

std::string session_cookie(const HttpRequest& request) {
    for (const auto& header : request.headers) {
        if (header.first != "cookie") continue;
        std::string_view rest = header.second;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(';'), rest.size());
            std::string_view pair = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
            if (pair.size() > cookie_name.size() && pair.starts_with(cookie_name) && pair[cookie_name.size()] == '=') return std::string(pair.substr(cookie_name.size() + 1));
        }
    }
    return {};
}

HttpReply answer_login(const ApiCall& call) {
    // Each try costs 40 ms and 19 MiB.
    if (const auto wait = call.limits.ask("login " + call.request.peer, 1, 10, call.now)) return too_often(*wait);
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body); !read) return refused(read.error());
    const std::string name = document.root()["name"].string(), password = document.root()["password"].string();
    if (!document.good()) return refused(document.error());
    const std::string by_peer = "password " + call.request.peer + " " + name;
    // By address and name: nobody is kept out by somebody else's tries.
    SharedLimits tries(call.sql);
    if (call.limits.due("old attempts", forgotten_every, call.now))
        if (auto forgotten = tries.forget_old(call.wall); !forgotten) return refused(forgotten.error());
    auto wait = tries.try_secret(by_peer, call.wall);
    if (!wait) return refused(wait.error());
    if (*wait) return too_often(**wait);
    auto account = Accounts(call.sql).check(name, password);
    if (!account) return refused(account.error());
    if (!account->has_value()) return refusal(401, "the name or the password is wrong");
    if (auto forgiven = tries.right(by_peer); !forgiven) return refused(forgiven.error());
    AuditEntry entry;
    entry.at = call.wall;
    entry.who = name;
    entry.what = "signed in";
    entry.peer = call.request.peer;
    if (auto done = Accounts(call.sql).note(entry); !done) return refused(done.error());
    return opened(call, **account);
}

HttpReply answer_logout(const ApiCall& call) {
    if (auto done = Accounts(call.sql).close_session(session_cookie(call.request)); !done) return refused(done.error());
    HttpReply reply;
    reply.status = 204;
    return with_cookie(std::move(reply), call.request, "");
}

HttpReply answer_me(const ApiCall& call) {
    HttpReply reply = json_reply(session_json(*call.staff));
    reply.headers.emplace_back("cache-control", "no-store");
    return reply;
}

HttpReply answer_password(const ApiCall& call) {
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body); !read) return refused(read.error());
    const std::string was = document.root()["old"].string(), now = document.root()["new"].string();
    if (!document.good()) return refused(document.error());
    StaffAccount account = call.staff->account;
    const std::string who = "password " + call.request.peer + " " + account.name;
    SharedLimits tries(call.sql);
    auto wait = tries.try_secret(who, call.wall);
    if (!wait) return refused(wait.error());
    if (*wait) return too_often(**wait);
    auto changed = Accounts(call.sql).change_password(account.name, was, now);
    // Only a wrong old password is a wrong try.
    if (changed || changed.error().kind != ErrorKind::untrusted)
        if (auto forgiven = tries.right(who); !forgiven) return refused(forgiven.error());
    if (!changed) return refused(changed.error());
    if (auto done = noted(call, "password changed", account.name); !done) return refused(done.error());
    account.must_change = false;
    return opened(call, account);
}

HttpReply answer_accounts(const ApiCall& call) {
    auto accounts = Accounts(call.sql).list();
    if (!accounts) return refused(accounts.error());
    JsonWriter w;
    w.object().key("accounts").array();
    for (const StaffAccount& account : *accounts) {
        w.object().key("name").value(account.name).key("role").value(text_of(account.role)).key("branch").value(account.branch);
        w.key("must_change").value(account.must_change).key("closed").value(account.closed).key("made").value(iso_from_wall_time(account.made)).end();
    }
    w.end().end();
    return json_reply(w.text());
}

HttpReply answer_new_account(const ApiCall& call) {
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body); !read) return refused(read.error());
    const std::string name = document.root()["name"].string(), branch = document.root()["branch"].string_or("");
    const auto role = staff_role(document.root()["role"].string());
    if (!role) document.root()["role"].refuse("viewer, branch_secretary, content_approver or operator");
    if (!document.good()) return refused(document.error());
    auto password = Accounts(call.sql).add(name, *role, branch, call.wall);
    if (!password) return refused(password.error());
    if (auto done = noted(call, fmt::format("account added as {}", text_of(*role)), name); !done) return refused(done.error());
    return secret_reply(name, "one_time_password", *password);
}

HttpReply answer_reset_account(const ApiCall& call) {
    const std::string name(call.item);
    auto password = Accounts(call.sql).reset(name);
    if (!password) return refused(password.error());
    if (auto done = noted(call, "password reset", name); !done) return refused(done.error());
    return secret_reply(name, "one_time_password", *password);
}

HttpReply answer_close_account(const ApiCall& call) {
    const std::string name(call.item);
    return done_reply(call, Accounts(call.sql).close(name, call.wall), "account closed", name);
}

HttpReply answer_credentials(const ApiCall& call) {
    auto credentials = Accounts(call.sql).credentials();
    if (!credentials) return refused(credentials.error());
    JsonWriter w;
    w.object().key("credentials").array();
    for (const CredentialEntry& entry : *credentials) w.object().key("name").value(entry.name).key("made").value(iso_from_wall_time(entry.made)).end();
    w.end().end();
    return json_reply(w.text());
}

HttpReply answer_new_credential(const ApiCall& call) {
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body); !read) return refused(read.error());
    const std::string name = document.root()["name"].string();
    if (!document.good()) return refused(document.error());
    auto password = Accounts(call.sql).add_credential(name, call.wall);
    if (!password) return refused(password.error());
    if (auto done = noted(call, "credential added", name); !done) return refused(done.error());
    return secret_reply(name, "password", *password);
}

HttpReply answer_remove_credential(const ApiCall& call) {
    const std::string name(call.item);
    return done_reply(call, Accounts(call.sql).remove_credential(name), "credential removed", name);
}

HttpReply answer_audit(const ApiCall& call) {
    auto form = read_form(call.request.query());
    if (!form) return refused(form.error());
    std::string before;
    std::size_t limit = 100;
    for (const auto& [name, value] : *form) {
        if (name == "before") {
            before = value;
        } else if (name == "limit") {
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
            if (error != std::errc() || end != value.data() + value.size() || limit == 0 || limit > 1'000) return refusal(400, "limit: 1 to 1000");
        } else {
            return refusal(400, "a parameter that is not known here");
        }
    }
    auto entries = Accounts(call.sql).audit(before, limit);
    if (!entries) return refused(entries.error());
    JsonWriter w;
    w.object().key("entries").array();
    for (const AuditEntry& entry : *entries) {
        w.object().key("id").value(entry.id).key("at").value(iso_from_wall_time(entry.at)).key("who").value(entry.who).key("what").value(entry.what);
        w.key("about").value(entry.about).key("from").value(entry.peer).end();
    }
    w.end().end();
    return json_reply(w.text());
}

}  // namespace xinghuo
