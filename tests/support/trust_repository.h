// A repository in memory that publishes what it is told, right or wrong, and remembers every request.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/trust/client.h"
#include "content/trust/repository.h"
#include "tests/support/rsa_key.h"

namespace xinghuo {

inline WallTime trust_day(int day) { return {wall_time_from_iso("2026-07-01T00:00:00Z").unix_ms + day * 86'400'000LL}; }

class TrustRepository final : public Transport {
public:
    RootMeta root;
    TimestampMeta timestamp;
    SnapshotMeta snapshot;
    std::map<std::string, TargetsMeta> roles;                         // "targets" and delegated ones
    std::map<std::string, std::map<std::string, PrivateKey>> signers; // role → key id → key
    std::map<std::string, std::vector<std::string>> published;        // role → version 1, 2, …
    std::map<std::string, std::string> artifacts;                     // target name → bytes as served
    bool with_hashes = false;
    std::vector<std::string> requests;                                // "metadata/2.root.json"
    std::map<std::string, Error> failing;                             // path → what happens instead

    TrustRepository() {
        root.consistent_snapshot = true;
        for (Signed* signed_part : {static_cast<Signed*>(&root), static_cast<Signed*>(&timestamp), static_cast<Signed*>(&snapshot), static_cast<Signed*>(&roles["targets"])})
            fresh(*signed_part);
        root.type = "root";
        timestamp.type = "timestamp";
        snapshot.type = "snapshot";
        for (const char* role : {"root", "timestamp", "snapshot", "targets"}) {
            root.roles[role].threshold = 1;
            add_key(role);
        }
        publish({"targets", "snapshot", "timestamp", "root"});
    }

    static void fresh(Signed& part) {
        part.type = "targets";
        part.spec_version = "1.0.31";
        part.version = 1;
        part.expires = trust_day(30);
    }
    TargetsMeta& targets() { return roles.at("targets"); }
    Signed& part(const std::string& role) {
        if (role == "root") return root;
        if (role == "timestamp") return timestamp;
        if (role == "snapshot") return snapshot;
        return roles.at(role);
    }

    std::string add_key(const std::string& role, KeyScheme scheme = KeyScheme::ed25519) { return add_key(role, key_of_tests(scheme)); }
    std::string add_key(const std::string& role, const PrivateKey& key) {
        const std::string id = key_id(key.public_text());
        root.keys[id] = key.public_text();
        root.roles[role].keyids.push_back(id);
        signers[role].insert_or_assign(id, key);
        return id;
    }
    void rotate(const std::string& role) {
        root.roles[role].keyids.clear();
        signers[role].clear();
        for (int i = 0; i < root.roles[role].threshold; ++i) add_key(role);
    }
    void add_delegation(const std::string& from, const std::string& role, std::vector<std::string> paths, bool terminating = false) {
        const PrivateKey key = *PrivateKey::make(KeyScheme::ed25519);
        const std::string id = key_id(key.public_text());
        Delegation delegation;
        delegation.name = role;
        delegation.keys.keyids = {id};
        delegation.paths = std::move(paths);
        delegation.terminating = terminating;
        roles.at(from).keys[id] = key.public_text();
        roles.at(from).delegations.push_back(delegation);
        signers[role].insert_or_assign(id, key);
        if (!roles.contains(role)) fresh(roles[role]);
    }
    void add_artifact(const std::string& role, const std::string& name, const std::string& bytes) {
        Target target;
        target.name = name;
        target.length = bytes.size();
        target.hashes["sha256"] = sha256_hex(bytes.data(), bytes.size());
        roles.at(role).targets[name] = target;
        artifacts[name] = bytes;
    }

    std::string text_of(const std::string& role) {
        if (role == "root") return root_json(root);
        if (role == "timestamp") return timestamp_json(timestamp);
        if (role == "snapshot") return snapshot_json(snapshot);
        return targets_json(roles.at(role));
    }
    std::string signed_text(const std::string& role) { return signed_by(role, text_of(role)); }
    std::string signed_by(const std::string& role, std::string text) {
        for (const auto& [id, key] : signers[role]) {
            auto with = with_signature(text, key);
            REQUIRE(with);
            text = *with;
        }
        return text;
    }
    FileMeta meta_of(const std::string& role) {
        FileMeta meta;
        meta.version = part(role).version;
        if (with_hashes) {
            const std::string& text = published[role].back();
            meta.length = text.size();
            meta.hashes["sha256"] = sha256_hex(text.data(), text.size());
        }
        return meta;
    }
    // The next version of each, in this order; what a snapshot and a timestamp say follows.
    void publish(const std::vector<std::string>& names) {
        for (const std::string& role : names) {
            if (published.contains(role)) ++part(role).version;
            published[role].push_back(signed_text(role));
            if (role == "snapshot") timestamp.snapshot = meta_of(role);
            else if (role != "root" && role != "timestamp") snapshot.meta[role + ".json"] = meta_of(role);
        }
    }

    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit, const Take& take, const std::function<void()>&) override {
        requests.emplace_back(path);
        if (const auto fails = failing.find(std::string(path)); fails != failing.end()) return fails->second;
        const std::string* bytes = served(std::string(path));
        if (bytes == nullptr) return Error{ErrorKind::missing, std::string(path) + " is not there"};
        if (bytes->size() - from > limit) return Error{ErrorKind::too_large, std::string(path) + " is too large"};
        return take({reinterpret_cast<const std::uint8_t*>(bytes->data()) + from, bytes->size() - from});
    }
    [[nodiscard]] std::string name() const override { return "the repository"; }

