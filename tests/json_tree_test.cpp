// JSON as it was written (content/base/json_tree.h).
#include <catch2/catch.hpp>

#include "content/base/json_tree.h"

using namespace xinghuo;

namespace {

std::string refusal(std::string text) {
    const auto tree = JsonTree::parse(std::move(text));
    return tree ? std::string("accepted") : tree.error().what;
}

}  // namespace

TEST_CASE("a tree knows its values and the bytes they came from", "[base][json]") {
    const std::string text = R"( { "a" : [ 1, 95.0 ,-1.50e+3, true ,false,null ] ,"b":{ "c" : "\u661f\n" , "空":"星火" },"d":"","e":[],"f":{} } )";
    auto tree = JsonTree::parse(text);
    REQUIRE(tree);
    const JsonValue root = tree->root();
    CHECK(root.is_object());
    CHECK(root.size() == 5);
    CHECK(root.text() == text.substr(1, text.size() - 2));
    const JsonValue a = root["a"];
    CHECK(a.size() == 6);
    CHECK(a.text() == "[ 1, 95.0 ,-1.50e+3, true ,false,null ]");
    std::vector<std::string> items;
    for (const JsonValue item : a.items()) items.emplace_back(item.text());
    CHECK(items == std::vector<std::string>{"1", "95.0", "-1.50e+3", "true", "false", "null"});
    auto at = a.items().begin();
    CHECK((*at).number() == 1);
    CHECK((*++at).number_text() == "95.0");
    CHECK((*at).number() == 95);
    CHECK((*++at).number() == -1500);
    CHECK((*++at).boolean());
    CHECK_FALSE((*++at).boolean());
    CHECK((*++at).is_null());
    CHECK(++at == a.items().end());
    CHECK(root["b"]["c"].string() == "星\n");
    CHECK(root["b"]["c"].text() == "\"\\u661f\\n\"");
    CHECK(root["b"]["空"].string() == "星火");
    CHECK(root["b"]["空"].key() == "空");
    CHECK(root["b"].text() == R"({ "c" : "\u661f\n" , "空":"星火" })");
    CHECK(root["d"].is_string());
    CHECK(root["d"].string().empty());
    CHECK(root["e"].items().begin() == root["e"].items().end());
    CHECK(root["f"].text() == "{}");
    CHECK_FALSE(root["A"].exists());
    CHECK_FALSE(root["A"]["b"]["c"].exists());
    CHECK(root["A"].string().empty());
    CHECK(root["a"].string().empty());
    CHECK(root["d"].number_text().empty());
}

TEST_CASE("a tree may be one value, and moves", "[base][json]") {
    for (const std::string text : {"7", "\"x\"", "null", "true", "[]", "{}"}) {
        auto tree = JsonTree::parse(text);
        REQUIRE(tree);
        JsonTree moved = std::move(*tree);
        CHECK(moved.root().text() == text);
    }
    CHECK(JsonTree::parse("1.5e-400")->root().number() == 0);
    CHECK(JsonTree::parse("-0.0")->root().number_text() == "-0.0");
    CHECK(JsonTree::parse("\"a\\u0000b\"")->root().string() == std::string_view("a\0b", 3));
}

TEST_CASE("keys with escapes are the same keys", "[base][json]") {
    auto tree = JsonTree::parse(R"({"\u0061b":1,"c":{"x":2}})");
    REQUIRE(tree);
    CHECK(tree->root()["ab"].number() == 1);
    CHECK(tree->root()["c"]["x"].key() == "x");
    CHECK(refusal(R"({"\u0061b":1,"ab":2})") == "the key \"ab\" stands twice");
}

TEST_CASE("what is no JSON is refused", "[base][json]") {
    for (const char* text :
         {"",         " ",     "{",   "[1,]",     "{\"a\":1,}", "{a:1}",     "[01]",          "[1.]",           "[.5]",  "[+1]",      "[NaN]", "nul",
          "[\"\n\"]", "{} {}", "{}x", "// c\n{}", "'a'",        "[\"\\x\"]", "[\"\\ud800\"]", "\xef\xbb\xbf{}", "[1 2]", "{\"a\" 1}", "[}"}) {
        INFO(text);
        CHECK(refusal(text).find("not JSON") != std::string::npos);
    }
    CHECK(refusal("{\"a\":[1,2,}").starts_with("byte 10"));
    CHECK(refusal(std::string("{}\0", 3)).find("behind") != std::string::npos);
    CHECK(refusal(std::string("{\"a\0\":1}", 8)) != "accepted");
    // No UTF-8: a broken one, an overlong one, half a pair, beyond Unicode, cut off.
    for (const char* text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe6\x98\"", "{\"\xff\":1}", "\"\xe0",
                             "\"\xf0", "\"0123456789abcd\xf0"})
        CHECK(refusal(text) != "accepted");
    CHECK(refusal("\"\xf0\x9f\x98\x80\"") == "accepted");
}

TEST_CASE("a tree has a depth, and no key twice", "[base][json]") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(refusal(nested(64)) == "accepted");
    CHECK(refusal(nested(65)) == "nested deeper than 64");
    CHECK(refusal(nested(2'000'000)) == "nested deeper than 64");
    CHECK(refusal(R"({"a":1,"b":{"c":1,"d":1,"c":2}})") == "the key \"c\" stands twice");
    CHECK(refusal(R"([{"a":1},{"a":2}])") == "accepted");
    std::string many = "{";
    for (int i = 0; i < 50'000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
    CHECK(refusal(many + "\"z\":0}") == "accepted");
    CHECK(refusal(many + "\"k17\":0}") == "the key \"k17\" stands twice");
}
