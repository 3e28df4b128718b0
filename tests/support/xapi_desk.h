// The xAPI endpoint in process, before a real store: an SQLite database in a folder of its own. Time moves a second with every request.
#pragma once

#include <catch2/catch.hpp>

#include "content/base/json_tree.h"
#include "content/study/records.h"
#include "sync/server/xapi.h"
#include "tests/support/media_files.h"

namespace xinghuo {

struct XapiAsked {
    std::string method = "GET", target;  // below the endpoint: "/statements?limit=1"
    std::string body;
    std::string content_type;            // empty: no such header
    HttpHeaders headers;
    std::string version = "1.0.3";       // empty: no such header
    bool known = true;                   // false: nobody asks
};

class XapiDesk {
public:
    XapiDesk() {
        auto opened = open_sqlite(folder_.file("centre.db"));
        REQUIRE(opened);
        sql_ = std::move(*opened);
        const auto migrated = migrate_server(*sql_);
        INFO((migrated ? std::string() : migrated.error().what));
        REQUIRE(migrated);
        caller.name = "suite";
        caller.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"suite"}})";
    }
    HttpReply ask(const XapiAsked& asked) {
        HttpRequest request;
        request.method = asked.method;
        request.target = "/xapi" + asked.target;
        request.headers = asked.headers;
        if (!asked.version.empty()) set_header(request.headers, "x-experience-api-version", asked.version);
        if (!asked.content_type.empty()) set_header(request.headers, "content-type", asked.content_type);
        request.body = asked.body;
        now.unix_ms += 1'000;
        RecordStore store(instead != nullptr ? *instead : *sql_);
        const std::string_view path = request.path().substr(5);
        return answer_xapi({request, path, "/xapi", asked.known ? &caller : nullptr, &store, now, std::nullopt, page});
    }
    HttpReply get(const std::string& target, const std::string& version = "1.0.3") {
        XapiAsked asked;
        asked.target = target;
        asked.version = version;
        return ask(asked);
    }
    HttpReply send(const std::string& method, const std::string& target, const std::string& body, const std::string& version = "1.0.3",
                   const std::string& content_type = "application/json") {
        XapiAsked asked;
        asked.method = method;
        asked.target = target;
        asked.body = body;
        asked.version = version;
        asked.content_type = content_type;
        return ask(asked);
    }
    // How far the caller's chain is kept without a gap.
    std::int64_t chain_through() {
        const auto state = RecordStore(*sql_).chain(caller.organisation, caller.kiosk);
        REQUIRE(state);
        return state->through;
    }
    Caller caller;
    WallTime now{1'795'000'000'000};
    Sql* instead = nullptr;  // another database than the desk's own
    XapiPageLimits page;

private:
    TempFolder folder_;
    std::unique_ptr<Sql> sql_;
};

inline std::string header_of(const HttpReply& reply, std::string_view name) {
    const std::string* found = find_header(reply.headers, name);
    return found == nullptr ? std::string() : *found;
}

inline JsonTree json_of(const std::string& text) {
    auto tree = JsonTree::parse(text);
    INFO(text);
    REQUIRE(tree);
    return std::move(*tree);
}

// A UUID that ends with this number.
inline std::string uuid_of(int number) {
    std::string digits = std::to_string(number);
    return "8f0b3c7e-52a1-4a8c-9d0e-" + std::string(12 - digits.size(), '0') + digits;
}

// A small statement; `more` is what else stands in it, beginning with a comma.
inline std::string statement_text(int number, const std::string& more = "", const std::string& who = "ming", const std::string& verb = "attended", const std::string& what = "talk") {
    return R"({"id":")" + uuid_of(number) + R"(","actor":{"mbox":"mailto:)" + who + R"(@example.com"},"verb":{"id":"http://example.com/verbs/)" + verb +
           R"("},"object":{"id":"http://example.com/)" + what + "\"}" + more + "}";
}
inline std::string voiding_text(int number, int target) {
    return R"({"id":")" + uuid_of(number) + R"(","actor":{"mbox":"mailto:judge@example.com"},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},"object":{"objectType":"StatementRef","id":")" +
           uuid_of(target) + "\"}}";
}
// The last digits of the ids of a StatementResult, in its order: "3 1".
inline std::string numbers_in(const HttpReply& reply) {
    std::string numbers;
    const JsonTree tree = json_of(reply.body);
    for (const JsonValue statement : tree.root()["statements"].items()) {
        const std::string id(statement["id"].string());
        if (!numbers.empty()) numbers += ' ';
        numbers += std::to_string(std::stoi(id.substr(24)));
    }
    return numbers;
}

}  // namespace xinghuo
