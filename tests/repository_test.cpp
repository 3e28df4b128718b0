#include "content/trust/repository.h"

#include <catch2/catch.hpp>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/canonical.h"

using namespace xinghuo;

namespace {

const WallTime midsummer = wall_time_from_iso("2026-07-01T00:00:00Z");

TargetsMeta some_targets() {
    TargetsMeta targets;
    targets.version = 7;
    targets.expires = midsummer;
    Target target;
    target.name = "packs/tsinghua/first.json";
    target.length = 5;
    target.hashes = {{"sha256", std::string(64, 'a')}, {"sha512", std::string(128, 'b')}};
    target.custom = R"({"title":{"zh":"\"第一\"","en":"a\\b"},"version":3,"list":[true,null,-4,[]]})";
    targets.targets.emplace(target.name, target);
    return targets;
}

}  // namespace

TEST_CASE("what is written of a role is what is read", "[trust][repository]") {
    const auto key = PrivateKey::make(KeyScheme::ed25519);
    REQUIRE(key);
    const std::string id = key_id(key->public_text());

    RootMeta root;
    root.version = 3;
    root.expires = midsummer;
    root.consistent_snapshot = true;
    root.keys.emplace(id, key->public_text());
    for (const char* role : {"root", "targets", "snapshot", "timestamp"}) root.roles[role] = {{id}, 1};
    const auto read = read_root(root_json(root));
    REQUIRE(read);
    CHECK(read->version == 3);
    CHECK(read->consistent_snapshot);
    CHECK(read->expires.unix_ms == midsummer.unix_ms);
    CHECK(read->keys.at(id).public_text == key->public_text().public_text);
    CHECK(read->roles.at("snapshot").keyids == std::vector<std::string>{id});

    TimestampMeta timestamp;
    timestamp.version = 12;
    timestamp.expires = midsummer;
    timestamp.snapshot = {9, 1'234, {{"sha256", std::string(64, 'c')}}};
    const auto read_stamp = read_timestamp(timestamp_json(timestamp));
    REQUIRE(read_stamp);
    CHECK(read_stamp->snapshot.version == 9);
    CHECK(read_stamp->snapshot.length == 1'234);
    CHECK(read_stamp->snapshot.hashes == timestamp.snapshot.hashes);

    SnapshotMeta snapshot;
    snapshot.version = 9;
    snapshot.expires = midsummer;
    snapshot.meta = {{"targets.json", {7, {}, {}}}, {"packs-tsinghua.json", {2, 10, {}}}};
    const auto read_snap = read_snapshot(snapshot_json(snapshot));
    REQUIRE(read_snap);
    CHECK(read_snap->meta.at("targets.json").version == 7);
    CHECK(read_snap->meta.at("packs-tsinghua.json").length == 10);

    TargetsMeta targets = some_targets();
    targets.keys.emplace(id, key->public_text());
    targets.delegations.push_back({"packs-tsinghua", {{id}, 1}, true, {"packs/tsinghua/*"}, {}});
    targets.delegations.push_back({"bins", {{id}, 1}, false, {}, {"0a", "ff"}});
    const auto read_targets_back = read_targets(targets_json(targets));
    REQUIRE(read_targets_back);
    CHECK(read_targets_back->targets.begin()->second.hashes == targets.targets.begin()->second.hashes);
    REQUIRE(read_targets_back->delegations.size() == 2);
    CHECK(read_targets_back->delegations[0].paths == targets.delegations[0].paths);
    CHECK(read_targets_back->delegations[0].terminating);
    CHECK(read_targets_back->delegations[1].path_hash_prefixes == targets.delegations[1].path_hash_prefixes);
    JsonDocument before, after;
    REQUIRE(before.parse(targets.targets.begin()->second.custom));
    REQUIRE(after.parse(read_targets_back->targets.begin()->second.custom));
    CHECK(*canonical_json(before.root()) == *canonical_json(after.root()));
    // And once more through the writer: the canonical form does not move.
    CHECK(read_targets(targets_json(*read_targets_back))->canonical == read_targets_back->canonical);
}

TEST_CASE("signatures of several people collect in one file", "[trust][repository]") {
    std::vector<PrivateKey> keys;
    std::map<std::string, KeyText> known;
    RoleKeys role{{}, 3};
    for (const KeyScheme scheme : {KeyScheme::ed25519, KeyScheme::p256, KeyScheme::rsa_pss}) {
        keys.push_back(*PrivateKey::make(scheme));
        role.keyids.push_back(key_id(keys.back().public_text()));
        known.emplace(role.keyids.back(), keys.back().public_text());
    }
    std::string file = targets_json(some_targets());
    for (const PrivateKey& key : keys) {
        CHECK_FALSE(verify(*read_targets(file), "targets", role, known));
        const auto more = with_signature(file, key);
        REQUIRE(more);
        file = *more;
    }
    CHECK(verify(*read_targets(file), "targets", role, known));
    CHECK(read_targets(file)->signatures.size() == 3);

    const auto twice = with_signature(file, keys[1]);
    REQUIRE(twice);
    CHECK(read_targets(*twice)->signatures.size() == 3);
    CHECK(verify(*read_targets(*twice), "targets", role, known));
}

TEST_CASE("a signature leaves what it does not know as it was", "[trust][repository]") {
    const auto key = PrivateKey::make(KeyScheme::ed25519);
    const std::string foreign = R"({"signed":{"_type":"targets","x-later":{"b":[1,{"a":"\u0001\u00e4\\\""}],"a":null},"version":1},"note":["kept",true],"signatures":[]})";
    const auto before = signing_input(foreign);
    REQUIRE(before);
    const auto with = with_signature(foreign, *key);
    REQUIRE(with);
    CHECK(*signing_input(*with) == *before);
    JsonDocument read;
    REQUIRE(read.parse(*with));
    CHECK(read.root()["note"].items().size() == 2);
    const auto verifying = VerifyingKey::read(key->public_text());
    REQUIRE(verifying);
    const auto signature = from_hex(read.root()["signatures"].items().at(0)["sig"].string());
    REQUIRE(signature);
    CHECK(verifying->verifies(*before, *signature));

    CHECK_FALSE(with_signature("{}", *key));
    CHECK_FALSE(with_signature("[]", *key));
    CHECK_FALSE(with_signature("no JSON", *key));
    CHECK_FALSE(with_signature(R"({"signed":{"version":1.5}})", *key));
    CHECK_FALSE(with_signature(R"({"signed":{"version":1},"signatures":"none"})", *key));
}

TEST_CASE("a date is written in whole seconds", "[trust][repository]") {
    TimestampMeta timestamp;
    timestamp.version = 1;
    timestamp.expires = {midsummer.unix_ms + 1'999};
    timestamp.snapshot.version = 1;
    CHECK(timestamp_json(timestamp).find("\"2026-07-01T00:00:01Z\"") != std::string::npos);
}
