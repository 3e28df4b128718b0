// publish: into a repository, to a stick, into one file.
#include <fmt/format.h>

#include <cmath>

#include "tools/packer/commands.h"
#include "tools/packer/publish_stick.h"
#include "tools/packer/sign.h"

namespace xinghuo {

const char* const publish_usage =
    "publish REPOSITORY [--root FILE] [--signed FILE…] [--pack PACK…] [--targets-key K…] [--role packs-NAME]\n"
    "        [--file NAME=FILE…] [--recall PACK@VERSION --reason TEXT --reason-en TEXT] [--refresh]\n"
    "        --snapshot-key K --timestamp-key K [--channel network|stick] [--stick DIR] [--tar FILE] [--passphrase-file FILE]\n"
    "    adds to REPOSITORY (a folder for any web server) what approvers signed; with --targets-key it is signed here and now\n"
    "    --root FILE       begins a repository, or gives it its next root\n"
    "    --recall          this version of a pack must not be shown any more, anywhere (--targets-key: the centre's)\n"
    "    --file            a setting, notice or roster of the centre: settings/hall.json=FILE\n"
    "    --refresh         a new timestamp only: a network's is good for 7 days, a stick's for 12 months\n"
    "    --stick, --tar    copies what current packs need, and every root, to DIR/xinghuo/ or into one file (.xhpack)\n";

namespace {

struct Asked {
    const CommandOptions& options;
    const Commander& from;
    WallTime now;
};

// A line for each tenth.
BlobCopy::Progress progress_of(const Commander& from) {
    return [&from, told = 0](std::uint64_t bytes, std::uint64_t of) mutable {
        const int tenth = of == 0 ? 10 : static_cast<int>(bytes * 10 / of);
        if (tenth <= told || of < 50'000'000) return;
        told = tenth;
        from.say(fmt::format("{} of {} MB", bytes / 1'000'000, of / 1'000'000));
    };
}

Result<TargetFile> file_of(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return Error{ErrorKind::invalid, "\"" + text + "\": write NAME=FILE"};
    auto bytes = read_text(text.substr(equals + 1), TrustLimits{}.targets_bytes);
    if (!bytes) return bytes.error();
    return TargetFile{text.substr(0, equals), std::move(*bytes)};
}

Result<void> add(Release& release, RepositoryState& planned, const RoleDraft& draft, const std::vector<Signer>& signers) {
    auto bytes = signed_draft(planned, draft, signers);
    if (!bytes) return bytes.error();
    auto targets = read_targets(*bytes);
    if (!targets) return targets.error();
    // A second change of the same role goes on top of the first, and only its last form is published.
    targets->version -= 1;
    planned.roles.insert_or_assign(draft.role, std::move(*targets));
    std::erase_if(release.roles, [&](const auto& role) { return role.first == draft.role; });
    release.roles.emplace_back(draft.role, std::move(*bytes));
    release.files.insert(release.files.end(), draft.files.begin(), draft.files.end());
    return {};
}

Result<void> take_packs(const Asked& asked, Release& release, RepositoryState& planned, const std::vector<Signer>& signers) {
    for (const std::string& folder : asked.options.all("--pack")) {
        const auto pack = read_built_pack(folder);
        if (!pack) return pack.error();
        release.packs.emplace_back(folder);
        if (signers.empty()) {
            // Signed before: every name under which it is signed gets its manifest.
            for (const auto& [role, bytes] : release.roles) {
                const auto targets = read_targets(bytes);
                if (!targets) return targets.error().within(role);
                for (const auto& [name, target] : targets->targets)
                    if (target.hashes == target_of(name, pack->manifest, "").hashes) release.files.push_back({name, pack->manifest});
            }
            continue;
        }
        std::vector<KeyText> publics;
        for (const Signer& signer : signers) publics.push_back(signer.key());
        const auto place = place_of_pack(planned, asked.options.one("--role"), asked.options.one("--organisation"), publics);
        if (!place) return place.error();
        const auto approvals = approvals_of(*pack, {}, asked.now);
        if (!approvals) return approvals.error();
        const auto draft = draft_pack(planned, *place, *pack, *approvals, asked.now, role_days);
        if (!draft) return draft.error();
        if (auto added = add(release, planned, *draft, signers); !added) return added;
    }
    return {};
}

Result<void> take_centre(const Asked& asked, Release& release, RepositoryState& planned, const std::vector<Signer>& signers) {
    std::vector<TargetFile> files;
    for (const std::string& text : asked.options.all("--file")) {
        auto file = file_of(text);
        if (!file) return file.error();
        files.push_back(std::move(*file));
    }
    for (const std::string& text : asked.options.all("--recall")) {
        auto order = read_recall_order(text);
        if (!order) return order.error();
        order->reason_zh = asked.options.one("--reason").value_or("");
        order->reason_en = asked.options.one("--reason-en").value_or("");
        if (order->reason_zh.empty()) return Error{ErrorKind::invalid, "a recall needs its reason: --reason TEXT (and --reason-en TEXT)"};
        files.push_back({fmt::format("recalls/{}-{}.json", order->pack, order->version), recall_json(*order, asked.now)});
    }
    if (files.empty()) return {};
    if (signers.empty()) return Error{ErrorKind::missing, "these files must be signed by the centre: --targets-key FILE"};
    const auto draft = draft_files(planned, files, asked.now, role_days);
    if (!draft) return draft.error();
    return add(release, planned, *draft, signers);
}

Result<void> take_signed(const Asked& asked, Release& release) {
    for (const std::string& file : asked.options.all("--signed")) {
        const std::string name = Path(file).filename().string();
        auto bytes = read_text(file, TrustLimits{}.targets_bytes);
        if (!bytes) return bytes.error();
        const auto type = type_of_metadata(*bytes);
        if (!type) return type.error().within(name);
        const auto role = role_of_file(name);
        if (*type == "root") release.root = std::move(*bytes);
        else if (*type == "targets" && role) release.roles.emplace_back(role->second, std::move(*bytes));
        else return Error{ErrorKind::invalid, name + " is no signed root, targets or role (N.ROLE.json)"};
    }
    return {};
}

int to_others(const Asked& asked, const Path& folder, const std::vector<Signer>& timestamp_keys) {
    const auto stick = asked.options.one("--stick"), tar = asked.options.one("--tar");
    if (!stick && !tar) return 0;
    const auto state = read_repository(folder);
    if (!state) return say_error(asked.from, state.error());
    const auto timestamp = stick_timestamp(*state, timestamp_keys, asked.now, stick_days);
    if (!timestamp) return say_error(asked.from, timestamp.error());
    const std::string until = fmt::format("good until {}{}", day_text(timestamp->expires),
                                          timestamp->shortened_by.empty() ? "" : ", when " + timestamp->shortened_by + " expires");
    if (stick) {
        const auto copied = copy_to_stick(*state, *timestamp, *stick, progress_of(asked.from));
        if (!copied) return say_error(asked.from, copied.error());
        asked.from.say(fmt::format("the stick: {} files added ({:.1f} MB), {} removed, {:.1f} MB in all; {}", copied->files,
                                   static_cast<double>(copied->bytes) / 1e6, copied->removed, static_cast<double>(copied->total_bytes) / 1e6, until));
    }
    if (tar) {
        const auto written = write_tar(*state, *timestamp, *tar, asked.now, progress_of(asked.from));
        if (!written) return say_error(asked.from, written.error());
        asked.from.say(fmt::format("{}: {:.1f} MB; {}", Path(*tar).filename().string(), static_cast<double>(written->total_bytes) / 1e6, until));
    }
    return 0;
}

int run(const Asked& asked) {
    const CommandOptions& options = asked.options;
    const Path folder = options.places().front();
    const auto lock = lock_repository(folder);
    if (!lock) return say_error(asked.from, lock.error());
    RepositoryState state;
    state.folder = folder;
    if (auto read = read_repository(folder)) state = std::move(*read);
    else if (read.error().kind != ErrorKind::missing || !options.has("--root")) return say_error(asked.from, read.error());

    Release release;
    const std::string channel = options.one("--channel").value_or("network");
    if (channel != "network" && channel != "stick") return say_error(asked.from, {ErrorKind::invalid, "--channel is network or stick"});
    release.timestamp_days = channel == "stick" ? stick_days : network_days;
    if (channel == "stick" || options.has("--stick") || options.has("--tar")) release.snapshot_lasts_days = stick_days;
    release.progress = progress_of(asked.from);
    if (const auto file = options.one("--root")) {
        auto bytes = read_text(*file, TrustLimits{}.root_bytes);
        if (!bytes) return say_error(asked.from, bytes.error());
        release.root = std::move(*bytes);
    }
    if (auto taken = take_signed(asked, release); !taken) return say_error(asked.from, taken.error());
    for (auto [name, keys] : {std::pair("--snapshot-key", &release.snapshot_keys), std::pair("--timestamp-key", &release.timestamp_keys)}) {
        auto signers = signers_of(options, name);
        if (!signers) return say_error(asked.from, signers.error());
        *keys = std::move(*signers);
    }
    const auto signers = signers_of(options, "--targets-key");
    if (!signers) return say_error(asked.from, signers.error());
    RepositoryState planned = state;
    for (const std::string& file : options.all("--signed")) {
        const auto bytes = read_text(file, TrustLimits{}.targets_bytes);
        if (!bytes) return say_error(asked.from, bytes.error());
        if (auto taken = take_prepared(planned, Path(file).filename().string(), *bytes); !taken) return say_error(asked.from, taken.error());
    }
    if (auto taken = take_packs(asked, release, planned, *signers); !taken) return say_error(asked.from, taken.error());
    if (auto taken = take_centre(asked, release, planned, *signers); !taken) return say_error(asked.from, taken.error());
    const auto released = publish(state, release, asked.now);
    if (!released) return say_error(asked.from, released.error());
    for (const std::string& line : released->changes) asked.from.say(line);
    if (released->timestamp == 0) {
        asked.from.say("the repository is begun; next: `keys delegate`, and publish what it makes with --signed");
        return 0;
    }
    asked.from.say(fmt::format("published: timestamp {}, good until {}", released->timestamp, day_text(released->timestamp_expires)));
    return to_others(asked, folder, release.timestamp_keys);
}

}  // namespace

int publish_command(const Words& words, const Commander& from) {
    const auto options = CommandOptions::read(words, 1, {"--root", "--signed", "--pack", "--targets-key", "--snapshot-key", "--timestamp-key", "--sign-with",
                                                  "--passphrase-file", "--role", "--organisation", "--file", "--recall", "--reason", "--reason-en", "--channel",
                                                  "--stick", "--tar", "--now"}, {"--refresh"});
    if (!options) return say_error(from, options.error());
    const auto now = options->time("--now", from.now);
    if (!now) return say_error(from, now.error());
    if (options->places().size() != 1) return say_usage(from, publish_usage);
    return run({*options, from, *now});
}

}  // namespace xinghuo
