// The Statements resource (Communication 2.1), over a real store: bringing, asking, filters, pages, voiding.
#include <catch2/catch.hpp>

#include <set>

#include "tests/support/xapi_desk.h"

using namespace xinghuo;

namespace {

const std::string ming = percent_encoded(R"({"mbox":"mailto:ming@example.com"})");

void check_refused(const HttpReply& reply, int status) {
    CHECK(reply.status == status);
    CHECK_FALSE(json_of(reply.body).root()["error"].string().empty());
    CHECK_FALSE(header_of(reply, "x-experience-api-version").empty());
}

}  // namespace

TEST_CASE("PUT keeps one statement under the id it names", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const std::string place = "/statements?statementId=" + uuid_of(1);
    const HttpReply put = desk.send("PUT", place, statement_text(1), version);
    INFO(put.body);
    CHECK(put.status == 204);
    CHECK(put.body.empty());
    const HttpReply got = desk.get(place, version);
    CHECK(got.status == 200);
    CHECK(header_of(got, "content-type") == "application/json");
    const JsonTree tree = json_of(got.body);
    CHECK(tree.root()["id"].string() == uuid_of(1));
    CHECK(tree.root()["authority"]["account"]["name"].string() == "suite");
    CHECK(tree.root()["timestamp"].string() == tree.root()["stored"].string());

    // The same again, a different one, and requests that are none.
    CHECK(desk.send("PUT", place, statement_text(1), version).status == 204);
    check_refused(desk.send("PUT", place, statement_text(1, "", "li"), version), 409);
    CHECK(json_of(desk.get(place, version).body).root()["actor"]["mbox"].string() == "mailto:ming@example.com");
    check_refused(desk.send("PUT", "/statements", statement_text(2), version), 400);
    check_refused(desk.send("PUT", "/statements?statementId=" + uuid_of(3), statement_text(2), version), 400);
    check_refused(desk.send("PUT", "/statements?statementId=true", statement_text(2), version), 400);
    check_refused(desk.send("PUT", "/statements?statementId=" + uuid_of(2), "[" + statement_text(2) + "]", version), 400);
    check_refused(desk.send("PUT", "/statements?StatementId=" + uuid_of(2), statement_text(2), version), 400);
    CHECK(desk.get("/statements?statementId=" + uuid_of(2), version).status == 404);

    // The id may stand in the parameter alone, in any letter case.
    const std::string without = R"({"actor":{"mbox":"mailto:ming@example.com"},"verb":{"id":"http://example.com/v"},"object":{"id":"http://example.com/o"}})";
    CHECK(desk.send("PUT", "/statements?statementId=8F0B3C7E-52A1-4A8C-9D0E-000000000009", without, version).status == 204);
    CHECK(json_of(desk.get("/statements?statementId=" + uuid_of(9), version).body).root()["id"].string() == uuid_of(9));
}

