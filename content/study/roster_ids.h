// The centre's ids for members who have ids of the terminal's own. For roster.cpp.
#pragma once

#include "content/study/roster.h"

namespace xinghuo {

// Stands for a number that is another's now; no member number begins so.
Digest no_number(const SecretKey& key, const std::string& id);

// Who is here under an id of the terminal's own gets the centre's, and a record says so; who has a number that a row gives to somebody else loses it.
// Inside the caller's transaction. How many got another id.
Result<std::size_t> take_ids(Database& db, const SecretKey& key, const RosterFile& file, Records& records, const Moment& moment);

}  // namespace xinghuo
