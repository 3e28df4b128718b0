// How a centre's repository begins, and whose keys hold it.
#include "sync/server/publisher_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "content/base/descriptor.h"
#include "content/trust/repository.h"
#include "tools/packer/keys_roles.h"

namespace xinghuo {
namespace {

constexpr std::size_t key_file_limit_bytes = 64'000;
constexpr std::array centre_paths = {"rosters/*", "activities/*", "notices/*", "settings/*", "recalls/*", "kiosks/*/*"};

Path key_folder(const Path& data) { return data / "keys"; }

Result<void> write_private(const Path& file, std::string_view text) {
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    Path part = file;
    part += ".part";
    {
        const Descriptor fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(fd.get()) != 0)
            return Error{ErrorKind::io, file.filename().string() + ": " + std::strerror(errno)};
    }
    if (::rename(part.c_str(), file.c_str()) != 0) return Error{ErrorKind::io, file.filename().string() + ": " + std::strerror(errno)};
    const Descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return Error{ErrorKind::io, "the folder of the keys cannot be written"};
    return {};
}

Result<PrivateKey> load_pem(const Path& file) {
    const auto text = read_text(file, key_file_limit_bytes);
    if (!text) return text.error();
    struct stat about {};
    if (::stat(file.c_str(), &about) == 0 && (about.st_mode & 077) != 0)
        return Error{ErrorKind::invalid, file.filename().string() + " may be read by others; take that away (chmod 600)"};
    auto key = PrivateKey::read(*text, "");
    if (!key) return key.error().within(file.filename().string());
    return key;
}

Path reading_file(const Path& data, Organisation organisation, const std::string& id) {
    return key_folder(data) / fmt::format("reading-{}-{}.key", organisation, id);
}

Result<std::string> signed_by(std::string bytes, const Signer& signer) { return signer.signed_with(bytes); }

}  // namespace

Result<PrivateKey> load_or_make_pem(const Path& file) {
    auto there = load_pem(file);
    if (there || there.error().kind != ErrorKind::missing) return there;
    auto key = PrivateKey::make(KeyScheme::ed25519);
    if (!key) return key;
    const auto pem = key->pem("");
    if (!pem) return pem.error();
    if (auto written = write_private(file, *pem); !written) return written.error();
    return key;
}

Result<Signer> signer_from(const Path& data, const char* name) {
    const std::string file = std::string(name) + ".pem";
    auto key = load_pem(key_folder(data) / file);
    if (!key) return key.error();
    return Signer::from_key(std::move(*key), file);
}

Result<Digest> make_reading_seed(const Path& data, Organisation organisation) {
    Digest seed{};
    const Bytes chance = random_bytes(seed.size());
    std::copy(chance.begin(), chance.end(), seed.begin());
    if (auto written = write_private(reading_file(data, organisation, reading_key_id(SigningKey::from_seed(seed))), to_hex(seed)); !written) return written.error();
    return seed;
}

Result<Digest> reading_seed(const Path& data, Organisation organisation, const std::string& id) {
    const auto text = read_text(reading_file(data, organisation, id), 100);
    if (!text) return Error{text.error().kind, "the reading key of what was told is not here; publish the roster again"};
    const auto bytes = from_hex(*text);
    Digest seed{};
    if (!bytes || bytes->size() != seed.size()) return Error{ErrorKind::invalid, "a reading key is damaged; publish the roster again"};
    std::copy(bytes->begin(), bytes->end(), seed.begin());
    return seed;
}

void forget_reading_keys(const Path& data, Organisation organisation, const std::vector<std::string>& but) {
    const std::string begin = fmt::format("reading-{}-", organisation);
    std::error_code failed;
    std::vector<Path> old;
    for (std::filesystem::directory_iterator at(key_folder(data), failed), end; !failed && at != end; at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (!name.starts_with(begin)) continue;
        const std::string id = name.substr(begin.size(), name.find('.') - begin.size());
        if (std::find(but.begin(), but.end(), id) == but.end()) old.push_back(at->path());
    }
    for (const Path& file : old) std::filesystem::remove(file, failed);
}

Result<Signer> online_signer(const Path& data, const RootMeta& root) {
    const auto role = root.roles.find("timestamp");
    auto next = signer_from(data, "online-next");
    if (next && role != root.roles.end() && std::count(role->second.keyids.begin(), role->second.keyids.end(), next->id()) > 0) return next;
    return signer_from(data, "online");
}

Result<void> take_into_use(const Path& data, const char* name) {
    const Path folder = key_folder(data);
    std::error_code failed;
    std::filesystem::rename(folder / (std::string(name) + "-next.pem"), folder / (std::string(name) + ".pem"), failed);
    if (failed) return Error{ErrorKind::io, "the new key: " + failed.message()};
    std::filesystem::remove(folder / (std::string(name) + "-next.pub.json"), failed);
    return flush_disk(folder);
}

