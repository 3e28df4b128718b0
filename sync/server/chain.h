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
//        unsigned     more than unsigned_limit records at the end of a chain without a signature behind them. A terminal signs the last record of whatever it
//                     writes, so its token alone speaks here. No alert that is kept, and without a day: it is so, or is not
//                     (and for a moment while a long day's records come, of which only the last is signed)
//        foreign      a record of another terminal among this one's: kept as a statement, counted nowhere
//        alias        a member's id that cannot be made another's (roll_ups)
inline constexpr std::int64_t unsigned_limit = 1'000;

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

// What a receipt says: how far everything is here, and behind what is missing the longest stretches, receipt_stretches_limit in all. `at` is the caller's.
Result<CentreReceipt> receipt_of(Sql& sql, Organisation organisation, const KioskId& kiosk);

// Stretches [from, to] that are here, ascending.
Result<std::vector<std::pair<std::int64_t, std::int64_t>>> chain_stretches(Sql& sql, Organisation organisation, const KioskId& kiosk);

}  // namespace xinghuo
