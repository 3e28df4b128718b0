// Reading what can still be read of a damaged database file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

struct Salvaged {
    std::size_t records = 0;         // copied, that were not there
    std::int64_t last_seq_seen = 0;  // the highest number of a record there is a trace of
    std::vector<std::string> lost;   // sentences
};
// Copies into the sound, migrated database `into` what can be read of `from`, which is not changed: records that are not there yet;
// of other tables the rows as `from` has them, in place of those there where the table can be read to its end. One transaction.
Result<Salvaged> salvage(const Path& from, const Path& into);

}  // namespace xinghuo
