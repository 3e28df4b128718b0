// What this terminal has not yet been told is kept. The records themselves are the queue (records.h): what stands here is how far each has come.
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

    // The oldest that are neither acknowledged nor in quarantine, by seq; with the signatures that are stored.
    struct Waiting {
        Record record;
        std::optional<Signature> signature;
    };
    Result<std::vector<Waiting>> next(std::size_t limit, std::int64_t after = 0) const;
    // Acknowledged by the other side: by ids of one batch, or everything up to a seq (a receipt). Durable when good; never taken back but by
    // rewind(), when the centre says it has less (it was restored from a backup).
    Result<void> mark_sent(const std::vector<std::int64_t>& seqs);
    Result<void> mark_through(std::int64_t seq);
    Result<void> rewind(std::int64_t through);

    // What the other side refused for good: kept, shown, exported, and tried again only when the administrator asks.
    struct Quarantined {
        std::int64_t seq = 0;
        std::string why;                 // the other side's sentence
        WallTime at;
    };
    Result<void> quarantine(std::int64_t seq, const std::string& why, WallTime at);
    Result<void> release(std::optional<std::int64_t> seq);  // one, or all
    Result<std::vector<Quarantined>> quarantined(std::size_t limit) const;

    struct Status {
        std::int64_t waiting = 0, sent_through = 0, quarantined = 0, last_seq = 0;
    };
    Result<Status> status() const;       // constant time

    // Small things the agent remembers: "centre", "token" (sealed), "roster_version" …
    Result<std::optional<std::string>> remembered(std::string_view name) const;
    Result<void> remember(std::string_view name, std::string_view value);

private:
    Database* db_;
};

}  // namespace xinghuo
