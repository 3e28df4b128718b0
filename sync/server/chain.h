// A terminal's chain as far as it is here: stretches of seq without a gap, that grow together as records come, in any order, by network and by courier.
//
// Where two records meet, the later one's prev_hash is the earlier one's hash; of seq 1 it is zeros. Boot numbers never fall along seq. Signatures
// (ed25519 over the hash) hold under the terminal's key. What breaks this becomes an alert; the record is kept and counted all the same: what a
// member did is not lost because a disk was copied. The first alert of a kind and place stays, whatever comes later.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/server/record_store.h"

namespace xinghuo {

// Kinds: gap          records are missing between others; closes by itself when they come
//        fork         a seq stands twice with different records: two terminals have one disk (a clone, or an old image brought back)
//        broken_link  neighbours that do not belong to one chain
//        bad_signature, boot_falls
//        foreign      a record of another terminal among this one's: kept as a statement, counted nowhere
//        alias        a member's id that cannot be made another's (roll_ups)
struct KioskAlert {
    KioskId kiosk;
    std::string kind;
    std::int64_t from_seq = 0, to_seq = 0;
    WallTime first_seen;             // stored time of the batch that brought it
    std::int64_t closed_ms = 0;      // 0: open
    std::string sentence;            // for operators, English, nothing personal
};
// Open ones first, then newest first. `kiosk` empty: of all.
Result<std::vector<KioskAlert>> kiosk_alerts(Sql& sql, Organisation organisation, const KioskId& kiosk, bool also_closed, std::size_t limit);
// An alert that is already there stays as it is. Inside the caller's transaction.
Result<void> raise_alerts(Sql& sql, Organisation organisation, const std::vector<KioskAlert>& alerts);

// What a receipt says: the last record of which everything before it is here. through 0: nothing, and no hash.
struct ChainEnd {
    std::int64_t through = 0;
    std::string hash;                // hex
};
Result<ChainEnd> chain_end(Sql& sql, Organisation organisation, const KioskId& kiosk);

// Stretches [from, to] that are here, ascending.
Result<std::vector<std::pair<std::int64_t, std::int64_t>>> chain_stretches(Sql& sql, Organisation organisation, const KioskId& kiosk);

}  // namespace xinghuo
