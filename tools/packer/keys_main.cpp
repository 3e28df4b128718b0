// keys: make, show; root, rotate, revoke, delegate.
#include <fmt/format.h>

#include <algorithm>

#include "content/trust/repository.h"
#include "tools/packer/commands.h"
#include "tools/packer/keys_roles.h"
#include "tools/packer/sign.h"

namespace xinghuo {

const char* const keys_usage =
    "keys make NAME --out DIR [--scheme ed25519|p256|rsa] [--passphrase-file FILE | --no-passphrase]\n"
    "    a pair of keys: NAME.pem stays with its owner, NAME.pub.json goes to whoever makes the root or a delegation\n"
    "xinghuo-pack keys show FILE…\n"
    "    a key's id and fingerprint, or who may sign what in a root or targets file\n"
    "xinghuo-pack keys root --new --root-key K… --targets-key K… --snapshot-key K… --timestamp-key K… [--threshold N]\n"
    "        [--targets-threshold N] [--expires DATE] --out DIR\n"
    "    the first root, DIR/1.root.json; private keys (.pem) among the root keys sign it here, the others with `sign`\n"
    "xinghuo-pack keys rotate REPOSITORY [--add ROLE=K] [--remove ROLE=K] [--replace ROLE=K] [--set-threshold ROLE=N] [--expires DATE]\n"
    "        [--key ROOT_KEY…] --out DIR\n"
    "    the next root; old and new root keys must sign it\n"
    "xinghuo-pack keys revoke REPOSITORY K [--key SIGNER…] --out DIR\n"
    "    K may sign nothing any more: the next root, the next targets, or both\n"
    "xinghuo-pack keys delegate REPOSITORY (--organisation NAME | --centre | --role NAME --path PATTERN…) --role-key K… [--threshold N]\n"
    "        [--expires DATE] [--key TARGETS_KEY…] --out DIR     (--role NAME --withdraw: not any more)\n"
    "    packs/NAME/* to its publishers; rosters, settings, notices and recalls to the centre's online key\n";

namespace {

const std::vector<std::string_view> valued{
    "--out", "--scheme", "--passphrase-file", "--root-key", "--targets-key", "--snapshot-key", "--timestamp-key", "--threshold", "--targets-threshold",
    "--snapshot-threshold", "--timestamp-threshold", "--expires", "--add", "--remove", "--replace", "--set-threshold", "--key", "--sign-with",
    "--organisation", "--role", "--path", "--role-key", "--now"};
const std::vector<std::string_view> flags{"--no-passphrase", "--new", "--centre", "--withdraw"};

struct Asked {
    const CommandOptions& options;
    const Commander& from;
    WallTime now;
};

int bad(const Asked& asked, const std::string& sentence) { return say_error(asked.from, {ErrorKind::invalid, sentence}); }

Result<KeyText> public_half(const Asked& asked, const std::string& file) { return public_half(Path(file), passphrase_of(asked.options)); }

Result<WallTime> expiry(const Asked& asked, int days) { return asked.options.time("--expires", {asked.now.unix_ms + days * day_ms}); }

// DIR/N.ROLE.json, signed by those signers who may; says where it stands.
int write_draft(const Asked& asked, const RepositoryState& state, const std::string& role, std::int64_t version, std::string bytes,
                const std::vector<Signer>& signers) {
    auto all = signed_by_all(std::move(bytes), signers);
    if (!all) return say_error(asked.from, all.error());
    const Path file = Path(*asked.options.one("--out")) / Path(metadata_file(version, role)).filename();
    if (auto written = write_file(file, *all); !written) return say_error(asked.from, written.error());
    const auto count = count_signatures(state, role, *all);
    if (!count) return say_error(asked.from, count.error());
    asked.from.say(fmt::format("{}: {}", file.filename().string(), count->sentence()));
    return 0;
}

int make(const Asked& asked) {
    if (asked.options.places().size() != 1) return say_usage(asked.from, keys_usage);
    const auto scheme = scheme_named(asked.options.one("--scheme").value_or("ed25519"));
    if (!scheme) return say_error(asked.from, scheme.error());
    const std::string& name = asked.options.places().front();
    Result<std::string> passphrase = std::string();
    if (!asked.options.has("--no-passphrase"))
        passphrase = asked.options.has("--passphrase-file") ? passphrase_of(asked.options)(name) : passphrase_from_terminal(true)(name);
    if (!passphrase) return say_error(asked.from, passphrase.error().within("the passphrase of " + name));
    const auto key = make_key_files(*asked.options.one("--out"), name, *scheme, *passphrase);
    if (!key) return say_error(asked.from, key.error());
    asked.from.say(fmt::format("{}.pem (private; keep it, and a copy in another building) and {}.pub.json\n{}, fingerprint {}", name, name, key->scheme,
                               fingerprint(*key)));
    return 0;
}

int show(const Asked& asked) {
    if (asked.options.places().empty()) return say_usage(asked.from, keys_usage);
    for (const std::string& file : asked.options.places()) {
        const auto text = read_text(file, TrustLimits{}.targets_bytes);
        if (!text) return say_error(asked.from, text.error());
        if (const auto root = read_root(*text)) {
            for (const std::string& line : describe(*root)) asked.from.say(line);
        } else if (const auto targets = read_targets(*text)) {
            for (const std::string& line : describe(*targets)) asked.from.say(line);
        } else {
            const auto key = public_half(asked, file);
            if (!key) return say_error(asked.from, key.error());
            asked.from.say(fmt::format("{}: {}\n    id {}\n    fingerprint {}", Path(file).filename().string(), key->scheme, key_id(*key), fingerprint(*key)));
        }
    }
    return 0;
}

int root(const Asked& asked) {
    const CommandOptions& options = asked.options;
    if (!options.has("--new") || !options.places().empty()) return say_usage(asked.from, keys_usage);
    std::map<std::string, RolePlan> roles;
    std::vector<Signer> signers;
    for (const char* role : top_roles) {
        const bool own = std::string_view(role) == "root";
        const auto threshold = options.number(own ? std::string("--threshold") : fmt::format("--{}-threshold", role), 1, 1, 100);
        if (!threshold) return say_error(asked.from, threshold.error());
        roles[role].threshold = static_cast<int>(*threshold);
        for (const std::string& file : options.all(fmt::format("--{}-key", role))) {
            if (own && Path(file).extension() == ".pem") {
                auto signer = Signer::from_file(file, passphrase_of(options));
                if (!signer) return say_error(asked.from, signer.error());
                roles[role].keys.push_back(signer->key());
                signers.push_back(std::move(*signer));
                continue;
            }
            auto key = public_half(asked, file);
            if (!key) return say_error(asked.from, key.error());
            roles[role].keys.push_back(std::move(*key));
        }
    }
    const auto expires = expiry(asked, root_days);
    if (!expires) return say_error(asked.from, expires.error());
    const auto made = first_root(roles, asked.now, *expires);
    if (!made) return say_error(asked.from, made.error());
    for (const std::string& line : describe(*made)) asked.from.say(line);
    return write_draft(asked, RepositoryState{}, "root", 1, root_json(*made), signers);
}

// "root=FILE".
Result<std::pair<std::string, std::string>> pair_of(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return Error{ErrorKind::invalid, "\"" + text + "\": write ROLE=FILE"};
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

// A key's file, its id, or the beginning of its id (8 digits at least) among those that are known.
Result<std::string> id_of(const Asked& asked, const std::string& text, const std::map<std::string, KeyText>& known) {
    std::error_code failed;
    if (std::filesystem::is_regular_file(text, failed)) {
        const auto key = public_half(asked, text);
        if (!key) return key.error();
        return key_id(*key);
    }
    std::vector<std::string> fitting;
    for (const auto& [id, key] : known)
        if (text.size() >= 8 && id.starts_with(text)) fitting.push_back(id);
    if (fitting.size() != 1) return Error{ErrorKind::missing, "\"" + text + "\" is no key's file, and the beginning of no known id"};
    return fitting.front();
}

Result<std::vector<RoleEdit>> edits_of(const Asked& asked, const RootMeta& present) {
    std::vector<RoleEdit> edits;
    for (const auto& [option, value] : asked.options.given()) {
        if (option != "--add" && option != "--remove" && option != "--replace" && option != "--set-threshold") continue;
        const auto pair = pair_of(value);
        if (!pair) return pair.error();
        RoleEdit edit;
        edit.role = pair->first;
        if (option == "--set-threshold") {
            edit.threshold = std::atoi(pair->second.c_str());
        } else if (option == "--remove") {
            const auto id = id_of(asked, pair->second, present.keys);
            if (!id) return id.error();
            edit.remove.push_back(*id);
        } else {
            auto key = public_half(asked, pair->second);
            if (!key) return key.error();
            edit.add.push_back(std::move(*key));
            const auto role = present.roles.find(edit.role);
            if (option == "--replace" && role != present.roles.end()) edit.remove = role->second.keyids;
        }
        edits.push_back(std::move(edit));
    }
    return edits;
}

// Some sign the root, some the targets: each file by those who may sign it.
std::vector<Signer> those_among(const std::vector<Signer>& signers, const std::vector<const RoleKeys*>& roles) {
    std::vector<Signer> may;
    for (const Signer& signer : signers)
        if (std::any_of(roles.begin(), roles.end(), [&](const RoleKeys* role) {
                return std::find(role->keyids.begin(), role->keyids.end(), signer.id()) != role->keyids.end();
            }))
            may.push_back(signer);
    return may;
}

int write_root(const Asked& asked, const RepositoryState& state, const RootMeta& next, const std::vector<Signer>& signers) {
    for (const std::string& line : describe(next)) asked.from.say(line);
    return write_draft(asked, state, "root", next.version, root_json(next), those_among(signers, {&state.root.roles.at("root"), &next.roles.at("root")}));
}

int rotate(const Asked& asked) {
    if (asked.options.places().size() != 1) return say_usage(asked.from, keys_usage);
    const auto state = read_repository(asked.options.places().front());
    if (!state) return say_error(asked.from, state.error());
    const auto edits = edits_of(asked, state->root);
    if (!edits) return say_error(asked.from, edits.error());
    const auto expires = expiry(asked, root_days);
    if (!expires) return say_error(asked.from, expires.error());
    const auto next = next_root(state->root, *edits, *expires);
    if (!next) return say_error(asked.from, next.error());
    const auto signers = signers_of(asked.options, "--key");
    if (!signers) return say_error(asked.from, signers.error());
    for (const Signer& signer : *signers)
        if (those_among({signer}, {&state->root.roles.at("root"), &next->roles.at("root")}).empty()) return bad(asked, signer.name() + " is no root key");
    return write_root(asked, *state, *next, *signers);
}

int revoke(const Asked& asked) {
    if (asked.options.places().size() != 2) return say_usage(asked.from, keys_usage);
    const auto state = read_repository(asked.options.places()[0]);
    if (!state) return say_error(asked.from, state.error());
    std::map<std::string, KeyText> known = state->root.keys;
    const auto targets = state->roles.find("targets");
    if (targets != state->roles.end()) known.insert(targets->second.keys.begin(), targets->second.keys.end());
    const auto id = id_of(asked, asked.options.places()[1], known);
    if (!id) return say_error(asked.from, id.error());
    const auto signers = signers_of(asked.options, "--key");
    if (!signers) return say_error(asked.from, signers.error());
    std::vector<RoleEdit> edits;
    for (const auto& [role, keys] : state->root.roles)
        if (std::find(keys.keyids.begin(), keys.keyids.end(), *id) != keys.keyids.end()) edits.push_back({role, {*id}, {}, std::nullopt});
    TargetsMeta next = next_targets(*state, {asked.now.unix_ms + role_days * day_ms});
    const auto gone = revoke_in_delegations(next, *id);
    if (!gone) return say_error(asked.from, gone.error());
    if (edits.empty() && *gone == 0) return bad(asked, "that key may sign nothing there already");
    if (!edits.empty()) {
        const auto expires = expiry(asked, root_days);
        if (!expires) return say_error(asked.from, expires.error());
        const auto root_after = next_root(state->root, edits, *expires);
        if (!root_after) return say_error(asked.from, root_after.error());
        if (const int failed = write_root(asked, *state, *root_after, *signers); failed != 0) return failed;
    }
    if (*gone > 0) return write_draft(asked, *state, "targets", next.version, targets_json(next), those_among(*signers, {&state->root.roles.at("targets")}));
    return 0;
}

int delegate_role(const Asked& asked) {
    const CommandOptions& options = asked.options;
    if (options.places().size() != 1) return say_usage(asked.from, keys_usage);
    const auto state = read_repository(options.places().front());
    if (!state) return say_error(asked.from, state.error());
    const auto expires = expiry(asked, role_days);
    if (!expires) return say_error(asked.from, expires.error());
    TargetsMeta next = next_targets(*state, *expires);
    // What is being prepared already goes on: several delegations, one file to sign.
    const Path prepared = Path(*options.one("--out")) / Path(metadata_file(next.version, "targets")).filename();
    if (const auto bytes = read_text(prepared, TrustLimits{}.targets_bytes)) {
        auto begun = read_targets(*bytes);
        if (!begun) return say_error(asked.from, begun.error().within(prepared.filename().string()));
        if (begun->version != next.version) return bad(asked, prepared.filename().string() + " is for another version");
        begun->signatures.clear();
        begun->expires = *expires;
        next = std::move(*begun);
        asked.from.say(prepared.filename().string() + " was begun before and goes on; whoever signed it signs again");
    }
    Delegation role;
    role.name = options.one("--role").value_or("");
    role.paths = options.all("--path");
    role.terminating = true;
    if (const auto organisation = options.one("--organisation")) {
        if (role.name.empty()) role.name = "packs-" + *organisation;
        role.paths.push_back("packs/" + *organisation + "/*");
    }
    if (options.has("--centre")) {
        if (role.name.empty()) role.name = "centre";
        for (const char* folder : {"rosters/*", "activities/*", "notices/*", "settings/*", "recalls/*", "kiosks/*/*"}) role.paths.emplace_back(folder);
    }
    std::vector<KeyText> keys;
    for (const std::string& file : options.all("--role-key")) {
        auto key = public_half(asked, file);
        if (!key) return say_error(asked.from, key.error());
        keys.push_back(std::move(*key));
    }
    const auto threshold = options.number("--threshold", 1, 1, 100);
    if (!threshold) return say_error(asked.from, threshold.error());
    role.keys.threshold = static_cast<int>(*threshold);
    const auto done = options.has("--withdraw") ? withdraw_delegation(next, role.name) : delegate(next, role, keys);
    if (!done) return say_error(asked.from, done.error());
    const auto signers = signers_of(options, "--key");
    if (!signers) return say_error(asked.from, signers.error());
    for (const Signer& signer : *signers)
        if (auto may = may_sign(signer, *state->keys_of("targets")); !may) return say_error(asked.from, may.error());
    for (const std::string& line : describe(next)) asked.from.say(line);
    return write_draft(asked, *state, "targets", next.version, targets_json(next), *signers);
}

struct Verb {
    const char* name;
    bool writes;  // needs --out
    int (*run)(const Asked&);
};
constexpr Verb verbs[] = {{"make", true, make},     {"show", false, show},     {"root", true, root},
                          {"rotate", true, rotate}, {"revoke", true, revoke}, {"delegate", true, delegate_role}};

}  // namespace

int keys_command(const Words& words, const Commander& from) {
    if (words.size() < 2) return say_usage(from, keys_usage);
    const auto options = CommandOptions::read(words, 2, valued, flags);
    if (!options) return say_error(from, options.error());
    const auto now = options->time("--now", from.now);
    if (!now) return say_error(from, now.error());
    for (const Verb& verb : verbs) {
        if (words[1] != verb.name) continue;
        if (verb.writes && !options->has("--out")) return say_error(from, {ErrorKind::invalid, fmt::format("keys {}: where to? --out DIR", verb.name)});
        return verb.run({*options, from, *now});
    }
    return say_usage(from, keys_usage);
}

}  // namespace xinghuo
