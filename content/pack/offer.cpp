#include "content/pack/offer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "content/base/crypto.h"
#include "content/pack/disk.h"
#include "content/pack/pack_state.h"
#include "content/trust/client.h"

namespace xinghuo {
namespace {

constexpr std::size_t packs_limit = 500;

// "packs/<organisation>/<id>.json".
Result<std::string> id_in(const std::string& target) {
    const std::size_t slash = target.rfind('/');
    const std::string name = target.substr(slash + 1);
    if (std::count(target.begin(), target.end(), '/') != 2 || !name.ends_with(".json"))
        return Error{ErrorKind::invalid, "\"" + target + "\" is not named packs/<organisation>/<id>.json"};
    return name.substr(0, name.size() - 5);
}

void refuse(PackOffer& pack, ErrorKind kind, std::string why) {
    if (!pack.refused.empty()) return;
    pack.refused = std::move(why);
    pack.refused_kind = kind;
}

PackOffer::Kind kind_of(const PackStore& store, const InstalledPack* here, PackOffer& pack) {
    using Kind = PackOffer::Kind;
    if (store.recalled(pack.id, pack.version)) return Kind::recalled;
    if (here == nullptr) return Kind::fresh;
    const auto known = [&](const std::optional<PackVersion>& version) { return version && version->version == pack.version; };
    for (const auto* version : {&here->shown, &here->previous}) {
        if (!known(*version)) continue;
        if ((*version)->manifest != pack.manifest)
            refuse(pack, ErrorKind::untrusted, fmt::format("{} version {} is here already with other contents; what is changed needs a new version", pack.id, pack.version));
        if (version == &here->shown || pack.version == here->highest) return Kind::same;
    }
    if (pack.version < here->highest) return Kind::older;
    return here->shown ? Kind::update : Kind::fresh;
}

// What the manifest says, beside what is here.
void describe(PackStore& store, PackOffer& pack, std::string_view application) {
    auto manifest = read_manifest(pack.manifest_bytes);
    if (!manifest) return refuse(pack, manifest.error().kind, manifest.error().within("the manifest of " + pack.target).what);
    const std::string named = pack.id;
    pack.id = manifest->id;
    pack.version = manifest->version;
    pack.title = manifest->title;
    pack.summary = manifest->summary;
    pack.files = static_cast<int>(manifest->files.size());
    for (const auto& [path, file] : manifest->files) pack.bytes += file.length;
    if (pack.id != named) refuse(pack, ErrorKind::untrusted, fmt::format("{} holds a pack that calls itself \"{}\"", pack.target, pack.id));
    const auto here = std::find_if(store.packs().begin(), store.packs().end(), [&](const InstalledPack& each) { return each.id == pack.id; });
    const InstalledPack* installed = here == store.packs().end() ? nullptr : &*here;
    if (installed != nullptr && installed->target != pack.target)
        refuse(pack, ErrorKind::untrusted, fmt::format("the pack {} is here from {}; {} may not replace it", pack.id, installed->target, pack.target));
    if (installed != nullptr && installed->shown) pack.before = installed->shown->version;
    pack.kind = kind_of(store, installed, pack);
    if (auto able = check_application(manifest->minimum_application, application); !able) refuse(pack, able.error().kind, able.error().within(pack.id).what);
    if (auto blobs = blobs_of({&*manifest}); !blobs) refuse(pack, blobs.error().kind, blobs.error().within(pack.target).what);
    else
        for (const PackFile& file : *blobs)
            if (!store.blobs().has(file)) {
                pack.to_fetch += file.length;
                ++pack.files_to_fetch;
            }
}

Result<std::vector<Recall>> take_recalls(TrustClient& client, PackStore& store, Transport& from, WallTime now, const Moment& moment) {
    const auto targets = client.list("recalls/", from, now);
    if (!targets) return targets.error().within("looking for recalls");
    PackStore::Change change;
    change.at = moment.wall;
    change.clock_trusted = moment.wall_trusted;
    for (const Target& target : *targets) {
        const auto hash = target.hashes.find("sha256");
        const bool known = hash != target.hashes.end() && std::any_of(store.recalls().begin(), store.recalls().end(), [&](const Recall& recall) {
            return recall.statement == hash->second;
        });
        if (known) continue;
        // A recall that is signed and kept back closes the repository: somebody may have taken it away.
        const auto statement = client.fetch(target, from, recall_limit_bytes);
        if (!statement) return statement.error().within("reading " + target.name);
        auto recall = read_recall(*statement);
        if (!recall) {
            note_failure(store, recall.error().within(target.name), from.name(), moment);
            continue;
        }
        recall->target = target.name;
        if (std::any_of(store.recalls().begin(), store.recalls().end(), [&](const Recall& each) { return each.statement == recall->statement; })) continue;
        change.recalls.push_back({std::move(*recall), *statement});
    }
    std::vector<Recall> taken;
    for (const auto& each : change.recalls) taken.push_back(each.recall);
    if (!taken.empty())
        if (auto applied = store.apply(change); !applied) return applied.error().within("a recall");
    return taken;
}

Result<PackOffer> look_at(TrustClient& client, PackStore& store, Transport& from, const Target& target, std::string_view application) {
    PackOffer pack;
    pack.target = target.name;
    pack.role = target.role;
    const auto id = id_in(target.name);
    if (!id) {
        refuse(pack, id.error().kind, id.error().what);
        return pack;
    }
    pack.id = *id;
    const auto hash = target.hashes.find("sha256");
    auto bytes = hash != target.hashes.end() ? store.manifest(hash->second) : Result<std::string>(Error{ErrorKind::missing, ""});
    if (!bytes) bytes = client.fetch(target, from, manifest_limit_bytes);
    if (!bytes && (bytes.error().kind == ErrorKind::io || bytes.error().kind == ErrorKind::cancelled)) return bytes.error().within(target.name);
    if (!bytes) {
        refuse(pack, bytes.error().kind, bytes.error().within(target.name).what);
        return pack;
    }
    pack.manifest_bytes = std::move(*bytes);
    pack.manifest = sha256_hex(pack.manifest_bytes.data(), pack.manifest_bytes.size());
    describe(store, pack, application);
    return pack;
}

bool would_install(const PackOffer& pack) {
    return pack.refused.empty() && (pack.kind == PackOffer::Kind::fresh || pack.kind == PackOffer::Kind::update);
}

// Two organisations that give a pack the same name: nobody knows here which is meant. One that is installed has the name.
void refuse_namesakes(std::vector<PackOffer>& packs) {
    std::map<std::string, std::vector<PackOffer*>> named;
    for (PackOffer& pack : packs)
        if (pack.refused.empty()) named[pack.id].push_back(&pack);
    for (auto& [id, same] : named)
        if (same.size() > 1)
            for (PackOffer* pack : same) refuse(*pack, ErrorKind::untrusted, fmt::format("{} and {} are both called {}", same[0]->target, same[1]->target, id));
}

}  // namespace

bool Offer::empty() const { return std::none_of(packs.begin(), packs.end(), would_install); }

std::string in_words(std::uint64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (bytes >= 1'000'000'000) return fmt::format("{:.1f} GB", size / 1e9);
    if (bytes >= 1'000'000) return fmt::format("{:.1f} MB", size / 1e6);
    return fmt::format("{} kB", (bytes + 999) / 1000);
}

void note_failure(PackStore& store, const Error& error, const std::string& from, const Moment& moment) {
    if (error.kind == ErrorKind::cancelled || error.kind == ErrorKind::older) return;
    if (!store.history().empty()) {
        const PackEvent& last = store.history().front();
        if (last.what == PackEvent::What::failed && last.why == error.what && last.from == from) return;
    }
    PackStore::Change change;
    change.events.push_back({PackEvent::What::failed, "", {}, 0, 0, from, error.what, moment.wall, moment.wall_trusted});
    (void)store.apply(change);  // a disk that takes no line of history has said so before
}

Result<std::vector<PackFile>> blobs_of(const std::vector<const Manifest*>& manifests) {
    std::map<std::string, std::uint64_t> lengths;
    for (const Manifest* manifest : manifests)
        for (const auto& [path, file] : manifest->files)
            if (const auto [known, fresh] = lengths.emplace(file.sha256, file.length); !fresh && known->second != file.length)
                return Error{ErrorKind::invalid, path + ": the same hash as another file, and another length"};
    std::vector<PackFile> blobs;
    for (const auto& [sha256, length] : lengths) blobs.push_back({sha256, length});
    return blobs;
}

PackStore::Change::Shown shown_from(const PackOffer& pack, const Manifest& manifest, const std::string& from, const Moment& moment) {
    PackVersion version;
    version.version = manifest.version;
    version.manifest = pack.manifest;
    version.title = manifest.title;
    version.bytes = pack.bytes;
    version.files = pack.files;
    version.from = from;
    version.role = pack.role;
    version.at = moment.wall;
    version.clock_trusted = moment.wall_trusted;
    return {manifest.id, pack.target, std::move(version), pack.manifest_bytes};
}

Result<Offer> make_offer(PackStore& store, Transport& from, WallTime now, const Moment& moment, std::string_view application) {
    auto client = TrustClient::open(store.trust_folder());
    if (!client) return client.error().within("opening what is trusted");
    if (auto fresh = client->refresh(from, now); !fresh) return client->explained(fresh.error(), from);
    Offer offer;
    offer.from = from.name();
    auto recalls = take_recalls(*client, store, from, now, moment);
    if (!recalls) return recalls.error();
    offer.recalls = std::move(*recalls);
    const auto targets = client->list("packs/", from, now);
    if (!targets) return targets.error().within("looking for packs");
    if (targets->size() > packs_limit) return Error{ErrorKind::too_large, fmt::format("{} packs in one repository, at most {}", targets->size(), packs_limit)};
    for (const Target& target : *targets) {
        auto pack = look_at(*client, store, from, target, application);
        if (!pack) return pack.error();
        offer.packs.push_back(std::move(*pack));
    }
    refuse_namesakes(offer.packs);
    std::vector<Manifest> manifests;
    for (const PackOffer& pack : offer.packs)
        if (would_install(pack))
            if (auto manifest = read_manifest(pack.manifest_bytes)) manifests.push_back(std::move(*manifest));
    std::vector<const Manifest*> wanted;
    for (const Manifest& manifest : manifests) wanted.push_back(&manifest);
    const auto blobs = blobs_of(wanted);
    if (!blobs) return blobs.error();
    const auto room = room_on_disk(store.blobs().folder());
    if (!room) return room.error();
    for (const PackFile& file : *blobs) {
        if (store.blobs().has(file)) continue;
        offer.to_fetch += file.length;
        offer.to_store += in_blocks(file.length, room->block_bytes) - in_blocks(store.blobs().begun(file), room->block_bytes);
    }
    for (const PackOffer& pack : offer.packs)
        if (would_install(pack)) offer.to_store += in_blocks(pack.manifest_bytes.size(), room->block_bytes);
    offer.free_bytes = store.free_bytes();
    return offer;
}

}  // namespace xinghuo
