// What holds for every request: versions, credentials, methods, 1.0.3's alternate syntax (Communication 1.3, 3.2, 3.3, 4.0); and who may do what.
#include <catch2/catch.hpp>

#include "tests/support/xapi_desk.h"

using namespace xinghuo;

namespace {

const std::vector<std::string> resources{"/statements", "/activities", "/agents", "/activities/state", "/activities/profile", "/agents/profile"};

XapiAsked form(const std::string& target, const std::string& body, const std::string& version = "1.0.3") {
    XapiAsked asked;
    asked.method = "POST";
    asked.target = target;
    asked.body = body;
    asked.content_type = "application/x-www-form-urlencoded";
    asked.version = version;
    return asked;
}

}  // namespace

TEST_CASE("a request says its version, and hears the newest of that line", "[xapi]") {
    XapiDesk desk;
    for (const auto& [said, heard] : {std::pair{"1.0", "1.0.3"}, std::pair{"1.0.0", "1.0.3"}, std::pair{"1.0.2", "1.0.3"}, std::pair{"1.0.9", "1.0.3"}, std::pair{"2.0", "2.0.0"}, std::pair{"2.0.1", "2.0.0"}}) {
        const HttpReply reply = desk.get("/statements?limit=1", said);
        INFO(said);
        CHECK(reply.status == 200);
        CHECK(header_of(reply, "x-experience-api-version") == heard);
    }
    for (const char* wrong : {"0.8", "0.95", "1.1.0", "1", "1.0.", "1.0.x", "1.01", "2.1.0", "3.0.0", "1.0.3 "})
        for (const std::string& resource : resources) {
            INFO(wrong << resource);
            const HttpReply reply = desk.get(resource, wrong);
            CHECK(reply.status == 400);
            CHECK_FALSE(header_of(reply, "x-experience-api-version").empty());
        }
    for (const std::string& resource : resources) {
        const HttpReply missing = desk.get(resource, "");
        CHECK(missing.status == 400);
        CHECK(header_of(missing, "x-experience-api-version") == "1.0.3");
    }
    CHECK(header_of(desk.send("POST", "/statements", statement_text(1), ""), "x-experience-api-version") == "2.0.0");
    CHECK(header_of(desk.get("/statements?statementId=" + uuid_of(1), ""), "x-experience-api-version") == "2.0.0");
    CHECK(desk.get("/statements?statementId=" + uuid_of(1)).status == 404);
}

TEST_CASE("what nobody may ask and what nobody offers", "[xapi]") {
    XapiDesk desk;
    XapiAsked asked;
    asked.known = false;
    for (const std::string& resource : resources) {
        asked.target = resource;
        const HttpReply reply = desk.ask(asked);
        CHECK(reply.status == 401);
        CHECK(header_of(reply, "www-authenticate").starts_with("Basic"));
        CHECK(header_of(reply, "x-experience-api-version") == "1.0.3");
    }
    asked.target = "/statements";
    CHECK_FALSE(header_of(desk.ask(asked), "x-experience-api-consistent-through").empty());
    // A method that is not offered is said so even to nobody.
    for (const auto& [method, target] : {std::pair{"DELETE", "/statements"}, std::pair{"DELETE", "/activities"}, std::pair{"POST", "/activities"}, std::pair{"PUT", "/activities"}, std::pair{"DELETE", "/agents"},
                                         std::pair{"POST", "/agents"}, std::pair{"PUT", "/agents"}, std::pair{"POST", "/about"}, std::pair{"PATCH", "/agents/profile"}}) {
        asked.method = method;
        asked.target = target;
        const HttpReply reply = desk.ask(asked);
        INFO(method << target);
        CHECK(reply.status == 405);
        CHECK(header_of(reply, "allow").starts_with("GET, HEAD"));
    }
    CHECK(desk.get("/nothing").status == 404);
    CHECK(desk.get("/statements/more").status == 404);
}

