// What is made of a statement that was checked (sync/server/statement.h).
#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

#include "sync/server/statement_fingerprint.h"
#include "tests/support/statements.h"

using namespace xinghuo;

namespace {

constexpr XapiVersion v1 = XapiVersion::v1_0_3, v2 = XapiVersion::v2_0_0;
const std::string authority = R"({"objectType":"Agent","account":{"homePage":"https://hall.example.cn/","name":"centre"}})";

NewStatement made(const std::string& statement, XapiVersion version = v1) {
    const auto tree = JsonTree::parse(statement);
    REQUIRE(tree);
    StatementContext context;
    context.version = version;
    context.stored = {1'795'251'600'000};  // 2026-11-21T09:00:00Z
    context.authority_json = authority;
    return new_statement(tree->root(), context);
}

std::string fingerprint(const std::string& statement) {
    const auto tree = JsonTree::parse(statement);
    REQUIRE(tree);
    return statement_fingerprint(tree->root());
}

std::string at(const std::string& json, std::initializer_list<const char*> path) {
    const auto tree = JsonTree::parse(json);
    REQUIRE(tree);
    JsonValue value = tree->root();
    for (const char* key : path) value = value[key];
    return std::string(value.text());
}

bool has(const NewStatement& statement, StatementKey kind, std::string_view text) {
    return std::find(statement.keys.begin(), statement.keys.end(), statement_key(kind, text)) != statement.keys.end();
}

std::optional<std::int64_t> ms(const char* text, XapiVersion version) {
    const auto read = read_timestamp(text, version);
    return read ? std::optional(read->unix_ms) : std::nullopt;
}

// Every place of a value, as paths; none inside extensions, whose keys have slashes.
void places(JsonValue value, const std::string& path, std::vector<std::string>& all) {
    std::size_t i = 0;
    for (const JsonValue item : value.items()) {
        const std::string here = path + (path.empty() ? "" : "/") + (value.is_array() ? std::to_string(i++) : std::string(item.key()));
        all.push_back(here);
        if (item.key() != "extensions") places(item, here, all);
    }
}

bool needed(const std::string& path) {
    static const std::set<std::string> exactly = {"actor",
                                                  "verb",
                                                  "object",
                                                  "verb/id",
                                                  "object/id",
                                                  "actor/account",
                                                  "authority/account",
                                                  "object/definition/interactionType",
                                                  "context/instructor/mbox",
                                                  "context/team/objectType",
                                                  "context/team/member/0/openid",
                                                  "context/statement/id",
                                                  "context/statement/objectType",
                                                  "attachments/0/usageType",
                                                  "attachments/0/display",
                                                  "attachments/0/contentType",
                                                  "attachments/0/length",
                                                  "attachments/0/sha2",
                                                  "object/definition/description/zh-CN",
                                                  "attachments/0/display/zh",
                                                  "attachments/0/description/zh"};
    const auto ends = [&](std::string_view end) { return path.size() > end.size() && path.ends_with(end); };
    return exactly.count(path) > 0 || ends("account/homePage") || ends("account/name") ||
           (path.starts_with("context/contextActivities/") && ends("/id")) ||
           (path.starts_with("object/definition/choices/") && (ends("/id") || ends("description/zh-CN")));
}

}  // namespace