    // "root 2", "timestamp", "A 1": as the public suite counts them.
    [[nodiscard]] std::vector<std::string> metadata_requests() const {
        std::vector<std::string> all;
        for (std::string path : requests) {
            if (!path.starts_with("metadata/")) continue;
            path = path.substr(9, path.size() - 9 - 5);
            const std::size_t dot = path.find('.');
            all.push_back(path == "timestamp" || dot == std::string::npos ? path : path.substr(dot + 1) + " " + path.substr(0, dot));
        }
        return all;
    }
    [[nodiscard]] int artifact_requests() const {
        int count = 0;
        for (const std::string& path : requests) count += path.starts_with("targets/") ? 1 : 0;
        return count;
    }

    const std::string* served(const std::string& path) {
        if (path.starts_with("targets/")) {
            std::string name = path.substr(8);
            if (root.consistent_snapshot) {
                const std::size_t slash = name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1;
                name = name.substr(0, slash) + name.substr(name.find('.', slash) + 1);
            }
            const auto found = artifacts.find(name);
            return found == artifacts.end() ? nullptr : &found->second;
        }
        if (!path.starts_with("metadata/") || !path.ends_with(".json")) return nullptr;
        const std::string name = path.substr(9, path.size() - 9 - 5);
        for (auto& [role, versions] : published) {
            const std::string file = file_name_of_role(role);
            if (versions.empty()) continue;
            if (name == file && role != "root" && (role == "timestamp" || !root.consistent_snapshot)) return &versions.back();
            for (std::size_t i = 0; i < versions.size(); ++i)
                if (name == fmt::format("{}.{}", i + 1, file) && (role == "root" || root.consistent_snapshot)) return &versions[i];
        }
        return nullptr;
    }
};

// A client's folder, and the client as the command line uses it: opened anew for each verb.
struct TrustTerminal {
    explicit TrustTerminal(TrustRepository& from) : repository(from) {
        std::filesystem::remove_all(folder);
        REQUIRE(TrustClient::init(folder, repository.published.at("root").front()));
    }
    ~TrustTerminal() { std::filesystem::remove_all(folder); }
    TrustTerminal(const TrustTerminal&) = delete;
    TrustTerminal& operator=(const TrustTerminal&) = delete;

    Result<void> refresh(int day = 0) {
        auto client = TrustClient::open(folder);
        if (!client) return client.error();
        return client->refresh(repository, trust_day(day));
    }
    Result<std::string> download(const std::string& target, int day = 0) {
        auto client = TrustClient::open(folder);
        if (!client) return client.error();
        if (auto fresh = client->refresh(repository, trust_day(day)); !fresh) return fresh.error();
        auto found = client->find(target, repository, trust_day(day));
        if (!found) return found.error();
        if (!*found) return Error{ErrorKind::missing, "nobody signs it"};
        return client->fetch(**found, repository, 1 << 20);
    }
    [[nodiscard]] std::string file(const std::string& role) const {
        auto text = read_text(folder / (file_name_of_role(role) + ".json"));
        return text ? *text : std::string();
    }
    [[nodiscard]] std::int64_t version(const std::string& role) const {
        const std::string text = file(role);
        if (text.empty()) return 0;
        if (role == "root") return read_root(text)->version;
        if (role == "timestamp") return read_timestamp(text)->version;
        if (role == "snapshot") return read_snapshot(text)->version;
        return read_targets(text)->version;
    }
    // "root 1, timestamp 2": every .json in the folder.
    [[nodiscard]] std::string trusted() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().extension() == ".json") {
                const std::string role = entry.path().stem();
                const std::string text = *read_text(entry.path());
                const auto delegated = read_targets(text);
                all.push_back(fmt::format("{} {}", role, delegated ? delegated->version : version(role)));
            }
        std::sort(all.begin(), all.end());
        std::string out;
        for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
        return out;
    }

    TrustRepository& repository;
    // One folder for each terminal of a test, and for each program that runs tests.
    std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-trust-{}-{}", ::getpid(), static_cast<const void*>(this));
};

// "good", or what kind of error it is.
template <class T>
std::string outcome(const Result<T>& result) {
    if (result) return "good";
    switch (result.error().kind) {
        case ErrorKind::invalid: return "invalid";
        case ErrorKind::missing: return "missing";
        case ErrorKind::io: return "io";
        case ErrorKind::unsupported: return "unsupported";
        case ErrorKind::too_large: return "too large";
        case ErrorKind::cancelled: return "cancelled";
        case ErrorKind::untrusted: return "untrusted";
        case ErrorKind::expired: return "expired";
        case ErrorKind::older: return "older";
        case ErrorKind::full: return "full";
    }
    return "?";
}

}  // namespace xinghuo
