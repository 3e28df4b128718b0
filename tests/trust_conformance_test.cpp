// The cases of the public conformance suite for clients of The Update Framework (github.com/theupdateframework/tuf-conformance), against
// ours: what is accepted, what lies in the folder afterwards, and which requests were made.
#include <catch2/catch.hpp>

#include "tests/support/trust_repository.h"

namespace xinghuo {
namespace {

using Strings = std::vector<std::string>;

// One text for another, once; a test that changes nothing is no test.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a first refresh asks for four files and keeps them byte for byte", "[trust]") {
    TrustRepository repository;
    repository.published["timestamp"].back() += " \n";
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(repository.requests == Strings{"metadata/2.root.json", "metadata/timestamp.json", "metadata/1.snapshot.json", "metadata/1.targets.json"});
    for (const char* role : {"root", "timestamp", "snapshot", "targets"}) CHECK(terminal.file(role) == repository.published[role].back());
    CHECK(terminal.trusted() == "root 1, snapshot 1, targets 1, timestamp 1");

    // What is still current is not asked for again.
    repository.requests.clear();
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(repository.requests == Strings{"metadata/2.root.json", "metadata/timestamp.json"});
}

TEST_CASE("a download of what nobody signs refreshes first", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.download("nothing")) == "missing");
    CHECK(repository.metadata_requests() == Strings{"root 2", "timestamp", "snapshot 1", "targets 1"});
    CHECK(terminal.trusted() == "root 1, snapshot 1, targets 1, timestamp 1");
}

TEST_CASE("a first root that is broken or unsigned starts nothing", "[trust]") {
    TrustRepository repository;
    const std::string good = repository.published["root"].front();
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-trust-init-{}", ::getpid());
    std::filesystem::remove_all(folder);
    CHECK(outcome(TrustClient::init(folder, changed(good, "\"version\"", "\"revision\""))) == "invalid");
    CHECK(outcome(TrustClient::init(folder, changed(good, "\"sig\": \"", "\"sig\": \"00"))) == "untrusted");
    CHECK(outcome(TrustClient::open(folder)) == "missing");
    // Somebody else's copy of it in the folder is no better.
    REQUIRE(write_file(folder / "root.json", changed(good, "\"sig\": \"", "\"sig\": \"00")));
    CHECK(outcome(TrustClient::open(folder)) == "untrusted");
    std::filesystem::remove_all(folder);
}

TEST_CASE("a role that is not signed stops the refresh there", "[trust]") {
    const auto [role, trusted] = GENERATE(table<std::string, std::string>({{"root", "root 1"},
                                                                           {"timestamp", "root 2"},
                                                                           {"snapshot", "root 2, timestamp 2"},
                                                                           {"targets", "root 2, snapshot 2, timestamp 2"}}));
    CAPTURE(role);
    TrustRepository repository;
    repository.signers[role].clear();
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.refresh()) == "untrusted");
    CHECK(terminal.trusted() == trusted);
}

TEST_CASE("a version that is not the one of its address is refused", "[trust]") {
    const auto [role, trusted] = GENERATE(table<std::string, std::string>(
        {{"root", "root 1"}, {"snapshot", "root 2, timestamp 2"}, {"targets", "root 2, snapshot 2, timestamp 2"}}));
    CAPTURE(role);
    TrustRepository repository;
    ++repository.part(role).version;
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    // The addresses count up, whatever the files say.
    if (role == "snapshot") --repository.timestamp.snapshot.version;
    if (role == "targets") --repository.snapshot.meta["targets.json"].version;
    repository.published["snapshot"].back() = repository.signed_text("snapshot");
    repository.published["timestamp"].back() = repository.signed_text("timestamp");
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.refresh()) == "untrusted");
    CHECK(terminal.trusted() == trusted);
}

TEST_CASE("a timestamp of the same version does not replace the one that is here", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    const std::string here = terminal.file("timestamp");
    repository.timestamp.snapshot.version = 100;
    repository.published["timestamp"].back() = repository.signed_text("timestamp");
    repository.requests.clear();
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(repository.metadata_requests() == Strings{"root 2", "timestamp"});
    CHECK(terminal.file("timestamp") == here);
}

