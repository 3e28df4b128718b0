#include "content/pack/pack_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "content/base/crypto.h"
#include "content/pack/disk.h"
#include "content/pack/disk_pack_store.h"
#include "content/pack/offer.h"

namespace xinghuo {
namespace {

// No terminal that runs this program lives before it.
constexpr WallTime made{1'780'272'000'000};  // 2026-06-01

std::uint64_t bytes_under(const Path& folder) {
    std::uint64_t bytes = 0;
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        struct stat about {};
        if (::lstat(at->path().c_str(), &about) == 0 && S_ISREG(about.st_mode)) bytes += static_cast<std::uint64_t>(about.st_blocks) * 512;
    }
    return bytes;
}

}  // namespace

PackStore::~PackStore() = default;

Path DiskPackStore::manifest_file(std::string_view sha256) const { return places_.folder / "manifests" / (std::string(sha256) + ".json"); }
Path DiskPackStore::recall_file(std::string_view sha256) const { return places_.folder / "recalls" / (std::string(sha256) + ".json"); }

Result<std::string> DiskPackStore::manifest(std::string_view sha256) const {
    const auto found = manifests_.find(sha256);
    if (found == manifests_.end()) return Error{ErrorKind::missing, "no such manifest"};
    return found->second.bytes;
}

std::map<std::string, std::uint64_t> DiskPackStore::blobs_in_use() const {
    std::map<std::string, std::uint64_t> blobs;
    for (const InstalledPack& pack : state_.packs)
        for (const auto* version : {&pack.shown, &pack.previous}) {
            if (!*version) continue;
            if (const auto found = manifests_.find((*version)->manifest); found != manifests_.end())
                for (const auto& [path, file] : found->second.manifest.files) blobs.emplace(file.sha256, file.length);
        }
    return blobs;
}

bool DiskPackStore::whole(const PackVersion& version) const {
    const auto found = manifests_.find(version.manifest);
    if (found == manifests_.end()) return false;
    const auto& files = found->second.manifest.files;
    return std::all_of(files.begin(), files.end(), [this](const auto& each) { return blobs_.has(each.second); });
}

std::string DiskPackStore::whose(const PackFile& file) const {
    for (const InstalledPack& pack : state_.packs)
        for (const auto* version : {&pack.shown, &pack.previous}) {
            const auto found = *version ? manifests_.find((*version)->manifest) : manifests_.end();
            if (found == manifests_.end()) continue;
            for (const auto& [path, each] : found->second.manifest.files)
                if (each.sha256 == file.sha256) return pack.id + ": " + path;
        }
    return "";
}

Result<std::shared_ptr<const Catalogue>> DiskPackStore::catalogue() const {
    std::vector<ShelvedPack> packs;
    Living living;
    for (const InstalledPack& pack : state_.packs) {
        if (!pack.shown) continue;
        const auto found = manifests_.find(pack.shown->manifest);
        if (found == manifests_.end()) continue;
        packs.push_back({found->second.bytes, {blobs_.folder()}});
        if (!blobs_.shipped().empty()) packs.back().blob_folders.push_back(blobs_.shipped());
        for (const auto& [path, file] : found->second.manifest.files) living.blobs.insert(file.sha256);
    }
    if (packs.empty()) return Error{ErrorKind::missing, "no pack is installed"};
    auto catalogue = Catalogue::of(packs);
    if (!catalogue) return catalogue.error();
    living.catalogue = *catalogue;
    std::erase_if(living_, [](const Living& each) { return each.catalogue.expired(); });
    living_.push_back(std::move(living));
    return catalogue;
}

// The next state is on disk before it is this one.
Result<void> DiskPackStore::replace(PackState next) {
    if (auto saved = save_state(places_.folder, next); !saved) return saved.error().within("keeping the list of packs");
    become(std::move(next));
    return {};
}

void DiskPackStore::become(PackState next) {
    state_ = std::move(next);
    std::set<std::string> used;
    for (const InstalledPack& pack : state_.packs)
        for (const auto* version : {&pack.shown, &pack.previous})
            if (*version) used.insert((*version)->manifest);
    std::erase_if(manifests_, [&](const auto& each) { return !used.contains(each.first); });
}

