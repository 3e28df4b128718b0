#include "content/trust/key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <climits>

#include "content/base/crypto.h"
#include "content/trust/canonical.h"

namespace xinghuo {
namespace {

constexpr int smallest_rsa_bits = 2048, largest_rsa_bits = 8192;
constexpr std::size_t longest_pem_bytes = 64'000;
constexpr int passphrase_rounds = 600'000;  // of PBKDF2 with HMAC-SHA-256: about a quarter of a second

struct Free {
    void operator()(BIO* p) const { BIO_free_all(p); }
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
    void operator()(PKCS8_PRIV_KEY_INFO* p) const { PKCS8_PRIV_KEY_INFO_free(p); }
    void operator()(X509_SIG* p) const { X509_SIG_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_STORE* p) const { X509_STORE_free(p); }
    void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
    void operator()(STACK_OF(X509)* p) const { sk_X509_free(p); }  // not what is in it
};
template <class T>
using Own = std::unique_ptr<T, Free>;

EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
std::shared_ptr<void> owned(EVP_PKEY* key) {
    return {key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }};
}
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// OpenSSL keeps its complaints in a queue of the thread; nobody else shall find ours there.
struct QuietErrors {
    QuietErrors() = default;
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
    ~QuietErrors() { ERR_clear_error(); }
};

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// Which of our schemes a key is for; nothing for any other key.
Result<KeyScheme> scheme_of(EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_ED25519: return KeyScheme::ed25519;
        case EVP_PKEY_EC: {
            char group[64] = {};
            std::size_t length = 0;
            if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 && std::string_view(group) == "prime256v1") return KeyScheme::p256;
            return Error{ErrorKind::unsupported, "an ECDSA key on another curve than P-256"};
        }
        case EVP_PKEY_RSA: {
            const int bits = EVP_PKEY_get_bits(key);
            if (bits < smallest_rsa_bits) return Error{ErrorKind::invalid, "an RSA key of " + std::to_string(bits) + " bits is too weak (2048 are the least)"};
            if (bits > largest_rsa_bits) return Error{ErrorKind::invalid, "an RSA key of " + std::to_string(bits) + " bits is too large"};
            return KeyScheme::rsa_pss;
        }
        default: return Error{ErrorKind::unsupported, "a key of another kind than ed25519, P-256 or RSA"};
    }
}

std::string number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
    const Own<BIGNUM> held(number);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    return to_hex(bytes);
}

// The numbers of the key, not its file: a point may be written compressed or not, and PEM may be folded anyhow.
std::string material_of(EVP_PKEY* key, KeyScheme scheme) {
    switch (scheme) {
        case KeyScheme::ed25519: {
            Bytes raw(32);
            std::size_t length = raw.size();
            if (EVP_PKEY_get_raw_public_key(key, raw.data(), &length) != 1 || length != 32) return {};
            return "ed25519:" + to_hex(raw);
        }
        case KeyScheme::p256: return "p256:" + number_of(key, OSSL_PKEY_PARAM_EC_PUB_X) + ":" + number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y);
        case KeyScheme::rsa_pss: return "rsa:" + number_of(key, OSSL_PKEY_PARAM_RSA_N) + ":" + number_of(key, OSSL_PKEY_PARAM_RSA_E);
    }
    return {};
}

int no_passphrase(char*, int, int, void*) { return -1; }  // never ask at a terminal

int known_passphrase(char* buffer, int size, int, void* known) {
    const auto& passphrase = *static_cast<const std::string_view*>(known);
    if (passphrase.size() > static_cast<std::size_t>(size)) return -1;
    std::copy(passphrase.begin(), passphrase.end(), buffer);
    return static_cast<int>(passphrase.size());
}

Result<std::shared_ptr<void>> read_public(std::string_view pem) {
    if (pem.size() > longest_pem_bytes) return Error{ErrorKind::too_large, "a public key of " + std::to_string(pem.size()) + " bytes"};
    const QuietErrors quiet;
    const Own<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    insist(bio != nullptr, "no memory for a key");
    EVP_PKEY* key = PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr);
    if (key == nullptr) return Error{ErrorKind::invalid, "the public key is no PEM"};
    return owned(key);
}

