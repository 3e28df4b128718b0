// What a pack room does away from the frames: everything here may wait for a disk, a stick or a network. One thread at a time, after it
// has been opened; what it found out leaves it as reports.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/pack_room.h"
#include "kiosk/stick.h"

namespace xinghuo {

class CurlTransport;

// What is on a stick, for packs.
enum class StickPacks { none, repository, archive };

struct PackReport {
    std::uint64_t job = 0;
    bool done = false;                    // the job is over
    std::optional<InstallProgress> progress;
    std::optional<Offer> offer;
    std::optional<PackRoom::Problem> problem;
    bool installed = false;
    std::optional<WallTime> contact;      // a server answered
    std::optional<StickPacks> stick;
    // As the store is now.
    struct Contents {
        std::vector<InstalledPack> packs;
        std::vector<PackEvent> history;
        std::vector<Recall> recalls;
        std::uint64_t blobs_bytes = 0, free_bytes = 0;
        std::size_t wanted = 0;           // damaged files that wait for repair
    };
    std::optional<Contents> contents;
    std::optional<Result<std::shared_ptr<const Catalogue>>> catalogue;  // another one than before
    std::vector<std::string> damaged;     // what the re-hash found
    bool checked_all = false;             // it has come round
};

class PackKeeper {
public:
    struct Parts {
        std::unique_ptr<PackStore> store;
        const Clock& clock;               // read on whatever thread this is used on
        PackRoom::Network network;
        Path scratch;
        std::function<void(PackReport)> tell;  // called on whatever thread this is used on
    };
    PackKeeper(Parts parts, const std::atomic<bool>& stop);

    void look(std::uint64_t job, PackRoom::Source source, const std::optional<Stick>& stick, bool keep_open, const Moment& moment);
    // The offer of the last look there.
    void install(std::uint64_t job, const Offer& offer, PackRoom::Source source, const std::optional<Stick>& stick, const Moment& moment);
    void undo(std::uint64_t job, const std::string& pack, const Moment& moment);
    void probe(std::uint64_t job, const std::optional<Stick>& stick);
    void check(std::uint64_t job, std::uint64_t bytes, const Moment& moment);
    void repair(std::uint64_t job, PackRoom::Source source, const std::optional<Stick>& stick, const Moment& moment);
    void collect(std::uint64_t job, const Moment& moment);
    void weigh(std::uint64_t job);        // how much room there is
    void let_go();                        // of the stick or the server
    void skipped(std::uint64_t job, PackRoom::Source source, PackRoom::Doing during);

private:
    Result<Transport*> source_of(PackRoom::Source source, const std::optional<Stick>& stick);
    Result<Transport*> open_server();
    void take_date();
    void finish(PackReport report, bool catalogue_anew = false);
    [[nodiscard]] std::vector<std::string> shown() const;

    Parts parts_;
    const std::atomic<bool>& stop_;
    Installer installer_;
    std::unique_ptr<Transport> from_;
    const CurlTransport* server_ = nullptr;  // where from_ is one
    std::optional<PackRoom::Source> from_source_;
    std::vector<std::string> shown_;      // manifests of the catalogue that was told last
};

// Looks at names only, and follows no link.
StickPacks packs_on(const Path& stick);

}  // namespace xinghuo
