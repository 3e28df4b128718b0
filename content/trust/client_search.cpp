// Which target is meant by a name: the roles in pre-order, and the file itself.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "content/trust/client_state.h"
#include "content/trust/path_pattern.h"

namespace xinghuo {
namespace {

struct Next {
    std::string role, delegator;
    RoleKeys keys;
    bool terminating = false;
};

// The roles to look into for one name, in order.
std::vector<Next> next_for(const TargetsMeta& role, const std::string& name, std::string_view target) {
    std::vector<Next> all;
    for (const Delegation& delegation : role.delegations)
        if (delegation.covers(target)) all.push_back({delegation.name, name, delegation.keys, delegation.terminating});
    if (role.bins) all.push_back({role.bins->role_of(target), name, role.bins->keys, true});
    return all;
}

// The roles that may name anything that begins so.
std::vector<Next> next_below(const TargetsMeta& role, const std::string& name, std::string_view prefix, int at_most) {
    std::vector<Next> all;
    for (const Delegation& delegation : role.delegations) {
        const bool by_path = std::any_of(delegation.paths.begin(), delegation.paths.end(),
                                         [prefix](const std::string& pattern) { return may_match_below(pattern, prefix); });
        if (by_path || !delegation.path_hash_prefixes.empty()) all.push_back({delegation.name, name, delegation.keys, delegation.terminating});
    }
    if (role.bins) {
        const std::uint64_t count = std::uint64_t{1} << role.bins->bits;
        for (std::uint64_t bin = 0; bin < count && bin <= static_cast<std::uint64_t>(at_most); ++bin)
            all.push_back({role.bins->role_at(bin), name, role.bins->keys, true});
    }
    return all;
}

// The roles that wait, and those that were visited. No role is visited twice, and no more than so many.
class RoleWalk {
public:
    RoleWalk(const TargetsMeta& top, int at_most) : top_(top), left_(at_most) {}

    // Before everything that waits, in this order.
    void add(std::vector<Next> children) { std::move(children.rbegin(), children.rend(), std::back_inserter(todo_)); }
    void forget_the_others() { todo_.clear(); }