// The digest of a scheme; ed25519 has its own inside.
const EVP_MD* digest_of(KeyScheme scheme) { return scheme == KeyScheme::ed25519 ? nullptr : EVP_sha256(); }

bool pad(EVP_PKEY_CTX* context, KeyScheme scheme, int salt) {
    if (scheme != KeyScheme::rsa_pss) return true;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1;
}

}  // namespace

Result<VerifyingKey> VerifyingKey::read(const KeyText& text) {
    KeyScheme wanted{};
    if (text.keytype == "ed25519" && text.scheme == "ed25519") wanted = KeyScheme::ed25519;
    else if ((text.keytype == "ecdsa" || text.keytype == "ecdsa-sha2-nistp256") && text.scheme == "ecdsa-sha2-nistp256") wanted = KeyScheme::p256;
    else if (text.keytype == "rsa" && text.scheme == "rsassa-pss-sha256") wanted = KeyScheme::rsa_pss;
    else return Error{ErrorKind::unsupported, "keys of type \"" + text.keytype + "\" with scheme \"" + text.scheme + "\" are not known here"};

    const QuietErrors quiet;
    VerifyingKey key;
    key.scheme_ = wanted;
    if (wanted == KeyScheme::ed25519 && !text.public_text.starts_with("-----")) {
        const auto raw = from_hex(text.public_text);
        if (!raw || raw->size() != 32) return Error{ErrorKind::invalid, "an ed25519 key is 64 hex digits"};
        EVP_PKEY* made = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw->data(), raw->size());
        if (made == nullptr) return Error{ErrorKind::invalid, "this is no ed25519 key"};
        key.key_ = owned(made);
    } else {
        auto made = read_public(text.public_text);
        if (!made) return made.error();
        const auto scheme = scheme_of(pkey(*made));
        if (!scheme) return scheme.error();
        if (*scheme != wanted) return Error{ErrorKind::invalid, "the public key is not of its type \"" + text.keytype + "\""};
        key.key_ = std::move(*made);
    }
    key.material_ = material_of(pkey(key.key_), wanted);
    if (key.material_.empty()) return Error{ErrorKind::invalid, "the public key cannot be used"};
    return key;
}

bool VerifyingKey::verifies(std::string_view message, std::span<const std::uint8_t> signature) const {
    const QuietErrors quiet;
    const Own<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (context == nullptr || EVP_DigestVerifyInit(context.get(), &parameters, digest_of(scheme_), nullptr, pkey(key_)) != 1) return false;
    if (!pad(parameters, scheme_, RSA_PSS_SALTLEN_AUTO)) return false;
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message), message.size()) == 1;
}

Result<PrivateKey> PrivateKey::make(KeyScheme scheme) {
    const QuietErrors quiet;
    EVP_PKEY* made = scheme == KeyScheme::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                     : scheme == KeyScheme::p256  ? EVP_EC_gen("P-256")
                                                  : EVP_RSA_gen(3072);
    if (made == nullptr) return Error{ErrorKind::io, "no key could be made"};
    PrivateKey key;
    key.key_ = owned(made);
    key.scheme_ = scheme;
    return key;
}

Result<PrivateKey> PrivateKey::read(std::string_view pem, std::string_view passphrase) {
    if (pem.size() > longest_pem_bytes) return Error{ErrorKind::too_large, "a private key of " + std::to_string(pem.size()) + " bytes"};
    const QuietErrors quiet;
    const Own<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    insist(bio != nullptr, "no memory for a key");
    EVP_PKEY* read = PEM_read_bio_PrivateKey(bio.get(), nullptr, known_passphrase, &passphrase);
    if (read == nullptr) {
        if (pem.find("ENCRYPTED") == std::string_view::npos) return Error{ErrorKind::invalid, "this is no private key (PEM)"};
        return Error{ErrorKind::untrusted, passphrase.empty() ? "this key needs its passphrase" : "the passphrase of this key is another one"};
    }
    PrivateKey key;
    key.key_ = owned(read);
    const auto scheme = scheme_of(read);
    if (!scheme) return scheme.error();
    key.scheme_ = *scheme;
    return key;
}

