// What a QR code for sign-in says: a member number, or a short-lived token signed by the centre. Pure.
//
//     XHT1.PAYLOAD.SIGNATURE     as a receipt; {"n":member number,"x":expiry in s since 1970,"j":nonce}; signed over "XHT1.PAYLOAD"
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/crypto.h"

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

}  // namespace xinghuo
