// Keys and hashes against published vectors, and what is no key.
#include <catch2/catch.hpp>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/canonical.h"
#include "content/trust/key.h"
#include "content/trust/path_pattern.h"
#include "tests/support/trust_repository.h"

namespace xinghuo {
namespace {

std::string canonical(std::string_view text) {
    JsonDocument document;
    if (auto parsed = document.parse_strict(text); !parsed) return "refused";
    const auto out = canonical_json(document.root());
    return out ? *out : "refused";
}

}  // namespace

TEST_CASE("signatures hold for their message and key, in every scheme", "[trust]") {
    const KeyScheme scheme = GENERATE(KeyScheme::ed25519, KeyScheme::p256, KeyScheme::rsa_pss);
    const PrivateKey key = key_of_tests(scheme), other = *PrivateKey::make(scheme == KeyScheme::rsa_pss ? KeyScheme::p256 : scheme);
    const auto reads = VerifyingKey::read(key.public_text()), others = VerifyingKey::read(other.public_text());
    REQUIRE(reads);
    REQUIRE(others);
    CHECK(reads->material() != others->material());
    Bytes signature = key.sign("message");
    CHECK(reads->verifies("message", signature));
    CHECK(!reads->verifies("messagE", signature));
    CHECK(!others->verifies("message", signature));
    CHECK(!reads->verifies("message", {}));
    CHECK(!reads->verifies("message", other.sign("message")));
    signature[signature.size() / 2] ^= 1;
    CHECK(!reads->verifies("message", signature));

    // To a file and back.
    const auto pem = key.pem("");
    REQUIRE(pem);
    const auto back = PrivateKey::read(*pem, "");
    REQUIRE(back);
    CHECK(reads->verifies("again", back->sign("again")));
    CHECK(key_id(back->public_text()) == key_id(key.public_text()));
}

TEST_CASE("a key behind a passphrase", "[trust][slow]") {  // slow on purpose
    const PrivateKey key = key_of_tests(KeyScheme::p256);
    const auto pem = key.pem("长征 1934");
    REQUIRE(pem);
    CHECK(pem->find("ENCRYPTED") != std::string::npos);
    const auto back = PrivateKey::read(*pem, "长征 1934");
    REQUIRE(back);
    CHECK(key_id(back->public_text()) == key_id(key.public_text()));
    CHECK(outcome(PrivateKey::read(*pem, "wrong")) == "untrusted");
    CHECK(outcome(PrivateKey::read(*pem, "")) == "untrusted");
}

TEST_CASE("a new RSA key is large enough", "[trust][slow]") {
    const auto made = PrivateKey::make(KeyScheme::rsa_pss);
    REQUIRE(made);
    const auto reads = VerifyingKey::read(made->public_text());
    REQUIRE(reads);
    CHECK(reads->verifies("message", made->sign("message")));
    CHECK(!reads->verifies("message", rsa_key_of_tests().sign("message")));
}

TEST_CASE("ed25519 as RFC 8032 has it", "[trust]") {
    // §7.1, TEST 3.
    const KeyText text{"ed25519", "ed25519", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"};
    const auto key = VerifyingKey::read(text);
    REQUIRE(key);
    const Bytes signature = *from_hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    CHECK(key->verifies("\xaf\x82", signature));
    CHECK(!key->verifies("\xaf\x83", signature));
}

TEST_CASE("what is no key, or not the key it says it is", "[trust]") {
    const KeyText ed = PrivateKey::make(KeyScheme::ed25519)->public_text(), ec = PrivateKey::make(KeyScheme::p256)->public_text(),
                  rsa = rsa_key_of_tests().public_text();
    CHECK(outcome(VerifyingKey::read({"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", ec.public_text})) == "good");
    CHECK(outcome(VerifyingKey::read({"ecdsa", "ecdsa-sha2-nistp384", ec.public_text})) == "unsupported");
    CHECK(outcome(VerifyingKey::read({"rsa", "rsa-pkcs1v15-sha256", rsa.public_text})) == "unsupported");
    CHECK(outcome(VerifyingKey::read({"sphincs", "sphincs", ""})) == "unsupported");
    CHECK(outcome(VerifyingKey::read({"ed25519", "ed25519", ed.public_text + "00"})) == "invalid");
    CHECK(outcome(VerifyingKey::read({"ed25519", "ed25519", ""})) == "invalid");
    CHECK(outcome(VerifyingKey::read({"ed25519", "ed25519", ec.public_text})) == "invalid");
    CHECK(outcome(VerifyingKey::read({"ecdsa", "ecdsa-sha2-nistp256", rsa.public_text})) == "invalid");
    CHECK(outcome(VerifyingKey::read({"rsa", "rsassa-pss-sha256", ec.public_text})) == "invalid");
    CHECK(outcome(VerifyingKey::read({"rsa", "rsassa-pss-sha256", std::string(100'000, 'A')})) == "too large");
    CHECK(outcome(PrivateKey::read("hello", "")) == "invalid");
    // 1,024 bits.
    CHECK(outcome(VerifyingKey::read({"rsa", "rsassa-pss-sha256",
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC453P7nKWWTM1veslNX4SNR43h\n"
        "RI2OSdM+R9XJNGPS9qhTUCzCubAJOhsiX4JV0J6/BL/MPEOEZ/zYQ+VZzh51GNOv\n"
        "5OvIHoGONprjjdutF4kmPo7S22lyLeHVxc2refIcijPi2H3ZnEAmFXpfzhIZe4Gn\n"
        "TuBfoANYerbfvzIM/wIDAQAB\n-----END PUBLIC KEY-----\n"})) == "invalid");
}

TEST_CASE("a point is the same key compressed and not", "[trust]") {
    const auto plain = VerifyingKey::read({"ecdsa", "ecdsa-sha2-nistp256",
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnoEhGR6AQnzvdumX7VAHr+rdcPK9\n"
        "U0LNtKmhI6YVLCCujvN1jNWrhrh3O0PhUxY6eKGmz1YptI8fJtVzIzl4Dg==\n-----END PUBLIC KEY-----\n"});
    // The same, made shorter: 02 or 03 and the first coordinate (SEC 1 §2.3.3).
    const auto shorter = VerifyingKey::read({"ecdsa", "ecdsa-sha2-nistp256",
        "-----BEGIN PUBLIC KEY-----\n"
        "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACnoEhGR6AQnzvdumX7VAHr+rdcPK9\n"
        "U0LNtKmhI6YVLCA=\n-----END PUBLIC KEY-----\n"});
    REQUIRE(plain);
    REQUIRE(shorter);
    CHECK(plain->material() == shorter->material());
}

TEST_CASE("hashes as FIPS 180-4 has them", "[trust]") {
    CHECK(sha512_hex("abc", 3) == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    StreamHash hash;
    const std::string_view a = "a", bc = "bc";
    hash.add({reinterpret_cast<const std::uint8_t*>(a.data()), 1});
    hash.add({reinterpret_cast<const std::uint8_t*>(bc.data()), 2});
    CHECK(hash.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the canonical form", "[trust]") {
    CHECK(canonical(R"({"b": [1, -2, true, null], "a": {"z": "x", "": ""}})") == R"({"a":{"":"","z":"x"},"b":[1,-2,true,null]})");
    CHECK(canonical(R"({"s": "\" \\ \/ \n \u0001 \u00e9 \ud83d\ude00"})") == "{\"s\":\"\\\" \\\\ / \n \x01 é 😀\"}");
    CHECK(canonical(R"({"é": 1, "z": 2, "Z": 3})") == "{\"Z\":3,\"z\":2,\"é\":1}");  // by bytes
    CHECK(canonical("[9223372036854775807, -9223372036854775808, -0]") == "[9223372036854775807,-9223372036854775808,0]");
    for (const char* no : {"[1.0]", "[1e2]", "[9223372036854775808]", "[1e400]", "{\"a\":1,\"a\":1}", "[1] // x", "/* x */ 1", "[NaN]", "[01]", "\"\xff\"", "\"\\ud83d\"", "[1", "1 2", ""})
        CHECK(canonical(no) == "refused");
    std::string deep(200'000, '[');
    CHECK(canonical(deep) == "refused");
    CHECK(canonical(std::string(64, '[') + std::string(64, ']')) != "refused");
    CHECK(canonical(std::string(65, '[') + std::string(65, ']')) == "refused");
    deep.clear();
    for (int i = 0; i < 200'000; ++i) deep += "{\"a\":";
    CHECK(canonical(deep) == "refused");
}

TEST_CASE("fifty thousand keys are no trap", "[trust]") {
    std::string text = "{";
    for (int i = 0; i < 50'000; ++i) text += fmt::format("\"{}\":0,", i);
    const std::string twice = text + "\"49999\":0}";
    text += "\"end\":0}";
    CHECK(canonical(text).size() == text.size());  // by the square of it: minutes
    CHECK(canonical(twice) == "refused");
}

TEST_CASE("path patterns", "[trust]") {
    const auto [pattern, path, matches] = GENERATE(table<std::string, std::string, bool>({
        {"*", "a", true}, {"*", "a/b", false}, {"*/*", "a/b", true}, {"packs/*", "packs/", true}, {"packs/*", "packs", false},
        {"packs/org/*", "packs/org/x.json", true}, {"packs/org/*", "packs/org/x/y.json", false}, {"packs/org/*", "packs/other/x.json", false},
        {"*.json", "x.json", true}, {"*.json", ".json", true}, {"*.json", "x.jsonp", false}, {"a*b*c", "aXbYc", true}, {"a*b*c", "abcb", false},
        {"?.x", "长.x", true}, {"??.x", "长.x", false}, {"a?c", "a/c", false}, {"[a-c]x", "bx", true}, {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true}, {"[]]x", "]x", true}, {"[abc", "[abc", true}, {"", "", true}, {"", "a", false}, {"\\*", "*", false},
        {"../*", "packs/x", false}, {"*", "", true}, {"A", "a", false}}));
    CAPTURE(pattern, path);
    CHECK(matches_path_pattern(pattern, path) == matches);
    // Many stars are no trap either.
    std::string stars;
    for (int i = 0; i < 200; ++i) stars += "*a";
    CHECK(!matches_path_pattern(stars + "b", std::string(2000, 'a')));
}

TEST_CASE("names of roles as names of files", "[trust]") {
    CHECK(file_name_of_role("packs-1_2.3~") == "packs-1_2.3~");
    CHECK(file_name_of_role("../a/b") == "..%2Fa%2Fb");
    CHECK(file_name_of_role("..") == "%2E%2E");
    CHECK(file_name_of_role(".") == "%2E");
    CHECK(file_name_of_role(std::string_view("a\0b%", 4)) == "a%00b%25");
    CHECK(file_name_of_role("长") == "%E9%95%BF");
}

}  // namespace xinghuo