Result<std::string> PrivateKey::pem(std::string_view passphrase) const {
    const QuietErrors quiet;
    const Own<BIO> bio(BIO_new(BIO_s_secmem() != nullptr ? BIO_s_secmem() : BIO_s_mem()));
    const Own<PKCS8_PRIV_KEY_INFO> plain(EVP_PKEY2PKCS8(pkey(key_)));
    if (bio == nullptr || plain == nullptr) return Error{ErrorKind::io, "the key cannot be written"};
    if (passphrase.empty()) {
        if (PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), plain.get()) != 1) return Error{ErrorKind::io, "the key cannot be written"};
        return text_of(bio.get());
    }
    if (passphrase.size() > PEM_BUFSIZE) return Error{ErrorKind::too_large, "a passphrase has at most 1,024 bytes"};
    const Own<X509_SIG> sealed(PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase.data(), static_cast<int>(passphrase.size()), nullptr, 0,
                                             passphrase_rounds, plain.get()));
    if (sealed == nullptr || PEM_write_bio_PKCS8(bio.get(), sealed.get()) != 1) return Error{ErrorKind::io, "the key cannot be sealed"};
    return text_of(bio.get());
}

Bytes PrivateKey::sign(std::string_view message) const {
    const QuietErrors quiet;
    const Own<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    insist(context != nullptr && EVP_DigestSignInit(context.get(), &parameters, digest_of(scheme_), nullptr, pkey(key_)) == 1 &&
               pad(parameters, scheme_, RSA_PSS_SALTLEN_DIGEST),
           "a key that cannot sign");
    std::size_t length = 0;
    insist(EVP_DigestSign(context.get(), nullptr, &length, bytes_of(message), message.size()) == 1, "a key that cannot sign");
    Bytes signature(length);
    insist(EVP_DigestSign(context.get(), signature.data(), &length, bytes_of(message), message.size()) == 1, "a key that did not sign");
    signature.resize(length);
    return signature;
}

KeyText PrivateKey::public_text() const {
    const QuietErrors quiet;
    if (scheme_ == KeyScheme::ed25519) {
        Bytes raw(32);
        std::size_t length = raw.size();
        insist(EVP_PKEY_get_raw_public_key(pkey(key_), raw.data(), &length) == 1 && length == 32, "a key without its public half");
        return {"ed25519", "ed25519", to_hex(raw)};
    }
    const Own<BIO> bio(BIO_new(BIO_s_mem()));
    insist(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), pkey(key_)) == 1, "a key without its public half");
    if (scheme_ == KeyScheme::p256) return {"ecdsa", "ecdsa-sha2-nistp256", text_of(bio.get())};
    return {"rsa", "rsassa-pss-sha256", text_of(bio.get())};
}

std::string key_id(const KeyText& key) {
    const std::string canonical = "{\"keytype\":" + canonical_string(key.keytype) + ",\"keyval\":{\"public\":" + canonical_string(key.public_text) +
                                  "},\"scheme\":" + canonical_string(key.scheme) + "}";
    return sha256_hex(canonical.data(), canonical.size());
}

std::string sha512_hex(const void* data, std::size_t size) {
    StreamHash hash(StreamHash::Kind::sha512);
    hash.add({static_cast<const std::uint8_t*>(data), size});
    return hash.hex();
}

