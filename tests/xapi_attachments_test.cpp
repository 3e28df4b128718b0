// Attachments in multipart/mixed, in and out (Communication 1.5.2, Data 2.4.11), and signed statements (Data 2.6).
#include <catch2/catch.hpp>

#include "content/trust/key.h"
#include "sync/server/multipart.h"
#include "tests/support/signed_statement.h"
#include "tests/support/xapi_desk.h"

using namespace xinghuo;

namespace {

const std::string boundary = "-------314159265358979323846";
const std::string mixed = "multipart/mixed; boundary=" + boundary;
const std::string usage = "http://example.com/attachment-usage/test";

std::string attachment_text(const std::string& bytes, const std::string& more = "", DigestKind kind = DigestKind::sha256) {
    return R"({"usageType":")" + usage + R"(","display":{"en":"a"},"contentType":"text/plain","length":)" + std::to_string(bytes.size()) + R"(,"sha2":")" + digest_hex(kind, bytes) + "\"" + more + "}";
}
std::string with_list(int number, const std::string& attachments) { return statement_text(number, ",\"attachments\":[" + attachments + "]"); }

std::string part(const std::string& headers, const std::string& bytes) { return "--" + boundary + "\r\n" + headers + "\r\n" + bytes + "\r\n"; }
std::string json_part(const std::string& json) { return part("Content-Type: application/json\r\n", json); }
std::string bytes_part(const std::string& bytes, DigestKind kind = DigestKind::sha256) {
    return part("Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + digest_hex(kind, bytes) + "\r\n", bytes);
}
const std::string end = "--" + boundary + "--\r\n";

std::vector<BodyPart> parts_of(const HttpReply& reply) {
    const auto type = read_media_type(header_of(reply, "content-type"));
    REQUIRE(type);
    REQUIRE(type->essence == "multipart/mixed");
    auto parts = read_multipart(type->parameter("boundary"), reply.body);
    REQUIRE(parts);
    return std::move(*parts);
}

}  // namespace

TEST_CASE("attachments come with their statement and go out with it, byte by byte", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    std::string binary;
    for (int i = 0; i < 256; ++i) binary += static_cast<char>(i);
    const std::string text = "here is a simple attachment";
    const std::string list = attachment_text(text) + "," + attachment_text(binary, "", DigestKind::sha512);
    const HttpReply posted = desk.send("POST", "/statements", json_part("[" + with_list(1, list) + "," + with_list(2, attachment_text(text)) + "]") + bytes_part(text) + bytes_part(binary, DigestKind::sha512) + end,
                                       version, mixed);
    INFO(posted.body);
    REQUIRE(posted.status == 200);

    const std::string one = "/statements?statementId=" + uuid_of(1);
    CHECK(header_of(desk.get(one, version), "content-type") == "application/json");
    CHECK(header_of(desk.get(one + "&attachments=false", version), "content-type") == "application/json");
    const HttpReply out = desk.get(one + "&attachments=true", version);
    const auto parts = parts_of(out);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].header("content-type") == "application/json");
    CHECK(json_of(std::string(parts[0].bytes)).root()["id"].string() == uuid_of(1));
    for (std::size_t i = 1; i < 3; ++i) {
        const std::string& bytes = parts[i].bytes.size() == text.size() ? text : binary;
        CHECK(parts[i].bytes == bytes);
        CHECK(parts[i].header("content-type") == "text/plain");
        CHECK(parts[i].header("content-transfer-encoding") == "binary");
        CHECK(parts[i].header("x-experience-api-hash") == digest_hex(bytes == text ? DigestKind::sha256 : DigestKind::sha512, bytes));
    }
    const HttpReply shared = desk.get("/statements?attachments=true", version);
    const auto page = parts_of(shared);
    CHECK(page.size() == 3);  // what two statements share goes out once
    CHECK(json_of(std::string(page[0].bytes)).root()["statements"].size() == 2);
    CHECK(parts_of(desk.get("/statements?attachments=true&agent=%7B%22mbox%22%3A%22mailto%3Anobody%40example.com%22%7D", version)).size() == 1);
}

