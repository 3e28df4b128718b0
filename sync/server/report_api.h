// Reports and people over HTTP, for staff with a session. Any thread; keeps nothing. (api.h, CentreParts::reports)
//
//     GET /api/reports/activities?from=2026-01-01&to=2026-12-31      from, to: days in China; without them: this year
//     GET /api/reports/attendance?activity=a-…&absent=true
//     GET /api/reports/hours?from=&to=&by=member|branch&branch=
//     GET /api/reports/quiz?theme=      /items      /fleet      /alerts?closed=true
//         all: format=json|csv|xlsx (or Accept; JSON otherwise), lang=zh|en (or Accept-Language; zh otherwise), limit= (1,000; at most 100,000), after= (`next` of the
//         page before, which is in the JSON and in the header Link)
//     GET /api/reports/policies      PUT /api/reports/policies?from=DATE with a policy      DELETE /api/reports/policies?from=DATE
//     GET /api/people?branch=&limit=&after=      GET /api/people/branches      DELETE /api/people/{id}: erasure
//     POST /api/people/roster with a CSV or XLSX: what it would change; with ?apply=true it is taken over
//
// Roles: an operator may all; a viewer reads reports and people; a content approver reads quiz and items, which are of nobody; a branch secretary reads activities,
// attendance, hours and people of their branch, and quiz and items. Refusals are sentences {"error": …}: 400, 403, 404, 405; 503 when the database is away.
#pragma once

#include "content/base/clock.h"
#include "sync/http.h"
#include "sync/server/caller.h"
#include "sync/server/reports.h"

namespace xinghuo {

struct ReportDesk {
    const SecretKey& key;        // seals people
    const ReportWords& words;
};
// `path`: "/api/reports/hours", "/api/people", still percent-encoded.
HttpReply answer_reports(const HttpRequest& request, std::string_view path, const Caller& caller, Sql& sql, WallTime now, const ReportDesk& desk);

// people_api.cpp: what is below /api/people, and the policies.
HttpReply answer_people(const HttpRequest& request, std::string_view rest, const Caller& caller, Sql& sql, WallTime now, const ReportDesk& desk);
HttpReply answer_policies(const HttpRequest& request, const Caller& caller, Sql& sql);

// For both: the parameters of a query. Unknown ones are refused, so that a mistyped filter does not answer for everybody.
class ReportParameters {
public:
    static Result<ReportParameters> read(std::string_view query, std::initializer_list<std::string_view> known);
    [[nodiscard]] std::string get(std::string_view name) const;      // empty: not there
    [[nodiscard]] Result<bool> truth(std::string_view name) const;   // true | false; absent: false
    [[nodiscard]] Result<std::int64_t> day(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] Result<std::size_t> limit() const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};
HttpReply report_refusal(const Error& error);

}  // namespace xinghuo
