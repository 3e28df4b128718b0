#include "content/base/crypto.h"

#include <sodium.h>

#include <array>
#include <fstream>

namespace xinghuo {
namespace {

std::string hex(const std::array<unsigned char, crypto_hash_sha256_BYTES>& digest) {
    std::string text(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    text.pop_back();
    return text;
}

}  // namespace

std::string sha256_hex(const void* data, std::size_t size) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), static_cast<const unsigned char*>(data), size);
    return hex(digest);
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
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&state, digest.data());
    return hex(digest);
}

}  // namespace xinghuo
