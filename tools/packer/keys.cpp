#include "tools/packer/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "content/base/descriptor.h"
#include "content/base/json.h"
#include "content/trust/metadata.h"
#include "content/trust/repository.h"
#include "tools/packer/process.h"
#include "tools/packer/scratch.h"

namespace xinghuo {
namespace {

constexpr std::size_t key_file_limit_bytes = 64'000, passphrase_limit_bytes = 1'024;

// For its owner's eyes from its first byte on; never over another file.
Result<void> write_private(const Path& file, std::string_view text) {
    const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) {
        if (errno == EEXIST) return Error{ErrorKind::invalid, file.filename().string() + " is there already; a key is never written over"};
        return Error{ErrorKind::io, file.string() + ": " + std::strerror(errno)};
    }
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(fd.get()) != 0) {
        Error error{ErrorKind::io, file.string() + ": " + std::strerror(errno)};
        ::unlink(file.c_str());
        return error;
    }
    return {};
}

Result<std::string> typed_line(const std::string& words) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    termios shown{};
    if (!terminal || ::tcgetattr(terminal.get(), &shown) != 0)
        return Error{ErrorKind::missing, "no terminal to ask on; give it with --passphrase-file FILE"};
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    const auto say = [&](const std::string& text) { return ::write(terminal.get(), text.data(), text.size()) >= 0; };
    if (!say(words + ": ") || ::tcsetattr(terminal.get(), TCSAFLUSH, &hidden) != 0) return Error{ErrorKind::io, "the terminal does not answer"};
    std::string line;
    char c = 0;
    while (line.size() < passphrase_limit_bytes && ::read(terminal.get(), &c, 1) == 1 && c != '\n') line += c;
    (void)::tcsetattr(terminal.get(), TCSAFLUSH, &shown);
    (void)say("\n");
    return line;
}

bool is_sealed(std::string_view pem) { return pem.find("ENCRYPTED") != std::string_view::npos; }

Result<PrivateKey> open_private(const Path& file, std::string_view pem, const AskPassphrase& ask) {
    std::string passphrase;
    if (is_sealed(pem)) {
        auto answer = ask(file.filename().string());
        if (!answer) return answer.error().within("the passphrase of " + file.filename().string());
        passphrase = std::move(*answer);
    }
    auto key = PrivateKey::read(pem, passphrase);
    if (!key && key.error().kind == ErrorKind::untrusted) return Error{ErrorKind::untrusted, "wrong passphrase"}.within(file.filename().string());
    if (!key) return key.error().within(file.filename().string());
    return key;
}

// Any size: a token's command reads it from a file, as its standard input.
Result<std::string> answer_of(const std::string& command, std::string_view message) {
    auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Path input = scratch->folder() / "message";
    if (auto written = write_file(input, message); !written) return written.error();
    auto answer = run_program("/bin/sh", {"-c", "exec <\"$0\"\n" + command, input.string()}, "");
    if (!answer) return answer.error().within("the signing command");
    return answer;
}

}  // namespace

AskPassphrase passphrase_from_file(Path file) {
    return [file = std::move(file)](const std::string&) -> Result<std::string> {
        auto text = read_text(file, passphrase_limit_bytes);
        if (!text) return text.error();
        std::string line = text->substr(0, text->find('\n'));
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) return Error{ErrorKind::invalid, file.filename().string() + " begins with an empty line"};
        return line;
    };
}

AskPassphrase passphrase_from_terminal(bool twice) {
    return [twice](const std::string& what) -> Result<std::string> {
        auto line = typed_line("Passphrase of " + what);
        if (!line || !twice) return line;
        const auto again = typed_line("The same once more");
        if (!again) return again;
        if (*again != *line) return Error{ErrorKind::invalid, "the two are not the same"};
        if (line->empty()) return Error{ErrorKind::invalid, "an empty passphrase; --no-passphrase says that this is wanted"};
        return line;
    };
}

Result<KeyText> make_key_files(const Path& folder, const std::string& name, KeyScheme scheme, const std::string& passphrase) {
    if (!is_safe_relative_path(name) || name.find('/') != std::string::npos || name.starts_with('.'))
        return Error{ErrorKind::invalid, "\"" + name + "\" is no name for a file"};
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const Path public_file = folder / (name + ".pub.json");
    if (std::filesystem::exists(public_file, failed))
        return Error{ErrorKind::invalid, public_file.filename().string() + " is there already; a key is never written over"};
    const auto key = PrivateKey::make(scheme);
    if (!key) return key.error();
    const auto pem = key->pem(passphrase);
    if (!pem) return pem.error();
    if (auto written = write_private(folder / (name + ".pem"), *pem); !written) return written.error();
    if (auto written = write_file(public_file, public_key_json(key->public_text())); !written) return written.error();
    return key->public_text();
}

std::string public_key_json(const KeyText& key) {
    JsonWriter to(1);
    return to.object().key("keytype").value(key.keytype).key("scheme").value(key.scheme).key("keyval").object().key("public").value(key.public_text)
               .end().end().text() + "\n";
}

