// People, the roster and the policies over HTTP. (report_api.h)
#include "content/base/json.h"
#include "content/study/day.h"
#include "sync/server/http_reply.h"
#include "sync/server/report_api.h"

namespace xinghuo {
namespace {

constexpr std::size_t told_at_most = 1'000;  // of each list of a preview

bool is_operator(const Caller& caller) { return caller.kind == Caller::Kind::staff && caller.role == StaffRole::operator_; }

void tell(JsonWriter& out, const Person& person) {
    out.object().key("id").value(person.id.text).key("number").value(person.number).key("name").value(person.name).key("branch").value(person.branch);
    out.key("card").value(person.card).key("pinyin").value(person.pinyin).key("host").value(person.host).key("gone").value(person.gone_ms != 0).end();
}

void tell(JsonWriter& out, const char* key, const std::vector<PeoplePreview::Change>& changes) {
    out.key(key).object().key("count").value(changes.size()).key("first").array();
    for (std::size_t i = 0; i < changes.size() && i < told_at_most; ++i) {
        const PeoplePreview::Change& change = changes[i];
        out.object();
        if (change.now.row != 0)
            out.key("row").value(change.now.row).key("number").value(change.now.number).key("name").value(change.now.name).key("branch").value(change.now.branch);
        if (!change.before.id.empty()) {
            out.key("before");
            tell(out, change.before);
        }
        out.end();
    }
    out.end().end();
}

std::string preview_json(const PeoplePreview& preview, const RosterFile& file, bool applied, bool refused) {
    JsonWriter out;
    out.object();
    if (refused) out.key("error").value("nothing was taken over: " + (preview.problems.empty() ? "the roster has no rows" : preview.problems.front().what));
    out.key("applied").value(applied).key("same").value(preview.same);
    tell(out, "added", preview.added);
    tell(out, "changed", preview.changed);
    tell(out, "gone", preview.gone);
    out.key("problems").array();
    for (const RosterProblem& problem : preview.problems) out.object().key("row").value(problem.row).key("key").value(problem.key).key("what").value(problem.what).end();
    out.end().key("unknown_columns").array();
    for (const std::string& column : file.unknown) out.value(column);
    return out.end().end().text();
}

Result<HttpReply> roster(const HttpRequest& request, Sql& sql, const Caller& caller, WallTime now, const ReportDesk& desk) {
    auto parameters = ReportParameters::read(request.query(), {"apply"});
    if (!parameters) return parameters.error();
    auto apply = parameters->truth("apply");
    if (!apply) return apply.error();
    auto table = read_table(Bytes(request.body.begin(), request.body.end()));
    if (!table) return table.error();
    auto file = read_roster(*table);
    if (!file) return file.error();
    People people(sql, desk.key, caller.organisation);
    const bool applies = *apply && file->problems.empty() && !file->rows.empty();
    auto preview = applies ? people.apply(*file, now) : people.preview(*file);
    if (!preview) return preview.error();
    return json_reply(preview_json(*preview, *file, applies, *apply && !applies), *apply && !applies ? 400 : 200);
}

Result<HttpReply> list(const HttpRequest& request, Sql& sql, const Caller& caller, const ReportDesk& desk) {
    auto parameters = ReportParameters::read(request.query(), {"branch", "limit", "after"});
    if (!parameters) return parameters.error();
    auto limit = parameters->limit();
    if (!limit) return limit.error();
    std::string within = parameters->get("branch");
    if (caller.role == StaffRole::branch_secretary) {
        if (!within.empty() && within != caller.branch) return Error{ErrorKind::untrusted, "that is another branch"};
        within = caller.branch;
    }
    auto found = People(sql, desk.key, caller.organisation).list(within, {parameters->get("after")}, *limit + 1);
    if (!found) return found.error();
    JsonWriter out;
    out.object().key("people").array();
    for (std::size_t i = 0; i < found->size() && i < *limit; ++i) tell(out, (*found)[i]);
    out.end();
    if (found->size() > *limit) out.key("next").value((*found)[*limit - 1].id.text);
    return json_reply(out.end().text());
}

Result<HttpReply> branches(Sql& sql, const Caller& caller, const ReportDesk& desk) {
    auto names = People(sql, desk.key, caller.organisation).branches();
    if (!names) return names.error();
    JsonWriter out;
    out.object().key("branches").array();
    for (const std::string& name : *names)
        if (caller.role != StaffRole::branch_secretary || name == caller.branch) out.value(name);
    return json_reply(out.end().end().text());
}

Result<HttpReply> policies(const HttpRequest& request, const Caller& caller, Sql& sql) {
    auto parameters = ReportParameters::read(request.query(), {"from"});
    if (!parameters) return parameters.error();
    if (request.method != "GET" && request.method != "HEAD") {
        auto from = parameters->day("from", INT64_MIN);
        if (!from) return from.error();
        if (*from == INT64_MIN) return Error{ErrorKind::invalid, "from: missing"};
        auto done = request.method == "PUT" ? set_centre_policy(sql, caller.organisation, *from, request.body) : remove_centre_policy(sql, caller.organisation, *from);
        if (!done) return done.error();
    }
    auto table = centre_policies(sql, caller.organisation);
    if (!table) return table.error();
    std::string body = R"({"policies":[)";
    for (const Policies::Entry& entry : *table)
        body += (body.back() == '[' ? "{\"from\":\"" : ",{\"from\":\"") + date_text(entry.from_day) + "\",\"policy\":" + to_json(entry.policy) + "}";
    return json_reply(body + "]}");
}

HttpReply said(Result<HttpReply> reply) {
    if (!reply) return report_refusal(reply.error());
    set_header(reply->headers, "cache-control", "no-store");
    return std::move(*reply);
}

}  // namespace

HttpReply answer_people(const HttpRequest& request, std::string_view rest, const Caller& caller, Sql& sql, WallTime now, const ReportDesk& desk) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool may_read = caller.kind == Caller::Kind::staff && (caller.role == StaffRole::operator_ || caller.role == StaffRole::viewer ||
                                                                (caller.role == StaffRole::branch_secretary && !caller.branch.empty()));
    if (!(reads ? may_read : is_operator(caller))) return refusal(403, "this role may not do that");
    if (rest.empty() && reads) return said(list(request, sql, caller, desk));
    if (rest == "/branches" && reads) return said(branches(sql, caller, desk));
    if (rest == "/roster" && request.method == "POST") return said(roster(request, sql, caller, now, desk));
    if (rest.starts_with("/m-") && request.method == "DELETE") {
        auto erased = People(sql, desk.key, caller.organisation).erase({std::string(rest.substr(1))});
        if (!erased) return report_refusal(erased.error());
        return json_reply(R"({"erased":true})");
    }
    if (rest.empty() || rest == "/branches") return wrong_method("GET");
    if (rest == "/roster") return wrong_method("POST");
    if (rest.starts_with("/m-")) return wrong_method("DELETE");
    return refusal(404, "nothing is here");
}

HttpReply answer_policies(const HttpRequest& request, const Caller& caller, Sql& sql) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (caller.kind != Caller::Kind::staff || (!reads && !is_operator(caller))) return refusal(403, "this role may not do that");
    if (!reads && request.method != "PUT" && request.method != "DELETE") return wrong_method("GET, PUT, DELETE");
    return said(policies(request, caller, sql));
}

}  // namespace xinghuo