std::string digest_hex(DigestKind kind, std::string_view data) {
    const EVP_MD* digest = kind == DigestKind::sha1     ? EVP_sha1()
                           : kind == DigestKind::sha224 ? EVP_sha224()
                           : kind == DigestKind::sha256 ? EVP_sha256()
                           : kind == DigestKind::sha384 ? EVP_sha384()
                                                        : EVP_sha512();
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    insist(EVP_Digest(data.data(), data.size(), bytes, &length, digest, nullptr) == 1, "no memory for a hash");
    return to_hex({bytes, length});
}

Result<void> verify_jws_rs(std::span<const std::uint8_t> certificate, JwsAlgorithm algorithm, std::string_view message, std::span<const std::uint8_t> signature) {
    const QuietErrors quiet;
    const unsigned char* at = certificate.data();
    const Own<X509> read(certificate.size() > longest_pem_bytes ? nullptr : d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
    if (read == nullptr || at != certificate.data() + certificate.size()) return Error{ErrorKind::invalid, "this is no X.509 certificate"};
    EVP_PKEY* public_key = X509_get_pubkey(read.get());
    if (public_key == nullptr) return Error{ErrorKind::invalid, "a certificate without a key"};
    const std::shared_ptr<void> key = owned(public_key);
    const auto scheme = scheme_of(public_key);
    if (!scheme) return scheme.error().within("the certificate's key");
    if (*scheme != KeyScheme::rsa_pss) return Error{ErrorKind::invalid, "the certificate's key is no RSA key"};
    const EVP_MD* digest = algorithm == JwsAlgorithm::rs256 ? EVP_sha256() : algorithm == JwsAlgorithm::rs384 ? EVP_sha384() : EVP_sha512();
    const Own<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (context == nullptr || EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, public_key) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) != 1 ||
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message), message.size()) != 1)
        return Error{ErrorKind::untrusted, "the signature was not made by the certificate's key over this text"};
    return {};
}

Result<void> verify_chain(const std::vector<Bytes>& certificates, std::optional<std::int64_t> unix_s) {
    const QuietErrors quiet;
    std::vector<Own<X509>> read;
    for (const Bytes& certificate : certificates) {
        const unsigned char* at = certificate.data();
        read.emplace_back(certificate.size() > longest_pem_bytes ? nullptr : d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
        if (read.back() == nullptr || at != certificate.data() + certificate.size()) return Error{ErrorKind::invalid, "this is no X.509 certificate"};
    }
    if (read.empty()) return Error{ErrorKind::invalid, "a chain without a certificate"};
    const Own<X509_STORE> anchors(X509_STORE_new());
    const Own<X509_STORE_CTX> check(X509_STORE_CTX_new());
    const Own<STACK_OF(X509)> between(sk_X509_new_null());
    bool made = anchors != nullptr && check != nullptr && between != nullptr && X509_STORE_add_cert(anchors.get(), read.back().get()) == 1;
    for (std::size_t i = 1; made && i + 1 < read.size(); ++i) made = sk_X509_push(between.get(), read[i].get()) > 0;
    insist(made && X509_STORE_CTX_init(check.get(), anchors.get(), read.front().get(), between.get()) == 1, "no memory for a chain");
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(check.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | (unix_s ? 0UL : X509_V_FLAG_NO_CHECK_TIME));
    if (unix_s) X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(*unix_s));
    if (X509_verify_cert(check.get()) == 1) return {};
    return Error{ErrorKind::untrusted, std::string("the chain of certificates does not hold: ") + X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()))};
}

StreamHash::StreamHash(Kind kind) : context_(EVP_MD_CTX_new(), [](void* p) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(p)); }) {
    insist(context_ != nullptr && EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()), kind == Kind::sha256 ? EVP_sha256() : EVP_sha512(), nullptr) == 1,
           "no memory for a hash");
}

void StreamHash::add(std::span<const std::uint8_t> piece) {
    insist(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), piece.data(), piece.size()) == 1, "a hash that was already asked");
}

std::string StreamHash::hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    insist(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), digest, &length) == 1, "a hash that was already asked");
    return to_hex({digest, length});
}

}  // namespace xinghuo