Result<KeyText> read_public_key(const Path& file, const AskPassphrase& ask) {
    const std::string name = file.filename().string();
    const auto text = read_text(file, key_file_limit_bytes);
    if (!text) return text.error().kind == ErrorKind::missing ? Error{ErrorKind::missing, "there is no key " + file.string()} : text.error();
    if (text->find("PRIVATE KEY-----") != std::string::npos) {
        const auto key = open_private(file, *text, ask);
        if (!key) return key.error();
        return key->public_text();
    }
    if (text->starts_with("-----BEGIN PUBLIC KEY-----")) {
        for (const KeyText& guess : {KeyText{"ecdsa", "ecdsa-sha2-nistp256", *text}, KeyText{"rsa", "rsassa-pss-sha256", *text}})
            if (VerifyingKey::read(guess)) return guess;
        return Error{ErrorKind::unsupported, name + ": a public key in PEM is P-256 or RSA here"};
    }
    JsonDocument document;
    if (auto parsed = document.parse(*text); !parsed) return parsed.error().within(name);
    const JsonNode root = document.root();
    KeyText key{root["keytype"].string(), root["scheme"].string(), root["keyval"]["public"].string()};
    if (!document.good()) return document.error().within(name);
    if (auto usable = VerifyingKey::read(key); !usable) return usable.error().within(name);
    return key;
}

Result<KeyText> public_half(const Path& file, const AskPassphrase& ask) {
    std::error_code failed;
    Path beside = file;
    if (beside.extension() == ".pem") beside.replace_extension(".pub.json");
    return read_public_key(std::filesystem::exists(beside, failed) ? beside : file, ask);
}

Result<KeyScheme> scheme_named(std::string_view name) {
    if (name == "ed25519") return KeyScheme::ed25519;
    if (name == "p256") return KeyScheme::p256;
    if (name == "rsa") return KeyScheme::rsa_pss;
    return Error{ErrorKind::invalid, "\"" + std::string(name) + "\" is no scheme; there are ed25519, p256 and rsa"};
}

std::string fingerprint(const KeyText& key) {
    const std::string id = key_id(key);
    std::string text;
    for (std::size_t i = 0; i < 32; i += 4) text += (i > 0 ? " " : "") + id.substr(i, 4);
    return text;
}

Result<Signer> Signer::from_file(const Path& pem, const AskPassphrase& ask) {
    const auto text = read_text(pem, key_file_limit_bytes);
    if (!text) return text.error().kind == ErrorKind::missing ? Error{ErrorKind::missing, "there is no key " + pem.string()} : text.error();
    if (text->find("PRIVATE KEY-----") == std::string::npos)
        return Error{ErrorKind::invalid, pem.filename().string() + " is no private key; for a key in a token say --sign-with COMMAND behind it"};
    auto key = open_private(pem, *text, ask);
    if (!key) return key.error();
    return from_key(std::move(*key), pem.filename().string());
}

Result<Signer> Signer::from_command(const Path& public_file, std::string command) {
    const auto text = read_text(public_file, key_file_limit_bytes);
    if (text && text->find("PRIVATE KEY-----") != std::string::npos)
        return Error{ErrorKind::invalid, public_file.filename().string() + " is a private key; --sign-with wants the public one before it"};
    auto key = read_public_key(public_file, [](const std::string&) -> Result<std::string> { return Error{ErrorKind::invalid, "a private key"}; });
    if (!key) return key.error();
    Signer signer;
    signer.key_ = std::move(*key);
    signer.name_ = public_file.filename().string();
    signer.command_ = std::move(command);
    return signer;
}

Signer Signer::from_key(PrivateKey key, std::string name) {
    Signer signer;
    signer.key_ = key.public_text();
    signer.name_ = std::move(name);
    signer.private_ = std::move(key);
    return signer;
}

Result<std::string> Signer::signed_with(std::string_view metadata) const {
    if (private_) return with_signature(metadata, *private_);
    const auto message = signing_input(metadata);
    if (!message) return message.error();
    const auto answer = answer_of(command_, *message);
    if (!answer) return answer.error();
    const std::span<const std::uint8_t> signature(reinterpret_cast<const std::uint8_t*>(answer->data()), answer->size());
    const auto key = VerifyingKey::read(key_);
    if (!key) return key.error();
    if (!key->verifies(*message, signature))
        return Error{ErrorKind::untrusted, "what the signing command answered is no signature by " + name_ + " (another key, or not DER?)"};
    return with_signature(metadata, key_, signature);
}

AskPassphrase passphrase_of(const CommandOptions& options) {
    if (const auto file = options.one("--passphrase-file")) return passphrase_from_file(*file);
    return passphrase_from_terminal(false);
}

Result<std::vector<Signer>> signers_of(const CommandOptions& options, std::string_view name) {
    std::vector<Signer> signers;
    const auto& given = options.given();
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].first != name) continue;
        const bool token = i + 1 < given.size() && given[i + 1].first == "--sign-with";
        auto signer = token ? Signer::from_command(given[i].second, given[i + 1].second) : Signer::from_file(given[i].second, passphrase_of(options));
        if (!signer) return signer.error();
        signers.push_back(std::move(*signer));
    }
    return signers;
}

}  // namespace xinghuo
