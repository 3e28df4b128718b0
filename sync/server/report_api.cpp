#include "sync/server/report_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "content/study/day.h"
#include "sync/server/http_reply.h"

namespace xinghuo {
namespace {

// What a role reads: of everybody, of its branch, or not.
enum class Reach { none, branch, all };
Reach reach_of(const Caller& caller, std::string_view report) {
    if (caller.kind != Caller::Kind::staff) return Reach::none;
    const bool of_nobody = report == "quiz" || report == "items";
    const bool of_things = report == "fleet" || report == "alerts";
    switch (caller.role) {
        case StaffRole::operator_:
        case StaffRole::viewer: return Reach::all;
        case StaffRole::content_approver: return of_nobody ? Reach::all : Reach::none;
        case StaffRole::branch_secretary: return of_nobody ? Reach::all : of_things || caller.branch.empty() ? Reach::none : Reach::branch;
    }
    return Reach::none;
}

Result<std::string> format_of(const HttpRequest& request, const ReportParameters& parameters) {
    const std::string asked = parameters.get("format");
    if (asked == "json" || asked == "csv" || asked == "xlsx") return asked;
    if (!asked.empty()) return Error{ErrorKind::invalid, "format: json, csv or xlsx"};
    const std::string* accept = find_header(request.headers, "accept");
    if (accept == nullptr || accept->find("application/json") != std::string::npos) return std::string("json");
    if (accept->find("text/csv") != std::string::npos) return std::string("csv");
    if (accept->find("spreadsheetml.sheet") != std::string::npos) return std::string("xlsx");
    return std::string("json");
}

Result<Lang> lang_of(const HttpRequest& request, const ReportParameters& parameters) {
    const std::string asked = parameters.get("lang");
    if (asked == "zh") return Lang::zh;
    if (asked == "en") return Lang::en;
    if (!asked.empty()) return Error{ErrorKind::invalid, "lang: zh or en"};
    const std::string* accept = find_header(request.headers, "accept-language");
    return accept != nullptr && accept->starts_with("en") ? Lang::en : Lang::zh;
}

Result<Report> made(std::string_view name, const ReportParameters& parameters, const ReportAsk& ask, Sql& sql, People& people) {
    if (name == "activities") return activities_report(sql, ask);
    if (name == "quiz") return quiz_report(sql, ask, parameters.get("theme"));
    if (name == "items") return items_report(sql, ask);
    if (name == "fleet") return fleet_report(sql, ask);
    if (name == "alerts") {
        auto closed = parameters.truth("closed");
        if (!closed) return closed.error();
        return alerts_report(sql, ask, *closed);
    }
    if (name == "attendance") {
        const std::string activity = parameters.get("activity");
        if (activity.empty()) return Error{ErrorKind::invalid, "activity: missing"};
        auto absent = parameters.truth("absent");
        if (!absent) return absent.error();
        return attendance_report(sql, people, ask, activity, *absent);
    }
    const std::string by = parameters.get("by");
    if (by == "branch") return hours_by_branch(sql, ask);
    if (by.empty() || by == "member") return hours_by_member(sql, people, ask);
    return Error{ErrorKind::invalid, "by: member or branch"};
}

Result<HttpReply> written(const Report& report, const std::string& format, Lang lang, const ReportWords& words) {
    HttpReply reply;
    set_header(reply.headers, "cache-control", "no-store");  // people's hours are nobody else's
    if (format == "json") {
        set_header(reply.headers, "content-type", "application/json");
        reply.body = report_json(report, words);
        return reply;
    }
    set_header(reply.headers, "content-disposition", fmt::format("attachment; filename=\"{}.{}\"", report.name, format));
    if (format == "csv") {
        set_header(reply.headers, "content-type", "text/csv; charset=utf-8");
        reply.body = report_csv(report, words, lang);
        return reply;
    }
    auto file = report_xlsx(report, words, lang);
    if (!file) return file.error();
    set_header(reply.headers, "content-type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    reply.body.assign(file->begin(), file->end());
    return reply;
}

Result<std::initializer_list<std::string_view>> known_parameters(std::string_view name) {
    static const std::initializer_list<std::string_view> period = {"format", "lang", "limit", "after", "from", "to", "branch"};
    static const std::initializer_list<std::string_view> hours = {"format", "lang", "limit", "after", "from", "to", "branch", "by"};
    static const std::initializer_list<std::string_view> attendance = {"format", "lang", "limit", "activity", "absent"};
    static const std::initializer_list<std::string_view> quiz = {"format", "lang", "limit", "after", "theme"};
    static const std::initializer_list<std::string_view> alerts = {"format", "lang", "limit", "closed"};
    static const std::initializer_list<std::string_view> plain = {"format", "lang", "limit", "after"};
    if (name == "activities") return period;
    if (name == "hours") return hours;
    if (name == "attendance") return attendance;
    if (name == "quiz") return quiz;
    if (name == "alerts") return alerts;
    if (name == "items" || name == "fleet") return plain;
    return Error{ErrorKind::missing, "no such report"};
}

Result<HttpReply> answered(const HttpRequest& request, std::string_view name, const Caller& caller, Sql& sql, WallTime now, const ReportDesk& desk) {
    auto known = known_parameters(name);
    if (!known) return known.error();
    auto parameters = ReportParameters::read(request.query(), *known);
    if (!parameters) return parameters.error();
    ReportAsk ask;
    ask.organisation = caller.organisation;
    ask.within = parameters->get("branch");
    if (reach_of(caller, name) == Reach::branch) {
        if (!ask.within.empty() && ask.within != caller.branch) return Error{ErrorKind::untrusted, "that is another branch"};
        ask.within = caller.branch;
    }
    const int year = china_date(now).year;
    auto from = parameters->day("from", china_day(Date{year, 1, 1})), to = parameters->day("to", china_day(Date{year, 12, 31}));
    if (!from) return from.error();
    if (!to) return to.error();
    if (*to < *from) return Error{ErrorKind::invalid, "to: before from"};
    ask.from_day = *from;
    ask.to_day = *to;
    auto limit = parameters->limit();
    if (!limit) return limit.error();
    ask.limit = *limit;
    ask.after = parameters->get("after");
    auto format = format_of(request, *parameters);
    if (!format) return format.error();
    auto lang = lang_of(request, *parameters);
    if (!lang) return lang.error();
    People people(sql, desk.key, caller.organisation);
    auto report = made(name, *parameters, ask, sql, people);
    if (!report) return report.error();
    auto reply = written(*report, *format, *lang, desk.words);
    if (!reply) return reply.error();
    if (!report->next.empty()) {
        std::string query;
        auto pairs = read_form(request.query());
        for (const auto& [key, value] : *pairs)
            if (key != "after") query += key + "=" + percent_encoded(value) + "&";
        set_header(reply->headers, "link", fmt::format("</api/reports/{}?{}after={}>; rel=\"next\"", name, query, percent_encoded(report->next)));
    }
    return reply;
}

}  // namespace

Result<ReportParameters> ReportParameters::read(std::string_view query, std::initializer_list<std::string_view> known) {
    auto pairs = read_form(query);
    if (!pairs) return pairs.error();
    ReportParameters parameters;
    for (auto& [name, value] : *pairs) {
        if (std::find(known.begin(), known.end(), name) == known.end()) return Error{ErrorKind::invalid, "a parameter that is not known here"};
        if (!parameters.values_.emplace(name, value).second) return Error{ErrorKind::invalid, name + ": stands twice"};
    }
    return parameters;
}
std::string ReportParameters::get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
}
Result<bool> ReportParameters::truth(std::string_view name) const {
    const std::string value = get(name);
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return Error{ErrorKind::invalid, std::string(name) + ": true or false"};
}
Result<std::int64_t> ReportParameters::day(std::string_view name, std::int64_t otherwise) const {
    const std::string value = get(name);
    if (value.empty()) return otherwise;
    const WallTime midnight = wall_time_from_iso(value + "T00:00:00+08:00");
    if (value.size() != 10 || midnight.unix_ms == 0 || date_text(china_day(midnight)) != value) return Error{ErrorKind::invalid, std::string(name) + ": a day, as 2026-07-01"};
    return china_day(midnight);
}
Result<std::size_t> ReportParameters::limit() const {
    const std::string value = get("limit");
    if (value.empty()) return std::size_t{1'000};
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number == 0 || number > report_limit) return Error{ErrorKind::invalid, fmt::format("limit: 1 to {}", report_limit)};
    return number;
}

HttpReply report_refusal(const Error& error) {
    switch (error.kind) {
        case ErrorKind::missing: return refusal(404, error.what);
        case ErrorKind::untrusted: return refusal(403, error.what);
        case ErrorKind::io:
        case ErrorKind::full: return refusal(503, "the database is away: try again");
        case ErrorKind::expired: return refusal(500, error.what);  // the key of people
        default: return refusal(400, error.what);
    }
}

HttpReply answer_reports(const HttpRequest& request, std::string_view path, const Caller& caller, Sql& sql, WallTime now, const ReportDesk& desk) {
    constexpr std::string_view reports = "/api/reports/", people = "/api/people";
    if (path.starts_with(people)) return answer_people(request, path.substr(people.size()), caller, sql, now, desk);
    if (!path.starts_with(reports)) return refusal(404, "no such report");
    const std::string_view name = path.substr(reports.size());
    if (name == "policies") return answer_policies(request, caller, sql);
    if (reach_of(caller, name) == Reach::none) return refusal(403, "this role may not see that");
    if (request.method != "GET" && request.method != "HEAD") return wrong_method("GET");
    auto reply = answered(request, name, caller, sql, now, desk);
    if (!reply) return report_refusal(reply.error());
    return std::move(*reply);
}

}  // namespace xinghuo