TEST_CASE("UUIDs, IRIs and language tags", "[statement]") {
    CHECK(is_uuid("7ccd3322-e1a5-411a-a67d-6a735c76f119"));
    CHECK(is_uuid("12345678-1234-5678-1234-567812345678"));
    CHECK_FALSE(is_uuid("7ccd3322e1a5411aa67d6a735c76f119"));
    CHECK_FALSE(is_uuid("7ccd3322-e1a5-411a-a67d-6a735c76f11"));
    CHECK_FALSE(is_uuid("7ccd3322-e1a5-411aa-67d-6a735c76f119"));
    for (const char* good : {"http://a", "urn:uuid:x", "a+b-c.d:e", "mailto:a@b", "http://例子/%E6%98%9F?q#f", "tag:x,2026:y"}) CHECK(is_iri(good));
    for (const char* bad :
         {"", "a", "a:", ":a", "1a:b", "a b:c", "http://a b", "http://a\"", "http://a<", "http://a%", "http://a%2", "http://a#b#c", "http://a\n"})
        CHECK_FALSE(is_iri(bad));
    for (const char* good : {"de",
                             "ine",
                             "zh-Hant",
                             "sr-Latn-RS",
                             "zh-cmn-Hans-CN",
                             "sl-rozaj-biske",
                             "de-CH-1901",
                             "hy-Latn-IT-arevela",
                             "az-Arab-x-AZE-derbend",
                             "x-whatever",
                             "i-enochian",
                             "es-419",
                             "de-DE-u-co-phonebk",
                             "en-a-bbb-x-a",
                             "zh-min-nan",
                             "EN-us",
                             "i-klingon",
                             "qaa-Qaaa-QM-x-southern",
                             "root",
                             "registry"})
        CHECK(is_language_tag(good));
    for (const char* bad :
         {"",      "something", "a-DE", "de-419-DE", "ar-a-aaa-b-bbb-a-ccc", "zh-z-aaa-z-bbb-c-ccc", "a12345", "en-",    "-en",       "en--us",
          "en_US", "x",         "en-x", "en-a",      "de-1901-1901",         "en-us-usa-1",          "星火",   "en-a-b", "abcdefghi", "en-US-a"})
        CHECK_FALSE(is_language_tag(bad));
}

TEST_CASE("moments as RFC 3339 says them, in 1.0.3 as ISO 8601 does", "[statement]") {
    const std::int64_t nine = 1'795'251'600'000;
    for (const XapiVersion version : {v1, v2}) {
        CHECK(ms("2026-11-21T09:00:00Z", version) == nine);
        CHECK(ms("2026-11-21t09:00:00.250z", version) == nine + 250);
        CHECK(ms("2026-11-21 17:00:00.2509999+08:00", version) == nine + 250);
        CHECK(ms("2026-11-21T02:30:00-06:30", version) == nine);
        CHECK(ms("2016-12-31T23:59:60Z", version) == ms("2017-01-01T00:00:00Z", version));
        CHECK(ms("1969-12-31T23:59:59.500Z", version) == -500);
        CHECK(ms("2024-02-29T00:00:00Z", version));
        for (const char* bad : {"",
                                "should fail",
                                "01/011/2015",
                                "2008-09-15T15:53:00.601-00",
                                "2008-09-15T15:53:00.601-0000",
                                "2008-09-15T15:53:00.601-00:00",
                                "2026-02-29T00:00:00Z",
                                "2026-13-01T00:00:00Z",
                                "2026-11-21T24:00:00Z",
                                "2026-11-21T09:60:00Z",
                                "2026-11-21T09:00:61Z",
                                "2026-11-21T09:00:00+24:00",
                                "2026-11-21",
                                "2026-11-21T09:00:00.Z",
                                "2026-11-21T09:00:00Zx",
                                "2026-11-21T9:00:00Z",
                                "2026-11-21T09:00:00 Z",
                                "+2026-11-21T09:00:00Z",
                                "2026-11-21T09:00:00+8:00",
                                "2026-11-21T09:00:00+08:0"}) {
            INFO(bad);
            CHECK_FALSE(ms(bad, version));
        }
    }
    for (const char* iso : {"2026-11-21T09:00:00", "2026-11-21T09:00", "20261121T090000Z", "2026-11-21T17:00:00+08", "2026-11-21T17:00:00+0800",
                            "20261121T170000+0800", "2026-11-21T09:00:00,000Z"}) {
        INFO(iso);
        CHECK(ms(iso, v1) == nine);
        CHECK_FALSE(ms(iso, v2));
    }
}

