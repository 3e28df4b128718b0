#include "sync/server/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "content/base/json.h"
#include "content/trust/repository.h"
#include "sync/server/centre_keys.h"
#include "sync/server/publisher_keys.h"
#include "tools/packer/keys_roles.h"
#include "tools/packer/publish_copy.h"
#include "tools/packer/publish_stick.h"

namespace xinghuo {
namespace {

constexpr std::int64_t renew_days = 180;
constexpr std::size_t metadata_kept = 20;

// What stands in a told target's "custom".
struct ToldCustom {
    std::int64_t organisation = 0, version = 0;
    std::string key, centre = {};        // ids of the reading key, and, for a terminal's keys, of the centre's
};

std::string custom_json(const ToldCustom& custom) {
    JsonWriter out;
    out.object().key("organisation").value(custom.organisation).key("version").value(custom.version).key("key").value(custom.key);
    if (!custom.centre.empty()) out.key("centre").value(custom.centre);
    return out.end().text();
}

ToldCustom custom_of(const Target& target) {
    JsonDocument document;
    if (target.custom.empty() || !document.parse(target.custom)) return {};
    ToldCustom custom{document.root()["organisation"].integer_or(0), document.root()["version"].integer_or(0), document.root()["key"].string_or(""), document.root()["centre"].string_or("")};
    return document.good() ? custom : ToldCustom{};
}

Result<std::string> bytes_of(const RepositoryState& state, const Target& target) {
    auto bytes = read_text(state.folder / target_files(target).front(), told_limit_bytes);
    if (!bytes) return bytes;
    if (target_of(target.name, *bytes, "").hashes != target.hashes) return Error{ErrorKind::untrusted, "what lies in the repository is not what was signed"};
    return bytes;
}

// Many small files, flushed together: one wait for the disk, not one for each. Whoever finds a name finds the whole file.
Result<void> place_files(const Path& folder, const std::vector<std::pair<std::string, const std::string*>>& files) {
    std::error_code failed;
    const auto beside = [&](const std::string& path) { return Path(folder / (path + ".part")); };
    for (const auto& [path, bytes] : files) {
        std::filesystem::create_directories((folder / path).parent_path(), failed);
        std::ofstream out(beside(path), std::ios::binary | std::ios::trunc);
        out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
        out.close();
        if (!out) return Error{ErrorKind::io, "the repository cannot be written; is the disk full?"};
    }
    if (auto flushed = flush_disk(folder); !flushed) return flushed;
    for (const auto& [path, bytes] : files) {
        std::filesystem::rename(beside(path), folder / path, failed);
        if (failed) return Error{ErrorKind::io, "the repository: " + failed.message()};
    }
    return {};
}

}  // namespace

// By name: what is put, with its custom; what goes.
struct Publisher::Change {
    std::map<std::string, std::pair<std::string, ToldCustom>> put;
    std::set<std::string> remove;
    std::string key;                     // id of the reading key that the organisation has afterwards
    Digest seed{};
    Organisation organisation = 0;       // 0: of none
    std::vector<std::string> changes;
    std::int64_t version = 0;
    [[nodiscard]] bool empty() const { return put.empty() && remove.empty(); }
};

namespace {

// What nobody can be reading any more: told files that neither this nor the version before names, and metadata long past.
void collect(const RepositoryState& after, const std::string& role, std::int64_t version_before) {
    std::set<std::string> named;
    const auto note = [&](const TargetsMeta& metadata) {
        for (const auto& [name, target] : metadata.targets)
            for (std::string& path : target_files(target)) named.insert(std::move(path));
    };
    const TargetsMeta& present = after.roles.at(role);
    note(present);
    if (const auto before = read_text(after.folder / metadata_file(version_before, role), TrustLimits{}.targets_bytes))
        if (const auto metadata = read_targets(*before)) note(*metadata);
    std::error_code failed;
    std::vector<Path> old;
    for (const char* part : {"targets/rosters", "targets/activities", "targets/notices", "targets/settings", "targets/kiosks"})
        for (std::filesystem::recursive_directory_iterator at(after.folder / part, failed), end; !failed && at != end; at.increment(failed))
            if (at->is_regular_file(failed) && !named.contains(at->path().lexically_relative(after.folder).generic_string())) old.push_back(at->path());
    for (const std::string& name : {std::string("snapshot"), role}) {
        std::map<std::int64_t, Path> versions;
        for (std::filesystem::directory_iterator at(after.folder / "metadata", failed), end; !failed && at != end; at.increment(failed))
            if (const std::int64_t version = std::atoll(at->path().filename().c_str()); version > 0 && after.folder / metadata_file(version, name) == at->path()) versions.emplace(version, at->path());
        while (versions.size() > metadata_kept) old.push_back(std::move(versions.extract(versions.begin()).mapped()));
    }
    for (const Path& file : old) std::filesystem::remove(file, failed);
    for (const Path& file : old)
        if (file.parent_path().parent_path().filename() == "kiosks") std::filesystem::remove(file.parent_path(), failed);  // when it is empty
}

}  // namespace

Result<RepositoryState> Publisher::state() const { return read_repository(repository()); }

Result<PublishedNow> Publisher::publish_change(const RepositoryState& state, Change change, WallTime now) {
    PublishedNow done;
    done.version = change.version;
    if (change.empty()) return done;
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();
    const auto role = role_of_centre(state, *online);
    if (!role) return role.error();
    TargetsMeta next = state.roles.at(*role);
    next.version = next_version(next.version, now);
    next.expires = {now.unix_ms + role_days * day_ms};
    next.signatures.clear();
    for (const std::string& name : change.remove) next.targets.erase(name);
    Release release;
    std::vector<std::pair<std::string, const std::string*>> files;
    for (auto& [name, what] : change.put) {
        Target target = target_of(name, what.first, what.second.organisation == 0 ? "" : custom_json(what.second));
        for (std::string& path : target_files(target)) files.emplace_back(std::move(path), &what.first);
        next.targets.insert_or_assign(name, std::move(target));
    }
    auto bytes = online->signed_with(targets_json(next));
    if (!bytes) return bytes.error();
    if (bytes->size() > TrustLimits{}.targets_bytes) return Error{ErrorKind::too_large, "too many terminals for one repository"};
    release.roles.emplace_back(*role, std::move(*bytes));
    sign_online(release, *online, now);
    if (auto placed = place_files(state.folder, files); !placed) return placed.error();
    const auto released = xinghuo::publish(state, release, now);
    if (!released) return released.error();
    done.timestamp = released->timestamp;
    done.changes = change.changes.empty() ? released->changes : std::move(change.changes);
    if (const auto after = read_repository(state.folder)) {
        collect(*after, *role, state.roles.at(*role).version);
        // The version before is still being read by somebody who looked a moment ago: its key stays as long.
        std::vector<std::string> keys{change.key};
        for (const auto& [name, target] : state.roles.at(*role).targets)
            if (const ToldCustom custom = custom_of(target); custom.organisation == change.organisation) keys.push_back(custom.key);
        if (change.organisation != 0) forget_reading_keys(data_, change.organisation, keys);
    }
    return done;
}

Result<std::optional<ToldDocument>> Publisher::told_in(const RepositoryState& state, Organisation organisation, ToldKind kind) const {
    const Target* target = state.find(told_target(kind, organisation));
    if (target == nullptr) return std::optional<ToldDocument>();
    const auto json = bytes_of(state, *target);
    if (!json) return json.error();
    const auto seed = reading_seed(data_, organisation, custom_of(*target).key);
    if (!seed) return seed.error();
    auto told = unsealed_told(*json, kind, organisation, SigningKey::from_seed(*seed));
    if (!told) return told.error();
    return std::optional<ToldDocument>(std::move(*told));
}

Result<std::optional<ToldDocument>> Publisher::told(Organisation organisation, ToldKind kind) const {
    const auto present = state();
    if (!present) return present.error();
    auto document = told_in(*present, organisation, kind);
    if (!document) return document.error().within("what was told last");
    return document;
}

Result<Publisher::Change> Publisher::change_of_readers(const RepositoryState& state, Organisation organisation, const std::vector<KioskReader>& readers,
                                                       bool new_key, WallTime now) const {
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();
    const auto role = role_of_centre(state, *online);
    if (!role) return role.error();
    const auto& targets = state.roles.at(*role).targets;
    Change change;
    change.organisation = organisation;
    std::set<std::string> wanted;
    for (const KioskReader& reader : readers) wanted.insert(keys_target(reader.kiosk));
    std::map<std::string, ToldCustom> present;
    for (const auto& [name, target] : targets)
        if (const ToldCustom custom = custom_of(target); custom.organisation == organisation) {
            change.key = custom.key;
            if (name.starts_with("kiosks/")) present.emplace(name, custom);
        }
    for (const auto& [name, custom] : present)
        if (!wanted.contains(name)) change.remove.insert(name);
    const bool another = new_key || change.key.empty() || !change.remove.empty();
    if (another) {
        const auto seed = make_reading_seed(data_, organisation);
        if (!seed) return seed.error();
        change.seed = *seed;
        change.key = reading_key_id(SigningKey::from_seed(*seed));
    } else {
        const auto seed = reading_seed(data_, organisation, change.key);
        if (!seed) return seed.error();
        change.seed = *seed;
    }
    const auto centre = centre_key_in(data_ / "keys");
    if (!centre) return centre.error();
    const std::string centre_id = *centre ? centre_key_id(**centre) : "";
    std::size_t added = 0;
    for (const KioskReader& reader : readers) {
        const std::string name = keys_target(reader.kiosk);
        const auto known = present.find(name);
        if (!another && known != present.end() && known->second.centre == centre_id) continue;
        added += known == present.end() ? 1 : 0;
        const std::int64_t version = next_version(known == present.end() ? 0 : known->second.version, now);
        change.put[name] = {sealed_keys(reader.kiosk, reader.key, organisation, version, change.seed, *centre), {organisation, version, change.key, centre_id}};
    }
    if (!change.empty()) change.changes.push_back(fmt::format("terminals that read: {} ({} new, {} gone)", readers.size(), added, change.remove.size()));
    if (!another) return change;
    for (const ToldKind kind : told_kinds) {
        const auto document = told_in(state, organisation, kind);
        if (!document) {
            if (new_key && kind == ToldKind::roster) continue;  // it is being told anew
            return document.error().within(told_target(kind, organisation));
        }
        if (!*document) continue;
        const std::int64_t version = (*document)->head.version;
        change.put[told_target(kind, organisation)] = {
            sealed_told(kind, organisation, version, (*document)->document, SigningKey::from_seed(change.seed)), {organisation, version, change.key}};
    }
    return change;
}

Result<PublishedNow> Publisher::tell(Organisation organisation, ToldKind kind, std::string_view document, const std::vector<KioskReader>& readers, WallTime now) {
    if (auto good = check_told(kind, document); !good) return good.error().within(std::string(name_of(kind)));
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    return tell_checked(organisation, kind, document, readers, now);
}

Result<PublishedNow> Publisher::tell(Organisation organisation, ToldKind kind, const Making& making, const std::vector<KioskReader>& readers, WallTime now) {
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    const auto document = making();
    if (!document) return document.error();
    if (auto good = check_told(kind, *document); !good) return good.error().within(std::string(name_of(kind)));
    return tell_checked(organisation, kind, *document, readers, now);
}

// Whoever calls it holds the lock.
Result<PublishedNow> Publisher::tell_checked(Organisation organisation, ToldKind kind, std::string_view document, const std::vector<KioskReader>& readers, WallTime now) {
    const std::string name = told_target(kind, organisation);
    const auto present = state();
    if (!present) return present.error();
    auto change = change_of_readers(*present, organisation, readers, kind == ToldKind::roster, now);
    if (!change) return change.error();
    const Target* before = present->find(name);
    const std::int64_t version = next_version(before != nullptr ? custom_of(*before).version : 0, now);
    change->put[name] = {sealed_told(kind, organisation, version, document, SigningKey::from_seed(change->seed)), {organisation, version, change->key}};
    change->version = version;
    change->changes.insert(change->changes.begin(), fmt::format("{}: version {}", name, version));
    return publish_change(*present, std::move(*change), now);
}

Result<PublishedNow> Publisher::tell_readers(Organisation organisation, const std::vector<KioskReader>& readers, WallTime now) {
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    const auto present = state();
    if (!present) return present.error();
    auto change = change_of_readers(*present, organisation, readers, false, now);
    if (!change) return change.error();
    return publish_change(*present, std::move(*change), now);
}

Result<PublishedNow> Publisher::recall(std::string_view order, WallTime now) {
    JsonDocument document;
    if (auto parsed = document.parse(order); !parsed) return parsed.error().within("the recall");
    const JsonNode root = document.root();
    const std::string pack = root["pack"].string();
    std::vector<std::int64_t> versions;
    if (root["versions"].exists())
        for (const JsonNode& one : root["versions"].items(100)) versions.push_back(one.integer());
    else if (root["version"].exists()) versions.push_back(root["version"].integer());
    const Bilingual reason = root["reason"].bilingual();
    if (!document.good()) return document.error().within("the recall");
    if (pack.empty() || pack.size() > 80 || pack.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
        return Error{ErrorKind::invalid, "the recall: \"" + pack + "\" is no id of a pack"};
    if (reason.zh.empty()) return Error{ErrorKind::invalid, "the recall: it needs its reason"};
    if (std::any_of(versions.begin(), versions.end(), [](std::int64_t v) { return v < 1; })) return Error{ErrorKind::invalid, "the recall: no such version"};
    JsonWriter to(1);
    to.object().key("schema_version").value(1).key("pack").value(pack);
    if (!versions.empty()) {
        to.key("versions").array();
        for (const std::int64_t version : versions) to.value(version);
        to.end();
    }
    to.key("reason").object().key("zh").value(reason.zh).key("en").value(reason.en.empty() ? reason.zh : reason.en).end();
    to.key("at").value(iso_from_wall_time(now)).end();
    Change change;
    const std::string which = versions.empty() ? "all" : fmt::format("{}", fmt::join(versions, "-"));
    change.put[fmt::format("recalls/{}-{}.json", pack, which)] = {to.text() + "\n", {}};
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    const auto present = state();
    if (!present) return present.error();
    return publish_change(*present, std::move(change), now);
}

Result<bool> Publisher::keep_fresh(WallTime now) {
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    const auto present = state();
    if (!present) return present.error();
    if (!present->timestamp) return false;
    const std::int64_t soon = now.unix_ms + renew_days * day_ms;
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();
    const auto role = role_of_centre(*present, *online);
    if (!role) return role.error();
    Release release;
    if (present->root.expires.unix_ms < soon)
        if (const auto root = signer_from(data_, "root"); root && may_sign(*root, *present->keys_of("root"))) {
            const auto next = next_root(present->root, {}, {now.unix_ms + root_days * day_ms});
            if (!next) return next.error();
            auto bytes = root->signed_with(root_json(*next));
            if (!bytes) return bytes.error();
            if (const auto read = read_root(*bytes); read && enough_signatures(*read, "root", read->roles.at("root"), read->keys)) release.root = std::move(*bytes);
        }
    const auto renew = [&](const std::string& name, const Signer& signer) -> Result<void> {
        TargetsMeta next = present->roles.at(name);
        if (next.expires.unix_ms >= soon) return {};
        next.version = next_version(next.version, now);
        next.expires = {now.unix_ms + role_days * day_ms};
        next.signatures.clear();
        auto bytes = signer.signed_with(targets_json(next));
        if (!bytes) return bytes.error();
        release.roles.emplace_back(name, std::move(*bytes));
        return {};
    };
    if (const auto targets = signer_from(data_, "targets"); targets && may_sign(*targets, *present->keys_of("targets")))
        if (auto done = renew("targets", *targets); !done) return done.error();
    if (auto done = renew(*role, *online); !done) return done.error();
    const bool aged = present->timestamp->expires.unix_ms < now.unix_ms + (network_days - 1) * day_ms;
    if (!aged && release.roles.empty() && !release.root) return false;
    release.snapshot_lasts_days = 30;
    sign_online(release, *online, now);
    const auto released = xinghuo::publish(*present, release, now);
    if (!released) return released.error().within("keeping the repository fresh");
    return true;
}

Result<PublishedNow> Publisher::copy_to(const Path& stick, WallTime now) {
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    auto present = state();
    if (!present) return present.error();
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();
    if (present->snapshot.expires.unix_ms < now.unix_ms + stick_days * day_ms) {
        Release release;
        release.snapshot_lasts_days = stick_days;
        sign_online(release, *online, now);
        if (auto done = xinghuo::publish(*present, release, now); !done) return done.error();
        present = state();
        if (!present) return present.error();
    }
    std::vector<Signer> signers;
    signers.push_back(*online);
    const auto timestamp = stick_timestamp(*present, signers, now, stick_days);
    if (!timestamp) return timestamp.error();
    const auto copied = copy_to_stick(*present, *timestamp, stick, {});
    if (!copied) return copied.error();
    PublishedNow done;
    done.timestamp = present->timestamp->version;
    done.changes.push_back(fmt::format("the stick: {} files added, {:.1f} MB in all, good until {}", copied->files, static_cast<double>(copied->total_bytes) / 1e6,
                                       day_text(timestamp->expires)));
    return done;
}

}  // namespace xinghuo
