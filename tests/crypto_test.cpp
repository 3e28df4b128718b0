// Sealing, finding, signing: what is ours is the shape; published examples hold the rest.
#include <sys/stat.h>

#include <set>

#include "tests/support/record_book.h"

using namespace xinghuo;

TEST_CASE("hashes and signatures are those of the standards", "[study][crypto]") {
    // FIPS 180-4, "abc".
    CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 8032, 7.1, test 2.
    Digest seed{};
    const auto bytes = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    std::copy(bytes->begin(), bytes->end(), seed.begin());
    const SigningKey key = SigningKey::from_seed(seed);
    CHECK(to_hex(key.public_key()) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const Signature signature = key.sign("r");
    CHECK(to_hex(signature) == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    CHECK(signature_holds(key.public_key(), "r", signature));
    CHECK_FALSE(signature_holds(key.public_key(), "s", signature));
    CHECK_FALSE(signature_holds(key_from(1).public_key(), "r", signature));
}

TEST_CASE("what is sealed opens with its key only, and looks different each time", "[study][crypto]") {
    const SecretKey key = SecretKey::random(), other = SecretKey::random();
    const Bytes one = key.seal("张小明"), two = key.seal("张小明");
    CHECK(one != two);
    CHECK(*key.unseal(one) == "张小明");
    CHECK(*key.unseal(key.seal("")) == "");
    CHECK_FALSE(other.unseal(one));
    for (std::size_t i = 0; i < one.size(); ++i) {
        Bytes changed = one;
        changed[i] ^= 1;
        CHECK_FALSE(key.unseal(changed));
        CHECK_FALSE(key.unseal(std::span(one).first(i)));
    }
    CHECK(key.keyed_hash("card", "123") == key.keyed_hash("card", "123"));
    CHECK(key.keyed_hash("card", "123") != key.keyed_hash("number", "123"));
    CHECK(key.keyed_hash("card", "123") != key.keyed_hash("card1", "23"));
    CHECK(key.keyed_hash("card", "123") != other.keyed_hash("card", "123"));
}

TEST_CASE("a key's file is made once, for its owner only", "[study][crypto]") {
    TemporaryFolder folder;
    const Path file = folder.path / "keys" / "device.key";
    auto made = SigningKey::load_or_make(file);
    REQUIRE(made);
    CHECK(SigningKey::load_or_make(file)->public_key() == made->public_key());
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    REQUIRE(::chmod(file.c_str(), 0640) == 0);
    const auto refused = SigningKey::load_or_make(file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("others may read this key") != std::string::npos);
    REQUIRE(write_file(file, "short"));
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    CHECK_FALSE(SigningKey::load_or_make(file));
}

TEST_CASE("ids carry their time, texts come back from hex and base64", "[study][crypto]") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(uuid_v7({1'782'864'000'000}));
    CHECK(seen.size() == 1000);
    for (const std::string& id : seen) {
        REQUIRE(id.size() == 36);
        CHECK(id.starts_with("019f1af9-b400-7"));
        CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    }
    CHECK(uuid_v7({-5}).starts_with("00000000-0000-7"));
    for (std::size_t n = 0; n < 40; ++n) {
        const Bytes bytes = random_bytes(n);
        CHECK(*from_hex(to_hex(bytes)) == bytes);
        CHECK(*from_base64url(to_base64url(bytes)) == bytes);
    }
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_base64url("a+b="));
}

TEST_CASE("a PIN is known by its hash only", "[study][crypto]") {
    const std::string hash = hash_pin("135790");
    CHECK(hash.starts_with("$argon2id$"));
    CHECK(hash.find("135790") == std::string::npos);
    CHECK(pin_matches(hash, "135790"));
    CHECK_FALSE(pin_matches(hash, "135791"));
    CHECK_FALSE(pin_matches(hash, ""));
    CHECK_FALSE(pin_matches("", ""));
    CHECK(hash_pin("135790") != hash);
}
