#include "tools/packer/keys.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/support/signing_room.h"

using namespace xinghuo;

namespace {

const AskPassphrase nobody_asks = [](const std::string& what) -> Result<std::string> { return Error{ErrorKind::missing, what + " asked"}; };

mode_t mode_of(const std::string& file) {
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    return about.st_mode & 0777u;
}

}  // namespace

TEST_CASE("a pair of keys is made, shown, and never written over", "[keys]") {
    SigningRoom room;
    for (const std::string scheme : {"ed25519", "p256"}) {
        const std::string file = room.key(scheme, scheme);
        CHECK(mode_of(file) == 0600);
        const auto key = read_public_key(room.pub(scheme), nobody_asks);
        REQUIRE(key);
        const auto whole = read_public_key(file, nobody_asks);
        REQUIRE(whole);
        CHECK(key_id(*key) == key_id(*whole));
        room.must({"keys", "show", room.pub(scheme)});
        CHECK(room.heard(key_id(*key)));
        CHECK(room.heard(fingerprint(*key)));
        const auto before = read_text(file);
        room.refused({"keys", "make", scheme, "--no-passphrase", "--out", room.at("keys")}, "never written over");
        CHECK(*read_text(file) == *before);
    }
    room.refused({"keys", "make", "x", "--scheme", "dsa", "--no-passphrase", "--out", room.at("keys")}, "is no scheme");
    room.refused({"keys", "make", "../x", "--no-passphrase", "--out", room.at("keys")}, "no name for a file");
    room.refused({"keys", "make", "x", "--no-passphrase"}, "--out DIR");
    room.refused({"keys", "show", room.at("keys/nobody.pem")}, "nobody.pem");
}