TEST_CASE("a page ends before its attachments are too much, but a statement comes with all of its own", "[xapi]") {
    XapiDesk desk;
    desk.page.attachment_bytes = 150;
    const std::string shared(60, 's');
    for (int i = 1; i <= 5; ++i) {
        const std::string own(i == 4 ? 300 : 40, static_cast<char>('0' + i));
        const std::string body = json_part(with_list(i, attachment_text(shared) + "," + attachment_text(own))) + bytes_part(shared) + bytes_part(own) + end;
        REQUIRE(desk.send("POST", "/statements", body, "1.0.3", mixed).status == 200);
    }
    std::vector<std::pair<std::string, std::size_t>> pages;  // ids, attachments
    for (std::string target = "/statements?attachments=true&ascending=true"; !target.empty();) {
        const HttpReply reply = desk.get(target);
        REQUIRE(reply.status == 200);
        CHECK_FALSE(header_of(reply, "last-modified").empty());
        const auto parts = parts_of(reply);
        HttpReply json;
        json.body = std::string(parts[0].bytes);
        pages.emplace_back(numbers_in(json), parts.size() - 1);
        REQUIRE(pages.size() < 6);
        const std::string more(json_of(json.body).root()["more"].string());
        target = more.empty() ? "" : more.substr(5);
    }
    CHECK(pages == std::vector<std::pair<std::string, std::size_t>>{{"1 2", 3}, {"3", 2}, {"4", 2}, {"5", 2}});
    CHECK(parts_of(desk.get("/statements?attachments=true&statementId=" + uuid_of(4))).size() == 3);
}

TEST_CASE("what fits neither a part nor a fileUrl is refused, and so is what is left over", "[xapi]") {
    XapiDesk desk;
    const std::string text = "here is a simple attachment", other = "another one", url = R"(,"fileUrl":"http://over.there.com/file.txt")";
    const std::string sub = R"({"id":")" + uuid_of(1) + R"(","actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://e.cn/v"},"object":{"objectType":"SubStatement","actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://e.cn/v"},"object":{"id":"http://e.cn/o"},"attachments":[)" +
                            attachment_text(text) + "]}}";
    const std::string json = json_part(with_list(1, attachment_text(text)));
    const std::string hash = "X-Experience-API-Hash: " + digest_hex(DigestKind::sha256, text) + "\r\n", encoding = "Content-Transfer-Encoding: binary\r\n";
    struct MixedCase {
        const char* what;
        int status;
        std::string body, type;
    };
    const std::vector<MixedCase> cases{
        {"a fileUrl is enough, as JSON", 200, with_list(1, attachment_text(text, url)), "application/json"},
        {"a fileUrl is enough, as multipart", 200, json_part(with_list(1, attachment_text(text, url))) + end, mixed},
        {"no attachments, as multipart", 200, json_part(statement_text(1)) + end, mixed},
        {"a part although there is a fileUrl", 200, json_part(with_list(1, attachment_text(text, url))) + bytes_part(text) + end, mixed},
        {"one of a SubStatement", 200, json_part(sub) + bytes_part(text) + end, mixed},
        {"lines that end with LF, and a preamble", 200, "\n--b\nContent-Type:application/json\n\n" + with_list(1, attachment_text(text)) + "\n--b\n" + "Content-Type:text/plain\nContent-Transfer-Encoding:binary\nX-Experience-API-Hash:" + digest_hex(DigestKind::sha256, text) + "\n\n" + text + "\n--b--", "multipart/mixed; boundary=\"b\""},
        {"neither fileUrl nor bytes, as JSON", 400, with_list(1, attachment_text(text)), "application/json"},
        {"neither fileUrl nor bytes, as multipart", 400, json + end, mixed},
        {"one of two without bytes", 400, json_part(with_list(1, attachment_text(text) + "," + attachment_text(other))) + bytes_part(text) + end, mixed},
        {"one of a SubStatement without bytes", 400, json_part(sub) + end, mixed},
        {"a part too many", 400, json + bytes_part(text) + bytes_part(other) + end, mixed},
        {"another multipart", 400, json + bytes_part(text) + end, "multipart/form-data; boundary=" + boundary},
        {"JSON that calls itself a form", 400, with_list(1, attachment_text(text, url)), "multipart/form-data; boundary=" + boundary},
        {"no boundary in the header", 400, json + bytes_part(text) + end, "multipart/mixed;"},
        {"no boundary before the statements", 400, "Content-Type: application/json\r\n\r\n" + with_list(1, attachment_text(text)) + "\r\n" + bytes_part(text) + end, mixed},
        {"no boundary before the attachment", 400, json + "Content-Type: text/plain\r\n" + encoding + hash + "\r\n" + text + "\r\n" + end, mixed},
        {"the first part is no JSON", 400, part("Content-Type: text/plain\r\n", with_list(1, attachment_text(text))) + bytes_part(text) + end, mixed},
        {"statements in two parts", 400, json + json_part(with_list(2, attachment_text(text))) + bytes_part(text) + end, mixed},
        {"no hash", 400, json + part(encoding, text) + end, mixed},
        {"the hash of something else", 400, json + part(encoding + "X-Experience-API-Hash: " + digest_hex(DigestKind::sha256, other) + "\r\n", text) + end, mixed},
        {"the right hash, but other bytes", 400, json + part(encoding + hash, other) + end, mixed},
        {"a hash that is none", 400, json + part(encoding + "X-Experience-API-Hash: 00\r\n", text) + end, mixed},
        {"base64", 400, json + part("Content-Transfer-Encoding: base64\r\n" + hash, text) + end, mixed},
        {"no encoding", 400, json + part(hash, text) + end, mixed},
        {"a type that is no UTF-8", 400, json + part("Content-Type: text/plain; x=\xff\r\n" + encoding + hash, text) + end, mixed},
        {"a type with U+0000", 400, json + part("Content-Type: text/plain" + std::string(1, '\0') + "\r\n" + encoding + hash, text) + end, mixed},
        {"cut off", 400, json + bytes_part(text), mixed},
    };
    for (const MixedCase& c : cases) {
        INFO(c.what);
        XapiDesk fresh;
        const HttpReply reply = fresh.send("POST", "/statements", c.body, "1.0.3", c.type);
        INFO(reply.body);
        CHECK(reply.status == c.status);
        CHECK(fresh.get("/statements?statementId=" + uuid_of(1)).status == (c.status == 200 ? 200 : 404));
    }
    CHECK(desk.send("PUT", "/statements?statementId=" + uuid_of(1), json + bytes_part(text) + end, "1.0.3", mixed).status == 204);
    CHECK(parts_of(desk.get("/statements?attachments=true")).size() == 2);
}

