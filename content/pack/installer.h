// From an offer to packs that are shown (packs-and-trust.md, "Install"): plan → fetch missing blobs beside → all hashes again → one
// transaction → the previous version kept → unused blobs collected later. Killed, unplugged, cancelled or out of space at any point: the old
// version plays on, and what was fetched is used next time. Blocks; not for the frame's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "content/pack/pack_store.h"
#include "content/trust/transport.h"

namespace xinghuo {

struct PackOffer {
    enum class Kind { fresh, update, same, older, recalled };
    Kind kind = Kind::fresh;
    std::string id, target, role;
    Bilingual title, summary;
    std::int64_t version = 0, before = 0;   // before: shown now, 0: none
    std::uint64_t bytes = 0;                // all of it
    std::uint64_t to_fetch = 0;             // what is not here yet
    int files = 0, files_to_fetch = 0;
    std::string manifest;                   // SHA-256
    std::string manifest_bytes;             // verified
    std::string refused;                    // why it cannot be installed ("needs version 0.2 of the application"); empty: it can
    ErrorKind refused_kind = ErrorKind::unsupported;
};

struct Offer {
    std::string from;                       // the transport's name
    std::vector<PackOffer> packs;           // also those that are the same
    std::vector<Recall> recalls;            // new ones; already in force when this is returned (rule 10)
    std::uint64_t to_fetch = 0;             // of fresh and update
    std::uint64_t to_store = 0;             // the same in whole blocks of the disk, less what was fetched by an attempt before
    std::uint64_t free_bytes = 0;           // on our disk, less the reserve for records
    [[nodiscard]] bool fits() const { return to_store <= free_bytes; }
    [[nodiscard]] bool empty() const;       // nothing fresh, nothing to update
};

struct InstallProgress {
    std::uint64_t bytes = 0, of_bytes = 0;
    int files = 0, of_files = 0;
    enum class Step { looking, fetching, checking, finishing } step = Step::looking;
};

class Installer {
public:
    // Not owned; outlive this, the clock too, which says how often progress is told. `stop` ends look and install with `cancelled`; it is looked at between pieces of 256 KiB.
    // `application`: this program's version ("0.1.0"), beside a pack's minimum_application; empty: that of manifest.h.
    Installer(PackStore& store, const std::atomic<bool>& stop, const Clock& clock, std::string application = {});

    // Refreshes trust from there and compares. `same` is also what was undone here: undo() brings it back, no installing does. Recalls apply at once. `older`: what is here is newer than everything there ("already
    // newer"); `expired`: "this stick is too old, make a new one" with both dates; `untrusted`, `invalid`, `missing` (no repository there)…
    Result<Offer> look(Transport& from, const Moment& moment);
    // Installs fresh and updated packs of the offer, all of them in one transaction. `progress` is called on this thread, at most 30 times
    // a second and at the end.
    Result<void> install(const Offer& offer, Transport& from, const Moment& moment, const std::function<void(const InstallProgress&)>& progress);
    // Fetches what PackStore::wanted() names.
    Result<int> repair(Transport& from, const Moment& moment);

private:
    PackStore& store_;
    const std::atomic<bool>& stop_;
    const Clock& clock_;
    std::string application_;
};

// What a stick may hold: "xinghuo/" (a repository), or one *.xhpack (a tar of the same). The tar is unpacked into `scratch` (a folder of
// ours, DATA/packs/scratch; it goes with the transport) under limits of count, size, ratio, depth and names (archive.h), and read from
// there. `missing`: neither.
Result<std::unique_ptr<Transport>> open_stick(const Path& stick, const std::string& name, const Path& scratch, const std::atomic<bool>* stop);

}  // namespace xinghuo
