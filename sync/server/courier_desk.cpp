#include "sync/server/courier_desk.h"

#include <fmt/format.h>

#include <map>

#include "content/base/json.h"
#include "content/trust/directory_transport.h"
#include "sync/server/accounts.h"
#include "sync/server/chain.h"
#include "sync/server/enrolment.h"
#include "sync/server/xapi.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_chunks = 100'000, chunk_read_limit_bytes = 4u << 20, request_limit_bytes = 64u << 10;
constexpr std::size_t most_wrong_codes = 20;   // on one stick, at once: more is somebody guessing

std::string_view text_of_bytes(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string sentence_in(const std::string& reply) {
    JsonDocument document;
    if (!document.parse(reply)) return "refused";
    const std::string why = document.root()["error"].string_or("refused");
    return why.empty() ? "refused" : why;
}

// A record that was the newest when it was sent carries a signature; sent again later it may carry none. It is the same record all the same.
bool same_record(RecordStore& store, Organisation organisation, const std::string& statement) {
    const auto ours = carried_record(statement);
    if (!ours || !*ours) return false;
    const auto kept = store.find(organisation, (*ours)->record.id);
    if (!kept || !*kept) return false;
    const auto theirs = carried_record((*kept)->json);
    return theirs && *theirs && (*theirs)->record.hash == (*ours)->record.hash;
}

// Of files in up/ or enrol/: ours, and whatever else somebody put there.
std::vector<std::string> names_in(const Path& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end && names.size() < most_chunks; at.increment(failed))
        if (is_chunk_name(at->path().filename().string())) names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

// The same for the same request, so that a stick that comes twice changes nothing; only the centre can make it.
std::string token_for(const EnrolRequest& request, const SigningKey& centre) {
    const Signature signature = centre.sign("stick token\n" + request_mark(request));
    return to_base64url(sha256(std::string_view(reinterpret_cast<const char*>(signature.data()), signature.size())));
}

// The present key is tried first. Of what none of them reads, what that one says.
template <class Read>
auto by_one_of(const CentreKeys& keys, const Read& read) -> std::pair<decltype(read(keys.now)), const SigningKey*> {
    auto first = read(keys.now);
    if (!first)
        for (const SigningKey& key : keys.before)
            if (auto earlier = read(key)) return {std::move(earlier), &key};
    return {std::move(first), &keys.now};
}

}  // namespace

struct CourierDesk::KnownKiosks {
    std::map<std::string, EnrolledKiosk> by_id;
};

Result<void> CourierDesk::set_aside(const std::string& name, std::string_view bytes, const std::string& why, TakenStick& taken) {
    const std::string hash = sha256_hex(bytes.data(), bytes.size()).substr(0, 16);
    if (auto written = write_file(parts_.quarantine / (name + "-" + hash), bytes); !written) return written.error().within("the quarantine");
    taken.quarantined += 1;
    taken.wrong.push_back(why);
    return {};
}

// As by network: the same resource, the same transaction. What is refused is halved until it is one statement, which is put aside.
Result<void> CourierDesk::keep(const KioskReader& kiosk, const std::vector<std::string>& statements, std::size_t from, std::size_t to, WallTime now, TakenStick& taken) {
    if (from == to) return {};
    HttpRequest request;
    request.method = "POST";
    request.target = "/xapi/statements";
    set_header(request.headers, "content-type", "application/json");
    set_header(request.headers, "x-experience-api-version", xapi_version);
    request.body = "[";
    for (std::size_t i = from; i < to; ++i) request.body += (i > from ? "," : "") + statements[i];
    request.body += "]";
    Caller caller;
    caller.kind = Caller::Kind::kiosk;
    caller.organisation = parts_.organisation;
    caller.name = kiosk.kiosk.text;
    caller.kiosk = kiosk.kiosk;
    caller.kiosk_key = kiosk.key;
    JsonWriter authority;
    authority.object().key("objectType").value("Agent").key("account").object().key("homePage").value(parts_.home_page).key("name").value(kiosk.kiosk.text).end().end();
    caller.authority_json = authority.text();
    RecordStore store(parts_.sql);
    const HttpReply reply = answer_xapi({request, "/statements", "/xapi", &caller, &store, now});
    if (reply.status == 200) {
        taken.statements += to - from;
        return {};
    }
    if (reply.status >= 500) return Error{ErrorKind::io, "nothing more was taken in: " + sentence_in(reply.body)};
    if (to - from > 1) {
        const std::size_t middle = from + (to - from) / 2;
        if (auto first = keep(kiosk, statements, from, middle, now, taken); !first) return first;
        return keep(kiosk, statements, middle, to, now, taken);
    }
    if (reply.status == 409 && same_record(store, parts_.organisation, statements[from])) {
        taken.statements += 1;
        return {};
    }
    return set_aside("statement", statements[from], "a statement of " + kiosk.kiosk.text + " is not taken: " + sentence_in(reply.body), taken);
}

