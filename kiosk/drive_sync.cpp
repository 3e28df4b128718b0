// The driver's word about the centre.
#include <istream>
#include <limits>

#include "content/base/json.h"
#include "content/study/from_centre.h"
#include "content/study/study.h"
#include "kiosk/drive.h"
#include "kiosk/in_force.h"
#include "kiosk/sync_room.h"

namespace xinghuo {
namespace {

constexpr double longest_wait_s = 3'600;

void write_trouble(JsonWriter& w, std::string_view key, const std::optional<SyncTrouble>& trouble) {
    if (trouble) w.key(key).object().key("key").value(trouble->key).key("detail").value(trouble->detail).end();
}

}  // namespace

std::string Drive::sync_json() const {
    JsonWriter w;
    w.object().key("ok").value(true);
    const SyncRoom* room = app_.sync();
    w.key("set").value(room != nullptr && room->status().set);
    if (room == nullptr) return w.end().text();
    const SyncStatus& now = room->status();
    w.key("enrolled").value(now.enrolled).key("name").value(now.name).key("organisation").value(now.organisation);
    w.key("waiting").value(now.outbox.waiting).key("sent_through").value(now.outbox.sent_through).key("last_seq").value(now.outbox.last_seq);
    w.key("quarantined").array();
    for (const auto& one : now.quarantined) w.object().key("seq").value(one.seq).key("why").value(one.why).end();
    w.end().key("requests").value(static_cast<std::int64_t>(now.steps)).key("idle").value(now.idle).key("enrolling").value(now.enrolling);
    if (const auto& carried = room->carried()) {
        w.key("courier").object().key("records_on_stick").value(carried->served.records_on_stick).key("received_through").value(carried->served.received_through);
        w.key("wrong").array();
        for (const std::string& one : carried->served.wrong) w.value(one);
        if (!carried->wrong.empty()) w.value(carried->wrong);
        w.end();
        if (carried->of) w.key("of").value(carried->of->name).key("fingerprint").value(key_fingerprint(carried->of->centre_key));
        w.end();
    }
    if (now.last_contact) w.key("last_contact").value(iso_from_wall_time(*now.last_contact));
    if (now.asked) w.key("asked").value(now.asked->organisation);
    write_trouble(w, "wrong", now.trouble);
    write_trouble(w, "enrol_wrong", now.enrol_trouble);
    return w.end().text();
}

std::string Drive::told_json() const {
    if (app_.study() == nullptr) return failure({ErrorKind::unsupported, "there is no record"}, false);
    const FromCentre from(app_.study()->database());
    const auto planned = from.planned(WallTime{0}, WallTime{std::numeric_limits<std::int64_t>::max()});
    const auto notices = from.notices(app_.moment().wall);
    if (!planned) return failure(planned.error(), false);
    if (!notices) return failure(notices.error(), false);
    JsonWriter w;
    w.object().key("ok").value(true).key("settings").object();
    if (const InForce* const now = app_.settings_in_force()) {
        constexpr const char* makers[] = {"program", "centre", "terminal", "command_line"};
        for (const InForce::Value& value : now->values) {
            w.key(value.name).object().key("value").value(value.json).key("by").value(makers[static_cast<std::size_t>(value.by)]);
            if (!value.of_centre.empty()) w.key("of_centre").value(value.of_centre);
            w.end();
        }
    }
    w.end().key("notices").array();
    for (const CentreNotice& one : *notices) w.object().key("id").value(one.id).key("title").value(one.title.in(app_.lang())).end();
    w.end().key("planned").array();
    for (const PlannedActivity& one : *planned)
        w.object().key("id").value(one.id).key("name").value(one.plan.name).key("planned").value(iso_from_wall_time(*one.plan.planned)).end();
    return w.end().end().text();
}

std::string Drive::sync(std::istream& words) {
    std::string what, code, name;
    words >> what;
    if (what.empty() || what == "status") return sync_json();
    SyncRoom* room = app_.sync();
    if (room == nullptr) return failure({ErrorKind::unsupported, "no centre is set"}, false);
    constexpr Nanoseconds turn = Milliseconds(50);
    if (what == "now") {
        room->sync_now();
    } else if (what == "enrol" && words >> code && std::getline(words >> std::ws, name)) {
        room->enrol(code, name);
    } else if (what == "enrol-stick" && words >> code && std::getline(words >> std::ws, name)) {
        if (!room->carried() || !room->carried()->of) return failure({ErrorKind::missing, "no courier stick was plugged in"}, false);
        room->enrol_by_stick(room->carried()->of->centre_key, code, name);
    } else if (what == "release") {
        room->release(std::nullopt);
    } else if (double limit = 0; what == "wait" && words >> limit && limit >= 0 && limit <= longest_wait_s) {
        const Instant end = runner_.now() + from_seconds(limit);
        const auto done = [room] { return room->status().idle && !room->status().enrolling && room->status().outbox.waiting == 0; };
        // A look first: what was recorded just now is seen.
        room->sync_now();
        do runner_.run_for(turn);
        while (!done() && runner_.now() < end);
        return sync_json();
    } else {
        return failure({ErrorKind::invalid, "usage: sync [status | now | enrol CODE NAME | enrol-stick CODE NAME | release | wait SECONDS]"}, false);
    }
    runner_.run_for(turn);
    return sync_json();
}

}  // namespace xinghuo
