// Keys of TUF metadata, through OpenSSL 3 (libsodium has neither P-256 nor RSA). The one door to OpenSSL.
//
// Schemes (tuf-spec §3, "keytype"): ed25519 (public: 64 hex digits, or PEM), ecdsa-sha2-nistp256 (keytype "ecdsa" or that name; public: PEM;
// signatures DER), rsassa-pss-sha256 (keytype "rsa"; public: PEM; MGF1 with SHA-256; any salt length verifies, ours is 32 bytes).
// Any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "content/base/file.h"
#include "content/base/result.h"

namespace xinghuo {

enum class KeyScheme { ed25519, p256, rsa_pss };

// As metadata writes it.
struct KeyText {
    std::string keytype, scheme, public_text;
};

class VerifyingKey {
public:
    // `unsupported`: another type or scheme; `invalid`: no key. RSA under 2,048 bits is refused.
    static Result<VerifyingKey> read(const KeyText& text);
    [[nodiscard]] bool verifies(std::string_view message, std::span<const std::uint8_t> signature) const;
    // The key itself (DER, SubjectPublicKeyInfo): the same under two ids counts once (packs-and-trust.md, rule 3).
    [[nodiscard]] const std::string& material() const { return material_; }
    [[nodiscard]] KeyScheme scheme() const { return scheme_; }

private:
    VerifyingKey() = default;
    std::shared_ptr<void> key_;  // EVP_PKEY
    std::string material_;
    KeyScheme scheme_ = KeyScheme::ed25519;
};

// For those who sign: the builder of repositories, never the kiosk.
class PrivateKey {
public:
    static Result<PrivateKey> make(KeyScheme scheme);
    // PEM (PKCS #8); an empty passphrase for a key without one. `untrusted`: the passphrase is wrong.
    static Result<PrivateKey> read(std::string_view pem, std::string_view passphrase);
    // PEM; with a passphrase encrypted (PBKDF2 and AES-256-CBC, as OpenSSL does for PKCS #8).
    [[nodiscard]] Result<std::string> pem(std::string_view passphrase) const;
    [[nodiscard]] Bytes sign(std::string_view message) const;
    [[nodiscard]] KeyText public_text() const;

private:
    PrivateKey() = default;
    std::shared_ptr<void> key_;
    KeyScheme scheme_ = KeyScheme::ed25519;
};

// The id of a key (tuf-spec §4.2): SHA-256, in hex, of the canonical form of its object.
std::string key_id(const KeyText& key);

std::string sha512_hex(const void* data, std::size_t size);
// Lower-case hex. SHA-1 (FIPS 180-4) is for entity tags that others compute too, never for trust.
enum class DigestKind { sha1, sha224, sha256, sha384, sha512 };
std::string digest_hex(DigestKind kind, std::string_view data);

// RSASSA-PKCS1-v1_5 of JSON Web Signatures (RFC 7518 §3.3).
enum class JwsAlgorithm { rs256, rs384, rs512 };
// Whether the key of an X.509 certificate (DER) made the signature. `invalid`: no certificate, or no RSA key of 2,048 bits or more; `untrusted`: another
// key's, or of another message. Neither the certificate's dates nor who issued it are asked.
Result<void> verify_jws_rs(std::span<const std::uint8_t> certificate, JwsAlgorithm algorithm, std::string_view message, std::span<const std::uint8_t> signature);
// Hashes as pieces come.
class StreamHash {
public:
    enum class Kind { sha256, sha512 };
    explicit StreamHash(Kind kind = Kind::sha256);
    void add(std::span<const std::uint8_t> piece);
    [[nodiscard]] std::string hex();  // once

private:
    std::shared_ptr<void> context_;
};

}  // namespace xinghuo
