#include "kiosk/screens/admin_sync_cards.h"

#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

void technical(Frame& frame, Rect& rest, const std::string& what) {
    if (!what.empty()) paragraph(frame, rest, frame.words("packs.technical", {{"what", what}}), admin_quiet(frame), space::s);
}

// A code that could not be asked about was not used up; one that was refused is.
std::string enrol_words(const Frame& frame, const SyncTrouble& trouble) {
    if (trouble.key == "sync.wrong.busy") return frame.words(trouble.detail == "answered 429" ? "sync.enrol.too_often" : "sync.enrol.busy");
    if (trouble.key == "sync.wrong.no_network") return frame.words("sync.enrol.no_network");
    return frame.words(trouble.key);
}

// Why the courier stick could not be served, and what to do.
std::string stick_words(const Frame& frame, const SyncRoom& room) {
    const SyncRoom::Carried& carried = *room.carried();
    const SyncStatus& now = room.status();
    if (carried.kind == ErrorKind::untrusted && carried.of && !room.to_store()) {
        if (!now.enrolled) return frame.words("sync.courier.not_enrolled");
        if (now.organisation.empty()) return frame.words("sync.courier.other");
        return frame.words("sync.courier.other.named", {{"name", now.organisation}});
    }
    if (room.to_store()) return frame.words("sync.courier.store");
    if (carried.kind == ErrorKind::full) return frame.words("sync.courier.full");
    if (carried.kind == ErrorKind::io) return frame.words("sync.courier.read_only");
    return frame.words("sync.courier.wrong.text");
}

// A sentence of ours says all there is to know about it.
bool well_known(const SyncRoom::Carried& carried) { return (carried.kind == ErrorKind::untrusted && carried.of) || carried.kind == ErrorKind::full; }

bool stick_card(Frame& frame, Rect& rest, const SyncRoom& room) {
    const SyncRoom::Carried& carried = *room.carried();
    if (carried.mistrusted) {
        told(frame, rest, frame.words("sync.stick.mistrusted"), frame.words("sync.stick.mistrusted.text"), Notice::Tone::bad);
        return true;
    }
    if (carried.answer == SyncRoom::Carried::Answer::accepted)
        told(frame, rest, frame.words("sync.enrolled.name", {{"name", room.status().organisation}}), carried.wrong.empty() ? frame.words("sync.courier.out") : "",
             Notice::Tone::good);
    if (carried.wrong.empty() || !room.status().enrolled) return false;
    told(frame, rest, frame.words("sync.courier.wrong"), stick_words(frame, room), Notice::Tone::bad);
    if (!well_known(carried)) technical(frame, rest, carried.wrong);
    return true;
}

// The same is not said twice: of an enrolment that failed everything stands above.
bool is_said(const SyncStatus& now) {
    if (now.trouble->key == "sync.wrong.not_enrolled") return now.asked || now.enrol_trouble;
    return now.enrol_trouble && now.enrol_trouble->key == now.trouble->key;
}

}  // namespace

void sync_cards(Frame& frame, Rect& rest, const SyncRoom& room, bool stick) {
    const SyncStatus& now = room.status();
    if (now.enrol_trouble) {
        told(frame, rest, frame.words("sync.not_enrolled"), enrol_words(frame, *now.enrol_trouble), Notice::Tone::bad);
        technical(frame, rest, now.enrol_trouble->detail);
    }
    const bool stick_wrong = stick && stick_card(frame, rest, room);
    if (now.outbox.quarantined > 0)
        told(frame, rest, frame.words("sync.refused.card", {{"n", std::to_string(now.outbox.quarantined)}}), frame.words("sync.refused.text"), Notice::Tone::bad);
    if (now.asked) told(frame, rest, frame.words("sync.stick.waiting"), frame.words("sync.stick.waiting.text", {{"name", now.asked->organisation}, {"at", admin_time(frame, now.asked->at)}}));
    if (now.trouble && !is_said(now)) {
        told(frame, rest, frame.words("sync.trouble"), frame.words(now.trouble->key), Notice::Tone::bad);
        technical(frame, rest, now.trouble->detail);
    }
    const bool well = !now.trouble && !now.enrol_trouble && !stick_wrong && now.not_taken.empty() && now.outbox.waiting == 0 && now.outbox.quarantined == 0 && now.last_contact;
    if (well) paragraph(frame, rest, frame.words("sync.well"), admin_body(frame), space::s);
}

void sync_courier(Frame& frame, Rect& rest, const SyncRoom& room, bool stick) {
    heading(frame, rest, frame.words("sync.courier"));
    const auto& carried = room.carried();
    const bool open = stick && carried && carried->of && !carried->mistrusted && !room.status().enrolled && !room.to_store();
    if (open && !carried->wrong.empty()) return paragraph(frame, rest, frame.words("sync.stick.here", {{"name", carried->of->name}}), admin_quiet(frame), space::s);
    if (!carried || (stick && !carried->wrong.empty())) return paragraph(frame, rest, frame.words("sync.courier.none"), admin_quiet(frame), space::s);
    if (!carried->wrong.empty()) {
        // Whoever was sent here by what the hall said has it in the hand, perhaps.
        paragraph(frame, rest, frame.words("sync.courier.last", {{"why", stick_words(frame, room)}}), admin_quiet(frame), space::s);
        return well_known(*carried) ? void() : technical(frame, rest, carried->wrong);
    }
    const CourierServed& served = carried->served;
    facts(frame, rest, {{frame.words("sync.courier.on_stick"), frame.words("sync.waiting.some", {{"n", std::to_string(served.records_on_stick)}})},
                        {frame.words("sync.courier.received"), served.received_through == 0 ? frame.words("sync.courier.no_receipt")
                                                                                           : frame.words("sync.courier.through", {{"n", std::to_string(served.received_through)}})}});
    for (const std::string& one : served.wrong) technical(frame, rest, one);
}

void sync_refused(Frame& frame, Rect& rest, const SyncStatus& now) {
    if (now.quarantined.empty()) return;
    heading(frame, rest, frame.words("sync.refused", {{"n", std::to_string(now.outbox.quarantined)}}));
    const TextStyle number{Face::sans_bold, type::body, frame.theme.ink, Align::left, 1.3f, 0}, why{Face::sans, type::caption, frame.theme.ink, Align::left, 1.4f, 0};
    for (const Outbox::Quarantined& one : now.quarantined) {
        paragraph(frame, rest, frame.words("sync.refused.one", {{"seq", std::to_string(one.seq)}}), number);
        paragraph(frame, rest, one.why, why);
        paragraph(frame, rest, admin_time(frame, one.at), admin_quiet(frame), space::m);
    }
}

}  // namespace xinghuo
