#include "content/trust/client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "content/base/crypto.h"
#include "content/base/descriptor.h"
#include "content/trust/client_state.h"

namespace xinghuo {
namespace {

constexpr const char* first_root_mark = "first_root.sha256";  // no .json: it is not metadata

std::string day_of(WallTime when) { return iso_from_wall_time(when).substr(0, 10); }

// A rename is on the disk when its folder is.
Result<void> flush_folder(const Path& folder) {
    const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return Error{ErrorKind::io, std::string("the folder of trust cannot be written: ") + std::strerror(errno)};
    return {};
}

std::set<std::string> materials(const RootMeta& root, const std::string& role) {
    std::set<std::string> all;
    for (const std::string& id : root.roles.at(role).keyids) {
        const auto text = root.keys.find(id);
        if (text == root.keys.end()) continue;
        if (const auto key = VerifyingKey::read(text->second)) all.insert(key->material());
    }
    return all;
}

// A key that was trusted is trusted no more. One that is only added takes nothing back.
bool lost_a_key(const RootMeta& before, const RootMeta& after, const std::string& role) {
    const auto had = materials(before, role), has = materials(after, role);
    return !std::includes(has.begin(), has.end(), had.begin(), had.end());
}

Result<RootMeta> read_trusted_root(std::string_view bytes, const TrustLimits& limits) {
    auto root = read_root(bytes, limits);
    if (!root) return root;
    if (auto signed_by = verify(*root, "root", root->roles.at("root"), root->keys); !signed_by) return signed_by.error();
    return root;
}

// A file whose length was signed is not asked for beyond it; longer is not what was signed.
Result<std::string> read_signed(Transport& from, const std::string& path, const FileMeta& want, std::uint64_t limit) {
    if (want.length && *want.length > limit)
        return Error{ErrorKind::too_large, fmt::format("{}: {} bytes, over the limit of {}", path, *want.length, limit)};
    auto bytes = from.read(path, want.length ? *want.length : limit);
    if (!bytes && want.length && bytes.error().kind == ErrorKind::too_large)
        return Error{ErrorKind::untrusted, fmt::format("{}: is longer than the {} bytes that were signed for", path, *want.length)};
    if (!bytes) return bytes;
    if (auto same = same_file(*bytes, want.length, want.hashes, path); !same) return same.error();
    return bytes;
}

}  // namespace

Result<void> still_valid(const Signed& metadata, std::string_view role, WallTime now) {
    if (metadata.expires.unix_ms > now.unix_ms) return {};
    return Error{ErrorKind::expired, fmt::format("{} {} was valid until {}, and it is {}", role, metadata.version, day_of(metadata.expires), day_of(now))};
}

Result<void> same_file(std::string_view bytes, const std::optional<std::uint64_t>& length, const std::map<std::string, std::string>& hashes,
                       std::string_view what) {
    if (length && bytes.size() != *length)
        return Error{ErrorKind::untrusted, fmt::format("{}: {} bytes came, {} were signed for", what, bytes.size(), *length)};
    for (const auto& [name, hex] : hashes) {
        const std::string is = name == "sha512" ? sha512_hex(bytes.data(), bytes.size()) : sha256_hex(bytes.data(), bytes.size());
        if (is != hex) return Error{ErrorKind::untrusted, fmt::format("{}: its {} is not the one that was signed for", what, name)};
    }
    return {};
}

Path TrustClient::State::file_of(std::string_view role) const { return folder / (file_name_of_role(role) + ".json"); }

Result<void> TrustClient::State::store(std::string_view role, std::string_view bytes) const {
    if (!write_file(file_of(role), bytes)) return Error{ErrorKind::io, fmt::format("{} cannot be stored", role)};
    return flush_folder(folder);
}

void TrustClient::State::forget(std::string_view role) {
    ::unlink(file_of(role).c_str());
    if (role == "timestamp") timestamp.reset();
    if (role == "snapshot") snapshot.reset();
}

// What is damaged, or signed by keys that are trusted no more, is as good as absent.
void TrustClient::State::load() {
    timestamp.reset();
    snapshot.reset();
    targets.reset();
    if (const auto bytes = read_text(file_of("timestamp"), limits.timestamp_bytes))
        if (auto read = read_timestamp(*bytes, limits); read && verify(*read, "timestamp", root.roles.at("timestamp"), root.keys))
            timestamp = std::move(*read);
    if (const auto bytes = read_text(file_of("snapshot"), limits.snapshot_bytes))
        if (auto read = read_snapshot(*bytes, limits); read && verify(*read, "snapshot", root.roles.at("snapshot"), root.keys))
            snapshot = std::move(*read);
    if (const auto bytes = read_text(file_of("targets"), limits.targets_bytes))
        if (auto read = read_targets(*bytes, limits); read && verify(*read, "targets", root.roles.at("targets"), root.keys))
            targets = std::move(*read);
}

// tuf-spec §5.3.4 to §5.3.8.
Result<void> TrustClient::State::accept_root(std::string_view bytes) {
    auto next = read_root(bytes, limits);
    if (!next) return next.error();
    if (auto old_keys = verify(*next, "root", root.roles.at("root"), root.keys); !old_keys) return old_keys.error().within("by the keys before");
    if (auto new_keys = verify(*next, "root", next->roles.at("root"), next->keys); !new_keys) return new_keys.error().within("by its own keys");
    if (next->version != root.version + 1)
        return Error{ErrorKind::untrusted, fmt::format("root {} came where {} is due", next->version, root.version + 1)};
    // §5.3.11, before the new root is stored: after a power cut nobody would notice any more that there was another one.
    if (lost_a_key(root, *next, "timestamp") || lost_a_key(root, *next, "snapshot")) {
        forget("timestamp");
        forget("snapshot");
        if (auto flushed = flush_folder(folder); !flushed) return flushed;
    }
    if (auto stored = store("root", bytes); !stored) return stored;
    root = std::move(*next);
    return {};
}

// §5.3.
Result<void> TrustClient::State::update_root(Transport& from, WallTime now, std::string_view prefix) {
    for (int i = 0; i < limits.root_rotations && root.version < INT64_MAX; ++i) {
        const std::string path = fmt::format("{}{}.root.json", prefix, root.version + 1);
        const auto bytes = from.read(path, limits.root_bytes);
        if (!bytes && bytes.error().kind == ErrorKind::missing) break;
        if (!bytes) return bytes.error();
        if (auto accepted = accept_root(*bytes); !accepted) return accepted.error().within(path);
    }
    return still_valid(root, "root", now);
}

// §5.4.
Result<void> TrustClient::State::update_timestamp(Transport& from, WallTime now, std::string_view prefix) {
    const auto bytes = from.read(std::string(prefix) + "timestamp.json", limits.timestamp_bytes);
    if (!bytes) return bytes.error();
    auto next = read_timestamp(*bytes, limits);
    if (!next) return next.error();
    if (auto trusted = verify(*next, "timestamp", root.roles.at("timestamp"), root.keys); !trusted) return trusted;
    if (timestamp) {
        if (next->version < timestamp->version)
            return Error{ErrorKind::older, fmt::format("timestamp {} came, and {} is already here", next->version, timestamp->version)};
        // Already here: what it says now does not matter.
        if (next->version == timestamp->version) return still_valid(*timestamp, "timestamp", now);
        if (next->snapshot.version < timestamp->snapshot.version)
            return Error{ErrorKind::older, fmt::format("timestamp {} names snapshot {}, and {} is already known", next->version,
                                                       next->snapshot.version, timestamp->snapshot.version)};
    }
    if (auto dated = still_valid(*next, "timestamp", now); !dated) return dated;
    if (auto stored = store("timestamp", *bytes); !stored) return stored;
    timestamp = std::move(*next);
    return {};
}

// §5.5.
Result<void> TrustClient::State::update_snapshot(Transport& from, WallTime now, std::string_view prefix) {
    const FileMeta& want = timestamp->snapshot;
    if (snapshot && snapshot->version == want.version && still_valid(*snapshot, "snapshot", now))
        if (const auto here = read_text(file_of("snapshot"), limits.snapshot_bytes); here && same_file(*here, want.length, want.hashes, "snapshot"))
            return {};
    const std::string path = root.consistent_snapshot ? fmt::format("{}{}.snapshot.json", prefix, want.version) : fmt::format("{}snapshot.json", prefix);
    const auto bytes = read_signed(from, path, want, limits.snapshot_bytes);
    if (!bytes) return bytes.error();
    auto next = read_snapshot(*bytes, limits);
    if (!next) return next.error();
    if (auto trusted = verify(*next, "snapshot", root.roles.at("snapshot"), root.keys); !trusted) return trusted;
    if (next->version != want.version)
        return Error{ErrorKind::untrusted, fmt::format("snapshot {} came where the timestamp names {}", next->version, want.version)};
    if (snapshot)
        for (const auto& [name, file] : snapshot->meta) {
            const auto now_there = next->meta.find(name);
            if (now_there == next->meta.end())
                return Error{ErrorKind::older, fmt::format("snapshot {} no longer names {}, which is already here", next->version, name)};
            if (now_there->second.version < file.version)
                return Error{ErrorKind::older, fmt::format("snapshot {} names {} {}, and {} is already known", next->version, name,
                                                           now_there->second.version, file.version)};
        }
    if (auto dated = still_valid(*next, "snapshot", now); !dated) return dated;
    if (auto stored = store("snapshot", *bytes); !stored) return stored;
    snapshot = std::move(*next);
    return {};
}

// §5.6.1 to §5.6.6, for a delegated role, too.
Result<TargetsMeta> TrustClient::State::update_targets(std::string_view role, const RoleKeys& keys, const std::map<std::string, KeyText>& known,
                                                       Transport& from, WallTime now, std::string_view prefix) {
    const auto found = snapshot->meta.find(std::string(role) + ".json");
    if (found == snapshot->meta.end() && !undated) return Error{ErrorKind::missing, fmt::format("the snapshot does not name the role {}", role)};
    if (const auto here = read_text(file_of(role), limits.targets_bytes))
        if (auto read = read_targets(*here, limits); read && verify(*read, role, keys, known)) {
            const bool current = found != snapshot->meta.end() && read->version == found->second.version &&
                                 same_file(*here, found->second.length, found->second.hashes, role) && still_valid(*read, role, now);
            if (current || undated) return std::move(*read);
        }
    if (found == snapshot->meta.end()) return Error{ErrorKind::missing, fmt::format("the role {} is not here", role)};
    const FileMeta& want = found->second;
    const std::string name = file_name_of_role(role);
    const std::string path = root.consistent_snapshot ? fmt::format("{}{}.{}.json", prefix, want.version, name) : fmt::format("{}{}.json", prefix, name);
    const auto bytes = read_signed(from, path, want, limits.targets_bytes);
    if (!bytes) return bytes.error();
    auto next = read_targets(*bytes, limits);
    if (!next) return next.error().within(role);
    if (auto trusted = verify(*next, role, keys, known); !trusted) return trusted.error();
    if (next->version != want.version)
        return Error{ErrorKind::untrusted, fmt::format("{} {} came where the snapshot names {}", role, next->version, want.version)};
    if (auto dated = still_valid(*next, role, now); !dated) return dated.error();
    if (auto stored = store(role, *bytes); !stored) return stored.error();
    return next;
}

TrustClient::TrustClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrustClient::TrustClient(TrustClient&&) noexcept = default;
TrustClient& TrustClient::operator=(TrustClient&&) noexcept = default;
TrustClient::~TrustClient() = default;

Result<void> TrustClient::init(const Path& folder, std::string_view root) {
    if (auto trusted = read_trusted_root(root, {}); !trusted) return trusted.error().within("the first root");
    const std::string mark = sha256_hex(root.data(), root.size());
    const auto marked = read_text(folder / first_root_mark, 200);
    const auto here = read_text(folder / "root.json", TrustLimits{}.root_bytes);
    if (marked && *marked == mark && here && read_trusted_root(*here, {})) return {};
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!here || *here != root) {
        // Said under other keys. The root goes last: until then this folder is the old one, without news.
        std::filesystem::remove(folder / first_root_mark, failed);
        std::vector<Path> others;
        for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
            if (entry.path().extension() == ".json" && entry.path().filename() != "root.json") others.push_back(entry.path());
        for (const Path& other : others)
            if (!std::filesystem::remove(other, failed)) return Error{ErrorKind::io, "what other keys signed cannot be removed: " + failed.message()};
        if (auto flushed = flush_folder(folder); !flushed) return flushed;
        if (!write_file(folder / "root.json", root)) return Error{ErrorKind::io, "the first root cannot be stored"};
        if (auto flushed = flush_folder(folder); !flushed) return flushed;
    }
    if (!write_file(folder / first_root_mark, mark)) return Error{ErrorKind::io, "the first root cannot be stored"};
    return flush_folder(folder);
}

