// A receipt of a day's study that anyone with the terminal's public key can check. Pure. At most 300 bytes, for a QR code at
// arm's length.
//
//     XHR1.PAYLOAD.SIGNATURE     base64url; the signature is ed25519 over "XHR1.PAYLOAD"; the payload is compact JSON:
//     {"k":kiosk,"m":member,"d":"2026-11-21","n":last seq,"h":first 16 hex digits of its hash,"t":[touch,media,reading,quiz]}
//
// kiosk and member without their "k-" and "m-"; t in whole seconds. Where the terminal's clock was not trusted, "u":1 ends the payload.
// The last record is that of the whole chain: with the terminal's export, the receipt proves that nothing before it was changed.
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
    bool clock_trusted = true;   // the day is as true as the terminal's clock
    std::int64_t last_seq = 0;
    std::string last_hash;       // 16 hex digits
    std::map<StudyLabel, std::int64_t> seconds;  // what is absent is 0
};
std::string write_receipt(const Receipt& receipt, const SigningKey& key);
Result<Receipt> read_receipt(std::string_view text, const PublicKey& key);  // `invalid`: not one, changed, or of another terminal

}  // namespace xinghuo
