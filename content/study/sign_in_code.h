// What a QR code for sign-in says: a member number, or a short-lived token signed by the centre. Pure but for UsedCodes.
//
//     XHT1.PAYLOAD.SIGNATURE     as a receipt; {"n":member number,"x":expiry in s since 1970,"j":nonce}; signed over "XHT1.PAYLOAD".
//     20230001                   a number: 1–64 bytes without spaces, control characters, / and :
//
// A nonce has 8–32 characters of base64url.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/store/database.h"

namespace xinghuo {

struct SignInCode {
    std::string number;
    std::string nonce;           // empty for a plain number; a nonce is good once
    std::int64_t expires_s = 0;
};
// `invalid` with a key of words in `what`: "code.unsigned_key" (no centre key set here), "code.forged", "code.expired",
// "code.no_clock" (the clock is not trusted, so the age of a token cannot be known), "code.unreadable".
Result<SignInCode> read_sign_in_code(std::string_view scanned, const std::optional<PublicKey>& centre_key, const Moment& moment);
std::string write_sign_in_token(const SignInCode& code, const SigningKey& centre);  // for tests and the centre

// Remembers nonces until their tokens expire, across restarts. Main thread.
class UsedCodes {
public:
    explicit UsedCodes(Database& db) : db_(&db) {}
    // True: for the first time, and on disk. False: it was used before. Ask it last, when nothing else speaks against the
    // sign-in. What is past its expiry is forgotten only while the clock is trusted: one set to 2099 by an empty battery must not
    // make old codes good again. A transaction of its own.
    Result<bool> use(std::string_view nonce, std::int64_t expires_s, const Moment& moment);

private:
    Database* db_;
};

}  // namespace xinghuo