TEST_CASE("the alternate syntax of 1.0.3 means what its form says", "[xapi]") {
    XapiDesk desk;
    const std::string id = "statementId=" + uuid_of(1), content = "&content=" + percent_encoded(statement_text(1));
    CHECK(desk.ask(form("/statements?method=PUT", id + content)).status == 204);
    const HttpReply one = desk.ask(form("/statements?method=GET", id));
    CHECK(one.status == 200);
    CHECK(json_of(one.body).root()["id"].string() == uuid_of(1));
    const HttpReply page = desk.ask(form("/statements?method=GET", "limit=1&agent=" + percent_encoded(R"({"mbox":"mailto:ming@example.com"})")));
    CHECK(numbers_in(page) == "1");
    CHECK(json_of(page.body).root()["more"].is_string());
    const HttpReply head = desk.ask(form("/statements?method=HEAD", id));
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(desk.ask(form("/statements?method=POST", "content=" + percent_encoded(statement_text(2)))).status == 200);
    // Headers as fields: the version, the type of the content, what is expected of the document.
    CHECK(desk.ask(form("/statements?method=PUT", "statementId=" + uuid_of(3) + "&X-Experience-API-Version=1.0.3&content=" + percent_encoded(statement_text(3)), "")).status == 204);
    const std::string profile = "activityId=" + percent_encoded("http://e.cn/a") + "&profileId=p";
    CHECK(desk.ask(form("/activities/profile?method=PUT", profile + "&Content-Type=text%2Fplain&If-None-Match=*&content=hello")).status == 204);
    CHECK(desk.ask(form("/activities/profile?method=PUT", profile + "&If-None-Match=*&Content-Type=text%2Fplain&content=hello")).status == 412);
    const HttpReply document = desk.ask(form("/activities/profile?method=GET", profile));
    CHECK(document.body == "hello");
    CHECK(header_of(document, "content-type") == "text/plain");
    CHECK(desk.ask(form("/activities/profile?method=DELETE", profile)).status == 204);

    const std::string other = "statementId=" + uuid_of(9), nine = "&content=" + percent_encoded(statement_text(9));
    for (const auto& [target, body] : {std::pair<std::string, std::string>{"/statements?method=PUT", ""}, {"/statements?method=PUT", other}, {"/statements?method=PUT&" + other, other + nine},
                                       {"/statements?method=PUT", other + nine + "&X-Experience-API-Version=0.8"}, {"/statements?method=PUT", other + nine + "&X-Experience-API-Version=2.0.0"},
                                       {"/statements?method=PUT", other + nine + nine}, {"/statements?method=PUT", R"({"statementId":"x","content":"{\"actor\":1}"})"},
                                       {"/statements?method=GET", "foo=bar"}, {"/statements?method=PUT", other + "&content=%zz"}}) {
        INFO(target << " " << body);
        CHECK(desk.ask(form(target, body)).status == 400);
    }
    CHECK(desk.ask(form("/statements?method=DELETE", "")).status == 405);
    XapiAsked put = form("/statements?method=POST", other + nine);
    put.method = "PUT";
    CHECK(desk.ask(put).status == 400);
    // 2.0 has no such syntax.
    CHECK(desk.ask(form("/statements?method=GET", "", "2.0.0")).status == 400);
    CHECK(desk.ask(form("/statements?method=PUT", other + nine, "2.0.0")).status == 400);
    CHECK(desk.get("/statements?statementId=" + uuid_of(9)).status == 404);
}

TEST_CASE("a credential may stand in the form of the alternate syntax", "[xapi]") {
    HttpRequest request;
    CHECK(xapi_authorization(request).empty());
    request.headers = {{"authorization", "Basic b25l"}};
    CHECK(xapi_authorization(request) == "Basic b25l");
    request.method = "POST";
    request.body = "Authorization=Basic%20dHdv&content=x";
    request.target = "/xapi/statements?x=1";
    CHECK(xapi_authorization(request) == "Basic b25l");
    request.target = "/xapi/statements?method=PUT";
    CHECK(xapi_authorization(request) == "Basic dHdv");
    request.body = "content=x";
    CHECK(xapi_authorization(request) == "Basic b25l");
}

TEST_CASE("terminals bring statements, people of the staff read, a branch's secretary does neither", "[xapi]") {
    XapiDesk desk;
    REQUIRE(desk.send("POST", "/statements", statement_text(1)).status == 200);
    const std::string one = "/statements?statementId=" + uuid_of(1);
    desk.caller.kind = Caller::Kind::kiosk;
    desk.caller.kiosk = KioskId{"k-0123456789abcdef"};
    CHECK(desk.send("POST", "/statements", statement_text(2)).status == 200);  // it carries no record, which is no fault
    CHECK(desk.send("PUT", "/statements?statementId=" + uuid_of(3), statement_text(3)).status == 204);
    CHECK(desk.get(one).status == 200);
    CHECK(desk.get("/statements").status == 403);
    for (const std::string& resource : resources)
        if (resource != "/statements") CHECK(desk.get(resource).status == 403);
    const std::string broken = statement_text(4, R"(,"context":{"extensions":{"urn:x-xinghuo:record":"not a record"}})");
    const HttpReply refused = desk.send("POST", "/statements", "[" + statement_text(5) + "," + broken + "]");
    CHECK(refused.status == 400);
    CHECK(refused.body.find("statements[1]") != std::string::npos);
    CHECK(desk.get("/statements?statementId=" + uuid_of(5)).status == 404);

    desk.caller.kind = Caller::Kind::staff;
    desk.caller.role = StaffRole::viewer;
    CHECK(desk.get("/statements").status == 200);
    CHECK(desk.send("POST", "/statements", statement_text(6)).status == 403);
    desk.caller.role = StaffRole::branch_secretary;
    CHECK(desk.get("/statements").status == 403);
    desk.caller.kind = Caller::Kind::xapi_client;
    desk.caller.organisation = 2;  // another's statements are not seen
    CHECK(desk.get(one).status == 404);
    CHECK(desk.send("POST", "/statements", broken).status == 200);  // nobody but a terminal is believed to carry a record, so it may be anything
}
