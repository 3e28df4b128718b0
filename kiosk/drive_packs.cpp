// The driver's word about packs.
#include <istream>

#include "content/base/json.h"
#include "kiosk/drive.h"
#include "kiosk/pack_room.h"

namespace xinghuo {
namespace {

constexpr double longest_wait_s = 3'600;

const char* word(PackRoom::Doing doing) {
    switch (doing) {
        case PackRoom::Doing::nothing: return "nothing";
        case PackRoom::Doing::looking: return "looking";
        case PackRoom::Doing::installing: return "installing";
        case PackRoom::Doing::undoing: return "undoing";
    }
    return "";
}

const char* word(PackOffer::Kind kind) {
    switch (kind) {
        case PackOffer::Kind::fresh: return "fresh";
        case PackOffer::Kind::update: return "update";
        case PackOffer::Kind::same: return "same";
        case PackOffer::Kind::older: return "older";
        case PackOffer::Kind::recalled: return "recalled";
    }
    return "";
}

const char* word(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid: return "invalid";
        case ErrorKind::missing: return "missing";
        case ErrorKind::io: return "io";
        case ErrorKind::unsupported: return "unsupported";
        case ErrorKind::too_large: return "too_large";
        case ErrorKind::cancelled: return "cancelled";
        case ErrorKind::untrusted: return "untrusted";
        case ErrorKind::expired: return "expired";
        case ErrorKind::older: return "older";
        case ErrorKind::full: return "full";
    }
    return "";
}

const char* word(InstallProgress::Step step) {
    switch (step) {
        case InstallProgress::Step::looking: return "looking";
        case InstallProgress::Step::fetching: return "fetching";
        case InstallProgress::Step::checking: return "checking";
        case InstallProgress::Step::finishing: return "finishing";
    }
    return "";
}

JsonWriter& number(JsonWriter& w, std::uint64_t value) { return w.value(static_cast<std::int64_t>(value)); }

void write_offer(JsonWriter& w, const Offer& offer) {
    w.key("offer").object().key("from").value(offer.from).key("fits").value(offer.fits()).key("to_fetch");
    number(w, offer.to_fetch).key("free_bytes");
    number(w, offer.free_bytes).key("packs").array();
    for (const PackOffer& pack : offer.packs) {
        w.object().key("id").value(pack.id).key("kind").value(word(pack.kind)).key("version").value(pack.version).key("before").value(pack.before);
        w.key("files").value(pack.files).key("bytes");
        number(w, pack.bytes).key("to_fetch");
        number(w, pack.to_fetch);
        if (!pack.refused.empty()) w.key("refused").value(pack.refused);
        w.end();
    }
    w.end().key("recalls").value(offer.recalls.size()).end();
}

}  // namespace

std::string Drive::packs_json() const {
    JsonWriter w;
    w.object().key("ok").value(true).key("screen").value(app_.screen_id());
    // What visitors see: of the catalogue itself, not of what is said about it.
    w.key("shown").array();
    if (app_.catalogue())
        for (const auto& [id, version] : app_.catalogue()->packs()) w.object().key("id").value(id).key("version").value(version).end();
    w.end();
    const PackRoom* room = app_.packs();
    if (room == nullptr) return w.end().text();
    const PackRoom::State& state = room->state();
    w.key("doing").value(word(state.doing)).key("source").value(state.source == PackRoom::Source::stick ? "stick" : "network");
    w.key("stick").value(state.stick_here).key("network").value(state.network_name).key("installed").value(state.installed);
    if (state.doing == PackRoom::Doing::installing) {
        w.key("progress").object().key("step").value(word(state.progress.step)).key("bytes");
        number(w, state.progress.bytes).key("of_bytes");
        number(w, state.progress.of_bytes).end();
    }
    if (state.offer) write_offer(w, *state.offer);
    if (state.problem) w.key("problem").object().key("kind").value(word(state.problem->kind)).key("what").value(state.problem->what).end();
    if (!room->why().empty()) w.key("why").value(room->why());
    w.key("packs").array();
    for (const InstalledPack& pack : state.packs) {
        w.object().key("id").value(pack.id).key("version").value(pack.shown ? pack.shown->version : 0);
        w.key("previous").value(pack.previous ? pack.previous->version : 0).key("highest").value(pack.highest).end();
    }
    w.end().key("history").value(state.history.size()).key("recalls").array();
    for (const Recall& recall : state.recalls) {
        w.object().key("pack").value(recall.pack).key("versions").array();
        for (const std::int64_t version : recall.versions) w.value(version);
        w.end().end();
    }
    w.end().key("blobs_bytes");
    number(w, state.blobs_bytes).key("free_bytes");
    number(w, state.free_bytes).key("checking").value(state.checking);
    return w.end().text();
}

std::string Drive::packs(std::istream& words) {
    std::string what, which;
    words >> what;
    if (what.empty()) return packs_json();
    PackRoom* room = app_.packs();
    if (room == nullptr) return failure({ErrorKind::unsupported, "packs are not kept here"}, false);
    constexpr Nanoseconds turn = Milliseconds(50);
    const Moment now = app_.moment();
    const bool begins = what == "look" || what == "install" || what == "undo";
    if (begins && room->state().doing != PackRoom::Doing::nothing) return failure({ErrorKind::unsupported, "something is being done; packs wait SECONDS"}, false);
    if (what == "look" && words >> which && (which == "stick" || which == "network")) {
        room->look_for_updates(which == "stick" ? PackRoom::Source::stick : PackRoom::Source::network, now);
    } else if (what == "install") {
        if (!room->state().offer) return failure({ErrorKind::missing, "there is no offer; look first"}, false);
        room->install(now);
    } else if (what == "cancel") {
        room->cancel();
    } else if (what == "undo" && words >> which) {
        room->undo(which, now);
    } else if (double limit = 0; what == "wait" && words >> limit && limit >= 0 && limit <= longest_wait_s) {
        const Instant end = runner_.now() + from_seconds(limit);
        // A turn first: what is plugged in now is noticed.
        do runner_.run_for(turn);
        while (room->state().doing != PackRoom::Doing::nothing && runner_.now() < end);
        return packs_json();
    } else {
        return failure({ErrorKind::invalid, "usage: packs [look stick|network | install | cancel | undo ID | wait SECONDS]"}, false);
    }
    runner_.run_for(turn);
    return packs_json();
}

}  // namespace xinghuo