TEST_CASE("POST keeps a list whole or not at all, and answers with its ids", "[xapi]") {
    XapiDesk desk;
    const HttpReply posted = desk.send("POST", "/statements", "[" + statement_text(1) + "," + statement_text(2) + "]");
    REQUIRE(posted.status == 200);
    CHECK(posted.body == "[\"" + uuid_of(1) + "\",\"" + uuid_of(2) + "\"]");
    CHECK(desk.send("POST", "/statements", statement_text(2)).body == "[\"" + uuid_of(2) + "\"]");
    const HttpReply empty = desk.send("POST", "/statements", "[]");
    CHECK(empty.status == 200);
    CHECK(empty.body == "[]");
    const HttpReply made = desk.send("POST", "/statements", R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://e.cn/v"},"object":{"id":"http://e.cn/o"},"result":{"score":{"raw":95.0}}})");
    REQUIRE(made.status == 200);
    const std::string id(json_of(made.body).root().text().substr(2, 36));
    CHECK(desk.get("/statements?statementId=" + id).body.find("95.0") != std::string::npos);  // as it was written

    for (const std::string& bad : {std::string("x"), std::string("3"), std::string("[1]"), std::string("[[]]"), statement_text(3) + "x", "[" + statement_text(3) + "," + statement_text(3) + "]",
                                   "[" + statement_text(3) + R"(,{"actor":{}}])"}) {
        INFO(bad);
        check_refused(desk.send("POST", "/statements", bad), 400);
        CHECK(desk.get("/statements?statementId=" + uuid_of(3)).status == 404);
    }
    const HttpReply named = desk.send("POST", "/statements", "[" + statement_text(3) + "," + statement_text(4, ",\"unknown\":1") + "]");
    check_refused(named, 400);
    CHECK(named.body.find("statements[1]") != std::string::npos);
    const HttpReply conflict = desk.send("POST", "/statements", "[" + statement_text(5) + "," + statement_text(1, "", "li") + "]");
    check_refused(conflict, 409);
    CHECK(conflict.body.find(uuid_of(1)) != std::string::npos);
    CHECK(desk.get("/statements?statementId=" + uuid_of(5)).status == 404);
    check_refused(desk.send("POST", "/statements?foo=bar", statement_text(6)), 400);
    check_refused(desk.send("POST", "/statements", statement_text(6), "1.0.3", "text/plain"), 400);
    check_refused(desk.send("POST", "/statements", statement_text(6), "1.0.3", ""), 400);
    check_refused(desk.send("POST", "/statements", "limit=1", "1.0.3", "application/x-www-form-urlencoded"), 400);
}

TEST_CASE("a statement is found by each filter, and no other is", "[xapi]") {
    XapiDesk desk;
    const std::string registration = "ec531277-b57b-4c15-8d91-d292c5b2b8f7";
    const std::string context = R"(,"context":{"registration":")" + registration +
                                R"(","instructor":{"mbox":"mailto:teacher@example.com"},"contextActivities":{"grouping":[{"id":"http://example.com/course"}]}})";
    REQUIRE(desk.send("POST", "/statements", statement_text(1)).status == 200);
    const WallTime after_first = desk.now;
    REQUIRE(desk.send("POST", "/statements", statement_text(2, context, "li", "passed", "quiz")).status == 200);
    const std::string refers = R"({"id":")" + uuid_of(3) + R"(","actor":{"mbox":"mailto:hua@example.com"},"verb":{"id":"http://example.com/verbs/confirmed"},"object":{"objectType":"StatementRef","id":")" +
                               uuid_of(1) + "\"}}";
    REQUIRE(desk.send("POST", "/statements", refers).status == 200);

    const std::string teacher = percent_encoded(R"({"mbox":"mailto:teacher@example.com"})");
    const std::string first = percent_encoded(iso_from_wall_time(after_first));
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "3 2 1"},
        {"?ascending=true", "1 2 3"},
        {"?agent=" + ming, "3 1"},  // what refers to a match comes too
        {"?agent=" + teacher, ""},
        {"?agent=" + teacher + "&related_agents=true", "2"},
        {"?related_agents=true", "3 2 1"},
        {"?verb=http%3A%2F%2Fexample.com%2Fverbs%2Fpassed", "2"},
        {"?verb=http://example.com/verbs/confirmed", "3"},
        {"?activity=http://example.com/talk", "3 1"},
        {"?activity=http://example.com/course", ""},
        {"?activity=http://example.com/course&related_activities=true", "2"},
        {"?registration=" + registration, "2"},
        {"?registration=EC531277-B57B-4C15-8D91-D292C5B2B8F7", "2"},
        {"?since=" + first, "3 2"},
        {"?until=" + first, "1"},
        {"?since=2012-06-01T19:09:13.245Z&limit=1", "3"},
        {"?limit=0", "3 2 1"},
        {"?verb=http://example.com/verbs/never", ""},
        {"?agent=" + ming + "&verb=http://example.com/verbs/passed", ""},
        {"?format=ids&attachments=false", "3 2 1"},
    };
    for (const auto& [query, numbers] : cases) {
        INFO(query);
        const HttpReply reply = desk.get("/statements" + query);
        INFO(reply.body);
        CHECK(reply.status == 200);
        CHECK(numbers_in(reply) == numbers);
        CHECK(json_of(reply.body).root()["more"].is_string());
        CHECK_FALSE(header_of(reply, "x-experience-api-consistent-through").empty());
    }
}