Result<void> CourierDesk::take_chunk(const Bytes& bytes, const KnownKiosks& known, WallTime now, TakenStick& taken) {
    const auto [chunk, key] = by_one_of(parts_.keys, [&](const SigningKey& one) { return unsealed_chunk(bytes, one); });
    if (!chunk) return set_aside("chunk", text_of_bytes(bytes), chunk.error().what, taken);
    const auto kiosk = known.by_id.find(chunk->kiosk.text);
    if (kiosk == known.by_id.end() || kiosk->second.public_key != chunk->key)
        return set_aside("chunk", text_of_bytes(bytes), "a chunk comes from a terminal that is not enrolled here (" + chunk->kiosk.text + ")", taken);
    if (kiosk->second.is_revoked())
        return set_aside("chunk", text_of_bytes(bytes), "a chunk comes from a terminal that was revoked (" + chunk->kiosk.text + ")", taken);
    for (std::size_t from = 0; from < chunk->statements.size(); from += batch_limit)
        if (auto kept = keep({chunk->kiosk, chunk->key}, chunk->statements, from, std::min(from + batch_limit, chunk->statements.size()), now, taken); !kept) return kept;
    taken.chunks += 1;
    return {};
}

// Signed by the key the terminal asked for, which is the one it believes; if that is an earlier one, it hears of the next as others do.
Result<CourierAnswer> CourierDesk::answer_to(const EnrolRequest& request, const SigningKey& asked, WallTime now, TakenStick& taken) {
    CourierAnswer answer;
    answer.request = request_mark(request);
    const std::string token = token_for(request, asked);
    const auto let_in = Enrolment(parts_.sql, parts_.organisation).enrol_by_stick(request, token, now);
    if (!let_in && let_in.error().kind != ErrorKind::untrusted) return let_in.error();
    AuditEntry entry;
    entry.at = now;
    entry.who = "courier";
    entry.what = let_in ? "kiosk enrolled" : "kiosk not enrolled";
    entry.about = request.kiosk.text;
    if (auto noted = Accounts(parts_.sql).note(entry); !noted) return noted.error();
    if (let_in) {
        taken.enrolled.push_back(request.kiosk);
        answer.enrolled = enrolled_with(token, parts_.name, parts_.home_page, asked.public_key(), parts_.publisher.repository());
    } else {
        taken.wrong.push_back(request.kiosk.text + " is not enrolled: " + let_in.error().what);
    }
    return answer;
}

// What was answered is removed by the caller when all is done; the answers stay until their terminals fetch them.
Result<void> CourierDesk::answer_requests(const Path& stick, Transport& files, WallTime now, TakenStick& taken, std::vector<Path>& done) {
    std::size_t refused = 0;
    for (const std::string& name : names_in(stick / courier_folder / "enrol")) {
        const auto bytes = files.read("enrol/" + name, request_limit_bytes);
        if (!bytes) {
            taken.wrong.push_back("a terminal's request cannot be read from the stick: " + bytes.error().what);
            continue;
        }
        const auto [request, asked] = by_one_of(parts_.keys, [&, sealed = Bytes(bytes->begin(), bytes->end())](const SigningKey& one) { return unsealed_request(sealed, one); });
        if (!request) {
            if (auto aside = set_aside("request", *bytes, request.error().what, taken); !aside) return aside;
            done.push_back(stick / courier_folder / "enrol" / name);
            continue;
        }
        if (refused >= most_wrong_codes) {
            taken.wrong.emplace_back("too many wrong codes on this stick: the other requests are left on it");
            break;
        }
        const auto answer = answer_to(*request, *asked, now, taken);
        if (!answer && answer.error().kind == ErrorKind::older) {
            taken.notes.push_back(request->kiosk.text + ": " + answer.error().what);
        } else if (!answer) {
            return answer.error();
        } else {
            if (!answer->enrolled) ++refused;
            const Path file = stick / courier_folder / "answers" / kiosk_place(request->kiosk);
            if (auto written = write_file(file, sealed_answer(*answer, request->public_key, *asked)); !written) return Error{written.error().kind, "the stick cannot be written"};
        }
        done.push_back(stick / courier_folder / "enrol" / name);
    }
    return {};
}

