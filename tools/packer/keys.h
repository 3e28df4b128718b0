// Keys of those who sign. A pair is two files:
//
//     NAME.pem       the private half: PEM, mode 0600, sealed with a passphrase unless somebody said otherwise; never leaves its owner
//     NAME.pub.json  the public half, as metadata writes it: {"keytype": …, "scheme": …, "keyval": {"public": …}}
//
// A key in a token (smart card, PIV, HSM) has only the second file, and a command of its owner that signs: the bytes go to the command's
// standard input, the signature comes on its standard output (ECDSA: DER; `openssl dgst -sha256 -sign`, `pkcs11-tool --sign`).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "content/trust/key.h"
#include "tools/packer/options.h"

namespace xinghuo {

// Where a passphrase comes from; `what` names the key for the person who is asked.
using AskPassphrase = std::function<Result<std::string>(const std::string& what)>;
// The first line of a file.
AskPassphrase passphrase_from_file(Path file);
// Asks on the terminal, where what is typed is not shown; `missing` without one. `twice`: the same once more, for a new key.
AskPassphrase passphrase_from_terminal(bool twice);

// Writes both files. Refuses to write over a key. An empty passphrase: not sealed.
Result<KeyText> make_key_files(const Path& folder, const std::string& name, KeyScheme scheme, const std::string& passphrase);

std::string public_key_json(const KeyText& key);
// From NAME.pub.json, NAME.pem (its passphrase may be asked), or a public key in PEM as other programs write it.
Result<KeyText> read_public_key(const Path& file, const AskPassphrase& ask);
// The same, and from NAME.pub.json beside NAME.pem when that is there: so nobody is asked for a passphrase.
Result<KeyText> public_half(const Path& file, const AskPassphrase& ask);
// "ed25519", "p256", "rsa".
Result<KeyScheme> scheme_named(std::string_view name);
// For comparing by telephone: "3f2a 91c0 …", the first 16 bytes of the id.
std::string fingerprint(const KeyText& key);

// Somebody who signs: a private key in a file, or in a token behind a command.
class Signer {
public:
    static Result<Signer> from_file(const Path& pem, const AskPassphrase& ask);
    static Result<Signer> from_command(const Path& public_file, std::string command);
    static Signer from_key(PrivateKey key, std::string name);

    [[nodiscard]] const KeyText& key() const { return key_; }
    [[nodiscard]] std::string id() const { return key_id(key_); }
    [[nodiscard]] const std::string& name() const { return name_; }  // "approver.pem": the file's name, for sentences
    // The metadata with this signature added. What a command answered is verified first: `untrusted` when it is by another key.
    [[nodiscard]] Result<std::string> signed_with(std::string_view metadata) const;

private:
    Signer() = default;
    KeyText key_;
    std::string name_, command_;
    std::optional<PrivateKey> private_;
};

// --key FILE [--sign-with COMMAND] …: every `name` option as a signer; a --sign-with belongs to the key before it. Passphrases come from
// --passphrase-file, or from the terminal.
Result<std::vector<Signer>> signers_of(const CommandOptions& options, std::string_view name);
AskPassphrase passphrase_of(const CommandOptions& options);

}  // namespace xinghuo
