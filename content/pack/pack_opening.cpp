// How a pack store opens: what is on disk, checked; the root of trust; what ships with the program.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/crypto.h"
#include "content/pack/disk.h"
#include "content/pack/disk_pack_store.h"
#include "content/pack/offer.h"
#include "content/trust/client.h"
#include "content/trust/directory_transport.h"

namespace xinghuo {
namespace {

constexpr std::size_t root_limit_bytes = 512'000, timestamp_limit_bytes = 16'384;
constexpr const char* shipped_name = "shipped";

// For asking what is trusted already: nothing is fetched.
class Nowhere final : public Transport {
public:
    Result<void> get(std::string_view, std::uint64_t, std::uint64_t, const Take&, const std::function<void()>&) override {
        return Error{ErrorKind::missing, "nothing is fetched"};
    }
    [[nodiscard]] std::string name() const override { return "nowhere"; }
};

bool is_it(const Target& target, const std::string& bytes) {
    const auto sha256 = target.hashes.find("sha256");
    if (sha256 != target.hashes.end()) return sha256->second == sha256_hex(bytes.data(), bytes.size());
    const auto sha512 = target.hashes.find("sha512");
    return sha512 != target.hashes.end() && sha512->second == sha512_hex(bytes.data(), bytes.size());
}

}  // namespace

Result<std::unique_ptr<PackStore>> PackStore::open(Places places, const Moment& moment) {
    for (const char* name : {"manifests", "recalls", "trust"})
        if (auto made = make_folder(places.folder / name); !made) return made.error();
    std::error_code ignored;
    std::filesystem::remove_all(places.folder / "scratch", ignored);
    auto blobs = BlobStore::open(places.folder / "blobs", places.folder / "incoming", places.shipped.empty() ? Path() : places.shipped / "blobs");
    if (!blobs) return blobs.error();
    auto store = std::make_unique<DiskPackStore>(std::move(places), std::move(*blobs));
    if (auto loaded = store->load(moment); !loaded) return loaded.error();
    if (auto begun = store->begin_trust(moment); !begun) return begun.error();
    store->take_shipped(moment);
    if (auto saved = store->save_if_changed(); !saved) return saved.error();
    return std::unique_ptr<PackStore>(std::move(store));
}

Result<void> DiskPackStore::save_if_changed() {
    if (!changed_) return {};
    changed_ = false;
    return replace(state_);
}

Result<void> DiskPackStore::load(const Moment& moment) {
    std::vector<std::string> damaged;
    auto state = load_state(places_.folder, damaged);
    if (state) state_ = std::move(*state);
    else if (state.error().kind != ErrorKind::missing) rebuild(moment);
    if (!damaged.empty()) take_recalls_from_files();
    for (const std::string& sentence : damaged) state_.happened({PackEvent::What::damaged, "", {}, 0, 0, "", sentence, moment.wall, moment.wall_trusted});
    changed_ = !damaged.empty();
    drop_unreadable(moment);
    return {};
}

Result<void> DiskPackStore::read_manifest_of(const PackVersion& version) {
    if (manifests_.contains(version.manifest)) return {};
    auto bytes = read_text(manifest_file(version.manifest), manifest_limit_bytes);
    if (!bytes) return Error{ErrorKind::missing, "its manifest cannot be read"};
    if (sha256_hex(bytes->data(), bytes->size()) != version.manifest) return Error{ErrorKind::untrusted, "its manifest is no longer what was signed"};
    auto manifest = read_manifest(*bytes);
    if (!manifest) return manifest.error().within("its manifest");
    manifests_.emplace(version.manifest, Shelved{std::move(*bytes), std::move(*manifest)});
    return {};
}

// A version whose manifest is damaged cannot be shown; the one before may. The repository brings it again.
void DiskPackStore::drop_unreadable(const Moment& moment) {
    for (InstalledPack& pack : state_.packs) {
        for (auto* version : {&pack.shown, &pack.previous}) {
            if (!*version) continue;
            const auto good = read_manifest_of(**version);
            if (good) continue;
            state_.happened({PackEvent::What::damaged, pack.id, (*version)->title, (*version)->version, 0, "", good.error().what, moment.wall, moment.wall_trusted});
            version->reset();
            state_.shipped.clear();  // perhaps it ships
            changed_ = true;
        }
        if (!pack.shown && pack.previous && !state_.recalled(pack.id, pack.previous->version)) pack.shown = std::exchange(pack.previous, std::nullopt);
    }
}

// Both lists are damaged: shown is what the stored metadata still signs, is whole, and was not recalled.
void DiskPackStore::rebuild(const Moment& moment) {
    take_recalls_from_files();
    auto client = TrustClient::open(trust_folder());
    if (!client || !client->load_stored()) return;
    Nowhere nowhere;
    const auto targets = client->list("packs/", nowhere, WallTime{});
    if (!targets) return;
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator(places_.folder / "manifests", failed)) {
        const auto bytes = read_text(file.path(), manifest_limit_bytes);
        if (!bytes) continue;
        const auto target = std::find_if(targets->begin(), targets->end(), [&](const Target& each) { return is_it(each, *bytes); });
        const auto manifest = read_manifest(*bytes);
        if (target == targets->end() || !manifest || !target->name.ends_with("/" + manifest->id + ".json")) continue;
        PackOffer offer;
        offer.target = target->name;
        offer.role = target->role;
        offer.manifest = sha256_hex(bytes->data(), bytes->size());
        offer.files = static_cast<int>(manifest->files.size());
        for (const auto& [path, each] : manifest->files) offer.bytes += each.length;
        const auto shown = shown_from(offer, *manifest, "", moment);
        if (state_.find(manifest->id) != nullptr || state_.recalled(manifest->id, manifest->version)) continue;
        if (!read_manifest_of(shown.version) || !whole(shown.version)) continue;
        state_.packs.push_back({shown.id, shown.target, shown.version, std::nullopt, shown.version.version});
    }
    std::sort(state_.packs.begin(), state_.packs.end(), [](const InstalledPack& a, const InstalledPack& b) { return a.id < b.id; });
}

