#include "content/pack/installer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "content/base/crypto.h"
#include "content/pack/disk.h"
#include "content/pack/manifest.h"
#include "content/pack/offer.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t check_piece_bytes = 1u << 20;
constexpr Nanoseconds between_reports = std::chrono::milliseconds(34);

Error cancelled() { return {ErrorKind::cancelled, "stopped"}; }

// Somebody's transport, that ends between two pieces when asked to.
class Stoppable final : public Transport {
public:
    Stoppable(Transport& from, const std::atomic<bool>& stop) : from_(from), stop_(stop) {}

    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                     const std::function<void()>& restart) override {
        if (stop_) return cancelled();
        return from_.get(path, from, limit_bytes, [&](std::span<const std::uint8_t> piece) { return stop_ ? Result<void>(cancelled()) : take(piece); }, restart);
    }
    [[nodiscard]] std::string name() const override { return from_.name(); }

private:
    Transport& from_;
    const std::atomic<bool>& stop_;
};

// At most 30 times a second, whatever the disk does.
class Report {
public:
    Report(const std::function<void(const InstallProgress&)>& tell, const Clock& clock) : tell_(tell), clock_(clock) {}

    void now() {
        last_ = clock_.now();
        if (tell_) tell_(progress);
    }
    void add(std::uint64_t bytes) {
        progress.bytes += bytes;
        if (clock_.now() - last_ >= between_reports) now();
    }
    void step(InstallProgress::Step step) {
        progress.step = step;
        now();
    }

    InstallProgress progress;

private:
    const std::function<void(const InstallProgress&)>& tell_;
    const Clock& clock_;
    Instant last_;
};

struct Planned {
    const PackOffer* pack;
    Manifest manifest;
};

class Held {
public:
    Held(PackStore& store, const std::vector<PackFile>& files) : store_(store) { store_.hold(files); }
    ~Held() { store_.hold({}); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    PackStore& store_;
};

class Install {
public:
    Install(PackStore& store, Transport& from, const std::atomic<bool>& stop, Report& report) : store_(store), from_(from), stop_(stop), report_(report) {}

    // The offer was made a while ago: somebody may have recalled or installed something since.
    Result<void> plan(const Offer& offer) {
        for (const PackOffer& pack : offer.packs) {
            if (!pack.refused.empty() || (pack.kind != PackOffer::Kind::fresh && pack.kind != PackOffer::Kind::update)) continue;
            insist(sha256_hex(pack.manifest_bytes.data(), pack.manifest_bytes.size()) == pack.manifest, "an offer with another manifest");
            auto manifest = read_manifest(pack.manifest_bytes);
            if (!manifest) return manifest.error().within(pack.target);
            if (store_.recalled(manifest->id, manifest->version))
                return Error{ErrorKind::untrusted, fmt::format("{} version {} has been recalled", manifest->id, manifest->version)};
            for (const InstalledPack& here : store_.packs()) {
                if (here.id != manifest->id) continue;
                if (here.target != pack.target) return Error{ErrorKind::untrusted, fmt::format("the pack {} is here from {}", here.id, here.target)};
                if (manifest->version < here.highest) return Error{ErrorKind::older, fmt::format("{} version {} is here already", here.id, here.highest)};
            }
            planned_.push_back({&pack, std::move(*manifest)});
        }
        std::vector<const Manifest*> manifests;
        for (const Planned& each : planned_) manifests.push_back(&each.manifest);
        auto files = blobs_of(manifests);
        if (!files) return files.error();
        files_ = std::move(*files);
        for (const PackFile& file : files_) {
            report_.progress.of_bytes += file.length;  // read again
            if (store_.blobs().has(file)) continue;
            missing_.push_back(file);
            report_.progress.of_bytes += file.length - store_.blobs().begun(file);
        }
        report_.progress.of_files = static_cast<int>(missing_.size());
        return {};
    }

    [[nodiscard]] const std::vector<PackFile>& files() const { return files_; }
    [[nodiscard]] bool empty() const { return planned_.empty(); }

    Result<void> check_room() {
        const auto room = room_on_disk(store_.blobs().folder());
        if (!room) return room.error();
        std::uint64_t need = 0;
        for (const PackFile& file : missing_) need += in_blocks(file.length, room->block_bytes) - in_blocks(store_.blobs().begun(file), room->block_bytes);
        for (const Planned& each : planned_) need += in_blocks(each.pack->manifest_bytes.size(), room->block_bytes);
        const std::uint64_t there_is = store_.free_bytes();
        if (need > there_is)
            return Error{ErrorKind::full, fmt::format("{} are needed, and {} are free beside what is kept for the records", in_words(need), in_words(there_is))};
        return {};
    }

    Result<void> fetch() {
        report_.step(InstallProgress::Step::fetching);
        for (const PackFile& file : missing_) {
            if (auto fetched = fetch(file); !fetched) return fetched;
            ++report_.progress.files;
        }
        return {};
    }