Result<void> DiskPackStore::undo(std::string_view id, const Moment& moment) {
    PackState next = state_;
    InstalledPack* pack = next.find(id);
    if (pack == nullptr) return Error{ErrorKind::missing, "no such pack: " + std::string(id)};
    if (!pack->previous) return Error{ErrorKind::missing, pack->id + ": there is no version before to go back to"};
    if (state_.recalled(id, pack->previous->version)) return Error{ErrorKind::untrusted, fmt::format("{} version {} has been recalled", id, pack->previous->version)};
    if (!whole(*pack->previous)) return Error{ErrorKind::missing, fmt::format("{} version {} is no longer whole on this terminal", id, pack->previous->version)};
    std::swap(pack->shown, pack->previous);
    next.happened({PackEvent::What::undone, pack->id, pack->shown->title, pack->shown->version, pack->previous ? pack->previous->version : 0, "", "", moment.wall,
                   moment.wall_trusted});
    return replace(std::move(next));
}

void DiskPackStore::enforce_recalls(PackState& state, const Change& change) const {
    for (InstalledPack& pack : state.packs) {
        if (pack.previous && state.recalled(pack.id, pack.previous->version)) pack.previous.reset();
        if (!pack.shown || !state.recalled(pack.id, pack.shown->version)) continue;
        const PackVersion gone = *pack.shown;
        pack.shown = std::exchange(pack.previous, std::nullopt);
        std::string why;
        for (const Recall& recall : state.recalls)
            if (recall.pack == pack.id) why = recall.reason.zh;
        state.happened({PackEvent::What::recalled, pack.id, gone.title, pack.shown ? pack.shown->version : 0, gone.version, gone.from, why, change.at, change.clock_trusted});
    }
}

Result<void> DiskPackStore::apply(const Change& change) {
    PackState next = state_;
    reading_.reset();
    for (const PackEvent& event : change.events) next.happened(event);
    for (const auto& [recall, bytes] : change.recalls) {
        insist(sha256_hex(bytes.data(), bytes.size()) == recall.statement, "a recall with another statement");
        std::erase_if(next.recalls, [&, &target = recall.target](const Recall& each) { return each.target == target; });
        next.recalls.push_back(recall);
    }
    std::map<std::string, Shelved, std::less<>> fresh;
    for (const auto& [id, target, version, bytes] : change.shown) {
        insist(sha256_hex(bytes.data(), bytes.size()) == version.manifest, "a version with another manifest");
        auto manifest = read_manifest(bytes);
        if (!manifest) return manifest.error();
        fresh.insert_or_assign(version.manifest, Shelved{bytes, std::move(*manifest)});
        InstalledPack* pack = next.find(id);
        if (pack == nullptr) {
            const auto place = std::find_if(next.packs.begin(), next.packs.end(), [&, &name = id](const InstalledPack& each) { return each.id > name; });
            pack = &*next.packs.insert(place, {id, target, std::nullopt, std::nullopt, 0});
        }
        const std::int64_t before = pack->shown ? pack->shown->version : 0;
        if (pack->shown && pack->shown->manifest != version.manifest) pack->previous = std::exchange(pack->shown, std::nullopt);
        pack->target = target;
        pack->shown = version;
        pack->highest = std::max(pack->highest, version.version);
        next.happened({before > 0 ? PackEvent::What::updated : PackEvent::What::installed, id, version.title, version.version, before, version.from, "", version.at,
                       version.clock_trusted});
        if (version.clock_trusted) next.floor.unix_ms = std::max(next.floor.unix_ms, version.at.unix_ms);
    }
    enforce_recalls(next, change);
    const auto keep = [&]() -> Result<void> {
        for (const auto& each : change.recalls)
            if (auto written = write_durably(recall_file(each.recall.statement), each.statement_bytes); !written) return written;
        for (const auto& [hash, shelved] : fresh)
            if (auto written = write_durably(manifest_file(hash), shelved.bytes); !written) return written;
        return save_state(places_.folder, next);
    };
    if (auto kept = keep(); !kept) {
        // A recall that cannot be written down holds all the same, as long as there is power.
        if (!change.recalls.empty() && change.shown.empty()) become(std::move(next));
        return kept.error().within("keeping the list of packs");
    }
    manifests_.merge(fresh);
    become(std::move(next));
    return {};
}

std::vector<PackFile> DiskPackStore::wanted() const {
    std::vector<PackFile> files;
    for (const auto& [sha256, length] : blobs_in_use())
        if (!blobs_.has({sha256, length})) files.push_back({sha256, length});
    return files;
}

