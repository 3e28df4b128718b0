// Looking after the database: backups beside it, and what to do when it is damaged. Not on the frame's thread.
//
//     data/records.db                            the database
//     data/backups/records-000123-20261121T09.db hourly (the last 24) and the first of each day (the last 14); numbered, because the
//                                                clock may jump: order and retention go by the number
//     data/backups/last                          when the last one was made, by both clocks
//     data/damaged/records-20261121T091502.db    set aside, with its -wal; never deleted
#pragma once

#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/store/database.h"

namespace xinghuo {

// Copies the database beside when the last backup is an hour old by `mono_ms` (ms since the machine's boot), or, after a boot,
// was made in another hour of the wall clock; keeps the last 24 and, of those before, the first of each of the last 14
// days. Others may write meanwhile: the copy is of one moment. A copy that does not pass quick_check is not kept, and the
// older ones stay. `io` when the disk has no room for it and the records. Returns the file, or an empty path when none was due.
Result<Path> back_up_if_due(Database& db, const Path& folder, WallTime wall, std::int64_t mono_ms);

struct Mended {
    Path set_aside;                     // where the damaged file is now; empty: nothing was wrong (or nothing was there)
    Path from_backup;                   // empty: there was none, begun anew
    std::size_t records_recovered = 0;  // of the damaged file, beyond the backup
    std::int64_t last_seq_seen = 0;     // evidence of how far the damaged file went
    std::int64_t records_lost = 0;      // of the numbers up to there, those without a record
    std::vector<std::string> lost;      // sentences: what could not be read
};
// Opens the database for use: makes it, migrates it. If it cannot be opened or a first look (opening, schema, last record) finds
// damage, or with `force`: takes the newest backup that passes quick_check, copies into it every row of every table that can
// still be read from the damaged file, records by their number, and only then sets the damaged files aside and puts the
// mended one in their place: a power cut leaves the one or the other. What was mended stands in the setting 'mended'
// as JSON {"from_backup":bool,"records_recovered":n,"lost":n} until Study has recorded it. `unsupported`: the
// file is of a later program; nothing is moved. `io`: the disk says no; that is no damage.
struct OpenedDatabase {
    std::unique_ptr<Database> db;
    Mended mended;
};
Result<OpenedDatabase> open_or_mend(const Path& file, const Path& backups, const Path& set_aside, bool force, WallTime wall);

}  // namespace xinghuo