TEST_CASE("hashes and lengths of metadata are held", "[trust]") {
    TrustRepository repository;
    repository.with_hashes = true;
    repository.publish({"targets", "snapshot", "timestamp"});
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    repository.publish({"targets"});
    SECTION("another hash") { repository.snapshot.meta["targets.json"].hashes["sha256"] = std::string(64, '4'); }
    SECTION("shorter than was signed for") { *repository.snapshot.meta["targets.json"].length += 1; }
    SECTION("longer than was signed for") { *repository.snapshot.meta["targets.json"].length -= 1; }
    repository.publish({"snapshot", "timestamp"});
    CHECK(outcome(terminal.refresh()) == "untrusted");
    CHECK(terminal.version("snapshot") == 3);
    CHECK(terminal.version("targets") == 2);
}

TEST_CASE("fields nobody knows count for the signature and harm nothing", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    ++repository.root.version;
    std::string text = root_json(repository.root);
    text = changed(text, "\"keytype\"", "\"extra-field\":{\"a\":1,\"b\":[2,null,true]},\"keyid_hash_algorithms\":\"md5\",\"keytype\"");
    text = changed(text, "\"keys\": {", "\"keys\": {\"odd\": {\"keytype\": \"sigstore-oidc\", \"scheme\": \"Fulcio\", \"keyval\": {\"issuer\": \"x\"}},");
    text = changed(text, "\"threshold\"", "\"another\":\"\\n\\u0001长征 \\\\ \\\"\",\"threshold\"");
    repository.published["root"].push_back(repository.signed_by("root", text));
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(terminal.version("root") == 2);
    // And they are signed: changing one is not free.
    repository.published["root"].push_back(changed(repository.published["root"].back(), "\"a\": 1", "\"a\": 2"));
    CHECK(outcome(terminal.refresh()) == "untrusted");
}

TEST_CASE("what was announced and is not there", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    std::string trusted, last;
    SECTION("snapshot") {
        ++repository.timestamp.snapshot.version;
        repository.publish({"timestamp"});
        trusted = "root 1, snapshot 1, targets 1, timestamp 2";
        last = "snapshot 2";
    }
    SECTION("targets") {
        ++repository.snapshot.meta["targets.json"].version;
        repository.publish({"snapshot", "timestamp"});
        trusted = "root 1, snapshot 2, targets 1, timestamp 2";
        last = "targets 2";
    }
    SECTION("timestamp") {
        repository.published.erase("timestamp");
        trusted = "root 1, snapshot 1, targets 1, timestamp 1";
        last = "timestamp";
    }
    CHECK(outcome(terminal.refresh()) == "missing");
    CHECK(terminal.trusted() == trusted);
    CHECK(repository.metadata_requests().back() == last);
}

TEST_CASE("metadata of another type, properly signed, is refused", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.snapshot.meta = {{"snapshot.json", {1, {}, {}}}};
    repository.signers["snapshot"] = repository.signers["timestamp"];
    repository.root.roles["snapshot"].keyids = repository.root.roles["timestamp"].keyids;
    repository.publish({"root", "snapshot"});
    repository.published["timestamp"].push_back(repository.published["snapshot"].back());
    CHECK(outcome(terminal.refresh()) == "invalid");
    CHECK(terminal.trusted() == "root 2");
}