TEST_CASE("a new statement is what came, and what a server sets", "[statement]") {
    const std::string came =
        R"( {"result" : { "score" : {"raw": 95.0, "max":1.00e2 } },"actor":{"mbox":"mailto:a@EXAMPLE.cn"},"verb":{"id":"https://a.b/v"},
        "object":{"id":"https://a.b/o"},"stored":"2001-01-01T00:00:00Z","authority":{"mbox":"mailto:liar@a.b"}} )";
    const NewStatement one = made(came);
    CHECK(is_uuid(one.id));
    CHECK(
        one.json ==
        "{\"id\":\"" + one.id +
            "\",\"result\":{ \"score\" : {\"raw\": 95.0, \"max\":1.00e2 } },\"actor\":{\"mbox\":\"mailto:a@EXAMPLE.cn\"},\"verb\":{\"id\":\"https://a.b/v\"}," +
            "\"object\":{\"id\":\"https://a.b/o\"},\"timestamp\":\"2026-11-21T09:00:00.000Z\",\"stored\":\"2026-11-21T09:00:00.000Z\",\"authority\":" +
            authority + ",\"version\":\"1.0.0\"}");
    CHECK(fault_of(one.json, v1) == "");
    CHECK(at(made(came, v2).json, {"version"}) == "\"2.0.0\"");
    CHECK(at(made(with(came, "version", "\"1.0.9\"")).json, {"version"}) == "\"1.0.9\"");
    CHECK(made(with(came, "id", "\"7CCD3322-E1A5-411A-A67D-6A735C76F119\"")).id == "7ccd3322-e1a5-411a-a67d-6a735c76f119");
    CHECK(at(made(with(came, "timestamp", "\"2026-11-21T17:00:00.12345+08:00\"")).json, {"timestamp"}) == "\"2026-11-21T17:00:00.12345+08:00\"");
    CHECK(at(made(with(came, "timestamp", "\"2026-11-21T17:00:00.12345+08:00\""), v2).json, {"timestamp"}) == "\"2026-11-21T09:00:00.12345Z\"");
    const std::string later = with(around(came), "object/timestamp", "\"2026-11-21 17:00:00+08:00\"");
    CHECK(at(made(later, v2).json, {"object", "timestamp"}) == "\"2026-11-21T09:00:00Z\"");
}

