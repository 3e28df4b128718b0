// The packs of this terminal: which are shown, which version may come back with one touch, what was recalled, and what happened. One folder:
//
//     DATA/packs/blobs/ab/ab12…          contents by hash
//     DATA/packs/manifests/<sha256>.json  every manifest that is shown or may come back, byte for byte as it was signed
//     DATA/packs/installed.json           the state: written beside, flushed, renamed; that is the one transaction of an install
//     DATA/packs/installed.json.1         the state before
//     DATA/packs/recalls/<sha256>.json    every recall that holds, as it was signed
//     DATA/packs/trust/                   the metadata of the update client
//     DATA/packs/root.json                the root of trust it was begun with
//     DATA/packs/incoming/                what is being fetched
//     DATA/packs/scratch/                 for open_stick(); emptied at every opening
//
// Everything in installed.json was verified when it was installed and is trusted by hash since (packs-and-trust.md, rule 8).
// One PackStore a folder. Its own calls are not for two threads at once, but a Catalogue it made is for any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/base/lang.h"
#include "content/pack/blob_store.h"
#include "content/pack/catalogue.h"

namespace xinghuo {

struct PackVersion {
    std::int64_t version = 0;
    std::string manifest;        // SHA-256 of its bytes
    Bilingual title;
    std::uint64_t bytes = 0;     // of its files, shared ones included
    int files = 0;
    std::string from;            // "the stick KINGSTON", "https://…", "shipped"
    std::string role;            // whose metadata named it
    WallTime at;                 // when it was installed, as this terminal's clock said
    bool clock_trusted = false;
};

struct InstalledPack {
    std::string id;              // of the pack
    std::string target;          // "packs/xinghuo/xinghuo-demo.json"
    std::optional<PackVersion> shown;     // nothing: recalled, and nothing older may be shown
    std::optional<PackVersion> previous;  // comes back by undo()
    std::int64_t highest = 0;    // no install goes below it (undo does)
};

struct Recall {
    std::string pack;
    std::vector<std::int64_t> versions;   // empty: all
    Bilingual reason;
    std::string target;          // the signed statement it came with
    std::string statement;       // SHA-256 of that
};

struct PackEvent {
    enum class What { installed, updated, undone, recalled, repaired, damaged, failed, collected };
    What what = What::installed;
    std::string pack;
    Bilingual title;
    std::int64_t version = 0, before = 0;
    std::string from;
    std::string why;             // of failed and damaged: a sentence
    WallTime at;
    bool clock_trusted = false;
};

class PackStore {
public:
    struct Places {
        Path folder;             // DATA/packs
        Path shipped;            // a repository that came with the program (metadata/, targets/, blobs/); empty: none
        Path root;                        // the root of trust for a first start: a file; empty: shipped/../root.json
        std::uint64_t capacity = 0;       // blobs may take so much of the disk; 0: all but the reserve
    };
    // Kept free for the record (product rule 5: the disk that fills up is never the record's trouble).
    static constexpr std::uint64_t reserve_bytes = 256u << 20;
    // Opens or makes it, finishes or forgets what was under way (recover), and on an empty folder takes over what ships with the program:
    // its manifests are verified like any other but for expiry, its blobs stay where they are. A root other than the one it was begun with
    // replaces all trust: packs signed under the old one are no longer shown.
    static Result<std::unique_ptr<PackStore>> open(Places places, const Moment& moment);
    virtual ~PackStore();

    [[nodiscard]] virtual const std::vector<InstalledPack>& packs() const = 0;
    [[nodiscard]] virtual const std::vector<PackEvent>& history() const = 0;   // newest first, at most 500
    [[nodiscard]] virtual const std::vector<Recall>& recalls() const = 0;
    [[nodiscard]] virtual bool recalled(std::string_view pack, std::int64_t version) const = 0;
    // What may be shown now. `missing`: nothing is installed.
    [[nodiscard]] virtual Result<std::shared_ptr<const Catalogue>> catalogue() const = 0;

    // One touch: the previous version is shown again, the present one becomes the previous. Not if it was recalled.
    virtual Result<void> undo(std::string_view pack, const Moment& moment) = 0;

    // Re-hashes at most so many bytes, goes on where it stopped, and begins again at the end: call it when nobody is there. Returns a
    // sentence for each blob it found damaged (then nothing is shown from that blob any more, and `wanted()` names it for repair).
    virtual Result<std::vector<std::string>> check_some(std::uint64_t bytes, const Moment& moment) = 0;
    // When every blob had last been read again; nothing: not yet.
    [[nodiscard]] virtual std::optional<WallTime> last_full_check() const = 0;
    [[nodiscard]] virtual std::vector<PackFile> wanted() const = 0;
    // What nobody shows, nobody may undo to, nobody is installing (hold) and no living Catalogue of this store uses. Returns bytes; more than
    // none are a line of history.
    virtual Result<std::uint64_t> collect(const Moment& moment) = 0;
    // These blobs are being installed: not collected until hold({}).
    virtual void hold(const std::vector<PackFile>& files) = 0;

    // On our disk, for packs: the disk's free space less the reserve, and less what `capacity` forbids.
    [[nodiscard]] virtual std::uint64_t free_bytes() const = 0;
    // What the blobs take (our own, not the shipped ones), in whole blocks.
    [[nodiscard]] virtual std::uint64_t blobs_bytes() const = 0;

    [[nodiscard]] virtual BlobStore& blobs() = 0;
    // The bytes of a manifest that is shown or may come back; `missing`.
    [[nodiscard]] virtual Result<std::string> manifest(std::string_view sha256) const = 0;
    [[nodiscard]] virtual Path trust_folder() const = 0;
    // max(clock, floor): the floor is the build, the newest accepted signing, and what a server's Date said (rule 6). Kept.
    [[nodiscard]] virtual WallTime believed(const Moment& moment) const = 0;
    virtual Result<void> raise_floor(WallTime to) = 0;

    // For the installer. In one step: these versions are shown, those recalls hold, these events happened.
    struct Change {
        struct Shown {
            std::string id, target;
            PackVersion version;
            std::string manifest_bytes;
        };
        std::vector<Shown> shown;
        struct Recalled {
            Recall recall;
            std::string statement_bytes;
        };
        std::vector<Recalled> recalls;
        WallTime at;
        bool clock_trusted = false;
        std::vector<PackEvent> events;    // besides what it writes down itself: installed, updated, recalled
    };
    // `full`, `io`: nothing has changed, but that a recall holds until the power goes even so.
    virtual Result<void> apply(const Change& change) = 0;
};

}  // namespace xinghuo
