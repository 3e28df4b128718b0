#include "content/trust/repository.h"

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/trust/canonical.h"

namespace xinghuo {
namespace {

constexpr const char* our_spec_version = "1.0.31";

// Whole seconds, as tuf-spec §4.1 writes a date.
std::string date(WallTime when) { return iso_from_wall_time(when).substr(0, 19) + "Z"; }

void copy(const JsonNode& from, JsonWriter& to) {
    if (from.is_object()) {
        to.object();
        for (const auto& [key, value] : from.members()) {
            to.key(key);
            copy(value, to);
        }
        to.end();
    } else if (from.is_array()) {
        to.array();
        for (const JsonNode& item : from.items()) copy(item, to);
        to.end();
    } else if (from.is_string()) {
        to.value(from.string());
    } else if (from.is_integer()) {
        to.value(from.integer());
    } else if (from.is_boolean()) {
        to.value(from.boolean());
    } else {
        to.null();  // the canonical form has refused everything else before
    }
}

void write_hashes(JsonWriter& to, const std::map<std::string, std::string>& hashes) {
    to.key("hashes").object();
    for (const auto& [algorithm, hex] : hashes) to.key(algorithm).value(hex);
    to.end();
}

void write_meta(JsonWriter& to, const std::string& name, const FileMeta& file) {
    to.key(name).object().key("version").value(file.version);
    if (file.length) to.key("length").value(static_cast<std::int64_t>(*file.length));
    if (!file.hashes.empty()) write_hashes(to, file.hashes);
    to.end();
}

void write_keys(JsonWriter& to, const std::map<std::string, KeyText>& keys) {
    to.key("keys").object();
    for (const auto& [id, key] : keys)
        to.key(id).object().key("keytype").value(key.keytype).key("scheme").value(key.scheme)
            .key("keyval").object().key("public").value(key.public_text).end().end();
    to.end();
}

void write_role(JsonWriter& to, const RoleKeys& role) {
    to.key("keyids").array();
    for (const std::string& id : role.keyids) to.value(id);
    to.end().key("threshold").value(role.threshold);
}

void write_names(JsonWriter& to, const char* key, const std::vector<std::string>& names) {
    to.key(key).array();
    for (const std::string& name : names) to.value(name);
    to.end();
}

void write_signatures(JsonWriter& to, const std::vector<SignatureText>& signatures) {
    to.key("signatures").array();
    for (const SignatureText& signature : signatures) to.object().key("keyid").value(signature.keyid).key("sig").value(signature.hex).end();
    to.end();
}

// {"signed": {what every role has, and `rest`}, "signatures": […]}
template <class Rest>
std::string envelope(const Signed& metadata, const char* type, Rest rest) {
    JsonWriter to(1);
    to.object().key("signed").object().key("_type").value(type);
    to.key("spec_version").value(metadata.spec_version.empty() ? our_spec_version : metadata.spec_version);
    to.key("version").value(metadata.version).key("expires").value(date(metadata.expires));
    rest(to);
    to.end();
    write_signatures(to, metadata.signatures);
    return to.end().text() + "\n";
}

}  // namespace

std::string root_json(const RootMeta& root) {
    return envelope(root, "root", [&](JsonWriter& to) {
        to.key("consistent_snapshot").value(root.consistent_snapshot);
        write_keys(to, root.keys);
        to.key("roles").object();
        for (const auto& [name, role] : root.roles) {
            to.key(name).object();
            write_role(to, role);
            to.end();
        }
        to.end();
    });
}

std::string timestamp_json(const TimestampMeta& timestamp) {
    return envelope(timestamp, "timestamp", [&](JsonWriter& to) {
        to.key("meta").object();
        write_meta(to, "snapshot.json", timestamp.snapshot);
        to.end();
    });
}

std::string snapshot_json(const SnapshotMeta& snapshot) {
    return envelope(snapshot, "snapshot", [&](JsonWriter& to) {
        to.key("meta").object();
        for (const auto& [name, file] : snapshot.meta) write_meta(to, name, file);
        to.end();
    });
}

std::string targets_json(const TargetsMeta& targets) {
    return envelope(targets, "targets", [&](JsonWriter& to) {
        to.key("targets").object();
        for (const auto& [name, target] : targets.targets) {
            to.key(name).object().key("length").value(static_cast<std::int64_t>(target.length));
            write_hashes(to, target.hashes);
            JsonDocument custom;
            if (!target.custom.empty()) {
                const auto parsed = custom.parse(target.custom);
                insist(parsed.has_value(), "what a target says about itself is JSON");
                to.key("custom");
                copy(custom.root(), to);
            }
            to.end();
        }
        to.end();
        if (targets.delegations.empty() && targets.keys.empty()) return;
        to.key("delegations").object();
        write_keys(to, targets.keys);
        to.key("roles").array();
        for (const Delegation& role : targets.delegations) {
            to.object().key("name").value(role.name);
            write_role(to, role.keys);
            to.key("terminating").value(role.terminating);
            if (role.path_hash_prefixes.empty()) write_names(to, "paths", role.paths);
            else write_names(to, "path_hash_prefixes", role.path_hash_prefixes);
            to.end();
        }
        to.end().end();
    });
}

Result<std::string> signing_input(std::string_view metadata) {
    JsonDocument document;
    if (auto parsed = document.parse(metadata); !parsed) return parsed.error();
    const JsonNode body = document.root()["signed"];
    if (!body.is_object()) return Error{ErrorKind::invalid, "signed: missing; this is no metadata"};
    return canonical_json(body);
}

Result<std::string> with_signature(std::string_view metadata, const KeyText& key, std::span<const std::uint8_t> signature) {
    JsonDocument document;
    if (auto parsed = document.parse(metadata); !parsed) return parsed.error();
    const JsonNode root = document.root();
    if (!root["signed"].is_object()) return Error{ErrorKind::invalid, "signed: missing; this is no metadata"};
    if (auto whole = canonical_json(root); !whole) return whole.error();  // what copy() cannot carry over
    std::vector<SignatureText> signatures;
    if (root["signatures"].exists())
        for (const JsonNode& one : root["signatures"].items()) signatures.push_back({one["keyid"].string(), one["sig"].string()});
    if (!document.good()) return document.error();
    const std::string id = key_id(key);
    std::erase_if(signatures, [&](const SignatureText& one) { return one.keyid == id; });
    signatures.push_back({id, to_hex(signature)});
    JsonWriter to(1);
    to.object();
    for (const auto& [name, value] : root.members()) {
        if (name == "signatures") continue;
        to.key(name);
        copy(value, to);
    }
    write_signatures(to, signatures);
    return to.end().text() + "\n";
}

Result<std::string> with_signature(std::string_view metadata, const PrivateKey& key) {
    const auto message = signing_input(metadata);
    if (!message) return message.error();
    return with_signature(metadata, key.public_text(), key.sign(*message));
}

}  // namespace xinghuo