TEST_CASE("parameters that are unknown, wrong, or exclude each other are refused", "[xapi]") {
    XapiDesk desk;
    REQUIRE(desk.send("POST", "/statements", statement_text(1)).status == 200);
    const std::string one = "statementId=" + uuid_of(1), gone = "voidedStatementId=" + uuid_of(1);
    for (const std::string& query :
         {std::string("foo=bar"), "Agent=" + ming, std::string("Verb=http://e.cn/v"), std::string("Activity=http://e.cn/a"), std::string("Registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7"),
          std::string("Related_Activities=true"), std::string("Related_Agents=true"), std::string("Since=2012-06-01T19:09:13.245Z"), std::string("Until=2012-06-01T19:09:13.245Z"),
          std::string("Limit=10"), std::string("Format=ids"), std::string("Attachments=true"), std::string("Ascending=true"), "StatementId=" + uuid_of(1), "VoidedStatementId=" + uuid_of(1),
          one + "&" + gone, one + "&agent=" + ming, one + "&verb=http://e.cn/v", one + "&activity=http://e.cn/a", one + "&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7",
          one + "&related_activities=true", one + "&related_agents=true", one + "&since=2012-06-01T19:09:13.245Z", one + "&until=2012-06-01T19:09:13.245Z", one + "&limit=1", one + "&ascending=true",
          gone + "&limit=1", one + "&" + one, std::string("statementId=7"), std::string("agent=ming"), std::string("agent=true"), std::string("agent=%7B%7D"), std::string("verb=attended"),
          std::string("activity=talk"), std::string("registration=true"), std::string("since=yesterday"), std::string("until=2012-06-01T19:09:13.245-00:00"), std::string("limit=-1"),
          std::string("limit=two"), std::string("limit=1.5"), std::string("ascending=yes"), std::string("attachments=1"), std::string("format=Exact"), std::string("related_agents="),
          std::string("verb=%zz"), std::string("cursor=nonsense")}) {
        INFO(query);
        const HttpReply reply = desk.get("/statements?" + query);
        check_refused(reply, 400);
        CHECK_FALSE(header_of(reply, "x-experience-api-consistent-through").empty());
    }
    CHECK(desk.get("/statements?" + one + "&format=ids").status == 200);
    CHECK(desk.get("/statements?" + one + "&attachments=true").status == 200);
    CHECK(desk.get("/statements?since=2012-06-01T19:09:13.245+08:00").status == 200);  // a plus that was not encoded
}

TEST_CASE("pages follow each other by `more`, with all that was asked", "[xapi]") {
    XapiDesk desk;
    for (int i = 1; i <= 7; ++i) REQUIRE(desk.send("POST", "/statements", statement_text(i, "", i % 2 == 0 ? "li" : "ming")).status == 200);
    const std::string start = GENERATE_REF(as<std::string>(), "/statements?limit=2", "/statements?limit=2&ascending=true", "/statements?limit=2&format=ids&agent=" + ming);
    std::string numbers, target = start;
    int pages = 0;
    while (!target.empty()) {
        REQUIRE(++pages < 10);
        const HttpReply reply = desk.get(target);
        REQUIRE(reply.status == 200);
        numbers += numbers_in(reply) + ";";
        const std::string more(json_of(reply.body).root()["more"].string());
        if (!more.empty()) REQUIRE(more.starts_with("/xapi/statements?"));
        target = more.empty() ? "" : more.substr(5);
    }
    if (start.ends_with("limit=2")) CHECK(numbers == "7 6;5 4;3 2;1;");
    else if (start.ends_with("true")) CHECK(numbers == "1 2;3 4;5 6;7;");
    else CHECK(numbers == "7 5;3 1;");
}

