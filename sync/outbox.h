// What this terminal has not yet been told is kept (tables outbox_apart, remembered). The records themselves are the queue (records.h): what stands here is how far each has come.
// One for each Database, so for each thread; the frame's thread only reads status().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/study/record.h"
#include "content/store/database.h"

namespace xinghuo {

class Outbox {
public:
    explicit Outbox(Database& db) : db_(&db) {}

    // The oldest that are neither acknowledged nor in quarantine, by seq; with the signatures that are stored. A record that cannot be read
    // (somebody meddled) is not among them, and comes into quarantine with the next that is marked.
    struct Waiting {
        Record record;
        std::optional<Signature> signature;
    };
    Result<std::vector<Waiting>> next(std::size_t limit, std::int64_t after = 0) const;
    // Acknowledged by the other side: by ids of one batch, or everything up to a seq. Durable when good; never taken back but by rewind() and mark_received(),
    // when the centre says it has less (it was restored from a backup).
    Result<void> mark_sent(const std::vector<std::int64_t>& seqs);
    Result<void> mark_through(std::int64_t seq);
    Result<void> rewind(std::int64_t through);
    // A receipt: the other side has these stretches, ascending and apart from each other. `nothing_else`: what counts as acknowledged and is in none of them is sent
    // once more. How far it has everything that can be sent: what is in quarantine here, or lost by the disk, is waited for by nobody.
    struct Received {
        std::int64_t from = 0, to = 0;
        bool sure = true;                // false: that it is this terminal's cannot be told; of those from…to everything stays as it was
    };
    Result<std::int64_t> mark_received(const std::vector<Received>& has, bool nothing_else);
    // Of those from…to that count as acknowledged: sent once more, because the centre misses them. How many.
    Result<std::int64_t> again(std::int64_t from, std::int64_t to);
    // Whether one of those from…to is still to be sent.
    Result<bool> waits(std::int64_t from, std::int64_t to) const;

    // What the other side refused for good: kept, shown, exported, and tried again only when the administrator asks.
    struct Quarantined {
        std::int64_t seq = 0;
        std::string why;                 // the other side's sentence
        WallTime at;
    };
    Result<void> quarantine(std::int64_t seq, const std::string& why, WallTime at);
    Result<void> release(std::optional<std::int64_t> seq);  // one, or all
    Result<std::vector<Quarantined>> quarantined(std::size_t limit) const;

    // Hex, of the record with that number; empty: there is none.
    Result<std::string> hash_of(std::int64_t seq) const;

    struct Status {
        std::int64_t waiting = 0;        // numbers that a damaged disk lost count among them until they are passed
        std::int64_t sent_through = 0;   // up to here everything is acknowledged, or in quarantine
        std::int64_t quarantined = 0, last_seq = 0;
    };
    Result<Status> status() const;       // constant time, and a little for each that stands apart

    // Small things the agent remembers: "centre", "token" (sealed), "roster_version" …
    Result<std::optional<std::string>> remembered(std::string_view name) const;
    Result<std::int64_t> remembered_number(std::string_view name) const;  // 0: none
    Result<void> remember(std::string_view name, std::string_view value);
    Result<void> forget(std::string_view name);

private:
    Result<std::int64_t> through() const;
    Result<void> set_through(std::int64_t seq);
    Result<void> pass_marked();
    Database* db_;
};

}  // namespace xinghuo
