// What a statement must be (sync/server/statement_rules.cpp), family by family.
#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "tests/support/statements.h"

using namespace xinghuo;

namespace {

constexpr XapiVersion v1 = XapiVersion::v1_0_3, v2 = XapiVersion::v2_0_0;

struct RuleRow {
    const char* path;
    const char* json;  // empty: taken out
    bool good = false;
};

// Each row in a statement and in a SubStatement, in both versions.
void check_rows(const std::vector<RuleRow>& rows, const std::string& base, bool in_sub_too = true) {
    for (const RuleRow& row : rows) {
        const std::string changed = with(base, row.path, row.json);
        for (const XapiVersion version : {v1, v2}) {
            INFO(text_of(version) << " " << row.path << " := " << row.json);
            const std::string fault = fault_of(changed, version), inner = in_sub_too ? fault_of(around(changed), version) : fault;
            INFO(fault);
            CHECK(fault.empty() == row.good);
            CHECK(inner.empty() == row.good);
        }
    }
}

}  // namespace

TEST_CASE("statements that keep every rule are taken", "[statement]") {
    for (const XapiVersion version : {v1, v2}) {
        CHECK(fault_of(full_statement, version) == "");
        CHECK(fault_of(small_statement, version) == "");
        CHECK(fault_of(around(full_statement), version) == "");
    }
}

TEST_CASE("a statement has its parts and no others", "[statement]") {
    check_rows({{"actor", ""},
                {"verb", ""},
                {"object", ""},
                {"Actor", "{}"},
                {"surprise", "1"},
                {"result", "", true},
                {"context", "", true},
                {"timestamp", "", true}},
               full_statement);
    check_rows({{"id", "12345"},
                {"id", "{}"},
                {"id", "\"\""},
                {"id", "\"AA97B177-9383-4934-8543-0F91A7A028368\""},
                {"id", "\"MA97B177-9383-4934-8543-0F91A7A02836\""},
                {"id", "\"AA97B177-9383-4934-8543-0F91A7A02836\"", true},
                {"id", "\"{7ccd3322-e1a5-411a-a67d-6a735c76f119}\""},
                {"iD", "\"7ccd3322-e1a5-411a-a67d-6a735c76f119\""},
                {"STOred", "\"2026-11-21T09:00:01Z\""},
                {"stored", "\"yesterday\""},
                {"auTHORity", "{}"},
                {"Version", "\"1.0.3\""},
                {"version", "\"1.0\"", true},
                {"version", "\"1.0.9\"", true},
                {"version", "\"0.9.9\""},
                {"version", "\"1.1.0\""},
                {"version", "\"1.0.\""},
                {"version", "\"1.0.x\""},
                {"version", "\"1.0.3-rc.1\"", true},
                {"version", "\"1.0.3-\""},
                {"version", "\"1.0-3\""},
                {"version", "1.0"},
                {"objectType", "\"Activity\""}},
               full_statement, false);
    CHECK(fault_of(with(full_statement, "version", "\"2.0.0\""), v2) == "");
    CHECK(fault_of(with(full_statement, "version", "\"2.0.0\""), v1) == "version: not a version that is taken here");
    CHECK(fault_of("[]", v1) == "the statement: must be an object");
    CHECK(fault_of(with(full_statement, "Verb", "{}"), v1) == "Verb: is written \"verb\"");
}

TEST_CASE("null is refused everywhere but in extensions", "[statement]") {
    check_rows({{"actor/name", "null"},
                {"verb/display/en", "null"},
                {"context/registration", "null"},
                {"object/definition/moreInfo", "null"},
                {"result", "null"},
                {"result/score/raw", "null"},
                {"context/contextActivities/parent/0", "null"},
                {"attachments", "null"},
                {"context/extensions/urn:a:b", "null", true},
                {"object/definition/extensions/urn:a:b", "null", true},
                {"result/extensions/urn:a:b", "null", true},
                {"result/extensions", "{}", true},
                {"result/extensions", "\"text\""},
                {"result/extensions/not an iri", "1"},
                {"context/extensions/example.com~x", "1"},
                {"object/definition/extensions/should fail", "true"}},
               full_statement);
}