// The list that was damaged may have known of a recall that the one before does not. A file here was verified before it came here.
void DiskPackStore::take_recalls_from_files() {
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator(places_.folder / "recalls", failed)) {
        const auto bytes = read_text(file.path(), recall_limit_bytes);
        if (!bytes || file.path() != recall_file(sha256_hex(bytes->data(), bytes->size()))) continue;
        auto recall = read_recall(*bytes);
        const bool known = recall && std::any_of(state_.recalls.begin(), state_.recalls.end(), [&](const Recall& each) { return each.statement == recall->statement; });
        if (recall && !known) state_.recalls.push_back(std::move(*recall));
    }
    enforce_recalls(state_, {});
}

void DiskPackStore::forget_all(const std::string& why, const Moment& moment) {
    for (const InstalledPack& pack : state_.packs) {
        const PackVersion* last = pack.shown ? &*pack.shown : pack.previous ? &*pack.previous : nullptr;
        if (last != nullptr) state_.happened({PackEvent::What::failed, pack.id, last->title, 0, last->version, last->from, why, moment.wall, moment.wall_trusted});
    }
    state_.packs.clear();
    state_.recalls.clear();
    state_.shipped.clear();
    manifests_.clear();
    changed_ = true;
}

Result<void> DiskPackStore::begin_trust(const Moment& moment) {
    const Path file = !places_.root.empty() ? places_.root : places_.shipped.empty() ? Path() : places_.shipped.parent_path() / "root.json";
    if (file.empty()) return {};
    const auto root = read_text(file, root_limit_bytes);
    if (!root) {
        // What is installed stays; nothing new is trusted that was not before.
        state_.happened({PackEvent::What::failed, "", {}, 0, 0, shipped_name, "the root of trust cannot be read", moment.wall, moment.wall_trusted});
        return {};
    }
    const Path begun_with = places_.folder / "root.json";
    const auto before = read_text(begun_with, root_limit_bytes);
    if (before && *before == *root) return {};
    const auto is_current = [&] {
        const auto current = read_text(trust_folder() / "root.json", root_limit_bytes);
        return current && *current == *root;
    };
    if (before && !is_current() && !places_.shipped.empty()) {
        // A newer program brings a newer root of the same chain: then nothing has to be trusted anew.
        auto client = TrustClient::open(trust_folder());
        auto shipped = DirectoryTransport::open(places_.shipped, shipped_name);
        if (client && shipped) (void)client->refresh(**shipped, WallTime{});
    }
    if (!is_current()) {
        // Tried elsewhere first: a root that is none takes nothing away.
        const Path trial = places_.folder / "scratch";
        const auto good = TrustClient::init(trial, *root);
        std::error_code ignored;
        std::filesystem::remove_all(trial, ignored);
        if (!good) {
            state_.happened({PackEvent::What::failed, "", {}, 0, 0, shipped_name, good.error().within("the root of trust").what, moment.wall, moment.wall_trusted});
            return {};
        }
        forget_all("it was signed under another root of trust", moment);
        if (auto saved = save_if_changed(); !saved) return saved;
        if (auto begun = TrustClient::init(trust_folder(), *root); !begun) return begun.error().within("the root of trust");
    }
    return write_durably(begun_with, *root);
}

// Verified like any other but for expiry. Its blobs stay where they are; each is checked against its hash when it is read, and by check_some().
void DiskPackStore::take_shipped(const Moment& moment) {
    if (places_.shipped.empty()) return;
    const auto timestamp = read_text(places_.shipped / "metadata/timestamp.json", timestamp_limit_bytes);
    if (!timestamp) return;
    const std::string seen = sha256_hex(timestamp->data(), timestamp->size());
    if (state_.shipped == seen) return;
    auto shipped = DirectoryTransport::open(places_.shipped, shipped_name);
    if (!shipped) return note_failure(*this, shipped.error(), shipped_name, moment);
    const auto offer = make_offer(*this, **shipped, WallTime{}, moment, application_version());
    if (!offer && offer.error().kind != ErrorKind::older) {
        note_failure(*this, offer.error(), shipped_name, moment);
        state_.shipped = seen;  // once is enough, until it ships something else
        changed_ = true;
        return;
    }
    Change change;
    change.at = moment.wall;
    change.clock_trusted = moment.wall_trusted;
    for (const PackOffer& pack : offer ? offer->packs : std::vector<PackOffer>()) {
        if (!pack.refused.empty()) {
            note_failure(*this, Error{pack.refused_kind, pack.refused}, shipped_name, moment);
            continue;
        }
        if (pack.kind != PackOffer::Kind::fresh && pack.kind != PackOffer::Kind::update) continue;
        const auto manifest = read_manifest(pack.manifest_bytes);
        if (manifest) change.shown.push_back(shown_from(pack, *manifest, shipped_name, moment));
    }
    if (!change.shown.empty() && !apply(change)) return;
    state_.shipped = seen;
    changed_ = true;
}

}  // namespace xinghuo
