// What an approver signs: the metadata of a role, with the pack's manifest pinned in it, and what signing it would change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/packer/publish.h"

namespace xinghuo {

// The next version of a role's metadata, unsigned yet.
struct RoleDraft {
    std::string role;                    // "packs-xinghuo"
    std::int64_t version = 0;
    std::string bytes;
    std::vector<TargetFile> files;       // what it names newly
    std::vector<std::string> changes;    // for people, before they sign
    [[nodiscard]] std::string file_name() const;  // "3.packs-xinghuo.json"
};

// Where a pack of that organisation is announced: the role that was asked for, or the one among `packs/<organisation>/*` that these signers
// may sign for; nobody needs to say more when there is only one.
struct PackPlace {
    std::string role, organisation;
};
Result<PackPlace> place_of_pack(const RepositoryState& state, const std::optional<std::string>& role, const std::optional<std::string>& organisation,
                                const std::vector<KeyText>& signers);

struct Approval {
    std::string by;                      // a role, never a person's name: "史料审核"
    WallTime at;
};
// Those named here, from now; else those that stand in the manifest (pack.json's "approvals"). Nobody: refused.
Result<std::vector<Approval>> approvals_of(const BuiltPack& pack, const std::vector<std::string>& named, WallTime now);
// Adds the pack to the role. Refused: a pack nobody approved, an older version than the one published, the same with other contents.
Result<RoleDraft> draft_pack(const RepositoryState& state, const PackPlace& place, const BuiltPack& pack, const std::vector<Approval>& approvals, WallTime now,
                         int lasts_days, bool same_version_may_change = false);

// "ID@VERSION must not be shown any more", as recalls/ID-VERSION.json.
struct RecallOrder {
    std::string pack;
    std::int64_t version = 0;
    std::string reason_zh, reason_en;
};
Result<RecallOrder> read_recall_order(const std::string& text);  // "changzheng@3"; the reasons stay empty
std::string recall_json(const RecallOrder& order, WallTime now);
// Adds files to the role that these names belong to (rosters/, settings/, notices/, recalls/).
Result<RoleDraft> draft_files(const RepositoryState& state, const std::vector<TargetFile>& files, WallTime now, int lasts_days);
// The same again, with a later end; of a role that has signed nothing yet: its beginning, with nothing in it.
Result<RoleDraft> draft_renewal(const RepositoryState& state, const std::string& role, WallTime now, int lasts_days);

// The state as it will be with a prepared root, targets or role ("2.root.json", "1.packs-tsinghua.json"): what comes next is signed on top.
Result<void> take_prepared(RepositoryState& state, const std::string& file_name, std::string_view metadata);

// Signatures of everybody; each must be a key of the role.
Result<std::string> signed_draft(const RepositoryState& state, const RoleDraft& draft, const std::vector<Signer>& signers);

// Where the signatures on a file stand: "1 of 2 signatures; send the file to another approver" or "2 of 2 signatures". For a root the keys
// are in it, and those of `state`'s root must sign too when it has one. A role's keys are in `state`.
struct SignatureCount {
    int have = 0, needed = 1;
    std::string missing_from;            // "the root before", when only its signatures are short
    [[nodiscard]] bool enough() const { return have >= needed; }
    [[nodiscard]] std::string sentence() const;
};
Result<SignatureCount> count_signatures(const RepositoryState& state, const std::string& role, std::string_view metadata);
// Of any metadata: "root", "targets", "snapshot", "timestamp".
Result<std::string> type_of_metadata(std::string_view metadata);

}  // namespace xinghuo
