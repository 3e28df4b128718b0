// A folder with keys, built packs and a repository, and the commands of xinghuo-pack as somebody would type them, on a day that a test says.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/client.h"
#include "content/trust/directory_transport.h"
#include "tools/packer/commands.h"

namespace xinghuo {

using ShownPacks = std::map<std::string, std::int64_t>;  // "packs/tsinghua/first.json" → 3

// Every file of a folder and what is in it, as its hash.
inline std::map<std::string, std::string> contents_of(const Path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) all[std::filesystem::relative(entry.path(), folder).string()] = *sha256_hex_of_file(entry.path());
    return all;
}

class SigningRoom {
public:
    SigningRoom() : SigningRoom((::access("/dev/shm", W_OK) == 0 ? Path("/dev/shm") : std::filesystem::temp_directory_path()) /
                                fmt::format("xinghuo-signing-{}-{}", ::getpid(), static_cast<const void*>(this))) {}
    explicit SigningRoom(Path place) : folder(std::move(place)) { std::filesystem::create_directories(folder); }
    ~SigningRoom() { std::filesystem::remove_all(folder); }
    SigningRoom(const SigningRoom&) = delete;
    SigningRoom& operator=(const SigningRoom&) = delete;

    // The exit code; what was said and complained of stays in `said`.
    int run(Words words) {
        words.insert(words.end(), {"--now", now});
        said.clear();
        const auto hear = [this](const std::string& line) { said += line + "\n"; };
        const Commander from{{}, hear, hear};
        if (words[0] == "keys") return keys_command(words, from);
        if (words[0] == "sign") return sign_command(words, from);
        if (words[0] == "publish") return publish_command(words, from);
        REQUIRE(words[0] == "demo");
        return demo_command(words, from);
    }
    void must(const Words& words) {
        const int code = run(words);
        INFO(said);
        REQUIRE(code == 0);
    }
    // Refused with code 1, and a sentence with these words in it.
    void refused(const Words& words, const std::string& because) {
        const int code = run(words);
        INFO(said);
        CHECK(code == 1);
        CHECK(said.find(because) != std::string::npos);
    }
    [[nodiscard]] bool heard(const std::string& words) const { return said.find(words) != std::string::npos; }

    std::string key(const std::string& name, const std::string& scheme = "ed25519") {
        must({"keys", "make", name, "--scheme", scheme, "--no-passphrase", "--out", at("keys")});
        return at("keys/" + name + ".pem");
    }
    [[nodiscard]] std::string at(const std::string& path) const { return (folder / path).string(); }
    [[nodiscard]] std::string pem(const std::string& name) const { return at("keys/" + name + ".pem"); }
    [[nodiscard]] std::string pub(const std::string& name) const { return at("keys/" + name + ".pub.json"); }
    [[nodiscard]] std::string repository() const { return at("repository"); }
    [[nodiscard]] std::string draft(const std::string& name) const { return at("drafts/" + name); }

    // A built pack: `files` are paths and contents.
    std::string pack(const std::string& id, int version, const std::map<std::string, std::string>& files, bool approved = true) {
        const Path to = folder / "packs" / fmt::format("{}-{}", id, version);
        std::filesystem::remove_all(to);
        JsonWriter w;
        w.object().key("schema_version").value(1).key("id").value(id).key("version").value(version);
        w.key("title").object().key("zh").value("包 " + id).key("en").value("Pack " + id).end();
        if (approved) w.key("approvals").array().object().key("role").value("史料审核").key("at").value("2026-06-30").end().end();
        w.key("sections").array().end().key("items").array().end().key("files").array();
        for (const auto& [path, bytes] : files) {
            const std::string sha256 = sha256_hex(bytes.data(), bytes.size());
            REQUIRE(write_file(to / "blobs" / sha256.substr(0, 2) / sha256, bytes));
            w.object().key("path").value(path).key("sha256").value(sha256).key("length").value(bytes.size()).end();
        }
        REQUIRE(write_file(to / "manifest.json", w.end().end().text()));
        return to.string();
    }

