// A receipt of a day's study that anyone with the terminal's public key can check. Pure.
//
//     XHR1.PAYLOAD.SIGNATURE     base64url; the payload is compact JSON {"k":kiosk,"m":member,"d":"2026-11-21","n":last seq,
//                                "h":first 16 hex of its hash,"t":{"media":seconds,…}}; the signature ed25519 over "XHR1.PAYLOAD"
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "content/base/crypto.h"
#include "content/base/ids.h"
#include "content/study/session.h"

namespace xinghuo {

struct Receipt {
    KioskId kiosk;
    MemberId member;
    Date day;
    std::int64_t last_seq = 0;
    std::string last_hash;       // 16 hex digits
    std::map<StudyLabel, std::int64_t> seconds;
};
std::string write_receipt(const Receipt& receipt, const SigningKey& key);
Result<Receipt> read_receipt(std::string_view text, const PublicKey& key);  // `invalid`: not one, changed, or of another terminal

}  // namespace xinghuo
