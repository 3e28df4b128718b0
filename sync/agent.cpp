#include "sync/agent_state.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/store/schema.h"
#include "content/study/from_centre.h"
#include "sync/pull.h"

namespace xinghuo {
namespace {

constexpr std::string_view contact_note = "last contact";  // in ms
constexpr auto between_looks = std::chrono::seconds(3);         // for new records, while there are none
constexpr auto between_states = std::chrono::minutes(15);
constexpr auto between_pulls = std::chrono::minutes(5), before_first_keys = std::chrono::minutes(1);
constexpr std::size_t shown_in_quarantine = 100;

// RFC 4648 §4, for Basic authentication.
std::string base64(std::string_view text) {
    std::string out = to_base64url({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    std::replace(out.begin(), out.end(), '-', '+');
    std::replace(out.begin(), out.end(), '_', '/');
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text;
}

// Which file it is, whatever its name: 0 when it is not there.
std::uint64_t identity_of(const Path& file) {
    struct stat found{};
    return ::stat(file.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_ino) : 0;
}

SyncTrouble trouble_of(const Error& error) { return {error.kind == ErrorKind::io ? "sync.wrong.no_network" : "sync.wrong.here", error.what}; }

}  // namespace

Result<std::int64_t> reconcile(Outbox& outbox, const CentreState& centre) {
    auto status = outbox.status();
    if (!status) return status.error();
    // The same hash at the end is the same chain up to there: nothing of it needs to be sent, or kept aside.
    if (centre.through > 0 && !centre.hash.empty() && centre.through <= status->last_seq) {
        auto ours = outbox.hash_of(centre.through);
        if (!ours) return ours.error();
        if (!ours->empty() && *ours == centre.hash)
            if (auto done = outbox.mark_through(centre.through); !done) return done.error();
    }
    std::int64_t count = 0;
    // Inside what it knows: gaps. Those that wait or are in quarantine are ours to know.
    for (const auto& [from, to] : centre.missing) {
        auto again = outbox.again(from, std::min(to, status->last_seq));
        if (!again) return again;
        count += *again;
    }
    // Beyond it: only where nothing beyond is known, or it says how far it is.
    const std::int64_t newest = centre.newest > 0 ? centre.newest : centre.missing.empty() ? centre.through : status->last_seq;
    if (newest >= status->sent_through) return count;
    auto again = outbox.again(newest + 1, status->sent_through);
    if (!again) return again;
    return count + *again;
}

Result<void> Agent::State::open() {
    auto opened_device = SigningKey::load_or_make(parts.files.device_key());
    if (!opened_device) return opened_device.error();
    device = std::move(*opened_device);
    auto opened_key = SecretKey::load_or_make(parts.files.store_key());
    if (!opened_key) return opened_key.error();
    store_key = std::move(*opened_key);
    auto opened = Database::open(parts.files.database());
    if (!opened) return opened.error();
    db = std::move(*opened);
    identity = identity_of(parts.files.database());
    if (auto done = migrate(*db); !done) return done;
    outbox.emplace(*db);
    if (auto read = read_enrolment(); !read) return read;
    if (auto read = read_asked(); !read) return read;
    if (auto read = read_contact(); !read) return read;
    return connect();
}

Result<void> Agent::State::read_contact() {
    const auto noted = outbox->remembered_number(contact_note);
    if (!noted) return noted.error();
    noted_contact_ms = *noted;
    if (noted_contact_ms != 0) status.last_contact = WallTime{noted_contact_ms};
    return {};
}

// Kept for whoever asks after the program was started anew; to the minute, as nobody asks for more.
void Agent::State::contacted() {
    status.last_contact = parts.clock.wall();
    if (std::abs(status.last_contact->unix_ms - noted_contact_ms) < 60'000) return;
    noted_contact_ms = status.last_contact->unix_ms;
    if (auto kept = outbox->remember(contact_note, std::to_string(noted_contact_ms)); !kept) log_warning(kept.error().within("noting the last contact").what);
}

Result<void> Agent::State::read_enrolment() {
    auto told = outbox->remembered("enrolled");
    if (!told) return told.error();
    if (!told->has_value()) return {};
    auto read = [&]() -> Result<Enrolled> {
        auto bytes = from_hex(**told);
        if (!bytes) return bytes.error();
        auto plain = store_key.unseal(*bytes);
        if (!plain) return plain.error();
        return read_enrolled(*plain);
    }();
    // Sealed for another key: as if there were none. A new code mends it.
    if (read) enrolled = std::move(*read);
    else log_warning(read.error().within("the enrolment that is kept").what);
    return {};
}

Result<void> Agent::State::enrolled_by(const std::string& json) {
    auto read = read_enrolled(json);
    if (!read) return read.error();
    auto change = Transaction::begin(*db);
    if (!change) return change.error();
    if (auto kept = outbox->remember("enrolled", to_hex(store_key.seal(json))); !kept) return kept;
    if (auto kept = keep_asked(std::nullopt); !kept) return kept;
    if (auto kept = change->commit(); !kept) return kept;
    enrolled = std::move(*read);
    asked.reset();
    status.enrol_trouble.reset();
    return connect();
}

// "Bearer …" or "Basic …"; empty: there is none yet.
Result<std::string> Agent::State::credentials() {
    const SyncTargets& t = parts.targets;
    if (to_store()) {
        if (t.store_user.empty()) return std::string();
        std::string password;
        if (!t.store_password_file.empty()) {
            auto text = read_text(t.store_password_file, 64 * 1024);
            if (!text) return Error{text.error().kind, "the store's password cannot be read"};
            password = trimmed(std::move(*text));
        }
        return "Basic " + base64(t.store_user + ":" + password);
    }
    if (!t.token_file.empty()) {
        auto text = read_text(t.token_file, 1u << 20);
        if (!text) return Error{text.error().kind, "the token's file cannot be read"};
        const std::string said = trimmed(std::move(*text));
        if (said.starts_with('{')) {
            auto read = read_enrolled(said);
            if (!read) return read.error().within("the token's file");
            enrolled = std::move(*read);
        } else {
            if (std::any_of(said.begin(), said.end(), [](char c) { return c <= ' ' || c > '~'; })) return Error{ErrorKind::invalid, "the token's file holds no token"};
            enrolled.token = said;
        }
    }
    return enrolled.token.empty() ? std::string() : "Bearer " + enrolled.token;
}

// By their keys: it was enrolled anew where it had been told of that key already.
Result<bool> Agent::State::same_centre(const std::string& before, const std::string& after) {
    const auto bytes = from_hex(before);
    PublicKey key{};
    if (!bytes || bytes->size() != key.size()) return false;
    std::copy(bytes->begin(), bytes->end(), key.begin());
    const auto now = centre_key_now(*db, key);
    if (!now) return now.error();
    return to_hex(*now) == after;
}

// Another centre has nothing of ours yet; the same one with another key has what it had.
Result<void> Agent::State::aim(const std::string& destination) {
    auto before = outbox->remembered("destination");
    if (!before) return before.error();
    if (before->value_or("") == destination) return {};
    const auto same = same_centre(before->value_or(""), destination);
    if (!same) return same.error();
    auto change = Transaction::begin(*db);
    if (!change) return change.error();
    if (before->has_value() && !*same) {
        if (auto done = FromCentre(*db).forget_taken(); !done) return done;
        if (auto done = outbox->rewind(0); !done) return done;
        if (auto done = outbox->release(std::nullopt); !done) return done;
        if (auto done = outbox->forget(contact_note); !done) return done;
        status.last_contact.reset();
        noted_contact_ms = 0;
    }
    if (auto done = outbox->remember("destination", destination); !done) return done;
    return change->commit();
}

Result<void> Agent::State::connect() {
    push.reset();
    exchange.reset();
    const SyncTargets& t = parts.targets;
    const bool known_centre = enrolled.centre_key != PublicKey{};
    tell_asked();
    if (t.none()) {
        // By stick alone.
        status.enrolled = known_centre;
        status.organisation = enrolled.organisation;
        status.trouble.reset();
        return known_centre ? aim(to_hex(enrolled.centre_key)) : Result<void>();
    }
    const std::string& address = to_store() ? t.store : t.centre;
    auto opened = parts.open_exchange(address);
    if (!opened) return opened.error();
    exchange = std::move(*opened);
    status.name = exchange->name();
    auto said = credentials();
    status.enrolled = said && !said->empty();
    status.organisation = enrolled.organisation;
    token = said ? *said : "";
    if (!said) {
        status.trouble = SyncTrouble{"sync.wrong.here", said.error().what};
        return {};
    }
    if (token.empty() && !to_store()) {
        status.trouble = SyncTrouble{"sync.wrong.not_enrolled", ""};
        return {};
    }
    if (auto aimed = aim(!to_store() && known_centre ? to_hex(enrolled.centre_key) : address); !aimed) return aimed;
    PushTerms terms;
    terms.endpoint = to_store() ? "" : enrolled.endpoint;
    terms.authorization = token;
    terms.gzip = !to_store();
    if (!enrolled.home_page.empty()) terms.statements.home_page = enrolled.home_page;
    push = std::make_unique<Push>(std::move(terms), device, parts.seed ^ static_cast<std::uint64_t>(parts.clock.mono_ms(parts.clock.now())));
    const Instant now = parts.clock.now();
    push_due = state_due = pull_due = now;
    status.trouble.reset();
    waits_for_token = false;
    return {};
}

bool Agent::State::token_changed() {
    if (parts.targets.token_file.empty() && parts.targets.store_password_file.empty()) return false;
    auto said = credentials();
    return said && !said->empty() && *said != token;
}

void Agent::State::take(const PushOutcome& outcome) {
    const Instant now = parts.clock.now();
    if (outcome.answered) contacted();
    if (!outcome.sent.empty() || !outcome.quarantined.empty()) {
        const auto marked = [&]() -> Result<void> {
            auto change = Transaction::begin(*db);
            if (!change) return change.error();
            if (auto done = outbox->mark_sent(outcome.sent); !done) return done;
            for (const auto& [seq, why] : outcome.quarantined)
                if (auto done = outbox->quarantine(seq, why, parts.clock.wall()); !done) return done;
            return change->commit();
        }();
        // Not marked is sent again, which does no harm.
        if (!marked) {
            status.trouble = trouble_of(marked.error());
            status.trouble->key = "sync.wrong.here";
            push_due = now + push->back_off();
            return;
        }
    }
    push_due = now + outcome.wait;
    waits_for_token = outcome.trouble && outcome.trouble->key == "sync.wrong.not_allowed";
    if (outcome.trouble) status.trouble = outcome.trouble;
    else if (outcome.answered) status.trouble.reset();
}

void Agent::State::ask_state() {
    HttpRequest request;
    request.target = std::string(state_path);
    request.headers = {{"authorization", token}, {"accept", "application/json"}};
    ++status.steps;
    const Result<HttpReply> reply = exchange->ask(request, 1u << 20);
    state_due = parts.clock.now() + between_states;
    if (!reply) {
        status.trouble = trouble_of(reply.error());
        push_due = state_due = parts.clock.now() + push->back_off();
        return;
    }
    if (reply->status == 401 || reply->status == 403) {
        status.trouble = SyncTrouble{"sync.wrong.not_allowed", fmt::format("answered {}", reply->status)};
        waits_for_token = true;
        push_due = state_due;
        return;
    }
    if (reply->status == 404) return;  // an older centre, or something else: the records' own answer will tell
    const auto state = reply->status == 200 ? read_centre_state(reply->body) : Result<CentreState>(Error{ErrorKind::io, fmt::format("answered {}", reply->status)});
    if (!state) {
        if (reply->status == 200) status.trouble = SyncTrouble{"sync.wrong.something_else", state.error().what};
        state_due = parts.clock.now() + push->back_off();
        return;
    }
    contacted();
    if (state->revoked) {
        status.trouble = SyncTrouble{"sync.wrong.not_allowed", "revoked"};
        waits_for_token = true;
        push_due = state_due;
        return;
    }
    if (status.trouble && status.trouble->key != "sync.wrong.repository") status.trouble.reset();
    if (auto again = reconcile(*outbox, *state); !again) status.trouble = SyncTrouble{"sync.wrong.here", again.error().what};
    else if (*again > 0) log_info(fmt::format("the centre has less than it had: {} records go once more", *again));
}

Result<void> Agent::State::open_records() {
    if (records) return {};
    auto opened = Records::open(*db, device, parts.clock.boot_id());
    if (!opened) return opened.error();
    records.emplace(std::move(*opened));
    return {};
}

PullParts Agent::State::pull_parts() {
    return {.db = *db, .store_key = store_key, .device_key = device, .records = *records, .trust = parts.files.data / "sync" / "trust",
            .root = enrolled.root, .centre_key = enrolled.centre_key, .hall_is_free = parts.hall_is_free};
}

void Agent::State::pull_now() {
    pull_due = parts.clock.now() + between_pulls;
    if (!parts.open_transport || enrolled.root.empty() || parts.targets.centre.empty()) return;
    auto transport = parts.open_transport(parts.targets.centre + enrolled.repository + "/");
    if (!transport) return log_warning(transport.error().within("what the centre tells").what);
    if (auto opened = open_records(); !opened) return log_warning(opened.error().what);
    const Moment moment = parts.clock.moment();
    WallTime now = moment.wall;
    if (const auto told = exchange->server_date(); told && !moment.wall_trusted) now.unix_ms = std::max(now.unix_ms, told->unix_ms);
    const auto got = pull(pull_parts(), **transport, now, moment);
    if (!got) {
        if (got.error().kind != ErrorKind::io && got.error().kind != ErrorKind::cancelled) status.trouble = SyncTrouble{"sync.wrong.repository", got.error().what};
        return;
    }
    if (status.trouble && status.trouble->key == "sync.wrong.repository") status.trouble.reset();
    // From a stick that was long on its way that is nothing; the centre itself has no older one, or was restored and has forgotten.
    if (!got->fresh) status.trouble = SyncTrouble{"sync.wrong.repository", "it is older than what is known here"};
    // The centre seals to a new terminal within a minute or two; that one was revoked, its state says.
    if (got->fresh) status.not_taken = got->no_keys ? std::vector<std::string>() : got->wrong;
    if (got->no_keys) pull_due = parts.clock.now() + before_first_keys;
    if (got->any() && parts.pulled) parts.pulled();
}

// The numbers, as they are on disk.
void Agent::State::tell() {
    if (auto now = outbox->status()) status.outbox = *now;
    if (status.outbox.quarantined == 0) status.quarantined.clear();
    else if (auto held = outbox->quarantined(shown_in_quarantine)) status.quarantined = std::move(*held);
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::open(AgentParts parts) {
    auto state = std::make_unique<State>(std::move(parts));
    if (auto opened = state->open(); !opened) return opened.error().within("synchronising");
    state->tell();
    return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

const SyncStatus& Agent::status() const { return state_->status; }

bool Agent::outdated() const { return identity_of(state_->parts.files.database()) != state_->identity; }

void Agent::nudge() {
    State& s = *state_;
    if (s.push) s.push->nudged();
    s.status.idle = false;
    s.push_due = s.state_due = s.pull_due = s.token_due = s.parts.clock.now();
}

Instant Agent::step() {
    State& s = *state_;
    const Instant now = s.parts.clock.now();
    s.status.idle = false;
    if (now >= s.token_due && (!s.push || s.waits_for_token)) {
        s.token_due = now + std::chrono::minutes(1);
        if (s.token_changed())
            if (auto done = s.connect(); !done) s.status.trouble = trouble_of(done.error());
    }
    if (!s.push) {
        s.tell();
        s.status.idle = s.parts.targets.none();
        return s.status.set ? now + std::chrono::minutes(1) : Instant::never();
    }
    // While the other side cannot be reached, one question at a time is enough.
    if (now >= s.push_due && !s.to_store() && now >= s.state_due && !s.push->busy()) {
        s.ask_state();
    } else if (now >= s.push_due && s.push->busy()) {
        ++s.status.steps;
        const auto request = s.push->request();
        s.take(s.push->take(s.exchange->ask(*request)));
    } else if (now >= s.push_due && !s.to_store() && now >= s.pull_due && (!s.status.trouble || s.status.trouble->key == "sync.wrong.repository")) {
        s.pull_now();
    } else if (now >= s.push_due) {
        auto waiting = s.outbox->next(s.push->wants());
        if (!waiting) {
            s.status.trouble = SyncTrouble{"sync.wrong.here", waiting.error().what};
            s.push_due = now + s.push->back_off();
        } else if (waiting->empty()) {
            s.push_due = now + between_looks;
            s.status.idle = true;
        } else {
            s.push->begin(*waiting);
        }
    }
    s.tell();
    return std::max(now, s.push_due);
}

Result<void> Agent::enrol(const std::string& code, const std::string& name) {
    State& s = *state_;
    s.status.enrol_trouble.reset();
    const auto refuse = [&s](std::string key, std::string detail) -> Result<void> {
        Error error{ErrorKind::invalid, detail};
        s.status.enrol_trouble = SyncTrouble{std::move(key), std::move(detail)};
        return error;
    };
    if (s.parts.targets.centre.empty()) return refuse("sync.wrong.no_centre", "no centre is named in the settings");
    std::unique_ptr<Exchange> own;
    Exchange* to = s.to_store() ? nullptr : s.exchange.get();
    if (to == nullptr) {
        auto opened = s.parts.open_exchange(s.parts.targets.centre);
        if (!opened) return refuse("sync.wrong.here", opened.error().what);
        own = std::move(*opened);
        to = own.get();
    }
    HttpRequest request;
    request.method = "POST";
    request.target = std::string(enrol_path);
    request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
    request.body = enrol_json({code, kiosk_id(s.device.public_key()), s.device.public_key(), name}, s.device);
    ++s.status.steps;
    const auto reply = to->ask(request, 1u << 20);
    if (!reply) return refuse("sync.wrong.no_network", reply.error().what);
    const std::string* type = find_header(reply->headers, "content-type");
    const bool json = type != nullptr && type->find("json") != std::string::npos;
    if (reply->status != 200 && reply->status != 201)
        return refuse(json && reply->status < 500 && reply->status != 429 ? "sync.wrong.code" : reply->status >= 500 || reply->status == 429 ? "sync.wrong.busy" : "sync.wrong.something_else",
                      fmt::format("answered {}", reply->status));
    if (auto read = read_enrolled(reply->body); !read) return refuse("sync.wrong.something_else", read.error().what);
    if (auto taken = s.enrolled_by(reply->body); !taken) return refuse("sync.wrong.here", taken.error().what);
    s.contacted();
    s.tell();
    return {};
}

Result<void> Agent::release(std::optional<std::int64_t> seq) {
    auto done = state_->outbox->release(seq);
    if (done && state_->push) state_->push_due = state_->parts.clock.now();
    state_->tell();
    return done;
}

Result<std::size_t> Agent::export_quarantined(const Path& file) {
    auto held = state_->outbox->quarantined(1'000'000);
    if (!held) return held.error();
    auto chain = Records::open_to_read(*state_->db);
    if (!chain) return chain.error();
    std::string text;
    for (const Outbox::Quarantined& one : *held) {
        auto found = chain->read(one.seq - 1, 1);
        if (!found) return found.error();
        std::string line = JsonWriter().object().key("seq").value(one.seq).key("why").value(one.why).key("at").value(iso_from_wall_time(one.at)).end().text();
        if (!found->empty() && found->front().seq == one.seq) {
            line.pop_back();
            line += ",\"record\":" + to_json(found->front()) + "}";
        }
        text += line + "\n";
    }
    if (auto written = write_file(file, text); !written) return written.error();
    return held->size();
}

}  // namespace xinghuo
