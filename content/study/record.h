// A record: written once, never changed. (records-and-sync: "A record".)
//
// As text it is one line of JSON whose hash anyone can compute: the SHA-256 of the line without its last member,
//     {"id":…,"kiosk":…,"seq":…,"boot":…,"kind":…,"member":…,"at":…,"clock_trusted":…,"mono_ms":…,"body":{…},"prev_hash":"…"}
//     {…the same…,"prev_hash":"…","hash":"…"}
// prev_hash is the hash of the record before it; of seq 1 it is 64 zeros. A gap, a change or a removal is evident.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "content/base/crypto.h"
#include "content/base/ids.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

enum class RecordKind {
    boot,                // the program started: {"version"}; when another ended without a word: {"version", "unclean": true}
    signed_in,           // {"session", "way": card|code|name}
    signed_out,          // {"session", "why": button|next_card|same_card|idle|crash…, "ms": counted in this session}
    study_interval,      // {"session", "label": touch|media|reading|quiz, "item", "title": {zh,en}, "pack", "pack_version", "ms"}
    abandoned,           // as study_interval: what was proven of the interval that a crash or a power cut ended
    quiz_answered,       // {"session"?, "question", "theme", "right", "score", "item", "pack", "pack_version"}; member may be none
    quiz_finished,       // {"session"?, "theme", "item", "asked", "right", "percent", "paper": bool, "passed"?}
    activity_opened,     // {"activity", "name", "type", "branch", "planned_ms"?, "late_after_min", "plan"?}; member: the host, or none. What the centre
                         // planned is held under the plan's id; "plan" has that id when it is held at this terminal once more, under one of its own
    activity_closed,     // {"activity", "name", "expected", "attended", "late", "guests"}; member: the host, or none
    attended,            // {"activity", "name", "as": on_time|late, then left_early|back by turns, "way": card|code|name}
    reflection,          // (later)
    sign_up,             // (later)
    guest_visit,         // {"activity"?}: a guest was counted, never a member; {"activity", "by": -1}: one was counted by mistake
    pack_installed, pack_removed, pack_refused,
    admin_action,        // {"action", …what it was about, by opaque ids and numbers; never a name}; "member_same": {"was", "is"}
    health,              // {"what", …}: e.g. a damaged file set aside and what was recovered
};
std::string_view name_of(RecordKind kind);            // "study_interval"
Result<RecordKind> record_kind(std::string_view name);

// What somebody wants recorded; Records gives it its place in the chain.
struct Draft {
    RecordKind kind;
    MemberId member;             // empty: none
    std::string body = "{}";     // one JSON object, compact (JsonWriter)
    std::string id = {};         // empty: a new UUID v7. Given: to be able to know later whether it was written.
};

struct Record {
    std::string id;              // UUID v7
    KioskId kiosk;
    std::int64_t seq = 0;        // from 1, gapless
    std::int64_t boot = 0;       // from 1
    RecordKind kind = RecordKind::boot;
    MemberId member;             // empty: none (null in JSON)
    WallTime at;                 // UTC ms; a label, never subtracted
    bool clock_trusted = false;
    std::int64_t mono_ms = 0;    // since the machine's boot
    std::string body;
    Digest prev_hash{}, hash{};
};

// The line above, with "hash". `hashed_part` is what the hash is taken of.
std::string to_json(const Record& record);
std::string hashed_part(const Record& record);
// Strict: exactly these members in this order, as to_json writes them. The hash is not checked here.
Result<Record> record_from_json(std::string_view line);

}  // namespace xinghuo
