// A request and its reply, as the kiosk sends them and the centre answers them. No library's types: both sides run in one process in tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

// Names in lower case: "content-type".
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;
const std::string* find_header(const HttpHeaders& headers, std::string_view lower_case_name);  // the first; null: not there
void set_header(HttpHeaders& headers, std::string_view lower_case_name, std::string_view value);  // replaces

struct HttpRequest {
    std::string method = "GET";     // upper case
    std::string target = "/";       // path and query as they travel: "/xapi/statements?limit=1"
    HttpHeaders headers;
    std::string body;               // at the centre: already unpacked (gzip)
    std::string peer;               // at the centre: who asks, "10.0.0.7"; behind a trusted proxy, whom it names
    [[nodiscard]] std::string_view path() const;   // "/xapi/statements", still percent-encoded
    [[nodiscard]] std::string_view query() const;  // "limit=1"; empty: none
};

struct HttpReply {
    int status = 200;
    HttpHeaders headers;
    std::string body;
};

// application/x-www-form-urlencoded (also of a query), in order, decoded ("+" is a blank). `invalid`: a broken %-escape, or no UTF-8.
Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text);
std::string percent_encoded(std::string_view text);  // RFC 3986: all but unreserved characters

}  // namespace xinghuo
