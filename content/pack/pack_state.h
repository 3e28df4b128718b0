// installed.json: what is shown, what may come back, what was recalled, what happened. Pure but for load and save.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "content/pack/pack_store.h"

namespace xinghuo {

struct PackState {
    std::vector<InstalledPack> packs;     // by id
    std::vector<Recall> recalls;
    std::vector<PackEvent> history;       // newest first
    std::string shipped;                  // SHA-256 of the shipped repository's timestamp.json that was taken over
    WallTime floor;                       // no clock is believed that says less
    std::optional<WallTime> checked;      // when every blob had been read again

    [[nodiscard]] InstalledPack* find(std::string_view id);
    [[nodiscard]] const InstalledPack* find(std::string_view id) const;
    [[nodiscard]] bool recalled(std::string_view pack, std::int64_t version) const;
    void happened(PackEvent event);       // at most history_limit are kept
};

inline constexpr std::size_t history_limit = 500;

// The text ends with a hash of all that stands before it: one flipped bit is noticed, whatever it means.
std::string state_text(const PackState& state);
Result<PackState> read_state(std::string_view text);

// FOLDER/installed.json; when that is damaged, the one before. `missing`: there was never one. `invalid`: both are damaged.
// `damaged` gets a sentence for each that was.
Result<PackState> load_state(const Path& folder, std::vector<std::string>& damaged);
// The old one becomes installed.json.1 first. `full`, `io`: the old one stands.
Result<void> save_state(const Path& folder, const PackState& state);

// {"schema_version": 1, "pack": "xinghuo-demo", "versions": [3], "reason": {"zh": "…", "en": "…"}, "at": "2026-07-01T08:00:00Z"};
// without versions: all of them.
Result<Recall> read_recall(std::string_view json);
inline constexpr std::size_t recall_limit_bytes = 64u << 10;

}  // namespace xinghuo
