#include "content/pack/pack_state.h"

#include <algorithm>
#include <array>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/pack/disk.h"

namespace xinghuo {
namespace {

constexpr std::size_t state_limit_bytes = 8u << 20, pack_limit = 1'000, recall_limit = 10'000, version_limit = 10'000;
constexpr std::string_view seal = ",\"check\":\"";
using What = PackEvent::What;
constexpr std::array<std::pair<What, std::string_view>, 8> names_of_events = {{{What::installed, "installed"},
                                                                               {What::updated, "updated"},
                                                                               {What::undone, "undone"},
                                                                               {What::recalled, "recalled"},
                                                                               {What::repaired, "repaired"},
                                                                               {What::damaged, "damaged"},
                                                                               {What::failed, "failed"},
                                                                               {What::collected, "collected"}}};

std::string_view name_of(What what) {
    for (const auto& [value, name] : names_of_events)
        if (value == what) return name;
    return "";
}

void write(JsonWriter& w, const Bilingual& text) { w.object().key("zh").value(text.zh).key("en").value(text.en).end(); }

// Read by bilingual() it would not be taken empty.
Bilingual read_text_pair(JsonNode node) { return {node["zh"].string(), node["en"].string()}; }

void write(JsonWriter& w, const PackVersion& version) {
    w.object().key("version").value(version.version).key("manifest").value(version.manifest).key("title");
    write(w, version.title);
    w.key("bytes").value(static_cast<std::int64_t>(version.bytes)).key("files").value(version.files).key("from").value(version.from);
    w.key("role").value(version.role).key("at").value(version.at.unix_ms).key("clock_trusted").value(version.clock_trusted).end();
}

std::string read_hash(JsonNode node) {
    std::string hash = node.string();
    const bool good = hash.size() == 64 && std::all_of(hash.begin(), hash.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!good) node.refuse("must be 64 lower-case hex digits");
    return hash;
}

std::optional<PackVersion> read_version(JsonNode node) {
    if (!node.exists()) return std::nullopt;
    PackVersion version;
    version.version = node["version"].integer();
    version.manifest = read_hash(node["manifest"]);
    version.title = read_text_pair(node["title"]);
    version.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, node["bytes"].integer()));
    version.files = static_cast<int>(node["files"].integer());
    version.from = node["from"].string();
    version.role = node["role"].string();
    version.at = {node["at"].integer()};
    version.clock_trusted = node["clock_trusted"].boolean();
    return version;
}

std::vector<std::int64_t> read_versions(JsonNode list) {
    std::vector<std::int64_t> versions;
    if (list.exists())
        for (const JsonNode& version : list.items(version_limit)) versions.push_back(version.integer());
    return versions;
}

void write(JsonWriter& w, const Recall& recall) {
    w.object().key("pack").value(recall.pack).key("versions").array();
    for (const std::int64_t version : recall.versions) w.value(version);
    w.end().key("reason");
    write(w, recall.reason);
    w.key("target").value(recall.target).key("statement").value(recall.statement).end();
}

void write(JsonWriter& w, const PackEvent& event) {
    w.object().key("what").value(name_of(event.what)).key("pack").value(event.pack).key("title");
    write(w, event.title);
    w.key("version").value(event.version).key("before").value(event.before).key("from").value(event.from).key("why").value(event.why);
    w.key("at").value(event.at.unix_ms).key("clock_trusted").value(event.clock_trusted).end();
}

PackEvent read_event(JsonNode node) {
    PackEvent event;
    const std::string what = node["what"].string();
    const auto* const named = std::find_if(names_of_events.begin(), names_of_events.end(), [&](const auto& each) { return each.second == what; });
    if (named == names_of_events.end()) node["what"].refuse("no such event");
    else event.what = named->first;
    event.pack = node["pack"].string();
    event.title = read_text_pair(node["title"]);
    event.version = node["version"].integer();
    event.before = node["before"].integer();
    event.from = node["from"].string();
    event.why = node["why"].string();
    event.at = {node["at"].integer()};
    event.clock_trusted = node["clock_trusted"].boolean();
    return event;
}

}  // namespace

InstalledPack* PackState::find(std::string_view id) {
    const auto found = std::find_if(packs.begin(), packs.end(), [&](const InstalledPack& pack) { return pack.id == id; });
    return found == packs.end() ? nullptr : &*found;
}

const InstalledPack* PackState::find(std::string_view id) const { return const_cast<PackState*>(this)->find(id); }

bool PackState::recalled(std::string_view pack, std::int64_t version) const {
    return std::any_of(recalls.begin(), recalls.end(), [&](const Recall& recall) {
        return recall.pack == pack && (recall.versions.empty() || std::count(recall.versions.begin(), recall.versions.end(), version) > 0);
    });
}