TEST_CASE("a page is no longer than its bytes allow, in every format, and `more` goes on behind it", "[xapi]") {
    XapiDesk desk;
    desk.page.json_bytes = 5'000;
    const std::string course = R"({"id":")" + uuid_of(1) + R"(","actor":{"mbox":"mailto:ming@example.com"},"verb":{"id":"http://example.com/v"},"object":{"id":"http://example.com/talk","definition":{"name":{"en":")" +
                               std::string(2'000, 'x') + "\"}}}}";
    REQUIRE(desk.send("POST", "/statements", course, "2.0.0").status == 200);
    for (int i = 2; i <= 7; ++i) REQUIRE(desk.send("POST", "/statements", statement_text(i, i == 5 ? R"(,"result":{"response":")" + std::string(6'000, 'y') + "\"}" : "")).status == 200);
    const auto pages = [&](std::string target) {
        std::string numbers;
        while (!target.empty()) {
            const HttpReply reply = desk.get(target);
            REQUIRE(reply.status == 200);
            const std::string here = numbers_in(reply), more(json_of(reply.body).root()["more"].string());
            CHECK((here.find(' ') == std::string::npos || reply.body.size() < 5'000 + 300));
            numbers += here + ";";
            REQUIRE(numbers.size() < 30);
            target = more.empty() ? "" : more.substr(5);
        }
        return numbers;
    };
    CHECK(pages("/statements?ascending=true") == "1 2 3 4;5;6 7;");
    CHECK(pages("/statements?ascending=true&format=canonical") == "1 2;3 4;5;6 7;");  // each with the name that was told once
    CHECK(pages("/statements?format=canonical&agent=" + ming) == "7 6;5;4 3;2 1;");
}

TEST_CASE("a voided statement comes only by voidedStatementId, and the voiding one like any other", "[xapi]") {
    XapiDesk desk;
    REQUIRE(desk.send("POST", "/statements", statement_text(1)).status == 200);
    CHECK(desk.get("/statements?voidedStatementId=" + uuid_of(1)).status == 404);
    REQUIRE(desk.send("POST", "/statements", voiding_text(2, 1)).status == 200);
    CHECK(desk.get("/statements?statementId=" + uuid_of(1)).status == 404);
    const HttpReply voided = desk.get("/statements?voidedStatementId=" + uuid_of(1));
    CHECK(voided.status == 200);
    CHECK(json_of(voided.body).root()["id"].string() == uuid_of(1));
    CHECK(numbers_in(desk.get("/statements")) == "2");
    CHECK(numbers_in(desk.get("/statements?activity=http://example.com/talk")) == "2");
    // A voiding statement cannot be voided, and one of an unknown target is kept.
    REQUIRE(desk.send("POST", "/statements", voiding_text(3, 2)).status == 200);
    CHECK(desk.get("/statements?statementId=" + uuid_of(2)).status == 200);
    CHECK(desk.send("POST", "/statements", voiding_text(4, 4711)).status == 200);
}

TEST_CASE("formats, HEAD, and the times of a reply", "[xapi]") {
    XapiDesk desk;
    const std::string talk =
        R"({"id":")" + uuid_of(1) + R"(","actor":{"name":"Ming","mbox":"mailto:ming@example.com"},"verb":{"id":"http://example.com/v","display":{"en":"saw","zh":"看"}},"object":{"id":"http://example.com/o","definition":{"name":{"en":"Talk","zh":"讲座"}}}})";
    REQUIRE(desk.send("POST", "/statements", talk, "2.0.0").status == 200);
    const std::string one = "/statements?statementId=" + uuid_of(1);

    const JsonTree ids = json_of(desk.get(one + "&format=ids").body);
    CHECK_FALSE(ids.root()["actor"]["name"].exists());
    CHECK_FALSE(ids.root()["object"]["definition"].exists());
    XapiAsked asked;
    asked.target = one + "&format=canonical";
    asked.headers = {{"accept-language", "zh-CN, zh;q=0.8"}};
    const JsonTree canonical = json_of(desk.ask(asked).body);
    CHECK(canonical.root()["object"]["definition"]["name"]["zh"].string() == "讲座");
    CHECK(canonical.root()["object"]["definition"]["name"].size() == 1);
    CHECK(canonical.root()["actor"]["name"].string() == "Ming");
    asked.target = "/statements?format=canonical";
    CHECK(desk.ask(asked).body.find("\"Talk\"") == std::string::npos);

    asked.method = "HEAD";
    asked.target = one;
    const HttpReply head = desk.ask(asked);
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    const HttpReply exact = desk.get(one);
    CHECK(header_of(head, "content-length") == std::to_string(exact.body.size()));
    CHECK(header_of(desk.get("/statements?limit=1"), "last-modified") == header_of(exact, "last-modified"));
    CHECK(header_of(desk.get("/statements?verb=http://e.cn/none"), "last-modified").empty());
    CHECK(header_of(head, "last-modified") == header_of(exact, "last-modified"));
    CHECK(header_of(exact, "last-modified") == "Wed, 18 Nov 2026 11:06:41 GMT");
    CHECK(json_of(exact.body).root()["stored"].string() == "2026-11-18T11:06:41.000Z");
    CHECK(header_of(exact, "x-experience-api-consistent-through") > "2026-11-18T11:06:41.000Z");
    asked.target = "/statements";
    CHECK(desk.ask(asked).status == 200);
    asked.target = "/statements?statementId=" + uuid_of(2);
    CHECK(desk.ask(asked).status == 404);
    CHECK(desk.ask(asked).body.empty());
}