    // Nothing: all were visited.
    std::optional<Next> next() {
        while (!todo_.empty() && left_ > 0) {
            Next next = std::move(todo_.back());
            todo_.pop_back();
            if (!visited_.insert(next.role).second) continue;
            --left_;
            return next;
        }
        return std::nullopt;
    }
    [[nodiscard]] const std::map<std::string, KeyText>& keys_known_to(const std::string& delegator) const {
        return delegator == "targets" ? top_.keys : by_name_.at(delegator)->keys;
    }
    // Its metadata is kept: it names the keys of those below.
    void visited(const std::string& role, std::shared_ptr<const TargetsMeta> metadata) { by_name_.emplace(role, std::move(metadata)); }

private:
    const TargetsMeta& top_;
    int left_;
    std::vector<Next> todo_;  // the next one at its end
    std::set<std::string> visited_ = {"targets"};
    std::map<std::string, std::shared_ptr<const TargetsMeta>> by_name_;
};

bool fleeting(ErrorKind kind) { return kind == ErrorKind::io || kind == ErrorKind::cancelled || kind == ErrorKind::full; }

Error not_ready() { return {ErrorKind::missing, "nothing is trusted yet: refresh first"}; }

}  // namespace

Result<std::shared_ptr<const TargetsMeta>> TrustClient::State::delegate(const std::string& delegator, const std::string& role, const RoleKeys& keys,
                                                                        const std::map<std::string, KeyText>& known, Transport& from,
                                                                        WallTime now, std::string_view prefix) {
    const std::pair<std::string, std::string> place(delegator, role);
    if (const auto held = delegated.find(place); held != delegated.end()) return held->second;
    if (const auto failed = broken.find(place); failed != broken.end()) return failed->second;
    auto loaded = update_targets(role, keys, known, from, now, prefix);
    if (!loaded) {
        Error error = loaded.error().within(from.name());
        if (!fleeting(error.kind)) broken.emplace(place, error);
        return error;
    }
    auto kept = std::make_shared<const TargetsMeta>(std::move(*loaded));
    delegated.emplace(place, kept);
    return kept;
}

Result<std::optional<Target>> TrustClient::find(std::string_view name, Transport& from, WallTime now, std::string_view prefix) {
    State& state = *state_;
    if (!state.ready) return not_ready();
    const auto answer = [&name](const TargetsMeta& role, const std::string& role_name) -> std::optional<Target> {
        const auto found = role.targets.find(std::string(name));
        if (found == role.targets.end()) return std::nullopt;
        Target target = found->second;
        target.role = role_name;
        return target;
    };
    if (auto found = answer(*state.targets, "targets")) return found;
    RoleWalk walk(*state.targets, state.limits.delegations);
    const auto plan = [&walk, &name](const TargetsMeta& role, const std::string& role_name) {
        std::vector<Next> children = next_for(role, role_name, name);
        const auto last = std::find_if(children.begin(), children.end(), [](const Next& child) { return child.terminating; });
        if (last != children.end()) {
            // Whoever ends the search ends it for all that wait.
            children.erase(last + 1, children.end());
            walk.forget_the_others();
        }
        walk.add(std::move(children));
    };
    plan(*state.targets, "targets");
    while (const auto next = walk.next()) {
        const auto role = state.delegate(next->delegator, next->role, next->keys, walk.keys_known_to(next->delegator), from, now, prefix);
        if (!role) return role.error();
        if (auto found = answer(**role, next->role)) return found;
        walk.visited(next->role, *role);
        plan(**role, next->role);
    }
    return std::optional<Target>();
}

Result<std::vector<Target>> TrustClient::list(std::string_view name_prefix, Transport& from, WallTime now, std::string_view prefix) {
    State& state = *state_;
    if (!state.ready) return not_ready();
    std::set<std::string> names;
    const auto collect = [&names, &name_prefix](const TargetsMeta& role) {
        for (auto target = role.targets.lower_bound(std::string(name_prefix)); target != role.targets.end() && target->first.starts_with(name_prefix); ++target)
            names.insert(target->first);
    };
    collect(*state.targets);
    std::optional<Error> first_wrong;
    RoleWalk walk(*state.targets, state.limits.delegations);
    walk.add(next_below(*state.targets, "targets", name_prefix, state.limits.delegations));
    while (const auto next = walk.next()) {
        const auto role = state.delegate(next->delegator, next->role, next->keys, walk.keys_known_to(next->delegator), from, now, prefix);
        if (!role) {
            // One publisher's trouble is not the others'.
            if (fleeting(role.error().kind)) return role.error();
            if (!first_wrong) first_wrong = role.error();
            continue;
        }
        collect(**role);
        walk.visited(next->role, *role);
        walk.add(next_below(**role, next->role, name_prefix, state.limits.delegations));
    }
    std::vector<Target> all;
    for (const std::string& name : names) {
        auto found = find(name, from, now, prefix);
        if (!found && fleeting(found.error().kind)) return found.error();
        if (!found && !first_wrong) first_wrong = found.error();
        if (found && *found) all.push_back(std::move(**found));
    }
    if (all.empty() && first_wrong) return *first_wrong;
    return all;
}

Result<std::string> TrustClient::fetch(const Target& target, Transport& from, std::uint64_t limit_bytes, std::string_view prefix) {
    if (target.length > limit_bytes)
        return Error{ErrorKind::too_large, fmt::format("{}: {} bytes, over the limit of {}", target.name, target.length, limit_bytes)};
    if (target.hashes.empty()) return Error{ErrorKind::untrusted, target.name + ": nobody says what it must be"};
    std::string path(prefix);
    if (state_->root.consistent_snapshot) {
        const std::size_t slash = target.name.rfind('/');
        const std::size_t folder = slash == std::string::npos ? 0 : slash + 1;
        path += target.name.substr(0, folder) + target.hashes.begin()->second + "." + target.name.substr(folder);
    } else {
        path += target.name;
    }
    auto bytes = from.read(path, target.length);
    if (!bytes && bytes.error().kind == ErrorKind::too_large)
        return Error{ErrorKind::untrusted, fmt::format("{}: is longer than the {} bytes that were signed for", target.name, target.length)}.within(from.name());
    if (!bytes) return bytes;
    if (auto same = same_file(*bytes, target.length, target.hashes, target.name); !same) return same.error().within(from.name());
    return bytes;
}

}  // namespace xinghuo
