// The agent and sticks: what the courier carries, and enrolment where there is no network.
#include "content/base/log.h"
#include "content/trust/directory_transport.h"
#include "sync/agent_state.h"
#include "sync/told.h"

namespace xinghuo {
namespace {

constexpr std::size_t answer_limit_bytes = 1u << 20;

EnrolRequest request_of(const AskedByStick& asked, const PublicKey& device) {
    EnrolRequest request{asked.code, kiosk_id(device), device, asked.name};
    request.centre = asked.of.centre_key;
    return request;
}

std::string asked_json(const AskedByStick& asked) {
    JsonWriter out;
    out.object().key("stick").value(asked.of.stick).key("name").value(asked.of.name).key("home_page").value(asked.of.home_page);
    out.key("centre_key").value(to_hex(asked.of.centre_key)).key("code").value(asked.code).key("terminal").value(asked.name);
    return out.key("at").value(asked.at.unix_ms).end().text();
}

Result<AskedByStick> read_asked_json(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse_strict(json); !read) return read.error();
    const JsonNode root = document.root();
    AskedByStick asked;
    asked.of.stick = root["stick"].string();
    asked.of.name = root["name"].string();
    asked.of.home_page = root["home_page"].string();
    const auto key = from_hex(root["centre_key"].string());
    asked.code = root["code"].string();
    asked.name = root["terminal"].string();
    asked.at = {root["at"].integer()};
    if (!key || key->size() != asked.of.centre_key.size()) root["centre_key"].refuse("no key");
    if (!document.good()) return document.error();
    std::copy(key->begin(), key->end(), asked.of.centre_key.begin());
    return asked;
}

}  // namespace

// The code is a secret for as long as it opens something: sealed, as the token is.
Result<void> Agent::State::keep_asked(const std::optional<AskedByStick>& now) {
    if (auto kept = outbox->remember("asked_by_stick", now ? to_hex(store_key.seal(asked_json(*now))) : ""); !kept) return kept;
    asked = now;
    tell_asked();
    return {};
}

void Agent::State::tell_asked() {
    status.asked.reset();
    if (asked) status.asked = SyncStatus::Asked{asked->of.name, asked->at};
    status.set = !parts.targets.none() || asked || enrolled.centre_key != PublicKey{};
}

Result<void> Agent::State::read_asked() {
    const auto told = outbox->remembered("asked_by_stick");
    if (!told) return told.error();
    if (told->value_or("").empty()) return {};
    auto read = [&]() -> Result<AskedByStick> {
        const auto bytes = from_hex(**told);
        if (!bytes) return bytes.error();
        const auto plain = store_key.unseal(*bytes);
        if (!plain) return plain.error();
        return read_asked_json(*plain);
    }();
    // Sealed for another key: as if nobody had asked. It can be asked again.
    if (read) asked = std::move(*read);
    else log_warning(read.error().within("the request for enrolment that is kept").what);
    tell_asked();
    return {};
}

Result<void> Agent::State::put_request(const Path& stick) {
    const EnrolRequest request = request_of(*asked, device.public_key());
    if (auto good = refuse_links(stick / courier_folder); !good) return good;
    const Path folder = stick / courier_folder / "enrol";
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const bool there = std::filesystem::is_directory(std::filesystem::symlink_status(folder, failed));
    const auto written = there ? write_file(folder / courier_request_name(request, device), sealed_request(request, device)) : Result<void>(Error{ErrorKind::io, ""});
    if (written) return {};
    const bool full = written.error().kind == ErrorKind::full;
    return Error{full ? ErrorKind::full : ErrorKind::io, full ? "the stick is full" : "the stick cannot be written; is it write-protected?"};
}

