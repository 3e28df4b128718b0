// Statements to check, and one place of them said otherwise.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "content/base/json_tree.h"
#include "sync/server/statement.h"

namespace xinghuo {

// One that has everything 1.0.3 knows.
inline const std::string full_statement = R"({"id":"7ccd3322-e1a5-411a-a67d-6a735c76f119",
"actor":{"objectType":"Agent","name":"讲解员","account":{"homePage":"https://hall.example.cn/","name":"m-0123456789abcdef"}},
"verb":{"id":"http://adlnet.gov/expapi/verbs/answered","display":{"en":"answered","zh-CN":"作答"}},
"object":{"objectType":"Activity","id":"https://hall.example.cn/questions/q1","definition":{"name":{"zh-CN":"遵义会议","en":"Zunyi"},"description":{"zh-CN":"在哪一年？"},
"type":"http://adlnet.gov/expapi/activities/cmi.interaction","moreInfo":"https://hall.example.cn/more","interactionType":"choice","correctResponsesPattern":["b","a[,]b"],
"choices":[{"id":"a","description":{"zh-CN":"1934"}},{"id":"b","description":{"zh-CN":"1935"}}],"extensions":{"https://hall.example.cn/x/hall":null}}},
"result":{"score":{"scaled":0.95,"raw":95.0,"min":0,"max":100},"success":true,"completion":false,"response":"b","duration":"PT4.5S","extensions":{"urn:x:y":{"a":[null]}}},
"context":{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7","instructor":{"mbox":"mailto:teacher@example.cn"},
"team":{"objectType":"Group","name":"一班","mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9","member":[{"openid":"https://id.example.cn/w"}]},
"contextActivities":{"parent":[{"id":"https://hall.example.cn/quizzes/t1"}],"grouping":[{"objectType":"Activity","id":"https://hall.example.cn/packs/p1"}],
"category":[{"id":"https://hall.example.cn/profiles/hall"}],"other":[{"id":"https://hall.example.cn/o"}]},
"revision":"3","platform":"星火展厅","language":"zh-Hans-CN","statement":{"objectType":"StatementRef","id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee"},
"extensions":{"urn:x-xinghuo:seq":17}},
"timestamp":"2026-11-21T17:00:00.250+08:00","stored":"2026-11-21T09:00:01Z","authority":{"objectType":"Agent","account":{"homePage":"https://hall.example.cn/","name":"k"}},
"version":"1.0.0","attachments":[{"usageType":"https://hall.example.cn/usage","display":{"zh":"证书"},"description":{"zh":"一张"},"contentType":"text/plain; charset=utf-8",
"length":27,"sha2":"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a","fileUrl":"https://hall.example.cn/f.txt"}]})";

inline const std::string small_statement =
    R"({"actor":{"mbox":"mailto:a@example.cn"},"verb":{"id":"https://example.cn/verbs/read"},"object":{"id":"https://example.cn/book"}})";

namespace statement_edits {

inline std::string edited(JsonValue value, std::string_view path, std::string_view json);

inline std::string joined(char open, char close, const std::vector<std::string>& parts) {
    std::string out(1, open);
    for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? "," : "") + parts[i];
    return out + close;
}

inline std::string edited(JsonValue value, std::string_view path, std::string_view json) {
    if (path.empty()) return std::string(json);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view key = path.substr(0, end), rest = path.substr(std::min(end + 1, path.size()));
    std::vector<std::string> parts;
    if (value.is_array()) {
        std::size_t i = 0;
        for (const JsonValue item : value.items()) {
            std::string text = std::to_string(i++) == key ? edited(item, rest, json) : std::string(item.text());
            if (!text.empty()) parts.push_back(std::move(text));
        }
        if (key == "+") parts.emplace_back(json);
        return joined('[', ']', parts);
    }
    bool found = false;
    for (const JsonValue member : value.items()) {
        const bool here = member.key() == key;
        found = found || here;
        const std::string text = here ? edited(member, rest, json) : std::string(member.text());
        if (!text.empty()) parts.push_back('"' + std::string(member.key()) + "\":" + text);
    }
    if (!found && !json.empty()) parts.push_back('"' + std::string(key) + "\":" + edited(JsonValue(), rest, json));
    return joined('{', '}', parts);
}

}  // namespace statement_edits

// The value at a path ("context/contextActivities/parent/0/id") put, put anew (a list's "+": behind its last), or with empty JSON taken out.
inline std::string with(std::string_view statement, std::string_view path, std::string_view json) {
    const auto tree = JsonTree::parse(std::string(statement));
    REQUIRE(tree);
    return statement_edits::edited(tree->root(), path, json);
}
inline std::string without(std::string_view statement, std::string_view path) { return with(statement, path, ""); }

// What is wrong with it; empty: nothing.
inline std::string fault_of(const std::string& statement, XapiVersion version) {
    const auto tree = JsonTree::parse(statement);
    if (!tree) return "not JSON";
    const auto checked = check_statement(tree->root(), version);
    return checked ? std::string() : checked.error().what;
}

// A statement about what another says.
inline std::string around(const std::string& statement) {
    std::string inner = with(statement, "objectType", "\"SubStatement\"");
    for (const char* key : {"id", "stored", "authority", "version"}) inner = without(inner, key);
    return with(small_statement, "object", inner);
}

}  // namespace xinghuo