TEST_CASE("a signature over a statement is verified by the key of its certificate", "[xapi]") {
    XapiDesk desk;
    const std::string version = GENERATE(as<std::string>(), "1.0.3", "2.0.0");
    const std::string payload = SignedStatement::payload();
    const auto attach = [&](const std::string& statement, const std::string& jws, const std::string& type = "application/octet-stream") {
        const std::string attachment = R"({"usageType":"http://adlnet.gov/expapi/attachments/signature","display":{"en":"signature"},"contentType":")" + type + R"(","length":)" +
                                       std::to_string(jws.size()) + R"(,"sha2":")" + digest_hex(DigestKind::sha256, jws) + "\"}";
        const std::string text = statement.substr(0, statement.size() - 1) + ",\"attachments\":[" + attachment + "]}";
        return json_part(text) + part("Content-Type: " + type + "\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + digest_hex(DigestKind::sha256, jws) + "\r\n", jws) + end;
    };
    const auto status = [&](const std::string& body) {
        XapiDesk fresh;
        const HttpReply reply = fresh.send("POST", "/statements", body, version, mixed);
        INFO(reply.body);
        CHECK((reply.status == 200 || reply.body.find("signature") != std::string::npos));
        return reply.status;
    };
    for (const char* algorithm : {"RS256", "RS384", "RS512"}) {
        INFO(algorithm);
        CHECK(status(attach(payload, SignedStatement::jws(algorithm))) == 200);
    }
    const std::string b64_payload = SignedStatement::base64url(payload), rs256 = SignedStatement::rs256();
    const auto jws = [&](const std::string& header, const std::string& signature) { return SignedStatement::base64url(header) + "." + b64_payload + "." + signature; };
    // The same statement in another form: members in another order, a zone instead of UTC.
    const std::string same = R"({"verb":{"id":"http://adlnet.gov/expapi/verbs/attended","display":{"en":"went"}},"object":{"id":"http://example.com/signed","objectType":"Activity"},"timestamp":"2026-11-21T16:00:00+08:00","actor":{"mbox":"mailto:signer@example.com"},"id":"6f0b3c7e-52a1-4a8c-9d0e-3a1b2c4d5e6f"})";
    CHECK(status(attach(same, SignedStatement::jws("RS256"))) == 200);
    // Without a certificate nobody can tell whose key it was: only the form is checked.
    CHECK(status(attach(payload, jws(R"({"alg":"RS256"})", rs256))) == 200);

    CHECK(status(attach(payload, SignedStatement::jws("RS256"), "text/plain; charset=ascii")) == 400);
    CHECK(status(attach(payload, jws(SignedStatement::header("RS384", SignedStatement::certificate()), rs256))) == 400);
    CHECK(status(attach(payload, jws(SignedStatement::header("RS256", SignedStatement::certificate_of_another()), rs256))) == 400);
    CHECK(status(attach(payload, jws(SignedStatement::header("RS256", SignedStatement::certificate_of_a_curve()), rs256))) == 400);
    CHECK(status(attach(payload, jws(SignedStatement::header("RS256", "AAAA"), rs256))) == 400);
    CHECK(status(attach(payload, jws(R"({"alg":"RS256","x5c":[]})", rs256))) == 400);
    CHECK(status(attach(payload, jws(SignedStatement::header("RS256", SignedStatement::certificate()), "B" + rs256.substr(1, rs256.size() - 1)))) == 400);
    // Its certificates must belong together, and hold on the day of the statement.
    using Signer = SignedStatement;
    const auto chain = [&](const std::string& second, const std::string& signature) { return status(attach(payload, jws(Signer::header_of_chain(Signer::issued(), second), signature))); };
    CHECK(status(attach(payload, jws(Signer::header("RS256", Signer::certificate_that_ran_out()), Signer::rs256_ran_out()))) == 400);
    CHECK(status(attach(payload, jws(Signer::header("RS256", Signer::issued()), Signer::rs256_issued()))) == 200);
    CHECK(chain(Signer::authority(), Signer::rs256_chain()) == 200);
    CHECK(chain(Signer::certificate_of_another(), Signer::rs256_chain_of_another()) == 400);
    CHECK(chain(Signer::authority_that_ran_out(), Signer::rs256_chain_that_ran_out()) == 400);
    CHECK(chain(Signer::no_authority(), Signer::rs256_chain_of_none()) == 400);
    CHECK(chain("AAAA", Signer::rs256_chain()) == 400);
    for (const char* algorithm : {"HS256", "none", "PS256", "ES256", ""}) CHECK(status(attach(payload, jws(R"({"alg":")" + std::string(algorithm) + "\"}", rs256))) == 400);
    for (const char* broken : {"", "a.b", "a.b.c.d", "!.!.!", "bm90anNvbg.bm90anNvbg.AAAA"}) CHECK(status(attach(payload, broken)) == 400);
    CHECK(status(attach(payload, SignedStatement::base64url(R"({"alg":"RS256"})") + "." + SignedStatement::base64url("{'id':1}") + ".AAAA")) == 400);
    // What was signed is another statement: one word, another id, another time.
    for (const auto& [what, instead] : {std::pair{"attended", "missed"}, std::pair{"3a1b2c4d5e6f", "3a1b2c4d5e60"}, std::pair{"T08:00", "T09:00"}}) {
        std::string changed = payload;
        changed.replace(changed.find(what), std::string_view(what).size(), instead);
        CHECK(status(attach(changed, SignedStatement::jws("RS256"))) == 400);
    }
    // Only where it lies: nothing here to verify.
    const std::string elsewhere = payload.substr(0, payload.size() - 1) + R"(,"attachments":[{"usageType":"http://adlnet.gov/expapi/attachments/signature","display":{"en":"s"},"contentType":"application/octet-stream","length":3,"sha2":")" +
                                  digest_hex(DigestKind::sha256, "abc") + R"(","fileUrl":"http://example.com/s"}]})";
    CHECK(desk.send("POST", "/statements", elsewhere, version).status == 200);
}