TEST_CASE("whoever it is has one identifier", "[statement]") {
    const std::vector<RuleRow> agents = {
        {"", R"({"mbox":"mailto:a@example.cn"})", true},
        {"", R"({"objectType":"Agent","mbox":"mailto:星火@例子.中国"})", true},
        {"", R"({"mbox_sha1sum":"cd9b00a5611f94eaa7b1661edab976068e364975"})", true},
        {"", R"({"openid":"http://openid.example.org/12345"})", true},
        {"", R"({"account":{"homePage":"http://www.example.com","name":"x"},"name":"n"})", true},
        {"", R"({"objectType":"agent","mbox":"mailto:a@example.cn"})"},
        {"", R"({"objectType":123,"mbox":"mailto:a@example.cn"})"},
        {"", R"({"objectType":"Agent"})"},
        {"", R"({"objectType":"Activity","mbox":"mailto:a@example.cn"})"},
        {"", R"({"name":"nobody"})"},
        {"", R"({})"},
        {"", R"("mailto:a@example.cn")"},
        {"", R"([])"},
        {"", R"({"name":123,"mbox":"mailto:a@example.cn"})"},
        {"", R"({"mbox":"mailto:a@example.cn","openid":"http://openid.example.org/12345"})"},
        {"", R"({"mbox":"mailto:a@example.cn","account":{"homePage":"http://a.b","name":"x"}})"},
        {"", R"({"mbox":"http://should.fail.com"})"},
        {"", R"({"mbox":"mailto:should.fail.com"})"},
        {"", R"({"mbox":"a@example.cn"})"},
        {"", R"({"mbox":"MAILTO:a@example.cn"})"},
        {"", R"({"mbox":"mailto:a b@example.cn"})"},
        {"", R"({"mbox":"mailto:a@b@c"})"},
        {"", R"({"mbox":"mailto:@c"})"},
        {"", R"({"mbox":"mailto:?to=a@example.cn"})"},
        {"", R"({"mbox":"mailto:a@example.cn?subject=s"})"},
        {"", R"({"mbox":"mailto:a,b@example.cn"})"},
        {"", R"({"mbox":"mailto:a%2Cb/c+d@example.cn"})", true},
        {"", R"({"mbox":{}})"},
        {"", R"({"MBOX":"mailto:a@example.cn"})"},
        {"", R"({"mbox_sha1sum":{}})"},
        {"", R"({"mbox_sha1sum":"cd9b00"})"},
        {"", R"({"mbox_sha1sum":"zd9b00a5611f94eaa7b1661edab976068e364975"})"},
        {"", R"({"openid":"ab=c://should.fail.com"})"},
        {"", R"({"openid":"open.id.com/user"})"},
        {"", R"({"openid":7})"},
        {"", R"({"account":{"name":"x"}})"},
        {"", R"({"account":{"homePage":"http://a.b"}})"},
        {"", R"({"account":{"homePage":"homePage.com/x","name":"x"}})"},
        {"", R"({"account":{"homePage":"http://a.b","name":{}}})"},
        {"", R"({"account":{"homePage":"http://a.b","name":"x","extra":1}})"},
        {"", R"({"account":"x"})"},
        {"", R"({"mbox":"mailto:a@example.cn","member":[{"mbox":"mailto:b@example.cn"}]})"},
    };
    const std::vector<RuleRow> groups = {
        {"", R"({"objectType":"Group","member":[{"mbox":"mailto:a@example.cn"},{"openid":"http://o.example"}]})", true},
        {"", R"({"objectType":"Group","mbox":"mailto:g@example.cn"})", true},
        {"", R"({"objectType":"Group","mbox":"mailto:g@example.cn","member":[]})", true},
        {"", R"({"objectType":"Group","name":"n","account":{"homePage":"http://a.b","name":"x"},"member":[{"mbox":"mailto:a@example.cn"}]})", true},
        {"", R"({"objectType":"Group"})"},
        {"", R"({"objectType":"Group","member":[]})"},
        {"", R"({"objectType":"Group","member":{"mbox":"mailto:a@example.cn"}})"},
        {"", R"({"objectType":"Group","member":["mailto:a@example.cn"]})"},
        {"", R"({"objectType":"Group","member":[{"name":"nobody"}]})"},
        {"", R"({"objectType":"Group","member":[{"objectType":"Group","mbox":"mailto:g@example.cn"}]})"},
        {"", R"({"objectType":"Group","mbox":"mailto:g@example.cn","openid":"http://o.example"})"},
        {"", R"({"objectType":"Group","mbox":"mailto:should.fail.com"})"},
        {"", R"({"objectType":"group","mbox":"mailto:g@example.cn"})"},
        {"", R"({"objectType":"Group","mbox":"mailto:g@example.cn","Member":[]})"},
    };
    // Every place where one may stand.
    for (const char* place : {"actor", "context/instructor", "object"}) {
        std::string base = full_statement;
        const bool object = place == std::string("object");
        if (object) base = without(without(base, "context/revision"), "context/platform");
        for (const auto& table : {agents, groups})
            for (RuleRow row : table) {
                std::string who = row.json;
                // Without its type an object would be an activity.
                if (object && row.good && who.find("objectType") == std::string::npos) who.insert(1, R"("objectType":"Agent",)");
                row.path = place;
                row.json = who.c_str();
                check_rows({row}, base);
            }
    }
    for (RuleRow row : groups) {
        row.path = "context/team";
        check_rows({row}, full_statement);
    }
    for (RuleRow row : agents) {
        row.path = "context/team/member/0";
        check_rows({row}, full_statement);
        row.path = "authority";
        check_rows({row}, full_statement, false);
        row.path = "context/team";
        row.good = false;  // a team is a group
        check_rows({row}, full_statement);
    }
    const std::string pair =
        R"({"objectType":"Group","member":[{"account":{"homePage":"http://a.b/token","name":"app"}},{"mbox":"mailto:a@example.cn"}]})";
    CHECK(fault_of(with(full_statement, "authority", pair), v1) == "");
    CHECK(fault_of(with(full_statement, "authority", with(pair, "mbox", "\"mailto:g@example.cn\"")), v1) != "");
    CHECK(fault_of(with(full_statement, "authority", with(pair, "member/+", R"({"mbox":"mailto:c@example.cn"})")), v2) ==
          "authority.member: must be two agents");
    CHECK(fault_of(with(full_statement, "authority", without(pair, "member/0")), v2) != "");
    // Alone, as a parameter.
    CHECK(check_agent(JsonTree::parse(R"({"mbox":"mailto:a@example.cn"})")->root(), v1));
    CHECK_FALSE(check_agent(JsonTree::parse(pair)->root(), v1));
    CHECK(check_agent(JsonTree::parse(pair)->root(), v1, true));
}

TEST_CASE("IRIs have a scheme, languages a tag", "[statement]") {
    for (const char* path : {"verb/id", "object/id", "object/definition/type", "object/definition/moreInfo", "context/contextActivities/parent/0/id",
                             "attachments/0/usageType", "attachments/0/fileUrl", "context/contextActivities/other/0/id"})
        check_rows({{path, "\"ab=c://should.fail.com\""},
                    {path, "\"example.com/x\""},
                    {path, "\"\""},
                    {path, "\"should fail\""},
                    {path, "12345"},
                    {path, "{}"},
                    {path, "\"urn:x:星火\"", true},
                    {path, "\"http://example.com/فعل/خواندن?a=b#c\"", true},
                    {path, "\"http://x/a b\""},
                    {path, "\"http://x/%zz\""},
                    {path, "\"http:\""}},
                   full_statement);
    for (const char* path : {"verb/display", "object/definition/name", "object/definition/description", "object/definition/choices/1/description",
                             "attachments/0/display", "attachments/0/description"})
        check_rows({{path, "{}"},
                    {path, "\"text\""},
                    {path, "12"},
                    {path, "[\"a\"]"},
                    {path, "{\"en\":1}"},
                    {path, "{\"a12345\":\"x\"}"},
                    {path, "{\"something\":\"x\"}"},
                    {path, "{\"de-419-DE\":\"x\"}"},
                    {path, "{\"zh-Hant\":\"x\",\"sr-Latn-RS\":\"y\"}", true},
                    {path, "{\"\":\"x\"}"},
                    {path, "{\"en_US\":\"x\"}"}},
                   full_statement);
    check_rows({{"context/language", "\"cmn\"", true},
                {"context/language", "\"something\""},
                {"context/language", "1"},
                {"context/language", "{\"en\":\"x\"}"}},
               full_statement);
}

TEST_CASE("an object is what its type says", "[statement]") {
    const std::string bare = without(full_statement, "context");
    check_rows({{"object", "{\"id\":\"https://a.b/c\"}", true},
                {"object", "{}"},
                {"object", "\"https://a.b/c\""},
                {"object/objectType", "\"activity\""},
                {"object/objectType", "12"},
                {"object/definition", "\"x\""},
                {"object/definition", "{}", true},
                {"object/definition/Name", "{\"en\":\"x\"}"},
                {"object/definition/interactionType", "\"true-faLse\""},
                {"object/definition/interactionType", "\"http://a.b\""},
                {"object/definition/interactionType", "1"},
                {"object/definition/interactionType", ""},
                {"object/definition/interactionType", "\"sequencing\"", true},
                {"object/definition/interactionType", "\"likert\""},
                {"object/definition/correctResponsesPattern", "\"b\""},
                {"object/definition/correctResponsesPattern", "[1]"},
                {"object/definition/correctResponsesPattern", "[]", true},
                {"object/definition/choices", "{}"},
                {"object/definition/choices", "[{\"description\":{\"en\":\"x\"}}]"},
                {"object/definition/choices", "[{\"id\":1}]"},
                {"object/definition/choices", "[{\"id\":\"a\"},{\"id\":\"a\"}]"},
                {"object/definition/choices", "[{\"id\":\"a\",\"more\":1}]"},
                {"object/definition/choices", "[{\"id\":\"a\"}]", true},
                {"object/definition/steps", "[{\"id\":\"a\"}]"}},
               bare);
    const struct {
        const char* type;
        const char* list;
    } lists[] = {{"choice", "choices"},  {"sequencing", "choices"}, {"likert", "scale"},
                 {"matching", "source"}, {"matching", "target"},    {"performance", "steps"}};
    for (const auto& row : lists) {
        const std::string type = '"' + std::string(row.type) + '"';
        const std::string path = "object/definition/" + std::string(row.list);
        check_rows({{path.c_str(), "[{\"id\":\"a\"}]", true}, {path.c_str(), "[{\"id\":\"a\"},{\"id\":\"a\"}]"}},
                   with(without(bare, "object/definition/choices"), "object/definition/interactionType", type));
    }
    for (const char* type : {"true-false", "fill-in", "long-fill-in", "numeric", "other"}) {
        const std::string quoted = '"' + std::string(type) + '"';
        check_rows({{"object/definition/interactionType", quoted.c_str(), true}}, without(bare, "object/definition/choices"));
        check_rows({{"object/definition/interactionType", quoted.c_str()}}, bare);
    }
    const std::string reference = with(bare, "object", R"({"objectType":"StatementRef","id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee"})");
    check_rows({{"object/id", "\"6690e6c9-3ef0-4ed3-8b37-7f3964730bee\"", true},
                {"object/id", ""},
                {"object/id", "\"should fail\""},
                {"object/id", "12"},
                {"object/objectType", "\"statementref\""},
                {"object/objectType", ""},
                {"object/definition", "{}"}},
               reference);
}

TEST_CASE("a SubStatement is a statement without what a server sets", "[statement]") {
    const std::string sub = around(full_statement);
    check_rows({{"object/id", "\"fd41c918-b88b-4b20-a0a5-a4c32391aaa0\""},
                {"object/stored", "\"2013-05-18T05:32:34.804Z\""},
                {"object/version", "\"1.0.0\""},
                {"object/authority", R"({"mbox":"mailto:a@example.cn"})"},
                {"object/actor", ""},
                {"object/verb", ""},
                {"object/object", ""},
                {"object/objectType", "\"substatement\""},
                {"object/timestamp", "\"2226-11-21T17:00:00Z\"", true},
                {"object/attachments", "", true}},
               sub, false);
    CHECK(fault_of(around(sub), v1) == "object.object: a SubStatement cannot contain another");
    CHECK(fault_of(with(sub, "object/actor/mbox", "1"), v1) == "object.actor.mbox: must be a string");
}

TEST_CASE("a result has numbers, truths and a duration", "[statement]") {
    check_rows({{"result", "\"x\""},
                {"result/success", "\"true\""},
                {"result/completion", "\"false\""},
                {"result/completion", "1"},
                {"result/response", "1"},
                {"result/Response", "\"b\""},
                {"result/score", "12"},
                {"result/score", "{}", true},
                {"result/score/max", "\"100\""},
                {"result/score/grade", "1"},
                {"result/score/scaled", "1.0", true},
                {"result/score/scaled", "-1.0000", true},
                {"result/score/scaled", "1.01"},
                {"result/score/scaled", "-1.00001"},
                {"result/score/scaled", "1e308"},
                {"result/score/raw", "100", true},
                {"result/score/raw", "100.5"},
                {"result/score/raw", "-0.1"},
                {"result/score/min", "100"},
                {"result/score/min", "96"},
                {"result/score/max", "94"},
                {"result/score", "{\"min\":3,\"max\":2}"},
                {"result/score", "{\"raw\":-7}", true}},
               full_statement);
    for (const char* good :
         {"PT1H0M0.1S", "PT4H35M59.14S", "PT16559.14S", "P3Y1M29DT4H35M59.14S", "P3Y", "P4W", "PT0S", "P1D", "PT36H", "P0.5Y", "PT1,5S"})
        check_rows({{"result/duration", ('"' + std::string(good) + '"').c_str(), true}}, full_statement);
    for (const char* bad : {"PA1H0M0S", "should fail", "P4W1D", "P1D4W", "P", "PT", "P1DT", "1H", "PT1M1H", "P1H", "PT1D", "PT1.S", "PT.5S",
                            "PT1.5M3S", "-PT1S", "p1d", "P1", "P0003-01-29T04:35:59", ""})
        check_rows({{"result/duration", ('"' + std::string(bad) + '"').c_str()}}, full_statement);
    check_rows({{"result/duration", "12345"}, {"result/duration", "{}"}}, full_statement);
}

TEST_CASE("a context fits its object", "[statement]") {
    const std::string activity = R"({"objectType":"Activity","id":"https://a.b/c"})";
    for (const char* kind : {"parent", "grouping", "category", "other"}) {
        const std::string path = "context/contextActivities/" + std::string(kind);
        check_rows({{path.c_str(), activity.c_str(), true},
                    {path.c_str(), "[]", true},
                    {path.c_str(), "\"https://a.b/c\""},
                    {path.c_str(), "[{\"key\":\"x\"}]"},
                    {path.c_str(), "[\"https://a.b/c\"]"},
                    {path.c_str(), R"([{"objectType":"Agent","mbox":"mailto:a@example.cn"}])"}},
                   full_statement);
    }
    check_rows({{"context", "[]"},
                {"context/contextActivities", "\"x\""},
                {"context/contextActivities/Parent", "[]"},
                {"context/contextActivities/sibling", "[]"},
                {"context/registration", "\"should fail\""},
                {"context/registration", "{}"},
                {"context/revision", "1"},
                {"context/platform", "{}"},
                {"context/statement", "{}"},
                {"context/statement/id", "\"x\""},
                {"context/statement/objectType", "\"Activity\""},
                {"context/statement/objectType", ""},
                {"context/extra", "1"}},
               full_statement);
    const std::string others[] = {R"({"objectType":"Agent","mbox":"mailto:a@example.cn"})", R"({"objectType":"Group","mbox":"mailto:a@example.cn"})",
                                  R"({"objectType":"StatementRef","id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee"})"};
    for (const std::string& other : others) {
        const std::string about = with(full_statement, "object", other);
        check_rows({{"context/revision", ""}, {"context/platform", ""}}, about);
        check_rows({{"context/revision", "", true}}, without(about, "context/platform"));
    }
    CHECK(fault_of(with(around(full_statement), "context", R"({"platform":"x"})"), v1) == "context.platform: only where the object is an Activity");
}

TEST_CASE("agents and groups of a context are of 2.0", "[statement]") {
    const std::string agent =
        R"({"objectType":"contextAgent","agent":{"objectType":"Agent","mbox":"mailto:p1@example.cn"},"relevantTypes":["https://a.b/t"]})";
    const std::string group = R"({"objectType":"contextGroup","group":{"objectType":"Group","mbox":"mailto:t1@example.cn"}})";
    const std::string base =
        with(with(full_statement, "context/contextAgents", '[' + agent + ']'), "context/contextGroups", '[' + group + ',' + group + ']');
    CHECK(fault_of(base, v2) == "");
    CHECK(fault_of(around(base), v2) == "");
    CHECK(fault_of(base, v1) == "context.contextAgents: no such property");
    for (const RuleRow& row : std::vector<RuleRow>{{"context/contextAgents", "{}"},
                                                   {"context/contextAgents/0/objectType", "\"Agent\""},
                                                   {"context/contextAgents/0/objectType", ""},
                                                   {"context/contextAgents/0/agent", ""},
                                                   {"context/contextAgents/0/agent", "{\"key\":\"x\"}"},
                                                   {"context/contextAgents/0/agent", R"({"objectType":"Group","mbox":"mailto:t1@example.cn"})"},
                                                   {"context/contextAgents/0/relevantTypes", "[]"},
                                                   {"context/contextAgents/0/relevantTypes", "[\"abc\"]"},
                                                   {"context/contextAgents/0/relevantTypes", "\"https://a.b/t\""},
                                                   {"context/contextAgents/0/relevantTypes", "", true},
                                                   {"context/contextAgents/0/name", "\"x\""},
                                                   {"context/contextGroups/1/objectType", "\"contextAgent\""},
                                                   {"context/contextGroups/1/group", "{\"key\":\"x\"}"},
                                                   {"context/contextGroups/1/group", R"({"mbox":"mailto:t1@example.cn"})"},
                                                   {"context/contextGroups/1/member", "[]"},
                                                   {"context/contextGroups/1/relevantTypes", "[]"},
                                                   {"context/contextGroups/1/relevantTypes", "[\"urn:x:y\"]", true}}) {
        INFO(row.path << " := " << row.json);
        CHECK(fault_of(with(base, row.path, row.json), v2).empty() == row.good);
        CHECK(fault_of(around(with(base, row.path, row.json)), v2).empty() == row.good);
    }
}

TEST_CASE("what voids refers to a statement", "[statement]") {
    const std::string voiding = with(small_statement, "verb/id", "\"http://adlnet.gov/expapi/verbs/voided\"");
    CHECK(fault_of(voiding, v1) == "object: what voids must have a StatementRef as its object");
    CHECK(fault_of(with(voiding, "object", R"({"objectType":"StatementRef","id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee"})"), v1) == "");
    CHECK(fault_of(with(voiding, "object", R"({"objectType":"Agent","mbox":"mailto:a@example.cn"})"), v2) != "");
    CHECK(fault_of(around(voiding), v2) == "object.object: what voids must have a StatementRef as its object");
}

TEST_CASE("attachments are described", "[statement]") {
    check_rows({{"attachments", "{}"},
                {"attachments", "[12345]"},
                {"attachments", "[\"x\"]"},
                {"attachments", "[]", true},
                {"attachments/0/usageType", ""},
                {"attachments/0/display", ""},
                {"attachments/0/contentType", ""},
                {"attachments/0/length", ""},
                {"attachments/0/sha2", ""},
                {"attachments/0/fileUrl", "", true},
                {"attachments/0/description", "", true},
                {"attachments/0/contentType", "\"should fail\""},
                {"attachments/0/contentType", "999"},
                {"attachments/0/contentType", "\"image/png\"", true},
                {"attachments/0/contentType", "\"text/plain; a=\\\"b;c\\\"\"", true},
                {"attachments/0/length", "\"27\""},
                {"attachments/0/length", "-1"},
                {"attachments/0/length", "2.5"},
                {"attachments/0/length", "0", true},
                {"attachments/0/sha2", "12345"},
                {"attachments/0/sha2", "\"x\""},
                {"attachments/0/Sha2", "\"x\""},
                {"attachments/0/extra", "1"}},
               full_statement);
}
