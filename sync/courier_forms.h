// What lies on a courier stick. Pure; both sides use this file.
//
//     STICK/xinghuo-courier/courier.json     the registration: {"xinghuo_courier":1,"stick":hex,"organisation":1,"centre_key":hex,"made":ISO,"signature":hex}
//     STICK/xinghuo-courier/up/NAME          a chunk of records, sealed to the centre
//     STICK/xinghuo-courier/receipts         a line for each terminal: {"place":hex,"sealed":base64url of centre_receipt_json()}, sealed to it
//     STICK/xinghuo/                         the centre's repository (content/pack/README.md)
//
// A chunk, once unsealed: a line of JSON {"xinghuo_chunk":1,"kiosk":…,"key":hex,"from":1,"through":200}, a line of hex (the terminal's signature over
// "courier\n", the first line and what follows), then gzipped statements, one a line. NAME is 32 hex digits that only the terminal can make again. So
// whoever finds a stick learns how much is on it, and nothing of whom or where.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/base/ids.h"

namespace xinghuo {

inline constexpr std::string_view courier_folder = "xinghuo-courier";
inline constexpr std::size_t chunk_limit_bytes = 1u << 20;          // of a file
inline constexpr std::size_t chunk_plain_limit_bytes = 32u << 20;   // of what it holds
inline constexpr std::size_t receipts_limit_bytes = 32u << 20;

struct CourierStick {
    std::string stick;           // 16 hex digits of chance
    std::int64_t organisation = 1;
    PublicKey centre_key{};
    WallTime made;
};
std::string courier_stick_json(const CourierStick& stick, const SigningKey& centre);
// `untrusted`: not signed by that centre.
Result<CourierStick> read_courier_stick(std::string_view json, const PublicKey& centre);

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

struct SealedReceipt {
    KioskId kiosk;
    PublicKey key{};
    std::string receipt;         // centre_receipt_json()
};
std::string receipts_text(const std::vector<SealedReceipt>& receipts);
// The receipt for this terminal; empty: there is none.
Result<std::string> own_receipt(std::string_view receipts, const KioskId& kiosk, const SigningKey& device);

}  // namespace xinghuo