// The centre's answer, if this stick brings it. One to an earlier request is nobody's business any more.
Result<void> Agent::State::hear_answer(const Path& stick) {
    auto files = DirectoryTransport::open(stick / courier_folder, "the stick");
    if (!files) return files.error();
    const EnrolRequest request = request_of(*asked, device.public_key());
    const std::string name = "answers/" + kiosk_place(request.kiosk);
    const auto bytes = (*files)->read(name, answer_limit_bytes);
    if (!bytes) return bytes.error().kind == ErrorKind::missing ? Result<void>() : Result<void>(bytes.error());
    const auto answer = unsealed_answer(Bytes(bytes->begin(), bytes->end()), device, asked->of.centre_key);
    if (!answer) return answer.error();
    if (answer->request != request_mark(request)) return {};
    if (answer->enrolled) {
        if (auto taken = enrolled_by(enrolled_json(*answer->enrolled)); !taken) return taken;
        log_info("enrolled by stick");
    } else {
        if (auto kept = keep_asked(std::nullopt); !kept) return kept;
        status.enrol_trouble = SyncTrouble{"sync.wrong.code", ""};
    }
    contacted();
    std::error_code failed;
    std::filesystem::remove(stick / courier_folder / name, failed);
    return {};
}

Result<void> Agent::enrol_by_stick(const Path& stick, const PublicKey& centre, const std::string& code, const std::string& name) {
    State& s = *state_;
    s.status.enrol_trouble.reset();
    const auto refuse = [&s](std::string key, const Error& error) -> Result<void> {
        s.status.enrol_trouble = SyncTrouble{std::move(key), error.what};
        return error;
    };
    auto registered = registration_on(stick);
    if (registered && registered->centre_key != centre) registered = Error{ErrorKind::untrusted, "this is another stick than the one that was looked at"};
    if (!registered) return refuse("sync.wrong.stick", registered.error());
    // Remembered first: killed here, it writes the request when the stick comes again.
    if (auto kept = s.keep_asked(AskedByStick{*registered, code, name, s.parts.clock.wall()}); !kept) return refuse("sync.wrong.here", kept.error());
    if (auto put = s.put_request(stick); !put) {
        if (auto kept = s.keep_asked(std::nullopt); !kept) return refuse("sync.wrong.here", kept.error());
        return refuse("sync.wrong.stick", put.error());
    }
    s.tell();
    return {};
}

Result<CourierServed> Agent::carry(const Path& stick, const std::atomic<bool>* stop) {
    State& s = *state_;
    const auto registered = registration_on(stick);
    if (!registered) return registered.error();
    std::vector<std::string> wrong;
    const bool asks_this = s.asked && s.asked->of.centre_key == registered->centre_key;
    // The answer may come on a stick that was registered again meanwhile, with the centre's next key.
    if (asks_this || (s.asked && s.enrolled.centre_key == PublicKey{}))
        if (auto heard = s.hear_answer(stick); !heard) wrong.push_back(heard.error().what);
    if (asks_this && s.asked)
        if (auto put = s.put_request(stick); !put) return put.error();
    const bool known = s.enrolled.centre_key != PublicKey{};
    if (!known && !s.asked) return Error{ErrorKind::untrusted, "this terminal is not enrolled yet"};
    if (auto opened = s.open_records(); !opened) return opened.error();
    // A stick of another centre than its own, which it asks: until that one answers, its own gets the records.
    const auto own = known ? centre_key_now(*s.db, s.enrolled.centre_key) : s.asked->of.centre_key;
    if (!own) return own.error();
    const bool asks_another = known && asks_this && s.asked && *own != registered->centre_key;
    CourierServed served;
    if (!asks_another) {
        CourierParts with{.centre_key = *own, .terms = {}, .pull = s.pull_parts(), .network = !s.parts.targets.none(), .only_up = !known, .stop = stop};
        const std::string& home_page = known ? s.enrolled.home_page : s.asked->of.home_page;
        if (!home_page.empty()) with.terms.home_page = home_page;
        const Moment moment = s.parts.clock.moment();
        auto done = Courier(std::move(with)).serve(stick, moment.wall, moment);
        if (!done) return done;
        served = std::move(*done);
        if (served.receipt) s.contacted();
    }
    s.tell();
    if (served.pulled.fresh && !served.pulled.no_keys) s.status.not_taken = served.pulled.wrong;
    if (served.pulled.any() && s.parts.pulled) s.parts.pulled();
    served.wrong.insert(served.wrong.begin(), wrong.begin(), wrong.end());
    return served;
}

}  // namespace xinghuo
