// `xinghuo-server publish …`
#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/base/spreadsheet.h"
#include "content/trust/repository.h"
#include "sync/courier_forms.h"
#include "sync/server/centre_keys.h"
#include "sync/server/people_key.h"
#include "sync/server/publish_api.h"

namespace xinghuo {

const char* const centre_publish_usage =
    "publish roster|activities|notices|settings FILE   tells the terminals; a roster may be a table (CSV, XLSX); --yes: most people on it may leave\n"
    "publish recall FILE [--yes]                       a pack's version must not be shown any more; --yes: one that the repository does not know\n"
    "publish packs FOLDER                              takes the packs of a signed repository in\n"
    "publish key                                       makes the online key, and prints what an offline root delegates to\n"
    "publish adopt FILE…                               takes over what the owners of an offline root signed (N.root.json, N.targets.json)\n"
    "publish rotate online|targets|root|centre         puts another key in the place of that one; terminals follow by themselves\n"
    "publish refresh                                   whoever was enrolled or revoked; and signatures, when they are due\n";

namespace {

constexpr Organisation the_first = 1;

int said(const CentreCommand& command, const Result<PublishedNow>& done) {
    if (!done) {
        command.complain(done.error().what);
        return 1;
    }
    for (const std::string& line : done->changes) command.say(line);
    return 0;
}

int rotate_centre(const CentreCommand& command) {
    auto publisher = Publisher::open(command.data, command.now);
    if (!publisher) return said(command, publisher.error());
    const auto readers = readers_of(command.sql, the_first);
    if (!readers) return said(command, readers.error());
    const auto key = replace_centre_key(command.data / "keys");
    if (!key) return said(command, key.error());
    command.say("this centre's fingerprint: " + key_fingerprint(*key));
    return said(command, publisher->tell_readers(the_first, *readers, command.now));
}

int told(const CentreCommand& command, Publisher& publisher, ToldKind kind, const Path& file) {
    const auto bytes = read_bytes(file, table_limit_bytes);
    if (!bytes) return said(command, bytes.error());
    const std::string document(bytes->begin(), bytes->end());
    if (kind == ToldKind::roster) {
        const auto people_key = open_people_key(command.data / "keys", command.sql, 1);
        if (!people_key) return said(command, people_key.error());
        if (document.empty()) return said(command, Error{ErrorKind::invalid, "the file is empty"});
        PeopleTakenOver taken;
        const auto done = tell_roster(publisher, command.sql, *people_key, the_first, document, command.now, command.yes, &taken);
        for (const std::string& line : taken.lines()) command.say(line);
        return said(command, done);
    }
    const auto readers = readers_of(command.sql, the_first);
    if (!readers) return said(command, readers.error());
    return said(command, publisher.tell(the_first, kind, document, *readers, command.now));
}

// A mistyped recall recalls nothing, and nobody notices. What is wrong with the order besides, recall() says.
Result<void> names_a_known_pack(const Publisher& publisher, const std::string& order) {
    JsonDocument document;
    if (auto parsed = document.parse(order); !parsed) return {};
    const JsonNode root = document.root();
    const std::string pack = root["pack"].string_or("");
    std::vector<std::int64_t> versions;
    if (root["versions"].exists())
        for (const JsonNode& one : root["versions"].items(100)) versions.push_back(one.integer());
    else if (root["version"].exists()) versions.push_back(root["version"].integer());
    const auto state = read_repository(publisher.repository());
    if (!state) return state.error();
    std::int64_t newest = 0;
    for (const auto& [role, metadata] : state->roles)
        for (const auto& [name, target] : metadata.targets)
            if (name.starts_with("packs/") && name.ends_with("/" + pack + ".json")) newest = std::max(newest, version_of(target));
    if (newest == 0) return Error{ErrorKind::missing, "the repository has no pack \"" + pack + "\"; if it comes from elsewhere, add --yes"};
    for (const std::int64_t version : versions)
        if (version > newest)
            return Error{ErrorKind::missing, fmt::format("the repository has \"{}\" up to version {}, and knows no version {}; if it comes from elsewhere, add --yes", pack, newest, version)};
    return {};
}

}  // namespace

int publish_main(const CentreCommand& command) {
    const auto& words = command.words;
    const std::string what = words.empty() ? "" : words.front();
    const auto usage = [&] {
        command.complain(centre_publish_usage);
        return 2;
    };
    if (what == "key" && words.size() == 1) {
        const auto key = Publisher::online_key(command.data);
        if (!key) return said(command, key.error());
        command.say(public_key_json(*key) + "fingerprint " + fingerprint(*key));
        return 0;
    }
    if (what == "adopt" && words.size() > 1) {
        const auto adopted = Publisher::adopt(command.data, std::vector<Path>(words.begin() + 1, words.end()), command.now);
        if (!adopted) return said(command, adopted.error());
        command.say("the repository stands under that root");
        return 0;
    }
    if (what == "rotate" && words.size() == 2 && words[1] == "centre") return rotate_centre(command);
    if (what == "rotate" && words.size() == 2) {
        const auto key = repository_key(words[1]);
        return said(command, key ? Publisher::rotate(command.data, *key, command.now) : Result<PublishedNow>(key.error()));
    }
    const auto kind = told_kind(what);
    const bool one_file = kind || what == "recall" || what == "packs";
    if (words.size() != (one_file ? 2u : 1u) || (!one_file && what != "refresh")) return usage();
    auto publisher = Publisher::open(command.data, command.now);
    if (!publisher) return said(command, publisher.error());
    if (kind) return told(command, *publisher, *kind, words[1]);
    if (what == "packs") return said(command, publisher->take_packs(words[1], command.now));
    if (what == "recall") {
        const auto order = read_text(words[1], 64'000);
        if (!order) return said(command, order.error());
        if (const auto known = names_a_known_pack(*publisher, *order); !known && !command.yes) return said(command, known.error());
        return said(command, publisher->recall(*order, command.now));
    }
    const auto tended = tend_repository(*publisher, command.sql, the_first, command.now);
    if (!tended) return said(command, tended.error());
    command.say(*tended ? "signed" : "nothing was due");
    return 0;
}

}  // namespace xinghuo
