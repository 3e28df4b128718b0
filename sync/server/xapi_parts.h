// What the files of the xAPI endpoint share; nobody else includes it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/json_tree.h"
#include "sync/server/statement.h"
#include "sync/server/xapi.h"

namespace xinghuo {

// A call whose version is known and whose form, if it came as one, is undone. Valid as long as the call.
struct XapiRequest {
    const XapiCall& call;
    const HttpRequest& http;          // what was asked: call.request, or what its form meant
    XapiVersion version;
    std::vector<std::pair<std::string, std::string>> parameters;

    [[nodiscard]] const std::string* parameter(std::string_view name) const;  // null: not there
    [[nodiscard]] const std::string* header(std::string_view lower_case_name) const { return find_header(http.headers, lower_case_name); }
    [[nodiscard]] bool reads() const { return http.method == "GET" || http.method == "HEAD"; }
    [[nodiscard]] Organisation organisation() const { return call.caller->organisation; }
};

// One statement, as it came; its attachments come beside it. A hundred times what is ever seen, and what a page, a tree of it and the database's copies can bear.
inline constexpr std::size_t largest_statement = 4u << 20;

// A refusal: {"error": why}.
HttpReply xapi_refusal(int status, std::string_view why);
HttpReply xapi_json(std::string body);
HttpReply xapi_done();  // 204
// What the store said: io is 503 with Retry-After, since nothing is known to be kept.
HttpReply xapi_store_refusal(const Error& error);
// 400 where a parameter is not among the known ones, or stands twice; letter case counts (Communication 3.2).
std::optional<HttpReply> other_parameters(const XapiRequest& request, std::initializer_list<std::string_view> known);
// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(std::int64_t unix_ms);
std::string entity_tag(std::string_view bytes);  // the hex SHA-1 xAPI wants, without quotes
std::string lower_case(std::string_view text);
// UTF-8 without U+0000: PostgreSQL's text holds nothing else, and SQLite shall take no more.
bool fits_a_column(std::string_view text);
// "2015-11-18T12:17:00+00:00" in a query that was not encoded comes with a blank for the plus.
Result<WallTime> timestamp_parameter(std::string text, XapiVersion version);

// An agent as a parameter carries it: valid, with one identifier.
struct AgentParameter {
    JsonTree tree;
    std::string key;   // agent_key()
};
Result<AgentParameter> agent_parameter(const std::string& text, XapiVersion version, bool group);

// A terminal's batch of which every statement is as our terminals write it (sync/own_statement.h), without a tree of it; nothing: it is read the general way,
// which takes what this takes, with the same result, and says of everything else what is wrong with it.
std::optional<NewBatch> own_batch(const XapiRequest& request, std::string_view json);

HttpReply answer_statements(const XapiRequest& request);      // GET, HEAD
HttpReply keep_statements(const XapiRequest& request);        // PUT, POST
HttpReply answer_documents(const XapiRequest& request, DocumentKind kind);
HttpReply answer_activities(const XapiRequest& request);
HttpReply answer_agents(const XapiRequest& request);
HttpReply answer_about(const std::string* version_header);

}  // namespace xinghuo
