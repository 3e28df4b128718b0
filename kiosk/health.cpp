#include "kiosk/health.h"

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/app.h"
#include "kiosk/pack_room.h"
#include "kiosk/sync_room.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds before_first = std::chrono::minutes(1), between_looks = std::chrono::minutes(10);

std::optional<std::uint64_t> free_bytes_of(const Path& folder) {
    std::error_code failed;
    const auto room = std::filesystem::space(folder, failed);
    if (failed) return std::nullopt;
    return room.available;
}

}  // namespace

std::string health_body(const HealthFacts& facts) {
    JsonWriter out;
    // Without its size the disk is in trouble.
    out.object().key("what").value(facts.free_bytes ? "state" : "disk_unknown").key("version").value(facts.version);
    if (facts.free_bytes) out.key("free_bytes").value(static_cast<std::int64_t>(*facts.free_bytes));
    if (facts.sending) out.key("waiting").value(facts.sending->waiting).key("refused").value(facts.sending->refused);
    out.key("packs").array();
    for (const HealthFacts::Pack& pack : facts.packs) out.object().key("id").value(pack.id).key("version").value(pack.version).end();
    return out.end().key("clock_trusted").value(facts.clock_trusted).end().text();
}

bool HealthTeller::tell(App& app, const std::string& version, const Moment& moment) {
    Study* const study = app.study();
    if (study == nullptr) return false;
    HealthFacts facts;
    facts.version = version;
    facts.free_bytes = free_bytes_of(study->files().data);
    facts.clock_trusted = moment.wall_trusted;
    if (app.sync() != nullptr && app.sync()->status().set) {
        const Outbox::Status& outbox = app.sync()->status().outbox;
        facts.sending = HealthFacts::Sending{outbox.waiting, outbox.quarantined};
    }
    if (app.packs() != nullptr)
        for (const InstalledPack& pack : app.packs()->state().packs) if (pack.shown) facts.packs.push_back({pack.id, pack.shown->version});
    const Draft drafts[] = {{RecordKind::health, {}, health_body(facts)}};
    const auto kept = study->records().keep(drafts, moment);
    if (!kept) log_warning(kept.error().within("recording this terminal's health").what);
    return kept.has_value();
}

void HealthTeller::look(App& app, const std::string& version, const Moment& moment) {
    if (!since_) {
        since_ = moment.now;
        due_ = moment.now + before_first;
    }
    if (moment.now < due_ || app.study() == nullptr) return;
    due_ = moment.now + between_looks;
    const std::int64_t day = app.study()->today(moment);
    const auto free = free_bytes_of(app.study()->files().data);
    const bool now_short = free && *free < short_of_room_bytes;
    const bool turned = now_short && !short_of_room_;
    short_of_room_ = now_short;
    if ((day != day_ || turned) && tell(app, version, moment)) day_ = day;
}

}  // namespace xinghuo
