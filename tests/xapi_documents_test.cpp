// State, profiles and their entity tags (Communication 2.2, 2.3, 2.6, 2.7, 3.1); /agents, /activities and /about (2.4, 2.5, 2.8).
#include <catch2/catch.hpp>

#include "content/trust/key.h"
#include "tests/support/xapi_desk.h"

using namespace xinghuo;

namespace {

const std::string agent = "agent=" + percent_encoded(R"({"objectType":"Agent","account":{"homePage":"http://www.example.com/agentId/1","name":"Rick James"}})");
const std::string activity = "activityId=http://www.example.com/activityId/hashset";

struct DocumentResourceCase {
    std::string path, context, id_name;
    [[nodiscard]] std::string at(const std::string& id) const { return path + "?" + context + "&" + id_name + "=" + id; }
    [[nodiscard]] std::string all() const { return path + "?" + context; }
};
const DocumentResourceCase state{"/activities/state", activity + "&" + agent, "stateId"};
const DocumentResourceCase activity_profile{"/activities/profile", activity, "profileId"};
const DocumentResourceCase agent_profile{"/agents/profile", agent, "profileId"};

HttpReply with(XapiDesk& desk, const std::string& method, const std::string& target, const std::string& body, const HttpHeaders& headers, const std::string& version = "1.0.3",
               const std::string& type = "application/json") {
    XapiAsked asked;
    asked.method = method;
    asked.target = target;
    asked.body = body;
    asked.headers = headers;
    asked.version = version;
    asked.content_type = type;
    return desk.ask(asked);
}

}  // namespace

TEST_CASE("what no column of text can hold is refused before the store, in parameters and types", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    for (const DocumentResourceCase* at : {&state, &activity_profile, &agent_profile})
        for (const std::string& id : {std::string("%00"), std::string("a%00b"), std::string("%FF"), std::string("\xfe")}) {
            INFO(at->path << id);
            CHECK(with(desk, "PUT", at->at(id), "x", {{"if-none-match", "*"}}, version, "text/plain").status == 400);
            CHECK(desk.get(at->at(id), version).status == 400);
            CHECK(with(desk, "DELETE", at->at(id), "", {}, version, "").status == 400);
        }
    CHECK(desk.get("/statements?verb=http://e.cn/%00", version).status == 400);
    for (const std::string& type : {std::string("text/plain; x=\xff"), std::string("text/plain; x=\"\0\"", 17)}) {
        const HttpReply refused = with(desk, "PUT", state.at("a"), "x", {}, version, type);
        CHECK(refused.status == 400);
        CHECK(refused.body.find("Content-Type") != std::string::npos);
    }
    CHECK(desk.get(state.at("a"), version).status == 404);
    CHECK(with(desk, "PUT", state.at("%E5%85%9A"), "x", {}, version, "text/plain; name=党").status == 204);
    if (version == "2.0.0") return;
    // The alternate syntax: its parameters and headers come in the body.
    const std::string form = "application/x-www-form-urlencoded";
    CHECK(desk.send("POST", "/activities/state?method=PUT", state.context + "&stateId=b%00&content=x", version, form).status == 400);
    CHECK(desk.send("POST", "/activities/state?method=PUT", state.context + "&stateId=b&content=x&Content-Type=text/plain;x=%00", version, form).status == 400);
    CHECK(desk.get(state.at("b")).status == 404);
}

TEST_CASE("a document is kept, merged, told and deleted at each of the three resources", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const DocumentResourceCase& at = *GENERATE(&state, &activity_profile, &agent_profile);
    CHECK(desk.get(at.at("a"), version).status == 404);
    CHECK(desk.send("POST", at.at("a"), R"({"x":"foo","y":{"deep":1,"other":2}})", version).status == 204);
    const HttpReply got = desk.get(at.at("a"), version);
    CHECK(got.status == 200);
    CHECK(got.body == R"({"x":"foo","y":{"deep":1,"other":2}})");
    CHECK(header_of(got, "content-type") == "application/json");
    CHECK(header_of(got, "etag") == "\"" + digest_hex(DigestKind::sha1, got.body) + "\"");
    CHECK(header_of(got, "last-modified").ends_with(" GMT"));

    CHECK(desk.send("POST", at.at("a"), R"({"y":{"deep":3},"z":95.0})", version).status == 204);
    CHECK(desk.get(at.at("a"), version).body == R"({"x":"foo","y":{"deep":3},"z":95.0})");
    CHECK(header_of(desk.get(at.at("a"), version), "last-modified") != header_of(got, "last-modified"));
    // What is no JSON object is neither merged nor merged into.
    for (const auto& [body, type] : {std::pair{"abc", "application/x-www-form-urlencoded"}, std::pair{"abcdefg", "not/json"}, std::pair{R"({"a":1}{)", "application/json"}, std::pair{"[1]", "application/json"}})
        CHECK(desk.send("POST", at.at("a"), body, version, type).status == 400);
    CHECK(desk.get(at.at("a"), version).body == R"({"x":"foo","y":{"deep":3},"z":95.0})");
    CHECK(with(desk, "PUT", at.at("b"), "", {{"if-none-match", "*"}}, version).status == 400);  // said to be JSON
    CHECK(with(desk, "PUT", at.at("b"), "/ asdf / undefined", {{"if-none-match", "*"}}, version, "application/octet-stream").status == 204);
    CHECK(desk.send("POST", at.at("b"), "{}", version).status == 400);
    CHECK(desk.get(at.at("b"), version).body == "/ asdf / undefined");
    // A new document may be anything at all, sent in any way.
    for (const char* body : {"1", "true", "{}"}) CHECK(desk.send("POST", at.at(std::string("odd-") + body), body, version, "application/x-www-form-urlencoded").status == 204);

    const HttpReply ids = desk.get(at.all(), version);
    CHECK(ids.status == 200);
    CHECK(json_of(ids.body).root().size() == 5);
    CHECK(ids.body.starts_with("[\"a\",\"b\","));
    CHECK_FALSE(header_of(ids, "etag").empty());
    CHECK(header_of(ids, "last-modified") == header_of(desk.get(at.at("odd-{}"), version), "last-modified"));  // the last that changed
    const std::string now = percent_encoded(iso_from_wall_time(desk.now));
    CHECK(desk.get(at.all() + "&since=" + now, version).body == "[]");
    CHECK(header_of(desk.get(at.all() + "&since=" + now, version), "last-modified").empty());
    CHECK(desk.get(at.at("a") + "&since=" + now, version).status == (version == "2.0.0" ? 400 : 200));
    CHECK(desk.get(at.all() + "&since=2012-06-01T19:09:13.245Z", version).body == ids.body);

    XapiAsked head;
    head.method = "HEAD";
    head.target = at.at("a");
    const HttpReply headers = desk.ask(head);
    CHECK(headers.status == 200);
    CHECK(headers.body.empty());
    CHECK_FALSE(header_of(headers, "etag").empty());

    CHECK(desk.send("DELETE", at.at("a"), "", version, "").status == 204);
    CHECK(desk.get(at.at("a"), version).status == 404);
    CHECK(desk.send("DELETE", at.at("a"), "", version, "").status == 204);
}

TEST_CASE("documents refuse what they cannot understand", "[xapi]") {
    XapiDesk desk;
    for (const char* method : {"GET", "PUT", "POST", "DELETE"}) {
        INFO(method);
        const bool reads = std::string_view(method) == "GET", deletes = std::string_view(method) == "DELETE";
        const auto status = [&](const std::string& target) { return desk.send(method, target, reads || deletes ? "" : "{}").status; };
        CHECK(status("/activities/state?" + agent + "&stateId=a") == 400);
        CHECK(status("/activities/state?" + activity + "&stateId=a") == 400);
        CHECK(status("/activities/state?" + activity + "&agent=not%20JSON&stateId=a") == 400);
        CHECK(status("/activities/state?" + activity + "&agent=true&stateId=a") == 400);
        CHECK(status(state.at("a") + "&registration=true") == 400);
        CHECK(status(state.at("a") + "&foo=bar") == 400);
        CHECK(status(state.at("a") + "&stateId=b") == 400);
        CHECK(status("/activities/state?activityid=http://e.cn/a&" + agent + "&stateId=a") == 400);
        CHECK(status("/activities/profile?profileId=a") == 400);
        CHECK(status("/activities/profile?activityId=true&profileId=a") == 400);
        CHECK(status(activity_profile.at("a") + "&" + agent) == 400);
        CHECK(status("/agents/profile?profileId=a") == 400);
        CHECK(status("/agents/profile?agent=true&profileId=a") == 400);
        CHECK(status("/agents/profile?agent=" + percent_encoded(R"({"objectType":"Group","mbox":"mailto:g@e.cn"})") + "&profileId=a") == 400);
        CHECK(status(state.at("a") + "&agent=%7B%22%22") == 400);
        if (reads) {
            CHECK(status(state.all() + "&since=not%20a%20timestamp") == 400);
            CHECK(status(activity_profile.all() + "&since=true") == 400);
        } else {
            CHECK(status(activity_profile.all()) == 400);
            CHECK(status(agent_profile.all()) == 400);
            CHECK(status(state.at("a") + "&since=2012-06-01T19:09:13.245Z") == 400);
            if (!deletes) CHECK(status(state.all()) == 400);
        }
    }
    CHECK(desk.get(state.all()).body == "[]");
}

TEST_CASE("states are apart by registration, and go all at once", "[xapi]") {
    XapiDesk desk;
    const std::string registration = "&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7";
    REQUIRE(desk.send("PUT", state.at("a"), R"({"n":1})").status == 204);
    REQUIRE(desk.send("PUT", state.at("a") + registration, R"({"n":2})").status == 204);
    REQUIRE(desk.send("PUT", state.at("b") + registration, R"({"n":3})").status == 204);
    CHECK(desk.get(state.at("a")).body == R"({"n":1})");
    CHECK(desk.get(state.at("a") + "&registration=EC531277-B57B-4C15-8D91-D292C5B2B8F7").body == R"({"n":2})");
    CHECK(desk.get(state.all()).body == R"(["a","b"])");
    CHECK(desk.send("DELETE", state.all() + registration, "", "1.0.3", "").status == 204);
    CHECK(desk.get(state.all()).body == R"(["a"])");
    CHECK(desk.send("DELETE", state.all(), "", "1.0.3", "").status == 204);
    CHECK(desk.get(state.all()).body == "[]");
}

TEST_CASE("entity tags keep one writer from overwriting another", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const DocumentResourceCase& at = *GENERATE(&state, &activity_profile, &agent_profile);
    const std::string place = at.at("a"), first = R"({"n":1})", second = R"({"n":2})";
    REQUIRE(with(desk, "PUT", place, first, {{"if-none-match", "*"}}, version).status == 204);
    CHECK(with(desk, "PUT", place, second, {{"if-none-match", "*"}}, version).status == 412);
    CHECK(with(desk, "POST", place, second, {{"if-none-match", "*"}}, version).status == 412);
    const std::string tag = header_of(desk.get(place, version), "etag");
    for (const char* wrong : {"\"1111111111111111111111111111111111111111\"", "1234", "\"1234\"", "W/\"1\", \"2\"", ""})
        for (const char* method : {"PUT", "POST", "DELETE"}) {
            INFO(method << " " << wrong);
            CHECK(with(desk, method, place, second, {{"if-match", wrong}}, version).status == 412);
        }
    CHECK(desk.get(place, version).body == first);

    // Nothing is said of what is expected: 1.0.3 wants it of a profile even where none is yet.
    CHECK(desk.send("PUT", at.at("new"), first, version).status == (at.path != state.path && version == "1.0.3" ? 400 : 204));
    const bool refuses = at.path != state.path || version == "2.0.0";
    const HttpReply blind = desk.send("PUT", place, refuses ? second : first, version);
    CHECK(blind.status == (refuses ? 409 : 204));
    if (refuses) CHECK(blind.body.find("If-Match") != std::string::npos);
    CHECK(desk.get(place, version).body == first);

    CHECK(with(desk, "PUT", place, second, {{"if-match", "\"0\", " + tag}}, version).status == 204);
    CHECK(desk.get(place, version).body == second);
    CHECK(with(desk, "PUT", place, first, {{"if-match", tag}}, version).status == 412);
    const std::string newer = header_of(desk.get(place, version), "etag");
    CHECK(with(desk, "POST", place, R"({"m":3})", {{"if-match", newer}}, version).status == 204);
    const std::string newest = header_of(desk.get(place, version), "etag");
    CHECK(newest != newer);
    CHECK(with(desk, "GET", place, "", {{"if-none-match", newest}}, version).status == 304);
    CHECK(with(desk, "GET", place, "", {{"if-none-match", newer}}, version).status == 200);
    CHECK(with(desk, "DELETE", place, "", {{"if-match", newest.substr(1, 40)}}, version).status == 204);
    CHECK(with(desk, "PUT", place, first, {{"if-match", "*"}}, version).status == 412);
}

TEST_CASE("an agent is answered as a person, each of its properties in a list", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const auto person = [&](const std::string& json) { return json_of(desk.get("/agents?agent=" + percent_encoded(json), version).body); };
    const JsonTree ming = person(R"({"objectType":"Agent","name":"Ming","mbox":"mailto:ming@example.com"})");
    CHECK(ming.root().text() == R"({"objectType":"Person","name":["Ming"],"mbox":["mailto:ming@example.com"]})");
    CHECK(person(R"({"account":{"homePage":"http://e.cn","name":"7"}})").root()["account"].text() == R"([{"homePage":"http://e.cn","name":"7"}])");
    CHECK(person(R"({"openid":"http://e.cn/7"})").root()["openid"].size() == 1);
    CHECK(person(R"({"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"})").root()["mbox_sha1sum"].size() == 1);
    CHECK_FALSE(header_of(desk.get("/agents?" + agent, version), "etag").empty());
    for (const char* target : {"/agents", "/agents?agent=true", "/agents?agent=%7B%22name%22%3A%22x%22%7D", "/agents?foo=bar",
                               "/agents?agent=%7B%22objectType%22%3A%22Group%22%2C%22mbox%22%3A%22mailto%3Ag%40e.cn%22%7D"})
        CHECK(desk.get(target, version).status == 400);
}

TEST_CASE("an activity is answered with all that was said of it, and unknown ones too", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const auto talk = [](int number, const std::string& name) {
        return R"({"id":")" + uuid_of(number) + R"(","actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://e.cn/v"},"object":{"objectType":"Activity","id":"http://e.cn/talk","definition":{"name":{)" + name + "}}}}";
    };
    REQUIRE(desk.send("POST", "/statements", "[" + talk(1, R"("en-US":"example meeting")") + "," + talk(2, R"("fr-FR":"réunion")") + "]", version).status == 200);
    const JsonTree known = json_of(desk.get("/activities?activityId=http://e.cn/talk", version).body);
    CHECK(known.root()["objectType"].string() == "Activity");
    CHECK(known.root()["id"].string() == "http://e.cn/talk");
    CHECK(known.root()["definition"]["name"]["en-US"].string() == "example meeting");
    CHECK(known.root()["definition"]["name"]["fr-FR"].string() == "réunion");
    const HttpReply unknown = desk.get("/activities?activityId=http://e.cn/never", version);
    CHECK(unknown.status == 200);
    CHECK(unknown.body == R"({"objectType":"Activity","id":"http://e.cn/never"})");
    for (const char* target : {"/activities", "/activities?activityId=talk", "/activities?activityID=http://e.cn/talk"}) CHECK(desk.get(target, version).status == 400);
}

TEST_CASE("about says to everybody which versions are spoken", "[xapi]") {
    XapiDesk desk;
    XapiAsked asked;
    asked.target = "/about";
    asked.known = false;
    for (const char* version : {"", "1.0.3", "2.0.0", "0.8", "nonsense"}) {
        asked.version = version;
        const HttpReply reply = desk.ask(asked);
        INFO(version << " " << reply.body);
        CHECK(reply.status == 200);
        CHECK_FALSE(header_of(reply, "x-experience-api-version").empty());
        const bool first = asked.version == "1.0.3";
        CHECK(reply.body.find("1.0.3") != std::string::npos);
        CHECK((reply.body.find("2.0.0") != std::string::npos) == !first);
    }
    asked.target = "/about?foo=bar";
    CHECK(desk.ask(asked).status == 400);
}
