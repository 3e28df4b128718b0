// sign: an approver's signature, after everything that would change was shown.
#include <fmt/format.h>

#include "tools/packer/commands.h"
#include "tools/packer/keys_roles.h"
#include "tools/packer/sign.h"

namespace xinghuo {

const char* const sign_usage =
    "sign PACK --repository REPOSITORY [--with FILE…] --key K [--role packs-NAME] [--approved-by ROLE…] [--expires-days N] --out DIR\n"
    "    shows what the built pack PACK would change, and signs it: DIR/N.packs-NAME.json, for other approvers and for `publish --signed`\n"
    "xinghuo-pack sign FILE… --key K [--repository REPOSITORY] [--pack PACK]\n"
    "    adds a signature to what somebody else prepared (a root, a delegation, a pack); --pack: only if it is about exactly this pack\n"
    "xinghuo-pack sign --renew ROLE --repository REPOSITORY --key K --out DIR\n"
    "    the same contents with a later end; a new role begins so, with nothing in it\n"
    "    --with FILE: on top of a root or delegation that is prepared and not published yet\n"
    "    K: a .pem, or a .pub.json with --sign-with \"COMMAND\" behind it: the command reads the bytes and prints the signature\n";

namespace {

struct Asked {
    const CommandOptions& options;
    const Commander& from;
    WallTime now;
};

Result<RepositoryState> repository_of(const Asked& asked) {
    const auto folder = asked.options.one("--repository");
    if (!folder) return Error{ErrorKind::invalid, "on top of which repository? --repository DIR"};
    auto state = read_repository(*folder);
    if (!state) return state;
    for (const std::string& file : asked.options.all("--with")) {
        const std::string name = Path(file).filename().string();
        auto bytes = read_text(file, TrustLimits{}.targets_bytes);
        if (!bytes) return bytes.error();
        if (auto taken = take_prepared(*state, name, *bytes); !taken) return taken.error().within(name);
    }
    return state;
}

int write_signed(const Asked& asked, const RepositoryState& state, const RoleDraft& draft) {
    for (const std::string& line : draft.changes) asked.from.say(line);
    const auto signers = signers_of(asked.options, "--key");
    if (!signers) return say_error(asked.from, signers.error());
    const auto all = signed_draft(state, draft, *signers);
    if (!all) return say_error(asked.from, all.error());
    const auto count = count_signatures(state, draft.role, *all);
    if (!count) return say_error(asked.from, count.error());
    const auto out = asked.options.one("--out");
    if (!out) return say_error(asked.from, {ErrorKind::invalid, "where to? --out DIR"});
    if (auto written = write_file(Path(*out) / draft.file_name(), *all); !written) return say_error(asked.from, written.error());
    asked.from.say(fmt::format("{}: {}", draft.file_name(), count->sentence()));
    return 0;
}

// What was prepared for the same version: with another pack in it that is released together, or with this one and signed by somebody.
Result<void> go_on(const Asked& asked, RepositoryState& state, const PackPlace& place, const BuiltPack& pack, std::optional<RoleDraft>& same) {
    const auto present = state.roles.find(place.role);
    const std::int64_t next = present == state.roles.end() ? 1 : present->second.version + 1;
    RoleDraft draft{place.role, next, "", {}, {}};
    auto bytes = read_text(Path(asked.options.one("--out").value_or(".")) / draft.file_name(), TrustLimits{}.targets_bytes);
    if (!bytes) return {};
    auto begun = read_targets(*bytes);
    if (!begun) return begun.error().within(draft.file_name());
    if (begun->version != next) return Error{ErrorKind::invalid, draft.file_name() + " is for another version"};
    const Target target = target_of("packs/" + place.organisation + "/" + pack.id + ".json", pack.manifest, "");
    const auto named = begun->targets.find(target.name);
    if (named != begun->targets.end() && named->second.hashes == target.hashes) {
        draft.bytes = std::move(*bytes);
        draft.changes.push_back(fmt::format("{} is prepared already and names exactly this pack ({}, version {})", draft.file_name(), pack.id, pack.version));
        same = std::move(draft);
        return {};
    }
    begun->version -= 1;
    state.roles.insert_or_assign(place.role, std::move(*begun));
    return {};
}

int sign_pack(const Asked& asked) {
    auto state = repository_of(asked);
    if (!state) return say_error(asked.from, state.error());
    const auto pack = read_built_pack(asked.options.places().front());
    if (!pack) return say_error(asked.from, pack.error());
    std::vector<KeyText> publics;
    for (const std::string& file : asked.options.all("--key"))
        if (auto key = public_half(file, [](const std::string& what) -> Result<std::string> { return Error{ErrorKind::missing, what}; })) publics.push_back(*key);
    const auto place = place_of_pack(*state, asked.options.one("--role"), asked.options.one("--organisation"), publics);
    if (!place) return say_error(asked.from, place.error());
    const auto days = asked.options.number("--expires-days", role_days, 1, 3'660);
    if (!days) return say_error(asked.from, days.error());
    std::optional<RoleDraft> same;
    if (auto gone_on = go_on(asked, *state, *place, *pack, same); !gone_on) return say_error(asked.from, gone_on.error());
    if (same) return write_signed(asked, *state, *same);
    const auto approvals = approvals_of(*pack, asked.options.all("--approved-by"), asked.now);
    if (!approvals) return say_error(asked.from, approvals.error());
    const auto draft = draft_pack(*state, *place, *pack, *approvals, asked.now, static_cast<int>(*days));
    if (!draft) return say_error(asked.from, draft.error());
    return write_signed(asked, *state, *draft);
}

int renew(const Asked& asked, const std::string& role) {
    const auto state = repository_of(asked);
    if (!state) return say_error(asked.from, state.error());
    const auto days = asked.options.number("--expires-days", role_days, 1, 3'660);
    if (!days) return say_error(asked.from, days.error());
    const auto draft = draft_renewal(*state, role, asked.now, static_cast<int>(*days));
    if (!draft) return say_error(asked.from, draft.error());
    return write_signed(asked, *state, *draft);
}

// The file names exactly this pack, whatever else it names.
Result<void> names_pack(std::string_view metadata, const BuiltPack& pack) {
    const auto targets = read_targets(metadata);
    if (!targets) return targets.error();
    for (const auto& [name, target] : targets->targets)
        if (name.ends_with("/" + pack.id + ".json") && target.hashes == target_of(name, pack.manifest, "").hashes) return {};
    return Error{ErrorKind::untrusted, "it is not about this build of " + pack.id};
}

int add_signature(const Asked& asked, const std::string& file, const std::vector<Signer>& signers, const RepositoryState& state) {
    const std::string name = Path(file).filename().string();
    const auto bytes = read_text(file, TrustLimits{}.targets_bytes);
    if (!bytes) return say_error(asked.from, bytes.error());
    const auto type = type_of_metadata(*bytes);
    if (!type) return say_error(asked.from, type.error().within(name));
    const auto named = role_of_file(name);
    const std::string role = *type == "targets" && named ? named->second : *type;
    if (const auto folder = asked.options.one("--pack")) {
        const auto pack = read_built_pack(*folder);
        if (!pack) return say_error(asked.from, pack.error());
        if (auto about = names_pack(*bytes, *pack); !about) return say_error(asked.from, about.error().within(name));
    }
    std::optional<RepositoryState::Keys> keys;
    std::optional<RootMeta> root;
    if (*type == "root") {
        auto read = read_root(*bytes);
        if (!read) return say_error(asked.from, read.error().within(name));
        root = std::move(*read);
        // A root is signed by those it names, and by those of the one before.
        RepositoryState::Keys own{root->roles.at("root"), &root->keys, "the root"};
        const auto before = state.root.roles.find("root");
        if (before != state.root.roles.end()) own.role.keyids.insert(own.role.keyids.end(), before->second.keyids.begin(), before->second.keyids.end());
        if (before != state.root.roles.end() || root->version == 1) keys = own;
        for (const std::string& line : describe(*root)) asked.from.say(line);
    } else if (asked.options.has("--repository")) {
        keys = state.keys_of(role);
        if (!keys) return say_error(asked.from, {ErrorKind::missing, "nobody delegates to a role \"" + role + "\" there"});
    }
    for (const Signer& signer : signers)
        if (keys)
            if (auto may = may_sign(signer, *keys); !may) return say_error(asked.from, may.error());
    const auto all = signed_by_all(*bytes, signers);
    if (!all) return say_error(asked.from, all.error());
    if (auto written = write_file(file, *all); !written) return say_error(asked.from, written.error());
    if (!keys) {
        asked.from.say(name + ": signed; with --repository it is said how many signatures are missing");
        return 0;
    }
    const auto count = count_signatures(state, role, *all);
    if (!count) return say_error(asked.from, count.error());
    asked.from.say(fmt::format("{}: {}", name, count->sentence()));
    return 0;
}

}  // namespace

int sign_command(const Words& words, const Commander& from) {
    const auto options = CommandOptions::read(words, 1, {"--repository", "--with", "--key", "--sign-with", "--passphrase-file", "--role", "--organisation", "--approved-by",
                                                  "--expires-days", "--out", "--pack", "--renew", "--now"}, {});
    if (!options) return say_error(from, options.error());
    const auto now = options->time("--now", from.now);
    if (!now) return say_error(from, now.error());
    const Asked asked{*options, from, *now};
    if (!options->has("--key")) return say_usage(from, sign_usage);
    if (const auto role = options->one("--renew")) return options->places().empty() ? renew(asked, *role) : say_usage(from, sign_usage);
    if (options->places().empty()) return say_usage(from, sign_usage);
    std::error_code failed;
    if (std::filesystem::is_directory(options->places().front(), failed))
        return options->places().size() == 1 ? sign_pack(asked) : say_usage(from, sign_usage);
    RepositoryState state;
    if (options->has("--repository")) {
        auto read = repository_of(asked);
        if (!read) return say_error(from, read.error());
        state = std::move(*read);
    }
    const auto signers = signers_of(*options, "--key");
    if (!signers) return say_error(from, signers.error());
    for (const std::string& file : options->places())
        if (const int code = add_signature(asked, file, *signers, state); code != 0) return code;
    return 0;
}

}  // namespace xinghuo
