// Cryptography, through libsodium (SHA-256 through OpenSSL, for speed); nothing here is ours but the shapes.
//
// SHA-256 (FIPS 180-4) names files and chains records. Personal fields are sealed with XSalsa20-Poly1305 (secretbox) and
// found again by a keyed BLAKE2b hash (RFC 7693). PINs are argon2id (RFC 9106). Records are signed with ed25519 (RFC 8032).
// Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/file.h"

namespace xinghuo {

using Digest = std::array<std::uint8_t, 32>;

std::string sha256_hex(const void* data, std::size_t size);  // 64 lower-case hex digits
Digest sha256(std::string_view data);
Result<std::string> sha256_hex_of_file(const Path& file);    // streams, constant memory

Bytes random_bytes(std::size_t count);
std::string to_hex(std::span<const std::uint8_t> bytes);
Result<Bytes> from_hex(std::string_view text);         // `invalid` unless an even number of hex digits
std::string to_base64url(std::span<const std::uint8_t> bytes);  // RFC 4648 §5, no padding
Result<Bytes> from_base64url(std::string_view text);
bool same_bytes(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);  // in constant time
// RFC 9562: 48 bits of ms since 1970, then chance. A clock before 1970 counts as 0.
std::string uuid_v7(WallTime when);

// 32 bytes of chance that seal and find. Wiped from memory when it goes.
class SecretKey {
public:
    // Reads the key's file; makes one (mode 0600) where there is none. `invalid` when the file is no key or others may read it.
    static Result<SecretKey> load_or_make(const Path& file);
    static SecretKey random();
    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey();

    [[nodiscard]] Bytes seal(std::string_view plain) const;  // nonce and box; another one each time
    [[nodiscard]] Result<std::string> unseal(std::span<const std::uint8_t> sealed) const;  // `invalid`: changed, or another key
    // For looking up what is sealed. `domain` keeps a card id from meeting a member number with the same digits.
    [[nodiscard]] Digest keyed_hash(std::string_view domain, std::string_view text) const;

private:
    SecretKey() = default;
    std::array<std::uint8_t, 32> bytes_{};
};

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

// ed25519. The file holds the 32-byte seed, mode 0600.
class SigningKey {
public:
    static Result<SigningKey> load_or_make(const Path& file);
    static SigningKey from_seed(const Digest& seed);
    SigningKey(SigningKey&& other) noexcept;
    SigningKey& operator=(SigningKey&& other) noexcept;
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;
    ~SigningKey();

    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    [[nodiscard]] Signature sign(std::string_view message) const;

private:
    friend Result<std::string> unsealed_by(const SigningKey& reader, std::span<const std::uint8_t> sealed);
    SigningKey() = default;
    std::array<std::uint8_t, 64> secret_{};
    PublicKey public_{};
};
bool signature_holds(const PublicKey& key, std::string_view message, const Signature& signature);

// For one reader alone: a sealed box (X25519 and XSalsa20-Poly1305, a key of its own each time) to the ed25519 key of a terminal or the centre, as
// libsodium converts it. Nobody can tell who sealed it, so what is inside is signed where that matters.
Bytes sealed_to(const PublicKey& reader, std::string_view plain);
Result<std::string> unsealed_by(const SigningKey& reader, std::span<const std::uint8_t> sealed);  // `invalid`: changed, or for another

// argon2id, 19 MiB and two passes (about 40 ms): the string holds salt and costs.
std::string hash_pin(std::string_view pin);
bool pin_matches(const std::string& hash, std::string_view pin);

}  // namespace xinghuo
