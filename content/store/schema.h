// The tables, in numbered steps. A step that has been released is never changed: append one.
#pragma once

#include "content/store/database.h"

namespace xinghuo {

// Brings the file up to this program's number, each step in a transaction of its own. `unsupported`: the file is of a later program.
Result<void> migrate(Database& db);

}  // namespace xinghuo
