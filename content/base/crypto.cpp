#include "content/base/crypto.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace xinghuo {
namespace {

static_assert(crypto_secretbox_KEYBYTES == 32 && crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);

// Chance and constant-time tables are ready, whoever comes first.
void ready() {
    static const int done = sodium_init();
    insist(done >= 0, "libsodium cannot start");
}

Error io(const Path& file, std::string_view what) {
    return {ErrorKind::io, file.string() + ": " + std::string(what) + ": " + std::strerror(errno)};
}

// 32 bytes of a key file, made from chance where there is none. Two programs that start at once end with the same key.
Result<Digest> load_or_make_key(const Path& file) {
    ready();
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    if (!std::filesystem::exists(file, failed)) {
        const Path beside = file.string() + "." + to_hex(random_bytes(6));
        const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) return io(file, "cannot be made");
        const Bytes fresh = random_bytes(32);
        const bool written = ::write(fd, fresh.data(), fresh.size()) == static_cast<ssize_t>(fresh.size()) && ::fsync(fd) == 0;
        ::close(fd);
        // link() does not replace: the first of two wins.
        const bool linked = written && (::link(beside.c_str(), file.c_str()) == 0 || errno == EEXIST);
        const Error error = io(file, "cannot be made");
        ::unlink(beside.c_str());
        if (!linked) return error;
        if (const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
            ::fsync(folder);
            ::close(folder);
        }
    }
    struct stat about {};
    if (::stat(file.c_str(), &about) != 0) return io(file, "cannot be read");
    if ((about.st_mode & 077) != 0) return Error{ErrorKind::invalid, file.string() + ": others may read this key; it must have mode 0600"};
    auto bytes = read_bytes(file, 64);
    if (!bytes) return bytes.error();
    if (bytes->size() != 32) return Error{ErrorKind::invalid, file.string() + ": is no key (32 bytes are)"};
    Digest key;
    std::copy(bytes->begin(), bytes->end(), key.begin());
    sodium_memzero(bytes->data(), bytes->size());
    return key;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string sha256_hex(const void* data, std::size_t size) {
    return to_hex(sha256({static_cast<const char*>(data), size}));
}

Digest sha256(std::string_view data) {
    Digest digest{};
    // OpenSSL's uses the processor's own instructions: five times as fast as libsodium's, and a batch of records is mostly this. Looked up once: that costs as
    // much as a record does.
    static const EVP_MD* const sha = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    insist(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, sha, nullptr) == 1, "there is no SHA-256");
    return digest;
}

Result<std::string> sha256_hex_of_file(const Path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error{ErrorKind::missing, file.string() + ": cannot be opened"};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::array<char, 65536> block{};
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                                  static_cast<unsigned long long>(in.gcount()));
    }
    if (in.bad()) return Error{ErrorKind::io, file.string() + ": reading failed"};
    Digest digest{};
    crypto_hash_sha256_final(&state, digest.data());
    return to_hex(digest);
}

Bytes random_bytes(std::size_t count) {
    ready();
    Bytes bytes(count);
    if (count > 0) randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.empty()) return Bytes();  // the library wants a place to write to
    Bytes bytes(text.size() / 2);
    std::size_t length = 0;
    const char* end = nullptr;
    if (text.size() % 2 != 0 || sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, &end) != 0 ||
        end != text.data() + text.size())
        return Error{ErrorKind::invalid, "these are no hex digits"};
    return bytes;
}

std::string to_base64url(std::span<const std::uint8_t> bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
    text.pop_back();
    return text;
}

Result<Bytes> from_base64url(std::string_view text) {
    Bytes bytes(text.size() * 3 / 4 + 1);
    std::size_t length = 0;
    const char* end = nullptr;
    if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.data() + text.size())
        return Error{ErrorKind::invalid, "this is no base64url"};
    bytes.resize(length);
    return bytes;
}

bool same_bytes(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string uuid_v7(WallTime when) {
    Bytes b = random_bytes(16);
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, when.unix_ms));
    for (std::size_t i = 0; i < 6; ++i) b[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    b[6] = static_cast<std::uint8_t>(0x70 | (b[6] & 0x0f));
    b[8] = static_cast<std::uint8_t>(0x80 | (b[8] & 0x3f));
    const std::string h = to_hex(b);
    return h.substr(0, 8) + "-" + h.substr(8, 4) + "-" + h.substr(12, 4) + "-" + h.substr(16, 4) + "-" + h.substr(20);
}

Result<SecretKey> SecretKey::load_or_make(const Path& file) {
    auto bytes = load_or_make_key(file);
    if (!bytes) return bytes.error();
    SecretKey key;
    key.bytes_ = *bytes;
    sodium_memzero(bytes->data(), bytes->size());
    return key;
}