const Delegation* delegation_to_centre(const TargetsMeta& targets) {
    const auto found = std::find_if(targets.delegations.begin(), targets.delegations.end(), [](const Delegation& one) { return one.covers("rosters/1.json"); });
    return found == targets.delegations.end() ? nullptr : &*found;
}

std::int64_t next_version(std::int64_t before, WallTime now) { return std::max(before + 1, now.unix_ms / 1000); }

void sign_online(Release& release, const Signer& online, WallTime now) {
    release.versions_from = next_version(0, now);
    release.snapshot_keys.push_back(online);
    release.timestamp_keys.push_back(online);
}

Result<std::string> role_of_centre(const RepositoryState& state, const Signer& online) {
    const auto targets = state.roles.find("targets");
    if (targets == state.roles.end()) return Error{ErrorKind::missing, "nothing is published there yet"};
    if (const Delegation* found = delegation_to_centre(targets->second); found != nullptr) {
        const Delegation& one = *found;
        for (const char* name : {"activities/1.json", "notices/1.json", "settings/1.json", "recalls/x-1.json", "kiosks/x/keys.json"})
            if (!one.covers(name)) return Error{ErrorKind::untrusted, fmt::format("the delegation to {} does not cover {}; delegate again (keys delegate --centre)", one.name, name)};
        if (auto may = may_sign(online, {one.keys, &targets->second.keys, "the centre's targets"}); !may) return may.error();
        return one.name;
    }
    return Error{ErrorKind::untrusted, "the root's owners delegate nothing to this centre (keys delegate --centre --role-key online.pub.json)"};
}

Result<KeyText> Publisher::online_key(const Path& data) {
    const auto key = load_or_make_pem(key_folder(data) / "online.pem");
    if (!key) return key.error();
    const KeyText text = key->public_text();
    if (auto written = write_file(key_folder(data) / "online.pub.json", public_key_json(text)); !written) return written.error();
    return text;
}

// Every step may be the last before the power fails: keys stay, files of the same names are written again.
Result<void> Publisher::begin(WallTime now) {
    if (auto made = online_key(data_); !made) return made.error();
    std::error_code failed;
    std::filesystem::create_directories(repository(), failed);
    if (auto ended = end_rotations(now); !ended) return ended.error().within("replacing a key");
    RepositoryState state;
    state.folder = repository();
    if (auto there = read_repository(repository())) state = std::move(*there);
    else if (there.error().kind != ErrorKind::missing) return there.error();
    const auto online = signer_from(data_, "online");
    if (!online) return online.error();
    if (state.roles.contains("targets")) {
        for (const char* role : {"snapshot", "timestamp"})
            if (auto may = may_sign(*online, *state.keys_of(role)); !may) return may.error();
        const auto role = role_of_centre(state, *online);
        return role ? Result<void>() : Result<void>(role.error());
    }
    const auto lock = lock_repository(repository());
    if (!lock) return lock.error();
    for (const char* name : {"root.pem", "targets.pem"})
        if (auto made = load_or_make_pem(key_folder(data_) / name); !made) return made.error();
    const auto root_signer = signer_from(data_, "root"), targets_signer = signer_from(data_, "targets");
    if (!root_signer) return root_signer.error();
    if (!targets_signer) return targets_signer.error();

    Release release;
    if (state.root.version == 0) {
        std::map<std::string, RolePlan> plans;
        plans["root"].keys.push_back(root_signer->key());
        plans["targets"].keys.push_back(targets_signer->key());
        plans["snapshot"].keys.push_back(online->key());
        plans["timestamp"].keys.push_back(online->key());
        const auto root = xinghuo::first_root(plans, now, {now.unix_ms + root_days * day_ms});
        if (!root) return root.error();
        auto bytes = signed_by(root_json(*root), *root_signer);
        if (!bytes) return bytes.error();
        release.root = std::move(*bytes);
    }
    TargetsMeta targets;
    targets.version = 1;
    targets.expires = {now.unix_ms + role_days * day_ms};
    Delegation to_us;
    to_us.name = centre_role;
    to_us.terminating = true;
    for (const char* path : centre_paths) to_us.paths.emplace_back(path);
    std::vector<KeyText> keys;
    keys.push_back(online->key());
    if (auto done = delegate(targets, to_us, keys); !done) return done;
    TargetsMeta ours;
    ours.version = next_version(0, now);
    ours.expires = targets.expires;
    auto targets_bytes = signed_by(targets_json(targets), *targets_signer), our_bytes = signed_by(targets_json(ours), *online);
    if (!targets_bytes) return targets_bytes.error();
    if (!our_bytes) return our_bytes.error();
    release.roles.emplace_back("targets", std::move(*targets_bytes));
    release.roles.emplace_back(centre_role, std::move(*our_bytes));
    sign_online(release, *online, now);
    const auto released = xinghuo::publish(state, release, now);
    return released ? Result<void>() : Result<void>(released.error());
}