Result<TrustClient> TrustClient::open(const Path& folder, TrustLimits limits) {
    const auto bytes = read_text(folder / "root.json", limits.root_bytes);
    if (!bytes && bytes.error().kind == ErrorKind::missing) return Error{ErrorKind::missing, "there is no trusted root yet"};
    if (!bytes) return Error{bytes.error().kind, "the trusted root cannot be read"};
    auto root = read_trusted_root(*bytes, limits);
    if (!root) return root.error().within("the trusted root");
    auto state = std::make_unique<State>();
    state->folder = folder;
    state->limits = limits;
    state->root = std::move(*root);
    state->load();
    return TrustClient(std::move(state));
}

Result<void> TrustClient::refresh(Transport& from, WallTime now, std::string_view prefix) {
    State& state = *state_;
    state.ready = state.undated = false;
    state.delegated.clear();
    state.broken.clear();
    const auto named = [&from](const Error& error) { return error.within(from.name()); };
    if (auto done = state.update_root(from, now, prefix); !done) return named(done.error());
    state.load();  // under the keys that count now
    if (auto done = state.update_timestamp(from, now, prefix); !done) return named(done.error());
    if (auto done = state.update_snapshot(from, now, prefix); !done) return named(done.error());
    auto targets = state.update_targets("targets", state.root.roles.at("targets"), state.root.keys, from, now, prefix);
    if (!targets) return named(targets.error());
    state.targets = std::move(*targets);
    state.ready = true;
    return {};
}

