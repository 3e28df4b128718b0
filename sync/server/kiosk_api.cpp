#include <fmt/format.h>

#include <cmath>

#include "content/base/json.h"
#include "sync/server/account_api.h"
#include "sync/server/http_reply.h"
#include "sync/server/record_store.h"
#include "sync/server/shared_limits.h"

namespace xinghuo {
namespace {

constexpr std::int64_t wrong_codes_at_once = 5, another_code_ms = 12'000;

}  // namespace

HttpReply answer_enrol(const ApiCall& call) {
    const std::string who = "enrol " + call.request.peer;
    SharedLimits tries(call.sql);
    auto wait = tries.ask(who, another_code_ms, wrong_codes_at_once, call.wall);
    if (!wait) return refused(wait.error());
    if (*wait) return too_often(**wait);
    auto request = read_enrol(call.request.body);
    if (!request) return refused(request.error());
    if (request->centre) return refusal(400, "this request was made for a stick");
    auto token = Enrolment(call.sql).enrol(*request, call.wall);
    if (!token) return refused(token.error());
    if (auto given = tries.give_back(who, another_code_ms); !given) return refused(given.error());
    if (auto done = noted(call, "kiosk enrolled", request->kiosk.text); !done) return refused(done.error());
    const CentreTerms& terms = call.terms;
    HttpReply reply = json_reply(enrolled_json(enrolled_with(*token, terms.organisation, terms.home_page, terms.centre_key, terms.repository)));
    reply.headers.emplace_back("cache-control", "no-store");
    return reply;
}

HttpReply answer_kiosk_state(const ApiCall& call) {
    RecordStore store(call.sql);
    auto state = store.chain(1, call.kiosk->id);
    if (!state) return refused(state.error());
    state->time = call.wall;
    return json_reply(centre_state_json(*state));
}

HttpReply answer_kiosks(const ApiCall& call) {
    auto kiosks = Enrolment(call.sql).list();
    if (!kiosks) return refused(kiosks.error());
    JsonWriter w;
    w.object().key("kiosks").array();
    for (const EnrolledKiosk& kiosk : *kiosks) {
        w.object().key("id").value(kiosk.id.text).key("name").value(kiosk.name).key("public_key").value(to_hex(kiosk.public_key));
        w.key("enrolled").value(iso_from_wall_time(kiosk.enrolled)).key("last_contact").value(iso_from_wall_time(kiosk.contact));
        w.key("revoked");
        if (kiosk.is_revoked()) w.value(iso_from_wall_time(kiosk.revoked));
        else w.null();
        w.end();
    }
    w.end().end();
    return json_reply(w.text());
}

HttpReply answer_revoke_kiosk(const ApiCall& call) {
    const KioskId kiosk{std::string(call.item)};
    return done_reply(call, Enrolment(call.sql).revoke(kiosk, call.wall), "kiosk revoked", kiosk.text);
}

HttpReply answer_name_kiosk(const ApiCall& call) {
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body); !read) return refused(read.error());
    const std::string name = document.root()["name"].string();
    if (!document.good()) return refused(document.error());
    const KioskId kiosk{std::string(call.item)};
    return done_reply(call, Enrolment(call.sql).rename(kiosk, name), "kiosk renamed", kiosk.text);
}

HttpReply answer_new_code(const ApiCall& call) {
    JsonDocument document;
    if (auto read = document.parse_strict(call.request.body.empty() ? std::string("{}") : call.request.body); !read) return refused(read.error());
    const std::string name = document.root()["name"].string_or("");
    const double hours = document.root()["hours"].number_or(static_cast<double>(call.terms.code_valid_ms) / 3'600'000);
    if (!(hours > 0 && hours <= 720)) document.root()["hours"].refuse("from above 0 to 720");
    if (!name.empty() && !is_account_name(name)) document.root()["name"].refuse("1 to 60 letters");
    if (!document.good()) return refused(document.error());
    const auto valid_ms = static_cast<std::int64_t>(std::llround(hours * 3'600'000));
    auto code = Enrolment(call.sql).make_code(name, call.wall, valid_ms);
    if (!code) return refused(code.error());
    if (auto done = noted(call, "enrolment code made", ""); !done) return refused(done.error());
    JsonWriter w;
    w.object().key("code").value(*code).key("until").value(iso_from_wall_time({call.wall.unix_ms + valid_ms})).end();
    return shown_once(w.text());
}

}  // namespace xinghuo
