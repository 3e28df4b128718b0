// What a TrustClient holds; for client.cpp and client_search.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "content/trust/client.h"

namespace xinghuo {

struct TrustClient::State {
    Path folder;
    TrustLimits limits;
    RootMeta root;
    // What is stored and whose signatures hold under `root`, whatever its date.
    std::optional<TimestampMeta> timestamp;
    std::optional<SnapshotMeta> snapshot;
    std::optional<TargetsMeta> targets;
    bool ready = false;    // find() and list() may ask
    bool undated = false;  // load_stored(): dates do not matter
    // Delegated roles by (who delegates, role): the same role may be trusted by one and not by another. And those that could not be.
    std::map<std::pair<std::string, std::string>, std::shared_ptr<const TargetsMeta>> delegated;
    std::map<std::pair<std::string, std::string>, Error> broken;

    void load();
    void forget(std::string_view role);  // timestamp or snapshot: from the disk, too
    Result<void> store(std::string_view role, std::string_view bytes) const;
    [[nodiscard]] Path file_of(std::string_view role) const;

    Result<void> update_root(Transport& from, WallTime now, std::string_view prefix);
    Result<void> accept_root(std::string_view bytes);
    Result<void> update_timestamp(Transport& from, WallTime now, std::string_view prefix);
    Result<void> update_snapshot(Transport& from, WallTime now, std::string_view prefix);
    // Any targets role: ours if it is still what the snapshot says, else fetched and stored.
    Result<TargetsMeta> update_targets(std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known, Transport& from,
                                       WallTime now, std::string_view prefix);
    Result<std::shared_ptr<const TargetsMeta>> delegate(const std::string& delegator, const std::string& role, const RoleKeys& keys,
                                                        const std::map<std::string, KeyText>& known, Transport& from, WallTime now,
                                                        std::string_view prefix);
};

// `expired`, with both dates.
Result<void> still_valid(const Signed& metadata, std::string_view role, WallTime now);
// `untrusted` when bytes are not those that were signed for.
Result<void> same_file(std::string_view bytes, const std::optional<std::uint64_t>& length, const std::map<std::string, std::string>& hashes,
                       std::string_view what);

}  // namespace xinghuo