Result<void> CourierDesk::give_back(const Path& stick, WallTime now, TakenStick& taken) {
    Enrolment enrolment(parts_.sql, parts_.organisation);
    const auto kiosks = enrolment.list();
    if (!kiosks) return kiosks.error();
    std::vector<SealedReceipt> receipts;
    std::vector<KioskReader> readers;
    for (const EnrolledKiosk& kiosk : *kiosks) {
        if (kiosk.is_revoked()) continue;
        readers.push_back({kiosk.id, kiosk.public_key});
        auto receipt = receipt_of(parts_.sql, parts_.organisation, kiosk.id);
        if (!receipt) return receipt.error();
        if (receipt->through == 0 && receipt->also.empty()) continue;
        receipt->at = now;
        receipts.push_back({kiosk.id, kiosk.public_key, centre_receipt_json(*receipt, parts_.keys.now)});
    }
    // Who was enrolled or revoked since the last publishing.
    if (auto told = parts_.publisher.tell_readers(parts_.organisation, readers, now); !told) return told.error().within("publishing");
    const Path folder = stick / courier_folder;
    if (auto written = write_file(folder / "receipts", receipts_text(receipts)); !written) return Error{written.error().kind, "the stick cannot be written"};
    taken.receipts = receipts.size();
    taken.notes.push_back(fmt::format("{} receipts", receipts.size()));
    const auto copied = parts_.publisher.copy_to(stick, now);
    if (!copied) return copied.error().within("the repository");
    taken.notes.insert(taken.notes.end(), copied->changes.begin(), copied->changes.end());
    return {};
}

// By this centre, with whichever of its keys.
Result<CourierStick> CourierDesk::registration(std::string_view json) const {
    return by_one_of(parts_.keys, [&](const SigningKey& one) { return read_courier_stick(json, one.public_key()); }).first;
}

// A centre that has got another name or key says so; the stick stays the one it is.
Result<void> CourierDesk::register_stick(const Path& stick, const std::optional<CourierStick>& before, WallTime now, TakenStick& taken) {
    const PublicKey& key = parts_.keys.now.public_key();
    if (before && before->name == parts_.name && before->home_page == parts_.home_page && before->centre_key == key) return {};
    const CourierStick fresh{before ? before->stick : to_hex(random_bytes(8)), parts_.organisation, parts_.name, parts_.home_page, key, now};
    if (auto written = write_file(stick / courier_folder / "courier.json", courier_stick_json(fresh, parts_.keys.now)); !written)
        return Error{written.error().kind, "the stick cannot be written"};
    taken.notes.emplace_back("the stick is registered");
    return {};
}

Result<TakenStick> CourierDesk::prepare(const Path& stick, WallTime now) {
    std::error_code failed;
    if (!std::filesystem::is_directory(stick, failed)) return Error{ErrorKind::missing, "there is no such folder; is the stick mounted?"};
    if (auto good = refuse_links(stick / courier_folder); !good) return good.error();
    const auto present = read_text(stick / courier_folder / "courier.json", 4'096);
    TakenStick taken;
    std::optional<CourierStick> known;
    if (present)
        if (auto read = registration(*present)) known = std::move(*read);
    if (auto registered = register_stick(stick, known, now, taken); !registered) return registered.error();
    if (auto given = give_back(stick, now, taken); !given) return given.error();
    return taken;
}

Result<TakenStick> CourierDesk::take(const Path& stick, WallTime now) {
    auto files = DirectoryTransport::open(stick / courier_folder, "the stick");
    if (!files) return Error{ErrorKind::missing, "this is no courier stick; prepare it first"};
    const auto json = (*files)->read("courier.json", 4'096);
    if (!json) return Error{ErrorKind::missing, "this is no courier stick; prepare it first"};
    const auto ours = registration(*json);
    if (!ours) return ours.error();
    if (auto good = refuse_links(stick / courier_folder); !good) return good.error();
    TakenStick taken;
    std::vector<Path> done;
    // Who is let in now has perhaps written its first records to the same stick.
    if (auto answered = answer_requests(stick, **files, now, taken, done); !answered) return answered.error();
    Enrolment enrolment(parts_.sql, parts_.organisation);
    const auto kiosks = enrolment.list();
    if (!kiosks) return kiosks.error();
    KnownKiosks known;
    for (const EnrolledKiosk& kiosk : *kiosks) known.by_id.emplace(kiosk.id.text, kiosk);

    for (const std::string& name : names_in(stick / courier_folder / "up")) {
        const auto bytes = (*files)->read("up/" + name, chunk_read_limit_bytes);
        if (!bytes) {
            taken.wrong.push_back("a chunk cannot be read from the stick: " + bytes.error().what);
            continue;
        }
        if (auto kept = take_chunk(Bytes(bytes->begin(), bytes->end()), known, now, taken); !kept) return kept.error();
        done.push_back(stick / courier_folder / "up" / name);
    }
    if (auto registered = register_stick(stick, *ours, now, taken); !registered) return registered.error();
    if (auto given = give_back(stick, now, taken); !given) return given.error();
    // The receipts are on the stick: nobody needs these any more. Broken ones are in quarantine, and their terminal writes them again.
    std::error_code failed;
    for (const Path& file : done) std::filesystem::remove(file, failed);
    return taken;
}

}  // namespace xinghuo