Result<std::vector<std::string>> DiskPackStore::check_some(std::uint64_t bytes, const Moment& moment) {
    std::vector<std::string> damaged;
    const auto blobs = blobs_in_use();
    PackState next = state_;
    bool news = false;
    while (bytes > 0) {
        if (!reading_) {
            const auto at = blobs.upper_bound(checked_to_);
            if (at == blobs.end()) {  // the round is done; the next call begins another
                checked_to_.clear();
                news = news || !blobs.empty();
                if (!blobs.empty()) next.checked = moment.wall;
                break;
            }
            checked_to_ = at->first;
            auto reading = blobs_.begin_check({at->first, at->second});
            if (!reading) {  // wanted() names it
                bytes -= std::min<std::uint64_t>(bytes, 4096);
                continue;
            }
            reading_ = std::move(*reading);
        }
        const std::uint64_t before = reading_->at;
        const auto done = blobs_.check_on(*reading_, bytes);
        // A blob of no bytes costs something, too.
        bytes -= std::min(bytes, std::max<std::uint64_t>(reading_->at - before, 4096));
        if (!done) {
            damaged.push_back(done.error().within(whose(reading_->file)).what);
            next.happened({PackEvent::What::damaged, "", {}, 0, 0, "", damaged.back(), moment.wall, moment.wall_trusted});
            news = true;
        }
        if (!done || *done) reading_.reset();
    }
    if (news)
        if (auto saved = replace(std::move(next)); !saved && damaged.empty()) return saved.error();
    return damaged;
}

Result<std::uint64_t> DiskPackStore::collect(const Moment& moment) {
    std::erase_if(living_, [](const Living& each) { return each.catalogue.expired(); });
    const auto used = blobs_in_use();
    auto gone = blobs_.collect([&](std::string_view sha256) {
        const std::string name(sha256);
        return used.contains(name) || held_.contains(name) ||
               std::any_of(living_.begin(), living_.end(), [&](const Living& each) { return each.blobs.contains(name); });
    });
    if (!gone) return gone;
    std::error_code failed;
    std::vector<Path> unused;
    for (const auto& file : std::filesystem::directory_iterator(places_.folder / "manifests", failed))
        if (!manifests_.contains(file.path().stem().string()) || file.path().extension() != ".json") unused.push_back(file.path());
    for (const auto& file : std::filesystem::directory_iterator(places_.folder / "recalls", failed)) {
        const bool holds = std::any_of(state_.recalls.begin(), state_.recalls.end(), [&](const Recall& each) { return file.path() == recall_file(each.statement); });
        if (!holds) unused.push_back(file.path());
    }
    for (const auto& file : std::filesystem::directory_iterator(places_.folder, failed))
        if (file.path().extension() == ".part") unused.push_back(file.path());
    for (const Path& path : unused) std::filesystem::remove_all(path, failed);
    if (*gone > 0) {
        PackState next = state_;
        next.happened({PackEvent::What::collected, "", {}, 0, 0, "", in_words(*gone), moment.wall, moment.wall_trusted});
        (void)replace(std::move(next));  // a disk that takes no line of history has said so before
    }
    return gone;
}

void DiskPackStore::hold(const std::vector<PackFile>& files) {
    held_.clear();
    reading_.reset();
    for (const PackFile& file : files) held_.insert(file.sha256);
}

std::uint64_t DiskPackStore::free_bytes() const {
    const auto room = room_on_disk(blobs_.folder());
    if (!room) return 0;
    std::uint64_t free = room->free_bytes - std::min(room->free_bytes, reserve_bytes);
    if (places_.capacity > 0) free = std::min(free, places_.capacity - std::min(places_.capacity, blobs_bytes()));
    return free;
}

std::uint64_t DiskPackStore::blobs_bytes() const { return bytes_under(blobs_.folder()) + bytes_under(places_.folder / "incoming"); }

WallTime DiskPackStore::believed(const Moment& moment) const { return {std::max({moment.wall.unix_ms, state_.floor.unix_ms, made.unix_ms})}; }

Result<void> DiskPackStore::raise_floor(WallTime to) {
    if (to.unix_ms <= state_.floor.unix_ms) return {};
    PackState next = state_;
    next.floor = to;
    return replace(std::move(next));
}

}  // namespace xinghuo