void PackState::happened(PackEvent event) {
    history.insert(history.begin(), std::move(event));
    if (history.size() > history_limit) history.resize(history_limit);
}

std::string state_text(const PackState& state) {
    JsonWriter w;
    w.object().key("schema_version").value(1).key("shipped").value(state.shipped).key("floor").value(state.floor.unix_ms);
    if (state.checked) w.key("checked").value(state.checked->unix_ms);
    w.key("packs").array();
    for (const InstalledPack& pack : state.packs) {
        w.object().key("id").value(pack.id).key("target").value(pack.target).key("highest").value(pack.highest);
        if (pack.shown) write(w.key("shown"), *pack.shown);
        if (pack.previous) write(w.key("previous"), *pack.previous);
        w.end();
    }
    w.end().key("recalls").array();
    for (const Recall& recall : state.recalls) write(w, recall);
    w.end().key("history").array();
    for (const PackEvent& event : state.history) write(w, event);
    std::string text = w.end().end().text();
    text.pop_back();  // the closing brace, which comes after the hash
    const std::string hash = sha256_hex(text.data(), text.size());
    return text.append(seal).append(hash).append("\"}\n");
}

Result<PackState> read_state(std::string_view text) {
    const std::size_t end = text.rfind(seal);
    if (end == std::string_view::npos || text.size() != end + seal.size() + 67 || text.substr(end + seal.size(), 64) != sha256_hex(text.data(), end))
        return Error{ErrorKind::invalid, "does not match its own hash"};
    JsonDocument document;
    if (auto parsed = document.parse_strict(text); !parsed) return parsed.error();
    const JsonNode root = document.root();
    if (root["schema_version"].integer() != 1) root["schema_version"].refuse("only version 1 is known");
    PackState state;
    state.shipped = root["shipped"].string();
    state.floor = {root["floor"].integer()};
    if (root["checked"].exists()) state.checked = WallTime{root["checked"].integer()};
    for (const JsonNode& node : root["packs"].items(pack_limit)) {
        if (!document.good()) break;
        InstalledPack pack;
        pack.id = node["id"].string();
        pack.target = node["target"].string();
        pack.highest = node["highest"].integer();
        pack.shown = read_version(node["shown"]);
        pack.previous = read_version(node["previous"]);
        if (state.find(pack.id) != nullptr) node["id"].refuse("stands twice");
        state.packs.push_back(std::move(pack));
    }
    for (const JsonNode& node : root["recalls"].items(recall_limit)) {
        if (!document.good()) break;
        state.recalls.push_back({node["pack"].string(), read_versions(node["versions"]), read_text_pair(node["reason"]), node["target"].string(), read_hash(node["statement"])});
    }
    for (const JsonNode& node : root["history"].items(history_limit)) {
        if (!document.good()) break;
        state.history.push_back(read_event(node));
    }
    if (!document.good()) return document.error();
    return state;
}

Result<PackState> load_state(const Path& folder, std::vector<std::string>& damaged) {
    bool any = false;
    for (const char* name : {"installed.json", "installed.json.1"}) {
        const auto text = read_text(folder / name, state_limit_bytes);
        if (!text && text.error().kind == ErrorKind::missing) continue;
        any = true;
        // The reason of the system names a path of this machine.
        auto state = text ? read_state(*text) : Result<PackState>(Error{text.error().kind, "cannot be read"});
        if (state) return state;
        damaged.push_back(state.error().within(name).what);
    }
    return Error{any ? ErrorKind::invalid : ErrorKind::missing, any ? "the list of installed packs is damaged" : "no list of installed packs"};
}

Result<void> save_state(const Path& folder, const PackState& state) {
    const Path file = folder / "installed.json";
    if (const auto before = read_text(file, state_limit_bytes); before && read_state(*before))
        if (auto kept = write_durably(folder / "installed.json.1", *before); !kept) return kept;
    return write_durably(file, state_text(state));
}

Result<Recall> read_recall(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse_strict(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    if (root["schema_version"].integer() != 1) root["schema_version"].refuse("only version 1 is known");
    Recall recall;
    recall.pack = root["pack"].string();
    if (root["pack"].is_string() && recall.pack.empty()) root["pack"].refuse("must name a pack");
    recall.versions = read_versions(root["versions"]);
    if (root["versions"].exists() && recall.versions.empty()) root["versions"].refuse("must name a version, or be left out for all");
    recall.reason = root["reason"].bilingual();
    if (!document.good()) return document.error();
    recall.statement = sha256_hex(json.data(), json.size());
    return recall;
}

}  // namespace xinghuo
