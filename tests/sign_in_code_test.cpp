// What a scanned code may say, and that a token is good once and in its time.
#include "content/study/sign_in_code.h"

#include "tests/support/study_room.h"

using namespace xinghuo;

namespace {

const SigningKey centre = SigningKey::from_seed(sha256("centre"));
constexpr const char* nonce = "abcDEF12-_";

Moment at(const char* iso, bool trusted = true) { return {{}, wall_time_from_iso(iso), trusted, 0}; }
const std::int64_t noon_s = wall_time_from_iso("2026-07-01T12:00:00Z").unix_ms / 1000;

std::string refusal(std::string_view scanned, const Moment& moment = at("2026-07-01T11:59:00Z"), const std::optional<PublicKey>& key = centre.public_key()) {
    auto code = read_sign_in_code(scanned, key, moment);
    return code ? "" : code.error().what;
}

std::string signed_text(const std::string& payload) {
    std::string text = "XHT1." + to_base64url({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    return text + "." + to_base64url(centre.sign(text));
}

}  // namespace

TEST_CASE("a plain member number is what it is", "[study][code]") {
    for (const char* number : {"20230001", "A-17", "XH20230001", "党2023007"}) {
        auto code = read_sign_in_code(std::string(" ") + number + "\r\n", std::nullopt, at("1970-01-01T00:00:00Z", false));
        REQUIRE(code);
        CHECK(code->number == number);
        CHECK(code->nonce.empty());
    }
    CHECK(refusal("") == "code.unreadable");
    CHECK(refusal("two words") == "code.unreadable");
    CHECK(refusal("https://example.org/x") == "code.unreadable");
    CHECK(refusal(std::string(65, '7')) == "code.unreadable");
    CHECK(refusal(std::string("12\0" "34", 5)) == "code.unreadable");
    CHECK(refusal("XHR1.abc.def") == "code.unreadable");  // a receipt
}

TEST_CASE("a token is good until it expires, for who trusts the centre and the clock", "[study][code]") {
    const std::string token = write_sign_in_token({"20230001", nonce, noon_s}, centre);
    auto code = read_sign_in_code(token, centre.public_key(), at("2026-07-01T11:59:59Z"));
    REQUIRE(code);
    CHECK(code->number == "20230001");
    CHECK(code->nonce == nonce);
    CHECK(code->expires_s == noon_s);
    CHECK(refusal(token, at("2026-07-01T12:00:00Z")) == "code.expired");
    CHECK(refusal(token, at("2026-07-01T11:59:59Z", false)) == "code.no_clock");
    CHECK(refusal(token, at("2026-07-01T11:59:59Z"), std::nullopt) == "code.unsigned_key");
    CHECK(refusal(token, at("2026-07-01T11:59:59Z"), SigningKey::from_seed(sha256("other")).public_key()) == "code.forged");
}

TEST_CASE("a changed or odd token is refused", "[study][code]") {
    const std::string token = write_sign_in_token({"20230001", nonce, noon_s}, centre);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto code = read_sign_in_code(changed, centre.public_key(), at("2026-07-01T11:00:00Z"));
        CHECK((!code || code->nonce.empty()));          // at best somebody's odd number
        if (i >= 5) CHECK(!code);
        CHECK((i < 5 || !read_sign_in_code(token.substr(0, i), centre.public_key(), at("2026-07-01T11:00:00Z"))));
    }
    CHECK(refusal(token + "." + token) == "code.unreadable");
    CHECK(refusal("XHT1." + std::string(10'000, 'A')) == "code.unreadable");
    for (const char* payload : {R"({"n":"1","x":1782907200})", R"({"n":"1","x":1782907200,"j":"short"})", R"({"n":"","x":1782907200,"j":"abcdefgh"})",
                                R"({"n":"1","x":-1,"j":"abcdefgh"})", R"({"n":"1","x":"1782907200","j":"abcdefgh"})", R"({"n":"1","x":1782907200,"j":"abcdefgh","z":1})",
                                R"({"n":"1", "x":1782907200,"j":"abcdefgh"})", "not json", "[]"})
        CHECK(refusal(signed_text(payload)) == "code.unreadable");
}

TEST_CASE("a nonce is good once, also after a restart, and is forgotten only by a trusted clock", "[study][code]") {
    StudyRoom room;
    const auto use = [&](std::string_view which, std::int64_t expires_s, const Moment& moment) {
        auto used = UsedCodes(*room.db).use(which, expires_s, moment);
        REQUIRE(used);
        return *used;
    };
    CHECK(use("nonce-one", noon_s, at("2026-07-01T11:00:00Z")));
    CHECK(!use("nonce-one", noon_s, at("2026-07-01T11:00:01Z")));
    CHECK(use("nonce-two", noon_s, at("2026-07-01T11:00:01Z")));
    room.members.reset();
    room.records.reset();
    room.db.reset();
    room.open();
    CHECK(!use("nonce-one", noon_s, at("2026-07-01T11:00:02Z")));
    CHECK(use("nonce-three", noon_s, at("2099-01-01T00:00:00Z", false)));
    CHECK(!use("nonce-one", noon_s, at("2026-07-01T11:00:03Z")));
    CHECK(use("nonce-four", noon_s + 600, at("2026-07-01T12:00:01Z")));
    CHECK(*room.db->integer_or(0, "SELECT COUNT(*) FROM used_code") == 1);
}
