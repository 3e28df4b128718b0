#include "sync/server/publish_api.h"

#include <fmt/format.h>

#include <map>

#include "content/base/json.h"
#include "content/base/spreadsheet.h"
#include "sync/server/enrolment.h"
#include "sync/server/http_reply.h"

namespace xinghuo {
namespace {

constexpr std::string_view area = "/api/publish";
constexpr std::size_t few_people = 10;  // may leave whatever part of all they are

HttpReply refused_publishing(const Error& error) {
    switch (error.kind) {
        case ErrorKind::io:
        case ErrorKind::full: return refusal(503, error.what);
        case ErrorKind::missing: return refusal(404, error.what);
        case ErrorKind::untrusted: return refusal(403, error.what);
        case ErrorKind::too_large: return refusal(413, error.what);
        case ErrorKind::older: return refusal(409, error.what);
        default: return refusal(400, error.what);
    }
}

HttpReply published_reply(const Result<PublishedNow>& done, const PeopleTakenOver* roster = nullptr) {
    if (!done) return refused_publishing(done.error());
    JsonWriter out;
    out.object().key("version").value(done->version).key("timestamp").value(done->timestamp).key("changes").array();
    for (const std::string& line : done->changes) out.value(line);
    out.end();
    if (roster != nullptr && roster->any) {
        out.key("roster").object().key("added").value(roster->added).key("changed").value(roster->changed).key("gone").value(roster->gone).key("same").value(roster->same);
        out.key("unknown_columns").array();
        for (const std::string& column : roster->unknown) out.value(column);
        out.end().end();
    }
    return json_reply(out.end().text());
}

HttpReply overview(const Publisher& publisher, Organisation organisation) {
    const auto state = read_repository(publisher.repository());
    if (!state) return refused_publishing(state.error());
    JsonWriter out;
    out.object().key("timestamp").value(state->timestamp ? state->timestamp->version : 0);
    if (state->timestamp) out.key("until").value(iso_from_wall_time(state->timestamp->expires));
    out.key("told").object();
    for (const ToldKind kind : told_kinds)
        if (const Target* target = state->find(told_target(kind, organisation))) out.key(name_of(kind)).value(version_of(*target));
    out.end().key("packs").array();
    for (const auto& [role, metadata] : state->roles)
        for (const auto& [name, target] : metadata.targets)
            if (name.starts_with("packs/")) out.object().key("name").value(name).key("version").value(version_of(target)).end();
    out.end().key("recalls").array();
    for (const auto& [role, metadata] : state->roles)
        for (const auto& [name, target] : metadata.targets)
            if (name.starts_with("recalls/")) out.value(name);
    return json_reply(out.end().end().text());
}

HttpReply packs_from(const HttpRequest& request, Publisher& publisher, const Path& incoming, WallTime now) {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return refused_publishing(parsed.error());
    const std::string source = document.root()["source"].string();
    if (!document.good()) return refused_publishing(document.error());
    if (!is_safe_relative_path(source) || source.find('/') != std::string::npos) return refusal(400, "source: the name of a folder in incoming, and no more");
    std::error_code failed;
    if (!std::filesystem::is_directory(incoming / source, failed)) return refusal(404, "there is no such folder in incoming");
    return published_reply(publisher.take_packs(incoming / source, now));
}

bool looks_like_json(std::string_view body) {
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '{';
}

// A file of the wrong branch, or one that was cut off, is the likely reason.
Result<void> most_stay(People& people, const RosterFile& file) {
    const auto preview = people.preview(file);
    if (!preview) return preview.error();
    const auto here = people.count("");
    if (!here) return here.error();
    const std::size_t gone = preview->gone.size();
    if (gone <= few_people || 2 * gone <= *here) return {};
    return Error{ErrorKind::older, fmt::format("the roster: {} of {} people are not in it and would leave; nothing was taken over. If that is meant, say so: --yes, or ?confirm=gone", gone, *here)};
}

// What is given is taken over. Answers which columns it has.
Result<RosterFile> take_over(const Publisher& publisher, Sql& sql, const SecretKey& people_key, Organisation organisation, std::string_view given, WallTime now,
                             bool most_may_go, PeopleTakenOver* taken) {
    if (auto joined = join_people(publisher, sql, people_key, organisation); !joined) return joined.error();
    if (given.empty()) return RosterFile();
    Result<RosterFile> file = Error{ErrorKind::invalid, ""};
    if (looks_like_json(given)) {
        file = read_told_roster(given);
    } else {
        const auto table = read_table(Bytes(given.begin(), given.end()));
        if (!table) return table.error().within("the roster");
        file = read_roster(*table);
    }
    if (!file) return file.error().within("the roster");
    if (!file->problems.empty()) {
        std::string what = "the roster: " + file->problems.front().what;
        if (file->problems.size() > 1) what += fmt::format(" (and {} more)", file->problems.size() - 1);
        return Error{ErrorKind::invalid, what};
    }
    People people(sql, people_key, organisation);
    if (!most_may_go)
        if (auto stay = most_stay(people, *file); !stay) return stay.error();
    const auto applied = people.apply(*file, now);
    if (!applied) return applied.error();
    if (taken != nullptr) *taken = {true, applied->added.size(), applied->changed.size(), applied->gone.size(), applied->same, file->unknown};
    file->rows.clear();
    return file;
}

// Everybody as they stand. What the columns say of nobody is said, too: the last host is one no more.
Result<std::string> document_of(People& people, const RosterFile& columns, bool even_nobody) {
    auto all = people.roster();
    if (!all) return all.error();
    if (all->rows.empty() && !even_nobody) return Error{ErrorKind::missing, "nobody is on the roster yet"};
    all->has_card = all->has_card || columns.has_card;
    all->has_pinyin = all->has_pinyin || columns.has_pinyin;
    all->has_host = all->has_host || columns.has_host;
    return told_roster_json(*all);
}

// The people are read while nobody else publishes. Read before, they could be told after a list made later, and whoever was erased in between would stay told
// with no note of it left.
Result<PublishedNow> tell_people(Publisher& publisher, People& people, Organisation organisation, const RosterFile& columns, bool even_nobody,
                                 const std::vector<KioskReader>& readers, WallTime now) {
    std::string too_much;
    const auto making = [&]() -> Result<std::string> {
        auto noted = people.told_too_much();
        if (!noted) return noted;
        too_much = std::move(*noted);
        return document_of(people, columns, even_nobody);
    };
    auto told = publisher.tell(organisation, ToldKind::roster, making, readers, now);
    if (!told || too_much.empty()) return told;
    if (auto noted = people.told_again(too_much); !noted) return noted.error();
    return told;
}

}  // namespace

std::vector<std::string> PeopleTakenOver::lines() const {
    if (!any) return {};
    std::vector<std::string> lines{fmt::format("{} people added, {} changed, {} gone, {} as before", added, changed, gone, same)};
    if (!unknown.empty()) lines.push_back(fmt::format("columns nobody reads: {}", fmt::join(unknown, ", ")));
    return lines;
}

Result<std::vector<KioskReader>> readers_of(Sql& sql, Organisation organisation) {
    const auto kiosks = Enrolment(sql, organisation).list();
    if (!kiosks) return kiosks.error();
    std::vector<KioskReader> readers;
    for (const EnrolledKiosk& kiosk : *kiosks)
        if (!kiosk.is_revoked()) readers.push_back({kiosk.id, kiosk.public_key});
    return readers;
}

Result<bool> tend_repository(Publisher& publisher, Sql& sql, Organisation organisation, WallTime now, const SecretKey* people_key) {
    const auto readers = readers_of(sql, organisation);
    if (!readers) return readers.error();
    const auto told = publisher.tell_readers(organisation, *readers, now);
    if (!told) return told.error().within("telling the terminals");
    bool again = false;
    if (people_key != nullptr) {
        People people(sql, *people_key, organisation);
        const auto too_much = people.told_too_much();
        if (!too_much) return too_much.error();
        if (!too_much->empty()) {
            const auto before = publisher.told(organisation, ToldKind::roster);
            if (!before) return before.error();
            if (*before) {  // else the note stays: the first roster may be on its way
                const auto without = tell_people(publisher, people, organisation, RosterFile(), true, *readers, now);
                if (!without) return without.error().within("telling the roster again");
                again = true;
            }
        }
    }
    const auto fresh = publisher.keep_fresh(now);
    if (!fresh) return fresh.error();
    return *fresh || again || told->timestamp != 0;
}

Result<void> join_people(const Publisher& publisher, Sql& sql, const SecretKey& people_key, Organisation organisation) {
    People people(sql, people_key, organisation);
    auto joined = people.joined();
    if (!joined) return joined.error();
    if (*joined) return {};
    std::optional<RosterFile> told;
    const auto before = publisher.told(organisation, ToldKind::roster);
    if (!before) return before.error();
    if (*before) {
        auto members = read_told_roster((*before)->document);
        if (!members) return members.error().within("the roster that was told last");
        told = std::move(*members);
    }
    return people.join(told);
}

Result<PublishedNow> tell_roster(Publisher& publisher, Sql& sql, const SecretKey& people_key, Organisation organisation, std::string_view given, WallTime now, bool most_may_go,
                                 PeopleTakenOver* taken) {
    const auto columns = take_over(publisher, sql, people_key, organisation, given, now, most_may_go, taken);
    if (!columns) return columns.error();
    const auto readers = readers_of(sql, organisation);
    if (!readers) return readers.error();
    People people(sql, people_key, organisation);
    return tell_people(publisher, people, organisation, *columns, !given.empty(), *readers, now);
}

HttpReply answer_publishing(const HttpRequest& request, std::string_view path, const Caller& caller, Sql& sql, Publisher& publisher, const Path& incoming,
                            const SecretKey& people_key, WallTime now) {
    if (path.starts_with(area)) path.remove_prefix(area.size());
    if (path.starts_with('/')) path.remove_prefix(1);
    const bool may_all = caller.kind == Caller::Kind::staff && caller.role == StaffRole::operator_;
    const bool approves = may_all || (caller.kind == Caller::Kind::staff && caller.role == StaffRole::content_approver);
    if (!approves) return refusal(403, "publishing is for operators and content approvers");
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (!reads && request.method != "POST") return wrong_method("GET, POST");
    if (path.empty()) return reads ? overview(publisher, caller.organisation) : wrong_method("GET");
    if (path == "recall") return reads ? wrong_method("POST") : published_reply(publisher.recall(request.body, now));
    if (path == "packs") return reads ? wrong_method("POST") : packs_from(request, publisher, incoming, now);
    const auto kind = told_kind(path);
    if (!kind) return refusal(404, "nothing is here");
    if (!may_all && *kind != ToldKind::notices && (!reads || *kind == ToldKind::roster)) return refusal(403, "this is for operators");
    if (reads) {
        const auto told = publisher.told(caller.organisation, *kind);
        if (!told) return refused_publishing(told.error());
        if (!*told) return refusal(404, "nothing of this was published yet");
        return json_reply((*told)->document);
    }
    if (*kind == ToldKind::roster) {
        if (!request.query().empty() && request.query() != "confirm=gone") return refusal(400, "confirm=gone is all that may stand behind ?");
        // Without a body the people are told as they stand; a file that was sent and holds nothing is a mistake.
        const std::string* type = find_header(request.headers, "content-type");
        if (request.body.empty() && type != nullptr && !type->starts_with("application/json")) return refusal(400, "the file is empty");
        PeopleTakenOver taken;
        const auto told = tell_roster(publisher, sql, people_key, caller.organisation, request.body, now, !request.query().empty(), &taken);
        if (!told && told.error().kind == ErrorKind::expired) return refusal(500, told.error().what);  // the key of people
        return published_reply(told, &taken);
    }
    const auto readers = readers_of(sql, caller.organisation);
    if (!readers) return refused_publishing(readers.error());
    return published_reply(publisher.tell(caller.organisation, *kind, request.body, *readers, now));
}

}  // namespace xinghuo
