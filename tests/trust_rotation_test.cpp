// Keys that change, as the public conformance suite asks about them: chains of roots, and what a new key takes back.
#include <catch2/catch.hpp>

#include "tests/support/trust_repository.h"

namespace xinghuo {
namespace {

struct RootVersion {
    std::vector<int> keys;
    int threshold;
    std::vector<int> signatures;
    bool good = true;
};

void sign_with(TrustRepository& repository, const std::string& role, const RootVersion& version, const std::vector<PrivateKey>& keys) {
    repository.root.roles[role].keyids.clear();
    repository.root.roles[role].threshold = version.threshold;
    repository.signers[role].clear();
    const auto at = [&keys](int i) -> const PrivateKey& { return keys[static_cast<std::size_t>(i)]; };
    for (const int i : version.keys) repository.add_key(role, at(i));
    repository.signers[role].clear();
    for (const int i : version.signatures) repository.signers[role].insert_or_assign(key_id(at(i).public_text()), at(i));
}

std::vector<PrivateKey> ten_keys() {
    std::vector<PrivateKey> keys;
    for (int i = 0; i < 10; ++i) keys.push_back(*PrivateKey::make(KeyScheme::ed25519));
    return keys;
}

}  // namespace

TEST_CASE("a chain of roots is followed as far as old and new keys agree", "[trust]") {
    using V = std::vector<RootVersion>;
    const auto versions = GENERATE(values<V>({
        {{{1}, 1, {1}}, {{2}, 1, {2, 1}}, {{2}, 1, {2}}},
        {{{1}, 1, {3, 1, 4}}, {{2}, 1, {3, 2, 1, 4}}, {{2}, 1, {3, 2, 4}}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{0, 1, 2, 3, 4}, 3, {0, 4, 1}}, {{0, 1, 2, 3, 4}, 3, {0, 1, 3}}, {{0, 1, 2, 3, 4}, 3, {0, 1, 3}}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{0, 1, 3, 4, 5}, 3, {0, 4, 1}}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{0, 1, 3, 4, 5}, 3, {0, 2, 4, 5}}, {{0, 1, 3, 4, 5}, 3, {0, 4, 5}}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{5, 6, 7, 8, 9}, 3, {0, 2, 4, 5, 6, 7}}, {{5, 6, 7, 8, 9}, 3, {5, 6, 7}}},
        {{{1, 2, 3}, 1, {1}}, {{1, 2, 3}, 2, {1, 2}}},
        {{{1, 2, 3}, 2, {1, 2}}, {{1, 2, 3}, 1, {1, 2}}, {{1, 2, 3}, 1, {1}}},
        {{{1}, 1, {1}}, {{1, 2}, 2, {1, 2}}},
        {{{1}, 1, {1}}, {{2}, 1, {2, 3, 4}, false}},
        {{{1}, 1, {1}}, {{2}, 1, {1, 3, 4}, false}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{0, 1, 3, 4, 5}, 3, {0, 2, 4}, false}},
        {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}, {{0, 1, 3, 4, 5}, 3, {0, 4, 5}, false}},
        {{{1, 2, 3}, 1, {1}}, {{1, 2, 3}, 2, {2}, false}},
        {{{1, 2, 3}, 2, {1, 2}}, {{1, 2, 3}, 1, {1}, false}},
    }));
    static const std::vector<PrivateKey> keys = ten_keys();
    TrustRepository repository;
    repository.published["root"].clear();
    repository.root.version = 0;
    for (const RootVersion& version : versions) {
        sign_with(repository, "root", version, keys);
        repository.publish({"root"});
    }
    TrustTerminal terminal(repository);
    const bool good = versions.back().good;
    CHECK(outcome(terminal.refresh()) == (good ? "good" : "untrusted"));
    const auto& published = repository.published["root"];
    CHECK(terminal.file("root") == published[published.size() - (good ? 1 : 2)]);
}

TEST_CASE("keys of the other roles change with the root", "[trust]") {
    const RootVersion version = GENERATE(values<RootVersion>({{{2}, 1, {2}},
                                                              {{1}, 1, {3, 1, 4}},
                                                              {{2}, 1, {1, 3, 4}, false},
                                                              {{0, 1, 3, 4, 5}, 3, {0, 2, 4}, false},
                                                              {{0, 1, 3, 4, 5}, 3, {0, 4}, false},
                                                              {{0, 1, 2, 3, 4}, 3, {0, 2, 4}},
                                                              {{0, 1, 2, 3, 4}, 3, {2, 3, 4}}}));
    static const std::vector<PrivateKey> keys = ten_keys();
    const std::string role = GENERATE("timestamp", "snapshot", "targets");
    TrustRepository repository;
    TrustTerminal terminal(repository);
    sign_with(repository, role, version, keys);
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    CHECK(outcome(terminal.refresh()) == (version.good ? "good" : "untrusted"));
    if (version.good) CHECK(terminal.file(role) == repository.published[role].back());
    else CHECK(terminal.file(role).empty());
}

