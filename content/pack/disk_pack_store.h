// The PackStore of a folder. Three files: this one's class is opened in pack_opening.cpp and lives in pack_store.cpp.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "content/pack/manifest.h"
#include "content/pack/pack_state.h"
#include "content/pack/pack_store.h"

namespace xinghuo {

class DiskPackStore final : public PackStore {
public:
    DiskPackStore(Places places, BlobStore blobs) : places_(std::move(places)), blobs_(std::move(blobs)) {}

    // The steps of opening, in this order. What one of them finds wrong it writes into the history; only a disk that says no is an error.
    Result<void> load(const Moment& moment);
    Result<void> begin_trust(const Moment& moment);
    void take_shipped(const Moment& moment);
    Result<void> save_if_changed();

    [[nodiscard]] const std::vector<InstalledPack>& packs() const override { return state_.packs; }
    [[nodiscard]] const std::vector<PackEvent>& history() const override { return state_.history; }
    [[nodiscard]] const std::vector<Recall>& recalls() const override { return state_.recalls; }
    [[nodiscard]] bool recalled(std::string_view pack, std::int64_t version) const override { return state_.recalled(pack, version); }
    [[nodiscard]] Result<std::shared_ptr<const Catalogue>> catalogue() const override;
    Result<void> undo(std::string_view pack, const Moment& moment) override;
    Result<std::vector<std::string>> check_some(std::uint64_t bytes, const Moment& moment) override;
    [[nodiscard]] std::optional<WallTime> last_full_check() const override { return state_.checked; }
    [[nodiscard]] std::vector<PackFile> wanted() const override;
    Result<std::uint64_t> collect(const Moment& moment) override;
    void hold(const std::vector<PackFile>& files) override;
    [[nodiscard]] std::uint64_t free_bytes() const override;
    [[nodiscard]] std::uint64_t blobs_bytes() const override;
    [[nodiscard]] BlobStore& blobs() override { return blobs_; }
    [[nodiscard]] Result<std::string> manifest(std::string_view sha256) const override;
    [[nodiscard]] Path trust_folder() const override { return places_.folder / "trust"; }
    [[nodiscard]] WallTime believed(const Moment& moment) const override;
    Result<void> raise_floor(WallTime to) override;
    Result<void> apply(const Change& change) override;

private:
    struct Shelved {
        std::string bytes;
        Manifest manifest;
    };
    struct Living {
        std::weak_ptr<const Catalogue> catalogue;
        std::set<std::string> blobs;
    };

    [[nodiscard]] Path manifest_file(std::string_view sha256) const;
    [[nodiscard]] Path recall_file(std::string_view sha256) const;
    Result<void> read_manifest_of(const PackVersion& version);
    void drop_unreadable(const Moment& moment);
    void rebuild(const Moment& moment);
    void take_recalls_from_files();
    void forget_all(const std::string& why, const Moment& moment);
    void enforce_recalls(PackState& state, const Change& change) const;
    // Sorted by name; of everything that is shown or may come back.
    [[nodiscard]] std::map<std::string, std::uint64_t> blobs_in_use() const;
    [[nodiscard]] bool whole(const PackVersion& version) const;
    [[nodiscard]] std::string whose(const PackFile& file) const;
    Result<void> replace(PackState next);
    void become(PackState next);

    Places places_;
    BlobStore blobs_;
    PackState state_;
    std::map<std::string, Shelved, std::less<>> manifests_;  // of the versions in state_, by hash
    bool changed_ = false;                                   // while opening: the state is not yet on disk
    mutable std::vector<Living> living_;
    std::set<std::string> held_;
    std::optional<BlobStore::Reading> reading_;              // the check that was not finished
    std::string checked_to_;                                 // the last blob whose check was
};

}  // namespace xinghuo