    // Keys for everybody, a root with threshold 1, packs/tsinghua/* and the centre; published once, empty.
    void begin() {
        for (const char* name : {"root", "targets", "snapshot", "timestamp", "tsinghua", "centre"}) key(name);
        must({"keys", "root", "--new", "--root-key", pem("root"), "--targets-key", pem("targets"), "--snapshot-key", pem("snapshot"), "--timestamp-key",
              pem("timestamp"), "--out", at("drafts")});
        must({"publish", repository(), "--root", draft("1.root.json")});
        must({"keys", "delegate", repository(), "--organisation", "tsinghua", "--role-key", pub("tsinghua"), "--out", at("drafts")});
        must({"keys", "delegate", repository(), "--centre", "--role-key", pub("centre"), "--key", pem("targets"), "--out", at("drafts")});
        for (const std::string role : {"packs-tsinghua", "centre"})
            must({"sign", "--renew", role, "--repository", repository(), "--with", draft("1.targets.json"), "--key", role == "centre" ? pem("centre") : pem("tsinghua"),
                  "--out", at("drafts")});
        must(publishing({"--signed", draft("1.targets.json"), "--signed", draft("1.packs-tsinghua.json"), "--signed", draft("1.centre.json")}));
    }
    // publish REPOSITORY … with the online keys.
    [[nodiscard]] Words publishing(const Words& more) const {
        Words words{"publish", repository(), "--snapshot-key", pem("snapshot"), "--timestamp-key", pem("timestamp")};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    [[nodiscard]] Words publishing_pack(const std::string& pack_folder) const {
        return publishing({"--pack", pack_folder, "--targets-key", pem("tsinghua")});
    }

    Path folder;
    std::string now = "2026-07-01T00:00:00Z", said;
};

// A terminal that has the repository's first root.
class SignedTerminal {
public:
    explicit SignedTerminal(const SigningRoom& room, const std::string& name = "terminal")
        : folder_(room.folder / name), client_(begin(folder_, room.folder / "repository/metadata/1.root.json")) {}

    Result<void> refresh(const Path& repository, const std::string& now) {
        auto from = DirectoryTransport::open(repository, "the folder");
        REQUIRE(from);
        return client_.refresh(**from, wall_time_from_iso(now));
    }
    // Names and versions of every pack.
    ShownPacks packs(const Path& repository, const std::string& now) {
        auto from = DirectoryTransport::open(repository, "the folder");
        REQUIRE(from);
        ShownPacks all;
        const auto targets = client_.list("packs/", **from, wall_time_from_iso(now));
        INFO((targets ? std::string() : targets.error().what));
        REQUIRE(targets);
        for (const Target& target : *targets) {
            const auto bytes = client_.fetch(target, **from, 1u << 20);
            INFO((bytes ? std::string() : bytes.error().what));
            REQUIRE(bytes);
            JsonDocument manifest;
            REQUIRE(manifest.parse(*bytes));
            all[target.name] = manifest.root()["version"].integer();
            for (const JsonNode& file : manifest.root()["files"].items()) {
                const std::string sha256 = file["sha256"].string();
                const auto blob = sha256_hex_of_file(repository / "blobs" / sha256.substr(0, 2) / sha256);
                REQUIRE(blob);
                CHECK(*blob == sha256);
            }
        }
        return all;
    }
    Result<std::optional<Target>> find(const std::string& name, const Path& repository, const std::string& now) {
        auto from = DirectoryTransport::open(repository, "the folder");
        REQUIRE(from);
        return client_.find(name, **from, wall_time_from_iso(now));
    }
    std::string fetch(const Target& target, const Path& repository) {
        auto from = DirectoryTransport::open(repository, "the folder");
        REQUIRE(from);
        const auto bytes = client_.fetch(target, **from, 1u << 20);
        REQUIRE(bytes);
        return *bytes;
    }
    [[nodiscard]] TrustClient& client() { return client_; }

private:
    static TrustClient begin(const Path& folder, const Path& root) {
        const auto bytes = read_text(root);
        REQUIRE(bytes);
        REQUIRE(TrustClient::init(folder, *bytes));
        auto client = TrustClient::open(folder);
        REQUIRE(client);
        return std::move(*client);
    }
    Path folder_;
    TrustClient client_;
};

}  // namespace xinghuo