Result<Publisher> Publisher::open(const Path& data, WallTime now) {
    Publisher publisher(data);
    if (auto begun = publisher.begin(now); !begun) return begun.error().within("the centre's repository");
    return publisher;
}

Result<std::string> Publisher::first_root() const { return read_text(repository() / metadata_file(1, "root"), TrustLimits{}.root_bytes); }

Result<Publisher> Publisher::adopt(const Path& data, const std::vector<Path>& signed_files, WallTime now) {
    if (auto made = online_key(data); !made) return made.error();
    Publisher publisher(data);
    std::error_code failed;
    std::filesystem::create_directories(publisher.repository(), failed);
    const auto lock = lock_repository(publisher.repository());
    if (!lock) return lock.error();
    RepositoryState state;
    state.folder = publisher.repository();
    if (auto there = read_repository(state.folder)) state = std::move(*there);
    else if (there.error().kind != ErrorKind::missing) return there.error();

    std::map<std::int64_t, std::string> roots;
    RootMeta last_root = state.root;
    Release release;
    std::optional<TargetsMeta> targets;
    for (const Path& file : signed_files) {
        const std::string name = file.filename().string();
        const auto role = role_of_file(name);
        auto bytes = read_text(file, TrustLimits{}.targets_bytes);
        if (!bytes) return bytes.error();
        if (!role) return Error{ErrorKind::invalid, name + " is no signed root, targets or role (N.ROLE.json)"};
        if (role->second == "root") {
            if (role->first <= state.root.version) continue;
            auto root = read_root(*bytes);
            if (!root) return root.error().within(name);
            if (root->version > last_root.version) last_root = std::move(*root);
            roots.emplace(role->first, std::move(*bytes));
            continue;
        }
        auto read = read_targets(*bytes);
        if (!read) return read.error().within(name);
        if (role->second == "targets") targets = std::move(*read);
        release.roles.emplace_back(role->second, std::move(*bytes));
    }
    const auto online = online_signer(data, last_root);
    if (!online) return online.error();
    const auto before = signer_from(data, "online");
    if (!before) return before.error();
    // Roots on the way to the last; the last comes together with what it is for.
    while (!roots.empty()) {
        const auto next = roots.begin();
        release.root = next->second;
        roots.erase(next);
        if (roots.empty()) break;
        Release only_root;
        only_root.root = std::exchange(release.root, std::nullopt);
        const auto meant = read_root(*only_root.root);
        if (!meant) return meant.error();
        const auto signer = online_signer(data, *meant);
        if (!signer) return signer.error();
        only_root.snapshot_keys.push_back(*signer);
        only_root.timestamp_keys.push_back(*signer);
        if (auto done = xinghuo::publish(state, only_root, now); !done) return done.error();
        auto again = read_repository(state.folder);
        if (!again) return again.error();
        state = std::move(*again);
    }
    RepositoryState planned = state;
    planned.root = last_root;
    if (targets) planned.roles.insert_or_assign("targets", *targets);
    if (planned.roles.contains("targets")) {
        const auto role = role_of_centre(planned, *online);
        if (!role) return role.error();
        const bool given = std::any_of(release.roles.begin(), release.roles.end(), [&](const auto& each) { return each.first == *role; });
        const auto present = state.roles.find(*role);
        if (!given && (present == state.roles.end() || online->id() != before->id())) {
            TargetsMeta ours = present == state.roles.end() ? TargetsMeta{} : present->second;
            ours.version = next_version(ours.version, now);
            ours.expires = {now.unix_ms + role_days * day_ms};
            ours.signatures.clear();
            auto bytes = signed_by(targets_json(ours), *online);
            if (!bytes) return bytes.error();
            release.roles.emplace_back(*role, std::move(*bytes));
        }
    }
    sign_online(release, *online, now);
    if (auto done = xinghuo::publish(state, release, now); !done) return done.error();
    const auto complete = read_repository(state.folder);
    if (!complete) return complete.error();
    if (auto role = role_of_centre(*complete, *online); !role) return role.error();
    if (online->id() != before->id()) {
        if (auto used = take_into_use(data, "online"); !used) return used.error();
        if (auto written = online_key(data); !written) return written.error();
    }
    return publisher;
}

}  // namespace xinghuo