TEST_CASE("a passphrase seals the private key", "[keys]") {
    SigningRoom room;
    REQUIRE(write_file(room.at("right"), "很长的口令 of nine words\n"));
    REQUIRE(write_file(room.at("wrong"), "another\n"));
    REQUIRE(write_file(room.at("empty"), "\n"));
    room.must({"keys", "make", "approver", "--passphrase-file", room.at("right"), "--out", room.at("keys")});
    const std::string file = room.pem("approver");
    CHECK(mode_of(file) == 0600);
    CHECK(read_text(file)->find("ENCRYPTED") != std::string::npos);
    CHECK(Signer::from_file(file, passphrase_from_file(room.at("right"))));
    const auto refused = Signer::from_file(file, passphrase_from_file(room.at("wrong")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::untrusted);
    CHECK(refused.error().what == "approver.pem: wrong passphrase");
    CHECK_FALSE(Signer::from_file(file, passphrase_from_file(room.at("empty"))));
    CHECK_FALSE(Signer::from_file(file, passphrase_from_file(room.at("nowhere"))));
    CHECK(Signer::from_file(room.at("keys/nobody.pem"), nobody_asks).error().kind == ErrorKind::missing);
    CHECK_FALSE(Signer::from_file(room.pub("approver"), nobody_asks));
    room.refused({"keys", "make", "other", "--passphrase-file", room.at("empty"), "--out", room.at("keys")}, "empty line");
}

TEST_CASE("a key in a token signs through its own command", "[keys]") {
    if (!std::filesystem::exists("/usr/bin/openssl")) {
        WARN("no openssl program here");
        return;
    }
    SigningRoom room;
    room.key("token", "p256");
    room.key("other", "p256");
    room.key("plain");
    const std::string command = "openssl dgst -sha256 -sign '" + room.pem("token") + "'";
    const auto signer = Signer::from_command(room.pub("token"), command);
    REQUIRE(signer);
    const std::string text = R"({"signed":{"_type":"root","text":")" + std::string(200'000, 'x') + R"("},"signatures":[]})";  // more than a pipe holds
    const auto with = signer->signed_with(text);
    INFO((with ? std::string() : with.error().what));
    REQUIRE(with);
    CHECK(with->find(signer->id()) != std::string::npos);

    const auto another = Signer::from_command(room.pub("other"), command);
    REQUIRE(another);
    CHECK(another->signed_with(text).error().kind == ErrorKind::untrusted);
    const auto broken = Signer::from_command(room.pub("token"), "echo 'no card in the reader' >&2; exit 3");
    REQUIRE(broken);
    CHECK(broken->signed_with(text).error().what.find("no card in the reader") != std::string::npos);
    CHECK(Signer::from_command(room.pub("token"), "true")->signed_with(text).error().kind == ErrorKind::untrusted);
    CHECK_FALSE(Signer::from_command(room.pem("token"), command));

    // A whole root by two: a file's key and a token's.
    room.must({"keys", "root", "--new", "--root-key", room.pem("plain"), "--root-key", room.pub("token"), "--threshold", "2", "--targets-key",
               room.pub("plain"), "--snapshot-key", room.pub("plain"), "--timestamp-key", room.pub("plain"), "--out", room.at("drafts")});
    CHECK(room.heard("1 of 2 signatures; send the file to another approver"));
    room.refused({"publish", room.repository(), "--root", room.draft("1.root.json")}, "1 of 2 signatures");
    CHECK_FALSE(std::filesystem::exists(room.repository()));
    room.refused({"sign", room.draft("1.root.json"), "--key", room.pem("other")}, "may not sign for the root");
    room.must({"sign", room.draft("1.root.json"), "--key", room.pub("token"), "--sign-with", command});
    CHECK(room.heard("2 of 2 signatures: complete"));
    room.must({"publish", room.repository(), "--root", room.draft("1.root.json")});
}

TEST_CASE("a root that nobody could sign is not made", "[keys]") {
    SigningRoom room;
    room.key("one");
    room.key("two");
    const Words rest{"--targets-key", room.pub("one"), "--snapshot-key", room.pub("one"), "--timestamp-key", room.pub("one"), "--out", room.at("drafts")};
    const auto root = [&](Words words) {
        words.insert(words.begin(), {"keys", "root", "--new"});
        words.insert(words.end(), rest.begin(), rest.end());
        return words;
    };
    room.refused(root({}), "root would have no key");
    room.refused(root({"--root-key", room.pem("one"), "--threshold", "2"}), "threshold of 2 that nobody can reach");
    room.refused(root({"--root-key", room.pem("one"), "--root-key", room.pub("one"), "--threshold", "2"}), "the same key stands twice");
    room.refused(root({"--root-key", room.pem("one"), "--expires", "2026-06-30"}), "expired already");
    room.refused(root({"--root-key", room.pem("one"), "--expires", "soon"}), "is no date");
    room.refused(root({"--root-key", room.pem("one"), "--threshold", "many"}), "whole number");
    room.must(root({"--root-key", room.pem("one"), "--root-key", room.pem("two"), "--threshold", "2"}));
    CHECK(room.heard("2 of 2 signatures: complete"));
    room.must({"keys", "show", room.draft("1.root.json")});
    CHECK(room.heard("root: 2 of 2"));
}

TEST_CASE("every role's key is replaced, and a terminal follows", "[keys]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}})));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    int root_version = 1;
    for (const std::string role : {"timestamp", "snapshot", "targets", "root"}) {
        INFO(role);
        const std::string fresh = role + "2";
        room.key(fresh);
        const std::string file = room.draft(fmt::format("{}.root.json", ++root_version));
        room.must({"keys", "rotate", room.repository(), "--replace", role + "=" + room.pub(fresh), "--key", room.pem("root"), "--out", room.at("drafts")});
        if (role == "root") {
            room.refused(room.publishing({"--root", file}), "signatures");  // the new key has not agreed yet
            room.must({"sign", file, "--repository", room.repository(), "--key", room.pem(fresh)});
        }
        std::filesystem::copy_file(room.pem(fresh), room.pem(role), std::filesystem::copy_options::overwrite_existing);
        Words publish = room.publishing({"--root", file});
        if (role == "targets") {
            room.refused(publish, "targets is signed by none of its keys");
            room.must({"sign", "--renew", "targets", "--repository", room.repository(), "--with", file, "--key", room.pem(role), "--out", room.at("drafts")});
            publish.insert(publish.end(), {"--signed", room.draft("2.targets.json")});
        }
        room.must(publish);
        const auto refreshed = terminal.refresh(room.repository(), room.now);
        INFO((refreshed ? std::string() : refreshed.error().what));
        REQUIRE(refreshed);
        CHECK(terminal.client().versions().root == root_version);
        CHECK(terminal.packs(room.repository(), room.now).at("packs/tsinghua/first.json") == 1);
    }
    // One that slept through all of it.
    SignedTerminal late(room, "late");
    REQUIRE(late.refresh(room.repository(), room.now));
    CHECK(late.client().versions().root == root_version);
    CHECK(late.packs(room.repository(), room.now).at("packs/tsinghua/first.json") == 1);
}

TEST_CASE("a revoked key signs nothing any more", "[keys]") {
    SigningRoom room;
    room.begin();
    room.key("second");
    const std::string pack = room.pack("first", 1, {{"a", "alpha"}});
    room.refused({"keys", "revoke", room.repository(), room.pub("tsinghua"), "--out", room.at("drafts")}, "give the role another key first");
    room.refused({"keys", "revoke", room.repository(), room.pub("second"), "--out", room.at("drafts")}, "may sign nothing there already");
    room.must({"keys", "delegate", room.repository(), "--organisation", "tsinghua", "--role-key", room.pub("tsinghua"), "--role-key", room.pub("second"),
               "--key", room.pem("targets"), "--out", room.at("drafts")});
    room.must(room.publishing({"--signed", room.draft("2.targets.json")}));
    room.must(room.publishing_pack(pack));

    room.must({"keys", "revoke", room.repository(), room.pub("tsinghua"), "--key", room.pem("targets"), "--out", room.at("drafts")});
    // What it signed would not hold; the other key says it again first.
    room.refused(room.publishing({"--signed", room.draft("3.targets.json")}), "packs-tsinghua is signed by none of its keys");
    room.must({"sign", "--renew", "packs-tsinghua", "--repository", room.repository(), "--key", room.pem("second"), "--out", room.at("drafts")});
    room.must(room.publishing({"--signed", room.draft("3.targets.json"), "--signed", room.draft("3.packs-tsinghua.json")}));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now).at("packs/tsinghua/first.json") == 1);
    room.refused(room.publishing_pack(room.pack("first", 2, {{"a", "beta"}})), "may not sign for packs/tsinghua/*");

    // A root key: the root must keep its threshold.
    room.refused({"keys", "revoke", room.repository(), room.pub("root"), "--out", room.at("drafts")}, "root would have no key");
}
