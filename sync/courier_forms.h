// What lies on a courier stick. Pure; both sides use this file.
//
//     STICK/xinghuo-courier/courier.json     the registration: {"xinghuo_courier":1,"stick":hex,"organisation":1,"name":"示范大学","home_page":"https://…/",
//                                            "centre_key":hex,"made":ISO,"signature":hex}
//     STICK/xinghuo-courier/up/NAME          a chunk of records, sealed to the centre
//     STICK/xinghuo-courier/receipts         a line for each terminal: {"place":hex,"sealed":base64url of centre_receipt_json()}, sealed to it
//     STICK/xinghuo-courier/enrol/NAME       a terminal that asks to be enrolled: enrol_json() (protocol.h), sealed to the centre
//     STICK/xinghuo-courier/answers/PLACE    what the centre says to that, sealed to the terminal; PLACE as kiosk_place() (told.h)
//     STICK/xinghuo/                         the centre's repository (content/pack/README.md)
//
// A chunk, once unsealed: a line of JSON {"xinghuo_chunk":1,"kiosk":…,"key":hex,"from":1,"through":200}, a line of hex (the terminal's signature over
// "courier\n", the first line and what follows), then gzipped statements, one a line. NAME is 32 hex digits that only the terminal can make again. So
// whoever finds a stick learns how much is on it, and nothing of whom or where.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/base/ids.h"
#include "sync/protocol.h"

namespace xinghuo {

inline constexpr std::string_view courier_folder = "xinghuo-courier";
inline constexpr std::size_t chunk_limit_bytes = 1u << 20;          // of a file
inline constexpr std::size_t chunk_plain_limit_bytes = 32u << 20;   // of what it holds
inline constexpr std::size_t longest_organisation = 120;            // characters of its name
inline constexpr std::size_t receipts_limit_bytes = 32u << 20;

struct CourierStick {
    std::string stick;           // 16 hex digits of chance
    std::int64_t organisation = 1;
    std::string name, home_page;  // of the organisation, as enrolment tells it (protocol.h)
    PublicKey centre_key{};
    WallTime made;
};
std::string courier_stick_json(const CourierStick& stick, const SigningKey& centre);
// `untrusted`: not signed by that centre.
Result<CourierStick> read_courier_stick(std::string_view json, const PublicKey& centre);
// Of whatever centre: signed by the key it names. Whose key that is, somebody must say who knows: key_fingerprint().
Result<CourierStick> read_courier_stick(std::string_view json);
// "3F2A 91C0 77D1 0B2E 5AC4": 80 bits of the key's hash, for people to compare.
std::string key_fingerprint(const PublicKey& key);

struct CourierChunk {
    KioskId kiosk;
    PublicKey key{};
    std::int64_t from = 0, through = 0;
    std::vector<std::string> statements;
};
std::string chunk_name(const SigningKey& device, std::int64_t from, std::int64_t through);
bool is_chunk_name(std::string_view name);
Bytes sealed_chunk(const CourierChunk& chunk, const SigningKey& device, const PublicKey& centre);
// `untrusted`: sealed to another, changed, or not signed by the terminal it names. Whether the centre knows that terminal is the caller's question.
Result<CourierChunk> unsealed_chunk(std::span<const std::uint8_t> bytes, const SigningKey& centre);

// Enrolment where there is no network. `request.centre` is whom it asks.
std::string courier_request_name(const EnrolRequest& request, const SigningKey& device);
Bytes sealed_request(const EnrolRequest& request, const SigningKey& device);
// `untrusted`: sealed to another centre, changed, not signed by the terminal, or not meant for this centre.
Result<EnrolRequest> unsealed_request(std::span<const std::uint8_t> bytes, const SigningKey& centre);
struct CourierAnswer {
    std::string request;                // request_mark() of what is answered
    std::optional<Enrolled> enrolled;   // nothing: the code was not taken
};
std::string request_mark(const EnrolRequest& request);
Bytes sealed_answer(const CourierAnswer& answer, const PublicKey& device, const SigningKey& centre);
// `untrusted`: sealed to another terminal, changed, or not signed by that centre.
Result<CourierAnswer> unsealed_answer(std::span<const std::uint8_t> bytes, const SigningKey& device, const PublicKey& centre);

struct SealedReceipt {
    KioskId kiosk;
    PublicKey key{};
    std::string receipt;         // centre_receipt_json()
};
std::string receipts_text(const std::vector<SealedReceipt>& receipts);
// The receipt for this terminal; empty: there is none.
Result<std::string> own_receipt(std::string_view receipts, const KioskId& kiosk, const SigningKey& device);

}  // namespace xinghuo
