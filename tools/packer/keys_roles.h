// Who may sign for what: the root and its successors, and the delegations in targets. Everything here makes the next version unsigned;
// those who must agree sign it one after the other (sign.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/packer/publish_state.h"

namespace xinghuo {

inline constexpr const char* top_roles[] = {"root", "targets", "snapshot", "timestamp"};

struct RolePlan {
    std::vector<KeyText> keys;
    int threshold = 1;
};
// Version 1. Refused: a role without keys, the same key twice in a role, a threshold nobody can reach.
Result<RootMeta> first_root(const std::map<std::string, RolePlan>& roles, WallTime now, WallTime expires);

struct RoleEdit {
    std::string role;
    std::vector<std::string> remove;     // ids
    std::vector<KeyText> add;
    std::optional<int> threshold;
};
// The next version of a root. Its expiry, too, is new.
Result<RootMeta> next_root(const RootMeta& present, const std::vector<RoleEdit>& edits, WallTime expires);

// Adds a delegation to the end, or replaces the one of that name where it stands. Its keys are known by `keys` from then on.
Result<void> delegate(TargetsMeta& targets, const Delegation& role, const std::vector<KeyText>& keys);
Result<void> withdraw_delegation(TargetsMeta& targets, std::string_view role);
// The key goes from every delegation. How many; `invalid` when one could not reach its threshold any more.
Result<int> revoke_in_delegations(TargetsMeta& targets, const std::string& id);

// The next targets to edit: version one more than what is published.
TargetsMeta next_targets(const RepositoryState& state, WallTime expires);

// For people: who may do what, in lines.
std::vector<std::string> describe(const RootMeta& root);
std::vector<std::string> describe(const TargetsMeta& targets);

}  // namespace xinghuo
