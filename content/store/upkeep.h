// Looking after the database: backups beside it, and what to do when it is damaged. Not on the frame's thread.
//
//     data/records.db                     the database
//     data/backups/records-20261121T09.db hourly (the last 24) and daily at the first backup of a day (the last 14)
//     data/damaged/records-….db           set aside, never deleted
#pragma once

#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/store/database.h"

namespace xinghuo {

// Copies the database beside, if the newest backup is older than an hour by the counter of hours given (hours of the wall clock
// where it is plausible, else counted on); keeps the last 24 hourly and 14 daily ones. A copy that does not pass
// quick_check is not kept, and the older ones stay. Returns the file, or an empty path when none was due.
Result<Path> back_up_if_due(Database& db, const Path& folder, WallTime wall, std::int64_t now_ms);

struct Mended {
    Path set_aside;                  // where the damaged file is now; empty: nothing was wrong
    Path from_backup;                // empty: there was none, begun anew
    std::size_t records_recovered = 0;  // of the damaged file, beyond the backup
    std::int64_t last_seq_seen = 0;  // evidence of how far the damaged file went
    std::vector<std::string> lost;   // sentences: what could not be read
};
// Opens the database for use: makes it, migrates it. If it cannot be opened or a first look finds damage (or `force`): sets
// the files (db, -wal, -shm) aside, takes the newest backup that passes quick_check, and copies into it every row of every table that
// can still be read from the damaged one, by its own key, records first.
struct OpenedDatabase {
    std::unique_ptr<Database> db;
    Mended mended;
};
Result<OpenedDatabase> open_or_mend(const Path& file, const Path& backups, const Path& set_aside, bool force, WallTime wall);

}  // namespace xinghuo
