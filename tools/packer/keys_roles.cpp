#include "tools/packer/keys_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace xinghuo {
namespace {

Result<void> check(const std::string& role, const RoleKeys& keys) {
    if (keys.keyids.empty()) return Error{ErrorKind::invalid, role + " would have no key"};
    if (std::set<std::string>(keys.keyids.begin(), keys.keyids.end()).size() != keys.keyids.size())
        return Error{ErrorKind::invalid, "the same key stands twice in " + role};
    if (keys.threshold < 1 || static_cast<std::size_t>(keys.threshold) > keys.keyids.size())
        return Error{ErrorKind::invalid, fmt::format("{} would have {} key{}, and a threshold of {} that nobody can reach", role, keys.keyids.size(),
                                                     keys.keyids.size() == 1 ? "" : "s", keys.threshold)};
    return {};
}

void forget_unused(RootMeta& root) {
    std::erase_if(root.keys, [&](const auto& known) {
        return std::none_of(root.roles.begin(), root.roles.end(), [&](const auto& role) {
            return std::find(role.second.keyids.begin(), role.second.keyids.end(), known.first) != role.second.keyids.end();
        });
    });
}

void forget_unused(TargetsMeta& targets) {
    std::erase_if(targets.keys, [&](const auto& known) {
        return std::none_of(targets.delegations.begin(), targets.delegations.end(), [&](const Delegation& role) {
            return std::find(role.keys.keyids.begin(), role.keys.keyids.end(), known.first) != role.keys.keyids.end();
        });
    });
}

std::string line(const std::string& role, const RoleKeys& keys, const std::map<std::string, KeyText>& known) {
    std::string text = fmt::format("{}: {} of {}", role, keys.threshold, keys.keyids.size());
    for (const std::string& id : keys.keyids) {
        const auto key = known.find(id);
        text += fmt::format("\n    {} {}", key == known.end() ? "unknown" : key->second.scheme, key == known.end() ? id : fingerprint(key->second));
    }
    return text;
}

}  // namespace

Result<RootMeta> first_root(const std::map<std::string, RolePlan>& roles, WallTime now, WallTime expires) {
    RootMeta root;
    root.version = 1;
    root.expires = expires;
    root.consistent_snapshot = true;
    if (expires.unix_ms <= now.unix_ms) return Error{ErrorKind::expired, "the root would have expired already"};
    for (const char* role : top_roles) {
        const auto plan = roles.find(role);
        RoleKeys keys;
        if (plan != roles.end()) {
            keys.threshold = plan->second.threshold;
            for (const KeyText& key : plan->second.keys) {
                keys.keyids.push_back(key_id(key));
                root.keys.insert_or_assign(keys.keyids.back(), key);
            }
        }
        if (auto good = check(role, keys); !good) return good.error();
        root.roles.emplace(role, std::move(keys));
    }
    return root;
}

Result<RootMeta> next_root(const RootMeta& present, const std::vector<RoleEdit>& edits, WallTime expires) {
    RootMeta root = present;
    root.version += 1;
    root.expires = expires;
    root.signatures.clear();
    for (const RoleEdit& edit : edits) {
        const auto role = root.roles.find(edit.role);
        if (role == root.roles.end()) return Error{ErrorKind::invalid, "the root names no role \"" + edit.role + "\""};
        std::vector<std::string>& ids = role->second.keyids;
        for (const std::string& id : edit.remove)
            if (std::erase(ids, id) == 0) return Error{ErrorKind::missing, fmt::format("the key {} is none of {}", id.substr(0, 8), edit.role)};
        for (const KeyText& key : edit.add) {
            ids.push_back(key_id(key));
            root.keys.insert_or_assign(ids.back(), key);
        }
        if (edit.threshold) role->second.threshold = *edit.threshold;
    }
    for (const auto& [name, keys] : root.roles)
        if (auto good = check(name, keys); !good) return good.error();
    forget_unused(root);
    return root;
}

Result<void> delegate(TargetsMeta& targets, const Delegation& role, const std::vector<KeyText>& keys) {
    if (role.name.empty() || role.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
        return Error{ErrorKind::invalid, "\"" + role.name + "\" is no name for a role; a-z, 0-9 and - are"};
    for (const char* top : top_roles)
        if (role.name == top) return Error{ErrorKind::invalid, role.name + " is the root's to give"};
    if (role.paths.empty()) return Error{ErrorKind::invalid, role.name + " has no paths"};
    Delegation given = role;
    given.keys.keyids.clear();
    for (const KeyText& key : keys) {
        given.keys.keyids.push_back(key_id(key));
        targets.keys.insert_or_assign(given.keys.keyids.back(), key);
    }
    if (auto good = check(role.name, given.keys); !good) return good;
    const auto present = std::find_if(targets.delegations.begin(), targets.delegations.end(), [&](const Delegation& one) { return one.name == role.name; });
    if (present == targets.delegations.end()) targets.delegations.push_back(std::move(given));
    else *present = std::move(given);
    forget_unused(targets);
    return {};
}

Result<void> withdraw_delegation(TargetsMeta& targets, std::string_view role) {
    if (std::erase_if(targets.delegations, [&](const Delegation& one) { return one.name == role; }) == 0)
        return Error{ErrorKind::missing, "nobody delegates to a role \"" + std::string(role) + "\""};
    forget_unused(targets);
    return {};
}

Result<int> revoke_in_delegations(TargetsMeta& targets, const std::string& id) {
    int gone = 0;
    for (Delegation& role : targets.delegations) {
        if (std::erase(role.keys.keyids, id) == 0) continue;
        ++gone;
        if (auto good = check(role.name, role.keys); !good)
            return good.error().within("give the role another key first, or withdraw it (keys delegate)");
    }
    forget_unused(targets);
    return gone;
}

TargetsMeta next_targets(const RepositoryState& state, WallTime expires) {
    TargetsMeta next;
    if (const auto present = state.roles.find("targets"); present != state.roles.end()) next = present->second;
    next.version += 1;
    next.expires = expires;
    next.signatures.clear();
    return next;
}

std::vector<std::string> describe(const RootMeta& root) {
    std::vector<std::string> lines{fmt::format("root, version {}, until {}", root.version, day_text(root.expires))};
    for (const auto& [name, keys] : root.roles) lines.push_back(line(name, keys, root.keys));
    return lines;
}

std::vector<std::string> describe(const TargetsMeta& targets) {
    std::vector<std::string> lines{fmt::format("targets, version {}, until {}", targets.version, day_text(targets.expires))};
    for (const auto& [name, target] : targets.targets) lines.push_back(fmt::format("{} ({} bytes)", name, target.length));
    for (const Delegation& role : targets.delegations)
        lines.push_back(line(fmt::format("{} for {}", role.name, fmt::join(role.paths, " ")), role.keys, targets.keys));
    return lines;
}

}  // namespace xinghuo