SecretKey SecretKey::random() {
    ready();
    SecretKey key;
    randombytes_buf(key.bytes_.data(), key.bytes_.size());
    return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { sodium_memzero(other.bytes_.data(), other.bytes_.size()); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this != &other) {
        bytes_ = other.bytes_;
        sodium_memzero(other.bytes_.data(), other.bytes_.size());
    }
    return *this;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

Bytes SecretKey::seal(std::string_view plain) const {
    Bytes out = random_bytes(crypto_secretbox_NONCEBYTES);
    out.resize(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size());
    crypto_secretbox_easy(out.data() + crypto_secretbox_NONCEBYTES, bytes_of(plain), plain.size(), out.data(), bytes_.data());
    return out;
}

Result<std::string> SecretKey::unseal(std::span<const std::uint8_t> sealed) const {
    constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed.size() < around) return Error{ErrorKind::invalid, "too short for a sealed field"};
    std::string plain(sealed.size() - around, '\0');
    if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), sealed.data() + crypto_secretbox_NONCEBYTES,
                                   sealed.size() - crypto_secretbox_NONCEBYTES, sealed.data(), bytes_.data()) != 0)
        return Error{ErrorKind::invalid, "a sealed field was changed, or sealed with another key"};
    return plain;
}

Digest SecretKey::keyed_hash(std::string_view domain, std::string_view text) const {
    Digest digest{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, bytes_.data(), bytes_.size(), digest.size());
    const auto length = static_cast<std::uint8_t>(domain.size());
    insist(domain.size() < 256, "a hash's domain is a short word");
    crypto_generichash_update(&state, &length, 1);
    crypto_generichash_update(&state, bytes_of(domain), domain.size());
    crypto_generichash_update(&state, bytes_of(text), text.size());
    crypto_generichash_final(&state, digest.data(), digest.size());
    return digest;
}

Result<SigningKey> SigningKey::load_or_make(const Path& file) {
    auto seed = load_or_make_key(file);
    if (!seed) return seed.error();
    SigningKey key = from_seed(*seed);
    sodium_memzero(seed->data(), seed->size());
    return key;
}

SigningKey SigningKey::from_seed(const Digest& seed) {
    ready();
    SigningKey key;
    crypto_sign_seed_keypair(key.public_.data(), key.secret_.data(), seed.data());
    return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept : secret_(other.secret_), public_(other.public_) {
    sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
    if (this != &other) {
        secret_ = other.secret_;
        public_ = other.public_;
        sodium_memzero(other.secret_.data(), other.secret_.size());
    }
    return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

Signature SigningKey::sign(std::string_view message) const {
    Signature signature{};
    crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), secret_.data());
    return signature;
}

bool signature_holds(const PublicKey& key, std::string_view message, const Signature& signature) {
    return crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(), key.data()) == 0;
}

Bytes sealed_to(const PublicKey& reader, std::string_view plain) {
    ready();
    std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> box_key{};
    insist(crypto_sign_ed25519_pk_to_curve25519(box_key.data(), reader.data()) == 0, "sealing to what is no key");
    Bytes sealed(plain.size() + crypto_box_SEALBYTES);
    crypto_box_seal(sealed.data(), bytes_of(plain), plain.size(), box_key.data());
    return sealed;
}

Result<std::string> unsealed_by(const SigningKey& reader, std::span<const std::uint8_t> sealed) {
    ready();
    if (sealed.size() < crypto_box_SEALBYTES) return Error{ErrorKind::invalid, "a sealed box is cut off"};
    std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> box_public{};
    std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> box_secret{};
    std::string plain(sealed.size() - crypto_box_SEALBYTES, '\0');
    const bool opened = crypto_sign_ed25519_pk_to_curve25519(box_public.data(), reader.public_.data()) == 0 &&
                        crypto_sign_ed25519_sk_to_curve25519(box_secret.data(), reader.secret_.data()) == 0 &&
                        crypto_box_seal_open(reinterpret_cast<unsigned char*>(plain.data()), sealed.data(), sealed.size(), box_public.data(), box_secret.data()) == 0;
    sodium_memzero(box_secret.data(), box_secret.size());
    if (!opened) return Error{ErrorKind::invalid, "a sealed box was changed, or is for somebody else"};
    return plain;
}

std::string hash_pin(std::string_view pin) {
    ready();
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    constexpr std::size_t memory_bytes = 19u << 20;
    insist(crypto_pwhash_str_alg(hash.data(), pin.data(), pin.size(), 2, memory_bytes, crypto_pwhash_ALG_ARGON2ID13) == 0,
           "no memory to hash a PIN");
    hash.resize(std::strlen(hash.c_str()));
    return hash;
}

bool pin_matches(const std::string& hash, std::string_view pin) {
    ready();
    return crypto_pwhash_str_verify(hash.c_str(), pin.data(), pin.size()) == 0;
}

}  // namespace xinghuo