    // Everything those versions show, also what was here before: a version is not shown before each of its bytes was read back.
    Result<void> check() {
        report_.step(InstallProgress::Step::checking);
        for (const PackFile& file : files_) {
            auto good = check(file);
            if (!good && (good.error().kind == ErrorKind::untrusted || good.error().kind == ErrorKind::missing)) {
                // Damaged since it came here; it was set aside.
                if (auto fetched = fetch(file); !fetched) return fetched;
                good = check(file);
            }
            if (!good) return good;
        }
        return {};
    }

    Result<void> show(const Moment& moment) {
        report_.step(InstallProgress::Step::finishing);
        if (auto settled = store_.blobs().settle(); !settled) return settled;
        PackStore::Change change;
        change.at = moment.wall;
        change.clock_trusted = moment.wall_trusted;
        for (const Planned& each : planned_) change.shown.push_back(shown_from(*each.pack, each.manifest, from_.name(), moment));
        return store_.apply(change);
    }

private:
    Result<void> fetch(const PackFile& file) {
        auto fetched = store_.blobs().fetch(file, from_, [this](std::uint64_t bytes) { report_.add(bytes); });
        if (fetched || fetched.error().kind != ErrorKind::full) return fetched;
        return fetched.error().within(fmt::format("the disk ran full ({} of {} are here, {} are free)", in_words(report_.progress.bytes), in_words(to_fetch()), in_words(store_.free_bytes())));
    }

    [[nodiscard]] std::uint64_t to_fetch() const {
        std::uint64_t bytes = 0;
        for (const PackFile& file : missing_) bytes += file.length;
        return bytes;
    }

    Result<void> check(const PackFile& file) {
        auto reading = store_.blobs().begin_check(file);
        if (!reading) return reading.error();
        for (;;) {
            if (stop_) return cancelled();
            const std::uint64_t before = reading->at;
            const auto whole = store_.blobs().check_on(*reading, check_piece_bytes);
            if (!whole) return whole.error();
            report_.add(reading->at - before);
            if (*whole) return {};
        }
    }

    PackStore& store_;
    Transport& from_;
    const std::atomic<bool>& stop_;
    Report& report_;
    std::vector<Planned> planned_;
    std::vector<PackFile> files_, missing_;
};

}  // namespace

Installer::Installer(PackStore& store, const std::atomic<bool>& stop, const Clock& clock, std::string application)
    : store_(store), stop_(stop), clock_(clock), application_(application.empty() ? std::string(application_version()) : std::move(application)) {}

Result<Offer> Installer::look(Transport& from, const Moment& moment) {
    Stoppable transport(from, stop_);
    auto offer = make_offer(store_, transport, store_.believed(moment), moment, application_);
    if (offer) return offer;
    if (stop_) return cancelled();
    // "No repository there" and "no network" are not worth a line of history, every night.
    if (offer.error().kind != ErrorKind::missing && offer.error().kind != ErrorKind::io) note_failure(store_, offer.error(), from.name(), moment);
    return offer;
}

Result<void> Installer::install(const Offer& offer, Transport& from, const Moment& moment, const std::function<void(const InstallProgress&)>& progress) {
    Stoppable transport(from, stop_);
    Report report(progress, clock_);
    report.now();
    Install install(store_, transport, stop_, report);
    const Gently gently;
    auto done = install.plan(offer);
    if (done && install.empty()) return {};
    const Held held(store_, install.files());
    if (done) done = install.check_room();
    if (done) done = install.fetch();
    if (done) done = install.check();
    if (done) done = install.show(moment);
    report.now();
    if (!done && stop_) return cancelled();
    if (!done) note_failure(store_, done.error(), from.name(), moment);
    return done;
}

Result<int> Installer::repair(Transport& from, const Moment& moment) {
    Stoppable transport(from, stop_);
    const Gently gently;
    int repaired = 0;
    std::optional<Error> failed;
    for (const PackFile& file : store_.wanted()) {
        auto fetched = store_.blobs().fetch(file, transport, [](std::uint64_t) {});
        if (fetched) fetched = store_.blobs().check(file);
        if (fetched) ++repaired;
        else failed = fetched.error();
        if (stop_ || (failed && failed->kind != ErrorKind::missing && failed->kind != ErrorKind::untrusted)) break;
    }
    if (auto settled = store_.blobs().settle(); !settled) return settled.error();
    if (repaired > 0) {
        PackStore::Change change;
        change.events.push_back({PackEvent::What::repaired, "", {}, 0, 0, from.name(), fmt::format("{} files", repaired), moment.wall, moment.wall_trusted});
        if (auto noted = store_.apply(change); !noted) return noted.error();
    }
    if (repaired == 0 && failed) return stop_ ? cancelled() : *failed;
    return repaired;
}

}  // namespace xinghuo
