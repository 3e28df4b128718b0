// multipart/mixed as xAPI sends it: what is legal, what is refused, and that what is written is read again.
#include <catch2/catch.hpp>

#include "sync/server/multipart.h"

using namespace xinghuo;

TEST_CASE("a Content-Type is read with its parameters", "[xapi]") {
    const auto plain = read_media_type("Application/JSON; charset=UTF-8");
    REQUIRE(plain);
    CHECK(plain->essence == "application/json");
    CHECK(plain->parameter("charset") == "UTF-8");
    CHECK(plain->parameter("boundary").empty());
    const auto quoted = read_media_type(R"(multipart/mixed; boundary="abcABC0123'()+_,-./:=?"; x="a\"b")");
    REQUIRE(quoted);
    CHECK(quoted->parameter("boundary") == "abcABC0123'()+_,-./:=?");
    CHECK(quoted->parameter("x") == "a\"b");
    const auto bare = read_media_type("multipart/mixed; boundary=-------314159265358979323846");
    REQUIRE(bare);
    CHECK(bare->parameter("boundary") == "-------314159265358979323846");
    CHECK(read_media_type("multipart/mixed;"));  // legal, but without a boundary nothing can be read by it
    for (const char* broken : {"", "json", "a/", "/b", "a b/c", "a/b; c", "a/b; c=\"d", "a/b; c=1; c=2"}) CHECK_FALSE(read_media_type(broken));
}

TEST_CASE("the parts of a multipart body are found, and look into it", "[xapi]") {
    const std::string body =
        "ignored\r\n--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b \t\r\nX-Experience-API-Hash:00FF \r\n\r\n--bc\r\n\r\n--b--x\r\n\r\n--b--\r\nignored too\r\n--b\r\n";
    const auto parts = read_multipart("b", body);
    INFO((parts ? std::string() : parts.error().what));
    REQUIRE(parts);
    REQUIRE(parts->size() == 2);
    CHECK(parts->at(0).header("content-type") == "application/json");
    CHECK(parts->at(0).bytes == "{}");
    CHECK(parts->at(0).bytes.data() > body.data());
    CHECK(parts->at(0).bytes.data() < body.data() + body.size());
    CHECK(parts->at(1).header("x-experience-api-hash") == "00FF");
    CHECK(parts->at(1).bytes == "--bc\r\n\r\n--b--x\r\n");  // lines that only begin like the boundary are content

    const auto bare_lines = read_multipart("b", "--b\nA: 1\n\nline\n--b\nA: 2\n\n\n--b--");
    REQUIRE(bare_lines);
    REQUIRE(bare_lines->size() == 2);
    CHECK(bare_lines->at(0).bytes == "line");
    CHECK(bare_lines->at(1).bytes.empty());
}

TEST_CASE("a multipart body that is not whole or not legal is refused", "[xapi]") {
    const std::string long_boundary(71, 'x');
    CHECK_FALSE(read_multipart("", "--\r\n\r\n\r\n----"));
    CHECK_FALSE(read_multipart("a\nb", "--a\nb\r\n\r\n\r\n--a\nb--"));
    CHECK_FALSE(read_multipart(long_boundary, "--" + long_boundary + "\r\n\r\n\r\n--" + long_boundary + "--"));
    for (const char* body : {"", "no boundary", "--b", "--b\r\n", "--b\r\nA: 1\r\n\r\nno end", "--b--", "x--b\r\n\r\n\r\n--b--", "--b\r\n--b--\r\n", "--b\r\nA: 1\r\n--b--\r\n",
                             "--b\r\nA: 1\r\nA: 2\r\n\r\nx\r\n--b--", "--b\r\nno colon\r\n\r\nx\r\n--b--", "--b\r\nA: 1\r\n folded\r\n\r\nx\r\n--b--", "--b\r\nA : 1\r\n\r\nx\r\n--b--"}) {
        INFO(body);
        CHECK_FALSE(read_multipart("b", body));
    }
    const auto heavy = read_multipart("b", "--b\r\nA: " + std::string(10'000, 'x') + "\r\n\r\nx\r\n--b--");
    REQUIRE_FALSE(heavy);
    CHECK(heavy.error().kind == ErrorKind::too_large);
    std::string many;
    for (std::size_t i = 0; i <= most_body_parts; ++i) many += "--b\r\n\r\nx\r\n";
    const auto crowd = read_multipart("b", many + "--b--");
    REQUIRE_FALSE(crowd);
    CHECK(crowd.error().kind == ErrorKind::too_large);
}

TEST_CASE("a multipart body that is written is read again byte by byte", "[xapi]") {
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
    all_bytes += "\r\n\r";
    BodyPart first, second;
    first.headers = {{"content-type", "application/json"}};
    first.bytes = "[]";
    second.headers = {{"content-transfer-encoding", "binary"}, {"x-experience-api-hash", "00"}};
    second.bytes = all_bytes;
    std::vector<BodyPart> parts;
    parts.push_back(first);
    parts.push_back(second);
    const std::string body = multipart_body("q", parts);
    const auto read = read_multipart("q", body);
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK(read->at(0).headers == first.headers);
    CHECK(read->at(0).bytes == first.bytes);
    CHECK(read->at(1).headers == second.headers);
    CHECK(read->at(1).bytes == second.bytes);
}