TEST_CASE("a context activity alone becomes a list", "[statement]") {
    std::string came = with(with(small_statement, "context/contextActivities/parent", R"({"id":"https://a.b/p"})"), "context/contextActivities/other",
                            R"([{"id":"https://a.b/q"}])");
    came = with(came, "context/extensions/urn:x:y", "{\"parent\":{}}");
    CHECK(at(made(came).json, {"context"}) ==
          R"({"contextActivities":{"parent":[{"id":"https://a.b/p"}],"other":[{"id":"https://a.b/q"}]},"extensions":{"urn:x:y":{"parent":{}}}})");
    CHECK(at(made(around(came)).json, {"object", "context", "contextActivities", "parent"}) == R"([{"id":"https://a.b/p"}])");
}

TEST_CASE("a statement may have many activities, and one of them twice", "[statement]") {
    std::string list;
    for (int i = 0; i < 20'000; ++i) list += R"({"id":"https://a.b/)" + std::to_string(i) + "\"},";
    const std::string many = '[' + list + R"({"id":"https://a.b/7","definition":{"type":"urn:t:1"}},{"id":"https://a.b/7","definition":{"moreInfo":"urn:m:1"}}])";
    const NewStatement one = made(with(small_statement, "context/contextActivities/other", many));
    CHECK(one.activities.size() == 20'001);
    CHECK(one.activities[8] == std::pair<std::string, std::string>("https://a.b/7", R"({"type":"urn:t:1","moreInfo":"urn:m:1"})"));
}

TEST_CASE("what filters look for", "[statement]") {
    const std::string base =
        with(full_statement, "actor", R"({"objectType":"Group","openid":"https://g.b","member":[{"mbox":"mailto:X@Example.CN"}]})");
    const NewStatement one = made(with(base, "context/contextAgents", R"([{"objectType":"contextAgent","agent":{"mbox":"mailto:c@a.b"}}])"), v2);
    CHECK(has(one, StatementKey::agent, "openid|https://g.b"));
    CHECK(has(one, StatementKey::agent, "mailto:X@example.cn"));
    CHECK_FALSE(has(one, StatementKey::agent, "mailto:teacher@example.cn"));
    for (const char* who : {"openid|https://g.b", "mailto:X@example.cn", "mailto:teacher@example.cn", "sha1|ebd31e95054c018b10727ccffd2ef2ec3a016ee9",
                            "openid|https://id.example.cn/w", "mailto:c@a.b", "account|https://hall.example.cn/|centre"})
        CHECK(has(one, StatementKey::related_agent, who));
    CHECK_FALSE(has(one, StatementKey::related_agent, "account|https://hall.example.cn/|k"));  // the authority it came with
    CHECK(has(one, StatementKey::verb, "http://adlnet.gov/expapi/verbs/answered"));
    CHECK(has(one, StatementKey::activity, "https://hall.example.cn/questions/q1"));
    CHECK_FALSE(has(one, StatementKey::activity, "https://hall.example.cn/packs/p1"));
    for (const char* iri : {"https://hall.example.cn/questions/q1", "https://hall.example.cn/packs/p1", "https://hall.example.cn/quizzes/t1",
                            "https://hall.example.cn/profiles/hall", "https://hall.example.cn/o"})
        CHECK(has(one, StatementKey::related_activity, iri));
    CHECK(has(one, StatementKey::registration, "ec531277-b57b-4c15-8d91-d292c5b2b8f7"));
    CHECK(one.activities.size() == 5);
    CHECK(one.activities[0].first == "https://hall.example.cn/questions/q1");
    CHECK(at(one.activities[0].second, {"interactionType"}) == "\"choice\"");
    CHECK(one.activities[1].second == "{}");
    CHECK(one.attachments == std::vector<std::string>{"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"});
    CHECK(one.voids.empty());
    CHECK(one.refers_to.empty());

    const NewStatement sub = made(around(full_statement));
    CHECK_FALSE(has(sub, StatementKey::agent, "account|https://hall.example.cn/|m-0123456789abcdef"));
    CHECK(has(sub, StatementKey::related_agent, "account|https://hall.example.cn/|m-0123456789abcdef"));
    CHECK(has(sub, StatementKey::related_activity, "https://hall.example.cn/questions/q1"));
    CHECK_FALSE(has(sub, StatementKey::activity, "https://hall.example.cn/questions/q1"));
    CHECK_FALSE(has(sub, StatementKey::registration, "ec531277-b57b-4c15-8d91-d292c5b2b8f7"));

    const std::string reference = with(small_statement, "object", R"({"objectType":"StatementRef","id":"6690E6C9-3ef0-4ed3-8b37-7f3964730bee"})");
    CHECK(made(reference).refers_to == "6690e6c9-3ef0-4ed3-8b37-7f3964730bee");
    CHECK(made(reference).voids.empty());
    CHECK(made(with(reference, "verb/id", "\"http://adlnet.gov/expapi/verbs/voided\"")).voids == "6690e6c9-3ef0-4ed3-8b37-7f3964730bee");
    CHECK(has(made(with(small_statement, "object", R"({"objectType":"Agent","openid":"https://o.b"})")), StatementKey::agent, "openid|https://o.b"));
}

TEST_CASE("statements that are the same have one fingerprint", "[statement]") {
    const std::string same = fingerprint(full_statement);
    CHECK(same.size() == 64);
    CHECK(made(full_statement).fingerprint == same);
    CHECK(fingerprint(made(full_statement).json) == same);  // what is kept is the same as what came
    CHECK(fingerprint(made(full_statement, v2).json) == same);
    for (const char* key : {"id", "stored", "authority", "timestamp", "version", "attachments", "verb/display", "object/definition",
                            "object/objectType", "actor/objectType", "context/contextActivities/grouping/0/objectType"})
        CHECK(fingerprint(without(full_statement, key)) == same);
    // Order of members.
    CHECK(fingerprint(with(without(full_statement, "actor"), "actor", at(full_statement, {"actor"}))) == same);
    CHECK(fingerprint(with(full_statement, "context/contextActivities/parent", R"({"id":"https://hall.example.cn/quizzes/t1"})")) == same);
    CHECK(fingerprint(with(full_statement, "result/score/raw", "95")) == same);
    CHECK(fingerprint(with(full_statement, "result/duration", "\"PT4.5009S\"")) == same);
    CHECK(fingerprint(with(full_statement, "context/registration", "\"EC531277-b57b-4c15-8d91-d292c5b2b8f7\"")) == same);
    CHECK(fingerprint(with(full_statement, "context/instructor/mbox", "\"mailto:teacher@Example.CN\"")) == same);
    const std::string two = with(full_statement, "context/team/member", R"([{"openid":"https://a"},{"openid":"https://b","name":"n"}])");
    CHECK(fingerprint(two) ==
          fingerprint(with(full_statement, "context/team/member", R"([{"name":"n","openid":"https://b"},{"openid":"https://a"}])")));
    const std::string sub = with(around(small_statement), "object/timestamp", "\"2026-11-21T17:00:00+08:00\"");
    CHECK(fingerprint(sub) == fingerprint(with(sub, "object/timestamp", "\"2026-11-21T09:00:00Z\"")));

    std::set<std::string> others = {same, fingerprint(two), fingerprint(sub), fingerprint(with(sub, "object/timestamp", "\"2026-11-21T09:00:01Z\"")),
                                    fingerprint(without(sub, "object/timestamp"))};
    std::size_t count = 5;
    const std::pair<const char*, const char*> changes[] = {{"actor/account/name", "\"m-1\""},
                                                           {"verb/id", "\"https://a.b/v\""},
                                                           {"object/id", "\"https://a.b/o\""},
                                                           {"result/score/raw", "94"},
                                                           {"result/score/raw", ""},
                                                           {"result/response", "\"a\""},
                                                           {"result/success", "false"},
                                                           {"result/duration", "\"PT4.51S\""},
                                                           {"result/duration", "\"PT0M4.5S\""},
                                                           {"context/instructor/mbox", "\"mailto:Teacher@example.cn\""},
                                                           {"context/extensions", "{\"urn:x-xinghuo:seq\":18}"},
                                                           {"context/extensions", "{\"urn:x-xinghuo:seq\":\"17\"}"},
                                                           {"context/extensions", "{\"urn:x-xinghuo:seq\":12345678901234567890}"},
                                                           {"context/extensions", "{\"urn:x-xinghuo:seq\":12345678901234567891}"},
                                                           {"context/contextActivities/other", "[]"},
                                                           {"context/platform", ""},
                                                           {"result/extensions", "{\"urn:x:y\":{\"a\":[]}}"}};
    for (const auto& change : changes) {
        INFO(change.first << " := " << change.second);
        CHECK(others.insert(fingerprint(with(full_statement, change.first, change.second))).second);
        ++count;
    }
    CHECK(others.size() == count);
}

TEST_CASE("as ids a statement only says who and what", "[statement]") {
    const std::string ids = statement_as_ids(full_statement);
    CHECK(at(ids, {"actor"}) == R"({"objectType":"Agent","account":{"homePage":"https://hall.example.cn/","name":"m-0123456789abcdef"}})");
    CHECK(at(ids, {"verb"}) == R"({"id":"http://adlnet.gov/expapi/verbs/answered"})");
    CHECK(at(ids, {"object"}) == R"({"id":"https://hall.example.cn/questions/q1"})");
    CHECK(at(ids, {"context", "team"}) == R"({"objectType":"Group","mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"})");
    CHECK(at(ids, {"result"}) == at(full_statement, {"result"}));
    CHECK(at(ids, {"context", "extensions"}) == at(full_statement, {"context", "extensions"}));
    CHECK(fault_of(ids, v1) == "");
    const std::string anonymous = with(full_statement, "actor", R"({"objectType":"Group","name":"n","member":[{"name":"a","mbox":"mailto:a@b.c"}]})");
    CHECK(at(statement_as_ids(anonymous), {"actor"}) == R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]})");
    const std::string sub = statement_as_ids(around(with(full_statement, "context/contextActivities/parent/0/definition", "{}")));
    CHECK(at(sub, {"object", "verb"}) == R"({"id":"http://adlnet.gov/expapi/verbs/answered"})");
    CHECK(at(sub, {"object", "context", "contextActivities", "parent"}) == R"([{"id":"https://hall.example.cn/quizzes/t1"}])");
    CHECK(fault_of(sub, v1) == "");
}

TEST_CASE("canonical is one language of what is known", "[statement]") {
    const auto none = [](std::string_view) { return std::optional<std::string>(); };
    const auto name = [&](const char* map, const char* wanted) {
        return at(statement_canonical(with(full_statement, "object/definition/name", map), wanted, none), {"object", "definition", "name"});
    };
    const char* three = R"({"en-GB":"a","zh-Hant-TW":"b","zh-CN":"c"})";
    CHECK(name(three, "zh-CN") == R"({"zh-CN":"c"})");
    CHECK(name(three, "ZH-cn") == R"({"zh-CN":"c"})");
    CHECK(name(three, "zh") == R"({"zh-Hant-TW":"b"})");
    CHECK(name(three, "zh-Hant") == R"({"zh-Hant-TW":"b"})");
    CHECK(name(three, "fr, zh-CN;q=0.3, en;q=0.8") == R"({"en-GB":"a"})");
    CHECK(name(three, "en-US") == R"({"en-GB":"a"})");
    CHECK(name(R"({"zh":"b","en":"a"})", "en-US, zh;q=0.9") == R"({"en":"a"})");
    CHECK(name(three, "fr") == R"({"en-GB":"a"})");
    CHECK(name(three, "") == R"({"en-GB":"a"})");
    CHECK(name(three, "*, en;q=0") == R"({"zh-Hant-TW":"b"})");
    CHECK(name(three, "en;q=0, zh-Hant;q=0") == R"({"zh-CN":"c"})");
    CHECK(name(three, ";;q=,,=") == R"({"en-GB":"a"})");
    CHECK(name(R"({"fr":"a"})", "fr;q=0") == R"({"fr":"a"})");

    const std::string zh = statement_canonical(full_statement, "zh", none);
    CHECK(at(zh, {"verb", "display"}) == R"({"zh-CN":"作答"})");
    CHECK(at(zh, {"actor"}) == at(full_statement, {"actor"}));
    CHECK(at(zh, {"result"}) == at(full_statement, {"result"}));
    CHECK(fault_of(zh, v1) == "");
    const auto known = [](std::string_view iri) {
        return iri.ends_with("q1") || iri.ends_with("t1")
                   ? std::optional<std::string>(
                         R"({"name":{"en":"known","zh":"知"},"interactionType":"likert","scale":[{"id":"1","description":{"en":"x","zh":"y"}}]})")
                   : std::nullopt;
    };
    const std::string merged = statement_canonical(full_statement, "zh", known);
    CHECK(at(merged, {"object", "definition"}) == R"({"name":{"zh":"知"},"interactionType":"likert","scale":[{"id":"1","description":{"zh":"y"}}]})");
    CHECK(at(merged, {"context", "contextActivities", "parent"}).find("知") != std::string::npos);
    CHECK(at(statement_canonical(around(full_statement), "en", known), {"object", "object", "definition", "name"}) == R"({"en":"known"})");
}

TEST_CASE("definitions add up", "[statement]") {
    CHECK(merged_definition(R"({"name":{"en":"a","zh":"b"},"type":"urn:t:1","extensions":{"urn:x:1":1.0,"urn:x:2":2}})",
                            R"({"extensions":{"urn:x:2":{"n":null},"urn:x:3":3},"name":{"en":"c"},"moreInfo":"urn:m:1"})") ==
          R"({"name":{"en":"c","zh":"b"},"type":"urn:t:1","extensions":{"urn:x:1":1.0,"urn:x:2":{"n":null},"urn:x:3":3},"moreInfo":"urn:m:1"})");
    CHECK(merged_definition("", R"({"type":"urn:t:1"})") == R"({"type":"urn:t:1"})");
    CHECK(merged_definition(R"({"type":"urn:t:1"})", "") == R"({"type":"urn:t:1"})");
    CHECK(merged_definition(R"({"type":"urn:t:1"})", "{}") == R"({"type":"urn:t:1"})");
    CHECK(merged_definition(R"({"choices":[{"id":"a"}]})", R"({"choices":[{"id":"b"}]})") == R"({"choices":[{"id":"b"}]})");
}

TEST_CASE("every single change that breaks a rule is refused", "[statement]") {
    const auto tree = JsonTree::parse(full_statement);
    std::vector<std::string> all;
    places(tree->root(), "", all);
    REQUIRE(all.size() > 90);
    for (const std::string& path : all) {
        INFO(path);
        const std::string key = path.substr(path.rfind('/') + 1);
        CHECK((fault_of(without(full_statement, path), v1) != "") == needed(path));
        CHECK(fault_of(with(full_statement, path, "null"), v1) != "");
        const std::string other = key == "length" || key == "scaled" || key == "raw" || key == "min" || key == "max" ? "\"12\"" : "12345";
        CHECK(fault_of(with(full_statement, path, other), v1) != "");
        CHECK(fault_of(with(full_statement, path, "[[]]"), v1) != "");
        CHECK(fault_of(with(with(full_statement, path + "/no such", "1"), path + "/+", "{}"), v1) != "");
        const bool language = key.find('-') != std::string::npos || key == "en" || key == "zh";
        if (std::isdigit(static_cast<unsigned char>(key[0])) || language) continue;
        std::string wrong = path;
        char& first = wrong[path.size() - key.size()];
        first = static_cast<char>(std::toupper(static_cast<unsigned char>(first)));
        CHECK(fault_of(with(full_statement, wrong, "{}"), v1) != "");
    }
}

TEST_CASE("whatever is changed, nothing falls over", "[statement]") {
    std::mt19937 chance(20261121);
    const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(chance); };
    const char* values[] = {"",
                            "null",
                            "12345",
                            "\"\"",
                            "\"x\"",
                            "{}",
                            "[]",
                            "[{}]",
                            "true",
                            "{\"objectType\":\"Group\",\"member\":[]}",
                            "\"2026-11-21T17:00:00+08:00\"",
                            "{\"objectType\":\"SubStatement\"}",
                            "1e308"};
    std::vector<std::string> all;
    places(JsonTree::parse(around(full_statement))->root(), "", all);
    std::size_t taken = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string statement = around(full_statement);
        for (std::size_t changes = 1 + pick(3); changes > 0; --changes)
            statement = with(statement, all[pick(all.size())], values[pick(std::size(values))]);
        if (round % 3 == 0) statement[pick(statement.size())] = static_cast<char>(pick(256));
        const auto tree = JsonTree::parse(statement);
        if (!tree) continue;
        (void)statement_as_ids(statement);
        (void)statement_canonical(statement, "zh, en;q=0.5", [](std::string_view) { return std::optional<std::string>(R"({"name":{"en":"a"}})"); });
        (void)statement_fingerprint(tree->root());
        for (const XapiVersion version : {v1, v2}) {
            if (!check_statement(tree->root(), version)) continue;
            ++taken;
            const NewStatement kept = made(statement, version);
            INFO(kept.json);
            CHECK(fault_of(kept.json, version) == "");
            CHECK(kept.fingerprint == fingerprint(kept.json));
            CHECK(fault_of(statement_as_ids(kept.json), version) == "");
        }
    }
    CHECK(taken > 50);
}