TEST_CASE("thresholds of signatures", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    SECTION("one signature short") {
        repository.root.roles["snapshot"].threshold = 3;
        repository.add_key("snapshot");
        repository.add_key("snapshot");
        repository.publish({"root", "targets", "snapshot", "timestamp"});
        REQUIRE(terminal.refresh());
        repository.signers["snapshot"].erase(repository.signers["snapshot"].begin());
        repository.publish({"targets", "snapshot", "timestamp"});
        const auto refused = terminal.refresh();
        CHECK(outcome(refused) == "untrusted");
        CHECK_THAT(refused.error().what, Catch::Contains("1 of 3 signatures are missing"));
        CHECK(terminal.version("snapshot") == 2);
    }
    SECTION("fewer keys than signatures are needed") {
        for (int i = 0; i < 4; ++i) repository.add_key("snapshot");
        repository.root.roles["snapshot"].threshold = 6;
        repository.publish({"root", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "untrusted");
        CHECK(terminal.trusted() == "root 2, timestamp 2");
    }
    SECTION("one key named nine times is one key") {
        const std::string id = repository.add_key("snapshot");
        for (int i = 0; i < 8; ++i) repository.root.roles["snapshot"].keyids.push_back(id);
        repository.root.roles["snapshot"].threshold = 6;
        repository.publish({"root", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "untrusted");
        CHECK(terminal.version("snapshot") == 0);
    }
    SECTION("one key under two ids is one key") {
        const PrivateKey key = *PrivateKey::make(GENERATE(KeyScheme::ed25519, KeyScheme::p256));
        repository.root.roles["snapshot"].threshold = 2;
        repository.root.roles["snapshot"].keyids = {"first-name", "second-name"};
        repository.root.keys["first-name"] = repository.root.keys["second-name"] = key.public_text();
        repository.signers["snapshot"].clear();
        repository.publish({"root", "snapshot", "timestamp"});
        const auto document = signing_input(repository.published["snapshot"].back());
        REQUIRE(document);
        const std::string hex = to_hex(key.sign(*document));
        repository.published["snapshot"].back() = changed(repository.published["snapshot"].back(), "\"signatures\": []",
            fmt::format("\"signatures\": [{{\"keyid\":\"first-name\",\"sig\":\"{0}\"}},{{\"keyid\":\"second-name\",\"sig\":\"{0}\"}}]", hex));
        CHECK(outcome(terminal.refresh()) == "untrusted");
        CHECK(terminal.version("snapshot") == 0);
        // Once is enough where one is: an id need not be the hash of its key.
        repository.root.roles["snapshot"].threshold = 1;
        repository.publish({"root"});
        CHECK(outcome(terminal.refresh()) == "good");
    }
    SECTION("a signature that stands twice is refused, though it holds") {
        std::string& text = repository.published["snapshot"].back();
        const std::size_t from = text.rfind('{', text.find("\"keyid\"")), to = text.find('}', from) + 1;
        text.insert(to, "," + text.substr(from, to - from));
        CHECK(outcome(terminal.refresh()) == "invalid");
        CHECK(terminal.version("snapshot") == 0);
    }
    SECTION("a wrong signature beside enough right ones harms nothing") {
        const std::string id = repository.add_key("timestamp");
        repository.publish({"root", "timestamp"});
        std::string& text = repository.published["timestamp"].back();
        const std::size_t at = text.find("\"sig\": \"", text.rfind(id)) + 8;
        const std::string wrong = GENERATE("", "no hex", "30450221");
        text.replace(at, text.find('"', at) - at, wrong);
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(terminal.version("timestamp") == 2);
    }
}

TEST_CASE("each kind of key signs a root, and its wrong signature does not", "[trust]") {
    const KeyScheme scheme = GENERATE(KeyScheme::ed25519, KeyScheme::p256, KeyScheme::rsa_pss);
    TrustRepository repository;
    TrustTerminal terminal(repository);
    const std::string id = repository.add_key("root", scheme);
    ++repository.root.roles["root"].threshold;
    repository.publish({"root"});
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(terminal.version("root") == 2);
    const std::string before = repository.published["root"].back();
    repository.publish({"root"});
    std::string& text = repository.published["root"].back();
    const auto signature = [&id](const std::string& of) {
        const std::size_t at = of.find("\"sig\": \"", of.rfind(id)) + 8;
        return of.substr(at, of.find('"', at) - at);
    };
    text = changed(text, signature(text), signature(before));
    CHECK(outcome(terminal.refresh()) == "untrusted");
    CHECK(terminal.version("root") == 2);
}

TEST_CASE("nothing goes back to an older version", "[trust]") {
    const bool hashes = GENERATE(false, true);
    TrustRepository repository;
    repository.with_hashes = hashes;
    TrustTerminal terminal(repository);
    repository.publish({"targets"});
    repository.publish({"targets", "snapshot", "timestamp"});
    REQUIRE(terminal.refresh());
    SECTION("timestamp") {
        repository.published["timestamp"].pop_back();
        const auto refused = terminal.refresh();
        CHECK(outcome(refused) == "older");
        CHECK_THAT(refused.error().what, Catch::Contains("timestamp 1 came, and 2 is already here"));
        CHECK(repository.metadata_requests().back() == "timestamp");
    }
    SECTION("snapshot, named by a new timestamp") {
        repository.timestamp.snapshot.version = 1;
        repository.publish({"timestamp"});
        CHECK(outcome(terminal.refresh()) == "older");
        CHECK(repository.metadata_requests().back() == "timestamp");
    }
    SECTION("snapshot, behind the same timestamp") {
        repository.requests.clear();
        repository.published["snapshot"].back() = repository.published["snapshot"].front();
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(repository.metadata_requests().back() == "timestamp");
    }
    SECTION("targets, named by a new snapshot") {
        repository.targets().version = 0;
        repository.publish({"targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "older");
    }
    SECTION("targets, no longer named") {
        repository.snapshot.meta.clear();
        repository.snapshot.meta["other.json"].version = 1;
        repository.publish({"snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "older");
    }
    CHECK(terminal.version("snapshot") == 2);
    CHECK(terminal.version("targets") == 3);
}

TEST_CASE("what has expired is not accepted, and what was accepted stays", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    SECTION("root: stored, and then nothing more is asked") {
        repository.root.expires = trust_day(-1);
        repository.publish({"root", "targets", "snapshot", "timestamp"});
        repository.requests.clear();
        const auto refused = terminal.refresh();
        CHECK(outcome(refused) == "expired");
        CHECK_THAT(refused.error().what, Catch::Contains("root 2 was valid until 2026-06-30, and it is 2026-07-01"));
        CHECK(terminal.trusted() == "root 2, snapshot 1, targets 1, timestamp 1");
        CHECK(repository.metadata_requests() == Strings{"root 2", "root 3"});
        // A newer one may follow.
        repository.root.expires = trust_day(30);
        repository.publish({"root"});
        CHECK(outcome(terminal.refresh()) == "good");
    }
    SECTION("timestamp") {
        repository.timestamp.expires = trust_day(-5);
        repository.publish({"timestamp"});
        CHECK(outcome(terminal.refresh()) == "expired");
        CHECK(terminal.version("timestamp") == 1);
    }
    SECTION("snapshot") {
        repository.snapshot.expires = trust_day(-5);
        repository.publish({"snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "expired");
        CHECK(terminal.version("snapshot") == 1);
    }
    SECTION("targets") {
        repository.targets().expires = trust_day(-5);
        repository.publish({"targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "expired");
        CHECK(terminal.version("targets") == 1);
    }
    SECTION("the same ones, later") {
        CHECK(outcome(terminal.refresh(29)) == "good");
        CHECK(outcome(terminal.refresh(30)) == "expired");
        CHECK(outcome(terminal.refresh(31)) == "expired");
    }
    SECTION("the same timestamp, later, though everything else is good") {
        repository.timestamp.expires = trust_day(7);
        repository.publish({"timestamp"});
        REQUIRE(terminal.refresh());
        repository.requests.clear();
        CHECK(outcome(terminal.refresh(18)) == "expired");
        CHECK(repository.metadata_requests() == Strings{"root 2", "timestamp"});
    }
    SECTION("expired ones lead on to new ones") {
        repository.timestamp.expires = trust_day(7);
        repository.publish({"timestamp"});
        REQUIRE(terminal.refresh());
        repository.timestamp.expires = trust_day(21);
        repository.publish({"targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh(18)) == "good");
        CHECK(terminal.trusted() == "root 1, snapshot 2, targets 2, timestamp 3");
    }
    SECTION("expired ones still forbid older ones") {
        repository.timestamp.expires = trust_day(7);
        repository.publish({"timestamp"});
        REQUIRE(terminal.refresh());
        repository.published["timestamp"].pop_back();
        CHECK(outcome(terminal.refresh(18)) == "older");
    }
}

TEST_CASE("targets come whole or not at all", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.add_artifact("targets", "target_file.txt", "target file contents");
    repository.add_artifact("targets", "path/to/a/file.txt", "deep");
    repository.publish({"targets", "snapshot", "timestamp"});
    const auto whole = terminal.download("target_file.txt"), deep = terminal.download("path/to/a/file.txt");
    REQUIRE(whole);
    REQUIRE(deep);
    CHECK(*whole == "target file contents");
    CHECK(*deep == "deep");
    CHECK(repository.requests.back() == "targets/path/to/a/" + sha256_hex("deep", 4) + ".file.txt");
    repository.artifacts["target_file.txt"] = GENERATE("malicious contents..", "target file content", "target file contents!", "");
    CHECK(outcome(terminal.download("target_file.txt")) == "untrusted");
}

TEST_CASE("a repository without consistent snapshots", "[trust]") {
    TrustRepository repository;
    repository.root.consistent_snapshot = false;
    repository.add_artifact("targets", "a/b.json", "{}");
    repository.add_delegation("targets", "role", {"c/*"});
    repository.add_artifact("role", "c/d.json", "[]");
    repository.publish({"role", "targets", "snapshot", "timestamp", "root"});
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.download("c/d.json")) == "good");
    CHECK(repository.requests == Strings{"metadata/2.root.json", "metadata/3.root.json", "metadata/timestamp.json", "metadata/snapshot.json",
                                         "metadata/targets.json", "metadata/role.json", "targets/c/d.json"});
    CHECK(outcome(terminal.download("a/b.json")) == "good");
    CHECK(repository.requests.back() == "targets/a/b.json");
}

}  // namespace xinghuo
