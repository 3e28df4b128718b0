// A receipt: signed, short, one spelling, and nobody else's.
#include "content/study/receipt.h"

#include <catch2/catch.hpp>

#include "content/study/records.h"

using namespace xinghuo;

namespace {

SigningKey key_of(std::string_view name) { return SigningKey::from_seed(sha256(name)); }

Receipt sample(const SigningKey& key) {
    return {kiosk_id(key.public_key()), {"m-00112233445566778899aabbccddeeff"}, {2026, 11, 21}, true, 4711, "0123456789abcdef",
            {{StudyLabel::media, 1200}, {StudyLabel::quiz, 65}}};
}

std::string signed_text(const std::string& payload, const SigningKey& key) {
    std::string text = "XHR1." + to_base64url({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    return text + "." + to_base64url(key.sign(text));
}

}  // namespace

TEST_CASE("a receipt reads back with the terminal's public key", "[study][receipt]") {
    const SigningKey key = key_of("terminal");
    const Receipt written = sample(key);
    const std::string text = write_receipt(written, key);
    auto read = read_receipt(text, key.public_key());
    REQUIRE(read);
    CHECK(read->kiosk == written.kiosk);
    CHECK(read->member == written.member);
    CHECK(read->day == written.day);
    CHECK(read->clock_trusted);
    CHECK(read->last_seq == 4711);
    CHECK(read->last_hash == written.last_hash);
    CHECK(read->seconds == written.seconds);
    CHECK(!read_receipt(text, key_of("another").public_key()));
}

TEST_CASE("the longest receipt is 300 bytes", "[study][receipt]") {
    const SigningKey key = key_of("terminal");
    Receipt receipt = sample(key);
    receipt.clock_trusted = false;
    receipt.last_seq = 9'999'999'999;
    receipt.seconds = {{StudyLabel::touch, 20'000}, {StudyLabel::media, 20'000}, {StudyLabel::reading, 20'000}, {StudyLabel::quiz, 20'000}};
    const std::string text = write_receipt(receipt, key);
    CHECK(text.size() <= 300);
    auto read = read_receipt(text, key.public_key());
    REQUIRE(read);
    CHECK(!read->clock_trusted);
    CHECK(read->seconds == receipt.seconds);
}

TEST_CASE("no changed, cut or lengthened byte is read", "[study][receipt]") {
    const SigningKey key = key_of("terminal");
    const std::string text = write_receipt(sample(key), key);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(!read_receipt(changed, key.public_key()));
        CHECK(!read_receipt(text.substr(0, i), key.public_key()));
    }
    CHECK(!read_receipt(text + "A", key.public_key()));
    CHECK(!read_receipt(text + ".", key.public_key()));
    CHECK(!read_receipt(" " + text, key.public_key()));
    CHECK(!read_receipt(text + std::string(100'000, 'A'), key.public_key()));
}

TEST_CASE("a signed payload that is not spelt as a receipt is none", "[study][receipt]") {
    const SigningKey key = key_of("terminal");
    const std::string k = kiosk_id(key.public_key()).text.substr(2);
    const auto payload = [&](const std::string& rest) { return R"({"k":")" + k + R"(","m":"00",)" + rest + "}"; };
    const std::string good = R"("d":"2026-11-21","n":1,"h":"0123456789abcdef","t":[1,2,3,4])";
    CHECK(read_receipt(signed_text(payload(good), key), key.public_key()));
    for (const char* bad : {R"("d":"2026-11-21","n":1,"h":"0123456789abcdef","t":[1,2,3,4],"extra":1)", R"("d":"2026-11-21","n":1,"h":"0123456789abcdef","t":[1,2,3])",
                            R"("d":"2026-11-21","n":1,"h":"0123456789abcdef","t":[1,2,3,-4])", R"("d":"2026-11-21","n":1,"h":"0123456789ABCDEF","t":[1,2,3,4])",
                            R"("d":"2026-11-2x","n":1,"h":"0123456789abcdef","t":[1,2,3,4])", R"("d":"2026-11-21","n":-1,"h":"0123456789abcdef","t":[1,2,3,4])",
                            R"("d":"2026-11-21", "n":1,"h":"0123456789abcdef","t":[1,2,3,4])", R"("n":1,"d":"2026-11-21","h":"0123456789abcdef","t":[1,2,3,4])",
                            R"("d":"2026-11-21","n":1,"h":"0123456789abcdef","t":[1,2,3,4],"u":0)"})
        CHECK(!read_receipt(signed_text(payload(bad), key), key.public_key()));
    // Signed by this terminal in the name of another.
    CHECK(!read_receipt(signed_text(R"({"k":"ffffffffffffffff","m":"00",)" + good + "}", key), key.public_key()));
}