TEST_CASE("a new key takes back a version that ran ahead", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    SECTION("of the timestamp") {
        repository.timestamp.version = 99'998;
        repository.publish({"timestamp"});
        REQUIRE(terminal.refresh());
        REQUIRE(terminal.version("timestamp") == 99'999);
        repository.rotate("timestamp");
        repository.timestamp.version = 0;
        repository.publish({"timestamp", "root"});
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(terminal.version("timestamp") == 1);
    }
    SECTION("of the snapshot") {
        repository.timestamp.snapshot.version = 0;
        repository.snapshot.version = 1;
        repository.publish({"snapshot"});
        repository.published["snapshot"].resize(99'999 - 1);
        repository.snapshot.version = 99'998;
        repository.publish({"snapshot", "timestamp"});
        REQUIRE(terminal.refresh());
        REQUIRE(terminal.version("snapshot") == 99'999);
        repository.rotate("snapshot");
        repository.rotate("timestamp");
        repository.published["snapshot"].clear();
        repository.snapshot.version = 0;
        repository.publish({"snapshot", "timestamp", "root"});
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(terminal.version("snapshot") == 1);
    }
    SECTION("of the targets, though one of two snapshot keys stays") {
        repository.add_key("snapshot");
        repository.root.roles["snapshot"].threshold = 1;
        repository.publish({"root"});
        repository.publish({"targets", "targets", "targets", "snapshot", "timestamp"});
        REQUIRE(terminal.refresh());
        REQUIRE(terminal.version("targets") == 4);
        repository.root.roles["snapshot"].keyids.pop_back();
        const std::string kept = repository.root.roles["snapshot"].keyids.front();
        std::erase_if(repository.signers["snapshot"], [&kept](const auto& signer) { return signer.first != kept; });
        repository.publish({"root"});
        repository.published["targets"].resize(1);
        repository.targets().version = 1;
        repository.publish({"targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(terminal.version("targets") == 2);
    }
}

TEST_CASE("a key that is only added takes nothing back", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.publish({"timestamp"});
    REQUIRE(terminal.refresh());
    repository.add_key("timestamp");
    repository.publish({"root"});
    repository.published["timestamp"].pop_back();
    CHECK(outcome(terminal.refresh()) == "older");
    CHECK(terminal.version("timestamp") == 2);
}

TEST_CASE("what is stored counts as far as the keys that count now have signed it", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    for (int i = 0; i < 5; ++i) repository.publish({"timestamp"});
    REQUIRE(terminal.refresh());
    REQUIRE(terminal.version("timestamp") == 6);
    // Two must sign from now on; what one signed is as good as absent.
    repository.add_key("timestamp");
    repository.root.roles["timestamp"].threshold = 2;
    repository.timestamp.version = 1;
    repository.publish({"root", "timestamp"});
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(terminal.version("timestamp") == 2);
}

TEST_CASE("a repository from before a new timestamp key is only older, if everything about it is true", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    const int roots = GENERATE(1, 2);
    TrustRepository old = repository;
    const bool other_root_keys = GENERATE(false, true);
    for (int i = 0; i < roots; ++i) {
        repository.rotate("timestamp");
        if (other_root_keys && i == 0) {
            // Signed by the keys before, too.
            const auto before = repository.signers["root"];
            repository.rotate("root");
            auto both = repository.signers["root"];
            both.insert(before.begin(), before.end());
            std::swap(repository.signers["root"], both);
            repository.publish({"root"});
            std::swap(repository.signers["root"], both);
        } else {
            repository.publish({"root"});
        }
    }
    repository.publish({"timestamp"});
    REQUIRE(terminal.refresh());
    REQUIRE(terminal.version("root") == roots + 1);
    const auto said = [&](TrustRepository& from) {
        auto client = TrustClient::open(terminal.folder);
        REQUIRE(client);
        const auto done = client->refresh(from, trust_day(0));
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == ErrorKind::untrusted);
        return client->explained(done.error(), from);
    };
    const bool known = !(other_root_keys && roots == 2);  // nobody here knows any more who signed root 1
    SECTION("true") {
        const Error error = said(old);
        CHECK(error.kind == (known ? ErrorKind::older : ErrorKind::untrusted));
        if (known) CHECK(error.what.find(fmt::format("its root is 1, and {} is already here", roots + 1)) != std::string::npos);
    }
    SECTION("signed by nobody's timestamp key") {
        old.rotate("timestamp");
        old.publish({"timestamp"});
        CHECK(said(old).kind == ErrorKind::untrusted);
    }
    SECTION("with a root of its own") {
        old.rotate("root");
        old.rotate("timestamp");
        old.published["root"].clear();
        old.root.version = 0;
        old.publish({"root", "timestamp"});
        CHECK(said(old).kind == ErrorKind::untrusted);
    }
    SECTION("with our root beside it") {
        old.published["root"] = repository.published["root"];
        CHECK(said(old).kind == ErrorKind::untrusted);
    }
    SECTION("without any root") {
        old.published["root"].clear();
        CHECK(said(old).kind == ErrorKind::untrusted);
    }
    SECTION("pulled out meanwhile") {
        old.failing.emplace("metadata/1.root.json", Error{ErrorKind::io, "pulled out"});
        CHECK(said(old).kind == ErrorKind::untrusted);
    }
}

}  // namespace xinghuo