Error TrustClient::explained(const Error& refused, Transport& from, std::string_view prefix) const {
    constexpr int most_steps = 32;
    if (refused.kind != ErrorKind::untrusted) return refused;
    const RootMeta& ours = state_->root;
    const TrustLimits& limits = state_->limits;
    const auto root_there = [&](std::int64_t version) { return from.read(fmt::format("{}{}.root.json", prefix, version), limits.root_bytes); };
    const auto missing = [](const Result<std::string>& bytes) { return !bytes && bytes.error().kind == ErrorKind::missing; };
    if (!missing(root_there(ours.version))) return refused;
    std::int64_t version = ours.version - 1;
    auto bytes = root_there(version);
    for (int i = 0; i < most_steps && version > 1 && missing(bytes); ++i) bytes = root_there(--version);
    const auto last = bytes ? read_trusted_root(*bytes, limits) : Result<RootMeta>(bytes.error());
    if (!last || last->version != version) return refused;
    // Signed by keys that count now, or by those that made ours.
    if (!verify(*last, "root", ours.roles.at("root"), ours.keys) && !verify(ours, "root", last->roles.at("root"), last->keys)) return refused;
    const auto stamp = from.read(std::string(prefix) + "timestamp.json", limits.timestamp_bytes);
    const auto timestamp_there = stamp ? read_timestamp(*stamp, limits) : Result<TimestampMeta>(stamp.error());
    if (!timestamp_there || !verify(*timestamp_there, "timestamp", last->roles.at("timestamp"), last->keys)) return refused;
    return {ErrorKind::older, fmt::format("{}: its root is {}, and {} is already here", from.name(), version, ours.version)};
}

Result<void> TrustClient::load_stored() {
    State& state = *state_;
    state.delegated.clear();
    state.broken.clear();
    state.load();
    state.ready = state.snapshot && state.targets;
    state.undated = true;
    if (!state.ready) return Error{ErrorKind::missing, "nothing that was signed is stored here yet"};
    return {};
}

TrustClient::Versions TrustClient::versions() const {
    Versions all;
    all.root = state_->root.version;
    if (state_->timestamp) {
        all.timestamp = state_->timestamp->version;
        all.timestamp_expires = state_->timestamp->expires;
    }
    if (state_->snapshot) all.snapshot = state_->snapshot->version;
    if (state_->targets) all.targets = state_->targets->version;
    return all;
}

}  // namespace xinghuo
