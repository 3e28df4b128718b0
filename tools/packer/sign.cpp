#include "tools/packer/sign.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "content/base/json.h"
#include "content/pack/manifest.h"
#include "content/trust/repository.h"
#include "tools/packer/source_file.h"

namespace xinghuo {
namespace {

constexpr std::string_view packs_folder = "packs/";

// "packs/tsinghua/*" → "tsinghua"; nothing for another pattern.
std::optional<std::string> organisation_of(std::string_view pattern) {
    if (!pattern.starts_with(packs_folder) || !pattern.ends_with("/*")) return std::nullopt;
    const std::string_view middle = pattern.substr(packs_folder.size(), pattern.size() - packs_folder.size() - 2);
    if (middle.empty() || middle.find_first_of("*?[/") != std::string_view::npos) return std::nullopt;
    return std::string(middle);
}

bool signs_for(const RoleKeys& keys, const std::vector<KeyText>& signers) {
    return std::any_of(signers.begin(), signers.end(), [&](const KeyText& signer) {
        return std::find(keys.keyids.begin(), keys.keyids.end(), key_id(signer)) != keys.keyids.end();
    });
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

// The next version of what is there.
Result<TargetsMeta> next_of(const RepositoryState& state, const std::string& role, WallTime now, int lasts_days) {
    if (!state.keys_of(role)) return Error{ErrorKind::missing, "nobody delegates to a role \"" + role + "\"; see `keys delegate`"};
    TargetsMeta next;
    if (const auto found = state.roles.find(role); found != state.roles.end()) next = found->second;
    next.version += 1;
    next.expires = {now.unix_ms + lasts_days * day_ms};
    next.signatures.clear();
    return next;
}

// What the pack brings beside the one that is published: a line for people.
std::string compare(const RepositoryState& state, const Target& present, const BuiltPack& pack) {
    const auto bytes = read_text(state.folder / target_files(present).front(), manifest_limit_bytes);
    const auto manifest = bytes ? read_manifest(*bytes) : Result<Manifest>(bytes.error());
    if (!manifest) return "the pack before cannot be read: " + manifest.error().what;
    std::map<std::string, std::string> before;
    for (const auto& [path, file] : manifest->files) before.emplace(path, file.sha256);
    std::size_t added = 0, changed = 0;
    std::uint64_t moved = 0;
    for (const auto& [path, file] : pack.files) {
        const auto found = before.find(path);
        if (found != before.end() && found->second == file.sha256) {
            before.erase(found);
            continue;
        }
        (found == before.end() ? added : changed) += 1;
        moved += file.length;
        if (found != before.end()) before.erase(found);
    }
    return fmt::format("{} files added, {} changed, {} removed; {} of {} move", added, changed, before.size(), megabytes(moved), megabytes(pack.bytes));
}

std::string custom_of(const BuiltPack& pack, const std::vector<Approval>& approvals) {
    JsonWriter to;
    to.object().key("title").object().key("zh").value(pack.title_zh).key("en").value(pack.title_en).end();
    to.key("version").value(pack.version).key("files").value(pack.files.size()).key("bytes").value(static_cast<std::int64_t>(pack.bytes));
    to.key("approvals").array();
    for (const Approval& approval : approvals) to.object().key("by").value(approval.by).key("at").value(iso_from_wall_time(approval.at)).end();
    return to.end().end().text();
}

Error nobody_approved(const BuiltPack& pack) {
    return {ErrorKind::missing, "nobody has approved " + pack.id + ": write who (the office) and when into pack.json's approvals and build it again, or `sign` it with --approved-by ROLE"};
}

}  // namespace

std::string RoleDraft::file_name() const { return metadata_file(version, role).substr(std::string_view("metadata/").size()); }

Result<PackPlace> place_of_pack(const RepositoryState& state, const std::optional<std::string>& role, const std::optional<std::string>& organisation,
                                const std::vector<KeyText>& signers) {
    struct Candidate {
        PackPlace place;
        bool may = false;
    };
    std::vector<Candidate> candidates;
    for (const auto& [name, metadata] : state.roles)
        for (const Delegation& delegation : metadata.delegations)
            for (const std::string& pattern : delegation.paths)
                if (const auto found = organisation_of(pattern))
                    if ((!role || *role == delegation.name) && (!organisation || *organisation == *found))
                        candidates.push_back({{delegation.name, *found}, signers.empty() || signs_for(delegation.keys, signers)});
    if (candidates.empty()) {
        if (role && *role == "targets" && organisation) return PackPlace{*role, *organisation};
        const std::string wanted = role ? "the role \"" + *role + "\"" : organisation ? "packs/" + *organisation + "/*" : "packs/<organisation>/*";
        return Error{ErrorKind::missing, "nobody delegates to " + wanted + " in this repository; see `keys delegate`"};
    }
    const auto able = std::count_if(candidates.begin(), candidates.end(), [](const Candidate& one) { return one.may; });
    if (able == 0) {
        const std::string paths = candidates.size() == 1 ? "packs/" + candidates.front().place.organisation + "/*" : "any packs here";
        return Error{ErrorKind::untrusted, fmt::format("this key ({}) may not sign for {}", fingerprint(signers.front()), paths)};
    }
    if (able > 1) return Error{ErrorKind::invalid, "more than one organisation could publish this; say which with --role packs-ORGANISATION"};
    return std::find_if(candidates.begin(), candidates.end(), [](const Candidate& one) { return one.may; })->place;
}

Result<std::vector<Approval>> approvals_of(const BuiltPack& pack, const std::vector<std::string>& named, WallTime now) {
    std::vector<Approval> approvals;
    for (const std::string& by : named)
        if (!by.empty()) approvals.push_back({by, now});
    if (!approvals.empty()) return approvals;
    JsonDocument manifest;
    if (auto parsed = manifest.parse_strict(pack.manifest); !parsed) return parsed.error().within("manifest.json");
    if (manifest.root()["approvals"].exists())
        for (const JsonNode& node : manifest.root()["approvals"].items()) {
            const std::string role = node["role"].string(), at = node["at"].string();
            if (role.empty() || at.size() != 10 || !is_iso_date(at)) node.refuse("an approval is an office and a day, as in 2026-07-01");
            approvals.push_back({role, wall_time_from_iso(at + "T00:00:00Z")});
        }
    if (!manifest.good()) return manifest.error().within("manifest.json");
    if (approvals.empty()) return nobody_approved(pack);
    return approvals;
}

Result<RoleDraft> draft_pack(const RepositoryState& state, const PackPlace& place, const BuiltPack& pack, const std::vector<Approval>& approvals, WallTime now,
                         int lasts_days, bool same_version_may_change) {
    if (approvals.empty()) return nobody_approved(pack);
    auto next = next_of(state, place.role, now, lasts_days);
    if (!next) return next.error();
    Target target = target_of(fmt::format("{}{}/{}.json", packs_folder, place.organisation, pack.id), pack.manifest, custom_of(pack, approvals));
    RoleDraft draft;
    draft.role = place.role;
    draft.version = next->version;
    draft.changes.push_back(fmt::format("{} {} ({}), version {}", pack.title_zh, pack.title_en, pack.id, pack.version));
    draft.changes.push_back(fmt::format("{} files, {}; manifest {}", pack.files.size(), megabytes(pack.bytes), target.hashes.at("sha256")));
    if (const auto present = next->targets.find(target.name); present != next->targets.end()) {
        const std::int64_t before = version_of(present->second);
        const bool same = present->second.hashes == target.hashes;
        if (pack.version < before) return Error{ErrorKind::older, fmt::format("version {} of {} is older than {}, which is published", pack.version, pack.id, before)};
        if (pack.version == before && !same && !same_version_may_change)
            return Error{ErrorKind::invalid, fmt::format("version {} of {} is published with other contents; give the pack its next version", before, pack.id)};
        draft.changes.push_back(same ? "it is published already; only the end of the signature changes"
                                     : fmt::format("after version {}: {}", before, compare(state, present->second, pack)));
    } else {
        draft.changes.push_back("a new pack in this repository");
    }
    for (const Approval& approval : approvals) draft.changes.push_back("approved: " + approval.by);
    draft.files.push_back({target.name, pack.manifest});
    std::string name = target.name;
    next->targets.insert_or_assign(std::move(name), std::move(target));
    draft.bytes = targets_json(*next);
    return draft;
}

Result<RecallOrder> read_recall_order(const std::string& text) {
    RecallOrder order;
    const std::size_t at = text.find('@');
    const char* const end = text.data() + text.size();
    if (at == std::string::npos || at == 0 || std::from_chars(text.data() + at + 1, end, order.version).ptr != end || order.version < 1)
        return Error{ErrorKind::invalid, "\"" + text + "\" names no pack version; write PACK@VERSION, as in changzheng@3"};
    order.pack = text.substr(0, at);
    if (order.pack.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
        return Error{ErrorKind::invalid, "\"" + order.pack + "\" is no id of a pack"};
    return order;
}

std::string recall_json(const RecallOrder& order, WallTime now) {
    JsonWriter to(1);
    to.object().key("schema_version").value(1).key("pack").value(order.pack).key("versions").array().value(order.version).end();
    to.key("reason").object().key("zh").value(order.reason_zh).key("en").value(order.reason_en).end();
    return to.key("at").value(iso_from_wall_time(now)).end().text() + "\n";
}

Result<RoleDraft> draft_files(const RepositoryState& state, const std::vector<TargetFile>& files, WallTime now, int lasts_days) {
    insist(!files.empty(), "a draft without files");
    const auto targets = state.roles.find("targets");
    if (targets == state.roles.end()) return Error{ErrorKind::missing, "nothing is published there yet"};
    const auto& delegations = targets->second.delegations;
    const auto role = std::find_if(delegations.begin(), delegations.end(), [&](const Delegation& one) { return one.covers(files.front().name); });
    if (role == delegations.end()) return Error{ErrorKind::missing, "nobody delegates " + files.front().name + "; see `keys delegate --centre`"};
    auto next = next_of(state, role->name, now, lasts_days);
    if (!next) return next.error();
    RoleDraft draft;
    draft.role = role->name;
    draft.version = next->version;
    for (const TargetFile& file : files) {
        if (!is_safe_relative_path(file.name)) return Error{ErrorKind::invalid, "\"" + file.name + "\" is no name for a target"};
        if (!role->covers(file.name)) return Error{ErrorKind::untrusted, fmt::format("{} may not speak for {}", role->name, file.name)};
        draft.changes.push_back(fmt::format("{}: {}", file.name, next->targets.contains(file.name) ? "changed" : "new"));
        next->targets.insert_or_assign(file.name, target_of(file.name, file.bytes, ""));
    }
    draft.files = files;
    draft.bytes = targets_json(*next);
    return draft;
}

Result<RoleDraft> draft_renewal(const RepositoryState& state, const std::string& role, WallTime now, int lasts_days) {
    const auto next = next_of(state, role, now, lasts_days);
    if (!next) return next.error();
    const char* what = state.roles.contains(role) ? "the same" : "begins with nothing in it";
    return RoleDraft{role, next->version, targets_json(*next), {}, {fmt::format("{}: {}, until {}", role, what, day_text(next->expires))}};
}

Result<void> take_prepared(RepositoryState& state, const std::string& file_name, std::string_view metadata) {
    const auto type = type_of_metadata(metadata);
    if (!type) return type.error();
    if (*type == "root") {
        auto root = read_root(metadata);
        if (!root) return root.error();
        if (root->version != state.root.version + 1) return Error{ErrorKind::invalid, "it is not the next root"};
        state.before = std::move(state.root);
        state.root = std::move(*root);
        return {};
    }
    const auto role = role_of_file(file_name);
    if (*type != "targets" || !role) return Error{ErrorKind::invalid, "it is no root, targets or role (N.ROLE.json)"};
    auto targets = read_targets(metadata);
    if (!targets) return targets.error();
    for (auto& [name, target] : targets->targets) target.role = role->second;
    // Whatever is signed on top of it takes its place.
    targets->version -= 1;
    state.roles.insert_or_assign(role->second, std::move(*targets));
    return {};
}

Result<std::string> signed_draft(const RepositoryState& state, const RoleDraft& draft, const std::vector<Signer>& signers) {
    const auto keys = state.keys_of(draft.role);
    if (!keys) return Error{ErrorKind::missing, "nobody delegates to a role \"" + draft.role + "\""};
    for (const Signer& signer : signers)
        if (auto may = may_sign(signer, *keys); !may) return may.error();
    return signed_by_all(draft.bytes, signers);
}

std::string SignatureCount::sentence() const {
    if (enough()) return fmt::format("{} of {} signatures: complete", have, needed);
    return fmt::format("{} of {} signatures{}; send the file to another approver", have, needed, missing_from.empty() ? "" : " by " + missing_from);
}

Result<std::string> type_of_metadata(std::string_view metadata) {
    JsonDocument document;
    if (auto parsed = document.parse(metadata); !parsed) return parsed.error();
    const std::string type = document.root()["signed"]["_type"].string();
    if (!document.good()) return Error{ErrorKind::invalid, "this is no metadata to sign"};
    return type;
}

Result<SignatureCount> count_signatures(const RepositoryState& state, const std::string& role, std::string_view metadata) {
    SignatureCount count;
    if (role == "root") {
        const auto root = read_root(metadata);
        if (!root) return root.error();
        const auto own = root->roles.find("root");
        if (own == root->roles.end()) return Error{ErrorKind::invalid, "this root names no role root"};
        count.needed = own->second.threshold;
        count.have = signatures_of(*root, own->second, root->keys);
        const auto before = state.root.roles.find("root");
        if (count.enough() && before != state.root.roles.end() && root->version > state.root.version) {
            const int have = signatures_of(*root, before->second, state.root.keys);
            if (have < before->second.threshold) count = {have, before->second.threshold, "the keys of the root before"};
        }
        return count;
    }
    const auto keys = state.keys_of(role);
    if (!keys) return Error{ErrorKind::missing, "nobody delegates to a role \"" + role + "\""};
    const auto targets = read_targets(metadata);
    if (!targets) return targets.error();
    count.needed = keys->role.threshold;
    count.have = signatures_of(*targets, keys->role, *keys->known);
    return count;
}

}  // namespace xinghuo
